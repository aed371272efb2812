"""Store what a web process counts (publishing/cache/answer_counts.py) every few seconds."""

import threading
import time
from collections.abc import Callable, Iterable
from typing import Any

from petition.management.metrics.shared_counts import STORE_SECONDS, SharedCounts
from petition.publishing.cache import answer_counts
from petition.publishing.cache.rendering import Application, Environ, is_rendering


class RequestCounts:
    """Adds the answers of this process to `counts`, from its first request on."""

    def __init__(self, counts: SharedCounts) -> None:
        self._counts = counts
        self._stored = answer_counts.take_snapshot()
        self._thread: threading.Thread | None = None
        self._start_lock = threading.Lock()

    def wrap_django(self, django: Application) -> Application:
        """Return `django`, but its answers are counted, and its first call starts the thread that stores all."""
        counted = answer_counts.count_calls(django, is_rendering)

        # Not in __init__: a server may fork after loading the application, and threads do not survive that.
        def application(environ: Environ, start_response: Callable[..., Any]) -> Iterable[bytes]:
            if self._thread is None:
                self._start_thread()
            return counted(environ, start_response)

        return application

    def store(self) -> None:
        """Add to the file what was counted since the last call."""
        snapshot = answer_counts.take_snapshot()
        for key, number in (snapshot - self._stored).items():
            self._counts.add(key, number)
        self._stored = snapshot
        self._counts.store()

    def _start_thread(self) -> None:
        with self._start_lock:
            if self._thread is None:
                self._thread = threading.Thread(target=self._store_again_and_again, name="counts", daemon=True)
                self._thread.start()

    def _store_again_and_again(self) -> None:
        while True:
            time.sleep(STORE_SECONDS)
            self.store()
