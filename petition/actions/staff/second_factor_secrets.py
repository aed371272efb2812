"""The secrets of second factors: of authenticator apps and of recovery codes. They are encrypted in allauth's table.

Passkeys are not: what is stored of them is a public key.
"""

from typing import Any, Final

from allauth.mfa.models import Authenticator
from django.db import transaction

from petition.security import encryption

_PURPOSE: Final = "mfa_authenticator.data"
_SECRETS: Final = ("secret", "seed", "migrated_codes")
"""The keys in `Authenticator.data` under which allauth stores what it encrypts; the last is a list."""


def encrypt_secret(secret: str) -> str:
    """Return `secret` as it is stored. Raises NoKey."""
    # Not bound to the row: allauth encrypts before there is one.
    return encryption.encrypt(secret, _PURPOSE, "")


def decrypt_secret(stored: str) -> str:
    """Return the secret that was given to `encrypt_secret`. Raises CannotDecrypt."""
    return str(encryption.decrypt(stored, _PURPOSE, ""))


def list_stored_secrets() -> list[str]:
    """Return every secret as it is stored."""
    rows = Authenticator.objects.order_by("pk").values_list("data", flat=True)
    return [text for data in rows for texts in _pick_secrets(data).values() for text in texts]


@transaction.atomic
def reencrypt_secrets(authenticator_id: int) -> int:
    """Encrypt the secrets of this row with the current key, where that is not so; return how many were encrypted.

    Raises CannotDecrypt.
    """
    row = Authenticator.objects.select_for_update().filter(pk=authenticator_id).first()
    old = _pick_secrets(row.data) if row else {}
    to_do = [text for texts in old.values() for text in texts if not encryption.is_encrypted_with_current_key(text)]
    if row and to_do:
        new = {text: encrypt_secret(decrypt_secret(text)) for text in to_do}
        for name, texts in old.items():
            changed = [new.get(text, text) for text in texts]
            row.data[name] = changed if isinstance(row.data[name], list) else changed[0]
        row.save(update_fields=["data"])
    return len(to_do)


def _pick_secrets(data: dict[str, Any]) -> dict[str, list[str]]:
    """Return the stored secrets in `Authenticator.data` by their key."""
    found = {name: data[name] for name in _SECRETS if data.get(name)}
    return {name: value if isinstance(value, list) else [value] for name, value in found.items()}
