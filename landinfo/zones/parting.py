"""A parcel parted where its price changes: behind the projection of its front, by depth, by bands of a long parcel.

Annex I of Resolution 87/2025/NQ-HĐND, 6.1a and 6.1b, art. 3.2a and 4.2c. Shapes lie in a metric plane, x = easting.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

import numpy as np
import shapely
from shapely import Polygon
from shapely.geometry.base import BaseGeometry

from landinfo import law
from landinfo.model import Rule
from landinfo.price import positions

MILLIMETRE = 0.001
"""m: the grid of every corner, so that neighbours share their corners to the last digit."""
WORTH, SCRAP = 2.5, 0.5
"""m and m²: a band thinner than this at the back of a lot and a scrap smaller than this are not drawn."""
_REACH = 400.0
"""m: how far the projection of a front is drawn, farther than any lot is deep."""


@dataclass(frozen=True, slots=True)
class Measures:
    """From where on something changes: metres, m² (``hidden``) and multiples of the lot's width (``home``, ``trade``).

    ``irregular``: of its convex hull; a lot that fills no more than this is irregular and can have hidden parts.
    ``entrance``: a side may be narrower than its lot (at the end of an alley), whose width is then area by depth.
    """

    deep: float
    field_near: float
    field_far: float
    home: tuple[float, float]
    trade: tuple[float, float]
    hidden: float
    irregular: float
    entrance: bool


@dataclass(frozen=True, slots=True)
class Piece:
    """Part of a lot with the typed facts that hold on it; ``depth``: from–to m behind the front, "" where uncut.

    ``deep``: its agricultural position or its price is lowered by that depth.
    """

    shape: BaseGeometry
    conditions: tuple[tuple[str, str], ...]
    agricultural_position: int
    depth: str
    deep: bool = False


def measures(on: date, rules: Mapping[str, Rule], irregular: float) -> Measures:
    """The measures in force on a day. Raises ``law.NotInForce``: the list of that day parts no lots."""
    long = law.on(rules["position_long_parcel"], on).value
    near, far = law.on(rules[positions.CLASSES], on).value["agricultural"]["limits"]
    return Measures(
        deep=float(law.on(rules["position_depth_from"], on).value),
        field_near=float(near),
        field_far=float(far),
        home=(float(long["residential_second"]), float(long["residential_third"])),
        trade=(float(long["business_second"]), float(long["business_third"])),
        hidden=float(law.on(rules["position_hidden_part_from"], on).value),
        irregular=irregular,
        entrance=True,
    )


def pieces(
    lot: BaseGeometry, sides: Sequence[BaseGeometry], held: Mapping[str, str], farming: int, on_road: bool, by: Measures
) -> Iterator[Piece]:
    """The lot cut behind the projection of its sides (6.1a), then by depth and the bands of a long lot (6.1b).

    The first of ``sides`` is the front that bands and depth are measured from; no side: the lot is whole. ``held``
    holds on all of it, ``farming`` is its agricultural position near the front, which ``on_road`` is a listed road.
    """
    depth = depth_of(lot, sides[0]) if sides else 0.0
    if depth <= 0:  # no side, or a strip that is nothing but side
        yield Piece(lot, told(held), farming, "")
        return
    front = sides[0]
    seen, hidden = _projected(lot, sides, by)
    narrow = by.entrance or not hidden.is_empty
    width = max(front.length, lot.area / depth) if narrow else front.length
    grounds = [(far, front.buffer(far, quad_segs=6)) for far in _cuts(on_road, width, depth, by)]
    for part, more in ((seen, {}), (hidden, {"hidden_part": "true"})):
        for shape, near, far in cut(part, grounds):
            conditions = {**held, **more, **_bands(near / width, by)}
            deep = on_road and near >= by.deep
            if deep:
                conditions["depth_from_100m"] = "true"
            position = 1 + (near >= by.field_near) + (near >= by.field_far) if on_road else farming
            yield Piece(shape, told(conditions), position, _label(near, far, depth), deep)


def told(conditions: Mapping[str, str]) -> tuple[tuple[str, str], ...]:
    """Conditions in one order, so that they can be compared."""
    return tuple(sorted(conditions.items()))


def depth_of(lot: BaseGeometry, front: BaseGeometry) -> float:
    """m from the front to the corner that is farthest from it."""
    return float(np.max(shapely.distance(shapely.points(shapely.get_coordinates(lot)), front)))


def cut(
    shape: BaseGeometry, grounds: Sequence[tuple[float, BaseGeometry]]
) -> Iterator[tuple[BaseGeometry, float, float]]:
    """The bands of a shape from ``near`` to ``far`` m behind a front; ``grounds`` is all ground up to each ``far``."""
    near = 0.0
    for far, ground in grounds:
        band, shape = (shape, shape) if shape.is_empty else _parted(shape, ground)
        if not band.is_empty:
            yield band, near, far
        near = far
    if not shape.is_empty:
        yield shape, near, math.inf


def polygons(shape: BaseGeometry) -> list[Polygon]:
    """Every part of a shape that is ground; lines and points of an overlay are left out."""
    return [part for part in shapely.get_parts(shape) if isinstance(part, Polygon)]


def _label(near: float, far: float, depth: float) -> str:
    return f"{near:.0f}–{min(far, depth):.0f}" if near or far < depth else ""


def _cuts(on_road: bool, width: float, depth: float, by: Measures) -> list[float]:
    """How far behind the front something changes, in m."""
    cuts = {times * width for times in by.home + by.trade}
    if on_road:
        cuts |= {by.deep, by.field_near, by.field_far}
    return sorted(cut for cut in cuts if cut < depth - WORTH)


def _parted(shape: BaseGeometry, by: BaseGeometry) -> tuple[BaseGeometry, BaseGeometry]:
    """What lies in ``by`` and what outside of it; a scrap outside counts as inside."""
    beyond = polygons(shapely.difference(shape, by))
    kept = [part for part in beyond if part.area >= SCRAP]
    if not kept:
        return shape, shapely.Polygon()
    scraps = [part for part in beyond if part.area < SCRAP]
    inside = polygons(shapely.intersection(shape, by))
    return shapely.union_all([*inside, *scraps], grid_size=MILLIMETRE), shapely.union_all(kept)


def _bands(times: float, by: Measures) -> dict[str, str]:
    """``long_band`` is that of residential land, ``long_band_business`` that of commerce and production."""
    found = {}
    for name, (full, middle) in (("long_band", by.home), ("long_band_business", by.trade)):
        if times > full - 0.01:
            found[name] = "third" if times > middle - 0.01 else "second"
    return found


def _projected(lot: BaseGeometry, sides: Sequence[BaseGeometry], by: Measures) -> tuple[BaseGeometry, BaseGeometry]:
    """The lot in the square projection of its sides, and each part of an irregular one that is hidden and counts."""
    if lot.area / lot.convex_hull.area <= by.irregular:
        chords = [shapely.LineString(shapely.get_coordinates(side)[[0, -1]]) for side in sides]
        seen, hidden = _parted(lot, shapely.union_all([c.buffer(_REACH, cap_style="flat") for c in chords]))
        small = [part for part in polygons(hidden) if part.area < by.hidden]
        kept = [part for part in polygons(hidden) if part.area >= by.hidden]
        if kept and seen.area > 1:
            return shapely.union_all([seen, *small], grid_size=MILLIMETRE) if small else seen, shapely.union_all(kept)
    return lot, shapely.Polygon()
