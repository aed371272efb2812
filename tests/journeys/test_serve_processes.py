"""The site as `serve` runs it: its printed address opens, its processes are restarted, and none is left afterwards.

A start takes seconds, so each of these looks at several things in the life of one site.
"""

import os
import re
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from http.client import HTTPConnection
from pathlib import Path
from typing import Any
from urllib.request import urlopen

import pytest

from petition.management.process_group import MOST_DEATHS
from tests.factories import SLUG
from tests.journeys.test_first_endorsement import Browser
from tests.journeys.test_listen_address import has_ipv6
from tests.site import ROOT, WORKER, Site

pytestmark = pytest.mark.long

ALL = 4
"""Processes of a site: `serve`, granian, its child, the worker."""
HTTPS = {"SITE_URL": "https://appeal.example", "TRUSTED_PROXIES": "127.0.0.1"}


def wait_for(find: Callable[[], object]) -> Any:
    """Wait until `find` returns something true, and return it."""
    until = time.monotonic() + 60
    while not (result := find()):
        assert time.monotonic() < until
        time.sleep(0.05)
    return result


def is_served(site: Site) -> bool:
    try:
        with urlopen(f"{site.url}/healthz", timeout=5) as answer:
            return bool(answer.status == 200)
    except OSError:
        return False


def another(site: Site, word: str, before: int, *, child_of: int | None = None) -> int:
    """Return the process that was started in place of `before`."""

    def started() -> int | None:
        pid = site.find_process(word, child_of=child_of)
        return pid if pid != before else None

    return int(wait_for(started))


def _status(port: int, address: str, host: str) -> int:
    connection = HTTPConnection(address, port, timeout=20)
    connection.request("GET", "/", headers={"Host": host})
    response = connection.getresponse()
    response.read()
    connection.close()
    return response.status


@pytest.fixture(autouse=True)
def default_sighup() -> Iterator[None]:
    """Let processes that are started here notice a closed terminal, although the tests may run under `nohup`."""
    before = signal.signal(signal.SIGHUP, signal.SIG_DFL)
    yield
    signal.signal(signal.SIGHUP, before)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """A site, whose state is the same for all tests here."""
    site = Site(tmp_path_factory.mktemp("stopping"))
    yield site
    site.remove()


@pytest.fixture
def site(folder: Site) -> Iterator[Site]:
    """A site that is not running; after the test none of its processes is left."""
    before = folder.environment
    yield folder
    folder.options, folder.environment = [], before
    for left in folder.find_processes():
        os.kill(left, signal.SIGKILL)
    if hasattr(folder, "process") and folder.process.poll() is None:
        folder.stop()


def printed_address(site: Site) -> str:
    (printed,) = re.findall(r"The appeal +(\S+)/\n", site.output)
    return str(printed)


def test_the_printed_address_opens_until_the_terminal_is_closed(site: Site) -> None:
    """Takes seconds: a real start, on all addresses. test_listen_address.py has the others."""
    host, shown = ("::", "[::1]") if has_ipv6() else ("0.0.0.0", "127.0.0.1")
    site.options = ["--host", host]
    site.start()
    printed = printed_address(site)
    assert printed == f"http://{shown}:{site.port}"
    assert "It listens on all addresses of this machine" in site.output
    visitor = Browser(printed)
    visitor.open("/")
    assert visitor.address == f"{printed}/appeals/{SLUG}/"
    visitor.open(f"/appeals/{SLUG}/endorse/")
    visitor.submit(
        organisation_name="Made-up Listener", display="named", contact_name="A", contact_role="B",
        contact_email="listener@ngo.example", authority="on", consent_processing="on", consent_publication="on",
    )  # fmt: skip
    (link,) = re.findall(r"http\S+/confirm/", site.mail_to("listener@ngo.example"))
    assert link.startswith(printed)
    assert "Made-up Listener" in visitor.open(link)
    assert _status(site.port, shown.strip("[]"), "evil.example") == 400
    assert len(site.find_processes()) == ALL
    assert site.stop(signal.SIGHUP) == 0, site.output
    assert site.find_processes() == []
    assert "Traceback" not in site.output


def test_an_https_site_is_served_to_its_proxy_and_a_kill_leaves_no_process(site: Site) -> None:
    """Takes seconds: a real start, with an address that only a proxy serves."""
    site.options, site.environment = ["--host", "0.0.0.0"], site.environment | HTTPS
    site.start()
    assert printed_address(site) == "https://appeal.example"
    assert "It listens on all addresses of this machine" in site.output
    assert _status(site.port, "127.0.0.1", "appeal.example") == 301
    assert "Traceback" not in site.output
    assert len(site.find_processes()) == ALL
    assert site.stop(signal.SIGKILL) == -signal.SIGKILL
    wait_for(lambda: site.find_processes() == [])


