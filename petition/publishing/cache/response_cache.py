"""The responses that one process keeps in memory."""

import threading
from dataclasses import dataclass, field

from petition.publishing.cache.responses import CachedResponse


@dataclass
class ResponseCache:
    """All responses of one state of the public record. A change replaces the whole object by an empty one."""

    # So a thread that still renders from the old record puts its response into a cache that nobody reads any more.
    is_degraded: bool = False  # the database is gone for too long: nothing that names anybody is put here
    responses: dict[tuple[str, str], CachedResponse] = field(default_factory=dict)  # by path and encoding
    locks: dict[str, threading.Lock] = field(default_factory=dict)  # by path
    guard: threading.Lock = field(default_factory=threading.Lock)

    def lock_for(self, path: str) -> threading.Lock:
        with self.guard:
            return self.locks.setdefault(path, threading.Lock())

    def forget_lock(self, path: str) -> None:
        # Only kept pages keep a lock: guessed addresses must not fill the memory.
        with self.guard:
            self.locks.pop(path, None)
