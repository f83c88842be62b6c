"""The alleys as a network: from any place on them to the listed streets, on foot and by width.

By Annex I of Resolution 87/2025/NQ-HĐND: the class of a way is that of the narrowest width one *must* pass (3), so a
narrow place that another way to the same road avoids does not count; depth is walked along the middle lines from the
inner kerb edge (4); of several roads the nearest (6.4). Metres in a metric plane, x = easting. A width that nobody told
is None: ways over such an alley are told apart (``Route.sure``) from those of which every width is known.
"""

from __future__ import annotations

import math
from bisect import bisect_left, bisect_right
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise, product
from operator import itemgetter

import shapely
from shapely import LineString
from shapely.geometry.base import BaseGeometry

from landinfo.zones.walks import ALIKE, Graph, Passable, Reached, Walk, nearest

_EXACT = 0.05
"""m: ways that an end meets as nearly as this are met by it alike."""
_along = itemgetter(0)


@dataclass(frozen=True, slots=True)
class Way:
    """A street of the price list (``section``) or an alley (""): middle line and width between its edges.

    ``narrowest``: where it is narrowest; ``surface``: paved | earth | "" (not told); ``corridor``: between the lines of
    its safety corridor (HLATĐB), None where none is set.
    """

    line: LineString
    section: str
    width: float | None
    narrowest: float | None
    surface: str = ""
    name: str = ""
    corridor: float | None = None

    def ground(self, unknown: float) -> BaseGeometry:
        """The ground between its edges; ``unknown`` m to each side where no width is told."""
        half = (self.width or self.narrowest or 2 * unknown) / 2
        return self.line.buffer(half, quad_segs=3, cap_style="flat")


@dataclass(frozen=True, slots=True)
class Reach:
    """m: a parcel this near to a way lies on it; its side is at least ``side`` long; ways this near are joined; half of
    an alley whose width nobody told; sine of the angle under which two sides that touch are one front."""

    touch: float
    side: float
    joined: float
    unknown: float
    one_front: float


@dataclass(frozen=True, slots=True)
class Side:
    """The boundary of a parcel on a way (its number in the list of ways)."""

    way: int
    shape: LineString

    @property
    def length(self) -> float:
        return float(self.shape.length)


@dataclass(frozen=True, slots=True)
class Route:
    """A way from a side on an alley to a street ``section``: the narrowest width on it and the metres walked.

    ``least``: the width that every alley on it has at least (a limit of the alley classes, 0: any). ``sure`` False: an
    alley on it has no width, so that it may be narrower than ``narrowest`` (None: of none of them it is told).
    """

    side: Side
    section: str
    least: float
    narrowest: float | None
    distance: float
    surface: str
    sure: bool = True


