"""The language of a page is in its address: /ru/…, /ky/…, none for English. Staff pages follow the browser."""

from collections.abc import Callable

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.utils import translation


def language_by_address(get_response: Callable[[HttpRequest], HttpResponse]) -> Callable[[HttpRequest], HttpResponse]:
    """Middleware: the language is active while the request is answered, and named in the answer."""

    def answer(request: HttpRequest) -> HttpResponse:
        language = language_of(request)
        with translation.override(language):
            request.LANGUAGE_CODE = language
            response = get_response(request)
        response.headers.setdefault("Content-Language", language)
        return response

    return answer


def language_of(request: HttpRequest) -> str:
    """By the path, else English; in the admin by Accept-Language."""
    if request.path_info.startswith("/admin/"):
        return preferred_language(request)
    return translation.get_language_from_path(request.path_info) or settings.LANGUAGE_CODE


def preferred_language(request: HttpRequest) -> str:
    """The first of our languages that the browser asks for, else English."""
    return translation.get_language_from_request(request)
