"""The date line of a statement."""

import re
from datetime import date

MONTHS = (
    ("january", "января", "jan"),
    ("february", "февраля", "feb"),
    ("march", "марта", "mar"),
    ("april", "апреля", "apr"),
    ("may", "мая"),
    ("june", "июня", "jun"),
    ("july", "июля", "jul"),
    ("august", "августа", "aug"),
    ("september", "сентября", "sep", "sept"),
    ("october", "октября", "oct"),
    ("november", "ноября", "nov"),
    ("december", "декабря", "dec"),
)
MONTH_NUMBER = {name: number for number, names in enumerate(MONTHS, start=1) for name in names}
MONTH = r"(?P<month>[^\W\d_]{3,9})\.?"
DAY = r"(?P<day>\d{1,2})(?:st|nd|rd|th)?"
YEAR = r"(?P<year>\d{4})"
FORMS = tuple(
    # A place may stand before the date ("Bishkek, 9 October 2020") and the Russian "г." behind it.
    re.compile(rf"(?:[^\d:;.]{{2,40}},\s*)?{form}(?:\s*(?:г\.?|года))?\.?", re.IGNORECASE)
    for form in (
        rf"{DAY}\s+(?:of\s+)?{MONTH},?\s+{YEAR}",
        rf"{MONTH}\s+{DAY},?\s+{YEAR}",
        rf"{DAY}\.(?P<month>\d{{1,2}})\.{YEAR}",
        rf"{YEAR}-(?P<month>\d{{2}})-{DAY}",
    )
)


def date_line(text: str) -> date | None:
    """The date a line consists of; None when it says anything else or names a day that does not exist."""
    for form in FORMS:
        if found := form.fullmatch(text):
            month = found["month"].lower()
            number = int(month) if month.isdecimal() else MONTH_NUMBER.get(month, 0)
            try:
                return date(int(found["year"]), number, int(found["day"]))
            except ValueError:
                continue
    return None
