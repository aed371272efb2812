"""`check_mail`: it shows whether mail can be sent, and what to do otherwise."""

import pytest
from django.core.management import CommandError, call_command
from pytest_django.fixtures import Settings

from petition.models import OutgoingMail
from tests.actions.mailing.fake_mail_server import FakeMailServer, create_fake_server, run_server
from tests.mail.dns_server import run_dns_server

pytestmark = pytest.mark.django_db
Capture = pytest.CaptureFixture[str]


def sends_through(office: FakeMailServer, settings: Settings) -> None:
    settings.DELIVERY_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_URL = f"smtp://127.0.0.1:{office.port}"
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", office.port


def test_a_mail_accepted_by_the_server_is_reported(settings: Settings, capsys: Capture) -> None:
    with run_server(create_fake_server()) as office:
        sends_through(office, settings)
        call_command("check_mail", "you@example.org")
    (mail,) = office.taken
    assert (mail["To"], mail["From"]) == ("you@example.org", settings.SENDER)
    assert "The mail server accepted the mail" in capsys.readouterr().out
    assert not OutgoingMail.objects.exists()


def test_a_refusing_or_unreachable_server_is_reported(settings: Settings) -> None:
    office = create_fake_server()
    office.recipients = ["550 no such user"]
    with run_server(office):
        sends_through(office, settings)
        with pytest.raises(CommandError, match=r"smtp 550.*compare EMAIL_URL"):
            call_command("check_mail", "you@example.org")
    with pytest.raises(CommandError, match="ConnectionRefusedError"):
        call_command("check_mail", "you@example.org")


def test_without_a_server_the_mail_is_a_file(settings: Settings, capsys: Capture) -> None:
    call_command("check_mail", "you@example.org")
    assert "EMAIL_URL is not set" in capsys.readouterr().out
    assert any("you@example.org" in path.read_text() for path in settings.MAIL_DIR.glob("*.eml"))


def test_an_invalid_address_is_refused() -> None:
    with pytest.raises(CommandError, match="is not an e-mail address"):
        call_command("check_mail", "you at example")


def test_it_says_what_the_domain_of_the_sender_lacks(settings: Settings, capsys: Capture) -> None:
    settings.SENDER, settings.BOUNCE_ADDRESS = "Desk <noreply@desk.example>", "bounces@mail.example"
    records: dict[str, list[str] | str] = {"mail.example": ["v=spf1 a:127.0.0.1 -all"]}
    with run_server(create_fake_server()) as office, run_dns_server(records) as server:
        sends_through(office, settings)
        call_command("check_mail", "you@example.org", "--dns-server", server, "--selector", "one")
    output = capsys.readouterr().out
    assert "SPF (mail.example): present." in output
    assert "DKIM (one._domainkey.desk.example): missing." in output
    assert "DMARC (_dmarc.desk.example): missing. Set TXT" in output
    assert "SPF does not count for DMARC" in output
    assert "accepted the mail" in output


def test_a_wrong_name_of_a_dns_server_is_refused(settings: Settings) -> None:
    settings.SENDER = "noreply@desk.example"
    with run_server(create_fake_server()) as office:
        sends_through(office, settings)
        with pytest.raises(CommandError, match="no address of a DNS server"):
            call_command("check_mail", "you@example.org", "--dns-server", "dns.example")
