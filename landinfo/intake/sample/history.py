"""What happened to the parcels of the sample cadastre: divided, made one, mapped again, numbered twice, misdrawn."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Any

import numpy as np
import shapely
from numpy.random import Generator
from shapely import affinity
from shapely.geometry.base import BaseGeometry

from landinfo.intake.sample.faces import Face
from landinfo.intake.sample.rows import box_corners
from landinfo.model import LandUse, Parcel, ParcelRef

OLD = {"T": "QD499-1995", "LNK": "legacy-2004"}
"""Codes of regimes before Circular 25/2014, which certificates keep."""


@dataclass(frozen=True, slots=True)
class Placed:
    """A face of a ward with its parcel. ``face`` counts within the ward; several parcels may share one over time."""

    ward: int
    face: int
    kind: str
    parcel: Parcel


def _sheet(p: Placed) -> tuple[str, str]:
    return p.parcel.ref.series, p.parcel.ref.sheet


def history(plan: Mapping[str, Any], found: list[Placed], rng: Generator) -> list[Placed]:
    """Some lots were divided, some made one, some were divided while one half kept its number."""
    last: dict[tuple[str, str], int] = defaultdict(int)
    for p in found:
        last[_sheet(p)] = max(last[_sheet(p)], int(p.parcel.ref.number))

    def new(p: Placed) -> str:
        last[_sheet(p)] += 1
        return str(last[_sheet(p)])

    result = list(found)
    pairs = _neighbours(found, rng)
    for a, b in pairs[:10]:
        one = _changed(found[a], shapely.union(found[a].parcel.shape, found[b].parcel.shape), new(found[a]))
        result.append(_from(one, plan["merged_day"]))
        result[a], result[b] = (_until(found[i], plan["merged_day"]) for i in (a, b))
    for a, b in pairs[10:14]:
        before = shapely.union(found[a].parcel.shape, found[b].parcel.shape)
        result.append(_until(_changed(found[a], before, found[a].parcel.ref.number), plan["renumbered_day"]))
        result[a], result[b] = (_from(found[i], plan["renumbered_day"]) for i in (a, b))
    used = {i for pair in pairs[:14] for i in pair}
    wide = [i for i, p in enumerate(found) if p.kind == "lot" and 180 < p.parcel.shape.area < 900 and i not in used]
    for i in sorted(rng.choice(wide, 20, replace=False).tolist()):
        result[i] = _until(found[i], plan["split_day"])
        halves = _halves(found[i].parcel.shape)
        result += [_from(_changed(found[i], half, new(found[i])), plan["split_day"]) for half in halves]
    return result


def _neighbours(found: Sequence[Placed], rng: Generator) -> list[tuple[int, int]]:
    """Pairs of small lots of one sheet with a long common boundary, no lot in two pairs."""
    small = [i for i, p in enumerate(found) if p.kind == "lot" and 50 < p.parcel.shape.area < 130]
    tree = shapely.STRtree([found[i].parcel.shape for i in small])
    pairs: list[tuple[int, int]] = []
    taken: set[int] = set()
    for k in rng.permutation(len(small)).tolist():
        a = small[k]
        for j in sorted(tree.query(found[a].parcel.shape, predicate="touches").tolist()):
            b = small[j]
            if {a, b} & taken or _sheet(found[a]) != _sheet(found[b]):
                continue
            common = shapely.intersection(found[a].parcel.shape.boundary, found[b].parcel.shape.boundary)
            if common.length > 10:
                pairs.append((a, b))
                taken |= {a, b}
        if len(pairs) >= 14:
            break
    return pairs


def _changed(p: Placed, shape: BaseGeometry, number: str) -> Placed:
    registered = Decimal(repr(round(shape.area, 1)))
    use = p.parcel.land_uses[0]
    ref = replace(p.parcel.ref, number=number)
    uses = (LandUse(use.code, use.regime, registered),)
    return replace(p, parcel=replace(p.parcel, ref=ref, shape=shape, registered_area=registered, land_uses=uses))


def _from(p: Placed, day: Any) -> Placed:
    return replace(p, parcel=replace(p.parcel, effective_from=day))


def _until(p: Placed, day: Any) -> Placed:
    return replace(p, parcel=replace(p.parcel, effective_to=day))


def _halves(shape: BaseGeometry) -> list[BaseGeometry]:
    """Two halves side by side: cut along the longer side of the smallest box, corners to the millimetre."""
    box = box_corners(shape)
    a, b, c, d = box[:4] if np.hypot(*(box[1] - box[0])) > np.hypot(*(box[2] - box[1])) else box[1:5]
    half = shapely.Polygon(np.round([a * 1.01 - b * 0.01, b * 1.01 - a * 0.01, (b + c) / 2, (a + d) / 2], 3))
    parts = [shapely.intersection(shape, half, grid_size=0.001), shapely.difference(shape, half, grid_size=0.001)]
    return [part for each in parts for part in shapely.get_parts(each) if part.area > 3]


def resurveyed(
    plan: Mapping[str, Any], found: list[Placed], faces: Sequence[Sequence[Face]]
) -> list[Placed]:  # fmt: skip
    """Blocks mapped again for the new commune: the old sheets end (in place), new ones begin. Gives the new parcels."""
    day, fresh = plan["resurveyed_day"], []
    renamed = {"BHK": "HNK"}
    for i, p in enumerate(found):
        block = faces[p.ward][p.face].block
        if not block or not block.resurveyed or p.parcel.effective_to is not None:
            continue
        code, _, period = block.resurveyed.partition("@")
        uses = tuple(
            u if u.code in OLD else LandUse(renamed.get(u.code, u.code), "TT08/2024", u.area)
            for u in p.parcel.land_uses
        )  # fmt: skip
        parcel = replace(p.parcel, ref=ParcelRef(code, period, "", ""), land_uses=uses, effective_from=day)
        scale = plan["map_scale"][block.resurveyed]
        fresh.append(replace(p, parcel=replace(parcel, map_scale=scale)))
        found[i] = _until(p, day)
    return fresh


def twice(found: list[Placed], rng: Generator) -> list[Placed]:
    """As on real sheets, a few numbers stand twice (geo.md §3.5: 0.24 % of a large set): told apart by a suffix."""
    plain = [i for i, p in enumerate(found) if p.kind == "lot" and p.parcel.effective_to is None]
    for i in sorted(rng.choice(plain, 6, replace=False).tolist()):
        ref = found[i].parcel.ref
        same = [j for j in plain if found[j].parcel.ref.series == ref.series and found[j].parcel.ref.sheet == ref.sheet]
        j = same[(same.index(i) + len(same) // 2) % len(same)]
        if ref.suffix or found[j].parcel.ref.suffix or i == j:
            continue
        for k, suffix in ((i, "1"), (j, "2")):
            again = replace(ref, suffix=suffix)
            found[k] = replace(found[k], parcel=replace(found[k].parcel, ref=again))
    return found


def misdrawn(found: list[Placed], rng: Generator) -> list[Placed]:
    """As real maps have it: a few lots lie half a metre off, over one neighbour and short of the other."""
    lots = [i for i, p in enumerate(found) if p.kind == "lot" and p.parcel.effective_to is None]
    for i in rng.choice(lots, 18, replace=False).tolist():
        moved = affinity.translate(found[i].parcel.shape, 0.4, 0.25)
        moved = shapely.transform(moved, lambda corners: np.round(corners, 3))
        found[i] = replace(found[i], parcel=replace(found[i].parcel, shape=moved))
    return found
