"""A mail is owed until it is delivered or finally refused, through any number of attempts."""

from datetime import datetime, timedelta
from itertools import pairwise

import pytest

from petition.mail import outbox
from petition.models import OutgoingMail
from tests.factories import NOON

pytestmark = [pytest.mark.both_databases, pytest.mark.django_db]
INSTANT = timedelta(microseconds=1)


def queue_test_mail(*, at: datetime = NOON) -> OutgoingMail:
    content = {"subject": "Hello", "text": "Hello"}
    return outbox.queue_mail("prepared", address="asel@fund.example", content=content, language="en", at=at)


def lease_mail(*, at: datetime = NOON) -> OutgoingMail:
    mail = outbox.lease_next(at=at)
    assert mail
    return mail


def test_the_mail_due_longest_comes_first_and_each_comes_once() -> None:
    later, first = queue_test_mail(at=NOON), queue_test_mail(at=NOON - timedelta(minutes=1))
    assert [lease_mail().pk, lease_mail().pk] == [first.pk, later.pk]
    assert outbox.lease_next(at=NOON) is None


def test_nothing_is_tried_before_it_is_due() -> None:
    queue_test_mail(at=NOON)
    assert outbox.lease_next(at=NOON - INSTANT) is None


def test_a_mail_whose_worker_died_is_taken_over_after_120_seconds_and_not_before() -> None:
    queue_test_mail()
    dead = lease_mail()
    assert outbox.lease_next(at=NOON + timedelta(seconds=120) - INSTANT) is None
    heir = lease_mail(at=NOON + timedelta(seconds=120))
    assert (heir.pk, heir.attempts) == (dead.pk, 2)
    assert heir.lease != dead.lease


def test_only_the_holder_of_the_lease_writes_the_result() -> None:
    queue_test_mail()
    slow = lease_mail()
    heir = lease_mail(at=NOON + outbox.LEASE)
    later = NOON + outbox.LEASE + INSTANT
    assert not outbox.mark_delivered(slow, at=later)
    assert not outbox.mark_failed(slow, error="smtp 550", at=later, final=True)
    assert OutgoingMail.objects.get().sent_at is None
    assert outbox.mark_delivered(heir, at=later)
    assert not outbox.mark_failed(heir, error="smtp 550", at=later, final=True)
    assert OutgoingMail.objects.get().sent_at == later


def test_address_and_content_of_a_delivered_mail_are_erased() -> None:
    queue_test_mail()
    outbox.mark_delivered(lease_mail(), at=NOON)
    mail = OutgoingMail.objects.get()
    assert (mail.sealed_address, mail.sealed_content, mail.lease, mail.last_error) == ("", "", "", "")
    assert mail.sent_at == NOON
    assert mail.failed_at is None
    assert outbox.lease_next(at=NOON + timedelta(days=1)) is None


def test_a_refused_mail_keeps_only_the_reason() -> None:
    queue_test_mail()
    outbox.mark_failed(lease_mail(), error="smtp 550", at=NOON, final=True)
    mail = OutgoingMail.objects.get()
    assert (mail.sealed_address, mail.sealed_content, mail.lease, mail.last_error) == ("", "", "", "smtp 550")
    assert mail.failed_at == NOON
    assert mail.sent_at is None
    assert outbox.lease_next(at=NOON + timedelta(days=1)) is None


def record_attempts() -> list[timedelta]:
    """When each attempt is made if none succeeds, from the first on, and each the moment that it is due."""
    queue_test_mail()
    made = []
    while (mail := OutgoingMail.objects.get()).failed_at is None:
        at = mail.due_at
        made.append(at - NOON)
        outbox.mark_failed(lease_mail(at=at), error="smtp 450", at=at, final=False)
    return made


def test_pauses_grow_from_30_seconds_to_an_hour_for_at_least_72_hours() -> None:
    made = record_attempts()
    pauses = [int((later - earlier).total_seconds()) for earlier, later in pairwise(made)]
    assert pauses[:8] == [30, 60, 120, 240, 480, 960, 1920, 3600]
    assert set(pauses[8:]) == {3600}
    assert timedelta(hours=72) <= made[-1] <= timedelta(hours=97)
    assert len(made) == 103


def test_all_attempts_of_a_mail_have_the_same_unique_message_id() -> None:
    first, second = queue_test_mail(), queue_test_mail()
    before = first.message_id
    for minute in (0, 5, 10):
        outbox.mark_failed(lease_mail(at=NOON + timedelta(minutes=minute)), error="x", at=NOON, final=False)
    assert OutgoingMail.objects.get(pk=first.pk).message_id == before != second.message_id
    assert before.startswith("<")
    assert before.endswith("@127.0.0.1>")


def test_a_pause_stays_an_hour_however_many_attempts_there_were() -> None:
    assert [outbox.pause_after(attempts) for attempts in (8, 100, 32_767)] == [timedelta(hours=1)] * 3
