"""A long list and a queue as long: what a page of the queue and a decision take, and how much memory the worker has."""

import re
import sys
import tempfile
import time
from contextlib import ExitStack
from http.client import HTTPConnection, HTTPResponse
from pathlib import Path
from urllib.parse import urlencode, urlsplit

from tests.benchmarks.load import percentile
from tests.evidence.figures import record_figure
from tests.load.machine import describe_load, measure_memory, measure_peak
from tests.processes import Installation, Server
from tests.site import free_port

PAGE_P99, DECISION_P99, WORKER_BYTES = 0.3, 0.15, 150e6
PAGES, DECISIONS = 200, 60
SCREENING_SECONDS = 600  # for 200, each compared with a list of 100,000
QUEUE = "/admin/"
VIEWS = ("", "?state=submitted", "?state=approved", "?state=quarantined", "?after={after}", "?after={after}", "")
"""What moderators open: mostly the queue, and pages further down; now and then another tab."""
_SIGN_IN = """
import django; django.setup()
from django.conf import settings
from tests.admin.staff_accounts import create_account, create_client
client = create_client(create_account("moderator", is_superuser=True))
print("COOKIE", settings.SESSION_COOKIE_NAME + "=" + client.cookies[settings.SESSION_COOKIE_NAME].value)
"""
_UNSCREENED = """
import django; django.setup()
from petition.models import Endorsement
print("LEFT", Endorsement.objects.to_screen().count())
"""


class Moderator:
    """A browser that is signed in."""

    def __init__(self, server: Server, cookie: str) -> None:
        parts = urlsplit(server.url)
        self._connection = HTTPConnection(parts.hostname or "", parts.port, timeout=60)
        self._headers = {"Cookie": cookie, "Host": f"127.0.0.1:{server.port}"}

    def ask(self, method: str, path: str, fields: dict[str, str] | None = None) -> tuple[float, HTTPResponse, str]:
        """Return seconds, answer and body."""
        headers, body = dict(self._headers), None
        if fields is not None:
            headers |= {"Content-Type": "application/x-www-form-urlencoded", "Origin": f"http://{headers['Host']}"}
            body = urlencode(fields)
        began = time.perf_counter()
        self._connection.request(method, path, body, headers)
        response = self._connection.getresponse()
        text = response.read().decode()
        seconds = time.perf_counter() - began
        for cookie in response.headers.get_all("Set-Cookie") or []:
            self._headers["Cookie"] += f"; {cookie.split(';')[0]}"
        return seconds, response, text


def run(server_url: str, *, rows: int) -> list[str]:
    """Measure, print, and return what was missed."""
    with tempfile.TemporaryDirectory(prefix="petition-queue-") as name, ExitStack() as stack:
        site = Installation(Path(name) / "site", server_url)
        stack.callback(site.remove)
        _say(f"Filling: {rows:,} listed and {rows:,} waiting …")
        site.python("-m", "tests.load.fill", str(rows), str(rows))
        cookie = site.python("-c", _SIGN_IN).split("COOKIE ")[1].strip()
        port = free_port()
        site.environment["SITE_URL"] = f"http://127.0.0.1:{port}"
        worker = stack.enter_context(site.process(sys.executable, "manage.py", "worker"))
        staff = stack.enter_context(site.server(role="staff", port=port))
        moderator = Moderator(staff, cookie)
        _say("Screening …")
        screening = _wait_until_screened(site)
        pages = _open_pages(moderator)
        decisions = _decide(moderator)
        resident, peak = measure_memory(worker.pid), measure_peak(worker.pid)
        staff_memory = staff.memory()
    figure = (
        f"{rows:,} listed, {rows:,} waiting: page of the queue p50 {percentile(pages, 50) * 1000:.0f} ms, "
        f"p99 {percentile(pages, 99) * 1000:.0f} ms of {len(pages)}; "
        f"decision p50 {percentile(decisions, 50) * 1000:.0f} ms, p99 {percentile(decisions, 99) * 1000:.0f} "
        f"ms of {len(decisions)}; screening {screening:.2f} s each; worker {resident / 1e6:.0f} MB "
        f"(most {peak / 1e6:.0f}), staff process {staff_memory / 1e6:.0f} MB; {describe_load()}"
    )
    _say(figure)
    missed = [
        words
        for words, is_missed in (
            (f"p99 of a page of the queue {percentile(pages, 99) * 1000:.0f} ms", percentile(pages, 99) > PAGE_P99),
            (f"p99 of a decision {percentile(decisions, 99) * 1000:.0f} ms", percentile(decisions, 99) > DECISION_P99),
            (f"memory of the worker {peak / 1e6:.0f} MB", peak > WORKER_BYTES),
        )
        if is_missed
    ]
    if not missed:
        record_figure("long queue", figure)
    return missed


def _wait_until_screened(site: Installation) -> float:
    """Return how many seconds one takes."""
    begun, first = time.monotonic(), 0
    while left := int(site.python("-c", _UNSCREENED).split("LEFT")[1]):
        assert time.monotonic() < begun + SCREENING_SECONDS, f"{left} are not screened"
        first = first or left
        _say(f"  {left} left")
        time.sleep(5)
    return (time.monotonic() - begun) / max(first, 1)


def _open_pages(moderator: Moderator) -> list[float]:
    _, response, page = moderator.ask("GET", QUEUE)  # nobody is measured cold
    assert response.status == 200, (response.status, response.headers.get("Location"))
    times, after = [], 0
    for number in range(PAGES):
        seconds, response, page = moderator.ask("GET", QUEUE + VIEWS[number % len(VIEWS)].format(after=after))
        assert response.status == 200, response.status
        times.append(seconds)
        after = int((re.findall(r"after=(\d+)", page) or [after])[-1])
    return times


def _decide(moderator: Moderator) -> list[float]:
    """Approve and reject from the queue, as a moderator does who opens it again after each decision."""
    times = []
    for number in range(DECISIONS):
        _, _, page = moderator.ask("GET", QUEUE)
        addresses = re.findall(r'action="(/admin/endorsements/\d+/decide/)', page)
        token = re.search(r'name="csrfmiddlewaretoken" value="([^"]+)"', page)
        assert token and addresses
        fields = {"csrfmiddlewaretoken": token[1], "in_queue": "", "decision": "approve"}
        if number % 3 == 2:
            fields |= {"decision": "reject", "reason": "other"}
        seconds, response, _ = moderator.ask("POST", addresses[number % 5], fields)
        assert response.status == 303, response.status
        times.append(seconds)
    return times


def _say(text: str) -> None:
    sys.stdout.write(f"{text}\n")
    sys.stdout.flush()
