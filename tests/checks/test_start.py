"""Real processes: what is unsafe does not start, and says why; a database that is only away is waited for."""

import http.client
import os
import select
import shutil
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any, NamedTuple
from urllib.parse import urlsplit

import psycopg
import pytest

from tests.processes import Installation
from tests.site import ROOT, SLUG, free_port

pytestmark = [pytest.mark.both_databases, pytest.mark.long]
IS_POSTGRESQL = "DATABASE_URL" in os.environ
HTTPS: dict[str, Any] = {"SITE_URL": "https://appeal.example", "TRUSTED_PROXIES": "127.0.0.1"}
GRANIAN = [str(Path(sys.executable).with_name("granian")), "--interface", "wsgi", "--workers", "2", "--no-ws"]
GRANIAN += ["--respawn-failed-workers", "--workers-kill-timeout", "10", "--log-level", "error"]
SECONDS = 120


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Installation]:
    made = Installation(tmp_path_factory.mktemp("start"), os.environ.get("DATABASE_URL"), has_logins=IS_POSTGRESQL)
    yield made
    made.remove()


class Ended(NamedTuple):
    code: int
    output: str


def run(site: Installation, *command: str, **changes: str) -> Ended:
    """Run a process of this site until it ends by itself; fail if it goes on."""
    environment = {name: value for name, value in (site.environment | changes).items() if value}
    result = subprocess.run(
        command, cwd=ROOT, env=environment, capture_output=True, text=True, timeout=SECONDS, check=False
    )
    return Ended(result.returncode, result.stdout + result.stderr)


def start_each(site: Installation, **changes: str) -> dict[str, Ended]:
    """Start web, worker and a command that writes."""
    web = [*GRANIAN, "--port", str(free_port()), "petition.wsgi:application"]
    return {
        "web": run(site, *web, **changes),
        "worker": run(site, sys.executable, "manage.py", "worker", "--once", **changes),
        "command": run(site, sys.executable, "manage.py", "demo", "1", **changes),
    }


def assert_refused(site: Installation, *sentences: str, **changes: str) -> None:
    for name, ended in start_each(site, **changes).items():
        assert name == "web" or ended.code == 1, (name, ended)
        assert "Traceback" not in ended.output, (name, ended)
        assert [sentence for sentence in sentences if sentence not in ended.output] == [], (name, ended)


def test_unsafe_settings_are_refused(site: Installation) -> None:
    unsafe = HTTPS | {"DEBUG": "1", "TRUSTED_PROXIES": "", "SECRET_KEY": "too-short"}
    unsafe["EMAIL_URL"] = "smtp+tls://USER:PASSWORD@mail.example:587"
    sentences = ("DEBUG is on.", "TRUSTED_PROXIES is not set", "SECRET_KEY has fewer", "EMAIL_URL has a password")
    assert_refused(site, *sentences, **unsafe)
    assert_refused(site, "ROLE is 'nobody'", ROLE="nobody")


def test_safe_settings_start(site: Installation) -> None:
    """The control: what is refused above is not refused for another reason."""
    with site.server(**HTTPS) as server:
        assert ask(server.port, "/healthz", host="appeal.example") == 200
    assert run(site, sys.executable, "manage.py", "worker", "--once", **HTTPS).code == 0
    assert run(site, sys.executable, "manage.py", "demo", "1", **HTTPS).code == 0


@pytest.mark.skipif(IS_POSTGRESQL, reason="settings of SQLite")
def test_sqlite_that_does_not_wait_for_the_disk_is_refused(site: Installation) -> None:
    assert_refused(site, "SQLite runs with synchronous=1", DJANGO_SETTINGS_MODULE="tests.checks.unsafe_sqlite")


@contextmanager
def altered(site: Installation, kind: str) -> Iterator[None]:
    """Switch synchronous_commit off for the site's database, or for its login, until the block ends."""
    url = site.environment["DATABASE_URL"]
    parts = urlsplit(url)
    database = f'DATABASE "{parts.path[1:]}"'
    target = f"ALTER {database}" if kind == "database" else f'ALTER ROLE "{parts.username}" IN {database}'
    with psycopg.connect(os.environ["DATABASE_URL"], autocommit=True) as server:
        server.execute(f"{target} SET synchronous_commit = off".encode())
        try:
            yield
        finally:
            server.execute(f"{target} RESET synchronous_commit".encode())


@pytest.mark.skipif(not IS_POSTGRESQL, reason="settings of PostgreSQL")
@pytest.mark.parametrize("kind", ["database", "login"])
def test_postgresql_that_does_not_wait_for_the_disk_is_refused(site: Installation, kind: str) -> None:
    with altered(site, kind):
        assert_refused(site, "PostgreSQL runs with synchronous_commit=off")


