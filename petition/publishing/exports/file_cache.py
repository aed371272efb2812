"""Files for exports that are too large for memory, shared by the processes of one DATA_DIR.

A file serves its revision, and for REMAKE_SECONDS also later ones that only added entries: otherwise a day on which a
name comes in each second would write 30 MB each second. After any other change, such as a removal, no file is served.
"""

import contextlib
import gzip
import hashlib
import os
import shutil
import tempfile
import time
from collections.abc import Callable, Iterator
from itertools import chain
from pathlib import Path
from typing import BinaryIO, Final

from django.conf import settings

from petition.models.appeals import Appeal
from petition.publishing.exports.shared_folders import compute_version, lock_folder
from petition.publishing.queries import get_published_appeal

MAX_BYTES_IN_MEMORY: Final = 1_000_000
LOCK_SECONDS: Final = 60.0
"""How long one waits for the file that another is writing: 100,000 entries take a few seconds."""
REMAKE_SECONDS: Final = 10.0
"""How often a file is written again at most while entries are only added."""
KEEP_SECONDS: Final = 60.0
"""How long a folder of an earlier revision stays: what replaces its files may still be in the making."""


def open_export(
    slug: str, name: str, generate: Callable[[], Iterator[str]], *, gzipped: bool = False
) -> bytes | BinaryIO:
    """Return the export as bytes, or as an open file if it is large; all of it is from one revision.

    The first request writes the file; `gzipped` opens its compressed copy. What `generate` yields must not go beyond
    the last number of the revision that it begins with, since entries may be added meanwhile. Raises NotPublished, and
    OSError if the file cannot be written.
    """
    while True:
        appeal = get_published_appeal(slug)
        file_name = f"{name}.gz" if gzipped else name
        file, is_fresh = _open_newest(appeal, file_name)
        if file and is_fresh:
            return file
        pieces = map(str.encode, generate())
        start: list[bytes] = []
        if file is None and _take_all(pieces, start):
            if get_published_appeal(slug).edits == appeal.edits:
                return b"".join(start)
            continue
        with lock_folder(_exports_folder() / slug, seconds=0 if file else LOCK_SECONDS) as is_locked:
            if file and not is_locked:
                return file  # another thread or process writes the next one; this one lacks only what was added
            if not is_locked:
                raise TimeoutError
            # That may also have ended while this one waited.
            if not _is_written(get_published_appeal(slug), file_name):
                _write(appeal, name, chain(start, pieces))
        if file:
            file.close()


def get_etag(file: BinaryIO) -> str:
    """Return the ETag of a file that `open_export` opened. It depends on the content only, see `_set_time`."""
    stat = os.fstat(file.fileno())
    return f'"{stat.st_mtime_ns:x}-{stat.st_size:x}"'


def remove_stale() -> bool:
    """Remove the files that may not or need not be served any more, and those of appeals that are not public.

    Return whether none is left that will have to be removed without another change.
    """
    if not _exports_folder().is_dir():
        return True
    current = {appeal.slug: appeal for appeal in Appeal.objects.published()}
    is_done = True
    for folder in _exports_folder().glob("*/*"):
        appeal = current.get(folder.parent.name)
        if appeal and folder.name == _folder_name(appeal):
            continue
        with contextlib.suppress(FileNotFoundError):
            if appeal and folder.name.endswith(_folder_end(appeal)) and _get_age(folder.stat()) < KEEP_SECONDS:
                is_done = False
                continue
        shutil.rmtree(folder, ignore_errors=True)
    return is_done


def _exports_folder() -> Path:
    return Path(settings.DATA_DIR) / "exports"


def _folder_name(appeal: Appeal) -> str:
    return f"{appeal.revision}{_folder_end(appeal)}"


def _folder_end(appeal: Appeal) -> str:
    """Return what the folders of all revisions have in common between which entries were only added."""
    return f"-{appeal.edits}-{compute_version()}"


def _get_age(stat: os.stat_result) -> float:
    """Return how many seconds ago a file was written, or one was put into a folder; without end if in the future."""
    # The time of change: that of modification is made up for files, see `_set_time`.
    age = time.time() - stat.st_ctime
    return age if age >= 0 else float("inf")


def _list_folders(appeal: Appeal) -> list[Path]:
    """Return the folders whose files have nothing that was edited or removed since, the newest revision first."""
    folders = (_exports_folder() / appeal.slug).glob(f"*{_folder_end(appeal)}")
    return sorted(folders, key=lambda folder: int(folder.name.partition("-")[0]), reverse=True)


def _open_newest(appeal: Appeal, file_name: str) -> tuple[BinaryIO | None, bool]:
    """Return the newest file that may be served, and whether it is new enough to be served without another try."""
    for folder in _list_folders(appeal):
        with contextlib.suppress(FileNotFoundError):
            file = (folder / file_name).open("rb")
            is_young = _get_age(os.fstat(file.fileno())) < REMAKE_SECONDS
            return file, is_young or folder.name == _folder_name(appeal)
    return None, False


def _is_written(appeal: Appeal, file_name: str) -> bool:
    file, is_fresh = _open_newest(appeal, file_name)
    if file:
        file.close()
    return is_fresh


def _take_all(pieces: Iterator[bytes], start: list[bytes]) -> bool:
    """Move pieces to `start` until they are too large for memory; return whether these are all."""
    size = 0
    for piece in pieces:
        start.append(piece)
        size += len(piece)
        if size > MAX_BYTES_IN_MEMORY:
            return False
    return True


def _write(appeal: Appeal, name: str, pieces: Iterator[bytes]) -> None:
    """Write the file and its compressed copy; nothing is left if anything was edited or removed meanwhile."""
    folder = _exports_folder() / appeal.slug / _folder_name(appeal)
    with contextlib.suppress(FileNotFoundError):  # another process has removed the folder: its edits have passed
        _write_both(folder, name, pieces)
        if get_published_appeal(appeal.slug).edits != appeal.edits:
            # The file may mix two revisions: a name that was just removed could be in it.
            shutil.rmtree(folder, ignore_errors=True)
        for older in _list_folders(appeal):
            if older.name != folder.name:
                for file_name in (name, f"{name}.gz"):
                    (older / file_name).unlink(missing_ok=True)
    remove_stale()


def _write_both(folder: Path, name: str, pieces: Iterator[bytes]) -> None:
    folder.mkdir(mode=0o700, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=folder, prefix=".", ignore_cleanup_errors=True) as folder_name:
        plain, packed = Path(folder_name) / "plain", Path(folder_name) / "packed"
        with (
            plain.open("wb") as plain_file,
            packed.open("wb") as packed_file,
            # Without a name and a time in its header (RFC 1952): it may be written just after a removal.
            gzip.GzipFile("", "wb", 5, packed_file, mtime=0) as gzip_file,
        ):
            for piece in pieces:
                plain_file.write(piece)
                gzip_file.write(piece)
        for file in (plain, packed):
            _set_time(file)
        # The plain file comes last: once it is there, the compressed one is there too.
        packed.replace(folder / f"{name}.gz")
        plain.replace(folder / name)


def _set_time(file: Path) -> None:
    """Set the time of the file to a number computed from its content."""
    # The real time goes out as Last-Modified or ETag, and would tell when a name was removed.
    with file.open("rb") as content:
        digest = hashlib.file_digest(content, "sha256").digest()
    nanoseconds = int.from_bytes(digest[:8]) >> 4  # some day between 1970 and 2006
    os.utime(file, ns=(nanoseconds, nanoseconds))
