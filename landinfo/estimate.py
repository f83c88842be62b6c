"""The conversion estimate: parts × prices × levy × charges, with a range over what nobody has told us.

Unknown facts are tried, not guessed: every combination of the facts that are open is computed, the least and the most
are the range. The levy never rises with the allotment limit, so the limit is tried at its bounds, 0 and the area.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from itertools import product

from landinfo import charges, law, levy, overlay
from landinfo.case import Case, Part
from landinfo.levy import AGRICULTURAL, BUSINESS, RESIDENTIAL, Levy, Line, Terms
from landinfo.model import Citation, Notice, Rule

DONG = Decimal(1)
LAND_LAW_2024 = date(2024, 8, 1)

LIKELY = {
    "same_parcel_as_recognised_residential": False,
    "garden_pond_of_house_parcel": False,
    "garden_pond_origin_separated": False,
    "split_by_survey_before_2014_07_01": False,
    "first_conversion": True,
    "allocated_without_fee": True,
    "was_residential_before": False,
    "fee_paid_before": False,
}
"""What the likely value takes where a fact is not told; ``chosen_parcel`` goes with ``first_conversion``."""

OPEN = {
    "2014-07-01": ("garden_pond_of_house_parcel", "garden_pond_origin_separated"),
    "2024-08-01": ("was_residential_before",),
    "2026-01-01": (
        "same_parcel_as_recognised_residential",
        "garden_pond_origin_separated",
        "split_by_survey_before_2014_07_01",
        "first_conversion",
        "was_residential_before",
    ),
}
"""The facts that can move the levy of a regime; ``allocated_without_fee`` only moves it when it is told to be false."""

Rules = Mapping[str, Rule]
Settled = dict[str, bool]


@dataclass(frozen=True, slots=True)
class Item:
    """The levy or one charge, rounded once to 1 đồng; its lines are apportioned to it and sum to ``amount``."""

    code: str
    amount: Decimal | None
    low: Decimal | None
    high: Decimal | None
    lines: tuple[Line, ...]
    reason: Notice | None = None


@dataclass(frozen=True, slots=True)
class Question:
    """A fact that only the land user can tell, what is taken without it, and how much it can move the levy (đồng)."""

    fact: str
    default: bool | None
    moves: Decimal | None


@dataclass(frozen=True, slots=True)
class Estimate:
    """Levy, charges and their sum: ``total`` is the likely value, ``low``/``high`` its range (None: no bound)."""

    regime: str
    law: Citation
    items: tuple[Item, ...]
    total: Decimal | None
    low: Decimal | None
    high: Decimal | None
    reason: Notice | None
    assumptions: tuple[Notice, ...]
    questions: tuple[Question, ...]
    not_included: tuple[Notice, ...]


def estimate(case: Case, rules: Rules) -> Estimate:
    """What converting ``case`` costs on its day.

    Raises ``CannotBeAnswered``: a day before 2014-07-01. Unknown prices make the levy None with a reason, never 0.
    """
    function, name, cited = levy.regime(case.on, rules)
    levied = _levied(case, function, name, rules)
    fee = _registration(case, rules)
    items = (levied, fee)
    return Estimate(
        regime=name,
        law=cited,
        items=items,
        total=_sum([i.amount for i in items]),
        low=_sum([i.low for i in items]),
        high=_sum([i.high for i in items]),
        reason=levied.reason or fee.reason,
        assumptions=tuple(_assumptions(case, name)),
        questions=tuple(_questions(case, function, name, rules)) if levied.reason is None else (),
        not_included=tuple(charges.not_included(case.parts, case.on, rules)),
    )


def _levied(case: Case, function: Levy, name: str, rules: Rules) -> Item:
    reason = _not_computable(case)
    if reason is not None:
        return Item("levy", None, None, None, (), reason)
    likely = _lines(case, function, _likely(case), rules)
    amount = _total(likely)
    tried = [_total(lines) for lines in _tried(case, function, name, rules)]
    known = [t for t in tried if t is not None]
    if amount is None:
        # K of these years is unknown and bounds nothing; what is paid within the limit alone is known at most
        return Item("levy", None, Decimal(0), None, (), Notice("levy-k-unknown"))
    high = None if None in tried else max(known)
    low = min(known) if None not in tried else Decimal(0)
    return Item("levy", dong(amount), dong(low), None if high is None else dong(high), _rounded(likely, dong(amount)))


def _not_computable(case: Case) -> Notice | None:
    if case.convert_to not in RESIDENTIAL:
        code = "levy-target-is-leased" if case.convert_to in BUSINESS else "levy-no-formula-for-target"
        return Notice(code, {"target": case.convert_to})
    strange = [p.land_use for p in case.parts if p.land_use not in AGRICULTURAL | BUSINESS]
    if strange:
        return Notice("levy-no-formula-for-use", {"use": strange[0]})
    if any(p.price is None or p.target_price is None for p in case.parts):
        return Notice("levy-price-unknown")
    return None


def _likely(case: Case) -> Settled:
    told = case.facts
    settled = {name: default if told.get(name) is None else bool(told[name]) for name, default in LIKELY.items()}
    if told.get("garden_pond_of_house_parcel") is None:
        # agricultural ground in one parcel with recognised housing is its garden (Land Law 2013 art. 103.6)
        settled["garden_pond_of_house_parcel"] = settled["same_parcel_as_recognised_residential"]
    chosen = told.get("chosen_parcel")
    settled["chosen_parcel"] = settled["first_conversion"] if chosen is None else bool(chosen)
    return settled


def _open(case: Case, name: str) -> list[str]:
    return [fact for fact in OPEN[name] if case.facts.get(fact) is None]


def _settlements(case: Case, name: str) -> Iterator[Settled]:
    """Every way the open facts may stand."""
    open_ = _open(case, name)
    base = _likely(case)
    chosen = case.facts.get("chosen_parcel")
    for values in product((False, True), repeat=len(open_)):
        settled = {**base, **dict(zip(open_, values, strict=True))}
        if case.facts.get("garden_pond_of_house_parcel") is None and "garden_pond_of_house_parcel" not in open_:
            settled["garden_pond_of_house_parcel"] = settled["same_parcel_as_recognised_residential"]
        for choice in (settled["first_conversion"], False) if chosen is None else (bool(chosen),):
            settled["chosen_parcel"] = choice
            yield dict(settled)


def _tried(case: Case, function: Levy, name: str, rules: Rules) -> Iterator[list[Line]]:
    """The levy's lines at every extreme: facts, limit at its bounds, quota order, areas, holding."""
    least = [_with_area(p, p.area_low) for p in case.parts if p.area_low > 0]
    most = [_with_area(p, p.area_high) for p in case.parts if p.area_high > 0]
    ground = [case.parts] if all(p.area_low == p.area_high for p in case.parts) else [least, most]
    different = {_effect(settled): settled for settled in _settlements(case, name)}
    for settled in different.values():
        for parts in ground:
            for limit in _limits(case, sum((p.area for p in parts), Decimal(0))):
                for order, held in _manners(case):
                    yield _lines(case, function, settled, rules, parts, limit, order, held)


