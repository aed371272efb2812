"""How a name leaves the list: the organisation no longer wants to be named, or withdraws. Effective at once."""

from datetime import datetime

from django.db import transaction

from petition.actions.audit import CONTACT, Actor
from petition.actions.lifecycle import NotPossible, locked, move
from petition.actions.listing import entries
from petition.actions.mailing import queue
from petition.actions.moderation import decision_records
from petition.actions.self_service.private_links import behind
from petition.models import Display, Endorsement, Origin, Purpose, State

__all__ = ["NotPossible", "end", "stop_being_named", "withdraw"]


@transaction.atomic
def stop_being_named(digest: str, *, at: datetime) -> Endorsement:
    """Behind a link of its own page, or its removal code: the name is gone and sealed. Raises NoSuchLink, NotPossible.

    Not named before it is decided is as good: the endorsement goes on as a withheld one. Twice changes nothing.
    """
    endorsement = locked(behind(digest, at=at).pk)
    if endorsement.state == State.SUBMITTED:
        raise NotPossible
    if endorsement.state not in (State.WITHDRAWN, State.REJECTED):
        if endorsement.display == Display.NAMED:
            tell_of_change(endorsement, at=at)
        entries.hide(endorsement, by=CONTACT, at=at)
        _no_longer_asks_to_be_named(endorsement)
    return endorsement


def _no_longer_asks_to_be_named(endorsement: Endorsement) -> None:
    """What was asked for before and not yet done is off: no moderator shows the name, no mailed link asks for it.

    Nor does one who has just hidden it take that back.
    """
    decision_records.forget(endorsement)
    endorsement.links.filter(purpose=Purpose.NAME_AGAIN).delete()
    if endorsement.name_again_at:
        endorsement.name_again_at = None
        endorsement.save(update_fields=["name_again_at"])


@transaction.atomic
def withdraw(digest: str, *, at: datetime) -> Endorsement:
    """Behind a link of its own page, or its removal code: the endorsement has ended. Raises NoSuchLink, NotPossible.

    One of the originals can be hidden and shown again, and is never ended this way. Twice changes nothing.
    """
    endorsement = locked(behind(digest, at=at).pk)
    if endorsement.state == State.SUBMITTED or endorsement.origin == Origin.IMPORTED:
        raise NotPossible
    if endorsement.state != State.WITHDRAWN:
        tell_of_change(endorsement, at=at)
        end(endorsement, by=CONTACT, at=at)
    return endorsement


def tell_of_change(endorsement: Endorsement, *, at: datetime) -> None:
    """Owe its contact, if there is one, a mail that something on its page was changed: no name, and not what it was.

    So an organisation learns of it when somebody else uses its private link or its removal code.
    """
    queue.owe_to_contact("changed", endorsement, content={}, at=at)


def end(endorsement: Endorsement, *, by: Actor, at: datetime, reason: str = "") -> None:
    """The endorsement, which came from `locked`, is withdrawn: unlisted, its name sealed, nothing left to decide."""
    event = move(endorsement, to=State.WITHDRAWN, by=by, at=at, reason=reason)
    entries.unlist(endorsement, event=event)
    entries.seal_name(endorsement)
    endorsement.name_again_at = None
    endorsement.save()
    endorsement.corrections.waiting().delete()
    endorsement.questions.all().delete()
    endorsement.links.exclude(purpose=Purpose.OWN_PAGE).delete()
