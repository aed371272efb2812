"""Remember what is needed to undo a decision, for the minute in which its mail waits."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.db.models import QuerySet

from petition.actions.audit import Actor
from petition.models import Decision, Endorsement, OutgoingMail
from petition.security import encryption


def undo_deadline(decided_at: datetime) -> datetime:
    """Return until when a decision made at `decided_at` can be undone; then its mail leaves."""
    return decided_at + timedelta(seconds=settings.UNDO_SECONDS)


def remember(
    endorsement: Endorsement,
    verb: str,
    *,
    before: str,
    by: Actor,
    at: datetime,
    mail: OutgoingMail | None = None,
    was: dict[str, Any] | None = None,
) -> None:
    """Make the decision `verb` undoable: that brings back the state `before`, and what is in `was`."""
    # One a time: an earlier decision can no longer be undone.
    Decision.objects.filter(endorsement=endorsement).delete()
    decision = Decision(
        endorsement=endorsement,
        verb=verb,
        before=before,
        staff_id=by.id,
        decided_at=at,
        mail=mail,
        explained_by=endorsement.explained_by,
    )
    if was:
        encryption.encrypt_column(decision, "sealed_before", was)
    decision.save()


def postpone_mails(endorsement_ids: Sequence[int], *, at: datetime) -> None:
    """Let the mails of these decisions wait their minute from `at` on: a batch is carried out after its own moment."""
    mails = Decision.objects.filter(endorsement__in=endorsement_ids, mail__attempts=0).values("mail")
    OutgoingMail.objects.filter(pk__in=mails, due_at__lt=undo_deadline(at)).update(due_at=undo_deadline(at))


def forget(endorsement: Endorsement) -> bool:
    """Make nothing undoable that was decided about the endorsement: its organisation has decided otherwise.

    Returns whether anything was.
    """
    return Decision.objects.filter(endorsement=endorsement).delete()[0] > 0


def list_undoable(by: Actor, *, at: datetime) -> QuerySet[Decision]:
    """Return what `by` decided and can still undo, the newest first."""
    since = at - timedelta(seconds=settings.UNDO_SECONDS)
    return Decision.objects.filter(staff_id=by.id, decided_at__gt=since).order_by("-decided_at")
