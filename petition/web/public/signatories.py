"""The list of signatories: its pages, what a search finds, its permanent links, what was changed in it."""

from http import HTTPStatus

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils import translation

from petition.models import Kind
from petition.publishing import pages, records
from petition.publishing.search import Search
from petition.reference.countries import CODES
from petition.text.names import clean
from petition.web.errors import error_page
from petition.web.public.appeal import published

MOST_TYPED = 200
"""Characters of a search; the field takes no more."""


@published
def signatories(request: HttpRequest, slug: str) -> HttpResponse:
    """A page of the list, or what `q`, `country` and `kind` find; `number` leads to the page where it stands."""
    asked = request.GET
    if number := asked.get("number"):
        return _to_number(slug, _number(number))
    if len(asked.get("q", "")) > MOST_TYPED:
        return error_page(request, HTTPStatus.BAD_REQUEST)
    language = translation.get_language() or ""
    search = Search(q=clean(asked.get("q", "")), country=asked.get("country", ""), kind=asked.get("kind", ""))
    if not search:
        return HttpResponse(pages.signatories_page(slug, language, _number(asked.get("page", "1"))))
    if search.country not in {"", *CODES} or search.kind not in {"", *Kind.values} or "page" in asked:
        raise Http404
    return HttpResponse(pages.found_page(slug, language, search))


@published
def signatory(request: HttpRequest, slug: str, kind: str, number: str) -> HttpResponse:
    """The permanent link of one line leads to its place in the list."""
    if not records.has_signatory(slug, kind, int(number)):
        raise Http404
    return _to_line(slug, kind, int(number), pages.page_of(int(number)) if kind == "further" else 1)


@published
def changes(request: HttpRequest, slug: str) -> HttpResponse:
    return HttpResponse(pages.changes_page(slug, translation.get_language() or ""))


def _number(typed: str) -> int:
    if not (typed.isascii() and typed.isdigit() and len(typed) < 8):
        raise Http404
    return int(typed)


def _to_number(slug: str, number: int) -> HttpResponse:
    """To the further signatory with this number; one that is too high leads to the end of the list."""
    return _to_line(slug, "further", number, min(pages.page_of(max(number, 1)), records.page_count(slug)))


def _to_line(slug: str, kind: str, number: int, page: int) -> HttpResponse:
    query = f"?page={page}" if page > 1 else ""
    return HttpResponseRedirect(f"{reverse('signatories', args=[slug])}{query}#{kind}-{number}")
