"""The mail of a decision waits out a minute; what is needed to take the decision back is remembered that long."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.db.models import QuerySet

from petition.actions.audit import Actor
from petition.actions.mailing import queue
from petition.models import Decision, Endorsement, OutgoingMail
from petition.security import encryption


def until(decided_at: datetime) -> datetime:
    """When the mail of a decision made at `decided_at` leaves, and the decision can no longer be taken back."""
    return decided_at + timedelta(seconds=settings.UNDO_SECONDS)


def owe_later(
    message: str, endorsement: Endorsement, *, content: Mapping[str, object], at: datetime
) -> OutgoingMail | None:
    """The mail of a decision is owed from the end of its minute on; None where no contact is there to tell."""
    return queue.owe_to_contact(message, endorsement, content=content, at=at, due=until(at))


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
    """What was just decided, `verb` in the trail, can be taken back: then state is `before`, and all as it `was`.

    It takes the place of an earlier decision, which stands.
    """
    Decision.objects.filter(endorsement=endorsement).delete()
    Decision.objects.create(
        endorsement=endorsement,
        verb=verb,
        before=before,
        sealed_before=encryption.seal(was) if was else "",
        staff_id=by.id,
        decided_at=at,
        mail=mail,
        explained_by=endorsement.explained_by,
    )


def put_off(endorsement_ids: Sequence[int], *, at: datetime) -> None:
    """The mails of these decisions, made a while after their moment, wait out their minute from `at` on."""
    mails = Decision.objects.filter(endorsement__in=endorsement_ids, mail__attempts=0).values("mail")
    OutgoingMail.objects.filter(pk__in=mails, due_at__lt=until(at)).update(due_at=until(at))


def forget(endorsement: Endorsement) -> None:
    """Nothing that was decided about it can be taken back any more: its organisation has decided otherwise."""
    Decision.objects.filter(endorsement=endorsement).delete()


def still_open(by: Actor, *, at: datetime) -> QuerySet[Decision]:
    """What `by` decided and can still take back, the newest first."""
    since = at - timedelta(seconds=settings.UNDO_SECONDS)
    return Decision.objects.filter(staff_id=by.id, decided_at__gt=since).order_by("-decided_at")
