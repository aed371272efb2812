"""The list as data: JSON and CSV, field for field what record.py allows."""

import csv
import io
import json
from dataclasses import asdict, fields

from petition.publishing import record

FIELDS: dict[str, str] = {
    "id": "Permanent reference of the line, for example further-12.",
    "number": "Number within its kind; never changed and never reused.",
    "kind": "original: signed on the day of the appeal. further: endorsed it later.",
    "label": "The line exactly as printed. Null when no longer listed, as are all fields below except status.",
    "name": "Name of the organisation as it asked to appear.",
    "acronym": "Its acronym as printed, empty if none is printed.",
    "countries": "ISO 3166-1 alpha-2 codes of the countries printed; a country is never inferred from a name.",
    "countries_as_printed": "The countries as the line prints them.",
    "member": "True only when a moderator checked that it is a member of the issuing coalition.",
    "listed_on": "Date on which the line was listed (originals: the date of the appeal).",
    "status": "listed or no_longer_listed.",
    "note": "What the secretariat says beside the line, empty if nothing.",
    "noted_on": "Date of the note, null without one.",
}
"""Every published field and what it means; ships with the data."""

COUNTS: dict[str, str] = {
    "original": "Organisations that signed on the day of the appeal, including any no longer listed.",
    "further": "Organisations that endorsed later, by name, and are listed now.",
    "withheld": "Organisations not named for their safety; never part of the other numbers.",
}

CHECKS: dict[str, str] = {
    "original": "Imported from the appeal as published on its date.",
    "further": "The organisation proved its mailbox, and a moderator approved the endorsement.",
    "errors": "Report an error to the secretariat of the appeal.",
}


def signatories_json(slug: str) -> str:
    """The list with counts, revision and field definitions. Raises NotPublished."""
    return record.at_one_revision(slug, lambda: _json(slug))


def _json(slug: str) -> str:
    appeal = record.appeal_record(slug, "en")
    content = {
        "appeal": appeal.slug,
        **({"demonstration": True} if appeal.is_demo else {}),
        "revision": appeal.revision,
        "as_of": appeal.as_of.isoformat(),
        "text_sha256": appeal.signed_sha256,
        "counts": asdict(appeal.counts),
        "checks": CHECKS,
        "definitions": {"counts": COUNTS, "signatories": FIELDS},
        "signatories": [_row(signatory) for signatory in record.all_signatories(slug)],
    }
    return json.dumps(content, ensure_ascii=False, indent=1) + "\n"


def signatories_csv(slug: str) -> str:
    """The list as CSV (RFC 4180): a header row, a space between country codes. Raises NotPublished."""
    return record.at_one_revision(slug, lambda: _csv(slug))


def _csv(slug: str) -> str:
    text = io.StringIO()
    rows = csv.writer(text)
    rows.writerow(FIELDS)
    for signatory in record.all_signatories(slug):
        rows.writerow(_cell(value) for value in _row(signatory).values())
    return text.getvalue()


def _row(signatory: record.SignatoryRecord) -> dict[str, object]:
    row = {field.name: getattr(signatory, field.name) for field in fields(signatory) if field.name in FIELDS}
    for name in ("listed_on", "noted_on"):
        if moment := getattr(signatory, name):
            row[name] = moment.isoformat()
    return row


def _cell(value: object) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, tuple):
        return " ".join(value)
    return "" if value is None else str(value)
