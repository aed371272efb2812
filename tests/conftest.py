"""Fixtures for all. The database is the real one, with its triggers; time is real unless a test stops it."""

from collections.abc import Iterator

import pytest
from django.contrib.auth import get_user_model
from django.db import connection
from django.test import Client

from petition.management.static_files import collect_if_changed
from petition.models import Appeal
from petition.models.triggers import REFUSALS
from tests import factories


@pytest.fixture(scope="session", autouse=True)
def static_files() -> None:
    """Pages name their style sheet by its hash, as on the real site."""
    collect_if_changed()


@pytest.fixture
def committed(transactional_db: None) -> Iterator[None]:
    """Transactions really commit. Afterwards the tables are emptied, which the triggers would refuse; migrate's
    signal, which Django sends after it, puts them back."""
    yield
    with connection.cursor() as cursor:
        for refusal in REFUSALS:
            of_table = f" ON {refusal.table}" if connection.vendor == "postgresql" else ""
            cursor.execute(f"DROP TRIGGER IF EXISTS {refusal.name}{of_table}")


@pytest.fixture
def appeal(db: None) -> Appeal:
    """The appeal of 9 October 2020 as published."""
    return factories.an_appeal()


@pytest.fixture
def client() -> Client:
    return Client(headers={"host": "127.0.0.1:8000"})


@pytest.fixture
def staff(db: None) -> Client:
    """A moderator's browser, signed in."""
    account = get_user_model().objects.create_superuser("moderator", password="a long pass phrase")
    client = Client(headers={"host": "127.0.0.1:8000"})
    client.force_login(account)
    return client
