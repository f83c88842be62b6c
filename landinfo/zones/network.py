"""The alleys as a network: from any place on them to the listed streets, on foot and by width.

By Annex I of Resolution 87/2025/NQ-HĐND: the class of a way is that of the narrowest width one *must* pass (3), so a
narrow place that another way to the same road avoids does not count; depth is walked along the middle lines from the
inner kerb edge (4); of several roads the nearest (6.4). Metres in a metric plane, x = easting. A width that nobody told
is None: ways over such an alley are told apart (``Route.sure``) from those of which every width is known.
"""

from __future__ import annotations

import heapq
import math
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import pairwise

import shapely
from shapely import LineString
from shapely.geometry.base import BaseGeometry

_EXACT = 0.05
"""m: ways that an end meets as nearly as this are met by it alike."""


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


@dataclass(slots=True)
class _Graph:
    """Places on the alleys: ``own`` of each alley as (m along it, node); ``links`` node → (node, m, alley)."""

    own: dict[int, list[tuple[float, int]]] = field(default_factory=lambda: defaultdict(list))
    links: dict[int, list[tuple[int, float, int]]] = field(default_factory=lambda: defaultdict(list))
    gates: dict[int, list[tuple[int, float]]] = field(default_factory=lambda: defaultdict(list))  # street → node, m
    alley: list[int] = field(default_factory=list)

    def node(self, alley: int, along: float) -> int:
        self.alley.append(alley)
        self.own[alley].append((along, len(self.alley) - 1))
        return len(self.alley) - 1

    def link(self, a: int, b: int, apart: float, alley: int) -> None:
        self.links[a].append((b, apart, alley))
        self.links[b].append((a, apart, alley))


@dataclass(frozen=True, slots=True)
class _Walk:
    """What is reached from the gates of a section over alleys of a width: node → (m, narrowest, all widths told)."""

    section: str
    least: float
    reached: Mapping[int, tuple[float, float, bool]]


class Network:
    """The alleys joined where they meet, with their ways to the listed streets. ``grounds`` are those of all ways.

    ``limits``: widths at which a class of alleys begins, m. A way is walked from the kerb; one that runs on through a
    street is never the nearest there.
    """

    def __init__(self, ways: Sequence[Way], limits: Sequence[float], by: Reach) -> None:
        self.ways, self.limits, self.by = ways, sorted({0.0, *limits}, reverse=True), by
        self.grounds = [way.ground(by.unknown) for way in ways]
        self.alleys = [i for i, way in enumerate(ways) if not way.section]
        self.graph = _Graph()
        self._meet_streets()
        self._meet_alleys()
        self._ends()
        self.walks = self._walked()

    @property
    def unreached(self) -> list[int]:
        """Alleys from which no way leads to a listed street."""
        held = {n for walks in self.walks.values() for walk in walks for n in walk.reached}
        return [i for i in self.alleys if not any(n in held for _, n in self.graph.own[i])]

    def routes(self, sides: Iterable[Side]) -> Iterator[Route]:
        """From each side on an alley to the street that is nearest on foot from there, by each class."""
        for side in sides:
            found = [] if self.ways[side.way].section else list(self._from(side))
            nearest = min(found, key=lambda r: (r.distance, r.section), default=None)
            yield from (route for route in found if nearest and route.section == nearest.section)

    def _from(self, side: Side) -> Iterator[Route]:
        """Every way from a side: by the nearest place of the side on the middle line of its alley."""
        way, own = self.ways[side.way], self.graph.own[side.way]
        along = shapely.line_locate_point(way.line, shapely.points(shapely.get_coordinates(side.shape)))
        first, last = float(along.min()), float(along.max())
        near = [(max(0.0, at - last, first - at), node) for at, node in own]
        for walk in self.walks.get(side.way, ()):
            ends = [(apart + walk.reached[n][0], *walk.reached[n][1:]) for apart, n in near if n in walk.reached]
            if ends:
                distance, narrowest, sure = min(ends, key=lambda e: (e[0], -e[1]))
                yield Route(
                    side,
                    walk.section,
                    walk.least,
                    None if math.isinf(narrowest) else narrowest,
                    distance,
                    way.surface,
                    sure,
                )

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
                self.graph.gates[street].append((self.graph.node(alley, along), apart))

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
        self.graph.link(self.graph.node(a, at), self.graph.node(b, bt), apart, b)

    def _ends(self) -> None:
        """The ends of every alley, and its stretches from place to place."""
        for i in self.alleys:
            length = float(self.ways[i].line.length)
            for along in (0.0, length):
                self.graph.node(i, along)
            own = sorted(self.graph.own[i])
            self.graph.own[i] = own
            for (at, a), (bt, b) in pairwise(own):
                self.graph.link(a, b, bt - at, i)

    def _walked(self) -> dict[int, list[_Walk]]:
        """alley → the walks that reach it, from every street and by every class."""
        sections: dict[str, list[tuple[int, float]]] = defaultdict(list)
        for street, gates in self.graph.gates.items():
            sections[self.ways[street].section] += gates
        found: dict[int, list[_Walk]] = defaultdict(list)
        for section, gates in sorted(sections.items()):
            for least in self.limits:
                for reached in self._both(gates, least):
                    for alley in {self.graph.alley[n] for n in reached}:
                        found[alley].append(_Walk(section, least, reached))
        return found

    def _both(self, gates: Sequence[tuple[int, float]], least: float) -> Iterator[dict[int, tuple[float, float, bool]]]:
        """The walk over all alleys, and where some have no width the one over those that have."""
        found = self._walk(gates, least, blind=True)
        yield found
        if not all(sure for _, _, sure in found.values()):
            yield self._walk(gates, least, blind=False)

    def _walk(
        self, gates: Sequence[tuple[int, float]], least: float, blind: bool
    ) -> dict[int, tuple[float, float, bool]]:
        """Dijkstra from the gates over alleys that are ``least`` m wide; ``blind``: or have no width."""
        heap: list[tuple[float, float, bool, int]] = []

        def enter(node: int, far: float, narrow: float, unsure: bool, *alleys: int) -> None:
            widths = [self.ways[alley].narrowest for alley in alleys]
            told = [width for width in widths if width is not None]
            known = len(told) == len(widths)
            if (known or blind) and min(told, default=math.inf) >= least:
                heapq.heappush(heap, (far, max([narrow, *(-w for w in told)]), unsure or not known, node))

        for node, apart in gates:
            enter(node, apart, -math.inf, False, self.graph.alley[node])
        best: dict[int, tuple[float, float, bool]] = {}
        while heap:
            far, narrow, unsure, node = heapq.heappop(heap)
            if node not in best:
                best[node] = (far, -narrow, not unsure)
                for other, apart, over in self.graph.links[node]:
                    if other not in best:
                        enter(other, far + apart, narrow, unsure, over, self.graph.alley[other])
        return best
