"""What of a case nobody told: which values each unknown may take, and which of them is likely.

Unknowns are tried, not guessed. Those that only act together are one dimension (the limbs of art. 10.2(c) make ground
eligible or not); a number is tried at the bounds that the law gives it, and wherever the cost may turn between them.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from itertools import product
from typing import Any

from landinfo import law, reductions
from landinfo.case import Case, Part
from landinfo.levy.terms import AGRICULTURAL, BUSINESS, RESIDENTIAL, ZERO, Rules
from landinfo.model import BadInput
from landinfo.rent import mode
from landinfo.settled import ANY, EACH_PART, WAYS, Reduced, State

LIMBS = (
    "same_parcel_as_recognised_residential",
    "garden_pond_origin_separated",
    "split_by_survey_before_2014_07_01",
)
GARDEN = ("garden_pond_of_house_parcel", "garden_pond_origin_separated")
TRIED = {
    "order": ("dear_first", "cheap_first"),
    "area": ("least", "most"),
    "term": ("low", "high"),
    "k": ("low", "high"),
}


ROOM = Decimal("Infinity")
"""A limit of m² that has room for all of any parcel."""


@dataclass(frozen=True, slots=True)
class Dimension:
    """One thing that is open: the field of ``State``, its extremes, and the facts that would settle it."""

    name: str
    values: tuple[Any, ...]
    facts: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Space:
    """The likely state of a case and everything that could stand otherwise."""

    likely: State
    dimensions: tuple[Dimension, ...]

    def combinations(self) -> Iterator[tuple[int, ...]]:
        """Every combination of extremes, as the index of each dimension's value.

        Open areas are looked through in every order of using the limit (``reach``): then the order is not tried too.
        """
        names = [d.name for d in self.dimensions]
        once = "order" if "area" in names else None
        return product(*(range(1 if d.name == once else len(d.values)) for d in self.dimensions))

    def state(self, chosen: Sequence[int]) -> State:
        """The state of one combination."""
        return replace(self.likely, **{d.name: d.values[i] for d, i in zip(self.dimensions, chosen, strict=True)})


def space(case: Case, regime: str, rules: Rules) -> Space:
    """The unknowns of ``case`` under a regime. Raises ``BadInput``: a rate outside the law's band."""
    found = [d for make in _MAKERS for d in make(_Asked(case, regime, rules))]
    likely = State(**{d.name: d.likely for d in found})
    return Space(likely, tuple(Dimension(d.name, d.values, d.facts) for d in found if len(d.values) > 1))


def may_be_eligible(case: Case, rules: Rules) -> bool:
    """May the ground fall under art. 10.2(c), as far as anybody told?"""
    return _Asked(case, "2026-01-01", rules).may_be_eligible


@dataclass(frozen=True, slots=True)
class _Asked:
    case: Case
    regime: str
    rules: Rules

    @property
    def facts(self) -> Mapping[str, Any]:
        return self.case.facts

    @property
    def household(self) -> bool:
        return self.case.land_user == "household"

    @property
    def housing(self) -> bool:
        return self.case.convert_to in RESIDENTIAL

    @property
    def leased(self) -> bool:
        return self.case.convert_to in BUSINESS

    @property
    def agricultural(self) -> list[Part]:
        return [p for p in self.case.parts if p.land_use in AGRICULTURAL]

    @property
    def may_be_eligible(self) -> bool:
        return True in _eligible_values(self)

    @property
    def may_be_reduced(self) -> bool:
        return self.household and self.housing and self.facts.get("reduction_group") != "none"

    def told(self, fact: str) -> bool | None:
        value: bool | None = self.facts.get(fact)
        return value


@dataclass(frozen=True, slots=True)
class _Open:
    name: str
    values: tuple[Any, ...]
    likely: Any
    facts: tuple[str, ...] = ()


def _both(told: bool | None) -> tuple[bool, ...]:
    return (False, True) if told is None else (told,)


def _any(asked: _Asked, names: tuple[str, ...]) -> tuple[bool, ...]:
    """What "one of these holds" may be."""
    told = [asked.told(n) for n in names]
    if True in told:
        return (True,)
    return (False, True) if None in told else (False,)


def _once(asked: _Asked) -> tuple[bool, ...]:
    """First conversion, on the parcel chosen; not told which parcel was chosen, it may be another."""
    first, chosen = asked.told("first_conversion"), asked.told("chosen_parcel")
    if first is False or chosen is False:
        return (False,)
    return (True,) if first and chosen else (False, True)


