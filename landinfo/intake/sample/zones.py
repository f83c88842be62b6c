"""The price zones of the sample cadastre: what the place of each lot says, by Annex I of Resolution 87/2025/NQ-HĐND."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import numpy as np
import shapely
from shapely.geometry.base import BaseGeometry

from landinfo.intake.sample.access import Access
from landinfo.intake.sample.faces import Face
from landinfo.intake.sample.streets import Ward
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
WORTH = 2.5
"""m: a band thinner than this at the back of a lot is not drawn."""


@dataclass(frozen=True, slots=True)
class Piece:
    """Part of a lot with the typed facts that hold on it; ``depth``: from–to m behind the front, "" where uncut."""

    shape: BaseGeometry
    conditions: tuple[tuple[str, str], ...]
    agricultural_position: int
    depth: str


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
    first = plan["prices_from"]
    found = []
    for number, (key, shapes) in enumerate(sorted(grounds.items()), 1):
        _, _, section, position, agricultural, conditions, how = key
        found.append(
            PriceZone(
                f"Z{number:05d}", plan["price_list"], section, position, agricultural, dict(conditions), dict(how),
                shapely.union_all(shapes), first, None, "",
            )
        )  # fmt: skip
    cover = [
        shapely.difference(w.outline.buffer(2), shapely.union_all([b.shape for b in w.blocks if not b.priced]))
        for w in wards
    ]
    return found, [Coverage("price_zones", shape, first, None, complete=True, edition="") for shape in cover]


def _told(access: Access, piece: Piece) -> tuple[Any, ...]:
    """What the zone says: section, positions, conditions, how it was found."""
    how = {"distance_m": f"{round(access.distance, -1):.0f}"}
    if access.narrowest is not None:
        how["alley_width_m"] = f"{access.narrowest:.1f}"
    if any(name.startswith(("long", "hidden")) for name, _ in piece.conditions):
        how["frontage_m"] = f"{access.front.length:.1f}"
    if piece.depth:
        how["depth_m"] = piece.depth
    return access.section, access.position, piece.agricultural_position, piece.conditions, tuple(sorted(how.items()))


def pieces(shape: BaseGeometry, access: Access) -> Iterator[Piece]:
    """The lot cut by depth and by the bands of a long lot, or behind the projection of its front."""
    held = _held(access)
    farming = 1 if access.position == 1 else 3 if access.away > FIELD_FAR else 2
    hidden = _hidden(shape, access.front)
    if access.front.is_empty or hidden is not None:
        if hidden is not None:
            yield Piece(hidden, _sorted({**held, "hidden_part": "true"}), farming, "")
            shape = shapely.difference(shape, hidden)
        yield Piece(shape, _sorted(held), farming, "")
        return
    width = access.front.length
    depth = max(shapely.distance(shapely.points(shapely.get_coordinates(shape)), access.front))
    long = depth > HOME_BANDS[0] * width + WORTH
    cuts = {n * width for n in HOME_BANDS + TRADE_BANDS} if long else set()
    if access.position == 1:
        cuts |= {DEEP, FIELD_NEAR}
    at = [0.0, *sorted(cut for cut in cuts if cut < depth - WORTH), depth]
    for near, far in pairwise(at):
        band = held | (_bands(near / width) if long else {})
        if access.position == 1 and near >= DEEP:
            band["depth_from_100m"] = "true"
        part = _between(shape, access.front, near, far if far < depth else None)
        if part.area > 0.01:
            label = f"{near:.0f}–{far:.0f}" if len(at) > 2 else ""
            yield Piece(part, _sorted(band), 2 if farming == 1 and near >= FIELD_NEAR else farming, label)


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


def _between(shape: BaseGeometry, front: BaseGeometry, near: float, far: float | None) -> BaseGeometry:
    if near:
        shape = shapely.difference(shape, front.buffer(near))
    return shapely.intersection(shape, front.buffer(far)) if far else shape


def _hidden(lot: BaseGeometry, front: BaseGeometry) -> BaseGeometry | None:
    """The part of an L- or T-shaped lot behind the square projection of its front, where it counts."""
    if front.is_empty or lot.area / lot.convex_hull.area > L_SHAPED:
        return None
    ends = shapely.get_coordinates(front)
    seen = shapely.LineString(ends[[0, -1]]).buffer(400, cap_style="flat")
    hidden = shapely.difference(lot, seen)
    return hidden if hidden.area >= HIDDEN and shapely.intersection(lot, seen).area > 1 else None
