"""How each lot of the sample cadastre is reached: the street or alley it lies on, the way to the street, the narrowest.

As Annex I of Resolution 87/2025/NQ-HĐND asks: a front is a side on a listed street; else the walking distance along
the middle lines of the alleys to the nearest listed street counts, and the narrowest width on that way.
"""

from __future__ import annotations

import heapq
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
import shapely
from shapely.geometry.base import BaseGeometry

from landinfo.intake.sample.streets import Road

FRONT = 1.4
"""m: a lot that meets a road by less does not lie on it."""
ONE_FRONT = 0.35
"""Sine of the angle under which two sides that touch are one front."""
STEP = 6.0
"""m between the places of an alley from which ways are measured."""
_EMPTY = shapely.LineString()


@dataclass(frozen=True, slots=True)
class Access:
    """``front``: the side on the road; ``distance``: m to the listed street; ``narrowest`` None: no way but fields."""

    section: str
    position: int
    fronts: int
    front: BaseGeometry
    distance: float
    narrowest: float | None
    earth: bool
    alley: int | None
    away: float  # m in a straight line to the nearest listed street


def reached(lots: Sequence[BaseGeometry], roads: Sequence[Road]) -> list[Access]:
    """How each lot is reached, in order of ``lots``."""
    sides = _sides(lots, roads)
    ways = _Ways(roads)
    listed = [i for i, road in enumerate(roads) if road.section]
    tree = shapely.STRtree([roads[i].ground for i in listed])
    (_, nearest), away = tree.query_nearest(lots, return_distance=True, all_matches=False)
    return [_access(sides.get(k, {}), roads, ways, listed[int(nearest[k])], float(away[k])) for k in range(len(lots))]


def _sides(lots: Sequence[BaseGeometry], roads: Sequence[Road]) -> dict[int, dict[int, BaseGeometry]]:
    """lot → road → the side of the lot on it."""
    grounds = shapely.buffer([road.ground for road in roads], 0.06, join_style="mitre")
    edges = shapely.boundary(lots)
    at, on = shapely.STRtree(grounds).query(edges, predicate="intersects")
    common = shapely.intersection(edges[at], grounds[on])
    found: dict[int, dict[int, BaseGeometry]] = defaultdict(dict)
    for k in np.flatnonzero(shapely.length(common) >= FRONT).tolist():
        found[int(at[k])][int(on[k])] = common[k]
    return found


def _access(
    sides: dict[int, BaseGeometry], roads: Sequence[Road], ways: _Ways, nearest: int, away: float
) -> Access:  # fmt: skip
    streets = [i for i in sides if roads[i].section]
    if streets:
        best = min(streets, key=lambda i: (roads[i].rank, -sides[i].length))
        fronts = 1 + sum(1 for i in streets if i != best and not _goes_on(sides[best], sides[i]))
        return Access(roads[best].section, 1, fronts, sides[best], 0.0, None, False, None, away)
    led = [(*ways.to_street(i, sides[i]), i) for i in sides]
    led = [way for way in led if way[1] >= 0]
    if not led:
        return Access(roads[nearest].section, 4, 0, _EMPTY, away, None, False, None, away)
    distance, street, narrowest, alley = min(led)
    position = 2 if narrowest >= 5 else 3 if narrowest >= 3 else 4
    road = roads[alley]
    return Access(roads[street].section, position, 1, sides[alley], distance, narrowest, road.earth, alley, away)


def _goes_on(side: BaseGeometry, other: BaseGeometry) -> bool:
    """Whether two sides are one front, where the price list cuts a street into sections."""
    (ax, ay), (bx, by) = (np.subtract(*shapely.get_coordinates(s)[[-1, 0]]) for s in (side, other))
    turned = abs(ax * by - ay * bx) / max(1e-9, float(np.hypot(ax, ay) * np.hypot(bx, by)))
    return turned < ONE_FRONT and side.distance(other) < FRONT


class _Ways:
    """The network of alleys: from any place on it to the listed street that is nearest on foot."""

    def __init__(self, roads: Sequence[Road]) -> None:
        self.alleys = [i for i, road in enumerate(roads) if not road.section]
        self.nodes: dict[int, list[int]] = {}
        points: list[BaseGeometry] = []
        for i in self.alleys:
            line = roads[i].line
            steps = np.linspace(0, line.length, max(2, int(line.length / STEP) + 1))
            self.nodes[i] = list(range(len(points), len(points) + len(steps)))
            points += list(shapely.line_interpolate_point(line, steps))
        self.points = np.array(points)
        self.best = self._walk(roads, self._joined(roads))

    def _joined(self, roads: Sequence[Road]) -> dict[int, list[tuple[int, float]]]:
        joined: dict[int, list[tuple[int, float]]] = defaultdict(list)

        def join(a: int, b: int) -> None:
            apart = float(self.points[a].distance(self.points[b]))
            joined[a].append((b, apart))
            joined[b].append((a, apart))

        tree = shapely.STRtree([roads[i].ground for i in self.alleys])
        for i in self.alleys:
            own = self.nodes[i]
            for a, b in pairwise(own):
                join(a, b)
            for end in (own[0], own[-1]):
                for k in tree.query(self.points[end], predicate="dwithin", distance=2.0).tolist():
                    other = self.nodes[self.alleys[k]]
                    if self.alleys[k] != i:
                        join(end, other[int(np.argmin(shapely.distance(self.points[other], self.points[end])))])
        return joined

    def _walk(
        self, roads: Sequence[Road], joined: dict[int, list[tuple[int, float]]]
    ) -> dict[int, tuple[float, int, float]]:
        """node → (metres, street, narrowest), by Dijkstra from every place where an alley meets a listed street."""
        width = {n: roads[i].width for i, own in self.nodes.items() for n in own}
        listed = [i for i, road in enumerate(roads) if road.section]
        tree = shapely.STRtree([roads[i].ground for i in listed])
        at, on = tree.query(self.points, predicate="dwithin", distance=2.0)
        heap = [(0.0, listed[k], width[n], n) for n, k in zip(at.tolist(), on.tolist(), strict=True)]
        heapq.heapify(heap)
        best: dict[int, tuple[float, int, float]] = {}
        while heap:
            far, street, narrowest, node = heapq.heappop(heap)
            if node in best:
                continue
            best[node] = (far, street, narrowest)
            for other, apart in joined[node]:
                if other not in best:
                    heapq.heappush(heap, (far + apart, street, min(narrowest, width[other]), other))
        return best

    def to_street(self, alley: int, side: BaseGeometry) -> tuple[float, int, float]:
        """From the middle of a lot's side: metres to the street, the street (-1: none), the narrowest width."""
        own = [n for n in self.nodes[alley] if n in self.best]
        if not own:
            return (0.0, -1, 0.0)
        middle = shapely.centroid(side)
        nearest = own[int(np.argmin(shapely.distance(self.points[own], middle)))]
        return self.best[nearest]
