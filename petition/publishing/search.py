"""Looking a line up: by words as anybody would type them, by country, by kind. One scan, however long the list."""

from dataclasses import dataclass
from typing import Final

from django.db.models import Q, Value
from django.db.models.functions import StrIndex
from django.db.models.lookups import GreaterThan

from petition.models.signatories import Kind, SignatoryQuerySet
from petition.publishing import records
from petition.reference.countries import code_of
from petition.text.names import folded
from petition.text.search_keys import latin

MOST: Final = 100
"""How many lines an answer shows; it says whether there are more."""
MOST_WORDS: Final = 8


@dataclass(frozen=True)
class Search:
    """What is asked; an empty field asks for nothing."""

    q: str = ""  # words
    country: str = ""  # ISO 3166-1 alpha-2
    kind: str = ""  # original, further

    def __bool__(self) -> bool:
        return bool(self.q or self.country or self.kind)


@dataclass(frozen=True)
class Found:
    originals: list[records.SignatoryRecord]
    further: list[records.SignatoryRecord]
    are_more: bool

    def __len__(self) -> int:
        return len(self.originals) + len(self.further)


def found(slug: str, search: Search) -> Found:
    """The first MOST listed lines that have every word, in the order of the list. Raises NotPublished.

    A word is found anywhere in a line, in its own letters or in Latin ones; the name of a country in any language of
    the site finds the lines that print this country. Words without letter or digit find nothing.
    """
    asked = _asked(records._signatories(slug).listed(), search)
    lines: list[records.SignatoryRecord] = []
    for kind in Kind:  # by kind, so that the index gives the order, and a scan ends with the line that is one too many
        if search.kind in ("", kind) and len(lines) <= MOST:
            lines += records._records(asked.of_kind(kind).order_by("number")[: MOST + 1 - len(lines)])
    shown = lines[:MOST]
    return Found(
        originals=[line for line in shown if line.kind == Kind.ORIGINAL],
        further=[line for line in shown if line.kind == Kind.FURTHER],
        are_more=len(lines) > MOST,
    )


def _asked(lines: SignatoryQuerySet, search: Search) -> SignatoryQuerySet:
    if search.country:
        lines = lines.filter(_has("countries", search.country))
    if not search.q:
        return lines
    words = folded(search.q).split()[:MOST_WORDS]
    if not words:
        return lines.none()
    in_line = Q()
    for word in words:
        in_line &= Q(_has("folded", word)) | Q(_has("latin", latin(word)))
    code = code_of(search.q)
    return lines.filter(in_line | Q(_has("countries", code)) if code else in_line)


def _has(column: str, part: str) -> GreaterThan:
    """`part` stands in `column`: no pattern, so nothing in it is a wildcard."""
    return GreaterThan(StrIndex(column, Value(part)), Value(0))
