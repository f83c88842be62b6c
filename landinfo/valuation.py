"""What a parcel is worth by the price list: zone pieces × land uses, with a range where the outline is not known.

A price list value, not a market price. The uses on a certificate have areas but no outline, so in a parcel that
several zones share a use may lie anywhere: the likely value spreads it evenly, low and high put it on the cheapest
and the dearest ground that has room for it, each use by itself. Where one more fact decides the price (a use that
art. 7 prices by another) every piece takes the least and the most that the price may be.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal

import shapely
from shapely.geometry.base import BaseGeometry

from landinfo import overlay, price
from landinfo.case.model import RESIDENTIAL
from landinfo.model import (
    Coverage,
    Facts,
    Feature,
    Held,
    LandUse,
    LayerFacts,
    Parcel,
    PriceList,
    PriceZone,
    Query,
    Rulebook,
    Theme,
    ThemeKind,
    light,
)
from landinfo.money import dong
from landinfo.overlay import ThemeShares
from landinfo.price import Quote
from landinfo.price.place import HAMPERED

HOUSING = (*RESIDENTIAL, "T")
"""Codes of recognised residential land: T is that of Decision 499/QĐ-ĐC (1995), which certificates keep."""
NO_AREA = Decimal("0.0")
"""m²; a sum has the decimals of its finest term."""
ZONES = Theme("price_zones", ThemeKind.PARTITION, "", "", strip_width=0.05, system="own")
"""Price zones, measured as a theme is."""


@light
@dataclass(frozen=True, slots=True)
class Piece:
    """Part of a parcel that takes one price zone; ``zone`` None: no zone, ``why`` says which kind of nothing.

    The conditions of ``zone`` hold for the piece: to those of the zone itself come those of themes that hamper.
    """

    zone: PriceZone | None
    area: Decimal
    shape: BaseGeometry
    why: str


@light
@dataclass(frozen=True, slots=True)
class Share:
    """The likely part of one use on one piece, and what the list says of it there.

    ``amount`` is đồng, its part of the use's likely value (None: not known), so that the rows sum to it.
    """

    piece: Piece
    area: Decimal
    quote: Quote
    amount: Decimal | None = None


@light
@dataclass(frozen=True, slots=True)
class UseValue:
    """One land use of the parcel: its area, its prices by piece, and its value in đồng (None: not known)."""

    land_use: LandUse
    area: Decimal | None
    shares: tuple[Share, ...]
    low: Decimal | None
    likely: Decimal | None
    high: Decimal | None


@light
@dataclass(frozen=True, slots=True)
class Valuation:
    """The value of a parcel by the list on a day; low and high hold every way in which its uses may lie.

    ``state``: priced | partly | unsettled | rows_not_loaded | no_list | no_data.
    """

    price_list: PriceList | None
    state: str
    uses: tuple[UseValue, ...]
    low: Decimal | None
    likely: Decimal | None
    high: Decimal | None


def pieces(facts: Facts, shares: Sequence[ThemeShares] = ()) -> tuple[Piece, ...]:
    """The parcel cut by its price zones and by the themes of ``shares`` that hamper the use of ground (Annex I.6.9).

    Areas sum to the registered area. Strips of noise go to their neighbours.
    """
    found = _by_zone(facts)
    for theme in hampering(shares):
        found = tuple(part for one in found for part in _parted(one, theme, facts))
    return found


def hampering(shares: Iterable[ThemeShares]) -> tuple[ThemeShares, ...]:
    """The themes that make a case of the price list of the ground under them, where they reach the parcel."""
    return tuple(s for s in shares if s.theme.hampers and s.answer is overlay.Answer.CONCERNED)


def hampered(zone: PriceZone | None) -> frozenset[str]:
    """The cases of Annex I.6.7–6.11 that a zone is under."""
    return frozenset(filter(None, (zone.conditions.get(HAMPERED, "") if zone else "").split("|")))


def _parted(piece: Piece, theme: ThemeShares, facts: Facts) -> Iterator[Piece]:
    """The piece outside a theme, and inside it as ground of its case; a zone that says the case stays whole."""
    zone, case = piece.zone, theme.theme.hampers
    under = [row.shape for row in theme.rows if row.kind == "designation"]
    if zone is None or case in hampered(zone) or not under:
        yield piece
        return
    inside, outside = overlay.split(piece.shape, shapely.union_all(under))
    step = overlay.area_step(facts.parcel.registered_area)
    within, beyond = overlay.apportion(piece.area, (shapely.area(inside), shapely.area(outside)), step)
    if beyond:
        yield replace(piece, area=beyond, shape=outside)
    if within:
        conditions = {**zone.conditions, HAMPERED: "|".join(sorted({*hampered(zone), case}))}
        yield replace(piece, zone=replace(zone, conditions=conditions), area=within, shape=inside)


def zone_layer(coverage: tuple[Coverage, ...], zones: Sequence[PriceZone], held: Held) -> LayerFacts:
    """Price zones as a layer that can be measured; a zone's designation is its edition and id."""
    return LayerFacts("price_zones", held, coverage, tuple(map(_as_feature, zones)))


