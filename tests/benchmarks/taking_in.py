"""How fast the worker takes in what waits, how fast its mails leave, and how soon a removal is gone."""

import itertools
import re
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from http.client import HTTPConnection
from pathlib import Path
from statistics import median
from urllib.parse import quote, urlsplit

from tests.actions.mailing.fake_mail_server import create_fake_server, run_server
from tests.benchmarks.table import Figure, at_least, at_most
from tests.processes import Installation, Server
from tests.site import SLUG

SEARCHERS = 6
_FILL = """
import sys, django; django.setup()
from petition.actions.intake import post
from petition.actions.intake.submissions import Arrival, Submission
from petition.actions.operations import site_state
from petition.publishing.cache.site_status import load_status
from petition.reference import clock
site_state.publish_figures(at=clock.now())
status = load_status()
(appeal,) = status.appeals.values()
for number in range(int(sys.argv[1])):
    typed = (f"Made-up Fund {sys.argv[2]} {number}", "", ("KG",), "", "named" if number % 4 else "withheld", False)
    contact = ("Made-up Person", "Tester", f"person{number}@fund{sys.argv[2]}x{number}.example", "en")
    arrival = Arrival(network=f"{number % 500:04x}", seconds=60, honeypot_filled=False)
    post.post_form(status, appeal, Submission(*typed, *contact), arrival, once=str(number))
"""
_TAKE_IN = """
import time, django; django.setup()
from petition.actions.intake import take
from petition.models import IntakeRow, OutgoingMail
from petition.reference import clock
take.process_intake(at=clock.now())  # a worker that runs has all its modules
before, waiting, began = OutgoingMail.objects.owed().count(), IntakeRow.objects.waiting().count(), time.perf_counter()
while take.process_intake(at=clock.now()):
    pass
took = time.perf_counter() - began
assert not IntakeRow.objects.filter(done_at=None).exists() and OutgoingMail.objects.owed().count() == before + waiting
print("RATE", waiting / took)
"""
_DELIVER = """
import time, django; django.setup()
from petition.actions.mailing.delivery import Delivery
from petition.models import OutgoingMail
delivery = Delivery()
delivery.deliver_due(most=10)  # a worker that runs has all its modules
owed, began = OutgoingMail.objects.owed().count(), time.perf_counter()
while delivery.deliver_due(may_go_on=lambda: True):
    pass
took = time.perf_counter() - began
assert not OutgoingMail.objects.owed().exists()
print("RATE", owed / took)
"""
_LIST = """
import sys, django; django.setup()
from petition.actions.audit import Actor
from petition.actions.moderation import decisions
from petition.actions.self_service import private_links
from petition.models import Endorsement
from petition.reference import clock
from tests import factories
from petition.models import Appeal
appeal = Appeal.objects.get()
for number in range(int(sys.argv[1])):
    row = factories.approved(appeal, at=clock.now(), organisation_name=f"Made-up Leaving {sys.argv[2]} {number:03}")
    print("LINK", private_links.create_own_page_link(row), row.organisation_name)
"""


def measure_worker(folder: Path, database_url: str | None, *, rows: int, rounds: int) -> list[Figure]:
    """Return how many rows a second become endorsements with a pending mail, and how many mails a second leave."""
    site = Installation(folder / "taking-in", database_url)
    taken_in, delivered = [], []
    with ExitStack() as stack:
        stack.callback(site.remove)
        mail = stack.enter_context(run_server(create_fake_server()))
        site.environment["EMAIL_URL"] = f"smtp://127.0.0.1:{mail.port}"
        for number in range(rounds):
            site.python("-c", _FILL, str(rows), str(number))
            taken_in.append(_rate(site.python("-c", _TAKE_IN)))
            delivered.append(_rate(site.python("-c", _DELIVER)))
    return [
        at_least("worker, from the intake to a pending mail, rows a second", median(taken_in), 100),
        at_least("worker, mails a second over SMTP on loopback", median(delivered), 50),
    ]


def measure_removal(folder: Path, database_url: str | None, *, rounds: int) -> list[Figure]:
    """Return how long a withdrawn name can still be found in any of two processes: idle, and while others search."""
    site = Installation(folder / "removal", database_url)
    with ExitStack() as stack:
        stack.callback(site.remove)
        stack.enter_context(site.process(sys.executable, "manage.py", "worker"))
        servers = [stack.enter_context(site.server(role="public")) for _ in range(2)]
        time.sleep(3)
        idle = _withdraw_all(site, servers, rounds, "idle")
        with _searching(servers):
            busy = _withdraw_all(site, servers, rounds, "busy")
    return [
        at_most("a withdrawn name is gone from all processes, idle, longest", max(idle), 1, "s"),
        at_most(f"the same while {SEARCHERS} clients search, longest", max(busy), 1, "s"),
    ]


def _rate(output: str) -> float:
    return float(output.split("RATE")[1])


def _withdraw_all(site: Installation, servers: list[Server], count: int, label: str) -> list[float]:
    links = re.findall(r"LINK (\S+) (.+)", site.python("-c", _LIST, str(count), label))
    assert len(links) == count
    return [_time_of_withdrawal(servers, token, name) for token, name in links]


def _time_of_withdrawal(servers: list[Server], token: str, name: str) -> float:
    page = f"/appeals/{SLUG}/signatories/"
    until = time.monotonic() + 10
    while not all(name in _get(server, page) for server in servers):
        assert time.monotonic() < until, "it was never listed"
        time.sleep(0.05)
    path = f"/endorsements/{token}/withdraw/"
    body = _request(servers[0], "POST", path)
    began = time.perf_counter()  # from the answer that says so
    assert "withdrawn" in body
    while any(name in _get(server, page) for server in servers):
        assert time.perf_counter() - began < 10, "it stays"
    return time.perf_counter() - began


@contextmanager
def _searching(servers: list[Server]) -> Iterator[None]:
    """Let clients search as fast as they can while the block lasts."""
    stop = threading.Event()

    def search(server: Server, number: int) -> None:
        for turn in itertools.count():
            if stop.is_set():
                return
            _get(server, f"/appeals/{SLUG}/signatories/?q={quote(f'human {number} {turn}')}")

    searchers = [(servers[number % len(servers)], number) for number in range(SEARCHERS)]
    threads = [threading.Thread(target=search, args=searcher) for searcher in searchers]
    for thread in threads:
        thread.start()
    try:
        yield
    finally:
        stop.set()
        for thread in threads:
            thread.join()


def _get(server: Server, path: str) -> str:
    return _request(server, "GET", path)


def _request(server: Server, method: str, path: str) -> str:
    parts = urlsplit(server.url)
    connection = HTTPConnection(parts.hostname or "", parts.port, timeout=30)
    try:
        connection.request(method, path, headers={"Content-Type": "application/x-www-form-urlencoded"})
        return connection.getresponse().read().decode()
    finally:
        connection.close()
