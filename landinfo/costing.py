"""What a case costs in one settled state: the levy or the rent, and each charge, as lines in đồng.

Results are kept by what each item depends on, because the range asks for many states that differ in little.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Sequence
from dataclasses import dataclass, fields, replace
from datetime import date
from decimal import Decimal
from operator import attrgetter

from landinfo import charges, law, levy, reductions, rent
from landinfo.case import Case, Part
from landinfo.levy.terms import AGRICULTURAL, BUSINESS, ONE, ZERO, Line, Rules, Settled, Terms, of_term
from landinfo.model import Citation, Notice, light
from landinfo.money import DONG, dong
from landinfo.permission import registered_only
from landinfo.reductions import POOR_HOUSING
from landinfo.settled import EACH_PART, WAYS, State, grounded

_SHARED = tuple(f.name for f in fields(Settled))
_OF_SHARED = attrgetter(*_SHARED)
_LEVY = attrgetter(*_SHARED, "free_limit", "area", "term", "rent", "rent_rate", "deduct", "annual_k")
_FEE = attrgetter("area", "term", "rent", "once_residential", "fee_due", "holding", "allocated", "recognised_pays")


@light
@dataclass(frozen=True, slots=True)
class Regime:
    """The levy function, its name, its law, the day its rates are read on, and whether K counts."""

    function: levy.Levy
    name: str
    cited: Citation
    day: date
    with_k: bool = True


@light
@dataclass(frozen=True, slots=True)
class Cost:
    """One item in one state: exact lines, and their sum rounded to 1 đồng (None: an input is not known)."""

    code: str
    lines: tuple[Line, ...]
    amount: Decimal | None

    @property
    def exact(self) -> Decimal | None:
        """The sum of the lines before rounding."""
        return None if self.amount is None else sum((line.amount or ZERO for line in self.lines), ZERO)


def total_of(items: Sequence[Decimal | None]) -> Decimal | None:
    """The sum of an estimate's items, the levy or rent first: None without it; charges not known are left out."""
    total = items[0]
    if total is None:
        return None
    for amount in items[1:]:
        if amount is not None:
            total += amount
    return total


def cost(code: str, lines: Sequence[Line]) -> Cost:
    amounts = [line.amount for line in lines if line.amount is not None]
    known = len(amounts) == len(lines)
    return Cost(code, tuple(lines), dong(sum(amounts, ZERO)) if known else None)


