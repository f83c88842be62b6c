"""What one square metre of each part costs in every state that a case leaves open: the price list of one conversion.

In a settled state the cost of a part is linear in its area on each step of the limit, and that of a square metre in
prices (``units``): a ``Tariff`` is made once for all cases that differ in areas and prices alone, and kept.
"""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from functools import cached_property, lru_cache
from typing import NamedTuple, TypeVar

from landinfo import questions, states, units
from landinfo.case import Case, Part
from landinfo.costing import Regime
from landinfo.levy.terms import ZERO, Rules
from landinfo.limit import BEYOND
from landinfo.once import Asked, once
from landinfo.questions import Open
from landinfo.settled import State
from landinfo.states import Ends, Groups
from landinfo.units import Kind, Levied, Unit
from landinfo.unknowns import ROOM, Space

KEPT = 512
T = TypeVar("T")
PATTERNS, READINGS = 256, 32
"""What a tariff keeps of one case: which square metres cost the same, and states beside those that are open."""


class Metre(NamedTuple):
    """What one m² of a part costs, đồng: the levy or rent by step, the fee, the rice-land payment (None: not known)."""

    levy: dict[int, Decimal | None]
    fee: Decimal | None
    rice: Decimal | None


Metres = tuple[tuple[Metre, ...], ...]
"""Of each part one square metre, in each way that the part may be held."""
End = tuple[State, Metres]
Units = tuple[Levied, Unit | None, Unit | None]
"""Levy or rent, registration fee and rice-land payment of one m² of a part."""


Changes = tuple[tuple[str, Hashable], ...]
"""What a state has otherwise than the likely one: (field, value)."""


class Table(NamedTuple):
    """The ends of parts that may each be held in one way, by what each item depends on beside areas and prices.

    ``levies``: what is levied of each part, of which of its areas, under which limit; ``fees`` and ``rices``: of each
    part, of which of its areas; ``ends``: which of each (indices); ``groups``: by dimension the sets of ``ends`` that
    differ in it alone.
    """

    levies: tuple[tuple[tuple[Levied, ...], str, Decimal], ...]
    fees: tuple[tuple[tuple[Unit | None, ...], str], ...]
    rices: tuple[tuple[tuple[Unit | None, ...], str], ...]
    ends: tuple[tuple[int, int, int], ...]
    groups: Groups


class Tariff:
    """The units of all cases that differ in areas and prices alone; the first of them stands for all."""

    def __init__(self, case: Case, regime: Regime, rules: Rules) -> None:
        self._of = case, regime, rules
        found = states.of(case, regime.name, rules)
        self.space: Space = found.space
        columns = [_column(kind, found) for kind in self._kinds()]
        self.units = [list(dict.fromkeys(column.values())) for column in columns]
        """Of each part the distinct ones."""
        numbered = [{way: own.index(each) for way, each in column.items()}
                    for own, column in zip(self.units, columns, strict=True)]  # fmt: skip
        ways = [tuple(tuple(column[way] for way in held) for column in numbered) for held in found.ways]
        first: dict[Hashable, int] = {}
        same = [first.setdefault(each, len(first)) for each in ways]
        self.ways: list[tuple[tuple[int, ...], ...]] = list(dict.fromkeys(ways))
        """Which of ``units`` hold in each of the ways of ``ends``: of each part, in each way that it may be held."""
        self.ends, self.groups = states.apart(found.ends, found.groups, same)
        self.table = self._table() if all(len(held) == 1 for way in self.ways for held in way) else None
        """None: there are several ways in which a part may be held."""
        self.open = questions.open_in(self.space)
        self._apart: dict[tuple[int, ...], tuple[Ends, Groups]] = {}
        self._told: dict[Changes, tuple[State, tuple[Units, ...]]] = {}

    def _kinds(self) -> list[Kind]:
        case, regime, rules = self._of
        return [units.of(case, part, regime, rules) for part in case.parts]

    def apart(self, same: tuple[int, ...]) -> tuple[Ends, Groups]:
        """``states.apart`` of the ends, kept: there are few patterns."""
        return once(self._apart, same, PATTERNS, lambda: states.apart(self.ends, self.groups, same))

    def told(self, changes: Changes) -> tuple[State, tuple[Units, ...]]:
        """The likely state with ``changes``, and the units of each part in it."""
        return once(self._told, changes, READINGS, lambda: self._changed(changes))

    def _changed(self, changes: Changes) -> tuple[State, tuple[Units, ...]]:
        state = replace(self.space.likely, **dict(changes))  # type: ignore[arg-type]
        return state, self._units(states.of_a_metre(state))

    def _table(self) -> Table:
        levies: dict[Hashable, tuple[int, tuple[tuple[Levied, ...], str, Decimal]]] = {}
        fees: dict[tuple[tuple[Unit | None, ...], str], int] = {}
        rices: dict[tuple[tuple[Unit | None, ...], str], int] = {}
        ends: dict[tuple[int, int, int], int] = {}
        renamed = []
        for state, way in self.ends:
            units = [own[n] for own, (n,) in zip(self.units, self.ways[way], strict=True)]
            levied, fee, rice = zip(*units, strict=True)
            counts = tuple(_counts(each, state.limit) for each in levied), state.area, _bounding(levied, state.limit)
            end = (
                levies.setdefault(counts, (len(levies), (levied, state.area, state.limit)))[0],
                fees.setdefault((fee, state.area), len(fees)),
                rices.setdefault((rice, state.area), len(rices)),
            )
            renamed.append(ends.setdefault(end, len(ends)))
        groups = tuple(states.distinct({renamed[end] for end in group} for group in among) for among in self.groups)
        return Table(tuple(each for _, each in levies.values()), tuple(fees), tuple(rices), tuple(ends), groups)

    def _units(self, metre: State) -> tuple[Units, ...]:
        return tuple((k.levied(metre), k.fee(metre), k.rice(metre)) for k in self._kinds())


