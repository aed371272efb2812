"""Project places of the earth to a drawing. Both projections keep areas in proportion, as the circles do."""

from collections.abc import Callable
from dataclasses import dataclass
from math import asin, copysign, cos, radians, sin, sqrt

Place = tuple[float, float]
"""Longitude and latitude in degrees."""
Point = tuple[float, float]
Projection = Callable[[float, float], Point]
"""Degrees east of its own meridian, and latitude → east and north on an earth of radius 1."""

WORLD_WIDTH = 5.413260
"""Of the whole earth in `equal_earth`: twice the x of longitude 180° on the equator."""
_A1, _A2, _A3, _A4 = 1.340264, -0.081106, 0.000893, 0.003796


def equal_earth(longitude: float, latitude: float) -> Point:
    """Project a place for a map of the whole world.

    Source: Šavrič, Patterson and Jenny, The Equal Earth map projection, 2018 (doi:10.1080/13658816.2018.1504949).
    """
    theta = asin(sqrt(3) / 2 * sin(radians(latitude)))
    square = theta * theta
    sixth = square**3
    stretch = 9 * _A4 * sixth * square + 7 * _A3 * sixth + 3 * _A2 * square + _A1
    return (
        2 * sqrt(3) / 3 * radians(longitude) * cos(theta) / stretch,
        theta * (_A1 + _A2 * square + sixth * (_A3 + _A4 * square)),
    )


def equal_area_conic(latitude: float) -> Projection:
    """Return a projection for a region around this latitude: shapes are true on the parallels 10° to either side.

    Albers' projection; source: Snyder, Map Projections: A Working Manual, USGS 1395, 1987, equations 14-1 to 14-6.
    """
    middle = copysign(min(max(abs(latitude), 15), 65), latitude)  # at the equator and at a pole there is no cone
    first, second = sin(radians(middle - 10)), sin(radians(middle + 10))
    cone = (first + second) / 2
    origin = sqrt(1 + first * second - 2 * cone * sin(radians(latitude))) / cone

    def project(longitude: float, latitude: float) -> Point:
        radius = sqrt(max(0, 1 + first * second - 2 * cone * sin(radians(latitude)))) / cone
        turn = cone * radians(longitude)
        return radius * sin(turn), origin - radius * cos(turn)

    return project


def relative_longitude(longitude: float, meridian: float) -> float:
    """Return degrees east of `meridian`, from -180 to under 180."""
    return (longitude - meridian + 180) % 360 - 180


@dataclass(frozen=True)
class Section:
    """The part of the earth that a drawing of `width` by `height` units shows."""

    projection: Projection
    meridian: float  # where the projection's own longitudes begin: the middle of what the drawing shows
    latitude: float  # of that middle
    middle: Point  # what lies in the middle of the drawing, on an earth of radius 1
    scale: float  # units of the drawing for an earth of radius 1
    width: int
    height: int

    def project(self, place: Place) -> Point:
        """Return where a place is on the drawing, across and down; it may be outside."""
        return self.project_relative(relative_longitude(place[0], self.meridian), place[1])

    def project_relative(self, longitude: float, latitude: float) -> Point:
        """Return the same for a longitude that counts from the meridian, also beyond 180°."""
        x, y = self.projection(longitude, latitude)
        return (
            self.width / 2 + (x - self.middle[0]) * self.scale,
            self.height / 2 - (y - self.middle[1]) * self.scale,
        )
