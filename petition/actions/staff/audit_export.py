"""The trail as a file: codes and numbers, as they stand in the table. That it was taken is in the trail as well."""

import csv
import io
from collections.abc import Iterator
from datetime import datetime

from django.db.models import QuerySet

from petition.actions.audit import Actor, record_of
from petition.models import AuditEvent

COLUMNS = ("id", "at", "verb", "actor_kind", "actor_id", "subject_kind", "subject_id", "appeal_id", "reason", "is_demo")


def export(events: QuerySet[AuditEvent], *, by: Actor, at: datetime) -> Iterator[str]:
    """The lines of a CSV file with `events`, oldest first; the trail says that `by` has taken them."""
    record_of("trail", None, "export_trail", by=by, at=at)
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
