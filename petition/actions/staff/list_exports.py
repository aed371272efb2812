"""Export endorsements as CSV for staff: no contacts, and a name only where it is public."""

import csv
import io
from collections.abc import Iterator
from datetime import datetime

from django.db.models import QuerySet

from petition.actions.audit import Actor, record
from petition.models import Appeal, Endorsement, Status
from petition.publishing.exports.csv_files import neutralise_formula

COLUMNS = (
    *("number", "reference", "entry", "status", "on_hold", "language", "display"),
    *("submitted_at", "confirmed_at", "decided_at", "checked", "flags"),
)


def export_endorsements(
    endorsements: QuerySet[Endorsement], *, appeal: Appeal, verb: str, by: Actor, at: datetime
) -> Iterator[str]:
    """Return the lines of a CSV file with `endorsements`, oldest first, and record that `by` has it.

    `verb` is `export_queue` or `export_list`. Cells are safe for spreadsheets.
    """
    record(verb, subject=appeal, by=by, at=at)
    rows = endorsements.select_related("signatory").prefetch_related("flags").order_by("pk")
    return _lines(rows)


def _lines(rows: QuerySet[Endorsement]) -> Iterator[str]:
    line = io.StringIO()
    writer = csv.writer(line)
    line.write("\ufeff")  # without this mark Excel does not read it as UTF-8
    writer.writerow(COLUMNS)
    for row in rows.iterator(chunk_size=500):
        writer.writerow(neutralise_formula(cell) for cell in _build_row(row))
        yield line.getvalue()
        line.seek(0)
        line.truncate()
    yield line.getvalue()


def _build_row(row: Endorsement) -> list[str]:
    signatory = row.signatory
    is_listed = signatory is not None and signatory.status == Status.LISTED
    return [
        str(row.pk),
        signatory.reference if signatory else "",
        signatory.label if signatory and is_listed else "",
        row.state,
        row.quarantined_for,
        row.language,
        row.display,
        *(moment.isoformat() if moment else "" for moment in (row.submitted_at, row.confirmed_at, row.decided_at)),
        row.checked_how,
        " ".join(sorted(flag.code for flag in row.flags.all())),
    ]
