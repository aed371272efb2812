"""Exports too large to hold: a file for each revision, made once, gone with its revision."""

import contextlib
import gzip
import hashlib
import os
import shutil
import tempfile
from collections.abc import Callable, Iterator
from functools import cache
from itertools import chain
from pathlib import Path
from typing import BinaryIO, Final

from django.conf import settings

from petition.models.appeals import Appeal
from petition.publishing import records

MOST_BYTES: Final = 1_000_000
"""What is larger is a file."""


def export(slug: str, name: str, pieces: Callable[[], Iterator[str]], *, gzipped: bool = False) -> bytes | BinaryIO:
    """What `pieces` give, all of it from one revision: its bytes, or an open file where they are many.

    The file is that of this revision, made by whoever asks first; `gzipped` gives its compressed twin. Raises
    NotPublished, and OSError where it cannot be written.
    """
    while True:
        revision = records._published(slug).revision
        place = _place() / slug / _folder(revision) / name
        with contextlib.suppress(FileNotFoundError):
            return place.with_name(f"{name}.gz" if gzipped else name).open("rb")
        try:
            body = _made(place, pieces())
        except FileNotFoundError:
            continue  # the revision has passed, and somebody has removed its folder
        if records._published(slug).revision != revision:
            shutil.rmtree(place.parent, ignore_errors=True)
        elif body is not None:
            return body


def etag_of(file: BinaryIO) -> str:
    """The ETag of what `export` opened, made from its content (see `_stamp`)."""
    stat = os.fstat(file.fileno())
    return f'"{stat.st_mtime_ns:x}-{stat.st_size:x}"'


def remove_stale() -> None:
    """No file is left of a revision that has passed, or of an appeal that is not public."""
    if not _place().is_dir():
        return
    published = Appeal.objects.filter(published_at__isnull=False).values_list("slug", "revision")
    kept = {(slug, _folder(revision)) for slug, revision in published}
    for folder in _place().glob("*/*"):
        if (folder.parent.name, folder.name) not in kept:
            shutil.rmtree(folder, ignore_errors=True)


def _place() -> Path:
    return Path(settings.DATA_DIR) / "exports"


def _folder(revision: int) -> str:
    return f"{revision}-{_maker()}"


@cache
def _maker() -> str:
    """Changes with the program and the settings that the files are made by: after an upgrade they are made anew."""
    sources = sorted(path for path in Path(__file__).parents[2].rglob("*.*") if path.suffix in (".py", ".mo", ".json"))
    stats = [(path.stat().st_mtime_ns, path.stat().st_size) for path in sources]
    return hashlib.sha256(repr((stats, settings.SITE_URL, settings.DATA_LICENCE)).encode()).hexdigest()[:12]


def _made(place: Path, pieces: Iterator[str]) -> bytes | None:
    """The bytes where they are few; else None, and they are in the file `place`, and compressed beside it."""
    held: list[bytes] = []
    size = 0
    for piece in pieces:
        held.append(piece.encode())
        size += len(held[-1])
        if size > MOST_BYTES:
            break
    else:
        return b"".join(held)
    for folder in (_place(), place.parents[1], place.parent):
        folder.mkdir(mode=0o700, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=place.parent, prefix=".", ignore_cleanup_errors=True) as made:
        plain, packed = Path(made) / "plain", Path(made) / "packed"
        with (
            plain.open("wb") as file,
            packed.open("wb") as packed_file,
            # Without a name and a time of its own (RFC 1952): it may be made just after a removal.
            gzip.GzipFile("", "wb", 5, packed_file, mtime=0) as twin,
        ):
            for written in chain(held, map(str.encode, pieces)):
                file.write(written)
                twin.write(written)
        for made_file in (plain, packed):
            _stamp(made_file)
        packed.replace(place.with_name(f"{place.name}.gz"))
        plain.replace(place)
    remove_stale()
    return None


def _stamp(file: Path) -> None:
    """Set the time of the file to a number made from its content: the real one would say when a name was removed."""
    with file.open("rb") as content:
        digest = hashlib.file_digest(content, "sha256").digest()
    nanoseconds = int.from_bytes(digest[:8]) >> 4  # some day between 1970 and 2006
    os.utime(file, ns=(nanoseconds, nanoseconds))
