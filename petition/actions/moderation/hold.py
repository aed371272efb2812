"""Put endorsements on hold until somebody looks, and release them. No mail leaves, and it can be undone at any time."""

from collections.abc import Sequence
from datetime import datetime

from django.db import transaction
from django.db.models import Max, OuterRef, QuerySet, Subquery

from petition.actions.audit import Actor, record_many
from petition.models import AuditEvent, Endorsement
from petition.models.choices import UNDECIDED


def list_eligible() -> QuerySet[Endorsement]:
    """Return those that wait for a decision, or for their mailbox, and are not on hold."""
    return Endorsement.objects.not_on_hold().not_being_withdrawn().filter(state__in=UNDECIDED)


def put_on_hold(numbers: Sequence[int], *, reason: str, by: Actor, at: datetime) -> list[int]:
    """Put these endorsements on hold for `reason`, but for those decided or put on hold meanwhile.

    Return the numbers of those that it happened to. Three statements, however many there are.
    """
    return _update(list_eligible(), numbers, "quarantine", reason, by=by, at=at)


def release(numbers: Sequence[int], *, by: Actor, at: datetime) -> list[int]:
    """Release these endorsements, so that they wait like any other; those that are not on hold are left alone."""
    rows = Endorsement.objects.on_hold().not_being_withdrawn()
    return _update(rows, numbers, "release", "", by=by, at=at)


@transaction.atomic
def _update(
    rows: QuerySet[Endorsement], numbers: Sequence[int], verb: str, reason: str, *, by: Actor, at: datetime
) -> list[int]:
    wanted = rows.filter(pk__in=numbers).select_for_update(of=("self",)).order_by("pk")
    locked = list(wanted.values_list("pk", "appeal_id", "appeal__is_demo"))
    record_many(verb, locked, by=by, at=at, reason=reason)
    events = AuditEvent.objects.filter(subject_kind="endorsement", subject_id=OuterRef("pk")).order_by()
    # One statement for all rows: each is explained by its own newest event.
    latest = Subquery(events.values("subject_id").annotate(latest=Max("pk")).values("latest"))
    changed = [pk for pk, _, _ in locked]
    Endorsement.objects.filter(pk__in=changed).update(
        quarantined_at=at if reason else None, quarantined_for=reason, explained_by=latest
    )
    return changed
