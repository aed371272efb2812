"""The real statement in other layouts: whatever the layout, the same words are read."""

import os
import random
import re
import textwrap
from collections.abc import Callable, Sequence
from pathlib import Path

import pytest

from petition.statements.result import Reading
from petition.statements.statement import read_statement

SOURCE = Path("fixtures/statement.txt").read_text(encoding="utf-8")
ORIGINAL = read_statement(SOURCE)
LINES = [line.strip() for line in SOURCE.splitlines()]
# The list as printed, one row a line: only row 12 is wrapped, over a blank line.
ROWS = re.sub(r"\n\n\(GCRT\)", " (GCRT)", "\n".join(LINES[52:89])).split("\n")
NAMES = [re.sub(r"^\d+\. ", "", row) for row in ROWS]
TITLE = " ".join(LINES[:2])
LIST_START, LIST_END = 52, 89


def content(reading: Reading) -> dict[str, object]:
    """Return the content of the statement, without line numbers and notes."""
    return {
        "title": reading.title,
        "dated": (reading.dated, reading.dated_as_printed),
        "preamble": reading.preamble,
        "demands": reading.demands,
        "closing": reading.closing,
        "background": reading.background,
        "signatories": [
            (row.number, row.label, row.name, row.acronym, row.countries_as_printed, row.countries)
            for row in reading.signatories
        ],
    }


def assert_same(text: str, **but: object) -> Reading:
    """Assert that the text reads like the statement, except these fields, and leaves no question."""
    reading = read_statement(text)
    assert content(reading) == content(ORIGINAL) | but
    assert reading.unresolved == ()
    return reading


def with_list(rows: Sequence[str], heading: Sequence[str] = ("Signed by:",)) -> str:
    """Return the statement with another list and heading between closing paragraph and background."""
    lines = SOURCE.splitlines()
    return "\n".join([*lines[: LIST_START - 1], *heading, *rows, "", *lines[LIST_END + 1 :]])


def paragraphs(source: Sequence[str]) -> list[str]:
    joined = "\n".join(line.strip() for line in source).strip()
    return [" ".join(part.split()).replace("op- position", "opposition") for part in re.split(r"\n\s*\n", joined)]


def rewrapped(width: int, rows: Sequence[str] = ROWS, indent: str = "", *, heading: str = "Signed by:") -> str:
    """Return the statement wrapped at another column, with continuation lines of rows indented."""

    def wrap(text: str, hang: str = "") -> str:
        return textwrap.fill(text, width, subsequent_indent=hang)

    body = paragraphs(SOURCE.splitlines()[4:51])
    rows_wrapped = "\n".join(wrap(row, indent) for row in rows)
    parts = [wrap(TITLE), "9 October 2020", *map(wrap, body), heading, rows_wrapped, "Background:"]
    return "\n\n".join([*parts, *map(wrap, paragraphs(SOURCE.splitlines()[91:]))]) + "\n"


def test_an_unnumbered_list_gives_the_same_signatories() -> None:
    assert_same(with_list(NAMES))


def test_the_wrapped_row_of_an_unnumbered_list_is_still_one_row() -> None:
    lines = SOURCE.splitlines()
    lines[LIST_START:LIST_END] = [re.sub(r"^\d+\. ", "", line) for line in lines[LIST_START:LIST_END]]
    assert_same("\n".join(lines))


@pytest.mark.parametrize("form", ["{}) {}", "({}) {}", "{}.{}", "{} {}", "  {}.\t{}"])
def test_other_ways_to_number_give_the_same_signatories(form: str) -> None:
    assert_same(with_list([form.format(number, name) for number, name in enumerate(NAMES, start=1)]))


@pytest.mark.parametrize("bullet", ["•", "-", "*", "–", "\uf0b7", "◦"])
def test_a_bulleted_list_gives_the_same_signatories(bullet: str) -> None:
    assert_same(with_list([f"{bullet} {name}" for name in NAMES]))


