"""Read the plain text of a statement into its parts. Start here: `read_statement`."""

from collections.abc import Sequence
from dataclasses import replace

from petition.statements.dates import parse_date_line
from petition.statements.demands import place_body
from petition.statements.ledger import Ledger
from petition.statements.lines.blocks import split_blocks
from petition.statements.lines.enumeration import looks_marked, may_be_item
from petition.statements.lines.headings import (
    BACKGROUND,
    BODY,
    FURTHER,
    INDIVIDUALS,
    SIGNATORIES,
    Region,
    heading_numbers,
    names_bodies,
    split_regions,
)
from petition.statements.lines.joining import join, words_of
from petition.statements.lines.lines import SOFT_HYPHEN, Line, numbers, read_lines, wrap_width
from petition.statements.lines.page_furniture import NOTE, body_lines
from petition.statements.opening import Opening, find_opening
from petition.statements.result import Heading, Reading, Section
from petition.statements.signatories.listing import Listing
from petition.statements.signatories.rows import is_sentence
from petition.statements.signatories.shape import find_list

NOT_PLACED = "not_placed"


def read_statement(text: str) -> Reading:
    """Return the parts of the text, every word as printed. Never raises: what is unclear is in `unresolved`."""
    return read_with_ledger(text)[0]


def read_with_ledger(text: str) -> tuple[Reading, Ledger]:
    """Return the same with the ledger: each line that is not blank is in exactly one of the ledger's parts."""
    ledger = Ledger()
    lines = read_lines(text, ledger)
    words, width = words_of(lines), wrap_width(lines, may_be_item)
    opening = find_opening(body_lines(lines, words, width, ledger))
    _place_opening(opening, words, ledger)
    regions = split_regions(opening.rest)
    if not any(region.kind == SIGNATORIES and region.lines for region in regions):
        regions = _with_list_by_shape(regions, ledger)
    listing = Listing(words, _width_beside_lists(lines, regions), ledger)
    headings, further = [], []
    for region in regions:
        if region.heading:
            headings.append(Heading(region.kind, region.heading.text, region.heading.number))
            ledger.place("heading", heading_numbers(region), region.heading.text)
        if region.kind == SIGNATORIES:
            listing.read(region.lines, bodies=names_bodies(region.heading))
        elif region.kind == INDIVIDUALS:
            listing.read(region.lines, people=True)
        elif region.kind == FURTHER:
            further.append(
                Section(region.heading.text if region.heading else "", _paragraphs(region, words, width, ledger))
            )
            _leave_out(region, regions, ledger)
        elif region.kind in (BACKGROUND, NOT_PLACED):
            _paragraphs(region, words, width, ledger)
    body = [split_blocks(region.lines, width) for region in regions if region.kind == BODY]
    place_body([block for blocks in body for block in blocks], words, ledger)
    _check_demands(regions, ledger)
    _check_soft_hyphens(ledger)
    listing.close()
    return _reading(opening, listing, tuple(headings), tuple(further), ledger), ledger


def _reading(
    opening: Opening, listing: Listing, headings: tuple[Heading, ...], further: tuple[Section, ...], ledger: Ledger
) -> Reading:
    return Reading(
        title=" ".join(ledger.texts("title")),
        dated_as_printed=opening.date.text if opening.date else "",
        dated=parse_date_line(opening.date.text) if opening.date else None,
        preamble=ledger.texts("preamble"),
        demands=ledger.texts("demand"),
        closing=ledger.texts("closing"),
        signatories=tuple(listing.signatories),
        background=ledger.texts(BACKGROUND),
        headings=headings,
        further=further,
        footnotes=ledger.texts(NOTE),
        notes=tuple(sorted(ledger.notes, key=lambda note: note.lines)),
        unresolved=tuple(sorted(ledger.unresolved, key=lambda note: note.lines)),
    )


