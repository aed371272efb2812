"""Search the list by words, by country and by kind. One scan, however long the list is."""

from dataclasses import dataclass
from typing import Final

from django.db.models import Q, Value
from django.db.models.functions import StrIndex
from django.db.models.lookups import GreaterThan

from petition.models.signatories import Kind, SignatoryQuerySet
from petition.publishing.public_records import SignatoryRecord
from petition.publishing.queries import build_records, query_signatories
from petition.reference.countries import find_country
from petition.text.names import fold, fold_to_latin

MAX_RESULTS: Final = 100
"""How many entries a result shows; it says whether there are more."""
MAX_WORDS: Final = 8


@dataclass(frozen=True)
class SearchQuery:
    """What to search for; an empty field does not restrict the result."""

    q: str = ""  # words
    country: str = ""  # ISO 3166-1 alpha-2
    kind: str = ""  # original, further

    def __bool__(self) -> bool:
        return bool(self.q or self.country or self.kind)


@dataclass(frozen=True)
class SearchResult:
    originals: list[SignatoryRecord]
    further: list[SignatoryRecord]
    has_more: bool

    def __len__(self) -> int:
        return len(self.originals) + len(self.further)


def search(slug: str, query: SearchQuery) -> SearchResult:
    """Return the first MAX_RESULTS listed entries that match, in the order of the list. Raises NotPublished.

    Every word must be somewhere in the entry, in its own letters or in Latin ones. A country's name in any language
    of the site matches the entries that print this country. Words without a letter or digit match nothing.
    """
    matching = _filter(query_signatories(slug).listed(), query)
    entries: list[SignatoryRecord] = []
    # One query for each kind, so that the index gives the order and the scan ends at the first entry too many.
    for kind in Kind:
        if query.kind in ("", kind) and len(entries) <= MAX_RESULTS:
            limit = MAX_RESULTS + 1 - len(entries)
            entries += build_records(matching.of_kind(kind).order_by("number")[:limit])
    shown = entries[:MAX_RESULTS]
    return SearchResult(
        originals=[entry for entry in shown if entry.kind == Kind.ORIGINAL],
        further=[entry for entry in shown if entry.kind == Kind.FURTHER],
        has_more=len(entries) > MAX_RESULTS,
    )


def _filter(signatories: SignatoryQuerySet, query: SearchQuery) -> SignatoryQuerySet:
    if query.country:
        signatories = signatories.filter(_contains("countries", query.country))
    if not query.q:
        return signatories
    words = fold(query.q).split()[:MAX_WORDS]
    if not words:
        return signatories.none()
    has_words = Q()
    for word in words:
        has_words &= Q(_contains("folded", word)) | Q(_contains("latin", fold_to_latin(word)))
    code = find_country(query.q)
    return signatories.filter(has_words | Q(_contains("countries", code)) if code else has_words)


def _contains(column: str, part: str) -> GreaterThan:
    # Not LIKE: in a pattern a typed % or _ would be a wildcard.
    return GreaterThan(StrIndex(column, Value(part)), Value(0))
