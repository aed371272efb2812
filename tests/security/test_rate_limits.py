"""Limits are exact with many threads, and do not store who asked."""

import random
from collections import Counter
from datetime import datetime, timedelta

import pytest
from django.db import connection, transaction
from pytest_django import DjangoAssertNumQueries, Settings

from petition.models import RateCount, VisitorCount
from petition.security.rate_limits import (
    CODES_FROM_ONE_NETWORK,
    MAILS_TO_ONE_MAILBOX,
    MESSAGES_FROM_ONE_NETWORK,
    REMOVAL_CODES_FROM_ONE_NETWORK,
    Limit,
    compute_network_bucket,
    consume,
    count_many,
    delete_ended_windows,
    read_weekly_key,
    refund,
    replace_weekly_key,
)
from petition.security.tokens import _ALPHABET, CODE_LENGTH
from tests.factories import NOON
from tests.faults.parallel import pause, run_parallel

pytestmark = pytest.mark.both_databases

THREADS, TRIES = 8, 50
HOURLY = Limit("made-up", 123, timedelta(hours=1))
PUBLIC = Limit("made-up", 2, timedelta(hours=1), is_public=True)


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
    chance = 1000 * guesses_in_a_week * 1000 / len(_ALPHABET) ** CODE_LENGTH
    assert chance < 1e-3, "a thousand networks do not find one of a thousand codes"


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
@pytest.mark.parametrize("limit", [HOURLY, PUBLIC])
def test_who_asked_is_not_stored(limit: Limit) -> None:
    consume(limit, "203.0.113.0/24", at=NOON)
    with connection.cursor() as cursor:
        for table in ("petition_ratecount", "petition_visitorcount"):
            cursor.execute(f"SELECT * FROM {table}")
            assert "203.0.113" not in str(cursor.fetchall())


# --- counted by the public process ---


@pytest.mark.django_db
def test_the_public_process_counts_in_a_table_of_its_own(settings: Settings) -> None:
    settings.CONTACT_INDEX_KEY, settings.CONTACT_PRIVATE_KEYS = "", []
    assert [consume(PUBLIC, "somebody", at=NOON) for _ in range(4)] == [True, True, False, False]
    assert (VisitorCount.objects.get().count, RateCount.objects.count()) == (4, 0)
    refund(PUBLIC, "somebody", at=NOON)
    assert VisitorCount.objects.get().count == 3
    assert delete_ended_windows(at=NOON + timedelta(hours=1)) == 1
    assert not VisitorCount.objects.exists()


@pytest.mark.django_db
def test_it_counts_networks_by_their_bucket_so_that_its_counts_tell_none_of_them() -> None:
    replace_weekly_key(at=NOON)
    networks = [f"{first}.{second}.0.0/24" for first in range(16) for second in range(256)]
    by_bucket: dict[str, list[str]] = {}
    for network in networks:
        by_bucket.setdefault(compute_network_bucket(network, read_weekly_key()), []).append(network)
    one, other = next(sharing for sharing in by_bucket.values() if len(sharing) > 1)[:2]
    elsewhere = next(sharing for sharing in by_bucket.values() if one not in sharing)[0]
    assert [consume(PUBLIC, network, at=NOON) for network in (one, other, one, elsewhere)] == [True, True, False, True]
    refund(PUBLIC, other, at=NOON)
    assert sorted(VisitorCount.objects.values_list("count", flat=True)) == [1, 2]
    consume(PUBLIC, "", at=NOON)
    assert VisitorCount.objects.count() == 3, "without an address, as behind a Unix socket"


@pytest.mark.usefixtures("committed")
@pytest.mark.skipif(connection.vendor != "postgresql", reason="SQLite locks no rows")
def test_a_count_that_stays_locked_does_not_hold_up_the_worker() -> None:
    """As an attacker in the public process could keep one: deleting ended counts would wait for ever."""
    for who in ("a", "b"):
        consume(PUBLIC, who, at=NOON)

    def delete() -> int:
        with connection.cursor() as cursor:
            cursor.execute("SET lock_timeout = '5s'")
        return delete_ended_windows(at=NOON + timedelta(hours=1))

    with transaction.atomic():
        VisitorCount.objects.select_for_update().first()
        assert run_parallel([delete]) == [1]
    assert VisitorCount.objects.count() == 1


@pytest.mark.django_db
def test_the_codes_that_visitors_try_are_counted_by_the_public_process() -> None:
    assert all(
        limit.is_public for limit in (CODES_FROM_ONE_NETWORK, REMOVAL_CODES_FROM_ONE_NETWORK, MESSAGES_FROM_ONE_NETWORK)
    )


# --- many at once ---


@pytest.mark.django_db
def test_many_counted_at_once_reach_the_same_counts_as_one_by_one() -> None:
    replace_weekly_key(at=NOON)
    daily = Limit("daily", 2, timedelta(days=1))
    whos, times = ("a", "b", "c"), (NOON, NOON + timedelta(minutes=59), NOON + timedelta(hours=1))
    wanted = [(limit, who, at) for limit in (HOURLY, daily) for who in whos for at in times for _ in range(2)]
    random.Random(7).shuffle(wanted)
    consume(HOURLY, "a", at=NOON)
    with transaction.atomic():
        one_by_one = [_count_one(*one) for one in wanted]
        rows = _rows()
        transaction.set_rollback(True)
    RateCount.objects.all().delete()
    consume(HOURLY, "a", at=NOON)
    half = len(wanted) // 2
    assert count_many(wanted[:half]) + count_many(wanted[half:]) == one_by_one
    assert _rows() == rows
    assert max(one_by_one) > 2, "some are counted several times"


def _count_one(limit: Limit, who: str, at: datetime) -> int:
    """Count one more and return the count that it reached."""
    before = dict(RateCount.objects.values_list("key", "count"))
    consume(limit, who, at=at)
    ((_, count),) = set(RateCount.objects.values_list("key", "count")) - set(before.items())
    return count


def _rows() -> list[tuple[object, ...]]:
    return sorted(RateCount.objects.values_list("key", "count", "ends_at"))


@pytest.mark.django_db
def test_counting_many_takes_two_statements(django_assert_num_queries: DjangoAssertNumQueries) -> None:
    assert count_many([]) == []
    wanted = [(HOURLY, str(number % 60), NOON) for number in range(100)]
    with django_assert_num_queries(2):  # the weekly key, and all counts
        assert count_many(wanted) == [1] * 60 + [2] * 40


@pytest.mark.usefixtures("committed")
def test_many_are_exact_when_several_workers_count_at_once() -> None:
    wanted = [(HOURLY, str(number % 5), NOON) for number in range(20)]

    def count() -> list[int]:
        return [reached for _ in range(10) for reached in count_many(random.sample(wanted, len(wanted)))]

    counted = run_parallel([count] * 4)
    reached = Counter(number for some in counted if isinstance(some, list) for number in some)
    assert reached == Counter(dict.fromkeys(range(1, 161), 5)), counted
    assert list(RateCount.objects.values_list("count", flat=True)) == [160] * 5
