"""Queued mails are sent through a real SMTP server, stay queued, or are finally refused."""

from collections.abc import Iterator
from datetime import datetime, timedelta

import pytest
from django.core.mail import send_mail
from pytest_django import Settings

from petition.actions.mailing.delivery import deliver_due
from petition.mail import outbox
from petition.models import Appeal, OutgoingMail
from petition.reference import clock
from petition.security.keys import generate_keys
from tests import factories
from tests.actions.mailing.fake_mail_server import FakeMailServer, create_fake_server, run_server
from tests.factories import NOON

pytestmark = [pytest.mark.both_databases, pytest.mark.django_db]
ADDRESS = "asel@fund.example"


@pytest.fixture
def closed_office(settings: Settings) -> FakeMailServer:
    """The settings name a mail server that is not running."""
    office = create_fake_server()
    settings.DELIVERY_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT, settings.EMAIL_TIMEOUT = "127.0.0.1", office.port, 10
    settings.EMAIL_HOST_USER = settings.EMAIL_HOST_PASSWORD = ""
    return office


@pytest.fixture
def office(closed_office: FakeMailServer) -> Iterator[FakeMailServer]:
    with run_server(closed_office):
        yield closed_office


def queue_test_mail(address: str = ADDRESS, message: str = "prepared", **content: str) -> OutgoingMail:
    content = {"subject": "Hello", "text": "Hello"} | content
    return outbox.queue_mail(message, address=address, content=content, language="en", at=NOON)


def deliver(at: datetime = NOON) -> tuple[int, OutgoingMail]:
    """Return how many mails were tried at `at`, and the oldest mail afterwards."""
    with clock.freeze(at):
        return deliver_due(), OutgoingMail.objects.earliest("pk")


def test_an_accepted_mail_is_no_longer_owed(office: FakeMailServer) -> None:
    message_id = queue_test_mail().message_id
    tried, mail = deliver()
    assert (tried, mail.sent_at, mail.sealed_address, mail.last_error) == (1, NOON, "", "")
    (taken,) = office.taken
    assert (taken["To"], taken["Message-ID"], taken["Auto-Submitted"]) == (ADDRESS, message_id, "auto-generated")
    assert deliver() == (0, mail)


def test_a_confirmation_arrives_with_its_link_as_plain_text_alone(office: FakeMailServer, appeal: Appeal) -> None:
    """No markup: neither a name nor a sentence of the staff can become a link or a picture there."""
    _, token = factories.submitted(appeal, contact_email=ADDRESS, language="en")
    deliver()
    (taken,) = office.taken
    assert taken["Subject"] == "Please confirm your address"
    assert (taken.get_content_type(), taken.is_multipart()) == ("text/plain", False)
    assert f"http://127.0.0.1:8000/endorsements/{token}/confirm/" in taken.get_content().splitlines()


@pytest.mark.parametrize("stage", ["senders", "recipients", "contents"])
def test_a_busy_server_is_asked_again_later_with_the_same_message_id(office: FakeMailServer, stage: str) -> None:
    message_id = queue_test_mail().message_id
    setattr(office, stage, ["450 Busy", "451 Busy"])
    _, mail = deliver()
    assert (mail.sent_at, mail.failed_at, mail.last_error) == (None, None, "smtp 450")
    assert deliver(NOON + timedelta(seconds=29))[0] == 0
    _, mail = deliver(NOON + timedelta(seconds=30))
    assert (mail.sent_at, mail.last_error, mail.attempts) == (None, "smtp 451", 2)
    _, mail = deliver(NOON + timedelta(seconds=90))
    assert mail.sent_at == NOON + timedelta(seconds=90)
    assert [taken["Message-ID"] for taken in office.taken] == [message_id]


@pytest.mark.parametrize(("stage", "answer"), [("recipients", "550 No such mailbox"), ("contents", "554 Not wanted")])
def test_a_final_refusal_erases_the_address(office: FakeMailServer, stage: str, answer: str) -> None:
    queue_test_mail()
    setattr(office, stage, [answer])
    _, mail = deliver()
    assert (mail.failed_at, mail.last_error) == (NOON, f"smtp {answer[:3]}")
    assert (mail.sealed_address, mail.sealed_content) == ("", "")
    assert deliver(NOON + timedelta(days=1))[0] == 0


def test_a_mail_with_a_refused_sender_stays_queued(office: FakeMailServer) -> None:
    queue_test_mail()
    office.senders = ["550 Not from here"]
    _, mail = deliver()
    assert (mail.failed_at, mail.last_error) == (None, "smtp 550")
    assert deliver(NOON + timedelta(seconds=30))[1].sent_at


def test_a_mail_stays_queued_when_the_login_is_refused(closed_office: FakeMailServer, settings: Settings) -> None:
    queue_test_mail()
    settings.EMAIL_HOST_USER, settings.EMAIL_HOST_PASSWORD = "desk", "wrong"
    with run_server(closed_office, password="right"):
        _, mail = deliver()
        assert (mail.failed_at, mail.last_error) == (None, "smtp 535")
        settings.EMAIL_HOST_PASSWORD = "right"
        assert deliver(NOON + timedelta(seconds=30))[1].sent_at
    assert len(closed_office.taken) == 1


