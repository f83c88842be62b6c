"""Rows of lots of the sample cadastre: along the streets, square to them, and back to back behind."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import numpy as np
import shapely
from numpy.random import Generator
from numpy.typing import NDArray
from shapely import LineString
from shapely.geometry.base import BaseGeometry

from landinfo.intake.sample.streets import Block, Road, lines
from landinfo.zones.parting import polygons

Points = NDArray[np.float64]
OVER = 0.3
"""m: lines run this far over what they end at; what dangles is dropped when the lines are noded."""


@dataclass(frozen=True, slots=True)
class Style:
    """How ground is built: depth of the rows (m), widths of lots, longest block without an alley, widths of alleys.

    ``behind``: how often a wide lot is two; ``landlocked``: how often the hinder one has no strip to the road.
    """

    front: tuple[float, float]
    row: tuple[float, float]
    width: tuple[float, float, float]
    spread: float
    longest: float
    alleys: tuple[tuple[float, ...], ...]
    crooked: float
    earth: float
    behind: float
    landlocked: float = 0.0


STYLES = {
    "town": Style((17, 27), (14, 20), (5.2, 3.8, 15), 0.32, 62,
                  ((6, 5.2, 5, 4.5, 4), (4.5, 4, 3.5, 3, 3), (3.5, 3, 2.6, 2.2, 2)), 1.0, 0.18, 0.16),
    "project": Style((20, 20), (20, 20), (5, 5, 5), 0.0, 95, ((7, 7), (7, 6), (6, 6)), 0.0, 0.0, 0.0),
    "garden": Style((28, 46), (24, 38), (10, 5, 36), 0.5, 105,
                    ((5, 4, 3.5), (4, 3, 3), (3, 2.5, 2)), 1.8, 0.55, 0.3),
    "field": Style((0, 0), (120, 160), (24, 12, 52), 0.4, 300, ((3.5, 3), (3, 2.5), (2.5, 2)), 1.5, 1.0, 0.25, 0.3),
}  # fmt: skip


@dataclass(slots=True)
class Ground:
    """A block while it is being divided: its lines and alleys so far; ``rest`` is what lies behind the front rows."""

    block: Block
    style: Style
    streets: BaseGeometry
    rng: Generator
    lines: list[BaseGeometry]
    alleys: list[Road]


def front_rows(ground: Ground) -> BaseGeometry:
    """The row of lots along every street, cut square to it; gives back the ground behind."""
    shape = shapely.orient_polygons(ground.block.shape)
    room = shapely.maximum_inscribed_circle(shape, 1.0).length
    depth = min(float(ground.rng.uniform(*ground.style.front)), room * 0.98)
    front = shapely.intersection(shape.boundary, ground.streets.buffer(0.05))
    rest = shapely.difference(shape, front.buffer(depth, quad_segs=2))
    rest = shapely.union_all([p for p in polygons(rest) if p.area > 40])
    ground.lines.append(rest.boundary)
    row = shapely.difference(shape, rest).buffer(OVER)
    cuts: list[LineString] = []
    for side, end_square in _sides(np.asarray(shape.exterior.coords), ground.streets, depth):
        cuts += _cut_side(ground, side, depth, end_square)
    ground.lines.append(shapely.intersection(shapely.MultiLineString([c for c in cuts if c.length > 1]), row))
    return rest


def _sides(ring: Points, streets: BaseGeometry, depth: float) -> Iterator[tuple[Points, float]]:
    """The stretches of a ring (counter-clockwise) on a street, from corner to corner.

    With each the length at its end that belongs to the lots of the next side.
    """
    rough = shapely.get_coordinates(shapely.simplify(shapely.LinearRing(ring), 3.0))[:-1]
    run = np.roll(rough, -1, axis=0) - rough
    heading = np.arctan2(run[:, 1], run[:, 0])
    turn = (heading - np.roll(heading, 1) + math.pi) % (2 * math.pi) - math.pi
    corners = [i for i in range(len(rough)) if abs(turn[i]) > 0.5] or [0]
    at = [int(np.argmin(np.hypot(*(ring[:-1] - rough[i]).T))) for i in corners]
    for k, start in enumerate(at):
        end = at[(k + 1) % len(at)]
        chain = ring[start : end + 1] if end > start else np.vstack([ring[start:-1], ring[: end + 1]])
        if len(chain) < 2:
            continue
        middle = shapely.LineString(chain).interpolate(0.5, normalized=True)
        if middle.distance(streets) > 0.1:
            continue
        inside = math.pi - turn[corners[(k + 1) % len(at)]]
        square = min(depth / math.tan(inside / 2), 1.8 * depth) if inside < 2.9 else 0.0
        yield chain, square


def _cut_side(ground: Ground, side: Points, depth: float, end_square: float) -> list[LineString]:
    line = shapely.LineString(side)
    if line.length < 9:
        return []
    places = list(_widths(ground, 0.0, line.length - end_square))
    if end_square:
        places.append(max(0.0, line.length - end_square))
    fronts: list[tuple[Points, Points]] = []
    for s in places:
        a, b = (np.asarray(line.interpolate(min(max(t, 0), line.length)).coords[0]) for t in (s - 5, s + 5))
        inward = np.array([a[1] - b[1], b[0] - a[0]]) / max(1e-9, float(np.hypot(*(b - a))))
        lean = (b - a) / 10 * float(ground.rng.normal(0, 0.35)) * ground.style.crooked
        foot = np.asarray(line.interpolate(s).coords[0])
        fronts.append((foot - inward * OVER, foot + inward * (depth + OVER) + lean))
    cuts = [shapely.LineString(_jogged(ground, p, q)) for p, q in fronts]
    for (p, q), (p2, q2) in pairwise(fronts):
        cuts += _behind(ground, p, q, p2, q2)
    return cuts


def rows(ground: Ground, shape: BaseGeometry) -> None:
    """Rows of lots along the road that the ground lies on, two of them back to back between two roads."""
    style, rng = ground.style, ground.rng
    axis, served = roadside(ground, shape)
    centre, u, v, length, breadth = frame(shape, axis)
    if shape.area < 90 or (style.crooked > 1 and shape.area < 2500 and rng.random() < 0.12):
        return
    wanted = max(1, round(breadth / float(rng.uniform(*style.row))))
    count = wanted if style.landlocked else min(wanted, max(1, served))
    xs = np.array([-length / 2 - OVER, float(rng.uniform(-0.2, 0.2)) * length, length / 2 + OVER])
    edges = []
    for k in range(count + 1):
        wiggle = rng.normal(0, 0.8, 3) * style.crooked if 0 < k < count else np.zeros(3)
        over = -OVER if k == 0 else OVER if k == count else 0.0
        edges.append(-breadth / 2 + breadth * k / count + over + wiggle)
    found = [np.column_stack([xs, ys]) for ys in edges[1:-1]]
    for low, high in pairwise(edges):
        found += _cut_row(ground, xs, low, high, length)
    placed = shapely.MultiLineString([centre + np.outer(p[:, 0], u) + np.outer(p[:, 1], v) for p in found])
    ground.lines.append(shapely.intersection(placed, shape.buffer(OVER)))


def _cut_row(ground: Ground, xs: Points, low: Points, high: Points, length: float) -> list[Points]:
    found: list[Any] = []
    pairs = []
    for x in _widths(ground, -length / 2, length / 2):
        x2 = x + float(ground.rng.normal(0, 0.4)) * ground.style.crooked
        p = np.array([x, np.interp(x, xs, low) - 0.02])
        q = np.array([x2, np.interp(x2, xs, high) + 0.02])
        pairs.append((p, q))
        found.append(np.array(_jogged(ground, p, q)))
    for (p, q), (p2, q2) in pairwise(pairs):
        found += [np.asarray(line.coords) for line in _behind(ground, p, q, p2, q2)]
    return found


def _widths(ground: Ground, start: float, end: float) -> Iterator[float]:
    """Where lots end between ``start`` and ``end``; of a wide lot now and then."""
    usual, low, high = ground.style.width
    at = start
    while True:
        width = usual * math.exp(float(ground.rng.normal(0, ground.style.spread)))
        if ground.style.spread and ground.rng.random() < 0.07:
            width *= float(ground.rng.uniform(1.7, 3.2))
        at += min(max(width, low), high)
        if at > end - low * 0.75:
            return
        yield at


def _jogged(ground: Ground, p: Points, q: Points) -> list[Points]:
    """Now and then a boundary steps aside half-way, which makes two L shapes."""
    if ground.rng.random() > 0.05 * ground.style.crooked:
        return [p, q]
    knee = p + (q - p) * float(ground.rng.uniform(0.35, 0.7))
    aside = np.array([-(q - p)[1], (q - p)[0]]) / float(np.hypot(*(q - p))) * float(ground.rng.uniform(1.0, 2.2))
    return [p, knee, knee + aside, q + aside]


def _behind(ground: Ground, p: Points, q: Points, p2: Points, q2: Points) -> list[LineString]:
    """A wide lot may be two, one behind the other; the hinder one reaches the street by a strip, or not at all."""
    width, depth = float(np.hypot(*(p2 - p))), float(np.hypot(*(q - p)))
    if width < 5.5 or depth < 15 or ground.rng.random() > ground.style.behind * width / 6:
        return []
    f = float(ground.rng.uniform(0.45, 0.62))
    far = p2 + (q2 - p2) * f
    if ground.rng.random() < ground.style.landlocked:
        return [shapely.LineString([p + (q - p) * f, far])]
    strip = p + (p2 - p) * (float(ground.rng.uniform(1.4, 2.2)) / width)
    return [shapely.LineString([strip, strip + (q - p) * f, far])]


def roadside(ground: Ground, shape: BaseGeometry) -> tuple[Points | None, int]:
    """How ground lies to the roads: the direction of the longest side on one, and on how many sides along it (0–2)."""
    roads = np.array([a.ground for a in ground.alleys] + [ground.streets])
    shapely.prepare(shape)
    sides = [s for road in roads[shapely.dwithin(shape, roads, 0.2)] for s in _common(shape, road)]
    best = max(sides, key=_span, default=None)
    if best is None:
        return None, 0
    axis = _run(best) / _span(best)
    across = np.array([-axis[1], axis[0]])
    middle = float(shapely.get_coordinates(shapely.centroid(shape))[0] @ across)
    along = [s for s in sides if abs(float(_run(s) @ axis)) > 0.75 * _span(s) and s.length > _span(best) / 3]
    halves = shapely.get_coordinates(shapely.line_interpolate_point(along, 0.5, normalized=True)) @ across
    return axis, len({half > middle for half in halves.tolist()})


def _common(shape: BaseGeometry, road: BaseGeometry) -> list[LineString]:
    """The sides of ground on a road; what is shorter than 4 m is none."""
    common = lines(shapely.line_merge(shapely.intersection(shape.boundary, road.buffer(0.1))))
    return [side for side in common if _span(side) > 4]


def _run(side: LineString) -> Points:
    ends = np.asarray(side.coords)[[0, -1]]
    return np.asarray(ends[1] - ends[0])


def _span(side: LineString) -> float:
    return float(np.hypot(*_run(side)))


def frame(shape: BaseGeometry, axis: Points | None = None) -> tuple[Points, Points, Points, float, float]:
    """Centre, unit vectors along and across, length and breadth of the smallest box (with a side along ``axis``)."""
    if axis is None:
        sides = np.diff(box_corners(shape), axis=0)[:2]
        axis = sides[int(np.argmax(np.hypot(*sides.T)))]
        axis = axis / float(np.hypot(*axis))
    u = axis if (axis[0], axis[1]) > (-axis[0], -axis[1]) else -axis
    v = np.array([-u[1], u[0]])
    corners = np.asarray(shapely.get_coordinates(shape))
    a, b = corners @ u, corners @ v
    centre = u * (a.min() + a.max()) / 2 + v * (b.min() + b.max()) / 2
    return centre, u, v, float(np.ptp(a)), float(np.ptp(b))


def box_corners(shape: BaseGeometry) -> Points:
    """The five corners, first and last the same, of the smallest box around a shape."""
    return shapely.get_coordinates(shapely.oriented_envelope(shape))


def longest(shape: BaseGeometry) -> LineString | None:
    """The longest part of a shape that is a line."""
    return max(lines(shape), key=lambda part: part.length, default=None)
