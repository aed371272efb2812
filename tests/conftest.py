"""Fixtures for all. The database is the real one, with its triggers; time is real unless a test stops it."""

import gc
import os
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.apps import apps
from django.conf import settings as django_settings
from django.contrib.auth import get_user_model
from django.contrib.auth.hashers import Argon2PasswordHasher
from django.db import connection, connections
from django.db.models.signals import post_migrate
from django.test import Client
from hypothesis import settings as hypothesis_settings
from pytest_django.fixtures import Settings
from pytest_django.plugin import DjangoDbBlocker
from whitenoise.middleware import WhiteNoiseMiddleware
from whitenoise.responders import StaticFile

from petition.mail import messages
from petition.models import Appeal, Reason
from petition.models.database.triggers import TRIGGERS
from petition.publishing.cache import search_keys, site_status
from petition.publishing.records import kept_records
from petition.screening import opened_names
from petition.security import encryption
from petition.web.endorse import blank_forms
from tests import factories, prepared
from tests.site import Site
from tests.web.visitor import Visitor

# The same made-up input each time: a suite that fails by chance teaches people to run it again. Whoever hunts for more
# runs `make test ARGS="--hypothesis-profile=default tests/reading"`.
hypothesis_settings.register_profile("the same", derandomize=True, database=None)
hypothesis_settings.load_profile("the same")


class LightArgon2(Argon2PasswordHasher):
    """The site's own way to keep passwords, at the least cost: a sign-in with the full one takes 0.2 s."""

    time_cost, memory_cost, parallelism = 1, 8, 1


@pytest.fixture(scope="session", autouse=True)
def static_files() -> None:
    """Pages name their style sheet by its hash, as on the real site. The files are described once: each test's client
    starts the middleware anew, and looking at them all again took a sixth of the suite's time."""
    shutil.copytree(prepared.prepare_static_files(), django_settings.STATIC_ROOT, dirs_exist_ok=True)
    described: dict[tuple[str, str], StaticFile] = {}
    describe = WhiteNoiseMiddleware.get_static_file

    def get_static_file(self: WhiteNoiseMiddleware, path: str, url: str, stat_cache: Any = None) -> StaticFile:
        if (path, url) not in described:
            described[path, url] = describe(self, path, url, stat_cache)
        return described[path, url]

    WhiteNoiseMiddleware.get_static_file = get_static_file


@pytest.fixture(scope="session")
def django_db_setup(django_test_environment: None, django_db_blocker: DjangoDbBlocker) -> Iterator[None]:
    """Replace pytest-django's fixture, which migrates in each test process: copy a migrated database."""
    url, name = os.environ.get("DATABASE_URL"), f"test_{os.getpid()}"
    if url:
        prepared.create_migrated_database(url, name)
    else:
        name = connection.settings_dict["TEST"]["NAME"]
        for ending in ("", "-wal", "-shm"):
            Path(f"{name}{ending}").unlink(missing_ok=True)
        shutil.copy(prepared.prepare_database(), name)
    django_settings.DATABASES["default"]["NAME"] = connection.settings_dict["NAME"] = name
    yield
    if url:
        with django_db_blocker.unblock():
            connections.close_all()
        prepared.drop_database(url, name)


def pytest_collection_finish() -> None:
    """Never look again at what was imported: a twentieth of the time went into garbage collection that found none."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(50_000, 20, 50)


def pytest_unconfigure(config: pytest.Config) -> None:
    """Drop the migrated database of PostgreSQL when the last test process has ended."""
    if os.environ.get("DATABASE_URL") and not hasattr(config, "workerinput"):
        prepared.drop_database(os.environ["DATABASE_URL"])


@pytest.fixture(autouse=True)
def surroundings(settings: Settings) -> Iterator[None]:
    """Mail goes the way it goes on the site; Django's test environment would keep it in a list. No process remembers
    names of an earlier test, whose ids come again, what it found, the state of the site, or editors' paragraphs."""
    opened_names.forget_names()
    encryption.out_of_place.clear()
    site_status.forget_status()
    search_keys.forget_keys()
    kept_records.forget_records()
    blank_forms.forget_pages()
    shutil.rmtree(django_settings.DATA_DIR / "documents", ignore_errors=True)
    messages.forget_paragraphs()
    settings.EMAIL_BACKEND = "petition.actions.mailing.queue.OutboxBackend"
    settings.PASSWORD_HASHERS = ["tests.conftest.LightArgon2"]
    options = connection.settings_dict["OPTIONS"].copy()
    yield
    # The worker limits how long its connections wait; those of the next tests do not.
    if connection.settings_dict["OPTIONS"] != options:
        connection.settings_dict["OPTIONS"].update(options)
        if not connection.in_atomic_block:
            connection.close()


@pytest.fixture(scope="session")
def rows_of_migrations(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[None]:
    """Insert the rows that migrations made whenever the tables have been emptied, after which Django sends this."""
    with django_db_blocker.unblock():
        rows = list(Reason.objects.all())

    def insert(plan: object = None, **_rest: object) -> None:
        if not plan:  # else `migrate` ran, maybe backwards
            Reason.objects.bulk_create(rows, ignore_conflicts=True)

    post_migrate.connect(insert, sender=apps.get_app_config("petition"))
    yield
    post_migrate.disconnect(insert, sender=apps.get_app_config("petition"))


@pytest.fixture
def committed(rows_of_migrations: None, transactional_db: None) -> Iterator[None]:
    """Transactions really commit. Afterwards the tables are emptied, which the triggers would refuse; migrate's
    signal, which Django sends after it, puts them back."""
    yield
    with connection.cursor() as cursor:
        for refusal in TRIGGERS:
            of_table = f" ON {refusal.table}" if connection.vendor == "postgresql" else ""
            cursor.execute(f"DROP TRIGGER IF EXISTS {refusal.name}{of_table}")


@pytest.fixture
def appeal(db: None) -> Appeal:
    """The appeal of 9 October 2020 as published."""
    return factories.an_appeal()


@pytest.fixture
def client() -> Client:
    """A visitor's browser, beside a worker."""
    return Visitor()


@pytest.fixture
def staff(db: None) -> Client:
    """A moderator's browser, signed in."""
    account = get_user_model().objects.create_superuser("moderator", password="a long pass phrase")
    client = Client(headers={"host": "127.0.0.1:8000"})
    client.force_login(account)
    return client


@pytest.fixture(scope="session")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """The whole site in processes of its own, shared by the journeys of one test process."""
    running = Site(tmp_path_factory.mktemp("site"))
    try:
        running.start()
        running.manage("demo", "40")
        yield running
    finally:
        running.remove()
