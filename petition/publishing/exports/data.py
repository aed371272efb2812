"""The appeal and its list as JSON, each with a schema (schemas.py)."""

import json
from collections.abc import Iterator
from dataclasses import asdict

from petition.publishing import history, record
from petition.publishing.exports.fields import (
    ABOUT,
    CHANGES,
    CHECKS,
    COUNTS,
    FIELDS,
    HOW_CHECKED,
    about,
    address,
    as_json,
    row,
)

_DEFINITIONS = {"about": ABOUT, "counts": COUNTS, "checks": CHECKS | {"how": HOW_CHECKED}}


def signatories(slug: str) -> Iterator[str]:
    """The list with counts, checks and field definitions. Raises NotPublished."""
    appeal = record.appeal_record(slug, "en")
    head = about(appeal, "signatories") | {"definitions": _DEFINITIONS | {"signatories": FIELDS}}
    return as_json(head, "signatories", map(row, history.every_line(slug)))


def appeal(slug: str) -> Iterator[str]:
    """The appeal: its texts and their demands, counts, checks, changes, and where its data is. Raises NotPublished."""
    appeal = record.appeal_record(slug, "en")
    content = about(appeal, "appeal") | {
        "issuer": appeal.issuer,
        "issued_on": appeal.issued_on.isoformat(),
        "phase": appeal.phase.value,
        "texts": [_text(appeal, version) for version in appeal.texts],
        "changes": [_change(change) for change in history.newest_changes(slug)],
        "no_longer_listed": [
            f"{kind}-{number}" for kind in ("original", "further") for number in history.no_longer_listed(slug, kind)
        ],
        "data": {name: address(route, slug) for name, route in _DATA.items()},
        "definitions": _DEFINITIONS | {"changes": CHANGES},
    }
    yield json.dumps(content, ensure_ascii=False, indent=1) + "\n"


_DATA = {
    "signatories_json": "signatories_json",
    "signatories_csv": "signatories_csv",
    "signatories_csv_metadata": "signatories_csvw",
    "signatories_for_spreadsheets": "signatories_spreadsheet",
    "feed": "feed",
    "changes": "changes",
}
"""The name of each address here, and of its route."""


def _text(appeal: record.AppealRecord, version: record.TextVersion) -> dict[str, object]:
    text = record.appeal_record(appeal.slug, version.language).text
    return {
        "language": text.language,
        "status": text.status,
        "dated": text.dated.isoformat(),
        "title": text.title,
        "demands": list(text.demands),
        "sha256": text.sha256,
        "address": address("text", appeal.slug, text.language),
    }


def _change(change: history.ChangeRecord) -> dict[str, object]:
    return {name: value for name, value in asdict(change).items() if name in CHANGES} | {"on": change.on.isoformat()}
