"""Limits are exact with many threads, and do not store who asked."""

from datetime import timedelta

import pytest
from django.db import connection

from petition.models import RateCount
from petition.security.rate_limits import (
    CODES_FROM_ONE_NETWORK,
    MAILS_TO_ONE_MAILBOX,
    Limit,
    consume,
    delete_ended_windows,
)
from tests.factories import NOON
from tests.faults.parallel import pause, run_parallel

pytestmark = pytest.mark.both_databases

THREADS, TRIES = 8, 50
HOURLY = Limit("made-up", 123, timedelta(hours=1))


@pytest.mark.usefixtures("committed")
def test_a_limit_is_exact_when_many_threads_count_at_once() -> None:
    def ask() -> int:
        return sum(consume(HOURLY, "somebody", at=NOON) for _ in range(TRIES))

    allowed = run_parallel([ask] * THREADS)
    assert sum(count for count in allowed if isinstance(count, int)) == HOURLY.most, allowed
    assert RateCount.objects.get().count == THREADS * TRIES


@pytest.mark.usefixtures("committed")
def test_threads_miscount_if_the_count_is_read_then_written() -> None:
    RateCount.objects.create(key="made-up", count=0, ends_at=NOON)

    def ask() -> int:
        row = RateCount.objects.get(key="made-up")
        pause()
        return RateCount.objects.filter(key="made-up").update(count=row.count + 1)

    run_parallel([ask] * THREADS)
    assert RateCount.objects.get().count < THREADS


@pytest.mark.django_db
@pytest.mark.parametrize("limit", [MAILS_TO_ONE_MAILBOX, CODES_FROM_ONE_NETWORK])
def test_the_limit_is_exact(limit: Limit) -> None:
    asked = [consume(limit, "somebody", at=NOON) for _ in range(limit.most + 2)]
    assert asked == [True] * limit.most + [False, False]


def test_the_limits_are_those_documented() -> None:
    assert (MAILS_TO_ONE_MAILBOX.most, MAILS_TO_ONE_MAILBOX.per) == (3, timedelta(days=1))
    guesses_in_a_week = CODES_FROM_ONE_NETWORK.most * (timedelta(days=7) / CODES_FROM_ONE_NETWORK.per)
    assert 1000 * guesses_in_a_week * 1000 / 30**9 < 1e-3, "a thousand networks do not find one of a thousand codes"


@pytest.mark.django_db
def test_each_visitor_and_each_limit_is_counted_separately() -> None:
    one = Limit("one", 1, timedelta(hours=1))
    other = Limit("other", 1, timedelta(hours=1))
    assert consume(one, "a", at=NOON)
    assert consume(one, "b", at=NOON)
    assert consume(other, "a", at=NOON)
    assert not consume(one, "a", at=NOON)


@pytest.mark.django_db
def test_a_new_window_begins_with_each_full_hour() -> None:
    once = Limit("once", 1, timedelta(hours=1))
    end = NOON + timedelta(hours=1)
    assert consume(once, "a", at=NOON)
    assert not consume(once, "a", at=end - timedelta(microseconds=1))
    assert consume(once, "a", at=end)


@pytest.mark.django_db
def test_counts_of_ended_windows_are_deleted_and_others_kept() -> None:
    consume(HOURLY, "a", at=NOON)
    consume(Limit("daily", 1, timedelta(days=1)), "a", at=NOON)
    end = NOON + timedelta(hours=1)
    assert delete_ended_windows(at=end - timedelta(microseconds=1)) == 0
    assert delete_ended_windows(at=end) == 1
    (kept,) = RateCount.objects.all()
    assert kept.ends_at == NOON + timedelta(hours=12)
    assert str(kept) == "rate count until 2026-11-24 00:00"


@pytest.mark.django_db
def test_who_asked_is_not_stored() -> None:
    consume(HOURLY, "203.0.113.0/24", at=NOON)
    with connection.cursor() as cursor:
        cursor.execute("SELECT * FROM petition_ratecount")
        assert "203.0.113" not in str(cursor.fetchall())
