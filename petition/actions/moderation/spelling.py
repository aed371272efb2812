"""Correct how a name is spelled before it is listed, and say in which language it is."""

from dataclasses import asdict
from datetime import datetime

from django.db import transaction

from petition.actions import stale_forms
from petition.actions.audit import Actor, record
from petition.actions.lifecycle import lock_endorsement, refuse_if_being_withdrawn
from petition.actions.listing import entries
from petition.actions.listing.entries import EntryProposal
from petition.actions.moderation.name_changes import change_name, read_entry_fields
from petition.actions.refusals import NotPossible
from petition.models import Endorsement, Origin, State
from petition.models.choices import ACTIVE


def can_correct_spelling(endorsement: Endorsement) -> bool:
    """Return whether a moderator may correct the name: before it is decided, and never one of the originals."""
    if endorsement.withdrawal_due_at:
        return False
    if endorsement.state == State.SUBMITTED:
        # What came by the form or by mail is confirmed by its mailbox as it was sent; a letter has no mailbox.
        return endorsement.origin == Origin.LETTER
    return endorsement.state in (State.CONFIRMED, State.RETURNED) and endorsement.origin != Origin.IMPORTED


@transaction.atomic
def correct_spelling(
    endorsement_id: int, proposal: EntryProposal, *, seen: int, by: Actor, at: datetime
) -> Endorsement:
    """Give the endorsement the name in `proposal`. The moderator looked at it when its newest event was `seen`.

    Raises NotPossible, ChangedMeanwhile, DuplicateEndorsement, CannotDecrypt.
    """
    endorsement = lock_endorsement(endorsement_id)
    refuse_if_being_withdrawn(endorsement)
    if not can_correct_spelling(endorsement):
        raise NotPossible
    stale_forms.refuse_if_changed(endorsement, stale_forms.NAME, seen=seen)
    if read_entry_fields(endorsement) != asdict(proposal):
        event = record("respell", subject=endorsement, by=by, at=at)
        change_name(endorsement, proposal, event=event)
    return endorsement


@transaction.atomic
def set_language(endorsement_id: int, code: str, *, seen: int, by: Actor, at: datetime) -> Endorsement:
    """Mark the name as being in the language `code`, in the public list too; '' leaves it open.

    Raises NotPossible, ChangedMeanwhile, CannotDecrypt.
    """
    endorsement = lock_endorsement(endorsement_id)
    refuse_if_being_withdrawn(endorsement)
    if endorsement.state not in ACTIVE:
        raise NotPossible
    stale_forms.refuse_if_changed(endorsement, stale_forms.NAME, seen=seen)
    if entries.read_name(endorsement)["name_language"] == code:
        return endorsement
    event = record("set_language", subject=endorsement, by=by, at=at)
    entries.set_name_language(endorsement, code, event=event)
    endorsement.save()
    return endorsement
