"""The list as CSV: exact, with its metadata; and for spreadsheets, without formulas."""

import csv
import io
import json
from collections.abc import Callable, Iterator
from typing import Final

from django.conf import settings

from petition.publishing.absolute_urls import absolute_url
from petition.publishing.exports.field_descriptions import FIELD_DESCRIPTIONS
from petition.publishing.exports.rows import build_row
from petition.publishing.queries import get_appeal, get_published_appeal, iterate_signatories

# What a spreadsheet may take for the beginning of a formula, the full-width forms included (OWASP, CSV injection).
_FORMULA_STARTS: Final = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")
_DATATYPES: Final = {"number": "integer", "member": "boolean", "listed_on": "date", "noted_on": "date"}


def generate_csv(slug: str) -> Iterator[str]:
    """Yield the list as CSV (RFC 4180): a header row, a space between country codes. Raises NotPublished."""
    return _generate_rows(slug, _format_cell)


def generate_spreadsheet_csv(slug: str) -> Iterator[str]:
    """Yield the same for Excel and LibreOffice, where no cell is a formula. Not meant to be read back by programs."""
    yield "\ufeff"  # without this mark Excel does not read it as UTF-8
    yield from _generate_rows(slug, lambda value: neutralise_formula(_format_cell(value)))


def generate_metadata(slug: str) -> Iterator[str]:
    """Yield the description of the exact CSV: columns, date, licence (W3C, CSV on the Web). Raises NotPublished."""
    appeal = get_appeal(slug, "en")
    columns = [
        {
            "name": name,
            "titles": name,
            "dc:description": meaning,
            "datatype": _DATATYPES.get(name, "string"),
            **({"separator": " "} if name == "countries" else {}),
        }
        for name, meaning in FIELD_DESCRIPTIONS.items()
    ]
    content = {
        "@context": "http://www.w3.org/ns/csvw",
        "url": absolute_url("signatories_csv", slug),
        "dc:title": f"Signatories of {appeal.text.title}",
        "dc:creator": appeal.issuer,
        "dc:license": {"@id": settings.DATA_LICENCE},
        "dc:modified": {"@value": appeal.as_of.isoformat(), "@type": "xsd:date"},
        "tableSchema": {"columns": columns, "primaryKey": "id"},
    }
    yield json.dumps(content, ensure_ascii=False, indent=1) + "\n"


def neutralise_formula(cell: str) -> str:
    """Return `cell`, with an apostrophe in front if a spreadsheet could run it."""
    return f"'{cell}" if cell.lstrip(" \u00a0").startswith(_FORMULA_STARTS) else cell


def _generate_rows(slug: str, format_cell: Callable[[object], str]) -> Iterator[str]:
    text = io.StringIO()
    rows = csv.writer(text)
    rows.writerow(FIELD_DESCRIPTIONS)
    for signatory in iterate_signatories(slug, get_published_appeal(slug).last_number):
        rows.writerow(format_cell(value) for value in build_row(signatory).values())
        yield text.getvalue()
        text.seek(0)
        text.truncate()
    yield text.getvalue()


def _format_cell(value: object) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, tuple):
        return " ".join(value)
    return "" if value is None else str(value)
