"""The price zones of the sample cadastre: what the place of each lot says, by Annex I of Resolution 87/2025/NQ-HĐND."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import numpy as np
import shapely
from shapely import Polygon
from shapely.geometry.base import BaseGeometry

from landinfo.intake.sample.access import Access
from landinfo.intake.sample.faces import Face
from landinfo.intake.sample.streets import Ward
from landinfo.model import Coverage, PriceZone
from landinfo.zones import front, parting
from landinfo.zones.parting import MILLIMETRE, Measures, Piece, polygons

MEASURES = Measures(100.0, 200.0, 400.0, (5, 8), (2, 4), 15.0, 0.84, entrance=False)
"""Of art. 3.2a, 4.2c and Annex I.6.1, as they were when the recipe was written; irregular is a lot that is L- or
T-shaped."""
LEFT_OUT = 0.004
"""Of all lots: those without a zone."""


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
                grounds[(w, face.number, *_told(access, piece, face.shape))].append(piece.shape)
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


def _told(access: Access, piece: Piece, lot: Polygon) -> tuple[Any, ...]:
    """What the zone says: section, positions, conditions, how it was found."""
    how = {"distance_m": f"{access.distance // 10 * 10:.0f}"}
    if access.narrowest is not None:
        how["alley_width_m"] = f"{access.narrowest:.1f}"
    sides = [part for part in shapely.get_parts(shapely.line_merge(access.front)) if part.length > 0]
    if sides:
        how |= front(max(sides, key=lambda side: float(side.length)), lot)
    if piece.depth and (dict(piece.conditions).keys() & {"long_band", "hidden_part"} or piece.deep):
        how["depth_m"] = piece.depth
    return access.section, access.position, piece.agricultural_position, piece.conditions, tuple(sorted(how.items()))


def pieces(lot: Polygon, access: Access) -> Iterator[Piece]:
    """The lot parted where its price changes."""
    farming = 1 if access.position == 1 else 3 if access.away > MEASURES.field_far else 2
    sides = [] if access.front.is_empty else [access.front]
    return parting.pieces(lot, sides, _held(access), farming, access.position == 1, MEASURES)


def _held(access: Access) -> dict[str, str]:
    held: dict[str, str] = {}
    if access.position == 1 and access.fronts > 1:
        held["fronts"] = str(access.fronts)
    if access.narrowest is not None:
        held["alley_surface"] = "earth" if access.earth else "paved"
    if access.distance >= MEASURES.deep:
        held["depth_from_100m"] = "true"
    return held
