"""Compare the words of a source with those of the blocks made of it: nothing may be lost, added or put elsewhere."""

import re
from bisect import bisect_left
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from enum import StrEnum
from typing import Final

from django.utils.translation import gettext as _

from petition.statements.blocks import BlockKind, Statement

# A capital with a full stop is an initial: "А. Аскаров".
_MARKER: Final = re.compile(
    r"\(?(?:\d{1,3}(?:\.\d{1,3})*[.)]|[a-zа-яё]\.|[^\W\d_]\)|[ivx]{1,5}[.)]|[IVX]{2,5}[.)])|[^\w\s(\[{\"“„«'‘]"
)
_TIGHT: Final = re.compile(
    r"^(?P<marker>[•‣◦▪▫●○■□◆·∙⁃➢➤✓✔\uf0b7\uf0a7\uf0d8]|\(?\d{1,3}(?:\.\d{1,3})*[.)](?=[^\W\d_]|[\"“„«]))(?=\S)"
)
_HYPHENS: Final = ("-", "\u2010", "\u00ad")
_AGREE: Final = 3  # words that must be the same before both sides count as together again


class Change(StrEnum):
    MARKER = "marker"  # the bullet or number of an item, which its kind now says
    HYPHEN = "hyphen"  # a word that was broken at the end of a line
    DROPPED = "dropped"  # a person said that it is left out
    LOST = "lost"  # of the source, and in no block
    ADDED = "added"  # in a block, and not in the source


HARMLESS: Final = frozenset({Change.MARKER, Change.HYPHEN, Change.DROPPED})


@dataclass(frozen=True)
class Difference:
    """One difference: the line of the source and the index of the block where it is, both from 1, and the words."""

    change: Change
    line: int
    block: int
    words: str


@dataclass(frozen=True)
class _Word:
    text: str
    place: int  # the line of the source, or the index of the block
    starts: bool  # the first word there


def compare_words(source: str, statement: Statement) -> list[Difference]:
    """Return every difference between the words of the source and the blocks, in order.

    A word is what stands between white space. Takes time in proportion to the text.
    """
    kept = [(index, block.text) for index, block in enumerate(statement.blocks, 1) if block.kind != BlockKind.DROPPED]
    dropped = [_loosen(block.text).split() for block in statement.blocks if block.kind == BlockKind.DROPPED]
    lines = [(number, _loosen(line)) for number, line in _number_lines(source)]
    return list(_Comparison(_split(lines), _split(kept), dropped).differences())


def describe_difference(difference: Difference) -> str:
    """Return the difference as a sentence."""
    if difference.change == Change.ADDED:
        return _("The source does not have “%(words)s” of block %(block)s.") % asdict(difference)
    return _("No block has “%(words)s” of line %(line)s of the source. Mark it with ! if it is left out.") % asdict(
        difference
    )


def _number_lines(source: str) -> Iterator[tuple[int, str]]:
    text = source.removeprefix("\ufeff").replace("\r\n", "\n").replace("\r", "\n")
    return enumerate(text.split("\n"), 1)


def _loosen(line: str) -> str:
    """Return the line with a space behind its marker."""
    return _TIGHT.sub(r"\g<marker> ", line.strip(), count=1)


def _split(parts: Sequence[tuple[int, str]]) -> list[_Word]:
    return [_Word(word, place, at == 0) for place, text in parts for at, word in enumerate(text.split())]


def _run(words: list[_Word], index: int) -> tuple[str, ...]:
    return tuple(word.text for word in words[index : index + _AGREE])


class _Comparison:
    """Walks through both sides at once."""

    def __init__(self, source: list[_Word], blocks: list[_Word], dropped: list[list[str]]) -> None:
        self.source, self.blocks, self.dropped = source, blocks, dropped
        self.at, self.on = 0, 0
        self.places: dict[tuple[str, ...], list[int]] = {}  # where each run of words stands in the blocks
        for index in range(len(blocks)):
            self.places.setdefault(_run(blocks, index), []).append(index)

    def differences(self) -> Iterator[Difference]:
        while self.at < len(self.source) or self.on < len(self.blocks):
            if self.at < len(self.source) and self.on < len(self.blocks) and self._is_same(0, 0):
                self.at, self.on = self.at + 1, self.on + 1
            else:
                yield from self._left_out() or self._marker() or self._mended() or self._difference()

    def _is_same(self, ahead: int, on: int) -> bool:
        return self.source[self.at + ahead].text == self.blocks[self.on + on].text

    def _mended(self) -> list[Difference]:
        """A word broken in two, with the hyphen or without; the second part may be broken again."""
        if self.on == len(self.blocks) or self.at == len(self.source):
            return []
        whole, parts = self.blocks[self.on].text, self.source[self.at].text
        is_last = self.at + 1 < len(self.source) and self.source[self.at + 1].starts
        if not (parts.endswith(_HYPHENS) and len(parts) > 1 and is_last):
            return []
        readings, at = {parts, parts[:-1]}, self.at + 1
        while at < len(self.source) and at < self.at + 4:
            readings = {reading + self.source[at].text for reading in readings}
            if whole in readings:
                return [self._advance(Change.HYPHEN, at + 1 - self.at, 1, whole)]
            readings |= {reading[:-1] for reading in readings if reading.endswith(_HYPHENS)}
            at += 1
        return []

    def _marker(self) -> list[Difference]:
        if self.at == len(self.source):
            return []
        word = self.source[self.at]
        begins = self.on == len(self.blocks) or self.blocks[self.on].starts
        if not (begins and word.starts and _MARKER.fullmatch(word.text)):
            return []
        return [self._advance(Change.MARKER, 1, 0, word.text)]

    def _left_out(self) -> list[Difference]:
        """What a `!` drops begins here, or a few words ago with words that were the same by chance."""
        for back in range(min(self.at, self.on, 20) + 1):
            if back and self.source[self.at - back].text != self.blocks[self.on - back].text:
                return []
            start = self.at - back
            for words in self.dropped:
                if words and [word.text for word in self.source[start : start + len(words)]] == words:
                    self.dropped.remove(words)
                    self.at, self.on = start, self.on - back
                    return [self._advance(Change.DROPPED, len(words), 0, " ".join(words))]
        return []

    def _difference(self) -> list[Difference]:
        lost, added = self._next_agreement()
        found = []
        if lost:
            words = " ".join(word.text for word in self.source[self.at : self.at + lost])
            found.append(self._advance(Change.LOST, lost, 0, words))
        if added:
            words = " ".join(word.text for word in self.blocks[self.on : self.on + added])
            found.append(self._advance(Change.ADDED, 0, added, words))
        return found

    def _next_agreement(self) -> tuple[int, int]:
        """Return how many words to pass on each side until both go on alike; the fewest."""
        left, right = len(self.source) - self.at, len(self.blocks) - self.on
        fewest = (left, right)
        for lost in range(left):
            if lost >= sum(fewest):
                break
            places = self.places.get(_run(self.source, self.at + lost), ())
            found = bisect_left(places, self.on)
            if found < len(places) and lost + places[found] - self.on < sum(fewest):
                fewest = (lost, places[found] - self.on)
        return fewest

    def _advance(self, change: Change, source: int, blocks: int, words: str) -> Difference:
        line = self._place(self.source, self.at)
        block = self._place(self.blocks, self.on)
        self.at, self.on = self.at + source, self.on + blocks
        return Difference(change, line, block, words)

    @staticmethod
    def _place(words: list[_Word], index: int) -> int:
        return words[min(index, len(words) - 1)].place if words else 0
