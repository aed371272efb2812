"""The views for Django's error handlers (petition/urls.py and CSRF_FAILURE_VIEW)."""

import sys
from http import HTTPStatus

from django.db import Error, InterfaceError, OperationalError
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext_lazy as _

from petition.web.responses import Message, error_page

# PostgreSQL's codes for a transaction that was idle too long, and for writing to a server that is not the primary any
# more. Django calls both internal errors.
_UNAVAILABLE = ("25P03", "25006")

_MAYBE_STORED: Message = (
    _("Please send it again"),
    _("The site could not store this in time. Wait half a minute and send it again. Sending it twice does no harm."),
)


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    return error_page(request, HTTPStatus.BAD_REQUEST)


def permission_denied(request: HttpRequest, exception: Exception) -> HttpResponse:
    return error_page(request, HTTPStatus.FORBIDDEN)


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    return error_page(request, HTTPStatus.FORBIDDEN)


def not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    return error_page(request, HTTPStatus.NOT_FOUND)


def server_error(request: HttpRequest) -> HttpResponse:
    """Return 503 if the database is not available, else 500."""
    # Django calls this view inside its `except`, so the error can still be read.
    if is_database_unavailable(sys.exc_info()[1]):
        message = _MAYBE_STORED if request.method == "POST" else None
        return error_page(request, HTTPStatus.SERVICE_UNAVAILABLE, message)
    return error_page(request, HTTPStatus.INTERNAL_SERVER_ERROR)


def is_database_unavailable(error: BaseException | None) -> bool:
    """Return whether the database could not be reached, was locked or full, or took too long."""
    if isinstance(error, OperationalError | InterfaceError):
        return True
    return isinstance(error, Error) and getattr(error.__cause__, "sqlstate", None) in _UNAVAILABLE
