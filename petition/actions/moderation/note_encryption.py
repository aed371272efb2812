"""The note that only moderators read: encrypted, never in the audit log, erased with the contact."""

from petition.models import Endorsement
from petition.security import encryption


def write_note(endorsement: Endorsement, text: str) -> None:
    """Replace the note of `endorsement`, which the caller saves; '' erases it."""
    endorsement.sealed_note = encryption.encrypt(text) if text else ""


def append_to_note(endorsement: Endorsement, text: str) -> None:
    """Add `text` below the note of `endorsement`, which the caller saves. Raises CannotDecrypt."""
    earlier = encryption.decrypt(endorsement.sealed_note) if endorsement.sealed_note else ""
    write_note(endorsement, f"{earlier}\n\n{text}".strip())
