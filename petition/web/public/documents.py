"""The appeal and its editions as documents, and the picture for links to the appeal."""

from collections.abc import Callable
from http import HTTPStatus

from django.http import HttpRequest, HttpResponse, HttpResponsePermanentRedirect

from petition.publishing.cache.thread_limits import RequestKind
from petition.publishing.documents import renderer
from petition.web.public.decorators import PLAIN_TEXT, View, published
from petition.web.responses import error_page
from petition.web.shortcuts import active_language

_DOCX = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"


def _document_view(
    render: Callable[..., renderer.Document],
    content_type: str,
    *,
    disposition: str = "inline",
    request_kind: RequestKind = RequestKind.DOCUMENTS,
    headers: dict[str, str] | None = None,
) -> View:
    """Return the view of a document; `render` gets the arguments in the path and the language."""

    @published(request_kind=request_kind)
    def view(request: HttpRequest, **path_arguments: str) -> HttpResponse:
        # Not request.GET: that is also empty for a query like "?&". Each query would render the document once more.
        if request.META["QUERY_STRING"]:
            return HttpResponsePermanentRedirect(request.path)
        try:
            document = render(**path_arguments, language=active_language())
        except renderer.RenderingFailed:
            return error_page(request, HTTPStatus.SERVICE_UNAVAILABLE)
        response = HttpResponse(document.body, content_type=content_type, headers=headers)
        # The file name is ASCII, so it needs no encoding (RFC 6266, 4.3).
        response["Content-Disposition"] = f'{disposition}; filename="{document.name}"'
        return response

    return view


pdf = _document_view(renderer.render_pdf, "application/pdf")
docx = _document_view(renderer.render_docx, _DOCX, disposition="attachment")
plain_text = _document_view(renderer.render_plain_text, PLAIN_TEXT, request_kind=RequestKind.PAGES)
# Other sites show this picture beside a link to the appeal.
card = _document_view(renderer.render_card, "image/png", headers={"Cross-Origin-Resource-Policy": "cross-origin"})
