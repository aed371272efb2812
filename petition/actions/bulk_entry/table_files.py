"""Read a table of endorsements: CSV, or what a spreadsheet copies. Nothing is checked here but its shape.

The first row names the columns, as the fields of the form are named, or labelled in a language of the site.
"""

import csv
import io
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Final

from django.conf import settings
from django.utils.functional import Promise
from django.utils.translation import gettext as _, override

from petition.actions.bulk_entry.entry_form import FIELDS, EntryForm
from petition.models import Display
from petition.reference.countries import COUNTRY_CODES
from petition.reference.languages import LANGUAGES
from petition.reference.printed_entries import list_countries
from petition.text import names

MOST_ROWS: Final = 1000
SURPLUS: Final = "surplus"
"""Where the cells of a row are that stand under no column."""
_DELIMITERS: Final = "\t;,"
_MOST_SHOWN: Final = 60  # letters of a column that nobody knows
_REQUIRED: Final = ("organisation_name", "display")
_YES: Final = frozenset({"yes", "y", "true", "1", "x", "+", "да", "ооба"})
_NO: Final = frozenset({"no", "n", "false", "0", "-", "–", "нет", "жок"})


class TableRefused(Exception):
    """This is no such table; the message is a sentence that says what to do."""

    def __init__(self, sentence: str | Promise) -> None:
        super().__init__(str(sentence))


@dataclass(frozen=True)
class TableRow:
    """One row: the line in which it begins, and its cells by the name of the field as a form sends them."""

    number: int
    fields: dict[str, Any]


def decode(content: bytes) -> str:
    """Return the text of a CSV file. Raises TableRefused."""
    if content.startswith((b"PK\x03\x04", b"\xd0\xcf\x11\xe0")):
        raise TableRefused(_("This is a spreadsheet. Save it as “CSV UTF-8”, or copy its cells and paste them."))
    try:
        return content.decode("utf-16" if content.startswith((b"\xff\xfe", b"\xfe\xff")) else "utf-8-sig")
    except UnicodeDecodeError as error:
        raise TableRefused(_("This is not text in UTF-8. Save it as “CSV UTF-8”.")) from error


def build_template() -> bytes:
    """Return an empty table with the names of all columns, which spreadsheets open as UTF-8."""
    return ("\N{BYTE ORDER MARK}" + ",".join(FIELDS) + "\r\n").encode()


def read_table(text: str, *, language: str) -> list[TableRow]:
    """Return the rows that are not empty. Mails to a row without a language are in `language`. Raises TableRefused."""
    text = text.removeprefix("\N{BYTE ORDER MARK}").lstrip("\r\n")
    first = text.split("\n", 1)[0]
    delimiter = max(_DELIMITERS, key=first.count)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    rows: list[TableRow] = []
    try:
        columns = _read_columns(next(reader, []))
        begins = reader.line_num + 1
        for cells in reader:
            if any(cell.strip() for cell in cells):
                rows.append(TableRow(begins, _to_fields(columns, cells, language)))
            begins = reader.line_num + 1
    except csv.Error as error:
        raise TableRefused(
            _("Line %(line)s cannot be read: a quotation mark has no second one, or a cell is too long.")
            % {"line": reader.line_num}
        ) from error
    if not rows:
        raise TableRefused(_("The table has no rows below its first one."))
    if len(rows) > MOST_ROWS:
        raise TableRefused(_("The table has more than %(count)s rows. Divide it.") % {"count": MOST_ROWS})
    return rows


def _read_columns(cells: list[str]) -> list[str]:
    """Return the field of each column."""
    known = _columns_by_label()
    labels = [names.clean(cell).lower() for cell in cells]
    while labels and not labels[-1]:
        labels.pop()
    for label in labels:
        if label not in known:
            raise TableRefused(
                _("“%(label)s” is no column. The first row must name the columns: %(columns)s.")
                % {"label": label[:_MOST_SHOWN], "columns": ", ".join(FIELDS)}
            )
    columns = [known[label] for label in labels]
    for column in columns:
        if columns.count(column) > 1:
            raise TableRefused(_("Two columns are named “%(column)s”.") % {"column": column})
    for column in _REQUIRED:
        if column not in columns:
            raise TableRefused(_("The column “%(column)s” is missing.") % {"column": column})
    return columns


@lru_cache(maxsize=1)
def _columns_by_label() -> dict[str, str]:
    known = {name: name for name in FIELDS}
    for language, _own_name in settings.LANGUAGES:
        with override(language):
            known |= {str(EntryForm.base_fields[name].label).lower(): name for name in FIELDS}
    return known


@lru_cache(maxsize=1)
def _displays_by_label() -> dict[str, str]:
    known = {value: value for value in Display.values}
    for language, _own_name in settings.LANGUAGES:
        with override(language):
            known |= {str(label).lower(): value for value, label in Display.choices}
    return known


def _to_fields(columns: list[str], cells: list[str], language: str) -> dict[str, Any]:
    """Return the cells as the form expects them; what is not understood stays as it was typed."""
    typed = {name: cell.strip() for name, cell in zip(columns, cells, strict=False)}
    word = {name: typed.get(name, "").lower() for name in ("display", "member", "language")}
    languages = {own_name.lower(): code for code, own_name in LANGUAGES.items()}
    fields: dict[str, Any] = {
        **typed,
        "countries": _to_codes(typed.get("countries", "")),
        "display": _displays_by_label().get(word["display"], typed.get("display", "")),
        "member": "on" if word["member"] in _YES else "" if word["member"] in _NO else typed.get("member", ""),
        "language": languages.get(word["language"], word["language"] or language),
    }
    if surplus := " ".join(cell.strip() for cell in cells[len(columns) :]).strip():
        fields[SURPLUS] = surplus
    return fields


def _to_codes(printed: str) -> list[str]:
    words = printed.replace(",", " ").replace(";", " ").replace("/", " ").upper().split()
    if set(words) <= COUNTRY_CODES:
        return words
    return list(list_countries(printed)) or [printed]
