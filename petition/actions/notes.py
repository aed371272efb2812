"""What moderators note for each other about an endorsement: sealed, never in the trail, erased with the contact."""

from datetime import datetime

from django.db import transaction

from petition.actions.audit import Actor, record
from petition.actions.lifecycle import locked
from petition.models import Endorsement
from petition.protection import contacts


def write(endorsement: Endorsement, words: str) -> None:
    """`words` stand beside `endorsement`, to be saved by the caller, for moderators alone; '' erases them."""
    endorsement.sealed_note = contacts.seal(words) if words else ""


@transaction.atomic
def note(endorsement_id: int, words: str, *, by: Actor, at: datetime) -> None:
    """`words` stand beside the endorsement for moderators alone, in place of others; '' erases them."""
    endorsement = locked(endorsement_id)
    record("internal_note", subject=endorsement, by=by, at=at)
    write(endorsement, words)
    endorsement.save(update_fields=["sealed_note"])
