"""The official price of a place for a land use: printed row → position → adjustments, each step with its article.

Prices are đồng/m² and never rounded here unless the document itself says so. What a zone says of its ground
(``PriceZone.conditions``; several values of one condition are joined by "|"):

==================  ==========================================================================
depth_from_100m     "true": 100 m or more from the inner edge of the road (art. 4.2c)
alley_surface       "earth", "paved" or "unknown" (Annex I.5)
alley_below_4m      "true": reached by an alley under 4 m (lists of 2016–2019, agricultural land)
hidden_part         "true": hidden behind the front, 15 m² or more (Annex I.6.1a)
long_band           "second" or "third" depth band of a long parcel for residential land (Annex I.6.1b)
long_band_business  the same for commerce and production, whose bands begin nearer to the front
fronts              number of street fronts, "2" or more raises (Annex I.6.6)
other_fronts        rows of the other streets fronted on, "25750:11|25750:12": the dearest counts (Annex I.6.2)
hampered            "bridge", "flyover", "power_line", "ramp", "canal", "inner_land" (Annex I.6.7–6.11), or "true"
                    where it is not known which; however many hold, the reduction counts once
chosen_by           how the road was chosen: "no_alley" (I.6.3), "nearest_road" (I.6.4), "neighbour_commune" (I.6.12)
access              "boat": no road or alley (Annex I.6.5): position 4 of the nearest priced road
residential_area    "true": inside a residential area (art. 5.8, for communes that are no wards)
high_tech_farming   "true": inside a high-tech farming zone
==================  ==========================================================================

What only the land user knows (``facts``): ``same_parcel_as_house`` (art. 5.8), ``business_type`` (art. 6.2c, 6.3c),
``water_use``, ``adjacent_use``, ``put_to_use`` (art. 7): each of the last three is asked where it decides the price.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from functools import lru_cache
from typing import Any

from landinfo import law
from landinfo.model import (
    BadInput,
    CannotBeAnswered,
    Citation,
    Notice,
    PriceList,
    PriceSection,
    PriceZone,
    Rulebook,
    light,
)
from landinfo.once import Asked
from landinfo.price import by_class, by_section
from landinfo.price.by_section import RURAL_AREA as RURAL_AREA
from landinfo.price.place import Place
from landinfo.price.steps import Ladder
from landinfo.price.steps import Step as Step

KEPT = 4096
"""Quotes that a process keeps."""
TABLE, TABLE_TIMES_K = "table", "table × K"
FACTS = ("business_type", "water_use", "adjacent_use", "put_to_use")
"""What decides a price and only the land user knows (art. 6.2c, 6.3c, 7)."""


@light
@dataclass(frozen=True, slots=True)
class Quote:
    """The price of one use at one place, or why there is none.

    ``state``: priced | given | rows_not_loaded | no_list | no_section | no_rule | position_unknown | no_zone |
    unsettled | k_unknown.
    ``basis``: table | table × K | given. ``readings`` are other readings of the text with their prices. Unsettled: the
    fact ``question`` decides, ``alternatives`` are its answers with their prices (none: the price follows the answer).
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
    group: str = ""  # agricultural | non_agricultural
    question: str = ""
    alternatives: tuple[tuple[str, Decimal], ...] = ()

    @property
    def low(self) -> Decimal | None:
        """The least the price can be, None when that is not known."""
        return self.unit_price if self.unit_price is not None else min((p for _, p in self.alternatives), default=None)

    @property
    def other_prices(self) -> tuple[tuple[str, Decimal], ...]:
        """The prices of other readings, for a conversion: those of the price itself and, where art. 5.8 took the place
        of the agricultural table, the table's."""
        if not self.readings and len(self.steps) < 2:
            return ()
        others = dict(self.readings)
        values = {s.notice.code: s.value for s in self.steps} if len(self.steps) > 1 else {}
        if "step-share-of-residential" in values:
            others["agricultural-table"] = values["step-agricultural-table"]
        return tuple((name, value) for name, value in others.items() if value != self.unit_price)

    @property
    def high(self) -> Decimal | None:
        return self.unit_price if self.unit_price is not None else max((p for _, p in self.alternatives), default=None)


