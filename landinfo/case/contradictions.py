"""Facts that cannot hold together, and days out of order: each refused in one sentence naming field and rule."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal

from landinfo.case.model import BUSINESS, RECOGNISED, RENTS, RESIDENTIAL, Case, TaxNotice
from landinfo.model import BadInput

MOST_OF_HOUSEHOLD = Decimal(3_000_000)
"""m²: far more than any household of the province converts; beyond it the unit is wrong."""


def check(case: Case) -> None:
    """Raises ``BadInput`` for the first contradiction."""
    for rule in _RULES:
        rule(case)


def _nothing_to_convert(case: Case) -> None:
    if not case.parts:
        raise BadInput("case-nothing-to-convert", "parts", target=case.convert_to)


def _chosen_but_not_first(case: Case) -> None:
    """Decree 50/2026 art. 6.1: once, on one parcel that the user chooses."""
    if case.facts.get("first_conversion") is False and case.facts.get("chosen_parcel") is True:
        raise BadInput("contradiction-chosen-parcel", "fact.chosen_parcel")


def _residential_denied(case: Case) -> None:
    if case.held and case.facts.get("same_parcel_as_recognised_residential") is False:
        raise BadInput("contradiction-same-parcel", "fact.same_parcel_as_recognised_residential", area=case.held)


def _allocated_but_rented(case: Case) -> None:
    """Land allocated without fee has no rent, and its term does not enter the levy (Decree 103/2024 art. 8.2a)."""
    if case.facts.get("allocated_without_fee") is not True or case.convert_to not in RESIDENTIAL:
        return
    for index, part in enumerate(case.parts):
        for name in ("rent", "term_left_months"):
            if getattr(part, name) is not None and part.land_use not in BUSINESS:
                raise BadInput("contradiction-allocated", f"parts[{index}].{name}", use=part.land_use)


def _allocated_but_leased_business(case: Case) -> None:
    """Only agricultural land is allocated without fee (Decree 103/2024 art. 8.2a)."""
    leased = all(p.land_use in BUSINESS and p.rent in RENTS for p in case.parts)
    if case.facts.get("allocated_without_fee") is True and leased:
        raise BadInput("contradiction-allocated-use", "fact.allocated_without_fee", use=case.parts[0].land_use)


def _recognised_but_leased(case: Case) -> None:
    """Recognised long-term land is not leased: it has no term, it is not agricultural, and the target is housing."""
    told = [(f"parts[{i}].rent", p) for i, p in enumerate(case.parts) if p.rent == RECOGNISED]
    for name, part in told:
        leased = case.convert_to in BUSINESS or part.land_use not in BUSINESS
        if leased or part.term_left_months is not None:
            raise BadInput("contradiction-recognised", name, use=part.land_use, target=case.convert_to)
    everywhere = case.facts.get("rent") == RECOGNISED
    if everywhere and not any(p.land_use in BUSINESS and case.convert_to not in BUSINESS for p in case.parts):
        raise BadInput("contradiction-recognised", "fact.rent", use=case.parts[0].land_use, target=case.convert_to)


def _annual_then_once(case: Case) -> None:
    for index, part in enumerate(case.parts):
        if part.rent_after is not None and case.convert_to not in BUSINESS:
            raise BadInput("contradiction-rent-after", f"parts[{index}].rent_after", target=case.convert_to)


def _reduction_of_organisation(case: Case) -> None:
    if case.land_user == "organisation" and case.facts.get("reduction_group") not in (None, "none"):
        raise BadInput("contradiction-reduction", "fact.reduction_group")


def _days_in_order(case: Case) -> None:
    days = case.days
    if days.filed is not None and days.filed > case.on:
        raise BadInput("contradiction-filed", "days.filed", day=days.filed, on=case.on)
    issued = case.notice.day if isinstance(case.notice, TaxNotice) else None
    later = {
        "days.declared": days.declared,
        "days.recalculation_requested": days.recalculation_requested,
        "days.paid": days.paid,
        "notice": issued,
    }
    for name, day in later.items():
        if day is not None and day < case.on:
            raise BadInput("contradiction-before-decision", name, day=day, on=case.on)
    asked = days.recalculation_requested
    if asked is not None and days.paid is not None and days.paid < asked:
        raise BadInput("contradiction-paid-before-request", "days.paid", day=days.paid, asked=asked)
    if issued is not None and days.paid is not None and days.paid < issued:
        raise BadInput("contradiction-paid-before-notice", "days.paid", day=days.paid, issued=issued)


def _more_than_a_household_holds(case: Case) -> None:
    area = sum((p.area for p in case.parts), Decimal(0))
    if case.land_user == "household" and area > MOST_OF_HOUSEHOLD:
        raise BadInput("case-area-of-household", "parts", area=area, most=MOST_OF_HOUSEHOLD)


def _paid_without_notice(case: Case) -> None:
    if case.notice is False and case.paid:
        raise BadInput("contradiction-paid", "paid", paid=case.paid)


_RULES: tuple[Callable[[Case], None], ...] = (
    _nothing_to_convert,
    _chosen_but_not_first,
    _residential_denied,
    _allocated_but_rented,
    _allocated_but_leased_business,
    _recognised_but_leased,
    _annual_then_once,
    _reduction_of_organisation,
    _days_in_order,
    _paid_without_notice,
    _more_than_a_household_holds,
)
