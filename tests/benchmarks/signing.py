"""Sending the form, beside a worker that takes it in, compared with a bare Django view of the same form.

Both run under the same server with the same options, on the same kind of database, in turns.
"""

import http.client
import itertools
import os
import re
import sys
import threading
import time
from contextlib import ExitStack
from dataclasses import dataclass
from html import unescape
from pathlib import Path
from statistics import median
from urllib.parse import urlencode, urlsplit

from tests.actions.mailing.fake_mail_server import create_fake_server, run_server
from tests.benchmarks.load import percentile, run_load
from tests.benchmarks.table import Figure, at_least, at_most
from tests.processes import Installation, Server
from tests.site import SLUG

FORM = f"/appeals/{SLUG}/endorse/"
CLIENTS = 8
TICKS = os.sysconf("SC_CLK_TCK")
_serial = itertools.count(1)


@dataclass(frozen=True)
class Run:
    """One turn: requests a second, all their times in seconds, and CPU seconds of the server per request."""

    rate: float
    times: list[float]
    cpu: float


class Client:
    """One browser with a kept connection, which fills in the form again and again."""

    def __init__(self, server: Server) -> None:
        parts = urlsplit(server.url)
        self._connection = http.client.HTTPConnection(parts.hostname or "", parts.port, timeout=60)
        self._connection.request("GET", FORM)
        page = self._connection.getresponse().read().decode()
        hidden = re.findall(r'<input type="hidden" name="([^"]+)"(?: value="([^"]*)")?', page)
        self._hidden = {name: unescape(value) for name, value in hidden}
        self.times: list[float] = []

    def post(self, count: int) -> None:
        for _ in range(count):
            body, headers = self._fill_in(), {"Content-Type": "application/x-www-form-urlencoded"}
            began = time.perf_counter()
            self._connection.request("POST", FORM, body, headers)
            response = self._connection.getresponse()
            response.read()
            self.times.append(time.perf_counter() - began)
            assert response.status == 302, response.status

    def _fill_in(self) -> str:
        number = next(_serial)
        typed = {
            "organisation_name": f"Made-up Fund {number}",
            "countries": "KG",
            "display": "named" if number % 4 else "withheld",
            "contact_name": "Made-up Person",
            "contact_role": "Tester",
            "contact_email": f"person{number}@fund{number}.example",
            "authority": "on",
            "consent_processing": "on",
            "consent_publication": "on",
        }
        return urlencode(self._hidden | typed)

    def close(self) -> None:
        self._connection.close()


def measure_signing(folder: Path, database_url: str | None, *, posts: int, rounds: int) -> list[Figure]:
    """Return the figures of signing: `posts` forms by each of CLIENTS in each of `rounds` turns."""
    site = Installation(folder / "signing", database_url)
    with ExitStack() as stack:
        stack.callback(site.remove)
        site.python("-c", "from tests.benchmarks.bare_form import create_table; create_table()")
        mail = stack.enter_context(run_server(create_fake_server()))
        stack.enter_context(site.process(*_worker(), EMAIL_URL=f"smtp://127.0.0.1:{mail.port}"))
        ours = stack.enter_context(site.server(role="public"))
        bare = stack.enter_context(site.server(application="tests.benchmarks.bare_form:application"))
        time.sleep(3)  # the worker has said which keys it holds
        runs: dict[str, list[Run]] = {"ours": [], "bare": [], "read": []}
        for server in (ours, bare):
            _send(server, 40)  # connections and caches are there
        for _ in range(rounds):
            runs["ours"].append(_send(ours, posts))
            _wait_until_taken_in(site)
            runs["bare"].append(_send(bare, posts))
            runs["read"].append(_send_while_read(ours, posts))
            _wait_until_taken_in(site)
    return _compare(runs)


def _worker() -> list[str]:
    return [sys.executable, "manage.py", "worker"]


def _send(server: Server, posts: int) -> Run:
    clients = [Client(server) for _ in range(CLIENTS)]
    threads = [threading.Thread(target=client.post, args=(posts,)) for client in clients]
    before, began = _cpu_seconds(server), time.perf_counter()
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    took, used = time.perf_counter() - began, _cpu_seconds(server) - before
    times = [moment for client in clients for moment in client.times]
    for client in clients:
        client.close()
    assert len(times) == CLIENTS * posts, "some were not acknowledged"
    return Run(len(times) / took, times, used / len(times))


def _send_while_read(server: Server, posts: int) -> Run:
    """Send the forms while others read the appeal's page as fast as they can."""
    stop = threading.Event()

    def read() -> None:
        while not stop.is_set():
            run_load(f"{server.url}/appeals/{SLUG}/", {}, seconds=1, connections=16)

    reader = threading.Thread(target=read)
    reader.start()
    try:
        return _send(server, posts)
    finally:
        stop.set()
        reader.join()


def _cpu_seconds(server: Server) -> float:
    total = 0
    for pid in server.pids():
        fields = Path(f"/proc/{pid}/stat").read_text(encoding="ascii").rpartition(")")[2].split()
        total += int(fields[11]) + int(fields[12])  # utime and stime (proc(5))
    return total / TICKS


def _wait_until_taken_in(site: Installation) -> None:
    """Wait until the worker has taken in everything, so that each turn begins alike."""
    ask = (
        "import django; django.setup(); from petition.models import IntakeRow as Row; "
        "print(Row.objects.waiting().count())"
    )
    until = time.monotonic() + 300
    while int(site.python("-c", ask).split()[-1]):
        assert time.monotonic() < until, "the worker takes nothing in"
        time.sleep(0.5)


def _compare(runs: dict[str, list[Run]]) -> list[Figure]:
    rate = {name: median(run.rate for run in of) for name, of in runs.items()}
    p99 = {name: median(percentile(run.times, 99) for run in of) for name, of in runs.items()}
    cpu = {name: median(run.cpu for run in of) for name, of in runs.items()}
    return [
        at_least("signing, 8 kept connections: ours : bare", rate["ours"] / rate["bare"], 0.5),
        at_most("its p99: ours : bare", p99["ours"] / p99["bare"], 2),
        at_most("CPU of the public process per form: ours : bare", cpu["ours"] / cpu["bare"], 2),
        at_least("signing while the page is read at full speed : alone", rate["read"] / rate["ours"], 0.5),
        Figure("signing, ours", f"{rate['ours']:,.0f} a second, p99 {p99['ours'] * 1000:.0f} ms"),
        Figure("signing, bare", f"{rate['bare']:,.0f} a second, p99 {p99['bare'] * 1000:.0f} ms"),
        Figure("CPU per form, ours and bare", f"{cpu['ours'] * 1000:.1f} ms and {cpu['bare'] * 1000:.1f} ms"),
    ]
