"""Every error as a page in our design that says what to do, in the reader's language."""

import sys
from collections.abc import Callable
from http import HTTPStatus

from django.db import Error, InterfaceError, OperationalError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from petition.publishing.cache.rendering import TOO_BUSY

RETRY_SECONDS = 30
"""After how long a program is to ask again for what is not there now (RFC 9110, 10.2.3)."""
_IDLE_TOO_LONG = "25P03"
"""PostgreSQL's code for a transaction that rested too long, which Django calls an internal error."""
_HELD_BACK_SECONDS = 3600
_WORDS: dict[HTTPStatus, tuple[str | Promise, str | Promise]] = {
    HTTPStatus.BAD_REQUEST: (
        _("This request could not be read"),
        _("Something in the address or the form was damaged on the way. Go back, reload the page and try again."),
    ),
    HTTPStatus.FORBIDDEN: (
        _("This was not allowed"),
        _("The request came from another site, or from a page that was open too long. Open it again."),
    ),
    HTTPStatus.NOT_FOUND: (
        _("There is nothing at this address"),
        _("The address may be mistyped, or the link may no longer be valid. Start from the appeal."),
    ),
    HTTPStatus.METHOD_NOT_ALLOWED: (
        _("This address does not take that"),
        _("Open the page in a browser and use the form on it."),
    ),
    HTTPStatus.LENGTH_REQUIRED: (
        _("This request could not be read"),
        _("Something in the address or the form was damaged on the way. Go back, reload the page and try again."),
    ),
    HTTPStatus.REQUEST_ENTITY_TOO_LARGE: (
        _("This is too much at once"),
        _("A form here takes 64 kilobytes at most. Shorten what you entered and send it again."),
    ),
    HTTPStatus.TOO_MANY_REQUESTS: (
        _("Too many tries"),
        _("Wait an hour and try again, or open the link in the mail instead. Nothing is lost."),
    ),
    HTTPStatus.INTERNAL_SERVER_ERROR: (
        _("Something went wrong here"),
        _("It is our mistake, not yours, and nothing was stored by halves. Go back and try again in a few minutes."),
    ),
    HTTPStatus.SERVICE_UNAVAILABLE: (
        _("Not available at the moment"),
        _("The list cannot be read just now. Try again in a few minutes."),
    ),
}


_NOT_STORED: tuple[str | Promise, str | Promise] = (
    _("Not sent yet"),
    _("The site is very busy. Nothing was stored. Wait half a minute, then send it again."),
)
_PERHAPS_STORED: tuple[str | Promise, str | Promise] = (
    _("Please send it again"),
    _(
        "The site could not store this in time, or could not confirm it. Wait half a minute, then send it again. "
        "It does no harm if it arrives twice."
    ),
)
_BUSY: tuple[str | Promise, str | Promise] = (
    _("The site is very busy"),
    _("This page cannot be shown just now. Wait half a minute, then open it again."),
)  # fmt: skip


def error_page(
    request: HttpRequest, status: HTTPStatus, words: tuple[str | Promise, str | Promise] | None = None
) -> HttpResponse:
    """The page for `status`, with other `words` if given; it needs neither database nor session."""
    title, advice = words or _WORDS[status]
    content: dict[str, object] = {"title": title, "advice": advice}
    if request.method == "POST" and status >= HTTPStatus.INTERNAL_SERVER_ERROR:
        content |= {"is_post": True, "typed": _typed(request)}
    response = render(request, "error.html", content, status=status)
    response["Cache-Control"] = "no-store"
    if "/endorsements/" in request.path_info:
        response["Referrer-Policy"] = "no-referrer"  # the address is a key (web/own_page/private.py)
    if status == HTTPStatus.SERVICE_UNAVAILABLE:
        response["Retry-After"] = str(RETRY_SECONDS)
    return response


def _typed(request: HttpRequest) -> list[tuple[str, str]]:
    """The fields of a public form as they came, to be sent again. Those of the staff may hold a password."""
    if request.path_info.startswith("/admin/") or request.FILES:
        return []
    return [(name, value) for name, values in request.POST.lists() for value in values]


def refuse_when_busy(get_response: Callable[[HttpRequest], HttpResponse]) -> Callable[[HttpRequest], HttpResponse]:
    """Middleware: a request for which cache/thread_limits.py has no place gets its 503 before the database is asked."""

    def answer(request: HttpRequest) -> HttpResponse:
        if not request.META.get(TOO_BUSY):
            return get_response(request)
        words = _NOT_STORED if request.method == "POST" else _BUSY
        page = error_page(request, HTTPStatus.SERVICE_UNAVAILABLE, words)
        page._has_been_logged = True  # type: ignore[attr-defined]  # limits.py says it once, not for each of a flood
        return page

    return answer


def list_held_back(request: HttpRequest) -> HttpResponse:
    """503 in place of whatever names signatories, after a restore without the journal of removals."""
    title = _("The list is not published at the moment")
    advice = _(
        "This site was restored from a backup, and the secretariat first checks which names were removed. "
        "The text of the appeal can be read."
    )
    response = render(request, "error.html", {"title": title, "advice": advice}, status=HTTPStatus.SERVICE_UNAVAILABLE)
    response["Cache-Control"] = "no-store"
    response["Retry-After"] = str(_HELD_BACK_SECONDS)
    return response


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    return error_page(request, HTTPStatus.BAD_REQUEST)


def permission_denied(request: HttpRequest, exception: Exception) -> HttpResponse:
    return error_page(request, HTTPStatus.FORBIDDEN)


def not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    return error_page(request, HTTPStatus.NOT_FOUND)


def server_error(request: HttpRequest) -> HttpResponse:
    """500; or 503 when it is the database that is gone, which Django calls this for from inside its `except`."""
    if is_database_gone(sys.exc_info()[1]):
        words = _PERHAPS_STORED if request.method == "POST" else None
        return error_page(request, HTTPStatus.SERVICE_UNAVAILABLE, words)
    return error_page(request, HTTPStatus.INTERNAL_SERVER_ERROR)


def is_database_gone(error: BaseException | None) -> bool:
    """Whether the database cannot be reached, is locked, is full, or took too long; no mistake of ours."""
    if isinstance(error, OperationalError | InterfaceError):
        return True
    return isinstance(error, Error) and getattr(error.__cause__, "sqlstate", None) == _IDLE_TOO_LONG


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    return error_page(request, HTTPStatus.FORBIDDEN)
