"""How long ago the watcher checked the public record for changes, so that no page from memory outlives a removal.

One thread checks. A thread that answers from memory looks at the clock: if the last check is too old, because the
machine is busy, the page waits for the next one. It does not wait for a database that gives no answer: then
cache/middleware.py serves what it has for MAX_OUTAGE_SECONDS.
"""

import threading
import time
from typing import Final

POLL_SECONDS: Final = 0.25
MAX_AGE_SECONDS: Final = 0.6
"""A page is served only if the record was checked this recently: so a removal shows within a second."""
MAX_WAIT_SECONDS: Final = 1.0
"""How long a page waits for a check at most; then the database counts as silent, and nobody waits."""


class Freshness:
    """Shared by the watcher and by all threads that serve from memory."""

    def __init__(self) -> None:
        self.checked_at = time.monotonic()  # when the last check that got an answer began
        self.max_wait = MAX_WAIT_SECONDS
        self._is_answering = True  # False after a check that failed or is overdue, until one gets an answer
        self._changed = threading.Condition()
        self._wanted = threading.Event()

    def is_stale(self, now: float) -> bool:
        """Return whether what is in memory may be older than it should be."""
        return now - self.checked_at > MAX_AGE_SECONDS

    @property
    def is_answering(self) -> bool:
        """Return whether the last check got an answer, and none is overdue."""
        return self._is_answering

    def wait_for_check(self) -> None:
        """Wait until the record was checked; at most `max_wait` seconds, and not at all if the database is silent."""
        if not self._is_answering:
            return
        arrived_at = time.monotonic()

        def is_settled() -> bool:
            # A check counts by when it began: one that began before this request may miss a removal since.
            return not self._is_answering or self.checked_at >= arrived_at or not self.is_stale(time.monotonic())

        self._wanted.set()
        with self._changed:
            if not self._changed.wait_for(is_settled, self.max_wait):
                # One page has waited in vain: the others answer at once until a check gets an answer.
                self._is_answering = False

    def record_check(self, started_at: float, *, is_answered: bool) -> None:
        """Note that a check has ended, and wake the pages that wait for it."""
        with self._changed:
            if is_answered:
                self.checked_at = started_at
            self._is_answering = is_answered
            self._changed.notify_all()

    def wait_for_next_check(self) -> None:
        """Sleep until the next check is due: for POLL_SECONDS, or until a page waits for one."""
        self._wanted.wait(POLL_SECONDS)
        self._wanted.clear()
