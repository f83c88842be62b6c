"""What one square metre of each part costs in every state that a case leaves open: the price list of one conversion.

In a settled state the cost of a part is linear in its area on each step of the limit, so nothing here depends on an
area: parcels that differ in areas alone share a tariff, which is kept (``of``).
"""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from functools import lru_cache

from landinfo import levy, states
from landinfo.case import Case, Part
from landinfo.costing import Costing, Regime
from landinfo.levy.terms import AGRICULTURAL, ONE, ZERO, Rules
from landinfo.limit import BEYOND, FREE, INSIDE, SECOND
from landinfo.settled import State
from landinfo.states import Asked, States, Stepped, Way

KEPT = 2048
"""Tariffs that a process keeps, of some 10 kB each."""


@dataclass(frozen=True, slots=True)
class Metre:
    """What one m² of a part costs, đồng: the levy or rent by step, the fee, the rice-land payment (None: not known).

    ``open``: what lies over the limit is not known.
    """

    levy: dict[int, Decimal] | None
    fee: Decimal | None
    rice: Decimal | None
    open: bool = False


Metres = tuple[tuple[Metre, ...], ...]
"""Of each part one square metre, in each way that the part may be held."""
End = tuple[State, Metres]


class Tariff:
    """The square metres of one case under one regime in all its states.

    ``ends``: what may cost something else, each by a state and its square metres; ``groups`` as in ``States``, of
    these ends.
    """

    def __init__(self, case: Case, regime: Regime, rules: Rules) -> None:
        found = states.of(case, regime.name, rules)
        self.space = found.space
        self._of = case, regime, rules
        self._told: dict[State, Metres] = {}
        self.ends, renamed = _told_apart(found, _metres(found, self._parts()))
        self.groups = tuple(
            states.distinct({renamed[end] for end in group} for group in groups) for groups in found.groups
        )

    def metres(self, state: State) -> Metres:
        """The square metres in any one state."""
        state = replace(state, area="likely", order="even", limit=ONE)
        if state not in self._told:
            found = [(_by_step(each, states.stepped(state)), each) for each in self._parts()]
            self._told[state] = tuple(
                (Metre(steps, each.registration(state).exact, each.rice(state).exact, over),)
                for (steps, over), each in found
            )
        return self._told[state]

    def _parts(self) -> list[Costing]:
        """Made anew when asked: what they keep of each state is much more than a tariff."""
        case, regime, rules = self._of
        return [Costing(_one_metre(case, part), regime, rules) for part in case.parts]


def _metres(found: States, parts: Sequence[Costing]) -> dict[tuple[Way, ...], Metres]:
    levies = [[_by_step(each, steps) for each in parts] for steps in found.levies]
    fees = [[each.registration(state).exact for each in parts] for state in found.fees]
    rices = [[each.rice(state).exact for each in parts] for state in found.rices]
    same: dict[Hashable, Metre] = {}

    def metre(way: Way, index: int) -> Metre:
        (steps, over), fee, rice = levies[way.levy][index], fees[way.fee][index], rices[way.rice][index]
        key = (index, over, None if steps is None else tuple(steps.items()), fee, rice)
        return same.setdefault(key, Metre(steps, fee, rice, over))

    return {
        ways: tuple(tuple(metre(way, index) for way in ways) for index in range(len(parts)))
        for ways in dict.fromkeys(ways for _, ways in found.ends)
    }


def _told_apart(found: States, metres: dict[tuple[Way, ...], Metres]) -> tuple[list[End], list[int]]:
    """The ends that differ in what they cost, and which of them each of the states' ends is."""
    ends: list[End] = []
    indices: dict[Hashable, int] = {}
    renamed = []
    for state, ways in found.ends:
        made = metres[ways]
        order = state.order if len(made) > 1 and state.area == "likely" else ""
        # equal metres are one object
        key = (state.area, state.limit, order, *(tuple(map(id, part)) for part in made))
        if key not in indices:
            indices[key] = len(ends)
            ends.append((state, made))
        renamed.append(indices[key])
    return ends, renamed


def of(case: Case, regime: Regime, rules: Rules) -> Tariff:
    """The tariff of ``case``. Raises ``BadInput``: a rate outside the law's band."""
    prices = tuple(
        (p.price, p.target_price, p.k_price, p.k_target, p.term_left_months, p.declared_price) for p in case.parts
    )
    key = (*states.key(case, regime.name, rules), regime.day, regime.with_k, case.days.declared, prices)
    return _kept(Asked(key, (case, regime, rules)))


@lru_cache(KEPT)
def _kept(asked: Asked[tuple[Case, Regime, Rules]]) -> Tariff:
    return Tariff(*asked.of)


def _one_metre(case: Case, part: Part) -> Case:
    one = replace(part, area=ONE, area_low=ONE, area_high=ONE)
    return replace(case, parts=(one,), together=None, compensation=ZERO)


def _by_step(costing: Costing, steps: Stepped) -> tuple[dict[int, Decimal] | None, bool]:
    """What the levy of the one m² of ``costing`` is on each step that it may stand on (None: not known).

    And whether what lies over the limit is not known.
    """
    state, none, half = steps
    inside = costing.levy(state).exact
    if inside is None:
        return None, False
    (part,) = costing.case.parts
    unlimited = costing.leased or state.once_residential or state.free_limit or costing.free(part)
    if unlimited or (costing.regime.name == "2014-07-01" and levy.pays_nothing(part, costing.terms(state))):
        return {FREE: inside}, False
    over = costing.levy(none).exact
    if over is None:
        return {INSIDE: inside}, True
    if state.eligible and part.land_use in AGRICULTURAL:
        return {INSIDE: inside, SECOND: 2 * (costing.levy(half).exact or ZERO) - inside, BEYOND: over}, False
    return {INSIDE: inside, BEYOND: over}, False
