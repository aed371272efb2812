"""A web process waits less long for its database than other processes."""

import copy
from collections.abc import Iterator
from typing import Any

import pytest
from django.conf import settings
from django.db import connection
from django.db.utils import ConnectionHandler

from petition.management import web_process

pytestmark = pytest.mark.both_databases

ON_POSTGRESQL = settings.DATABASES["default"]["ENGINE"].endswith("postgresql")


@pytest.fixture
def of_web(db: None, monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    """A connection as a web process opens it, which waits only shortly for a lock."""
    monkeypatch.setattr(web_process, "LOCK_SECONDS", 1)
    database = copy.deepcopy(connection.settings_dict)
    web_process.limit_database_waits(database)
    opened = ConnectionHandler({"default": database})["default"]
    yield opened
    opened.close()


@pytest.mark.skipif(not ON_POSTGRESQL, reason="SQLite has one timeout alone")
def test_on_postgresql_every_wait_of_a_web_process_ends(of_web: Any) -> None:
    """A command waits without a limit."""
    for database, waits in ((of_web, ("1s", "20s", "30s")), (connection, ("0", "0", "0"))):
        with database.cursor() as cursor:
            for name, seconds in zip(("lock", "statement", "idle_in_transaction_session"), waits, strict=True):
                cursor.execute(f"SHOW {name}_timeout")
                assert cursor.fetchone() == (seconds,)
            cursor.execute("SHOW max_parallel_workers_per_gather")
            assert cursor.fetchone() == ("0",)
    assert of_web.connection.info.get_parameters()["tcp_user_timeout"] == "15000"


@pytest.mark.skipif(ON_POSTGRESQL, reason="there the test above says it")
def test_on_sqlite_a_web_process_waits_less_than_a_command(of_web: Any) -> None:
    for database, milliseconds in ((of_web, 1000), (connection, 20_000)):
        with database.cursor() as cursor:
            cursor.execute("PRAGMA busy_timeout")
            assert cursor.fetchone() == (milliseconds,)


def test_a_web_process_waits_at_least_five_seconds_for_a_lock() -> None:
    assert 5 <= web_process.LOCK_SECONDS < web_process.STATEMENT_SECONDS


def test_the_worker_gives_up_on_a_lock_too() -> None:
    database: dict[str, Any] = {"ENGINE": "django.db.backends.postgresql", "OPTIONS": {"options": "-c a=b"}}
    for _ in range(2):
        web_process.limit_lock_waits(database)
    assert database["OPTIONS"] == {"options": "-c a=b -c lock_timeout=10s"}
