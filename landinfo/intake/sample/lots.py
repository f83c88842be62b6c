"""How the blocks of the sample cadastre fall into lots: rows along the streets, alleys between, gardens and fields.

Only lines are drawn here; ``faces`` nodes all lines of a ward at once, so that neighbours share their corners.
"""

from __future__ import annotations

import math

import numpy as np
import shapely
from numpy.random import Generator
from shapely import LineString
from shapely.geometry.base import BaseGeometry

from landinfo.intake.sample.rows import STYLES, Ground, Points, frame, front_rows, longest, roadside, rows
from landinfo.intake.sample.streets import Block, Road, Ward, lines
from landinfo.zones.parting import polygons

DEEPEST = 7
"""How many times ground is halved at most."""
DEEP_ROW = 1.3
"""Of the usual depth: a row may be so much deeper before an alley is cut behind it."""


def divide(ward: Ward, block: Block, rng: Generator) -> tuple[BaseGeometry, list[Road]]:
    """The dividing lines of a block and its alleys."""
    style = STYLES[block.kind]
    near = shapely.intersection(ward.streets, block.shape.buffer(2))
    ground = Ground(block, style, near, rng, [], [])
    rest: BaseGeometry = block.shape
    if style.front[1] and not near.is_empty:
        rest = front_rows(ground)
    for part in polygons(rest):
        if part.area > 25:
            _quarter(ground, part, 0)
    alleys = shapely.union_all([a.ground for a in ground.alleys])
    drawn = [line for shape in ground.lines for line in lines(shape) if line.length > 0.05]
    return shapely.difference(shapely.MultiLineString(drawn), alleys), ground.alleys


def _quarter(ground: Ground, shape: BaseGeometry, level: int) -> None:
    """Divide ground by alleys until it is small enough for rows of lots, each with a road."""
    centre, u, v, length, breadth = frame(shape)
    small = max(length, breadth) < ground.style.longest and _served(ground, shape)
    if small or level > DEEPEST or shape.area < 400:
        rows(ground, shape)
        return
    rng, slant = ground.rng, 0.16 * ground.style.crooked
    turn = float(rng.uniform(-slant, slant))
    along = v * math.cos(turn) + u * math.sin(turn)
    foot = centre + u * length * float(rng.uniform(-0.13, 0.13))
    bend = u * float(rng.uniform(-4, 4)) * ground.style.crooked
    reach = breadth / 2 + 20
    ts = np.linspace(-1, 1, 9)
    path = foot + np.outer(ts, along * reach) + np.outer(1 - ts**2, bend) + np.outer(np.sin(ts * 4), bend * 0.3)
    line = longest(shapely.intersection(shapely.LineString(path), shape))
    if line is None or line.length < 8:
        rows(ground, shape)
        return
    ground.lines.append(line)
    alley = _alley(ground, line, level)
    cut = shapely.union_all([shapely.buffer(line, 0.0005), *([alley.ground] if alley else [])])
    for part in polygons(shapely.difference(shape, cut)):
        if part.area > 15:
            _quarter(ground, part, level + 1)


def _served(ground: Ground, shape: BaseGeometry) -> bool:
    """Whether rows of lots of a usual depth fill the ground, each on a road; in fields the banks will do."""
    if ground.style.landlocked:
        return True
    axis, sides = roadside(ground, shape)
    return sides > 0 and frame(shape, axis)[4] < sides * ground.style.row[1] * DEEP_ROW


def _alley(ground: Ground, line: LineString, level: int) -> Road | None:
    """An alley on a dividing line: from an alley or the street to the other end, or a dead end."""
    rng, style = ground.rng, ground.style
    points = np.asarray(line.coords)
    start, end = _meets(ground, points[0], points[0] - points[1]), _meets(ground, points[-1], points[-1] - points[-2])
    if start is None:
        points, start, end = points[::-1], end, None
    if start is None:
        return None
    if end is None or (style.crooked and rng.random() > 0.55):
        keep = max(3, int(len(points) * float(rng.uniform(0.7, 1.0))))
        points, end = points[:keep], None
    points = np.vstack([start, points] if end is None else [start, points, end])
    points = points[np.concatenate([[True], np.hypot(*np.diff(points, axis=0).T) > 0.01])]
    widths = style.alleys[min(level, 2)]
    width = widths[int(rng.integers(len(widths)))]
    wobble = rng.uniform(0.92, 1.12, (2, len(points))) if style.crooked else np.ones((2, len(points)))
    ribbon = _ribbon(points, wobble * width / 2)
    narrowest = round(float(wobble.sum(axis=0).min()) * width / 2, 1)
    road = Road(
        shapely.LineString(points), shapely.difference(ribbon, ground.streets), narrowest,
        ground.block.internal, bool(rng.random() < style.earth), 900,
    )  # fmt: skip
    ground.alleys.append(road)
    return road


def _meets(ground: Ground, end: Points, ahead: Points) -> Points | None:
    """Where a line, carried on from its end, meets the street or another alley, just inside of it."""
    ahead = ahead / max(1e-9, float(np.hypot(*ahead)))
    point = shapely.Point(end)
    for alley in ground.alleys:
        if alley.ground.distance(point) < 1.0:
            near = np.asarray(shapely.line_interpolate_point(alley.line, alley.line.project(point)).coords[0])
            return end + (near - end) * 0.6
    far = ground.style.front[1] * 1.6 + 4
    ray = shapely.LineString([end, end + ahead * far])
    hit = shapely.intersection(ray, ground.streets)
    if hit.is_empty or not shapely.covers(ground.block.shape.buffer(1), shapely.shortest_line(point, hit)):
        return None
    taken = [a for a in ground.alleys if a.ground.distance(shapely.shortest_line(point, hit)) < 3]
    if taken:
        return None
    return np.asarray(shapely.shortest_line(point, hit).coords[-1]) + ahead * 1.0


def _ribbon(points: Points, halves: Points) -> BaseGeometry:
    run = np.gradient(points, axis=0)
    left = np.column_stack([-run[:, 1], run[:, 0]]) / np.hypot(run[:, 0], run[:, 1])[:, None]
    ring = np.vstack([points + left * halves[0][:, None], (points - left * halves[1][:, None])[::-1]])
    return shapely.buffer(shapely.Polygon(ring), 0)
