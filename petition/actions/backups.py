"""The whole database as one sealed file, taken while the site runs, and back again."""

import fcntl
import logging
import os
import shutil
import sqlite3
import subprocess
import tempfile
from collections.abc import Callable, Iterable, Iterator
from contextlib import closing, contextmanager
from datetime import datetime, timedelta
from pathlib import Path
from typing import IO, Any

from django.conf import settings
from django.db import DatabaseError, connection, connections

from petition.models import SiteState, triggers
from petition.protection import sealed_files

log = logging.getLogger(__name__)
ALIVE = timedelta(seconds=60)
"""A worker that was seen so lately is at work."""
Tell = Callable[[int], None]


_BACKUP, _RESTORE, _PART = "backup-", "restore-", ".part"
"""How working files are called, until the work is done."""


class NotDone(Exception):
    """Nothing was written or put back; says why, and what to do."""


def back_up(target: Path, *, tell: Tell) -> None:
    """`target` holds the database as of one moment, sealed to BACKUP_PUBLIC_KEY; there whole or not at all.

    `tell` hears how many bytes are done. Raises NotDone, OSError.
    """
    _refuse_what_is_not_ours(target)
    if not sealed_files.is_key(settings.BACKUP_PUBLIC_KEY):
        raise NotDone("BACKUP_PUBLIC_KEY is no key: give it as `manage.py new_keys --backup` printed it.")
    clear_leftovers()
    target.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    beside = target.with_name(f"{target.name}{_PART}")
    with _under_way():
        try:
            with os.fdopen(os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as file:
                with _dump() as source:
                    sealed_files.seal(source, file, settings.BACKUP_PUBLIC_KEY, tell=tell)
                file.flush()
                os.fsync(file.fileno())
            beside.replace(target)
        finally:
            beside.unlink(missing_ok=True)


def restore(source: Path, private_keys: Iterable[str], *, at: datetime, tell: Tell) -> None:
    """The database is what it was when `source` was written; the caller migrates and replays the removals.

    Raises NotDone while a worker is alive at `at`; NotDone, CannotRead, OSError.
    """
    if _is_served(at):
        raise NotDone("The site is running: stop web and worker first, then run this command again.")
    clear_leftovers()
    with _under_way(), tempfile.TemporaryDirectory(dir=settings.DATA_DIR, prefix=_RESTORE) as folder:
        plain = Path(folder) / "database"
        with source.open("rb") as file, os.fdopen(os.open(plain, os.O_WRONLY | os.O_CREAT, 0o600), "wb") as out:
            done = 0
            for chunk in sealed_files.opened(file, private_keys):
                out.write(chunk)
                done += len(chunk)
                tell(done)
            out.flush()
            os.fsync(out.fileno())
        _put_back(plain)


def clear_leftovers() -> None:
    """Copies in clear that a killed backup or restore left are gone; one that is under way keeps its own."""
    try:
        with _lock().open("ab") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            for prefix in (_BACKUP, _RESTORE):
                for folder in settings.DATA_DIR.glob(f"{prefix}*"):
                    shutil.rmtree(folder)
            for part in (settings.DATA_DIR / "backups").glob(f"*{_PART}"):
                part.unlink()
    except BlockingIOError:
        return
    except OSError as error:  # somebody else's, say root's: whoever runs this next may do it
        log.error("Working files of a backup in %s cannot be cleared away (%s).", settings.DATA_DIR, error.strerror)


@contextmanager
def _under_way() -> Iterator[None]:
    """Nobody clears away what is written meanwhile. A process that is killed lets go."""
    with _lock().open("ab") as lock:
        fcntl.flock(lock, fcntl.LOCK_SH)
        yield


def _lock() -> Path:
    return Path(settings.DATA_DIR / "backups.lock")


def _refuse_what_is_not_ours(target: Path) -> None:
    if not target.name:
        raise NotDone(f"{target} is a folder: name the file to write.")
    if not os.path.lexists(target):
        return
    if target.is_file():
        with target.open("rb") as file:
            if file.read(len(sealed_files.FIRST_LINE)) in (b"", sealed_files.FIRST_LINE):
                return
    raise NotDone(f"{target} holds something else, which stays as it is: name a new file.")


def _is_served(at: datetime) -> bool:
    if SiteState._meta.db_table not in connection.introspection.table_names():
        return False
    return SiteState.objects.filter(worker_seen_at__gt=at - ALIVE).exists()


@contextmanager
def _dump() -> Iterator[Any]:
    """The database as of one moment, to be read as a file."""
    if connection.vendor == "sqlite":
        with tempfile.TemporaryDirectory(dir=settings.DATA_DIR, prefix=_BACKUP) as folder:
            copy = Path(folder) / "database"
            connection.ensure_connection()
            with closing(sqlite3.connect(copy)) as into:
                connection.connection.backup(into)
            with copy.open("rb") as file:
                yield file
        return
    command = ["pg_dump", "--format=custom", "--no-owner", "--no-privileges"]
    with _program(command, stdout=subprocess.PIPE) as process:
        yield process.stdout


def _put_back(plain: Path) -> None:
    if connection.vendor == "sqlite":
        _refuse_damaged(plain)
        connections.close_all()
        place = Path(connection.settings_dict["NAME"])
        for journal in ("-wal", "-shm"):
            place.with_name(place.name + journal).unlink(missing_ok=True)
        plain.replace(place)
        return
    connections.close_all()
    command = ["pg_restore", "--clean", "--if-exists", "--no-owner", "--single-transaction"]
    with _program([*command, f"--dbname={connection.settings_dict['NAME']}", str(plain)]):
        pass
    triggers.install(connection)


def _refuse_damaged(plain: Path) -> None:
    found = connection.copy("restored")  # with Django's own functions, which our constraints call
    found.settings_dict["NAME"] = str(plain)
    try:
        with found.cursor() as cursor:
            cursor.execute("PRAGMA integrity_check")
            if cursor.fetchone() != ("ok",):
                raise NotDone("The database in this backup is damaged: take an older one.")
    except DatabaseError as error:
        raise NotDone("The database in this backup is damaged: take an older one.") from error
    finally:
        found.close()


@contextmanager
def _program(command: list[str], **pipes: IO[bytes] | int) -> Iterator["subprocess.Popen[bytes]"]:
    """One of PostgreSQL's own programs on this site's database. Raises NotDone."""
    told = connection.get_connection_params()  # as Django connects, whichever part of DATABASE_URL says so
    names = {"PGHOST": "host", "PGPORT": "port", "PGUSER": "user", "PGPASSWORD": "password", "PGDATABASE": "dbname"}
    environment = os.environ | {name: str(told[key]) for name, key in names.items() if told.get(key)}
    with tempfile.TemporaryFile() as errors:
        try:
            process = subprocess.Popen(  # type: ignore[call-overload]  # noqa: S603  (our own words, no shell)
                command, env=environment, stderr=errors, **pipes
            )
        except FileNotFoundError as error:
            raise NotDone(f"There is no {command[0]} here: install PostgreSQL's client programs.") from error
        with process:
            yield process
        if process.returncode:
            errors.seek(0)
            lines = errors.read().decode(errors="replace").strip().splitlines()
            raise NotDone(f"{command[0]} ended with {process.returncode}: {lines[-1] if lines else 'no word'}")
