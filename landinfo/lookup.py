"""One question, answered: read the facts from the store at once, then report. Every shell enters here."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field, replace
from datetime import date

import shapely
from shapely.geometry.base import BaseGeometry

from landinfo import ahead, coordinates, levy, lineage, price, search
from landinfo.ahead import Ahead, Outlook
from landinfo.model import (
    BadInput,
    Commune,
    Coverage,
    Facts,
    Feature,
    Link,
    NotHere,
    Parcel,
    ParcelRef,
    Query,
    Rulebook,
    Union,
)
from landinfo.report import Report, report
from landinfo.search import ParcelAsked
from landinfo.store import Box, Ground, Store

__all__ = ["Report", "Several", "View", "at", "both", "gather", "parcel", "view"]

NEAR = 500.0
"""Metres within which the nearest parcel of an empty place is named."""
VIEW_LIMIT = 2000
"""Most features of one layer that a map view is given."""


@dataclass(frozen=True, slots=True)
class Several:
    """More than one parcel answers: a list to choose from, never a silent pick."""

    parcels: tuple[Parcel, ...]
    communes: tuple[Commune, ...]
    reason: str
    query: Query


@dataclass(frozen=True, slots=True)
class View:
    """What a map window shows of each layer; ``truncated``: there was more than ``VIEW_LIMIT``.

    ``held``: of a theme, whether its data cover the window ("all", "part" or "no_data"), so that nothing drawn can be
    told from nothing known.
    """

    layers: dict[str, tuple[Parcel | Feature, ...]]
    truncated: tuple[str, ...]
    crs: str
    held: Mapping[str, str] = field(default_factory=dict)


def parcel(asked: ParcelAsked, query: Query, store: Store, rulebook: Rulebook) -> Report | Several:
    """The answer for a parcel named by commune, sheet and number.

    Raises ``NotHere``: unknown commune, ``no-such-parcel`` (the sheet is held; ``params["nearest"]`` has refs, of a
    parcel that ended or began later ``params["history"]`` the links to those in its place) or ``no-data-here``.
    Raises ``BadInput``: a target that is no land use; ``CannotBeAnswered``: an estimate for a day before every regime.
    """
    answerable(query, rulebook)
    communes, unions = store.communes()
    found = in_series(asked, search.resolve(asked, query.on, communes, unions), query, store)
    if len(found) > 1:
        return Several(found, _communes_of(found, communes), "several-parcels", query)
    return _answer(found[0], query, store, rulebook)


def in_series(asked: ParcelAsked, series: Sequence[str], query: Query, store: Store) -> tuple[Parcel, ...]:
    """The parcels of that sheet and number in the map series, at least one. Raises ``NotHere`` as ``parcel``."""
    communes, unions = store.communes()
    numbered = store.parcels(series, asked.sheet, asked.number, query.on, query.known)
    numbered = tuple(p for p in numbered if asked.suffix in (None, p.ref.suffix))
    found = tuple(p for p in numbered if _lies_in(p, asked, series, unions, query.on))
    if numbered and not found:
        raise _elsewhere(numbered, query, communes)
    if not found:
        raise _ended(asked, series, query, store) or _missing(asked, series, query, store)
    return found


def both(
    asked: ParcelAsked, query: Query, other: Query, store: Store, rulebook: Rulebook
) -> tuple[Report, Report] | Several:
    """The answers to two questions about one parcel. Raises like ``parcel``; ``other`` is asked of the parcel found."""
    first = parcel(asked, query, store, rulebook)
    if isinstance(first, Several):
        return first
    second = parcel(search.parse_parcel(str(first.facts.parcel.ref)), other, store, rulebook)
    return second if isinstance(second, Several) else (first, second)


def at(easting: float, northing: float, query: Query, store: Store, rulebook: Rulebook) -> Report | Several:
    """The answer for the parcel at a point of the store's plane (metres, x = easting).

    A point on a shared boundary, or on ground drawn twice, gives the list. Raises ``NotHere`` with the nearest parcel.
    """
    answerable(query, rulebook)
    found = standing(easting, northing, query, store)
    if len(found) > 1:
        return Several(found, _communes_of(found, store.communes()[0]), "several-at-point", query)
    return _answer(found[0], query, store, rulebook)


def standing(easting: float, northing: float, query: Query, store: Store) -> tuple[Parcel, ...]:
    """The parcels at a point of the store's plane, at least one. Raises ``NotHere`` as ``at``."""
    found = under(easting, northing, query, store)
    if not found:
        raise _nothing_at(shapely.Point(easting, northing), query, store)
    return found


