"""What the worker tells the public process, which has neither the keys nor the tables."""

from datetime import timedelta

import pytest
from django.core.management import call_command

from petition.actions.audit import Actor
from petition.actions.moderation import decisions
from petition.actions.operations import site_state
from petition.mail import outbox
from petition.management.commands.worker import Command
from petition.models import Appeal, IntakeRow, Outcome, SiteState
from petition.models.intake import MOST_TRIES
from petition.reference import clock
from petition.security import encryption
from tests import factories
from tests.factories import NOON
from tests.models.rows import an_intake_row

pytestmark = [pytest.mark.both_databases, pytest.mark.django_db]


def publish() -> SiteState:
    site_state.publish_figures(at=NOON)
    return SiteState.objects.get()


def test_the_keys_that_open_the_intake_are_published() -> None:
    assert list(publish().intake_keys) == encryption.get_key_ids()[1]


def test_keys_of_another_worker_stay_while_it_runs() -> None:
    """While a key is replaced, the worker that has the new one must not be overruled by one that has the old one."""
    seconds = {"running": 30, "stopped": 61}
    keys = {name: (NOON - timedelta(seconds=ago)).isoformat() for name, ago in seconds.items()}
    SiteState.objects.update_or_create(pk=1, defaults={"intake_keys": keys})
    assert set(publish().intake_keys) == {"running", *encryption.get_key_ids()[1]}


def test_the_oldest_waiting_row_is_published_and_none_that_is_done_or_set_apart() -> None:
    hours = [NOON - timedelta(hours=number) for number in range(1, 5)]
    an_intake_row(box=b"", arrived_at=hours[3], done_at=NOON, outcome=Outcome.DONE)
    an_intake_row(arrived_at=hours[2], attempts=MOST_TRIES)
    an_intake_row(arrived_at=hours[2], key_id="made-up")
    assert publish().intake_waits_since is None, "a stolen public process must not make all pages say that we are late"
    for hour in hours[:2]:
        an_intake_row(arrived_at=hour, key_id=encryption.get_public_key_id())
    assert publish().intake_waits_since == hours[1]
    IntakeRow.objects.all().delete()
    assert publish().intake_waits_since is None


def test_the_oldest_mail_that_is_due_is_published() -> None:
    def queue(hours: int, due: int) -> None:
        at = NOON - timedelta(hours=hours)
        due_at = NOON - timedelta(hours=due)
        outbox.queue_mail("new_device", address="a@b.example", content={}, language="en", at=at, due=due_at)

    queue(hours=5, due=-1)
    assert publish().mail_waits_since is None
    queue(hours=2, due=2)
    queue(hours=3, due=1)
    assert publish().mail_waits_since == NOON - timedelta(hours=3)


def test_the_usual_time_of_a_decision_is_published_from_five_decisions_on(appeal: Appeal) -> None:
    for number in range(5):
        assert publish().review_days == {}
        row = factories.confirmed(appeal, at=NOON - timedelta(days=number + 2))
        decisions.approve(row.pk, by=Actor.staff(1), at=NOON)
    assert publish().review_days == {str(appeal.pk): 5}


def test_the_first_thing_a_worker_does_lets_the_public_process_take_in_forms(appeal: Appeal) -> None:
    first = Command()._duties()[0]
    assert first.name == "heartbeat"
    first.run(clock.now())
    site = SiteState.objects.get()
    assert list(site.intake_keys) == encryption.get_key_ids()[1]
    assert site.rate_key
    assert site.worker_seen_at is not None


def test_a_worker_publishes_them(appeal: Appeal) -> None:
    call_command("worker", "--once")
    assert list(SiteState.objects.get().intake_keys) == encryption.get_key_ids()[1]