@pytest.mark.parametrize("rows", [ROWS, NAMES, [f"• {name}" for name in NAMES]], ids=["numbers", "plain", "bullets"])
def test_blank_lines_between_all_rows_change_nothing(rows: list[str]) -> None:
    assert_same(with_list([line for row in rows for line in (row, "")]))


@pytest.mark.parametrize("rows", [ROWS, NAMES, [f"- {name}" for name in NAMES]], ids=["numbers", "plain", "bullets"])
@pytest.mark.parametrize("gap", [[], [""]], ids=["directly below", "after a blank line"])
def test_a_list_without_heading_is_found_by_its_shape(rows: list[str], gap: list[str]) -> None:
    reading = assert_same(with_list(rows, heading=gap))
    assert "list_by_shape" in {note.kind for note in reading.notes}


@pytest.mark.parametrize(
    "heading",
    [
        "Signed by:",
        "Signed",
        "Signatories",
        "Signatory organisations:",
        "Supporting organisations",
        "SUPPORTING ORGANIZATIONS",
        "Endorsed by:",
        "Endorsers",
        "The undersigned",
        "The undersigned organisations:",
        "List of signatories (in alphabetical order)",
        "Signed by members of the Civic Solidarity Platform:",
        "Signatories (35):",
        "Подписали:",
        "Подписанты",
        "Подписи",
        "Sincerely,",
        "Respectfully yours,",
        "Yours sincerely,",
        "С уважением,",
    ],
)
def test_other_headings_and_closing_formulas_announce_the_list(heading: str) -> None:
    reading = assert_same(with_list(NAMES, heading=["", heading, ""]))
    first = reading.headings[0]
    assert (first.kind, first.text) == ("signatories", heading)


@pytest.mark.parametrize("heading", ["Endorsed by", "Signatories", "Sincerely,"])
@pytest.mark.parametrize("rows", [ROWS, NAMES], ids=["numbers", "plain"])
def test_a_heading_needs_no_blank_lines_around_it(heading: str, rows: list[str]) -> None:
    assert_same(with_list(rows, heading=[heading]))


def test_numbered_demands_are_the_same_demands() -> None:
    numbers = iter(range(1, 9))
    assert_same(re.sub("^•", lambda _: f"{next(numbers)}.", SOURCE, flags=re.MULTILINE))


@pytest.mark.parametrize("bullet", ["-", "–", "*"])
def test_dashed_demands_are_the_same_demands(bullet: str) -> None:
    assert_same(SOURCE.replace("•", bullet))


def test_demands_without_blank_lines_between_are_the_same_demands() -> None:
    assert_same(SOURCE.replace("\n\n•", "\n•"))


PAGE_ENDS: list[Callable[[int], list[str]]] = [
    lambda page: [f"{page}"],
    lambda _: ["\f"],
    lambda page: [f"- {page} -", "\f"],
    lambda page: [f"\fPage {page} of 9"],
    lambda page: ["", f"{page}", ""],
    lambda page: ["", f"Page {page} of 9", "\f", ""],
    lambda page: [f"{page}\f"],
    lambda page: [f"{page}/9", "\fCivil society appeals for dialogue"],
    lambda page: ["", f"Страница {page} из 9", "", "\f", "Civil society appeals for dialogue", ""],
    lambda page: ["", f"[{page}] See https://example.org/{page}.", "", f"{page}", "\f"],
]


@pytest.mark.parametrize("page_end", PAGE_ENDS)
@pytest.mark.parametrize("rows", [ROWS, NAMES], ids=["numbers", "plain"])
@pytest.mark.parametrize("seed", range(12 if os.environ.get("EVIDENCE_FULL") else 2))
def test_page_ends_anywhere_between_lines_change_nothing(
    page_end: Callable[[int], list[str]], rows: list[str], seed: int
) -> None:
    lines = with_list(rows).splitlines()
    number = 9
    for place in sorted(random.Random(seed).sample(range(3, len(lines) - 5), 8), reverse=True):
        lines[place:place] = page_end(number)
        number -= 1
    assert_same("\n".join(lines))