def _eligible_values(asked: _Asked) -> tuple[bool, ...]:
    if asked.regime != "2026-01-01" or not (asked.household and asked.housing and asked.agricultural):
        return (False,)
    return tuple(sorted({limb and once for limb in _any(asked, LIMBS) for once in _once(asked)}))


def _eligible(asked: _Asked) -> Iterator[_Open]:
    values = _eligible_values(asked)
    limb = any(asked.told(name) for name in LIMBS)
    once = asked.told("first_conversion") is not False and asked.told("chosen_parcel") is not False
    facts = [name for name in LIMBS if asked.told(name) is None and not limb]
    facts += ["first_conversion"] if asked.told("first_conversion") is None else []
    facts += ["chosen_parcel"] if asked.told("first_conversion") and asked.told("chosen_parcel") is None else []
    yield _Open("eligible", values, True in values and limb and once, tuple(facts))


def _garden(asked: _Asked) -> Iterator[_Open]:
    """Art. 5.2(a) is for households; organisations follow art. 5.1."""
    if asked.regime != "2014-07-01" or not (asked.household and asked.housing and asked.agricultural):
        return
    values = _any(asked, GARDEN)
    split = "split_by_survey_before_2014_07_01"
    if values == (False,) and asked.told(split) is not False:
        # split off by the survey it counts if that was before 01/7/2004, of which nobody is asked the day
        yield _Open("garden", (False, True), False, (split,) if asked.told(split) is None else ())
        return
    same = asked.told("same_parcel_as_recognised_residential") and asked.told(GARDEN[0]) is None
    # agricultural ground in one parcel with recognised housing is its garden (Land Law 2013 art. 103.6)
    facts = tuple(f for f in GARDEN if asked.told(f) is None)
    yield _Open("garden", values, values == (True,) or (bool(same) and True in values), facts)


def _once_residential(asked: _Asked) -> Iterator[_Open]:
    """Land Law 31/2024 art. 121.3; the law before it had no such rule."""
    if asked.housing and asked.regime != "2014-07-01":
        told = asked.told("was_residential_before")
        yield _Open("once_residential", _both(told), bool(told), ("was_residential_before",))


def _untold(part: Part) -> bool:
    return part.rent is None and part.term_left_months is None


def _allocated(asked: _Asked) -> Iterator[_Open]:
    """Not allocated and nothing told of the lease: between nothing deducted (annual rent) and all (a whole term)."""
    told = asked.told("allocated_without_fee")
    if told is None and any(p.rent is None or asked.leased for p in asked.agricultural):
        yield _Open("allocated", (False, True), True, ("allocated_without_fee",))
    elif told is False and asked.housing and any(map(_untold, asked.agricultural)):
        yield _Open("allocated", (False, True), False, ("rent", "term_left_months"))
    else:
        yield _Open("allocated", (told is not False,), told is not False)


def _holding(asked: _Asked) -> Iterator[_Open]:
    other = [p for p in asked.case.parts if p.land_use not in AGRICULTURAL]
    if asked.housing and any(map(_untold, other)):
        # of regime A recognised ground takes nothing of the limit, so that some of it may leave more for the rest
        mixed = asked.regime == "2014-07-01" and isinstance(asked.facts.get("allotment_limit"), Decimal)
        each = (ANY,) if mixed and asked.household and len(asked.case.parts) > 1 else ()
        yield _Open("holding", ("recognised", "annual", *each), "recognised", ("rent",))


def _limit(asked: _Asked) -> Iterator[_Open]:
    given = asked.facts.get("allotment_limit")
    if isinstance(given, Decimal):
        yield _Open("limit", (given,), given)
        return
    # of former Bình Dương none is known: the smallest of old Ho Chi Minh City stands for it
    likely: Decimal = law.on(asked.rules["allotment_limit_elsewhere"], asked.case.on).value
    matters = asked.household and asked.housing
    if matters and asked.regime == "2014-07-01":
        # with K the cost may turn anywhere between: each part by itself is within the limit or over it
        yield _Open("limit", (likely,), likely)
        yield _Open("free_limit", ("least", "most"), "", ("allotment_limit",))
        return
    matters = matters and (asked.may_be_eligible or asked.may_be_reduced)
    yield _Open("limit", (ZERO, ROOM) if matters else (likely,), likely, ("allotment_limit",))


