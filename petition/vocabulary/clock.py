"""What time it is: the one place that asks the machine, so that tests and demonstrations can say otherwise."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Final

Source = Callable[[], datetime]

# The last one counts. One list for the whole process, every thread sees it: a replaced clock is for tests and
# demonstrations, which replace it before their threads start and leave in the opposite order of entering.
_sources: Final[list[Source]] = [lambda: datetime.now(UTC)]


def now() -> datetime:
    """The present moment, aware, in UTC. Raises ValueError if a replaced clock answers without a time zone."""
    moment = _sources[-1]()
    if moment.tzinfo is None:
        raise ValueError(f"the clock must say its time zone: {moment.isoformat()}")
    return moment.astimezone(UTC)


@contextmanager
def use(source: Source) -> Iterator[None]:
    """Inside the block `now()` asks `source`, afterwards whatever it asked before."""
    _sources.append(source)
    try:
        yield
    finally:
        _sources.pop()


@contextmanager
def frozen(at: datetime) -> Iterator[None]:
    """Inside the block it is always `at`."""
    with use(lambda: at):
        yield
