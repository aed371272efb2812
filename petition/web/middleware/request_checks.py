"""Refuses, before anything else looks at it, what no browser sends from our pages."""

from collections.abc import Callable
from http import HTTPStatus
from urllib.parse import unquote

from django.conf import settings
from django.http import HttpRequest, HttpResponse

from petition.web.errors import error_page


def refuse_what_no_browser_sends(
    get_response: Callable[[HttpRequest], HttpResponse],
) -> Callable[[HttpRequest], HttpResponse]:
    """Middleware: unknown hosts and broken characters (400), bodies over 64 KB (413), other sites' posts (403)."""

    def answer(request: HttpRequest) -> HttpResponse:
        request.get_host()  # raises DisallowedHost, which Django answers with 400
        status = _refusal(request)
        if status:
            return error_page(request, status)
        response = get_response(request)
        is_empty = response.streaming or not response.content  # static files stream, also what they do not take
        if response.status_code == HTTPStatus.METHOD_NOT_ALLOWED and is_empty:
            page = error_page(request, HTTPStatus.METHOD_NOT_ALLOWED)
            page["Allow"] = response["Allow"]
            return page
        return response

    return answer


def _refusal(request: HttpRequest) -> HTTPStatus | None:
    if "chunked" in request.META.get("HTTP_TRANSFER_ENCODING", "").lower():
        return HTTPStatus.LENGTH_REQUIRED
    length = request.META.get("CONTENT_LENGTH") or "0"
    if not (length.isascii() and length.isdigit()) or _is_damaged(request):
        return HTTPStatus.BAD_REQUEST
    if int(length) > settings.DATA_UPLOAD_MAX_MEMORY_SIZE:
        return HTTPStatus.REQUEST_ENTITY_TOO_LARGE
    if request.method == "POST" and not _from_this_site(request):
        return HTTPStatus.FORBIDDEN
    if request.method == "POST" and not all(_is_text(part) for field in request.POST.lists() for part in _flat(field)):
        return HTTPStatus.BAD_REQUEST
    return None


def _flat(field: tuple[str, list[str]]) -> tuple[str, ...]:
    name, values = field
    return (name, *values)


def _is_damaged(request: HttpRequest) -> bool:
    """A broken character in address, query or cookie."""
    said = (request.path_info, unquote(request.META.get("QUERY_STRING", "")), *request.COOKIES.values())
    return not all(_is_text(part) for part in said)


def _is_text(value: str) -> bool:
    """Neither NUL nor a lone surrogate, at which a database raises, nor a byte that was not UTF-8."""
    return not any(char == "\0" or "\ud800" <= char <= "\udfff" for char in value)


def _from_this_site(request: HttpRequest) -> bool:
    """A public form has no session, so there is nothing to forge; a post that says it is another site's is refused.

    Browsers that send neither header are let in, as is `Origin: null`, which pages without a referrer send. A site on
    https has no pages on http: what such a page sends was written by somebody on the way.
    """
    if request.headers.get("Sec-Fetch-Site", "same-origin") not in ("same-origin", "none"):
        return False
    origin = request.headers.get("Origin", "null")
    schemes = ("https",) if settings.SITE_IS_HTTPS else ("http", "https")
    return origin == "null" or origin in [f"{scheme}://{request.get_host()}" for scheme in schemes]
