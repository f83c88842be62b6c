"""Where in its parts, and on which steps of a limit, ground costs least: exactly, for any number of parts.

The cost is linear in the area of each part on each step, so this is a transport problem: every part sends its ground to
the steps (or leaves it outside), each step takes what the limit gives it. Successive shortest paths solve it; a path
runs over steps only, of which there are few, and moves wait in queues, so the work grows little faster than the parts.
"""

from __future__ import annotations

import heapq
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal

ZERO = Decimal(0)
Bounds = tuple[Decimal, Decimal]


@dataclass(frozen=True, slots=True)
class Ground:
    """A part of between ``low`` and ``high`` m²; ``costs``: đồng/m² on each step that it may stand on."""

    low: Decimal
    high: Decimal
    costs: Mapping[int, Decimal]


def least(grounds: Sequence[Ground], steps: Sequence[Bounds], together: Bounds) -> Decimal | None:
    """The least cost of ground whose areas sum within ``together`` and lie on ``steps`` within their bounds (m²).

    None: no area of the parts does. For the most, turn the sign of the costs.
    """
    room = sum((g.high for g in grounds), ZERO)
    outside = max(ZERO, room - together[1]), room - together[0]
    if outside[1] < outside[0]:
        return None
    return _Flow(grounds, (*steps, outside)).cost()


@dataclass(slots=True)
class _Flow:
    """Ground sent part by part; the last of ``steps`` is what stays outside, at most high − low of each part."""

    grounds: Sequence[Ground]
    steps: Sequence[Bounds]
    prices: list[list[Decimal | None]] = field(init=False)
    placed: list[list[Decimal]] = field(init=False)
    held: list[Decimal] = field(init=False)
    queues: dict[tuple[int, int], list[tuple[Decimal, int]]] = field(init=False)
    """Moves between two steps, the cheapest first: (đồng/m² more, whose ground)."""
    prize: Decimal = field(init=False)
    """What a step that must be filled is worth: more than any way over the steps can cost."""

    def __post_init__(self) -> None:
        count = len(self.steps)
        self.prices = [[*(g.costs.get(step) for step in range(count - 1)), ZERO] for g in self.grounds]
        self.placed = [[ZERO] * count for _ in self.grounds]
        self.held = [ZERO] * count
        self.queues = {}
        dearest = max((abs(c) for g in self.grounds for c in g.costs.values()), default=ZERO)
        self.prize = 1 + 2 * (count + 1) * dearest

    def cost(self) -> Decimal | None:
        for part, ground in enumerate(self.grounds):
            left = ground.high
            while left > 0:
                path = self._cheapest(part)
                if not path:
                    return None
                left -= self._send(part, path, left)
        if any(held < bounds[0] for held, bounds in zip(self.held, self.steps, strict=True)):
            return None
        return sum((a * (c or ZERO) for areas, prices in zip(self.placed, self.prices, strict=True)
                    for a, c in zip(areas, prices, strict=True) if a), ZERO)  # fmt: skip

    def _room(self, part: int, step: int) -> Decimal | None:
        """What more of the part may go there; None: any amount."""
        if step < len(self.steps) - 1:
            return None
        ground = self.grounds[part]
        return ground.high - ground.low - self.placed[part][step]

    def _cheapest(self, part: int) -> list[tuple[int, int]]:
        """The cheapest way for more of ``part``: (who moves, to which step), one moving the next on; [] for none."""
        reach: dict[int, Decimal] = {}
        ways: dict[int, list[tuple[int, int]]] = {}
        for step, price in enumerate(self.prices[part]):
            if price is not None and self._room(part, step) != 0:
                reach[step], ways[step] = price, [(part, step)]
        moves = list(self._moves())
        for _ in self.steps:
            changed = False
            for source, target, price, who in moves:
                nearer = source in reach and (target not in reach or reach[source] + price < reach[target])
                if nearer and all(step != target for _, step in ways[source]):
                    reach[target], ways[target] = reach[source] + price, [*ways[source], (who, target)]
                    changed = True
            if not changed:
                break
        ends = {
            step: far - self._prize_of(step) for step, far in reach.items() if self.held[step] < self.steps[step][1]
        }
        return ways[min(ends, key=lambda step: (ends[step], step))] if ends else []

    def _prize_of(self, step: int) -> Decimal:
        return self.prize if self.held[step] < self.steps[step][0] else ZERO

    def _moves(self) -> Iterator[tuple[int, int, Decimal, int]]:
        """The cheapest move of placed ground between each two steps: (from, to, đồng/m² more, whose ground)."""
        for (source, target), queue in self.queues.items():
            while queue and not self._can(queue[0][1], source, target):
                heapq.heappop(queue)
            if queue:
                price, who = queue[0]
                yield source, target, price, who

    def _can(self, who: int, source: int, target: int) -> bool:
        return self.placed[who][source] > 0 and self._room(who, target) != 0

    def _offer(self, who: int) -> None:
        """Queue every move that the part can make now; what it no longer can is found when it comes to the front."""
        prices = self.prices[who]
        for source, area in enumerate(self.placed[who]):
            for target, price in enumerate(prices) if area else ():
                if price is not None and target != source and self._room(who, target) != 0:
                    heapq.heappush(
                        self.queues.setdefault((source, target), []), (price - (prices[source] or ZERO), who)
                    )

    def _send(self, part: int, path: Sequence[tuple[int, int]], left: Decimal) -> Decimal:
        """Send as much along the path as every move on it has; gives how much that was."""
        end = path[-1][1]
        bounds = self.steps[end]
        wanted = bounds[0] if self.held[end] < bounds[0] else bounds[1]
        limits = [left, wanted - self.held[end]]
        for index, (who, step) in enumerate(path):
            room = self._room(who, step)
            limits += [] if room is None else [room]
            limits += [self.placed[who][path[index - 1][1]]] if index else []
        sent = min(limits)
        for index, (who, step) in enumerate(path):
            self.placed[who][step] += sent
            if index:
                self.placed[who][path[index - 1][1]] -= sent
        self.held[end] += sent
        for who in {who for who, _ in path}:
            self._offer(who)
        return sent
