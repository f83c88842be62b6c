"""What other editions of the same layer hold already: a territory is a name, the same ground may stand under two."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import date

import numpy as np
import shapely
from numpy.typing import NDArray

from landinfo.intake.checks import Shapes
from landinfo.intake.findings import Collector, Finding, Place, found
from landinfo.intake.lineage import squares
from landinfo.model import Coverage, Edition, Parcel, ParcelRef
from landinfo.store import Box, Load, Spoken, Store

MOST = 100
"""Numbers that are named one by one."""
SHARED = 0.01
"""Share of the smaller ground from which on two editions stand on the same: neighbours meet along a seam."""
_AT_ONCE = 20_000
"""Numbers that a store is asked for in one question."""


def beside_others(ready: Load, store: Store, known: date, collect: Collector) -> None:
    """EDI-004 numbers that another territory's edition holds on the same days; EDI-005 ground that one speaks of too.

    A number is held wherever it lies. Ground is that of the parcels themselves, or the coverage of a theme. Editions of
    the same territory are replaced or refused (EDI-002), and not looked at. Publishing asks for the numbers once more
    (``store.doubles``): two that are prepared side by side do not see each other here.
    """
    others = _others(store, ready.edition, known)
    again = _again(ready, store, known) if ready.parcels and others else {}
    ground = _Ground(ready.parcels) if ready.parcels and others else None
    for other in others:
        if other.id in again:
            collect.put(_told(other, again[other.id]))
            continue
        for finding in ground.shared(store, other) if ground else _coverage(ready, store, other):
            collect.put(finding)


def _others(store: Store, edition: Edition, known: date) -> list[Edition]:
    """The editions of the same layer for other territories that are known on ``known`` or later."""
    alike = [e for e in store.editions() if e.layer == edition.layer and e.territory != edition.territory]
    return [e for e in alike if e.withdrawn is None or e.withdrawn > known]


@dataclass
class _Told:
    """Parcels of the load that an edition holds: how many, and the first of them."""

    count: int = 0
    first: list[Parcel] = field(default_factory=list)


def _again(ready: Load, store: Store, known: date) -> dict[str, _Told]:
    """By edition; a part of the load at a time, so that memory does not grow with what is held."""
    told: dict[str, _Told] = defaultdict(_Told)
    for start in range(0, len(ready.parcels), _AT_ONCE):
        part = ready.parcels[start : start + _AT_ONCE]
        held: dict[tuple[str, ...], list[Spoken]] = defaultdict(list)
        for one in store.held_elsewhere([p.ref for p in part], ready.edition.territory, known):
            held[_number(one[0])].append(one)
        for parcel in part if held else ():
            spoken = held.get(_number(parcel.ref), ())
            for edition in {name for _, first, end, name in spoken if _same_days(parcel, first, end)}:
                told[edition].count += 1
                if len(told[edition].first) < MOST:
                    told[edition].first.append(parcel)
    return told


def _number(ref: ParcelRef) -> tuple[str, ...]:
    return ref.commune, ref.period, ref.sheet, ref.number


def _told(other: Edition, told: _Told) -> Finding:
    points = shapely.point_on_surface(_shapes(told.first))
    places = [Place(0, str(p.ref), at.x, at.y, "", at) for p, at in zip(told.first, points, strict=True)]
    return replace(found("EDI-004", places, edition=other.id, territory=other.territory), count=told.count)


class _Ground:
    """The parcels of a load, to be laid upon those of other editions square by square."""

    def __init__(self, parcels: Sequence[Parcel]) -> None:
        self.parcels, self.shapes = parcels, _shapes(parcels)
        self.bounds = shapely.bounds(self.shapes)
        self.area = float(shapely.area(self.shapes).sum())

    def shared(self, store: Store, other: Edition) -> Iterator[Finding]:
        """EDI-005: parcels of ``other`` whose middle lies in one of the load's, on a common day."""
        theirs, both, where = 0.0, 0.0, list[shapely.Point]()
        for box in squares(store, other.id):
            own = self._in(box)
            if not len(own):
                continue
            held = store.content(other.id, box).parcels
            middles = shapely.point_on_surface(_shapes(held))
            # Each belongs to the square of its middle.
            here = [n for n, at in enumerate(middles) if box[0] <= at.x < box[2] and box[1] <= at.y < box[3]]
            areas = shapely.area(_shapes(held))[here]
            theirs += float(areas.sum())
            upon = self._upon([held[n] for n in here], middles[here], own, other.effective_to)
            both += float(areas[upon].sum())
            where += middles[here][upon][:1].tolist() if not where else []
        if where and both > SHARED * min(self.area, theirs):
            yield _shared(other, both, where[0])

    def _in(self, box: Box) -> NDArray[np.int64]:
        west, south, east, north = self.bounds.T
        return np.flatnonzero((west <= box[2]) & (east >= box[0]) & (south <= box[3]) & (north >= box[1]))

    def _upon(self, held: Sequence[Parcel], middles: Shapes, own: NDArray[np.int64], until: date | None) -> list[int]:
        hits = shapely.STRtree(self.shapes[own]).query(middles, predicate="within").T.tolist()
        days = ((n, held[n], self.parcels[int(own[k])]) for n, k in hits)
        return sorted({n for n, other, mine in days if _same_days(mine, other.effective_from, _end(other, until))})


def _coverage(ready: Load, store: Store, other: Edition) -> Iterator[Finding]:
    common = _common(ready.coverage, store, other)
    ground, theirs = (shapely.union_all([c.shape for c in side]) for side in (ready.coverage, common))
    shape = shapely.intersection(ground, theirs)
    if shape.area > SHARED * min(ground.area, theirs.area):
        yield _shared(other, shape.area, shapely.point_on_surface(shape))


def _shared(other: Edition, area: float, at: shapely.Point) -> Finding:
    place = Place(0, other.territory, at.x, at.y, f"{area:.0f} m²", at)
    return found("EDI-005", [place], edition=other.id, territory=other.territory, area=round(area))


def _common(coverage: Iterable[Coverage], store: Store, other: Edition) -> list[Coverage]:
    """Coverage of ``other`` that meets that of the load in place and time."""
    own = list(coverage)
    west, south, east, north = shapely.total_bounds(np.array([c.shape for c in own], dtype=object)).tolist()
    held = store.content(other.id, (west, south, east, north), bare=True).coverage
    return [c for c in held if any(_same_days(mine, c.effective_from, _end(c, other.effective_to)) for mine in own)]


def _shapes(parcels: Sequence[Parcel]) -> Shapes:
    return np.array([p.shape for p in parcels], dtype=object)


def _end(held: Parcel | Coverage, until: date | None) -> date | None:
    """The first day on which the held edition, which speaks of days before ``until``, says it no more."""
    return min((day for day in (held.effective_to, until) if day), default=None)


def _same_days(mine: Parcel | Coverage, first: date, end: date | None) -> bool:
    return mine.effective_from < (end or date.max) and first < (mine.effective_to or date.max)
