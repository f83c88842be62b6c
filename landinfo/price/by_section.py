"""Lists that print a price for each street section: Resolution 87/2025/NQ-HĐND, in force from 2026-01-01."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Any

from landinfo import law
from landinfo.model import BadInput, Citation, Notice, PriceSection, Rulebook, RuleValue
from landinfo.price.place import HAMPERED, Place, adjust
from landinfo.price.steps import Ladder, Step, begin

RURAL_AREA = "IV"
"""Art. 3.1: area IV holds the communes (xã); areas I–III are wards, where art. 5.8 applies to all ground."""
COLUMNS = {"residential": "ODT", "TMD": "TMD", "SKC": "SKC"}
"""Rules of ``price_use`` that read a printed column."""
CROPS = {"annual": "CHN", "perennial": "CLN"}
_PRINTED = {"ODT": "residential", "ONT": "residential", "TMD": "TMD", "SKC": "SKC", "CHN": "annual", "CLN": "perennial"}
"""What the columns of a list say by themselves, on days without ``price_use``."""
DENSITY = {"TMD": "low_density_TMD", "SKC": "low_density_SKC"}
"""The rule of a business of low density, by the rule of its land use."""
_OF_THEIR_OWN = ("zone", "parcel")
"""Rows with one price for the whole ground, whatever its position (prices by polygon or by parcel)."""


def rule_of(land_use: str, place: Place) -> str | None:
    """The rule of ``price_use`` for a land use; a low-density business (art. 6.2c, 6.3c) has its own."""
    known = law.in_force(place.rulebook.rules["price_use"].values, place.on)
    rule: str | None = (known.value if known else _PRINTED).get(land_use)
    business = place.facts.get("business_type")
    if business is None or rule not in DENSITY:
        return rule
    types = {t: d["rule"] for d in place.listed("price_derived") for t in d.get("types", ())}
    if business not in types:
        raise BadInput("bad-business-type", "fact.business_type", value=str(business)[:40], known=", ".join(types))
    return DENSITY[rule] if types[business] == DENSITY[rule] else rule


def derived(on: date, rulebook: Rulebook) -> tuple[Mapping[str, Any], ...]:
    """The uses that are priced from another on the day; none on days without the rule."""
    found = law.in_force(rulebook.rules["price_derived"].values, on)
    return found.value if found and found.value else ()


def agricultural(rule: str, place: Place) -> bool:
    """Does the rule price agricultural land, whose position is the agricultural one?"""
    return rule in CROPS or any(d["rule"] == rule and d.get("of") in CROPS for d in place.listed("price_derived"))


def priced(rule: str, place: Place) -> Ladder | None:
    """Steps and other readings of a rule; None when the list cannot answer here."""
    if rule in COLUMNS:
        return _street(COLUMNS[rule], place)
    if agricultural(rule, place) and place.holds("high_tech_farming"):
        rule = "high_tech_farming"
    return _crop(CROPS[rule], place) if rule in CROPS else _derived(rule, place)


def _derived(rule: str, place: Place) -> Ladder | None:
    """A use priced from another use: × factor, then the cap, then the floor, as far as the rule has them."""
    own = next((d for d in place.listed("price_derived") if d["rule"] == rule), None)
    if own is None:
        return None
    cited = place.rule("price_derived")[1]
    cited = replace(cited, article=own["article"], note=cited.note if own.get("by_table") else "")
    if "fixed" in own:
        return begin(Notice(own["code"]), own["fixed"], cited)
    ladder = _crop(CROPS[own["of"]], place, named=False) if own.get("by_table") else priced(own["of"], place)
    factor = own["by_area"].get(place.area) if "by_area" in own else own["factor"]
    if ladder is None or factor is None:
        return None
    ladder.times(Notice(own["code"]), factor, cited)
    return _bounded(ladder, own, cited, place)


def _bounded(ladder: Ladder, own: Mapping[str, Any], cited: Citation, place: Place) -> Ladder | None:
    for bound, code in (("cap", "step-not-above-residential"), ("floor", "step-not-below-perennial")):
        if bound not in own:
            continue
        other = priced(own[bound], place)
        if other is None:
            return None
        (ladder.at_most if bound == "cap" else ladder.at_least)(other.value, Notice(code), cited)
    return ladder


def _street(column: str, place: Place) -> Ladder | None:
    """Residential, TMD and SKC: the printed price, the position, then the adjustments in their order."""
    section = _dearest(column, place)
    printed = section.prices.get(column)
    if printed is None:
        return by_ratio(column, place)
    ladder = begin(Notice("step-printed", {"street": section.street}), printed, section.citation)
    if section.kind in _OF_THEIR_OWN:
        return ladder
    if section is not place.section:
        ladder.note(Notice("step-dearest-front", {"street": section.street}), place.rule("price_front")[1], "whole")
    if not place.position:
        return None
    if place.position > 1:
        factors, cited = place.rule("price_position")
        ladder.times(Notice("step-position", {"position": place.position}), factors[str(place.position)], cited)
    kind = "residential" if column == "ODT" else "business"
    if HAMPERED in adjust(ladder, place, kind, lambda use: _table(use, place)) and place.position > 1:
        ladder.readings.append(("road-price", _by_the_road(ladder.steps[0], kind, place)))
    return ladder


def _by_the_road(printed: Step, kind: str, place: Place) -> Decimal:
    """Annex I.6.7–6.11 read by its words, "70 % of the road's price": as on the front, whatever the own position."""
    apart = ("fronts", "other_fronts")
    kept = {name: told for name, told in place.zone.conditions.items() if name not in apart}
    road = Ladder([printed], [])
    adjust(
        road, replace(place, zone=replace(place.zone, position=1, conditions=kept)), kind, lambda u: _table(u, place)
    )
    return road.value


def by_ratio(land_use: str, place: Place) -> Ladder | None:
    """Where the list prints no price for the use but the document gives its ratio to one that it prints."""
    ratio = place.prices.ratios.get(land_use)
    of = _PRINTED.get(ratio.of) if ratio and ratio.of != land_use else None
    ladder = priced(of, place) if of else None
    if ladder is not None and ratio is not None:
        ladder.times(Notice("step-ratio", {"use": ratio.of}), ratio.ratio, ratio.citation)
    return ladder


def _dearest(column: str, place: Place) -> PriceSection:
    """Annex I.6.2: of several fronts the road with the highest price for the use."""
    if place.position != 1 or not place.other_fronts:
        return place.section
    return max((place.section, *place.other_fronts), key=lambda one: one.prices.get(column, Decimal(0)))


def _table(use: str, place: Place) -> Decimal | None:
    row = place.prices.agricultural.get((place.area or "", use, place.zone.agricultural_position))
    return row and row[0]


def _crop(use: str, place: Place, named: bool = True) -> Ladder | None:
    """Annual (CHN) or perennial (CLN) crops: the area's table, raised by art. 5.8 where it applies.

    ``named`` False: for a use that art. 5.8 does not name; the table stands, and prices by 5.8 are other readings.
    """
    position = place.zone.agricultural_position
    row = place.prices.agricultural.get((place.area or "", use, position))
    if row is None:
        return None
    table, cited = row
    ladder = begin(Notice("step-agricultural-table", {"area": place.area, "position": position}), table, cited)
    raised = law.in_force(place.rulebook.rules["price_agricultural_in_ward"].values, place.on)
    in_ward = place.area != RURAL_AREA
    if not raised or not (in_ward or place.facts.get("same_parcel_as_house") or place.holds("residential_area")):
        return ladder
    own = _street("ODT", place)
    if named:
        return own and _raised(ladder, own, use, position, raised)
    if own is not None:
        by_5_8 = _raised(Ladder(list(ladder.steps), []), own, use, position, raised)
        ladder.readings = [("share-of-residential", by_5_8.value), *by_5_8.readings]
    return ladder


def _raised(ladder: Ladder, own: Ladder, use: str, position: int, rule: RuleValue) -> Ladder:
    """Art. 5.8: a share of the residential price ``own``, not below the table, which is the ladder's first step."""
    table, shares = ladder.value, rule.value
    factor = shares["share"] * shares["next_position"] ** (position - 1)
    factor *= shares["annual"] if use == "CHN" else 1
    printed = own.steps[0].value
    notice = Notice("step-share-of-residential", {"ratio": factor, "base": printed})
    ladder.replaced(notice, printed * factor, rule.citation)
    ladder.readings = [("own-residential-position", own.value * factor)]
    ladder.at_least(table, Notice("step-not-below-table"), rule.citation)
    return ladder
