"""Demands with all kinds of markers are understood or reported, and never silently taken for running text."""

import pytest

from petition.statements.result import Reading
from petition.statements.statement import read_statement
from tests.statements.test_other_statements import ROWS, TOP, names, questions

ASKS = ("Release all who were held.", "Investigate the arrests.", "Let people assemble.")
AFTER = "\n\nWe also urge all partners to help.\n\nSigned by:\n" + ROWS


def read(marks: list[str], between: str = "\n", asks: tuple[str, ...] = ASKS, after: str = AFTER) -> Reading:
    return read_statement(TOP + between.join(f"{mark} {ask}" for mark, ask in zip(marks, asks, strict=True)) + after)


@pytest.mark.parametrize("between", ["\n", "\n\n"], ids=["close", "apart"])
@pytest.mark.parametrize(
    "marks",
    [
        ["a)", "b)", "c)"],
        ["(a)", "(b)", "(c)"],
        ["a.", "b.", "c."],
        ["A)", "B)", "C)"],
        ["A.", "B.", "C."],
        ["I.", "II.", "III."],
        ["i)", "ii)", "iii)"],
        ["(i)", "(ii)", "(iii)"],
        ["а)", "б)", "в)"],
        ["1.1.", "1.2.", "1.3."],
        ["1.1", "1.2", "1.3"],
        ["1", "2", "3"],
        ["1 -", "2 -", "3 -"],
        ["1 –", "2 –", "3 –"],
        ["1:", "2:", "3:"],
        ["1 .", "2 .", "3 ."],
        ["o", "o", "o"],
        ["#", "#", "#"],
        ["→", "→", "→"],
        ["№ 1", "№ 2", "№ 3"],
    ],
    ids=lambda marks: marks[0],
)
def test_demands_with_rarer_markers_are_demands(marks: list[str], between: str) -> None:
    reading = read(marks, between)
    if marks[0] == "№ 1":
        assert reading.demands == tuple(f"{number} {ask}" for number, ask in enumerate(ASKS, start=1))
    else:
        assert reading.demands == ASKS
    assert reading.closing == ("We also urge all partners to help.",)
    assert reading.unresolved == ()


@pytest.mark.parametrize("mark", ["a)", "(a)", "(i)", "b)", "1.1.", "o", "#", "→", "№1", "а)"])
def test_a_marker_that_nothing_follows_is_a_question(mark: str) -> None:
    reading = read_statement(TOP + f"{mark} Release all.\n\nSigned by:\n" + ROWS)
    assert reading.demands == ()
    assert questions(reading) == [("unknown_marker", (9,))]


def test_a_marker_out_of_its_order_is_a_question() -> None:
    reading = read(["а)", "б)", "й)"])
    assert questions(reading) == [("unknown_marker", (11,))]
    assert questions(read(["a)", "b)", "d)"])) == [("number_gap", (11,))]
    assert questions(read(["1.", "2.", "4."])) == [("number_gap", (11,))]
    assert questions(read(["2.", "3.", "4."])) == [("number_gap", (9,))]
    assert questions(read(["1.", "2.", "2."], "\n\n")) == [("number_repeated", (13,))]


def test_items_within_items_are_a_question() -> None:
    nested = "1. Release:\n- all who were held;\n- all who are sought.\n2. Investigate."
    lettered = "a) One.\n(i) Two.\n(ii) Three.\nb) Four."
    for text in (nested, nested.replace("- ", "◦ "), nested.replace("- ", "o "), lettered):
        reading = read_statement(TOP + text + AFTER)
        assert ("mixed_markers", (10,)) in questions(reading)


@pytest.mark.parametrize("mark", ["-", "–", "*"])
@pytest.mark.parametrize("end", ["", ",", ";"])
def test_lowercase_items_without_full_stops_are_items_if_their_lines_are_short(mark: str, end: str) -> None:
    reading = read([mark] * 3, asks=(f"release all{end}", f"investigate{end}", "let people assemble."))
    assert reading.demands == (f"release all{end}", f"investigate{end}", "let people assemble.")
    assert reading.unresolved == ()


def test_a_dash_at_a_line_start_that_wrapping_may_have_moved_there_is_a_question() -> None:
    long = "release everybody who was held in the squares on that night in October"
    reading = read_statement(TOP + f"- {long}\n- or so it seems\n" + AFTER)
    assert questions(reading) == [("unknown_marker", (10,))]


@pytest.mark.parametrize(
    "start",
    [
        "A. Askarov died in prison.",
        "I. Ivanov was held.",
        "600 people were held.",
        "2.5 million people know.",
        "г. Ош.",
    ],
)
def test_a_paragraph_may_begin_with_an_initial_a_town_or_a_number(start: str) -> None:
    reading = read_statement(TOP + start + "\n\nSigned by:\n" + ROWS)
    assert reading.preamble[1] == start
    assert reading.unresolved == ()


@pytest.mark.parametrize(
    "marks",
    [
        ["a)", "b)", "c)"],
        ["(i)", "(ii)", "(iii)"],
        ["I.", "II.", "III."],
        ["A.", "B.", "C."],
        ["o"] * 3,
        ["#"] * 3,
        ["1 -", "2 -", "3 -"],
    ],
    ids=lambda marks: marks[0],
)
def test_a_list_with_rarer_markers_has_names_without_them(marks: list[str]) -> None:
    rows = "\n".join(f"{mark} {row}" for mark, row in zip(marks, ROWS.splitlines(), strict=True))
    reading = read_statement(TOP + "Signed by:\n" + rows)
    assert names(reading) == ["Sova", "Viasna", "DRA"]
    assert [row.number for row in reading.signatories] == [1, 2, 3]
    assert reading.unresolved == ()


@pytest.mark.parametrize(
    "row", ["a) Memorial", "# Memorial", "* Memorial", "1.1. Memorial", "o Memorial", "† Memorial"]
)
def test_a_row_with_another_marker_than_its_list_is_a_question(row: str) -> None:
    reading = read_statement(TOP + "Signed by:\n" + ROWS + row)
    assert {("unknown_marker", (13,)), ("uncertain_join", (12, 13))} & set(questions(reading))


@pytest.mark.parametrize("mark", ["-", "–", "•", "a)", "o"])
def test_rows_within_a_row_are_a_question(mark: str) -> None:
    rows = f"1. Coalition for Peace\n   {mark} Sova\n   {mark} Viasna\n2. DRA\n"
    reading = read_statement(TOP + "Signed by:\n" + rows)
    assert ("uncertain_join", (10, 11, 12)) in questions(reading)


def test_initials_of_names_are_no_markers() -> None:
    rows = "A. Sakharov Center\nB. Nemtsov Foundation\nMemorial\n"
    assert names(read_statement(TOP + "Signed by:\n" + rows)) == rows.splitlines()


def test_a_single_number_is_a_question_and_a_name_may_begin_with_one() -> None:
    assert questions(read_statement(TOP + "Signed by:\n36 Sova\n37 Viasna\n")) == [
        ("unknown_marker", (10,)),
        ("unknown_marker", (11,)),
    ]
    assert names(read_statement(TOP + "Signed by:\n1. 350 Seattle\n2. Viasna\n")) == ["350 Seattle", "Viasna"]


def test_a_number_given_twice_by_two_lists_is_a_question() -> None:
    reading = read_statement(TOP + "Signed by:\nSova\nViasna\n\nEndorsed by:\n1. Memorial\n2. Lawtrend\n")
    assert questions(reading) == [("number_repeated", (14,)), ("number_repeated", (15,))]
