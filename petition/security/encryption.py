"""Encrypt what only the secretariat may read, and look it up without decrypting it."""

import hashlib
import hmac
import json
from functools import lru_cache
from typing import Any

from django.conf import settings
from nacl.encoding import URLSafeBase64Encoder
from nacl.exceptions import CryptoError
from nacl.public import PrivateKey, PublicKey, SealedBox


class CannotDecrypt(Exception):
    """This process holds no private key for the text, or the text was changed."""


@lru_cache
def _public(key: str) -> tuple[str, "SealedBox[Any]"]:
    public = PublicKey(key.encode(), URLSafeBase64Encoder)
    return _key_id(public), SealedBox(public)


@lru_cache
def _private(key: str) -> tuple[str, "SealedBox[Any]"]:
    private = PrivateKey(key.encode(), URLSafeBase64Encoder)
    return _key_id(private.public_key), SealedBox(private)


def _key_id(public: PublicKey) -> str:
    return hashlib.sha256(bytes(public)).hexdigest()[:8]


def encrypt(content: dict[str, Any] | str) -> str:
    """Encrypt `content` so that only a holder of CONTACT_PRIVATE_KEY can read it; return `key id:base64url`."""
    # A NaCl sealed box (X25519, XSalsa20-Poly1305) needs the public key only: the public process can write contacts
    # and read none of them, not even those it has just written. The key id lets several keys be in use at once, as
    # during a rotation.
    key_id, box = _public(settings.CONTACT_PUBLIC_KEY)
    return f"{key_id}:{box.encrypt(json.dumps(content).encode(), URLSafeBase64Encoder).decode()}"


def get_key_id(encrypted: str) -> str:
    """Return the id of the key that decrypts this text: 8 hexadecimal digits of the SHA-256 of its public half."""
    return encrypted.partition(":")[0]


def is_encrypted_with_current_key(encrypted: str) -> bool:
    """Return whether `encrypt` uses the same key today."""
    return get_key_id(encrypted) == _public(settings.CONTACT_PUBLIC_KEY)[0]


def get_key_ids() -> tuple[str, list[str]]:
    """Return the id of the key that encrypts, and the ids of the private keys held here, in their order."""
    return _public(settings.CONTACT_PUBLIC_KEY)[0], [_private(key)[0] for key in settings.CONTACT_PRIVATE_KEYS]


def decrypt(encrypted: str) -> Any:
    """Return what was given to `encrypt`. Raises CannotDecrypt."""
    wanted, _, text = encrypted.partition(":")
    for key in settings.CONTACT_PRIVATE_KEYS:
        key_id, box = _private(key)
        if key_id == wanted:
            try:
                return json.loads(box.decrypt(text.encode(), URLSafeBase64Encoder))
            except (CryptoError, ValueError) as error:
                raise CannotDecrypt("The encrypted text was changed.") from error
    raise CannotDecrypt(f"No private key {wanted!r} here.")


def compute_index(kind: str, value: str) -> str:
    """Return the keyed hash (HMAC-SHA256, RFC 2104) of `value` for exact look-up, as 64 hexadecimal digits."""
    # Keyed, since mailboxes and names can be guessed: a plain hash of each guess could be compared with a stolen
    # database. `kind` keeps uses apart, so that equal values of different kinds are not seen to be equal.
    key = settings.CONTACT_INDEX_KEY.encode()
    return hmac.new(key, f"{kind}\0{value}".encode(), hashlib.sha256).hexdigest()


def compute_mailbox_index(address: str) -> str:
    """Return the keyed hash of a mailbox, ignoring letter case: no provider tells mailboxes apart by it."""
    return compute_index("mailbox", address.strip().lower())