def _order(asked: _Asked) -> Iterator[_Open]:
    stepped = asked.may_be_eligible or asked.may_be_reduced or asked.regime == "2014-07-01"
    if asked.household and asked.housing and stepped and differ(asked.case):
        yield _Open("order", TRIED["order"], "even")


def differ(case: Case) -> bool:
    """Does a square metre of one part cost something else than of another?"""
    if len(case.parts) == 1:
        return False
    kinds = {(p.price, p.target_price, p.k_price, p.k_target, p.land_use, p.rent, p.term_left_months)
             for p in case.parts}  # fmt: skip
    return len(kinds) > 1


def _area(asked: _Asked) -> Iterator[_Open]:
    if area_open(asked.case):
        yield _Open("area", TRIED["area"], "likely")


def area_open(case: Case) -> bool:
    """Are areas open? Asked for together, those that are full or empty, and one part alone, are not."""
    open_ = [p for p in case.parts if p.area_low != p.area_high]
    if case.together is not None:
        low, high = sum((p.area_low for p in case.parts), ZERO), sum((p.area_high for p in case.parts), ZERO)
        return len(open_) > 1 and low < case.together < high
    return bool(open_)


def _term(asked: _Asked) -> Iterator[_Open]:
    once = [p for p in asked.case.parts if p.term_left_months is None]
    if any(p.rent == "one_off" or (asked.leased and p.rent is None) for p in once):
        yield _Open("term", TRIED["term"], "likely", ("term_left_months",))


def _k(asked: _Asked) -> Iterator[_Open]:
    if asked.regime == "2014-07-01" and any(p.k_price is None or p.k_target is None for p in asked.case.parts):
        yield _Open("k", TRIED["k"], "likely")


def _rent(asked: _Asked) -> Iterator[_Open]:
    """Each part may be leased its own way: of several, the least and the most of each are tried too."""
    open_ = sum(p.rent is None for p in asked.case.parts)
    if asked.leased and open_:
        values = WAYS if open_ == 1 else (*WAYS, *EACH_PART)
        yield _Open("rent", values, "one_off", ("rent",))


def _rent_rate(asked: _Asked) -> Iterator[_Open]:
    if not asked.leased or all(mode(p) == "one_off" for p in asked.case.parts):
        return
    band = law.on(asked.rules["rent_rate"], asked.case.on).value
    low, high = band["low"], band["high"]
    told = asked.facts.get("rent_rate")
    if isinstance(told, Decimal):
        if not low <= told <= high:
            raise BadInput("rate-outside-band", "fact.rent_rate", value=told, low=low, high=high)
        yield _Open("rent_rate", (told,), told)
    else:
        yield _Open("rent_rate", (low, high), (low + high) / 2, ("rent_rate",))


def _reduced(asked: _Asked) -> Iterator[_Open]:
    if not asked.may_be_reduced:
        return
    group = asked.facts.get("reduction_group")
    if group is None:
        yield _Open("reduced", (("none", ZERO), _MOST_REDUCED), ("none", ZERO), ("reduction_group",))
    else:
        values = tuple((group, share) for share in reductions.shares(group, asked.case.on, asked.rules))
        yield _Open("reduced", values, values[0])


_MOST_REDUCED: Reduced = ("poor_specially_difficult", Decimal(1))


def _rice_due(asked: _Asked) -> Iterator[_Open]:
    """Not open (whether a household that only converts owes it is a reading); a rate below the law's is refused."""
    told, floor = asked.facts.get("rice_rate"), law.in_force(asked.rules["rice_land_rate"].values, asked.case.on)
    if isinstance(told, Decimal) and floor is not None and told < floor.value:
        raise BadInput("rate-below-floor", "fact.rice_rate", value=told, low=floor.value)
    yield _Open("rice_due", (True,), True)


def _fee_due(asked: _Asked) -> Iterator[_Open]:
    """Paid before for this land: no rule says what is due then, the tax office decides between nothing and all."""
    told = asked.told("fee_paid_before")
    facts = ("fee_paid_before",) if told is None else ()
    yield _Open("fee_due", (True,) if told is False else (False, True), told is not True, facts)


_MAKERS = (
    _once_residential, _eligible, _garden, _allocated, _holding, _rent, _term, _limit, _reduced, _fee_due, _rice_due,
    _rent_rate, _order, _area, _k,
)  # fmt: skip
