"""Where in its parts an area that may lie anywhere costs most and least."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from decimal import Decimal
from itertools import permutations, product, zip_longest

from landinfo.case import Case, Part
from landinfo.charges import RICE
from landinfo.levy.terms import AGRICULTURAL, ZERO

MOST_CORNERS, MOST_TURNS = 5, 3
"""Parts up to which every corner of an area that may lie anywhere is tried, and every place where its cost turns."""


def allotted(case: Case, turns: Sequence[Decimal | None]) -> Iterator[tuple[Decimal, ...]]:
    """An area that may lie anywhere, put where it may cost most and least.

    With the limits out of play the cost is linear in the areas, so its extremes are fillings in some order; it also
    turns where the first parts of an order reach the limit, or twice the limit (``turns``; None: no such place). Of
    many parts only the likely orders are tried.
    """
    count = len(case.parts)
    if count > MOST_CORNERS:
        yield from (_filled(case, order) for order in _likely_orders(case.parts))
        return
    turns = turns if count <= MOST_TURNS else (None,)
    for order in permutations(range(count)):
        for caps in product(turns, repeat=count - 1):
            yield _filled(case, order, caps)


def _likely_orders(parts: Sequence[Part]) -> Iterator[list[int]]:
    """By each thing that levy, fee and rice-land payment grow with, at each rate that agricultural land may have."""
    rates = (Decimal("0.3"), Decimal("0.5"), Decimal(1))

    def levied(rate: Decimal) -> Callable[[Part], Decimal]:
        return lambda p: ((p.target_price or ZERO) - (p.price or ZERO)) * (rate if p.land_use in AGRICULTURAL else 1)

    keys: tuple[Callable[[Part], Decimal], ...] = (
        *map(levied, rates),
        lambda p: p.target_price or ZERO,
        lambda p: p.price or ZERO,
        lambda p: Decimal(p.land_use in AGRICULTURAL),
        lambda p: (p.price or ZERO) if p.land_use in RICE else ZERO,
    )
    for key in keys:
        for dearest_first in (False, True):
            yield sorted(range(len(parts)), key=lambda i: key(parts[i]), reverse=dearest_first)


def _filled(case: Case, order: Sequence[int], caps: Sequence[Decimal | None] = ()) -> tuple[Decimal, ...]:
    """The area put into the parts in ``order``; ``caps`` bound what the first, the first two … hold together."""
    areas = [p.area_low for p in case.parts]
    left = (case.together or ZERO) - sum(areas, ZERO)
    held = ZERO
    for i, cap in zip_longest(order, caps):
        held += areas[i]
        more = min(left, case.parts[i].area_high - areas[i])
        if cap is not None:
            more = min(more, max(ZERO, cap - held))
        areas[i], left, held = areas[i] + more, left - more, held + more
    for i in order:
        more = min(left, case.parts[i].area_high - areas[i])
        areas[i], left = areas[i] + more, left - more
    return tuple(areas)
