"""The whole database as one sealed file, taken while the site runs. restoring.py puts it back.

What is sealed begins with a line about the backup (`About`); the database follows.
"""

import fcntl
import json
import logging
import os
import shutil
import sqlite3
import subprocess
import tempfile
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import IO, Any, BinaryIO

from django.conf import settings
from django.db import connection

from petition.actions.operations import journal_file, removal_journal
from petition.models import Removal
from petition.security import encrypted_files

log = logging.getLogger(__name__)
Tell = Callable[[int], None]

SUFFIX, JOURNAL_SUFFIX = ".backup", ".removals"
_BACKUP, RESTORE, _PART = "backup-", "restore-", ".part"
"""How working files are called, until the work is done."""


class NotDone(Exception):
    """Nothing was written or put back; says why, and what to do."""


@dataclass(frozen=True)
class About:
    """What a backup says about itself. `last_removal` is the newest row of Removal that it holds, or ''."""

    database: str  # sqlite or postgresql
    site: str  # the id of the journal of removals
    last_removal: str
    taken_at: str

    def line(self) -> bytes:
        """As the first line of what is sealed."""
        return json.dumps({"about": asdict(self)}).encode() + b"\n"

    @classmethod
    def before(cls, content: bytes) -> tuple["About | None", bytes]:
        """What the line says that `content` begins with, and what follows it.

        There is none in a backup from before there was such a line: it begins with the database itself.
        """
        if not content.startswith(b'{"about": '):
            return None, content
        line, _, rest = content.partition(b"\n")
        return cls(**json.loads(line)["about"]), rest


def back_up(target: Path, *, at: datetime, tell: Tell) -> Path:
    """`target` holds the database as of one moment, sealed to BACKUP_PUBLIC_KEY; there whole or not at all.

    Return the copy of the journal of removals that is made beside it. `tell` hears how many bytes are done.
    Raises NotDone, OSError.
    """
    _refuse_what_is_not_ours(target)
    copy = target.with_name(f"{target.name}{JOURNAL_SUFFIX}")
    _refuse_what_is_not_ours(copy)
    if not encrypted_files.is_key(settings.BACKUP_PUBLIC_KEY):
        raise NotDone("BACKUP_PUBLIC_KEY is no key: give it as `manage.py new_keys --backup` printed it.")
    clear_leftovers()
    target.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    _try_out(target)
    about = _about(at)
    with under_way():
        with _dump() as source:
            _seal(_After(about.line(), source), target, tell=tell)
        with tempfile.TemporaryDirectory(dir=settings.DATA_DIR, prefix=_BACKUP) as folder:
            plain = Path(folder) / "removals"
            journal_file.write_whole(plain, list(Removal.objects.order_by("pk")))  # newer than the backup: none misses
            with plain.open("rb") as source:
                _seal(source, copy, tell=lambda done: None)
    return copy


def _try_out(target: Path) -> None:
    """Raise OSError if the file cannot be written, before the long work begins."""
    part = target.with_name(f"{target.name}{_PART}")
    os.close(os.open(part, os.O_WRONLY | os.O_CREAT, 0o600))
    part.unlink()


def _about(at: datetime) -> About:
    last = Removal.objects.order_by("pk").values_list("uid", flat=True).last()
    return About(connection.vendor, removal_journal.site_id(), str(last or ""), at.isoformat())


def _seal(source: Any, target: Path, *, tell: Tell) -> None:
    part = target.with_name(f"{target.name}{_PART}")
    try:
        with os.fdopen(os.open(part, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as file:
            encrypted_files.seal(source, file, settings.BACKUP_PUBLIC_KEY, tell=tell)
            file.flush()
            os.fsync(file.fileno())
        part.replace(target)
    finally:
        part.unlink(missing_ok=True)
    journal_file.sync_folder(target.parent)


class _After:
    """A file that begins with `first` and goes on with `rest`."""

    def __init__(self, first: bytes, rest: BinaryIO) -> None:
        self._first, self._rest = first, rest

    def read(self, size: int) -> bytes:
        first, self._first = self._first[:size], self._first[size:]
        return first + self._rest.read(size - len(first))


def remove_old(*, at: datetime) -> None:
    """No backup in DATA_DIR/backups, and no journal beside one, is older than settings.BACKUP_DAYS."""
    oldest = at - timedelta(days=settings.BACKUP_DAYS)
    for file in sorted((settings.DATA_DIR / "backups").glob(f"*{SUFFIX}*")):
        try:
            is_old = file.stat().st_mtime <= oldest.timestamp()
            if is_old and file.suffix in (SUFFIX, JOURNAL_SUFFIX) and _is_ours(file):
                file.unlink()
        except OSError as error:
            log.error("The backup %s cannot be removed (%s) although its time is over.", file, error.strerror)


def clear_leftovers() -> None:
    """Copies in clear that a killed backup or restore left are gone; one that is under way keeps its own."""
    try:
        with _lock().open("ab") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            for folder in _working_folders():
                shutil.rmtree(folder)
            for part in (settings.DATA_DIR / "backups").glob(f"*{_PART}"):
                part.unlink()
    except BlockingIOError:
        return
    except OSError as error:  # somebody else's, say root's: whoever runs this next may do it
        log.error("Working files of a backup in %s cannot be cleared away (%s).", settings.DATA_DIR, error.strerror)


def _working_folders() -> Iterator[Path]:
    yield from settings.DATA_DIR.glob(f"{_BACKUP}*")
    for place in {settings.DATA_DIR, working_place()}:
        yield from place.glob(f"{RESTORE}*")


def working_place() -> Path:
    """Return the folder in which a restore works: a file can be renamed only on the disk that it is on."""
    return Path(connection.settings_dict["NAME"]).parent if connection.vendor == "sqlite" else Path(settings.DATA_DIR)


@contextmanager
def under_way() -> Iterator[None]:
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
    if not _is_ours(target):
        raise NotDone(f"{target} holds something else, which stays as it is: name a new file.")


def _is_ours(file: Path) -> bool:
    """Whether it is a backup, a journal beside one, or empty."""
    if not file.is_file():
        return False
    with file.open("rb") as opened:
        return opened.read(len(encrypted_files.FIRST_LINE)) in (b"", encrypted_files.FIRST_LINE)


@contextmanager
def _dump() -> Iterator[Any]:
    """The database as of one moment, to be read as a file."""
    if connection.vendor == "sqlite":
        with tempfile.TemporaryDirectory(dir=settings.DATA_DIR, prefix=_BACKUP) as folder:
            copy = Path(folder) / "database"
            connection.ensure_connection()
            try:
                with closing(sqlite3.connect(copy)) as into:
                    connection.connection.backup(into)
            except sqlite3.Error as error:
                raise NotDone(
                    f"There is no copy of the database in {settings.DATA_DIR} ({error}): make room on its disk, as "
                    "much as the database takes."
                ) from error
            with copy.open("rb") as file:
                yield file
        return
    command = ["pg_dump", "--format=custom", "--no-owner", "--no-privileges"]
    with program(command, stdout=subprocess.PIPE) as process:
        yield process.stdout


@contextmanager
def program(command: list[str], **pipes: IO[bytes] | int) -> Iterator["subprocess.Popen[bytes]"]:
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
