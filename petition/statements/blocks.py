"""A statement as blocks, and as marked-up text with one block per line.

The first character of a line says what it is:

    # title            @ date                paragraph (no sign)     * demand      = heading
    + signatory        - not listed          ! left out              ? undecided

A backslash before the first character makes a paragraph of a line that begins with a sign or a backslash. Blank lines
say nothing.
"""

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from functools import cached_property
from typing import Final

from petition.reference.printed_dates import parse_date_line
from petition.reference.printed_entries import Organisation, read_organisation


class BlockKind(StrEnum):
    TITLE = "title"
    DATE = "date"
    PARAGRAPH = "paragraph"
    DEMAND = "demand"
    HEADING = "heading"
    SIGNATORY = "signatory"
    NOT_LISTED = "not_listed"  # a person or a thing in a list of signatories
    DROPPED = "dropped"  # a page number, a running header
    UNDECIDED = "undecided"


SIGNS: Final = {
    "#": BlockKind.TITLE,
    "@": BlockKind.DATE,
    "*": BlockKind.DEMAND,
    "=": BlockKind.HEADING,
    "+": BlockKind.SIGNATORY,
    "-": BlockKind.NOT_LISTED,
    "!": BlockKind.DROPPED,
    "?": BlockKind.UNDECIDED,
}
_SIGN_OF: Final = {kind: sign for sign, kind in SIGNS.items()}
_ESCAPE: Final = "\\"
_LIST: Final = frozenset({BlockKind.SIGNATORY, BlockKind.NOT_LISTED})
_TEXT: Final = {BlockKind.PARAGRAPH, BlockKind.DEMAND, BlockKind.HEADING}


@dataclass(frozen=True)
class Block:
    """One block; `text` is one line, as printed with its wrapping undone."""

    kind: BlockKind
    text: str


@dataclass(frozen=True)
class SignatoryEntry:
    """An organisation of the list: its number from 1 on through all lists, its entry as printed, and what that says."""

    number: int
    label: str
    organisation: Organisation


@dataclass(frozen=True)
class Statement:
    """A statement's blocks in order."""

    blocks: tuple[Block, ...]

    def texts(self, kind: BlockKind) -> tuple[str, ...]:
        """Return the texts of the blocks of this kind, in order."""
        return tuple(block.text for block in self.blocks if block.kind == kind)

    @property
    def title(self) -> str:
        return next(iter(self.texts(BlockKind.TITLE)), "")

    @property
    def dated_as_printed(self) -> str:
        return next(iter(self.texts(BlockKind.DATE)), "")

    @property
    def dated(self) -> dt.date | None:
        """Return the day that the date names, or None."""
        return parse_date_line(self.dated_as_printed)

    @property
    def demands(self) -> tuple[str, ...]:
        return self.texts(BlockKind.DEMAND)

    @cached_property
    def signatories(self) -> tuple[SignatoryEntry, ...]:
        labels = self.texts(BlockKind.SIGNATORY)
        return tuple(SignatoryEntry(number, label, read_organisation(label)) for number, label in enumerate(labels, 1))

    @cached_property
    def body(self) -> tuple[Block, ...]:
        """Return paragraphs, demands and headings in order, and an empty SIGNATORY block where a list stands.

        A heading right above a list belongs to the list, and is not in it: pages have their own. Nor is a title, a
        date, or what is not listed or left out.
        """
        body: list[Block] = []
        kept = [block for block in self.blocks if block.kind in _TEXT | _LIST]
        for block, after in zip(kept, [*kept[1:], None], strict=False):
            if block.kind in _TEXT:
                if block.kind != BlockKind.HEADING or after is None or after.kind not in _LIST:
                    body.append(block)
            elif not body or body[-1].kind != BlockKind.SIGNATORY:
                body.append(Block(BlockKind.SIGNATORY, ""))
        return tuple(body)


def parse_blocks(marked: str) -> Statement:
    """Return the statement that a marked-up text describes. Any text describes one: problems.py says what it lacks."""
    lines = (" ".join(line.split()) for line in marked.removeprefix("\ufeff").splitlines())
    return Statement(tuple(_parse_line(line) for line in lines if line))


def format_blocks(blocks: Iterable[Block]) -> str:
    """Return the marked-up text, with a blank line between paragraphs, and before and after a list."""
    lines: list[str] = []
    before: object = None
    for block in blocks:
        group = _LIST if block.kind in _LIST else block.kind
        if before and (group != before or group == BlockKind.PARAGRAPH):
            lines.append("")
        lines.append(_format_block(block))
        before = group
    return "\n".join(lines) + "\n"


def is_marked_up(text: str) -> bool:
    """Return whether the first line that says something has a sign with which no plain text begins."""
    return text.removeprefix("\ufeff").lstrip().startswith(("# ", "@ ", "! ", "? "))


def _parse_line(line: str) -> Block:
    if line[0] in SIGNS:
        return Block(SIGNS[line[0]], line[1:].strip())
    return Block(BlockKind.PARAGRAPH, line[1:] if line[0] == _ESCAPE else line)


def _format_block(block: Block) -> str:
    if block.kind != BlockKind.PARAGRAPH:
        return f"{_SIGN_OF[block.kind]} {block.text}".rstrip()
    return f"{_ESCAPE}{block.text}" if block.text[:1] in {*SIGNS, _ESCAPE} else block.text
