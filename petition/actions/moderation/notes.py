"""What moderators note for each other about an endorsement: sealed, never in the trail, erased with the contact."""

from datetime import datetime

from django.db import transaction

from petition.actions.audit import Actor, record
from petition.actions.lifecycle import locked
from petition.actions.moderation.spelling import ChangedMeanwhile
from petition.models import Endorsement
from petition.security import encryption


def version(endorsement: Endorsement) -> str:
    """What a form hands back, so that it can be told whether somebody else wrote since."""
    return encryption.index_of("version", endorsement.sealed_note)


def add(endorsement: Endorsement, words: str) -> None:
    """`words` stand below what was noted before, in `endorsement`, to be saved by the caller. Raises CannotOpen."""
    before = encryption.opened(endorsement.sealed_note) if endorsement.sealed_note else ""
    write(endorsement, f"{before}\n\n{words}".strip())


def write(endorsement: Endorsement, words: str) -> None:
    """`words` stand beside `endorsement`, to be saved by the caller, for moderators alone; '' erases them."""
    endorsement.sealed_note = encryption.seal(words) if words else ""


@transaction.atomic
def note(endorsement_id: int, words: str, *, seen: str | None = None, by: Actor, at: datetime) -> None:
    """`words` stand beside the endorsement for moderators alone, in place of others; '' erases them.

    Raises ChangedMeanwhile where they would take the place of others than the version `seen`.
    """
    endorsement = locked(endorsement_id)
    if seen not in (None, version(endorsement)):
        raise ChangedMeanwhile
    record("internal_note", subject=endorsement, by=by, at=at)
    write(endorsement, words)
    endorsement.save(update_fields=["sealed_note"])
