"""The parcels of the sample cadastre: sheets and numbers, certificates, and what happened to some of them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import replace
from decimal import Decimal
from typing import Any

import numpy as np
import shapely
from numpy.random import Generator

from landinfo.intake.sample.faces import Face
from landinfo.intake.sample.history import OLD, Placed, history, misdrawn, resurveyed, twice
from landinfo.intake.sample.streets import Ward, nearest_place
from landinfo.model import LandUse, Parcel, ParcelRef

BAND = 25.0
"""m: parcels are numbered in bands of this height."""


def parcels(plan: Mapping[str, Any], wards: Sequence[Ward], faces: Sequence[Sequence[Face]]) -> list[Placed]:
    """Every parcel of every ward, numbered sheet by sheet from the north, in a zig-zag."""
    rng = np.random.default_rng(plan["seed"] + 1)
    found: list[Placed] = []
    for w, (ward, own) in enumerate(zip(wards, faces, strict=True)):
        found += [_first(plan, w, ward, i, face, rng) for i, face in enumerate(own)]
    found = _numbered(plan, found)
    found = history(plan, found, rng)
    found += _numbered(plan, resurveyed(plan, found, faces))
    return misdrawn(twice(found, rng), rng)


def _first(plan: Mapping[str, Any], w: int, ward: Ward, i: int, face: Face, rng: Generator) -> Placed:
    place = nearest_place(ward.places, ward.centre, shapely.point_on_surface(face.shape))
    series = face.block.series if face.block else place["series"]
    code, _, period = series.partition("@")
    ground = face.block.kind if face.block else ""
    registered = _registered(face.shape.area, rng) if face.held else None
    parcel = Parcel(
        ref=ParcelRef(code, period, "", ""),
        shape=face.shape,
        registered_area=registered,
        land_uses=_uses(face.kind, ground, face.shape.area, registered, rng),
        effective_from=plan["first_day"],
        effective_to=None,
        commune_now=ward.code,
        map_scale=plan["map_scale"][series] if rng.random() > 0.02 else None,
        edition="",
    )
    return Placed(w, i, face.kind, parcel)


def _numbered(plan: Mapping[str, Any], found: Sequence[Placed]) -> list[Placed]:
    """Sheets of a series from the north-west in a zig-zag, parcels of a sheet likewise (Circular 25/2014)."""
    centres = shapely.get_coordinates(shapely.centroid([p.parcel.shape for p in found]))
    sheets: dict[str, dict[tuple[int, int], list[int]]] = defaultdict(lambda: defaultdict(list))
    for i, p in enumerate(found):
        frame = plan["map_scale"][p.parcel.ref.series] / 2
        column, row = (int(c // frame) for c in centres[i])
        sheets[p.parcel.ref.series][-row, column if row % 2 else -column].append(i)
    result = list(found)
    for squares in sheets.values():
        for sheet, square in enumerate(sorted(squares), 1):
            members = np.array(squares[square])
            band = -(centres[members, 1] // BAND).astype(int)
            across = np.where(band % 2 == 0, centres[members, 0], -centres[members, 0])
            for number, i in enumerate(members[np.lexsort((across, band))].tolist(), 1):
                p = result[i].parcel
                ref = replace(p.ref, sheet=str(sheet), number=str(number))
                result[i] = replace(result[i], parcel=replace(p, ref=ref))
    return result


def _registered(drawn: float, rng: Generator) -> Decimal | None:
    """As on certificates: mostly near the drawn area, some exactly, some far off, some to the centimetre, some none."""
    luck = rng.random()
    if luck < 0.02:
        return None
    factor = 1.0 if luck < 0.25 else 1 + rng.normal(0, 0.004) if luck < 0.92 else 1 + rng.uniform(-0.12, 0.12)
    digits = "0.01" if rng.random() < 0.08 else "0.1"
    return Decimal(repr(round(drawn * factor, 4))).quantize(Decimal(digits))


USES: Mapping[str, Mapping[str, float]] = {
    "town": {"ODT": 0.84, "ODT+CLN": 0.06, "CLN": 0.04, "TMD": 0.03, "BHK": 0.02, "SKC": 0.01},
    "project": {"ODT": 0.93, "TMD": 0.07},
    "garden": {"ODT+CLN": 0.42, "CLN": 0.3, "ODT": 0.13, "BHK": 0.1, "SKC": 0.02, "T+LNK": 0.03},
    "field": {"LUC": 0.44, "CLN": 0.2, "BHK": 0.2, "NTS": 0.08, "ODT+CLN": 0.08},
}
PUBLIC = ("DGD", "DVH", "TIN", "TON", "DYT", "TSC", "DKV", "DCH")


def _uses(kind: str, ground: str, area: float, registered: Decimal | None, rng: Generator) -> tuple[LandUse, ...]:
    fixed = {"street": "DGT", "alley": "DGT", "water": "SON", "grave": "NTD"}
    if kind in fixed:
        return (LandUse(fixed[kind], "TT25/2014", registered if kind == "grave" else None),)
    odds = USES[ground]
    chosen = str(rng.choice(list(odds), p=list(odds.values())))
    if ground == "town" and area > 900:
        chosen = str(rng.choice(PUBLIC)) if rng.random() < 0.5 else "ODT+CLN"
    elif ground == "town" and area > 260 and chosen == "ODT" and rng.random() < 0.6:
        chosen = "ODT+CLN"
    home, _, garden = chosen.partition("+")
    if not garden or registered is None or registered < 80:
        return (LandUse(home, OLD.get(home, "TT25/2014"), registered),)
    lived = min(registered - 15, Decimal(int(rng.choice([50, 60, 80, 100, 150, 200, 300]))))
    return (
        LandUse(home, OLD.get(home, "TT25/2014"), lived),
        LandUse(garden, OLD.get(garden, "TT25/2014"), registered - lived),
    )
