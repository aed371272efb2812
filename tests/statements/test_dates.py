"""Date lines in the forms statements print."""

import datetime as dt

import pytest

from petition.statements.dates import parse_date_line


@pytest.mark.parametrize(
    "text",
    [
        "9 October 2020",
        "9th October, 2020",
        "9 of October 2020",
        "October 9, 2020",
        "Oct. 9 2020",
        "09.10.2020",
        "9.10.2020 г.",
        "2020-10-09",
        "9 октября 2020 г.",
        "9 октября 2020 года",
        "Bishkek, 9 October 2020",
        "Бишкек, 9 октября 2020 г.",
        "9 OCTOBER 2020.",
    ],
)
def test_a_date_line_is_read(text: str) -> None:
    assert parse_date_line(text) == dt.date(2020, 10, 9)


@pytest.mark.parametrize(
    "text",
    ["", "31 February 2020", "9 Brumaire 2020", "13.13.2020", "On 9 October 2020 we met", "October 2020", "2020"],
)
def test_other_lines_are_no_dates(text: str) -> None:
    assert parse_date_line(text) is None