@pytest.mark.parametrize("width", [*range(58, 80, 3), 90, 100, 110, 120, 140])
@pytest.mark.parametrize("indent", ["", "    "], ids=["flush", "hanging"])
def test_numbered_rows_wrapped_at_any_column_are_the_same(width: int, indent: str) -> None:
    assert_same(rewrapped(width, indent=indent))


@pytest.mark.parametrize("width", range(58, 130, 4))
def test_unnumbered_rows_wrapped_with_indentation_are_the_same(width: int) -> None:
    assert_same(rewrapped(width, NAMES, "   "))


@pytest.mark.parametrize("width", [60, 70, 120])
def test_unnumbered_rows_wrapped_and_parted_by_blank_lines_are_the_same(width: int) -> None:
    rows = [line for name in NAMES for line in (*textwrap.wrap(name, width), "")]
    wrapped = rewrapped(width, rows)
    assert_same(wrapped)


def test_a_row_joined_only_because_its_line_is_full_is_a_question() -> None:
    reading = read_statement(rewrapped(60, NAMES))
    assert content(reading) == content(ORIGINAL)
    assert {note.kind for note in reading.unresolved} == {"uncertain_join"}


def test_a_title_in_one_line_is_the_same_title() -> None:
    assert_same(TITLE + "\n" + SOURCE.split("\n", 2)[2])


def test_a_title_directly_above_the_date_ends_there() -> None:
    assert_same("\n".join([TITLE, *SOURCE.splitlines()[3:]]))


def test_the_date_may_stand_above_the_title() -> None:
    assert_same("\n".join(["9 October 2020", "", TITLE, *SOURCE.splitlines()[4:]]))


@pytest.mark.parametrize("heading", [["Signed by:"], []], ids=["heading", "no heading"])
def test_background_before_the_list_is_still_background(heading: list[str]) -> None:
    lines = SOURCE.splitlines()
    before, listed, background = lines[: LIST_START - 1], ROWS, lines[90:]
    assert_same("\n".join([*before, "", *background, "", *heading, *listed]))


def test_without_background_there_is_none() -> None:
    assert_same("\n".join(SOURCE.splitlines()[:LIST_END]), background=())


def test_without_demands_all_paragraphs_are_preamble() -> None:
    lines = SOURCE.splitlines()
    first, last = next(n for n, line in enumerate(lines) if line.startswith("•")), 47
    text = "\n".join(lines[:first] + lines[last:]).replace("particular for:", "particular for peace.")
    preamble = (ORIGINAL.preamble[0].replace("particular for:", "particular for peace."), *ORIGINAL.closing)
    assert_same(text, preamble=preamble, demands=(), closing=())


@pytest.mark.parametrize(
    "change",
    [
        lambda text: text.replace("\n", "\r\n"),
        lambda text: text.replace("\n", "\r"),
        lambda text: "\ufeff" + text,
        lambda text: text.replace(" ", "\u00a0"),
        lambda text: text.replace(" ", "\t"),
        lambda text: text.replace("\n", "\n   "),
    ],
    ids=["CRLF", "CR", "BOM", "no-break spaces", "tabs", "indented"],
)
def test_line_ends_marks_and_spaces_change_nothing(change: Callable[[str], str]) -> None:
    assert_same(change(SOURCE))


def test_running_headers_that_repeat_the_title_are_dropped() -> None:
    lines = SOURCE.splitlines()
    for place in (100, 70, 30):
        lines[place:place] = ["\f" + lines[0]]
    reading = assert_same("\n".join(lines))
    assert [note.lines for note in reading.notes if note.kind == "running_header"] == [(31,), (72,), (103,)]
