"""Paragraphs and list items of running text."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from petition.statements.ledger import Ledger
from petition.statements.lines.enumeration import find_opener, looks_marked
from petition.statements.lines.joining import join
from petition.statements.lines.lines import Line, ends_sentence, is_full, is_short, numbers
from petition.statements.lines.markers import Marker

# The last item of a list but one often ends so.
SENTENCE_END = re.compile(r"[.!?…:][\"'”’»)\]]*$")
BEFORE_LAST = re.compile(r"[;,] (?:and|or|и|или|жана|же)$")


@dataclass
class Block:
    """A paragraph, or an item with its marker; the marker is no longer in the first line's text.

    `doubtful` holds lines that begin like an item and were not taken for one, `run_together` pairs of lines of
    which the second may begin a paragraph of its own.
    """

    lines: list[Line]
    marker: Marker | None = None
    doubtful: list[Line] = field(default_factory=list)
    run_together: list[tuple[Line, Line]] = field(default_factory=list)

    @property
    def sign(self) -> str:
        """Return the marker as printed, '' for a paragraph."""
        return self.marker.sign if self.marker else ""

    @property
    def numbers(self) -> tuple[int, ...]:
        """Return the source lines."""
        return numbers(self.lines)

    def text(self, words: frozenset[str], ledger: Ledger) -> str:
        """Return the words as one line; the joins are noted."""
        return join(self.lines, words, ledger)

    def ask_about_joins(self, ledger: Ledger) -> None:
        """Ask about lines that may be two paragraphs."""
        for before, line in self.run_together:
            ledger.question("uncertain_join", (before.number, line.number), line.text)


def split_blocks(lines: Sequence[Line], width: int = 0) -> list[Block]:
    """Return the paragraphs and items the lines form, in order."""
    opener = find_opener(lines)
    blocks: list[Block] = []
    decimals = False
    for line in lines:
        last = blocks[-1] if blocks else None
        marker = opener(line.text)
        short = last is None or is_short(last.lines[-1], width)
        if marker and _opens_item(marker, line, last, short=short):
            blocks.append(Block([replace(line, text=marker.rest)], marker))
            decimals = decimals or marker.kind.startswith("decimal")
            continue
        goes_on = last is not None and (not line.gap or _strays(last, line))
        wrapped = goes_on and last is not None and is_full(last.lines[-1], line, width)
        if last is None or not goes_on:
            last = Block([])
            blocks.append(last)
        last.lines.append(line)
        if looks_marked(line.text, decimals=decimals) and not wrapped:
            last.doubtful.append(line)
        elif goes_on and short and _begins_anew(last.lines[-2], line):
            last.run_together.append((last.lines[-2], line))
    return blocks


def _begins_anew(before: Line, line: Line) -> bool:
    """Return whether one sentence ended with the line above and another begins, perhaps a new paragraph."""
    return not line.gap and SENTENCE_END.search(before.text) is not None and not line.text[0].islower()


def _opens_item(marker: Marker, line: Line, last: Block | None, *, short: bool) -> bool:
    """Return whether a marker opens an item, and is not a dash or number that wrapping moved to the line's start."""
    before = last.lines[-1].text if last else ""
    parted = last is None or line.gap or ends_sentence(before) or bool(BEFORE_LAST.search(before))
    same_list = last is not None and last.marker is not None and last.marker.kind == marker.kind
    if marker.number is not None:
        follows = same_list and marker.number == _number(last) + 1
        # "4 October" begins a sentence more often than an item.
        return follows or (parted and (marker.kind != "bare" or marker.number == 1))
    same_sign = same_list and last is not None and last.sign == marker.sign
    return marker.kind == "bullet" or parted or (same_list and not marker.rest[:1].islower()) or (same_sign and short)


def _number(block: Block | None) -> int:
    return (block.marker.number or 0) if block and block.marker else 0


def _strays(last: Block, line: Line) -> bool:
    """Return whether the blank line before is an accident: the sentence above is open and goes on in lowercase."""
    before = last.lines[-1].text
    return not before or (line.text[0].islower() and not ends_sentence(before))
