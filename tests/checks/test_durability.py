"""No connection is used on which a power cut could lose what was acknowledged."""

import pytest
from django.db import OperationalError, connection, connections
from django.db.backends.base.base import BaseDatabaseWrapper

from petition.checks.durability import UnsafeDatabase
from petition.management.error_messages import explain_error

pytestmark = [pytest.mark.both_databases, pytest.mark.django_db]
SQLITE = {
    "PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL;": "synchronous=1",
    "PRAGMA journal_mode=WAL; PRAGMA synchronous=OFF;": "synchronous=0",
}
POSTGRESQL = {"-c synchronous_commit=off": "synchronous_commit=off"}
SAFE = {"sqlite": "PRAGMA journal_mode=WAL; PRAGMA synchronous=EXTRA;", "postgresql": "-c synchronous_commit=local"}
OPTION = {"sqlite": "init_command", "postgresql": "options"}


def another_connection(option: str) -> BaseDatabaseWrapper:
    """Return a connection to the same database, not open, with this option instead of the site's."""
    other = connections.create_connection("default")
    other.settings_dict = {
        **connection.settings_dict,
        "OPTIONS": {**connection.settings_dict["OPTIONS"], OPTION[connection.vendor]: option},
    }
    return other


@pytest.mark.parametrize("number", [0, 1])
def test_an_unsafe_connection_is_refused_each_time(number: int) -> None:
    cases = list((SQLITE if connection.vendor == "sqlite" else POSTGRESQL).items())
    option, named = cases[number % len(cases)]
    other = another_connection(option)
    for _ in range(2):  # the second time too: a refused connection is not kept
        with pytest.raises(UnsafeDatabase, match=named) as refused:
            other.ensure_connection()
        assert other.connection is None
    sentence = explain_error(refused.value)
    assert sentence == str(refused.value)
    assert sentence.endswith(".")
    assert "\n" not in sentence
    assert isinstance(refused.value, OperationalError)  # a page answers 503


def test_a_safe_connection_is_used() -> None:
    other = another_connection(SAFE[connection.vendor])
    try:
        with other.cursor() as cursor:
            cursor.execute("SELECT 1")
            assert cursor.fetchone() == (1,)
    finally:
        other.close()
