"""The states of a case, apart by what each item depends on: neither areas nor prices count here.

Cases that differ in areas and prices alone share them, and they are kept (``of``).
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import NamedTuple

from landinfo import unknowns
from landinfo.case import Case
from landinfo.costing import fee_key, levy_key, rice_key
from landinfo.levy.terms import ONE, Rules
from landinfo.once import Asked
from landinfo.settled import ANY, State
from landinfo.unknowns import Space

KEPT = 512
PLACING = ("limit", "area", "order")
"""Dimensions that say where ground lies: what its square metre costs does not depend on them."""
Groups = tuple[tuple[tuple[int, ...], ...], ...]
"""By dimension the sets of ends (indices) that differ in it alone."""
Ends = tuple[tuple[State, int], ...]
"""States, and which of some ways each has (an index)."""


class Way(NamedTuple):
    """Which of the distinct states of ``States`` say what each item costs (indices)."""

    levy: int
    fee: int
    rice: int


@dataclass(frozen=True, slots=True)
class States:
    """What a case leaves open, and its distinct states.

    ``levies``, ``fees``, ``rices``: states of one m² (``of_a_metre``) that differ in what the item depends on.
    ``ways``: the items of each way in which ground may be held, for all states that have them in common; ``ends``: a
    state and which of ``ways`` it has.
    """

    space: Space
    levies: tuple[State, ...]
    fees: tuple[State, ...]
    rices: tuple[State, ...]
    ways: tuple[tuple[Way, ...], ...]
    ends: Ends
    groups: Groups


def key(case: Case, regime: str) -> tuple[Hashable, ...]:
    """Equal for cases that differ in areas and prices alone, or in terms and coefficients that are told."""
    parts = tuple(
        (p.land_use, p.rent, p.rent_after, p.term_left_months is None, p.k_price is None, p.k_target is None)
        for p in case.parts
    )
    told = tuple(case.facts.items())
    opened = unknowns.area_open(case), unknowns.differ(case)
    return (regime, case.on, case.convert_to, case.land_user, told, *opened, parts)


def of(case: Case, regime: str, rules: Rules) -> States:
    """The states of ``case`` under a regime. Raises ``BadInput``: a rate outside the law's band."""
    return _kept(Asked(rules, key(case, regime), (case, regime, rules)))


@lru_cache(KEPT)
def _kept(asked: Asked[tuple[Case, str, Rules]]) -> States:
    space = unknowns.space(*asked.take())
    sorts = _Sorts()
    inner = [n for n, d in enumerate(space.dimensions) if d.name not in PLACING]
    placed = [n for n, d in enumerate(space.dimensions) if d.name in PLACING]
    ways: dict[tuple[Way, ...], int] = {}
    held: dict[tuple[int, ...], int] = {}
    found: dict[Hashable, int] = {}
    ends: list[tuple[State, int]] = []
    chosen: dict[tuple[int, ...], int] = {}
    for which in space.combinations():
        same = tuple(which[n] for n in inner)
        if same not in held:
            held[same] = ways.setdefault(sorts.ways(space.state(which)), len(ways))
        key = held[same], tuple(which[n] for n in placed)
        if key not in found:
            found[key] = len(ends)
            ends.append((space.state(which), held[same]))
        chosen[which] = found[key]
    groups = tuple(_groups(index, chosen) for index in range(len(space.dimensions)))
    levies, fees, rices = sorts.distinct()
    return States(space, levies, fees, rices, tuple(ways), tuple(ends), groups)


def apart(ends: Ends, groups: Groups, same: Sequence[int]) -> tuple[Ends, Groups]:
    """The ends that may cost something else, and their groups; ``same``: of each way one that costs as much."""
    found: dict[Hashable, int] = {}
    kept: list[tuple[State, int]] = []
    renamed = []
    for state, way in ends:
        # an order counts where areas are as told: where they are open every order is looked through
        key = (state.area, state.limit, state.order if state.area == "likely" else "", same[way])
        if key not in found:
            found[key] = len(kept)
            kept.append((state, same[way]))
        renamed.append(found[key])
    return tuple(kept), tuple(distinct({renamed[end] for end in group} for group in among) for among in groups)


def of_a_metre(state: State) -> State:
    """The state of one m² that has a limit of one m²."""
    return replace(state, area="likely", order="even", limit=ONE)


class _Sorts:
    def __init__(self) -> None:
        self._found: tuple[dict[Hashable, tuple[int, State]], ...] = ({}, {}, {})

    def ways(self, state: State) -> tuple[Way, ...]:
        held = ("recognised", "annual") if state.holding == ANY else (state.holding,)
        return tuple(self.way(replace(state, holding=each)) for each in held)

    def way(self, state: State) -> Way:
        metre = of_a_metre(state)
        return Way(*(self._index(sort, key_of, metre) for sort, key_of in enumerate(_KEYS)))

    def _index(self, sort: int, key_of: Callable[[State], Hashable], state: State) -> int:
        found = self._found[sort]
        return found.setdefault(key_of(state), (len(found), state))[0]

    def distinct(self) -> tuple[tuple[State, ...], ...]:
        return tuple(tuple(state for _, state in found.values()) for found in self._found)


_KEYS = (levy_key, fee_key, rice_key)


def _groups(index: int, chosen: Mapping[tuple[int, ...], int]) -> tuple[tuple[int, ...], ...]:
    groups: dict[tuple[int, ...], set[int]] = {}
    for which, end in chosen.items():
        groups.setdefault(which[:index] + which[index + 1 :], set()).add(end)
    return distinct(groups.values())


def distinct(groups: Iterable[AbstractSet[int]]) -> tuple[tuple[int, ...], ...]:
    """Each set of two or more once, in order."""
    return tuple(dict.fromkeys(tuple(sorted(each)) for each in groups if len(each) > 1))
