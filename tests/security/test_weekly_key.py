"""Networks are counted under a key that lasts a week; without it nobody can find them again."""

import hashlib
import hmac
from datetime import timedelta
from functools import partial

import pytest
from django.db import connection
from pytest_django import Settings

from petition.actions.operations import retention
from petition.models import RateCount, SiteState
from petition.security.rate_limits import KEY_LASTS, Limit, exceeded, network_index, weekly_key, within
from tests.factories import NOON
from tests.faults.together import together

NETWORK = "203.0.113.0/24"
ONCE = Limit("once", 1, timedelta(days=1))
pytestmark = pytest.mark.django_db


def test_the_key_is_random_lasts_a_week_and_is_gone_then() -> None:
    first = weekly_key(at=NOON)
    assert weekly_key(at=NOON + KEY_LASTS - timedelta(microseconds=1)) == first
    second = weekly_key(at=NOON + KEY_LASTS)
    assert len(first) >= 43
    assert second != first
    with connection.cursor() as cursor:
        cursor.execute("SELECT * FROM petition_sitestate")
        assert first not in str(cursor.fetchall())
    assert SiteState.objects.get().rate_key_since == NOON + KEY_LASTS


def test_the_same_network_in_the_same_window_has_another_hash_under_another_key() -> None:
    within(ONCE, NETWORK, at=NOON)
    (before,) = RateCount.objects.values_list("key", flat=True)
    SiteState.objects.update(rate_key_since=NOON - KEY_LASTS)
    assert within(ONCE, NETWORK, at=NOON), "counting begins anew"
    assert set(RateCount.objects.values_list("key", flat=True)) > {before}


def test_a_stolen_database_or_a_stolen_key_alone_finds_no_network(settings: Settings) -> None:
    within(ONCE, NETWORK, at=NOON)
    stored, index = weekly_key(at=NOON), network_index(NETWORK, at=NOON)
    (counted,) = RateCount.objects.values_list("key", flat=True)
    window = int(NOON.timestamp()) // 86400
    for words in (f"network index\0{NETWORK}", f"once\0{window}\0{NETWORK}"):
        for key in (stored, settings.CONTACT_INDEX_KEY):
            tried = hmac.new(key.encode(), words.encode(), hashlib.sha256).hexdigest()
            assert tried not in (index, counted)
    settings.CONTACT_INDEX_KEY = "another"
    assert network_index(NETWORK, at=NOON) != index


def test_the_worker_replaces_it_and_no_count_is_older_than_a_week() -> None:
    within(ONCE, NETWORK, at=NOON)
    first = SiteState.objects.get().rate_key
    retention.purge(at=NOON + KEY_LASTS)
    assert SiteState.objects.get().rate_key not in ("", first)
    assert not RateCount.objects.exists()


def test_all_limits_are_counted_and_those_passed_are_named() -> None:
    twice = Limit("twice", 2, timedelta(days=1))
    wanted = [(ONCE, "a"), (twice, "a"), (ONCE, "b")]
    assert exceeded(wanted, at=NOON) == []
    assert exceeded(wanted, at=NOON) == ["once", "once"]
    assert exceeded(wanted, at=NOON) == ["once", "twice", "once"]


@pytest.mark.usefixtures("committed")
@pytest.mark.parametrize("is_old", [True, False])
def test_of_many_who_find_it_old_or_missing_one_makes_the_new_one(is_old: bool) -> None:
    if is_old:
        weekly_key(at=NOON - KEY_LASTS)
    keys = together([partial(weekly_key, at=NOON)] * 12)
    assert set(keys) == {SiteState.objects.get().rate_key}
