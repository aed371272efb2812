"""The appeal and its editions as documents, at addresses without a query: else one would be made for each question."""

from collections.abc import Callable
from http import HTTPStatus

from django.http import HttpRequest, HttpResponse, HttpResponsePermanentRedirect
from django.utils import translation

from petition.publishing.documents import renderer
from petition.web.errors import error_page
from petition.web.public.appeal import published, slow

_DOCX = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"


@slow
@published
def pdf(request: HttpRequest, slug: str, dated: str = "") -> HttpResponse:
    return _document(request, (slug, dated), renderer.pdf, "application/pdf", "inline")


@slow
@published
def docx(request: HttpRequest, slug: str, dated: str = "") -> HttpResponse:
    return _document(request, (slug, dated), renderer.docx, _DOCX, "attachment")


@published
def plain_text(request: HttpRequest, slug: str, dated: str = "") -> HttpResponse:
    return _document(request, (slug, dated), renderer.plain_text, "text/plain; charset=utf-8", "inline")


@slow
@published
def card(request: HttpRequest, slug: str) -> HttpResponse:
    """For whoever shows a picture beside the address; every site may."""
    answer = _document(request, (slug,), renderer.card, "image/png", "inline")
    answer.headers["Cross-Origin-Resource-Policy"] = "cross-origin"
    return answer


def _document(
    request: HttpRequest, what: tuple[str, ...], make: Callable[..., renderer.Document], content_type: str, shown: str
) -> HttpResponse:
    if request.META["QUERY_STRING"]:  # also one in which Django sees no field
        return HttpResponsePermanentRedirect(request.path)
    try:
        document = make(what[0], translation.get_language() or "", *what[1:])
    except renderer.NotRendered:
        return error_page(request, HTTPStatus.SERVICE_UNAVAILABLE)
    disposition = f'{shown}; filename="{document.name}"'  # the name is ASCII (RFC 6266, 4.3)
    return HttpResponse(document.body, content_type=content_type, headers={"Content-Disposition": disposition})
