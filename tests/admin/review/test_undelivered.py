"""A refused mail is shown at the endorsement that it was about, also the first one, which belongs to a mailbox."""

from datetime import timedelta

from django.test import Client
from django.urls import reverse
from pytest_django import Settings

from petition.actions.intake import accept
from petition.actions.mailing.delivery import deliver_due
from petition.models import Appeal, Endorsement
from petition.reference import clock
from tests import factories
from tests.actions.mailing.fake_mail_server import create_fake_server, run_server
from tests.factories import NOON


def page_of(staff: Client, endorsement: Endorsement) -> str:
    return staff.get(reverse("admin:endorsement", args=[endorsement.pk])).content.decode()


def delivered(settings: Settings, *answers: str) -> None:
    """Send what is due two minutes after NOON, with these responses of the server to the recipients."""
    office = create_fake_server()
    office.recipients = list(answers)
    settings.DELIVERY_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT, settings.EMAIL_TIMEOUT = "127.0.0.1", office.port, 10
    settings.EMAIL_HOST_USER = settings.EMAIL_HOST_PASSWORD = ""
    with run_server(office), clock.freeze(NOON + timedelta(minutes=2)):
        while deliver_due():
            pass


def test_a_refused_mail_is_shown_at_its_endorsement(staff: Client, appeal: Appeal, settings: Settings) -> None:
    endorsement, other = factories.approved(appeal), factories.confirmed(appeal)
    delivered(settings, "250 OK", "250 OK", "550 No such mailbox")
    page = page_of(staff, endorsement)
    assert "E-mails not delivered" in page
    assert "Your request was accepted" in page
    assert 'refused on <time datetime="2026-11-23T' in page
    assert "smtp 550" in page
    assert "E-mails not delivered" not in page_of(staff, other)


def test_a_refused_confirmation_mail_is_shown_too(staff: Client, appeal: Appeal, settings: Settings) -> None:
    accept.submit(appeal, factories.a_submission(), at=NOON)
    delivered(settings, "550 No such mailbox")
    page = page_of(staff, Endorsement.objects.latest("pk"))
    assert "Please confirm your address" in page
    assert "smtp 550" in page


def test_a_mail_with_failed_attempts_is_shown_as_delayed(staff: Client, appeal: Appeal, settings: Settings) -> None:
    endorsement = factories.confirmed(appeal)
    delivered(settings, "450 Busy")
    page = page_of(staff, endorsement)
    assert "We try again" in page
    assert "refused on" not in page
