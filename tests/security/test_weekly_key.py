"""Networks are counted under a key that is replaced after a week; without it they cannot be traced."""

import hashlib
import hmac
from datetime import timedelta
from functools import partial

import pytest
from django.db import connection
from pytest_django import Settings

from petition.actions.operations import retention
from petition.models import RateCount, SiteState
from petition.security.rate_limits import KEY_LASTS, Limit, compute_network_index, consume, consume_all, get_weekly_key
from tests.factories import NOON
from tests.faults.parallel import run_parallel

NETWORK = "203.0.113.0/24"
ONCE = Limit("once", 1, timedelta(days=1))
pytestmark = [pytest.mark.both_databases, pytest.mark.django_db]


def test_the_key_is_random_and_replaced_after_a_week() -> None:
    first = get_weekly_key(at=NOON)
    assert get_weekly_key(at=NOON + KEY_LASTS - timedelta(microseconds=1)) == first
    second = get_weekly_key(at=NOON + KEY_LASTS)
    assert len(first) >= 43
    assert second != first
    with connection.cursor() as cursor:
        cursor.execute("SELECT * FROM petition_sitestate")
        assert first not in str(cursor.fetchall())
    assert SiteState.objects.get().rate_key_since == NOON + KEY_LASTS


def test_the_same_network_in_the_same_window_has_another_hash_under_another_key() -> None:
    consume(ONCE, NETWORK, at=NOON)
    (before,) = RateCount.objects.values_list("key", flat=True)
    SiteState.objects.update(rate_key_since=NOON - KEY_LASTS)
    assert consume(ONCE, NETWORK, at=NOON), "counting restarts"
    assert set(RateCount.objects.values_list("key", flat=True)) > {before}


def test_a_stolen_database_or_a_stolen_key_alone_finds_no_network(settings: Settings) -> None:
    consume(ONCE, NETWORK, at=NOON)
    stored, index = get_weekly_key(at=NOON), compute_network_index(NETWORK, at=NOON)
    (counted,) = RateCount.objects.values_list("key", flat=True)
    window = int(NOON.timestamp()) // 86400
    for words in (f"network index\0{NETWORK}", f"once\0{window}\0{NETWORK}"):
        for key in (stored, settings.CONTACT_INDEX_KEY):
            tried = hmac.new(key.encode(), words.encode(), hashlib.sha256).hexdigest()
            assert tried not in (index, counted)
    settings.CONTACT_INDEX_KEY = "another"
    assert compute_network_index(NETWORK, at=NOON) != index


def test_the_worker_replaces_it_and_no_count_is_older_than_a_week() -> None:
    consume(ONCE, NETWORK, at=NOON)
    first = SiteState.objects.get().rate_key
    retention.purge(at=NOON + KEY_LASTS)
    assert SiteState.objects.get().rate_key not in ("", first)
    assert not RateCount.objects.exists()


def test_all_limits_are_counted_and_exceeded_ones_named() -> None:
    twice = Limit("twice", 2, timedelta(days=1))
    wanted = [(ONCE, "a"), (twice, "a"), (ONCE, "b")]
    assert consume_all(wanted, at=NOON) == []
    assert consume_all(wanted, at=NOON) == ["once", "once"]
    assert consume_all(wanted, at=NOON) == ["once", "twice", "once"]


@pytest.mark.usefixtures("committed")
@pytest.mark.parametrize("is_old", [True, False])
def test_one_of_many_processes_creates_a_missing_key(is_old: bool) -> None:
    if is_old:
        get_weekly_key(at=NOON - KEY_LASTS)
    keys = run_parallel([partial(get_weekly_key, at=NOON)] * 12)
    assert set(keys) == {SiteState.objects.get().rate_key}
