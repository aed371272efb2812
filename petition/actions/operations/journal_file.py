"""The worker's file of the journal of removals: every row of the table is in it within a second, on disk (fsync).

Each DATA_DIR has a file of its own that is complete, whichever worker writes it and whenever it began: rows are told
apart by their `uid`, so what one file lacks is found by comparing, and no process depends on the folder of another.
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
from petition.actions.operations.removal_journal import NotAJournal, first_line, line, removal_in, site_id, site_in
from petition.models import Removal, SiteState

log = logging.getLogger(__name__)
GRACE: Final = timedelta(seconds=10)
"""A row that is older than this and in no file is overdue."""
FAILED_WITHIN: Final = timedelta(seconds=60)
LONGEST_TRANSACTION: Final = 600
"""Seconds. On PostgreSQL a row can become visible after rows with a higher number: so long all of them are compared."""
_COMPARE_ALL: Final = 3600
_REPORT_EVERY: Final = 15


class JournalFile:
    """The file of this DATA_DIR, as one worker writes it."""

    def __init__(self) -> None:
        self.path = removal_journal.journal()
        self._is_new = True
        self._reported_at = 0.0
        self._failing = False
        self._forget()

    def _forget(self) -> None:
        """Everything is read and compared anew."""
        self._inode, self._position = 0, 0
        self._known: set[UUID] = set()
        self._stored: set[UUID] = set()
        self._settled = 0
        self._seen: list[tuple[float, int]] = []
        self._compared_at = 0.0

    def tend(self, *, at: datetime) -> None:
        """Write what is new; if that fails, log it and have /readyz fail, while the worker goes on."""
        try:
            self.write()
        except (OSError, NotAJournal) as error:
            now = time.monotonic()
            if not self._failing or now - self._reported_at >= _REPORT_EVERY:
                log.error("The journal of removals %s cannot be written: %s", self.path, reason_of(error))
                SiteState.objects.update_or_create(pk=1, defaults={"journal_failed_at": at})
                self._failing, self._reported_at = True, now
        else:
            if self._failing:
                SiteState.objects.filter(pk=1).update(journal_failed_at=None)
                self._failing = False

    def write(self) -> None:
        """Append every row of the table that is not in the file. Raises OSError, NotAJournal."""
        now = time.monotonic()
        if now - self._compared_at > _COMPARE_ALL or not self._is_as_left():
            self._forget()
        rows = list(Removal.objects.filter(pk__gt=self._settled).order_by("pk"))
        is_first_look = self._position == 0
        missing = [row for row in rows if row.uid not in self._known]
        if missing or is_first_look:
            with _alone(self.path):
                self._catch_up()
                self._append([row for row in rows if row.uid not in self._known])
        self._stored.update(row.uid for row in rows)
        if is_first_look and self._known - self._stored:
            raise NotAJournal(
                "it knows removals that the database does not, so an older database has been put in place: run "
                "`manage.py replay_removals`, which removes them again"
            )
        if is_first_look:
            self._compared_at = now
        self._remember(rows, now)
        SiteState.objects.filter(pk=1, journal_written__lt=len(self._stored)).update(journal_written=len(self._stored))

    def _remember(self, rows: list[Removal], now: float) -> None:
        """Rows that were there a long transaction ago need no second look."""
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
        """Learn what the file holds; what is another site's or damaged is moved aside when the worker starts."""
        try:
            self._read_on()
        except NotAJournal as error:
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
                for text in file:
                    if not text.endswith(b"\n"):  # a worker was killed while it wrote this; the row is in the table
                        file.truncate(self._position)
                        break
                    self._learn(text)
                    self._position += len(text)
        except FileNotFoundError:
            return

    def _learn(self, text: bytes) -> None:
        if self._position == 0:
            if site_in(text) != site_id():
                raise NotAJournal("it is the journal of another site, or of an earlier version of this program")
        elif text.strip():
            try:
                self._known.add(removal_in(text).uid)
            except ValueError as error:
                raise NotAJournal(str(error)) from error

    def _append(self, rows: list[Removal]) -> None:
        if self._position == 0:
            write_whole(self.path, rows)
            self._inode, self._position = self.path.stat().st_ino, self.path.stat().st_size
        elif rows:
            content = b"".join(line(row) for row in rows)
            handle = os.open(self.path, os.O_WRONLY | os.O_APPEND)
            try:
                if os.write(handle, content) != len(content):
                    raise OSError("the disk is full")
                os.fsync(handle)
            finally:
                os.close(handle)
            self._position += len(content)
        self._known.update(row.uid for row in rows)


def write_whole(path: Path, rows: list[Removal]) -> None:
    """Make `path` a journal with these rows, in one step: it is there whole or not at all."""
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    part = path.with_name(f"{path.name}.part")
    try:
        with os.fdopen(os.open(part, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as file:
            file.write(first_line(site_id()))
            file.writelines(line(row) for row in rows)
            file.flush()
            os.fsync(file.fileno())
        part.replace(path)
    finally:
        part.unlink(missing_ok=True)
    sync_folder(path.parent)


def sync_folder(folder: Path) -> None:
    """A file that was made or renamed in `folder` is there after a power cut as well."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def move_aside(path: Path) -> Path:
    """Rename the file, so that nothing is lost, and return its new name."""
    number = 1
    while (aside := path.with_name(f"{path.name}.aside-{number}")).exists():
        number += 1
    path.replace(aside)
    return aside


def reason_of(error: Exception) -> str:
    """Return in a few words why the file cannot be used."""
    return str(error.strerror or error) if isinstance(error, OSError) else str(error)


@contextmanager
def _alone(path: Path) -> Iterator[None]:
    """No other process writes the file meanwhile. A process that is killed lets go."""
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    with path.with_name("removals.lock").open("ab") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def is_behind(*, at: datetime) -> bool:
    """Whether a removal is in no worker's file although it should be, or a worker cannot write its file."""
    state = SiteState.objects.filter(pk=1).first()
    if state and state.journal_failed_at and at - state.journal_failed_at <= FAILED_WITHIN:
        return True
    overdue = Removal.objects.filter(stored_at__lt=Now() - GRACE).count()
    return overdue > (state.journal_written if state else 0)


def can_be_written() -> bool:
    """Whether the file of this DATA_DIR could be written now; nothing is written to find out."""
    path = removal_journal.journal()
    folder = next(parent for parent in path.parents if parent.exists())
    is_ours = folder.is_dir() and os.access(folder, os.W_OK | os.X_OK)
    return is_ours and (not path.exists() or (path.is_file() and os.access(path, os.R_OK | os.W_OK)))


def problem(*, at: datetime) -> str | None:
    """Return what is wrong with the journal, as a sentence; None if nothing is."""
    if settings.ROLE != "public" and not can_be_written():
        return (
            f"The journal of removals {removal_journal.journal()} cannot be written: a backup restored later would "
            "show names that were removed."
        )
    if is_behind(at=at):
        return "Removals are missing in the journal of removals: a backup restored now would show their names."
    return None
