"""The current time. All code asks here, so that tests and demonstrations can replace the clock.

A process that follows the clock of the database (models/database/database_clock.py) uses that; otherwise, and until the
database has answered, the clock of the machine.
"""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

Source = Callable[[], datetime]
_BOOT_ID: Final = Path("/proc/sys/kernel/random/boot_id")

# Stacks, of which the last one counts. Process-wide, not per thread: tests and demonstrations replace the clock before
# their threads start and restore it in the opposite order.
_sources: Final[list[Source]] = []
_followed: Final[list[Source]] = []  # at most one: used when no clock is replaced
_machine: Final[list[Source]] = [lambda: datetime.now(UTC)]
_uptime: Final[list[Callable[[], float]]] = [
    lambda: time.clock_gettime(time.CLOCK_BOOTTIME) if hasattr(time, "CLOCK_BOOTTIME") else time.monotonic()
]


def now() -> datetime:
    """Return the current time, aware, in UTC. Raises ValueError if a replaced clock returns no time zone."""
    moment = (_sources or _followed or _machine)[-1]()
    if moment.tzinfo is None:
        raise ValueError(f"the clock must return a time zone: {moment.isoformat()}")
    return moment.astimezone(UTC)


def machine_now() -> datetime:
    """Return the time of the machine's own clock, right or wrong. A clock replaced by `use` replaces it too."""
    return _sources[-1]() if _sources else _machine[-1]()


def from_machine(moment: datetime) -> datetime:
    """Convert a time of the machine's clock, as other libraries store it, to one of `now`."""
    return moment + (now() - machine_now())


def uptime() -> float:
    """Return the seconds since this machine started, sleep included. Setting its clock does not change them."""
    return _uptime[-1]()


def boot_id() -> str:
    """Return an identifier of the machine's current run, within which `uptime` increases; '' if there is none."""
    try:
        return _BOOT_ID.read_text(encoding="ascii").strip()
    except OSError:
        return ""


@contextmanager
def use(source: Source) -> Iterator[None]:
    """Replace the clock by `source` inside the block."""
    with _pushed(_sources, source):
        yield


@contextmanager
def freeze(at: datetime) -> Iterator[None]:
    """Stop the clock at `at` inside the block."""
    with use(lambda: at):
        yield


def follow(source: Source | None) -> None:
    """Make this process follow `source`, or the machine's clock with None. A replaced clock still comes first."""
    _followed[:] = [source] if source else []


def followed_source() -> Source | None:
    """Return the clock that this process follows, None for the machine's clock."""
    return _followed[0] if _followed else None


@contextmanager
def use_machine(source: Source, uptime: Callable[[], float] | None = None) -> Iterator[None]:
    """Replace the machine's clock and uptime inside the block, for tests with a wrong clock."""
    with _pushed(_machine, source), _pushed(_uptime, uptime or _uptime[-1]):
        yield


@contextmanager
def _pushed(stack: list[Any], value: object) -> Iterator[None]:
    stack.append(value)
    try:
        yield
    finally:
        stack.pop()
