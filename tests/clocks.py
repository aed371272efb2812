"""Machines whose clock is wrong, beneath the clock that the site goes by."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta

from petition.models import database_clock
from petition.reference import clock


@contextmanager
def machine_ahead(by: timedelta) -> Iterator[None]:
    """Inside the block this machine's clock is so much ahead; its uptime is right, as it is when a clock was set."""
    with clock.use_machine(lambda: datetime.now(UTC) + by):
        yield


@contextmanager
def a_process(ahead: timedelta = timedelta(0)) -> Iterator[None]:
    """Inside the block this is a process of the site, as granian or the worker starts it, on such a machine."""
    with machine_ahead(ahead), database_clock.followed():
        yield


class Machine:
    """A machine whose clock and uptime stand still until they are told to go on."""

    def __init__(self) -> None:
        self.wall, self.up = datetime.now(UTC), clock.uptime()

    def passes(self, time: timedelta) -> None:
        self.wall, self.up = self.wall + time, self.up + time.total_seconds()

    @contextmanager
    def running(self) -> Iterator[None]:
        with clock.use_machine(lambda: self.wall, lambda: self.up), database_clock.followed():
            yield
