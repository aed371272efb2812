"""What may not be typed into the form may not be read from a statement either."""

import pytest

from petition.statements.result import Reading
from petition.statements.statement import read_statement
from tests.statements.test_other_statements import ROWS, TOP, names, questions


def kinds(reading: Reading) -> set[str]:
    return {note.kind for note in reading.unresolved}


@pytest.mark.parametrize(
    "row",
    [
        '=HYPERLINK("evil.example","Sova")',
        "@SUM(A1)",
        "＝A1+1",
        "MH – =Memorial House",
        "Memorial House (=Georgia)",
        "Memorial House (MH, @Georgia)",
    ],
)
@pytest.mark.parametrize("mark", ["{}. ", ""], ids=["numbered", "plain"])
def test_a_name_that_a_spreadsheet_would_calculate_is_a_question(row: str, mark: str) -> None:
    rows = [*ROWS.splitlines(), row]
    listed = "\n".join(mark.format(number) + name for number, name in enumerate(rows, start=1))
    reading = read_statement(TOP + "Signed by:\n" + listed)
    assert ("forbidden_name", (13,)) in questions(reading)


@pytest.mark.parametrize(
    "character",
    ["\x00", "\x1b", "\x0b", "\x1f", "\x85", "\u2028", "\u202e", "\u200b", "\u00ad", "\ue000", "\ufdd0", "\U000e0041"],
)
@pytest.mark.parametrize("place", ["title", "preamble", "row"])
def test_an_unstorable_or_invisible_character_is_a_question_anywhere(character: str, place: str) -> None:
    text = TOP + "Signed by:\n" + ROWS
    was = {"title": "freedom", "preamble": "concerned", "row": "Viasna"}[place]
    line = {"title": 1, "preamble": 6, "row": 11}[place]
    reading = read_statement(text.replace(was, was[:3] + character + was[3:]))
    assert ("forbidden_character", (line,)) in questions(reading)


def test_a_mark_at_the_beginning_of_a_name_is_a_question() -> None:
    assert "forbidden_name" in kinds(read_statement(TOP + "Signed by:\n• \u0301Sova\n• Viasna\n• DRA\n"))


def test_more_countries_than_a_line_can_hold_are_a_question() -> None:
    many = ["Chad", "Cuba", "Fiji", "Iran", "Iraq", "Laos", "Mali", "Oman", "Peru", "Togo", "Chile", "China", "Egypt"]
    many += ["Gabon", "Ghana", "Haiti", "India", "Italy", "Japan", "Kenya", "Libya"]
    reading = read_statement(TOP + f"Signed by:\nSova ({', '.join(many)})\nViasna\nDRA\n")
    assert questions(reading) == [("too_many_countries", (10,))]


def test_bullets_of_a_font_and_hyphens_at_a_line_end_are_no_question() -> None:
    text = TOP.replace("arrests in", "arr\u00ad\nests in") + "Signed by:\n\uf0b7 Sova\n\uf0b7 Viasna\n\uf0b7 DRA\n"
    reading = read_statement(text)
    assert names(reading) == ["Sova", "Viasna", "DRA"]
    assert reading.unresolved == ()
