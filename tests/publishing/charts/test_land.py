"""The world map and the positions of countries on it: coasts only, and correct formulas."""

from collections import Counter
from itertools import pairwise
from math import radians, sin
from pathlib import Path
from typing import Any

import pytest

from petition.publishing.charts import land
from petition.publishing.charts.map_section import load_centres
from petition.publishing.charts.projection import WORLD_WIDTH, equal_area_conic, equal_earth
from petition.reference.countries import COUNTRY_CODES


def test_the_map_shows_coasts_only() -> None:
    file = Path(land.__file__).with_name("land.txt")
    assert file.stat().st_size < 25_000
    assert len(land.load_rings()) > 50
    segments: Counter[frozenset[Any]] = Counter()
    for ring in land.load_rings():
        assert ring[0] == ring[-1]
        assert len(ring) > 3
        segments.update(frozenset(pair) for pair in pairwise(ring))
    # A border parts two areas, so that its line belongs to both; a coast belongs to one. (The Bosporus is so narrow
    # that both its shores fall on one line.)
    assert [set(segment) for segment, times in segments.items() if times > 1] == [{(29.1, 41.2), (29.0, 41.0)}]


def test_every_country_has_a_position() -> None:
    assert set(load_centres()) == COUNTRY_CODES
    assert all(-180 <= longitude <= 180 and -90 <= latitude <= 90 for longitude, latitude in load_centres().values())


def test_positions_follow_the_formulas() -> None:
    assert equal_earth(180, 0)[0] * 2 == pytest.approx(WORLD_WIDTH, abs=1e-5)
    assert equal_earth(0, 90)[1] == pytest.approx(1.3173627592)
    for latitude in (48, -30, 0):  # equal areas: a small square is as large as on the globe, near and far
        project = equal_area_conic(latitude)
        assert project(0, latitude) == pytest.approx((0, 0), abs=1e-12)
        for north in (latitude, latitude + 25):
            corners = [project(30, north), project(31, north), project(31, north + 1), project(30, north + 1)]
            drawn = sum(a[0] * b[1] - b[0] * a[1] for a, b in pairwise([*corners, corners[0]])) / 2
            on_globe = radians(1) * (sin(radians(north + 1)) - sin(radians(north)))
            assert drawn == pytest.approx(on_globe, rel=0.001)
