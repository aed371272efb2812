"""Rows that are no organisations, or more than one: never listed silently."""

import pytest

from petition.statements.signatories.individuals import Likeness, personal_likeness
from petition.statements.statement import read_statement
from tests.statements.test_other_statements import TOP, names, noted, questions


def rows_with(row: str, mark: str = "", heading: str = "Signed by:") -> str:
    rows = ["Sova (Russia)", row, "Viasna (Belarus)", "DRA (Germany)"]
    return TOP + f"{heading}\n" + "\n".join(mark.format(number) + r for number, r in enumerate(rows, start=1))


@pytest.mark.parametrize(
    "row",
    [
        "On behalf of the following organisations",
        "Organisations and groups",
        "In alphabetical order",
        "International organisations",
        "National NGOs",
        "Members of the coalition",
        "Background",
        "Contacts",
        "Справка",
        "Yours sincerely",
        "With respect",
        "Kyrgyzstan",
        "KYRGYZSTAN (12)",
        "The Netherlands",
        "Central Asia",
        "Other countries",
        "Кыргызстан",
        "Центральная Азия",
        "Международные организации",
        "От имени коалиции",
        "Эл аралык уюмдар",
    ],
)
def test_headings_among_rows_are_questions(row: str) -> None:
    reading = read_statement(rows_with(row))
    assert names(reading) == ["Sova", "Viasna", "DRA"]
    assert ("not_placed", (11,)) in questions(reading)


def test_a_country_after_a_number_is_no_organisation_either() -> None:
    reading = read_statement(rows_with("Georgia", "{}. "))
    assert ("not_placed", (11,)) in questions(reading)


def test_a_country_between_numbered_rows_is_not_joined_to_a_full_one() -> None:
    wide = "2. The Organisation for the Defence of Everybody Who Lives Between the Mountains"
    reading = read_statement(TOP + f"Signed by:\n1. Sova\n{wide}\nKazakhstan\n3. DRA\n")
    assert wide.endswith(names(reading)[1])
    assert questions(reading) == [("not_placed", (12,))]


@pytest.mark.parametrize(
    "row",
    [
        "Memorial*",
        "Memorial¹",
        "Memorial [1]",
        "Memorial (1)",
        "Memorial† (Russia)",
        "Memorial* (Russia)",
        "¹ memorial",
    ],
)
@pytest.mark.parametrize("mark", ["", "{}. "])
def test_footnote_marks_are_questions(row: str, mark: str) -> None:
    assert ("footnote_mark", (11,)) in questions(read_statement(rows_with(row, mark)))


@pytest.mark.parametrize(
    "row",
    [
        "Memorial (Russia), Legal Dialogue (Belarus)",
        "Memorial (Russia) and Legal Dialogue (Belarus)",
        "Memorial; Legal Dialogue; Open Society",
        "Memorial (Russia)/Legal Dialogue (Belarus)",
    ],
)
def test_several_organisations_in_one_row_are_a_question(row: str) -> None:
    assert ("several_in_one_row", (11,)) in questions(read_statement(rows_with(row)))


def test_a_list_in_one_line_is_a_question() -> None:
    reading = read_statement(TOP + "Signed by:\nSova, Memorial, Viasna\n")
    assert questions(reading) == [("several_in_one_row", (10, 10))]


@pytest.mark.parametrize(
    "row",
    [
        "Jane Doe",
        "Jane Doe, Bishkek",
        "Jane Doe (Germany)",
        "Jane Doe, founder",
        "Jane Doe, member of parliament",
        "J. Doe",
        "Doe J.",
        "А. Аскаров",
        "Аскаров А.А.",
        "Аскаров Азимжан",
        "Чолпон Нурбекова",
        "Асан уулу Бакыт",
        "Иванова Анна Петровна",
        "Miss Roe",
        "Асан Усенов, укук коргоочу",
        "John Roe – MP",
    ],
)
@pytest.mark.parametrize("mark", ["", "{}. "])
def test_people_are_questions_and_no_signatories(row: str, mark: str) -> None:
    reading = read_statement(rows_with(row, mark))
    assert names(reading) == ["Sova", "Viasna", "DRA"]
    assert ("individual", (11,)) in questions(reading)


@pytest.mark.parametrize("row", ["Bir Duino", "Kylym Shamy", "Ata Zhurt"])
def test_names_that_may_be_of_people_are_noted_without_a_question(row: str) -> None:
    reading = read_statement(rows_with(row))
    assert names(reading)[1] == row
    assert noted(reading, "perhaps_individual") == [((11,), row)]
    assert reading.unresolved == ()


@pytest.mark.parametrize(
    "name",
    [
        "Anna Lindh Fund",
        "Maria Stopes International",
        "Human Rights Centre Viasna",
        "Institute of Peter Roe",
        "Freedom Now",
        "Truth Hounds",
        "Libereco e.V.",
        "Open Society",
        "Article 19",
        "DRA",
        "Мемориал",
        "Хельсинкский комитет Анны",
    ],
)
def test_organisations_are_not_like_people(name: str) -> None:
    assert personal_likeness(name) is Likeness.NONE


def test_below_a_heading_for_organisations_a_name_is_an_organisations() -> None:
    reading = read_statement(rows_with("Maria Stopes", heading="Signatory organisations:"))
    assert names(reading) == ["Sova", "Maria Stopes", "Viasna", "DRA"]
    assert noted(reading, "perhaps_individual") == [((11,), "Maria Stopes")]
    assert reading.unresolved == ()
    with_role = read_statement(rows_with("Maria Stopes, founder", heading="Signatory organisations:"))
    assert questions(with_role) == [("individual", (11,))]
