"""The conversion estimate: parts × prices × levy × charges, with a range over what nobody has told us.

Every combination of what is open (``unknowns``) is computed; the least and the most are the range, so that whatever is
hidden the true result lies inside it.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal

from landinfo import (
    assumptions,
    charges,
    law,
    levy,
    payment,
    questions,
    readings,
    recalculation,
    settled,
    tariff,
    unknowns,
)
from landinfo.case import FACTS, Case, TaxNotice
from landinfo.costing import Cost, Costing, Regime, apportioned
from landinfo.levy.terms import AGRICULTURAL, BUSINESS, RESIDENTIAL, ZERO, Line, Rules, k_in_force
from landinfo.model import Citation, Notice, light
from landinfo.payment import Instalment, Late
from landinfo.questions import Question
from landinfo.reach import Reach, Tried
from landinfo.readings import Reading
from landinfo.recalculation import Recalculation
from landinfo.unknowns import Space

__all__ = ["Estimate", "Item", "Question", "estimate"]


@light
@dataclass(frozen=True, slots=True)
class Item:
    """The levy (or the rent) or one charge, rounded once to 1 đồng; its lines are apportioned to it and sum to it.

    ``day`` is the day whose law it follows; ``reason`` says why the amount or its high end is not known.
    """

    code: str
    amount: Decimal | None
    low: Decimal | None
    high: Decimal | None
    lines: tuple[Line, ...]
    reason: Notice | None = None
    day: date | None = None


@light
@dataclass(frozen=True, slots=True)
class Estimate:
    """Levy, charges and their sum: ``total`` is the likely value, ``low``/``high`` its range (None: no bound).

    ``with_k``: prices of the levy or the rent were multiplied by K. ``items`` have an amount or a reason; charges that
    nobody knows here stand in ``not_included`` and not in the sum.
    """

    regime: str
    law: Citation
    items: tuple[Item, ...]
    total: Decimal | None
    low: Decimal | None
    high: Decimal | None
    reason: Notice | None
    with_k: bool
    assumptions: tuple[Notice, ...]
    questions: tuple[Question, ...]
    not_included: tuple[Notice, ...]
    notices: tuple[Notice, ...] = ()
    readings: tuple[Reading, ...] = ()
    payment: tuple[Instalment, ...] = ()
    late: tuple[Late, ...] = ()
    recalculation: Recalculation | None = None


Ends = Sequence[Decimal | None]
"""What one item comes to in the states tried."""
NOTHING = Tried(((), (), ()), (), ())
"""No state is tried: no formula gives the levy, or a price is not known."""


def estimate(case: Case, rules: Rules) -> Estimate:
    """What converting ``case`` costs on its day.

    Raises ``CannotBeAnswered``: a day before 2014-07-01; ``BadInput``: a rate outside the law's band. Unknown prices
    make the levy None with a reason, never 0.
    """
    recalculation.check(case, rules)
    own = _regime(case, rules)
    asked = case.days.recalculation_requested
    again = asked is not None and recalculation.open_on(asked, rules) and unknowns.may_be_eligible(case, rules)
    used = recalculation.regime(case, rules) if again else own
    costing, priced = Costing(case, used, rules), tariff.of(case, used, rules)
    space = priced.space
    reason = _not_computable(case, costing)
    likely = costing.costs(space.likely) if reason is None else costing.charges(space.likely)
    if reason is None and likely[0].amount is None:
        reason = Notice("levy-price-unknown")
    reach = Reach(costing) if reason is None else None
    tried = NOTHING if reach is None else reach.tried(priced)
    alone = assumptions.individual(case, space.likely, used, rules)
    items = _items(case, used, likely, tried, reason, alone, rules)
    mixed = any(set(settled.EACH_PART) <= set(d.values) for d in space.dimensions if d.name == "rent")
    total, low, high = _sums(items, tried, mixed)
    asked_for = () if tried is NOTHING else tuple(questions.questions(priced.open, tried.groups, tried.totals))
    recalculated = _recalculated(items[0], case, own, space, rules)
    standing = recalculated is None or recalculated.state in recalculation.STANDING
    noticed = case.notice.amount if standing and isinstance(case.notice, TaxNotice) else None
    instalments = tuple(_instalments(items, case, noticed, rules))
    return Estimate(
        regime=used.name,
        law=used.cited,
        items=items,
        total=total,
        low=low,
        high=high,
        reason=reason,
        with_k=_with_k(items[0], used, rules),
        assumptions=tuple(
            assumptions.assumed(
                case,
                space,
                used,
                {q.fact for q in asked_for} if tried is not NOTHING else FACTS,
                rules,
                with_k=not items[0].lines or any(line.with_k for line in items[0].lines),
            )
        ),
        questions=asked_for,
        not_included=(*_unknown_charges(case, items, rules), *charges.not_included(case.days.filed or case.on, rules)),
        notices=(
            *assumptions.notices(case, costing, space, rules),
            *_told_otherwise(items[0], case, noticed, recalculated),
        ),
        readings=() if reach is None else readings.readings(costing, priced, reach),
        payment=instalments,
        late=_late(instalments, items[0].code, case, rules) if standing else (),
        recalculation=recalculated,
    )


def _unknown_charges(case: Case, items: Sequence[Item], rules: Rules) -> Iterator[Notice]:
    """Charges that may be due and whose amount nobody knows on the day, so that no total holds them."""
    if any(i.code == "registration_fee" and i.amount is None for i in items):
        yield Notice("not-included-registration")
    built = case.convert_to in RESIDENTIAL or case.convert_to in BUSINESS
    rice = built and any(p.land_use in charges.RICE or p.land_use in charges.MAYBE_RICE for p in case.parts)
    if rice and charges.rice_floor(case.on, rules)[0] is None:
        yield Notice("not-included-rice-before-2015")


def _regime(case: Case, rules: Rules) -> Regime:
    function, name, cited = levy.regime(case.on, rules)
    if case.convert_to in BUSINESS:
        cited = law.on(rules["rent_annual"], case.on).citation
    elif case.land_user == "organisation" and name != "2026-01-01":
        cited = law.on(rules["levy_organisation"], case.on).citation
    return Regime(function, name, cited, case.on)


def _with_k(levied: Item, used: Regime, rules: Rules) -> bool:
    """Did K enter? Without an amount: would it enter everywhere (not only over the limit)?"""
    if levied.lines:
        return any(line.with_k for line in levied.lines)
    return used.with_k and used.name == "2026-01-01" and k_in_force(rules, used.day)


def _not_computable(case: Case, costing: Costing) -> Notice | None:
    levied = [p for p in case.parts if not costing.free(p)]
    if not levied:
        return None
    if case.convert_to not in RESIDENTIAL and case.convert_to not in BUSINESS:
        return Notice("levy-no-formula-for-target", {"target": case.convert_to})
    strange = [p.land_use for p in levied if p.land_use not in AGRICULTURAL and p.land_use not in BUSINESS]
    if strange:
        return Notice("levy-no-formula-for-use", {"use": strange[0]})
    return Notice("levy-price-unknown") if any(p.target_price is None for p in levied) else None


def _items(
    case: Case,
    used: Regime,
    likely: Sequence[Cost],
    tried: Tried,
    reason: Notice | None,
    alone: Notice | None,
    rules: Rules,
) -> tuple[Item, ...]:
    """The levy, the registration fee and, where there is such land, the rice-land payment.

    ``alone``: why the levy may be valued individually; then its high end is not known.
    """
    levied, fee, rice = likely
    days = (case.on, case.days.declared or case.on, case.on)
    ends = tried.items
    if reason is not None:
        items = [Item(levied.code, None, None, None, (), reason, case.on)]
    else:
        item = _levied(levied, ends[0], case, used)
        items = [item if alone is None or item.reason is not None else replace(item, low=ZERO, high=None, reason=alone)]
    unlawful = reason is not None and reason.code.startswith("levy-no-formula")
    unknown = reason if reason is not None and unlawful else Notice("registration-unknown")
    if fee.amount is None or (unlawful and case.convert_to not in AGRICULTURAL):
        cap = charges.registration_cap(days[1], rules)
        items.append(Item("registration_fee", None, ZERO, cap, (), unknown, days[1]))
    else:
        items.append(_item(fee, ends[1], days[1], unknown))
    maybe = _on_rice(case, charges.MAYBE_RICE)
    if (maybe or _on_rice(case, charges.RICE)) and charges.rice_floor(case.on, rules)[0] is not None:
        items.append(_rice(rice, ends[2], case, maybe))
    return tuple(items)


def _levied(cost: Cost, ends: Ends, case: Case, used: Regime) -> Item:
    """Without K of regime A there is no upper bound; without a price that some state asks for there is none at all."""
    if used.name == "2014-07-01" and all(p.price is not None for p in case.parts):
        return _item(cost, ends, case.on, Notice("levy-k-unknown"))
    item = _item(cost, ends, case.on, Notice("levy-price-unknown-in-part"))
    return item if item.high is not None else replace(item, low=ZERO)


def _item(cost: Cost, ends: Ends, day: date, unbounded: Notice) -> Item:
    amounts = [cost.amount, *ends]
    known = [a for a in amounts if a is not None]
    high = max(known) if len(known) == len(amounts) else None
    lines = () if cost.amount is None else apportioned(cost.lines, cost.amount)
    return Item(cost.code, cost.amount, min(known), high, lines, unbounded if high is None else None, day)


def _on_rice(case: Case, kinds: Collection[str]) -> bool:
    """Is there ground of these kinds, or may there be, that leaves agriculture?"""
    if case.convert_to not in RESIDENTIAL and case.convert_to not in BUSINESS:
        return False
    return any(p.land_use in kinds and p.area_high > 0 for p in case.parts)


def _rice(cost: Cost, ends: Ends, case: Case, maybe: bool) -> Item:
    """The law gives the least rate only: without the province's own the high end is not known.

    ``maybe``: of some ground the code does not say whether it is specialised rice land; then only the least is known.
    """
    if maybe:
        least = [a for a in (cost.amount, *ends) if a is not None]
        return Item(cost.code, None, min(least, default=ZERO), None, (), Notice("rice-kind-unknown"), case.on)
    if cost.amount is None:
        return Item(cost.code, None, ZERO, None, (), Notice("rice-price-unknown"), case.on)
    item = _item(cost, ends, case.on, Notice("rice-rate-unknown"))
    told = isinstance(case.facts.get("rice_rate"), Decimal)
    return item if told else replace(item, high=None, reason=Notice("rice-rate-unknown"))


def _sums(items: Sequence[Item], tried: Tried, mixed: bool) -> tuple[Decimal | None, Decimal | None, Decimal | None]:
    """Total, low and high; a charge whose amount is not known is not in the sum.

    ``mixed``: parts may each stand otherwise, which no single state shows; the sums of the items' ends bound that.
    """
    if items[0].amount is None:
        return None, None, None
    total = sum((i.amount for i in items if i.amount is not None), ZERO)
    known = [t for t in tried.totals if t is not None]
    whole = len(known) == len(tried.totals)
    known.append(total)
    shown = 0 in tried.items[0]
    # a levy of 0 that no state shows: valued individually, or with a price that nobody knows
    if items[0].low == 0 and (items[0].reason is not None or not shown):
        known.append(sum((i.low for i in items[1:] if i.low is not None and i.amount is not None), ZERO))
    rice = any(i.code == "rice_land_payment" and i.high is None for i in items)
    bounded = not rice and whole and all(i.high is not None or i.amount is None for i in items)
    if mixed:
        counted = [i for i in items if i.amount is not None]
        known.append(sum((i.low for i in counted if i.low is not None), ZERO))
        known.append(sum((i.high for i in counted if i.high is not None), ZERO))
    return total, min(known), max(known) if bounded else None


def _instalments(items: Sequence[Item], case: Case, noticed: Decimal | None, rules: Rules) -> Iterator[Instalment]:
    """What is paid when; ``noticed``: what the office asks for as levy or rent."""
    issued = case.notice.day if isinstance(case.notice, TaxNotice) else None
    for item in items:
        first = item is items[0]
        amount = noticed if first and noticed is not None else item.amount
        if amount:
            day = issued if first else None
            yearly = min(_yearly(item), amount)
            yield from payment.schedule(item.code, amount - yearly, first, case.on, day, rules)
            if yearly:
                yield from payment.schedule(item.code, yearly, False, case.on, day, rules)


def _late(instalments: Sequence[Instalment], levy: str, case: Case, rules: Rules) -> tuple[Late, ...]:
    if case.days.paid is None:
        return ()
    levied = [i for i in instalments if i.item == levy]
    late = payment.late_on(levied, case.paid or ZERO, case.days.paid, rules)
    return late + payment.late_on([i for i in instalments if i not in levied], ZERO, case.days.paid, rules)


def _told_otherwise(first: Item, case: Case, noticed: Decimal | None, again: Recalculation | None) -> Iterator[Notice]:
    """What the office asked for, or was paid, against what is found here; and which rent compensation is taken off.

    ``first``: the levy or the rent.
    """
    if noticed is not None and first.amount is not None and noticed != first.amount:
        yield Notice("notice-differs", {"noticed": noticed, "levy": first.amount}, "warning")
    due = noticed if noticed is not None else first.high or first.amount
    if again is None and case.paid and due is not None and case.paid > due:
        yield Notice("paid-above-levy", {"paid": case.paid, "levy": due}, "warning")
    if (
        case.compensation
        and first.amount
        and 0
        < _yearly(first)
        < sum((line.amount for line in first.lines if line.amount is not None and line.amount > 0), ZERO)
    ):
        yield Notice("compensation-off-one-off-first")


def _yearly(item: Item) -> Decimal:
    """What of the rent is annual, paid at once; the levy and one-off rent are paid in two halves."""
    if item.code != "land_rent":
        return ZERO
    yearly = (line.amount for line in item.lines if line.formula.code.startswith("rent-annual"))
    return sum((amount for amount in yearly if amount is not None), ZERO)


def _recalculated(levied: Item, case: Case, own: Regime, space: Space, rules: Rules) -> Recalculation | None:
    if case.days.recalculation_requested is None:
        return None
    before = Costing(case, own, rules).costs(space.likely)[0].amount if levied.amount is not None else None
    if not recalculation.open_on(case.days.recalculation_requested, rules):
        return recalculation.refused(case, before, rules)
    open_ = any(d.name == "eligible" for d in space.dimensions) and not space.likely.eligible
    return recalculation.result(case, before, levied.amount, None if open_ else space.likely.eligible, rules)
