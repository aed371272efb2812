"""Back up the whole database into one encrypted file while the site runs. restore.py puts it back.

The encrypted content begins with one line about the backup (`BackupHeader`); the database follows.
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

from petition.actions.operations import removal_journal, removal_journal_file
from petition.actions.refusals import BackupFailed
from petition.models import Removal, SiteState
from petition.security import encrypted_files

log = logging.getLogger(__name__)
ReportProgress = Callable[[int], None]

SUFFIX, JOURNAL_SUFFIX = ".backup", ".removals"
# Names of working files, which are deleted when the work is done.
_BACKUP, RESTORE, _PART = "backup-", "restore-", ".part"


@dataclass(frozen=True)
class BackupHeader:
    """What a backup says about itself."""

    database: str  # sqlite or postgresql
    site: str  # id of the removal journal
    last_removal: str  # uid of the newest Removal in the backup, or ''
    taken_at: str

    def encode(self) -> bytes:
        """Return the header as the first line of the encrypted content."""
        return json.dumps({"about": asdict(self)}).encode() + b"\n"

    @classmethod
    def split_from(cls, content: bytes) -> tuple["BackupHeader | None", bytes]:
        """Return the header that `content` begins with, and the rest."""
        if not content.startswith(b'{"about": '):  # backups of the first version begin with the database itself
            return None, content
        line, _, rest = content.partition(b"\n")
        return cls(**json.loads(line)["about"]), rest


def write_backup(target: Path, *, at: datetime, on_progress: ReportProgress) -> Path:
    """Write the database as of one moment to `target`, encrypted with BACKUP_PUBLIC_KEY.

    Return the path of the copy of the removal journal that is written beside it. `on_progress` is called with the
    number of bytes done. Raises BackupFailed, OSError.
    """
    _refuse_other_file(target)
    copy = target.with_name(f"{target.name}{JOURNAL_SUFFIX}")
    _refuse_other_file(copy)
    if not encrypted_files.is_public_key(settings.BACKUP_PUBLIC_KEY):
        raise BackupFailed(
            "BACKUP_PUBLIC_KEY is not a valid key: set it to the one that `manage.py new_keys --backup` printed."
        )
    remove_leftovers()
    target.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    _check_writable(target)
    header = _make_header(at)
    with protect_working_files():
        with _dump() as source:
            _encrypt_to(target, _PrefixedReader(header.encode(), source), on_progress=on_progress)
        with tempfile.TemporaryDirectory(dir=settings.DATA_DIR, prefix=_BACKUP) as folder:
            plain = Path(folder) / "removals"
            # Read after the database, so the journal has at least every removal that the backup has.
            removal_journal_file.write_journal(plain, list(Removal.objects.order_by("pk")))
            with plain.open("rb") as source:
                _encrypt_to(copy, source, on_progress=lambda done: None)
    # In the database, since the staff's process may be on another machine and cannot see the files.
    SiteState.objects.update_or_create(pk=1, defaults={"backup_made_at": at})
    return copy


def make_backup_path(at: datetime) -> Path:
    """Return where a backup made at `at` is written unless the operator names a file."""
    return Path(settings.DATA_DIR / "backups" / f"{at:%Y-%m-%d-%H%M%S}{SUFFIX}")


def _check_writable(target: Path) -> None:
    """Raise OSError if the file cannot be written, before the long work begins."""
    part = target.with_name(f"{target.name}{_PART}")
    os.close(os.open(part, os.O_WRONLY | os.O_CREAT, 0o600))
    part.unlink()


def _make_header(at: datetime) -> BackupHeader:
    last = Removal.objects.order_by("pk").values_list("uid", flat=True).last()
    return BackupHeader(connection.vendor, removal_journal.get_site_id(), str(last or ""), at.isoformat())


def _encrypt_to(target: Path, source: Any, *, on_progress: ReportProgress) -> None:
    # Renamed when it is complete and on disk: a kill or a power cut leaves the whole file under its name, or none.
    part = target.with_name(f"{target.name}{_PART}")
    try:
        with os.fdopen(os.open(part, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as file:
            encrypted_files.encrypt_file(source, file, settings.BACKUP_PUBLIC_KEY, on_progress=on_progress)
            file.flush()
            os.fsync(file.fileno())
        part.replace(target)
    finally:
        part.unlink(missing_ok=True)
    removal_journal_file.fsync_folder(target.parent)


class _PrefixedReader:
    """A readable file that returns `first`, then the content of `rest`."""

    def __init__(self, first: bytes, rest: BinaryIO) -> None:
        self._first, self._rest = first, rest

    def read(self, size: int) -> bytes:
        first, self._first = self._first[:size], self._first[size:]
        return first + self._rest.read(size - len(first))


def delete_old_backups(*, at: datetime) -> None:
    """Delete backups in DATA_DIR/backups, and journals beside them, that are older than settings.BACKUP_DAYS."""
    oldest = at - timedelta(days=settings.BACKUP_DAYS)
    for file in sorted((settings.DATA_DIR / "backups").glob(f"*{SUFFIX}*")):
        try:
            is_old = file.stat().st_mtime <= oldest.timestamp()
            if is_old and file.suffix in (SUFFIX, JOURNAL_SUFFIX) and _is_backup_or_empty(file):
                file.unlink()
        except OSError as error:
            log.error("The old backup %s cannot be deleted (%s): delete it by hand.", file, error.strerror)


def remove_leftovers() -> None:
    """Delete unencrypted working files of a backup or restore that was killed."""
    try:
        with _lock_file().open("ab") as lock:
            # A backup or restore that is running holds the lock shared; the lock of a killed one ends with it.
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            for folder in _working_folders():
                shutil.rmtree(folder)
            for part in (settings.DATA_DIR / "backups").glob(f"*{_PART}"):
                part.unlink()
    except BlockingIOError:
        return
    except OSError as error:  # they belong to another user, such as root
        log.error(
            "Unencrypted working files of a backup in %s cannot be deleted (%s): delete them by hand.",
            settings.DATA_DIR,
            error.strerror,
        )


def _working_folders() -> Iterator[Path]:
    yield from settings.DATA_DIR.glob(f"{_BACKUP}*")
    for place in {settings.DATA_DIR, get_restore_folder()}:
        yield from place.glob(f"{RESTORE}*")


def get_restore_folder() -> Path:
    """Return the folder in which a restore works: that of SQLite's file, since a rename must stay on one disk."""
    return Path(connection.settings_dict["NAME"]).parent if connection.vendor == "sqlite" else Path(settings.DATA_DIR)


