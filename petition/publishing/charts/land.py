"""The silhouette of the land, without borders: many published outlines of states show disputed land as settled."""

from collections.abc import Iterable, Iterator
from functools import lru_cache
from itertools import accumulate, pairwise
from pathlib import Path

from petition.publishing.charts.projection import Place, Point, Section

_MARGIN = 3.0
"""Units by which the outline continues beyond the drawing."""


@lru_cache(maxsize=1)
def load_rings() -> tuple[tuple[Place, ...], ...]:
    """Return the coasts, and the shores of large lakes, as closed rings of places (tests/tooling/freeze_land.py)."""
    lines = Path(__file__).with_name("land.txt").read_text(encoding="utf-8").splitlines()
    return tuple(tuple(_decode_places([int(number) for number in line.split()])) for line in lines)


def _decode_places(steps: list[int]) -> Iterator[Place]:
    """Yield the places; each step is the difference to the place before, in tenths of a degree."""
    across, up = accumulate(steps[::2]), accumulate(steps[1::2])
    return ((x / 10, y / 10) for x, y in zip(across, up, strict=True))


def draw_outline(section: Section) -> str:
    """Return the `d` of one SVG path for all land in the section: in tenths of the drawing's units, filled evenodd."""
    return "".join(
        _format_path(
            _clip([section.project_relative(longitude + turn, latitude) for longitude, latitude in ring], section)
        )
        for ring in load_rings()
        for turn in _choose_turns(ring, section)
    )


def _choose_turns(ring: tuple[Place, ...], section: Section) -> list[float]:
    """Return what to add to the longitudes of the ring so that they count from the meridian of the section.

    A ring across the edge of the world gets two values, one for each side.
    """
    west, east = min(longitude for longitude, _ in ring), max(longitude for longitude, _ in ring)
    turns = (-section.meridian + 360 * turn for turn in (-1, 0, 1))
    return [turn for turn in turns if east + turn > -180 and west + turn < 180]


def _clip(points: list[Point], section: Section) -> list[Point]:
    """Return the part of a ring inside the drawing (Sutherland and Hodgman, Reentrant polygon clipping, 1974)."""
    edges = (
        (0, 1, -_MARGIN),
        (0, -1, -section.width - _MARGIN),
        (1, 1, -_MARGIN),
        (1, -1, -section.height - _MARGIN),
    )
    for axis, sign, edge in edges:
        if not points:
            break
        inside = [sign * point[axis] >= edge for point in points]
        if all(inside):
            continue
        kept: list[Point] = []
        for i, point in enumerate(points):
            if inside[i] != inside[i - 1]:
                kept.append(_crossing(points[i - 1], point, axis, sign * edge))
            if inside[i]:
                kept.append(point)
        points = kept
    return points


def _crossing(a: Point, b: Point, axis: int, value: float) -> Point:
    """Return the point at which the line from `a` to `b` has this value on this axis."""
    share = (value - a[axis]) / (b[axis] - a[axis])
    return a[0] + share * (b[0] - a[0]), a[1] + share * (b[1] - a[1])


def _format_path(points: Iterable[Point]) -> str:
    tenths = [(round(x * 10), round(y * 10)) for x, y in points]
    corners = [point for i, point in enumerate(tenths) if not i or _is_apart(point, tenths[i - 1])]
    if len(corners) < 3:
        return ""
    steps = " ".join(f"{b[0] - a[0]} {b[1] - a[1]}" for a, b in pairwise(corners))
    return f"M{corners[0][0]} {corners[0][1]}l{steps.replace(' -', '-')}z"


def _is_apart(a: tuple[int, int], b: tuple[int, int]) -> bool:
    """Return whether two points are far enough apart to be seen: four tenths of a unit."""
    return abs(a[0] - b[0]) + abs(a[1] - b[1]) >= 4
