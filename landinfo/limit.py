"""What ground of several parts costs at least and at most when it shares one allotment limit, in every order.

Eligible ground (Resolution 254 art. 10.2(c)) takes the limit before other ground, and then one more limit at the second
rate. How far the limit is filled is not known beforehand: each way is solved by itself (``spread``), the best counts.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from decimal import Decimal

from landinfo import spread
from landinfo.spread import Bounds, Ground

INSIDE, SECOND, BEYOND, FREE = range(4)
"""Steps: within the limit; within one more limit (eligible ground alone); over it; ground that takes nothing of it."""
ZERO = Decimal(0)


def least(grounds: Sequence[Ground], limit: Decimal, together: Bounds) -> Decimal | None:
    """The least cost of ground whose areas sum within ``together``; None: they cannot. ``limit`` in m²."""
    return min(_ends(grounds, limit, together), default=None)


def most(grounds: Sequence[Ground], limit: Decimal, together: Bounds) -> Decimal | None:
    """The most that it costs where as much of the limit is used as can be."""
    turned = [replace(g, costs={step: -cost for step, cost in g.costs.items()}) for g in grounds]
    found = least(turned, limit, together)
    return None if found is None else -found


def _ends(grounds: Sequence[Ground], limit: Decimal, together: Bounds) -> Iterator[Decimal]:
    for laid, steps in _laid(_unstepped(grounds), limit):
        cost = spread.least(laid, steps, together)
        if cost is not None:
            yield cost


def _unstepped(grounds: Sequence[Ground]) -> list[Ground]:
    """Where no other ground costs less or more over the limit, none of it matters for the limit."""
    other = [g for g in grounds if INSIDE in g.costs and SECOND not in g.costs]
    if any(g.costs[INSIDE] != g.costs.get(BEYOND) or FREE in g.costs for g in other):
        return list(grounds)
    return [replace(g, costs={FREE: g.costs[INSIDE]}) if g in other else g for g in grounds]


def _laid(grounds: Sequence[Ground], limit: Decimal) -> Iterator[tuple[list[Ground], list[Bounds]]]:
    """Each way in which the limit may be filled: on what the ground may stand, and what each step holds (m²)."""
    room = sum((g.high for g in grounds), ZERO)
    any_, none, within, full = (ZERO, room), (ZERO, ZERO), (ZERO, limit), (limit, limit)
    yield _on(grounds, {INSIDE}, {INSIDE}), [within, none, none, any_]
    if sum((g.high for g in grounds if INSIDE in g.costs), ZERO) <= limit:
        return
    yield _on(grounds, {INSIDE}, {INSIDE, BEYOND}), [full, none, any_, any_]
    if any(SECOND in g.costs for g in grounds):
        yield _on(grounds, {INSIDE, SECOND}, {BEYOND}), [full, within, any_, any_]
        yield _on(grounds, {INSIDE, SECOND, BEYOND}, {BEYOND}), [full, full, any_, any_]


def _on(grounds: Sequence[Ground], eligible: set[int], other: set[int]) -> list[Ground]:
    allowed = [{FREE, *(eligible if SECOND in g.costs else other)} for g in grounds]
    return [
        replace(g, costs={step: cost for step, cost in g.costs.items() if step in steps})
        for g, steps in zip(grounds, allowed, strict=True)
    ]
