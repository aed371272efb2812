"""Paragraphs and list items of running text."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from petition.reading.joining import join
from petition.reading.ledger import Ledger
from petition.reading.lines import Line, ends_sentence, numbers
from petition.reading.markers import Marker, marker_of


@dataclass
class Block:
    """A paragraph, or an item with its marker; the marker is no longer in the first line's text."""

    lines: list[Line]
    marker: Marker | None = None

    @property
    def sign(self) -> str:
        """The marker as printed, '' for a paragraph."""
        return self.marker.sign if self.marker else ""

    @property
    def numbers(self) -> tuple[int, ...]:
        """The source lines."""
        return numbers(self.lines)

    def text(self, words: frozenset[str], ledger: Ledger) -> str:
        """The words as one line; the joins are noted."""
        return join(self.lines, words, ledger)


def blocks_of(lines: Sequence[Line]) -> list[Block]:
    """The paragraphs and items the lines form, in order."""
    blocks: list[Block] = []
    for line in lines:
        last = blocks[-1] if blocks else None
        marker = marker_of(line.text)
        if marker and _opens_item(marker, line, last):
            blocks.append(Block([replace(line, text=marker.rest)], marker))
        elif last and (not line.gap or _strays(last, line)):
            last.lines.append(line)
        else:
            blocks.append(Block([line]))
    return blocks


def _opens_item(marker: Marker, line: Line, last: Block | None) -> bool:
    """Whether what looks like a marker is one, and not a dash or a number that wrapping moved to the line's start."""
    if marker.kind == "bullet" or last is None or line.gap:
        return True
    before = last.lines[-1].text
    same_list = last.marker is not None and last.marker.kind == marker.kind
    if marker.kind == "number":
        follows = same_list and last.marker is not None and marker.number == (last.marker.number or 0) + 1
        return follows or ends_sentence(before)
    capital = not marker.rest[:1].islower()
    return ends_sentence(before) or (same_list and capital)


def _strays(last: Block, line: Line) -> bool:
    """Whether the blank line before is an accident: the sentence above is open and goes on in lowercase."""
    before = last.lines[-1].text
    return not before or (line.text[0].islower() and not ends_sentence(before))