def _effect(settled: Settled) -> tuple[bool, ...]:
    """All that the levy functions make of the facts: two settlements alike in this pay alike."""
    limb = (
        settled["same_parcel_as_recognised_residential"]
        or settled["garden_pond_origin_separated"]
        or settled["split_by_survey_before_2014_07_01"]
    )
    garden = settled["garden_pond_of_house_parcel"] or settled["garden_pond_origin_separated"]
    once = settled["first_conversion"] and settled["chosen_parcel"]
    return limb and once, garden, settled["was_residential_before"], settled["allocated_without_fee"]


def _with_area(part: Part, area: Decimal) -> Part:
    return replace(part, area=area, area_low=area, area_high=area)


def _manners(case: Case) -> list[tuple[str, bool]]:
    orders = ("dear_first", "cheap_first") if len({(p.price, p.target_price) for p in case.parts}) > 1 else ("even",)
    open_holding = any(
        p.land_use not in AGRICULTURAL and p.rent is None and p.term_left_months is None for p in case.parts
    )
    return [(order, held) for order in orders for held in ((False, True) if open_holding else (False,))]


def _limits(case: Case, area: Decimal) -> tuple[Decimal, ...]:
    given = case.facts.get("allotment_limit")
    return (given,) if isinstance(given, Decimal) else (Decimal(0), area)


def _lines(
    case: Case,
    function: Levy,
    settled: Settled,
    rules: Rules,
    parts: Sequence[Part] | None = None,
    limit: Decimal | None = None,
    order: str = "even",
    held: bool = False,
) -> list[Line]:
    ground = case.parts if parts is None else parts
    if settled["was_residential_before"] and case.on >= LAND_LAW_2024:
        # Land Law 31/2024 art. 121.3: land once residential and converted back pays no levy
        return []
    if limit is None:
        given = case.facts.get("allotment_limit")
        limit = given if isinstance(given, Decimal) else _middle_limit(ground)
    organisation = case.land_user == "organisation"
    return function(ground, Terms(case.on, rules, settled, limit, organisation, order, held))


def _middle_limit(parts: Sequence[Part]) -> Decimal:
    """Where the limit is not known the likely value takes the middle of what it may be: half the area."""
    return sum((p.area for p in parts), Decimal(0)) / 2


