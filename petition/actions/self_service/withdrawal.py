"""Hide or withdraw an endorsement by its private link or removal code. Both take effect immediately.

On PostgreSQL the function petition_leave does the same in the database (models/database/link_sql/leave.py), without any
key. So the contact is told by the worker, on both databases (follow_ups.py).
"""

from datetime import datetime

from petition.actions.audit import CONTACT, Actor
from petition.actions.lifecycle import move
from petition.actions.listing import entries
from petition.actions.moderation import decision_records
from petition.actions.refusals import NotPossible
from petition.models import Endorsement, FollowUp, Origin, Purpose, State


def stop_naming(endorsement: Endorsement, *, at: datetime) -> bool:
    """Hide the name of the locked endorsement; return whether anything changed. Raises NotPossible."""
    if endorsement.state == State.SUBMITTED:
        raise NotPossible
    if endorsement.state in (State.WITHDRAWN, State.REJECTED):
        return False
    has_changed = _cancel_requests_to_be_named(endorsement)
    if entries.hide_name(endorsement, by=CONTACT, at=at):
        has_changed = True
        FollowUp.objects.create(endorsement=endorsement, verb="hide", at=at)
    return has_changed


def _cancel_requests_to_be_named(endorsement: Endorsement) -> bool:
    """Return whether there was anything to cancel."""
    # Nothing may publish the name after this: no undo of a moderator's hiding, no mailed link, no waiting request.
    was_asked = endorsement.name_again_at is not None
    if was_asked:
        endorsement.name_again_at = None
        endorsement.save(update_fields=["name_again_at"])
    links, _ = endorsement.links.filter(purpose=Purpose.NAME_AGAIN).delete()
    return decision_records.forget(endorsement) or was_asked or links > 0


def end_by_contact(endorsement: Endorsement, *, at: datetime) -> bool:
    """Withdraw the locked endorsement for its contact; return whether anything changed. Raises NotPossible."""
    if endorsement.state == State.SUBMITTED or endorsement.origin == Origin.IMPORTED:
        raise NotPossible
    if endorsement.state == State.WITHDRAWN:
        return False
    end_endorsement(endorsement, by=CONTACT, at=at)
    # So the organisation notices if somebody else used its private link or its removal code.
    FollowUp.objects.create(endorsement=endorsement, verb="withdraw", at=at)
    return True


def end_endorsement(endorsement: Endorsement, *, by: Actor, at: datetime, reason: str = "") -> None:
    """Withdraw the locked endorsement: unlist it, encrypt its name and delete all open requests. Saves it."""
    event = move(endorsement, to=State.WITHDRAWN, by=by, at=at, reason=reason)
    entries.unlist_endorsement(endorsement, event=event)
    entries.empty_clear_name(endorsement)
    endorsement.name_again_at = None
    endorsement.save()
    endorsement.corrections.waiting().delete()
    endorsement.questions.all().delete()
    endorsement.links.exclude(purpose=Purpose.OWN_PAGE).delete()
