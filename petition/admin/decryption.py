"""Decrypt for display."""

from typing import Any

from petition.security import encryption


def decrypt_or_none(sealed: str) -> Any:
    """Return what was encrypted; None where there is nothing, or the key is not here."""
    try:
        return encryption.decrypt(sealed) if sealed else None
    except encryption.CannotDecrypt:
        return None
