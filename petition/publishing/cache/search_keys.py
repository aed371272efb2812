"""What searches compare, of all listed entries of an appeal, in the memory of one process.

A scan of 100,000 names in the database takes 60 to 110 ms, in memory less than 10. These keys only choose which rows
are read: what is shown comes from the database and is compared once more, so a name that was removed is never found.
"""

import time
from array import array
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import islice
from threading import Lock
from typing import Final, NamedTuple

from django.db import connection

from petition.models.appeals import Appeal
from petition.models.signatories import Kind, Signatory, SignatoryQuerySet

SHORT_LIST: Final = 2_000
"""A list of at most so many entries is read again at once when an entry was changed; a longer one by `keep_keys`."""
RELOAD_SECONDS: Final = 10.0
"""How often at most a long list is read again. Until then a corrected entry is not found by its new words."""
_CHUNK: Final = 5_000

_BLOCK: Final = 64

Word = tuple[str, str]
"""A word of a search: folded, and the same in Latin letters."""


class Texts(NamedTuple):
    """What a search compares: of one entry, or of many, a line for each."""

    folded: str
    latin: str
    countries: str


@dataclass(frozen=True)
class SearchWords:
    """What an entry must have: every word, or the country that they name; and `country`, if it is not empty."""

    words: tuple[Word, ...] = ()
    named_country: str = ""
    country: str = ""

    def is_in(self, texts: Texts) -> bool:
        """Return whether an entry matches; of many, whether one of them may match."""
        if self.country and self.country not in texts.countries:
            return False
        if self.named_country and self.named_country in texts.countries:
            return True
        return all(own in texts.folded or latin in texts.latin for own, latin in self.words)

    def find_lines(self, block: Texts) -> Iterator[int]:
        """Yield the numbers, from 0, of the lines that match."""
        parts = [part.split("\n") for part in block]
        lines: Iterable[int] = range(len(parts[0]))
        if not self.named_country and self.words:  # only those that have the word that fewest have
            own, latin = min(self.words, key=lambda word: block.folded.count(word[0]) + block.latin.count(word[1]))
            lines = sorted({*_lines_with(own, block.folded), *_lines_with(latin, block.latin)})
        yield from (line for line in lines if self.is_in(Texts(*(part[line] for part in parts))))


def _lines_with(word: str, text: str) -> Iterator[int]:
    """Yield the numbers of the lines of the text that have the word, each once or more."""
    line, begin, place = 0, 0, text.find(word)
    while place >= 0:
        line += text.count("\n", begin, place)
        yield line
        begin, place = place, text.find(word, place + 1)


class Keys:
    """The keys of the entries of one kind, in the order of the list.

    They are joined in blocks: most blocks have no entry that matches, and looking at a block is as quick as at two
    entries.
    """

    def __init__(self) -> None:
        self.ids = array("Q")
        self.blocks: list[Texts] = []

    def extend(self, rows: SignatoryQuerySet) -> None:
        """Add the keys of those of these rows that are listed."""
        columns = rows.listed().order_by("number").values_list("pk", "folded", "latin", "countries")
        fetched = columns.iterator(chunk_size=_CHUNK)
        while entries := list(islice(fetched, _BLOCK)):
            self.ids.extend(pk for pk, *_texts in entries)
            self.blocks.append(Texts(*("\n".join(texts) for texts in list(zip(*entries, strict=True))[1:])))

    def find(self, words: SearchWords) -> Iterator[int]:
        """Yield the ids of the entries that match."""
        first = 0
        for block in self.blocks:
            if words.is_in(block):
                yield from (self.ids[first + line] for line in words.find_lines(block))
            first += block.countries.count("\n") + 1


class _AppealKeys:
    """The keys of all listed entries of an appeal at one revision."""

    def __init__(self, appeal: Appeal) -> None:
        self.read_at = time.monotonic()
        self.of_kind = {kind: Keys() for kind in Kind}
        self.of_kind[Kind.ORIGINAL].extend(_rows(appeal, Kind.ORIGINAL))
        self.of_kind[Kind.FURTHER].extend(_rows(appeal, Kind.FURTHER).filter(number__lte=appeal.last_number))
        self._edits, self._last_number = appeal.edits, appeal.last_number

    def lacks_edits(self, appeal: Appeal) -> bool:
        """Return whether anything happened since but that entries were added."""
        return self._edits != appeal.edits or self._last_number > appeal.last_number

    def add_new(self, appeal: Appeal) -> None:
        """Add the entries with the numbers that were given since."""
        numbers = (self._last_number + 1, appeal.last_number)
        if numbers[0] <= numbers[1]:
            self.of_kind[Kind.FURTHER].extend(_rows(appeal, Kind.FURTHER).filter(number__range=numbers))
            # Edits stay those of the first reading, so that `lacks_edits` tells of them until all is read again.
            self._last_number = appeal.last_number

    @property
    def is_long(self) -> bool:
        return len(self.of_kind[Kind.FURTHER].ids) > SHORT_LIST


_kept: dict[int, _AppealKeys] = {}
_lock: Final = Lock()


def load_keys(appeal: Appeal) -> dict[Kind, Keys]:
    """Return the keys of the entries of each kind, as they are now or, of a long list, were RELOAD_SECONDS ago.

    Entries that were added since are always there.
    """
    with _lock:
        keys = _kept.get(appeal.pk)
        if keys is None or (keys.lacks_edits(appeal) and not keys.is_long):
            keys = _AppealKeys(appeal)
        else:
            keys.add_new(appeal)
        # What a transaction has written may be rolled back, so what it sees is forgotten.
        if connection.in_atomic_block:
            _kept.pop(appeal.pk, None)
        else:
            _kept[appeal.pk] = keys
        return keys.of_kind


def keep_keys() -> bool:
    """Read the keys of long lists again in which anything was edited or removed; return whether all are as they should.

    Called again and again by a thread of its own, so that no search waits for it.
    """
    is_done = True
    appeals = Appeal.objects.published().in_bulk(list(_kept))
    for pk, keys in list(_kept.items()):
        if pk not in appeals:
            _kept.pop(pk, None)
        elif keys.lacks_edits(appeals[pk]):
            if time.monotonic() - keys.read_at >= RELOAD_SECONDS:
                _kept[pk] = _AppealKeys(appeals[pk])
            else:
                is_done = False
    return is_done


def forget_keys() -> None:
    """Empty the memory."""
    with _lock:
        _kept.clear()


def _rows(appeal: Appeal, kind: Kind) -> SignatoryQuerySet:
    # Whether the list is held back is asked when the entries are read to be shown.
    return Signatory.objects.filter(appeal_id=appeal.pk).of_kind(kind)
