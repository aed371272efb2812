"""Counts and times that all processes with one DATA_DIR add to one small file, for the exporter to read.

Counting is an addition in memory; the file is written every few seconds. So a process that is killed loses the counts
of a few seconds, and the sums never go down when a process is started again.
"""

import contextlib
import fcntl
import json
import os
import threading
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

STORE_SECONDS: Final = 5.0
"""How often a process adds its counts to the file."""
_FILE: Final = "metrics.json"
_SEPARATOR: Final = "|"
Key = tuple[str, ...]
"""What is counted, and its labels."""


@dataclass
class Figures:
    """`times` are seconds since 1970, the latest of each key."""

    counts: Counter[Key] = field(default_factory=Counter)
    times: dict[Key, float] = field(default_factory=dict)

    def merge(self, other: "Figures") -> None:
        self.counts += other.counts
        for key, moment in other.times.items():
            self.times[key] = max(moment, self.times.get(key, moment))


class SharedCounts:
    """The counts of this process, and the file in `folder` to which it adds them."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._guard = threading.Lock()
        self._new = Figures()
        self._forgets_times = False

    def forget_times(self) -> None:
        """Leave out the times in the file at the next call of `store`: a duty may have another name by now."""
        self._forgets_times = True

    def add(self, key: Key, number: int = 1) -> None:
        """Count `number` more of `key`."""
        with self._guard:
            self._new.counts[key] += number

    def note_time(self, key: Key, seconds: float) -> None:
        """Note when `key` happened last."""
        with self._guard:
            self._new.times[key] = seconds

    def store(self) -> None:
        """Add what is new to the file. Where it cannot be written, the next call tries again."""
        with self._guard:
            new, self._new = self._new, Figures()
        if not new.counts and not new.times:
            return
        try:
            with _exclusive_lock(self._folder):
                figures = read_figures(self._folder)
                if self._forgets_times:
                    figures.times.clear()
                figures.merge(new)
                _write(self._folder, figures)
            self._forgets_times = False
        except OSError:
            with self._guard:
                self._new.merge(new)


def read_figures(folder: Path) -> Figures:
    """Return what the file in `folder` holds; nothing if there is none, or if it is damaged."""
    try:
        content = json.loads((folder / _FILE).read_bytes())
        counts = {_split(key): int(number) for key, number in content["counts"].items()}
        times = {_split(key): float(moment) for key, moment in content["times"].items()}
    except (OSError, ValueError, LookupError, TypeError, AttributeError):
        return Figures()  # Prometheus understands counters that begin again
    return Figures(Counter(counts), times)


def _write(folder: Path, figures: Figures) -> None:
    content = {
        "counts": {_SEPARATOR.join(key): number for key, number in sorted(figures.counts.items())},
        "times": {_SEPARATOR.join(key): moment for key, moment in sorted(figures.times.items())},
    }
    # Renamed when complete, so that a reader needs no lock.
    part = folder / f"{_FILE}.part"
    part.write_text(json.dumps(content), encoding="utf-8")
    part.replace(folder / _FILE)


def _split(key: str) -> Key:
    return tuple(key.split(_SEPARATOR))


@contextlib.contextmanager
def _exclusive_lock(folder: Path) -> Iterator[None]:
    """Keep other processes from writing the file within the block; a killed process loses its lock."""
    descriptor = os.open(folder / "metrics.lock", os.O_WRONLY | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        yield
    finally:
        os.close(descriptor)
