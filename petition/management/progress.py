"""Show the progress of long work on the operator's terminal."""

from typing import Any

MEGABYTE = 1 << 20


class MegabyteProgress:
    """Write a line after every ten megabytes."""

    def __init__(self, out: Any, verb: str) -> None:
        self._out, self._verb, self._reported = out, verb, 0

    def report(self, done: int) -> None:
        """Report that `done` bytes are done."""
        if done // (10 * MEGABYTE) > self._reported:
            self._reported = done // (10 * MEGABYTE)
            self._out.write(f"{done // MEGABYTE} MB {self._verb}")