def lowered(quote: Quote, case: str, rulebook: Rulebook) -> bool:
    """Does the price hold the adjustment of a case of Annex I.6.7–6.11?"""
    listed = (one for value in rulebook.rules["price_adjustments"].values for one in value.value or ())
    codes = {one["code"] for one in listed if case in one.get("when", {}).get("hampered", ())}
    return any(step.notice.code in codes for step in quote.steps)


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

    ``commune`` is the code of the 2025 commune (it has the agricultural area). Raises ``BadInput``: a fact or a
    condition with a value that it cannot have.
    """
    # the ground itself does not count: zones that say the same have the same price
    said = None if zone is None else (
        zone.price_list, zone.section, zone.position, zone.agricultural_position, tuple(zone.conditions.items())
    )  # fmt: skip
    key = (said, land_use, commune, on, tuple(facts.items()))
    return _kept(Asked(rulebook, key, (zone, land_use, commune, on, rulebook, facts)))


@lru_cache(KEPT)
def _kept(asked: Asked[tuple[PriceZone | None, str, str, date, Rulebook, Mapping[str, Any]]]) -> Quote:
    zone, land_use, commune, on, rulebook, facts = asked.take()
    prices = list_on(on, rulebook.price_lists)
    nothing = Quote(land_use, "no_list", None, TABLE)
    if prices is None:
        return nothing
    if zone is None or (zone.price_list and zone.price_list != prices.id):
        return replace(nothing, state="no_zone" if prices.loaded else "rows_not_loaded")
    section = prices.sections.get(zone.section)
    if section is None:
        return replace(nothing, state=_absent(zone.section, prices))
    place = Place(zone, section, prices, commune, on, rulebook, facts)
    try:
        return (_by_class if prices.method == "class_coefficient" else _by_section)(land_use, place)
    except law.NotInForce:
        return _no_rule(land_use, place)


def _absent(section: str, prices: PriceList) -> str:
    commune, _, number = section.partition(":")
    if number.isdecimal() and any(c == commune and a <= int(number) <= b for c, a, b in prices.missing):
        return "rows_not_loaded"
    return "no_section" if prices.loaded else "rows_not_loaded"


def _no_rule(land_use: str, place: Place) -> Quote:
    known = place.zone.position and place.zone.agricultural_position
    state = "no_rule" if known else "position_unknown"
    return Quote(land_use, state, None, TABLE, section=place.section, position=place.zone.position)


def _by_class(land_use: str, place: Place) -> Quote:
    ladder = by_class.priced(land_use, place)
    if ladder is None:
        return _no_rule(land_use, place)
    return _made(land_use, ladder, place, by_class.agricultural(land_use, place))


def _by_section(land_use: str, place: Place) -> Quote:
    rule = by_section.rule_of(land_use, place)
    if rule is None:
        ladder = by_section.by_ratio(land_use, place)
        if ladder is None:
            return _no_rule(land_use, place)
        return _made(land_use, ladder, place, place.prices.ratios[land_use].of in by_section.CROPS.values())
    open_ = next((u for u in place.listed("price_unsettled") if u["rule"] == rule), None)
    if open_ is not None:
        answer = place.facts.get(open_["fact"])
        if answer is None:
            return _unsettled(land_use, open_, place)
        rule = _settled(open_, str(answer), place.rule("price_use")[0])
    ladder = by_section.priced(rule, place)
    if ladder is None:
        return _no_rule(land_use, place)
    return _made(land_use, ladder, place, by_section.agricultural(rule, place))


def business_types(land_use: str, on: date, rulebook: Rulebook) -> tuple[str, ...]:
    """The low-density kinds of business that have a price of their own within a land use (art. 6.2c, 6.3c)."""
    own = by_section.DENSITY.get(land_use, "")
    return tuple(t for d in by_section.derived(on, rulebook) if d["rule"] == own for t in d.get("types", ()))


def check_facts(facts: Mapping[str, Any], on: date, rulebook: Rulebook) -> None:
    """Raises ``BadInput``: a fact about a use with an answer that no rule of the day knows, asked for or not."""
    open_, uses = (law.in_force(rulebook.rules[key].values, on) for key in ("price_unsettled", "price_use"))
    for one in open_.value if open_ else ():
        if facts.get(one["fact"]) is not None:
            _settled(one, str(facts[one["fact"]]), uses.value if uses else {})
    told = facts.get("business_type")
    known = [t for d in by_section.derived(on, rulebook) for t in d.get("types", ())]
    if told is not None and known and told not in known:
        raise BadInput("bad-business-type", "fact.business_type", value=str(told)[:40], known=", ".join(known))


def _settled(open_: Mapping[str, Any], answer: str, uses: Mapping[str, str]) -> str:
    """The rule that the land user's answer leads to."""
    by: Mapping[str, str] = open_["by"]
    rule: str | None = by.get(answer)
    used = uses.get(answer)
    if rule is None and used is not None and (used in by.values() or (not by and used != open_["rule"])):
        rule = used
    if rule is None:
        known = ", ".join(by) or "ODT, TMD, SKC, CLN, CHN"
        raise BadInput("bad-fact-of-use", f"fact.{open_['fact']}", value=answer[:40], known=known)
    return rule


