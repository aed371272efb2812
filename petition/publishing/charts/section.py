"""Which part of the earth a map shows, so that its circles can be told apart on a phone."""

import json
from collections.abc import Sequence
from functools import lru_cache
from itertools import pairwise
from pathlib import Path

from petition.publishing.charts.projection import (
    WORLD_WIDTH,
    Place,
    Section,
    equal_area_conic,
    equal_earth,
    from_meridian,
)

WIDTH = 640
LOWEST, HIGHEST = 360, 440
"""Heights of a drawing: what its places need, between these."""
WORLD_HEIGHT = 320

_MERIDIAN = 11.0  # of the world: its edge runs through the Bering Strait
_NORTH_OF_EQUATOR = 0.2  # the middle of the world without Antarctica
_ROOM = 130.0  # left and right together, above and below together: for half a circle on either side
_NARROWEST = 0.5  # of a section, on an earth of radius 1: some 40° of a parallel in Europe


@lru_cache(maxsize=1)
def centres() -> dict[str, Place]:
    """Where to put the circle of each country of vocabulary/countries.py (made by tests/tooling/freeze_land.py)."""
    text = Path(__file__).with_name("centres.json").read_text(encoding="utf-8")
    return {code: (longitude, latitude) for code, (longitude, latitude) in json.loads(text).items()}


def section_for(counts: dict[str, int]) -> tuple[Section, frozenset[str]]:
    """The section for a map of these counts, by the country's code, and the countries beyond it."""
    near = _near(counts)
    section = _section([centres()[code] for code in near])
    beyond = frozenset(counts) - near if section.projection is not equal_earth else frozenset()
    return section, beyond


def _near(counts: dict[str, int]) -> frozenset[str]:
    """The countries that the section holds: without a few far off that would make all others small.

    Those beyond a gap wider than two fifths of what is left, if they are at most a fifth of all counts, one group
    after another until the section is no wider than a quarter of the world.
    """
    codes = sorted(counts, key=lambda code: from_meridian(centres()[code][0], _MERIDIAN))
    spare = sum(counts.values()) / 5
    while len(codes) > 1:
        at = [from_meridian(centres()[code][0], _MERIDIAN) for code in codes]
        gap, cut = max((b - a, i) for i, (a, b) in enumerate(pairwise(at), 1))
        if at[-1] - at[0] <= 90 or gap < 0.4 * (at[-1] - at[0]):
            break
        fewer, more = sorted((codes[:cut], codes[cut:]), key=lambda part: sum(counts[code] for code in part))
        spare -= sum(counts[code] for code in fewer)
        if spare < 0:
            break
        codes = more
    return frozenset(codes)


def _section(places: Sequence[Place]) -> Section:
    """The region that holds the places, at least `_NARROWEST` wide; the whole world where that is hardly more."""
    at = [from_meridian(longitude, _MERIDIAN) for longitude, _ in places]
    latitudes = [latitude for _, latitude in places]
    if max(at) - min(at) > 130 or max(latitudes) - min(latitudes) > 75:
        middle = (0.0, _NORTH_OF_EQUATOR)
        return Section(equal_earth, _MERIDIAN, 0, middle, WIDTH / WORLD_WIDTH, WIDTH, WORLD_HEIGHT)
    latitude = (max(latitudes) + min(latitudes)) / 2
    projection = equal_area_conic(latitude)
    meridian = _MERIDIAN + (max(at) + min(at)) / 2
    points = [projection(from_meridian(longitude, meridian), latitude) for longitude, latitude in places]
    (west, south), (east, north) = ((edge(x for x, _ in points), edge(y for _, y in points)) for edge in (min, max))
    spans = ((WIDTH, east - west), (HIGHEST, north - south))
    scale = min([WIDTH / _NARROWEST, *((size - _ROOM) / span for size, span in spans if span)])
    height = max(LOWEST, round((north - south) * scale + _ROOM))
    return Section(projection, meridian, latitude, ((east + west) / 2, (north + south) / 2), scale, WIDTH, height)
