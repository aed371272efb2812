"""How far long work has come, on the operator's terminal."""

from typing import Any

MEGABYTE = 1 << 20


class Megabytes:
    """Says each further ten megabytes."""

    def __init__(self, out: Any, verb: str) -> None:
        self._out, self._verb, self._said = out, verb, 0

    def tell(self, done: int) -> None:
        """`done` bytes are done."""
        if done // (10 * MEGABYTE) > self._said:
            self._said = done // (10 * MEGABYTE)
            self._out.write(f"{done // MEGABYTE} MB {self._verb}")
