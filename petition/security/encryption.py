"""Encrypt the columns that only the secretariat may read, and hash values so that they can be found without decrypting.

Only staff processes and workers can do either: both need CONTACT_PRIVATE_KEY or CONTACT_INDEX_KEY. What visitors send
to the public process is encrypted with the public key alone (security/sealed_boxes.py).
"""

import hashlib
import hmac
import json
import logging
import secrets
import threading
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Iterator
from functools import lru_cache
from typing import Any, Final

from django.conf import settings
from nacl import bindings
from nacl.encoding import URLSafeBase64Encoder
from nacl.exceptions import CryptoError
from nacl.public import PrivateKey, PublicKey

from petition.models.encrypted import EncryptedRow

_NONCE: Final = bindings.crypto_aead_xchacha20poly1305_ietf_NPUBBYTES
log = logging.getLogger(__name__)
out_of_place: Final = threading.Event()
"""Set when a value was found that was changed or belongs to another row; unreadable.py tells staff."""


class CannotDecrypt(Exception):
    """This process holds no private key for the text, or the text was changed or belongs to another row."""


class NoKey(CannotDecrypt):
    """This process does not hold the private key for the text."""


def encrypt_column(row: EncryptedRow, column: str, content: dict[str, Any] | list[Any] | str) -> None:
    """Set `column` of `row` to the encrypted `content`, for a holder of CONTACT_PRIVATE_KEY alone. Raises NoKey."""
    setattr(row, column, encrypt(content, f"{row._meta.db_table}.{column}", row.uid.hex))


def decrypt_column(row: EncryptedRow, column: str) -> Any:
    """Return what was given to `encrypt_column`; None for an empty column. Raises CannotDecrypt."""
    text = getattr(row, column)
    return decrypt(text, f"{row._meta.db_table}.{column}", row.uid.hex) if text else None


def encrypt(content: Any, purpose: str, subject: str) -> str:
    """Return `content`, as JSON, encrypted under the key for `purpose` and bound to it and `subject`. Raises NoKey.

    XChaCha20-Poly1305 (draft-irtf-cfrg-xchacha-03) with purpose and subject as associated data; as text,
    `key id:base64url of nonce and ciphertext`.
    """
    wanted = get_public_key_id()
    private = get_private_key(wanted)
    nonce = secrets.token_bytes(_NONCE)
    plain = json.dumps(content, ensure_ascii=False).encode()
    sealed = bindings.crypto_aead_xchacha20poly1305_ietf_encrypt(
        plain, _bind(purpose, subject), nonce, derive_key(private, purpose)
    )
    return f"{wanted}:{urlsafe_b64encode(nonce + sealed).decode()}"


def decrypt(encrypted: str, purpose: str, subject: str) -> Any:
    """Return what was given to `encrypt` with the same purpose and subject. Raises CannotDecrypt."""
    wanted, _, text = encrypted.partition(":")
    private = get_private_key(wanted)
    try:
        sealed = urlsafe_b64decode(text)
        plain = bindings.crypto_aead_xchacha20poly1305_ietf_decrypt(
            sealed[_NONCE:], _bind(purpose, subject), sealed[:_NONCE], derive_key(private, purpose)
        )
        return json.loads(plain)
    except (CryptoError, ValueError, TypeError) as error:
        log.error("An encrypted value in %s was changed, or belongs to another row.", purpose)
        out_of_place.set()
        raise CannotDecrypt("The encrypted text was changed, or belongs to another row.") from error


def _bind(purpose: str, subject: str) -> bytes:
    return f"{purpose}\0{subject}".encode()


@lru_cache(maxsize=200)
def derive_key(private_key: bytes, purpose: str) -> bytes:
    """Return the 256-bit key for `purpose`: keyed BLAKE2b (RFC 7693), so that no two purposes share a key."""
    return hashlib.blake2b(purpose.encode(), key=private_key, digest_size=32, person=b"petition at rest").digest()


@lru_cache
def _parse_private_key(key: str) -> tuple[str, bytes]:
    private = PrivateKey(key.encode(), URLSafeBase64Encoder)
    return _hash_public_key(private.public_key), bytes(private)


@lru_cache
def parse_public_key(key: str) -> tuple[str, PublicKey]:
    """Return the id of a public key in base64url (8 hexadecimal digits of its SHA-256), and the key."""
    public = PublicKey(key.encode(), URLSafeBase64Encoder)
    return _hash_public_key(public), public


def _hash_public_key(public: PublicKey) -> str:
    return hashlib.sha256(bytes(public)).hexdigest()[:8]


def _list_private_keys() -> Iterator[tuple[str, bytes]]:
    return map(_parse_private_key, settings.CONTACT_PRIVATE_KEYS)


def get_private_key(key_id: str) -> bytes:
    """Return the private key with this id. Raises NoKey."""
    for held, key in _list_private_keys():
        if held == key_id:
            return key
    raise NoKey(f"No private key {key_id!r} here.")


def get_public_key_id() -> str:
    """Return the id of CONTACT_PUBLIC_KEY, with which everything is encrypted today."""
    return parse_public_key(settings.CONTACT_PUBLIC_KEY)[0]


def get_key_id(encrypted: str) -> str:
    """Return the id of the key that decrypts this text: 8 hexadecimal digits of the SHA-256 of its public half."""
    return encrypted.partition(":")[0]


def is_encrypted_with_current_key(encrypted: str) -> bool:
    """Return whether `encrypt` uses the same key today."""
    return get_key_id(encrypted) == get_public_key_id()


def get_key_ids() -> tuple[str, list[str]]:
    """Return the id of the key that encrypts, and the ids of the private keys held here, in their order."""
    return get_public_key_id(), [key_id for key_id, _ in _list_private_keys()]


def compute_index(kind: str, value: str) -> str:
    """Return the keyed hash (HMAC-SHA256, RFC 2104) of `value` for exact look-up, as 64 hexadecimal digits.

    Raises NoKey in a process without CONTACT_INDEX_KEY.
    """
    # Keyed, since mailboxes and names can be guessed: a plain hash of each guess could be compared with a stolen
    # database. `kind` keeps uses apart, so that equal values of different kinds are not seen to be equal.
    if not settings.CONTACT_INDEX_KEY:
        raise NoKey("No index key here.")
    return compute_keyed_hash(settings.CONTACT_INDEX_KEY, kind, value)


def compute_keyed_hash(key: str, kind: str, value: str) -> str:
    """Return HMAC-SHA256 (RFC 2104) of `kind` and `value` as 64 hexadecimal digits."""
    return hmac.new(key.encode(), f"{kind}\0{value}".encode(), hashlib.sha256).hexdigest()


def compute_mailbox_index(address: str) -> str:
    """Return the keyed hash of a mailbox, ignoring letter case: no provider tells mailboxes apart by it."""
    return compute_index("mailbox", address.strip().lower())
