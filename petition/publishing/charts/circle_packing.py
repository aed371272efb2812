"""Move circles so that they do not overlap."""

from collections.abc import Sequence
from math import cos, hypot, sin

from petition.publishing.charts.projection import Point, Section

GAP = 2.0
"""Units between two circles, and between a circle and the edge."""
_ROUNDS = 300
_PULL_ROUNDS = 200
"""In these rounds circles are also pulled back to their anchors; in the rest they are only pushed apart."""


def move_inside(section: Section, point: Point, room: float) -> Point:
    """Return the nearest point at which a circle with radius `room` is inside the drawing."""
    x, y = point
    margin = room + GAP
    return min(max(x, margin), section.width - margin), min(max(y, margin), section.height - margin)


def separate_circles(
    section: Section, anchors: list[Point], rooms: list[float], fixed_axes: Sequence[int | None]
) -> list[Point]:
    """Return places near the anchors where no two circles overlap, as far as there is room.

    A circle with an axis (0 or 1) in `fixed_axes` keeps its place on that axis: it stays at the edge.
    Source of the method: Dorling, Area Cartograms: Their Use and Creation, 1996. The same input gives the same places.
    """
    places = list(anchors)
    for turn in range(_ROUNDS):
        pull = 0.04 if turn < _PULL_ROUNDS else 0.0
        places = [(x + pull * (a - x), y + pull * (b - y)) for (x, y), (a, b) in zip(places, anchors, strict=True)]
        if not _push(places, rooms) and not pull:
            break
        places = [move_inside(section, place, room) for place, room in zip(places, rooms, strict=True)]
        places = [
            place if axis is None else (anchor[0], place[1]) if axis == 0 else (place[0], anchor[1])
            for place, anchor, axis in zip(places, anchors, fixed_axes, strict=True)
        ]
    return places


def _push(places: list[Point], rooms: list[float]) -> bool:
    """Move every two that overlap apart, the smaller one further; return whether there were any."""
    pushed = False
    # Sorted by the left edge, so that each circle is compared only with those that begin before it ends.
    order = sorted(range(len(places)), key=lambda i: places[i][0] - rooms[i])
    for position, i in enumerate(order):
        for j in order[position + 1 :]:
            if places[j][0] - rooms[j] > places[i][0] + rooms[i] + GAP:
                break
            across, down = places[j][0] - places[i][0], places[j][1] - places[i][1]
            distance = hypot(across, down)
            overlap = rooms[i] + rooms[j] + GAP - distance
            if overlap <= 0.05:
                continue
            pushed = True
            if not distance:  # two countries at one place: each pair goes in its own direction
                across, down, distance = cos(i + j), sin(i + j), 1.0
            share = rooms[j] ** 2 / (rooms[i] ** 2 + rooms[j] ** 2)
            step = overlap / distance
            places[i] = (places[i][0] - share * step * across, places[i][1] - share * step * down)
            places[j] = (places[j][0] + (1 - share) * step * across, places[j][1] + (1 - share) * step * down)
    return pushed
