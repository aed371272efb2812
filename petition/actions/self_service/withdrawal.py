"""Hide or withdraw an endorsement by its private link or removal code. Both take effect immediately."""

from datetime import datetime

from django.db import transaction

from petition.actions.audit import CONTACT, Actor
from petition.actions.lifecycle import move
from petition.actions.listing import entries
from petition.actions.mailing import queue
from petition.actions.moderation import decision_records
from petition.actions.refusals import NotPossible
from petition.actions.self_service.private_links import lock_by_link
from petition.models import Display, Endorsement, Origin, Purpose, State


@transaction.atomic
def stop_being_named(digest: str, *, at: datetime) -> Endorsement:
    """Hide the name of the endorsement that this link or removal code opens. Raises NoSuchLink, NotPossible.

    The endorsement keeps its state and is withheld from now on. Hiding again changes nothing.
    """
    endorsement = lock_by_link(digest, at=at)
    if endorsement.state == State.SUBMITTED:
        raise NotPossible
    if endorsement.state not in (State.WITHDRAWN, State.REJECTED):
        if endorsement.display == Display.NAMED:
            queue.queue_mail_to_contact("changed", endorsement, at=at)
        entries.hide_name(endorsement, by=CONTACT, at=at)
        _cancel_requests_to_be_named(endorsement)
    return endorsement


def _cancel_requests_to_be_named(endorsement: Endorsement) -> None:
    # Nothing may publish the name after this: no undo of a moderator's hiding, no mailed link, no waiting request.
    decision_records.forget(endorsement)
    endorsement.links.filter(purpose=Purpose.NAME_AGAIN).delete()
    if endorsement.name_again_at:
        endorsement.name_again_at = None
        endorsement.save(update_fields=["name_again_at"])


@transaction.atomic
def withdraw(digest: str, *, at: datetime) -> Endorsement:
    """Withdraw the endorsement that this link or removal code opens. Raises NoSuchLink, NotPossible.

    An original can only be hidden, not withdrawn. Withdrawing again changes nothing.
    """
    endorsement = lock_by_link(digest, at=at)
    if endorsement.state == State.SUBMITTED or endorsement.origin == Origin.IMPORTED:
        raise NotPossible
    if endorsement.state != State.WITHDRAWN:
        # So the organisation notices if somebody else used its private link or its removal code.
        queue.queue_mail_to_contact("changed", endorsement, at=at)
        end_endorsement(endorsement, by=CONTACT, at=at)
    return endorsement


def end_endorsement(endorsement: Endorsement, *, by: Actor, at: datetime, reason: str = "") -> None:
    """Withdraw the locked endorsement: unlist it, encrypt its name and delete all open requests. Saves it."""
    event = move(endorsement, to=State.WITHDRAWN, by=by, at=at, reason=reason)
    entries.unlist_endorsement(endorsement, event=event)
    entries.encrypt_name(endorsement)
    endorsement.name_again_at = None
    endorsement.save()
    endorsement.corrections.waiting().delete()
    endorsement.questions.all().delete()
    endorsement.links.exclude(purpose=Purpose.OWN_PAGE).delete()
