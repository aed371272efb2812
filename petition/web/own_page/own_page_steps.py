"""What an organisation does on its own page, one step each: GET says what will be, POST does it."""

from http import HTTPStatus

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.gzip import gzip_page

from petition.actions.self_service import contact_changes, corrections, own_page as deeds, withdrawal
from petition.actions.self_service.corrections import Proposal
from petition.models import Endorsement
from petition.reference import clock
from petition.web.own_page.own_page import on_own_page, shown
from petition.web.own_page.own_page_forms import ContactForm, CorrectionForm


@gzip_page  # its lists of countries are long; who can have this page asked for knows its one secret, the address
@on_own_page(step="correction")
def correction(request: HttpRequest, token: str, digest: str, endorsement: Endorsement) -> HttpResponse:
    """Another line is proposed; the one that stands stays until a moderator accepts."""
    present = {
        "organisation_name": endorsement.organisation_name,
        "acronym": endorsement.acronym,
        "countries": endorsement.countries.split(),
    }
    form = CorrectionForm(request.POST if request.method == "POST" else None, initial=present)
    if not (form.is_bound and form.is_valid()):
        return _form(request, "correction", form, endorsement, token)
    told = form.cleaned_data
    proposal = Proposal(told["organisation_name"], told["acronym"], " ".join(told["countries"]))
    corrections.propose(digest, proposal, at=clock.now(), old_line_public=told["old_line_public"])
    return _done(request, "correction", endorsement, token)


@on_own_page(step="contact")
def contact(request: HttpRequest, token: str, digest: str, endorsement: Endorsement) -> HttpResponse:
    """Somebody else is to speak for the organisation; both mailboxes are asked. The fields start blank (promise 4)."""
    form = ContactForm(request.POST if request.method == "POST" else None)
    if not (form.is_bound and form.is_valid()):
        return _form(request, "contact", form, endorsement, token)
    told = form.cleaned_data
    contact_changes.request(
        digest, name=told["contact_name"], role=told["contact_role"], mailbox=told["contact_email"], at=clock.now()
    )
    return _done(request, "contact", endorsement, token)


@on_own_page(step="stop")
def stop(request: HttpRequest, token: str, digest: str, endorsement: Endorsement) -> HttpResponse:
    """No longer named, at once."""
    if request.method != "POST":
        return _asked(request, "stop", endorsement, token)
    return _done(request, "stop", withdrawal.stop_being_named(digest, at=clock.now()), token)


@on_own_page(step="withdraw")
def withdraw(request: HttpRequest, token: str, digest: str, endorsement: Endorsement) -> HttpResponse:
    """The endorsement has ended, at once and for good."""
    if request.method != "POST":
        return _asked(request, "withdraw", endorsement, token)
    return _done(request, "withdraw", withdrawal.withdraw(digest, at=clock.now()), token)


@on_own_page(step="named")
def named(request: HttpRequest, token: str, digest: str, endorsement: Endorsement) -> HttpResponse:
    """The name is to be shown again: the mailbox is asked, then a moderator shows it."""
    if request.method != "POST":
        return _asked(request, "named", endorsement, token)
    deeds.ask_to_be_named(digest, at=clock.now())
    return _done(request, "named", endorsement, token)


@on_own_page(step="code")
def code(request: HttpRequest, token: str, digest: str, endorsement: Endorsement) -> HttpResponse:
    """A new removal code, shown this once; the earlier one opens nothing any more."""
    if request.method != "POST":
        return _asked(request, "code", endorsement, token)
    return _done(request, "code", endorsement, token, code=deeds.new_removal_code(digest, at=clock.now()))


@on_own_page(step="links")
def links(request: HttpRequest, token: str, digest: str, endorsement: Endorsement) -> HttpResponse:
    """Every link of this page but the one that was followed here is dead."""
    if request.method != "POST":
        return _asked(request, "links", endorsement, token)
    deeds.end_other_links(digest, at=clock.now())
    return _done(request, "links", endorsement, token)


@on_own_page(step="forget")
def forget(request: HttpRequest, token: str, digest: str, endorsement: Endorsement) -> HttpResponse:
    """The mailbox and this page are forgotten; the code that is shown this once is all that is left."""
    if request.method != "POST":
        return _asked(request, "forget", endorsement, token)
    return _done(request, "forget", endorsement, "", code=deeds.forget_mailbox(digest, at=clock.now()))


@on_own_page(step="receipt")
def receipt(request: HttpRequest, token: str, digest: str, endorsement: Endorsement) -> HttpResponse:
    """What was agreed to and when, to keep: plain text without any contact."""
    response = render(
        request,
        "own_page/receipt.txt",
        shown(endorsement, token, text=endorsement.text),
        content_type="text/plain; charset=utf-8",
    )
    response["Content-Disposition"] = 'attachment; filename="receipt.txt"'
    return response


def _asked(request: HttpRequest, step: str, endorsement: Endorsement, token: str) -> HttpResponse:
    return render(request, f"own_page/{step}.html", shown(endorsement, token, step=step))


def _form(
    request: HttpRequest, step: str, form: CorrectionForm | ContactForm, endorsement: Endorsement, token: str
) -> HttpResponse:
    status = HTTPStatus.UNPROCESSABLE_ENTITY if form.is_bound else HTTPStatus.OK
    return render(request, f"own_page/{step}.html", shown(endorsement, token, form=form), status=status)


def _done(request: HttpRequest, step: str, endorsement: Endorsement, token: str, **content: object) -> HttpResponse:
    """The answer to the press itself: a code is shown this once. Pressed again, a step finds nothing left to do."""
    return render(request, "own_page/done.html", shown(endorsement, token, step=step, **content))
