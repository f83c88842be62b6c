"""What a case costs at least and at most where its areas may lie anywhere, in every order of using the limit.

In a settled state the cost of a part is linear in its area on each step of the limit. What one square metre costs there
(asked of ``Costing``, which knows the law) and ``limit`` give the ends of each item exactly, for any number of parts.
The ends of the total are those of the sum, never narrower than the truth: rounding makes them up to 2 đồng wider, and
the cap of the registration fee and compensation, where they bite for some of the areas only, somewhat more.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal, localcontext

from landinfo import levy, limit
from landinfo.case import Case
from landinfo.charges import registration_cap
from landinfo.costing import Costing, total_of
from landinfo.levy.terms import AGRICULTURAL, ONE, ZERO
from landinfo.limit import BEYOND, FREE, INSIDE, SECOND
from landinfo.money import dong
from landinfo.settled import ANY, State
from landinfo.spread import Bounds, Ground

EXACT = 100
"""Digits with which areas are added and taken apart: none is ever rounded."""
HALF = Decimal("0.5")
ITEMS = 3


@dataclass(frozen=True, slots=True)
class Amounts:
    """Levy or rent, registration fee and rice-land payment in đồng (None: not known), and the sum of those known.

    Where areas are open each is an end of its own, so that they need not add up.
    """

    items: tuple[Decimal | None, ...]
    total: Decimal | None


@dataclass(frozen=True, slots=True)
class Metre:
    """What one m² of a part costs, đồng: the levy or rent by step, the fee, the rice-land payment (None: not known)."""

    levy: dict[int, Decimal] | None
    fee: Decimal | None
    rice: Decimal | None


Metres = list[list[Metre]]
"""Of each part one square metre, in each way that the part may be held."""


class Reach:
    """The ends of one case under one regime: ``State.area`` is "likely" (as told), "least" or "most"."""

    def __init__(self, costing: Costing) -> None:
        self.costing = costing
        self._metres = [_of_one_metre(costing, index) for index in range(len(costing.case.parts))]
        self._most = costing.case.together or sum((p.area_high for p in costing.case.parts), ZERO)
        self._amounts: dict[State, Amounts] = {}
        self._settled: dict[State, Metres] = {}
        self._steps: dict[tuple[object, ...], dict[int, Decimal] | None] = {}
        self._same: dict[tuple[object, ...], Metre] = {}
        self._found: dict[tuple[object, ...], Amounts] = {}
        self._ends: dict[tuple[object, ...], Decimal] = {}

    def amounts(self, state: State) -> Amounts:
        """What ``state`` costs."""
        if state.area == "likely" and state.holding != ANY:
            found = tuple(cost.amount for cost in self.costing.costs(state))
            return Amounts(found, total_of(found))
        if state.order != "even":
            state = replace(state, order="even")  # every order is looked through
        if state not in self._amounts:
            self._amounts[state] = self._open(state)
        return self._amounts[state]

    def _open(self, state: State) -> Amounts:
        settled = replace(state, area="likely")
        parts = self._parts(settled)
        # states that differ in nothing that a square metre costs end alike; equal metres are one object
        key = (state.area, state.limit, *(tuple(map(id, part)) for part in parts))
        if key not in self._found:
            self._found[key] = _End(self, state, parts).amounts()
        return self._found[key]

    def _parts(self, settled: State) -> Metres:
        if settled not in self._settled:
            held = ("recognised", "annual") if settled.holding == ANY else (settled.holding,)
            ways = [settled if way == settled.holding else replace(settled, holding=way) for way in held]
            pairs = [(way, replace(way, limit=ONE)) for way in ways]
            self._settled[settled] = [
                [self._metre(index, way, inside) for way, inside in pairs] for index in range(len(self._metres))
            ]
        return self._settled[settled]

    def _metre(self, index: int, state: State, inside: State) -> Metre:
        """``inside``: the state with a limit of one m²."""
        costing, within = self._metres[index], state.limit >= self._most
        key = (index, within, inside.once_residential, inside.free_limit, *costing.levy_key(inside))
        if key not in self._steps:
            self._steps[key] = _by_step(costing, inside, within=within)
        steps, fee, rice = self._steps[key], costing.registration(state).exact, costing.rice(state).exact
        found = Metre(steps, fee, rice)
        return self._same.setdefault((None if steps is None else tuple(steps.items()), fee, rice), found)

    def end(self, grounds: Sequence[Ground], state: State) -> Decimal:
        """The least (the most) that ground of these costs a metre comes to."""
        key = (state.area == "most", state.limit, *((g.low, g.high, *g.costs.items()) for g in grounds))
        if key not in self._ends:
            with localcontext(prec=EXACT):
                self._ends[key] = self._end(grounds, state)
        return self._ends[key]

    def _end(self, grounds: Sequence[Ground], state: State) -> Decimal:
        asked = self.costing.case.together
        sums = (sum((g.low for g in grounds), ZERO), sum((g.high for g in grounds), ZERO))
        together = sums if asked is None or sums[0] == sums[1] else (asked, asked)
        found = (limit.most if state.area == "most" else limit.least)(grounds, state.limit, together)
        if found is None:
            raise ValueError("areas that no ground of the case has")
        return found


def _of_one_metre(costing: Costing, index: int) -> Costing:
    part = replace(costing.case.parts[index], area=ONE, area_low=ONE, area_high=ONE)
    case: Case = replace(costing.case, parts=(part,), together=None, compensation=ZERO)
    return Costing(case, costing.regime, costing.rules)


def _by_step(costing: Costing, state: State, *, within: bool) -> dict[int, Decimal] | None:
    """What the levy of the one m² of ``costing`` is on each step that it may stand on; None: not known.

    ``state`` has a limit of one m². ``within``: the true limit has room for all, so that nothing need be known of what
    lies over it.
    """
    inside = costing.levy(state).exact
    (part,) = costing.case.parts
    unlimited = costing.leased or state.once_residential or state.free_limit or costing.free(part)
    if unlimited or (costing.regime.name == "2014-07-01" and levy.pays_nothing(part, costing.terms(state))):
        return None if inside is None else {FREE: inside}
    over, half = (costing.levy(replace(state, limit=each)).exact for each in (ZERO, HALF))
    if inside is None or over is None or half is None:
        return {INSIDE: inside} if inside is not None and within else None
    if state.eligible and part.land_use in AGRICULTURAL:
        return {INSIDE: inside, SECOND: 2 * half - inside, BEYOND: over}
    return {INSIDE: inside, BEYOND: over}


class _End:
    """One end of one state: the least, or with ``State.area`` "most" the most."""

    def __init__(self, reach: Reach, state: State, parts: Metres) -> None:
        self.reach, self.state, self.parts = reach, state, parts
        self.most = state.area == "most"
        self.pick: Callable[..., Decimal] = max if self.most else min
        case = reach.costing.case
        self.given = case.compensation
        self.cap: Decimal | None = registration_cap(case.days.declared or case.on, reach.costing.rules)
        self.levy_known, self.fee_known, self.rice_known = (
            all(getattr(m, name) is not None for part in parts for m in part) for name in ("levy", "fee", "rice")
        )

    def amounts(self) -> Amounts:
        levied = dong(max(ZERO, self.lowest(levied=True) - self.given)) if self.levy_known else None
        fee = dong(self.capped(self.lowest(fee=True))) if self.fee_known else None
        rice = dong(self.lowest(rice=True)) if self.rice_known else None
        apart = total_of((levied, fee, rice))
        return Amounts((levied, fee, rice), None if apart is None else self.total(apart))

    def capped(self, fee: Decimal) -> Decimal:
        return fee if self.cap is None else min(fee, self.cap)

    def total(self, apart: Decimal) -> Decimal:
        """The end of the sum: not beyond ``apart``, the sum of the items' own ends, nor beyond the joint one.

        Rounding moves each item by up to half a đồng.
        """
        joint, off = self.joint(), Decimal(ITEMS) / 2
        if self.most:
            return min(apart, (joint + off).to_integral_value("ROUND_FLOOR"))
        return max(apart, (joint - off).to_integral_value("ROUND_CEILING"))

    def joint(self) -> Decimal:
        """max(0, levy − compensation) + min(fee, cap) + rice, bounded by each way in which both may turn out."""
        ways = [True, False] if self.given else [True]
        if self.most:
            return max(self._under_cap(levied) for levied in ways)
        return min(max(self._sum(levied, capped) for levied in ways) for capped in self._cap_ways())

    def _under_cap(self, levied: bool) -> Decimal:
        return min(self._sum(levied, capped) for capped in self._cap_ways())

    def _cap_ways(self) -> list[bool]:
        """May the fee be the cap?"""
        if self.cap is None or not self.fee_known:
            return [False]
        dearest = (max(m.fee or ZERO for m in part) for part in self.parts)
        most = sum((self._bounds(index)[1] * fee for index, fee in enumerate(dearest)), ZERO)
        return [False, True] if most > self.cap else [False]

    def _sum(self, levied: bool, capped: bool) -> Decimal:
        fixed = (-self.given if levied else ZERO) + ((self.cap or ZERO) if capped else ZERO)
        return fixed + self.lowest(levied=levied, fee=self.fee_known and not capped, rice=self.rice_known)

    def _bounds(self, index: int) -> Bounds:
        part = self.reach.costing.case.parts[index]
        return (part.area, part.area) if self.state.area == "likely" else (part.area_low, part.area_high)

    def lowest(self, *, levied: bool = False, fee: bool = False, rice: bool = False) -> Decimal:
        """The end of the sum of these items, neither rounded nor capped."""
        grounds = []
        for index, part in enumerate(self.parts):
            costs: dict[int, Decimal] = {}
            for metre in part:
                more = (metre.fee or ZERO if fee else ZERO) + (metre.rice or ZERO if rice else ZERO)
                for step, cost in (metre.levy or {}).items() if levied else ((FREE, ZERO),):
                    costs[step] = self.pick(costs.get(step, cost + more), cost + more)
            grounds.append(Ground(*self._bounds(index), costs))
        return self.reach.end(grounds, self.state)
