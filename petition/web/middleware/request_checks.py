"""Refuse requests that no browser sends from our pages, before any other code reads them."""

import re
from collections.abc import Callable
from http import HTTPStatus
from typing import Final
from urllib.parse import unquote

from django.conf import settings
from django.http import HttpRequest, HttpResponse

from petition.web.responses import error_page

_BROKEN = re.compile("[\0\ud800-\udfff]")
UPLOAD_PATHS: Final = frozenset({"/admin/drafts/new/", "/admin/enter/table/"})
"""Staff pages that take a file or a long text, as in deploy/nginx/petition.conf."""


def check_request(get_response: Callable[[HttpRequest], HttpResponse]) -> Callable[[HttpRequest], HttpResponse]:
    """Middleware: refuse unknown hosts, broken characters (400), bodies over 64 KB (413), posts of other sites (403).

    Where staff upload a file a body has 1 MB at most. It also replaces an empty 405 by a page.
    """

    def middleware(request: HttpRequest) -> HttpResponse:
        request.get_host()  # raises DisallowedHost, which Django turns into 400
        status = _refusal_status(request)
        if status:
            return error_page(request, status)
        response = get_response(request)
        is_empty = response.streaming or not response.content  # the 405 of static files is a stream
        if response.status_code == HTTPStatus.METHOD_NOT_ALLOWED and is_empty:
            page = error_page(request, HTTPStatus.METHOD_NOT_ALLOWED)
            page["Allow"] = response["Allow"]
            return page
        return response

    return middleware


def _refusal_status(request: HttpRequest) -> HTTPStatus | None:
    # Without a length nobody can tell how much has to be read.
    if "chunked" in request.META.get("HTTP_TRANSFER_ENCODING", "").lower():
        return HTTPStatus.LENGTH_REQUIRED
    length = request.META.get("CONTENT_LENGTH") or "0"
    if not (length.isascii() and length.isdigit()) or _has_broken_characters(request):
        return HTTPStatus.BAD_REQUEST
    if int(length) > _get_limit(request):
        return HTTPStatus.REQUEST_ENTITY_TOO_LARGE
    if request.method == "POST" and not _is_from_this_site(request):
        return HTTPStatus.FORBIDDEN
    # Last, because reading the fields of a post parses its body.
    if request.method == "POST" and not all(
        _is_text(part) for name, values in request.POST.lists() for part in (name, *values)
    ):
        return HTTPStatus.BAD_REQUEST
    return None


def _get_limit(request: HttpRequest) -> int:
    """Return how many bytes the body may have. Only a browser with a session may send more than a form."""
    may_upload = (
        request.path_info in UPLOAD_PATHS
        and settings.ROLE != "public"
        and settings.SESSION_COOKIE_NAME in request.COOKIES
    )
    return settings.DATA_UPLOAD_MAX_MEMORY_SIZE if may_upload else settings.MAX_FORM_BYTES


def _has_broken_characters(request: HttpRequest) -> bool:
    """Return whether address, query or a cookie has a broken character."""
    parts = (request.path_info, unquote(request.META.get("QUERY_STRING", "")), *request.COOKIES.values())
    return not all(_is_text(part) for part in parts)


def _is_text(value: str) -> bool:
    """Return whether `value` has neither NUL nor a lone surrogate."""
    # Both raise an error in a database. Bytes that are not UTF-8 arrive as lone surrogates.
    return (value.isascii() and "\0" not in value) or not _BROKEN.search(value)


def _is_from_this_site(request: HttpRequest) -> bool:
    """Return False for a post that says that it comes from another site.

    Public forms have no session, so there is no CSRF token to check.
    """
    if request.headers.get("Sec-Fetch-Site", "same-origin") not in ("same-origin", "none"):
        return False
    # Old browsers send neither header, and pages without a referrer send `Origin: null`.
    origin = request.headers.get("Origin", "null")
    # A site on https has no pages on http: somebody on the way would have written such a page.
    schemes = ("https",) if settings.SITE_IS_HTTPS else ("http", "https")
    return origin == "null" or origin in [f"{scheme}://{request.get_host()}" for scheme in schemes]