class Costing:
    """The costs of one case under one regime."""

    def __init__(self, case: Case, regime: Regime, rules: Rules) -> None:
        self.case, self.regime, self.rules = case, regime, rules
        self.leased = case.convert_to in BUSINESS
        self.code = "land_rent" if self.leased else "levy"
        self._free_uses = self._without()
        self._terms: tuple[State, Terms] | None = None
        self._kept: dict[tuple[Hashable, ...], Cost] = {}
        self._parts: dict[tuple[Hashable, ...], list[Part]] = {}

    def costs(self, state: State) -> tuple[Cost, ...]:
        """Levy or rent first, then the charges."""
        return self.levy(state), self.registration(state), self.rice(state)

    def charges(self, state: State) -> tuple[Cost, ...]:
        """As ``costs``, where no formula gives the levy or the rent."""
        return Cost(self.code, (), None), self.registration(state), self.rice(state)

    def levy(self, state: State) -> Cost:
        """The levy after reduction and compensation, or the rent."""
        return self._keep(levy_key(state), lambda: cost(self.code, self._levy_lines(state)))

    def _keep(self, key: tuple[Hashable, ...], make: Callable[[], Cost]) -> Cost:
        if key not in self._kept:
            self._kept[key] = make()
        return self._kept[key]

    def gross(self, state: State) -> Cost:
        """The levy or the rent before reduction and compensation."""
        return self._keep(("gross", *_levy_key(state)), lambda: cost("gross", self._gross(state)))

    def _levy_lines(self, state: State) -> list[Line]:
        gross = list(self.gross(state).lines)
        if any(line.amount is None for line in gross):
            return gross
        group, share = state.reduced
        day = self.regime.day
        gross += reductions.reduction(gross, group, share, day, self.rules)
        return gross + reductions.compensation(
            gross, self.case.compensation, day, self.rules, "rent" if self.leased else "levy"
        )

    def free(self, part: Part) -> bool:
        """No permission is needed to convert this part, and no levy is due."""
        return part.land_use in self._free_uses

    def _without(self) -> tuple[str, ...]:
        """The uses that are converted without permission."""
        rule = law.in_force(self.rules["levy_without_permission"].values, self.case.on)
        if rule is None or rule.value is None:
            return ()
        return tuple(p.land_use for p in self.case.parts if registered_only(p.land_use, self.case.convert_to))

    def _gross(self, state: State) -> list[Line]:
        parts = self.parts(state)
        if not self._free_uses:
            return self._levied(parts, state)
        levied = [p for p in parts if not self.free(p)]
        lines = [self._without_permission(p) for p in parts if self.free(p)]
        return lines + self._levied(levied, state) if levied else lines

    def _without_permission(self, part: Part) -> Line:
        cited = law.on(self.rules["levy_without_permission"], self.case.on).citation
        words = {"target": self.case.convert_to, "use": part.land_use}
        return Line(part.id, Notice("levy-without-permission", words), (), ZERO, (cited,))

    def _levied(self, parts: Sequence[Part], state: State) -> list[Line]:
        terms = self.terms(state)
        if self.leased and state.rent in EACH_PART:
            return self._each_part(parts, state)
        if self.leased:
            return self._rent(parts, terms, state)
        if state.once_residential:
            cited = terms.value("levy_once_residential")[1]
            return [Line("", Notice("levy-once-residential"), (), ZERO, (cited,))]
        return self.regime.function(parts, terms)

    def _each_part(self, levied: Sequence[Part], state: State) -> list[Line]:
        """Each part by itself, the way of paying that costs it least or most."""
        kept = {p.id for p in levied}
        ways = [replace(state, rent=way) for way in WAYS]
        pick = min if state.rent == "least" else max
        found = []
        for each in zip(*([p for p in self.parts(way) if p.id in kept] for way in ways), strict=True):
            lines = [self._rent([part], self.terms(way), way)[0] for part, way in zip(each, ways, strict=True)]
            unknown = [line for line in lines if line.amount is None]
            found.append(unknown[0] if unknown else pick(lines, key=lambda line: line.amount or ZERO))
        return found

    def _rent(self, parts: Sequence[Part], terms: Terms, state: State) -> list[Line]:
        once = [p for p in parts if rent.mode(p) == "one_off"]
        yearly = [p for p in parts if rent.mode(p) == "annual"]
        lines = rent.one_off(once, terms, deduct=state.deduct)
        if yearly:
            cited = law.on(self.rules["rent_rate"], self.case.on).citation
            lines += rent.annual(yearly, terms, state.rent_rate, cited, with_k=state.annual_k)
        return lines

    def parts(self, state: State) -> list[Part]:
        """The ground in ``state``."""
        key = (state.area, state.term, state.rent, state.allocated)
        if key not in self._parts:
            self._parts[key] = grounded(self.case, state, self.rules)
        return self._parts[key]

    def terms(self, state: State) -> Terms:
        """What the law and ``state`` say, for the formulas; the last is kept, for it is asked for again."""
        kept = self._terms
        if kept is None or kept[0] is not state:
            self._terms = kept = state, self._settled(state)
        return kept[1]

    def _settled(self, state: State) -> Terms:
        settled = dict(zip(_SHARED, _OF_SHARED(state), strict=True))
        settled["order"] = state.free_limit or state.order
        settled["with_k"] = self.regime.with_k and state.with_k
        return Terms(
            **settled,
            on=self.regime.day,
            rules=self.rules,
            organisation=self.case.land_user == "organisation",
            reduced=state.reduced[1],
        )

    def registration(self, state: State) -> Cost:
        """The registration fee on the day of declaration; nothing where the law exempts."""
        return self._keep(fee_key(state), lambda: self._registration(state))

    def _registration(self, state: State) -> Cost:
        day = self.case.days.declared or self.case.on
        parts = self.parts(state)
        liable = [p for p in parts if self._liable(p, state)]
        why = self._exempt(parts, state, due=bool(liable))
        if why is not None:
            return cost("registration_fee", charges.exempt(why, day, self.rules))
        shares = [of_term(p.term_left_months or ZERO, self.terms(state)) if self.leased else ONE for p in liable]
        amount, lines = charges.registration_fee(liable, shares, day, self.rules)
        return Cost("registration_fee", tuple(lines), None if amount is None else dong(amount))

    def _exempt(self, parts: Sequence[Part], state: State, *, due: bool) -> str | None:
        """``due``: of some part the fee may be due."""
        if not state.fee_due:
            return charges.PAID_BEFORE
        if self.case.convert_to in AGRICULTURAL:
            return "charge-registration-farming"
        if state.once_residential:
            return "charge-registration-no-levy"
        if not due:
            yearly = self.leased and not all(map(self.free, parts))
            return "charge-registration-annual" if yearly else "charge-registration-no-levy"
        return "charge-registration-poor" if state.reduced[0] in POOR_HOUSING and not self.leased else None

    def _liable(self, part: Part, state: State) -> bool:
        """Annual rent is exempt, and ground on which no levy is due (regime A: recognised long-term land)."""
        if self.free(part):
            return False
        if self.leased:
            return rent.mode(part) == "one_off"
        return not (self.regime.name == "2014-07-01" and levy.pays_nothing(part, self.terms(state)))

    def rice(self, state: State) -> Cost:
        """The rice-land payment; no lines where there is no such land or no such rule."""
        return self._keep(rice_key(state), lambda: cost("rice_land_payment", self._rice(state)))

    def _rice(self, state: State) -> list[Line]:
        floor, cited = charges.rice_floor(self.case.on, self.rules)
        if floor is None or cited is None or self.case.convert_to in AGRICULTURAL or not state.rice_due:
            return []
        told = self.case.facts.get("rice_rate")
        rate = told if isinstance(told, Decimal) else floor
        return charges.rice_payment(self.parts(state), rate, cited, not isinstance(told, Decimal))