@pytest.mark.skipif(not IS_POSTGRESQL, reason="SQLite has no logins")
def test_a_login_with_wrong_rights_is_refused(site: Installation) -> None:
    """The owner's login, in a public and in a staff process on https."""
    public = HTTPS | {"ROLE": "public", "CONTACT_PRIVATE_KEY": "", "CONTACT_INDEX_KEY": ""}
    web = [*GRANIAN, "--port", str(free_port()), "petition.wsgi:application"]
    worker = [sys.executable, "manage.py", "worker", "--once"]
    for ended in (
        run(site, *web, **public),
        run(site, *web, **HTTPS, ROLE="staff"),
        run(site, *worker, **HTTPS, ROLE="staff"),
    ):
        assert "The login " in ended.output, ended
        assert "database_roles --apply" in ended.output, ended
    with site.server(role="public", **HTTPS) as server:  # its own login
        assert ask(server.port, "/healthz", host="appeal.example") == 200


def test_missing_triggers_are_refused(site: Installation) -> None:
    script = "import django; django.setup(); "
    script += "from django.db import connection as c; from petition.models.database import triggers as t; "
    site.python("-c", f"{script}t.remove_triggers(c)")
    try:
        assert_refused(site, "lacks the triggers ")
        hide = run(site, sys.executable, "manage.py", "hide", "original-35", "--appeal", SLUG)
        assert hide.code == 0, hide  # removing a name never waits
    finally:
        site.python("-c", f"{script}t.install_triggers(c)")


# --- A database that is away ---


def ask(port: int, path: str, host: str = "127.0.0.1") -> int:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=20)
    headers = {"Host": host, "X-Forwarded-Proto": "https"}
    try:
        connection.request("GET", path, headers=headers)
        return connection.getresponse().status
    except OSError:
        return 0
    finally:
        connection.close()


class Away:
    """The site's database at another address, where it is not yet: a port that nobody forwards, or a folder."""

    def __init__(self, site: Installation, folder: Path) -> None:
        self._listener: socket.socket | None = None
        self._file = folder / "later" / "petition.sqlite3"
        self._site = site
        self.port = free_port()
        url = urlsplit(site.environment.get("DATABASE_URL", ""))
        self._to = (url.hostname or "127.0.0.1", url.port or 5432)
        netloc = f"{url.username}:{url.password}@127.0.0.1:{self.port}"
        self.url = url._replace(netloc=netloc).geturl() if IS_POSTGRESQL else f"sqlite:///{self._file}"

    def come_back(self) -> None:
        if not IS_POSTGRESQL:
            self._file.parent.mkdir()
            shutil.copy(Path(self._site.environment["DATA_DIR"]) / "petition.sqlite3", self._file)
            return
        self._listener = socket.create_server(("127.0.0.1", self.port))
        threading.Thread(target=self._forward, daemon=True).start()

    def _forward(self) -> None:
        assert self._listener
        with self._listener:
            while True:
                try:
                    near, _ = self._listener.accept()
                except OSError:
                    return
                threading.Thread(target=self._pass_on, args=(near,), daemon=True).start()

    def _pass_on(self, near: socket.socket) -> None:
        with near, socket.create_connection(self._to) as far, suppress(OSError):
            while True:
                for ready in select.select([near, far], [], [])[0]:
                    data = ready.recv(65536)
                    if not data:
                        return
                    (far if ready is near else near).sendall(data)

    def close(self) -> None:
        if self._listener:
            self._listener.shutdown(socket.SHUT_RDWR)


def test_a_database_that_is_away_is_waited_for(site: Installation, tmp_path: Path) -> None:
    """A web process starts, answers 503, and serves as soon as the database is back."""
    away = Away(site, tmp_path)
    try:
        with site.server(DATABASE_URL=away.url) as server:
            assert ask(server.port, "/healthz") == 200
            assert wait_for(lambda: ask(server.port, f"/appeals/{SLUG}/endorse/") == 503)
            away.come_back()
            assert wait_for(lambda: ask(server.port, f"/appeals/{SLUG}/endorse/") == 200)
            assert server.process.poll() is None
    finally:
        away.close()


@pytest.mark.parametrize("comes_back_unsafe", [True, False])
def test_a_database_that_comes_back_unsafe_stops_the_process(
    site: Installation, tmp_path: Path, comes_back_unsafe: bool
) -> None:
    """The broken variant of the wait: without the later look the process would serve on."""
    is_other = comes_back_unsafe and not IS_POSTGRESQL
    settings: dict[str, Any] = {"DJANGO_SETTINGS_MODULE": "tests.checks.unsafe_sqlite"} if is_other else {}
    away = Away(site, tmp_path)
    try:
        with site.server(DATABASE_URL=away.url, **settings) as server:
            if IS_POSTGRESQL and comes_back_unsafe:
                with altered(site, "database"):
                    away.come_back()
                    assert wait_for(lambda: server.process.poll() is not None)
            else:
                away.come_back()
                ended = wait_for(
                    lambda: server.process.poll() is not None, seconds=SECONDS if comes_back_unsafe else 12
                )
                assert ended is comes_back_unsafe
    finally:
        away.close()


def wait_for(is_true: Callable[[], bool], seconds: float = SECONDS) -> bool:
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        if is_true():
            return True
        time.sleep(0.2)
    return False
