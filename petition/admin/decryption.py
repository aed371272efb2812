"""Decrypt for display."""

from typing import Any

from petition.models.encrypted import EncryptedRow
from petition.security import encryption


def decrypt_or_none(row: EncryptedRow, column: str) -> Any:
    """Return what the column holds, decrypted; None where it is empty, or the key is not here."""
    try:
        return encryption.decrypt_column(row, column)
    except encryption.CannotDecrypt:
        return None
