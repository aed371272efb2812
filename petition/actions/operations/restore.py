"""Put a backup in place of the database, and repeat what was removed since it was taken.

Until that is finished a table marks the database (`RESTORE_MARKER`), and no process publishes a list from it: after a
restore that was killed half-way no name is shown.
"""

import os
import tempfile
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from shutil import rmtree
from typing import Final

from django.conf import settings
from django.contrib.auth.models import User
from django.db import DatabaseError, connection, connections, models

from petition.actions.audit import Actor
from petition.actions.operations import (
    backup as backups,
    removal_journal,
    removal_journal_file,
    removal_replay,
    retention,
    running_processes,
)
from petition.actions.operations.backup import BackupHeader, ReportProgress
from petition.actions.operations.held_list import hold_list_back
from petition.actions.operations.removal_journal import RemovalJournal
from petition.actions.operations.removal_replay import ReplayResult
from petition.actions.refusals import BackupFailed, SiteInUse, UnusableJournal
from petition.models import Appeal, AuditEvent, Removal, SiteState
from petition.models.database import triggers
from petition.models.database.held_list import RESTORE_MARKER
from petition.security import encrypted_files

_IN_USE: Final[tuple[type[models.Model], ...]] = (Appeal, AuditEvent, User)
"""If none of these tables has a row, nothing can be lost."""
_OTHER_SITE: Final = "{} is the removal journal of another site: name that of this site with --journal."
_DAMAGED: Final = "The database in this backup is damaged: use an older backup."


@dataclass(frozen=True)
class RestoreRequest:
    """What the operator asks for."""

    backup: Path
    journal: Path | None  # None: that of this DATA_DIR
    without_journal: bool
    replace: bool  # the present database may be lost
    private_keys: tuple[str, ...]


def restore_backup(
    request: RestoreRequest, *, by: Actor, at: datetime, migrate: Callable[[], None], on_progress: ReportProgress
) -> ReplayResult | None:
    """Restore the backup, migrate it, and repeat what was removed since; return what was repeated.

    Without a journal return None: nothing is repeated, and no list is published until a person has checked it.
    Raises BackupFailed, UnusableJournal, CannotDecryptFile, OSError: the database is as it was, or publishes no list.
    """
    try:
        with running_processes.exclusive_database_use():
            if not request.replace and _has_rows():
                raise BackupFailed(
                    "The database is not empty, and a restore replaces all of it: back it up, then repeat this with "
                    "--replace."
                )
            backups.remove_leftovers()
            with backups.protect_working_files(), _decrypt(request, on_progress) as (header, plain):
                journal = None if request.without_journal else _choose_journal(request, header)
                revisions = _read_present_revisions()
                _put_back(plain)
                result = _finish(journal, by=by, at=at, migrate=migrate)
                _raise_revisions(revisions)
                _unmark()
                return result
    except SiteInUse as error:
        raise BackupFailed("The site is running: stop web and worker first, then run this command again.") from error


def _finish(
    journal: RemovalJournal | None, *, by: Actor, at: datetime, migrate: Callable[[], None]
) -> ReplayResult | None:
    migrate()
    result = None
    if journal is None:
        if removal_journal.get_journal_path().exists():
            removal_journal_file.move_aside(removal_journal.get_journal_path())
        hold_list_back(by=by, at=at)
    else:
        result = removal_replay.replay_removals(journal, by=by, at=at)
        _take_over_site_id(journal)
    while retention.erase_unconfirmed(at=at):
        pass
    # Both are found by what the appeal counts, and the restored database counts from an older state.
    for folder in ("exports", "documents"):
        rmtree(settings.DATA_DIR / folder, ignore_errors=True)
    removal_journal_file.RemovalJournalFile().write()
    return result


def replay_journal_file(
    file: Path, private_keys: Iterable[str], *, by: Actor, at: datetime, on_progress: Callable[[int, int], None]
) -> ReplayResult:
    """Repeat in the present database what the journal file has; for a database put in place by other means.

    Raises UnusableJournal, CannotDecryptFile, OSError.
    """
    journal = removal_journal.read_journal(file, private_keys)
    if journal.site and journal.site != removal_journal.get_site_id():
        raise UnusableJournal(_OTHER_SITE.format(file))
    return removal_replay.replay_removals(journal, by=by, at=at, on_progress=on_progress)


def _choose_journal(request: RestoreRequest, header: BackupHeader | None) -> RemovalJournal:
    """Return the removal journal to replay. Raises BackupFailed if there is none; UnusableJournal."""
    file = request.journal or removal_journal.get_journal_path()
    if not file.exists():
        raise BackupFailed(
            f"There is no removal journal at {file}, and without it removed names would be published again: name the "
            "newest copy of it with --journal, or use --without-journal, which publishes no list until an "
            "administrator has checked it."
        )
    journal = removal_journal.read_journal(file, request.private_keys)
    if header is None:
        return journal
    if journal.site != header.site:
        raise UnusableJournal(_OTHER_SITE.format(file))
    known = {str(removal.uid) for removal in journal.removals}
    if header.last_removal and header.last_removal not in known:
        raise UnusableJournal(f"{file} is older than the backup: name a newer copy of the journal with --journal.")
    journal.removals += [row for row in _read_present_removals(header.site) if str(row.uid) not in known]
    return journal


