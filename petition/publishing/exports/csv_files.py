"""The list as a table: CSV to the letter with its metadata, and CSV that a spreadsheet may open."""

import csv
import io
import json
from collections.abc import Callable, Iterator
from typing import Final

from django.conf import settings

from petition.publishing import history, records
from petition.publishing.exports.fields import FIELDS, address, row

_FORMULA: Final = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")
"""What a spreadsheet may take for the beginning of a formula, the full-width forms included (OWASP, CSV injection)."""


def exact(slug: str) -> Iterator[str]:
    """The list as CSV (RFC 4180): a header row, a space between country codes. Raises NotPublished."""
    return _lines(slug, _cell)


def for_spreadsheets(slug: str) -> Iterator[str]:
    """The same for Excel and LibreOffice: marked as UTF-8, and no cell of it is a formula. Not for reading back."""
    yield "\ufeff"
    yield from _lines(slug, lambda value: neutral(_cell(value)))


def metadata(slug: str) -> Iterator[str]:
    """What the columns of the exact CSV are, as of when, under which licence (W3C, CSV on the Web). NotPublished."""
    appeal = records.appeal_record(slug, "en")
    columns = [
        {
            "name": name,
            "titles": name,
            "dc:description": meaning,
            "datatype": _DATATYPE.get(name, "string"),
            **({"separator": " "} if name == "countries" else {}),
        }
        for name, meaning in FIELDS.items()
    ]
    content = {
        "@context": "http://www.w3.org/ns/csvw",
        "url": address("signatories_csv", slug),
        "dc:title": f"Signatories of {appeal.text.title}",
        "dc:creator": appeal.issuer,
        "dc:license": {"@id": settings.DATA_LICENCE},
        "dc:modified": {"@value": appeal.as_of.isoformat(), "@type": "xsd:date"},
        "tableSchema": {"columns": columns, "primaryKey": "id"},
    }
    yield json.dumps(content, ensure_ascii=False, indent=1) + "\n"


_DATATYPE: Final = {"number": "integer", "member": "boolean", "listed_on": "date", "noted_on": "date"}


def neutral(cell: str) -> str:
    """`cell` with an apostrophe before it where a spreadsheet could run it."""
    return f"'{cell}" if cell.lstrip(" \u00a0").startswith(_FORMULA) else cell


def _lines(slug: str, cell: Callable[[object], str]) -> Iterator[str]:
    text = io.StringIO()
    rows = csv.writer(text)
    rows.writerow(FIELDS)
    for signatory in history.every_line(slug):
        rows.writerow(cell(value) for value in row(signatory).values())
        yield text.getvalue()
        text.seek(0)
        text.truncate()
    yield text.getvalue()


def _cell(value: object) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, tuple):
        return " ".join(value)
    return "" if value is None else str(value)
