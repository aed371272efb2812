"""Confirm an e-mail address: by the button behind the mailed link, or by the short code. GET changes nothing."""

from dataclasses import dataclass
from http import HTTPStatus

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods

from petition.actions.endorsing import confirmation
from petition.actions.endorsing.confirmation import WaitingForms
from petition.actions.listing.entries import get_entry_text
from petition.actions.refusals import ChoiceRequired, NoSuchLink, NotOpen
from petition.models import Endorsement, Origin, Purpose, State
from petition.reference import clock
from petition.security import networks, rate_limits
from petition.security.tokens import compute_reference_word, hash_code, hash_token
from petition.web.endorse.forms import DeclarationsForm
from petition.web.responses import error_page, hide_address, link_not_valid
from petition.web.shortcuts import get_appeal_or_404

MAX_CHOICES = 20  # where more forms wait for one address, the others are found by their word


@csrf_exempt
@require_http_methods(["GET", "HEAD", "POST"])
def confirm(request: HttpRequest, token: str) -> HttpResponse:
    """GET shows what would be confirmed; POST confirms it, or erases it when `not_me` was pressed."""
    try:
        return hide_address(_show_or_act(request, hash_token(token, Purpose.CONFIRM)))
    except NoSuchLink:
        return link_not_valid(request)


@csrf_exempt
@require_http_methods(["GET", "HEAD", "POST"])
def confirm_code(request: HttpRequest, slug: str) -> HttpResponse:
    """The code instead of the link, for a mail that was opened on another device."""
    get_appeal_or_404(slug)
    return _code_page(request, {"slug": slug})


@csrf_exempt
@require_http_methods(["GET", "HEAD", "POST"])
def code(request: HttpRequest) -> HttpResponse:
    """The same at an address and under titles that reveal nothing in the history of the browser."""
    return _code_page(request, {"is_discreet": True})


def _code_page(request: HttpRequest, context: dict[str, object]) -> HttpResponse:
    """Ask for the code; with the right one show or confirm what waits."""
    typed = request.POST.get("code", "")
    if request.method != "POST":
        return render(request, "confirm/code.html", context)
    now, network = clock.now(), networks.get_network(request.META)
    # Counted before the code is checked, and given back for a right one: codes are short enough to be guessed.
    if not rate_limits.consume(rate_limits.CODES_FROM_ONE_NETWORK, network, at=now):
        return error_page(request, HTTPStatus.TOO_MANY_REQUESTS)
    try:
        response = hide_address(_show_or_act(request, hash_code(typed), code=typed, **context))
    except NoSuchLink:
        context = context | {"typed": typed, "wrong": True}
        return render(request, "confirm/code.html", context, status=HTTPStatus.UNPROCESSABLE_ENTITY)
    rate_limits.refund(rate_limits.CODES_FROM_ONE_NETWORK, network, at=now)
    return response


def _show_or_act(request: HttpRequest, digest: str, **context: object) -> HttpResponse:
    """Do what was pressed, or show what this link or code opens. Raises NoSuchLink."""
    fingerprint, now = request.POST.get("form", ""), clock.now()
    try:
        if "not_me" in request.POST:
            slug = confirmation.disown(digest, form=fingerprint, at=now).slug
            return render(request, "confirm/erased.html", context | {"slug": slug})
        if "none_is_mine" in request.POST:
            confirmation.disown_all(digest, at=now)
            return render(request, "confirm/erased.html", context)
        waiting = confirmation.find_waiting_forms(digest, at=now)
        if request.method == "POST":
            return _confirm(request, digest, fingerprint, waiting, context)
    except ChoiceRequired:
        waiting = confirmation.find_waiting_forms(digest, at=now)
    return _waiting_page(request, waiting, context)


def _confirm(
    request: HttpRequest, digest: str, fingerprint: str, waiting: WaitingForms, context: dict[str, object]
) -> HttpResponse:
    """Confirm the form with this fingerprint, or the only one. Raises NoSuchLink, ChoiceRequired."""
    context["slug"] = (waiting.only or waiting.forms[0]).appeal.slug
    form = _declarations_form(request, waiting.only)
    if form and not form.is_valid():
        return _waiting_page(request, waiting, context, form)
    try:
        result = confirmation.confirm(digest, form=fingerprint, at=clock.now(), declared=form is not None)
    except NotOpen:
        return render(request, "endorse/closed.html", context, status=HTTPStatus.CONFLICT)
    endorsement = result.endorsement
    context |= {"endorsement": endorsement, "confirmation": result, "slug": endorsement.appeal.slug}
    return render(request, "confirm/confirmed.html", context)


def _declarations_form(request: HttpRequest, endorsement: Endorsement | None) -> DeclarationsForm | None:
    """Return the form of the declarations that the secretariat could not enter for the organisation, else None."""
    if endorsement is None or endorsement.state != State.SUBMITTED or endorsement.origin != Origin.EMAIL:
        return None
    return DeclarationsForm(request.POST if request.method == "POST" else None, endorsement=endorsement)


def _waiting_page(
    request: HttpRequest, waiting: WaitingForms, context: dict[str, object], form: DeclarationsForm | None = None
) -> HttpResponse:
    """Return the page of the only form that waits, or the choice between several."""
    if waiting.only is None:
        return _choice_page(request, waiting, context)
    endorsement = waiting.only
    form = form or _declarations_form(request, endorsement)
    context |= {
        "endorsement": endorsement,
        "line": get_entry_text(endorsement),
        "slug": endorsement.appeal.slug,
        "form": form,
        "text": endorsement.text,
    }
    status = HTTPStatus.UNPROCESSABLE_ENTITY if form and form.errors else HTTPStatus.OK
    return render(request, "confirm/confirm.html", context, status=status)


@dataclass(frozen=True)
class Choice:
    """A form that waits, its entry as it will be printed, and the word that its sender was shown."""

    endorsement: Endorsement
    line: str
    word: str


def _choice_page(request: HttpRequest, waiting: WaitingForms, context: dict[str, object]) -> HttpResponse:
    """Return the page of several forms that wait: the newest, or those with the word that was typed."""
    word = (request.POST.get("word") or request.GET.get("word") or "").strip().lower()
    choices = [Choice(form, get_entry_text(form), compute_reference_word(form.fingerprint)) for form in waiting.forms]
    matching = [choice for choice in choices if choice.word == word] if word else choices
    context |= {
        "choices": matching[:MAX_CHOICES],
        "count": len(choices),
        "is_cut": len(matching) > MAX_CHOICES,
        "word": word,
    }
    return render(request, "confirm/choose_form.html", context)
