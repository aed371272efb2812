"""Count withheld endorsements, each after checks by two moderators, and publish the numbers once a day.

Once a day, so that no single change can be seen.
An endorsement that was ever listed is never counted. If the number grew after an entry disappeared, everybody could
tell that its organisation has not withdrawn but asked not to be named.
"""

from datetime import datetime

from django.db import transaction
from django.db.models import Count, QuerySet

from petition.actions.audit import WORKER, Actor, is_last_actor, record
from petition.actions.lifecycle import lock_endorsement
from petition.actions.listing import entries
from petition.actions.refusals import NotChecked, NotPossible, SecondPersonNeeded
from petition.models import Appeal, Display, Endorsement, State


def needs_second_check(endorsement: Endorsement) -> bool:
    """Return whether it is approved as withheld, was never listed, and is not counted yet."""
    is_withheld = endorsement.state == State.APPROVED and endorsement.display == Display.WITHHELD
    is_waiting = endorsement.signatory_id is None and endorsement.counted_at is None
    return is_withheld and is_waiting and endorsement.withdrawal_due_at is None


@transaction.atomic
def count_withheld(endorsement_id: int, *, by: Actor, at: datetime) -> Endorsement:
    """Record a second moderator's check: the withheld endorsement is counted from the next refresh on.

    Raises NotPossible, NotChecked, or SecondPersonNeeded if `by` approved it.
    """
    endorsement = lock_endorsement(endorsement_id)
    if not needs_second_check(endorsement):
        raise NotPossible
    if not endorsement.checked_how:
        raise NotChecked
    if is_last_actor(by, endorsement, "approve"):
        raise SecondPersonNeeded
    record("count", subject=endorsement, by=by, at=at, reason=endorsement.checked_how)
    endorsement.counted_at = at
    endorsement.save(update_fields=["counted_at"])
    return endorsement


def refresh_published_counts(*, at: datetime) -> None:
    """Publish the present numbers of withheld endorsements of all appeals, once a day."""
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
    # Never those that were listed once, see above.
    counted = approved.filter(signatory=None, counted_at__isnull=False)
    by_check = counted.exclude(checked_how="").order_by().values_list("checked_how")
    checks = dict(by_check.annotate(Count("pk")))
    appeal.withheld_as_of = at.date()
    appeal.save(update_fields=["withheld_as_of"])
    if checks != appeal.withheld_checks:
        record("refresh_withheld", subject=appeal, by=WORKER, at=at)
        entries.publish_withheld_count(appeal, checks, at=at)
