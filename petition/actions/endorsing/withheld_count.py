"""Endorsements without a name: counted after a check by two moderators, and published once a day, so that no single
change can be seen. What was ever listed is in no number: if one rose after a line had left, everybody could tell that
its organisation stands behind the appeal still, and has not withdrawn."""

from datetime import datetime

from django.db import transaction
from django.db.models import Count, QuerySet

from petition.actions.audit import WORKER, Actor, record
from petition.actions.lifecycle import locked
from petition.actions.listing import entries
from petition.actions.self_service.withdrawal import NotPossible
from petition.models import Appeal, AuditEvent, Display, Endorsement, State


class SecondModeratorNeeded(Exception):
    """Whoever did the first part can't do the second."""


class NotChecked(Exception):
    """It was checked by nothing but its own mailbox."""


def waits_for_second(endorsement: Endorsement) -> bool:
    """Whether it is approved without a name, was never listed, and is not counted yet."""
    is_withheld = endorsement.state == State.APPROVED and endorsement.display == Display.WITHHELD
    is_waiting = endorsement.signatory_id is None and endorsement.counted_at is None
    return is_withheld and is_waiting and endorsement.withdrawal_due_at is None


@transaction.atomic
def count(endorsement_id: int, *, by: Actor, at: datetime) -> Endorsement:
    """A second moderator has checked the withheld endorsement too: it is counted from the next refresh on.

    Raises NotPossible, NotChecked, or SecondModeratorNeeded when `by` is who approved it.
    """
    endorsement = locked(endorsement_id)
    if not waits_for_second(endorsement):
        raise NotPossible
    if not endorsement.checked_how:
        raise NotChecked
    if was_done_by(endorsement, "approve", by):
        raise SecondModeratorNeeded
    record("count", subject=endorsement, by=by, at=at, reason=endorsement.checked_how)
    endorsement.counted_at = at
    endorsement.save(update_fields=["counted_at"])
    return endorsement


def was_done_by(endorsement: Endorsement, verb: str, by: Actor) -> bool:
    """Whether `by` is the one who did `verb` to it last."""
    events = AuditEvent.objects.filter(subject_kind="endorsement", subject_id=endorsement.pk, verb=verb)
    last = events.order_by("-pk").first()
    return last is not None and (last.actor_kind, last.actor_id) == (by.kind, by.id)


def refresh(*, at: datetime) -> None:
    """What is published of each appeal's withheld endorsements is as of today; a second time today changes nothing."""
    for pk in _not_refreshed(at=at).values_list("pk", flat=True):
        _refresh(pk, at=at)


def _not_refreshed(*, at: datetime) -> QuerySet[Appeal]:
    return Appeal.objects.exclude(withheld_as_of__gte=at.date())


@transaction.atomic
def _refresh(appeal_id: int, *, at: datetime) -> None:
    appeal = _not_refreshed(at=at).select_for_update().filter(pk=appeal_id).first()
    if appeal is None:
        return  # another worker was faster
    approved = Endorsement.objects.filter(appeal=appeal, state=State.APPROVED, display=Display.WITHHELD)
    approved = approved.not_being_withdrawn()
    counted = approved.filter(signatory=None, counted_at__isnull=False)
    by_check = counted.exclude(checked_how="").order_by().values_list("checked_how")
    checks = dict(by_check.annotate(Count("pk")))
    appeal.withheld_as_of = at.date()
    appeal.save(update_fields=["withheld_as_of"])
    if checks != appeal.withheld_checks:
        record("refresh_withheld", subject=appeal, by=WORKER, at=at)
        entries.publish_withheld(appeal, checks, at=at)
