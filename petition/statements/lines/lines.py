"""Source lines: numbered, single-spaced, with what their layout tells."""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

from petition.statements.ledger import Ledger
from petition.statements.lines.markers import BULLET
from petition.text.input_rules import broken_rules

LINE_END = re.compile(r"\r\n|\n|\r")
# "eQualitie" and "openDemocracy" are names; "of Torture Victims" is the rest of one.
CONTINUING_WORD = re.compile(r"[^\W\d_A-ZА-ЯЁҢӨҮ][^\WA-ZА-ЯЁҢӨҮ]*(?:\W|$)")
ABBREVIATION = re.compile(r"(?:\.\w{1,3}|\b(?:Inc|Ltd|Corp|Co|Assoc|Assn|Intl))\.$")
NARROWEST = 30
SHORT = 0.75
BYTE_ORDER_MARK = "\ufeff"
SOFT_HYPHEN = "\u00ad"
# Words this far from each other stand in two columns; some texts have two spaces where one is meant.
COLUMN = 3
APART = re.compile(r"(?<=\S)\s+(?=\S)")
# What stands before an item may be as far from it as it likes.
BEFORE_ITEM = re.compile(r"(?:\(?(?:\d{1,3}(?:\.\d{1,2})*|[^\W\d_]|[ivxIVX]{1,5})[.)]{0,2}|[^\w\s|])\s+")


@dataclass(frozen=True)
class Line:
    """One source line. `text` is '' for a blank one; `gap` says that a blank line stands before it.

    `apart` is how far, in spaces, its words stand from each other at the most; a tab or a table's bar is COLUMN.
    """

    number: int
    text: str
    indent: int = 0
    width: int = 0
    starts_page: bool = False
    gap: bool = False
    apart: int = 1


def read_lines(text: str, ledger: Ledger) -> list[Line]:
    """Return every line of the text, counted from 1; white space is reduced to single spaces and each change noted."""
    if text.startswith(BYTE_ORDER_MARK):
        ledger.note("byte_order_mark", (1,), "")
        text = text.removeprefix(BYTE_ORDER_MARK)
    lines = []
    page_ended = False
    # A text without any space between words has tabs in their place.
    tab = "\t" if re.search(r"\S \S", text) else " "
    for number, raw in enumerate(LINE_END.split(text), start=1):
        line = replace(_line(number, raw, page_ended=page_ended), apart=_apart(raw.replace("\t", tab)))
        page_ended = bool(line.text) and "\f" in raw[len(raw.rstrip()) :]
        if "\f" in raw:
            ledger.note("form_feed", (number,), "")
        if line.text and line.text != raw.replace("\f", ""):
            ledger.note("trim", (number,), line.text)
        if odd := _oddities(raw):
            ledger.question("forbidden_character", (number,), f"{odd}: {line.text}")
        lines.append(line)
    return lines


def _line(number: int, raw: str, *, page_ended: bool) -> Line:
    # A form feed before the words starts a page here, one after them on the next line; one between them is a space.
    before_words = raw[: len(raw) - len(raw.lstrip())]
    printed = raw.replace("\f", "").expandtabs().rstrip()
    return Line(
        number=number,
        text=" ".join(raw.split()),
        indent=len(printed) - len(printed.lstrip()),
        width=len(printed),
        starts_page=page_ended or "\f" in before_words,
    )


def _apart(raw: str) -> int:
    words = raw.replace("\f", " ").strip()
    start = BEFORE_ITEM.match(words)
    words = words[start.end() :] if start else words
    gaps = [COLUMN if "\t" in gap else len(gap) for gap in APART.findall(words)]
    return max([1, *gaps, COLUMN if "|" in words else 1])


def _oddities(raw: str) -> str:
    """Return the rules that the characters of a line break, except bullets of a font and soft hyphens."""
    words = raw.replace("\t", " ").replace("\f", " ").strip(" ").removesuffix(SOFT_HYPHEN)
    bullet = BULLET.match(words)
    return ", ".join(broken_rules(words[bullet.end() :] if bullet else words))


def wrap_width(lines: Sequence[Line], may_be_item: Callable[[str], bool]) -> int:
    """Return the column at which the text was wrapped, 0 when no line is surely wrapped.

    Only a line followed by one that begins within a sentence is surely wrapped; a title or an address may be longer.
    """
    wrapped = (
        line.width
        for line, after in pairwise(lines)
        if line.text and begins_inside(after.text) and not may_be_item(after.text)
    )
    widest = max(wrapped, default=0)
    return widest if widest >= NARROWEST else 0


def is_full(line: Line, after: Line, width: int) -> bool:
    """Return whether the break after `line` was forced: the next word would not have fitted into the column."""
    return width > 0 and line.width + 1 + len(after.text.split(" ")[0]) > width


def is_short(line: Line, width: int) -> bool:
    """Return whether the break after `line` was surely not forced, also where letters differ in width."""
    return line.width < SHORT * width or width == 0


def begins_inside(text: str) -> bool:
    """Return whether the words begin with a lowercase word, as the rest of a sentence or a name does."""
    return text[:1].islower() and bool(CONTINUING_WORD.match(text))


def ends_sentence(text: str) -> bool:
    """Return whether the words end with a sentence's or clause's mark, closing quotes and brackets aside."""
    return text.rstrip("\"'”’»)]").endswith((".", ";", ":", "!", "?", "…"))


def numbers(lines: Sequence[Line]) -> tuple[int, ...]:
    """Return the source line numbers, in order."""
    return tuple(line.number for line in lines)
