"""What a surveyor sees in one drawing, in metres: doubled corners, spikes, holes wound wrongly, no width, no area."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
import shapely
from numpy.typing import NDArray
from shapely.geometry.base import BaseGeometry

from landinfo.intake.limits import Limits

Shapes = NDArray[np.object_]
Floats = NDArray[np.float64]
Told = Callable[[str, int, str, BaseGeometry | None], None]
"""Takes a code, a row (from 0), a detail and the place in the plane (None: the row's own place)."""


@dataclass(frozen=True, slots=True)
class Corners:
    """The corners of many shapes, each ring without its closing one.

    ``xy`` (n, 2) in m; ``row`` the shape of each, ``before`` and ``after`` the index of its neighbours in the ring.
    """

    xy: Floats
    row: NDArray[np.int64]
    before: NDArray[np.int64]
    after: NDArray[np.int64]


BLOCK = 50_000
"""Shapes that are taken apart at once: their parts and rings cost more memory than they do."""


def blocks(shapes: Shapes) -> range:
    """Where each block of ``BLOCK`` shapes begins."""
    return range(0, len(shapes), BLOCK)


def corners(shapes: Shapes) -> Corners:
    """The corners of ``shapes`` (None has none)."""
    parts, part_row = shapely.get_parts(shapes, return_index=True)
    rings, ring_part = shapely.get_rings(parts, return_index=True)
    xy, ring = shapely.get_coordinates(rings, return_index=True)
    last = np.append(ring[1:] != ring[:-1], True) if len(ring) else np.empty(0, bool)
    xy, ring = xy[~last], ring[~last]
    index = np.arange(len(ring))
    first = np.append(True, ring[1:] != ring[:-1]) if len(ring) else np.empty(0, bool)
    starts = index[first][np.cumsum(first) - 1] if len(ring) else index
    counts = np.diff(np.append(index[first], len(ring)))
    ends = starts + np.repeat(counts, counts) - 1 if len(ring) else index
    before, after = np.where(first, ends, index - 1), np.where(index == ends, starts, index + 1)
    return Corners(xy, part_row[ring_part[ring]], before, after)


def check_corners(shapes: Shapes, limits: Limits, tell: Told) -> None:
    """GEO-011 doubled corners, GEO-012 spikes, GEO-013 holes wound like their outer ring, GEO-014 no area,
    GEO-015 tiny, GEO-016 slivers. Shapes are valid polygons in metres; None is passed over.
    """
    for start in blocks(shapes):
        held = corners(shapes[start : start + BLOCK])
        for at in doubled(held, limits.vertex_distance):
            step = float(np.hypot(*(held.xy[at] - held.xy[held.before[at]])))
            tell("GEO-011", start + int(held.row[at]), f"{step * 1000:.1f} mm", shapely.Point(held.xy[at]))
        for at in spikes(held, limits):
            tell("GEO-012", start + int(held.row[at]), "", shapely.Point(held.xy[at]))
    for i in wound_wrongly(shapes):
        tell("GEO-013", i, "", None)
    _sizes(shapes, limits, tell)


def doubled(held: Corners, distance: float) -> list[int]:
    """Indices of corners that lie within ``distance`` of the one before."""
    steps = np.hypot(*(held.xy - held.xy[held.before]).T) if len(held.xy) else np.empty(0)
    return [int(i) for i in np.flatnonzero(steps < distance)]


def spikes(held: Corners, limits: Limits) -> list[int]:
    """Indices of corners between two edges that nearly lie on one another."""
    if not len(held.xy):
        return []
    back, ahead = held.xy[held.before] - held.xy, held.xy[held.after] - held.xy
    lengths = np.hypot(*back.T) * np.hypot(*ahead.T)
    long = (np.hypot(*back.T) >= limits.vertex_distance) & (np.hypot(*ahead.T) >= limits.vertex_distance)
    cosine = (back * ahead).sum(axis=1) / np.where(lengths > 0, lengths, 1)
    return [int(i) for i in np.flatnonzero(long & (cosine > np.cos(np.radians(limits.spike_angle))))]


def wound_wrongly(shapes: Shapes) -> list[int]:
    """Rows with a hole that runs the same way round as the ring it lies in."""
    return [i for i in with_holes(shapes) if any(map(_same_way, shapely.get_parts(shapes[i])))]


def with_holes(shapes: Shapes) -> list[int]:
    """Rows with a hole, or of several parts."""
    several = shapely.get_num_geometries(shapes) > 1
    holed = shapely.get_num_interior_rings(shapes) > 0
    return [int(i) for i in np.flatnonzero(several | holed)]


def _same_way(part: Any) -> bool:
    outer = shapely.is_ccw(part.exterior)
    return any(shapely.is_ccw(hole) == outer for hole in part.interiors)


def _sizes(shapes: Shapes, limits: Limits, tell: Told) -> None:
    there = np.array([shape is not None for shape in shapes], dtype=bool)
    areas, lengths = shapely.area(shapes), shapely.length(shapes)
    for i in np.flatnonzero(there & (areas < limits.tiny_area)):
        code = "GEO-014" if areas[i] < limits.least_area else "GEO-015"
        tell(code, int(i), f"{areas[i]:.3g} m²", None)
    # A shape whose inscribed circle has the radius r has no more area than perimeter × r: the others need no buffer.
    thin = there & (areas >= limits.tiny_area) & (areas <= lengths * limits.sliver_width / 2)
    for i in np.flatnonzero(thin):
        if nowhere_wider(shapes[i], limits.sliver_width):
            tell("GEO-016", int(i), f"{areas[i]:.1f} m²", None)


def nowhere_wider(shape: Any, width: float) -> bool:
    """Does no circle of the diameter ``width`` fit inside?"""
    return bool(shapely.is_empty(shapely.buffer(shape, -width / 2)))
