"""The checks of single drawings, run over the rows of a file: does each lie where it must, and is it drawn cleanly?"""

from __future__ import annotations

import numpy as np
import shapely
from shapely.geometry.base import BaseGeometry

from landinfo import coordinates
from landinfo.coordinates_landing import country
from landinfo.intake.checks import Shapes
from landinfo.intake.corners import Told, check_corners
from landinfo.intake.findings import Place, found
from landinfo.intake.rows import Reader
from landinfo.texts import say

_DEGREES = 400.0
"""No place of the territory has a coordinate in metres as small as this; longitudes and latitudes have."""


def check_drawings(reader: Reader, shapes: Shapes, crs: str) -> None:
    """GEO-011 … GEO-016 (``corners.check_corners``) and GEO-030: rows outside the territory, with the likely cause."""
    outside = _outside(shapes, crs)
    inside = shapes.copy()
    inside[list(outside)] = None
    check_corners(inside, reader.limits, _tell(reader))
    if outside:
        places = []
        for i, cause in outside.items():
            x, y = shapely.get_coordinates(shapely.centroid(shapes[i]))[0]
            at = shapely.point_on_surface(shapes[i])
            places.append(Place(reader.table.rows[i], reader.named(i), float(x), float(y), cause, at))
        reader.collect.put(found("GEO-030", places, cause=_causes(reader, set(outside.values()))))


def _tell(reader: Reader) -> Told:
    def tell(code: str, i: int, detail: str, mark: BaseGeometry | None) -> None:
        reader.wrong(code, i, detail, mark)

    return tell


def _outside(shapes: Shapes, crs: str) -> dict[int, str]:
    """Rows whose middle lies outside former Bình Dương, with the cause.

    In another plane of VN-2000 they are those that would lie in the country with their axes swapped, or are degrees.
    """
    bounds = shapely.bounds(shapes)
    east, north = (bounds[:, 0] + bounds[:, 2]) / 2, (bounds[:, 1] + bounds[:, 3]) / 2
    if crs == coordinates.DEFAULT_CRS:
        (low_n, high_n), (low_e, high_e) = coordinates.NORTHINGS, coordinates.EASTINGS
        away = (east < low_e) | (east > high_e) | (north < low_n) | (north > high_n)
        return {int(i): _cause(float(east[i]), float(north[i])) for i in np.flatnonzero(away)}
    if not coordinates.plane(crs).vn2000:
        return {}
    degrees = (np.abs(east) <= _DEGREES) & (np.abs(north) <= _DEGREES)
    west, south, far_east, far_north = country(crs)
    swapped = (north > west) & (north < far_east) & (east > south) & (east < far_north)
    swapped &= ~((east > west) & (east < far_east) & (north > south) & (north < far_north))
    return {int(i): "degrees" if degrees[i] else "swapped" for i in np.flatnonzero(degrees | swapped)}


def _cause(east: float, north: float) -> str:
    if abs(east) <= _DEGREES and abs(north) <= _DEGREES:
        return "degrees"
    return coordinates.cause(north, east).removeprefix("coordinate-")


def _causes(reader: Reader, causes: set[str]) -> dict[str, str]:
    said = [say(f"outside-{cause}", {}, reader.rulebook.texts) for cause in sorted(causes)]
    return {lang: "; ".join(one[lang] for one in said) for lang in ("vi", "en")}
