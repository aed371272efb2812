"""Rectangles of a bar chart: one column for each day, its parts stacked."""

from collections.abc import Sequence
from dataclasses import dataclass

WIDTH, HEIGHT = 640, 160
_GAP = 3


@dataclass(frozen=True)
class Bar:
    kind: str
    x: int
    y: int
    width: int
    height: int


def stack_bars(days: Sequence[dict[str, int]], kinds: Sequence[str]) -> list[Bar]:
    """Return the bars of each day's counts by kind; the highest column is as high as the drawing."""
    highest = max((sum(day.values()) for day in days), default=0) or 1
    each = WIDTH // max(len(days), 1)
    bars = []
    for place, day in enumerate(days):
        below = 0
        for kind in kinds:
            if count := day.get(kind, 0):
                # Whole numbers: in an SVG a decimal comma, as Russian writes it, would be an error.
                top, base = (HEIGHT - round(HEIGHT * total / highest) for total in (below + count, below))
                bars.append(Bar(kind, place * each, top, each - _GAP, base - top))
                below += count
    return bars


def bar_length(count: int, of: int) -> int:
    """Return the length of a bar in hundredths of the longest; only 0 is invisible."""
    return max(1, round(100 * count / of)) if count else 0
