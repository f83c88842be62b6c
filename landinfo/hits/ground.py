"""Points and pieces of ground that were typed as coordinates."""

from __future__ import annotations

from decimal import ROUND_HALF_UP, Decimal

import shapely

from landinfo import lookup, overlay
from landinfo.hits.found import EXACT, CornersHit, Gathered, Held, PointHit
from landinfo.hits.parcels import nearest
from landinfo.model import CannotBeAnswered, NotHere, Notice, Parcel, Query
from landinfo.search.points import Reading

LONGEST_SIDE = 1000.0
"""Metres: the longest side of a box around pasted corners."""
MOST_PARCELS = 500
"""Parcels that are looked at."""
TOUCHES = 0.1
"""m² from which ground touches a parcel."""


def at_point(reading: Reading, query: Query, held: Held, into: Gathered) -> None:
    """The parcels at a point; where there is none why, the nearest one, and the point itself."""
    ((easting, northing),) = reading.points
    try:
        found = lookup.standing(easting, northing, query, held.store)
    except NotHere as wrong:
        into.reasons.append(Notice(wrong.code, {k: v for k, v in wrong.params.items() if k != "nearest"}))
        into.nearest += [*nearest(wrong, query, held), PointHit(easting, northing, (), reading.why)]
        return
    into.hits.append((EXACT, PointHit(easting, northing, found, reading.why)))


def at_one_of(reading: Reading, query: Query, held: Held, into: Gathered) -> None:
    """The parcels at a point that may be meant; of several such the neighbourhood is not searched."""
    ((easting, northing),) = reading.points
    found = lookup.under(easting, northing, query, held.store)
    hit = PointHit(easting, northing, found, reading.why)
    if found:
        into.hits.append((EXACT, hit))
    else:
        into.reasons.append(Notice("search-no-parcel-here"))
        into.nearest.append(hit)


def enclosed(reading: Reading, query: Query, held: Held, into: Gathered) -> None:
    """The ground inside a list of corners, whose last may repeat the first.

    Raises ``CannotBeAnswered``: fewer than three corners, a boundary that crosses itself, too large.
    """
    corners = reading.points[:-1] if reading.points[0] == reading.points[-1] else reading.points
    if len(set(corners)) < 3:
        raise CannotBeAnswered("search-corners-few", "q", count=len(set(corners)))
    drawn = shapely.Polygon(corners)
    west, south, east, north = drawn.bounds
    if max(east - west, north - south) > LONGEST_SIDE:
        raise CannotBeAnswered("search-corners-large", "q", most=LONGEST_SIDE)
    if drawn.convex_hull.area < TOUCHES:
        raise CannotBeAnswered("search-corners-few", "q", count=len(set(corners)))
    if not shapely.is_valid(drawn):
        raise CannotBeAnswered("search-corners-cross", "q")
    near = held.store.parcels_in((west, south, east, north), query.on, query.known, limit=MOST_PARCELS + 1)
    shapely.prepare(drawn)
    touched = [(p, _common(drawn, p)) for p in near[:MOST_PARCELS] if shapely.intersects(drawn, p.shape)]
    touched = sorted(((p, a) for p, a in touched if a >= TOUCHES), key=_most_first)
    into.hits.append(
        (
            EXACT,
            CornersHit(
                shape=drawn,
                corners=corners,
                area=_square_metres(drawn.area),
                touched=tuple((p, _square_metres(a)) for p, a in touched),
                cut=len(near) > MOST_PARCELS,
                why=reading.why,
            ),
        )
    )


def _common(drawn: shapely.Polygon, parcel: Parcel) -> float:
    # most parcels of a large piece lie wholly inside, where nothing need be cut
    inside = shapely.contains_properly(drawn, parcel.shape)
    return float((parcel.shape if inside else overlay.common(drawn, parcel.shape)).area)


def _most_first(touched: tuple[Parcel, float]) -> tuple[float, str]:
    return -touched[1], str(touched[0].ref)


def _square_metres(area: float) -> Decimal:
    return Decimal(area).quantize(Decimal("0.1"), ROUND_HALF_UP)
