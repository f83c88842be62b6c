"""What other editions of the same layer hold already: a territory is a name, the same ground may stand under two."""

from __future__ import annotations

from collections.abc import Container, Iterable, Iterator, Sequence
from dataclasses import replace
from datetime import date

import numpy as np
import shapely

from landinfo.intake.checks import Shapes
from landinfo.intake.findings import Collector, Finding, Place, found
from landinfo.intake.lineage import squares
from landinfo.model import Coverage, Edition, Parcel, ParcelRef, Refused
from landinfo.store import Box, Load, Store

MOST = 100
"""Numbers that are named one by one."""
SHARED = 0.01
"""Share of the smaller ground from which on two editions stand on the same: neighbours meet along a seam."""


def beside_others(ready: Load, store: Store, known: date, collect: Collector) -> None:
    """EDI-004 numbers that another territory's edition holds on the same days; EDI-005 ground that one speaks of too.

    Ground is that of the parcels themselves, or the coverage of a theme. Editions of the same territory are replaced or
    refused (EDI-002), and not looked at.
    """
    for other in _others(store, ready.edition, known):
        for finding in _parcels(ready, store, other) if ready.parcels else _coverage(ready, store, other):
            collect.put(finding)


def no_doubles(store: Store, edition: Edition, replaced: Container[str], known: date) -> None:
    """Raises ``Refused``: another territory's edition holds a number of ``edition`` (of the store) on a common day.

    Two that were prepared side by side did not see each other when they were loaded. ``replaced``: those that go.
    """
    extent = store.extent(edition.id)
    if edition.layer != "parcels" or extent is None:
        return
    for other in _others(store, edition, known):
        beside = store.extent(other.id)
        if other.id in replaced or beside is None or not _meet(beside, extent):
            continue
        for box in squares(store, edition.id):
            own = _by_number(store.content(edition.id, box).parcels)
            for held in store.content(other.id, box).parcels if own else ():
                if any(_same_days(p, held, other.effective_to) for p in own.get(held.ref, ())):
                    names = {"other": other.id, "territory": other.territory, "parcel": str(held.ref)}
                    raise Refused("edition-holds-the-same", "edition", edition=edition.id, **names)


def _others(store: Store, edition: Edition, known: date) -> Iterator[Edition]:
    """The editions of the same layer for other territories."""
    yield from (e for e in store.editions(known) if e.layer == edition.layer and e.territory != edition.territory)


def _by_number(parcels: Iterable[Parcel]) -> dict[ParcelRef, list[Parcel]]:
    found: dict[ParcelRef, list[Parcel]] = {}
    for parcel in parcels:
        found.setdefault(parcel.ref, []).append(parcel)
    return found


def _coverage(ready: Load, store: Store, other: Edition) -> Iterator[Finding]:
    common = _common(ready.coverage, store, other)
    ground, theirs = (shapely.union_all([c.shape for c in side]) for side in (ready.coverage, common))
    shape = shapely.intersection(ground, theirs)
    if shape.area > SHARED * min(ground.area, theirs.area):
        yield _shared(other, shape.area, shapely.point_on_surface(shape))


def _parcels(ready: Load, store: Store, other: Edition) -> Iterator[Finding]:
    """Held parcels with the same number, or else with their middle in one of the load."""
    shapes = np.array([p.shape for p in ready.parcels], dtype=object)
    own = _by_number(ready.parcels)
    again: dict[ParcelRef, Parcel] = {}
    there: dict[ParcelRef, Parcel] = {}
    for held in _held(store, other, shapes):
        same = next((p for p in own.get(held.ref, ()) if _same_days(p, held, other.effective_to)), None)
        if same is not None:
            again.setdefault(held.ref, same)
        else:
            there[held.ref] = held
    if again:
        yield _told(other, list(again.values())[:MOST], len(again))
    elif there:
        theirs = np.array([p.shape for p in there.values()], dtype=object)
        middles = shapely.point_on_surface(theirs)
        upon = np.unique(shapely.STRtree(shapes).query(middles, predicate="within")[0])
        area = float(shapely.area(theirs[upon]).sum())
        if area > SHARED * min(float(shapely.area(shapes).sum()), float(shapely.area(theirs).sum())):
            yield _shared(other, area, middles[upon[0]])


def _shared(other: Edition, area: float, at: shapely.Point) -> Finding:
    place = Place(0, other.territory, at.x, at.y, f"{area:.0f} m²", at)
    return found("EDI-005", [place], edition=other.id, territory=other.territory, area=round(area))


def _told(other: Edition, again: Sequence[Parcel], count: int) -> Finding:
    points = shapely.point_on_surface(np.array([p.shape for p in again], dtype=object))
    places = [Place(0, str(p.ref), at.x, at.y, "", at) for p, at in zip(again, points, strict=True)]
    return replace(found("EDI-004", places, edition=other.id, territory=other.territory), count=count)


def _held(store: Store, other: Edition, shapes: Shapes) -> Iterator[Parcel]:
    """Parcels of ``other`` in the squares that meet the shapes."""
    extent = _extent(shapes)
    for box in squares(store, other.id):
        if _meet(box, extent):
            yield from store.content(other.id, box).parcels


def _common(coverage: Iterable[Coverage], store: Store, other: Edition) -> list[Coverage]:
    """Coverage of ``other`` that meets that of the load in place and time."""
    own = list(coverage)
    held = store.content(other.id, _extent(np.array([c.shape for c in own], dtype=object))).coverage
    return [c for c in held if any(_same_days(mine, c, other.effective_to) for mine in own)]


def _extent(shapes: Shapes) -> Box:
    west, south, east, north = shapely.total_bounds(shapes).tolist()
    return west, south, east, north


def _meet(one: Box, other: Box) -> bool:
    return one[0] <= other[2] and other[0] <= one[2] and one[1] <= other[3] and other[1] <= one[3]


def _same_days(mine: Parcel | Coverage, held: Parcel | Coverage, until: date | None) -> bool:
    """Have both a day in common? ``until``: the first day of which the held edition speaks no more."""
    end = min((day for day in (held.effective_to, until) if day), default=date.max)
    return mine.effective_from < end and held.effective_from < (mine.effective_to or date.max)