def _total(lines: Sequence[Line]) -> Decimal | None:
    return _sum([line.amount for line in lines])


def _sum(amounts: Sequence[Decimal | None]) -> Decimal | None:
    known = [a for a in amounts if a is not None]
    return sum(known, Decimal(0)) if len(known) == len(amounts) else None


def dong(amount: Decimal) -> Decimal:
    """Half up to 1 đồng: each item once, at the end (no rule of rounding stands in the texts)."""
    return amount.quantize(DONG, ROUND_HALF_UP)


def _rounded(lines: Sequence[Line], amount: Decimal) -> tuple[Line, ...]:
    """Lines apportioned to the rounded amount, so that they sum to it."""
    weights = [line.amount or Decimal(0) for line in lines]
    if not any(weights):
        return tuple(replace(line, amount=Decimal(0)) for line in lines)
    shares = overlay.apportion(amount, weights, DONG)
    return tuple(replace(line, amount=share) for line, share in zip(lines, shares, strict=True))


def _registration(case: Case, rules: Rules) -> Item:
    amount, lines = charges.registration_fee(case.parts, case.on, rules)
    if case.convert_to in BUSINESS:
        return Item("registration_fee", None, Decimal(0), None, (), Notice("registration-by-lease"))
    if amount is None:
        return Item("registration_fee", None, Decimal(0), _cap(case, rules), (), Notice("registration-unknown"))
    least, _ = charges.registration_fee([_with_area(p, p.area_low) for p in case.parts], case.on, rules)
    most, _ = charges.registration_fee([_with_area(p, p.area_high) for p in case.parts], case.on, rules)
    paid = case.facts.get("fee_paid_before")
    if paid:
        # no rule says what is due when the fee was paid before for this land: the tax office decides between 0 and all
        return Item("registration_fee", Decimal(0), Decimal(0), most and dong(most), (), None)
    low = Decimal(0) if paid is None or least is None else dong(least)
    return Item("registration_fee", dong(amount), low, most and dong(most), _rounded(lines, dong(amount)))


def _cap(case: Case, rules: Rules) -> Decimal | None:
    cap: Decimal | None = law.on(rules["registration_fee_cap"], case.on).value
    return cap


def _assumptions(case: Case, name: str) -> Iterator[Notice]:
    if not isinstance(case.facts.get("allotment_limit"), Decimal) and name != "2024-08-01":
        yield Notice("assumed-limit", {"limit": _middle_limit(case.parts)}, "warning")
    for fact in (*_open(case, name), "fee_paid_before"):
        if case.facts.get(fact) is None:
            yield Notice(f"assumed-{fact}-{'yes' if _likely(case)[fact] else 'no'}")
    if len({(p.price, p.target_price) for p in case.parts}) > 1 and name == "2026-01-01":
        yield Notice("assumed-quota-even")
    if any(p.area_low != p.area_high for p in case.parts):
        yield Notice("assumed-use-spread-even")


def _questions(case: Case, function: Levy, name: str, rules: Rules) -> Iterator[Question]:
    """Only the facts that can move the levy in some state of the others, the one that moves it most first."""
    totals: dict[tuple[bool, ...], list[Decimal | None]] = {}

    def tried(settled: Settled) -> list[Decimal | None]:
        effect = _effect(settled)
        if effect not in totals:
            totals[effect] = [
                _total(_lines(case, function, settled, rules, limit=limit)) for limit in _limits(case, _area(case))
            ]
        return totals[effect]

    found = []
    for fact in _open(case, name):
        moves = _most_apart(
            (tried({**settled, fact: False}), tried({**settled, fact: True})) for settled in _settlements(case, name)
        )
        if moves != 0:
            found.append(Question(fact, _likely(case)[fact], moves))
    if not isinstance(case.facts.get("allotment_limit"), Decimal):
        moves = _most_apart(([a], [b]) for a, b in (tried(settled) for settled in _settlements(case, name)))
        if moves != 0:
            found.append(Question("allotment_limit", None, moves))
    yield from sorted(found, key=lambda q: (q.moves is not None, -(q.moves or 0)))


def _area(case: Case) -> Decimal:
    return sum((p.area for p in case.parts), Decimal(0))


def _most_apart(pairs: Iterable[tuple[Sequence[Decimal | None], Sequence[Decimal | None]]]) -> Decimal | None:
    """The largest difference between two answers, to 1 đồng; None where one of them is not known."""
    most = Decimal(0)
    for one, other in pairs:
        for a, b in zip(one, other, strict=True):
            if a is None or b is None:
                if a is not b:
                    return None
                continue
            most = max(most, abs(a - b))
    return dong(most)
