"""What a case costs at least and at most where its areas may lie anywhere, in every order of using the limit.

What one square metre costs on each step of the limit (``tariff``) gives the cost of parts that take nothing from each
other by a product; where they share a limit ``limit`` gives the ends of each item exactly, for any number of parts.
The ends of the total are those of the sum, never narrower than the truth: rounding makes them up to 2 đồng wider, and
the cap of the registration fee and compensation, where they bite for some of the areas only, somewhat more.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal, localcontext
from functools import cached_property
from typing import NamedTuple

from landinfo import limit
from landinfo.charges import registration_cap
from landinfo.costing import Costing, total_of
from landinfo.levy.terms import ZERO
from landinfo.limit import BEYOND, FREE, INSIDE, SECOND
from landinfo.model import light
from landinfo.money import dong
from landinfo.settled import ANY, State
from landinfo.spread import Bounds, Ground
from landinfo.states import Groups
from landinfo.tariff import Changes, Metre, Metres, Priced, Table, declared
from landinfo.units import Levied, Unit

EXACT = 100
"""Digits with which areas are added and taken apart: none is ever rounded."""
ITEMS = 3


@light
@dataclass(frozen=True, slots=True)
class Amounts:
    """Levy or rent, registration fee and rice-land payment in đồng (None: not known), and the sum of those known.

    Where areas are open each is an end of its own, so that they need not add up.
    """

    items: tuple[Decimal | None, ...]
    total: Decimal | None


class Tried(NamedTuple):
    """What a case comes to in each state that may cost something else.

    ``items``: of the levy or rent, the fee and the rice-land payment every amount that some state has; ``totals`` by
    state; ``groups``: by dimension the sets of states (indices) that differ in it alone.
    """

    items: tuple[Sequence[Decimal | None], ...]
    totals: Sequence[Decimal | None]
    groups: Groups


class Reach:
    """The ends of one case under one regime: ``State.area`` is "likely" (as told), "least" or "most"."""

    def __init__(self, costing: Costing) -> None:
        self.costing = costing
        case = costing.case
        self.cap: Decimal | None = registration_cap(case.days.declared or case.on, costing.rules)
        self.given = case.compensation
        self.areas = {
            "likely": [p.area for p in case.parts],
            "least": [p.area_low for p in case.parts],
            "most": [p.area_high for p in case.parts],
        }
        self._ends: dict[tuple[object, ...], Decimal] = {}

    @cached_property
    def most(self) -> Decimal:
        """m² that may be converted at most."""
        return self.costing.case.together or sum(self.areas["most"], ZERO)

    def tried(self, priced: Priced) -> Tried:
        """What the case comes to at its ends."""
        table = priced.tariff.table
        if table is not None and not self._shared(table):
            return self._by_item(table)
        ends = [self.amounts(*end) for end in priced.ends]
        items = tuple(zip(*(end.items for end in ends), strict=True))
        return Tried(items, [end.total for end in ends], priced.groups)

    def _shared(self, table: Table) -> bool:
        """Do parts share a limit, or one area?"""
        case = self.costing.case
        if len(case.parts) == 1:
            return False
        if case.together is not None and any(of != "likely" for _, of, _ in table.levies):
            return True
        return any(ZERO < limit < self._room_of(levied, of) for levied, of, limit in table.levies)

    def _by_item(self, table: Table) -> Tried:
        """Each item once for all ends that have it in common."""
        levies = [self._levied(*each) for each in table.levies]
        fees = [self._fee(*each) for each in table.fees]
        rices = [self._rice(*each) for each in table.rices]
        totals = [total_of((levies[levied], fees[fee], rices[rice])) for levied, fee, rice in table.ends]
        return Tried((levies, fees, rices), totals, table.groups)

    def changed(self, priced: Priced, changes: Changes) -> Amounts:
        """What the likely state with ``changes`` costs."""
        if priced.tariff.table is None or len(self.costing.case.parts) > 1:
            return self.amounts(*priced.metres(changes))
        state, ((levied, fee, rice),) = priced.tariff.told(changes)
        of = state.area
        return _amounts(self._levied((levied,), of, state.limit), self._fee((fee,), of), self._rice((rice,), of))

    def _levied(self, levied: Sequence[Levied], of: str, limit: Decimal) -> Decimal | None:
        """The levy or rent of parts that share no limit."""
        room, total = self._room_of(levied, of), ZERO
        if len(levied) == 1:
            part = self.costing.case.parts[0]
            if limit < room and not levied[0].anywhere:
                return self._payable(_on_steps(room, levied[0].cost(part), limit, room))
            cost = levied[0].within(part)
            return self._payable(None if cost is None else room * cost)
        for each, part, area in zip(levied, self.costing.case.parts, self.areas[of], strict=True):
            if limit >= room or each.anywhere:
                cost = each.within(part)
                amount = None if cost is None else area * cost
            else:
                amount = _on_steps(area, each.cost(part), limit, room)
            if amount is not None:
                total += amount
            elif area or of != "likely":
                return None
        return self._payable(total)

    def _room_of(self, levied: Sequence[Levied], of: str) -> Decimal:
        """m² of all parts that may need the limit."""
        areas = self.areas[of]
        if len(levied) == 1:
            return areas[0]
        return sum((area for each, area in zip(levied, areas, strict=True) if not each.anywhere), ZERO)

    def _fee(self, units: Sequence[Unit | None], of: str) -> Decimal | None:
        parts = self.costing.case.parts
        return self._capped(self._sum_of(units, of, [(p.price, declared(p)) for p in parts]))

    def _rice(self, units: Sequence[Unit | None], of: str) -> Decimal | None:
        found = self._sum_of(units, of, [(p.price, p.target_price) for p in self.costing.case.parts])
        return None if found is None else dong(found)

    def _sum_of(
        self, units: Sequence[Unit | None], of: str, at: Sequence[tuple[Decimal | None, Decimal | None]]
    ) -> Decimal | None:
        """A charge before cap and rounding; ``at``: of each part the prices of the old and the new use."""
        total = ZERO
        for unit, area, prices in zip(units, self.areas[of], at, strict=True):
            cost = None if unit is None else unit.cost(*prices)
            if cost is not None:
                total += area * cost
            elif area or len(at) == 1 or of != "likely":
                return None
        return total

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
        areas = self.areas[state.area]
        if len(metres) == 1 and len(metres[0]) == 1:
            area, metre = areas[0], metres[0][0]
            return self._sum(*_costs(area, metre, state.limit, area))
        open_ = state.area != "likely"
        if any(len(part) > 1 for part in metres) or (open_ and self.costing.case.together is not None):
            return None
        ground = [(area, metre) for area, (metre,) in zip(areas, metres, strict=True) if area or open_]
        room = self._room(metres, "most" if open_ else "likely")
        if ZERO < state.limit < room and any(FREE not in metre.levy for _, metre in ground):
            return None
        costs = [_costs(area, metre, state.limit, room) for area, metre in ground]
        return self._sum(*(_known_sum(item) for item in zip(*costs, strict=True)))

    def _room(self, metres: Metres, area: str) -> Decimal:
        """m² of all parts that may need the limit."""
        areas = zip(self.areas[area], metres, strict=True)
        return sum((a for a, (metre,) in areas if FREE not in metre.levy), ZERO)

    def _sum(self, levied: Decimal | None, fee: Decimal | None, rice: Decimal | None) -> Amounts:
        return _amounts(self._payable(levied), self._capped(fee), None if rice is None else dong(rice))

    def _payable(self, levied: Decimal | None) -> Decimal | None:
        if levied is None:
            return None
        return dong(max(ZERO, levied - self.given) if self.given else levied)

    def _capped(self, fee: Decimal | None) -> Decimal | None:
        if fee is None:
            return None
        return dong(fee if self.cap is None or fee < self.cap else self.cap)

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


def _amounts(levied: Decimal | None, fee: Decimal | None, rice: Decimal | None) -> Amounts:
    items = levied, fee, rice
    return Amounts(items, total_of(items))


def _costs(
    area: Decimal, metre: Metre, limit: Decimal, room: Decimal
) -> tuple[Decimal | None, Decimal | None, Decimal | None]:
    """Levy, fee and rice-land payment of a part that is alone, or that no other takes any of the limit from.

    ``room``: m² that may need the limit.
    """
    fee = None if metre.fee is None else area * metre.fee
    rice = None if metre.rice is None else area * metre.rice
    return _on_steps(area, metre.levy, limit, room), fee, rice


def _on_steps(area: Decimal, steps: Mapping[int, Decimal | None], limit: Decimal, room: Decimal) -> Decimal | None:
    if FREE in steps or limit >= room:
        cost = steps.get(FREE, steps.get(INSIDE))
        return None if cost is None else area * cost
    inside = min(area, limit)
    second = min(area - inside, limit) if SECOND in steps else ZERO
    placed = ((BEYOND, area - inside - second), (INSIDE, inside), (SECOND, second))
    return _known_sum([None if (cost := steps[step]) is None else on * cost for step, on in placed if on])


def _known_sum(amounts: Sequence[Decimal | None]) -> Decimal | None:
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
        self.levy_known = not any(
            cost is None for m in every for step, cost in m.levy.items() if step in (FREE, INSIDE) or not room
        )
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
                for step, known in metre.levy.items() if levied else ((FREE, ZERO),):
                    cost = known or ZERO
                    costs[step] = self.pick(costs.get(step, cost + more), cost + more)
            grounds.append(Ground(*self._bounds(index), costs))
        return self.reach.end(grounds, self.state)
