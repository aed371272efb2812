"""What the public process puts into the intake: one row by one statement."""

import threading
from contextlib import closing
from datetime import timedelta

import pytest
from django.db import (
    DEFAULT_DB_ALIAS,
    IntegrityError,
    InternalError,
    OperationalError,
    connection,
    connections,
    transaction,
)
from django.test.utils import CaptureQueriesContext
from pytest_django import Settings

from petition.actions.intake import post
from petition.actions.refusals import CannotBeOpened
from petition.models import Appeal, IntakeRow
from petition.publishing.cache.site_status import load_status
from petition.security.keys import generate_keys
from tests.actions.intake.sending import BY_HAND, forms, open_site, send
from tests.factories import a_submission
from tests.web.visitor import publish_intake_keys, work

pytestmark = [pytest.mark.both_databases, pytest.mark.django_db]


def test_sending_takes_one_statement(appeal: Appeal) -> None:
    status = open_site()
    for _ in range(2):
        with CaptureQueriesContext(connection) as queries:
            post.post_form(status, appeal, a_submission(), BY_HAND, once="once")
        assert [query["sql"].split()[0] for query in queries] == ["INSERT"]


def test_the_same_form_with_the_same_value_is_one_row(appeal: Appeal) -> None:
    submission = a_submission()
    assert send(appeal, submission, once="a") == send(appeal, submission, once="a")
    assert send(appeal, submission, once="b") != send(appeal, submission, once="a")
    assert IntakeRow.objects.count() == 2
    work()
    assert len(forms()) == 1, "identical forms are one endorsement"
    send(appeal, submission, once="a")
    work()
    assert (IntakeRow.objects.count(), len(forms())) == (2, 1), "also after it was done"


def test_without_a_worker_that_can_open_it_nothing_is_taken_in(appeal: Appeal, settings: Settings) -> None:
    settings.CONTACT_PUBLIC_KEY = generate_keys()["CONTACT_PUBLIC_KEY"]
    publish_intake_keys()
    with pytest.raises(CannotBeOpened):
        post.post_form(load_status(), appeal, a_submission(), BY_HAND, once="")
    assert not IntakeRow.objects.exists()


@pytest.mark.skipif(connection.vendor != "postgresql", reason="there the public process could send a program")
def test_no_row_arrives_before_it_was_inserted(appeal: Appeal) -> None:
    """The phase is that of the arrival, so a statement begun before the closing date must not carry a later form."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT clock_timestamp()")
        (began,) = cursor.fetchone()
        columns = "(id, appeal, key_id, flags, network_bucket, box)"
        row = "(gen_random_uuid(), 1, 'a', 0, '', decode(repeat('00', 304), 'hex'))"
        insert_later = f"PERFORM pg_sleep(0.3); INSERT INTO petition_intakerow {columns} VALUES {row};"
        cursor.execute(f"DO $$ BEGIN {insert_later} END $$")
    assert IntakeRow.objects.get().arrived_at >= began + timedelta(seconds=0.3)


@pytest.mark.parametrize("flags", [-1, 8])
def test_flags_that_no_page_sets_are_not_stored(appeal: Appeal, flags: int) -> None:
    """Rows with negative ones would come before all others."""
    with pytest.raises(IntegrityError), transaction.atomic():
        IntakeRow.objects.create(appeal=appeal.pk, flags=flags, box=bytes(304))


@pytest.mark.skipif(connection.vendor != "postgresql", reason="SQLite has no server that ends a connection")
@pytest.mark.usefixtures("committed")
def test_a_form_is_stored_although_the_database_has_ended_the_connection(appeal: Appeal) -> None:
    """Sending does not ask first whether the connection works."""
    status, submission = open_site(), a_submission()
    for _ in range(2):
        end_connection()
        post.post_form(status, appeal, submission, BY_HAND, once="once")
    assert IntakeRow.objects.count() == 1
    end_connection()
    with pytest.raises(OperationalError):
        IntakeRow.objects.count()  # as every statement without such care
    connection.close()


@pytest.mark.skipif(connection.vendor != "postgresql", reason="SQLite has no connection to ask")
@pytest.mark.usefixtures("committed")
def test_sending_does_not_ask_first_whether_the_connection_works(
    appeal: Appeal, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As at the beginning of a request, when Django would ask before the first statement."""
    status, mine, asked = open_site(), connections[DEFAULT_DB_ALIAS], []

    def is_usable() -> bool:
        asked.append(1)
        return True

    monkeypatch.setattr(mine, "is_usable", is_usable)
    monkeypatch.setattr(mine, "health_check_enabled", True)
    mine.close_if_unusable_or_obsolete()
    post.post_form(status, appeal, a_submission(), BY_HAND, once="once")
    assert asked == []
    mine.close_if_unusable_or_obsolete()
    IntakeRow.objects.count()
    assert asked == [1]


@pytest.mark.skipif(connection.vendor != "postgresql", reason="SQLite has no second server")
@pytest.mark.usefixtures("committed")
def test_a_form_is_stored_although_the_connection_leads_to_the_primary_of_yesterday(appeal: Appeal) -> None:
    """After a failover the old primary answers and refuses to write; a new connection leads to the new one."""
    status = open_site()
    with connection.cursor() as cursor:
        cursor.execute("SET SESSION CHARACTERISTICS AS TRANSACTION READ ONLY")
        with pytest.raises(InternalError):
            cursor.execute("DELETE FROM petition_notice")
    post.post_form(status, appeal, a_submission(), BY_HAND, once="once")
    assert IntakeRow.objects.count() == 1


@pytest.mark.skipif(connection.vendor != "sqlite", reason="PostgreSQL locks rows, not the file")
@pytest.mark.usefixtures("committed")
def test_a_form_waits_while_another_connection_writes(appeal: Appeal, monkeypatch: pytest.MonkeyPatch) -> None:
    """Until the time is over that SQLite itself would wait."""
    status, other = open_site(), connection.copy()
    with closing(other), other.cursor() as cursor:
        cursor.execute("BEGIN IMMEDIATE")
        end = threading.Timer(0.2, cursor.execute, ["ROLLBACK"])
        end.start()
        post.post_form(status, appeal, a_submission(), BY_HAND, once="once")
        end.join()
        assert IntakeRow.objects.count() == 1
        cursor.execute("BEGIN IMMEDIATE")
        monkeypatch.setitem(connection.settings_dict["OPTIONS"], "timeout", 0.1)
        with pytest.raises(OperationalError, match="locked"):
            post.post_form(status, appeal, a_submission(), BY_HAND, once="once")
        cursor.execute("ROLLBACK")
    with connection.cursor() as cursor:
        cursor.execute("PRAGMA busy_timeout")
        assert cursor.fetchone() == (100,)  # for all other statements
        cursor.execute("PRAGMA busy_timeout = 20000")


def end_connection() -> None:
    """End this process's connection, as PostgreSQL does when it restarts."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_backend_pid()")
        (pid,) = cursor.fetchone()
    other = connection.copy()
    with closing(other), other.cursor() as cursor:
        cursor.execute("SELECT pg_terminate_backend(%s, 5000)", [pid])
