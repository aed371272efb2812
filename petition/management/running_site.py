"""The address of the site that `serve` runs, for commands beside it: which port it has, no setting tells them.

Settings reads it, so nothing of Django is imported here.
"""

import contextlib
import fcntl
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Final

_FILE: Final = "site-url"
_TRIES: Final = 20
"""So often the file is asked for, with a short pause: a command that reads it holds it for an instant."""


def running_site_url(folder: Path) -> str:
    """Return the address of the site that runs on the state in `folder` (DATA_DIR), '' where none does.

    The file is believed while its writer holds the lock on it, which ends with the process, however it ends.
    """
    try:
        with (folder / _FILE).open(encoding="utf-8") as file:
            try:
                fcntl.flock(file, fcntl.LOCK_SH | fcntl.LOCK_NB)
            except BlockingIOError:
                return file.read().strip()
    except (OSError, UnicodeDecodeError):
        pass
    return ""


@contextlib.contextmanager
def announced(folder: Path, url: str) -> Iterator[None]:
    """Let commands on the state in `folder` know this address until the block ends.

    Of two sites on the same state the first one is known. Where the file cannot be written, none is.
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