def levy_key(state: State) -> tuple[Hashable, ...]:
    """Equal for states in which the levy or the rent is the same."""
    return ("levy", *_levy_key(state), state.reduced)


def fee_key(state: State) -> tuple[Hashable, ...]:
    """Equal for states in which the registration fee is the same."""
    return ("registration", *_FEE(state), state.reduced[0])


def rice_key(state: State) -> tuple[Hashable, ...]:
    """Equal for states in which the rice-land payment is the same."""
    return ("rice", state.area, state.rice_due)


def _levy_key(state: State) -> tuple[Hashable, ...]:
    """What the levy depends on; land once residential depends on nothing."""
    if state.once_residential:
        return ("once",)
    # the order counts with what a reduction leaves of each part; spread evenly it does not
    reduced = state.reduced[1] if state.free_limit or state.order != "even" else ZERO
    return (reduced, *_LEVY(state))


def apportioned(lines: Sequence[Line], amount: Decimal) -> tuple[Line, ...]:
    """Lines rounded to 1 đồng that sum to ``amount``: largest remainder, deductions among them."""
    exact = [line.amount or ZERO for line in lines]
    floors = [a.to_integral_value("ROUND_FLOOR") for a in exact]
    left = int(amount - sum(floors, ZERO))
    order = sorted(range(len(exact)), key=lambda i: (floors[i] - exact[i], i))
    for i in order[:left]:
        floors[i] += DONG
    return tuple(
        Line(line.part, line.formula, line.inputs, a, line.citations, line.inside, line.with_k)
        for line, a in zip(lines, floors, strict=True)
    )
