"""Builds the sample cadastre from its recipe: parcels, price zones, plans and corridors of two wards, published.

The same recipe gives the same bytes: one seed, no clock. ``sample_ground`` draws the lots, ``sample_plans`` the plans.
"""

from __future__ import annotations

import tomllib
from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import numpy as np
import shapely
from numpy.random import Generator
from shapely import affinity
from shapely.geometry.base import BaseGeometry

from landinfo.intake import sample_plans
from landinfo.intake.editions import content_hash, edition_id
from landinfo.intake.sample_ground import BLOCK_V, Lot, carry, lots
from landinfo.model import Coverage, Edition, LandUse, Parcel, ParcelRef, PriceZone
from landinfo.store import SCHEMA_VERSION, Load, StoreFacts, create_store
from landinfo.store.communes import read_communes

Progress = Callable[[str, float], None]
TERRITORY = "SIM"
SMALLEST = 3.0
"""m²: smaller faces of the drawing are left out, as a surveyor would."""
DEEP = 100.0


@dataclass(frozen=True, slots=True)
class Placed:
    """A lot with its shape in the plane and its parcel, before its edition has a name."""

    lot: Lot
    ward: Mapping[str, Any]
    parcel: Parcel


def build(recipe: Path, url: str, known: date, progress: Progress) -> None:
    """Make a store at ``url`` and publish the sample into it.

    ``known`` is the day of the build; what is published later than it is left out. Raises ``Refused``: something
    stands at ``url`` already.
    """
    with recipe.open("rb") as file:
        plan: dict[str, Any] = tomllib.load(file)
    progress("thửa đất · parcels", 0.0)
    placed = draw(plan)
    progress("vùng giá · price zones", 0.4)
    loads = [_parcels(plan, placed), _zones(plan, placed)]
    progress("quy hoạch · plans", 0.6)
    loads += sample_plans.loads(plan, [(p.ward, p.parcel.shape) for p in placed])
    progress("ghi · writing", 0.8)
    communes, unions = read_communes(recipe.parent.parent)
    facts = StoreFacts(plan["title"], plan["crs"], SCHEMA_VERSION, simulated=True)
    store = create_store(url, facts, communes, unions)
    try:
        store.publish(load for load in loads if load.edition.published <= known)
    finally:
        store.close()
    progress("xong · done", 1.0)


