"""Price zones of a parcel, derived from how it is reached by the position rules of the list in force.

Lists by alley width (2026, Resolution 87/2025/NQ-HĐND, Annex I) and lists by distance bands (to 2024). What the rules
or the drawing leave open is position 0, "not known", never a guess; each zone says in ``found`` how it was found.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from itertools import pairwise
from typing import Any

import shapely
from shapely.geometry.base import BaseGeometry

from landinfo import access, law, parting
from landinfo.access import Access
from landinfo.model import Citation, PriceList, PriceSection, Rule, RuleValue
from landinfo.network import Reach, Route, Side, Way
from landinfo.price import positions

UNKNOWN = 0
"""The position of ground whose position is not known."""
_SAME = 1e-6
"""m: what two ways of reckoning one length may differ by."""
EARTH, PAVED, NOT_TOLD = "earth", "paved", "unknown"


@dataclass(frozen=True, slots=True)
class Ground:
    """Part of a parcel with one position: what ``model.PriceZone`` says of it, before it has a name and an edition."""

    shape: BaseGeometry
    section: str
    position: int
    agricultural_position: int
    conditions: Mapping[str, str]
    found: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Between:
    """What lies between a parcel that touches no way and the nearest street: ``kind`` canal | gap | parcel | far."""

    kind: str
    what: str = ""


@dataclass(frozen=True, slots=True)
class Derived:
    """The zones of a parcel and what is worth a word: (code of the finding, detail)."""

    grounds: tuple[Ground, ...]
    remarks: tuple[tuple[str, str], ...] = ()


def reach(rules: Mapping[str, Rule], on: date) -> Reach:
    """What counts as lying on a way, by ``data/rules/zones.toml``."""

    def metres(name: str) -> float:
        return float(law.on(rules[f"zone_{name}"], on).value)

    return Reach(
        touch=metres("touch_distance"),
        side=metres("least_side"),
        joined=metres("join_distance"),
        unknown=metres("unknown_half_width"),
        one_front=metres("one_front"),
    )


class Deriving:
    """Derives the zones of one list on one day from ``ways``. Raises ``law.NotInForce``: the list has no rules."""

    def __init__(self, prices: PriceList, on: date, rules: Mapping[str, Rule], ways: Sequence[Way]) -> None:
        self.prices, self.on, self.rules, self.ways = prices, on, rules, ways
        self.classes: RuleText = _text(_settled(rules[positions.CLASSES], on))
        self.by_width = (self.classes.value.get("urban") or {}).get("by") == "alley_width"
        self.reach = reach(rules, on)
        self.limits: tuple[float, ...] = ()
        if self.by_width:
            self.limits = tuple(map(float, self.classes.value["urban"]["limits"]))
            irregular = float(law.on(rules["zone_irregular_fill"], on).value)
            self.measures = parting.measures(on, rules, irregular)
        else:
            narrow = law.in_force(rules["zone_narrow_alley"].values, on)
            self.limits = (float(narrow.value),) if narrow and narrow.value is not None else ()

    def zones(self, lot: BaseGeometry, reached: Access, between: Between) -> Derived:
        """The zones of a parcel; ``between`` counts only where it touches no way."""
        if reached.nearest < 0:
            return Derived(())
        return (self._by_width if self.by_width else self._by_distance)(lot, reached, between)

    def _rule(self, name: str) -> RuleText:
        return _text(law.on(self.rules[name], self.on))

    def _street(self, way: int) -> dict[str, str]:
        own = self.ways[way]
        section = self.prices.sections.get(own.section)
        return {"street": own.name or (section.street if section else "")}

    # ---- lists by alley width ----

    def _by_width(self, lot: BaseGeometry, reached: Access, between: Between) -> Derived:
        if reached.fronts:
            return self._on_front(lot, reached)
        if reached.routes:
            return self._in_alley(lot, reached)
        return self._without_way(lot, reached, between)

    def _on_front(self, lot: BaseGeometry, reached: Access) -> Derived:
        """Annex I.1, 6.2, 6.6: the dearest road; two fronts or more are a condition of their own."""
        ordered = sorted(reached.fronts, key=lambda s: (-self._dear(s), -s.length, s.way))
        fronts = access.separate(ordered, self.reach)
        best, own = fronts[0], self.ways[fronts[0].way].section
        held: dict[str, str] = {}
        found = {**self._street(best.way), "distance_m": "0", "frontage_m": _metres(best.length)}
        rule, remarks = "Phụ lục I khoản 1", []
        if len(fronts) >= self._rule("position_several_fronts").value:
            held["fronts"] = str(len(fronts))
            others = dict.fromkeys(self.ways[s.way].section for s in fronts[1:])
            if named := [section for section in others if section != own]:
                held["other_fronts"] = "|".join(named)
            rule += ", điểm 6.2, 6.6"
            remarks.append(("ZON-009", ", ".join(dict.fromkeys(self.ways[s.way].section for s in fronts))))
        sides = [best.shape, *(s.shape for s in fronts[1:])]
        made = parting.pieces(lot, sides, held, 1, True, self.measures)
        return Derived(tuple(self._pieces(made, own, 1, found, rule)), tuple(remarks))

    def _dear(self, side: Side) -> Decimal:
        section = self.prices.sections[self.ways[side.way].section]
        return self._value(section)

    def _value(self, section: PriceSection) -> Decimal:
        """What orders roads by price: the printed residential price, else class price × coefficient."""
        if "ODT" in section.prices:
            return section.prices["ODT"]
        key = (section.commune, section.area_kind, section.road_class, "ODT", 1)
        base = self.prices.base.get(key) or self.prices.base.get((*key[:2], "", "ODT", 1))
        return base[0] * section.coefficient if base and section.coefficient is not None else Decimal(0)

    def _in_alley(self, lot: BaseGeometry, reached: Access) -> Derived:
        """Annex I.3, 4, 5: of the ways to the nearest road the one of the highest price."""
        best = min(reached.routes, key=lambda r: (not r.sure, -self._worth(r), r.distance, r.side.way))
        position, remarks = self._class(best), []
        hoped = min(self._class(route) for route in reached.routes)
        if hoped < position or (not best.sure and hoped < self._last()):
            position = UNKNOWN
            remarks.append(("ZON-004", self.ways[best.side.way].name))
        shortest = min(reached.routes, key=lambda r: (r.distance, r.least))
        found = {**self._named(best.section), "distance_m": _metres(best.distance)}
        found["frontage_m"] = _metres(best.side.length)
        found["alley_width_m"] = NOT_TOLD if position == UNKNOWN or best.narrowest is None else _metres(best.narrowest)
        if name := self.ways[best.side.way].name:
            found["alley"] = name
        if position != UNKNOWN and shortest.distance < best.distance - _SAME:
            width = NOT_TOLD if shortest.narrowest is None else _metres(shortest.narrowest)
            found["shorter_way"] = f"{_metres(shortest.distance)} m, {width} m"
            remarks.append(("ZON-012", f"{found['shorter_way']} → {found['distance_m']} m, {found['alley_width_m']} m"))
        held = {"alley_surface": best.surface or NOT_TOLD}
        if self._deep(best.distance):
            held["depth_from_100m"] = "true"
        made = parting.pieces(lot, [best.side.shape], held, self._farming(reached), False, self.measures)
        rule = "Phụ lục I khoản 3, 4, 5, điểm 6.4"
        return Derived(tuple(self._pieces(made, best.section, position, found, rule)), tuple(remarks))

    def _class(self, route: Route) -> int:
        """The class of a way; where an alley on it has no width, the best that it can have."""
        limits: tuple[Decimal, ...] = self.classes.value["urban"]["limits"]
        return positions.by_width(limits, _exact(route.narrowest)) or 2

    def _last(self) -> int:
        return 2 + len(self.limits)

    def _deep(self, distance: float) -> bool:
        return distance >= self.measures.deep - _SAME

    def _farming(self, reached: Access) -> int:
        """Art. 3.2a: off the road position 2 within its second distance, else 3."""
        return 3 if reached.away > self.measures.field_far + _SAME else 2

    def _worth(self, route: Route) -> Decimal:
        """What is left of the printed residential price by a way: its class, its surface, its depth."""
        position = self._class(route)
        held = {"alley_surface": route.surface, "depth_from_100m": "true" if self._deep(route.distance) else ""}
        worth = Decimal(self._rule("price_position").value.get(str(position), 0))
        for one in self._rule("price_adjustments").value:
            when = one.get("when", {})
            if when and one["operation"] == "multiply" and all(held.get(name) in when[name] for name in when):
                worth *= one["factor"]
        return worth

    def _named(self, section: str) -> dict[str, str]:
        held = self.prices.sections.get(section)
        return {"street": held.street if held else ""}

    def _without_way(self, lot: BaseGeometry, reached: Access, between: Between) -> Derived:
        """No way to a listed street: a canal or a gap before it, an alley that leads nowhere, or no way at all."""
        section, farming = self.ways[reached.nearest].section, self._farming(reached)
        found = {**self._street(reached.nearest), "distance_m": _metres(reached.away)}
        if reached.sides:
            found["alley_width_m"] = NOT_TOLD
            return self._whole(lot, section, UNKNOWN, farming, {}, found, "", ("ZON-003", ""))
        if between.kind == "canal":
            held, rule = {"hampered": "canal"}, "Phụ lục I điểm 6.11"
            return self._whole(lot, section, 1, farming, held, found, rule, ("ZON-011", between.what))
        if between.kind == "gap":
            return self._whole(lot, section, UNKNOWN, farming, {}, found, "", ("ZON-011", found["distance_m"] + " m"))
        position = int(self._rule("position_no_access").value)
        held, rule = {"access": "boat"}, "Phụ lục I điểm 6.5"
        return self._whole(lot, section, position, farming, held, found, rule, ("ZON-008", between.what))

    def _whole(self, lot: BaseGeometry, section: str, position: int, farming: int, held: Mapping[str, str],
               found: Mapping[str, str], rule: str, remark: tuple[str, str]) -> Derived:  # fmt: skip
        made = parting.pieces(lot, [], held, farming, False, self.measures)
        return Derived(tuple(self._pieces(made, section, position, found, rule)), (remark,))

    def _pieces(self, made: Iterator[parting.Piece], section: str, position: int, found: Mapping[str, str],
                rule: str) -> Iterator[Ground]:  # fmt: skip
        for piece in made:
            how = {**found, "rule": f"{self.classes.citation.document} {rule}".strip()}
            if piece.depth:
                how["depth_m"] = piece.depth
            yield Ground(piece.shape, section, position, piece.agricultural_position, dict(piece.conditions), how)

    # ---- lists by distance ----

    def _by_distance(self, lot: BaseGeometry, reached: Access, between: Between) -> Derived:
        """Bands from the line of the corridor, else the road's edge, or from the alley; off the street from 2 on."""
        line, way, section, found = self._line(lot, reached)
        held = {"alley_below_4m": "true"} if found.get("line") == "alley" and self._narrow(way) else {}
        group = "rural" if getattr(self.prices.sections.get(section), "area_kind", "") == "NT" else "urban"
        limits = {name: self._bands(name) for name in (group, "agricultural")}

        def bands(near: float) -> tuple[int, int]:
            adjoins = bool(reached.fronts)
            return self._band(limits[group], near, adjoins), self._band(limits["agricultural"], near, adjoins)

        starts = [0.0, *sorted({limit for own in limits.values() for limit in own or ()})]
        cuts = [far for near, far in pairwise(starts) if bands(near) != bands(far)]
        grounds = [(limit, line.buffer(limit, quad_segs=32)) for limit in cuts]
        made = []
        for shape, near, far in parting.cut(lot, grounds):
            at = bands(near)
            how = {**found, "band_m": f"{near:.0f}–{far:.0f}" if far < math.inf else f"{near:.0f}–"}
            made.append(Ground(shape, section, at[0], at[1], held, how))
        unknown = [name for name, own in limits.items() if own is None]
        remarks = [("ZON-014", ", ".join(unknown))] if unknown else []
        if not reached.fronts and not reached.sides:
            remarks.append(("ZON-008", between.what))
        return Derived(tuple(made), tuple(remarks))

    def _line(self, lot: BaseGeometry, reached: Access) -> tuple[BaseGeometry, int, str, dict[str, str]]:
        """The ground from whose edge distance counts, its way, the section that prices, and how that was found."""
        if reached.fronts:
            best = max(reached.fronts, key=lambda s: (self._dear(s), s.length, -s.way))
            return self._edge(best.way, {"frontage_m": _metres(best.length), "distance_m": "0"})
        if reached.routes:
            route = min(reached.routes, key=lambda r: (r.distance, r.least))
            told = NOT_TOLD if route.narrowest is None else _metres(route.narrowest)
            found = {**self._named(route.section), "line": "alley", "alley_width_m": told}
            found |= {"distance_m": _metres(route.distance), "frontage_m": _metres(route.side.length)}
            ground = self.ways[route.side.way].ground(self.reach.unknown)
            return ground, route.side.way, route.section, self._cited(found)
        return self._edge(reached.nearest, {"distance_m": _metres(reached.away)})

    def _edge(self, way: int, more: dict[str, str]) -> tuple[BaseGeometry, int, str, dict[str, str]]:
        own = self.ways[way]
        line = "HLATĐB" if own.corridor else "road_edge"
        half = own.corridor / 2 if own.corridor else None
        ground = own.ground(self.reach.unknown) if half is None else own.line.buffer(half, cap_style="flat")
        return ground, way, own.section, self._cited({**self._street(way), **more, "line": line})

    def _cited(self, found: dict[str, str]) -> dict[str, str]:
        return {**found, "rule": self.classes.citation.document}

    def _bands(self, group: str) -> tuple[float, ...] | None:
        rule = self.classes.value.get(group)
        return None if rule is None or rule.get("by") != "distance" else tuple(map(float, rule["limits"]))

    def _band(self, limits: Sequence[float] | None, near: float, adjoins: bool) -> int:
        if limits is None:
            return UNKNOWN
        band = 1 + sum(near >= limit for limit in limits)
        return band if adjoins else max(2, band)

    def _narrow(self, way: int) -> bool:
        width = self.ways[way].narrowest
        return bool(self.limits) and width is not None and width < self.limits[0]


@dataclass(frozen=True, slots=True)
class RuleText:
    """The value of a rule on the day and where it stands."""

    value: Any
    citation: Citation


def _text(found: RuleValue) -> RuleText:
    return RuleText(found.value, found.citation)


def _settled(rule: Rule, on: date) -> RuleValue:
    """The value in force; a day whose value nobody knows is like one without a rule."""
    found = law.on(rule, on)
    if found.value is None:
        first = max(v.effective_from for v in rule.values if v.value is not None)
        label = {"vi": rule.label_vi, "en": rule.label_en}
        raise law.NotInForce("rule-not-in-force", "on", rule=rule.key, label=label, day=on, first=first)
    return found


def _exact(width: float | None) -> Decimal | None:
    return None if width is None else Decimal(repr(width))


def _metres(length: float) -> str:
    return f"{length:.1f}"


def between(lot: BaseGeometry, street: BaseGeometry, others: Sequence[BaseGeometry]) -> list[int]:
    """Which of ``others`` lie on the straight line from a lot to a street."""
    line = shapely.shortest_line(lot, street)
    crossed = shapely.length(shapely.intersection(others, line)) if len(others) else ()
    return [i for i, length in enumerate(crossed) if length > _SAME]
