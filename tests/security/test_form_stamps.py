"""The stamp of a form says when it was opened, to us alone, and nothing once it is old."""

from datetime import timedelta

import pytest

from petition.security.form_stamps import LASTS, seconds_since, stamp
from tests.factories import NOON

SECOND = timedelta(seconds=1)


@pytest.mark.parametrize(
    ("later", "said"), [(timedelta(0), 0), (3 * SECOND, 3), (timedelta(hours=9), 32400), (LASTS, 172800)]
)
def test_it_says_how_long_the_form_was_open(later: timedelta, said: int) -> None:
    assert seconds_since(stamp(at=NOON), at=NOON + later) == said


@pytest.mark.parametrize("ahead", [SECOND, 2 * timedelta(minutes=1)])
def test_one_from_a_clock_that_is_a_little_ahead_is_ours_and_says_no_time(ahead: timedelta) -> None:
    seconds = seconds_since(stamp(at=NOON), at=NOON - ahead)
    assert seconds is not None
    assert seconds < 0


@pytest.mark.parametrize("later", [LASTS + SECOND, -121 * SECOND])
def test_an_old_one_or_one_from_the_future_says_nothing(later: timedelta) -> None:
    assert seconds_since(stamp(at=NOON), at=NOON + later) is None


def test_one_that_is_not_ours_says_nothing() -> None:
    ours = stamp(at=NOON)
    for forged in ("", "x", "1795435200", "1795435200:AAAA", ours[1:], f"{ours}x", "é:ñ", "9" * 400):
        assert seconds_since(forged, at=NOON) is None, forged
