"""How parcels are reached: the streets and alleys they lie on, and the ways along the alleys to the listed streets.

Annex I of Resolution 87/2025/NQ-HĐND: a front is a side on the kerb of a listed road (1), the ways of alleys are those
of ``network``. Metres in a metric plane, x = easting.
"""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import shapely
from numpy.typing import NDArray
from shapely import LineString
from shapely.geometry.base import BaseGeometry
from shapely.ops import substring

from landinfo.zones.network import Network, Reach, Route, Side

_INSIDE = 0.001
"""m: edges of a way are taken this much shorter at both ends, so that those beyond a corner do not count at it."""
_SQUARE = 0.06
"""m: how far the ends of a side may bend back before they are no part of it any more."""


@dataclass(frozen=True, slots=True)
class Access:
    """``fronts``: sides on listed streets; ``routes``: from each of its alleys to the nearest listed street by
    each class.

    ``nearest``: the listed street that is nearest in a straight line (-1: there is none), ``away`` m.
    """

    fronts: tuple[Side, ...]
    routes: tuple[Route, ...]
    sides: tuple[Side, ...]
    nearest: int
    away: float


def reached(lots: Sequence[BaseGeometry] | NDArray[np.object_], network: Network) -> list[Access]:
    """How each lot is reached, in order of ``lots``."""
    ways, grounds = network.ways, network.grounds
    sides = _sides(lots, grounds, network.by)
    listed = [i for i, way in enumerate(ways) if way.section]
    nearest, away = np.full(len(lots), -1), np.full(len(lots), math.inf)
    if listed and len(lots):
        tree = shapely.STRtree([grounds[i] for i in listed])
        (at, on), apart = tree.query_nearest(lots, return_distance=True, all_matches=False)
        nearest[at], away[at] = np.array(listed)[on], apart
    made = []
    for k in range(len(lots)):
        own = sides.get(k, [])
        fronts = tuple(side for side in own if ways[side.way].section)
        routes = () if fronts else tuple(network.routes(own))
        made.append(Access(fronts, routes, tuple(own), int(nearest[k]), float(away[k])))
    return made


def separate(fronts: Sequence[Side], by: Reach) -> list[Side]:
    """Those of ``fronts`` that are fronts of their own: a side that goes on in the last one (where the list cuts a
    street into sections) is the same front. The first is always one."""
    held: list[Side] = []
    for side in fronts:
        if not any(_goes_on(other.shape, side.shape, by) for other in held):
            held.append(side)
    return held


def _goes_on(side: LineString, other: LineString, by: Reach) -> bool:
    (ax, ay), (bx, by_) = (np.subtract(*shapely.get_coordinates(s)[[-1, 0]]) for s in (side, other))
    turned = abs(ax * by_ - ay * bx) / max(1e-9, float(np.hypot(ax, ay) * np.hypot(bx, by_)))
    return turned < by.one_front and side.distance(other) < max(by.side, 2 * by.touch)


def _sides(
    lots: Sequence[BaseGeometry] | NDArray[np.object_], grounds: Sequence[BaseGeometry], by: Reach
) -> dict[int, list[Side]]:
    """lot → its sides on ways, the longest first."""
    if not len(lots) or not grounds:
        return {}
    wide = shapely.buffer(grounds, by.touch, join_style="mitre")
    edges = shapely.boundary(lots)
    at, on = shapely.STRtree(wide).query(edges, predicate="intersects")
    common = shapely.line_merge(shapely.intersection(edges[at], wide[on]))
    found: dict[int, list[Side]] = defaultdict(list)
    facing: dict[int, BaseGeometry] = {}
    for k in np.flatnonzero(shapely.length(common) >= by.side).tolist():
        way = int(on[k])
        side = _front(common[k], by.touch)
        if side is not None:
            if way not in facing:
                facing[way] = _facing(grounds[way], by.touch)
            side = _beside(side, facing[way])
        if side is not None and side.length >= by.side:
            found[int(at[k])].append(Side(way, side))
    return {lot: sorted(own, key=lambda s: (-s.length, s.way)) for lot, own in sorted(found.items())}


def _front(common: BaseGeometry, touch: float) -> LineString | None:
    """The longest line of what a boundary and a way have in common, without the ends that turn away from the way."""
    lines = [part for part in shapely.get_parts(common) if isinstance(part, LineString)]
    if not lines:
        return None
    corners = list(shapely.get_coordinates(max(lines, key=lambda line: line.length)))
    for _ in (0, 1):
        while len(corners) > 2 and _turns_away(corners, touch):
            corners.pop()
        corners.reverse()
    return LineString(corners)


def _facing(ground: BaseGeometry, touch: float) -> BaseGeometry:
    """What lies straight before the edges of a way, not round its corners: there nothing of the way is opposite."""
    corners = shapely.get_coordinates(shapely.get_rings(ground))
    edges = np.stack([corners[:-1], corners[1:]], axis=1)
    lengths = np.hypot(*(edges[:, 1] - edges[:, 0]).T)
    edges, lengths = edges[lengths > 3 * _INSIDE], lengths[lengths > 3 * _INSIDE]
    inward = (edges[:, 1] - edges[:, 0]) * (_INSIDE / lengths)[:, None]
    lines = shapely.linestrings(np.stack([edges[:, 0] + inward, edges[:, 1] - inward], axis=1))
    return shapely.union_all(shapely.buffer(lines, touch, cap_style="flat"))


def _beside(side: LineString, facing: BaseGeometry) -> LineString | None:
    """The side from the first to the last place where the way is opposite; what runs on past its end is no front."""
    common = shapely.intersection(side, facing)
    places = np.atleast_1d(shapely.line_locate_point(side, shapely.points(shapely.get_coordinates(common))))
    if not len(places):
        return None
    first, last = max(0.0, float(places.min()) - _INSIDE), min(side.length, float(places.max()) + _INSIDE)
    kept = substring(side, first, last)
    return kept if isinstance(kept, LineString) else None


def _turns_away(corners: Sequence[Any], touch: float) -> bool:
    """Whether the last leg is short and turns by more than 45° against the one before it."""
    before, last = corners[-2] - corners[-3], corners[-1] - corners[-2]
    longest = float(np.hypot(*before)), float(np.hypot(*last))
    return longest[1] < 2 * touch + _SQUARE and float(before @ last) < 0.7 * longest[0] * longest[1]
