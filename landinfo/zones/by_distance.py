"""Lists by distance (Bình Dương to 2024): bands from the corridor line of the street, or from the alley."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from datetime import date
from itertools import pairwise

from shapely.geometry.base import BaseGeometry

from landinfo import law
from landinfo.model import PriceList, Rule
from landinfo.zones.access import Access
from landinfo.zones.ground import NOT_TOLD, UNKNOWN, Between, Derived, Deriving, Ground, front, metres
from landinfo.zones.network import Way
from landinfo.zones.parting import cut


class ByDistance(Deriving):
    """Positions by bands of distance; bands that the list's rules do not tell are position 0."""

    def __init__(self, prices: PriceList, on: date, rules: Mapping[str, Rule], ways: Sequence[Way]) -> None:
        super().__init__(prices, on, rules, ways)
        narrow = law.in_force(rules["zone_narrow_alley"].values, on)
        self.limits = (float(narrow.value),) if narrow and narrow.value is not None else ()

    def zones(self, lot: BaseGeometry, reached: Access, between: Between) -> Derived:
        """Bands from the line of the corridor, else the road's edge, or from the alley; off the street from 2 on."""
        if reached.nearest < 0:
            return Derived(())
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
        for shape, near, far in cut(lot, grounds):
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
            best = max(reached.fronts, key=lambda s: (self.dear(s), s.length, -s.way))
            return self._edge(best.way, {**front(best.shape, lot), "distance_m": "0"})
        if reached.routes:
            route = min(reached.routes, key=lambda r: (r.distance, r.least))
            told = NOT_TOLD if route.narrowest is None else metres(route.narrowest)
            found = {**self.named(route.section), "line": "alley", "alley_width_m": told}
            found |= {"distance_m": metres(route.distance), **front(route.side.shape, lot)}
            ground = self.ways[route.side.way].ground(self.reach.unknown)
            return ground, route.side.way, route.section, self._cited(found)
        return self._edge(reached.nearest, {"distance_m": metres(reached.away)})

    def _edge(self, way: int, more: dict[str, str]) -> tuple[BaseGeometry, int, str, dict[str, str]]:
        own = self.ways[way]
        line = "HLATĐB" if own.corridor else "road_edge"
        half = own.corridor / 2 if own.corridor else None
        ground = own.ground(self.reach.unknown) if half is None else own.line.buffer(half, cap_style="flat")
        return ground, way, own.section, self._cited({**self.street(way), **more, "line": line})

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
