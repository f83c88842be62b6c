"""Price zones as an edition: streets and alleys from files, parcels from the store, positions by the list's rules."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path

import numpy as np
import shapely
from shapely.geometry.base import BaseGeometry

from landinfo import law, zones
from landinfo.intake import editions, standing
from landinfo.intake.coverage import coverage, declared_ground
from landinfo.intake.findings import KINDS, Collector, Place, found
from landinfo.intake.load import LoadResult, not_held
from landinfo.intake.rest import stops
from landinfo.intake.target import written
from landinfo.intake.territory import spelled
from landinfo.intake.ways import Drawn, WayMap, read_way_map, read_ways
from landinfo.model import BadInput, Edition, Parcel, PriceList, PriceZone, Refused, Rulebook
from landinfo.store import Load, Store, open_store
from landinfo.store.editing import person
from landinfo.zones import Between, Deriving, access, parting
from landinfo.zones.access import Access
from landinfo.zones.network import Network

Progress = Callable[[str, float], None]
LAYER = "price_zones"
WATER = frozenset({"SON", "TVC", "MNC", "DTL"})
"""Uses of a canal, stream or ditch: rivers and streams, specialised water, irrigation."""
_ROAD = frozenset({"DGT"})
_EVERYWHERE = (-1e7, -1e7, 1e8, 1e8)
_OVERLAP = 0.01
"""m²: parcels that share less than this do not overlap."""


@dataclass(frozen=True, slots=True)
class Asked:
    """What to derive: the files, their map, the id of the price list, and the day whose parcels and rules count.

    ``on`` None: the first day of the list. ``known`` is the day of publication.
    """

    streets: Path
    alleys: Path | None
    map: Path
    price_list: str
    on: date | None
    known: date
    draft: bool = False
    who: str = ""


def run(asked: Asked, url: str, progress: Progress, rulebook: Rulebook) -> LoadResult:
    """Derive the zones of the list into the store at ``url``, as one edition.

    Whatever is wrong with the files is a finding of the result, and then the store is as it was. Raises ``Problem``: no
    such list, a day outside of it or without rules, the store is missing, asks for a second signature …
    """
    prices, on = _list(asked, rulebook)
    collect = Collector()
    store = open_store(url)
    try:
        _may_write(store, asked)
        return _derived(asked, store, prices, on, progress, rulebook, collect)
    except Refused as wrong:
        if wrong.code not in KINDS:
            raise
        collect.put(found(wrong.code, **wrong.params))
        return LoadResult(None, collect.all(), crs=store.facts().crs)
    finally:
        store.close()


def _list(asked: Asked, rulebook: Rulebook) -> tuple[PriceList, date]:
    prices = next((x for x in rulebook.price_lists if x.id == asked.price_list), None)
    if prices is None or not prices.sections:
        known = ", ".join(x.id for x in rulebook.price_lists if x.sections)
        raise BadInput("zones-no-list", "list", value=asked.price_list[:40], known=known)
    on = asked.on or prices.effective_from
    if on < prices.effective_from or (prices.effective_to is not None and on >= prices.effective_to):
        raise BadInput("zones-not-its-day", "on", day=on, first=prices.effective_from, end=prices.effective_to or "…")
    zones.deriving(prices, on, rulebook.rules, ())  # raises where nobody knows the rules of the day
    return prices, on


def _may_write(store: Store, asked: Asked) -> None:
    if store.facts().sign_off and (not asked.draft or not person(asked.who)):
        raise Refused("edition-needs-name" if asked.draft else "edition-needs-draft", "by", edition=LAYER)


def _derived(
    asked: Asked, store: Store, prices: PriceList, on: date, progress: Progress, rulebook: Rulebook, collect: Collector
) -> LoadResult:
    facts = store.facts()
    map = read_way_map(asked.map, asked.alleys is not None)
    if facts.simulated != map.words.simulated:
        raise Refused("STO-002", "store", store=facts.title)
    progress("đường, hẻm · streets, alleys", 0.0)
    drawn = _ways(asked, map, facts.crs, prices, rulebook, collect)
    counts = {"rows": len(drawn)}
    if stops(collect, False) or not drawn:
        return LoadResult(None, collect.all(), counts, crs=facts.crs)
    progress("thửa đất · parcels", 0.1)
    parcels = _parcels(store, map, facts.crs, on, asked.known)
    deriving = zones.deriving(prices, on, rulebook.rules, [d.way for d in drawn])
    share = float(law.on(rulebook.rules["zone_share_on_way"], on).value)
    gap = float(law.on(rulebook.rules["zone_gap_distance"], on).value)
    made = _Made(deriving, drawn, parcels, share, gap, collect).zones(prices, on, progress)
    if not made:
        return LoadResult(None, collect.all(), counts, crs=facts.crs)
    words = replace(map.words, effective_from=on)
    territory = spelled(words, LAYER, "", store.communes()[0], store.editions())
    ready = _ready(made, asked, map, facts.crs, prices, on, territory)
    not_held(ready.edition, map.words.replaces, store.editions(), collect)
    if not stops(collect, False):
        standing.beside_others(ready, store, asked.known, collect)
    counts |= {"published": len(made), "parcels": len(parcels)}
    if stops(collect, False):
        return LoadResult(None, collect.all(), counts, crs=facts.crs)
    progress("ghi · writing", 0.9)
    hashes = editions.file_hashes(*(file for file in (asked.streets, asked.alleys) if file))
    told = {f.kind.code: f.count for f in collect.all()}
    noted = editions.prepared(ready, asked.who, asked.known, files=hashes, findings=told, replaces=map.words.replaces)
    written(ready, noted, store, asked.draft)
    progress("xong · done", 1.0)
    return LoadResult(ready.edition, collect.all(), counts, crs=facts.crs)


def _ways(
    asked: Asked, map: WayMap, crs: str, prices: PriceList, rulebook: Rulebook, collect: Collector
) -> list[Drawn]:
    drawn = read_ways(asked.streets, map.streets, map.comma["streets"], crs, prices.sections, rulebook, collect)
    if asked.alleys is not None and map.alleys is not None:
        drawn += read_ways(asked.alleys, map.alleys, map.comma["alleys"], crs, prices.sections, rulebook, collect)
    return drawn


def _parcels(store: Store, map: WayMap, crs: str, on: date, known: date) -> list[Parcel]:
    """The parcels in force; of those drawn on the same ground the first. A coverage from a file bounds them."""
    ground = declared_ground(map.streets, crs)
    box = _EVERYWHERE if ground is None else ground.bounds
    held: dict[bytes, Parcel] = {}
    for parcel in store.parcels_in(box, on, known):
        if ground is None or ground.intersects(parcel.shape.representative_point()):
            held.setdefault(parcel.shape.normalize().wkb, parcel)
    return list(held.values())


def _ready(
    made: Sequence[PriceZone], asked: Asked, map: WayMap, crs: str, prices: PriceList, on: date, territory: str
) -> Load:
    words = map.words
    grounds = [replace(c, effective_to=prices.effective_to) for c in coverage(made, map.streets, LAYER, crs)]
    grounds = [replace(c, effective_from=on) for c in grounds]
    content = editions.content_hash([*made, *grounds])
    name = editions.edition_id(LAYER, territory, prices.document, on, content)
    edition = Edition(
        id=name,
        layer=LAYER,
        territory=territory,
        document=prices.document,
        effective_from=on,
        published=asked.known,
        withdrawn=None,
        content_hash=content,
        simulated=words.simulated,
        source=words.source,
        rows=len(made),
    )
    return Load(edition, [replace(c, edition=name) for c in grounds], zones=[replace(z, edition=name) for z in made])


class _Made:
    """The zones of all parcels, parcel by parcel."""

    def __init__(
        self, deriving: Deriving, drawn: Sequence[Drawn], parcels: Sequence[Parcel], share: float, gap: float,
        collect: Collector,
    ) -> None:  # fmt: skip
        self.deriving, self.drawn, self.collect, self.gap = deriving, drawn, collect, gap
        self.network = Network([d.way for d in drawn], deriving.limits, deriving.reach)
        self.grounds = self.network.grounds
        self.lots = self._without_roads(parcels, share)
        self.shapes = np.array([p.shape for p in self.lots], dtype=object)
        self.tree = shapely.STRtree(self.shapes)

    def zones(self, prices: PriceList, on: date, progress: Progress) -> list[PriceZone]:
        """Every zone, in order of the parcels; what is worth a word goes to the findings."""
        for i in self.network.unreached:
            self._way("ZON-003", i)
        self._across()
        shapes = self._apart()
        made: list[PriceZone] = []
        for k, reached in enumerate(access.reached(self.shapes, self.network)):
            if k % 500 == 0:
                progress("vị trí · positions", 0.3 + 0.6 * k / len(self.lots))
            made += self._of(self.lots[k], shapes[k], reached, k, prices, on)
        return made

    def _of(
        self, parcel: Parcel, shape: BaseGeometry, reached: Access, k: int, prices: PriceList, on: date
    ) -> Iterator[PriceZone]:
        derived = self.deriving.zones(parcel.shape, reached, self._between(k, reached))
        for code, detail in derived.remarks:
            self._parcel(code, parcel, detail)
        own = [(ground, part) for ground in derived.grounds for part in _kept(ground.shape, shape, parcel.shape)]
        for n, (ground, part) in enumerate(own, 1):
            name = str(parcel.ref) + (f"#{n}" if len(own) > 1 else "")
            yield PriceZone(
                id=name,
                price_list=prices.id,
                section=ground.section,
                position=ground.position,
                agricultural_position=ground.agricultural_position,
                conditions=dict(ground.conditions),
                found={**ground.found, "parcel": str(parcel.ref)},
                shape=part,
                effective_from=on,
                effective_to=prices.effective_to,
                edition="",
            )

    def _between(self, k: int, reached: Access) -> Between:
        """What lies between a parcel that touches no way and the nearest street."""
        if reached.sides or reached.nearest < 0:
            return Between("far")
        line = shapely.shortest_line(self.shapes[k], self.grounds[reached.nearest])
        near = [int(i) for i in self.tree.query(line, predicate="intersects") if i != k]
        crossed = [near[i] for i in zones.crossed(line, self.shapes[near])]
        names = ", ".join(str(self.lots[i].ref) for i in sorted(crossed))
        if crossed and all({use.code for use in self.lots[i].land_uses} & WATER for i in crossed):
            return Between("canal", names)
        if not crossed and reached.away <= self.gap:
            return Between("gap")
        return Between("parcel" if crossed else "far", names)

    def _without_roads(self, parcels: Sequence[Parcel], share: float) -> list[Parcel]:
        """ZON-013: parcels that are the way itself have no zone."""
        if not parcels:
            return []
        shapes = np.array([p.shape for p in parcels], dtype=object)
        at, on = shapely.STRtree(self.grounds).query(shapes, predicate="intersects")
        parts: dict[int, list[BaseGeometry]] = defaultdict(list)
        for k, i in zip(at.tolist(), on.tolist(), strict=True):
            parts[k].append(self.grounds[i])
        kept = []
        for k, parcel in enumerate(parcels):
            roads = {use.code for use in parcel.land_uses} <= _ROAD and bool(parcel.land_uses)
            on_way = 0.0
            if k in parts:
                on_way = float(shapely.intersection(parcel.shape, shapely.union_all(parts[k])).area)
            if on_way >= share * parcel.shape.area or roads:
                self._parcel("ZON-013", parcel, f"{on_way / parcel.shape.area:.0%}")
            else:
                kept.append(parcel)
        return kept

    def _across(self) -> None:
        """ZON-010: the middle line of a way runs over somebody's parcel."""
        lines = [d.way.line for d in self.drawn]
        if not len(self.lots):
            return
        for i, k in zip(*self.tree.query(lines, predicate="intersects").tolist(), strict=True):
            over = float(shapely.intersection(lines[i], self.shapes[k]).length)
            if over > 2 * self.deriving.reach.joined:
                self._parcel("ZON-010", self.lots[k], f"{self.drawn[i].way.name or '–'}: {over:.1f} m")

    def _apart(self) -> list[BaseGeometry]:
        """ZON-015: where two parcels overlap, the ground is the first one's."""
        shapes = list(self.shapes)
        tree, own = self.tree, self.shapes
        queried = (tree.query(own, "overlaps"), tree.query(own, "contains"), tree.query(own, "within"))
        pairs = np.hstack(queried)
        for k, m in sorted(set(zip(*pairs.tolist(), strict=True))):
            if m < k and shapely.intersection(self.shapes[k], self.shapes[m]).area > _OVERLAP:
                shapes[k] = shapely.difference(shapes[k], shapes[m])
                self._parcel("ZON-015", self.lots[k], f"∩ {self.lots[m].ref}")
        return shapes

    def _parcel(self, code: str, parcel: Parcel, detail: str) -> None:
        mark = shapely.point_on_surface(parcel.shape)
        self.collect.add(code, Place(0, str(parcel.ref), detail=detail[:120], mark=mark))

    def _way(self, code: str, i: int) -> None:
        drawn = self.drawn[i]
        self.collect.add(code, Place(drawn.row, drawn.way.name, detail=drawn.file, mark=drawn.way.line))


def _kept(ground: BaseGeometry, shape: BaseGeometry, whole: BaseGeometry) -> list[BaseGeometry]:
    """A ground without what belongs to another parcel, in its parts."""
    if shape is whole or shape.equals(whole):
        return list(parting.polygons(ground))
    return [part for part in parting.polygons(shapely.intersection(ground, shape)) if part.area > _OVERLAP]
