"""What one square metre costs at any price: by every formula of ``levy``, ``rent`` and ``charges`` it is
max(0, a × price of the new use − b × price of the old one).

The formulas themselves are asked, at a few prices, for a and b; ``tests/test_units.py`` compares with them at any
price.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable
from dataclasses import replace
from decimal import Decimal, localcontext
from functools import lru_cache
from typing import NamedTuple

from landinfo import levy
from landinfo.case import Case, Part
from landinfo.costing import Costing, Regime, fee_key, rice_key
from landinfo.levy.terms import AGRICULTURAL, ONE, ZERO, Rules
from landinfo.limit import BEYOND, FREE, INSIDE, SECOND
from landinfo.once import Asked, once
from landinfo.settled import EACH_PART, WAYS, State

DEAR = Decimal(10) ** 9
"""đồng/m² at which formulas are asked: dearer than anything deducted at 1 đồng/m², and below the cap of the fee."""
KEPT, STATES = 1024, 256
"""Kinds of ground that a process keeps, and states of each."""
HALF = Decimal("0.5")
EXACT = 50
"""Digits with which they are asked, twice those with which they reckon."""


class Unit(NamedTuple):
    """One m²: max(0, ``new`` × price of the new use − ``old`` × price of the old use), đồng.

    ``needs_new``, ``needs_old``: without that price the cost is not known.
    """

    new: Decimal
    old: Decimal
    needs_new: bool
    needs_old: bool

    def cost(self, price: Decimal | None, target: Decimal | None) -> Decimal | None:
        """đồng; None: not known."""
        if (target is None and self.needs_new) or (price is None and self.needs_old):
            return None
        found = self.new * (target or ZERO) - self.old * (price or ZERO)
        return found if found > 0 else ZERO


class Levied(NamedTuple):
    """The levy or rent of one m²: ``steps`` by step of the limit, the first one first, or of ``among`` the ``least`` or
    the most.

    A unit that is None is not known at any price. ``bounded``: with one of ``among`` not known nothing is, else the
    other is the least.
    """

    steps: tuple[tuple[int, Unit | None], ...]
    among: tuple[Unit | None, ...] = ()
    least: bool = False
    bounded: bool = True

    @property
    def anywhere(self) -> bool:
        """Does it cost the same, however much of the limit is left?"""
        return bool(self.among) or self.steps[0][0] == FREE

    def within(self, part: Part) -> Decimal | None:
        """đồng within the limit, or where ground takes nothing of it (None: not known)."""
        if self.among:
            return self._picked(part)
        unit = self.steps[0][1]
        return None if unit is None else unit.cost(part.price, part.target_price)

    def cost(self, part: Part) -> dict[int, Decimal | None]:
        """đồng by step (None: not known)."""
        if self.among:
            return {FREE: self._picked(part)}
        at = part.price, part.target_price
        return {step: None if unit is None else unit.cost(*at) for step, unit in self.steps}

    def _picked(self, part: Part) -> Decimal | None:
        costs = [None if unit is None else unit.cost(part.price, part.target_price) for unit in self.among]
        known = [cost for cost in costs if cost is not None]
        if len(known) == len(costs):
            return min(known) if self.least else max(known)
        return costs[0] if self.least and not self.bounded else None


class Kind:
    """Ground of one kind in cases of one kind: the units of a square metre in any state, kept as they are asked."""

    def __init__(self, case: Case, part: Part, regime: Regime, rules: Rules) -> None:
        self._of = case, part, regime, rules
        self._levied: dict[State, Levied] = {}
        self._charges: dict[Hashable, Unit | None] = {}

    def levied(self, state: State) -> Levied:
        """The levy or rent; ``state`` is that of one m² (``states.of_a_metre``)."""
        return once(self._levied, state, STATES, lambda: _Probe(*self._of).levied(state))

    def fee(self, state: State) -> Unit | None:
        """The registration fee, before its cap."""
        return once(self._charges, fee_key(state), STATES, lambda: _Probe(*self._of).fee(state))

    def rice(self, state: State) -> Unit | None:
        """The rice-land payment."""
        return once(self._charges, rice_key(state), STATES, lambda: _Probe(*self._of).rice(state))


def of(case: Case, part: Part, regime: Regime, rules: Rules) -> Kind:
    """The kind of a part of a case: nothing else of both enters the formulas of a square metre, but prices."""
    ground = (part.land_use, part.k_price, part.k_target, part.term_left_months, part.rent, part.rent_after)
    days = (regime.name, regime.day, regime.with_k, case.on, case.days.declared)
    key = (*days, case.convert_to, case.land_user, case.facts.get("rice_rate"), ground)
    return _kind(Asked(rules, key, (case, part, regime, rules)))


@lru_cache(KEPT)
def _kind(asked: Asked[tuple[Case, Part, Regime, Rules]]) -> Kind:
    return Kind(*asked.take())


class _Probe:
    """One m² of one part of a case, asked at a few prices."""

    def __init__(self, case: Case, part: Part, regime: Regime, rules: Rules) -> None:
        self._part = part
        at = (ZERO, DEAR), (ONE, DEAR), (ZERO, None), (None, DEAR)
        self._at = [Costing(_one_metre(case, part, *prices), regime, rules) for prices in at]

    def levied(self, state: State) -> Levied:
        costing, agricultural = self._at[0], self._part.land_use in AGRICULTURAL
        if costing.leased and state.rent in EACH_PART:
            ways = tuple(self._levy(replace(state, rent=way)) for way in WAYS)
            return Levied((), ways, state.rent == "least")
        if costing.leased or state.once_residential or costing.free(self._part):
            return Levied(((FREE, self._levy(state)),))
        if costing.regime.name == "2014-07-01" and levy.pays_nothing(self._part, costing.terms(state)):
            return Levied(((FREE, self._levy(state)),))
        if state.free_limit:
            # of whatever limit all of the part lies within it or all over it; a K that nobody knows has no bound
            told = replace(state, free_limit="")
            limits = self._levy(told), self._levy(replace(told, limit=ZERO))
            return Levied((), limits, state.free_limit == "least", bounded=False)
        inside, over = self._levy(state), self._levy(replace(state, limit=ZERO))
        if not (state.eligible and agricultural):
            return Levied(((INSIDE, inside), (BEYOND, over)))
        # half of the m² lies within the limit, half within one more
        return Levied(
            ((INSIDE, inside), (BEYOND, over), (SECOND, _less(self._levy(replace(state, limit=HALF)), inside)))
        )

    def fee(self, state: State) -> Unit | None:
        return self._unit(lambda costing: costing.registration(state).exact)

    def rice(self, state: State) -> Unit | None:
        return self._unit(lambda costing: costing.rice(state).exact)

    def _levy(self, state: State) -> Unit | None:
        return self._unit(lambda costing: costing.levy(state).exact)

    def _unit(self, ask: Callable[[Costing], Decimal | None]) -> Unit | None:
        with localcontext(prec=EXACT):
            whole, less, *without = map(ask, self._at)
            if whole is None or less is None:
                return None
            new_unknown, old_unknown = (found is None for found in without)
            return Unit(whole / DEAR, whole - less, new_unknown, old_unknown)


def _less(half: Unit | None, inside: Unit | None) -> Unit | None:
    if half is None or inside is None:
        return None
    return half._replace(new=2 * half.new - inside.new, old=2 * half.old - inside.old)


def _one_metre(case: Case, part: Part, price: Decimal | None, target: Decimal | None) -> Case:
    one = replace(part, area=ONE, area_low=ONE, area_high=ONE, price=price, target_price=target, declared_price=None)
    return replace(case, parts=(one,), together=None, compensation=ZERO)