def _counts(levied: Levied, limit: Decimal) -> Hashable:
    """Equal where the levy is, whatever areas and prices: not every step counts where a limit has room for all."""
    if levied.anywhere or limit not in (ZERO, ROOM):
        return levied
    inside = levied.steps[0][1]
    if limit:
        return inside
    # where there is no ground at all the cost within the limit is asked, of which only counts whether it is known
    return dict(levied.steps)[BEYOND], inside and (inside.needs_new, inside.needs_old)


def _bounding(levied: Sequence[Levied], limit: Decimal) -> Decimal | None:
    """The limit, where it counts."""
    return None if all(each.anywhere for each in levied) else limit


def _column(kind: Kind, found: states.States) -> dict[states.Way, Units]:
    levies, fees, rices = map(kind.levied, found.levies), map(kind.fee, found.fees), map(kind.rice, found.rices)
    items = list(levies), list(fees), list(rices)
    return {way: (items[0][way.levy], items[1][way.fee], items[2][way.rice]) for ways in found.ways for way in ways}


@dataclass(frozen=True)
class Priced:
    """A tariff at the prices of one case."""

    tariff: Tariff
    case: Case

    @property
    def space(self) -> Space:
        return self.tariff.space

    @property
    def open(self) -> Open:
        return self.tariff.open

    @property
    def ends(self) -> list[End]:
        """What may cost something else, each by a state and its square metres."""
        return self._found[0]

    @property
    def groups(self) -> Groups:
        """By dimension the sets of ``ends`` (indices) that differ in it alone."""
        return self._found[1]

    @cached_property
    def _found(self) -> tuple[list[End], Groups]:
        metres, shown = [], []
        for part, distinct in zip(self.case.parts, self.tariff.units, strict=True):
            found = [_metre(part, each) for each in distinct]
            first: dict[Hashable, int] = {}
            metres.append(found)
            shown.append([first.setdefault((*metre.levy.items(), *metre[1:]), len(first)) for metre in found])
        seen: dict[Hashable, int] = {}
        ways = self.tariff.ways
        same = tuple(seen.setdefault(_taken(shown, way), n) for n, way in enumerate(ways))
        ends, groups = self.tariff.apart(same)
        made = {n: _taken(metres, ways[n]) for n in set(same)}
        return [(state, made[way]) for state, way in ends], groups

    def metres(self, changes: Changes) -> tuple[State, Metres]:
        """The likely state with ``changes``, and its square metres."""
        state, told = self.tariff.told(changes)
        return state, tuple((_metre(part, each),) for part, each in zip(self.case.parts, told, strict=True))


def declared(part: Part) -> Decimal | None:
    """The price of the new use on the day on which the registration fee is declared."""
    return part.target_price if part.declared_price is None else part.declared_price


def _metre(part: Part, of_part: Units) -> Metre:
    levied, fee, rice = of_part
    return Metre(
        levied.cost(part),
        None if fee is None else fee.cost(part.price, declared(part)),
        None if rice is None else rice.cost(part.price, part.target_price),
    )


def _taken(of_parts: Sequence[Sequence[T]], way: tuple[tuple[int, ...], ...]) -> tuple[tuple[T, ...], ...]:
    return tuple(tuple(map(own.__getitem__, held)) for own, held in zip(of_parts, way, strict=True))


def of(case: Case, regime: Regime, rules: Rules) -> Priced:
    """The tariff of ``case``. Raises ``BadInput``: a rate outside the law's band."""
    told = tuple((p.k_price, p.k_target, p.term_left_months) for p in case.parts)
    key = (*states.key(case, regime.name), regime.day, regime.with_k, case.days.declared, told)
    return Priced(_kept(Asked(rules, key, (case, regime, rules))), case)


@lru_cache(KEPT)
def _kept(asked: Asked[tuple[Case, Regime, Rules]]) -> Tariff:
    return Tariff(*asked.take())