def under(easting: float, northing: float, query: Query, store: Store) -> tuple[Parcel, ...]:
    """The parcels at a point of the store's plane, if any."""
    point = shapely.Point(easting, northing)
    box: Box = (easting, northing, easting, northing)
    return tuple(p for p in store.parcels_in(box, query.on, query.known) if shapely.intersects(p.shape, point))


def view(box: Box, layers: Sequence[str], on: date, known: date, store: Store, rulebook: Rulebook) -> View:
    """What stands in a window given in WGS 84 (west, south, east, north degrees), by layer.

    Layers are "parcels" and the themes' ids; raises ``BadInput`` for another name.
    """
    crs = store.facts().crs
    window = coordinates.plane(crs).from_wgs84(shapely.box(*box))
    west, south, east, north = window.bounds
    bounds: Box = (west, south, east, north)
    shown: dict[str, tuple[Parcel | Feature, ...]] = {}
    held: dict[str, str] = {}
    for layer in layers:
        if layer == "parcels":
            shown[layer] = store.parcels_in(bounds, on, known, limit=VIEW_LIMIT + 1)
        elif layer in rulebook.themes:
            facts = store.layer(layer, bounds, on, known)
            shown[layer], held[layer] = facts.features, _covers(facts.coverage, window)
        else:
            raise BadInput("unknown-layer", "layers", layer=layer, layers=", ".join(["parcels", *rulebook.themes]))
    cut = {name: rows[:VIEW_LIMIT] for name, rows in shown.items()}
    return View(cut, tuple(name for name, rows in shown.items() if len(rows) > VIEW_LIMIT), crs, held)


def _covers(coverage: Sequence[Coverage], window: BaseGeometry) -> str:
    """Of ground that is only half loaded nothing is known, as in an answer."""
    ground = shapely.union_all([one.shape for one in coverage if one.complete])
    if shapely.covers(ground, window):
        return "all"
    return "part" if shapely.intersects(ground, window) else "no_data"


def answerable(query: Query, rulebook: Rulebook) -> None:
    """Raises ``BadInput``: a target that is no land use, a fact that no price knows; ``CannotBeAnswered``: a day before
    every regime.
    """
    price.check_facts(query.facts, query.on, rulebook)
    if query.convert_to:
        if query.convert_to not in rulebook.land_use_types:
            raise BadInput("unknown-land-use", "convert_to", value=query.convert_to)
        levy.regime(query.on, rulebook.rules)
    for code in query.prices:
        if code not in rulebook.land_use_types:
            raise BadInput("unknown-land-use", f"price.{code}", value=code)


def _answer(found: Parcel, query: Query, store: Store, rulebook: Rulebook) -> Report:
    made = report(query, gather(found, query, store, rulebook), rulebook)
    return replace(made, ahead=_ahead(made, store, rulebook))


def _ahead(made: Report, store: Store, rulebook: Rulebook) -> Ahead:
    """What is published, as known, and changes the parcel after the day asked: day after day, up to ``ahead.MOST``."""
    query = made.query
    steps = [ahead.asked(query, made.facts, made.shares, made.pieces, made.valuation)]
    said = ahead.says(steps[0])
    failed, more = ahead.failed(made.facts), False
    for day, layers in ahead.days(made.facts.later, query, rulebook).items():
        step = _on_day(day, layers, steps[-1], store, rulebook)
        failed += ahead.failed(step.facts) if step.facts else []
        if (says := ahead.says(step)) != said:
            more = len(steps) > ahead.MOST
            if more:
                break
            steps.append(step)
            said = says
        if step.facts is None:
            break
    return Ahead(tuple(steps), more, ahead.silent(steps, failed))


