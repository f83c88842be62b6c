"""What a case costs at least and at most where its areas may lie anywhere, in every order of using the limit.

What one square metre costs on each step of the limit (``tariff``) gives the cost of parts that take nothing from each
other by a product; where they share a limit ``limit`` gives the ends of each item exactly, for any number of parts.
The ends of the total are those of the sum, never narrower than the truth: rounding makes them up to 2 đồng wider, and
the cap of the registration fee and compensation, where they bite for some of the areas only, somewhat more.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from decimal import Decimal, localcontext

from landinfo import limit
from landinfo.charges import registration_cap
from landinfo.costing import Costing, total_of
from landinfo.levy.terms import ZERO
from landinfo.limit import BEYOND, FREE, INSIDE, SECOND
from landinfo.money import dong
from landinfo.settled import ANY, State
from landinfo.spread import Bounds, Ground
from landinfo.tariff import Metre, Metres

EXACT = 100
"""Digits with which areas are added and taken apart: none is ever rounded."""
ITEMS = 3


@dataclass(frozen=True, slots=True)
class Amounts:
    """Levy or rent, registration fee and rice-land payment in đồng (None: not known), and the sum of those known.

    Where areas are open each is an end of its own, so that they need not add up.
    """

    items: tuple[Decimal | None, ...]
    total: Decimal | None


class Reach:
    """The ends of one case under one regime: ``State.area`` is "likely" (as told), "least" or "most"."""

    def __init__(self, costing: Costing) -> None:
        self.costing = costing
        case = costing.case
        self.cap: Decimal | None = registration_cap(case.days.declared or case.on, costing.rules)
        self.areas = {
            "likely": [p.area for p in case.parts],
            "least": [p.area_low for p in case.parts],
            "most": [p.area_high for p in case.parts],
        }
        self.most = case.together or sum(self.areas["most"], ZERO)
        self._ends: dict[tuple[object, ...], Decimal] = {}

    def amounts(self, state: State, metres: Metres) -> Amounts:
        """What ``state`` costs; ``metres``: its square metres."""
        found = self._apart(state, metres)
        if found is not None:
            return found
        if state.area == "likely" and state.holding != ANY:
            amounts = tuple(cost.amount for cost in self.costing.costs(state))
            return Amounts(amounts, total_of(amounts))
        return _End(self, state, metres).amounts()

    def _apart(self, state: State, metres: Metres) -> Amounts | None:
        """The sum of parts that cost the same whatever the others do; None: they share a limit, or one area.

        No square metre costs less than nothing, so that the least of each part is at its smallest, the most at its
        largest.
        """
        case, open_ = self.costing.case, state.area != "likely"
        if any(len(part) > 1 for part in metres) or (open_ and len(metres) > 1 and case.together is not None):
            return None
        ground = [
            (area, high if open_ else area, metre)
            for area, high, (metre,) in zip(self.areas[state.area], self.areas["most"], metres, strict=True)
            if area or open_
        ]
        room = sum((high for _, high, metre in ground if metre.levy is None or FREE not in metre.levy), ZERO)
        if ZERO < state.limit < room and any(len(metre.levy or ()) > 1 for *_, metre in ground) and len(ground) > 1:
            return None
        levies = [_levied(area, metre, state.limit, room) for area, _, metre in ground]
        fees = [None if metre.fee is None else area * metre.fee for area, _, metre in ground]
        rices = [None if metre.rice is None else area * metre.rice for area, _, metre in ground]
        levied, fee, rice = _sum(levies), _sum(fees), _sum(rices)
        items = (
            None if levied is None else dong(max(ZERO, levied - case.compensation)),
            None if fee is None else dong(fee if self.cap is None else min(fee, self.cap)),
            None if rice is None else dong(rice),
        )
        return Amounts(items, total_of(items))

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


def _levied(area: Decimal, metre: Metre, limit: Decimal, room: Decimal) -> Decimal | None:
    """The levy of a part that is alone, or that no other takes any of the limit from; ``room``: m² that may need it."""
    if metre.levy is None:
        return None
    if FREE in metre.levy:
        return area * metre.levy[FREE]
    if limit >= room:
        return area * metre.levy[INSIDE]
    if metre.open:
        return None
    inside = min(area, limit)
    second = min(area - inside, limit) if SECOND in metre.levy else ZERO
    found = (area - inside - second) * metre.levy[BEYOND] + inside * metre.levy[INSIDE]
    return found + second * metre.levy[SECOND] if second else found


def _sum(amounts: Sequence[Decimal | None]) -> Decimal | None:
    """None where one is not known."""
    total = ZERO
    for amount in amounts:
        if amount is None:
            return None
        total += amount
    return total


class _End:
    """One end of one state: the least, or with ``State.area`` "most" the most."""

    def __init__(self, reach: Reach, state: State, parts: Metres) -> None:
        self.reach, self.state, self.parts = reach, state, parts
        self.most = state.area == "most"
        self.pick: Callable[..., Decimal] = max if self.most else min
        case = reach.costing.case
        self.given = case.compensation
        self.cap = reach.cap
        every, room = [m for part in parts for m in part], state.limit >= reach.most
        self.levy_known = all(m.levy is not None and (room or not m.open) for m in every)
        self.fee_known, self.rice_known = (all(getattr(m, n) is not None for m in every) for n in ("fee", "rice"))

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
