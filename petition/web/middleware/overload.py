"""Refuse requests for which the process has no thread left."""

from collections.abc import Callable
from http import HTTPStatus

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext_lazy as _

from petition.publishing.cache.rendering import TOO_BUSY
from petition.web.responses import Message, error_page

_NOT_STORED: Message = (
    _("Not sent yet"),
    _("The site is very busy. Nothing was stored. Wait half a minute and send it again."),
)
_BUSY: Message = (
    _("The site is very busy"),
    _("We cannot show this page at the moment. Wait half a minute and open it again."),
)


def refuse_when_busy(get_response: Callable[[HttpRequest], HttpResponse]) -> Callable[[HttpRequest], HttpResponse]:
    """Middleware: answer 503 before the database is used, if publishing/cache/thread_limits.py has no place."""

    def middleware(request: HttpRequest) -> HttpResponse:
        if not request.META.get(TOO_BUSY):
            return get_response(request)
        message = _NOT_STORED if request.method == "POST" else _BUSY
        # thread_limits.py logs once a minute; Django would log each of them.
        response = error_page(request, HTTPStatus.SERVICE_UNAVAILABLE, message, is_logged=False)
        response._has_been_logged = True  # type: ignore[attr-defined]
        return response

    return middleware
