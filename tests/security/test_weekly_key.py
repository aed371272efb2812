"""Networks are counted under a key that is replaced after a week; without it they cannot be traced."""

import hashlib
import hmac
from datetime import timedelta
from functools import partial

import pytest
from pytest_django import Settings

from petition.actions.operations import retention
from petition.models import RateCount, SiteState, VisitorCount
from petition.security.encryption import compute_keyed_hash
from petition.security.rate_limits import (
    KEY_LASTS,
    Limit,
    compute_network_bucket,
    consume,
    consume_all,
    read_weekly_key,
    replace_weekly_key,
)
from tests.factories import NOON
from tests.faults.parallel import run_parallel

NETWORK = "203.0.113.0/24"
ONCE = Limit("once", 1, timedelta(days=1))
PUBLIC = Limit("once", 1, timedelta(days=1), is_public=True)
pytestmark = [pytest.mark.both_databases, pytest.mark.django_db]


def test_the_key_is_random_and_replaced_after_a_week() -> None:
    assert read_weekly_key() == "", "there is none before the worker runs"
    replace_weekly_key(at=NOON)
    first = read_weekly_key()
    replace_weekly_key(at=NOON + KEY_LASTS - timedelta(microseconds=1))
    assert read_weekly_key() == first
    replace_weekly_key(at=NOON + KEY_LASTS)
    second = read_weekly_key()
    assert len(first) >= 43
    assert second != first
    assert first not in str(list(SiteState.objects.values()))
    assert SiteState.objects.get().rate_key_since == NOON + KEY_LASTS


def test_counting_does_not_wait_for_the_first_key() -> None:
    assert consume(ONCE, NETWORK, at=NOON)
    assert not consume(ONCE, NETWORK, at=NOON)
    assert not SiteState.objects.exists(), "the public process may not write it"


@pytest.mark.parametrize("limit", [ONCE, PUBLIC])
def test_the_same_network_in_the_same_window_has_another_hash_under_another_key(limit: Limit) -> None:
    table = VisitorCount if limit.is_public else RateCount
    replace_weekly_key(at=NOON - KEY_LASTS)
    consume(limit, NETWORK, at=NOON)
    (before,) = table.objects.values_list("key", flat=True)
    replace_weekly_key(at=NOON)
    assert consume(limit, NETWORK, at=NOON), "counting restarts"
    assert set(table.objects.values_list("key", flat=True)) > {before}


@pytest.mark.parametrize(("limit", "own"), [(ONCE, "CONTACT_INDEX_KEY"), (PUBLIC, "SECRET_KEY")])
def test_a_stolen_database_or_a_stolen_key_alone_finds_no_network(settings: Settings, limit: Limit, own: str) -> None:
    replace_weekly_key(at=NOON)
    consume(limit, NETWORK, at=NOON)
    stored = read_weekly_key()
    table = VisitorCount if limit.is_public else RateCount
    (counted,) = table.objects.values_list("key", flat=True)
    window = int(NOON.timestamp()) // 86400
    who = compute_network_bucket(NETWORK, stored) if limit.is_public else NETWORK

    def hash_with(key: str) -> str:
        return hmac.new(key.encode(), f"once\0{window}\0{who}".encode(), hashlib.sha256).hexdigest()

    for key in (stored, settings.CONTACT_INDEX_KEY, settings.SECRET_KEY, ""):
        assert hash_with(key) != counted
        assert hash_with(compute_keyed_hash(key, "counting", "")) != counted, "a key without the weekly one"
        if key != getattr(settings, own):
            assert hash_with(compute_keyed_hash(key, "counting", stored)) != counted, "the weekly one without the key"
    both = compute_keyed_hash(getattr(settings, own), "counting", stored)
    assert hash_with(both) == counted, "the hash is guessed right with both"


def test_the_worker_replaces_it_and_no_count_is_older_than_a_week() -> None:
    retention.purge(at=NOON)
    consume(ONCE, NETWORK, at=NOON)
    consume(PUBLIC, NETWORK, at=NOON)
    first = SiteState.objects.get().rate_key
    retention.purge(at=NOON + KEY_LASTS)
    assert SiteState.objects.get().rate_key not in ("", first)
    assert not RateCount.objects.exists()
    assert not VisitorCount.objects.exists()


def test_all_limits_are_counted_and_exceeded_ones_named() -> None:
    twice = Limit("twice", 2, timedelta(days=1))
    wanted = [(ONCE, "a"), (twice, "a"), (ONCE, "b")]
    assert consume_all(wanted, at=NOON) == []
    assert consume_all(wanted, at=NOON) == ["once", "once"]
    assert consume_all(wanted, at=NOON) == ["once", "twice", "once"]


@pytest.mark.usefixtures("committed")
@pytest.mark.parametrize("is_old", [True, False])
def test_one_of_many_workers_makes_a_missing_key(is_old: bool) -> None:
    if is_old:
        replace_weekly_key(at=NOON - KEY_LASTS)
    before = read_weekly_key()

    def replace() -> str:
        replace_weekly_key(at=NOON)
        return read_weekly_key()

    keys = run_parallel([partial(replace)] * 12)
    assert set(keys) == {SiteState.objects.get().rate_key}
    assert before not in keys


# --- buckets of networks ---


def test_a_network_has_one_bucket_a_week_that_cannot_be_computed_without_both_keys(settings: Settings) -> None:
    """Several networks, since one has the same bucket by chance under one of 65,536 keys."""
    networks = [f"203.0.{number}.0/24" for number in range(5)]

    def buckets(weekly_key: str) -> list[str]:
        return [compute_network_bucket(network, weekly_key) for network in networks]

    first = buckets("this week")
    assert buckets("this week") == first != buckets("next week")
    assert len(set(first)) > 1
    assert all(len(bucket) == 4 and int(bucket, 16) < 65_536 for bucket in first)
    settings.SECRET_KEY = "guessed"
    assert buckets("this week") != first


def test_no_network_has_no_bucket() -> None:
    assert compute_network_bucket("", "this week") == ""


def test_many_networks_share_each_bucket() -> None:
    """As many as 2^24 networks have 2^16 buckets, 2^12 of them have, on average, a sixteenth of a bucket each."""
    buckets = {compute_network_bucket(f"203.{number // 256}.{number % 256}.0/24", "") for number in range(4096)}
    expected = 65_536 * (1 - (1 - 1 / 65_536) ** 4096)
    assert abs(len(buckets) - expected) < 60, "as many as if each were drawn by lot"
