"""Many mails leave over one connection to the mail server, which is opened again when it was lost."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

import pytest
from aiosmtpd.smtp import SMTP, Envelope, Session
from pytest_django import Settings

from petition.actions.mailing import kept_connection
from petition.actions.mailing.delivery import Delivery
from petition.mail import outbox
from petition.models import Appeal, OutgoingMail
from petition.reference import clock
from tests import factories
from tests.actions.mailing.fake_mail_server import FakeMailServer, create_fake_server, run_server
from tests.factories import NOON

pytestmark = [pytest.mark.both_databases, pytest.mark.django_db]


@dataclass
class CountingServer(FakeMailServer):
    """Also counts the connections, and ends each after `most` mails."""

    sessions: set[int] = field(default_factory=set)
    most: int = 1000
    mails: dict[int, int] = field(default_factory=dict)

    async def handle_MAIL(  # noqa: N802
        self, server: SMTP, session: Session, envelope: Envelope, mail: str, options: list[str]
    ) -> str:
        peer: Any = session.peer
        port = int(peer[1])  # another one for each connection
        self.sessions.add(port)
        count = self.mails[port] = self.mails.get(port, 0) + 1
        if count > self.most:
            return "421 Too many mails over one connection"
        return await super().handle_MAIL(server, session, envelope, mail, options)


@contextmanager
def run_counting_server(settings: Settings, *, port: int = 0, most: int = 1000) -> Iterator[CountingServer]:
    server = CountingServer(port or create_fake_server().port, most=most)
    settings.DELIVERY_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT, settings.EMAIL_TIMEOUT = "127.0.0.1", server.port, 10
    settings.EMAIL_HOST_USER = settings.EMAIL_HOST_PASSWORD = ""
    with run_server(server):
        yield server


@pytest.fixture
def delivery() -> Iterator[Delivery]:
    delivery = Delivery()
    with clock.freeze(NOON):
        yield delivery
    delivery.close()


def queue_mails(count: int) -> None:
    for number in range(count):
        content = {"subject": "Hello", "text": "Hello"}
        outbox.queue_mail("prepared", address=f"asel{number}@fund.example", content=content, language="en", at=NOON)


def test_all_mails_of_several_rounds_leave_over_one_connection(delivery: Delivery, settings: Settings) -> None:
    with run_counting_server(settings) as server:
        for _ in range(3):
            queue_mails(4)
            assert delivery.deliver_due() == 4
    assert (len(server.taken), len(server.sessions)) == (12, 1)


def test_a_connection_that_the_server_ends_delays_no_mail(delivery: Delivery, settings: Settings) -> None:
    """By a 421 as the answer to the fourth mail, and by closing it while no mail leaves."""
    queue_mails(7)
    with run_counting_server(settings, most=3) as server:
        assert delivery.deliver_due() == 7
        assert (len(server.taken), len(server.sessions)) == (7, 3)
    queue_mails(2)
    with run_counting_server(settings, port=server.port) as later:
        assert delivery.deliver_due() == 2
    assert len(later.taken) == 2
    assert set(OutgoingMail.objects.values_list("attempts", "last_error")) == {(1, "")}


def test_a_new_connection_that_fails_is_a_failed_attempt(delivery: Delivery, settings: Settings) -> None:
    queue_mails(2)
    with run_counting_server(settings, most=0) as server:
        assert delivery.deliver_due() == 2
    assert (server.taken, len(server.sessions)) == ([], 2)
    assert set(OutgoingMail.objects.values_list("attempts", "last_error")) == {(1, "smtp 421")}


def test_an_unused_connection_is_ended(delivery: Delivery, settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(kept_connection, "UNUSED_SECONDS", 0.2)
    with run_counting_server(settings) as server:
        for _ in range(2):
            queue_mails(1)
            delivery.deliver_due()
            time.sleep(0.3)
        assert delivery.deliver_due() == 0
        assert delivery._connection._backend is None
    assert len(server.sessions) == 2


def test_a_round_ends_when_it_may_not_go_on_but_never_before_one_mail(delivery: Delivery, settings: Settings) -> None:
    queue_mails(3)
    with run_counting_server(settings) as server:
        assert delivery.deliver_due(may_go_on=lambda: False) == 1
        assert delivery.deliver_due(may_go_on=lambda: len(server.taken) < 3) == 2


def test_the_life_of_a_link_begins_when_its_mail_leaves(delivery: Delivery, settings: Settings, appeal: Appeal) -> None:
    endorsement, _ = factories.submitted(appeal)
    later = NOON + timedelta(hours=5)
    with run_counting_server(settings), clock.freeze(later):
        assert delivery.deliver_due() == 1
    mail = OutgoingMail.objects.get(mailbox_index=endorsement.mailbox_index)
    endorsement.refresh_from_db()
    assert (mail.sent_at, endorsement.asked_at) == (later, later)
    assert {link.expires_at for link in mail.links.all()} == {later + timedelta(days=7)}
