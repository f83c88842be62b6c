"""Where a shape falls on a tile of a web map: from metres of the store's plane to whole units of the tile's own grid.

Tiles are those of Web Mercator (EPSG:3857): zoom z, column x from the west, row y from the north. Units grow to the
east and to the south. Neighbours that share a corner share its place on the grid, so that nothing gapes between them.
"""

from __future__ import annotations

from functools import lru_cache
from typing import Any

import numpy as np
import shapely

from landinfo import coordinates, rings
from landinfo.rings import Rings

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


@lru_cache(maxsize=256)
def window(z: int, x: int, y: int, crs: str) -> tuple[float, float, float, float]:
    """A box of the plane around a tile and its margin (min x, min y, max x, max y; x = easting)."""
    low, high = -2 * margin(z), extent(z) + 2 * margin(z)  # twice: the edge is no straight line in the plane
    corners = np.array([(low, low), (high, low), (high, high), (low, high)]) / extent(z) + (x, y)
    metres = coordinates.plane(crs).metres(_degrees(np.clip(corners / (1 << z), 0, 1)))
    (west, south), (east, north) = metres.min(axis=0).tolist(), metres.max(axis=0).tolist()
    return west, south, east, north


def placed(shapes: Any, z: int, x: int, y: int, crs: str) -> Any:
    """An array of shapes of the plane on the tile's grid, not rounded yet."""
    return shapely.transform(shapes, lambda metres: units(metres, z, x, y, crs))


def units(metres: Any, z: int, x: int, y: int, crs: str) -> Any:
    """(easting, northing) → (column, row) of a tile's grid, not rounded yet; n × 2 both."""
    return columns(metres.T, z, x, y, crs).T


def columns(metres: Any, z: int, x: int, y: int, crs: str) -> Any:
    """The same, with all eastings in one row and all northings in the other; 2 × n both.

    Corners near a tile go by a polynomial through the places of a few around it: under 0.1 mm beside them, and many
    times as fast. It is the tile's own, so that equal corners have equal places in it.
    """
    fitted = _fit(z, x, y, crs)
    if fitted is None:
        return _exact(metres, z, x, y, crs)
    (east, north), half, coefficients = fitted
    u, v = (metres[0] - east) / half, (metres[1] - north) / half
    found = np.empty((2, len(u)))
    for row, each in zip(found, coefficients, strict=True):
        row[:] = _cubic(u, v, *each)
    if u.size and max(-u.min(), u.max(), -v.min(), v.max()) > 1:
        far = np.flatnonzero((np.abs(u) > 1) | (np.abs(v) > 1))
        found[:, far] = _exact(metres[:, far], z, x, y, crs)
    return found


def _exact(metres: Any, z: int, x: int, y: int, crs: str) -> Any:
    fractions = _fractions(coordinates.plane(crs).lonlat(metres.T))
    return ((fractions * float(1 << z) - (x, y)) * extent(z)).T


@lru_cache(maxsize=256)
def _fit(z: int, x: int, y: int, crs: str) -> tuple[tuple[float, float], float, list[list[float]]] | None:
    """The middle of a square of the plane around a tile, m of half its side, and coefficients by ``_POWERS`` for column
    and row; None: the tile is so large that none would be exact enough.
    """
    west, south, east, north = window(z, x, y, crs)
    half = min(1.5 * max(east - west, north - south), _NEAR)
    if not half >= max(east - west, north - south) / 2:
        return None
    middle = (west + east) / 2, (south + north) / 2
    places = _exact((np.array(middle) + half * _NODES).T, z, x, y, crs)
    return middle, half, (places @ _FIT.T).tolist()


_NEAR = 12_000.0
"""m: half the side of a square in which a polynomial of the third degree is exact to 0.01 mm."""
_CHEBYSHEV = np.cos(np.arange(1, 10, 2) * np.pi / 10)
_NODES = np.array([(u, v) for u in _CHEBYSHEV for v in _CHEBYSHEV])
"""25 places in -1 … 1, thicker towards the edge."""
_POWERS = ((0, 0), (1, 0), (0, 1), (2, 0), (1, 1), (0, 2), (3, 0), (2, 1), (1, 2), (0, 3))
_FIT = np.linalg.pinv(np.column_stack([_NODES[:, 0] ** i * _NODES[:, 1] ** j for i, j in _POWERS]))


def _cubic(u: Any, v: Any, *of: float) -> Any:
    """The polynomial of coefficients by ``_POWERS`` at places in -1 … 1."""
    c, cu, cv, cuu, cuv, cvv, cuuu, cuuv, cuvv, cvvv = of
    along, across, found = cuuu * u, cuuv * u, cuvv * u
    # in place: a new array for each step would cost as much as the step
    for part, steps in ((along, (cuu, cu)), (across, (cuv,))):
        for each in steps:
            part += each
            part *= u
    along += c
    across += cv
    found += cvv
    found += cvvv * v
    for each in (across, along):
        found *= v
        found += each
    return found


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


def fitted(held: Rings, z: int, x: int, y: int, crs: str) -> tuple[Rings, Any, Any]:
    """From ``FINE_FROM`` on, what ``drawn`` makes of polygons of one ring: rings in whole units and the number of each;
    and the numbers of those that ``drawn`` itself must draw.
    """
    exact = Rings(columns(held.corners, z, x, y, crs), held.count)
    rounded = rings.rounded(exact)
    low, high = rounded.bounds()
    least, most = -margin(z), extent(z) + margin(z)
    seen = (low <= most).all(axis=0) & (high >= least).all(axis=0)
    small = seen & ((high - low).max(axis=0) < 2)
    if small.any():
        fine_low, fine_high = exact.chosen(small).bounds()
        seen[small] = (fine_high - fine_low).max(axis=0) >= 1
    within = ((low >= least).all(axis=0) & (high <= most).all(axis=0))[seen]
    number, rounded = np.flatnonzero(seen), rings.spread(rounded.chosen(seen))
    way = rings.ways(rounded)
    inner, edge = (way != 0) & within, (way != 0) & ~within
    found, of, left = rings.turned(rounded.chosen(inner), way[inner]), number[inner], number[way == 0]
    if not edge.any():
        return found, of, left
    part, parted = rings.cut(rounded.chosen(edge), least, most), number[edge]
    way = rings.ways(part)
    clean, there = way != 0, part.count > 0
    return (
        rings.together([found, rings.turned(part.chosen(clean), way[clean])]),
        np.concatenate((of, parted[clean])),
        np.concatenate((left, parted[there & ~clean])),
    )


def _edges(corners: Any, shape: Any, count: int) -> tuple[Any, Any]:
    """The least and the greatest corner of each shape, count × 2; of one without corners no numbers."""
    low, high = np.full((count, 2), np.nan), np.full((count, 2), np.nan)
    begins = np.flatnonzero(np.diff(shape, prepend=-1))
    if begins.size:
        low[shape[begins]], high[shape[begins]] = (f.reduceat(corners, begins) for f in (np.minimum, np.maximum))
    return low, high


def inside(points: Any, z: int) -> Any:
    """Which points of a tile's grid (2 × n) belong to the tile, of all tiles to this one alone."""
    x, y = points
    return (x >= 0) & (x < extent(z)) & (y >= 0) & (y < extent(z))


def room(boxes: Any) -> Any:
    """m that a line of writing has in shapes of the plane by their boxes (4 × n: west, south, east, north): the width,
    or 1.6 times the height.
    """
    west, south, east, north = boxes
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
