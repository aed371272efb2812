"""The widget: the only page of this site that another site may show in a frame."""

from csp.decorators import csp_replace
from django.http import HttpRequest, HttpResponse
from django.views.decorators.clickjacking import xframe_options_exempt

from petition.publishing import pages
from petition.web.public.decorators import published
from petition.web.shortcuts import active_language


# Safe in a frame: all that can be pressed in it opens this site in a window of its own.
@published(for_any_query=True)
@xframe_options_exempt
@csp_replace({"frame-ancestors": ["*"]})  # type: ignore[arg-type]  # its type knows no arguments in the path
def embed(request: HttpRequest, slug: str) -> HttpResponse:
    page = pages.render_embed_page(slug, active_language())
    return HttpResponse(page, headers={"Cross-Origin-Resource-Policy": "cross-origin"})