def _read_present_removals(site: str) -> list[Removal]:
    """Return the removals in the database that is to be replaced, if it is of the same site and can be read."""
    try:
        if SiteState.objects.filter(pk=1, journal_id=site).exists():
            return list(Removal.objects.order_by("pk"))
    except DatabaseError:
        connections.close_all()
    return []


def _read_present_revisions() -> dict[str, int]:
    try:
        if Appeal._meta.db_table in connection.introspection.table_names():
            return dict(Appeal.objects.values_list("slug", "revision"))
    except DatabaseError:
        connections.close_all()
    return {}


def _raise_revisions(before: dict[str, int]) -> None:
    """Raise each appeal's revision above that of the replaced database."""
    # No revision may stand for two contents: other processes find exports and cached pages by it.
    for slug, revision in before.items():
        Appeal.objects.filter(slug=slug, revision__lte=revision).update(revision=revision + 1)


def _take_over_site_id(journal: RemovalJournal) -> None:
    """Give a backup of the first version, which has no id, the id of the journal that was replayed on it."""
    if journal.site and journal.site != removal_journal.get_site_id():
        SiteState.objects.filter(pk=1).update(journal_id=journal.site)


def _has_rows() -> bool:
    try:
        tables = set(connection.introspection.table_names())
        return any(model._meta.db_table in tables and model._base_manager.exists() for model in _IN_USE)
    except DatabaseError:
        if connection.vendor == "postgresql":
            raise
        return True  # the file is damaged, or no database: the operator should look before it is replaced


@contextmanager
def _decrypt(request: RestoreRequest, on_progress: ReportProgress) -> Iterator[tuple[BackupHeader | None, Path]]:
    """Decrypt the backup to a file for the length of the block; yield its header and the file."""
    place = backups.get_restore_folder()
    try:
        source = request.backup.open("rb")
    except OSError as error:
        raise BackupFailed(
            f"{request.backup} cannot be read ({error.strerror}): name a file that `manage.py backup` wrote."
        ) from error
    with source, tempfile.TemporaryDirectory(dir=place, prefix=backups.RESTORE) as folder:
        plain = Path(folder) / "database"
        with os.fdopen(os.open(plain, os.O_WRONLY | os.O_CREAT, 0o600), "wb") as out:
            chunks = encrypted_files.decrypt_file(source, request.private_keys)
            header, first = BackupHeader.split_from(next(chunks))
            out.write(first)
            done = len(first)
            for chunk in chunks:
                out.write(chunk)
                done += len(chunk)
                on_progress(done)
            out.flush()
            os.fsync(out.fileno())
        if header and header.database != connection.vendor:
            raise BackupFailed(
                f"This backup is of {header.database}, and DATABASE_URL names {connection.vendor}: set DATABASE_URL to "
                f"a {header.database} database."
            )
        yield header, plain


def _put_back(plain: Path) -> None:
    """Replace the database with that in `plain`, marked; a kill leaves it as it was, or marked as well."""
    connections.close_all()
    if connection.vendor == "sqlite":
        _mark_sqlite_file(plain)
        database = Path(connection.settings_dict["NAME"])
        # SQLite would apply the write-ahead log of the old database to the new file.
        for suffix in ("-wal", "-shm"):
            database.with_name(database.name + suffix).unlink(missing_ok=True)
        plain.replace(database)
        removal_journal_file.fsync_folder(database.parent)
        return
    with connection.cursor() as cursor:
        cursor.execute(f"CREATE TABLE IF NOT EXISTS {RESTORE_MARKER} ()")
    command = ["pg_restore", "--clean", "--if-exists", "--no-owner", "--single-transaction"]
    try:
        with backups.run_postgresql_program([*command, f"--dbname={connection.settings_dict['NAME']}", str(plain)]):
            pass
    except BackupFailed:
        _unmark()  # it was one transaction: nothing has changed
        raise
    triggers.install_triggers(connection)  # pg_restore --clean has replaced the tables, and their triggers with them


def _unmark() -> None:
    with connection.cursor() as cursor:
        cursor.execute(f"DROP TABLE IF EXISTS {RESTORE_MARKER}")


def _mark_sqlite_file(plain: Path) -> None:
    restored = connection.copy("restored")  # with Django's own functions, which our constraints call
    restored.settings_dict["NAME"] = str(plain)
    try:
        with restored.cursor() as cursor:
            cursor.execute("PRAGMA integrity_check")
            if cursor.fetchone() != ("ok",):
                raise BackupFailed(_DAMAGED)
            cursor.execute(f"CREATE TABLE IF NOT EXISTS {RESTORE_MARKER} (id integer)")
            cursor.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    except DatabaseError as error:
        raise BackupFailed(_DAMAGED) from error
    finally:
        restored.close()