@contextmanager
def protect_working_files() -> Iterator[None]:
    """Keep `remove_leftovers` of other processes from deleting what is written within the block."""
    with _lock_file().open("ab") as lock:
        fcntl.flock(lock, fcntl.LOCK_SH)
        yield


def _lock_file() -> Path:
    return Path(settings.DATA_DIR / "backups.lock")


def _refuse_other_file(target: Path) -> None:
    if not target.name:
        raise BackupFailed(f"{target} is a folder: name the file to write.")
    if not os.path.lexists(target):
        return
    if not _is_backup_or_empty(target):
        raise BackupFailed(f"{target} exists and is not a backup, so it was not overwritten: name a new file.")


def _is_backup_or_empty(file: Path) -> bool:
    """Return whether the file is a backup, a journal beside one, or empty."""
    if not file.is_file():
        return False
    with file.open("rb") as opened:
        return opened.read(len(encrypted_files.FIRST_LINE)) in (b"", encrypted_files.FIRST_LINE)


@contextmanager
def _dump() -> Iterator[Any]:
    """Open the database as of one moment for reading."""
    if connection.vendor == "sqlite":
        with tempfile.TemporaryDirectory(dir=settings.DATA_DIR, prefix=_BACKUP) as folder:
            copy = Path(folder) / "database"
            connection.ensure_connection()
            try:
                # SQLite's online backup: consistent while others write, which a plain copy of the file is not.
                with closing(sqlite3.connect(copy)) as into:
                    connection.connection.backup(into)
            except sqlite3.Error as error:
                raise BackupFailed(
                    f"The database could not be copied to {settings.DATA_DIR} ({error}): free as much space on its "
                    "disk as the database takes."
                ) from error
            with copy.open("rb") as file:
                yield file
        return
    command = ["pg_dump", "--format=custom", "--no-owner", "--no-privileges"]
    with run_postgresql_program(command, stdout=subprocess.PIPE) as process:
        yield process.stdout


@contextmanager
def run_postgresql_program(command: list[str], **pipes: IO[bytes] | int) -> Iterator["subprocess.Popen[bytes]"]:
    """Run one of PostgreSQL's own programs on this site's database. Raises BackupFailed."""
    parameters = connection.get_connection_params()  # as Django connects, whichever part of DATABASE_URL says so
    # In the environment and not as arguments: everybody on the machine can read the arguments of a process.
    names = {"PGHOST": "host", "PGPORT": "port", "PGUSER": "user", "PGPASSWORD": "password", "PGDATABASE": "dbname"}
    environment = os.environ | {name: str(parameters[key]) for name, key in names.items() if parameters.get(key)}
    with tempfile.TemporaryFile() as errors:
        try:
            process = subprocess.Popen(  # type: ignore[call-overload]  # noqa: S603  (our own words, no shell)
                command, env=environment, stderr=errors, **pipes
            )
        except FileNotFoundError as error:
            raise BackupFailed(f"{command[0]} is not installed: install PostgreSQL's client programs.") from error
        with process:
            yield process
        if process.returncode:
            errors.seek(0)
            lines = errors.read().decode(errors="replace").strip().splitlines()
            raise BackupFailed(
                f"{command[0]} failed with exit code {process.returncode} ({lines[-1] if lines else 'no message'}): "
                "correct that, then run this command again."
            )
