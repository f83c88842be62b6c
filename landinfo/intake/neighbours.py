"""What a surveyor sees between drawings: overlaps, gaps, strips, a sheet's frame among the parcels. All in metres."""

from __future__ import annotations

from collections.abc import Hashable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

import numpy as np
import shapely
from numpy.typing import NDArray
from shapely.geometry.base import BaseGeometry

from landinfo.intake.checks import same_ground
from landinfo.intake.close import as_numbers
from landinfo.intake.corners import BLOCK, Shapes, blocks, nowhere_wider
from landinfo.intake.limits import Limits

SAME = 0.001
"""m: two drawings whose corners lie nearer than this are the same drawing (flats on one plot)."""
_FRAME = 3
"""Parcels that one has to cover whole before it looks like the frame of a sheet."""
_WHOLE = 0.99
_LONG = 3.0
"""A strip is a strip where it is this many times longer than the width that is looked for."""
_DUST = 1e-4
"""m²: what is left over by buffers and intersections of one and the same line."""

_MEETING = 5
"""Rows that are looked at around one that shares its corner: more seldom meet in one place."""

Days = tuple[date, date | None]
Rows = NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Overlap:
    """Ground that the rows ``left`` < ``right`` (from 0) both hold; ``thin``: nowhere wider than a sliver."""

    left: int
    right: int
    area: float
    thin: bool
    piece: BaseGeometry


@dataclass(frozen=True, slots=True)
class Gap:
    """Ground between parcels that none of them holds, beside row ``row``."""

    row: int
    area: float
    piece: BaseGeometry


def overlaps(shapes: Shapes, days: Sequence[Days], limits: Limits, fit: Fit | None = None) -> list[Overlap]:
    """Every two shapes in force on the same day that share more than ``overlap_area``, but for equal drawings.

    ``fit``: what ``fitting`` found of ``shapes``, where it is known already.
    """
    fits = fitting(shapes) if fit is None else fit
    twin = _twins(shapes)
    left, right = _pairs(shapes, fits)
    apart = twin[left] != twin[right]
    left, right = left[apart], right[apart]
    apart = shapely.intersects(shapes[left], shapes[right]) & ~shapely.touches(shapes[left], shapes[right])
    left, right = left[apart], right[apart]
    pieces = shapely.intersection(shapes[left], shapes[right])
    areas = shapely.area(pieces)
    found = []
    for n in np.flatnonzero(areas >= limits.overlap_area):
        i, j = int(left[n]), int(right[n])
        if meet(days[i], days[j]):
            thin = nowhere_wider(pieces[n], limits.sliver_width)
            found.append(Overlap(i, j, float(areas[n]), thin, pieces[n]))
    return found


Fit = NDArray[np.bool_]


def fitting(shapes: Shapes) -> Fit:
    """Shapes that meet their neighbours edge to edge, or none: what overlaps another, one of the two is not among them.

    GEOS's check of a coverage, which is far cheaper than to intersect every two neighbours. Where two fit, they share
    no ground; so the union of shapes that fit is that of a coverage. Corners are compared as they are; ground that is
    drawn twice does not fit.
    """
    edges = shapely.coverage_invalid_edges(shapes)
    fits = np.asarray(shapely.is_empty(edges) | shapely.is_missing(edges))
    fits &= shapely.get_num_geometries(shapes) == 1
    return fits


def frames(shapes: Shapes, found: Sequence[Overlap]) -> set[int]:
    """Rows that cover several others whole: most often the frame of the sheet, drawn among the parcels."""
    covered: dict[int, int] = {}
    for one in found:
        for outer, inner in ((one.left, one.right), (one.right, one.left)):
            if one.area >= _WHOLE * shapely.area(shapes[inner]) and shapely.area(shapes[outer]) > one.area / _WHOLE:
                covered[outer] = covered.get(outer, 0) + 1
    return {row for row, count in covered.items() if count >= _FRAME}


def gaps(shapes: Shapes, groups: Sequence[Hashable], limits: Limits, fit: Fit | None = None) -> Iterator[Gap]:
    """Holes from ``overlap_area`` to ``gap_area`` in the union of a group (a sheet) on which no other group stands."""
    fits = fitting(shapes) if fit is None else fit
    tree = shapely.STRtree(shapes)
    members: dict[Hashable, list[int]] = {}
    for i, group in enumerate(groups):
        members.setdefault(group, []).append(i)
    for rows in members.values():
        whole = shapely.coverage_union_all if fits[rows].all() else shapely.union_all
        for hole in holes(whole(shapes[rows])):
            if not limits.overlap_area <= hole.area <= limits.gap_area:
                continue
            if len(tree.query(shapely.point_on_surface(hole), predicate="intersects")):
                continue
            near = tree.query(hole, predicate="intersects")
            if len(near) > 1:  # else a hole that one drawing leaves out on purpose
                yield Gap(int(near.min()), float(hole.area), hole)


