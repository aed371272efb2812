"""The clock that all processes of a site share: the database's.

Between two questions it goes on by this machine's uptime, which is not affected when its clock is changed. SQLite has
no clock, so there the worker stores the time and its uptime (clock_checks.py): while the machine's clock agrees with
that, it is used; if it was changed, the stored time goes on until the worker stores another.
"""

import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime, timedelta
from typing import Final

from django.db import Error, connection

from petition.models.site_state import SiteState
from petition.reference import clock

MAX_CLOCK_DIFFERENCE: Final = timedelta(minutes=10)
"""If two clocks differ by more, one of them is wrong."""
REFRESH_SECONDS: Final = 5.0
"""How long the last answer of the database is used, unless an exact answer is needed."""


_NEVER: Final = float("-inf")


class _DatabaseClock:
    """What is known of the database's clock: its time when this machine's uptime was 0, as a Unix time."""

    def __init__(self) -> None:
        self._guard = threading.Lock()
        self.forget()

    def forget(self) -> None:
        self._start: float | None = None
        self._refreshed_at = _NEVER

    def now(self) -> datetime:
        """Return the present time. The first call asks the database; without an answer it is the machine's time."""
        if self._refreshed_at == _NEVER:
            with suppress(Error):
                self.refresh(at_once=True)
        start, machine = self._start, clock.machine_now()
        if start is None:
            return machine
        moment = datetime.fromtimestamp(start + clock.uptime(), UTC)
        if connection.vendor == "sqlite" and abs(machine - moment) <= MAX_CLOCK_DIFFERENCE:
            return machine
        return moment

    def refresh(self, *, at_once: bool) -> None:
        """Ask the database, unless it was asked within REFRESH_SECONDS."""
        if not at_once and clock.uptime() - self._refreshed_at < REFRESH_SECONDS:
            return
        with self._guard:
            self._refreshed_at = clock.uptime()
            if connection.vendor == "sqlite":
                self._read_record()
            else:
                self._ask()

    def _ask(self) -> None:
        # The answer is from some moment between asking and receiving it. The known start is moved only as far as this
        # interval proves it wrong, so that one slow answer does not make it less exact.
        asked = clock.uptime()
        with connection.cursor() as cursor:
            cursor.execute("SELECT clock_timestamp()")
            answer = cursor.fetchone()[0].timestamp()
        earliest, latest = answer - clock.uptime(), answer - asked
        if self._start is None:
            self._start = (earliest + latest) / 2
        else:
            self._start = min(max(self._start, earliest), latest)

    def _read_record(self) -> None:
        # Only what the worker stored since this machine booted: uptimes of an earlier boot are not comparable.
        rows = SiteState.objects.filter(pk=1, worker_boot=clock.boot_id(), worker_seen_at__isnull=False)
        row = rows.exclude(worker_boot="").values_list("worker_seen_at", "worker_uptime").first()
        self._start = row[0].timestamp() - row[1] if row and row[0] else None


_clock: Final = _DatabaseClock()


def follow_database_clock() -> None:
    """Make `clock.now()` return the database's time. A long-running process calls `refresh` every few seconds."""
    clock.follow(_clock.now)


def refresh(*, at_once: bool = False) -> None:
    """Ask the database for the time, if this process follows its clock and has not asked recently.

    Without an answer the time goes on from the last one.
    """
    if clock.followed_source() == _clock.now:
        with suppress(Error):
            _clock.refresh(at_once=at_once)


@contextmanager
def use_database_clock() -> Iterator[None]:
    """Make `clock.now()` return the database's time inside the block, asking it immediately."""
    before = clock.followed_source()
    follow_database_clock()
    refresh(at_once=True)
    try:
        yield
    finally:
        clock.follow(before)
        if before is None:
            _clock.forget()


def database_now() -> datetime:
    """Ask the database for the present time: for a command that acts once."""
    with use_database_clock():
        return clock.now()
