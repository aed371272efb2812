"""The note that only moderators read: encrypted, never in the audit log, erased with the contact."""

from petition.models import Endorsement
from petition.security import encryption


def write_note(endorsement: Endorsement, text: str) -> None:
    """Replace the note of `endorsement`, which the caller saves; '' erases it."""
    if text:
        encryption.encrypt_column(endorsement, "sealed_note", text)
    else:
        endorsement.sealed_note = ""


def has_note(endorsement: Endorsement, text: str) -> bool:
    """Return whether `text` is the note of `endorsement`; False where it cannot be decrypted."""
    try:
        return text == (encryption.decrypt_column(endorsement, "sealed_note") or "")
    except encryption.CannotDecrypt:
        return False


def append_to_note(endorsement: Endorsement, text: str) -> None:
    """Add `text` below the note of `endorsement`, which the caller saves. Raises CannotDecrypt."""
    earlier = encryption.decrypt_column(endorsement, "sealed_note") or ""
    write_note(endorsement, f"{earlier}\n\n{text}".strip())
