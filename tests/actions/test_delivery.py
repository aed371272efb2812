"""What is owed leaves through a real SMTP server, or stays owed, or is finally refused."""

from collections.abc import Iterator
from datetime import datetime, timedelta

import pytest
from django.core.mail import send_mail
from pytest_django import Settings

from petition.actions.delivery import deliver_due
from petition.mail import outbox
from petition.models import Appeal, OutgoingMail
from petition.protection.contacts import seal
from petition.protection.keys import new_keys
from petition.vocabulary import clock
from tests import factories
from tests.actions.post_office import PostOffice, a_post_office, opened
from tests.factories import NOON

pytestmark = pytest.mark.django_db
ADDRESS = "asel@fund.example"


@pytest.fixture
def closed_office(settings: Settings) -> PostOffice:
    """Our settings name a post office that is not open."""
    office = a_post_office()
    settings.DELIVERY_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT, settings.EMAIL_TIMEOUT = "127.0.0.1", office.port, 10
    settings.EMAIL_HOST_USER = settings.EMAIL_HOST_PASSWORD = ""
    return office


@pytest.fixture
def office(closed_office: PostOffice) -> Iterator[PostOffice]:
    with opened(closed_office):
        yield closed_office


def owed(address: str = ADDRESS, message: str = "prepared", **content: str) -> OutgoingMail:
    sealed = seal({"subject": "Hello", "text": "Hello"} | content)
    return outbox.owe(message, sealed_address=seal(address), sealed_content=sealed, language="en", at=NOON)


def delivered(at: datetime = NOON) -> tuple[int, OutgoingMail]:
    """How many were tried at `at`, and the oldest mail afterwards."""
    with clock.frozen(at):
        return deliver_due(), OutgoingMail.objects.earliest("pk")


def test_an_accepted_mail_is_no_longer_owed(office: PostOffice) -> None:
    message_id = owed().message_id
    tried, mail = delivered()
    assert (tried, mail.sent_at, mail.sealed_address, mail.last_error) == (1, NOON, "", "")
    (taken,) = office.taken
    assert (taken["To"], taken["Message-ID"], taken["Auto-Submitted"]) == (ADDRESS, message_id, "auto-generated")
    assert delivered() == (0, mail)


def test_a_confirmation_arrives_with_its_link_as_plain_text_alone(office: PostOffice, appeal: Appeal) -> None:
    """No markup: neither a name nor a sentence of the staff can become a link or a picture there."""
    _, token = factories.submitted(appeal, contact_email=ADDRESS, language="en")
    delivered()
    (taken,) = office.taken
    assert taken["Subject"] == "Please confirm your address"
    assert (taken.get_content_type(), taken.is_multipart()) == ("text/plain", False)
    assert f"http://127.0.0.1:8000/endorsements/{token}/confirm/" in taken.get_content().splitlines()


@pytest.mark.parametrize("stage", ["senders", "recipients", "contents"])
def test_a_server_that_is_busy_is_asked_again_later_with_the_same_message_id(office: PostOffice, stage: str) -> None:
    message_id = owed().message_id
    setattr(office, stage, ["450 Busy", "451 Busy"])
    _, mail = delivered()
    assert (mail.sent_at, mail.failed_at, mail.last_error) == (None, None, "smtp 450")
    assert delivered(NOON + timedelta(seconds=29))[0] == 0
    _, mail = delivered(NOON + timedelta(seconds=30))
    assert (mail.sent_at, mail.last_error, mail.attempts) == (None, "smtp 451", 2)
    _, mail = delivered(NOON + timedelta(seconds=90))
    assert mail.sent_at == NOON + timedelta(seconds=90)
    assert [taken["Message-ID"] for taken in office.taken] == [message_id]


@pytest.mark.parametrize(("stage", "answer"), [("recipients", "550 No such mailbox"), ("contents", "554 Not wanted")])
def test_a_final_answer_ends_it_and_forgets_the_address(office: PostOffice, stage: str, answer: str) -> None:
    owed()
    setattr(office, stage, [answer])
    _, mail = delivered()
    assert (mail.failed_at, mail.last_error) == (NOON, f"smtp {answer[:3]}")
    assert (mail.sealed_address, mail.sealed_content) == ("", "")
    assert delivered(NOON + timedelta(days=1))[0] == 0


def test_a_refused_sender_is_ours_to_repair_and_the_mail_stays_owed(office: PostOffice) -> None:
    owed()
    office.senders = ["550 Not from here"]
    _, mail = delivered()
    assert (mail.failed_at, mail.last_error) == (None, "smtp 550")
    assert delivered(NOON + timedelta(seconds=30))[1].sent_at


def test_a_refused_log_in_is_ours_to_repair_and_the_mail_stays_owed(
    closed_office: PostOffice, settings: Settings
) -> None:
    owed()
    settings.EMAIL_HOST_USER, settings.EMAIL_HOST_PASSWORD = "desk", "wrong"
    with opened(closed_office, password="right"):
        _, mail = delivered()
        assert (mail.failed_at, mail.last_error) == (None, "smtp 535")
        settings.EMAIL_HOST_PASSWORD = "right"
        assert delivered(NOON + timedelta(seconds=30))[1].sent_at
    assert len(closed_office.taken) == 1


