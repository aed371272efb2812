"""Choose which part of the earth a map shows, so that its circles can be told apart on a phone."""

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
    relative_longitude,
)

WIDTH = 640
MIN_HEIGHT, MAX_HEIGHT = 360, 440
WORLD_HEIGHT = 320

_MERIDIAN = 11.0  # of the world: its edge runs through the Bering Strait
_NORTH_OF_EQUATOR = 0.2  # the middle of the world without Antarctica
_MARGINS = 130.0  # left and right together, above and below together: half a circle on either side
_MIN_WIDTH = 0.5  # of a section, on an earth of radius 1: some 40° of a parallel in Europe


@lru_cache(maxsize=1)
def load_centres() -> dict[str, Place]:
    """Return where the circle of each country of reference/countries.py belongs (tests/tooling/freeze_land.py)."""
    text = Path(__file__).with_name("centres.json").read_text(encoding="utf-8")
    return {code: (longitude, latitude) for code, (longitude, latitude) in json.loads(text).items()}


def choose_section(counts: dict[str, int]) -> tuple[Section, frozenset[str]]:
    """Return the section for a map of these counts by country code, and the countries outside it."""
    near = _choose_near(counts)
    section = _fit_section([load_centres()[code] for code in near])
    beyond = frozenset(counts) - near if section.projection is not equal_earth else frozenset()
    return section, beyond


def _choose_near(counts: dict[str, int]) -> frozenset[str]:
    """Return the countries for the section: without a few distant ones that would make all others small.

    A group beyond a gap wider than two fifths of the rest is left out, if all that is left out is at most a fifth of
    all counts; one group after another until the section is no wider than a quarter of the world.
    """
    codes = sorted(counts, key=lambda code: relative_longitude(load_centres()[code][0], _MERIDIAN))
    spare = sum(counts.values()) / 5
    while len(codes) > 1:
        at = [relative_longitude(load_centres()[code][0], _MERIDIAN) for code in codes]
        gap, cut = max((b - a, i) for i, (a, b) in enumerate(pairwise(at), 1))
        if at[-1] - at[0] <= 90 or gap < 0.4 * (at[-1] - at[0]):
            break
        fewer, more = sorted((codes[:cut], codes[cut:]), key=lambda part: sum(counts[code] for code in part))
        spare -= sum(counts[code] for code in fewer)
        if spare < 0:
            break
        codes = more
    return frozenset(codes)


def _fit_section(places: Sequence[Place]) -> Section:
    """Return the region with these places, at least `_MIN_WIDTH` wide; the whole world if that is hardly wider."""
    at = [relative_longitude(longitude, _MERIDIAN) for longitude, _ in places]
    latitudes = [latitude for _, latitude in places]
    if max(at) - min(at) > 130 or max(latitudes) - min(latitudes) > 75:
        middle = (0.0, _NORTH_OF_EQUATOR)
        return Section(equal_earth, _MERIDIAN, 0, middle, WIDTH / WORLD_WIDTH, WIDTH, WORLD_HEIGHT)
    latitude = (max(latitudes) + min(latitudes)) / 2
    projection = equal_area_conic(latitude)
    meridian = _MERIDIAN + (max(at) + min(at)) / 2
    points = [projection(relative_longitude(longitude, meridian), latitude) for longitude, latitude in places]
    (west, south), (east, north) = ((edge(x for x, _ in points), edge(y for _, y in points)) for edge in (min, max))
    spans = ((WIDTH, east - west), (MAX_HEIGHT, north - south))
    scale = min([WIDTH / _MIN_WIDTH, *((size - _MARGINS) / span for size, span in spans if span)])
    height = max(MIN_HEIGHT, round((north - south) * scale + _MARGINS))
    return Section(projection, meridian, latitude, ((east + west) / 2, (north + south) / 2), scale, WIDTH, height)