def _on_day(day: date, layers: AbstractSet[str], before: Outlook, store: Store, rulebook: Rulebook) -> Outlook:
    """The outlook of a later day on which only ``layers`` may have changed."""
    assert before.facts is not None
    facts, known = before.facts, before.query.known
    if "parcels" in layers:
        ref = facts.parcel.ref
        numbered = store.parcels([ref.series], ref.sheet, ref.number, day, known)
        found = next((p for p in numbered if p.ref == ref), None)
        if found is None:
            return Outlook(replace(before.query, on=day), None)
        facts = facts if found == facts.parcel else replace(facts, parcel=found)
    box, moved = facts.parcel.shape.bounds, facts.parcel is not before.facts.parcel
    themes = tuple(
        t if t.layer not in layers and not moved else store.layer(t.layer, box, day, known) for t in facts.themes
    )
    if "price_zones" in layers or moved:
        held, zones = store.zones(box, day, known)
        facts = replace(facts, zones_held=held.held, zone_coverage=held.coverage, zones=zones)
    repriced = moved or not layers.isdisjoint(("price_zones", ahead.PRICE))
    now = commune_now(facts.parcel, day, store.communes()[0])
    return ahead.later(day, replace(facts, themes=themes, commune_now=now), before, repriced, rulebook)


def gather(found: Parcel, query: Query, store: Ground, rulebook: Rulebook) -> Facts:
    """All that the report needs about a parcel, asked of the store once."""
    communes, _ = store.communes()
    around = store.surroundings(found, tuple(rulebook.themes), query.on, query.known)
    return Facts(
        parcel=found,
        commune=_commune(found.ref.commune, found.ref.period, communes),
        commune_now=commune_now(found, query.on, communes),
        themes=around.themes,
        zones_held=around.zones_held.held,
        zone_coverage=around.zones_held.coverage,
        zones=around.zones,
        editions=around.editions,
        crs=store.facts().crs,
        history=around.lineage,
        later=around.later,
        zones_measured=around.zones_measured,
    )


def _lies_in(p: Parcel, asked: ParcelAsked, series: Sequence[str], unions: Sequence[Union], on: date) -> bool:
    """An old commune that was split belongs to the asked one only where its ground went there."""
    if asked.period is not None or p.commune_now is None:
        return True
    targets = {u.new_code for u in unions if f"{u.old_code}@{u.old_period}" == p.ref.series and u.day <= on}
    new = {u.new_code for u in unions if u.day <= on and f"{u.new_code}@{u.new_period}" in series}
    return not targets or not new or p.commune_now in new or p.commune_now not in targets


def _elsewhere(numbered: Sequence[Parcel], query: Query, communes: Sequence[Commune]) -> NotHere:
    """The number is there, on ground of the old commune that went into another new one."""
    now = commune_now(numbered[0], query.on, communes)
    nearest = tuple(str(p.ref) for p in numbered)
    return NotHere(
        "parcel-in-other-commune", "commune", ref=nearest[0], commune=now.name if now else "–", nearest=nearest
    )


def _ended(asked: ParcelAsked, series: Sequence[str], query: Query, store: Store) -> NotHere | None:
    """A number that is retired, or not given yet, with what stands on its ground on the day; None: there is none."""

    def ask(ref: ParcelRef) -> Sequence[Link]:
        return store.lineage([ref.series], ref.sheet, ref.number, query.known)

    links = store.lineage(series, asked.sheet, asked.number, query.known)
    for forward in (True, False):
        ends = [x for x in links if (x.day <= query.on) is forward and _is_asked(lineage.start(x, forward), asked)]
        refs = sorted({lineage.start(x, forward) for x in ends})
        heirs = tuple(x for ref in refs for x in lineage.heirs(ref, forward, query.on, ask))
        if heirs:
            nearest = tuple(dict.fromkeys(str(lineage.end(x, forward)) for x in heirs))
            changed = max(x.day for x in ends) if forward else min(x.day for x in ends)
            given = {"number": asked.number, "sheet": asked.sheet, "day": query.on, "nearest": nearest}
            return NotHere("no-such-parcel", "number", history=heirs, forward=forward, changed=changed, **given)
    return None


