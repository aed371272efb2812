"""Which processes use the database: web and worker say so, and `restore` refuses while one of them lives.

SQLite: a shared lock on a file beside the database. PostgreSQL: a shared advisory lock, held by a connection of its
own. The system takes either away from a process that was killed, so nothing is left behind.
"""

import fcntl
import logging
import threading
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path
from typing import Final

from django.db import DatabaseError, connection
from django.db.backends.base.base import BaseDatabaseWrapper

log = logging.getLogger(__name__)
_KEY: Final = 0x7065_7469_7469_6F6E
"""Of the advisory lock; locks of other databases on the same server are apart."""
_LOOK_SECONDS: Final = 5.0
"""How often the connection is tried, so that a restarted server soon knows of us again."""
_WAITS = "A backup is being put in place: this process starts when that is done."
_for_ever = ExitStack()


class InUse(Exception):
    """A web process or a worker is alive."""


def announce() -> None:
    """This process uses the database until it ends."""
    _for_ever.enter_context(in_use())


@contextmanager
def in_use() -> Iterator[None]:
    """No backup is put in place until the block ends; if one is just being put in place, wait for its end."""
    if connection.vendor == "sqlite":
        with _shared_file():
            yield
        return
    stop, has_begun = threading.Event(), threading.Event()
    keeper = threading.Thread(target=_keep_shared, args=(stop, has_begun), name="database use", daemon=True)
    keeper.start()
    has_begun.wait()
    try:
        yield
    finally:
        stop.set()
        keeper.join(_LOOK_SECONDS)


@contextmanager
def exclusive() -> Iterator[None]:
    """No web process and no worker is alive, and none starts before the block ends. Raises InUse."""
    if connection.vendor == "sqlite":
        _lock_file().parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        with _lock_file().open("ab") as lock:
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError as error:
                raise InUse from error
            yield
        return
    own = connection.copy("exclusive use")
    try:
        if not _locked(own, "pg_try_advisory_lock"):
            raise InUse
        yield
    finally:
        own.close()


def _lock_file() -> Path:
    return Path(f"{connection.settings_dict['NAME']}.in-use")


@contextmanager
def _shared_file() -> Iterator[None]:
    try:
        lock = _lock_file().open("ab")
    except OSError as error:  # the site is served all the same
        log.error("%s cannot be written (%s): a restore would not notice this process.", _lock_file(), error.strerror)
        yield
        return
    with lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_SH | fcntl.LOCK_NB)
        except BlockingIOError:
            log.warning(_WAITS)
            fcntl.flock(lock, fcntl.LOCK_SH)
        yield


def _keep_shared(stop: threading.Event, has_begun: threading.Event) -> None:
    """Hold the lock until `stop`; take it again if the server was gone."""
    while not stop.is_set():
        own = connection.copy("use")
        try:
            has_waited = False
            while not _locked(own, "pg_try_advisory_lock_shared"):
                if not has_waited:
                    log.warning(_WAITS)
                has_waited = True
                if stop.wait(1):
                    return
            has_begun.set()
            while not stop.wait(_LOOK_SECONDS):
                with own.cursor() as cursor:
                    cursor.execute("SELECT 1")
        except DatabaseError:
            has_begun.set()  # without a database there is nothing to wait for
            stop.wait(_LOOK_SECONDS)
        finally:
            with suppress(DatabaseError):
                own.close()


def _locked(own: BaseDatabaseWrapper, function: str) -> bool:
    with own.cursor() as cursor:
        cursor.execute(f"SELECT {function}(%s)", [_KEY])
        return bool(cursor.fetchone()[0])
