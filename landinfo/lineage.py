"""Which parcel became which: splits, merges, new boundaries and new numbers, derived from the ground that is shared.

All areas are m² in the plane of the store. What counts as shared stands in ``data/lineage.toml``.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

import numpy as np
import shapely

from landinfo.model import Link, Parcel, ParcelRef


@dataclass(frozen=True, slots=True)
class Limits:
    """Less than ``shared_area`` (m²) or ``shared_ratio`` (of the smaller parcel) is no link.

    From ``same_ratio`` on, of both outlines together, two outlines are the same ground.
    """

    shared_area: float
    shared_ratio: float
    same_ratio: float


@dataclass(frozen=True, slots=True)
class Shared:
    """Ground that two parcels have in common, m²."""

    day: date
    before: ParcelRef
    after: ParcelRef
    area: float


def within(parcels: Sequence[Parcel], limits: Limits, edition: str) -> list[Link]:
    """The links of one edition: on each day, from the parcels that end to those that begin."""
    ended: dict[date, list[Parcel]] = defaultdict(list)
    begun: dict[date, list[Parcel]] = defaultdict(list)
    for parcel in parcels:
        begun[parcel.effective_from].append(parcel)
        if parcel.effective_to is not None:
            ended[parcel.effective_to].append(parcel)
    days = sorted(ended.keys() & begun.keys())
    return links([s for day in days for s in shared(ended[day], begun[day], day, limits)], edition)


def shared(before: Sequence[Parcel], after: Sequence[Parcel], day: date, limits: Limits) -> Iterator[Shared]:
    """What each of ``before`` hands on to each of ``after``; a parcel that goes on under its number is left out."""
    same = unchanged(before, after, limits)
    ends = [p for p in before if p.ref not in same]
    begins = [p for p in after if p.ref not in same]
    if not ends or not begins:
        return
    one, other = (np.array([_valid(p) for p in side], dtype=object) for side in (ends, begins))
    i, j = shapely.STRtree(other).query(one, predicate="intersects")
    areas = shapely.area(shapely.intersection(one[i], other[j]))
    smaller = np.minimum(shapely.area(one)[i], shapely.area(other)[j])
    enough = areas >= np.maximum(limits.shared_area, limits.shared_ratio * smaller)
    for a, b, area in zip(i[enough].tolist(), j[enough].tolist(), areas[enough].tolist(), strict=True):
        yield Shared(day, ends[a].ref, begins[b].ref, area)


def unchanged(before: Iterable[Parcel], after: Iterable[Parcel], limits: Limits) -> set[ParcelRef]:
    """The numbers that stand on the same ground on both sides."""
    other = {p.ref: p for p in after}
    return {p.ref for p in before if p.ref in other and _same_ground(p, other[p.ref], limits)}


def _same_ground(one: Parcel, other: Parcel, limits: Limits) -> bool:
    if shapely.equals_exact(one.shape, other.shape):
        return True
    a, b = _valid(one), _valid(other)
    together = float(shapely.area(shapely.union(a, b)))
    return float(shapely.area(shapely.intersection(a, b))) >= limits.same_ratio * together


def _valid(parcel: Parcel) -> shapely.Geometry:
    return parcel.shape if parcel.shape.is_valid else shapely.make_valid(parcel.shape)


def links(found: Iterable[Shared], edition: str) -> list[Link]:
    """What is shared, with its kind: how many parcels became how many on that day, taken together where they meet."""
    pairs = {(s.day, s.before, s.after): s for s in found}
    kinds = _kinds([*pairs])
    made = [
        Link(kinds[key], s.day, s.before, s.after, Decimal(str(round(s.area, 1))), edition) for key, s in pairs.items()
    ]
    return sorted(made, key=lambda x: (x.day, x.before, x.after))


Pair = tuple[date, ParcelRef, ParcelRef]


def _kinds(pairs: Sequence[Pair]) -> Mapping[Pair, str]:
    """Pairs that share a parcel of one side belong together."""
    roots: dict[object, object] = {}

    def root(node: object) -> object:
        while roots.setdefault(node, node) != node:
            node = roots[node]
        return node

    for day, before, after in pairs:
        roots[root((day, "before", before))] = root((day, "after", after))
    groups: dict[object, list[Pair]] = defaultdict(list)
    for pair in pairs:
        groups[root((pair[0], "before", pair[1]))].append(pair)
    return {pair: kind for group in groups.values() for kind in [_kind(group)] for pair in group}


def _kind(group: Sequence[Pair]) -> str:
    before, after = {pair[1] for pair in group}, {pair[2] for pair in group}
    if before == after:
        return "boundary"
    if len(before) == len(after) == 1:
        return "renumbered"
    if len(before) == 1:
        return "split"
    return "merge" if len(after) == 1 else "rearranged"


def predecessors(links: Iterable[Link], parcel: Parcel) -> tuple[Link, ...]:
    """The links that lead to this parcel in its days: a number can be given again."""
    return tuple(x for x in links if x.after == parcel.ref and _from(parcel, x.day) and _before_end(parcel, x.day))


def successors(links: Iterable[Link], parcel: Parcel) -> tuple[Link, ...]:
    """The links that lead away from this parcel when its days end."""
    end = parcel.effective_to
    later = (x for x in links if x.before == parcel.ref and x.day > parcel.effective_from)
    return tuple(x for x in later if end is None or x.day <= end)


def _from(parcel: Parcel, day: date) -> bool:
    return parcel.effective_from <= day


def _before_end(parcel: Parcel, day: date) -> bool:
    return parcel.effective_to is None or day < parcel.effective_to


MOST_STEPS = 200
"""Most links that are followed from one number."""


def start(link: Link, forward: bool) -> ParcelRef:
    """Where a link leads from, in time or against it."""
    return link.before if forward else link.after


def end(link: Link, forward: bool) -> ParcelRef:
    """Where a link leads to, in time or against it."""
    return link.after if forward else link.before


def heirs(ref: ParcelRef, forward: bool, on: date, ask: Callable[[ParcelRef], Sequence[Link]]) -> Iterator[Link]:
    """From a number that is retired on the day to those that stand on its ground then: the last link to each.

    Against time, from a number that is not given yet to those before it. ``ask`` gives the links of a number.
    """
    ahead, seen = _steps(ref, ask(ref), forward, on, None), set[Link]()
    while ahead and len(seen) < MOST_STEPS:
        link = ahead.pop(0)
        if link in seen:
            continue
        seen.add(link)
        heir = end(link, forward)
        further = _steps(heir, ask(heir), forward, on, link.day)
        ahead += further
        if not further:
            yield link


def _steps(ref: ParcelRef, links: Sequence[Link], forward: bool, on: date, since: date | None) -> list[Link]:
    """Links away from a number on the next day after ``since``; from the number asked (None), on that nearest ``on``.

    Numbers are given again, so the links of other days are those of another parcel.
    """
    away = [x for x in links if start(x, forward) == ref and (x.day <= on) is forward]
    if since is not None:
        away = [x for x in away if (x.day > since if forward else x.day < since)]
    days = {x.day for x in away}
    if not days:
        return []
    first = max(days) if forward == (since is None) else min(days)
    return [x for x in away if x.day == first]
