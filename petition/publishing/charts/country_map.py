"""The map: one circle per country on the silhouette of the land, with its area in proportion to the count."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from math import atan2, degrees, hypot, pi, sqrt

from petition.publishing.charts.circle_packing import GAP, move_inside, separate_circles
from petition.publishing.charts.land import draw_outline
from petition.publishing.charts.map_section import choose_section, load_centres
from petition.publishing.charts.projection import Place, Point, Section, relative_longitude

_MAX_UNIT_RADIUS = 17.0  # of a circle for the count 1
_MAX_RADIUS = 58.0
_MAX_SHARE = 0.16  # of the drawing, for all circles together
_MAX_LABELLED = 24  # countries; with more, small circles have no label
_TIP = 10.0  # length of the arrow that points outwards from a circle at the edge
_CHARACTER, _LINE = 16.8, 18.0  # width and height of a label on a phone, where it is largest (figures.css)


class Label(StrEnum):
    """Where country and count of a circle are written."""

    INSIDE = "inside"
    ABOVE = "above"  # a circle too small to hold it
    NONE = "none"  # too small, and too many circles for labels above: both are in the table only


@dataclass(frozen=True)
class Circle:
    code: str
    count: int
    x: float
    y: float
    radius: float
    label: Label
    origin: Point | None  # where the country is, if the circle had to move so far that a line must lead there
    direction: float | None  # of a country outside the section: degrees clockwise from east

    @property
    def text(self) -> str:
        """Return the label: the ISO 3166-1 code of the country, which needs no translation, and the count."""
        return _label_text(self.code, self.count)

    @property
    def top(self) -> float:
        return round(self.y - self.radius, 1)


@dataclass(frozen=True)
class Map:
    width: int
    height: int
    land: str  # the `d` of a path, in tenths of a unit
    circles: tuple[Circle, ...]  # larger ones first, so that none hides another


def draw_map(counts: dict[str, int]) -> Map:
    """Return the map of these counts by country code: at least one country, no count of 0."""
    section, beyond = choose_section(counts)
    codes = sorted(counts, key=lambda code: (-counts[code], code))
    radii = _radii([counts[code] for code in codes], section)
    anchors = [
        _anchor(section, load_centres()[code], radius, code in beyond)
        for code, radius in zip(codes, radii, strict=True)
    ]
    texts = [_label_text(code, counts[code]) for code in codes]
    labels = [_label(text, radius, len(codes)) for text, radius in zip(texts, radii, strict=True)]
    rooms = [
        radius + _TIP if code in beyond else _room(text, radius, label)
        for code, text, radius, label in zip(codes, texts, radii, labels, strict=True)
    ]
    fixed_axes = [_edge_axis(section, load_centres()[code]) if code in beyond else None for code in codes]
    places = separate_circles(section, anchors, rooms, fixed_axes)
    occupied = list(zip(places, radii, strict=True))
    return Map(
        section.width,
        section.height,
        draw_outline(section),
        tuple(
            Circle(
                code=code,
                count=counts[code],
                x=round(place[0], 1),
                y=round(place[1], 1),
                radius=round(radius, 2),
                label=label,
                origin=None if code in beyond else _find_origin(anchor, place, occupied),
                direction=_direction(section, load_centres()[code]) if code in beyond else None,
            )
            for code, radius, label, anchor, place in zip(codes, radii, labels, anchors, places, strict=True)
        ),
    )


def _radii(counts: list[int], section: Section) -> list[float]:
    """Return radii of circles with areas in proportion to the counts."""
    for_one = min(
        _MAX_UNIT_RADIUS,
        _MAX_RADIUS / sqrt(max(counts)),
        sqrt(_MAX_SHARE * section.width * section.height / pi / sum(counts)),
    )
    return [for_one * sqrt(count) for count in counts]


def _anchor(section: Section, place: Place, radius: float, is_beyond: bool) -> Point:
    """Return where the circle of this place belongs; if it is outside, the point at the edge in its direction."""
    if not is_beyond:
        return move_inside(section, section.project(place), radius)
    across, down = _way(section, place)
    room = radius + _TIP + GAP
    ways = ((section.width, across), (section.height, down))
    share = min((size / 2 - room) / max(abs(way), 1e-9) for size, way in ways)
    return section.width / 2 + share * across, section.height / 2 + share * down


def _way(section: Section, place: Place) -> Point:
    """Return the way from the middle of the drawing to a place outside, in degrees east and south."""
    # As on a map with straight parallels and meridians: the shortest way from Europe to America runs north, but people
    # look for it in the west.
    longitude, latitude = place
    return relative_longitude(longitude, section.meridian), section.latitude - latitude


def _edge_axis(section: Section, place: Place) -> int:
    """Return the axis on which the circle of a place outside is fixed: 0 at the left and right edge, else 1."""
    across, down = _way(section, place)
    return 0 if abs(across) * section.height > abs(down) * section.width else 1


def _direction(section: Section, place: Place) -> float:
    """Return the direction of a place outside from the middle of the drawing: degrees clockwise from east."""
    across, down = _way(section, place)
    return round(degrees(atan2(down, across)), 1)


def _find_origin(anchor: Point, place: Point, circles: Sequence[tuple[Point, float]]) -> Point | None:
    """Return where the country is, if that is well away from its circle's `place` and under no circle."""
    is_free = all(hypot(at[0] - anchor[0], at[1] - anchor[1]) > radius + 2 for at, radius in circles)
    is_away = hypot(place[0] - anchor[0], place[1] - anchor[1]) > 2 * _TIP
    return (round(anchor[0], 1), round(anchor[1], 1)) if is_free and is_away else None


def _label_text(code: str, count: int) -> str:
    return f"{code} {count}"


def _label(text: str, radius: float, countries: int) -> Label:
    if hypot(_CHARACTER * len(text), _LINE) / 2 <= radius:
        return Label.INSIDE
    return Label.ABOVE if countries <= _MAX_LABELLED or radius >= _MAX_UNIT_RADIUS else Label.NONE


def _room(text: str, radius: float, label: Label) -> float:
    """Return the radius that no other circle may cover, with the label above if there is one."""
    return max(radius + _LINE, _CHARACTER * len(text) / 2) if label is Label.ABOVE else radius
