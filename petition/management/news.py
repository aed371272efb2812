"""Wait, while the worker has nothing to do, until something has come in for it."""

import threading
import time
from contextlib import suppress
from typing import Final

from django.db import Error, connection

from petition.actions.intake import take

STEP_SECONDS: Final = {"sqlite": 0.1, "postgresql": 0.25}
"""How often to look. Not by LISTEN and NOTIFY: a NOTIFY makes commits wait for each other."""


class News:
    """Whether something has been sent to the site since the last look."""

    def __init__(self) -> None:
        self._version: int | None = None

    def wait(self, stop: threading.Event, *, most: float) -> None:
        """Wait until something has come in, `stop` is set, or `most` seconds have passed, whichever is first."""
        until = time.monotonic() + most
        step = STEP_SECONDS[connection.vendor]
        try:
            while (left := until - time.monotonic()) > 0 and not stop.wait(min(step, left)):
                if self._has_come():
                    return
        except Error:  # the duties find out what is wrong, and say it
            with suppress(Error):
                connection.close()
            stop.wait(max(until - time.monotonic(), 0))

    def _has_come(self) -> bool:
        # On SQLite a number tells, without a query, whether another connection has committed.
        return self._has_changed() and take.has_waiting()

    def _has_changed(self) -> bool:
        if connection.vendor != "sqlite":
            return True
        with connection.cursor() as cursor:
            cursor.execute("PRAGMA data_version")
            before, self._version = self._version, cursor.fetchone()[0]
        return before != self._version