def holes(ground: BaseGeometry) -> list[Any]:
    """The holes of an area as polygons."""
    rings = [ring for part in shapely.get_parts(ground) for ring in getattr(part, "interiors", ())]
    return [shapely.Polygon(ring) for ring in rings]


def strips(shapes: Shapes, limits: Limits) -> Iterator[Gap]:
    """Long strips up to ``sliver_width`` wide between two shapes that do not touch, on which nothing else stands."""
    width = limits.sliver_width
    left, right = _apart(shapes, width)
    tree = shapely.STRtree(shapes)
    for i, j in zip(left, right, strict=True):
        both = shapely.union(shapes[i], shapes[j])
        wide = shapely.buffer(both, width / 2, join_style="mitre")
        closed = shapely.buffer(wide, -width / 2, join_style="mitre")
        parts = shapely.get_parts(shapely.difference(closed, both))
        piece = max(parts, key=lambda part: float(part.area), default=None)
        if piece is None or piece.area < _DUST or piece.length / 2 < _LONG * width:
            continue
        if not len(tree.query(shapely.point_on_surface(piece), predicate="intersects")):
            yield Gap(int(i), float(piece.area), piece)


def outline(piece: BaseGeometry) -> BaseGeometry:
    """The boundary of the polygons of a piece, as a line to look at."""
    polygons = [part for part in shapely.get_parts(piece) if part.geom_type == "Polygon"]
    lines = [ring for part in polygons for ring in (part.exterior, *part.interiors)]
    plain = [shapely.LineString(shapely.get_coordinates(ring)) for ring in lines]
    return plain[0] if len(plain) == 1 else shapely.MultiLineString(plain)


def meet(one: Days, other: Days) -> bool:
    """Is there a day on which both are in force?"""
    return (other[1] is None or one[0] < other[1]) and (one[1] is None or other[0] < one[1])


def _pairs(shapes: Shapes, fits: Fit) -> tuple[Rows, Rows]:
    """Every two rows whose boxes meet, but for two that fit; in order."""
    rest = np.flatnonzero(~fits)
    one, other = shapely.STRtree(shapes).query(shapes[rest])
    one = rest[one]
    codes = np.unique(_code(one, other, len(shapes))[one != other])
    return codes // len(shapes), codes % len(shapes)


def _apart(shapes: Shapes, distance: float) -> tuple[Rows, Rows]:
    """Every two rows within ``distance`` that do not meet, in order."""
    tree, found = shapely.STRtree(shapes), [np.empty(0, np.int64)]
    for start in blocks(shapes):
        edges = shapely.bounds(shapes[start : start + BLOCK]) + np.array([-1, -1, 1, 1]) * 2 * distance
        left, right = tree.query(shapely.box(*edges.T))
        left += start
        left, right = left[left < right], right[left < right]
        far = ~_corner_to_corner(shapes, left, right)
        left, right = left[far], right[far]
        near = shapely.dwithin(shapes[left], shapes[right], distance)
        left, right = left[near], right[near]
        found.append(_code(left, right, len(shapes))[~shapely.intersects(shapes[left], shapes[right])])
    codes = np.sort(np.concatenate(found))
    return codes // len(shapes), codes % len(shapes)


def _corner_to_corner(shapes: Shapes, left: Rows, right: Rows) -> NDArray[np.bool_]:
    """Two rows that have a corner in common and so need no measuring; where many meet in one, not all are known."""
    rows, index = np.unique(np.concatenate([left, right]), return_inverse=True)
    xy, row = shapely.get_coordinates(shapes[rows], return_index=True)
    place = as_numbers(xy)
    order = np.argsort(place, kind="stable")
    place, row = place[order], row[order]
    codes = [np.empty(0, np.int64)]
    for step in range(1, _MEETING):
        same = place[step:] == place[:-step]
        codes.append(_code(row[step:][same], row[:-step][same], len(rows)))
    one, other = np.split(index.ravel(), 2)
    return np.isin(_code(one, other, len(rows)), np.concatenate(codes))


def _code(one: Rows, other: Rows, count: int) -> Rows:
    """Each two of ``count`` rows as one number, ordered like the pair with the smaller first."""
    return np.minimum(one, other) * count + np.maximum(one, other)


def _twins(shapes: Shapes) -> NDArray[np.int64]:
    """A number for each shape, the same for equal drawings."""
    twin = np.arange(len(shapes))
    for rows in same_ground(shapes, SAME):
        twin[rows] = rows[0]
    return twin
