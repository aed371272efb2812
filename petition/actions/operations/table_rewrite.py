"""Rewrites PostgreSQL's tables, so that no erased value stays in their files.

PostgreSQL leaves the bytes of a deleted or changed row where they were. VACUUM only frees the room: measured, the last
rows of a page, their index entries and values in TOAST tables can still be read in the file afterwards. VACUUM FULL
writes the rows that are left into a new file and rebuilds the indexes. It locks the table while it does so, hence once
a day, at night, and only where that takes a moment. ANALYZE and the rewriting of pg_statistic remove the sample values
that the planner keeps. An erased row that a transaction begun earlier can still see, that of a backup for example, is
written once more and goes the next night. README says what stays in the write-ahead log, on free blocks of the disk
and in backups.
"""

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
MOST_BYTES: Final = 32 * 2**20  # about 70,000 endorsements; a table that is larger is only vacuumed
RETRY: Final = timedelta(hours=1)
_NEVER_ERASED: Final = {AppealText, AuditEvent, Demand, Edition}  # triggers refuse it
_STATISTICS: Final = "pg_catalog.pg_statistic"
_LOCK_SECONDS: Final = 1  # how long others may wait behind the lock that is asked for
_MOST_SECONDS: Final = 5  # and while a table is written
_CANCELLED: Final = "57014"  # SQLSTATE query_canceled: it took longer
log = logging.getLogger(__name__)


def rewrite_when_due(*, at: datetime) -> None:
    """Rewrite all tables if that is due: once a day in QUIET_HOUR, and whenever it was missed for a day and a half.

    Does nothing on SQLite, which overwrites what is erased (`secure_delete`). One worker of several does it.
    """
    if connection.vendor != "postgresql" or connection.in_atomic_block or not _claim(at=at):
        return
    done = False
    try:
        done = rewrite()
    finally:
        if not done:
            SiteState.objects.filter(pk=1).update(tables_rewritten_at=at - timedelta(hours=36) + RETRY)


def _claim(*, at: datetime) -> bool:
    """Whether it is due and nobody else has begun."""
    hours = 12 if at.hour == QUIET_HOUR else 36
    due = Q(tables_rewritten_at=None) | Q(tables_rewritten_at__lte=at - timedelta(hours=hours))
    return bool(SiteState.objects.filter(due, pk=1).update(tables_rewritten_at=at))


def rewrite() -> bool:
    """Rewrite all tables in which anything is ever erased; False if one has to be tried again."""
    if forbidden := _not_ours():
        log.warning(
            "This database login may not vacuum %s tables (%s is one), so erased values stay in their files: "
            "make it their owner.",
            len(forbidden),
            forbidden[0],
        )
    done = [_rewrite_one(table) for table in (*_tables(), _STATISTICS) if table not in forbidden]
    return all(done)


def _rewrite_one(table: str) -> bool:
    """Whether the table was rewritten or, where that would take too long, vacuumed."""
    name = ".".join(connection.ops.quote_name(part) for part in table.split("."))
    analyze = "" if table == _STATISTICS else ", ANALYZE"
    try:
        if _size(name) <= MOST_BYTES and _in_time(f"VACUUM (FULL{analyze}) {name}"):
            return True
        with _timeouts(0), connection.cursor() as cursor:
            cursor.execute(f"VACUUM (ANALYZE) {name}")
    except DatabaseError as error:  # held by somebody, or the disk is full: nothing was changed
        log.warning("The table %s was not rewritten (%s); it is tried again.", table, type(error.__cause__).__name__)
        return False
    log.info("The table %s is too large to be rewritten while the site runs: it was vacuumed.", table)
    return True


def _size(name: str) -> int:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_table_size(%s::regclass)", [name])
        return int(cursor.fetchone()[0])


def _in_time(statement: str) -> bool:
    """Whether the statement was done within _MOST_SECONDS; if not, it changed nothing."""
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
    """Limit the waiting for locks and, unless 0, the time of each statement; then the connection is as it was."""
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


def _not_ours() -> list[str]:
    """The tables that this login may not vacuum: for those PostgreSQL would say so in a notice and do nothing."""
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
