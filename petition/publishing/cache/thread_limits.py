"""How many threads of a process may be inside Django at once, so that pages from memory always find a free one.

A database that hangs holds every thread that asks it. Each kind of request has a number of places of its own, so that
searches never take those of forms, nor the public those of the staff.
"""

import logging
import threading
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from enum import Enum
from typing import Final

THREADS: Final = 16
"""The `--blocking-threads` that serve and README give to granian."""
PATIENCE_SECONDS: Final = 5.0
"""A kind of request that none got done with for this long, while its places are taken, is stuck: more are refused."""
SHORT_PATIENCE_SECONDS: Final = 1.0
"""The same for whoever would wait on one of the last threads that are free."""
_LAST_THREADS: Final = 2
QUICK_SECONDS: Final = 5.0
"""What took longer does not show that the database answers: it may have ended by a timeout."""
_TOLD_EVERY_SECONDS: Final = 60

log = logging.getLogger(__name__)


class Lane(Enum):
    """Kinds of requests; the value is how many of each are inside Django at most."""

    POSTS = "posts", 3  # on SQLite a held write lock stops these alone
    PAGES = "pages", 3
    SEARCHES = "searches", 2
    EXPORTS = "exports", 2
    DOCUMENTS = "documents", 2
    STAFF = "staff", 2  # and whoever asks whether all is well

    @property
    def most(self) -> int:
        return self.value[1]


class Limits:
    """The places of one process that has `threads` threads for requests."""

    def __init__(self, threads: int = THREADS) -> None:
        self._threads = threads
        self._most = max(1, threads - max(1, threads // 8))
        # Searches and exports take long, so few may wait for their turn; others are quick, and wait while they get on.
        few = max(1, threads // 2 - 2)
        self._most_waiting = {Lane.DOCUMENTS: 0, Lane.SEARCHES: few, Lane.EXPORTS: few}
        self._inside: Counter[Lane] = Counter()
        self._waiting: Counter[Lane] = Counter()
        self._got_on_at: dict[Lane, float] = {}
        self._told_at: dict[Lane, float] = {}
        self._changed = threading.Condition()

    @contextmanager
    def place(self, lane: Lane) -> Iterator[bool]:
        """Yields whether this thread may enter Django; if so, its place is free again when the block ends."""
        if not self._enter(lane):
            yield False
            return
        began = time.monotonic()
        try:
            yield True
        finally:
            self._leave(lane, began)

    def _enter(self, lane: Lane) -> bool:
        with self._changed:
            if not self._has_place(lane) and not self._wait(lane):
                self._tell(lane)
                return False
            if not self._inside[lane]:
                self._got_on_at[lane] = time.monotonic()
            self._inside[lane] += 1
            return True

    def _wait(self, lane: Lane) -> bool:
        """Whether there is a place, waited for while this kind of request gets on."""
        if self._waiting[lane] >= self._most_waiting.get(lane, self._threads):
            return False
        self._waiting[lane] += 1
        busy = self._inside.total() + self._waiting.total()
        patience = PATIENCE_SECONDS if busy <= self._threads - _LAST_THREADS else SHORT_PATIENCE_SECONDS
        try:
            while not self._has_place(lane):
                left = self._last_progress(lane) + patience - time.monotonic()
                if left <= 0:
                    return False
                self._changed.wait(left)
            return True
        finally:
            self._waiting[lane] -= 1

    def _tell(self, lane: Lane) -> None:
        """One line in the log stands for all that are refused within a minute."""
        now = time.monotonic()
        if now - self._told_at.get(lane, -_TOLD_EVERY_SECONDS) >= _TOLD_EVERY_SECONDS:
            self._told_at[lane] = now
            log.error("Too busy: %s are refused, since all their places are taken.", lane.value[0])

    def _last_progress(self, lane: Lane) -> float:
        """When this kind of request was last seen to get on; any kind where others hold all places."""
        if self._inside[lane]:
            return self._got_on_at[lane]
        return max(self._got_on_at.values(), default=0.0)

    def _has_place(self, lane: Lane) -> bool:
        return self._inside[lane] < lane.most and self._inside.total() < self._most

    def _leave(self, lane: Lane, began: float) -> None:
        with self._changed:
            self._inside[lane] -= 1
            now = time.monotonic()
            if now - began < QUICK_SECONDS:
                self._got_on_at[lane] = now
            self._changed.notify_all()
