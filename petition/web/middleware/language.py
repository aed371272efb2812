"""The language of a page is in its address: /ru/…, /ky/…, none for English. Staff pages follow the browser."""

from collections.abc import Callable

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.utils import translation


def language_from_address(
    get_response: Callable[[HttpRequest], HttpResponse],
) -> Callable[[HttpRequest], HttpResponse]:
    """Middleware: activate the language for the request and name it in the response."""

    def middleware(request: HttpRequest) -> HttpResponse:
        language = get_request_language(request)
        with translation.override(language):
            request.LANGUAGE_CODE = language
            response = get_response(request)
        response.headers.setdefault("Content-Language", language)
        return response

    return middleware


def get_request_language(request: HttpRequest) -> str:
    """Return the language by the path, else English; in the admin by Accept-Language."""
    if request.path_info.startswith("/admin/"):
        return translation.get_language_from_request(request)
    return translation.get_language_from_path(request.path_info) or settings.LANGUAGE_CODE
