"""Words that stand apart: two columns, a table. They are never joined silently."""

import pytest

from petition.statements.statement import read_statement
from tests.statements.test_other_statements import ROWS, TOP, names, questions


@pytest.mark.parametrize("between", ["\t", "   ", "          ", " | ", "|", "\u00a0\u00a0\u00a0\u00a0", "  "])
@pytest.mark.parametrize("mark", ["", "10. ", "• "])
def test_two_organisations_in_one_line_are_a_question(between: str, mark: str) -> None:
    start = {"10. ": "9. Open Society\n", "• ": "• Open Society\n"}.get(mark, "Memorial\n")
    reading = read_statement(TOP + f"Signed by:\n{start}{mark}Sova{between}Viasna\n")
    assert ("columns", (11,)) in questions(reading)


@pytest.mark.parametrize("line", ["Bishkek\t9 October 2020", "the left column      the right column"])
def test_columns_in_running_text_are_a_question(line: str) -> None:
    text = TOP.replace("The undersigned", f"{line}\nThe undersigned")
    assert questions(read_statement(text + "Signed by:\n" + ROWS)) == [("columns", (5,))]


@pytest.mark.parametrize("form", ["{}.\t{}", "\t{}.   {}", "({})    {}", "{}\t{}", "•\t\t{1}", "a)     {1}"])
def test_space_after_a_marker_separates_no_columns(form: str) -> None:
    rows = "\n".join(form.format(number, row) for number, row in enumerate(ROWS.splitlines(), start=1))
    reading = read_statement(TOP + "Signed by:\n" + rows.replace("a)", "a)", 1).replace("\na)", "\nb)", 1))
    assert "columns" not in {kind for kind, _ in questions(reading)}


def test_two_spaces_in_running_text_are_one() -> None:
    reading = read_statement(TOP.replace("arrests in", "arrests  in") + "Signed by:\n" + ROWS)
    assert reading.unresolved == ()


def test_rows_of_a_table_beside_a_page_number_are_a_question() -> None:
    text = TOP + "Signed by:\nSova | Russia\nViasna | Belarus\n\n2 | Page\n\fDRA | Germany\n"
    reading = read_statement(text)
    assert [lines for kind, lines in questions(reading) if kind == "columns"] == [(10,), (11,), (14,)]
    assert len(names(reading)) == len(["Sova", "Viasna", "DRA"])
