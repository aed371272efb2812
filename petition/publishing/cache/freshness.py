"""How long ago the record was asked whether it has changed, so that no page from memory outlives a removal.

One thread asks. Whoever answers from memory looks at the clock: when the last answer is too old, because the machine
is busy, the page waits for the next one. A database that is silent is not waited for: cache/middleware.py then serves
what it has for BLIND_SECONDS.
"""

import threading
import time
from typing import Final

POLL_SECONDS: Final = 0.25
STALE_SECONDS: Final = 0.6
"""A page is served only if the record was asked this recently: a removal then shows within a second."""
PATIENCE_SECONDS: Final = 1.0
"""How long a page waits for the record at most; then the database counts as silent, and nobody waits."""


class Freshness:
    """Shared by the thread that asks the record and by all threads that serve from memory."""

    def __init__(self) -> None:
        self.asked_at = time.monotonic()  # when the last look began that got an answer
        self.patience = PATIENCE_SECONDS
        self._is_answering = True  # False from a look that failed or is overdue to the next that gets an answer
        self._changed = threading.Condition()
        self._wanted = threading.Event()

    def is_stale(self, now: float) -> bool:
        """Whether what is in memory may be older than it should."""
        return now - self.asked_at > STALE_SECONDS

    def wait(self) -> None:
        """Returns when the record was asked again; at once, or after `patience` seconds, where it is silent."""
        if not self._is_answering:
            return
        arrived = time.monotonic()

        def is_settled() -> bool:
            return not self._is_answering or self.asked_at >= arrived or not self.is_stale(time.monotonic())

        self._wanted.set()
        with self._changed:
            if not self._changed.wait_for(is_settled, self.patience):
                self._is_answering = False

    def note(self, began: float, *, answered: bool) -> None:
        """A look that began at `began` has ended."""
        with self._changed:
            if answered:
                self.asked_at = began
            self._is_answering = answered
            self._changed.notify_all()

    def rest(self) -> None:
        """Returns when it is time for the next look: after a while, or as soon as a page waits for one."""
        self._wanted.wait(POLL_SECONDS)
        self._wanted.clear()
