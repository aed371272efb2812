"""A mail server that refuses, cuts, answers 4xx or 5xx, is slow or down for an hour: every mail leaves in the end."""

import socket
import threading
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import datetime, timedelta
from typing import Any

import pytest
from pytest_django import Settings

from petition.actions.mailing import delivery
from petition.mail import outbox
from petition.models import OutgoingMail
from petition.reference import clock
from tests.actions.mailing.fake_mail_server import FakeMailServer, create_fake_server, run_server
from tests.evidence.figures import record_figure, report_progress, sized
from tests.factories import NOON
from tests.faults.variants import variant

pytestmark = [pytest.mark.long, pytest.mark.both_databases, pytest.mark.django_db]

MAILS = sized(4, 100)
SLOW_MAILS = sized(1, 5)
"""Each waits for the timeout, at each attempt."""
MINUTE, HOUR, LONGEST = timedelta(minutes=1), timedelta(hours=1), timedelta(hours=12)
MARKS_FIRST = {
    "            self._connection.send(_build_email(mail, address, content))\n": (
        "            _mark_delivered(mail, at=now)\n"
        "            self._connection.send(_build_email(mail, address, content))\n"
    )
}


@pytest.fixture
def office(settings: Settings) -> FakeMailServer:
    """The settings name a mail server that is not running."""
    office = create_fake_server()
    settings.DELIVERY_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT, settings.EMAIL_TIMEOUT = "127.0.0.1", office.port, 1
    settings.EMAIL_HOST_USER = settings.EMAIL_HOST_PASSWORD = ""
    return office


@contextmanager
def strange_server(port: int, lines: int) -> Iterator[None]:
    """Answer so many commands on this port, then cut the connection; with -1 lines say nothing and keep it open."""
    listener = socket.create_server(("127.0.0.1", port))
    kept: list[socket.socket] = []

    def serve() -> None:
        with suppress(OSError):  # closed
            while True:
                visitor, _ = listener.accept()
                kept.append(visitor)
                if lines >= 0:
                    threading.Thread(target=answer, args=(visitor,), daemon=True).start()

    def answer(visitor: socket.socket) -> None:
        with visitor, suppress(OSError):
            visitor.sendall(b"220 fund.example\r\n")
            for _ in range(lines):
                command = visitor.recv(4096)
                visitor.sendall(b"354 go on\r\n" if command.upper().startswith(b"DATA") else b"250 OK\r\n")

    threading.Thread(target=serve, daemon=True).start()
    try:
        yield
    finally:
        listener.shutdown(socket.SHUT_RDWR)  # else the thread that waits for a visitor keeps the port
        listener.close()
        for visitor in kept:
            visitor.close()


def queue(prefix: str, count: int) -> set[str]:
    """Queue so many mails and return their addresses."""
    addresses = {f"{prefix}{number}@fund.example" for number in range(count)}
    for address in sorted(addresses):
        content = {"subject": "Hello", "text": "Hello"}
        outbox.queue_mail("prepared", address=address, content=content, language="en", at=NOON)
    return addresses


def work(deliver: Any, start: datetime, end: datetime) -> None:
    """Let a worker deliver every five minutes of this time."""
    while start <= end:
        with clock.freeze(start):
            deliver(most=1000)
        start += 5 * MINUTE


def suffer(office: FakeMailServer, kind: str, deliver: Any) -> set[str]:
    """Queue mails and let an hour pass in which the server does what `kind` says; return the addresses."""
    addresses = queue(kind.replace(" ", "-"), SLOW_MAILS if kind == "slow" else MAILS)
    if kind == "refusing":
        work(deliver, NOON, NOON + HOUR)
    elif kind in ("4xx", "5xx"):
        office.recipients = [{"4xx": "451 Later", "5xx": "550 No such mailbox"}[kind]] * len(addresses)
        with run_server(office):
            work(deliver, NOON, NOON)
    else:
        with strange_server(office.port, {"slow": -1, "cutting": 4, "cutting at once": 0}[kind]):
            work(deliver, NOON, NOON if kind == "slow" else NOON + HOUR)
    return addresses


def recover(office: FakeMailServer, deliver: Any) -> Counter[str]:
    """Let the server be well for half a day, and return how many mails each address got."""
    with run_server(office):
        work(deliver, NOON + HOUR, NOON + LONGEST)
    return Counter(str(mail["To"]) for mail in office.taken)


@pytest.mark.parametrize("kind", ["refusing", "cutting", "cutting at once", "4xx", "slow"])
def test_each_mail_leaves_once_when_the_server_is_well_again(office: FakeMailServer, kind: str) -> None:
    addresses = suffer(office, kind, delivery.deliver_due)
    report_progress(f"{kind}: an hour is over")
    assert OutgoingMail.objects.owed().count() == len(addresses), "none is lost or given up"
    assert recover(office, delivery.deliver_due) == dict.fromkeys(addresses, 1)
    assert not OutgoingMail.objects.owed().exists()
    record_figure("mail server", f"{kind} for an hour: {len(addresses)} of {len(addresses)} mails left once afterwards")


def test_what_is_refused_for_good_is_shown_and_holds_up_no_other(office: FakeMailServer) -> None:
    refused = suffer(office, "5xx", delivery.deliver_due)
    others = queue("others", MAILS)
    assert recover(office, delivery.deliver_due) == dict.fromkeys(others, 1)
    failed = OutgoingMail.objects.filter(failed_at__isnull=False, last_error="smtp 550", sealed_address="")
    assert failed.count() == len(refused)
    record_figure("mail server", f"5xx: {len(refused)} marked as failed and shown, the other {len(others)} left once")


def test_a_queue_that_marks_mails_first_loses_some(office: FakeMailServer) -> None:
    """The broken variant."""
    careless = variant(delivery, MARKS_FIRST)
    addresses = suffer(office, "cutting", careless.deliver_due)
    assert recover(office, careless.deliver_due).keys() < addresses
