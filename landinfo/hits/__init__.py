"""What was typed into the one search box → what there is of it: parcels, communes, streets, points, pieces of ground.

Every reading is asked; what is ambiguous is a list, and where nothing is found the reason is told with what comes near.
"""

from __future__ import annotations

from collections.abc import Iterable

from landinfo.hits import ground, names, parcels
from landinfo.hits.found import FOLDED, LIKE, Found, Gathered, Held, Hit, PointHit
from landinfo.model import Notice, Query
from landinfo.search.reading import Asked

__all__ = ["Found", "Held", "Hit", "search"]

MOST_NEAREST = 5
_AS_TYPED = {"search-read-wgs84", "search-read-vn2000"}


def search(asked: Asked, query: Query, held: Held) -> Found:
    """What there is of what was asked, on the day and as known of ``query``.

    Raises ``CannotBeAnswered``: corners that enclose no ground, cross themselves, or enclose too much.
    """
    found = Gathered()
    for reading in asked.points:
        if len(reading.points) > 1:
            ground.enclosed(reading, query, held, found)
        elif len(asked.points) > 1:
            ground.at_one_of(reading, query, held, found)
        else:
            ground.at_point(reading, query, held, found)
    if len(asked.points) > 1 and found.hits:
        found.hits += [(LIKE, near) for near in found.nearest if isinstance(near, PointHit)]
    if asked.address is not None:
        parcels.addressed(asked.address, query, held, found)
    for numbers, place in asked.parcels:
        parcels.numbered(numbers, place, query, held, found)
    if asked.name:
        names.named(asked, held, found)
    hits = tuple(hit for _, hit in sorted(found.hits, key=_rank))
    return Found(
        hits=hits,
        reasons=() if hits else _once(found.reasons),
        nearest=() if hits else tuple(found.nearest[:MOST_NEAREST]),
        notices=_once([*found.notices, *(_other_readings(asked, found) if hits else ())]),
        choices=tuple(found.choices),
        certain=len(hits) == 1 and _certain(asked, found),
    )


def _rank(ranked: tuple[int, Hit]) -> int:
    return ranked[0]


def _once(notices: Iterable[Notice]) -> tuple[Notice, ...]:
    kept: list[Notice] = []
    for notice in notices:
        if notice not in kept:
            kept.append(notice)
    return tuple(kept)


def _other_readings(asked: Asked, found: Gathered) -> list[Notice]:
    """Why the readings beside those that were found gave nothing: of 12/34, that there is no parcel 34 on sheet 12."""
    beside = {"search-nothing", "unknown-commune"} if asked.name else {"search-nothing"}
    return [r for r in found.reasons if r.code not in beside] if len(asked.parcels) > 1 else []


def _certain(asked: Asked, found: Gathered) -> bool:
    if found.notices or found.hits[0][0] > FOLDED:
        return False
    if asked.points:
        return (
            len(asked.points) == 1 and isinstance(found.hits[0][1], PointHit) and asked.points[0].why.code in _AS_TYPED
        )
    return len(asked.parcels) < 2
