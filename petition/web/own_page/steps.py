"""What an organisation can do on its own page, one view for each step: GET explains it, POST does it.

Hiding the name and withdrawing are done at once. Everything else is sent to the worker.
"""

from http import HTTPStatus

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.gzip import gzip_page

from petition.actions.intake.request_kinds import RequestKind
from petition.actions.self_service import links
from petition.actions.self_service.links import LeavingVerb
from petition.models.appeals import AppealText
from petition.models.choices import ACTIVE
from petition.web import sent
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
    values = form.cleaned_data | {"countries": list(form.cleaned_data["countries"])}
    return sent.send(request, link.digest, RequestKind.CORRECTION, values)


@own_page_view(step="contact")
def contact(request: HttpRequest, link: OpenLink) -> HttpResponse:
    """Names another contact person; both e-mail addresses must agree."""
    # The fields start empty: this process cannot read the stored contact.
    form = ContactForm(request.POST if request.method == "POST" else None)
    if not (form.is_bound and form.is_valid()):
        return _form_page(request, "contact", form, link)
    return sent.send(request, link.digest, RequestKind.CONTACT, form.cleaned_data)


@own_page_view(step="stop")
def stop(request: HttpRequest, link: OpenLink) -> HttpResponse:
    """Hides the name at once."""
    return _leave(request, "stop", "hide", link)


@own_page_view(step="withdraw")
def withdraw(request: HttpRequest, link: OpenLink) -> HttpResponse:
    """Ends the endorsement at once and for good."""
    return _leave(request, "withdraw", "withdraw", link)


def _leave(request: HttpRequest, step: str, verb: LeavingVerb, link: OpenLink) -> HttpResponse:
    if request.method != "POST":
        return _question_page(request, step, link)
    links.leave(link.digest, verb)
    after = links.open_link(link.digest).forms[0]
    # No redirect: a reload finds that the step is no longer possible.
    context = OpenLink(link.token, link.digest, link.purpose, after).context(step=step)
    return render(request, "own_page/done.html", context)


@own_page_view(step="named")
def named(request: HttpRequest, link: OpenLink) -> HttpResponse:
    """Asks to show the name again: the e-mail address must confirm it, then a moderator shows the name."""
    return _ask_or_send(request, "named", RequestKind.NAME_AGAIN, link)


@own_page_view(step="code")
def code(request: HttpRequest, link: OpenLink) -> HttpResponse:
    """Shows a new removal code; the earlier one stops working."""
    return _ask_or_send(request, "code", RequestKind.NEW_CODE, link, makes_code=True)


@own_page_view(step="links")
def end_links(request: HttpRequest, link: OpenLink) -> HttpResponse:
    """Ends every link of this page except the one that was used here."""
    return _ask_or_send(request, "links", RequestKind.END_LINKS, link)


@own_page_view(step="forget")
def forget(request: HttpRequest, link: OpenLink) -> HttpResponse:
    """Erases the contact and this page; only a removal code is left, which is shown once."""
    return _ask_or_send(request, "forget", RequestKind.FORGET, link, makes_code=True)


def _ask_or_send(
    request: HttpRequest, step: str, kind: RequestKind, link: OpenLink, *, makes_code: bool = False
) -> HttpResponse:
    """Explain the step, or send it. `makes_code`: it makes a removal code, which the page of its result shows."""
    if request.method != "POST":
        return _question_page(request, step, link)
    slug = link.endorsement.slug if makes_code else ""
    query = {"code": slug} if makes_code and link.endorsement.state in ACTIVE else {}
    return sent.send(request, link.digest, kind, code_for=slug, query=query)


@own_page_view(step="receipt")
def receipt(request: HttpRequest, link: OpenLink) -> HttpResponse:
    """What was agreed to and when, as plain text without any contact."""
    context = link.context(text=AppealText.objects.get(pk=link.endorsement.text))
    response = render(request, "own_page/receipt.txt", context, content_type="text/plain; charset=utf-8")
    response["Content-Disposition"] = 'attachment; filename="receipt.txt"'
    return response


def _question_page(request: HttpRequest, step: str, link: OpenLink) -> HttpResponse:
    return render(request, f"own_page/{step}.html", link.context(step=step))


def _form_page(request: HttpRequest, step: str, form: CorrectionForm | ContactForm, link: OpenLink) -> HttpResponse:
    status = HTTPStatus.UNPROCESSABLE_ENTITY if form.is_bound else HTTPStatus.OK
    return render(request, f"own_page/{step}.html", link.context(form=form), status=status)
