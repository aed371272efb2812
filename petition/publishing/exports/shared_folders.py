"""Folders of DATA_DIR in which several processes keep what they made from the public record."""

import fcntl
import hashlib
import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from typing import Final

from django.conf import settings

_PROGRAM: Final = (".py", ".mo", ".json", ".typ")
_POLL_SECONDS: Final = 0.02


@contextmanager
def lock_folder(folder: Path, *, seconds: float) -> Iterator[bool]:
    """Yield whether this thread has the folder to itself, among all processes; wait up to `seconds` for it.

    The folder is made if it is not there. Raises OSError if that fails.
    """
    for part in (folder.parent, folder):
        part.mkdir(mode=0o700, exist_ok=True)
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        yield _lock(descriptor, until=time.monotonic() + seconds)
    finally:
        os.close(descriptor)  # ends the lock; so does a kill


def _lock(descriptor: int, until: float) -> bool:
    while True:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            if time.monotonic() >= until:
                return False
            time.sleep(_POLL_SECONDS)
        else:
            return True


@cache
def compute_version() -> str:
    """Return a hash of the program and of the settings that are part of the files: an upgrade makes new ones."""
    folders = (settings.BASE_DIR / "petition", settings.BASE_DIR / "templates")
    sources = sorted(path for folder in folders for path in folder.rglob("*.*") if path.suffix in _PROGRAM)
    stats = [(path.stat().st_mtime_ns, path.stat().st_size) for path in sources]
    return hashlib.sha256(repr((stats, settings.SITE_URL, settings.DATA_LICENCE)).encode()).hexdigest()[:12]