def _unsettled(land_use: str, open_: Mapping[str, Any], place: Place) -> Quote:
    ladders = {answer: by_section.priced(rule, place) for answer, rule in open_["by"].items()}
    if any(ladder is None for ladder in ladders.values()):
        return _no_rule(land_use, place)
    _, cited = place.rule("price_unsettled")
    return Quote(
        land_use=land_use,
        state="unsettled",
        unit_price=None,
        basis=TABLE,
        section=place.section,
        position=place.position,
        citations=(replace(cited, article=open_["article"]),),
        question=open_["fact"],
        alternatives=tuple((answer, ladder.value) for answer, ladder in ladders.items() if ladder),
    )


def _made(land_use: str, ladder: Ladder, place: Place, agricultural: bool) -> Quote:
    if place.prices.rounding:
        ladder.rounded(*place.prices.rounding, Notice("step-rounded"), place.prices.citation)
    return Quote(
        land_use=land_use,
        state="priced",
        unit_price=ladder.value,
        basis=TABLE,
        steps=tuple(ladder.steps),
        readings=tuple(ladder.readings),
        section=place.section,
        position=place.zone.agricultural_position if agricultural else place.position,
        citations=tuple(dict.fromkeys(s.citation for s in ladder.steps if s.citation)),
        group="agricultural" if agricultural else "non_agricultural",
    )


def for_case(quoted: Quote, use_case: str, on: date, rulebook: Rulebook) -> Quote:
    """The price for a use such as "levy" or "land_tax": the table, or table × K where the law says so.

    K is the section's own, else the one of the day (``levy_k``). Raises ``CannotBeAnswered``: the law of that day has
    no such use case here.
    """
    bases = law.on(rulebook.rules["price_use_case"], on)
    if use_case not in bases.value:
        raise CannotBeAnswered("no-use-case", "use_case", value=use_case[:40], known=", ".join(bases.value))
    return times_k(quoted, on, rulebook) if bases.value[use_case] == TABLE_TIMES_K else quoted


def times_k(quoted: Quote, on: date, rulebook: Rulebook) -> Quote:
    """The price × K; a given price stays as it was given. K not known: state ``k_unknown``, no price."""
    if quoted.unit_price is None or quoted.state == "given":
        return quoted
    k, cited = _k(quoted, on, rulebook)
    if k is None:
        return replace(quoted, state="k_unknown", unit_price=None, basis=TABLE_TIMES_K)
    value = quoted.unit_price * k
    return replace(
        quoted,
        unit_price=value,
        basis=TABLE_TIMES_K,
        steps=(*quoted.steps, Step(Notice("step-k"), k, value, cited)),
        readings=tuple((name, price * k) for name, price in quoted.readings),
        citations=tuple(dict.fromkeys((*quoted.citations, cited))),
    )


def _k(quoted: Quote, on: date, rulebook: Rulebook) -> tuple[Decimal | None, Citation]:
    prices = list_on(on, rulebook.price_lists)
    own = quoted.section.k.get(quoted.group) if quoted.section else None
    if own is not None and prices is not None:
        return own, prices.k_citation or prices.citation
    found = law.on(rulebook.rules["levy_k"], on)
    return Decimal(1) if found.value == "none" else found.value, found.citation
