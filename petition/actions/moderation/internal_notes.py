"""Write the note about an endorsement that only moderators read."""

from datetime import datetime

from django.db import transaction

from petition.actions import stale_forms
from petition.actions.audit import Actor, record
from petition.actions.lifecycle import lock_endorsement
from petition.actions.moderation import note_encryption


@transaction.atomic
def set_internal_note(endorsement_id: int, text: str, *, seen: int | None = None, by: Actor, at: datetime) -> None:
    """Replace the note of the endorsement; '' erases it. The same note again changes nothing.

    Raises ChangedMeanwhile where another note was written after the event `seen`.
    """
    endorsement = lock_endorsement(endorsement_id)
    stale_forms.refuse_if_changed(endorsement, stale_forms.INTERNAL_NOTE, seen=seen)
    if note_encryption.has_note(endorsement, text):
        return
    record("internal_note", subject=endorsement, by=by, at=at)
    note_encryption.write_note(endorsement, text)
    endorsement.save(update_fields=["sealed_note"])
