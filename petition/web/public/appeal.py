"""The page of the appeal, its text, figures and editions, and the pages about the site."""

from django.http import HttpRequest, HttpResponse

from petition.models.database.held_list import is_list_held_back
from petition.publishing import pages, queries
from petition.publishing.cache.degraded_page import render_degraded_page
from petition.publishing.cache.rendering import WITHOUT_LIST
from petition.web.public.decorators import FOR_OTHER_SITES, PLAIN_TEXT, published, published_page
from petition.web.shortcuts import active_language

accessibility = published_page(pages.render_accessibility_page, names_nobody=True)
privacy = published_page(pages.render_privacy_page, names_nobody=True)
edition = published_page(pages.render_edition_page)
figures = published_page(pages.render_figures_page)


@published(names_nobody=True, for_any_query=True)
def appeal(request: HttpRequest, slug: str) -> HttpResponse:
    """The appeal; only its text while the list is on hold or cannot be read."""
    without_list = bool(request.META.get(WITHOUT_LIST))
    if without_list or is_list_held_back():
        page = render_degraded_page(slug, active_language(), is_held_back=not without_list)
        return HttpResponse(page, headers={"Cache-Control": "no-store"})
    return HttpResponse(pages.render_appeal_page(slug, active_language()))


@published(names_nobody=True)
def text(request: HttpRequest, slug: str, language: str) -> HttpResponse:
    """The canonical text: the bytes whose SHA-256 is bound to each endorsement."""
    body = queries.get_canonical_text(slug, language).encode()
    return HttpResponse(body, content_type=PLAIN_TEXT, headers=FOR_OTHER_SITES)
