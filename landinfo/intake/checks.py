"""What a drawing must be before it can be a parcel or a planning area: closed, simple, flat, of finite numbers.

Nothing is mended here unless the operator asked for it in the field map, and then every mended row is named.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any

import numpy as np
import shapely
from numpy.typing import NDArray
from shapely.geometry.base import BaseGeometry

from landinfo.intake.findings import Collector, Place

Shapes = NDArray[np.object_]
At = Callable[[int], Place]
"""The place of row i (from 0) of a table: its number in the file, and what it calls itself."""
Check = Callable[[Shapes, NDArray[np.bool_], At, str, Collector], Shapes]
"""Which shapes of a file can stand (None for the others), as ``check_shapes``."""

NOWHERE = 1e9
"""No unit in which anybody maps gives a number of this size; NaN and infinity are no smaller."""
_AREAS = (shapely.GeometryType.POLYGON, shapely.GeometryType.MULTIPOLYGON)
_POINT = re.compile(r"^(?P<what>[^\[]+)\[(?P<x>[-\d.e+]+) (?P<y>[-\d.e+]+)\]$")


def check_shapes(shapes: Shapes, unreadable: NDArray[np.bool_], at: At, repair: str, collect: Collector) -> Shapes:
    """The shapes that can stand, None for the others; what is wrong goes to ``collect`` by row number.

    GEO-001 none, GEO-002 no polygon, GEO-003 broken boundary, GEO-004 numbers
    that are no coordinates, GEO-005 broken beyond repair, GEO-006 repaired, GEO-008 several parts, GEO-020 an open ring
    that was closed. One part in a multi-polygon is a polygon. ``repair``: "none", "safe" closes rings, "make_valid".
    """
    good = np.asarray(shapes, dtype=object).copy()
    plain = _plain(good) & ~unreadable
    several = plain & (shapely.get_type_id(good) == shapely.GeometryType.MULTIPOLYGON)
    good[several] = shapely.get_geometry(good[several], 0)
    for i in np.flatnonzero(~plain).tolist():
        good[i] = _checked(at(i), shapes[i], bool(unreadable[i]), repair, collect)
    return good


def check_lines(shapes: Shapes, unreadable: NDArray[np.bool_], at: At, repair: str, collect: Collector) -> Shapes:
    """As ``check_shapes``, for middle lines: GEO-001 none, GEO-004 no coordinates, ZON-006 no line."""
    good = np.empty(len(shapes), dtype=object)
    for i, shape in enumerate(shapes):
        if shape is None or shape.is_empty:
            collect.add("GEO-001", at(i))
        elif not (np.abs(shapely.get_coordinates(shape)) < NOWHERE).all():
            collect.add("GEO-004", at(i))
        elif shape.geom_type not in ("LineString", "MultiLineString") or not shape.is_valid:
            collect.add("ZON-006", _placed(at(i), _start(shape), shape.geom_type))
        else:
            good[i] = shape
    return good


def _plain(shapes: Shapes) -> NDArray[np.bool_]:
    """Whole polygons of one part at a possible place: there is nothing to say of them."""
    with np.errstate(invalid="ignore"):
        plain = np.asarray((np.abs(shapely.bounds(shapes)) < NOWHERE).all(axis=1))
        plain &= np.isin(shapely.get_type_id(shapes), _AREAS) & (shapely.get_num_geometries(shapes) == 1)
        plain[plain] = shapely.is_valid(shapes[plain])
    return plain


def _checked(
    place: Place, shape: BaseGeometry | None, unreadable: bool, repair: str, collect: Collector
) -> BaseGeometry | None:
    if unreadable and not _can_be_closed(shape, repair):
        collect.add("GEO-003", _placed(place, _start(shape), "unclosed ring"))
        return None
    if unreadable:
        collect.add("GEO-020", _placed(place, _start(shape)))
    if shape is None or shape.is_empty:
        collect.add("GEO-001", place)
        return None
    if not (np.abs(shapely.get_coordinates(shape)) < NOWHERE).all():
        collect.add("GEO-004", place)
        return None
    if shape.geom_type not in ("Polygon", "MultiPolygon"):
        collect.add("GEO-002", _placed(place, _inside(shape), shape.geom_type))
        return None
    if not shape.is_valid:
        return _broken(place, shape, repair, collect)
    if shapely.get_num_geometries(shape) > 1:
        parts = shapely.get_num_geometries(shape)
        collect.add("GEO-008", _placed(place, _inside(shape), str(parts)))
        return shape
    return shapely.get_geometry(shape, 0)


def _placed(place: Place, xy: tuple[float | None, float | None], detail: str = "") -> Place:
    return replace(place, x=xy[0], y=xy[1], detail=detail)


def _can_be_closed(shape: BaseGeometry | None, repair: str) -> bool:
    """Does closing its rings make a whole polygon of it, and was that asked for?"""
    return bool(
        repair == "safe" and shape is not None and shape.geom_type in ("Polygon", "MultiPolygon") and shape.is_valid
    )


def _start(shape: BaseGeometry | None) -> tuple[float | None, float | None]:
    """The first corner, which an open ring does not come back to."""
    if shape is None or shape.is_empty:
        return None, None
    x, y = shapely.get_coordinates(shape)[0]
    return float(x), float(y)


def _broken(place: Place, shape: BaseGeometry, repair: str, collect: Collector) -> BaseGeometry | None:
    place = _reason(place, shape)
    if repair != "make_valid":
        collect.add("GEO-003", place)
        return None
    mended = shapely.make_valid(shape, method="structure", keep_collapsed=False)
    if mended.geom_type not in ("Polygon", "MultiPolygon") or mended.is_empty:
        collect.add("GEO-005", place)
        return None
    detail = f"{place.detail}; {shape.area:.2f} → {mended.area:.2f}"
    collect.add("GEO-006", replace(place, detail=detail))
    return mended if shapely.get_num_geometries(mended) > 1 else shapely.get_geometry(mended, 0)


def _reason(place: Place, shape: BaseGeometry) -> Place:
    """GEOS says ``Self-intersection[605000.5 1214000.5]``."""
    said = str(shapely.is_valid_reason(shape))
    match = _POINT.match(said)
    if not match:
        return replace(place, detail=said)
    return _placed(place, (float(match["x"]), float(match["y"])), match["what"])


def _inside(shape: BaseGeometry) -> tuple[float, float]:
    point = shapely.point_on_surface(shape)
    return float(point.x), float(point.y)


def same_ground(shapes: Sequence[BaseGeometry | None] | Shapes, tolerance: float) -> list[list[int]]:
    """Groups of rows drawn on the same ground, corner for corner (to ``tolerance`` in the units of the shapes)."""
    # Equal corners have equal boxes, and boxes of all shapes together cost little; a missing shape has none.
    boxes = np.round(shapely.bounds(np.asarray(shapes, dtype=object)).reshape(-1, 4) / tolerance)
    order = np.lexsort(boxes.T)
    again = (boxes[order][1:] == boxes[order][:-1]).all(axis=1)
    alike = np.append(again, False) | np.append(False, again) if len(order) else again
    groups: dict[Any, list[int]] = defaultdict(list)
    for i in np.sort(order[alike]).tolist():
        groups[_outline(shapes[i], tolerance)].append(i)
    return sorted(rows for rows in groups.values() if len(rows) > 1)


def _outline(shape: BaseGeometry | None, tolerance: float) -> bytes:
    whole = np.round(shapely.get_coordinates(shape) / tolerance).astype(np.int64)
    return np.unique(whole, axis=0).tobytes()
