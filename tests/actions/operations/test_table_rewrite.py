"""On PostgreSQL nothing that was erased can be read in the database's files after they were rewritten."""

import threading
import time
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta

import psycopg
import pytest
from django.core.management import CommandError, call_command
from django.db import connection, transaction

from petition.actions.moderation import decisions
from petition.actions.operations import retention, table_rewrite
from petition.models import Endorsement, Kind, SiteState
from petition.reference import clock
from tests import factories
from tests.factories import MODERATOR, NOON, SLUG

pytestmark = [pytest.mark.long, pytest.mark.both_databases]

ERASED = [f"Erased Fund Qx{number}z" for number in range(30)]
HIDDEN = "Hidden Fund Qx77z"
QUIET = NOON.replace(hour=table_rewrite.QUIET_HOUR)
TABLES = {"petition_endorsement", "petition_signatory"}
HOUR, DAY = timedelta(hours=1), timedelta(days=1)
only_postgresql = pytest.mark.skipif(connection.vendor != "postgresql", reason="it reads PostgreSQL's own files")


def files_with(*words: str) -> set[str]:
    """Return the tables, indexes and TOAST tables whose file on disk contains one of the words."""
    with connection.cursor() as cursor:
        cursor.execute("CHECKPOINT")  # what is in memory is on disk
        cursor.execute(
            """
            SELECT DISTINCT relname FROM pg_class, unnest(%s::text[]) AS word
            WHERE pg_relation_filepath(oid) IS NOT NULL AND NOT relisshared AND relkind IN ('r', 'i', 't')
            AND position(convert_to(word, 'UTF8') IN pg_read_binary_file(pg_relation_filepath(oid))) > 0
            """,
            [list(words)],
        )
        return {name for (name,) in cursor.fetchall()}


def wait_for_older_sessions() -> None:
    """Wait until no other session can still see rows that are erased by now: VACUUM keeps those.

    Such are sessions in this database, of which autovacuum's is one while it samples a table, and those that write in
    any database of the server: VACUUM FULL takes a snapshot, and keeps what was there when the oldest of them began.
    A test of the other pytest process is one transaction, so this waits for as long as a test may take.
    """
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_current_xact_id()::xid::text")
        (now,) = cursor.fetchone()
        for _ in range(3000):
            cursor.execute(
                """
                SELECT pid, datname, backend_type, state, query FROM pg_stat_activity
                WHERE pid <> pg_backend_pid() AND (
                    age(backend_xid) > age(%s::xid)
                    OR age(backend_xmin) >= age(%s::xid) AND (datname = current_database() OR datname IS NULL)
                )
                """,
                [now, now],
            )
            if not (older := cursor.fetchall()):
                return
            time.sleep(0.1)
    raise AssertionError(f"older sessions did not end within five minutes: {older}")


def list_files_left_after(rewrite: Callable[[int], None]) -> set[str]:
    """The files that still have something erased in them. Autovacuum may start just after it was waited for, so like
    the worker this tries again the next night, three times at most."""
    left: set[str] = set()
    for night in range(3):
        wait_for_older_sessions()
        rewrite(night)
        if not (left := files_with(*ERASED, HIDDEN)):
            break
    return left


def run_worker(at: datetime) -> None:
    with clock.freeze(at):
        call_command("worker", "--once")


def list_planner_samples() -> set[str]:
    """Return the names that PostgreSQL keeps as samples of the column."""
    with connection.cursor() as cursor:
        cursor.execute(
            """
            SELECT unnest(array_cat(most_common_vals::text::text[], histogram_bounds::text::text[])) FROM pg_stats
            WHERE tablename = 'petition_endorsement' AND attname = 'organisation_name'
            """
        )
        return {name for (name,) in cursor.fetchall()}


@pytest.fixture
def erased(committed: None) -> Iterator[None]:
    """Thirty that nobody confirmed and one that was hidden, erased; the planner had looked at them before."""
    appeal = factories.an_appeal()
    for name in ERASED:
        factories.mails_left(factories.submitted(appeal, organisation_name=name)[0])
    factories.approved(appeal, organisation_name=HIDDEN)
    with connection.cursor() as cursor:
        # Otherwise autovacuum may replace the samples, or free the bytes, before a test looks at them.
        for table in TABLES:
            cursor.execute(f"ALTER TABLE {table} SET (autovacuum_enabled = false)")
        cursor.execute("ANALYZE petition_endorsement")
    decisions.hide(SLUG, Kind.FURTHER, 1, by=MODERATOR, at=NOON)
    retention.purge(at=NOON + timedelta(days=8))
    assert not Endorsement.objects.filter(state="submitted").exists()
    SiteState.objects.get_or_create(pk=1)
    yield
    with connection.cursor() as cursor:
        for table in TABLES:
            cursor.execute(f"ALTER TABLE {table} RESET (autovacuum_enabled)")


