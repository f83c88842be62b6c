"""One section of a price list at one place: prices for every land use with their steps, and the conversion estimate.

Needs no map: the ground is what somebody tells of it (``position.Ground``).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from decimal import Decimal
from typing import Any

import shapely

from landinfo import case, estimate, law, position, price
from landinfo.estimate import Estimate
from landinfo.model import BadInput, NotHere, Notice, PriceList, PriceSection, PriceZone, Query, Rulebook
from landinfo.money import dong
from landinfo.position import Ground, Placed, Stretch
from landinfo.price import RURAL_AREA, Quote, Step
from landinfo.street import ranging

SHOWN = (
    "ODT", "ONT", "TMD", "SKC", "CLN", "LUC", "CHN", "NTS", "RSX", "RPH", "RDD", "CNT", "LMU",
    "TON", "TIN", "NTD", "TSC", "DGT",
)  # fmt: skip
"""Land uses with a price of their own in every answer; others of the same rule are named beside them."""
RESIDENTIAL = {True: "ONT", False: "ODT"}
"""By whether the commune is a xã (area IV of art. 3.1) or a ward."""
_NOWHERE = shapely.Point()


@dataclass(frozen=True, slots=True)
class Asked:
    """A question about a section: ``id`` is ``<commune code>:<row number>``; ``land_use`` is that of the ground."""

    id: str
    query: Query
    ground: Ground
    land_use: str | None = None


@dataclass(frozen=True, slots=True)
class Share:
    """Ground of one price: its stretches in one, their area (None: not told), the price with its steps."""

    area: Decimal | None
    quote: Quote

    @property
    def amount(self) -> Decimal | None:
        """đồng, rounded on its own: the rows of a street are no sum that anybody pays."""
        price_ = self.quote.unit_price
        return None if self.area is None or price_ is None else dong(self.area * price_)


@dataclass(frozen=True, slots=True)
class UsePrice:
    """A land use: ``rule`` that prices it and other codes of that rule; several shares where the ground has bands.

    ``unit_price`` is exact for one share and the average by area for several; ``amount`` in đồng where an area is told.
    ``businesses``: kinds of business of low density, each with its price on the first stretch, where none was told.
    """

    land_use: str
    rule: str
    also: tuple[str, ...]
    shares: tuple[Share, ...]
    unit_price: Decimal | None
    amount: Decimal | None
    businesses: tuple[tuple[str, Decimal | None], ...] = ()


@dataclass(frozen=True, slots=True)
class Answer:
    """``area`` is the agricultural one of art. 3.1 (I–IV); ``price_list`` that of the day.

    ``printed_in`` is the list whose row is shown: the day's, or another that is loaded; None with ``section``: a gap.
    """

    asked: Asked
    commune: str
    area: str | None
    state: str
    price_list: PriceList | None
    printed_in: PriceList | None
    section: PriceSection | None
    placed: Placed
    prices: tuple[UsePrice, ...]
    positions: tuple[tuple[int, Mapping[str, Decimal | None]], ...]
    estimate: Estimate | None
    reason: Notice | None
    notices: tuple[Notice, ...] = field(default=())


def answer(asked: Asked, rulebook: Rulebook) -> Answer:
    """All that the list says of the place on the day.

    Raises ``NotHere`` (no such row; with the nearest), ``BadInput`` (the ground contradicts itself, or an estimate
    lacks area or land use) and ``CannotBeAnswered`` (an estimate for a day before every regime).
    """
    _complete(asked, rulebook)
    commune, section, printed_in = _section(asked, rulebook)
    placed, notices = _placed(asked, rulebook)
    place = _Place(asked, commune, placed, rulebook)
    prices = tuple(place.prices())
    priced, reason = place.estimate()
    if priced is not None:
        priced = ranging.widened(priced, place.elsewhere())
    state = place.quote(RESIDENTIAL[place.rural], placed.stretches[0]).state
    return Answer(
        asked=asked,
        commune=commune,
        area=place.area,
        state=state,
        price_list=price.list_on(asked.query.on, rulebook.price_lists),
        printed_in=printed_in,
        section=section,
        placed=placed,
        prices=prices,
        positions=tuple(place.positions()),
        estimate=priced,
        reason=reason,
        notices=(*notices, *place.notices(prices)),
    )


def _complete(asked: Asked, rulebook: Rulebook) -> None:
    position.check(asked.ground)
    price.check_facts(asked.query.facts, asked.query.on, rulebook)
    for name, code in (("land_use", asked.land_use), ("convert_to", asked.query.convert_to)):
        if code is not None and code not in rulebook.land_use_types:
            raise BadInput("street-unknown-use", name, value=code[:20])
    for code in asked.query.prices:
        if code not in rulebook.land_use_types:
            raise BadInput("street-unknown-use", f"price.{code}", value=code[:20])
    if not asked.query.convert_to:
        return
    if asked.land_use is None:
        raise BadInput("street-needs-land-use", "land_use")
    if position.area(asked.ground) is None:
        raise BadInput("street-needs-area", "area")


def lists_near(day: date, rulebook: Rulebook) -> list[PriceList]:
    """The lists that have rows: that of the day, then later ones by first day, then earlier ones, the latest first.

    Where none has any the last list stands for all of them, without rows.
    """
    on = price.list_on(day, rulebook.price_lists)
    held = [x for x in rulebook.price_lists if x.sections]
    later = [x for x in held if x.effective_from > day]
    earlier = [x for x in held if x.effective_from <= day and x is not on]
    found = [*([on] if on and on.sections else []), *later, *reversed(earlier)]
    return found or list(rulebook.price_lists[-1:])


def _section(asked: Asked, rulebook: Rulebook) -> tuple[str, PriceSection | None, PriceList | None]:
    lists = lists_near(asked.query.on, rulebook)
    commune, _, number = asked.id.partition(":")
    for held in lists:
        if asked.id in held.sections:
            return held.sections[asked.id].commune, held.sections[asked.id], held
    for held in lists:
        if number.isascii() and number.isdecimal() and in_gap(commune, int(number), held):
            return commune, None, None
    near = nearest(asked.id, lists)
    raise NotHere("no-such-section", "id", section=asked.id[:40], nearest=near, similar=", ".join(near) or "–")


def in_gap(commune: str, number: int, held: PriceList) -> bool:
    """Does the source of the list lack this row?"""
    return any(code == commune and first <= number <= last for code, first, last in held.missing)


def nearest(wanted: str, lists: Sequence[PriceList]) -> tuple[str, ...]:
    """Ids that exist and come near: of the same commune by number, else of communes with a like code."""
    held = lists[0].sections if lists else {}
    commune, _, number = wanted.partition(":")
    at = int(number) if number.isascii() and number.isdecimal() and len(number) < 9 else 1
    near = [commune]
    same = [s for s in held.values() if s.commune == commune]
    if not same:
        code = int(commune) if commune.isascii() and commune.isdecimal() and len(commune) < 9 else 0
        near = sorted({s.commune for s in held.values()}, key=lambda c: (abs(int(c) - code), c))[:3]
        same = [s for s in held.values() if s.commune in near]
    order = {code: place for place, code in enumerate(near)}
    return tuple(s.id for s in sorted(same, key=lambda s: (abs(_number(s) - at), order[s.commune], s.id))[:4])


def _number(section: PriceSection) -> int:
    return int(section.number) if section.number.isdecimal() else 0


def _placed(asked: Asked, rulebook: Rulebook) -> tuple[Placed, tuple[Notice, ...]]:
    """By the rules of the day; on a day that has none, the position as told and nothing else."""
    try:
        return position.place(asked.ground, asked.query.on, rulebook.rules), ()
    except law.NotInForce:
        ground = asked.ground
        area = position.area(ground)
        bare = Stretch(None, None, area, ground.agricultural_position or 0, {})
        return Placed(ground.position or 0, area, (bare,), (), ()), (
            Notice("street-position-by-list-unknown", {"day": asked.query.on}, "warning"),
        )


def _both(one: Decimal | None, other: Decimal | None) -> Decimal | None:
    return None if one is None or other is None else one + other


class _Place:
    def __init__(self, asked: Asked, commune: str, placed: Placed, rulebook: Rulebook) -> None:
        self.asked, self.commune, self.placed, self.rulebook = asked, commune, placed, rulebook
        self.on = asked.query.on
        lists = lists_near(asked.query.on, rulebook)
        self.area = next((held.zone_of[commune] for held in lists if commune in held.zone_of), None)
        self.rural = self.area == RURAL_AREA
        rule = law.in_force(rulebook.rules["price_use"].values, self.on)
        self.rule_of: Mapping[str, str] = rule.value if rule else {}
        told = asked.query.facts
        house = told.get("same_parcel_as_recognised_residential") or told.get("garden_pond_of_house_parcel")
        self.facts = {**told, "same_parcel_as_house": bool(house)}

    def quote(self, use: str, stretch: Stretch, at: int | None = None, **more: str) -> Quote:
        """The price of a use on a stretch, given or from the list; 6.5: without access never below CLN."""
        if use in self.asked.query.prices:
            return price.given(use, self.asked.query.prices[use])
        found = self._listed(use, stretch, at, more)
        if self.asked.ground.no_access and found.group != "agricultural":
            return self._not_below_crops(found, self._listed("CLN", stretch, at, more))
        return found

    def _listed(self, use: str, stretch: Stretch, at: int | None, more: Mapping[str, str]) -> Quote:
        zone = PriceZone(
            id="",
            price_list="",
            section=self.asked.id,
            position=at or self.placed.position,
            agricultural_position=stretch.agricultural_position,
            conditions={**stretch.conditions, **more},
            found={},
            shape=_NOWHERE,
            effective_from=self.on,
            effective_to=None,
            edition="",
        )
        try:
            return price.quote(zone, use, self.commune, self.on, self.rulebook, self.facts)
        except law.NotInForce:
            return Quote(use, "no_rule", None, "table")

    def _not_below_crops(self, found: Quote, crops: Quote) -> Quote:
        floor, value = crops.unit_price, found.unit_price
        if floor is None or value is None or value >= floor:
            return found
        cited = law.on(self.rulebook.rules["position_no_access"], self.on).citation
        step = Step(Notice("place-not-below-perennial"), None, floor, cited)
        return replace(found, unit_price=floor, steps=(*found.steps, step), citations=(*found.citations, cited))

    def prices(self) -> Iterator[UsePrice]:
        shown = [u for u in SHOWN if u in self.rule_of or not self.rule_of]
        shown = [u for u in shown if u != RESIDENTIAL[not self.rural]]
        asked = (self.asked.land_use, self.asked.query.convert_to)
        for use in dict.fromkeys([*shown, *(u for u in asked if u), *self.asked.query.prices]):
            rule = self.rule_of.get(use, "")
            apart = {*shown, *RESIDENTIAL.values()}
            also = [code for code, its in self.rule_of.items() if its == rule and code not in apart]
            yield replace(self._use_price(use, rule, tuple(also)), businesses=tuple(self._businesses(use)))

    def _businesses(self, use: str) -> Iterator[tuple[str, Decimal | None]]:
        if use in self.asked.query.prices or self.facts.get("business_type") is not None:
            return
        kinds = price.business_types(use, self.on, self.rulebook)
        if not kinds:
            return
        told = replace(self.asked, query=replace(self.asked.query, facts={**self.facts, "business_type": kinds[0]}))
        place = _Place(told, self.commune, self.placed, self.rulebook)
        value = place.quote(use, self.placed.stretches[0]).unit_price  # one rule for all kinds
        yield from ((kind, value) for kind in kinds)

    def _use_price(self, use: str, rule: str, also: tuple[str, ...]) -> UsePrice:
        shares: list[Share] = []
        for stretch in self.placed.stretches:
            found = self.quote(use, stretch)
            same = next((i for i, share in enumerate(shares) if share.quote == found), None)
            if same is None:
                shares.append(Share(stretch.area, found))
            else:
                shares[same] = Share(_both(shares[same].area, stretch.area), found)
        values = [(s.area, s.quote.unit_price) for s in shares]
        if any(value is None for _, value in values):
            return UsePrice(use, rule, also, tuple(shares), None, None)
        if self.placed.area is None:
            return UsePrice(use, rule, also, tuple(shares), values[0][1], None)
        amount = sum((area * value for area, value in values if area and value is not None), Decimal(0))
        average = values[0][1] if len(values) == 1 else dong(amount / self.placed.area)
        return UsePrice(use, rule, also, tuple(shares), average, dong(amount))

    def positions(self) -> Iterator[tuple[int, Mapping[str, Decimal | None]]]:
        """What each position of the section costs before Annex I, for the uses that the list prints."""
        bare = Stretch(None, None, None, 1, {})
        for at in range(position.FRONT, position.LAST + 1):
            uses = (RESIDENTIAL[self.rural], "TMD", "SKC")
            yield at, {use: self._listed(use, bare, at, {}).unit_price for use in uses}

    def notices(self, prices: Sequence[UsePrice]) -> Iterator[Notice]:
        by_use = {row.land_use: row.unit_price for row in prices}
        home, crops = by_use.get(RESIDENTIAL[self.rural]), by_use.get("CLN")
        if home is not None and crops is not None and home < crops:
            yield Notice("street-below-crops", {"home": home, "crops": crops}, "warning")
        if self.rural and crops is not None and not self._raised():
            raised = self.quote("CLN", self.placed.stretches[0], residential_area="true").unit_price
            yield Notice("street-rural-crops", {"price": raised})
        if self.asked.query.convert_to:
            yield Notice("street-plan-not-known", severity="warning")
        held = price.list_on(self.on, self.rulebook.price_lists)
        said = held and law.beyond_check(held.citation, held.effective_to, self.on)
        if said:
            yield said

    def _raised(self) -> bool:
        return bool(self.asked.ground.residential_area) or bool(self.facts["same_parcel_as_house"])

    def estimate(self) -> tuple[Estimate | None, Notice | None]:
        """The conversion of the ground told of, one part per stretch; (None, why) when there is nothing to convert."""
        query, use = self.asked.query, self.asked.land_use
        if not query.convert_to or use is None:
            return None, None
        if use == query.convert_to or {use, query.convert_to} <= set(RESIDENTIAL.values()):
            return None, Notice("nothing-to-convert")
        return self._estimated(self._parts(use, query.convert_to)), None

    def elsewhere(self) -> Iterator[Estimate]:
        """The estimate wherever else the ground may lie, as far as nobody told."""
        use, target = self.asked.land_use or "", self.asked.query.convert_to or ""
        found: dict[ranging.Prices, list[dict[str, Any]]] = {}
        for ground in ranging.grounds(self.asked.ground, self.rural):
            asked = replace(self.asked, ground=ground)
            placed, _ = _placed(asked, self.rulebook)
            parts = _Place(asked, self.commune, placed, self.rulebook)._parts(use, target)
            found.setdefault(tuple((p["price"], p["target_price"]) for p in parts), parts)
        yield from (self._estimated(found[prices]) for prices in ranging.corners(found))

    def _parts(self, use: str, target: str) -> list[dict[str, Any]]:
        return [self._part(number, stretch, use, target) for number, stretch in enumerate(self.placed.stretches, 1)]

    def _estimated(self, parts: Sequence[Mapping[str, Any]]) -> Estimate:
        query = self.asked.query
        read = case.read_case(
            {
                "on": query.on,
                "land_user": query.land_user,
                "convert_to": query.convert_to,
                "facts": {name: value for name, value in query.facts.items() if name in case.FACTS},
                "parts": list(parts),
            }
        )
        return estimate.estimate(read, self.rulebook.rules)

    def _part(self, number: int, stretch: Stretch, use: str, target: str) -> dict[str, Any]:
        before, after = self.quote(use, stretch), self.quote(target, stretch)
        return {
            "id": str(number),
            "area": stretch.area,
            "land_use": use,
            "price": before.unit_price,
            "other_prices": dict(before.other_prices),
            "target_price": after.unit_price,
            "other_target_prices": dict(after.other_prices),
        }
