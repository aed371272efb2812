"""The address of the site that `serve` runs, for other commands: no setting has its port.

Imports nothing of Django, since settings.py calls it.
"""

import contextlib
import fcntl
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Final

_FILE: Final = "site-url"
_TRIES: Final = 20
"""How often to try for the lock, with a short pause: a command that reads the file holds it for a moment."""


def read_running_site_url(folder: Path) -> str:
    """Return the address of the site that runs on the state in `folder` (DATA_DIR); '' if none does."""
    try:
        with (folder / _FILE).open(encoding="utf-8") as file:
            # The address counts only while its writer holds the lock, which a killed process loses.
            try:
                fcntl.flock(file, fcntl.LOCK_SH | fcntl.LOCK_NB)
            except BlockingIOError:
                return file.read().strip()
    except (OSError, UnicodeDecodeError):
        pass
    return ""


@contextlib.contextmanager
def announce_running_site(folder: Path, url: str) -> Iterator[None]:
    """Let other commands on the state in `folder` read this address within the block.

    Of two sites on the same state the first is announced; if the file cannot be written, none is.
    """
    with contextlib.ExitStack() as stack:
        try:
            file = stack.enter_context((folder / _FILE).open("a", encoding="utf-8"))
        except OSError:
            yield
            return
        if not _lock(file.fileno()):
            yield
            return
        file.truncate(0)
        file.write(url)
        file.flush()
        try:
            yield
        finally:
            (folder / _FILE).unlink(missing_ok=True)


def _lock(descriptor: int) -> bool:
    for _ in range(_TRIES):
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            time.sleep(0.05)
        else:
            return True
    return False
