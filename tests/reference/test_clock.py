"""The clock: real by default, replaceable in a block, always aware and in UTC."""

from datetime import UTC, datetime, timedelta, timezone

import pytest

from petition.reference import clock

SIGNED = datetime(2020, 10, 9, 12, tzinfo=UTC)


def test_the_default_clock_is_now_in_utc() -> None:
    before = datetime.now(UTC)
    moment = clock.now()
    assert before <= moment <= datetime.now(UTC)
    assert moment.tzinfo is UTC


def test_frozen_holds_inside_the_block_only() -> None:
    with clock.freeze(SIGNED):
        assert clock.now() == clock.now() == SIGNED
    assert clock.now() > SIGNED


def test_the_clock_comes_back_after_an_error() -> None:
    with pytest.raises(RuntimeError), clock.freeze(SIGNED):
        raise RuntimeError
    assert clock.now() > SIGNED


def test_frozen_blocks_can_be_nested() -> None:
    later = SIGNED + timedelta(days=7)
    with clock.freeze(SIGNED):
        with clock.freeze(later):
            assert clock.now() == later
        assert clock.now() == SIGNED


def test_a_source_is_called_each_time() -> None:
    ticks = iter([SIGNED, SIGNED + timedelta(seconds=1)])
    with clock.use(lambda: next(ticks)):
        assert clock.now() == SIGNED
        assert clock.now() == SIGNED + timedelta(seconds=1)


def test_other_time_zones_are_converted_to_utc() -> None:
    bishkek = timezone(timedelta(hours=6))
    with clock.freeze(datetime(2020, 10, 9, 18, tzinfo=bishkek)):
        assert clock.now() == SIGNED
        assert clock.now().tzinfo is UTC


def test_a_clock_without_time_zone_is_refused() -> None:
    with clock.freeze(datetime(2020, 10, 9)), pytest.raises(ValueError, match="time zone"):
        clock.now()
