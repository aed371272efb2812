"""Setting endorsements aside until somebody looks, and releasing them. No mail, no verdict; taken back at any time."""

from collections.abc import Sequence
from datetime import datetime

from django.db import transaction
from django.db.models import Max, OuterRef, QuerySet, Subquery

from petition.actions.audit import Actor, record_each
from petition.models import AuditEvent, Endorsement
from petition.models.endorsements import UNDECIDED


def open_to_quarantine() -> QuerySet[Endorsement]:
    """Those that wait for a decision, or for their mailbox, and are not set aside."""
    return Endorsement.objects.not_quarantined().not_being_withdrawn().filter(state__in=UNDECIDED)


def set_aside(numbers: Sequence[int], *, reason: str, by: Actor, at: datetime) -> list[int]:
    """These endorsements are in quarantine for `reason`; those decided or set aside meanwhile are left alone.

    Returns the numbers of those that it happened to. Three statements, however many there are.
    """
    return _changed(open_to_quarantine(), numbers, "quarantine", reason, by=by, at=at)


def release(numbers: Sequence[int], *, by: Actor, at: datetime) -> list[int]:
    """These endorsements are out of quarantine and wait like any other; those that were not in it are left alone."""
    rows = Endorsement.objects.quarantined().not_being_withdrawn()
    return _changed(rows, numbers, "release", "", by=by, at=at)


@transaction.atomic
def _changed(
    rows: QuerySet[Endorsement], numbers: Sequence[int], verb: str, reason: str, *, by: Actor, at: datetime
) -> list[int]:
    wanted = rows.filter(pk__in=numbers).select_for_update(of=("self",)).order_by("pk")
    found = list(wanted.values_list("pk", "appeal_id", "appeal__is_demo"))
    record_each(verb, found, by=by, at=at, reason=reason)
    events = AuditEvent.objects.filter(subject_kind="endorsement", subject_id=OuterRef("pk")).order_by()
    latest = Subquery(events.values("subject_id").annotate(latest=Max("pk")).values("latest"))
    changed = [pk for pk, _, _ in found]
    Endorsement.objects.filter(pk__in=changed).update(
        quarantined_at=at if reason else None, quarantined_for=reason, explained_by=latest
    )
    return changed