def _is_asked(ref: ParcelRef, asked: ParcelAsked) -> bool:
    return (ref.sheet, ref.number) == (asked.sheet, asked.number) and asked.suffix in (None, ref.suffix)


def _missing(asked: ParcelAsked, series: Sequence[str], query: Query, store: Store) -> NotHere:
    held = store.numbers(series, asked.sheet, query.on, query.known)
    if not held:
        params = {"sheet": asked.sheet, "commune": asked.commune, "series": ", ".join(series)}
        return NotHere("no-data-here", "sheet", day=query.on, known=query.known, **params)
    ranked = sorted(held, key=lambda row: (_apart(row[1], asked.number), row))[:5]
    nearest = tuple(f"{series_}/{asked.sheet}/{number}" for series_, number in ranked)
    number = asked.number + (f"~{asked.suffix}" if asked.suffix else "")
    return NotHere("no-such-parcel", "number", number=number, sheet=asked.sheet, day=query.on, nearest=nearest)


def _apart(number: str, wanted: str) -> float:
    digits, asked = ("".join(c for c in text if c.isdecimal()) for text in (number, wanted))
    return abs(int(digits) - int(asked)) if digits and asked else float("inf")


def _nothing_at(point: shapely.Point, query: Query, store: Store) -> NotHere:
    x, y = point.x, point.y
    box: Box = (x - NEAR, y - NEAR, x + NEAR, y + NEAR)
    near = [(shapely.distance(p.shape, point), p.ref) for p in store.parcels_in(box, query.on, query.known)]
    near = sorted((d, ref) for d, ref in near if d <= NEAR)
    if not near:
        other = _other_meridian(point, query, store)
        if other is not None:
            return NotHere(
                "no-data-other-meridian", "x, y", meridian=other[0], ref=str(other[1]), nearest=(str(other[1]),)
            )
        return NotHere("no-data-at-point", "at", metres=NEAR)
    distance, ref = near[0]
    return NotHere("no-parcel-at-point", "at", metres=round(distance, 1), ref=str(ref), nearest=(str(ref),))


def _other_meridian(point: shapely.Point, query: Query, store: Store) -> tuple[str, ParcelRef] | None:
    """The meridian (or UTM zone) in which these numbers would lie in a parcel that is held, and that parcel."""
    for name, x, y in coordinates.elsewhere(point.x, point.y, store.facts().crs):
        there = shapely.Point(x, y)
        for p in store.parcels_in((x, y, x, y), query.on, query.known):
            if shapely.intersects(p.shape, there):
                return name, p.ref
    return None


def _commune(code: str, period: str, communes: Sequence[Commune]) -> Commune:
    for commune in communes:
        if (commune.code, commune.period) == (code, period):
            return commune
    raise NotHere("unknown-commune", "commune", commune=f"{code}@{period}", similar="")


def commune_now(found: Parcel, on: date, communes: Sequence[Commune]) -> Commune | None:
    """The commune the ground lies in on the day asked, when the union is past.

    Before it the same code may be another commune's: 25750 was Phú Hòa and became Phú Lợi.
    """
    if found.commune_now is None:
        return None
    own = _commune(found.ref.commune, found.ref.period, communes)
    now = [c for c in communes if c.code == found.commune_now and (c == own or _follows(c, own))]
    now = [c for c in now if c.effective_from <= on and (c.effective_to is None or on < c.effective_to)]
    return max(now, key=_first_day, default=None)


def _follows(later: Commune, earlier: Commune) -> bool:
    return earlier.effective_to is not None and earlier.effective_to <= later.effective_from


def _first_day(commune: Commune) -> date:
    return commune.effective_from


def _communes_of(found: Sequence[Parcel], communes: Sequence[Commune]) -> tuple[Commune, ...]:
    return tuple(_commune(p.ref.commune, p.ref.period, communes) for p in found)
