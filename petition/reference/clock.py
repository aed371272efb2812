"""What time it is: the one place that is asked, so that tests and demonstrations can say otherwise.

The site follows the clock of its database, if a process has been told to (models/database_clock.py); else, and until
the database has answered, the clock of the machine.
"""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

Source = Callable[[], datetime]
_BOOT_ID: Final = Path("/proc/sys/kernel/random/boot_id")

# The last one counts. One list for the whole process, every thread sees it: a replaced clock is for tests and
# demonstrations, which replace it before their threads start and leave in the opposite order of entering.
_sources: Final[list[Source]] = []
# What this process goes by where no clock is replaced, and the machine's own two clocks beneath it.
_followed: Final[list[Source]] = []  # none, or one
_machine: Final[list[Source]] = [lambda: datetime.now(UTC)]
_uptime: Final[list[Callable[[], float]]] = [
    lambda: time.clock_gettime(time.CLOCK_BOOTTIME) if hasattr(time, "CLOCK_BOOTTIME") else time.monotonic()
]


def now() -> datetime:
    """The present moment, aware, in UTC. Raises ValueError if a replaced clock answers without a time zone."""
    moment = (_sources or _followed or _machine)[-1]()
    if moment.tzinfo is None:
        raise ValueError(f"the clock must say its time zone: {moment.isoformat()}")
    return moment.astimezone(UTC)


def machine_now() -> datetime:
    """Return what the machine's own clock says, right or wrong. A clock that is replaced by `use` replaces it too."""
    return _sources[-1]() if _sources else _machine[-1]()


def from_machine(moment: datetime) -> datetime:
    """Return the moment by `now` that the machine's clock called `moment`, as in what other libraries have stored."""
    return moment + (now() - machine_now())


def uptime() -> float:
    """Return the seconds since this machine started, sleep included. Setting its clock does not change them."""
    return _uptime[-1]()


def boot_id() -> str:
    """Return an identifier of the machine's present run, within which `uptime` counts on; '' where there is none."""
    try:
        return _BOOT_ID.read_text(encoding="ascii").strip()
    except OSError:
        return ""


@contextmanager
def use(source: Source) -> Iterator[None]:
    """Inside the block `now()` asks `source`, afterwards whatever it asked before."""
    with _on_top(_sources, source):
        yield


@contextmanager
def frozen(at: datetime) -> Iterator[None]:
    """Inside the block it is always `at`."""
    with use(lambda: at):
        yield


def follow(source: Source | None) -> None:
    """From now on this process goes by `source`, unless a clock is replaced; with None by the machine's clock."""
    _followed[:] = [source] if source else []


def followed() -> Source | None:
    """Return what this process goes by, None for the machine's clock."""
    return _followed[0] if _followed else None


@contextmanager
def use_machine(source: Source, uptime: Callable[[], float] | None = None) -> Iterator[None]:
    """Inside the block this is the machine's clock, and its uptime: a test makes them wrong."""
    with _on_top(_machine, source), _on_top(_uptime, uptime or _uptime[-1]):
        yield


@contextmanager
def _on_top(stack: list[Any], top: object) -> Iterator[None]:
    stack.append(top)
    try:
        yield
    finally:
        stack.pop()
