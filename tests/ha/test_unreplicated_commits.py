"""A commit that has reached one machine only is not acknowledged, on a PostgreSQL server that waits for another."""

import os
import shutil
import subprocess
import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import closing
from http.client import HTTPConnection
from pathlib import Path
from urllib.parse import urlencode

import psycopg
import pytest

from tests import programs
from tests.faults.test_hanging_database import FORM, Answer, asked, assert_can_be_sent_again, fields_of
from tests.ha.children import AS_POSTGRES
from tests.ha.cluster import find_postgresql_programs
from tests.prepared import prepare_static_files
from tests.processes import Installation, Server
from tests.site import free_port
from tests.web.endorse.test_endorse import RIGHT

pytestmark = pytest.mark.long

STANDBY = "a_standby_that_does_not_exist"
SECONDS = 60
FIELDS = RIGHT | {"organisation_name": "Made-up Fund 1"}


@pytest.fixture(scope="module")
def server_url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A PostgreSQL server of our own: the setting for standby servers is one of the whole server."""
    programs.need("" if shutil.which("setpriv") else "No PostgreSQL server of our own: setpriv is not installed.")
    programs.need(programs.lacking_postgresql())
    folder, port = Path(f"/tmp/unreplicated-{free_port()}"), free_port()
    folder.mkdir(mode=0o700)
    is_root = os.geteuid() == 0
    if is_root:
        shutil.chown(folder, "postgres")
    prefix, bin_folder, data = AS_POSTGRES if is_root else [], find_postgresql_programs(), folder / "data"
    initdb = [*prefix, str(bin_folder / "initdb"), "-D", str(data), "-U", "postgres", "-A", "trust", "-E", "UTF8"]
    subprocess.run([*initdb, "--locale", "C.UTF-8"], check=True, capture_output=True, cwd="/")
    command = [str(bin_folder / "postgres"), "-D", str(data), "-p", str(port), "-k", str(folder)]
    with subprocess.Popen([*prefix, *command], stderr=subprocess.DEVNULL, cwd="/") as process:
        try:
            url = f"postgres://postgres@127.0.0.1:{port}/postgres"
            _wait_until_it_answers(url)
            yield url
        finally:
            process.send_signal(3)  # SIGQUIT: at once
    shutil.rmtree(folder)


@pytest.fixture(scope="module")
def installed(server_url: str, tmp_path_factory: pytest.TempPathFactory) -> Installation:
    # The database that others are copied from is on another server, so this one has a folder of its own for it.
    own = tmp_path_factory.mktemp("prepared")
    (own / "prepared").mkdir()
    (own / "prepared" / "static").symlink_to(prepare_static_files().parent)
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("TEST_DATA_DIR", str(own))
        site = Installation(tmp_path_factory.mktemp("unreplicated"), server_url, has_logins=True)
    site.python("manage.py", "worker", "--once")
    return site


@pytest.fixture
def without_standby(server_url: str) -> Iterator[None]:
    _set_standby(server_url, STANDBY)
    yield
    _set_standby(server_url, "")


def _wait_until_it_answers(url: str) -> None:
    until = time.monotonic() + SECONDS
    while True:
        try:
            psycopg.connect(url).close()
            return
        except psycopg.OperationalError:
            assert time.monotonic() < until
            time.sleep(0.1)


def _set_standby(url: str, name: str) -> None:
    with psycopg.connect(url, autocommit=True, options="-c synchronous_commit=local") as server:
        server.execute(f"ALTER SYSTEM SET synchronous_standby_names = '{name}'".encode())
        server.execute("SELECT pg_reload_conf()")


def _cancel_waiting_commits(url: str, count: int) -> None:
    """Cancel so many commits that wait for the standby, each as soon as it waits."""
    until = time.monotonic() + SECONDS
    with psycopg.connect(url, autocommit=True) as server:
        while count:
            waiting = "SELECT pg_cancel_backend(pid) FROM pg_stat_activity WHERE wait_event = 'SyncRep'"
            count -= min(count, len(server.execute(waiting).fetchall()))
            assert time.monotonic() < until, "no commit waits"
            time.sleep(0.2)


def _post_while_cancelling(server: Server, url: str, fields: Mapping[str, object], count: int) -> Answer:
    thread = threading.Thread(target=_cancel_waiting_commits, args=(url, count))
    thread.start()
    answer = asked(server, FORM, dict(fields))
    thread.join(SECONDS)
    return answer


def test_a_commit_whose_wait_is_cancelled_is_not_acknowledged(
    installed: Installation, server_url: str, without_standby: None
) -> None:
    with installed.server(role="public") as server:
        answer = _post_while_cancelling(server, server_url, FIELDS, 1)
        assert_can_be_sent_again(answer)
        # Sent again, the row is there: that must not be acknowledged either before a standby has it.
        again = fields_of(answer[2])
        assert _post_while_cancelling(server, server_url, again, 1)[0] == 503
        _set_standby(server_url, "")
        assert asked(server, FORM, again)[0] == 302


def test_without_the_handler_it_would_be_acknowledged(
    installed: Installation, server_url: str, without_standby: None
) -> None:
    """The control: a site that does not look at the server's warnings."""
    with installed.server(role="public", application="tests.ha.careless_commits:application") as server:
        fields = FIELDS | {"organisation_name": "Made-up Fund 2"}
        assert _post_while_cancelling(server, server_url, fields, 1)[0] == 302


def test_pages_are_read_while_commits_wait(installed: Installation, server_url: str, without_standby: None) -> None:
    """As many posts as the site has threads, and twice more, wait for a standby: pages still find a thread."""
    with installed.server(role="public") as server:
        page = FORM.removesuffix("endorse/")
        assert asked(server, page)[0] == 200
        posts = [
            threading.Thread(target=_post_patiently, args=(server, f"Waiting Fund {number}")) for number in range(60)
        ]
        for post in posts:
            post.start()
        for query in range(20):
            assert asked(server, page, seconds=10)[0] == 200
            assert asked(server, f"{page}signatories/?q=fund{query}", seconds=10)[0] == 200
        _set_standby(server_url, "")
        for post in posts:
            post.join(SECONDS)


def _post_patiently(server: Server, name: str) -> None:
    body = urlencode(RIGHT | {"organisation_name": name}, doseq=True)
    with closing(HTTPConnection("127.0.0.1", server.port, timeout=SECONDS)) as connection:
        connection.request("POST", FORM, body, {"Content-Type": "application/x-www-form-urlencoded"})
        assert connection.getresponse().status in (302, 503)
