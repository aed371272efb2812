"""The appeal as documents, at addresses without a query: one that came with a question would be made for it alone."""

from collections.abc import Callable
from http import HTTPStatus

from django.http import HttpRequest, HttpResponse, HttpResponsePermanentRedirect
from django.utils import translation

from petition.publishing.documents import press
from petition.web.errors import error_page
from petition.web.published import published

_DOCX = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"


@published
def pdf(request: HttpRequest, slug: str) -> HttpResponse:
    return _document(request, slug, press.pdf, "application/pdf", "inline")


@published
def docx(request: HttpRequest, slug: str) -> HttpResponse:
    return _document(request, slug, press.docx, _DOCX, "attachment")


@published
def plain_text(request: HttpRequest, slug: str) -> HttpResponse:
    return _document(request, slug, press.plain_text, "text/plain; charset=utf-8", "inline")


def _document(
    request: HttpRequest, slug: str, make: Callable[[str, str], press.Document], content_type: str, shown: str
) -> HttpResponse:
    if request.GET:
        return HttpResponsePermanentRedirect(request.path)
    try:
        document = make(slug, translation.get_language() or "")
    except press.NotRendered:
        return error_page(request, HTTPStatus.SERVICE_UNAVAILABLE)
    disposition = f'{shown}; filename="{document.name}"'  # the name is ASCII (RFC 6266, 4.3)
    return HttpResponse(document.body, content_type=content_type, headers={"Content-Disposition": disposition})
