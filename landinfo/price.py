"""The official price of a place for a land use: printed row → position → adjustments, each step with its article.

Prices are đồng/m² and never rounded here. What a zone says of its ground (``PriceZone.conditions``):

==================  ==========================================================================
depth_from_100m     "true": 100 m or more from the inner edge of the road (art. 4.2c)
alley_surface       "earth" or "paved" (Annex I.5)
hidden_part         "true": hidden behind the front, 15 m² or more (Annex I.6.1a)
long_band           "second" or "third" depth band of a long parcel for residential land (Annex I.6.1b)
long_band_business  the same for commerce and production, whose bands begin nearer to the front
fronts              number of street fronts, "2" or more raises (Annex I.6.6)
hampered            "true": one of Annex I.6.7–6.11
residential_area    "true": inside a residential area (art. 5.8, for communes that are no wards)
==================  ==========================================================================
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from landinfo import law
from landinfo.model import Citation, Notice, PriceList, PriceSection, PriceZone, Rulebook

RURAL_AREA = "IV"
"""Art. 3.1: area IV holds the communes (xã); areas I–III are wards, where art. 5.8 applies to all ground."""


@dataclass(frozen=True, slots=True)
class Step:
    """One step from the printed row to the price: what was done, the factor, the value after it (đồng/m²)."""

    notice: Notice
    factor: Decimal | None
    value: Decimal | None
    citation: Citation | None


@dataclass(frozen=True, slots=True)
class Quote:
    """The price of one use at one place, or why there is none.

    ``state``: priced | given | rows_not_loaded | no_list | no_section | no_rule | no_zone. ``readings`` are other
    readings of the text with their prices.
    """

    land_use: str
    state: str
    unit_price: Decimal | None
    basis: str
    steps: tuple[Step, ...] = ()
    readings: tuple[tuple[str, Decimal], ...] = ()
    section: PriceSection | None = None
    position: int | None = None
    citations: tuple[Citation, ...] = ()


def list_on(day: date, lists: Iterable[PriceList]) -> PriceList | None:
    """The price list in force on ``day``; of two, the one that began later."""
    held = [x for x in lists if x.effective_from <= day and (x.effective_to is None or day < x.effective_to)]
    return max(held, key=_first_day, default=None)


def _first_day(price_list: PriceList) -> date:
    return price_list.effective_from


def given(land_use: str, unit_price: Decimal) -> Quote:
    """A price that the asker gave; it wins over the list."""
    return Quote(land_use, "given", unit_price, "given", (Step(Notice("step-given"), None, unit_price, None),))


def quote(
    zone: PriceZone | None,
    land_use: str,
    commune: str,
    on: date,
    rulebook: Rulebook,
    facts: Mapping[str, Any],
) -> Quote:
    """The price of ``land_use`` on ``zone`` by the list in force ``on`` the day.

    ``commune`` is the code of the 2025 commune (it has the agricultural area); ``facts["same_parcel_as_house"]`` brings
    art. 5.8 outside wards.
    """
    prices = list_on(on, rulebook.price_lists)
    if prices is None or not prices.loaded:
        return Quote(land_use, "no_list" if prices is None else "rows_not_loaded", None, "table")
    if zone is None:
        return Quote(land_use, "no_zone", None, "table")
    section = prices.sections.get(zone.section)
    if section is None:
        return Quote(land_use, _absent(zone.section, prices), None, "table")
    place = _Place(zone, section, prices, commune, on, rulebook, bool(facts.get("same_parcel_as_house")))
    rule = place.rule("price_use")[0].get(land_use)
    found = place.priced(rule) if rule else None
    if found is None:
        return Quote(land_use, "no_rule", None, "table", section=section, position=zone.position)
    steps, readings = found
    agricultural = rule in _AGRICULTURAL
    return Quote(
        land_use=land_use,
        state="priced",
        unit_price=steps[-1].value,
        basis="table",
        steps=tuple(steps),
        readings=tuple(readings),
        section=section,
        position=zone.agricultural_position if agricultural else zone.position,
        citations=tuple(dict.fromkeys(s.citation for s in steps if s.citation)),
    )


def _absent(section: str, prices: PriceList) -> str:
    commune, _, number = section.partition(":")
    if number.isdecimal() and any(c == commune and a <= int(number) <= b for c, a, b in prices.missing):
        return "rows_not_loaded"
    return "no_section"


_LONG = {"residential": "long_band", "business": "long_band_business"}
_AGRICULTURAL = {"annual", "perennial", "forest_protected", "livestock", "salt"}
Priced = tuple[list[Step], list[tuple[str, Decimal]]]


@dataclass(frozen=True, slots=True)
class _Place:
    zone: PriceZone
    section: PriceSection
    prices: PriceList
    commune: str
    on: date
    rulebook: Rulebook
    house: bool

    def rule(self, key: str) -> tuple[Any, Citation]:
        value = law.on(self.rulebook.rules[key], self.on)
        return value.value, value.citation

    def holds(self, condition: str, value: str = "true") -> bool:
        return self.zone.conditions.get(condition) == value

    @property
    def area(self) -> str | None:
        return self.prices.zone_of.get(self.commune)

    def priced(self, rule: str) -> Priced | None:
        """Steps and other readings of a rule of ``price_use``; None when the list cannot answer here."""
        if rule in ("residential", "TMD", "SKC"):
            return self._street("ODT" if rule == "residential" else rule), []
        if rule == "low_density":
            return self._low_density()
        if rule == "religious":
            return self._times(self._street("ODT"), "price_religious", "step-religious"), []
        return self._agricultural(rule)

    def _street(self, column: str) -> list[Step]:
        """Residential, TMD and SKC: the printed price, the position, then Annex I in its order."""
        printed = self.section.prices[column]
        steps = [Step(Notice("step-printed", {"street": self.section.street}), None, printed, self.section.citation)]
        by_position, cited = self.rule("price_position")
        if self.zone.position > 1:
            factor = by_position[str(self.zone.position)]
            _then(steps, Notice("step-position", {"position": self.zone.position}), factor, cited)
        if self.holds("depth_from_100m"):
            self._times(steps, "price_depth", "step-depth")
        if self.zone.position > 1 and self.holds("alley_surface", "earth"):
            self._times(steps, "price_earth_alley", "step-earth-alley")
        if self.holds("hidden_part"):
            self._times(steps, "price_hidden_part", "step-hidden-part")
        kind = "residential" if column == "ODT" else "business"
        band = self.zone.conditions.get(_LONG[kind])
        if band in ("second", "third"):
            bands, cited = self.rule("price_long_parcel")
            _then(steps, Notice(f"step-long-{band}"), bands[f"{kind}_{band}"], cited)
        if self.zone.position == 1 and self.zone.conditions.get("fronts", "1") not in ("0", "1"):
            self._times(steps, "price_several_fronts", "step-several-fronts")
        if self.holds("hampered"):
            self._times(steps, "price_hampered", "step-hampered")
        return steps

    def _times(self, steps: list[Step], key: str, code: str) -> list[Step]:
        factor, cited = self.rule(key)
        return _then(steps, Notice(code), factor, cited)

    def _low_density(self) -> Priced | None:
        """Art. 6.3c, 6.4: a share of SKC by area, never below CLN by art. 5.8."""
        shares, cited = self.rule("price_low_density")
        floor = self._crop("CLN")
        if self.area is None or floor is None:
            return None
        steps = _then(self._street("SKC"), Notice("step-low-density"), shares[self.area], cited)
        return _at_least(steps, floor[0][-1].value, "step-not-below-perennial", cited), []

    def _agricultural(self, rule: str) -> Priced | None:
        found = self._crop("CLN" if rule in ("perennial", "livestock") else "CHN")
        if found is None:
            return None
        steps, readings = found
        keys = {
            "forest_protected": ("price_forest_protected", "step-forest-protected"),
            "livestock": ("price_livestock", "step-livestock"),
            "salt": ("price_salt", "step-salt"),
        }
        if rule in keys:
            key, code = keys[rule]
            factor, cited = self.rule(key)
            readings = [(name, value * factor) for name, value in readings]
            _then(steps, Notice(code), factor, cited)
            if rule == "livestock":
                cap = self._street("ODT")[-1].value
                readings = [(name, _least(value, cap)) for name, value in readings]
                steps = _at_most(steps, cap, "step-not-above-residential", cited)
        return steps, readings

    def _crop(self, use: str) -> Priced | None:
        """Annual (CHN) or perennial (CLN) crops: the area's table, raised by art. 5.8 where it applies."""
        position = self.zone.agricultural_position
        row = self.prices.agricultural.get((self.area or "", use, position))
        if row is None:
            return None
        table, cited = row
        values = {"area": self.area, "position": position}
        steps = [Step(Notice("step-agricultural-table", values), None, table, cited)]
        if not (self.area != RURAL_AREA or self.house or self.holds("residential_area")):
            return steps, []
        shares, cited = self.rule("price_agricultural_in_ward")
        factor = shares["share"] * shares["next_position"] ** (position - 1)
        factor *= shares["annual"] if use == "CHN" else 1
        printed = self.section.prices["ODT"]
        own = self._street("ODT")[-1].value or printed
        steps.append(Step(Notice("step-share-of-residential", {"ratio": factor}), factor, printed * factor, cited))
        if printed * factor < table:
            steps.append(Step(Notice("step-not-below-table"), None, table, cited))
        return steps, [("own-residential-position", max(table, own * factor))]


def _then(steps: list[Step], notice: Notice, factor: Decimal, cited: Citation) -> list[Step]:
    before = steps[-1].value
    steps.append(Step(notice, factor, None if before is None else before * factor, cited))
    return steps


def _at_least(steps: list[Step], floor: Decimal | None, code: str, cited: Citation) -> list[Step]:
    before = steps[-1].value
    if floor is not None and before is not None and before < floor:
        steps.append(Step(Notice(code), None, floor, cited))
    return steps


def _at_most(steps: list[Step], cap: Decimal | None, code: str, cited: Citation) -> list[Step]:
    before = steps[-1].value
    if cap is not None and before is not None and before > cap:
        steps.append(Step(Notice(code), None, cap, cited))
    return steps


def _least(value: Decimal, cap: Decimal | None) -> Decimal:
    return value if cap is None else min(value, cap)
