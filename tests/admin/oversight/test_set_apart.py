"""What the worker could not process: staff see it, an administrator lets it be tried again, no page discards it."""

from datetime import timedelta

import pytest
from django.test import Client

from petition.actions.intake.set_apart import try_again
from petition.actions.mailing import staff_alerts
from petition.actions.staff import attention
from petition.models import Appeal, AuditEvent, IntakeRow, Outcome, OutgoingMail, Role
from petition.models.intake import MOST_TRIES
from petition.reference import clock
from tests.admin.staff_accounts import create_account, create_client
from tests.factories import MODERATOR, NOON
from tests.models.rows import an_intake_row

pytestmark = [pytest.mark.both_databases, pytest.mark.django_db]


@pytest.fixture
def apart() -> IntakeRow:
    return an_intake_row(attempts=MOST_TRIES, leased_until=NOON)


def test_only_rows_that_were_tried_often_enough_are_a_problem(apart: IntakeRow) -> None:
    an_intake_row(attempts=MOST_TRIES - 1)
    an_intake_row(attempts=MOST_TRIES, box=b"", done_at=NOON, outcome=Outcome.DONE)
    assert attention.SET_APART in attention.find_problems(at=NOON)
    apart.delete()
    assert attention.SET_APART not in attention.find_problems(at=NOON)


def test_the_overview_lists_them_and_an_administrator_tries_one_again(apart: IntakeRow) -> None:
    other = an_intake_row(attempts=MOST_TRIES)
    administrator = create_account("administrator", Role.ADMINISTRATOR)
    client, path = create_client(administrator), f"/admin/overview/intake/{apart.pk}/retry/"
    page = client.get("/admin/overview/").content.decode()
    assert str(apart.pk) in page
    assert path in page
    assert "could not be processed" in page
    assert client.post(path)["Location"] == "/admin/overview/"
    apart.refresh_from_db()
    other.refresh_from_db()
    assert (apart.attempts, apart.leased_until, other.attempts) == (0, None, MOST_TRIES)
    assert set(IntakeRow.objects.waiting()) == {apart}
    event = AuditEvent.objects.get(verb="retry_intake")
    assert (event.subject_kind, event.actor_id) == ("intake", administrator.pk)
    assert str(apart.pk) not in client.get("/admin/overview/").content.decode()


def test_a_moderator_sees_them_without_a_button(apart: IntakeRow, appeal: Appeal) -> None:
    page = create_client(create_account("moderator", Role.MODERATOR)).get("/admin/overview/").content.decode()
    assert str(apart.pk) in page
    assert "retry" not in page


def test_trying_again_does_nothing_to_a_row_that_is_not_set_apart(client: Client) -> None:
    waiting = an_intake_row(attempts=1)
    done = an_intake_row(attempts=MOST_TRIES, box=b"", done_at=NOON, outcome=Outcome.DONE)
    for row in (waiting, done):
        assert not try_again(row.pk, by=MODERATOR, at=NOON)
    waiting.refresh_from_db()
    assert waiting.attempts == 1
    assert not AuditEvent.objects.filter(verb="retry_intake").exists()


def test_administrators_get_one_mail_a_day_with_the_number(apart: IntakeRow) -> None:
    an_intake_row(attempts=MOST_TRIES)
    for name, role in (("administrator", Role.ADMINISTRATOR), ("editor", Role.EDITOR)):
        create_account(name, role)
    at = clock.now()
    for day in (0, 0, 1):
        staff_alerts.queue_alerts(at=at + timedelta(days=day))
    assert OutgoingMail.objects.filter(message="set_apart").count() == 2