def test_while_the_server_is_down_mails_stay_queued_and_leave_when_it_is_back(closed_office: FakeMailServer) -> None:
    for number in range(3):
        queue_test_mail(f"asel{number}@fund.example")
    tried, mail = deliver()
    assert (tried, mail.last_error, OutgoingMail.objects.owed().count()) == (3, "ConnectionRefusedError", 3)
    with run_server(closed_office):
        deliver(NOON + timedelta(seconds=30))
    assert sorted(taken["To"] for taken in closed_office.taken) == [f"asel{number}@fund.example" for number in range(3)]
    assert OutgoingMail.objects.owed().count() == 0


def test_one_refused_mailbox_does_not_hold_up_the_others(office: FakeMailServer) -> None:
    for number in range(3):
        queue_test_mail(f"asel{number}@fund.example")
    office.recipients = ["550 No such mailbox"]
    assert deliver()[0] == 3
    assert [taken["To"] for taken in office.taken] == ["asel1@fund.example", "asel2@fund.example"]


@pytest.mark.parametrize(
    ("address", "message"), [(ADDRESS, "of_another_release"), ("asel\nBcc: x@fund.example", "prepared")]
)
def test_one_mail_that_cannot_be_written_does_not_hold_up_the_others(
    office: FakeMailServer, address: str, message: str
) -> None:
    queue_test_mail(address, message)
    queue_test_mail("aibek@fund.example")
    tried, mail = deliver()
    assert (tried, mail.sent_at, mail.failed_at) == (2, None, None)
    assert mail.last_error in ("KeyError", "BadHeaderError", "ValueError")
    assert office.tried == ["aibek@fund.example"]


def test_a_process_without_the_key_leaves_the_mail_to_others(office: FakeMailServer, settings: Settings) -> None:
    queue_test_mail()
    private = settings.CONTACT_PRIVATE_KEYS
    settings.CONTACT_PRIVATE_KEYS = [generate_keys()["CONTACT_PRIVATE_KEY"]]
    _, mail = deliver()
    assert (mail.failed_at, mail.last_error, office.tried) == (None, "no key", [])
    settings.CONTACT_PRIVATE_KEYS = private
    assert deliver(NOON + timedelta(seconds=30))[1].sent_at


def test_no_error_names_the_mailbox(office: FakeMailServer) -> None:
    queue_test_mail()
    office.recipients = [f"550 <{ADDRESS}>: no such mailbox"]
    _, mail = deliver()
    assert mail.last_error == "smtp 550"


def test_a_subject_cannot_add_a_header_or_a_recipient(office: FakeMailServer) -> None:
    queue_test_mail(subject="Hello\r\nBcc: everybody@fund.example\r\n\r\n<script>")
    deliver()
    (taken,) = office.taken
    assert taken["Bcc"] is None
    assert taken["Subject"] == "Hello Bcc: everybody@fund.example <script>"
    assert office.tried == [ADDRESS]


def test_answers_go_to_the_secretariat_where_there_is_one(office: FakeMailServer, settings: Settings) -> None:
    settings.SECRETARIAT_ADDRESS = ""
    queue_test_mail()
    deliver()
    settings.SECRETARIAT_ADDRESS = "desk@appeal.example"
    queue_test_mail()
    deliver()
    assert [taken["Reply-To"] for taken in office.taken] == [None, "desk@appeal.example"]


def test_at_most_as_many_as_asked_for_are_tried(office: FakeMailServer) -> None:
    for _ in range(3):
        queue_test_mail()
    assert deliver_due(most=2) == 2
    assert OutgoingMail.objects.owed().count() == 1


def test_djangos_own_mails_are_owed_and_sent_later(office: FakeMailServer) -> None:
    with clock.freeze(NOON):
        sent = send_mail("New\tsign-in", "Somebody signed in", None, ["Asel <asel@fund.example>", "aibek@fund.example"])
    assert sent == 1
    assert office.tried == []
    assert OutgoingMail.objects.owed().count() == 2
    deliver()
    assert sorted(office.tried) == ["aibek@fund.example", "asel@fund.example"]
    assert {taken["Subject"] for taken in office.taken} == {"New sign-in"}
    assert all(len(taken["To"].addresses) == 1 for taken in office.taken)


def test_a_domain_is_written_as_its_own_registry_does(office: FakeMailServer) -> None:
    """Django's mailer makes `fass.de` of `faß.de`, which is somebody else's (IDNA 2003)."""
    with clock.freeze(NOON):
        send_mail("Hello", "Hello", None, ["desk@faß.de"])  # as an account that `createsuperuser` made may have it
    queue_test_mail("office@faß.de")
    assert deliver()[0] == 2
    assert sorted(office.tried) == ["desk@xn--fa-hia.de", "office@xn--fa-hia.de"]
    assert "fass.de" not in " ".join(str(mail["To"]) for mail in office.taken)
