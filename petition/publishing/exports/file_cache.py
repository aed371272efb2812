"""Files for exports that are too large for memory: one for each revision, removed when the revision has passed."""

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
from petition.publishing.queries import get_published_appeal

MAX_BYTES_IN_MEMORY: Final = 1_000_000


def open_export(
    slug: str, name: str, generate: Callable[[], Iterator[str]], *, gzipped: bool = False
) -> bytes | BinaryIO:
    """Return the export as bytes, or as an open file if it is large; all of it is from one revision.

    The first request writes the file of a revision; `gzipped` opens its compressed copy. Raises NotPublished, and
    OSError if the file cannot be written.
    """
    while True:
        revision = get_published_appeal(slug).revision
        path = _exports_folder() / slug / _folder_name(revision) / name
        with contextlib.suppress(FileNotFoundError):
            return path.with_name(f"{name}.gz" if gzipped else name).open("rb")
        try:
            body = _write(path, generate())
        except FileNotFoundError:
            continue  # the revision has passed meanwhile, and another process has removed its folder
        if get_published_appeal(slug).revision != revision:
            # The file may mix two revisions: a name that was just removed could be in it.
            shutil.rmtree(path.parent, ignore_errors=True)
        elif body is not None:
            return body


def get_etag(file: BinaryIO) -> str:
    """Return the ETag of a file that `open_export` opened. It depends on the content only, see `_set_time`."""
    stat = os.fstat(file.fileno())
    return f'"{stat.st_mtime_ns:x}-{stat.st_size:x}"'


def remove_stale() -> None:
    """Remove the files of revisions that have passed, and of appeals that are not public."""
    if not _exports_folder().is_dir():
        return
    published = Appeal.objects.filter(published_at__isnull=False).values_list("slug", "revision")
    current = {(slug, _folder_name(revision)) for slug, revision in published}
    for folder in _exports_folder().glob("*/*"):
        if (folder.parent.name, folder.name) not in current:
            shutil.rmtree(folder, ignore_errors=True)


def _exports_folder() -> Path:
    return Path(settings.DATA_DIR) / "exports"


def _folder_name(revision: int) -> str:
    return f"{revision}-{_compute_version()}"


@cache
def _compute_version() -> str:
    """Return a hash of the program and of the settings that are part of the files: an upgrade makes new ones."""
    sources = sorted(path for path in Path(__file__).parents[2].rglob("*.*") if path.suffix in (".py", ".mo", ".json"))
    stats = [(path.stat().st_mtime_ns, path.stat().st_size) for path in sources]
    return hashlib.sha256(repr((stats, settings.SITE_URL, settings.DATA_LICENCE)).encode()).hexdigest()[:12]


def _write(path: Path, pieces: Iterator[str]) -> bytes | None:
    """Return the bytes if they are few; otherwise write them to `path` and, compressed, beside it, and return None."""
    buffer: list[bytes] = []
    size = 0
    for piece in pieces:
        buffer.append(piece.encode())
        size += len(buffer[-1])
        if size > MAX_BYTES_IN_MEMORY:
            break
    else:
        return b"".join(buffer)
    for folder in (_exports_folder(), path.parents[1], path.parent):
        folder.mkdir(mode=0o700, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=path.parent, prefix=".", ignore_cleanup_errors=True) as folder_name:
        plain, packed = Path(folder_name) / "plain", Path(folder_name) / "packed"
        with (
            plain.open("wb") as plain_file,
            packed.open("wb") as packed_file,
            # Without a name and a time in its header (RFC 1952): it may be written just after a removal.
            gzip.GzipFile("", "wb", 5, packed_file, mtime=0) as gzip_file,
        ):
            for chunk in chain(buffer, map(str.encode, pieces)):
                plain_file.write(chunk)
                gzip_file.write(chunk)
        for file in (plain, packed):
            _set_time(file)
        # The plain file comes last: once it is there, the compressed one is there too.
        packed.replace(path.with_name(f"{path.name}.gz"))
        plain.replace(path)
    remove_stale()
    return None


def _set_time(file: Path) -> None:
    """Set the time of the file to a number computed from its content."""
    # The real time goes out as Last-Modified or ETag, and would tell when a name was removed.
    with file.open("rb") as content:
        digest = hashlib.file_digest(content, "sha256").digest()
    nanoseconds = int.from_bytes(digest[:8]) >> 4  # some day between 1970 and 2006
    os.utime(file, ns=(nanoseconds, nanoseconds))
