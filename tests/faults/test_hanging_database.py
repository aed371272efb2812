"""A database that hangs stops what needs it, and nothing else: whatever is in memory is served, and posts are kept.

Somebody locks the database, and more people send the form than the site has threads. It takes seconds, since the site
runs in processes of its own, on a database that really is locked.
"""

import os
import re
import sqlite3
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from functools import partial
from html import unescape
from http.client import HTTPConnection
from typing import Any
from urllib.parse import urlencode

import psycopg
import pytest

from petition.publishing.cache.thread_limits import RequestKind
from tests.evidence.figures import record_figure
from tests.faults.frozen_server import FreezableProxy
from tests.processes import Installation, Server
from tests.site import SLUG
from tests.web.endorse.test_endorse import RIGHT

pytestmark = [pytest.mark.long, pytest.mark.both_databases]

PAGE = f"/appeals/{SLUG}/"
FORM = f"{PAGE}endorse/"
MEMORY = (PAGE, f"/ru{PAGE}", f"{PAGE}signatories/", f"{PAGE}signatories.json", "/healthz")
ON_POSTGRESQL = os.environ.get("DATABASE_URL", "").startswith("postgres")
POSTING = 20
"""More than the site has threads."""
SECONDS = 90
"""The longest that a test waits for anything."""
Answer = tuple[int, dict[str, str], str]


@pytest.fixture(scope="module")
def installed(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Installation]:
    site = Installation(tmp_path_factory.mktemp("hanging"), os.environ.get("DATABASE_URL"), has_logins=True)
    site.python("manage.py", "worker", "--once")  # from it web processes know that it can open what they take in
    yield site
    site.remove()


def asked(server: Server, path: str, form: dict[str, Any] | None = None, *, seconds: float = 60) -> Answer:
    with closing(HTTPConnection("127.0.0.1", server.port, timeout=seconds)) as connection:
        headers = {"Content-Type": "application/x-www-form-urlencoded"} if form else {}
        connection.request("POST" if form else "GET", path, urlencode(form, doseq=True) if form else None, headers)
        response = connection.getresponse()
        return response.status, {name.lower(): value for name, value in response.getheaders()}, response.read().decode()


@contextmanager
def locked(site: Installation) -> Iterator[None]:
    """Lock the database: no writes on SQLite, not even reads on PostgreSQL."""
    if not ON_POSTGRESQL:
        with closing(sqlite3.connect(site.folder / "var" / "petition.sqlite3", isolation_level=None)) as database:
            database.execute("BEGIN IMMEDIATE")
            yield
            database.execute("ROLLBACK")
        return
    with psycopg.connect(site.environment["DATABASE_URL"]) as database:
        tables = database.execute("SELECT tablename FROM pg_tables WHERE schemaname = 'public'").fetchall()
        database.execute(f"LOCK TABLE {', '.join(name for (name,) in tables)} IN ACCESS EXCLUSIVE MODE".encode())
        yield
        database.rollback()


class Posting:
    """Many people send the form at once, each once; `answers` has the responses as they arrive."""

    def __init__(self, server: Server) -> None:
        self.answers: list[Answer] = []
        self._server = server
        self._threads = [threading.Thread(target=self._post, args=(number,)) for number in range(POSTING)]
        for thread in self._threads:
            thread.start()

    def _post(self, number: int) -> None:
        self.answers.append(asked(self._server, FORM, RIGHT | {"organisation_name": f"Made-up Fund {number}"}))

    def wait_for(self, count: int, meanwhile: Callable[[], None]) -> None:
        """Wait until so many are answered; `meanwhile` is called until then."""
        until = time.monotonic() + SECONDS
        while len(self.answers) < count:
            assert time.monotonic() < until, f"only {len(self.answers)} posts were answered"
            meanwhile()
            time.sleep(0.2)

    def end(self) -> None:
        for thread in self._threads:
            thread.join(SECONDS)


def fields_of(page: str) -> dict[str, list[str]]:
    """What is hidden on a page, to be sent again."""
    fields: dict[str, list[str]] = {}
    for name, value in re.findall(r'<input type="hidden" name="([^"]*)" value="([^"]*)">', page):
        fields.setdefault(unescape(name), []).append(unescape(value))
    return fields


def filled(server: Server) -> dict[str, str]:
    """Everything that is asked for below is in memory."""
    return {path: asked(server, path)[2] for path in MEMORY}


def assert_memory_is_served(server: Server, pages: dict[str, str]) -> None:
    for path in MEMORY:
        assert asked(server, path)[::2] == (200, pages[path])
    style = re.search(r'href="(/static/[^"]+\.css)"', pages[PAGE])
    assert style
    assert asked(server, style[1])[0] == 200


def assert_can_be_sent_again(answer: Answer) -> None:
    status, headers, page = answer
    assert (status, headers["retry-after"], headers["cache-control"]) == (503, "30", "no-store")
    expected = {name: value if isinstance(value, list) else [value] for name, value in RIGHT.items()}
    again = fields_of(page)
    assert again.pop("organisation_name")[0].startswith("Made-up Fund ")
    del expected["organisation_name"]
    assert again == expected


def test_with_a_locked_database_cached_pages_are_served_and_posts_kept(installed: Installation) -> None:
    with installed.server() as server:
        pages = filled(server)
        with locked(installed):
            posting = Posting(server)
            posting.wait_for(POSTING, partial(assert_memory_is_served, server, pages))
            assert asked(server, "/readyz")[0] == (503 if ON_POSTGRESQL else 200)  # SQLite can be read meanwhile
        for answer in posting.answers:
            assert_can_be_sent_again(answer)
        assert any("Nothing was stored" in page for _, _, page in posting.answers)
        assert asked(server, FORM, fields_of(posting.answers[0][2]))[0] == 302
    record_figure(
        "database outages",
        f"locked: pages from memory served unchanged, {POSTING} forms at once answered 503 with all that was typed",
    )


@pytest.mark.skipif(not ON_POSTGRESQL, reason="SQLite has no process that could stand still")
def test_with_a_hanging_postgresql_cached_pages_are_served(installed: Installation) -> None:
    passage = FreezableProxy(installed.environment["DATABASE_URL"])
    with installed.server(DATABASE_URL=passage.url) as server:
        pages = filled(server)
        passage.open.clear()
        posting = Posting(server)
        # The others are inside as long as it stands still.
        posting.wait_for(POSTING - RequestKind.POSTS.limit, partial(assert_memory_is_served, server, pages))
        for answer in posting.answers[:]:
            assert_can_be_sent_again(answer)
        passage.open.set()
        posting.end()
        until = time.monotonic() + SECONDS
        while asked(server, FORM, RIGHT)[0] != 302:
            assert time.monotonic() < until
            time.sleep(0.1)
    passage.close()
    record_figure(
        "database outages",
        f"frozen: pages from memory served unchanged, {POSTING - RequestKind.POSTS.limit} of {POSTING} forms answered "
        f"503 meanwhile, accepted again afterwards",
    )


def test_without_limits_nothing_would_be_served(installed: Installation) -> None:
    with installed.server(application="tests.faults.unlimited:application") as server:
        filled(server)
        with locked(installed):
            posting = Posting(server)
            with pytest.raises(TimeoutError):
                for _ in range(1000):
                    asked(server, PAGE, seconds=2)
        posting.end()
