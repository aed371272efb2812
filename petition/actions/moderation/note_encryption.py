"""The note that only moderators read: encrypted, never in the audit log, erased with the contact."""

from petition.models import Endorsement
from petition.security import encryption


def write_note(endorsement: Endorsement, text: str) -> None:
    """Replace the note of `endorsement`, which the caller saves; '' erases it."""
    if text:
        encryption.encrypt_column(endorsement, "sealed_note", text)
    else:
        endorsement.sealed_note = ""


def append_to_note(endorsement: Endorsement, text: str) -> None:
    """Add `text` below the note of `endorsement`, which the caller saves. Raises CannotDecrypt."""
    earlier = encryption.decrypt_column(endorsement, "sealed_note") or ""
    write_note(endorsement, f"{earlier}\n\n{text}".strip())
