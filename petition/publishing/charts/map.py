"""The map: one circle per country on the silhouette of the land, its area in proportion to the count."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from math import atan2, degrees, hypot, pi, sqrt

from petition.publishing.charts.circle_packing import GAP, apart, inside
from petition.publishing.charts.land import outline
from petition.publishing.charts.map_section import centres, section_for
from petition.publishing.charts.projection import Place, Point, Section, from_meridian

_FOR_ONE = 17.0  # radius of a circle that counts 1, at most
_LARGEST = 58.0  # radius of the largest circle, at most
_SHARE = 0.16  # of the drawing that all circles together cover, at most
_CROWDED = 24  # countries; where there are more, small circles have no label
_TIP = 10.0  # what points outwards, beside a circle at the edge
_DIGIT, _LINE = 16.8, 18.0  # width and height of a label's figures on a phone, where they are largest (figures.css)


class Label(StrEnum):
    """Where the count of a circle stands."""

    INSIDE = "inside"
    ABOVE = "above"  # a circle too small to hold it
    NONE = "none"  # the same where there are too many for more labels: it is in the table


@dataclass(frozen=True)
class Circle:
    code: str
    count: int
    x: float
    y: float
    radius: float
    label: Label
    seat: Point | None  # where the country lies, if the circle had to make way so far that a line must lead there
    turn: float | None  # for a country beyond the section: in which direction it lies, degrees clockwise from east

    @property
    def top(self) -> float:
        return round(self.y - self.radius, 1)


@dataclass(frozen=True)
class Map:
    width: int
    height: int
    land: str  # the `d` of a path, in tenths of a unit
    circles: tuple[Circle, ...]  # the larger first, so that none hides another


def drawn(counts: dict[str, int]) -> Map:
    """The map of these counts, by the country's code: at least one country, no count 0."""
    section, beyond = section_for(counts)
    codes = sorted(counts, key=lambda code: (-counts[code], code))
    radii = _radii([counts[code] for code in codes], section)
    anchors = [
        _anchor(section, centres()[code], radius, code in beyond) for code, radius in zip(codes, radii, strict=True)
    ]
    labels = [_label(counts[code], radius, len(codes)) for code, radius in zip(codes, radii, strict=True)]
    rooms = [
        radius + _TIP if code in beyond else _room(counts[code], radius, label)
        for code, radius, label in zip(codes, radii, labels, strict=True)
    ]
    held = [_edge(section, centres()[code]) if code in beyond else None for code in codes]
    places = apart(section, anchors, rooms, held)
    taken = list(zip(places, radii, strict=True))
    return Map(
        section.width,
        section.height,
        outline(section),
        tuple(
            Circle(
                code=code,
                count=counts[code],
                x=round(place[0], 1),
                y=round(place[1], 1),
                radius=round(radius, 2),
                label=label,
                seat=None if code in beyond else _seat(anchor, place, taken),
                turn=_direction(section, centres()[code]) if code in beyond else None,
            )
            for code, radius, label, anchor, place in zip(codes, radii, labels, anchors, places, strict=True)
        ),
    )


def _radii(counts: list[int], section: Section) -> list[float]:
    """Circles whose areas are to each other as the counts."""
    for_one = min(
        _FOR_ONE,
        _LARGEST / sqrt(max(counts)),
        sqrt(_SHARE * section.width * section.height / pi / sum(counts)),
    )
    return [for_one * sqrt(count) for count in counts]


def _anchor(section: Section, place: Place, radius: float, is_beyond: bool) -> Point:
    """Where the circle of this place belongs; for a place beyond, where the way there leaves the drawing."""
    if not is_beyond:
        return inside(section, section.point(place), radius)
    across, down = _way(section, place)
    room = radius + _TIP + GAP
    ways = ((section.width, across), (section.height, down))
    share = min((size / 2 - room) / max(abs(way), 1e-9) for size, way in ways)
    return section.width / 2 + share * across, section.height / 2 + share * down


def _way(section: Section, place: Place) -> Point:
    """From the middle of the drawing to a place beyond it, as on a chart with straight parallels and meridians.

    The shortest way from Europe to America runs north, but everybody looks for it in the west.
    """
    longitude, latitude = place
    return from_meridian(longitude, section.meridian), section.latitude - latitude


def _edge(section: Section, place: Place) -> int:
    """The axis on which the circle of a place beyond cannot move: 0 at the left and right edge, 1 at the others."""
    across, down = _way(section, place)
    return 0 if abs(across) * section.height > abs(down) * section.width else 1


def _direction(section: Section, place: Place) -> float:
    """Where a place beyond lies, seen from the middle of the drawing: degrees clockwise from east."""
    across, down = _way(section, place)
    return round(degrees(atan2(down, across)), 1)


def _seat(anchor: Point, place: Point, circles: Sequence[tuple[Point, float]]) -> Point | None:
    """Where the country lies, if that is well away from its circle's `place` and not under any of the circles."""
    is_free = all(hypot(at[0] - anchor[0], at[1] - anchor[1]) > radius + 2 for at, radius in circles)
    is_away = hypot(place[0] - anchor[0], place[1] - anchor[1]) > 2 * _TIP
    return (round(anchor[0], 1), round(anchor[1], 1)) if is_free and is_away else None


def _label(count: int, radius: float, countries: int) -> Label:
    if hypot(_DIGIT * len(f"{count:,}"), _LINE) / 2 <= radius:
        return Label.INSIDE
    return Label.ABOVE if countries <= _CROWDED or radius >= _FOR_ONE else Label.NONE


def _room(count: int, radius: float, label: Label) -> float:
    """The radius of what no other circle may cover, a label above included."""
    return max(radius + _LINE, _DIGIT * len(f"{count:,}") / 2) if label is Label.ABOVE else radius
