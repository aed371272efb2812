"""Slots are reserved so that no 24 hours have more than the limit, with many threads."""

from datetime import datetime, timedelta
from functools import partial

import pytest
from django.db import transaction
from hypothesis import HealthCheck, given, settings, strategies as st

from petition.models import RateCount
from petition.security.rate_limits import Limit, delete_ended_windows, reserve_slot
from tests.factories import NOON
from tests.faults.parallel import run_parallel

pytestmark = pytest.mark.both_databases

DAY = timedelta(days=1)
DAILY = Limit("made-up", 3, DAY)
WEEK = 7 * DAY


def turn(at: datetime = NOON, who: str = "somebody", within: timedelta = WEEK) -> datetime | None:
    return reserve_slot(DAILY, who, at=at, latest=at + within)


def crowded(turns: list[datetime]) -> list[datetime]:
    """Return the slots at which less than a day has more than three."""
    return [first for first in turns if sum(first <= other < first + DAY for other in turns) > DAILY.most]


@pytest.mark.django_db
def test_three_slots_are_given_at_once_and_each_next_a_day_after_the_third_last() -> None:
    later = NOON + timedelta(hours=5)
    assert [turn(), turn(later), turn(later)] == [NOON, later, later]
    assert [turn(later), turn(later), turn(later)] == [NOON + DAY, later + DAY, later + DAY]
    assert turn(later) == NOON + 2 * DAY


@pytest.mark.django_db
def test_a_slot_after_the_latest_useful_time_is_not_reserved() -> None:
    for _ in range(3):
        turn()
    assert turn(within=DAY - timedelta(microseconds=1)) is None
    assert turn(within=DAY) == NOON + DAY


@pytest.mark.django_db
def test_midnight_does_not_reset_the_slots() -> None:
    evening = NOON + timedelta(hours=11, minutes=59)
    given_turns = [turn(evening), turn(evening), turn(evening), turn(evening + timedelta(minutes=2))]
    assert given_turns == [evening, evening, evening, evening + DAY]


@pytest.mark.django_db
def test_each_mailbox_and_each_limit_has_slots_of_its_own() -> None:
    for _ in range(3):
        turn()
    assert turn(who="another") == NOON
    assert reserve_slot(Limit("other", 1, DAY), "somebody", at=NOON, latest=NOON) == NOON


@pytest.mark.django_db
def test_slots_are_deleted_a_day_after_the_last_and_not_before() -> None:
    for _ in range(4):
        turn()
    assert delete_ended_windows(at=NOON + 2 * DAY - timedelta(microseconds=1)) == 0
    assert delete_ended_windows(at=NOON + 2 * DAY) == 1
    assert turn(NOON + 2 * DAY) == NOON + 2 * DAY


@pytest.mark.django_db
@settings(max_examples=50, deadline=None, database=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(pauses=st.lists(st.integers(0, 30), min_size=1, max_size=12))
def test_no_day_has_more_than_three_slots(pauses: list[int]) -> None:
    at = NOON
    with transaction.atomic():
        turns = []
        for hours in pauses:
            at += timedelta(hours=hours)
            delete_ended_windows(at=at)
            turns.append(turn(at))
        transaction.set_rollback(True)
    taken = [moment for moment in turns if moment]
    assert crowded(taken) == []
    assert taken[0] == NOON + timedelta(hours=pauses[0])


@pytest.mark.usefixtures("committed")
def test_parallel_threads_get_different_slots() -> None:
    asked = run_parallel([partial(turn, within=10 * DAY)] * 12)
    taken = sorted(moment for moment in asked if isinstance(moment, datetime))
    assert taken == [NOON + number // 3 * DAY for number in range(12)]
    assert RateCount.objects.get().count == 12
