"""Search the list by words, by country and by kind: keys in memory choose rows, which are then read and compared."""

from dataclasses import dataclass
from itertools import chain, islice
from typing import Final

from petition.models.database.held_list import is_list_held_back
from petition.models.signatories import Kind, Signatory, Status
from petition.publishing.cache.search_keys import SearchWords, Texts, load_keys
from petition.publishing.public_records import SignatoryRecord
from petition.publishing.queries import build_records, get_published_appeal
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
    words = _build_words(query)
    if words is None:
        return SearchResult([], [], has_more=False)
    kinds = [kind for kind in Kind if query.kind in ("", kind)]
    appeal = get_published_appeal(slug)
    keys = load_keys(appeal)
    ids = chain.from_iterable(keys[kind].find(words) for kind in kinds)
    entries: list[SignatoryRecord] = []
    # In pieces: where entries were removed or edited since the keys were read, fewer than were found may still match.
    while len(entries) <= MAX_RESULTS and (piece := list(islice(ids, MAX_RESULTS + 1))):
        entries += build_records(_read_matching(appeal.pk, piece, words))
    shown = entries[:MAX_RESULTS]
    return SearchResult(
        originals=[entry for entry in shown if entry.kind == Kind.ORIGINAL],
        further=[entry for entry in shown if entry.kind == Kind.FURTHER],
        has_more=len(entries) > MAX_RESULTS,
    )


def _build_words(query: SearchQuery) -> SearchWords | None:
    """Return what an entry must have; None if nothing can match."""
    if not query.q:
        return SearchWords(country=query.country)
    words = tuple((word, fold_to_latin(word)) for word in fold(query.q).split()[:MAX_WORDS])
    return SearchWords(words, find_country(query.q) or "", query.country) if words else None


def _read_matching(appeal_id: int, ids: list[int], words: SearchWords) -> list[Signatory]:
    """Return the rows with these ids that are listed and match now, in the order of the list."""
    if is_list_held_back():
        return []
    # By their ids alone: asked for the appeal too, PostgreSQL without fresh statistics reads all entries of the appeal.
    rows = [row for row in Signatory.objects.filter(pk__in=ids).order_by() if _is_listed(row, appeal_id)]
    matching = [row for row in rows if words.is_in(Texts(row.folded, row.latin, row.countries))]
    return sorted(matching, key=lambda row: (row.kind != Kind.ORIGINAL, row.number))


def _is_listed(row: Signatory, appeal_id: int) -> bool:
    return row.appeal_id == appeal_id and row.status == Status.LISTED
