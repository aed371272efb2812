"""Page furniture: numbers, running headers and footnotes are taken out, and what they cut in two runs on."""

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import replace

from petition.statements.ledger import Ledger
from petition.statements.lines.headings import heading_kind
from petition.statements.lines.joining import join
from petition.statements.lines.lines import COLUMN, Line, ends_sentence, is_full, numbers
from petition.statements.lines.markers import find_marker

PAGE_NUMBER = re.compile(
    r"[-–—|·\s]*(?:(?:page|p\.|pg\.?|стр\.?|страница|бет)\s*)?\d{1,3}(?:-бет)?(?:\s*(?:of|/|из|\|)\s*\d{1,3})?"
    r"(?:\s*\|?\s*page)?[-–—|·\s]*",
    re.IGNORECASE,
)
# A reference wrapped to a line's start ("[1] were") goes on in lowercase, a footnote does not.
FOOTNOTE = re.compile(
    r"(?P<mark>\[\d{1,3}\]|[¹²³⁰⁴-⁹]+)\s*(?=https?://|www\.|[^\Wa-zа-яё]|[\"“„«(])|(?P<number>\d{1,3})\s+(?=https?://|www\.)"
)
# Asterisks or a rule between two parts.
SEPARATOR = re.compile(r"(?:[-–—_=*~#·•+.]\s?){3,}")
TEXT, NUMBER, HEADER, NOTE, RULE = "text", "page_number", "running_header", "footnote", "separator"
LONG_LINE = 0.6  # of the column: shorter lines without a full stop are headings or rows, not cut sentences


def body_lines(lines: Sequence[Line], words: frozenset[str], width: int, ledger: Ledger) -> list[Line]:
    """Return the lines that are neither blank nor furniture, each knowing whether a blank line stands before it.

    A blank line at a page's end says nothing when the sentence runs on: then the next line has no gap.
    """
    roles = _roles(lines, width)
    body: list[Line] = []
    turned: list[int] = []
    gap = page_turned = False
    for line in lines:
        role = roles.get(line.number)
        page_turned = page_turned or line.starts_page or role not in (TEXT, RULE, None)
        if not line.text or role == RULE:
            gap = True
        elif role == TEXT:
            if body and gap and page_turned:
                turned.append(len(body))
            if line.apart >= COLUMN:
                ledger.question("columns", [line.number], line.text)
            body.append(replace(line, gap=gap))
            gap = page_turned = False
    _place_furniture(lines, roles, words, ledger)
    # Where a blank line at a page's end cuts a sentence, this text's page ends bring blank lines of their own.
    blanks = any(body[at].text[0].islower() for at in turned)
    for at in turned:
        if _runs_on(body[at - 1], body[at], width, blanks=blanks):
            body[at] = replace(body[at], gap=False)
            ledger.note("page_join", (body[at - 1].number, body[at].number), body[at].text)
    return body


def _roles(lines: Sequence[Line], width: int) -> dict[int, str]:
    """Return what each line that is not blank is, by its number."""
    roles: dict[int, str] = {}
    before = None
    for line in lines:
        if line.text:
            # A long footnote goes on: only a forced break makes the next line part of it.
            carries_on = before and roles[before.number] == NOTE and is_full(before, line, width)
            if FOOTNOTE.match(line.text) or (carries_on and not line.starts_page and not find_marker(line.text)):
                roles[line.number] = NOTE
            else:
                roles[line.number] = _role(line.text)
        before = line if line.text else None
    return roles | dict.fromkeys(_running_headers(lines, roles), HEADER)


def _role(text: str) -> str:
    if SEPARATOR.fullmatch(text):
        return RULE
    return NUMBER if PAGE_NUMBER.fullmatch(text) else TEXT


def _running_headers(lines: Sequence[Line], roles: dict[int, str]) -> Iterator[int]:
    """The numbers of lines that stand at the same edge of several pages, or repeat the first line on top of one."""
    printed = [line for line in lines if roles.get(line.number) == TEXT]
    edges = _page_edges(lines, roles)
    for edge, tops in ((edges[0], True), (edges[1], False)):
        count = Counter(_as_header(line) for line in edge)
        for line in edge:
            key = _as_header(line)
            repeats_title = tops and line is not printed[0] and key == _as_header(printed[0])
            if repeats_title or (count[key] > 1 and 2 * count[key] >= len(edge)):
                yield line.number


def _page_edges(lines: Sequence[Line], roles: dict[int, str]) -> tuple[list[Line], list[Line]]:
    """Return the first lines and the last lines of pages, furniture aside."""
    tops: list[Line] = []
    bottoms: list[Line] = []
    before = None
    page_turned = False
    for line in lines:
        role = roles.get(line.number)
        page_turned = page_turned or line.starts_page or role == NUMBER
        if role == TEXT:
            if page_turned:
                tops.append(line)
                bottoms.extend([before] if before else [])
            before, page_turned = line, False
    return tops, bottoms + ([before] if before and page_turned else [])


def _as_header(line: Line) -> str:
    return re.sub(r"\d+", "#", line.text.casefold())


def _runs_on(before: Line, after: Line, width: int, *, blanks: bool) -> bool:
    """Return whether a paragraph cut by a page's end goes on in the line after it."""
    if find_marker(after.text) or heading_kind(after.text):
        return False
    if after.text[0].islower():
        return True
    if ends_sentence(before.text):
        return blanks and is_full(before, after, width)
    return is_full(before, after, width) or before.width >= LONG_LINE * width > 0


def _place_furniture(lines: Sequence[Line], roles: dict[int, str], words: frozenset[str], ledger: Ledger) -> None:
    """Furniture is on record: page numbers and headers as dropped, footnotes with their text."""
    footnote: list[Line] = []
    for line in [*lines, Line(0, "")]:
        role = roles.get(line.number)
        if footnote and (role != NOTE or FOOTNOTE.match(line.text)):
            text = join(footnote, words, ledger)
            ledger.place(NOTE, numbers(footnote), text)
            ledger.note(NOTE, numbers(footnote), text)
            footnote = []
        if role == NOTE:
            footnote.append(line)
        elif role in (NUMBER, HEADER, RULE):
            ledger.place(role, [line.number], line.text)
            ledger.note(role, [line.number], line.text)
