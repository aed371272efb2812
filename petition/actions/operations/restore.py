"""A backup is put in place of the database, and what was removed since it was taken is removed again.

Until that is done a table marks the database (`RESTORE_MARKER`), and no process publishes a list from it: a restore
that is killed half-way shows no name.
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
from django.db import DatabaseError, connection, connections, models, transaction

from petition.actions.audit import Actor, record_of
from petition.actions.operations import (
    backup as backups,
    journal_file,
    removal_journal,
    replay as removals,
    retention,
    running_processes,
)
from petition.actions.operations.backup import About, NotDone, Tell
from petition.actions.operations.removal_journal import Journal, NotAJournal
from petition.actions.operations.replay import Replayed
from petition.models import Appeal, AuditEvent, Removal, SiteState, triggers
from petition.models.site_state import RESTORE_MARKER
from petition.security import encrypted_files

_FILLED: Final[tuple[type[models.Model], ...]] = (Appeal, AuditEvent, User)
"""Where none of these tables has a row, nothing can be lost."""


@dataclass(frozen=True)
class Order:
    """What the operator asks for. `journal` None: that of this DATA_DIR."""

    backup: Path
    journal: Path | None
    without_journal: bool
    replace: bool
    private_keys: tuple[str, ...]


def restore(order: Order, *, by: Actor, at: datetime, migrate: Callable[[], None], tell: Tell) -> Replayed | None:
    """The database is that of the backup, migrated, without what was removed since; return what was removed again.

    Without a journal nothing is removed; None is returned, and no list is published until somebody has checked.
    Raises NotDone, NotAJournal, CannotRead, OSError; then the database is what it was, or publishes no list.
    """
    try:
        with running_processes.exclusive():
            if not order.replace and _holds_something():
                raise NotDone(
                    "The database is not empty, and a restore replaces all of it: back it up, then add --replace."
                )
            backups.clear_leftovers()
            with backups.under_way(), _plain(order, tell) as (about, plain):
                journal = None if order.without_journal else _journal_for(order, about)
                revisions = _present_revisions()
                _put_back(plain)
                result = _finish(journal, by=by, at=at, migrate=migrate)
                _raise_revisions(revisions)
                _unmark()
                return result
    except running_processes.InUse as error:
        raise NotDone("The site is running: stop web and worker first, then run this command again.") from error


def _finish(journal: Journal | None, *, by: Actor, at: datetime, migrate: Callable[[], None]) -> Replayed | None:
    migrate()
    result = None
    if journal is None:
        if removal_journal.journal().exists():
            journal_file.move_aside(removal_journal.journal())
        _hold_list_back(by=by, at=at)
    else:
        result = removals.replay(journal, by=by, at=at)
        _take_over_site(journal)
    while retention.erase_unconfirmed(at=at):
        pass
    rmtree(settings.DATA_DIR / "exports", ignore_errors=True)  # their revisions are given out again
    journal_file.JournalFile().write()
    return result


@transaction.atomic
def _hold_list_back(*, by: Actor, at: datetime) -> None:
    SiteState.objects.update_or_create(pk=1, defaults={"list_held_back": True})
    record_of("sitestate", None, "hold_list", by=by, at=at)


@transaction.atomic
def publish_list(*, by: Actor, at: datetime) -> bool:
    """The list is published again, since `by` has checked what was removed; False if it was not held back."""
    if not SiteState.objects.filter(pk=1, list_held_back=True).update(list_held_back=False):
        return False
    record_of("sitestate", None, "publish_list", by=by, at=at)
    return True


def replay(
    file: Path, private_keys: Iterable[str], *, by: Actor, at: datetime, tell: Callable[[int, int], None]
) -> Replayed:
    """Remove again in the present database what the journal knows; for a database put in place by other means.

    Raises NotAJournal, CannotRead, OSError.
    """
    journal = removal_journal.read(file, private_keys)
    if journal.site and journal.site != removal_journal.site_id():
        raise NotAJournal(_OF_ANOTHER_SITE.format(file))
    return removals.replay(journal, by=by, at=at, tell=tell)


_OF_ANOTHER_SITE = "{} is the journal of removals of another site: name that of this one with --journal."


def _journal_for(order: Order, about: About | None) -> Journal:
    """The journal to go by. Raises NotDone where there is none, or one that cannot be it; NotAJournal."""
    file = order.journal or removal_journal.journal()
    if not file.exists():
        raise NotDone(
            f"There is no journal of removals at {file}: without it, names that were removed would be published "
            "again. Name the newest copy of it with --journal. If there is none at all, --without-journal restores "
            "without any list, until an administrator has checked it."
        )
    journal = removal_journal.read(file, order.private_keys)
    if about is None:
        return journal
    if journal.site != about.site:
        raise NotAJournal(_OF_ANOTHER_SITE.format(file))
    known = {str(removal.uid) for removal in journal.removals}
    if about.last_removal and about.last_removal not in known:
        raise NotAJournal(f"{file} is older than the backup: name a newer copy of the journal with --journal.")
    journal.removals += [row for row in _present_removals(about.site) if str(row.uid) not in known]
    return journal


def _present_removals(site: str) -> list[Removal]:
    """What the database that is about to be replaced knows, if it is of the same site and can be read."""
    try:
        if SiteState.objects.filter(pk=1, journal_id=site).exists():
            return list(Removal.objects.order_by("pk"))
    except DatabaseError:
        connections.close_all()
    return []


def _present_revisions() -> dict[str, int]:
    try:
        if Appeal._meta.db_table in connection.introspection.table_names():
            return dict(Appeal.objects.values_list("slug", "revision"))
    except DatabaseError:
        connections.close_all()
    return {}


def _raise_revisions(before: dict[str, int]) -> None:
    """No revision is given out twice: files of exports are found by it, in whichever folder."""
    for slug, revision in before.items():
        Appeal.objects.filter(slug=slug, revision__lte=revision).update(revision=revision + 1)


def _take_over_site(journal: Journal) -> None:
    """A backup from before there were journals belongs to the site whose journal was applied to it."""
    if journal.site and journal.site != removal_journal.site_id():
        SiteState.objects.filter(pk=1).update(journal_id=journal.site)


def _holds_something() -> bool:
    try:
        tables = set(connection.introspection.table_names())
        return any(model._meta.db_table in tables and model._base_manager.exists() for model in _FILLED)
    except DatabaseError:
        if connection.vendor == "postgresql":
            raise
        return True  # the file is damaged, or no database: somebody should look


@contextmanager
def _plain(order: Order, tell: Tell) -> Iterator[tuple[About | None, Path]]:
    """What the backup says about itself, and the database in it, decrypted, as long as the block lasts."""
    place = backups.working_place()
    try:
        source = order.backup.open("rb")
    except OSError as error:
        raise NotDone(
            f"{order.backup} cannot be read ({error.strerror}): name a file that `manage.py backup` wrote."
        ) from error
    with source, tempfile.TemporaryDirectory(dir=place, prefix=backups.RESTORE) as folder:
        plain = Path(folder) / "database"
        with os.fdopen(os.open(plain, os.O_WRONLY | os.O_CREAT, 0o600), "wb") as out:
            chunks = encrypted_files.opened(source, order.private_keys)
            about, first = About.before(next(chunks))
            out.write(first)
            done = len(first)
            for chunk in chunks:
                out.write(chunk)
                done += len(chunk)
                tell(done)
            out.flush()
            os.fsync(out.fileno())
        if about and about.database != connection.vendor:
            raise NotDone(f"This backup is of {about.database}, and DATABASE_URL names {connection.vendor}.")
        yield about, plain


def _put_back(plain: Path) -> None:
    """The database is what `plain` holds, and is marked. A kill before that leaves it as it was, or marked as well."""
    connections.close_all()
    if connection.vendor == "sqlite":
        _mark_file(plain)
        place = Path(connection.settings_dict["NAME"])
        for journal in ("-wal", "-shm"):
            place.with_name(place.name + journal).unlink(missing_ok=True)
        plain.replace(place)
        journal_file.sync_folder(place.parent)
        return
    with connection.cursor() as cursor:
        cursor.execute(f"CREATE TABLE IF NOT EXISTS {RESTORE_MARKER} ()")
    command = ["pg_restore", "--clean", "--if-exists", "--no-owner", "--single-transaction"]
    try:
        with backups.program([*command, f"--dbname={connection.settings_dict['NAME']}", str(plain)]):
            pass
    except NotDone:
        _unmark()  # it was one transaction: nothing has changed
        raise
    triggers.install(connection)


def _unmark() -> None:
    with connection.cursor() as cursor:
        cursor.execute(f"DROP TABLE IF EXISTS {RESTORE_MARKER}")


_DAMAGED = "The database in this backup is damaged: take an older one."


def _mark_file(plain: Path) -> None:
    found = connection.copy("restored")  # with Django's own functions, which our constraints call
    found.settings_dict["NAME"] = str(plain)
    try:
        with found.cursor() as cursor:
            cursor.execute("PRAGMA integrity_check")
            if cursor.fetchone() != ("ok",):
                raise NotDone(_DAMAGED)
            cursor.execute(f"CREATE TABLE IF NOT EXISTS {RESTORE_MARKER} (id integer)")
            cursor.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    except DatabaseError as error:
        raise NotDone(_DAMAGED) from error
    finally:
        found.close()
