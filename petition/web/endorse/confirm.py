"""Proof of a mailbox: the button on the page behind the mailed link, or the short code. Opening changes nothing."""

from dataclasses import dataclass
from http import HTTPStatus

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods

from petition.actions.endorsing import confirmation
from petition.actions.endorsing.confirmation import ChooseOne, Waiting
from petition.actions.intake.accept import NotOpen
from petition.actions.listing.entries import line_of
from petition.actions.self_service.private_links import NoSuchLink
from petition.models import Endorsement, Origin, Purpose, State
from petition.reference import clock
from petition.security import networks, rate_limits
from petition.security.tokens import digest_of_code, digest_of_token, reference_word
from petition.web.endorse.declarations import DeclarationsForm
from petition.web.endorse.endorse import appeal_or_404
from petition.web.errors import error_page
from petition.web.own_page.private import no_such_link, private

SHOWN = 20
"""Forms on one page, where many wait for one mailbox; the others are found by their word."""


@csrf_exempt
@require_http_methods(["GET", "HEAD", "POST"])
def confirm(request: HttpRequest, token: str) -> HttpResponse:
    """GET shows what would be confirmed; POST confirms it, or erases it when `not_me` was pressed."""
    try:
        return private(_answer(request, digest_of_token(token, Purpose.CONFIRM)))
    except NoSuchLink:
        return no_such_link(request)


@csrf_exempt
@require_http_methods(["GET", "HEAD", "POST"])
def confirm_code(request: HttpRequest, slug: str) -> HttpResponse:
    """The code instead of the link, for a mail opened on another device. Wrong tries are limited."""
    appeal_or_404(slug)
    return _by_code(request, {"slug": slug})


@csrf_exempt
@require_http_methods(["GET", "HEAD", "POST"])
def code(request: HttpRequest) -> HttpResponse:
    """The same at an address and under titles that tell whoever reads this browser's history nothing."""
    return _by_code(request, {"is_discreet": True})


def _by_code(request: HttpRequest, content: dict[str, object]) -> HttpResponse:
    """Ask for the code; with the right one confirm the form that waits, or show the forms where several do."""
    typed = request.POST.get("code", "")
    if request.method != "POST":
        return render(request, "confirm/code.html", content)
    now, network = clock.now(), networks.network_of(request.META)
    if not rate_limits.within(rate_limits.CODES_FROM_ONE_NETWORK, network, at=now):
        return error_page(request, HTTPStatus.TOO_MANY_REQUESTS)
    try:
        answer = private(_answer(request, digest_of_code(typed), code=typed, **content))
    except NoSuchLink:
        content = content | {"typed": typed, "wrong": True}
        return render(request, "confirm/code.html", content, status=HTTPStatus.UNPROCESSABLE_ENTITY)
    rate_limits.give_back(rate_limits.CODES_FROM_ONE_NETWORK, network, at=now)
    return answer


def _answer(request: HttpRequest, digest: str, **content: object) -> HttpResponse:
    """Show or do what was asked for with this link or code. Raises NoSuchLink."""
    form, now = request.POST.get("form", ""), clock.now()
    try:
        if "not_me" in request.POST:
            slug = confirmation.disown(digest, form=form, at=now).slug
            return render(request, "confirm/erased.html", content | {"slug": slug})
        if "none_is_mine" in request.POST:
            confirmation.disown_all(digest, at=now)
            return render(request, "confirm/erased.html", content)
        waiting = confirmation.waiting_behind(digest, at=now)
        if request.method == "POST":
            return _confirm(request, digest, form, waiting, content)
    except ChooseOne:
        waiting = confirmation.waiting_behind(digest, at=now)
    return _shown(request, waiting, content)


def _confirm(
    request: HttpRequest, digest: str, form: str, waiting: Waiting, content: dict[str, object]
) -> HttpResponse:
    """Confirm the form with this fingerprint, or the only one. Raises NoSuchLink, ChooseOne."""
    content["slug"] = (waiting.only or waiting.forms[0]).appeal.slug
    declarations = _declarations(request, waiting.only)
    if declarations and not declarations.is_valid():
        return _shown(request, waiting, content, declarations)
    try:
        done = confirmation.confirm(digest, form=form, at=clock.now(), declared=declarations is not None)
    except NotOpen:
        return render(request, "endorse/closed.html", content, status=HTTPStatus.CONFLICT)
    content |= {"endorsement": done.endorsement, "confirmation": done, "slug": done.endorsement.appeal.slug}
    return render(request, "confirm/confirmed.html", content)


def _declarations(request: HttpRequest, endorsement: Endorsement | None) -> DeclarationsForm | None:
    """Return the form of what is to be declared along with it, where the secretariat entered it; else None."""
    if endorsement is None or endorsement.state != State.SUBMITTED or endorsement.origin != Origin.EMAIL:
        return None
    return DeclarationsForm(request.POST if request.method == "POST" else None, endorsement=endorsement)


def _shown(
    request: HttpRequest, waiting: Waiting, content: dict[str, object], declarations: DeclarationsForm | None = None
) -> HttpResponse:
    """Return the page of the one that waits, or of all of them."""
    if waiting.only is None:
        return _choice(request, waiting, content)
    endorsement = waiting.only
    declarations = declarations or _declarations(request, endorsement)
    content |= {
        "endorsement": endorsement,
        "line": line_of(endorsement),
        "slug": endorsement.appeal.slug,
        "form": declarations,
        "text": endorsement.text,
    }
    status = HTTPStatus.UNPROCESSABLE_ENTITY if declarations and declarations.errors else HTTPStatus.OK
    return render(request, "confirm/confirm.html", content, status=status)


@dataclass(frozen=True)
class Entry:
    """A form on the page of several, its entry as it will be printed, and the word that its sender was shown."""

    endorsement: Endorsement
    line: str
    word: str


def _choice(request: HttpRequest, waiting: Waiting, content: dict[str, object]) -> HttpResponse:
    """Return the page of several forms that wait, the newest of them or those with the word that was typed."""
    word = (request.POST.get("word") or request.GET.get("word") or "").strip().lower()
    entries = [Entry(form, line_of(form), reference_word(form.fingerprint)) for form in waiting.forms]
    shown = [entry for entry in entries if entry.word == word] if word else entries
    content |= {"entries": shown[:SHOWN], "count": len(entries), "is_cut": len(shown) > SHOWN, "word": word}
    return render(request, "confirm/choose.html", content)
