"""Export the audit log as CSV: codes and numbers as they are stored."""

import csv
import io
from collections.abc import Iterator
from datetime import datetime

from django.db.models import QuerySet

from petition.actions.audit import Actor, record_for
from petition.models import AuditEvent

COLUMNS = ("id", "at", "verb", "actor_kind", "actor_id", "subject_kind", "subject_id", "appeal_id", "reason", "is_demo")


def export_events(events: QuerySet[AuditEvent], *, by: Actor, at: datetime) -> Iterator[str]:
    """Return the lines of a CSV file with `events`, oldest first, and record in the audit log that `by` has it."""
    record_for("trail", None, "export_trail", by=by, at=at)
    return _lines(events.order_by("pk").values_list(*COLUMNS))


def _lines(rows: "QuerySet[AuditEvent, tuple[object, ...]]") -> Iterator[str]:
    line = io.StringIO()
    writer = csv.writer(line)
    writer.writerow(COLUMNS)
    for row in rows.iterator(chunk_size=1000):
        writer.writerow(value.isoformat() if isinstance(value, datetime) else value for value in row)
        yield line.getvalue()
        line.seek(0)
        line.truncate()
    yield line.getvalue()
