"""Limit how many threads of a process may be inside Django at once, so that some are free for pages from memory.

A database that hangs holds every thread that asks it. So each kind of request has a number of places of its own:
searches never take those of forms, and the public never takes those of staff.
"""

import logging
import threading
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from enum import Enum
from typing import Final

THREADS: Final = 20
"""The `--blocking-threads` that `manage.py serve` and README give to granian."""
MAX_WAIT_SECONDS: Final = 5.0
"""A kind of request is stuck if its places are taken and none of it has ended for this long: more are refused."""
SHORT_WAIT_SECONDS: Final = 1.0
"""The same for a request that would wait on one of the last free threads."""
_LAST_THREADS: Final = 2
POST_WAIT_SECONDS: Final = 0.25
"""The same for a post, or a page behind a link, beyond the share that these may have."""
_POSTS_SHARE: Final = 0.6
"""Which part of the threads posts and pages behind links may hold while none ends, as when commits wait for a standby
server: the others are for readers."""
QUICK_SECONDS: Final = 5.0
"""A request that took longer is no sign that the database answers: it may have ended by a timeout."""
_LOG_SECONDS: Final = 60

log = logging.getLogger(__name__)


class RequestKind(Enum):
    """Kinds of requests; the value is the name for the log, and how many of them are inside Django at most."""

    POSTS = "posts", 6  # on SQLite a held write lock stops only these
    PAGES = "pages", 3
    LINKS = "private links", 2
    SEARCHES = "searches", 2
    EXPORTS = "exports", 2
    DOCUMENTS = "documents", 2
    STAFF = "staff", 2  # and monitoring

    @property
    def limit(self) -> int:
        return self.value[1]


class ThreadLimits:
    """The places of one process that has `threads` threads for requests."""

    def __init__(self, threads: int = THREADS) -> None:
        self._threads = threads
        self._limit = max(1, threads - max(1, threads // 8))
        # Searches and exports take long, so few of them may wait. Others are quick, and wait while some of them end.
        few = max(1, threads // 2 - 2)
        self._max_waiting = {RequestKind.DOCUMENTS: 0, RequestKind.SEARCHES: few, RequestKind.EXPORTS: few}
        self._inside: Counter[RequestKind] = Counter()
        self._waiting: Counter[RequestKind] = Counter()
        self._progress_at: dict[RequestKind, float] = {}
        self._logged_at: dict[RequestKind, float] = {}
        self._changed = threading.Condition()

    @contextmanager
    def acquire(self, kind: RequestKind) -> Iterator[bool]:
        """Yield whether this thread may enter Django; if so, its place is free again when the block ends."""
        if not self._enter(kind):
            yield False
            return
        started_at = time.monotonic()
        try:
            yield True
        finally:
            self._leave(kind, started_at)

    def _enter(self, kind: RequestKind) -> bool:
        with self._changed:
            if not self._has_place(kind) and not self._wait(kind):
                self._log_refusal(kind)
                return False
            if not self._inside[kind]:
                self._progress_at[kind] = time.monotonic()
            self._inside[kind] += 1
            return True

    def _wait(self, kind: RequestKind) -> bool:
        """Wait for a place while requests of this kind still end, and return whether there is one."""
        if self._waiting[kind] >= self._max_waiting.get(kind, self._threads):
            return False
        self._waiting[kind] += 1
        max_wait = self._choose_max_wait(kind)
        try:
            while not self._has_place(kind):
                # Counted from the last progress and not from the arrival: then all that wait for a stuck database are
                # refused together, and later ones at once.
                seconds_left = self._last_progress(kind) + max_wait - time.monotonic()
                if seconds_left <= 0:
                    return False
                self._changed.wait(seconds_left)
            return True
        finally:
            self._waiting[kind] -= 1

    def _choose_max_wait(self, kind: RequestKind) -> float:
        """Return how long to wait; on the last threads, which readers need, for a short time only."""
        writers = (RequestKind.POSTS, RequestKind.LINKS)
        held = sum(self._inside[one] + self._waiting[one] for one in writers)
        if kind in writers and held > self._threads * _POSTS_SHARE:
            return POST_WAIT_SECONDS
        busy = self._inside.total() + self._waiting.total()
        return MAX_WAIT_SECONDS if busy <= self._threads - _LAST_THREADS else SHORT_WAIT_SECONDS

    def _log_refusal(self, kind: RequestKind) -> None:
        # One message for all refusals of a minute: an attack must not fill the log.
        now = time.monotonic()
        if now - self._logged_at.get(kind, -_LOG_SECONDS) >= _LOG_SECONDS:
            self._logged_at[kind] = now
            log.error("Too busy: %s are refused, since all their places are taken.", kind.value[0])

    def _last_progress(self, kind: RequestKind) -> float:
        """Return when a request of this kind ended last; of any kind if other kinds have all places."""
        if self._inside[kind]:
            return self._progress_at[kind]
        return max(self._progress_at.values(), default=0.0)

    def _has_place(self, kind: RequestKind) -> bool:
        return self._inside[kind] < kind.limit and self._inside.total() < self._limit

    def _leave(self, kind: RequestKind, started_at: float) -> None:
        with self._changed:
            self._inside[kind] -= 1
            now = time.monotonic()
            if now - started_at < QUICK_SECONDS:
                self._progress_at[kind] = now
            self._changed.notify_all()
