"""A file that anybody with the public key can write and only a holder of the private key can read, of any size.

The format: a first line that names it; the key of this file in a NaCl sealed box (X25519, XSalsa20-Poly1305), 80 bytes;
then a libsodium secretstream (XChaCha20-Poly1305): its header, and chunks that cannot be changed, swapped or left out;
the last one says that it is the last, so that a file cut off is seen to be cut off.
"""

from collections.abc import Callable, Iterable, Iterator
from typing import BinaryIO

from nacl import bindings
from nacl.encoding import URLSafeBase64Encoder
from nacl.exceptions import CryptoError
from nacl.public import PrivateKey, PublicKey, SealedBox

FIRST_LINE = b"petition backup 1\n"
CHUNK = 1 << 20
_SEALED_KEY = 80
_HEADER = bindings.crypto_secretstream_xchacha20poly1305_HEADERBYTES
_MORE = bindings.crypto_secretstream_xchacha20poly1305_ABYTES
_MESSAGE = bindings.crypto_secretstream_xchacha20poly1305_TAG_MESSAGE
_FINAL = bindings.crypto_secretstream_xchacha20poly1305_TAG_FINAL


class CannotRead(Exception):
    """The file is no backup, was changed or cut off, or none of the keys opens it; says which."""


def is_key(public_key: str) -> bool:
    """Whether a file can be sealed to it."""
    try:
        PublicKey(public_key.encode(), URLSafeBase64Encoder)
    except (CryptoError, ValueError, TypeError):
        return False
    return True


def seal(
    source: BinaryIO, target: BinaryIO, public_key: str, *, tell: Callable[[int], None] = lambda done: None
) -> None:
    """All of `source` is in `target`, sealed to `public_key` (base64url). `tell` hears how many bytes are done."""
    key = bindings.crypto_secretstream_xchacha20poly1305_keygen()
    state = bindings.crypto_secretstream_xchacha20poly1305_state()
    target.write(FIRST_LINE)
    target.write(SealedBox(PublicKey(public_key.encode(), URLSafeBase64Encoder)).encrypt(key))
    target.write(bindings.crypto_secretstream_xchacha20poly1305_init_push(state, key))
    done = 0
    for chunk, tag in _with_end(iter(lambda: source.read(CHUNK), b"")):
        target.write(bindings.crypto_secretstream_xchacha20poly1305_push(state, chunk, None, tag))
        done += len(chunk)
        tell(done)


def opened(source: BinaryIO, private_keys: Iterable[str]) -> Iterator[bytes]:
    """What was sealed, in chunks; of a file that was tampered with, nothing after the place. Raises CannotRead."""
    if source.read(len(FIRST_LINE)) != FIRST_LINE:
        raise CannotRead("This file is no backup of this site: name a file that `manage.py backup` wrote.")
    key = _key_of(source.read(_SEALED_KEY), private_keys)
    state = bindings.crypto_secretstream_xchacha20poly1305_state()
    tag = _MESSAGE
    try:
        bindings.crypto_secretstream_xchacha20poly1305_init_pull(state, source.read(_HEADER), key)
        for chunk in iter(lambda: source.read(CHUNK + _MORE), b""):
            if tag == _FINAL:
                raise CannotRead("Something was added to this backup: take another copy of it.")
            plain, tag = bindings.crypto_secretstream_xchacha20poly1305_pull(state, chunk)
            yield plain
    except (CryptoError, RuntimeError, ValueError) as error:
        raise CannotRead("This backup was changed or cut off: take another copy of it.") from error
    if tag != _FINAL:
        raise CannotRead("This backup was cut off: take another copy of it.")


def _with_end(chunks: Iterator[bytes]) -> Iterator[tuple[bytes, int]]:
    """Each chunk with its tag; of no chunks, one that is empty and the last."""
    held = next(chunks, b"")
    for chunk in chunks:
        yield held, _MESSAGE
        held = chunk
    yield held, _FINAL


def _key_of(sealed: bytes, private_keys: Iterable[str]) -> bytes:
    for private_key in private_keys:
        try:
            return SealedBox(PrivateKey(private_key.encode(), URLSafeBase64Encoder)).decrypt(sealed)
        except (CryptoError, ValueError):
            continue
    raise CannotRead("None of the private keys here opens this backup: set BACKUP_PRIVATE_KEY.")