def _zone_shares(facts: Facts) -> ThemeShares:
    if facts.zones_measured is not None:
        kept = overlay.recalled(facts.parcel, ZONES, facts.zones_measured, facts.zone_coverage, facts.zones)
        if kept is not None:
            return kept
    return overlay.measure(facts.parcel, ZONES, zone_layer(facts.zone_coverage, facts.zones, facts.zones_held))


def _by_zone(facts: Facts) -> tuple[Piece, ...]:
    by_name = {_name(zone): zone for zone in facts.zones}
    rows = [r for r in _zone_shares(facts).rows if r.area > 0]
    if not rows:
        return (Piece(None, overlay.whole_area(facts.parcel), facts.parcel.shape, "no_data"),)
    solid = [r for r in rows if r.kind != "in_doubt"] or rows
    total = sum((r.area for r in rows), Decimal(0))
    step = overlay.area_step(facts.parcel.registered_area)
    areas = overlay.apportion(total, [r.drawn_area for r in solid], step)
    return tuple(
        Piece(by_name.get(row.designation) if row.kind == "designation" else None, area, row.shape, row.kind)
        for row, area in zip(solid, areas, strict=True)
    )


def _name(zone: PriceZone) -> str:
    """An id is one only within its edition."""
    return f"{zone.edition}/{zone.id}"


def _as_feature(zone: PriceZone) -> Feature:
    return Feature(
        zone.id, "price_zones", _name(zone), zone.shape, zone.effective_from, zone.effective_to, "", "", zone.edition
    )


def use_areas(parcel: Parcel, total: Decimal) -> tuple[tuple[LandUse, Decimal | None], ...]:
    """Each use with its area; one use alone has the whole parcel, one missing area is the rest, two are unknown."""
    uses = parcel.land_uses
    if len(uses) == 1:
        use = uses[0]
        return ((use, total if use.area is None and total >= 0 else use.area),)
    missing = [u for u in uses if u.area is None]
    rest = total - sum((u.area for u in uses if u.area is not None), Decimal(0))
    fill = rest if len(missing) == 1 and rest >= 0 else None
    return tuple((u, fill if u.area is None else u.area) for u in uses)


def quoted(piece: Piece, land_use: str, facts: Facts, query: Query, rulebook: Rulebook) -> Quote:
    """The list's price of a use on a piece, or the price given in the question, which wins."""
    if land_use in query.prices:
        return price.given(land_use, query.prices[land_use])
    if piece.zone is None and piece.why == "conflict":
        return Quote(land_use, "zones_in_conflict", None, "table")
    # where old ground was divided among new communes and nobody knows into which, the section's own has the area
    section = piece.zone.section.partition(":")[0] if piece.zone else ""
    commune = facts.commune_now.code if facts.commune_now else section
    house = any(u.code in HOUSING for u in facts.parcel.land_uses)
    house = house or query.facts.get("same_parcel_as_recognised_residential") is True
    known: Mapping[str, object] = {"same_parcel_as_house": house}
    return price.quote(piece.zone, land_use, commune, query.on, rulebook, known)


def value(facts: Facts, query: Query, rulebook: Rulebook, parts: Sequence[Piece]) -> Valuation:
    """The parcel's value by the list in force on ``query.on``: area × price of each use, summed."""
    total = sum((p.area for p in parts), Decimal(0))
    uses = tuple(
        _use_value(use, area, total, parts, facts, query, rulebook) for use, area in use_areas(facts.parcel, total)
    )
    price_list = price.list_on(query.on, rulebook.price_lists)
    return Valuation(
        price_list=price_list,
        state=_state(uses),
        uses=uses,
        low=_at_least([u.low for u in uses]),
        likely=_sum([u.likely for u in uses]),
        high=_sum([u.high for u in uses]),
    )


