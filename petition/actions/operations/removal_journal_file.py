"""The worker's file of the removal journal: every row of the table is in it within a second, on disk (fsync).

Each DATA_DIR has a complete file of its own, whichever worker writes it and whenever it started: entries are compared
with the table by their `uid`, so no process depends on the folder of another.
"""

import fcntl
import logging
import os
import stat
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from pathlib import Path
from typing import Final
from uuid import UUID

from django.conf import settings
from django.db.models.functions import Now

from petition.actions.operations import removal_journal
from petition.actions.operations.removal_journal import (
    decode_entry,
    decode_header,
    encode_entry,
    encode_header,
    get_site_id,
)
from petition.actions.refusals import UnusableJournal
from petition.models import Removal, SiteState

log = logging.getLogger(__name__)
GRACE: Final = timedelta(seconds=10)
"""A row that is older than this and in no file is late."""
FAILED_WITHIN: Final = timedelta(seconds=60)
LONGEST_TRANSACTION: Final = 600
"""Seconds for which newer rows are compared again: on PostgreSQL a row can appear after rows with higher numbers."""
_COMPARE_ALL: Final = 3600
_REPORT_EVERY: Final = 15


class RemovalJournalFile:
    """The journal file of this DATA_DIR, written by one worker."""

    def __init__(self) -> None:
        self.path = removal_journal.get_journal_path()
        self._is_new = True
        self._reported_at = 0.0
        self._failing = False
        self._forget()

    def _forget(self) -> None:
        """Start again: read the whole file and compare all rows."""
        self._inode, self._position = 0, 0
        self._known: set[UUID] = set()  # entries in the file
        self._stored: set[UUID] = set()  # rows in the table
        self._settled = 0  # no row with a number up to this one can still appear
        self._seen: list[tuple[float, int]] = []  # (monotonic time, highest number of a row then)
        self._compared_at = 0.0

    def update(self, *, at: datetime) -> None:
        """Write new entries; if that fails, log it and let /readyz fail, while the worker continues."""
        try:
            self.write()
        except (OSError, UnusableJournal) as error:
            now = time.monotonic()
            if not self._failing or now - self._reported_at >= _REPORT_EVERY:
                log.error("The removal journal %s cannot be written: %s", self.path, describe_reason(error))
                SiteState.objects.update_or_create(pk=1, defaults={"journal_failed_at": at})
                self._failing, self._reported_at = True, now
        else:
            if self._failing:
                SiteState.objects.filter(pk=1).update(journal_failed_at=None)
                self._failing = False

    def write(self) -> None:
        """Append every row of the table that the file lacks. Raises OSError, UnusableJournal."""
        now = time.monotonic()
        if now - self._compared_at > _COMPARE_ALL or not self._is_as_left():
            self._forget()
        rows = list(Removal.objects.filter(pk__gt=self._settled).order_by("pk"))
        is_first_look = self._position == 0
        missing = [row for row in rows if row.uid not in self._known]
        if missing or is_first_look:
            with _exclusive_lock(self.path):
                self._catch_up()
                self._append([row for row in rows if row.uid not in self._known])
        self._stored.update(row.uid for row in rows)
        # An older database was put in place without `restore`: names that were removed since would be published.
        if is_first_look and self._known - self._stored:
            raise UnusableJournal(
                "it has removals that the database lacks, so an older database was put in place: run "
                "`manage.py replay_removals` to repeat them"
            )
        if is_first_look:
            self._compared_at = now
        self._note_settled_rows(rows, now)
        SiteState.objects.filter(pk=1, journal_written__lt=len(self._stored)).update(journal_written=len(self._stored))

    def _note_settled_rows(self, rows: list[Removal], now: float) -> None:
        """Compare no longer the rows up to a number that was seen LONGEST_TRANSACTION ago."""
        if rows:
            self._seen.append((now, rows[-1].pk))
        while self._seen and now - self._seen[0][0] > LONGEST_TRANSACTION:
            self._settled = self._seen.pop(0)[1]
        self._seen = [seen for index, seen in enumerate(self._seen) if not index or seen[1] > self._seen[index - 1][1]]

    def _is_as_left(self) -> bool:
        try:
            found = self.path.stat()
        except FileNotFoundError:
            return False
        return stat.S_ISREG(found.st_mode) and found.st_ino == self._inode and found.st_size >= self._position

    def _catch_up(self) -> None:
        """Read new entries of the file; when the worker starts, move a damaged file or another site's aside."""
        try:
            self._read_on()
        except UnusableJournal as error:
            if not self._is_new:
                raise
            aside = move_aside(self.path)
            log.warning("%s: %s. It is now %s, and a new file is written.", self.path, error, aside.name)
            self._forget()
        self._is_new = False

    def _read_on(self) -> None:
        if self.path.exists() and not self.path.is_file():
            raise OSError("it is no file")
        try:
            with self.path.open("r+b") as file:
                self._inode = os.fstat(file.fileno()).st_ino
                file.seek(self._position)
                for line in file:
                    if not line.endswith(b"\n"):  # a worker was killed while it wrote this; the row is in the table
                        file.truncate(self._position)
                        break
                    self._read_line(line)
                    self._position += len(line)
        except FileNotFoundError:
            return

    def _read_line(self, line: bytes) -> None:
        if self._position == 0:
            if decode_header(line) != get_site_id():
                raise UnusableJournal("it is the journal of another site, or of an earlier version of this program")
        elif line.strip():
            try:
                self._known.add(decode_entry(line).uid)
            except ValueError as error:
                raise UnusableJournal(str(error)) from error

    def _append(self, rows: list[Removal]) -> None:
        if self._position == 0:
            write_journal(self.path, rows)
            self._inode, self._position = self.path.stat().st_ino, self.path.stat().st_size
        elif rows:
            content = b"".join(encode_entry(row) for row in rows)
            handle = os.open(self.path, os.O_WRONLY | os.O_APPEND)
            try:
                if os.write(handle, content) != len(content):
                    raise OSError("the disk is full")
                os.fsync(handle)
            finally:
                os.close(handle)
            self._position += len(content)
        self._known.update(row.uid for row in rows)


