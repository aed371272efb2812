"""Headers of every response, static files and errors included."""

from collections.abc import Callable
from http import HTTPStatus

from django.db import OperationalError
from django.http import HttpRequest, HttpResponse

from petition.publishing.demonstrations import is_demonstration

_PERMISSIONS = "camera=(), display-capture=(), geolocation=(), microphone=(), payment=(), usb=(), browsing-topics=()"


def security_headers(get_response: Callable[[HttpRequest], HttpResponse]) -> Callable[[HttpRequest], HttpResponse]:
    """Middleware: add the headers, and forbid caching where a view does not allow it."""

    def middleware(request: HttpRequest) -> HttpResponse:
        response = get_response(request)
        response.headers.setdefault("Cross-Origin-Resource-Policy", "same-origin")
        response.headers.setdefault("Permissions-Policy", _PERMISSIONS)
        response.headers.setdefault("Cache-Control", "no-store")
        if response.status_code < HTTPStatus.INTERNAL_SERVER_ERROR and _belongs_to_demonstration(request):
            response.headers["X-Robots-Tag"] = "noindex"
        return response

    return middleware


def _belongs_to_demonstration(request: HttpRequest) -> bool:
    """Return whether the address belongs to a demonstration appeal, in any language and format."""
    slug = request.resolver_match and request.resolver_match.kwargs.get("slug")
    if not slug or request.method not in ("GET", "HEAD"):  # search engines do not post
        return False
    try:
        return is_demonstration(slug)
    except OperationalError:
        # The response exists already and must not be lost for this.
        return False