def _use_value(
    use: LandUse,
    area: Decimal | None,
    total: Decimal,
    parts: Sequence[Piece],
    facts: Facts,
    query: Query,
    rulebook: Rulebook,
) -> UseValue:
    quotes = [quoted(p, use.code, facts, query, rulebook) for p in parts]
    if area is None or total == 0:
        return UseValue(use, area, tuple(Share(p, p.area, q) for p, q in zip(parts, quotes, strict=True)), *_NOTHING)
    if len(parts) == 1:
        return _on_one(use, area, parts[0], quotes[0], facts.parcel.registered_area)
    exponent = min(_exponent(area), _exponent(overlay.area_step(facts.parcel.registered_area)))
    spread = overlay.apportion(area, [p.area for p in parts], Decimal(1).scaleb(exponent))
    exact = [None if q.unit_price is None else a * q.unit_price for a, q in zip(spread, quotes, strict=True)]
    low, likely, high = _bounds(area, list(zip(parts, quotes, exact, strict=True)))
    shares = tuple(Share(*row) for row in zip(parts, spread, quotes, _amounts(exact, likely), strict=True))
    return UseValue(use, area, shares, low, likely, high)


def _on_one(use: LandUse, area: Decimal, piece: Piece, quote: Quote, registered: Decimal | None) -> UseValue:
    """The value of a use that can lie on one piece only; its area there has the decimals of ``overlay.area_step``."""
    there = area + NO_AREA if registered is None else area + NO_AREA + 0 * registered
    if quote.unit_price is not None:
        worth = dong(area * quote.unit_price)
        return UseValue(use, area, (Share(piece, there, quote, worth),), worth, worth, worth)
    low, high = (None if price is None else dong(area * price) for price in (quote.low, quote.high))
    return UseValue(use, area, (Share(piece, there, quote),), low, None, high)


def _amounts(exact: Sequence[Decimal | None], likely: Decimal | None) -> Sequence[Decimal | None]:
    """Each share's đồng; where the use's value is known they are apportioned to it."""
    known = [amount for amount in exact if amount is not None]
    if likely is None or not sum(known):
        return [None if amount is None else dong(amount) for amount in exact]
    return overlay.apportion(likely, known, Decimal(1))


_NOTHING = (None, None, None)


def _bounds(
    area: Decimal, shares: Sequence[tuple[Piece, Quote, Decimal | None]]
) -> tuple[Decimal | None, Decimal | None, Decimal | None]:
    """Low, likely and high of a use; a piece without any price may hold it at 0 or at any price.

    ``shares``: of each piece its quote, and what the part of the use on it is worth (đồng, not rounded).
    """
    ground = [(piece.area, quote, exact) for piece, quote, exact in shares if piece.area > 0]
    least = [(quote.low, room) for room, quote, _ in ground]
    if all(price is None for price, _ in least):
        return _NOTHING
    low = _filled(area, sorted((price or Decimal(0), room) for price, room in least))
    most = [(price, room) for room, quote, _ in ground if (price := quote.high) is not None]
    known = [exact for *_, exact in ground if exact is not None]
    likely = dong(sum(known, Decimal(0))) if len(known) == len(ground) else None
    high = dong(_filled(area, sorted(most, reverse=True))) if len(most) == len(ground) else None
    return dong(low), likely, high


def _filled(area: Decimal, ground: Sequence[tuple[Decimal, Decimal]]) -> Decimal:
    """``area`` put on ``ground`` (price, room) in the order given; of more than fits the rest takes the first price."""
    amount, left = Decimal(0), area
    for unit_price, room in ground:
        taken = min(left, room)
        amount, left = amount + taken * unit_price, left - taken
    return amount + left * ground[0][0]


def _exponent(number: Decimal) -> int:
    exponent = number.as_tuple().exponent
    return exponent if isinstance(exponent, int) else 0


def _sum(amounts: Sequence[Decimal | None]) -> Decimal | None:
    known = [a for a in amounts if a is not None]
    return sum(known, Decimal(0)) if known and len(known) == len(amounts) else None


def _at_least(amounts: Sequence[Decimal | None]) -> Decimal | None:
    known = [a for a in amounts if a is not None]
    return sum(known, Decimal(0)) if known else None


def _state(uses: Sequence[UseValue]) -> str:
    if uses and all(u.likely is not None for u in uses):
        return "priced"
    states = {s.quote.state for u in uses for s in u.shares}
    if states & {"priced", "given"}:
        return "partly"
    for state in ("unsettled", "rows_not_loaded", "no_list"):
        if state in states:
            return state
    return "no_data"
