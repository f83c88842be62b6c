"""Lists by alley width: Resolution 87/2025/NQ-HĐND, art. 3, 4 and Annex I, in force from 2026-01-01."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from decimal import Decimal

from shapely.geometry.base import BaseGeometry

from landinfo.model import PriceList, Rule
from landinfo.price import positions
from landinfo.zones.access import Access, separate
from landinfo.zones.ground import NOT_TOLD, SAME, UNKNOWN, Between, Derived, Deriving, Ground, exact, front, metres
from landinfo.zones.network import Route, Way
from landinfo.zones.parting import Piece, measures, pieces


class ByWidth(Deriving):
    """Positions by the narrowest width that must be passed, conditions by Annex I."""

    def __init__(self, prices: PriceList, on: date, rules: Mapping[str, Rule], ways: Sequence[Way]) -> None:
        super().__init__(prices, on, rules, ways)
        self.limits = tuple(map(float, self.classes.value["urban"]["limits"]))
        self.measures = measures(on, rules, float(self.rule("zone_irregular_fill").value))

    def zones(self, lot: BaseGeometry, reached: Access, between: Between) -> Derived:
        if reached.nearest < 0:
            return Derived(())
        if reached.fronts:
            return self._on_front(lot, reached)
        if reached.routes:
            return self._in_alley(lot, reached)
        return self._without_way(lot, reached, between)

    def _on_front(self, lot: BaseGeometry, reached: Access) -> Derived:
        """Annex I.1, 6.2, 6.6: the dearest road; two fronts or more are a condition of their own."""
        ordered = sorted(reached.fronts, key=lambda s: (-self.dear(s), -s.length, s.way))
        fronts = separate(ordered, self.reach)
        best, own = fronts[0], self.ways[fronts[0].way].section
        held: dict[str, str] = {}
        found = {**self.street(best.way), "distance_m": "0", **front(best.shape, lot)}
        rule, remarks = "Phụ lục I khoản 1", []
        if len(fronts) >= self.rule("position_several_fronts").value:
            held["fronts"] = str(len(fronts))
            others = dict.fromkeys(self.ways[s.way].section for s in fronts[1:])
            if named := [section for section in others if section != own]:
                held["other_fronts"] = "|".join(named)
            rule += ", điểm 6.2, 6.6"
            remarks.append(("ZON-009", ", ".join(dict.fromkeys(self.ways[s.way].section for s in fronts))))
        sides = [best.shape, *(s.shape for s in fronts[1:])]
        made = pieces(lot, sides, held, 1, True, self.measures)
        return Derived(tuple(self._pieces(made, own, 1, found, rule)), tuple(remarks))

    def _in_alley(self, lot: BaseGeometry, reached: Access) -> Derived:
        """Annex I.3, 4, 5, 6.4: from each alley to its nearest road; of several alleys, and ways, the highest price."""
        best = min(reached.routes, key=lambda r: (not r.sure, -self._worth(r), self._class(r), r.distance))
        position, remarks = self._class(best), []
        hoped = min((self._class(route) for route in reached.routes if not route.sure), default=self._last())
        if hoped < position or (not best.sure and hoped < self._last()):
            position = UNKNOWN
            remarks.append(("ZON-004", self.ways[best.side.way].name))
        own = [route for route in reached.routes if route.side is best.side]
        shortest = min(own, key=lambda r: (r.distance, r.least))
        found = {**self.named(best.section), "distance_m": metres(best.distance)}
        found |= front(best.side.shape, lot)
        found["alley_width_m"] = NOT_TOLD if position == UNKNOWN or best.narrowest is None else metres(best.narrowest)
        if name := self.ways[best.side.way].name:
            found["alley"] = name
        if position != UNKNOWN and shortest.distance < best.distance - SAME and self._class(shortest) > position:
            width = NOT_TOLD if shortest.narrowest is None else metres(shortest.narrowest)
            found["shorter_way"] = f"{metres(shortest.distance)} m, {width} m"
            remarks.append(("ZON-012", f"{found['shorter_way']} → {found['distance_m']} m, {found['alley_width_m']} m"))
        held = {"alley_surface": best.surface or NOT_TOLD}
        if self._deep(best.distance):
            held["depth_from_100m"] = "true"
        others = [side.shape for side in reached.sides if side is not best.side]
        made = pieces(lot, [best.side.shape, *others], held, self._farming(reached), False, self.measures)
        rule = "Phụ lục I khoản 3, 4, 5, điểm 6.4"
        return Derived(tuple(self._pieces(made, best.section, position, found, rule)), tuple(remarks))

    def _class(self, route: Route) -> int:
        """The class of a way; where an alley on it has no width, the best that it can have."""
        limits: tuple[Decimal, ...] = self.classes.value["urban"]["limits"]
        return positions.by_width(limits, exact(route.narrowest)) or 2

    def _last(self) -> int:
        return 2 + len(self.limits)

    def _deep(self, distance: float) -> bool:
        return distance >= self.measures.deep - SAME

    def _farming(self, reached: Access) -> int:
        """Art. 3.2a: off the road position 2 within its second distance, else 3."""
        return 3 if reached.away > self.measures.field_far + SAME else 2

    def _worth(self, route: Route) -> Decimal:
        """The residential price by a way, or what orders it: of its road, by its class, its surface and its depth."""
        position = self._class(route)
        held = {"alley_surface": route.surface, "depth_from_100m": "true" if self._deep(route.distance) else ""}
        factor: Decimal = self.rule("price_position").value[str(position)]
        worth = self.price_of(route.section) * factor
        for one in self.rule("price_adjustments").value:
            when = one.get("when", {})
            if when and one["operation"] == "multiply" and all(held.get(name) in when[name] for name in when):
                worth *= one["factor"]
        return worth

    def _without_way(self, lot: BaseGeometry, reached: Access, between: Between) -> Derived:
        """No way to a listed street: a canal or a gap before it, an alley that leads nowhere, or no way at all."""
        section, farming = self.ways[reached.nearest].section, self._farming(reached)
        found = {**self.street(reached.nearest), "distance_m": metres(reached.away)}
        if reached.sides:
            found["alley_width_m"] = NOT_TOLD
            return self._whole(lot, section, UNKNOWN, farming, {}, found, "", ("ZON-003", ""))
        if between.kind == "canal":
            held, rule = {"hampered": "canal"}, "Phụ lục I điểm 6.11"
            return self._whole(lot, section, 1, farming, held, found, rule, ("ZON-011", between.what))
        if between.kind == "gap":
            return self._whole(lot, section, UNKNOWN, farming, {}, found, "", ("ZON-011", found["distance_m"] + " m"))
        position = int(self.rule("position_no_access").value)
        held, rule = {"access": "boat"}, "Phụ lục I điểm 6.5"
        return self._whole(lot, section, position, farming, held, found, rule, ("ZON-008", between.what))

    def _whole(self, lot: BaseGeometry, section: str, position: int, farming: int, held: Mapping[str, str],
               found: Mapping[str, str], rule: str, remark: tuple[str, str]) -> Derived:  # fmt: skip
        made = pieces(lot, [], held, farming, False, self.measures)
        return Derived(tuple(self._pieces(made, section, position, found, rule)), (remark,))

    def _pieces(self, made: Iterator[Piece], section: str, position: int, found: Mapping[str, str],
                rule: str) -> Iterator[Ground]:  # fmt: skip
        for piece in made:
            how = {**found, "rule": f"{self.classes.citation.document} {rule}".strip()}
            if piece.depth:
                how["depth_m"] = piece.depth
            yield Ground(piece.shape, section, position, piece.agricultural_position, dict(piece.conditions), how)