def write_journal(path: Path, rows: list[Removal]) -> None:
    """Write a journal file with these rows; a kill or a power cut leaves it complete, or as it was."""
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    part = path.with_name(f"{path.name}.part")
    try:
        with os.fdopen(os.open(part, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as file:
            file.write(encode_header(get_site_id()))
            file.writelines(encode_entry(row) for row in rows)
            file.flush()
            os.fsync(file.fileno())
        part.replace(path)
    finally:
        part.unlink(missing_ok=True)
    fsync_folder(path.parent)


def fsync_folder(folder: Path) -> None:
    """Make files that were created or renamed in `folder` survive a power cut."""
    # fsync of a file writes its content; its name is in the folder, which needs an fsync of its own (POSIX).
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def move_aside(path: Path) -> Path:
    """Rename the file, so that nothing is lost, and return its new path."""
    number = 1
    while (aside := path.with_name(f"{path.name}.aside-{number}")).exists():
        number += 1
    path.replace(aside)
    return aside


def describe_reason(error: Exception) -> str:
    """Return in a few words why the journal file cannot be used."""
    return str(error.strerror or error) if isinstance(error, OSError) else str(error)


@contextmanager
def _exclusive_lock(path: Path) -> Iterator[None]:
    """Keep other processes from writing the file within the block; a killed process loses its lock."""
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    with path.with_name("removals.lock").open("ab") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def is_behind(*, at: datetime) -> bool:
    """Return whether a removal is late in the file, or a worker cannot write its file."""
    state = SiteState.objects.filter(pk=1).first()
    if state and state.journal_failed_at and at - state.journal_failed_at <= FAILED_WITHIN:
        return True
    overdue = Removal.objects.filter(stored_at__lt=Now() - GRACE).count()
    return overdue > (state.journal_written if state else 0)


def is_writable() -> bool:
    """Return whether the file of this DATA_DIR could be written now, without writing anything."""
    path = removal_journal.get_journal_path()
    folder = next(parent for parent in path.parents if parent.exists())
    is_ours = folder.is_dir() and os.access(folder, os.W_OK | os.X_OK)
    return is_ours and (not path.exists() or (path.is_file() and os.access(path, os.R_OK | os.W_OK)))


def find_problem(*, at: datetime) -> str | None:
    """Return what is wrong with the journal, as a sentence; None if nothing is."""
    if settings.ROLE != "public" and not is_writable():
        return (
            f"The removal journal {removal_journal.get_journal_path()} cannot be written: a backup restored later "
            "would publish names that were removed."
        )
    if is_behind(at=at):
        return "The removal journal is not up to date: a backup restored now would publish names that were removed."
    return None
