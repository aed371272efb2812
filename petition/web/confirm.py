"""Proof of a mailbox: the button on the page behind the mailed link, or the short code. Opening changes nothing."""

from http import HTTPStatus

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods, require_safe

from petition.actions import endorsements
from petition.actions.listings import line_of
from petition.models import Purpose
from petition.protection import networks, rate_limits
from petition.protection.tokens import digest_of_code, digest_of_token
from petition.vocabulary import clock
from petition.web.endorse import appeal_or_404
from petition.web.errors import error_page


@csrf_exempt
@require_http_methods(["GET", "HEAD", "POST"])
def confirm(request: HttpRequest, token: str) -> HttpResponse:
    """GET shows what would be confirmed; POST confirms it, or erases it when `not_me` was pressed."""
    digest = digest_of_token(token, Purpose.CONFIRM)
    try:
        if request.method == "POST" and "not_me" in request.POST:
            endorsements.disown(digest, at=clock.now())
            return _private(render(request, "endorse/erased.html"))
        if request.method == "POST":
            endorsements.confirm(digest, at=clock.now())
            return _private(HttpResponseRedirect(request.path))
        endorsement = endorsements.behind(digest, at=clock.now())
    except endorsements.NoSuchLink:
        return _private(render(request, "endorse/no_such_link.html", status=HTTPStatus.NOT_FOUND))
    except endorsements.NotOpen:
        return _private(render(request, "endorse/closed.html", status=HTTPStatus.CONFLICT))
    content = {"endorsement": endorsement, "line": line_of(endorsement), "slug": endorsement.appeal.slug}
    return _private(render(request, "endorse/confirm.html", content))


@csrf_exempt
@require_http_methods(["GET", "HEAD", "POST"])
def confirm_code(request: HttpRequest, slug: str) -> HttpResponse:
    """The code instead of the link, for a mail opened on another device. Tries are limited."""
    appeal_or_404(slug)
    if request.method != "POST":
        return render(request, "endorse/code.html", {"slug": slug})
    now = clock.now()
    if not rate_limits.within(rate_limits.CODES_FROM_ONE_NETWORK, networks.network_of(request.META), at=now):
        return error_page(request, HTTPStatus.TOO_MANY_REQUESTS)
    try:
        endorsements.confirm(digest_of_code(request.POST.get("code", ""), slug), at=now)
    except endorsements.NoSuchLink:
        content = {"slug": slug, "typed": request.POST.get("code", ""), "wrong": True}
        return render(request, "endorse/code.html", content, status=HTTPStatus.UNPROCESSABLE_ENTITY)
    except endorsements.NotOpen:
        return render(request, "endorse/closed.html", status=HTTPStatus.CONFLICT)
    return HttpResponseRedirect(reverse("confirmed", args=[slug]))


@require_safe
def confirmed(request: HttpRequest, slug: str) -> HttpResponse:
    """Where the typed code leads."""
    appeal_or_404(slug)
    return render(request, "endorse/confirmed.html", {"slug": slug})


def _private(response: HttpResponse) -> HttpResponse:
    """The address is the key: it goes into no Referer header."""
    response["Referrer-Policy"] = "no-referrer"
    return response
