"""Statements as other coalitions lay them out: what is read, and that nothing is lost silently."""

import pytest

from petition.statements.signatories.individuals import Likeness, personal_likeness
from petition.statements.statement import read_statement
from tests.statements.test_other_statements import ROWS, TOP, names, noted, questions

SIGNED = "Signed by:\n" + ROWS


def test_a_list_with_and_before_its_last_item_has_all_its_items() -> None:
    reading = read_statement(TOP + " - release all;\n - investigate; and\n - drop all charges\n\n" + SIGNED)
    assert reading.demands == ("release all;", "investigate; and", "drop all charges")
    assert reading.unresolved == ()


def test_decimals_beside_other_decimals_are_no_paragraph() -> None:
    reading = read_statement(TOP + "1.1 Adopt it.\n1.2 Fund it.\n\n2.1 Appoint somebody.\n\n" + SIGNED)
    assert questions(reading) == [("unknown_marker", (12,))]


@pytest.mark.parametrize("promise", ["We call on all of them to:", "Мы призываем их к следующему:"])
def test_a_paragraph_announcing_a_missing_list_is_a_question(promise: str) -> None:
    for after in ("release all\n\ninvestigate\n\n", ""):
        reading = read_statement(TOP + f"{promise}\n\n{after}" + SIGNED)
        assert ("nothing_follows", (9,)) in questions(reading)
    assert read_statement(TOP + "Dear friends:\n\nHelp us.\n\n" + SIGNED).unresolved == ()


def test_a_heading_for_demands_without_any_is_a_question() -> None:
    reading = read_statement(TOP + "Demands\n\nFirst, release all.\n\nSecond, investigate.\n\n" + SIGNED)
    assert questions(reading) == [("no_demands", (9,))]


def test_a_line_above_a_list_that_was_found_by_its_shape_is_a_question_when_it_announces_it() -> None:
    reading = read_statement(TOP + "We turn to all these bodies:\nSova (Russia)\nViasna (Belarus)\nDRA (Germany)\n")
    assert ("nothing_follows", (9,)) in questions(reading)


def test_a_section_that_is_left_out_is_recorded() -> None:
    after = "\nAbout the Platform\n\nA network.\n\nFor more information call Sova.\n"
    reading = read_statement(TOP + SIGNED + after)
    assert noted(reading, "left_out") == [
        ((14,), "About the Platform"),
        ((16,), "A network."),
        ((18,), "For more information call Sova."),
    ]
    assert reading.unresolved == ()


def test_a_section_before_the_list_may_be_a_part_of_the_appeal() -> None:
    reading = read_statement(TOP + "About these arrests we demand:\n\n• Release all.\n\n" + SIGNED)
    assert questions(reading) == [("section_before_list", (9,))]
    assert noted(reading, "left_out") == [((9,), "About these arrests we demand:"), ((11,), "• Release all.")]


def test_an_organisation_named_with_the_words_of_headings_is_one() -> None:
    reading = read_statement(TOP + SIGNED + "Civil Society Europe\nOpen Society\nMedia Centre (Armenia)\n")
    assert names(reading)[3:] == ["Civil Society Europe", "Open Society", "Media Centre"]
    assert reading.unresolved == ()


def test_a_row_that_ends_with_its_country_does_not_go_on_however_full_its_line_is() -> None:
    long = "International Bureau for Human Rights and for the Rule of Law, Kazakhstan"
    reading = read_statement(TOP + f"Signed by:\nSova\n{long}\nAmnesty International\nDRA\n")
    assert len(names(reading)) == len(["Sova", "Bureau", "Amnesty", "DRA"])
    assert reading.unresolved == ()


def test_a_heading_for_both_has_both_below_it() -> None:
    heading = "Signed by the following organisations and individuals:\n"
    reading = read_statement(TOP + heading + ROWS + "Jane Doe\n")
    assert names(reading) == ["Sova", "Viasna", "DRA"]
    assert questions(reading) == [("individual", (13,))]


def test_two_people_in_one_row_are_people() -> None:
    assert personal_likeness("Jane Doe and John Roe") is Likeness.NAME
    assert personal_likeness("Jane Doe and Partners Foundation") is Likeness.NONE


