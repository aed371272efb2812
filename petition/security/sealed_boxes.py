"""Encrypt what a visitor sends, so that the public process which does it cannot read it again.

A NaCl sealed box (X25519, XSalsa20-Poly1305) to CONTACT_PUBLIC_KEY around JSON, padded so that its size tells little.
Inside stand a version, what kind of request it is, and the row and the appeal that it was made for: the worker refuses
a box that was copied to another row.
"""

import json
import uuid
from dataclasses import dataclass
from typing import Any, Final

from django.conf import settings
from nacl.exceptions import CryptoError
from nacl.public import PrivateKey, SealedBox

from petition.models.intake import BLOCK_BYTES, MOST_BYTES
from petition.security.encryption import CannotDecrypt, get_private_key, parse_public_key

VERSION: Final = 1


@dataclass(frozen=True)
class Envelope:
    """What a box says: the kind of request, the row and the appeal it was made for, and the fields."""

    kind: str
    row: uuid.UUID
    appeal: int
    fields: dict[str, Any]


def seal(envelope: Envelope) -> tuple[str, bytes]:
    """Return the id of the key and the box of `envelope`. Raises ValueError if it is larger than MOST_BYTES."""
    key_id, public = parse_public_key(settings.CONTACT_PUBLIC_KEY)
    head = {"v": VERSION, "kind": envelope.kind, "row": envelope.row.hex, "appeal": envelope.appeal}
    plain = json.dumps(head | {"fields": envelope.fields}, ensure_ascii=False).encode()
    plain += b" " * (-len(plain) % BLOCK_BYTES)  # JSON ignores white space at its end
    box = SealedBox(public).encrypt(plain)
    if len(box) > MOST_BYTES:
        raise ValueError("too much for one box")
    return key_id, box


def open_box(key_id: str, box: bytes, *, row: uuid.UUID, appeal: int) -> Envelope:
    """Return what `seal` was given. Raises CannotDecrypt, also for a box that was made for another row or appeal."""
    private = get_private_key(key_id)
    try:
        content = json.loads(SealedBox(PrivateKey(private)).decrypt(box))
        envelope = Envelope(str(content["kind"]), uuid.UUID(content["row"]), int(content["appeal"]), content["fields"])
        is_known = content["v"] == VERSION and isinstance(envelope.fields, dict)
    except (CryptoError, ValueError, TypeError, LookupError, AttributeError, OverflowError, RecursionError) as error:
        raise CannotDecrypt("The box was changed, or was not made by this site.") from error
    if not is_known or envelope.row != row or envelope.appeal != appeal:
        raise CannotDecrypt("The box was made for another row.")
    return envelope
