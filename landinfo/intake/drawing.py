"""The checks of single drawings, run over the rows of a file: does each lie where it must, and is it drawn cleanly?"""

from __future__ import annotations

from collections import defaultdict

import numpy as np
import shapely
from numpy.typing import NDArray
from shapely.geometry.base import BaseGeometry

from landinfo import coordinates
from landinfo.coordinates_landing import Box, country, lands
from landinfo.coordinates_source import is_degrees
from landinfo.intake.checks import Shapes
from landinfo.intake.corners import Told, check_corners
from landinfo.intake.findings import Place, found
from landinfo.intake.landing import ground_of
from landinfo.intake.rows import Reader
from landinfo.texts import say

Rows = NDArray[np.int64]
_DEGREES = 400.0
"""No place of the territory has a coordinate in metres as small as this; longitudes and latitudes have."""


def check_drawings(reader: Reader, shapes: Shapes, source: str, crs: str) -> None:
    """GEO-011 … GEO-016 (``corners.check_corners``) and GEO-030: rows off their ground, with the likely cause.

    ``source`` is the system of the file, ``crs`` that of the shapes and the store.
    """
    outside = _outside(reader, shapes, source, crs)
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


def _outside(reader: Reader, shapes: Shapes, source: str, crs: str) -> dict[int, str]:
    """Rows that lie elsewhere than they must, with the cause."""
    bounds = shapely.bounds(shapes)
    middles = (bounds[:, :2] + bounds[:, 2:]) / 2
    found: dict[int, str] = {}
    for series, rows in _by_series(reader).items():
        box = ground_of(series, crs)
        if box:
            found |= _off_their_ground(reader, rows[_away(reader, bounds[rows], box)], middles, box, source, crs)
        else:
            found |= _off_all_ground(rows, middles[rows], crs)
    return dict(sorted(found.items()))


def _by_series(reader: Reader) -> dict[str, Rows]:
    """Rows by what names their ground: the map series of parcels, the territory of a theme."""
    count = len(reader.table.rows)
    if reader.map.theme:
        return {reader.map.words.territory: np.arange(count)}
    rows: dict[tuple[str | None, str | None], list[int]] = defaultdict(list)
    for i, key in enumerate(zip(reader.texts("commune"), reader.texts("period"), strict=True)):
        rows[key].append(i)
    return {f"{commune}@{period}": np.array(held) for (commune, period), held in rows.items()}


def _away(reader: Reader, bounds: NDArray[np.float64], box: Box) -> NDArray[np.bool_]:
    """A parcel belongs where its middle lies; an area of a plan, a road say, where any of it does."""
    low, high = bounds[:, :2], bounds[:, 2:]
    if not reader.map.theme:
        low = high = (low + high) / 2
    return np.asarray(((high < box[:2]) | (low > box[2:])).any(axis=1))


def _off_their_ground(
    reader: Reader, rows: Rows, middles: NDArray[np.float64], box: Box, source: str, crs: str
) -> dict[int, str]:
    """The cause of each: as it stands in the file, where a swap of the axes would land it right."""
    if not len(rows):
        return {}
    edges = shapely.bounds(reader.table.shapes[rows])
    raw = (edges[:, :2] + edges[:, 2:]) / 2
    degrees = (np.abs(raw) <= _DEGREES).all(axis=1) & (not is_degrees(source))
    swapped = lands(raw[:, ::-1], source, crs, box)
    causes = {int(i): _cause(float(middles[i][0]), float(middles[i][1]), crs) for i in rows}
    causes |= dict.fromkeys(rows[degrees].tolist(), "degrees")
    return causes | dict.fromkeys(rows[swapped].tolist(), "swapped")


def _off_all_ground(rows: Rows, middles: NDArray[np.float64], crs: str) -> dict[int, str]:
    """Of rows whose own ground is not known: those outside former Bình Dương.

    In another plane they are those that would lie in the country with their axes swapped, or are degrees.
    """
    east, north = middles.T
    if crs == coordinates.DEFAULT_CRS:
        (low_n, high_n), (low_e, high_e) = coordinates.NORTHINGS, coordinates.EASTINGS
        away = (east < low_e) | (east > high_e) | (north < low_n) | (north > high_n)
        return {int(rows[n]): _cause(float(east[n]), float(north[n]), crs) for n in np.flatnonzero(away)}
    if coordinates.plane(crs).vn2000:
        degrees = (np.abs(east) <= _DEGREES) & (np.abs(north) <= _DEGREES)
    else:
        degrees = _inside(east, north, coordinates.area_of_use(coordinates.DEFAULT_CRS))
    swapped = _inside(north, east, country(crs)) & ~_inside(east, north, country(crs))
    return {int(rows[n]): "degrees" if degrees[n] else "swapped" for n in np.flatnonzero(degrees | swapped)}


def _inside(east: NDArray[np.float64], north: NDArray[np.float64], box: Box) -> NDArray[np.bool_]:
    return np.asarray((east > box[0]) & (east < box[2]) & (north > box[1]) & (north < box[3]))


def _cause(east: float, north: float, crs: str) -> str:
    if abs(east) <= _DEGREES and abs(north) <= _DEGREES:
        return "degrees"
    (low_n, high_n), (low_e, high_e) = coordinates.NORTHINGS, coordinates.EASTINGS
    if crs != coordinates.DEFAULT_CRS or (low_e <= east <= high_e and low_n <= north <= high_n):
        return "outside"
    return coordinates.cause(north, east).removeprefix("coordinate-")


def _causes(reader: Reader, causes: set[str]) -> dict[str, str]:
    said = [say(f"outside-{cause}", {}, reader.rulebook.texts) for cause in sorted(causes)]
    return {lang: "; ".join(one[lang] for one in said) for lang in ("vi", "en")}
