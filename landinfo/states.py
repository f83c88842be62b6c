"""The states of a case, apart by what each item depends on: neither areas nor prices count here.

Cases that differ in areas and prices alone share them, and they are kept (``of``).
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable, Mapping
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, replace
from decimal import Decimal
from functools import lru_cache
from typing import Generic, TypeVar

from landinfo import unknowns
from landinfo.case import Case
from landinfo.costing import fee_key, levy_key, rice_key
from landinfo.levy.terms import ONE, ZERO, Rules
from landinfo.settled import ANY, State
from landinfo.unknowns import Space

KEPT = 512
HALF = Decimal("0.5")
T = TypeVar("T")
Stepped = tuple[State, State, State]
"""One state with a limit of one m², of none and of half a one."""


class Asked(Generic[T]):
    """What a value is made of and the key that tells it from others: the argument of a function that keeps values.

    A kept key holds its rules, so that no other rules can have their ``id``.
    """

    __slots__ = ("_hash", "key", "of")

    def __init__(self, key: tuple[Hashable, ...], of: T) -> None:
        self.key, self.of, self._hash = key, of, hash(key)

    def __hash__(self) -> int:
        return self._hash

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Asked) and self.key == other.key


@dataclass(frozen=True, slots=True)
class Way:
    """Which of the distinct states of ``States`` say what each item costs (indices)."""

    levy: int
    fee: int
    rice: int


@dataclass(frozen=True, slots=True)
class States:
    """What a case leaves open, and its distinct states.

    ``levies``, ``fees``, ``rices``: states that differ in what the item depends on, with all areas as told; of the levy
    each with a limit of one m², of none and of half a one. ``ends``: a state and, of each way in which ground may be held in it, its items. ``groups``: by
    dimension the sets of ends (indices) that differ in it alone.
    """

    space: Space
    levies: tuple[Stepped, ...]
    fees: tuple[State, ...]
    rices: tuple[State, ...]
    ends: tuple[tuple[State, tuple[Way, ...]], ...]
    groups: tuple[tuple[tuple[int, ...], ...], ...]


def key(case: Case, regime: str, rules: Rules) -> tuple[Hashable, ...]:
    """Equal for cases that differ in areas and prices alone."""
    parts = tuple(
        (p.land_use, p.rent, p.rent_after, p.term_left_months is None, p.k_price is None, p.k_target is None)
        for p in case.parts
    )
    told = tuple(case.facts.items())
    opened = unknowns.area_open(case), unknowns.differ(case)
    return (id(rules), regime, case.on, case.convert_to, case.land_user, told, *opened, parts)


def of(case: Case, regime: str, rules: Rules) -> States:
    """The states of ``case`` under a regime. Raises ``BadInput``: a rate outside the law's band."""
    return _kept(Asked(key(case, regime, rules), (case, regime, rules)))


@lru_cache(KEPT)
def _kept(asked: Asked[tuple[Case, str, Rules]]) -> States:
    space = unknowns.space(*asked.of)
    sorts = _Sorts()
    ends: dict[Hashable, int] = {}
    found: list[tuple[State, tuple[Way, ...]]] = []
    chosen: dict[tuple[int, ...], int] = {}
    for which, state in space.states():
        ways = sorts.ways(state)
        # an order counts where areas are as told: where they are open every order is looked through
        end = (state.area, state.limit, state.order if state.area == "likely" else "", ways)
        if end not in ends:
            ends[end] = len(found)
            found.append((state, ways))
        chosen[which] = ends[end]
    groups = tuple(_groups(index, chosen) for index in range(len(space.dimensions)))
    levies, fees, rices = sorts.distinct()
    return States(space, tuple(map(stepped, levies)), fees, rices, tuple(found), groups)


def stepped(state: State) -> Stepped:
    return replace(state, limit=ONE), replace(state, limit=ZERO), replace(state, limit=HALF)


class _Sorts:
    def __init__(self) -> None:
        self._found: tuple[dict[Hashable, tuple[int, State]], ...] = ({}, {}, {})

    def ways(self, state: State) -> tuple[Way, ...]:
        held = ("recognised", "annual") if state.holding == ANY else (state.holding,)
        return tuple(self.way(replace(state, holding=each)) for each in held)

    def way(self, state: State) -> Way:
        metre = replace(state, area="likely", order="even", limit=ONE)
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
