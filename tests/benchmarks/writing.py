"""Endorsing: the form with its commit and the mail it owes, with a mail server that lives and with one that is dead."""

import http.client
import itertools
import re
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from html import unescape
from statistics import median
from urllib.parse import urlencode, urlsplit

from tests.actions.mailing.fake_mail_server import create_fake_server, run_server
from tests.benchmarks.load import Load, percentile
from tests.benchmarks.table import Figure, at_most, of_load
from tests.processes import Installation, Server
from tests.site import SLUG, free_port

FORM = f"/appeals/{SLUG}/endorse/"
TOO_SOON = 5.0  # seconds a person would take at least to fill in the form
_serial = itertools.count(1)


class Writer:
    """Fill in the form for each post; the page is read once, as by somebody who goes back to it."""

    def __init__(self, server: Server) -> None:
        parts = urlsplit(server.url)
        self._connection = http.client.HTTPConnection(parts.hostname or "", parts.port, timeout=30)
        self._connection.request("GET", FORM)
        page = self._connection.getresponse().read().decode()
        hidden = re.findall(r'<input type="hidden" name="([^"]+)"(?: value="([^"]*)")?', page)
        self._fields = {name: unescape(value) for name, value in hidden}
        self.times: list[float] = []

    def post(self) -> None:
        number = next(_serial)
        typed = {
            "organisation_name": f"Made-up Fund {number}",
            "display": "named",
            "contact_name": "Made-up Person",
            "contact_role": "Tester",
            "contact_email": f"person{number}@fund{number}.example",
            "authority": "on",
            "consent_processing": "on",
            "consent_publication": "on",
        }
        body = urlencode(self._fields | typed)
        began = time.perf_counter()
        self._connection.request("POST", FORM, body, {"Content-Type": "application/x-www-form-urlencoded"})
        response = self._connection.getresponse()
        response.read()
        self.times.append(time.perf_counter() - began)
        assert response.status == 302, response.status

    def close(self) -> None:
        self._connection.close()


def figures(site: Installation, server: Server, *, posts: int, rounds: int) -> list[Figure]:
    """Posts in turns: a mail server that takes everything, then none at all; and eight people at once."""
    times: dict[str, list[float]] = {"alive": [], "dead": []}
    writer = Writer(server)
    time.sleep(TOO_SOON)
    for _ in range(rounds):
        for state, running in (("alive", _alive), ("dead", _dead)):
            with running(site):
                writer.times.clear()
                for _ in range(posts):
                    writer.post()
                times[state] += writer.times
    writer.close()
    ratio = median(times["dead"]) / median(times["alive"])
    return [
        at_most("form with the mail server dead : alive, medians", ratio, 1.1),
        Figure("form, one after the other, mail server alive", _words(times["alive"])),
        Figure("form, one after the other, mail server dead", _words(times["dead"])),
        of_load("form, 8 people at once", _together(server, posts)),
    ]


@contextmanager
def _alive(site: Installation) -> Iterator[None]:
    with run_server(create_fake_server()) as office, _worker(site, office.port):
        yield


@contextmanager
def _dead(site: Installation) -> Iterator[None]:
    with _worker(site, free_port()):
        yield


@contextmanager
def _worker(site: Installation, port: int) -> Iterator[None]:
    with site.process(sys.executable, "manage.py", "worker", EMAIL_URL=f"smtp://127.0.0.1:{port}"):
        time.sleep(2)  # it is there
        yield


def _together(server: Server, posts: int) -> Load:
    writers = [Writer(server) for _ in range(8)]
    time.sleep(TOO_SOON)
    threads = [threading.Thread(target=lambda mine=mine: [mine.post() for _ in range(posts)]) for mine in writers]
    began = time.perf_counter()
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    took = time.perf_counter() - began
    times = [moment for writer in writers for moment in writer.times]
    for writer in writers:
        writer.close()
    assert len(times) == 8 * posts, "some were not acknowledged"
    return Load(len(times) / took, percentile(times, 50), percentile(times, 99))


def _words(times: list[float]) -> str:
    return f"median {median(times) * 1000:.1f} ms, p99 {percentile(times, 99) * 1000:.1f} ms of {len(times)}"
