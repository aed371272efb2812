"""Every error as a page in our design that says what to do, in the reader's language."""

import sys
from http import HTTPStatus

from django.db import InterfaceError, OperationalError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

RETRY_SECONDS = 30
"""After how long a program is to ask again for what is not there now (RFC 9110, 10.2.3)."""
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


def error_page(request: HttpRequest, status: HTTPStatus) -> HttpResponse:
    """The page for `status`; it needs neither database nor session."""
    title, advice = _WORDS[status]
    response = render(request, "error.html", {"title": title, "advice": advice}, status=status)
    response["Cache-Control"] = "no-store"
    if status == HTTPStatus.SERVICE_UNAVAILABLE:
        response["Retry-After"] = str(RETRY_SECONDS)
    return response


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
    if isinstance(sys.exc_info()[1], OperationalError | InterfaceError):
        return error_page(request, HTTPStatus.SERVICE_UNAVAILABLE)
    return error_page(request, HTTPStatus.INTERNAL_SERVER_ERROR)


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    return error_page(request, HTTPStatus.FORBIDDEN)
