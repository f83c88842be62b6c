"""The price zones of the sample cadastre: what the place of each lot says, by Annex I of Resolution 87/2025/NQ-HĐND."""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import shapely
from shapely import Polygon
from shapely.geometry.base import BaseGeometry

from landinfo.intake.sample.access import Access
from landinfo.intake.sample.faces import Face
from landinfo.intake.sample.streets import MILLIMETRE, Ward, polygons
from landinfo.model import Coverage, PriceZone

DEEP = 100.0
"""m from the street: price position lowered (art. 4.2c)."""
FIELD_NEAR, FIELD_FAR = 200.0, 400.0
"""m: agricultural positions (art. 3.2a)."""
HOME_BANDS, TRADE_BANDS = (5, 8), (2, 4)
"""Times the width of the lot (Annex I.6.1b): residential; commerce, services and production."""
HIDDEN = 15.0
"""m²: hidden parts that count (Annex I.6.1a)."""
L_SHAPED = 0.84
"""Of its convex hull: a lot that fills less is L- or T-shaped."""
LEFT_OUT = 0.004
"""Of all lots: those without a zone."""
WORTH, SCRAP = 2.5, 0.5
"""m and m²: a band thinner than this at the back of a lot and a scrap smaller than this are not drawn."""


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


def zones(
    plan: Mapping[str, Any], wards: Sequence[Ward], faces: Sequence[Sequence[Face]],
    accesses: Sequence[Mapping[int, Access]],
) -> tuple[list[PriceZone], list[Coverage]]:  # fmt: skip
    """Zones that tile the lots of all blocks with prices, but for a few lots that the derivation did not reach."""
    rng = np.random.default_rng(plan["seed"] + 2)
    grounds: dict[tuple[Any, ...], list[BaseGeometry]] = defaultdict(list)
    for w, own in enumerate(accesses):
        for i, access in own.items():
            face = faces[w][i]
            if face.block is None or not face.block.priced or rng.random() < LEFT_OUT:
                continue
            for piece in pieces(face.shape, access):
                grounds[(w, face.number, *_told(access, piece))].append(piece.shape)
    united = [
        (key[2:], shape)
        for key, shapes in sorted(grounds.items())
        for shape in polygons(shapely.union_all(shapes, grid_size=MILLIMETRE))
        if shape.area > 0.01
    ]
    found = [_zone(plan, f"Z{i:05d}", told, shape) for i, (told, shape) in enumerate(united, 1)]
    return found, [_cover(plan, ward) for ward in wards]


def _zone(plan: Mapping[str, Any], name: str, told: tuple[Any, ...], shape: Polygon) -> PriceZone:
    section, position, agricultural, conditions, how = told
    first = plan["prices_from"]
    return PriceZone(
        name, plan["price_list"], section, position, agricultural, dict(conditions), dict(how), shape, first, None, ""
    )


def _cover(plan: Mapping[str, Any], ward: Ward) -> Coverage:
    blank = shapely.union_all([b.shape for b in ward.blocks if not b.priced])
    ground = shapely.difference(ward.outline.buffer(2), blank)
    return Coverage("price_zones", ground, plan["prices_from"], None, complete=True, edition="")


def _told(access: Access, piece: Piece) -> tuple[Any, ...]:
    """What the zone says: section, positions, conditions, how it was found."""
    how = {"distance_m": f"{access.distance // 10 * 10:.0f}"}
    if access.narrowest is not None:
        how["alley_width_m"] = f"{access.narrowest:.1f}"
    told = dict(piece.conditions).keys() & {"long_band", "hidden_part"}
    if told:
        how["frontage_m"] = f"{access.front.length:.1f}"
    if piece.depth and (told or piece.deep):
        how["depth_m"] = piece.depth
    return access.section, access.position, piece.agricultural_position, piece.conditions, tuple(sorted(how.items()))


def pieces(lot: Polygon, access: Access) -> Iterator[Piece]:
    """The lot cut behind the projection of its front (6.1a), then by depth and the bands of a long lot (6.1b)."""
    farming = 1 if access.position == 1 else 3 if access.away > FIELD_FAR else 2
    held = _held(access)
    if access.front.is_empty:
        yield Piece(lot, _sorted(held), farming, "")
        return
    depth = _depth(lot, access.front)
    seen, hidden = _projected(lot, access.front)
    width = access.front.length if hidden.is_empty else max(access.front.length, lot.area / depth)
    grounds = [(far, access.front.buffer(far, quad_segs=6)) for far in _cuts(access, width, depth)]
    for part, more in ((seen, {}), (hidden, {"hidden_part": "true"})):
        for shape, near, far in _cut(part, grounds):
            conditions = held | more | _bands(near / width)
            deep = access.position == 1 and near >= DEEP
            if deep:
                conditions["depth_from_100m"] = "true"
            label = f"{near:.0f}–{min(far, depth):.0f}" if near or far < depth else ""
            yield Piece(shape, _sorted(conditions), 2 if deep and near >= FIELD_NEAR else farming, label, deep)


def _depth(lot: Polygon, front: BaseGeometry) -> float:
    return float(np.max(shapely.distance(shapely.points(shapely.get_coordinates(lot)), front)))


def _cuts(access: Access, width: float, depth: float) -> list[float]:
    """How far behind the front something changes, in m."""
    cuts = {times * width for times in HOME_BANDS + TRADE_BANDS}
    if access.position == 1:
        cuts |= {DEEP, FIELD_NEAR}
    return sorted(cut for cut in cuts if cut < depth - WORTH)


def _cut(
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


def _parted(shape: BaseGeometry, by: BaseGeometry) -> tuple[BaseGeometry, BaseGeometry]:
    """What lies in ``by`` and what outside of it; a scrap outside counts as inside."""
    beyond = polygons(shapely.difference(shape, by))
    kept = [part for part in beyond if part.area >= SCRAP]
    if not kept:
        return shape, shapely.Polygon()
    scraps = [part for part in beyond if part.area < SCRAP]
    inside = polygons(shapely.intersection(shape, by))
    return shapely.union_all([*inside, *scraps], grid_size=MILLIMETRE), shapely.union_all(kept)


def _held(access: Access) -> dict[str, str]:
    held: dict[str, str] = {}
    if access.position == 1 and access.fronts > 1:
        held["fronts"] = str(access.fronts)
    if access.narrowest is not None:
        held["alley_surface"] = "earth" if access.earth else "paved"
    if access.distance >= DEEP:
        held["depth_from_100m"] = "true"
    return held


def _sorted(conditions: Mapping[str, str]) -> tuple[tuple[str, str], ...]:
    return tuple(sorted(conditions.items()))


def _bands(times: float) -> dict[str, str]:
    """``long_band`` is that of residential land, ``long_band_business`` that of commerce and production."""
    found = {}
    for name, (full, middle) in (("long_band", HOME_BANDS), ("long_band_business", TRADE_BANDS)):
        if times > full - 0.01:
            found[name] = "third" if times > middle - 0.01 else "second"
    return found


def _projected(lot: Polygon, front: BaseGeometry) -> tuple[BaseGeometry, BaseGeometry]:
    """The lot in the square projection of its front, and what of an L- or T-shaped one is hidden where it counts."""
    if lot.area / lot.convex_hull.area <= L_SHAPED:
        ends = shapely.get_coordinates(front)[[0, -1]]
        seen, hidden = _parted(lot, shapely.LineString(ends).buffer(400, cap_style="flat"))
        if hidden.area >= HIDDEN and seen.area > 1:
            return seen, hidden
    return lot, shapely.Polygon()
