"""What the data says, field for field what record.py allows, and what each field means."""

import json
from collections.abc import Iterable, Iterator
from dataclasses import asdict, fields
from typing import Final

from django.conf import settings
from django.urls import reverse

from petition.publishing import history, records

FIELDS: Final[dict[str, str]] = {
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

COUNTS: Final[dict[str, str]] = {
    "original": "Organisations that signed on the day of the appeal, including any no longer listed.",
    "further": "Organisations that endorsed later, by name, and are listed now.",
    "withheld": "Organisations not named for their safety and never listed; never part of the other numbers.",
}

CHECKS: Final[dict[str, str]] = {
    "first_published_by": "Who issued the appeal; its lines of kind original stand here as published.",
    "first_published_on": "Date on which the appeal was first published.",
    "original": "Lines of the appeal as published that are listed now, by the way in which they were checked.",
    "further": "Lines listed later. Each organisation proved its mailbox, and a moderator approved the endorsement.",
    "withheld": "Organisations not named, counted as in counts.withheld; never part of the other numbers.",
    "report_errors_at": "Where anybody can report an error in the list.",
}
HOW_CHECKED: Final[dict[str, str]] = {
    "imported": "Imported from the appeal as published on its date.",
    "known_domain": "Its mailbox is at a domain the secretariat knew.",
    "own_channel": "A call or message through a channel the organisation publishes.",
    "vouched": "An organisation on the list vouched for it.",
    "other": "Another way, on record with the secretariat.",
    history.BY_MAILBOX: "By its own mailbox and a moderator; no other check is on record.",
}

CHANGES: Final[dict[str, str]] = {
    "id": "The line that was changed; it is listed now.",
    "what": "Which part of it: name, acronym, countries, line (several parts), note.",
    "on": "Date of the change.",
    "old_label": "The line as it was, only where the organisation agreed; else null.",
}

ABOUT: Final[dict[str, str]] = {
    "appeal": "The name of the appeal in addresses.",
    "address": "Where the appeal can be read.",
    "demonstration": "True in made-up data, else left out.",
    "revision": "Counter of public changes, removals included: the same revision, the same list.",
    "as_of": "Date (UTC) of the last addition or correction; a removal does not move it.",
    "licence": "Terms under which this data may be reused. The text of the appeal belongs to its authors.",
    "text_sha256": "SHA-256 of the text that was signed, over the UTF-8 bytes served at its address.",
}


def about(appeal: records.AppealRecord, schema: str) -> dict[str, object]:
    """What every file says first: what it is about, as of when, under which licence."""
    return {
        "$schema": address("schema", schema),
        "appeal": appeal.slug,
        "address": address("appeal", appeal.slug),
        **({"demonstration": True} if appeal.is_demo else {}),
        "revision": appeal.revision,
        "as_of": appeal.as_of.isoformat(),
        "licence": settings.DATA_LICENCE,
        "text_sha256": appeal.signed_sha256,
        "counts": asdict(appeal.counts),
        "checks": {
            "first_published_by": appeal.issuer,
            "first_published_on": appeal.issued_on.isoformat(),
            **asdict(history.checks_of(appeal.slug)),
            "report_errors_at": address("change", appeal.slug),
        },
    }


def row(signatory: records.SignatoryRecord) -> dict[str, object]:
    """The line, its fields in the order of FIELDS, dates as text."""
    told = {field.name: getattr(signatory, field.name) for field in fields(signatory) if field.name in FIELDS}
    for name in ("listed_on", "noted_on"):
        if moment := getattr(signatory, name):
            told[name] = moment.isoformat()
    return told


def address(name: str, *of_path: object) -> str:
    return f"{settings.SITE_URL}{reverse(name, args=of_path)}"


def as_json(head: dict[str, object], name: str, rows: Iterable[object]) -> Iterator[str]:
    """`head` and, last in it, the list `name`, a row a line: one object as JSON (RFC 8259)."""
    yield json.dumps(head, ensure_ascii=False, indent=1).removesuffix("\n}") + f',\n "{name}": ['
    before = "\n  "
    for told in rows:
        yield before + json.dumps(told, ensure_ascii=False)
        before = ",\n  "
    yield "\n ]\n}\n"
