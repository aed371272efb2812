"""Encrypted files of any size: the public key is enough to write one, only the private key reads it.

The format: a first line that names it; the key of this file in a NaCl sealed box (X25519, XSalsa20-Poly1305), 80 bytes;
then a libsodium secretstream (XChaCha20-Poly1305): its header and the encrypted chunks.
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


class CannotDecryptFile(Exception):
    """The file is no backup, was changed or truncated, or no key decrypts it. The message says which."""


def is_public_key(public_key: str) -> bool:
    """Return whether a file can be encrypted with this key (base64url)."""
    try:
        PublicKey(public_key.encode(), URLSafeBase64Encoder)
    except (CryptoError, ValueError, TypeError):
        return False
    return True


def encrypt_file(
    source: BinaryIO, target: BinaryIO, public_key: str, *, on_progress: Callable[[int], None] = lambda done: None
) -> None:
    """Encrypt all of `source` into `target` with `public_key` (base64url).

    `on_progress` is called with the number of bytes done.
    """
    # The machine that writes backups holds no key that reads them: each file gets a random key of its own, and only
    # that key goes into the sealed box. A sealed box takes one message in memory; the stream takes a file of any size.
    key = bindings.crypto_secretstream_xchacha20poly1305_keygen()
    state = bindings.crypto_secretstream_xchacha20poly1305_state()
    target.write(FIRST_LINE)
    target.write(SealedBox(PublicKey(public_key.encode(), URLSafeBase64Encoder)).encrypt(key))
    target.write(bindings.crypto_secretstream_xchacha20poly1305_init_push(state, key))
    done = 0
    for chunk, tag in _with_end(iter(lambda: source.read(CHUNK), b"")):
        target.write(bindings.crypto_secretstream_xchacha20poly1305_push(state, chunk, None, tag))
        done += len(chunk)
        on_progress(done)


def decrypt_file(source: BinaryIO, private_keys: Iterable[str]) -> Iterator[bytes]:
    """Yield the decrypted content in chunks; of a changed file nothing after the change. Raises CannotDecryptFile."""
    if source.read(len(FIRST_LINE)) != FIRST_LINE:
        raise CannotDecryptFile("This file is no backup of this site: name a file that `manage.py backup` wrote.")
    key = _decrypt_file_key(source.read(_SEALED_KEY), private_keys)
    state = bindings.crypto_secretstream_xchacha20poly1305_state()
    tag = _MESSAGE
    try:
        bindings.crypto_secretstream_xchacha20poly1305_init_pull(state, source.read(_HEADER), key)
        for chunk in iter(lambda: source.read(CHUNK + _MORE), b""):
            if tag == _FINAL:
                raise CannotDecryptFile("Something was added to this backup: take another copy of it.")
            plain, tag = bindings.crypto_secretstream_xchacha20poly1305_pull(state, chunk)
            yield plain
    except (CryptoError, RuntimeError, ValueError) as error:
        raise CannotDecryptFile("This backup was changed or cut off: take another copy of it.") from error
    # The last chunk carries the final tag, so a file that ends before it was cut off, however cleanly.
    if tag != _FINAL:
        raise CannotDecryptFile("This backup was cut off: take another copy of it.")


def _with_end(chunks: Iterator[bytes]) -> Iterator[tuple[bytes, int]]:
    """Yield each chunk with its tag; an empty source gives one empty final chunk."""
    held = next(chunks, b"")
    for chunk in chunks:
        yield held, _MESSAGE
        held = chunk
    yield held, _FINAL


def _decrypt_file_key(encrypted: bytes, private_keys: Iterable[str]) -> bytes:
    for private_key in private_keys:
        try:
            return SealedBox(PrivateKey(private_key.encode(), URLSafeBase64Encoder)).decrypt(encrypted)
        except (CryptoError, ValueError):
            continue
    raise CannotDecryptFile("No private key here decrypts this backup: set BACKUP_PRIVATE_KEY to the key that does.")
