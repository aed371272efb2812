"""The stamp of a form tells only us when it was opened, and nothing when it is old."""

from datetime import timedelta

import pytest

from petition.security.form_stamps import MAX_AGE, create_stamp, get_seconds_since
from tests.factories import NOON

SECOND = timedelta(seconds=1)


@pytest.mark.parametrize(
    ("later", "seconds"), [(timedelta(0), 0), (3 * SECOND, 3), (timedelta(hours=9), 32400), (MAX_AGE, 172800)]
)
def test_the_stamp_gives_how_long_the_form_was_open(later: timedelta, seconds: int) -> None:
    assert get_seconds_since(create_stamp(at=NOON), at=NOON + later) == seconds


@pytest.mark.parametrize("ahead", [SECOND, 2 * timedelta(minutes=1)])
def test_a_stamp_of_a_clock_slightly_ahead_is_valid_without_a_time(ahead: timedelta) -> None:
    seconds = get_seconds_since(create_stamp(at=NOON), at=NOON - ahead)
    assert seconds is not None
    assert seconds < 0


@pytest.mark.parametrize("later", [MAX_AGE + SECOND, -121 * SECOND])
def test_an_old_or_future_stamp_is_ignored(later: timedelta) -> None:
    assert get_seconds_since(create_stamp(at=NOON), at=NOON + later) is None


def test_a_stamp_of_another_site_is_ignored() -> None:
    ours = create_stamp(at=NOON)
    for forged in ("", "x", "1795435200", "1795435200:AAAA", ours[1:], f"{ours}x", "é:ñ", "9" * 400):
        assert get_seconds_since(forged, at=NOON) is None, forged
