"""Machines with a wrong clock, while the site uses the database's clock."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta

from petition.models import SiteState
from petition.models.database import database_clock
from petition.reference import clock


def mark_worker_alive(*, at: datetime) -> None:
    """Record that the worker was seen at `at`, as its heartbeat does."""
    SiteState.objects.update_or_create(pk=1, defaults={"worker_seen_at": at})


@contextmanager
def machine_ahead(by: timedelta) -> Iterator[None]:
    """Set this machine's clock ahead within the block; its uptime stays right, as when somebody sets a clock."""
    with clock.use_machine(lambda: datetime.now(UTC) + by):
        yield


@contextmanager
def site_process(ahead: timedelta = timedelta(0)) -> Iterator[None]:
    """Use the site's clock within the block, as web and worker do, on a machine that is `ahead`."""
    with machine_ahead(ahead), database_clock.use_database_clock():
        yield


class FakeMachine:
    """A machine whose clock and uptime stand still until `advance` is called."""

    def __init__(self) -> None:
        self.wall, self.up = datetime.now(UTC), clock.uptime()

    def advance(self, time: timedelta) -> None:
        self.wall, self.up = self.wall + time, self.up + time.total_seconds()

    @contextmanager
    def running(self) -> Iterator[None]:
        with clock.use_machine(lambda: self.wall, lambda: self.up), database_clock.use_database_clock():
            yield