class Network:
    """The alleys joined where they meet, with their ways to the listed streets. ``grounds`` are those of all ways.

    ``limits``: widths at which a class of alleys begins, m. A way is walked from the kerb; one that runs on through a
    street is never the nearest there.
    """

    def __init__(self, ways: Sequence[Way], limits: Sequence[float], by: Reach) -> None:
        self.ways, self.limits, self.by = ways, sorted({0.0, *limits}, reverse=True), by
        self.grounds = [way.ground(by.unknown) for way in ways]
        self.widths = {i: way.narrowest for i, way in enumerate(ways)}
        self.alleys = [i for i, way in enumerate(ways) if not way.section]
        self.graph = Graph()
        self.gates: dict[str, list[tuple[int, float]]] = defaultdict(list)
        self._meet_streets()
        self._meet_alleys()
        self._ends()
        self.nearest = nearest(self.graph, self.gates)
        self._passable: dict[tuple[float, bool], Passable] = {}
        self._walks: dict[tuple[str, float, bool], Walk] = {}

    @property
    def unreached(self) -> list[int]:
        """Alleys from which no way leads to a listed street."""
        return [i for i in self.alleys if not any(n in self.nearest for _, n in self.graph.own[i])]

    def routes(self, sides: Iterable[Side]) -> Iterator[Route]:
        """From each side on an alley to the street nearest on foot, or those that are as near, by each class."""
        for side in sides:
            if not self.ways[side.way].section:
                yield from self._from(side)

    def _from(self, side: Side) -> Iterator[Route]:
        """By the nearest place of the side on the middle line of its alley."""
        way, own = self.ways[side.way], self.graph.own[side.way]
        along = shapely.line_locate_point(way.line, shapely.points(shapely.get_coordinates(side.shape)))
        first, last = float(along.min()), float(along.max())
        before, after = bisect_right(own, first, key=_along) - 1, bisect_left(own, last, key=_along) + 1
        near = [(max(0.0, at - last, first - at), node) for at, node in own[max(0, before) : after]]
        for section, least in product(self._nearest(near), self.limits):
            best = self._best(near, section, least, blind=True)
            found = [best] if best is None or best.sure else [best, self._best(near, section, least, blind=False)]
            for walked in found:
                if walked is not None:
                    told = None if math.isinf(walked.narrowest) else walked.narrowest
                    yield Route(side, section, least, told, walked.distance, way.surface, walked.sure)

    def _nearest(self, near: Sequence[tuple[float, int]]) -> list[str]:
        """The listed streets, by name, that are nearest from places so many metres off: more than one where they are
        as near as each other."""
        ways = [(apart + far, name) for apart, node in near for name, far in self.nearest.get(node, {}).items()]
        least = min((far for far, _ in ways), default=math.inf)
        return sorted({name for far, name in ways if far <= least + ALIKE})

    def _best(self, near: Sequence[tuple[float, int]], section: str, least: float, blind: bool) -> Reached | None:
        """The shortest way from places that are so many metres off, of equal ones the widest."""
        if (least, blind) not in self._passable:
            self._passable[least, blind] = Passable(self.graph, self.widths, least, blind)
        key = section, least, blind
        if key not in self._walks:
            self._walks[key] = Walk(self._passable[least, blind], self.gates[section])
        ends = [(apart, there) for apart, node in near if (there := self._walks[key].to(node))]
        ways = [replace(there, distance=apart + there.distance) for apart, there in ends]
        return min(ways, key=lambda way: (way.distance, -way.narrowest), default=None)

    def _meet_streets(self) -> None:
        listed = [i for i, way in enumerate(self.ways) if way.section]
        if not listed or not self.alleys:
            return
        tree = shapely.STRtree([self.grounds[i] for i in listed])
        lines = [self.ways[i].line for i in self.alleys]
        beside = shapely.STRtree([self.grounds[i] for i in self.alleys])
        for k, on in zip(*tree.query(lines, predicate="dwithin", distance=self.by.joined).tolist(), strict=True):
            alley, street = self.alleys[k], listed[on]
            for along, apart in self._kerb(alley, self.grounds[street]):
                if apart > self._nearer(alley, along, beside) + _EXACT:
                    continue  # it ends on another alley, and only that one goes on to the street
                self.gates[self.ways[street].section].append((self.graph.node(alley, along), apart))

    def _nearer(self, alley: int, along: float, beside: shapely.STRtree) -> float:
        """m from a place of an alley to the ground of the nearest other one, as far as ways are joined."""
        place = self.ways[alley].line.interpolate(along)
        near = beside.query(place, predicate="dwithin", distance=self.by.joined).tolist()
        others = [self.alleys[k] for k in near if self.alleys[k] != alley]
        return min((float(self.grounds[other].distance(place)) for other in others), default=math.inf)

    def _kerb(self, alley: int, street: BaseGeometry) -> list[tuple[float, float]]:
        """Where an alley meets the edge of a street: (m along the alley, m from there to the edge)."""
        line = self.ways[alley].line
        common = shapely.intersection(line, street)
        stretches = [part for part in shapely.get_parts(common) if isinstance(part, LineString) and part.length > 0]
        if not stretches:
            near = [(along, float(street.distance(line.interpolate(along)))) for along in (0.0, float(line.length))]
            return [end for end in near if end[1] <= self.by.joined]
        # the stretch inside the street is no part of the way: both its ends are at the kerb
        ends = [part.interpolate(end, normalized=True) for part in stretches for end in (0.0, 1.0)]
        return [(float(line.project(end)), 0.0) for end in ends]

    def _meet_alleys(self) -> None:
        """Alleys meet where their middle lines cross, and where one ends on the other: at the nearest, not at all
        within reach, or a narrow place shorter than the reach would be passed by."""
        if not self.alleys:
            return
        tree = shapely.STRtree([self.grounds[i] for i in self.alleys])
        pairs = tree.query([self.grounds[i] for i in self.alleys], predicate="dwithin", distance=self.by.joined)
        ends: dict[tuple[int, float], list[tuple[float, int]]] = defaultdict(list)
        for k, m in sorted(zip(*pairs.tolist(), strict=True)):
            one, other = self.alleys[k], self.alleys[m]
            line, on = self.ways[one].line, self.ways[other].line
            if k < m:
                for point in map(shapely.Point, shapely.get_coordinates(shapely.intersection(line, on))):
                    self._linked(one, float(line.project(point)), other, float(on.project(point)), 0.0)
            for along in (0.0, float(line.length)) if k != m else ():
                apart = float(self.grounds[other].distance(line.interpolate(along)))
                if apart <= self.by.joined:
                    ends[one, along].append((apart, other))
        for (one, along), near in ends.items():
            self._end_on(one, along, [other for apart, other in near if apart <= min(near)[0] + _EXACT])

    def _end_on(self, alley: int, along: float, others: Sequence[int]) -> None:
        end = self.ways[alley].line.interpolate(along)
        for other in others:
            line = self.ways[other].line
            self._linked(alley, along, other, float(line.project(end)), float(line.distance(end)))

    def _linked(self, a: int, at: float, b: int, bt: float, apart: float) -> None:
        self.graph.link(self.graph.node(a, at), self.graph.node(b, bt), apart)

    def _ends(self) -> None:
        """The ends of every alley, and its stretches from place to place."""
        for i in self.alleys:
            length = float(self.ways[i].line.length)
            for along in (0.0, length):
                self.graph.node(i, along)
            own = sorted(self.graph.own[i])
            self.graph.own[i] = own
            for (at, a), (bt, b) in pairwise(own):
                self.graph.link(a, b, bt - at)
