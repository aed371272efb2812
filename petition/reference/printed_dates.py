"""Dates as statements print them, in English, Russian and Kyrgyz."""

import re
from datetime import date

MONTHS = (
    ("january", "января", "jan", "январ", "үчтүн айы"),
    ("february", "февраля", "feb", "феврал", "бирдин айы"),
    ("march", "марта", "mar", "март", "жалган куран"),
    ("april", "апреля", "apr", "апрел", "чын куран"),
    ("may", "мая", "май", "бугу"),
    ("june", "июня", "jun", "июн", "кулжа"),
    ("july", "июля", "jul", "июл", "теке"),
    ("august", "августа", "aug", "август", "баш оона"),
    ("september", "сентября", "sep", "sept", "сентябр", "аяк оона"),
    ("october", "октября", "oct", "октябр", "тогуздун айы"),
    ("november", "ноября", "nov", "ноябр", "жетинин айы"),
    ("december", "декабря", "dec", "декабр", "бештин айы"),
)
MONTH_NUMBER = {name: number for number, names in enumerate(MONTHS, start=1) for name in names}
# "октябрь", "октябры", "октябрында": Kyrgyz says the month in the case that the sentence asks for.
KYRGYZ_ENDING = re.compile(r"(?:ь|[ыиуү](?:н[дт][ае](?:г[ыи])?)?)$")
MONTH = r"(?P<month>[^\W\d_]{3,14}(?:\s(?:айы|куран|оона)[а-яңөү]{0,6})?)\.?"
DAY = r"[«\"“„]?(?P<day>\d{1,2})[»\"”]?(?:st|nd|rd|th)?"
YEAR = r"(?P<year>\d{4})"
KYRGYZ_YEAR = rf"{YEAR}[\s-]?(?:жыл(?:ы|дын)?|ж\.?)"
# A place may stand before the date: "Bishkek, 9 October 2020", "г. Бишкек, …", "Бишкек ш., …".
PLACE = r"(?:(?:(?:г|гор|с)\.\s*)?[^\d:;.]{2,40}(?:\sш\.)?,\s*)?"
FORMS = tuple(
    # The Russian "г." may stand behind it.
    re.compile(rf"{PLACE}{form}(?:\s*(?:г\.?|года))?\.?", re.IGNORECASE)
    for form in (
        rf"{DAY}\s+(?:of\s+)?{MONTH},?\s+{YEAR}",
        rf"{MONTH}\s+{DAY},?\s+{YEAR}",
        rf"{DAY}\.(?P<month>\d{{1,2}})\.{YEAR}",
        rf"{YEAR}-(?P<month>\d{{2}})-{DAY}",
        rf"{DAY}[\s-]\s?{MONTH},?\s+{KYRGYZ_YEAR}",
        rf"{KYRGYZ_YEAR},?\s+{DAY}[\s-]\s?{MONTH}",
    )
)


def parse_date_line(text: str) -> date | None:
    """Return the date a line consists of; None when it says anything else or names a day that does not exist."""
    for form in FORMS:
        if found := form.fullmatch(text):
            try:
                return date(int(found["year"]), _month(found["month"].lower()), int(found["day"]))
            except ValueError:
                continue
    return None


def _month(said: str) -> int:
    """Return the month's number; 0 for what is no month."""
    if said.isdecimal():
        return int(said)
    return MONTH_NUMBER.get(said) or MONTH_NUMBER.get(KYRGYZ_ENDING.sub("", said), 0)
