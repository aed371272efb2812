"""Headers that stand on every answer, static files and errors included."""

from collections.abc import Callable
from http import HTTPStatus

from django.db import OperationalError
from django.http import HttpRequest, HttpResponse

from petition.publishing.demonstrations import is_demonstration

_PERMISSIONS = "camera=(), display-capture=(), geolocation=(), microphone=(), payment=(), usb=(), browsing-topics=()"


def headers_on_every_answer(
    get_response: Callable[[HttpRequest], HttpResponse],
) -> Callable[[HttpRequest], HttpResponse]:
    """Outermost middleware. What does not say how it may be cached is not cached."""

    def answer(request: HttpRequest) -> HttpResponse:
        response = get_response(request)
        response.headers.setdefault("Cross-Origin-Resource-Policy", "same-origin")
        response.headers.setdefault("Permissions-Policy", _PERMISSIONS)
        response.headers.setdefault("Cache-Control", "no-store")
        if response.status_code < HTTPStatus.INTERNAL_SERVER_ERROR and _is_of_demonstration(request):
            response.headers["X-Robots-Tag"] = "noindex"
        return response

    return answer


def _is_of_demonstration(request: HttpRequest) -> bool:
    """Whether the address belongs to a made-up appeal, in any language and format. Search engines do not post."""
    slug = request.resolver_match and request.resolver_match.kwargs.get("slug")
    if not slug or request.method not in ("GET", "HEAD"):
        return False
    try:
        return is_demonstration(slug)
    except OperationalError:  # the answer is there already, and must not be lost for this
        return False
