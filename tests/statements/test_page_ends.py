"""Paragraphs that run over the end of a page."""

from petition.statements.statement import read_statement
from tests.statements.test_other_statements import ROWS, TOP, noted


def test_a_paragraph_joined_over_a_page_end_is_recorded() -> None:
    reading = read_statement(TOP.replace("said after\n", "said after\n\n2\n\f\n") + "Signed by:\n" + ROWS)
    assert len(reading.preamble) == 1
    assert noted(reading, "page_join") == [((6, 10), "the vote of 4 October.")]