def test_while_the_server_is_down_every_mail_stays_owed_and_leaves_when_it_is_back(closed_office: PostOffice) -> None:
    for number in range(3):
        owed(f"asel{number}@fund.example")
    tried, mail = delivered()
    assert (tried, mail.last_error, OutgoingMail.objects.owed().count()) == (3, "ConnectionRefusedError", 3)
    with opened(closed_office):
        delivered(NOON + timedelta(seconds=30))
    assert sorted(taken["To"] for taken in closed_office.taken) == [f"asel{number}@fund.example" for number in range(3)]
    assert OutgoingMail.objects.owed().count() == 0


def test_one_refused_mailbox_does_not_hold_up_the_others(office: PostOffice) -> None:
    for number in range(3):
        owed(f"asel{number}@fund.example")
    office.recipients = ["550 No such mailbox"]
    assert delivered()[0] == 3
    assert [taken["To"] for taken in office.taken] == ["asel1@fund.example", "asel2@fund.example"]


@pytest.mark.parametrize(
    ("address", "message"), [(ADDRESS, "of_another_release"), ("asel\nBcc: x@fund.example", "prepared")]
)
def test_one_mail_that_cannot_be_written_does_not_hold_up_the_others(
    office: PostOffice, address: str, message: str
) -> None:
    owed(address, message)
    owed("aibek@fund.example")
    tried, mail = delivered()
    assert (tried, mail.sent_at, mail.failed_at) == (2, None, None)
    assert mail.last_error in ("KeyError", "BadHeaderError", "ValueError")
    assert office.tried == ["aibek@fund.example"]


def test_who_holds_no_key_leaves_the_mail_to_somebody_who_does(office: PostOffice, settings: Settings) -> None:
    owed()
    private = settings.CONTACT_PRIVATE_KEYS
    settings.CONTACT_PRIVATE_KEYS = [new_keys()["CONTACT_PRIVATE_KEY"]]
    _, mail = delivered()
    assert (mail.failed_at, mail.last_error, office.tried) == (None, "no key", [])
    settings.CONTACT_PRIVATE_KEYS = private
    assert delivered(NOON + timedelta(seconds=30))[1].sent_at


def test_no_error_names_the_mailbox(office: PostOffice) -> None:
    owed()
    office.recipients = [f"550 <{ADDRESS}>: no such mailbox"]
    _, mail = delivered()
    assert mail.last_error == "smtp 550"


def test_a_subject_cannot_add_a_header_or_a_recipient(office: PostOffice) -> None:
    owed(subject="Hello\r\nBcc: everybody@fund.example\r\n\r\n<script>")
    delivered()
    (taken,) = office.taken
    assert taken["Bcc"] is None
    assert taken["Subject"] == "Hello Bcc: everybody@fund.example <script>"
    assert office.tried == [ADDRESS]


def test_answers_go_to_the_secretariat_where_there_is_one(office: PostOffice, settings: Settings) -> None:
    settings.SECRETARIAT_ADDRESS = ""
    owed()
    delivered()
    settings.SECRETARIAT_ADDRESS = "desk@appeal.example"
    owed()
    delivered()
    assert [taken["Reply-To"] for taken in office.taken] == [None, "desk@appeal.example"]


def test_at_most_as_many_as_asked_for_are_tried(office: PostOffice) -> None:
    for _ in range(3):
        owed()
    assert deliver_due(most=2) == 2
    assert OutgoingMail.objects.owed().count() == 1


def test_djangos_own_mails_are_owed_and_sent_later(office: PostOffice) -> None:
    with clock.frozen(NOON):
        sent = send_mail("New\tsign-in", "Somebody signed in", None, ["Asel <asel@fund.example>", "aibek@fund.example"])
    assert sent == 1
    assert office.tried == []
    assert OutgoingMail.objects.owed().count() == 2
    delivered()
    assert sorted(office.tried) == ["aibek@fund.example", "asel@fund.example"]
    assert {taken["Subject"] for taken in office.taken} == {"New sign-in"}
    assert all(len(taken["To"].addresses) == 1 for taken in office.taken)


def test_a_domain_is_written_as_its_own_registry_does(office: PostOffice) -> None:
    """Django's mailer makes `fass.de` of `faß.de`, which is somebody else's (IDNA 2003)."""
    with clock.frozen(NOON):
        send_mail("Hello", "Hello", None, ["desk@faß.de"])  # as an account that `createsuperuser` made may have it
    owed("office@faß.de")
    assert delivered()[0] == 2
    assert sorted(office.tried) == ["desk@xn--fa-hia.de", "office@xn--fa-hia.de"]
    assert "fass.de" not in " ".join(str(mail["To"]) for mail in office.taken)
