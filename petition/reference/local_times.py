"""Times in a time zone (an IANA name), as people type and read them; hours that a clock change skips or repeats."""

from datetime import UTC, datetime, timedelta
from functools import cache
from typing import Final
from zoneinfo import ZoneInfo, available_timezones

_REGIONS: Final = (
    "Africa/",
    "America/",
    "Antarctica/",
    "Asia/",
    "Atlantic/",
    "Australia/",
    "Europe/",
    "Indian/",
    "Pacific/",
)


class NoSuchTime(Exception):
    """The clocks are put forward over this time on that day."""


class TwoSuchTimes(Exception):
    """The clocks are put back, so this time comes twice on that day. `first` and `second` are the two moments."""

    def __init__(self, first: datetime, second: datetime) -> None:
        super().__init__(f"{first} or {second}")
        self.first, self.second = first, second


@cache
def list_time_zones() -> tuple[str, ...]:
    """Return the names of all zones with a place in them, and UTC first."""
    return ("UTC", *sorted(name for name in available_timezones() if name.startswith(_REGIONS)))


def resolve(local: datetime, zone: str, *, is_second: bool | None = None) -> datetime:
    """Return the moment of a time without a zone that clocks in `zone` show, in UTC.

    `is_second` chooses between two such times. Raises NoSuchTime, TwoSuchTimes.
    """
    first, second = (local.replace(tzinfo=ZoneInfo(zone), fold=fold).astimezone(UTC) for fold in (0, 1))
    if first == second:
        return first
    # PEP 495: in a gap the two readings are in the other order, and neither is shown by any clock.
    if first.astimezone(ZoneInfo(zone)).replace(tzinfo=None) != local:
        raise NoSuchTime
    if is_second is None:
        raise TwoSuchTimes(first, second)
    return second if is_second else first


def format_offset(moment: datetime, zone: str) -> str:
    """Return how far clocks in `zone` are from UTC at that moment: `UTC+6`, `UTC−3:30`, `UTC`."""
    offset = moment.astimezone(ZoneInfo(zone)).utcoffset() or timedelta()
    minutes = round(offset.total_seconds() / 60)
    if minutes == 0:
        return "UTC"
    hours, rest = divmod(abs(minutes), 60)
    return f"UTC{'+' if minutes > 0 else '−'}{hours}" + (f":{rest:02}" if rest else "")
