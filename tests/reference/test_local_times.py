"""Times in a zone: one moment, none where the clocks go forward, two where they go back."""

from datetime import UTC, datetime

import pytest

from petition.reference.local_times import NoSuchTime, TwoSuchTimes, format_offset, list_time_zones, resolve


def moment(*parts: int) -> datetime:
    return datetime(*parts, tzinfo=UTC)  # type: ignore[arg-type,misc]  # of a date and a time


@pytest.mark.parametrize(
    ("local", "zone", "expected"),
    [
        (datetime(2027, 1, 15, 18), "Asia/Bishkek", moment(2027, 1, 15, 12)),
        (datetime(2027, 1, 15, 18), "Europe/Brussels", moment(2027, 1, 15, 17)),
        (datetime(2027, 7, 15, 18), "Europe/Brussels", moment(2027, 7, 15, 16)),
        (datetime(2027, 1, 15, 18), "UTC", moment(2027, 1, 15, 18)),
        (datetime(2027, 3, 28, 1, 59), "Europe/Brussels", moment(2027, 3, 28, 0, 59)),
        (datetime(2027, 3, 28, 3), "Europe/Brussels", moment(2027, 3, 28, 1)),
    ],
)
def test_a_time_is_one_moment(local: datetime, zone: str, expected: datetime) -> None:
    assert resolve(local, zone) == expected


def test_an_hour_that_is_left_out_is_no_moment() -> None:
    with pytest.raises(NoSuchTime):
        resolve(datetime(2027, 3, 28, 2, 30), "Europe/Brussels")


def test_an_hour_that_comes_twice_is_asked_about() -> None:
    local, zone = datetime(2027, 10, 31, 2, 30), "Europe/Brussels"
    with pytest.raises(TwoSuchTimes) as caught:
        resolve(local, zone)
    first, second = moment(2027, 10, 31, 0, 30), moment(2027, 10, 31, 1, 30)
    assert (caught.value.first, caught.value.second) == (first, second)
    assert resolve(local, zone, is_second=False) == first
    assert resolve(local, zone, is_second=True) == second
    assert [format_offset(one, zone) for one in (first, second)] == ["UTC+2", "UTC+1"]


@pytest.mark.parametrize(
    ("zone", "offset"),
    [("UTC", "UTC"), ("Asia/Bishkek", "UTC+6"), ("America/St_Johns", "UTC−3:30"), ("Asia/Kathmandu", "UTC+5:45")],
)
def test_the_offset_is_short(zone: str, offset: str) -> None:
    assert format_offset(moment(2027, 1, 15), zone) == offset


def test_the_zones_of_those_who_sign_are_offered() -> None:
    zones = list_time_zones()
    assert zones[0] == "UTC"
    assert {"Asia/Bishkek", "Asia/Almaty", "Asia/Tashkent", "Europe/Minsk", "Europe/Brussels"} <= set(zones)