def _place_opening(opening: Opening, words: frozenset[str], ledger: Ledger) -> None:
    if opening.title:
        ledger.place("title", numbers(opening.title), join(opening.title, words, ledger))
        if looks_marked(opening.title[0].text):
            ledger.question("unknown_marker", [opening.title[0].number], opening.title[0].text)
    else:
        ledger.question("no_title", (), "")
    if opening.date:
        ledger.place("date", [opening.date.number], opening.date.text)
    else:
        ledger.question("no_date", (), "")


def _width_beside_lists(lines: list[Line], regions: list[Region]) -> int:
    """Return the column of the running text: a row that may be two must not be its own proof that it was wrapped."""
    kinds = (SIGNATORIES, INDIVIDUALS)
    listed = {line.number for region in regions if region.kind in kinds for line in region.lines}
    others = [replace(line, text="") if line.number in listed else line for line in lines]
    return wrap_width(others, may_be_item)


def _with_list_by_shape(regions: list[Region], ledger: Ledger) -> list[Region]:
    """Return the regions with the list cut out of the one that holds it; lines left behind it are not placed."""
    spans = [(find_list(region.lines) or (0, 0)) for region in regions]
    at = max(range(len(regions)), key=lambda index: spans[index][1] - spans[index][0])
    start, end = spans[at]
    if start == end:
        return regions
    held = regions[at]
    listed, left = held.lines[start:end], held.lines[end:]
    ledger.note("list_by_shape", (listed[0].number, listed[-1].number), listed[0].text)
    held = replace(held, lines=held.lines[:start])
    _ask_what_stands_above(held.lines, ledger)
    return [*regions[:at], held, Region(SIGNATORIES, lines=listed), Region(NOT_PLACED, lines=left), *regions[at + 1 :]]


def _ask_what_stands_above(lines: Sequence[Line], ledger: Ledger) -> None:
    """Words that end no sentence, right above a list that no heading announces, may be its heading or its first row."""
    above = split_blocks(lines)[-1:]
    text = " ".join(line.text for line in above[0].lines) if above else "."
    if not above or above[0].marker or is_sentence(text, 1) or text.endswith((":", ",")):
        return
    ledger.question("above_list", above[0].numbers[-1:], above[0].lines[-1].text)


def _leave_out(region: Region, regions: list[Region], ledger: Ledger) -> None:
    """A section outside the appeal is on record; before the list it may be a part of the appeal."""
    lines = [*([region.heading] if region.heading else []), *region.lines]
    for line in lines:
        ledger.note("left_out", [line.number], line.text)
    if any(after.kind == SIGNATORIES for after in regions[regions.index(region) :]):
        ledger.question("section_before_list", heading_numbers(region), lines[0].text)


def _check_demands(regions: list[Region], ledger: Ledger) -> None:
    """A heading for demands has demands below it."""
    if not ledger.texts("demand"):
        for region in regions:
            if region.kind == BODY and region.heading:
                ledger.question("no_demands", heading_numbers(region), region.heading.text)


def _check_soft_hyphens(ledger: Ledger) -> None:
    """A word broken at the end of a paragraph goes on nowhere: what is left of it cannot be seen."""
    asked = {number for note in ledger.unresolved if note.kind == "forbidden_character" for number in note.lines}
    for part in ledger.parts:
        if SOFT_HYPHEN in part.text and asked.isdisjoint(part.lines):
            ledger.question("forbidden_character", part.lines, part.text)


def _paragraphs(region: Region, words: frozenset[str], width: int, ledger: Ledger) -> tuple[str, ...]:
    """Return the region's paragraphs, each accounted for; items keep their marker, since here they are no demands."""
    texts = []
    for block in split_blocks(region.lines, width):
        text = f"{block.sign} {block.text(words, ledger)}".strip()
        texts.append(text)
        if region.kind == BACKGROUND:
            block.ask_about_joins(ledger)
        if region.kind == NOT_PLACED:
            ledger.leave(NOT_PLACED, block.numbers, text)
        else:
            ledger.place(region.kind, block.numbers, text)
    return tuple(texts)
