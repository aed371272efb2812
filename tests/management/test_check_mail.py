"""`check_mail`: the operator sees at once whether mail leaves, and what to do when it does not."""

import pytest
from django.core.management import CommandError, call_command
from pytest_django.fixtures import Settings

from petition.models import OutgoingMail
from tests.actions.mailing.post_office import PostOffice, a_post_office, opened

pytestmark = pytest.mark.django_db
Said = pytest.CaptureFixture[str]


def sends_through(office: PostOffice, settings: Settings) -> None:
    settings.DELIVERY_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_URL = f"smtp://127.0.0.1:{office.port}"
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", office.port


def test_a_server_that_takes_it(settings: Settings, capsys: Said) -> None:
    with opened(a_post_office()) as office:
        sends_through(office, settings)
        call_command("check_mail", "you@example.org")
    (mail,) = office.taken
    assert (mail["To"], mail["From"]) == ("you@example.org", settings.SENDER)
    assert "The mail server took it" in capsys.readouterr().out
    assert not OutgoingMail.objects.exists()


def test_a_server_that_refuses_or_is_not_there(settings: Settings) -> None:
    office = a_post_office()
    office.recipients = ["550 no such user"]
    with opened(office):
        sends_through(office, settings)
        with pytest.raises(CommandError, match=r"smtp 550.*compare EMAIL_URL"):
            call_command("check_mail", "you@example.org")
    with pytest.raises(CommandError, match="ConnectionRefusedError"):
        call_command("check_mail", "you@example.org")


def test_without_a_server_it_is_a_file(settings: Settings, capsys: Said) -> None:
    call_command("check_mail", "you@example.org")
    assert "EMAIL_URL is not set" in capsys.readouterr().out
    assert any("you@example.org" in path.read_text() for path in settings.MAIL_DIR.glob("*.eml"))


def test_what_is_no_address_is_said_so() -> None:
    with pytest.raises(CommandError, match="is not an address"):
        call_command("check_mail", "you at example")
