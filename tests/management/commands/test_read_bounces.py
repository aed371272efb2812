"""A mail that comes back after it was accepted is shown at its endorsement, without an address."""

import io
from collections.abc import Iterator
from datetime import timedelta
from email.message import EmailMessage
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command
from django.test import Client
from pytest_django.fixtures import Settings

from petition.actions.mailing import delivery
from petition.actions.staff import attention
from petition.models import Appeal, AuditEvent, Endorsement, OutgoingMail
from petition.reference import clock
from tests import factories
from tests.actions.mailing.fake_mail_server import FakeMailServer, create_fake_server, run_server
from tests.factories import NOON
from tests.mail.reports import a_report

pytestmark = pytest.mark.both_databases
LATER = NOON + timedelta(minutes=2)


@pytest.fixture
def office(settings: Settings) -> Iterator[FakeMailServer]:
    """A real mail server that the settings name."""
    office = create_fake_server()
    settings.DELIVERY_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT, settings.EMAIL_TIMEOUT = "127.0.0.1", office.port, 10
    settings.EMAIL_HOST_USER = settings.EMAIL_HOST_PASSWORD = ""
    settings.BOUNCE_ADDRESS = "bounces@desk.example"
    with run_server(office):
        yield office


@pytest.fixture
def sent(appeal: Appeal, office: FakeMailServer) -> Endorsement:
    """An approved endorsement, whose mails were accepted."""
    endorsement = factories.approved(appeal, contact_email="asel@fund.example")
    with clock.freeze(LATER):
        delivery.deliver_due()
    assert {mail["To"] for mail in office.taken} == {"asel@fund.example"}
    return endorsement


def report(office: FakeMailServer, **changes: str) -> bytes:
    """What comes back to the envelope sender of the last mail."""
    return a_report(to=office.envelope_senders[-1], mail_id="gone", **changes)


def pipe(content: bytes, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(content)))
    call_command("read_bounces")


def bounces() -> list[tuple[str, int | None, str]]:
    return list(AuditEvent.objects.filter(verb="bounce").values_list("subject_kind", "subject_id", "reason"))


def test_each_mail_has_its_own_envelope_sender_and_the_same_from(sent: Endorsement, office: FakeMailServer) -> None:
    expected = [f"bounces+{str(mail['Message-ID'])[1:33]}@desk.example" for mail in office.taken]
    assert office.envelope_senders == expected
    assert len(set(expected)) == len(expected)
    assert not any("bounces" in str(mail["From"]) for mail in office.taken)


def test_a_returned_mail_is_recorded_and_shown(
    sent: Endorsement, office: FakeMailServer, staff: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    queue, page = "/admin/?state=approved", f"/admin/endorsements/{sent.pk}/"
    words = "The e-mail to the contact came back"
    assert words not in staff.get(queue).content.decode()
    pipe(report(office), monkeypatch)
    pipe(report(office), monkeypatch)  # a second report of the same mail
    assert bounces() == [("endorsement", sent.pk, "5.1.1")]
    assert words in staff.get(queue).content.decode()
    shown = staff.get(page).content.decode()
    assert "came back on" in shown
    assert "(5.1.1)" in shown
    assert attention.FAILED_MAIL in attention.find_problems(at=clock.now())
    stored = str([*OutgoingMail.objects.values(), *AuditEvent.objects.values()])
    assert "asel@" not in stored
    assert "no such user" not in stored


def test_a_delay_changes_nothing(sent: Endorsement, office: FakeMailServer, monkeypatch: pytest.MonkeyPatch) -> None:
    pipe(report(office, action="delayed", status="4.4.1"), monkeypatch)
    assert bounces() == []
    assert not OutgoingMail.objects.filter(bounced_at__isnull=False).exists()


def test_a_stranger_cannot_report_the_mail_of_somebody_else(
    sent: Endorsement, office: FakeMailServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    sender = office.envelope_senders[-1]
    last = sender.partition("@")[0][-1]
    forged = sender.replace(f"{last}@", f"{'0' if last != '0' else '1'}@")
    for to in (forged, "bounces+@desk.example", "bounces+%@desk.example", "bounces@desk.example"):
        pipe(a_report(to=to, mail_id="gone"), monkeypatch)
    assert bounces() == []


def test_a_mail_to_a_mailbox_is_shown_at_each_of_its_forms(
    appeal: Appeal, office: FakeMailServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    forms = [factories.submitted(appeal, contact_email="asel@fund.example")[0] for _ in range(2)]
    with clock.freeze(LATER):
        delivery.deliver_due()
    pipe(report(office), monkeypatch)
    assert {pk for _kind, pk, _reason in bounces()} == {form.pk for form in forms}


def test_a_folder_is_read_once_and_reports_do_not_stay(
    sent: Endorsement, office: FakeMailServer, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    for name in ("new", "cur", "tmp"):
        (tmp_path / name).mkdir()
    reply = EmailMessage()
    reply["Subject"] = "Out of office"
    (tmp_path / "new" / "1.report").write_bytes(report(office))
    (tmp_path / "new" / "2.reply").write_bytes(reply.as_bytes())
    call_command("read_bounces", "--maildir", str(tmp_path))
    assert "1 returned mails were recorded; 1 other mails" in capsys.readouterr().out
    assert len(bounces()) == 1
    assert [path.name for path in tmp_path.glob("*/*")] == ["2.reply:2,S"]
    call_command("read_bounces", "--maildir", str(tmp_path))
    assert "0 returned mails were recorded; 0 other mails" in capsys.readouterr().out


def test_a_folder_that_is_no_maildir_is_refused(tmp_path: Path) -> None:
    with pytest.raises(CommandError, match="no mailbox in Maildir format"):
        call_command("read_bounces", "--maildir", str(tmp_path))
