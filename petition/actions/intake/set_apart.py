"""Rows of the intake that nobody can process: set apart after MOST_TRIES failures, or encrypted to a key not held here.

They wait for a person. An administrator lets one be tried again; only the operator discards any
(management/commands/discard_intake.py).
"""

import uuid
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from django.db import transaction
from django.db.models import Count, Max, Min, Q, QuerySet

from petition.actions.audit import Actor, record_for
from petition.models import IntakeRow
from petition.security import encryption

AT_ONCE: Final = 500
"""How many rows one transaction changes, so that the worker and visitors wait for one such step at most."""
MOST_KEYS: Final = 20
"""How many unknown keys are listed one by one: an attacker in the public process may have made up thousands."""

Rows = QuerySet[IntakeRow]
Progress = Callable[[int, int], None]


@dataclass(frozen=True)
class Waiting:
    """How many rows wait, and when the first and the last of them arrived. Without rows both are None."""

    count: int
    oldest: datetime | None
    newest: datetime | None


@transaction.atomic
def try_again(row_id: uuid.UUID, *, by: Actor, at: datetime) -> bool:
    """Let the worker try this row as often as a new one; return False if it is not set apart any more."""
    if not IntakeRow.objects.set_apart().filter(pk=row_id).update(attempts=0, leased_until=None):
        return False
    record_for("intake", None, "retry_intake", by=by, at=at)
    return True


def find_set_apart(*, at: datetime, before: datetime | None = None) -> Rows:
    """Return the rows set apart, or those of them that arrived before that time."""
    # At its last try a row counts as set apart already, but a worker may still be processing it.
    rows = IntakeRow.objects.set_apart().filter(Q(leased_until=None) | Q(leased_until__lte=at))
    return rows.filter(arrived_at__lt=before) if before else rows


def find_unknown(*, key_id: str | None = None, before: datetime | None = None) -> Rows:
    """Return the waiting rows of every key that this process does not hold, or only of the key `key_id`.

    With `before`, those that arrived before that time. Of a key that is held here there are none.
    """
    rows = IntakeRow.objects.waiting().exclude(key_id__in=encryption.get_key_ids()[1])
    if key_id is not None:
        rows = rows.filter(key_id=key_id)
    return rows.filter(arrived_at__lt=before) if before else rows


def describe(rows: Rows) -> Waiting:
    """Return the number of these rows, and when the first and the last of them arrived."""
    return Waiting(**rows.order_by().aggregate(count=Count("pk"), oldest=Min("arrived_at"), newest=Max("arrived_at")))


def describe_unknown() -> dict[str, Waiting]:
    """Return the MOST_KEYS keys not held here for which most rows wait, by id."""
    # An attacker in the public process chose these ids: they may be any eight characters.
    keys = find_unknown().order_by().values_list("key_id")
    counted = keys.annotate(count=Count("pk"), oldest=Min("arrived_at"), newest=Max("arrived_at"))
    rows = counted.order_by("-count", "key_id")[:MOST_KEYS]
    return {key_id: Waiting(count, oldest, newest) for key_id, count, oldest, newest in rows}


def discard_set_apart(*, before: datetime, by: Actor, at: datetime, on_progress: Progress) -> int:
    """Delete the rows set apart that arrived before that time; return how many.

    `on_progress` is called after each step with how many rows are done, and of how many.
    """
    return _discard(find_set_apart(at=at, before=before), reason="set_apart", by=by, at=at, on_progress=on_progress)


def discard_unknown(
    *, key_id: str | None, before: datetime | None, by: Actor, at: datetime, on_progress: Progress
) -> int:
    """Delete the rows that `find_unknown` returns; return how many. `on_progress`: as in discard_set_apart."""
    rows = find_unknown(key_id=key_id, before=before)
    return _discard(rows, reason="unknown_key", by=by, at=at, on_progress=on_progress)


def try_all_again(*, before: datetime | None, by: Actor, at: datetime, on_progress: Progress) -> int:
    """Let the worker try the rows set apart as often as new ones; return how many.

    With `before`, those that arrived before that time. `on_progress`: as in discard_set_apart.
    """
    rows = find_set_apart(at=at, before=before)
    if rows.exists():
        record_for("intake", None, "retry_all_intake", by=by, at=at)
    return _in_steps(rows, lambda step: step.update(attempts=0, leased_until=None), on_progress=on_progress)


def _discard(rows: Rows, *, reason: str, by: Actor, at: datetime, on_progress: Progress) -> int:
    # Recorded before the first step, so that a run that is killed has left its event.
    if rows.exists():
        record_for("intake", None, "discard_intake", by=by, at=at, reason=reason)
    return _in_steps(rows, lambda step: step.delete()[0], on_progress=on_progress)


def _in_steps(rows: Rows, change: Callable[[Rows], int], *, on_progress: Progress) -> int:
    """Call `change` with AT_ONCE rows at a time, each time in a transaction; return how many it has changed."""
    changed, done, of = 0, 0, rows.count()
    rest = rows.order_by("pk")
    # Each row comes once: one that is tried again may be set apart once more before the last step.
    while numbers := list(rest.values_list("pk", flat=True)[:AT_ONCE]):
        with transaction.atomic():
            # Chosen again: meanwhile a worker may have taken a row, or somebody let it be tried again.
            changed += change(rows.filter(pk__in=numbers))
        done += len(numbers)
        on_progress(done, max(of, done))
        rest = rows.filter(pk__gt=numbers[-1]).order_by("pk")
    return changed
