"""What may be mended without asking twice: doubled corners go, holes turn, corners meet their neighbour's.

No corner moves farther than the tolerance, nothing is mended that would break the drawing or change what it holds, and
the drawing as it came is kept beside the mended one.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any

import numpy as np
import shapely
from numpy.typing import NDArray
from shapely.geometry.base import BaseGeometry

from landinfo.intake.close import as_numbers, close_pairs
from landinfo.intake.corners import BLOCK, Shapes, Told, blocks, corners, doubled, wound_wrongly
from landinfo.intake.limits import Limits

Ring = NDArray[np.float64]


def mend(shapes: Shapes, limits: Limits, tell: Told) -> Shapes:
    """The shapes, mended: GEO-021 doubled corners, GEO-022 holes turned, GEO-023 corners moved to a neighbour's.

    GEO-024 names shapes that moving corners would have broken: they stay as they are. ``shapes`` are valid polygons in
    metres, None is passed over; a code is told with the area before and after.
    """
    mended = shapes.copy()
    for i in _doubled_rows(mended, limits):
        _take(mended, i, "GEO-021", without_doubles(mended[i], limits.vertex_distance), tell)
    moved, left = snapped(mended, limits.snap_distance)
    for i in sorted(moved):
        _take(mended, i, "GEO-023", moved[i], tell)
    for i in sorted(left):
        tell("GEO-024", i, "", None)
    for i in wound_wrongly(mended):
        outer = shapely.get_parts(mended[i])[0].exterior
        _take(mended, i, "GEO-022", shapely.orient_polygons(mended[i], exterior_cw=not shapely.is_ccw(outer)), tell)
    return mended


def _doubled_rows(shapes: Shapes, limits: Limits) -> list[int]:
    found = set[int]()
    for start in blocks(shapes):
        held = corners(shapes[start : start + BLOCK])
        found.update(start + int(row) for row in held.row[doubled(held, limits.vertex_distance)])
    return sorted(found)


def _take(mended: Shapes, i: int, code: str, new: BaseGeometry | None, tell: Told) -> None:
    if new is None or not _stands(new, mended[i]):
        return
    tell(code, i, f"{mended[i].area:.3f} → {new.area:.3f} m²", None)
    mended[i] = new


def _stands(new: BaseGeometry, old: BaseGeometry) -> bool:
    """Still one valid area with as many rings?"""
    rings = [len(shapely.get_rings(shapely.get_parts(shape))) for shape in (new, old)]
    return bool(new.is_valid and not new.is_empty and new.geom_type == old.geom_type and rings[0] == rings[1])


def without_doubles(shape: BaseGeometry, distance: float) -> BaseGeometry | None:
    """The shape without corners that lie within ``distance`` of the one kept before; None where a ring would vanish."""
    parts = []
    for part in shapely.get_parts(shape):
        rings = [_thinned(shapely.get_coordinates(ring)[:-1], distance) for ring in (part.exterior, *part.interiors)]
        if any(len(ring) < 3 for ring in rings):
            return None
        parts.append(shapely.Polygon(rings[0], rings[1:]))
    return parts[0] if shape.geom_type == "Polygon" else shapely.MultiPolygon(parts)


def _thinned(ring: Ring, distance: float) -> Ring:
    kept = [ring[0]]
    for corner in ring[1:]:
        if np.hypot(*(corner - kept[-1])) >= distance:
            kept.append(corner)
    while len(kept) > 1 and np.hypot(*(kept[-1] - kept[0])) < distance:
        kept.pop()
    return np.array(kept)


def snapped(shapes: Shapes, distance: float) -> tuple[dict[int, BaseGeometry], set[int]]:
    """Shapes whose corners were moved to a neighbour's corner not farther than ``distance``, and those left alone.

    Of two corners the one that comes first in the file stays; a corner that others move to never moves itself, and two
    corners of one shape never become one. A shape that would break keeps all its corners, and so do they in others.
    """
    xy, row = _all_corners(shapes)
    places, near = close_pairs(xy, distance)
    owners: dict[int, set[int]] = defaultdict(set)
    first: dict[int, int] = {}
    for n, place in _standing_on(xy, places):
        owners[place].add(int(row[n]))
        first.setdefault(place, n)
    target = _targets(places, near, owners, first)
    left: set[int] = set()
    while True:
        moved = _moved(shapes, places, target, owners)
        broken = {i for i, new in moved.items() if not _whole(new, shapes[i])}
        if not broken:
            return moved, left
        left |= broken
        target = {place: to for place, to in target.items() if not owners[place] & broken}


def _all_corners(shapes: Shapes) -> tuple[Ring, NDArray[np.int32]]:
    """The corners of all shapes and the row of each, without those that close a ring."""
    xy, row = [np.empty((0, 2))], [np.empty(0, np.int32)]
    for start in blocks(shapes):
        held = corners(shapes[start : start + BLOCK])
        xy.append(held.xy)
        row.append((held.row + start).astype(np.int32))
    return np.concatenate(xy), np.concatenate(row)


def _standing_on(xy: Ring, places: Ring) -> Iterator[tuple[int, int]]:
    """(corner, place) of the corners that stand on one of ``places``, in their order."""
    if not len(places):
        return
    sought, held = as_numbers(places), as_numbers(xy)
    at = np.minimum(np.searchsorted(sought, held), len(sought) - 1)
    there = np.flatnonzero(sought[at] == held)
    yield from zip(there.tolist(), at[there].tolist(), strict=True)


def _targets(
    places: Ring, near: Mapping[int, list[int]], owners: Mapping[int, set[int]], first: Mapping[int, int]
) -> dict[int, int]:
    target: dict[int, int] = {}
    for place in sorted(near, key=lambda p: first[p]):
        anchors = [
            a for a in near[place] if first[a] < first[place] and a not in target and not owners[a] & owners[place]
        ]
        if anchors:
            target[place] = min(anchors, key=lambda a: (float(np.hypot(*(places[a] - places[place]))), first[a]))
    return target


def _moved(
    shapes: Shapes, places: Ring, target: Mapping[int, int], owners: Mapping[int, Iterable[int]]
) -> dict[int, Any]:
    ways: dict[int, dict[tuple[float, float], Ring]] = defaultdict(dict)
    for place, to in target.items():
        for row in owners[place]:
            ways[row][float(places[place][0]), float(places[place][1])] = places[to]
    return {row: shapely.transform(shapes[row], _along(way)) for row, way in ways.items()}


def _along(way: Mapping[tuple[float, float], Ring]) -> Callable[[Ring], Ring]:
    return lambda xy: np.array([way.get((float(x), float(y)), (x, y)) for x, y in xy])


def _whole(new: BaseGeometry, old: BaseGeometry) -> bool:
    """Valid, and with as many different corners as before?"""
    counts = [len(np.unique(shapely.get_coordinates(shape), axis=0)) for shape in (new, old)]
    return bool(new.is_valid) and counts[0] == counts[1] and _stands(new, old)
