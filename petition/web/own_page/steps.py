"""What an organisation can do on its own page, one view for each step: GET explains it, POST does it."""

from dataclasses import replace
from http import HTTPStatus

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.gzip import gzip_page

from petition.actions.listing.entries import EntryProposal
from petition.actions.self_service import contact_changes, corrections, own_page as own_page_actions, withdrawal
from petition.reference import clock
from petition.web.own_page.forms import ContactForm, CorrectionForm
from petition.web.own_page.link_access import OpenLink, own_page_view


# Compressed, since its lists of countries are long. Its only secret is the address, which an attacker who can request
# the page knows already (BREACH).
@gzip_page
@own_page_view(step="correction")
def correction(request: HttpRequest, link: OpenLink) -> HttpResponse:
    """Proposes another entry; the present one stays until a moderator accepts."""
    endorsement = link.endorsement
    present = {
        "organisation_name": endorsement.organisation_name,
        "acronym": endorsement.acronym,
        "countries": endorsement.countries.split(),
    }
    form = CorrectionForm(request.POST if request.method == "POST" else None, initial=present)
    if not (form.is_bound and form.is_valid()):
        return _form_page(request, "correction", form, link)
    values = form.cleaned_data
    proposal = EntryProposal(values["organisation_name"], values["acronym"], " ".join(values["countries"]))
    corrections.propose_correction(link.digest, proposal, at=clock.now(), old_line_public=values["old_line_public"])
    return _done_page(request, "correction", link)


@own_page_view(step="contact")
def contact(request: HttpRequest, link: OpenLink) -> HttpResponse:
    """Names another contact person; both e-mail addresses must agree."""
    # The fields start empty: this process cannot read the stored contact.
    form = ContactForm(request.POST if request.method == "POST" else None)
    if not (form.is_bound and form.is_valid()):
        return _form_page(request, "contact", form, link)
    values = form.cleaned_data
    contact_changes.request_contact_change(
        link.digest,
        name=values["contact_name"],
        role=values["contact_role"],
        mailbox=values["contact_email"],
        at=clock.now(),
    )
    return _done_page(request, "contact", link)


@own_page_view(step="stop")
def stop(request: HttpRequest, link: OpenLink) -> HttpResponse:
    """Hides the name at once."""
    if request.method != "POST":
        return _question_page(request, "stop", link)
    endorsement = withdrawal.stop_being_named(link.digest, at=clock.now())
    return _done_page(request, "stop", replace(link, endorsement=endorsement))


@own_page_view(step="withdraw")
def withdraw(request: HttpRequest, link: OpenLink) -> HttpResponse:
    """Ends the endorsement at once and for good."""
    if request.method != "POST":
        return _question_page(request, "withdraw", link)
    endorsement = withdrawal.withdraw(link.digest, at=clock.now())
    return _done_page(request, "withdraw", replace(link, endorsement=endorsement))


@own_page_view(step="named")
def named(request: HttpRequest, link: OpenLink) -> HttpResponse:
    """Asks to show the name again: the e-mail address must confirm it, then a moderator shows the name."""
    if request.method != "POST":
        return _question_page(request, "named", link)
    own_page_actions.ask_to_be_named(link.digest, at=clock.now())
    return _done_page(request, "named", link)


@own_page_view(step="code")
def code(request: HttpRequest, link: OpenLink) -> HttpResponse:
    """Shows a new removal code once; the earlier one stops working."""
    if request.method != "POST":
        return _question_page(request, "code", link)
    return _done_page(request, "code", link, code=own_page_actions.replace_removal_code(link.digest, at=clock.now()))


@own_page_view(step="links")
def links(request: HttpRequest, link: OpenLink) -> HttpResponse:
    """Ends every link of this page except the one that was used here."""
    if request.method != "POST":
        return _question_page(request, "links", link)
    own_page_actions.end_other_links(link.digest, at=clock.now())
    return _done_page(request, "links", link)


@own_page_view(step="forget")
def forget(request: HttpRequest, link: OpenLink) -> HttpResponse:
    """Erases the contact and this page; only a removal code is left, which is shown once."""
    if request.method != "POST":
        return _question_page(request, "forget", link)
    removal_code = own_page_actions.forget_mailbox(link.digest, at=clock.now())
    return _done_page(request, "forget", link, code=removal_code, token="")


@own_page_view(step="receipt")
def receipt(request: HttpRequest, link: OpenLink) -> HttpResponse:
    """What was agreed to and when, as plain text without any contact."""
    context = link.context(text=link.endorsement.text)
    response = render(request, "own_page/receipt.txt", context, content_type="text/plain; charset=utf-8")
    response["Content-Disposition"] = 'attachment; filename="receipt.txt"'
    return response


def _question_page(request: HttpRequest, step: str, link: OpenLink) -> HttpResponse:
    return render(request, f"own_page/{step}.html", link.context(step=step))


def _form_page(request: HttpRequest, step: str, form: CorrectionForm | ContactForm, link: OpenLink) -> HttpResponse:
    status = HTTPStatus.UNPROCESSABLE_ENTITY if form.is_bound else HTTPStatus.OK
    return render(request, f"own_page/{step}.html", link.context(form=form), status=status)


def _done_page(request: HttpRequest, step: str, link: OpenLink, **context: object) -> HttpResponse:
    # No redirect, because a code is shown only once. A reload finds that the step is no longer possible.
    return render(request, "own_page/done.html", link.context(step=step, **context))
