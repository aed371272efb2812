"""The clock that all processes of a site share: the database's, carried on between two questions by this machine's
uptime, which setting its clock does not change.

PostgreSQL has a clock of its own. SQLite has none: there the worker writes down what time it is at which uptime
(clock_checks.py). Where the machine's clock still agrees with that, it is right; where it was set to something
else, time goes on as it was, until the worker writes down another.
"""

import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime, timedelta
from typing import Final

from django.db import Error, connection

from petition.models.site_state import SiteState
from petition.reference import clock

APART: Final = timedelta(minutes=10)
"""Two clocks that differ by more are not both right."""
RENEWED_SECONDS: Final = 5.0
"""How often at most the database is asked, unless somebody wants to know exactly."""


_NEVER: Final = float("-inf")


class _DatabaseClock:
    """What is known of the database's clock: the moment at which the uptime was 0, as a Unix time."""

    def __init__(self) -> None:
        self._guard = threading.Lock()
        self.forget()

    def forget(self) -> None:
        self._start: float | None = None
        self._renewed_at = _NEVER

    def now(self) -> datetime:
        """Return the moment. The first one asks the database; until it answers the machine's clock is all there is."""
        if self._renewed_at == _NEVER:
            with suppress(Error):
                self.renew(at_once=True)
        start, machine = self._start, clock.machine_now()
        if start is None:
            return machine
        moment = datetime.fromtimestamp(start + clock.uptime(), UTC)
        if connection.vendor == "sqlite" and abs(machine - moment) <= APART:
            return machine
        return moment

    def renew(self, *, at_once: bool) -> None:
        """Ask the database, if it was not asked lately."""
        if not at_once and clock.uptime() - self._renewed_at < RENEWED_SECONDS:
            return
        with self._guard:
            self._renewed_at = clock.uptime()
            if connection.vendor == "sqlite":
                self._read_record()
            else:
                self._ask()

    def _ask(self) -> None:
        """The answer is from some moment between asking and hearing it. What was known before is moved only as far as
        that proves it wrong, so one slow answer does not spoil it."""
        asked = clock.uptime()
        with connection.cursor() as cursor:
            cursor.execute("SELECT clock_timestamp()")
            said = cursor.fetchone()[0].timestamp()
        earliest, latest = said - clock.uptime(), said - asked
        if self._start is None:
            self._start = (earliest + latest) / 2
        else:
            self._start = min(max(self._start, earliest), latest)

    def _read_record(self) -> None:
        """What the worker wrote down in this run of the machine; of an earlier run the uptime says nothing."""
        rows = SiteState.objects.filter(pk=1, worker_boot=clock.boot_id(), worker_seen_at__isnull=False)
        row = rows.exclude(worker_boot="").values_list("worker_seen_at", "worker_uptime").first()
        self._start = row[0].timestamp() - row[1] if row and row[0] else None


_clock: Final = _DatabaseClock()


def follow() -> None:
    """From now on `clock.now()` is the database's time. Whoever lives longer calls `renew` every few seconds."""
    clock.follow(_clock.now)


def renew(*, at_once: bool = False) -> None:
    """Ask the database for the time, if this process follows its clock and has not asked lately.

    A database that does not answer changes nothing: the time goes on by what is known.
    """
    if clock.followed() == _clock.now:
        with suppress(Error):
            _clock.renew(at_once=at_once)


@contextmanager
def followed() -> Iterator[None]:
    """Inside the block `clock.now()` is the database's time, which is asked at once."""
    before = clock.followed()
    follow()
    renew(at_once=True)
    try:
        yield
    finally:
        clock.follow(before)
        if before is None:
            _clock.forget()


def database_now() -> datetime:
    """Return the present moment by the database's clock, asked now: for a command that acts once."""
    with followed():
        return clock.now()
