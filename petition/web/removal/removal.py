"""The way out that never closes: change, remove or dispute a name. By mailbox, by removal code, by a message."""

from collections.abc import Callable
from datetime import datetime
from http import HTTPStatus

from django import forms
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext as _
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods, require_safe

from petition.actions.listing.entries import line_of
from petition.actions.mailing import mailbox_mails
from petition.actions.self_service import disputes, withdrawal
from petition.actions.self_service.private_links import NoSuchLink, behind
from petition.models import About, Endorsement, Origin
from petition.models.endorsements import ACTIVE, Display
from petition.publishing import records
from petition.reference import clock
from petition.security import networks, rate_limits
from petition.security.rate_limits import Limit
from petition.security.tokens import digest_of_removal_code
from petition.web.endorse.endorse import appeal_or_404
from petition.web.errors import error_page
from petition.web.own_page.private import private
from petition.web.removal.removal_forms import CodeForm, LostLinkForm, MessageForm

DEEDS: dict[str, Callable[..., Endorsement]] = {
    "stop_being_named": withdrawal.stop_being_named,
    "withdraw": withdrawal.withdraw,
}


@csrf_exempt
@require_http_methods(["GET", "HEAD", "POST"])
def change(request: HttpRequest, slug: str) -> HttpResponse:
    """The three ways; a post asks by mailbox for a new private link, the same answer whether it is known or not."""
    appeal_or_404(slug)
    if request.method != "POST":
        return _page(request, slug)
    form = LostLinkForm(request.POST)
    if not form.is_valid():
        return _page(request, slug, mail=form)
    language = translation.get_language() or ""
    mailbox_mails.request_links(form.cleaned_data["mailbox"], language=language, at=clock.now())
    return HttpResponseRedirect(reverse("change_sent", args=[slug]))


@require_safe
def ways_out(request: HttpRequest) -> HttpResponse:
    """From pages that belong to no appeal: to the way out of the one there is, or to a choice of them."""
    slugs = records.published_slugs()
    if len(slugs) == 1:
        return HttpResponseRedirect(reverse("change", args=slugs))
    language = translation.get_language() or ""
    appeals = [records.appeal_record(slug, language) for slug in slugs]
    if not appeals:
        return error_page(request, HTTPStatus.NOT_FOUND)
    return render(request, "removal/appeals.html", {"appeals": appeals})


@require_safe
def sent(request: HttpRequest, slug: str) -> HttpResponse:
    """The same page for every mailbox."""
    appeal_or_404(slug)
    return render(request, "removal/sent.html", {"slug": slug})


@csrf_exempt
@require_http_methods(["GET", "HEAD", "POST"])
def code(request: HttpRequest, slug: str) -> HttpResponse:
    """A post of the removal code shows what it opens; the same with a `deed` does it. The code is in no address."""
    appeal_or_404(slug)
    if request.method != "POST":
        return _page(request, slug)
    form, now = CodeForm(request.POST), clock.now()
    if not form.is_valid():
        return _page(request, slug, code=form)
    if _is_over(rate_limits.REMOVAL_CODES_FROM_ONE_NETWORK, request, at=now):
        return _too_many(request, slug)
    answer = _acted(request, slug, form, at=now)
    if not form.errors:
        network = networks.network_of(request.META)
        rate_limits.give_back(rate_limits.REMOVAL_CODES_FROM_ONE_NETWORK, network, at=now)
    return answer


def _acted(request: HttpRequest, slug: str, form: CodeForm, *, at: datetime) -> HttpResponse:
    digest = digest_of_removal_code(form.cleaned_data["code"], slug)
    deed = DEEDS.get(request.POST.get("deed", ""))
    try:
        if deed is None:
            return _way_out(request, form, behind(digest, at=at))
        endorsement = deed(digest, at=at)
    except NoSuchLink:
        form.add_error(
            "code", _("This code is not known, or its endorsement was withdrawn. Compare and type it again.")
        )
        return _page(request, slug, code=form)
    except withdrawal.NotPossible:
        return _way_out(request, form, behind(digest, at=at), HTTPStatus.CONFLICT)
    return private(render(request, "removal/left.html", {"endorsement": endorsement, "slug": slug}))


@csrf_exempt
@require_http_methods(["GET", "HEAD", "POST"])
def message(request: HttpRequest, slug: str) -> HttpResponse:
    """Store a message to the secretariat; one above a limit gets the same answer, and a mark."""
    appeal = appeal_or_404(slug)
    if request.method != "POST":
        return _page(request, slug)
    now = clock.now()
    if _is_over(rate_limits.MESSAGES_FROM_ONE_NETWORK, request, at=now):
        return _too_many(request, slug)
    form = MessageForm(request.POST)
    if not form.is_valid():
        return _page(request, slug, message=form)
    reference, words = form.whole(slug)
    told = form.cleaned_data
    disputes.raise_dispute(
        appeal,
        about=About(told["about"]),
        reference=reference,
        words=words,
        mailbox=told["answer_to"],
        network=networks.network_of(request.META),
        at=now,
    )
    return HttpResponseRedirect(reverse("change_message_sent", args=[slug]))


@require_safe
def message_sent(request: HttpRequest, slug: str) -> HttpResponse:
    """The message has arrived."""
    appeal_or_404(slug)
    return render(request, "removal/message_sent.html", {"slug": slug})


def _page(request: HttpRequest, slug: str, **bound: forms.Form) -> HttpResponse:
    """The page with all three ways; of a form that was wrong, with its errors and all that was typed."""
    ways: dict[str, forms.Form] = {"mail": LostLinkForm(), "code": CodeForm(), "message": MessageForm()} | bound
    status = HTTPStatus.UNPROCESSABLE_ENTITY if bound else HTTPStatus.OK
    return render(request, "removal/removal.html", {"slug": slug, "wrong": bool(bound)} | ways, status=status)


def _way_out(
    request: HttpRequest, form: CodeForm, endorsement: Endorsement, status: HTTPStatus = HTTPStatus.OK
) -> HttpResponse:
    content = {
        "slug": endorsement.appeal.slug,
        "endorsement": endorsement,
        "line": "" if endorsement.sealed_name else line_of(endorsement),
        "code": form.cleaned_data["code"],
        "is_named": endorsement.display == Display.NAMED and endorsement.state in ACTIVE,
        "may_end": endorsement.origin != Origin.IMPORTED,
    }
    return private(render(request, "removal/removal_options.html", content, status=status))


def _is_over(limit: Limit, request: HttpRequest, *, at: datetime) -> bool:
    return not rate_limits.within(limit, networks.network_of(request.META), at=at)


def _too_many(request: HttpRequest, slug: str) -> HttpResponse:
    """The forms rest for an hour; the secretariat's address stands there, since this way out never closes."""
    return render(request, "removal/too_many.html", {"slug": slug}, status=HTTPStatus.TOO_MANY_REQUESTS)
