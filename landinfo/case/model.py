"""What a case is made of: parts, facts, days, and what the tax office has said and been paid."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal

from landinfo.model import light

Fact = bool | Decimal | str | None

YES_NO = (
    "same_parcel_as_recognised_residential",
    "garden_pond_of_house_parcel",
    "garden_pond_origin_separated",
    "split_by_survey_before_2014_07_01",
    "first_conversion",
    "chosen_parcel",
    "allocated_without_fee",
    "was_residential_before",
    "fee_paid_before",
)
NUMBERS = ("allotment_limit", "term_left_months", "rent_rate", "rice_rate")
RENTS = ("one_off", "annual")
RECOGNISED = "recognised"
"""Ground that is not leased: recognised land in long-term use (Decree 103/2024 art. 8.3a)."""
HOLDINGS = (RECOGNISED, *RENTS)
RESIDENTIAL = ("ODT", "ONT")
BUSINESS = ("TMD", "SKC")
REDUCTION_GROUPS = (
    "none",
    "poor",
    "ethnic_minority",
    "poor_specially_difficult",
    "ethnic_minority_specially_difficult",
    "war_invalid",
    "merit",
)
CHOICES: Mapping[str, tuple[str, ...]] = {"reduction_group": REDUCTION_GROUPS, "rent": HOLDINGS}
FACTS = (*YES_NO, *NUMBERS, *CHOICES)


def kind_of(fact: str) -> str:
    """yes_no | number | choice: how a fact is answered."""
    return "choice" if fact in CHOICES else "number" if fact in NUMBERS else "yes_no"


@light
@dataclass(frozen=True, slots=True)
class Part:
    """Ground of one use at one price. ``area_low``/``area_high`` bound an area whose outline is not known.

    ``price``/``target_price`` are list prices in đồng/m² on the day of the decision; ``declared_price`` is that of the
    new use on the day the registration fee is declared (None: as ``target_price``). ``term_left_months``: the term left
    of land held for a term, or the term of the new lease. ``rent``: how land held by lease, or to be leased, is
    paid for ("recognised": it is not leased); ``rent_after`` the way after conversion where it changes.
    ``other_prices``, ``other_target_prices``: (reading, price) beside ``price`` and ``target_price``.
    """

    id: str
    area: Decimal
    area_low: Decimal
    area_high: Decimal
    land_use: str
    price: Decimal | None
    target_price: Decimal | None
    k_price: Decimal | None = None
    k_target: Decimal | None = None
    term_left_months: Decimal | None = None
    rent: str | None = None
    rent_after: str | None = None
    declared_price: Decimal | None = None
    other_prices: tuple[tuple[str, Decimal], ...] = ()
    other_target_prices: tuple[tuple[str, Decimal], ...] = ()


@dataclass(frozen=True, slots=True)
class Days:
    """The days beside the decision: file handed in, fee declared, recalculation asked for, money paid."""

    filed: date | None = None
    declared: date | None = None
    recalculation_requested: date | None = None
    paid: date | None = None


@dataclass(frozen=True, slots=True)
class TaxNotice:
    """The tax office's notice: its day and its amount in đồng, each None when not told."""

    day: date | None
    amount: Decimal | None


@light
@dataclass(frozen=True, slots=True)
class Case:
    """What is to be converted, on which day (``on``: the decision), by whom.

    ``together``: m² that the parts hold together, where an area was asked for and nobody said where in them it lies.
    ``held``: m² of recognised residential land in the same list. ``compensation``: đồng that the law lets be deducted.
    ``paid``: đồng paid of the levy so far (None: not told); ``notice`` None: not told, False: none was issued.
    """

    on: date
    convert_to: str
    land_user: str
    parts: tuple[Part, ...]
    facts: Mapping[str, Fact] = field(default_factory=dict)
    days: Days = Days()
    together: Decimal | None = None
    held: Decimal = Decimal(0)
    compensation: Decimal = Decimal(0)
    paid: Decimal | None = None
    notice: TaxNotice | bool | None = None
