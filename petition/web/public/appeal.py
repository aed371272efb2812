"""Pages made from the record alone; publishing/cache/middleware.py keeps them in memory."""

from collections.abc import Callable
from http import HTTPStatus
from typing import Any, Final

from django.db import OperationalError
from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.utils import translation
from django.views.decorators.http import require_safe

from petition.models import SiteState
from petition.publishing import pages, records
from petition.publishing.cache.degraded_page import text_only_page
from petition.publishing.cache.rendering import WITHOUT_DATABASE, WITHOUT_LIST
from petition.publishing.cache.thread_limits import Lane
from petition.web.errors import error_page, list_held_back

View = Callable[..., HttpResponseBase]
PLAIN: Final = "text/plain; charset=utf-8"
FOR_OTHER_SITES: Final = {"Access-Control-Allow-Origin": "*", "Cross-Origin-Resource-Policy": "cross-origin"}
"""Data is for other sites to read as well."""


def published(view: View) -> View:
    """Marks `view` as made from its path alone: revalidated; 404 for what is not public; 503 without database."""

    @require_safe
    def answer(request: HttpRequest, **of_path: Any) -> HttpResponseBase:
        if request.META.get(WITHOUT_DATABASE):
            return error_page(request, HTTPStatus.SERVICE_UNAVAILABLE)
        try:
            if not getattr(view, "names_nobody", False) and SiteState.objects.list_is_held_back():
                return list_held_back(request)
            response = view(request, **of_path)
        except records.NotPublished as error:
            raise Http404 from error
        except OperationalError:
            return error_page(request, HTTPStatus.SERVICE_UNAVAILABLE)
        response.headers.setdefault("Cache-Control", "public, no-cache")
        return response

    answer.published = True  # type: ignore[attr-defined]  # read by publishing/cache/middleware.py
    answer.csrf_exempt = True  # type: ignore[attr-defined]  # it takes no form, and says so with 405
    return answer


def names_nobody(view: View) -> View:
    """Marks a `view`, below `published`, whose answer names no signatory: it is there while the list is held back."""
    view.names_nobody = True  # type: ignore[attr-defined]  # read above
    return view


def for_any_query(view: View) -> View:
    """Marks a published `view` as the same whatever query its address carries: links get one where they are shared."""
    view.for_any_query = True  # type: ignore[attr-defined]  # likewise
    return view


def slow(view: View) -> View:
    """Marks a published `view` as one that takes seconds: few visitors at a time may wait for such."""
    view.lane = Lane.DOCUMENTS  # type: ignore[attr-defined]  # likewise
    return view


def export(view: View) -> View:
    """Marks a published `view` as one that reads the whole list, which takes seconds where the list is long."""
    view.lane = Lane.EXPORTS  # type: ignore[attr-defined]  # likewise
    return view


def _language() -> str:
    return translation.get_language() or ""


@for_any_query
@published
@names_nobody
def appeal(request: HttpRequest, slug: str) -> HttpResponse:
    without_list = bool(request.META.get(WITHOUT_LIST))
    if without_list or SiteState.objects.list_is_held_back():
        page = text_only_page(slug, _language(), is_held_back=not without_list)
        return HttpResponse(page, headers={"Cache-Control": "no-store"})
    return HttpResponse(pages.appeal_page(slug, _language()))


@for_any_query
@published
@names_nobody
def accessibility(request: HttpRequest) -> HttpResponse:
    return HttpResponse(pages.accessibility_page(_language()))


@for_any_query
@published
@names_nobody
def privacy(request: HttpRequest) -> HttpResponse:
    return HttpResponse(pages.privacy_page(_language()))


@for_any_query
@published
def edition(request: HttpRequest, slug: str, dated: str) -> HttpResponse:
    return HttpResponse(pages.edition_page(slug, _language(), dated))


@for_any_query
@published
def figures(request: HttpRequest, slug: str) -> HttpResponse:
    return HttpResponse(pages.figures_page(slug, _language()))


@published
@names_nobody
def text(request: HttpRequest, slug: str, language: str) -> HttpResponse:
    """The canonical text, the bytes whose SHA-256 is bound to each endorsement."""
    return HttpResponse(records.exact_text(slug, language).encode(), content_type=PLAIN, headers=FOR_OTHER_SITES)
