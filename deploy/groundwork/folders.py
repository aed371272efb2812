"""The checkout and `var/`: whether they can be written, and for whose eyes."""

from __future__ import annotations

import fcntl
import os
import tempfile
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from groundwork.sentences import Refusal, say

if TYPE_CHECKING:
    from collections.abc import Iterator

ROOT = Path(__file__).resolve().parent.parent.parent


def keep_private() -> int:
    """From now on whatever is created is for this user's eyes only; answers with the mask that was in force."""
    return os.umask(0o077)


def require_writable(folder: Path) -> None:
    """Refuse when no file can be created in this folder."""
    try:
        with tempfile.TemporaryFile(dir=folder):
            pass
    except OSError as error:
        raise Refusal(
            f"The folder {folder} cannot be written ({error.strerror}): make it writable for this user, "
            "or copy the project into a folder of your own."
        ) from None


def private_folder(root: Path) -> Path:
    """`var/`, created if need be, where all state lies."""
    var = root / "var"
    if not var.is_dir():
        require_writable(root)
        var.mkdir(mode=0o700, exist_ok=True)
    require_writable(var)
    return var


@contextmanager
def turn(var: Path) -> Iterator[int]:
    """One set-up at a time in this checkout; the lock's descriptor can be lent to whoever works on its behalf."""
    descriptor = os.open(var / "launch.lock", os.O_RDWR | os.O_CREAT, 0o600)
    try:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            say("Another command is setting up this folder: waiting until it has finished.")
            fcntl.flock(descriptor, fcntl.LOCK_EX)
        yield descriptor
    finally:
        os.close(descriptor)
