"""Seals what only the secretariat may read, and finds it again without reading it."""

import hashlib
import hmac
import json
from functools import lru_cache
from typing import Any

from django.conf import settings
from nacl.encoding import URLSafeBase64Encoder
from nacl.exceptions import CryptoError
from nacl.public import PrivateKey, PublicKey, SealedBox


class CannotOpen(Exception):
    """This process holds no private key that opens the text."""


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


def seal(content: dict[str, Any] | str) -> str:
    """`content` as text that only a holder of CONTACT_PRIVATE_KEY can read: `key id:base64url`.

    NaCl sealed box (X25519, XSalsa20-Poly1305). The key id says which key opens it, so that keys can be rotated.
    """
    key_id, box = _public(settings.CONTACT_PUBLIC_KEY)
    return f"{key_id}:{box.encrypt(json.dumps(content).encode(), URLSafeBase64Encoder).decode()}"


def key_id_of(sealed: str) -> str:
    """Which key opens this text: the first 8 hexadecimal digits of the SHA-256 of its public half."""
    return sealed.partition(":")[0]


def is_sealed_with_present_key(sealed: str) -> bool:
    """Whether `seal` would use the same key today."""
    return key_id_of(sealed) == _public(settings.CONTACT_PUBLIC_KEY)[0]


def key_ids() -> tuple[str, list[str]]:
    """The id of the key that seals, and the ids of those held here that open, in their order."""
    return _public(settings.CONTACT_PUBLIC_KEY)[0], [_private(key)[0] for key in settings.CONTACT_PRIVATE_KEYS]


def opened(sealed: str) -> Any:
    """What was given to `seal`. Raises CannotOpen without the right private key, or when the text was changed."""
    wanted, _, text = sealed.partition(":")
    for key in settings.CONTACT_PRIVATE_KEYS:
        key_id, box = _private(key)
        if key_id == wanted:
            try:
                return json.loads(box.decrypt(text.encode(), URLSafeBase64Encoder))
            except (CryptoError, ValueError) as error:
                raise CannotOpen("The sealed text was changed.") from error
    raise CannotOpen(f"No private key {wanted!r} here.")


def index_of(kind: str, value: str) -> str:
    """Keyed hash (HMAC-SHA256, RFC 2104) of `value` for exact look-up, as 64 hexadecimal digits.

    `kind` separates the uses, so that equal values of different kinds are not seen to be equal.
    """
    key = settings.CONTACT_INDEX_KEY.encode()
    return hmac.new(key, f"{kind}\0{value}".encode(), hashlib.sha256).hexdigest()


def mailbox_index(address: str) -> str:
    """Keyed hash of a mailbox; letter case aside, since no provider tells mailboxes apart by it."""
    return index_of("mailbox", address.strip().lower())
