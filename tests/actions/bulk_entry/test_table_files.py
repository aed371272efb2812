"""Tables as spreadsheets save and copy them: every cell is read, and what is no such table gets one sentence."""

import pytest

from petition.actions.bulk_entry.entry_form import RowForm
from petition.actions.bulk_entry.table_files import MOST_ROWS, TableRefused, build_template, decode, read_table

HEADER = "organisation_name,acronym,countries,website,display,member,language,contact_name,contact_role,contact_email"
ROW = "Made-up Fund,MF,Kyrgyzstan,https://fund.example,named,yes,ky,Asel Asanova,director,asel@fund.example"


def test_all_cells_are_read_as_the_form_sends_them() -> None:
    (row,) = read_table(f"{HEADER}\n{ROW}\n", language="en")
    assert row.number == 2
    assert row.fields == {
        "organisation_name": "Made-up Fund",
        "acronym": "MF",
        "countries": ["KG"],
        "website": "https://fund.example",
        "display": "named",
        "member": "on",
        "language": "ky",
        "contact_name": "Asel Asanova",
        "contact_role": "director",
        "contact_email": "asel@fund.example",
    }
    form = RowForm(row.fields, origin="email")
    assert form.is_valid(), form.errors
    assert form.to_submission().countries == ("KG",)


@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
@pytest.mark.parametrize("line_end", ["\n", "\r\n", "\r"])
@pytest.mark.parametrize("mark", ["", "\N{BYTE ORDER MARK}"])
def test_every_spreadsheet_says_it_in_its_own_way(delimiter: str, line_end: str, mark: str) -> None:
    lines = (HEADER, ROW, "", ROW.replace("Made-up", "Second"), ",,,,,,,,,")
    text = mark + line_end.join(line.replace(",", delimiter) for line in lines) + line_end
    names = [row.fields["organisation_name"] for row in read_table(text, language="en")]
    assert names == ["Made-up Fund", "Second Fund"]


@pytest.mark.parametrize(
    ("header", "display", "wanted"),
    [
        ("Name of the organisation,Name on the list", "Not named", "withheld"),
        ("Название организации,Название в списке", "Без названия", "withheld"),
        ("ORGANISATION_NAME,Display", "NAMED", "named"),
    ],
)
def test_columns_and_words_may_be_those_of_the_page(header: str, display: str, wanted: str) -> None:
    from django.utils import translation

    from petition.actions.bulk_entry.entry_form import EntryForm
    from petition.models import Display

    if header.startswith("Название"):
        with translation.override("ru"):
            fields = EntryForm.base_fields
            header = f"{fields['organisation_name'].label},{fields['display'].label}"
            display = str(Display.WITHHELD.label)
    (row,) = read_table(f"{header}\nMade-up Fund,{display}\n", language="ru")
    assert (row.fields["display"], row.fields["language"]) == (wanted, "ru")


@pytest.mark.parametrize(
    ("cell", "codes"),
    [
        ("KG", ["KG"]),
        ("kg; PL", ["KG", "PL"]),
        ("Кыргызстан / Польша", ["KG", "PL"]),
        ("Poland and Ukraine", ["PL", "UA"]),
        ("", []),
        ("Atlantis", ["Atlantis"]),
    ],
)
def test_countries_are_codes_or_names(cell: str, codes: list[str]) -> None:
    (row,) = read_table(f"organisation_name\tdisplay\tcountries\nMade-up Fund\tnamed\t{cell}", language="en")
    assert row.fields["countries"] == codes
    errors = RowForm(row.fields, origin="letter").errors
    assert ("countries" in errors) is (cell == "Atlantis")


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("phone,organisation_name,display\n1,Made-up Fund,named", "“phone” is no column"),
        ("organisation_name\nMade-up Fund", "The column “display” is missing."),
        ("display,organisation_name,display\nnamed,Made-up Fund,named", "Two columns are named “display”."),
        (HEADER, "The table has no rows below its first one."),
        (f"{HEADER}\n" + f"{ROW}\n" * (MOST_ROWS + 1), "The table has more than 1000 rows."),
        (f'{HEADER}\n"Made-up Fund,named', "a quotation mark has no second one"),
    ],
)
def test_what_is_no_such_table_gets_a_sentence(text: str, sentence: str) -> None:
    with pytest.raises(TableRefused, match=sentence):
        read_table(text, language="en")


@pytest.mark.parametrize("content", [b"PK\x03\x04 a spreadsheet", b"\xd0\xcf\x11\xe0 an old one", b"\xff\xff\xfe"])
def test_other_files_get_a_sentence(content: bytes) -> None:
    with pytest.raises(TableRefused, match="CSV UTF-8"):
        decode(content)


def test_files_in_utf_16_are_read() -> None:
    assert decode("organisation_name\tdisplay".encode("utf-16")) == "organisation_name\tdisplay"


def test_the_template_has_every_column() -> None:
    text = decode(build_template())
    assert sorted(text.strip().split(",")) == sorted(HEADER.split(","))
    with pytest.raises(TableRefused, match="no rows"):
        read_table(text, language="en")


def test_a_cell_with_commas_that_nobody_quoted_is_an_error_of_its_row() -> None:
    good, bad = read_table("organisation_name,display\nFund,named\nFund, of Osh,named\n", language="en")
    assert RowForm(good.fields, origin="letter").is_valid()
    assert "more cells than there are columns" in str(RowForm(bad.fields, origin="letter").errors)


def test_the_number_of_a_row_is_that_of_its_first_line() -> None:
    text = 'organisation_name,display\n"Fund\nof Osh",named\nOther Fund,named\n'
    assert [row.number for row in read_table(text, language="en")] == [2, 4]
