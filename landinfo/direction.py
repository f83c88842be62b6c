"""Where something lies in a parcel, in the words of a compass. Shapes in a metric plane, x = easting, north is +y.

Grid north: in a zone of VN-2000 it differs from true north by less than 0.3°.
"""

from __future__ import annotations

import math

import shapely
from shapely import LineString
from shapely.geometry.base import BaseGeometry

COMPASS = ("north", "northeast", "east", "southeast", "south", "southwest", "west", "northwest")
"""Eight winds of 45° each, clockwise."""
MIDDLE, SEVERAL, ALL = "middle", "several", "all"
NEAR = 0.15
"""Of half the width and height of a parcel: a part whose centre lies nearer to that of the parcel lies on no side."""
WHOLE = 0.9995
"""Of the parcel's area: a part of this much is all of it, to the tenth of a percent that shares are told in."""


def towards(east: float, north: float) -> str:
    """The wind of a vector in metres; of two as near the first clockwise."""
    turned = math.degrees(math.atan2(east, north)) % 360
    return COMPASS[int((turned + 22.5) // 45) % 8]


def of_part(part: BaseGeometry, whole: BaseGeometry) -> str:
    """A wind, or ``middle``, ``several`` (places on different sides) or ``all``.

    By the frame of the parcel, not by bearing: the corner of a long parcel is a corner.
    A part of several pieces lies on a side where each of them that counts (a tenth of the part) lies on that half.
    """
    if part.area >= WHOLE * whole.area:
        return ALL
    east, north = _from_centre(part, whole)
    if math.hypot(east, north) >= NEAR:
        pieces = [p for p in shapely.get_parts(part) if p.area > part.area / 10]
        apart = [_from_centre(p, whole) for p in pieces]
        return towards(east, north) if all(e * east + n * north > 0 for e, n in apart) else SEVERAL
    return MIDDLE if part.intersects(shapely.centroid(part)) else SEVERAL


def of_side(side: LineString, lot: BaseGeometry) -> str:
    """The wind that a side of a lot looks out to: square to the line between its ends, away from the lot."""
    first, last = shapely.get_coordinates(side)[[0, -1]]
    east, north = float(last[1] - first[1]), float(first[0] - last[0])
    middle = side.interpolate(0.5, normalized=True)
    step = 0.05 / max(math.hypot(east, north), 1e-9)
    outside = shapely.Point(middle.x + step * east, middle.y + step * north)
    return towards(-east, -north) if lot.intersects(outside) else towards(east, north)


def _from_centre(part: BaseGeometry, whole: BaseGeometry) -> tuple[float, float]:
    """From the centre of the whole to that of the part, in halves of the whole's width and height."""
    one, other = shapely.centroid(part), shapely.centroid(whole)
    west, south, east, north = whole.bounds
    return float(one.x - other.x) * 2 / (east - west), float(one.y - other.y) * 2 / (north - south)
