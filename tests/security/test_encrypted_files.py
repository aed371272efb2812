"""Encrypted files are read whole or refused, and only with the private key."""

import io
from itertools import pairwise

import pytest

from petition.security import encrypted_files
from petition.security.encrypted_files import CHUNK, CannotDecryptFile
from petition.security.keys import generate_backup_keys

KEYS = generate_backup_keys()
PUBLIC, PRIVATE = KEYS["BACKUP_PUBLIC_KEY"], KEYS["BACKUP_PRIVATE_KEY"]


def sealed(content: bytes) -> bytes:
    target = io.BytesIO()
    encrypted_files.encrypt_file(io.BytesIO(content), target, PUBLIC)
    return target.getvalue()


def read(file: bytes, *keys: str) -> bytes:
    return b"".join(encrypted_files.decrypt_file(io.BytesIO(file), keys or (PRIVATE,)))


@pytest.mark.parametrize("size", [0, 1, CHUNK - 1, CHUNK, CHUNK + 1, 2 * CHUNK, 2 * CHUNK + 7])
def test_an_encrypted_file_is_decrypted(size: int) -> None:
    content = bytes(range(256)) * (size // 256 + 1)
    content = content[:size]
    file = sealed(content)
    assert read(file) == content
    assert size < 100 or content[:100] not in file


def test_another_key_decrypts_nothing_and_ours_among_others_does() -> None:
    others = generate_backup_keys()["BACKUP_PRIVATE_KEY"]
    with pytest.raises(CannotDecryptFile, match="No private key here decrypts"):
        read(sealed(b"names"), others, "no key at all")
    assert read(sealed(b"names"), others, PRIVATE) == b"names"


@pytest.mark.parametrize("end", [5, 30, 99, 120, 200, CHUNK + 200, -1])
def test_a_file_cut_off_is_refused(end: int) -> None:
    with pytest.raises(CannotDecryptFile):
        read(sealed(bytes(2 * CHUNK + 9))[:end])


@pytest.mark.parametrize("position", [0, 20, 100, 130, CHUNK, -1])
def test_a_file_with_one_changed_byte_is_refused(position: int) -> None:
    file = bytearray(sealed(bytes(CHUNK + 9)))
    file[position] ^= 1
    with pytest.raises(CannotDecryptFile):
        read(bytes(file))


def test_a_file_with_more_content_is_refused() -> None:
    with pytest.raises(CannotDecryptFile, match="added"):
        read(sealed(bytes(2 * CHUNK)) + b"more")


def test_progress_is_reported() -> None:
    progress: list[int] = []
    encrypted_files.encrypt_file(io.BytesIO(bytes(3 * CHUNK)), io.BytesIO(), PUBLIC, on_progress=progress.append)
    assert progress[-1] == 3 * CHUNK
    assert all(before < after for before, after in pairwise(progress))
