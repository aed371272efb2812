"""The mail of a decision waits out a minute; what is needed to take the decision back is remembered that long."""

from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.db.models import QuerySet

from petition.actions import correspondence
from petition.actions.audit import Actor
from petition.models import Decision, Endorsement, OutgoingMail
from petition.protection import contacts


def until(decided_at: datetime) -> datetime:
    """When the mail of a decision made at `decided_at` leaves, and the decision can no longer be taken back."""
    return decided_at + timedelta(seconds=settings.UNDO_SECONDS)


def owe_later(message: str, endorsement: Endorsement, *, content: dict[str, str], at: datetime) -> OutgoingMail | None:
    """The mail of a decision is owed from the end of its minute on; None where no contact is there to tell."""
    return correspondence.owe_to_contact(message, endorsement, content=content, at=at, due=until(at))


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
        sealed_before=contacts.seal(was) if was else "",
        staff_id=by.id,
        decided_at=at,
        mail=mail,
        explained_by=endorsement.explained_by,
    )


def forget(endorsement: Endorsement) -> None:
    """Nothing that was decided about it can be taken back any more: its organisation has decided otherwise."""
    Decision.objects.filter(endorsement=endorsement).delete()


def still_open(by: Actor, *, at: datetime) -> QuerySet[Decision]:
    """What `by` decided and can still take back, the newest first."""
    since = at - timedelta(seconds=settings.UNDO_SECONDS)
    return Decision.objects.filter(staff_id=by.id, decided_at__gt=since).order_by("-decided_at")
