"""Sealed texts, read where the key is here."""

from typing import Any

from petition.protection import contacts


def opened_or_none(sealed: str) -> Any:
    """What was sealed; None where there is nothing, or the key is not here."""
    try:
        return contacts.opened(sealed) if sealed else None
    except contacts.CannotOpen:
        return None
