"""The widget: the only page of this site that another site may show in a frame."""

from csp.decorators import csp_replace
from django.http import HttpRequest, HttpResponse
from django.utils import translation
from django.views.decorators.clickjacking import xframe_options_exempt

from petition.publishing import pages
from petition.web.public.appeal import for_any_query, published


def _widget(request: HttpRequest, slug: str) -> HttpResponse:
    """There is nothing to press in it that does more than open this site in a window of its own."""
    page = pages.embed_page(slug, translation.get_language() or "")
    return HttpResponse(page, headers={"Cross-Origin-Resource-Policy": "cross-origin"})


# Their types know no path.
embed = for_any_query(published(xframe_options_exempt(csp_replace({"frame-ancestors": ["*"]})(_widget))))  # type: ignore[arg-type]
