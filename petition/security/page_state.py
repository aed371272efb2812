"""Carry something from one page to the next in an address that nobody can read, and that works for an hour."""

import hashlib
import json
from base64 import urlsafe_b64decode, urlsafe_b64encode
from datetime import datetime, timedelta
from typing import Final

from django.conf import settings
from nacl.exceptions import CryptoError
from nacl.secret import SecretBox

_LASTS: Final = timedelta(hours=1)


def _list_boxes() -> list[SecretBox]:
    keys = [settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS]
    digests = [hashlib.blake2b(key.encode(), digest_size=32, person=b"petition page").digest() for key in keys]
    return [SecretBox(digest) for digest in digests]


def encrypt_state(text: str, *, at: datetime) -> str:
    """Return `text`, encrypted under this process's own key, for the query of an address."""
    plain = json.dumps({"text": text, "until": int((at + _LASTS).timestamp())}).encode()
    return urlsafe_b64encode(_list_boxes()[0].encrypt(plain)).decode().rstrip("=")


def decrypt_state(encrypted: str, *, at: datetime) -> str:
    """Return what `encrypt_state` was given; '' if it is older than an hour or was not made here."""
    for box in _list_boxes():
        try:
            content = json.loads(box.decrypt(urlsafe_b64decode(encrypted + "=" * (-len(encrypted) % 4))))
        except (CryptoError, ValueError, TypeError):
            continue
        return str(content["text"]) if content["until"] > at.timestamp() else ""
    return ""