def draw(plan: Mapping[str, Any]) -> list[Placed]:
    """Every parcel of every ward, numbered sheet by sheet from the north, left to right."""
    rng = np.random.default_rng(plan["seed"])
    found: list[Placed] = []
    sheets: dict[str, dict[tuple[int, int, int], int]] = defaultdict(dict)
    for index, ward in enumerate(plan["ward"]):
        drawn = [lot for lot in lots(ward, rng) if lot.shape.area >= SMALLEST]
        shapes = [carry(ward, lot.shape) for lot in drawn]
        by_sheet: dict[tuple[str, int], list[int]] = defaultdict(list)
        for i, lot in enumerate(drawn):
            series = ward["series"][lot.column]
            place = (index, -(lot.row // 2), lot.column // 2)
            sheet = sheets[series].setdefault(place, len(sheets[series]) + 1)
            by_sheet[series, sheet].append(i)
        for (series, sheet), members in by_sheet.items():
            for number, i in enumerate(_in_reading_order(members, shapes), 1):
                parcel = _parcel(plan, ward, drawn[i], shapes[i], series, str(sheet), str(number), rng)
                found.append(Placed(drawn[i], ward, parcel))
    return _divided(plan, _misdrawn(found, rng), rng)


def _in_reading_order(members: Sequence[int], shapes: Sequence[BaseGeometry]) -> list[int]:
    """From the north in bands of 40 m, left to right and back (Circular 25/2014: zig-zag)."""
    centres = shapely.get_coordinates(shapely.centroid([shapes[i] for i in members]))
    band = -(centres[:, 1] // 40).astype(int)
    across = np.where(band % 2 == 0, centres[:, 0], -centres[:, 0])
    return [members[k] for k in np.lexsort((across, band))]


def _parcel(
    plan: Mapping[str, Any], ward: Mapping[str, Any], lot: Lot, shape: BaseGeometry,
    series: str, sheet: str, number: str, rng: Generator,
) -> Parcel:  # fmt: skip
    code, _, period = series.partition("@")
    registered = _registered(shape.area, rng) if lot.kind in ("lot", "rural") else None
    first = plan["union_day"] if period == "2025" else plan["first_day"]
    return Parcel(
        ref=ParcelRef(code, period, sheet, number),
        shape=shape,
        registered_area=registered,
        land_uses=_uses(lot, registered, period, rng),
        effective_from=first,
        effective_to=None,
        commune_now=ward["commune"],
        map_scale=[500, 500, 1000, 2000][int(rng.integers(4))] if rng.random() > 0.03 else None,
        edition="",
    )


def _registered(drawn: float, rng: Generator) -> Decimal | None:
    """As on certificates: mostly near the drawn area, some exactly, some far off, some to the centimetre, some none."""
    luck = rng.random()
    if luck < 0.02:
        return None
    factor = 1.0 if luck < 0.25 else 1 + rng.normal(0, 0.004) if luck < 0.9 else 1 + rng.uniform(-0.12, 0.12)
    digits = "0.01" if rng.random() < 0.08 else "0.1"
    return Decimal(repr(round(drawn * factor, 4))).quantize(Decimal(digits))


def _uses(lot: Lot, registered: Decimal | None, period: str, rng: Generator) -> tuple[LandUse, ...]:
    regime = "TT08/2024" if period == "2025" else "TT25/2014"
    if lot.kind in ("street", "alley"):
        return (LandUse("DGT", regime, None),)
    rural = lot.kind == "rural"
    codes = ["CLN", "LUC", "HNK" if period == "2025" else "BHK", "NTS", "ODT+CLN"] if rural else (
        ["ODT", "ODT+CLN", "CLN", "TMD", "SKC", "NTD", "BHK" if period == "2024" else "HNK"]
    )  # fmt: skip
    odds = [0.36, 0.2, 0.14, 0.06, 0.24] if rural else [0.68, 0.16, 0.08, 0.04, 0.015, 0.005, 0.02]
    chosen = codes[int(rng.choice(len(codes), p=odds))]
    if chosen != "ODT+CLN":
        return (LandUse(chosen, regime, registered),)
    if registered is None or registered < 70:
        return (LandUse("ODT", regime, registered),)
    home = min(registered - 10, Decimal(int(rng.choice([50, 60, 100, 150, 200, 300]))))
    return (LandUse("ODT", regime, home), LandUse("CLN", regime, registered - home))


def _misdrawn(found: list[Placed], rng: Generator) -> list[Placed]:
    """As real maps have it: a few lots lie half a metre off, over one neighbour and short of the other."""
    moved = set(rng.choice(len(found), 16, replace=False).tolist())
    return [
        replace(p, parcel=replace(p.parcel, shape=affinity.translate(p.parcel.shape, 0.4, 0.25)))
        if i in moved and p.lot.kind == "lot"
        else p
        for i, p in enumerate(found)
    ]


def _divided(plan: Mapping[str, Any], found: list[Placed], rng: Generator) -> list[Placed]:
    """Some lots were divided on the recipe's day: the old number ends, two new ones begin, at the end of the sheet."""
    last: dict[tuple[str, str], int] = defaultdict(int)
    for p in found:
        sheet = (p.parcel.ref.series, p.parcel.ref.sheet)
        last[sheet] = max(last[sheet], int(p.parcel.ref.number))
    wide = [i for i, p in enumerate(found) if p.lot.kind == "lot" and p.parcel.shape.area > 180]
    chosen = set(rng.choice(wide, 20, replace=False).tolist())
    result: list[Placed] = []
    for i, p in enumerate(found):
        if i not in chosen:
            result.append(p)
            continue
        result.append(replace(p, parcel=replace(p.parcel, effective_to=plan["split_day"])))
        for half in _halves(p.parcel.shape):
            sheet = (p.parcel.ref.series, p.parcel.ref.sheet)
            last[sheet] += 1
            registered = Decimal(repr(round(half.area, 1)))
            child = replace(
                p.parcel,
                ref=replace(p.parcel.ref, number=str(last[sheet])),
                shape=half,
                registered_area=registered,
                land_uses=(LandUse(p.parcel.land_uses[0].code, p.parcel.land_uses[0].regime, registered),),
                effective_from=plan["split_day"],
            )
            result.append(replace(p, parcel=child))
    return result


def _halves(shape: BaseGeometry) -> list[BaseGeometry]:
    x0, y0, x1, y1 = shape.bounds
    west = shapely.box(x0 - 1, y0 - 1, round((x0 + x1) / 2, 3), y1 + 1)
    halves = [shapely.intersection(shape, west), shapely.difference(shape, west)]
    return [part for half in halves for part in shapely.get_parts(half) if part.area >= SMALLEST]


def _edition(plan: Mapping[str, Any], layer: str, document: str, rows: Sequence[Any], first: date) -> Edition:
    digest = content_hash(rows)
    return Edition(
        id=edition_id(layer, TERRITORY, document, first, digest),
        layer=layer,
        territory=TERRITORY,
        document=document,
        effective_from=first,
        published=plan["published"],
        withdrawn=None,
        content_hash=digest,
        simulated=True,
        source="data/sample/recipe.toml",
        rows=len(rows),
    )


def _parcels(plan: Mapping[str, Any], placed: Sequence[Placed]) -> Load:
    rows = [p.parcel for p in placed]
    edition = _edition(plan, "parcels", "SIM-BĐĐC", rows, plan["first_day"])
    return Load(edition, (), [replace(row, edition=edition.id) for row in rows])


def _zones(plan: Mapping[str, Any], placed: Sequence[Placed]) -> Load:
    """One zone for each section, position and set of conditions in a block, and where the ground is deep, two."""
    grounds: dict[tuple[Any, ...], list[BaseGeometry]] = defaultdict(list)
    first = {"from": date(2026, 1, 1)}
    for p in placed:
        if p.parcel.effective_to is not None or p.lot.kind in ("street", "alley") or _left_out(p):
            continue
        for shape, conditions, distance in _pieces(p):
            key = (p.ward["commune"], p.lot.column, p.lot.row, p.lot.section, p.lot.position, conditions, distance)
            grounds[key].append(shape)
    rows: list[PriceZone | Coverage] = []
    for number, (key, shapes) in enumerate(sorted(grounds.items()), 1):
        _, column, row, section, position, conditions, distance = key
        alley = dict(conditions).get("alley_width_m", "")
        told = {k: v for k, v in conditions if k != "alley_width_m"}
        how = {"distance_m": distance, "block": f"{column + 1}-{row + 1}"} | ({"alley_width_m": alley} if alley else {})
        rows.append(
            PriceZone(
                id=f"Z{number:05d}", price_list=plan["price_list"], section=section, position=position,
                agricultural_position=1, conditions=told, found=how,
                shape=shapely.union_all(shapes), effective_from=first["from"], effective_to=None, edition="",
            )
        )  # fmt: skip
    ground = shapely.union_all([shapely.buffer(shapely.convex_hull(_all(placed, w)), 20) for w in plan["ward"]])
    rows.append(Coverage("price_zones", ground, first["from"], None, complete=True, edition=""))
    edition = _edition(plan, "price_zones", "87/2025/NQ-HĐND", rows, first["from"])
    named = [replace(row, edition=edition.id) for row in rows]
    zones = [row for row in named if isinstance(row, PriceZone)]
    return Load(edition, [row for row in named if isinstance(row, Coverage)], (), (), zones)


def _all(placed: Sequence[Placed], ward: Mapping[str, Any]) -> BaseGeometry:
    return shapely.GeometryCollection([p.parcel.shape for p in placed if p.ward is ward])


def _left_out(p: Placed) -> bool:
    """A few lots lie in no zone: the derivation did not reach them."""
    return p.lot.kind == "lot" and p.lot.column == 2 and p.lot.row == 3 and int(p.parcel.ref.number) % 17 == 0


def _pieces(p: Placed) -> list[tuple[BaseGeometry, tuple[tuple[str, str], ...], str]]:
    """The lot's shape by depth band, with the conditions of Annex I that hold on it."""
    lot, conditions = p.lot, {}
    if lot.fronts > 1 and lot.position == 1:
        conditions["fronts"] = str(lot.fronts)
    if lot.position > 1:
        conditions |= {"alley_surface": "earth" if lot.earth else "paved"}
        if lot.alley_width is not None:
            conditions["alley_width_m"] = str(lot.alley_width)
    if lot.kind != "rural":
        deep = "true" if lot.position > 1 and lot.row % 5 == 4 else ""
        held = conditions | ({"depth_from_100m": deep} if deep else {})
        return [(p.parcel.shape, tuple(sorted(held.items())), "100+" if deep else "0")]
    u0, v0, u1, _ = lot.shape.bounds
    near = carry(p.ward, shapely.segmentize(shapely.box(u0 - 5, v0 - 5, u1 + 5, lot.street_v + DEEP), 5.0))
    front, back = shapely.intersection(p.parcel.shape, near), shapely.difference(p.parcel.shape, near)
    far = conditions | {"depth_from_100m": "true"}
    pieces = [(front, tuple(sorted(conditions.items())), "0"), (back, tuple(sorted(far.items())), f"{BLOCK_V:g}+")]
    return [
        (shape, held, "100+" if "depth_from_100m" in dict(held) else "0")
        for shape, held, _ in pieces
        if shape.area > 0.5
    ]
