"""What an estimate takes for granted where nothing was told, and what the user should know beside the numbers."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import replace

from landinfo import law, questions, recalculation
from landinfo.case import Case, TaxNotice
from landinfo.costing import Costing, Regime
from landinfo.levy.terms import BUSINESS, RESIDENTIAL, ZERO, Rules
from landinfo.model import Notice, Param
from landinfo.rent import mode
from landinfo.settled import State
from landinfo.unknowns import Space, may_be_eligible


def assumed(
    case: Case, space: Space, used: Regime, moving: Collection[str], rules: Rules, *, with_k: bool
) -> Iterator[Notice]:
    """What is taken where nothing was told, one sentence for each thing that is open and moves the total.

    ``with_k``: some line takes K.
    """
    open_ = {d.name: d for d in space.dimensions}
    likely = space.likely
    if "allotment_limit" in moving and {"limit", "free_limit"} & open_.keys():
        elsewhere = law.on(rules["allotment_limit_elsewhere"], case.on)
        words: dict[str, Param] = {"limit": likely.limit, "document": elsewhere.citation.document}
        yield Notice("assumed-limit", words, "warning")
    for fact in dict.fromkeys(fact for dimension in space.dimensions for fact in dimension.facts):
        if fact == "rent" and fact in moving:
            yield Notice(f"assumed-rent-{questions.rent_taken(space).replace('_', '-')}")
        elif fact in _SAID and fact in moving:
            yield Notice(_SAID[fact], {"rate": likely.rent_rate})
    if likely.reduced[0] != "none":
        yield Notice("assumed-reduction-once")
    if likely.reduced[0] in ("merit", "war_invalid") and "reduced" in open_:
        yield Notice("assumed-reduction-unknown", severity="warning")
    if "k" in open_ and with_k:
        yield Notice("assumed-k", severity="warning")
    if "order" in open_:
        yield Notice("assumed-quota-even")
    if "area" in open_:
        yield Notice("assumed-use-spread-even")
    if case.convert_to in BUSINESS:
        yield Notice("assumed-rent-yearly" if likely.rent == "annual" else "assumed-no-rent-reduction")
    if case.land_user == "organisation" and case.convert_to in RESIDENTIAL:
        yield Notice(
            "assumed-organisation-2026" if used.name == "2026-01-01" else "assumed-organisation-price", {}, "warning"
        )
    if case.days.declared is not None and all(p.declared_price is None for p in case.parts):
        yield Notice("assumed-declared-price", {"day": case.days.declared})


_SAID = {
    "same_parcel_as_recognised_residential": "assumed-same_parcel_as_recognised_residential-no",
    "garden_pond_of_house_parcel": "assumed-garden_pond_of_house_parcel-no",
    "garden_pond_origin_separated": "assumed-garden_pond_origin_separated-no",
    "split_by_survey_before_2014_07_01": "assumed-split_by_survey_before_2014_07_01-no",
    "first_conversion": "assumed-first_conversion-yes",
    "chosen_parcel": "assumed-chosen_parcel-yes",
    "was_residential_before": "assumed-was_residential_before-no",
    "allocated_without_fee": "assumed-allocated_without_fee-yes",
    "fee_paid_before": "assumed-fee_paid_before-no",
    "reduction_group": "assumed-reduction_group-none",
    "term_left_months": "assumed-term",
    "rent_rate": "assumed-rent-rate",
}


def notices(case: Case, costing: Costing, space: Space, rules: Rules) -> Iterator[Notice]:
    """What the user should know beside the numbers."""
    asked = case.days.recalculation_requested is not None
    once = case.facts.get("was_residential_before") is True
    if not asked and not once and recalculation.possible(case.on, rules) and may_be_eligible(case, rules):
        yield Notice("recalculation-may-be-asked", {"last": recalculation.last_request(rules)}, "warning")
    if costing.rice(space.likely).lines:
        yield Notice("rice-may-not-be-due", severity="warning")
    given = any(k not in (None, 1) for p in case.parts for k in (p.k_price, p.k_target))
    if given and not costing.terms(space.likely).k_counts:
        yield Notice("k-not-in-force", {"day": case.on}, "warning")
    if case.facts.get("same_parcel_as_recognised_residential") and case.facts.get("garden_pond_origin_separated"):
        yield Notice("same-parcel-and-separated", severity="warning")
    yield from _beyond_the_clock(case, rules)
    yield from _in_thousands(case)
    dated = isinstance(case.notice, TaxNotice) and case.notice.day
    if (case.paid or case.days.paid or (asked and case.notice)) and not dated:
        yield Notice("late-needs-notice", severity="warning")
    yield from _threshold(case, space.likely, rules)


def _beyond_the_clock(case: Case, rules: Rules) -> Iterator[Notice]:
    """K and the price list are set anew each year: of a day past the next check nobody knows them yet."""
    days = (
        ("levy_k", case.on, "day-beyond-check"),
        ("registration_price", case.days.declared, "declared-beyond-check"),
        ("late_rate", case.days.paid, "paid-beyond-check"),
    )
    for key, day, code in days:
        value = None if day is None else law.in_force(rules[key].values, day)
        said = value and day and law.beyond_check(value.citation, value.effective_to, day)
        if said:
            yield replace(said, code=code)


LEAST_PRICE, LEAST_BUILT = 10_000, 100_000
"""đồng/m² of land, and of land to build on: a price below was likely typed in thousands, as price lists print them."""


def _in_thousands(case: Case) -> Iterator[Notice]:
    building = case.convert_to in RESIDENTIAL or case.convert_to in BUSINESS
    built = LEAST_BUILT if building else LEAST_PRICE
    low = [p.price for p in case.parts if p.price and p.price < LEAST_PRICE]
    low += [p.target_price for p in case.parts if p.target_price and p.target_price < built]
    if low:
        yield Notice("price-in-thousands", {"price": min(low)}, "warning")


INDIVIDUALLY = ("K or specific price", "specific price")


def individual(case: Case, likely: State, used: Regime, rules: Rules) -> Notice | None:
    """Why a levy may be valued individually, so that it has no high end: organisations, dear land before 2018."""
    organisation = case.land_user == "organisation"
    if case.convert_to in BUSINESS:
        at_once = any(likely.rent == "one_off" if p.rent is None else mode(p) == "one_off" for p in case.parts)
        by_price = law.on(rules["levy_organisation"], used.day).value in INDIVIDUALLY
        return Notice("rent-individual-organisation") if organisation and at_once and by_price else None
    if case.convert_to not in RESIDENTIAL or likely.once_residential:
        return None
    if organisation and law.on(rules["levy_organisation"], used.day).value in INDIVIDUALLY:
        return Notice("levy-individual-organisation")
    return Notice("levy-individual-threshold") if any(_threshold(case, likely, rules)) else None


def _threshold(case: Case, likely: State, rules: Rules) -> Iterator[Notice]:
    """Regime A before 2018: land of 20 billion đồng or more is valued individually over the limit."""
    value = law.in_force(rules["levy_k_threshold"].values, case.on)
    area = sum((p.area for p in case.parts), ZERO)
    if value is None or value.value is None or case.convert_to not in RESIDENTIAL or area <= likely.limit:
        return
    worth = sum((p.area * (p.target_price or ZERO) for p in case.parts), ZERO)
    if worth >= value.value:
        yield Notice("k-threshold", {"value": value.value, "worth": worth}, "warning")
