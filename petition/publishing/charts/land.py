"""The silhouette of the land, without any border: many outlines of states show what is not so."""

from collections.abc import Iterable, Iterator
from functools import lru_cache
from itertools import accumulate, pairwise
from pathlib import Path

from petition.publishing.charts.projection import Place, Point, Section

_BESIDE = 3.0
"""Units by which the outline goes on beyond the drawing."""


@lru_cache(maxsize=1)
def rings() -> tuple[tuple[Place, ...], ...]:
    """The coasts, and the shores of large lakes, as closed rings of places (tests/tooling/freeze_land.py)."""
    lines = Path(__file__).with_name("land.txt").read_text(encoding="utf-8").splitlines()
    return tuple(tuple(_places([int(number) for number in line.split()])) for line in lines)


def _places(steps: list[int]) -> Iterator[Place]:
    across, up = accumulate(steps[::2]), accumulate(steps[1::2])
    return ((x / 10, y / 10) for x, y in zip(across, up, strict=True))


def outline(section: Section) -> str:
    """The `d` of one SVG path, in tenths of the drawing's units: all land in the section, to be filled evenodd."""
    return "".join(
        _path(_clipped([section.put(longitude + turn, latitude) for longitude, latitude in ring], section))
        for ring in rings()
        for turn in _turns(ring, section)
    )


def _turns(ring: tuple[Place, ...], section: Section) -> list[float]:
    """What brings the ring to the meridian of the section: added to its longitudes. Twice for the edge of the world."""
    west, east = min(longitude for longitude, _ in ring), max(longitude for longitude, _ in ring)
    turns = (-section.meridian + 360 * turn for turn in (-1, 0, 1))
    return [turn for turn in turns if east + turn > -180 and west + turn < 180]


def _clipped(points: list[Point], section: Section) -> list[Point]:
    """The part of a ring inside the drawing (Sutherland and Hodgman, Reentrant polygon clipping, 1974)."""
    edges = (
        (0, 1, -_BESIDE),
        (0, -1, -section.width - _BESIDE),
        (1, 1, -_BESIDE),
        (1, -1, -section.height - _BESIDE),
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
    """Where the line from `a` to `b` has this value on this axis."""
    share = (value - a[axis]) / (b[axis] - a[axis])
    return a[0] + share * (b[0] - a[0]), a[1] + share * (b[1] - a[1])


def _path(points: Iterable[Point]) -> str:
    tenths = [(round(x * 10), round(y * 10)) for x, y in points]
    corners = [point for i, point in enumerate(tenths) if not i or _is_apart(point, tenths[i - 1])]
    if len(corners) < 3:
        return ""
    steps = " ".join(f"{b[0] - a[0]} {b[1] - a[1]}" for a, b in pairwise(corners))
    return f"M{corners[0][0]} {corners[0][1]}l{steps.replace(' -', '-')}z"


def _is_apart(a: tuple[int, int], b: tuple[int, int]) -> bool:
    """Far enough to be seen: four tenths of a unit."""
    return abs(a[0] - b[0]) + abs(a[1] - b[1]) >= 4
