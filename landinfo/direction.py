"""Where something lies in a parcel, in the words of a compass. Shapes in a metric plane, x = easting, north is +y.

Grid north: in a zone of VN-2000 it differs from true north by less than 0.3°.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
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
    return of_parts([part], whole)[0]


def of_parts(parts: Sequence[BaseGeometry], whole: BaseGeometry) -> list[str]:
    """As ``of_part`` of each, measured together; one that is empty lies on no one side."""
    shapes = np.array([whole, *parts], dtype=object)
    area, *areas = shapely.area(shapes).tolist()
    found = [ALL if each >= WHOLE * area else SEVERAL for each in areas]
    sought = [n for n, part in enumerate(parts) if found[n] is not ALL and not part.is_empty]
    if sought:
        centres = shapely.get_coordinates(shapely.centroid(shapes[[0, *(n + 1 for n in sought)]])).tolist()
        west, south, east, north = whole.bounds
        for n, (x, y) in zip(sought, centres[1:], strict=True):
            off = (x - centres[0][0]) * 2 / (east - west), (y - centres[0][1]) * 2 / (north - south)
            found[n] = _side(parts[n], off, whole)
    return found


def _side(part: BaseGeometry, off: tuple[float, float], whole: BaseGeometry) -> str:
    """``off``: from the centre of the whole to that of the part, in halves of the whole's width and height."""
    if math.hypot(*off) < NEAR:
        return MIDDLE if part.intersects(shapely.centroid(part)) else SEVERAL
    if part.geom_type != "Polygon":
        apart = [_from_centre(p, whole) for p in shapely.get_parts(part) if p.area > part.area / 10]
        if not all(e * off[0] + n * off[1] > 0 for e, n in apart):
            return SEVERAL
    return towards(*off)


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
