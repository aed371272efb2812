"""Circles that keep out of each other's way."""

from collections.abc import Sequence
from math import cos, hypot, sin

from petition.publishing.charts.projection import Point, Section

GAP = 2.0
"""Units between two circles, and between a circle and the edge."""
_ROUNDS = 300
_PULLED = 200
"""Rounds in which circles are drawn back to their anchors; what is left serves to part them."""


def inside(section: Section, point: Point, room: float) -> Point:
    """The nearest point around which `room` lies on the drawing."""
    x, y = point
    away = room + GAP
    return min(max(x, away), section.width - away), min(max(y, away), section.height - away)


def apart(section: Section, anchors: list[Point], rooms: list[float], held: Sequence[int | None]) -> list[Point]:
    """Places near the anchors where no two circles overlap, as far as there is room: pushed apart in rounds.

    A circle with an axis in `held` keeps its place on that axis: it stays at the edge.
    Source of the method: Dorling, Area Cartograms: Their Use and Creation, 1996. The same input gives the same places.
    """
    places = list(anchors)
    for turn in range(_ROUNDS):
        pull = 0.04 if turn < _PULLED else 0.0
        places = [(x + pull * (a - x), y + pull * (b - y)) for (x, y), (a, b) in zip(places, anchors, strict=True)]
        if not _push(places, rooms) and not pull:
            break
        places = [inside(section, place, room) for place, room in zip(places, rooms, strict=True)]
        places = [
            place if axis is None else (anchor[0], place[1]) if axis == 0 else (place[0], anchor[1])
            for place, anchor, axis in zip(places, anchors, held, strict=True)
        ]
    return places


def _push(places: list[Point], rooms: list[float]) -> bool:
    """Every two that overlap step apart, the smaller by more; says whether any did."""
    pushed = False
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
            if not distance:  # one place for two countries: each pair in a direction of its own
                across, down, distance = cos(i + j), sin(i + j), 1.0
            share = rooms[j] ** 2 / (rooms[i] ** 2 + rooms[j] ** 2)
            step = overlap / distance
            places[i] = (places[i][0] - share * step * across, places[i][1] - share * step * down)
            places[j] = (places[j][0] + (1 - share) * step * across, places[j][1] + (1 - share) * step * down)
    return pushed
