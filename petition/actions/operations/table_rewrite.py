"""Rewrite PostgreSQL's tables once a day, so that no erased value stays in their files.

README says what stays in the write-ahead log, on free blocks of the disk and in backups.
"""
# PostgreSQL leaves the bytes of a deleted or changed row where they were, and VACUUM only marks them as free: measured,
# the last rows of a page, their index entries and values in TOAST tables can still be read in the file. VACUUM FULL
# writes the remaining rows to a new file and rebuilds the indexes. It locks the table meanwhile, so it runs at night
# and only where it takes a moment. ANALYZE and rewriting pg_statistic remove the sample values that the planner keeps.
# A row is copied once more, and goes the next night, while an older transaction can still see it: one of this database,
# or one that writes in any database of the server.

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from typing import Final

from django.apps import apps
from django.db import DatabaseError, OperationalError, connection
from django.db.models import Q

from petition.models import AppealText, AuditEvent, Demand, Edition, SiteState

QUIET_HOUR: Final = 22  # UTC: 4 in the morning in Bishkek, 23 or 24 o'clock in most of Europe
MOST_BYTES: Final = 32 * 2**20  # about 70,000 endorsements; a larger table is only vacuumed
RETRY: Final = timedelta(hours=1)
_NEVER_ERASED: Final = {AppealText, AuditEvent, Demand, Edition}  # triggers refuse it
_STATISTICS: Final = "pg_catalog.pg_statistic"
_LOCK_SECONDS: Final = 1  # how long visitors may wait while this waits for the table's lock
_MOST_SECONDS: Final = 5  # and how long while the table is rewritten
_CANCELLED: Final = "57014"  # SQLSTATE query_canceled: it took longer
log = logging.getLogger(__name__)


def rewrite_tables_if_due(*, at: datetime) -> None:
    """Rewrite all tables if that is due: once a day in QUIET_HOUR, or when it was missed for a day and a half.

    A login that does not own them only warns when it was missed: `manage.py rewrite_tables` is for the owner. Does
    nothing on SQLite, which overwrites what is erased (`secure_delete`).
    """
    if connection.vendor != "postgresql" or connection.in_atomic_block:
        return
    is_quiet = at.hour == QUIET_HOUR and not find_foreign_tables()
    if not _claim(at=at, after=timedelta(hours=12 if is_quiet else 36)):
        return
    done = False
    try:
        done = rewrite_tables()
    finally:
        if not done:
            SiteState.objects.filter(pk=1).update(tables_rewritten_at=at - timedelta(hours=36) + RETRY)


def rewrite_tables_now(*, at: datetime) -> bool:
    """Rewrite all tables and note when; return False if one has to be tried again. For the login that owns them."""
    done = rewrite_tables()
    if done:
        SiteState.objects.filter(pk=1).update(tables_rewritten_at=at)
    return done


def _claim(*, at: datetime, after: timedelta) -> bool:
    """Return whether the last rewrite was so long ago; of several workers only one gets True."""
    due = Q(tables_rewritten_at=None) | Q(tables_rewritten_at__lte=at - after)
    return bool(SiteState.objects.filter(due, pk=1).update(tables_rewritten_at=at))


def rewrite_tables() -> bool:
    """Rewrite all tables in which anything is ever erased; return False if one has to be tried again."""
    if forbidden := find_foreign_tables():
        log.warning(
            "The database login may not vacuum %s tables (such as %s), so erased values stay in their files: run "
            "`manage.py rewrite_tables` once a day as the login that owns them.",
            len(forbidden),
            forbidden[0],
        )
    done = [_rewrite_one(table) for table in (*_tables(), _STATISTICS) if table not in forbidden]
    return all(done)


def _rewrite_one(table: str) -> bool:
    """Rewrite the table, or vacuum it where that would take too long; return False if neither was possible."""
    name = ".".join(connection.ops.quote_name(part) for part in table.split("."))
    analyze = "" if table == _STATISTICS else ", ANALYZE"
    try:
        if _get_size(name) <= MOST_BYTES and _run_in_time(f"VACUUM (FULL{analyze}) {name}"):
            return True
        with _timeouts(0), connection.cursor() as cursor:
            cursor.execute(f"VACUUM (ANALYZE) {name}")
    except DatabaseError as error:  # locked by another session, or the disk is full: nothing was changed
        log.warning("The table %s was not rewritten (%s); it is tried again.", table, type(error.__cause__).__name__)
        return False
    log.info("The table %s is too large to be rewritten while the site runs: it was vacuumed.", table)
    return True


def _get_size(name: str) -> int:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_table_size(%s::regclass)", [name])
        return int(cursor.fetchone()[0])


def _run_in_time(statement: str) -> bool:
    """Run the statement; return False, with nothing changed, if it takes longer than _MOST_SECONDS."""
    try:
        with _timeouts(_MOST_SECONDS), connection.cursor() as cursor:
            cursor.execute(statement)
    except OperationalError as error:
        if getattr(error.__cause__, "sqlstate", "") == _CANCELLED:
            return False
        raise
    return True


@contextmanager
def _timeouts(most_seconds: int) -> Iterator[None]:
    """Limit within the block the wait for locks and, unless 0, the time of each statement."""
    with connection.cursor() as cursor:
        cursor.execute(f"SET lock_timeout = '{_LOCK_SECONDS}s'")
        cursor.execute(f"SET statement_timeout = '{most_seconds}s'")
    try:
        yield
    finally:
        with connection.cursor() as cursor:
            cursor.execute("RESET lock_timeout")
            cursor.execute("RESET statement_timeout")


def _tables() -> list[str]:
    models = apps.get_models(include_auto_created=True)
    return sorted(model._meta.db_table for model in models if model._meta.managed and model not in _NEVER_ERASED)


def find_foreign_tables() -> list[str]:
    """Return the tables that this login may not vacuum: PostgreSQL would only say so in a notice and do nothing."""
    with connection.cursor() as cursor:
        cursor.execute(
            """
            SELECT name FROM unnest(%s::text[]) AS name JOIN pg_class ON pg_class.oid = name::regclass
            WHERE NOT pg_has_role(relowner, 'USAGE') AND NOT EXISTS (
                SELECT 1 FROM pg_database WHERE datname = current_database() AND pg_has_role(datdba, 'USAGE')
            )
            """,
            [[*_tables(), _STATISTICS]],
        )
        return [name for (name,) in cursor.fetchall()]
