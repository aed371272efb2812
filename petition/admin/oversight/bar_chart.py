"""A column for each day, the parts of it one above the other: whole numbers, so that no language writes commas."""

from collections.abc import Sequence
from dataclasses import dataclass

WIDTH, HEIGHT = 640, 160
_GAP = 3


@dataclass(frozen=True)
class Part:
    kind: str
    x: int
    y: int
    width: int
    height: int


def stacked(days: Sequence[dict[str, int]], kinds: Sequence[str]) -> list[Part]:
    """The parts of every column, of each day's counts by kind; the highest column is as high as the drawing."""
    highest = max((sum(day.values()) for day in days), default=0) or 1
    each = WIDTH // max(len(days), 1)
    parts = []
    for place, day in enumerate(days):
        below = 0
        for kind in kinds:
            if count := day.get(kind, 0):
                top, base = (HEIGHT - round(HEIGHT * total / highest) for total in (below + count, below))
                parts.append(Part(kind, place * each, top, each - _GAP, base - top))
                below += count
    return parts


def share(count: int, of: int) -> int:
    """Length of a bar in hundredths of the longest; nothing but 0 is invisible."""
    return max(1, round(100 * count / of)) if count else 0
