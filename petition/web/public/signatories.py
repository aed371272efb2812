"""The list of signatories: its pages, searches, permanent links and the list of changes."""

from http import HTTPStatus

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse

from petition.models import Kind
from petition.publishing import pages, queries, ranges
from petition.publishing.search import SearchQuery
from petition.reference.countries import COUNTRY_CODES
from petition.text.names import clean
from petition.web.public.decorators import published, published_page
from petition.web.responses import error_page
from petition.web.shortcuts import active_language

MAX_QUERY_LENGTH = 200  # characters; the field takes no more

changes = published_page(pages.render_changes_page, for_any_query=False)


@published()
def signatories(request: HttpRequest, slug: str) -> HttpResponse:
    """A page of the list, or the result of a search by `q`, `country` and `kind`; `number` leads to its entry."""
    query = request.GET
    if number := query.get("number"):
        return _redirect_to_further(slug, _parse_number(number))
    if len(query.get("q", "")) > MAX_QUERY_LENGTH:
        return error_page(request, HTTPStatus.BAD_REQUEST)
    search = SearchQuery(q=clean(query.get("q", "")), country=query.get("country", ""), kind=query.get("kind", ""))
    if not search:
        page = _parse_number(query.get("page", "1"))
        return HttpResponse(pages.render_signatories_page(slug, active_language(), page))
    if search.country not in {"", *COUNTRY_CODES} or search.kind not in {"", *Kind.values} or "page" in query:
        raise Http404
    return HttpResponse(pages.render_search_page(slug, active_language(), search))


@published()
def signatory(request: HttpRequest, slug: str, kind: str, number: str) -> HttpResponse:
    """The permanent link of one entry; redirects to its place in the list."""
    if not queries.has_signatory(slug, kind, int(number)):
        raise Http404
    page = ranges.get_page_number(int(number)) if kind == Kind.FURTHER else 1
    return _redirect_to_entry(slug, kind, int(number), page)


def _parse_number(typed: str) -> int:
    """Return a number from an address. Raises Http404."""
    # isascii, because isdigit and int accept digits of other scripts: each page would have several addresses.
    if not (typed.isascii() and typed.isdigit() and len(typed) < 8):
        raise Http404
    return int(typed)


def _redirect_to_further(slug: str, number: int) -> HttpResponse:
    """Redirect to the further signatory with this number; if it is too high, to the end of the list."""
    page = min(ranges.get_page_number(max(number, 1)), queries.count_pages(slug))
    return _redirect_to_entry(slug, Kind.FURTHER, number, page)


def _redirect_to_entry(slug: str, kind: str, number: int, page: int) -> HttpResponse:
    query = f"?page={page}" if page > 1 else ""
    return HttpResponseRedirect(f"{reverse('signatories', args=[slug])}{query}#{kind}-{number}")