def test_dead_processes_are_restarted_up_to_a_limit_and_nohup_works(site: Site) -> None:
    """Takes seconds: a real start. granian restarts its child, `serve` restarts granian and the worker."""
    before = signal.signal(signal.SIGHUP, signal.SIG_IGN)
    try:
        site.start()
    finally:
        signal.signal(signal.SIGHUP, before)
    assert "It listens on all addresses" not in site.output
    site.process.send_signal(signal.SIGHUP)  # all that follows shows that it went on

    web, worker = wait_for(lambda: site.find_process("granian")), wait_for(lambda: site.find_process(WORKER))
    child = wait_for(lambda: site.find_process("granian", child_of=web))
    os.kill(child, signal.SIGKILL)
    child = another(site, "granian", child, child_of=web)
    assert wait_for(lambda: is_served(site))
    os.kill(web, signal.SIGKILL)
    assert another(site, "granian", web)
    assert child not in site.find_processes(), "it would answer beside the new one"
    assert wait_for(lambda: is_served(site))
    os.kill(worker, signal.SIGTERM)
    assert another(site, WORKER, worker)
    assert wait_for(lambda: "The web process ended (-9) and was started again." in site.output)
    assert wait_for(lambda: "The worker process ended (0) and was started again." in site.output)

    killed: set[int] = set()
    while (worker := wait_for(lambda: find_unkilled_worker(site, killed))) != site.process.pid:
        killed.add(worker)
        os.kill(worker, signal.SIGKILL)
        assert len(killed) <= MOST_DEATHS, "it starts it for ever"
    assert site.stop() == 1
    assert "The worker process ended (-9), the 5th to end within a minute" in site.output
    assert "Traceback" not in site.output
    assert site.find_processes() == []


def find_unkilled_worker(site: Site, killed: set[int]) -> int | None:
    """Return a worker that is not in `killed`, or the pid of `serve` once that has ended."""
    if site.process.poll() is not None:
        return site.process.pid
    pid = site.find_process(WORKER)
    return None if pid in killed else pid


@pytest.mark.parametrize(
    ("started", "number", "in_background"),
    [(2, signal.SIGINT, False), (3, signal.SIGTERM, False), (ALL, signal.SIGINT, True)],
)
def test_two_signals_during_the_start_stop_it(
    site: Site, started: int, number: signal.Signals, in_background: bool
) -> None:
    """A shell that starts it in the background makes it ignore SIGINT; one that is sent all the same is meant."""
    before = signal.signal(signal.SIGINT, signal.SIG_IGN if in_background else signal.getsignal(signal.SIGINT))
    try:
        site.begin()
    finally:
        signal.signal(signal.SIGINT, before)
    wait_for(lambda: len(site.find_processes()) >= started)
    site.process.send_signal(number)
    time.sleep(0.1)
    site.process.send_signal(number)
    assert site.stop(number) == 0, site.output
    assert site.find_processes() == []
    assert "Traceback" not in site.output


def test_a_signal_while_loading_stops_it(site: Site) -> None:
    site.begin()
    wait_for(lambda: "_sodium" in Path(f"/proc/{site.process.pid}/maps").read_text(encoding="utf-8"))
    assert site.stop(signal.SIGINT) in (0, -signal.SIGINT)
    assert site.output in ("", "Stopped.\n")


def test_a_port_in_use_and_an_open_address_without_https_are_refused_in_one_line(site: Site) -> None:
    with socket.create_server(("127.0.0.1", site.port)):
        in_use = refused(site)
    assert in_use.startswith(f"CommandError: Port {site.port} on 127.0.0.1 cannot be used (Address already in use)")
    message = "192.0.2.7 can be reached from other machines: set SITE_URL to the https:// address"
    assert message in refused(site, "--host", "192.0.2.7")


def refused(site: Site, *options: str) -> str:
    """Return the line with which `serve` refuses."""
    command = [sys.executable, "manage.py", "serve", "--port", str(site.port), *options]
    result = subprocess.run(
        command, cwd=ROOT, env=site.environment, capture_output=True, text=True, check=False, timeout=60
    )
    assert result.returncode == 1
    assert result.stderr.count("\n") == 1, result.stderr
    return result.stderr
