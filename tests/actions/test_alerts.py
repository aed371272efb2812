"""What the staff are told by mail, once a day each, and what the desk's banner says."""

from datetime import datetime, timedelta

import pytest
from django.core.management import call_command
from django.test import Client
from pytest_django.fixtures import Settings

from petition.actions import alerts, demonstration, endorsements, moderation, undoing, watch
from petition.actions.audit import OPERATOR, Actor
from petition.mail import outbox
from petition.models import Alert, Appeal, Kind, OutgoingMail, Role
from petition.vocabulary import clock
from tests import factories
from tests.admin.people import an_account, browser_of
from tests.factories import NOON, a_submission, an_appeal, approved, confirmed, mails, reading, submitted

EARLY = NOON.replace(hour=5)


@pytest.fixture
def people(db: None) -> None:
    """One moderator and one auditor."""
    an_account("moderator", Role.MODERATOR)
    an_account("auditor", Role.AUDITOR)


def told(at: datetime) -> list[tuple[str, str]]:
    """Which mail goes to whom, when the worker looks at `at`."""
    before = len(mails())
    alerts.tell_staff(at=at)
    return [(message, address.split("@")[0]) for message, address, _content in mails()[before:]]


def test_moderators_hear_once_a_day_what_waits_without_a_name(people: None, appeal: Appeal) -> None:
    assert told(NOON) == []  # nothing waits
    Alert.objects.all().delete()
    confirmed(appeal, at=NOON - timedelta(hours=30), organisation_name="Unmistakable Fund")
    confirmed(appeal, at=NOON)
    assert told(EARLY) == []
    assert told(NOON) == [("digest", "moderator")]
    content = mails()[-1][2]
    assert (content["waiting"], content["hours"]) == ("2", "30")
    assert "Unmistakable" not in str(content)
    assert told(NOON + timedelta(hours=1)) == []
    assert told(NOON + timedelta(days=1)) == [("digest", "moderator")]


def test_an_overdue_queue_is_told_at_once(people: None, appeal: Appeal, settings: Settings) -> None:
    settings.OVERDUE_AFTER_DAYS = 3
    confirmed(appeal, at=EARLY - timedelta(hours=72))
    assert told(EARLY) == []
    assert told(EARLY + timedelta(seconds=1)) == [("overdue", "moderator")]
    assert told(EARLY + timedelta(seconds=61)) == []


def test_a_flood_is_told_when_it_begins(people: None, appeal: Appeal, settings: Settings) -> None:
    settings.FLOOD_PER_HOUR = 3
    for minutes in (61, 30, 20, 10):
        submitted(appeal, at=EARLY - timedelta(minutes=minutes))
    assert told(EARLY) == []
    submitted(appeal, at=EARLY)
    assert told(EARLY) == [("flood", "moderator")]


def test_all_staff_hear_when_more_than_ten_names_are_hidden(people: None, appeal: Appeal) -> None:
    by = Actor.staff(1)
    for number in range(1, 11):
        moderation.hide(appeal.slug, Kind.ORIGINAL, number, by=by, at=EARLY)
    assert told(EARLY) == []
    moderation.hide(appeal.slug, Kind.ORIGINAL, 11, by=OPERATOR, at=EARLY + timedelta(minutes=59))
    assert told(EARLY + timedelta(minutes=59)) == [("hiding", "moderator"), ("hiding", "auditor")]


def test_names_taken_off_by_another_deed_count_too_and_those_that_are_back_do_not(appeal: Appeal) -> None:
    """A withdrawal or a revocation takes a name off as well as hiding does; what was never listed takes none."""
    by = Actor.staff(1)
    listed = [approved(appeal, at=EARLY) for _ in range(3)]
    moderation.withdraw(confirmed(appeal).pk, by=by, at=EARLY)
    moderation.withdraw(listed[0].pk, by=by, at=EARLY)
    moderation.revoke(listed[1].pk, by=by, at=EARLY)
    moderation.hide(appeal.slug, Kind.FURTHER, 3, by=by, at=EARLY)
    undoing.undo(listed[2].pk, by=by, at=EARLY)
    moderation.hide(appeal.slug, Kind.ORIGINAL, 1, by=by, at=EARLY)
    assert watch.names_hidden(EARLY) == 3
    moderation.show(appeal.slug, Kind.ORIGINAL, 1, by=by, at=EARLY)
    assert watch.names_hidden(EARLY) == 2


def test_what_is_made_up_alarms_nobody(people: None, db: None, settings: Settings) -> None:
    settings.FLOOD_PER_HOUR = 1
    made_up = demonstration.appeal_for("demo", reading(), at=NOON)
    list(demonstration.endorse_made_up(made_up, 20, at=NOON))
    assert told(NOON + timedelta(days=9)) == []


def test_the_worker_tells_them(committed: None) -> None:
    an_account("moderator", Role.MODERATOR)
    confirmed(an_appeal(), at=clock.now() - timedelta(days=8))
    call_command("worker", once=True, verbosity=0)
    assert "overdue" in set(OutgoingMail.objects.values_list("message", flat=True))


def test_the_banner_says_what_needs_a_person(appeal: Appeal, settings: Settings) -> None:
    client, now = browser_of(an_account("moderator", Role.MODERATOR)), clock.now()

    def troubles() -> set[str]:
        return set(watch.troubles(at=now))

    assert troubles() == {watch.WORKER}
    factories.see_worker(at=now - timedelta(minutes=10))
    assert troubles() == set()
    with clock.frozen(now):
        assert "needs a person" not in client.get("/admin/").content.decode()
    with clock.frozen(now + timedelta(seconds=1)):
        assert "worker has not been seen" in client.get("/admin/").content.decode()
    submitted(appeal, at=now - timedelta(hours=1))
    assert troubles() == {watch.OLD_MAIL}
    mail = outbox.lease_next(at=now)
    assert mail
    outbox.refused(mail, error="smtp 550", at=now, final=True)
    assert troubles() == {watch.FAILED_MAIL}
    confirmed(appeal, at=now - timedelta(days=settings.OVERDUE_AFTER_DAYS, seconds=1))
    assert watch.OVERDUE in troubles()
    settings.FLOOD_PER_HOUR = 1
    for _again in range(2):
        endorsements.submit(appeal, a_submission(), at=now)
    assert watch.FLOOD in troubles()


def test_a_mail_that_waits_for_its_turn_is_no_trouble_and_one_tried_in_vain_is(appeal: Appeal) -> None:
    submitted(appeal, at=NOON)
    OutgoingMail.objects.update(due_at=NOON + timedelta(hours=20))
    at = NOON + timedelta(hours=2)
    assert watch.OLD_MAIL not in watch.troubles(at=at)
    OutgoingMail.objects.update(attempts=5)
    assert watch.OLD_MAIL in watch.troubles(at=at)


def test_nobody_outside_reads_the_banner(client: Client, appeal: Appeal) -> None:
    assert "needs a person" not in client.get("/admin/login/").content.decode()
    auditor = browser_of(an_account("auditor", Role.AUDITOR))
    assert "needs a person" not in auditor.get("/admin/petition/auditevent/").content.decode()
