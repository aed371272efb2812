"""Sealed texts, read where the key is here."""

from typing import Any

from petition.security import encryption


def opened_or_none(sealed: str) -> Any:
    """What was sealed; None where there is nothing, or the key is not here."""
    try:
        return encryption.opened(sealed) if sealed else None
    except encryption.CannotOpen:
        return None
