"""Register web and worker as users of the database, so that `restore` refuses to run while one of them is alive.

SQLite: a shared lock on a file beside the database. PostgreSQL: a shared advisory lock on a connection of its own.
"""
# Locks and not a file with process ids: the system releases the lock of a killed process, wherever it ran. On
# PostgreSQL an advisory lock also reaches processes on other machines, which a file does not.

import fcntl
import logging
import threading
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path
from typing import Final

from django.db import DatabaseError, connection
from django.db.backends.base.base import BaseDatabaseWrapper

from petition.actions.refusals import SiteInUse

log = logging.getLogger(__name__)
_KEY: Final = 0x7065_7469_7469_6F6E  # "petition"; PostgreSQL keeps the locks of each database apart
_CHECK_SECONDS: Final = 5.0
"""How often the connection is checked, so that the lock is soon taken again after a restart of the server."""
_WAITING: Final = "A backup is being restored: this process starts when that is finished."
_until_exit = ExitStack()


def register_process() -> None:
    """Register this process as a user of the database until it ends."""
    _until_exit.enter_context(database_in_use())


@contextmanager
def database_in_use() -> Iterator[None]:
    """Keep `restore` from running within the block; if one is running, wait for its end first."""
    if connection.vendor == "sqlite":
        with _shared_file_lock():
            yield
        return
    stop, has_begun = threading.Event(), threading.Event()
    keeper = threading.Thread(target=_hold_shared_lock, args=(stop, has_begun), name="database use", daemon=True)
    keeper.start()
    has_begun.wait()
    try:
        yield
    finally:
        stop.set()
        keeper.join(_CHECK_SECONDS)


@contextmanager
def exclusive_database_use() -> Iterator[None]:
    """Keep web processes and workers from starting within the block. Raises SiteInUse if one is alive."""
    if connection.vendor == "sqlite":
        _lock_file().parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        with _lock_file().open("ab") as lock:
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError as error:
                raise SiteInUse from error
            yield
        return
    own = connection.copy("exclusive use")
    try:
        if not _try_lock(own, "pg_try_advisory_lock"):
            raise SiteInUse
        yield
    finally:
        own.close()


def _lock_file() -> Path:
    return Path(f"{connection.settings_dict['NAME']}.in-use")


@contextmanager
def _shared_file_lock() -> Iterator[None]:
    try:
        lock = _lock_file().open("ab")
    except OSError as error:  # no reason to stop serving
        log.error(
            "%s cannot be written (%s): make it writable, or `restore` will not notice this process.",
            _lock_file(),
            error.strerror,
        )
        yield
        return
    with lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_SH | fcntl.LOCK_NB)
        except BlockingIOError:
            log.warning(_WAITING)
            fcntl.flock(lock, fcntl.LOCK_SH)
        yield


def _hold_shared_lock(stop: threading.Event, has_begun: threading.Event) -> None:
    """Hold the advisory lock until `stop` is set; take it again after the server was gone."""
    # The lock belongs to the connection that took it. Django's own may be closed after any request, so this is another.
    while not stop.is_set():
        own = connection.copy("use")
        try:
            has_waited = False
            while not _try_lock(own, "pg_try_advisory_lock_shared"):
                if not has_waited:
                    log.warning(_WAITING)
                has_waited = True
                if stop.wait(1):
                    return
            has_begun.set()
            while not stop.wait(_CHECK_SECONDS):
                with own.cursor() as cursor:
                    cursor.execute("SELECT 1")
        except DatabaseError:
            has_begun.set()  # without a database there is nothing to wait for
            stop.wait(_CHECK_SECONDS)
        finally:
            with suppress(DatabaseError):
                own.close()


def _try_lock(own: BaseDatabaseWrapper, function: str) -> bool:
    with own.cursor() as cursor:
        cursor.execute(f"SELECT {function}(%s)", [_KEY])
        return bool(cursor.fetchone()[0])
