"""The appeal and its list as JSON, each with a schema (json_schemas.py)."""

import json
from collections.abc import Iterator
from dataclasses import asdict
from datetime import datetime
from typing import Final
from zoneinfo import ZoneInfo

from petition.models.signatories import Kind
from petition.publishing import queries
from petition.publishing.absolute_urls import absolute_url
from petition.publishing.exports.field_descriptions import (
    ABOUT,
    CHANGES,
    CHECKS,
    COUNTS,
    FIELD_DESCRIPTIONS,
    HOW_CHECKED,
)
from petition.publishing.exports.rows import build_row, describe_appeal, generate_json
from petition.publishing.public_records import AppealRecord, BlockRecord, ChangeRecord, TextVersion, TimelineRecord
from petition.text.references import format_reference

_DEFINITIONS: Final = {"about": ABOUT, "counts": COUNTS, "checks": CHECKS | {"how": HOW_CHECKED}}
# Key in `data`: name of the route.
_DATA_ROUTES: Final = {
    "signatories_json": "signatories_json",
    "signatories_csv": "signatories_csv",
    "signatories_csv_metadata": "signatories_csvw",
    "signatories_for_spreadsheets": "signatories_spreadsheet",
    "feed": "feed",
    "changes": "changes",
}


def generate_signatories(slug: str) -> Iterator[str]:
    """Yield the list with counts, checks and field definitions. Raises NotPublished."""
    head, last = queries.read_at_one_revision(slug, lambda: _describe_list(slug))
    head["definitions"] = _DEFINITIONS | {"signatories": FIELD_DESCRIPTIONS}
    return generate_json(head, "signatories", map(build_row, queries.iterate_signatories(slug, last)))


def _describe_list(slug: str) -> tuple[dict[str, object], int]:
    """Return what the file begins with, and the last number in it."""
    appeal = queries.get_appeal(slug, "en")
    return describe_appeal(appeal, "signatories"), appeal.last_number


def generate_appeal(slug: str) -> Iterator[str]:
    """Yield the appeal: texts and demands, counts, checks, changes, addresses of the data. Raises NotPublished."""
    appeal = queries.get_appeal(slug, "en")
    content = describe_appeal(appeal, "appeal") | {
        "issuer": appeal.issuer,
        "issued_on": appeal.issued_on.isoformat(),
        "addressees": list(appeal.addressees),
        "phase": appeal.phase.value,
        "opens_at": _format_moment(appeal.opens_at, appeal.time_zone),
        "closes_at": _format_moment(appeal.closes_at, appeal.time_zone),
        "time_zone": appeal.time_zone,
        "closes_for": appeal.closes_for or None,
        "texts": [_describe_text(appeal, version) for version in appeal.texts],
        "timeline": [_describe_event(entry) for entry in appeal.timeline],
        "changes": [_describe_change(change) for change in queries.list_changes(slug)],
        "no_longer_listed": [
            format_reference(kind, number) for kind in Kind for number in queries.list_removed_numbers(slug, kind)
        ],
        "data": {name: absolute_url(route, slug) for name, route in _DATA_ROUTES.items()},
        "definitions": _DEFINITIONS | {"changes": CHANGES},
    }
    yield json.dumps(content, ensure_ascii=False, indent=1) + "\n"


def _format_moment(moment: datetime | None, zone: str) -> str | None:
    """Return the moment with its offset in this zone (RFC 3339)."""
    return moment.astimezone(ZoneInfo(zone)).isoformat(timespec="seconds") if moment else None


def _describe_text(appeal: AppealRecord, version: TextVersion) -> dict[str, object]:
    text = queries.get_appeal(appeal.slug, version.language).text
    return {
        "language": text.language,
        "status": text.status,
        "dated": text.dated.isoformat(),
        "title": text.title,
        "demands": list(text.demands),
        "body": [_describe_block(block) for block in text.body],
        "background": [_describe_block(block) for block in text.background],
        "sha256": text.sha256,
        "address": absolute_url("text", appeal.slug, text.language),
    }


def _describe_event(entry: TimelineRecord) -> dict[str, object]:
    return {
        "kind": entry.kind,
        "dated": entry.dated.isoformat(),
        "addressee": entry.addressee or None,
        "edition": entry.edition.isoformat() if entry.edition else None,
        "link": entry.link or None,
        "texts": dict(entry.texts),
        "corrected_on": entry.corrected_on.isoformat() if entry.corrected_on else None,
    }


def _describe_block(block: BlockRecord) -> dict[str, object]:
    return {"kind": block.kind, "text": block.text}


def _describe_change(change: ChangeRecord) -> dict[str, object]:
    return {name: value for name, value in asdict(change).items() if name in CHANGES} | {"on": change.on.isoformat()}
