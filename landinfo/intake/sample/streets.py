"""The streets, streams and blocks of a ward of the sample cadastre, drawn from the hand-written points of the recipe.

Plane coordinates (VN-2000, metres, x = easting), relative to the ward's centre until ``place`` carries them there.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import shapely
from shapely import LineString, Polygon
from shapely.geometry.base import BaseGeometry

from landinfo.zones.parting import MILLIMETRE, polygons

CHAMFER = 2.5
"""m: corners at crossings are cut, as road plans ask."""
REACH = 45.0
"""m: a street that ends this near to another one meets it."""
SWAY = 3.0
"""m: how far a bank leaves its course at most."""


@dataclass(frozen=True, slots=True)
class Road:
    """A street of the price list (``section``) or an alley (""): middle line, ground, width where it is narrowest (m).

    ``rank``: place in the recipe, where the dearest street stands first; alleys and streets not in the list come last.
    """

    line: LineString
    ground: BaseGeometry
    width: float
    section: str
    earth: bool
    rank: int


@dataclass(frozen=True, slots=True)
class Block:
    """Ground between streets: how it is built (``town`` | ``project`` | ``garden`` | ``field``) and who mapped it."""

    shape: Polygon
    kind: str
    series: str
    resurveyed: str
    priced: bool
    internal: str


@dataclass(frozen=True, slots=True)
class Ward:
    """A ward before its lots: ``streets`` is the ground of all streets, ``water`` that of its streams."""

    code: str
    outline: BaseGeometry
    roads: tuple[Road, ...]
    streets: BaseGeometry
    water: BaseGeometry
    blocks: tuple[Block, ...]
    places: tuple[Mapping[str, Any], ...]
    centre: Sequence[float]


def ward(plan: Mapping[str, Any]) -> Ward:
    """The streets and blocks of one ``[[ward]]`` of the recipe."""
    centre = np.array(plan["centre"], float)
    outline = _clean(shapely.Polygon(_smooth([*plan["outline"], plan["outline"][0]]) + centre))
    roads = _roads(plan, outline)
    streets = shapely.union_all([road.ground for road in roads])
    streets = streets.buffer(CHAMFER, quad_segs=2).buffer(-CHAMFER, quad_segs=2)
    streets = _clean(shapely.intersection(streets, outline))
    streams = [_ribbon(_smooth(s["points"]) + centre, s["width"]) for s in plan.get("stream", ())]
    water = _clean(shapely.intersection(shapely.difference(shapely.union_all(streams), streets), outline))
    ground = shapely.difference(shapely.difference(outline, streets), water)
    blocks = tuple(_block(plan, shape) for shape in polygons(_clean(ground)) if shape.area > 60)
    return Ward(plan["commune"], outline, roads, streets, water, blocks, tuple(plan["place"]), plan["centre"])


def nearest_place(places: Sequence[Mapping[str, Any]], centre: Sequence[float], point: Any) -> Mapping[str, Any]:
    """The place of the recipe that a point belongs to: the nearest one."""
    x, y = point.x - centre[0], point.y - centre[1]
    return min(places, key=lambda p: (p["at"][0] - x) ** 2 + (p["at"][1] - y) ** 2)


def lines(shape: BaseGeometry) -> list[LineString]:
    """Every part of a shape that is a line."""
    return [part for part in shapely.get_parts(shape) if isinstance(part, LineString)]


def _block(plan: Mapping[str, Any], shape: Polygon) -> Block:
    place = nearest_place(plan["place"], plan["centre"], shape.centroid)
    return Block(
        shape, place["kind"], place["series"], place.get("resurveyed", ""), place.get("priced", True),
        place.get("internal", ""),
    )  # fmt: skip


def _roads(plan: Mapping[str, Any], outline: BaseGeometry) -> tuple[Road, ...]:
    """Every street, its ends carried to the middle line of the street that they nearly touch."""
    points = [np.array(street["points"], float) + plan["centre"] for street in plan["street"]]
    drawn = [shapely.LineString(_smooth(p)) for p in points]
    found = []
    for rank, street in enumerate(plan["street"]):
        others = drawn[:rank] + drawn[rank + 1 :]
        for end in (0, -1):
            at = shapely.Point(points[rank][end])
            near = min(others, key=at.distance)
            if near.distance(at) < REACH:
                points[rank][end] = near.interpolate(near.project(at)).coords[0]
        line = shapely.LineString(_smooth(points[rank]))
        ground = line.buffer(street["width"] / 2, quad_segs=3, cap_style="flat")
        found.append(Road(line, ground, street["width"], street["section"], earth=False, rank=rank))
    return tuple(road for road in found if road.line.intersects(outline))


def _smooth(points: Any, step: float = 9.0) -> Any:
    """A Catmull-Rom curve through the points, with a corner every ``step`` metres or so."""
    p = np.asarray(points, float)
    if len(p) == 2:
        return p
    closed = bool((p[0] == p[-1]).all())
    before, after = (p[-2], p[1]) if closed else (2 * p[0] - p[1], 2 * p[-1] - p[-2])
    p = np.vstack([before, p, after])
    curve = []
    for a, b, c, d in zip(p[:-3], p[1:-2], p[2:-1], p[3:], strict=True):
        n = max(2, int(np.hypot(*(c - b)) / step))
        t = np.linspace(0, 1, n, endpoint=False)[:, None]
        curve.append(0.5 * (2 * b + (c - a) * t + (2 * a - 5 * b + 4 * c - d) * t**2 + (3 * b - a - 3 * c + d) * t**3))
    return np.vstack([*curve, p[-2]])


def _ribbon(points: Any, width: float) -> BaseGeometry:
    """A stream: its two banks do not run quite parallel."""
    line = shapely.LineString(points)
    along, sway = np.arange(len(points)), min(width / 6, SWAY)
    left = points + _normals(points) * (width / 2 + sway * np.sin(along / 2.7))[:, None]
    right = points - _normals(points) * (width / 2 + sway * np.cos(along / 3.3))[:, None]
    banks = shapely.Polygon(np.vstack([left, right[::-1]]))
    return shapely.union(banks.buffer(0), line.buffer(width / 3))


def _normals(points: Any) -> Any:
    """Unit vectors to the left of a line at each of its points."""
    run = np.gradient(points, axis=0)
    return np.column_stack([-run[:, 1], run[:, 0]]) / np.hypot(run[:, 0], run[:, 1])[:, None]


def _clean(shape: BaseGeometry) -> BaseGeometry:
    """Corners to the millimetre, and none that bends a line by less than a centimetre."""
    return shapely.set_precision(shapely.simplify(shape, 0.01), MILLIMETRE)