def test_a_mark_after_a_space_is_a_footnote_mark() -> None:
    reading = read_statement(TOP + SIGNED + "Racism Network (ENAR) *\n\n* Since February\n")
    assert ("footnote_mark", (13,)) in questions(reading)
    assert ("unknown_marker", (15,)) in questions(reading)


@pytest.mark.parametrize("rule", ["***", "* * *", "-----", "_________", "———"])
def test_a_rule_between_parts_is_recorded_and_joins_nothing(rule: str) -> None:
    reading = read_statement(TOP + f"• Release all.\n{rule}\nWe also urge all partners to help.\n{rule}\n" + SIGNED)
    assert reading.demands == ("Release all.",)
    assert reading.closing == ("We also urge all partners to help.",)
    assert noted(reading, "separator") == [((10,), rule), ((12,), rule)]
    assert reading.unresolved == ()


def test_a_heading_may_date_its_list() -> None:
    reading = read_statement(TOP + "• Release all.\nSignatories (as of 27 July 2020):\n" + ROWS)
    assert reading.demands == ("Release all.",)
    assert names(reading) == ["Sova", "Viasna", "DRA"]


def test_paragraphs_in_lines_without_blank_ones_between_are_questions() -> None:
    reading = read_statement(TOP + "• Release all.\nWe also urge all partners to help.\n\n" + SIGNED)
    assert questions(reading) == [("uncertain_join", (9, 10))]
    reading = read_statement(TOP + "We are sad.\nWe ask for help.\n\n" + SIGNED)
    assert questions(reading) == [("uncertain_join", (9, 10))]


@pytest.mark.parametrize(
    "text", ["we demand 1) release; 2) a trial.", "we demand (a) release and (b) a trial.", "мы ждём: а) дел; б) слов."]
)
def test_demands_within_a_sentence_are_a_question_where_there_are_no_others(text: str) -> None:
    reading = read_statement(TOP + f"Therefore {text}\n\n" + SIGNED)
    assert questions(reading) == [("inline_list", (9,))]
    assert read_statement(TOP + f"• Release.\n\nTherefore {text}\n\n" + SIGNED).unresolved == ()


def test_words_below_a_whole_row_and_a_blank_line_are_a_question() -> None:
    reading = read_statement(TOP + "Signed by:\n1. Sova\n2. Viasna\n\ncc: Council of Europe\n")
    assert questions(reading) == [("uncertain_join", (11, 13))]


@pytest.mark.parametrize("row", ["Total: 7 organisations", "Итого 7", "Viasna, www.viasna.example"])
def test_totals_and_addresses_among_rows_are_questions(row: str) -> None:
    reading = read_statement(TOP + SIGNED + row)
    assert questions(reading) == [("not_placed", (13,))]


def test_a_statement_with_signs_of_markdown_is_no_title() -> None:
    reading = read_statement("# Joint appeal\n\n9 October 2020\n\n## Demands\n\n* Release.\n\n" + SIGNED)
    assert questions(reading) == [("unknown_marker", (1,)), ("unknown_marker", (5,))]


def test_a_row_may_begin_with_its_acronym_in_brackets() -> None:
    reading = read_statement(TOP + SIGNED + "(FIDH) International Federation for Human Rights\n")
    assert names(reading)[2:] == ["DRA", "(FIDH) International Federation for Human Rights"]
    assert noted(reading, "not_understood") == [((13,), "(FIDH) International Federation for Human Rights")]


@pytest.mark.parametrize("name", ["medica mondiale", "la Strada", "de facto"])
@pytest.mark.parametrize("mark", ["{}. ", ""], ids=["numbered", "plain"])
def test_a_lowercase_name_below_a_short_row_is_not_joined_silently(name: str, mark: str) -> None:
    rows = "".join(mark.format(number) + row + "\n" for number, row in enumerate(ROWS.splitlines(), start=1))
    reading = read_statement(TOP + "Signed by:\n" + rows + name + "\n")
    assert questions(reading) == [("uncertain_join", (12, 13))]


@pytest.mark.parametrize("above", ["openDemocracy", "Members and friends", "Libereco e.V."])
def test_words_right_above_a_list_without_heading_are_a_question(above: str) -> None:
    for gap in ("", "\n"):
        reading = read_statement(TOP + "We stand together.\n" + gap + above + "\n" + ROWS)
        assert "above_list" in {kind for kind, _ in questions(reading)} or above in names(reading)
