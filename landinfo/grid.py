"""Where a shape falls on a tile of a web map: from metres of the store's plane to whole units of the tile's own grid.

Tiles are those of Web Mercator (EPSG:3857): zoom z, column x from the west, row y from the north. Units grow to the
east and to the south. Neighbours that share a corner share its place on the grid, so that nothing gapes between them.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import shapely

from landinfo import coordinates

LAST_ZOOM = 22
PARCELS_FROM, NUMBERS_FROM, THEMES_FROM = 14, 15, 10
"""The zooms from which a tile holds anything: bare outlines of parcels, their numbers, the themes."""
FINE_FROM = 15
"""Below it the grid is half a pixel of a tile 512 pixels wide: that is how shapes are generalised."""
LABELS_FROM = 17
"""From here on every shape that lies in a tile has its label."""
EQUATOR = 40_075_016.7
"""m around the earth, as Web Mercator takes it."""
_FINE, _COARSE = 4096, 1024
_MARGIN = 64
"""A tile holds 1/64 of its width beyond its edges, so that a line along an edge is drawn whole."""


def is_tile(z: int, x: int, y: int) -> bool:
    return 0 <= z <= LAST_ZOOM and 0 <= x < 1 << z and 0 <= y < 1 << z


def extent(z: int) -> int:
    """The width of a tile in units of its grid."""
    return _FINE if z >= FINE_FROM else _COARSE


def margin(z: int) -> int:
    """What a tile holds beyond its edges, in units."""
    return extent(z) // _MARGIN


def window(z: int, x: int, y: int, crs: str) -> tuple[float, float, float, float]:
    """A box of the plane around a tile and its margin (min x, min y, max x, max y; x = easting)."""
    low, high = -2 * margin(z), extent(z) + 2 * margin(z)  # twice: the edge is no straight line in the plane
    corners = np.array([(low, low), (high, low), (high, high), (low, high)]) / extent(z) + (x, y)
    degrees = _degrees(np.clip(corners / (1 << z), 0, 1))
    west, south, east, north = coordinates.plane(crs).from_wgs84(shapely.Polygon(degrees)).bounds
    return west, south, east, north


def placed(shapes: Any, z: int, x: int, y: int, crs: str) -> Any:
    """An array of shapes of the plane on the tile's grid, not rounded yet."""
    return shapely.transform(shapes, lambda metres: units(metres, z, x, y, crs))


def units(metres: Any, z: int, x: int, y: int, crs: str) -> Any:
    """(easting, northing) → (column, row) of a tile's grid, not rounded yet; n × 2 both."""
    return (_fractions(coordinates.plane(crs).lonlat(metres)) * float(1 << z) - (x, y)) * extent(z)


def outlines(shapes: Any, z: int, x: int, y: int, crs: str) -> tuple[Any, Any]:
    """The rings of polygons that come near a tile, in whole units, and the number of each corner's ring; not cut."""
    corners, ring = shapely.get_coordinates(shapely.get_rings(shapely.get_parts(shapes)), return_index=True)
    return np.rint(units(corners, z, x, y, crs)), ring


def drawn(shapes: Any, z: int, x: int, y: int, crs: str) -> Any:
    """Polygons of the plane as a tile holds them: whole units, cut at the margin, valid; what is too small is empty."""
    corners, shape = shapely.get_coordinates(shapes, return_index=True)
    exact = units(corners, z, x, y, crs)
    low, high = _edges(exact, shape, len(shapes))
    rounded = shapely.set_coordinates(shapes.copy(), np.rint(exact))
    rounded[~((high - low).max(axis=1) >= 1)] = shapely.Polygon()
    broken = ~shapely.is_valid(rounded)
    if broken.any():
        whole = shapely.make_valid(placed(shapes[broken], z, x, y, crs), method="structure", keep_collapsed=False)
        rounded[broken] = shapely.set_precision(whole, 1)
    least, most = -margin(z), extent(z) + margin(z)
    over = (np.rint(low) < least).any(axis=1) | (np.rint(high) > most).any(axis=1)
    if over.any():
        rounded[over] = shapely.intersection(rounded[over], shapely.box(least, least, most, most), grid_size=1)
    if z < FINE_FROM:
        rounded = shapely.simplify(rounded, 0)  # corners in the middle of a straight edge
    return shapely.orient_polygons(_areas(rounded))


def _edges(corners: Any, shape: Any, count: int) -> tuple[Any, Any]:
    """The least and the greatest corner of each shape, count × 2; of one without corners no numbers."""
    low, high = np.full((count, 2), np.nan), np.full((count, 2), np.nan)
    begins = np.flatnonzero(np.diff(shape, prepend=-1))
    if begins.size:
        low[shape[begins]], high[shape[begins]] = (f.reduceat(corners, begins) for f in (np.minimum, np.maximum))
    return low, high


def inside(points: Any, z: int) -> Any:
    """Which placed points belong to the tile, of all tiles to this one alone."""
    x, y = shapely.get_x(points), shapely.get_y(points)
    return (x >= 0) & (x < extent(z)) & (y >= 0) & (y < extent(z))


def room(shapes: Any) -> Any:
    """m that a line of writing has in each shape of the plane: the width of its box, or 1.6 times its height."""
    west, south, east, north = shapely.bounds(shapes).reshape(-1, 4).T
    return np.floor(np.minimum(east - west, 1.6 * (north - south))).astype(int)


def least_room(z: int) -> int:
    """m of room below which no tile of this zoom writes a label: twelve pixels of a tile 512 wide; later, any."""
    return 0 if z >= LABELS_FROM else round(12 * EQUATOR / 512 / (1 << z))


def _areas(shapes: Any) -> Any:
    """Only what is an area: cutting may leave lines and points beside it."""
    mixed = shapely.get_type_id(shapes) > shapely.GeometryType.MULTIPOLYGON
    mixed |= (shapely.get_dimensions(shapes) < 2) & ~shapely.is_empty(shapes)
    for i in np.flatnonzero(mixed):
        parts = shapely.get_parts(shapely.get_parts(shapes[i]))  # a collection may hold a multipolygon
        shapes[i] = shapely.multipolygons(parts[shapely.get_dimensions(parts) == 2])
    return shapes


def _fractions(lonlat: Any) -> Any:
    """(longitude, latitude) → parts of the world's width from the west and from the north."""
    lon, lat = lonlat[:, 0], np.radians(lonlat[:, 1])
    return np.column_stack((lon / 360 + 0.5, 0.5 - np.arctanh(np.sin(lat)) / (2 * np.pi)))


def _degrees(fractions: Any) -> Any:
    east, south = fractions[:, 0], fractions[:, 1]
    return np.column_stack(((east - 0.5) * 360, np.degrees(np.arcsin(np.tanh((0.5 - south) * 2 * np.pi)))))
