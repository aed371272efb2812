"""The parts that several exports share: what a file is about, the fields of an entry, JSON in pieces."""

import json
from collections.abc import Iterable, Iterator
from dataclasses import asdict

from django.conf import settings

from petition.publishing.absolute_urls import absolute_url
from petition.publishing.exports.field_descriptions import FIELD_DESCRIPTIONS
from petition.publishing.public_records import AppealRecord, SignatoryRecord
from petition.publishing.queries import count_checks


def describe_appeal(appeal: AppealRecord, schema: str) -> dict[str, object]:
    """Return what each file begins with: what it is about, as of when, under which licence."""
    return {
        "$schema": absolute_url("schema", schema),
        "appeal": appeal.slug,
        "address": absolute_url("appeal", appeal.slug),
        **({"demonstration": True} if appeal.is_demo else {}),
        "revision": appeal.revision,
        "as_of": appeal.as_of.isoformat(),
        "licence": settings.DATA_LICENCE,
        "text_sha256": appeal.signed_sha256,
        "counts": asdict(appeal.counts),
        "checks": {
            "first_published_by": appeal.issuer,
            "first_published_on": appeal.issued_on.isoformat(),
            **asdict(count_checks(appeal.slug)),
            "report_errors_at": absolute_url("change", appeal.slug),
        },
    }


def build_row(signatory: SignatoryRecord) -> dict[str, object]:
    """Return the entry with the fields and in the order of FIELD_DESCRIPTIONS, dates as text."""
    row: dict[str, object] = {name: getattr(signatory, name) for name in FIELD_DESCRIPTIONS}
    for name in ("listed_on", "noted_on"):
        if date := getattr(signatory, name):
            row[name] = date.isoformat()
    return row


def generate_json(head: dict[str, object], name: str, rows: Iterable[object]) -> Iterator[str]:
    """Yield one JSON object (RFC 8259) in pieces: `head` and, last in it, the list `name`, one row per line."""
    yield json.dumps(head, ensure_ascii=False, indent=1).removesuffix("\n}") + f',\n "{name}": ['
    separator = "\n  "
    for row in rows:
        yield separator + json.dumps(row, ensure_ascii=False)
        separator = ",\n  "
    yield "\n ]\n}\n"
