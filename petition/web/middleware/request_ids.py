"""Let log lines and error pages say which request they belong to."""

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse

from petition.security import request_log


def follow_request(get_response: Callable[[HttpRequest], HttpResponse]) -> Callable[[HttpRequest], HttpResponse]:
    """Outermost middleware: give the request its number, which is ours and never one that a visitor sends."""

    def middleware(request: HttpRequest) -> HttpResponse:
        with request_log.follow(request):
            return get_response(request)

    return middleware
