"""Walks over a graph of alleys: the listed street that is nearest from a place, and the shortest way to one by width.

Dijkstra (1959, "A note on two problems in connexion with graphs"), from the gates of the streets into the alleys and no
farther than a question needs, so that a province costs what its parcels cost and not streets × alleys. Metres.
"""

from __future__ import annotations

import heapq
import math
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

ALIKE = 0.001
"""m: streets are as near as each other where their distances differ by no more."""

Gates = Mapping[str, Sequence[tuple[int, float]]]
"""Section → where its streets are entered: (node, m from there to the kerb)."""


@dataclass(slots=True)
class Graph:
    """Places on the alleys: ``own`` of each alley as (m along it, node); ``links`` node → (node, m)."""

    own: dict[int, list[tuple[float, int]]] = field(default_factory=lambda: defaultdict(list))
    links: dict[int, list[tuple[int, float]]] = field(default_factory=lambda: defaultdict(list))
    alley: list[int] = field(default_factory=list)

    def node(self, alley: int, along: float) -> int:
        self.alley.append(alley)
        self.own[alley].append((along, len(self.alley) - 1))
        return len(self.alley) - 1

    def link(self, a: int, b: int, apart: float) -> None:
        self.links[a].append((b, apart))
        self.links[b].append((a, apart))


@dataclass(frozen=True, slots=True)
class Reached:
    """m from the kerb, the narrowest width on the way (inf: none is told) and whether every width on it is told."""

    distance: float
    narrowest: float
    sure: bool


class Passable:
    """The alleys that are ``least`` m wide (``blind``: or have no width), in parts that hang together."""

    def __init__(self, graph: Graph, widths: Mapping[int, float | None], least: float, blind: bool) -> None:
        self.graph, self.widths, self.least, self.blind = graph, widths, least, blind
        self.part = self._parts()

    def open(self, alley: int) -> bool:
        width = self.widths[alley]
        return self.blind if width is None else width >= self.least

    def neighbours(self, node: int) -> Iterator[tuple[int, float]]:
        """Places one link away: (node, m)."""
        return (link for link in self.graph.links[node] if self.open(self.graph.alley[link[0]]))

    def _parts(self) -> list[int]:
        """Node → its part; -1: its alley is too narrow."""
        part = [-1] * len(self.graph.alley)
        for first, alley in enumerate(self.graph.alley):
            if part[first] >= 0 or not self.open(alley):
                continue
            part[first], waiting = first, [first]
            while waiting:
                for other, _ in self.neighbours(waiting.pop()):
                    if part[other] < 0:
                        part[other] = first
                        waiting.append(other)
        return part


class Walk:
    """From the gates of one section over passable alleys, as far as it was asked for."""

    def __init__(self, passable: Passable, gates: Sequence[tuple[int, float]]) -> None:
        self.passable = passable
        self.parts = {passable.part[node] for node, _ in gates} - {-1}
        self.best: dict[int, Reached] = {}
        self._waiting: list[tuple[float, float, bool, int]] = []
        for node, apart in gates:
            if passable.part[node] >= 0:
                self._enter(node, apart, -math.inf, False)

    def to(self, node: int) -> Reached | None:
        """The shortest way to a place, of equal ones the widest; None: over these alleys there is none."""
        if self.passable.part[node] not in self.parts:
            return None
        while node not in self.best:
            self._step()
        return self.best[node]

    def _step(self) -> None:
        far, narrow, unsure, node = heapq.heappop(self._waiting)
        if node in self.best:
            return
        self.best[node] = Reached(far, -narrow, not unsure)
        for other, apart in self.passable.neighbours(node):
            if other not in self.best:
                self._enter(other, far + apart, narrow, unsure)

    def _enter(self, node: int, far: float, narrow: float, unsure: bool) -> None:
        width = self.passable.widths[self.passable.graph.alley[node]]
        narrow = narrow if width is None else max(narrow, -width)
        heapq.heappush(self._waiting, (far, narrow, unsure or width is None, node))


def nearest(graph: Graph, gates: Gates) -> dict[int, dict[str, float]]:
    """Node → section → m of the listed street that is nearest on foot, whatever the widths; of several as near all."""
    waiting = [(apart, section, node) for section, own in gates.items() for node, apart in own]
    heapq.heapify(waiting)
    found: dict[int, dict[str, float]] = defaultdict(dict)
    while waiting:
        far, section, node = heapq.heappop(waiting)
        held = found[node]
        if section not in held and far <= min(held.values(), default=math.inf) + ALIKE:
            held[section] = far
            for other, apart in graph.links[node]:
                heapq.heappush(waiting, (far + apart, section, other))
    return dict(found)