@only_postgresql
@pytest.mark.usefixtures("erased")
def test_the_worker_removes_erased_values_from_all_files() -> None:
    """Writes some fifty tables: a second or two."""
    assert files_with(*ERASED, HIDDEN) >= TABLES
    assert list_planner_samples() & {*ERASED, HIDDEN}
    with connection.cursor() as cursor:  # the broken variant: it frees the space, and leaves the bytes there
        cursor.execute("VACUUM (ANALYZE) petition_endorsement")
    assert "petition_endorsement" in files_with(*ERASED, HIDDEN)
    assert list_files_left_after(lambda night: run_worker(QUIET + night * DAY)) == set()
    assert not list_planner_samples() & {*ERASED, HIDDEN}


@only_postgresql
@pytest.mark.usefixtures("committed")
def test_tables_are_rewritten_once_a_day_in_the_quiet_hour_or_when_it_was_missed(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    SiteState.objects.get_or_create(pk=1)
    done: list[bool] = []

    def rewrite_one(table: str) -> bool:
        done.append(True)
        return True

    monkeypatch.setattr(table_rewrite, "_rewrite_one", rewrite_one)

    def times(*hours: float) -> list[int]:
        counted = []
        for hour in hours:
            before = len(done)
            table_rewrite.rewrite_tables_if_due(at=QUIET + hour * HOUR)
            counted.append(int(len(done) > before))
        return counted

    assert times(0, 0.5, 12, 23.9, 24, 24.5, 47) == [1, 0, 0, 0, 1, 0, 0]
    assert times(24 + 35.9, 24 + 36) == [0, 1]


@only_postgresql
@pytest.mark.usefixtures("erased")
def test_a_locked_table_is_skipped_and_tried_again_in_an_hour(caplog: pytest.LogCaptureFixture) -> None:
    """Waits a second for its lock, as set."""
    held, go = threading.Event(), threading.Event()

    def hold() -> None:
        with psycopg.connect(**connection.get_connection_params() | {"cursor_factory": None}) as other:
            other.execute("LOCK TABLE petition_endorsement IN ACCESS SHARE MODE")
            held.set()
            go.wait(60)

    thread = threading.Thread(target=hold)
    thread.start()
    assert held.wait(60)
    try:
        table_rewrite.rewrite_tables_if_due(at=QUIET)
    finally:
        go.set()
        thread.join()
    assert "petition_endorsement was not rewritten (LockNotAvailable)" in caplog.text
    assert files_with(*ERASED) & {"petition_endorsement"}
    nights = (QUIET + HOUR, QUIET + DAY, QUIET + 2 * DAY)  # each of them is due
    assert list_files_left_after(lambda night: table_rewrite.rewrite_tables_if_due(at=nights[night])) == set()
    with connection.cursor() as cursor:
        cursor.execute("SHOW lock_timeout")
        assert cursor.fetchone() != ("1s",)


@only_postgresql
@pytest.mark.usefixtures("committed")
def test_a_large_or_slow_table_is_vacuumed_and_missing_rights_are_logged(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    for limit in ("_MOST_SECONDS", "MOST_BYTES"):
        with monkeypatch.context() as patched:
            patched.setattr(table_rewrite, limit, 0.001)
            caplog.clear()
            assert table_rewrite.rewrite_tables()
        assert "petition_endorsement is too large" in caplog.text
    with connection.cursor() as cursor:
        cursor.execute("DROP ROLE IF EXISTS made_up_reader")
        cursor.execute("CREATE ROLE made_up_reader")
        cursor.execute("SET ROLE made_up_reader")
    try:
        assert table_rewrite.rewrite_tables()
    finally:
        with connection.cursor() as cursor:
            cursor.execute("RESET ROLE")
            cursor.execute("DROP ROLE made_up_reader")
    (message,) = [record.getMessage() for record in caplog.records if "may not vacuum" in record.getMessage()]
    assert "as the login that owns them" in message


@only_postgresql
@pytest.mark.usefixtures("committed")
def test_a_worker_that_does_not_own_the_tables_warns_only_when_nobody_else_rewrote_them(
    caplog: pytest.LogCaptureFixture,
) -> None:
    SiteState.objects.get_or_create(pk=1)
    with clock.freeze(QUIET):
        call_command("rewrite_tables")
    with connection.cursor() as cursor:
        cursor.execute("CREATE ROLE made_up_worker")
        cursor.execute("GRANT SELECT, UPDATE ON petition_sitestate TO made_up_worker")
        cursor.execute("SET ROLE made_up_worker")
    try:
        warned = []
        for hours in (12.5, 24, 35.9, 36, 48):
            caplog.clear()
            table_rewrite.rewrite_tables_if_due(at=QUIET + hours * HOUR)
            warned.append("rewrite_tables` once a day as the login" in caplog.text)
        with pytest.raises(CommandError, match="run this as the owner of the database"):
            call_command("rewrite_tables")
    finally:
        with connection.cursor() as cursor:
            cursor.execute("RESET ROLE")
            cursor.execute("DROP OWNED BY made_up_worker")
            cursor.execute("DROP ROLE made_up_worker")
    assert warned == [False, False, False, True, False]


def test_it_does_nothing_inside_a_transaction_or_on_sqlite(db: None) -> None:
    SiteState.objects.get_or_create(pk=1)
    with transaction.atomic():
        table_rewrite.rewrite_tables_if_due(at=QUIET)
    assert SiteState.objects.get().tables_rewritten_at is None
