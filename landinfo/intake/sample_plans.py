"""The plans and corridors of the sample cadastre: a partition with the faults of real ones, zoning, corridors."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date
from typing import Any

import numpy as np
import shapely
from numpy.random import Generator
from shapely.geometry.base import BaseGeometry

from landinfo.intake.editions import content_hash, edition_id
from landinfo.intake.sample_ground import BLOCK_U, STREET, blocks, carry
from landinfo.model import Coverage, Edition, Feature
from landinfo.store import Load

TERRITORY = "SIM"
USES = ("ODT", "CLN", "TMD", "DKV", "DGD", "ODT", "SKC", "LUC", "ODT", "DTC", "ODT")
ZONING = ("OHH", "OXM", "HHO", "CXD", "OHH")
WIDENED = 19.0
"""m: the plan widens every third street to this half width measured from its middle line, into the front lots."""

Ground = Sequence[tuple[Mapping[str, Any], BaseGeometry]]


def loads(plan: Mapping[str, Any], ground: Ground) -> list[Load]:
    """One load for each edition of each theme."""
    rng = np.random.default_rng(plan["seed"] + 1)
    hulls = {id(w): _hull(ground, w) for w in plan["ward"]}
    return [
        *_planning(plan, hulls, rng),
        _zoning(plan, hulls, rng),
        _road(plan, hulls),
        _river(plan, hulls),
        _power(plan, hulls),
    ]


def _hull(ground: Ground, ward: Mapping[str, Any]) -> BaseGeometry:
    shapes = [shape for w, shape in ground if w is ward]
    return shapely.buffer(shapely.convex_hull(shapely.GeometryCollection(shapes)), 20)


def _load(
    plan: Mapping[str, Any], layer: str, document: str, days: tuple[date, date | None],
    shapes: Sequence[tuple[str, BaseGeometry]], cover: Sequence[tuple[BaseGeometry, bool]],
) -> Load:  # fmt: skip
    features = [
        Feature(f"{i:04d}", layer, code, shape, days[0], days[1], document, "", "")
        for i, (code, shape) in enumerate(shapes, 1)
    ]
    grounds = [Coverage(layer, shape, days[0], days[1], complete, "") for shape, complete in cover]
    digest = content_hash([*features, *grounds])
    edition = Edition(
        edition_id(layer, TERRITORY, document, days[0], digest), layer, TERRITORY, document, days[0],
        plan["published"], None, digest, True, "data/sample/recipe.toml", len(features),
    )  # fmt: skip
    return Load(
        edition,
        [replace(c, edition=edition.id) for c in grounds],
        (),
        [replace(f, edition=edition.id) for f in features],
    )


def _cells(ward: Mapping[str, Any], rng: Generator) -> list[BaseGeometry]:
    """Crooked cells of about one and a half blocks, their borders running through lots; shared corners."""
    boxes = blocks(ward)
    u0, v0 = min(b.u0 for b in boxes) - 40, min(b.v0 for b in boxes) - 40
    u1, v1 = max(b.u1 for b in boxes) + 40, max(b.v1 for b in boxes) + 40
    columns, rows = max(3, round((u1 - u0) / 190)), max(3, round((v1 - v0) / 120))
    u, v = np.meshgrid(np.linspace(u0, u1, columns + 1), np.linspace(v0, v1, rows + 1), indexing="ij")
    u[1:-1, 1:-1] += rng.uniform(-45, 45, u[1:-1, 1:-1].shape)
    v[1:-1, 1:-1] += rng.uniform(-28, 28, v[1:-1, 1:-1].shape)
    corners = [
        [(u[i, j], v[i, j]), (u[i + 1, j], v[i + 1, j]), (u[i + 1, j + 1], v[i + 1, j + 1]), (u[i, j + 1], v[i, j + 1])]
        for i in range(columns)
        for j in range(rows)
    ]
    return [carry(ward, shapely.segmentize(shapely.Polygon(c), 20.0)) for c in corners]


def _street_lines(ward: Mapping[str, Any], every: int) -> list[BaseGeometry]:
    boxes = blocks(ward)
    u0, u1 = min(b.u0 for b in boxes) - 30, max(b.u1 for b in boxes) + 30
    lines = [
        shapely.LineString([(u0, b.v0 - STREET / 2), (u1, b.v0 - STREET / 2)])
        for b in boxes
        if b.column == 0 and b.row % every == 1
    ]
    return [carry(ward, shapely.segmentize(line, 15.0)) for line in lines]


def _planning(plan: Mapping[str, Any], hulls: Mapping[int, BaseGeometry], rng: Generator) -> list[Load]:
    """Two plans, the second in force from the recipe's day: streets widened, two gaps, two conflicts, a few slivers."""
    cells: list[tuple[str, BaseGeometry]] = []
    roads = []
    for ward in plan["ward"]:
        cells += [(USES[int(rng.integers(len(USES)))], cell) for cell in _cells(ward, rng)]
        roads += [shapely.buffer(line, WIDENED, cap_style="flat") for line in _street_lines(ward, 3)]
    road = shapely.union_all(roads)
    first = _flawed([(code, shapely.difference(cell, road)) for code, cell in cells], rng)
    changed = [("ODT" if code in ("CLN", "LUC") and i % 2 else code, cell) for i, (code, cell) in enumerate(first)]
    cover = [(hull, True) for hull in hulls.values()]
    change = plan["plan_changes"]
    return [
        _load(plan, "land_use_planning", "SIM-QHSDĐ-2025", (plan["first_day"], change), _with(first, road), cover),
        _load(plan, "land_use_planning", "SIM-QHSDĐ-2026", (change, None), _with(changed, road), cover),
    ]


def _with(cells: Sequence[tuple[str, BaseGeometry]], road: BaseGeometry) -> list[tuple[str, BaseGeometry]]:
    return [*((code, shape) for code, shape in cells if not shape.is_empty), ("DGT", road)]


def _flawed(cells: list[tuple[str, BaseGeometry]], rng: Generator) -> list[tuple[str, BaseGeometry]]:
    """What real plans suffer from: cells missing, cells drawn over their neighbours, borders a hand's breadth off."""
    picked = rng.choice(len(cells), 14, replace=False).tolist()
    gaps, over, shifted = set(picked[:3]), set(picked[3:7]), set(picked[7:])
    flawed = []
    for i, (code, shape) in enumerate(cells):
        if i in gaps:
            continue
        grown = 9.0 if i in over else 0.12 if i in shifted else 0.0
        flawed.append((code, shapely.buffer(shape, grown, join_style="mitre") if grown else shape))
    return flawed


def _zoning(plan: Mapping[str, Any], hulls: Mapping[int, BaseGeometry], rng: Generator) -> Load:
    """Held for the first ward only: in the other there is no data."""
    ward = plan["ward"][0]
    road = shapely.union_all([shapely.buffer(line, STREET / 2) for line in _street_lines(ward, 2)])
    cells = [(ZONING[int(rng.integers(len(ZONING)))], shapely.difference(c, road)) for c in _cells(ward, rng)]
    shapes = [*cells, ("GTD", road)]
    return _load(plan, "urban_zoning", "SIM-QHPK", (date(2020, 1, 1), None), shapes, [(hulls[id(ward)], True)])


def _road(plan: Mapping[str, Any], hulls: Mapping[int, BaseGeometry]) -> Load:
    shapes = [
        ("HLDB", shapely.buffer(line, STREET / 2 + 8.0, cap_style="flat"))
        for ward in plan["ward"]
        for line in _street_lines(ward, 4)
    ]
    cover = [(hull, True) for hull in hulls.values()]
    return _load(plan, "road_safety_corridor", "SIM-HLATĐB", (plan["first_day"], None), shapes, cover)


def _river(plan: Mapping[str, Any], hulls: Mapping[int, BaseGeometry]) -> Load:
    """A stream along the western edge of each ward; half loaded in the south-east quarter of the second."""
    shapes = []
    for ward in plan["ward"]:
        boxes = blocks(ward)
        u0, v0, v1 = min(b.u0 for b in boxes), min(b.v0 for b in boxes) - 40, max(b.v1 for b in boxes) + 40
        bank = [(u0 + 12 + 16 * math.sin(v / 60), v) for v in np.arange(v0, v1, 12.0)]
        shapes.append(("HLSR", shapely.buffer(carry(ward, shapely.LineString(bank)), 15.0)))
    whole = [hulls[id(w)] for w in plan["ward"]]
    x0, y0, x1, y1 = whole[1].bounds
    quarter = shapely.box((x0 + x1) / 2, y0 - 1, x1 + 1, (y0 + y1) / 2)
    cover = [
        (whole[0], True),
        (shapely.difference(whole[1], quarter), True),
        (shapely.intersection(whole[1], quarter), False),
    ]
    return _load(plan, "river_corridor", "SIM-HLBVNN", (plan["first_day"], None), shapes, cover)


def _power(plan: Mapping[str, Any], hulls: Mapping[int, BaseGeometry]) -> Load:
    shapes = []
    for ward in plan["ward"]:
        east, north = ward["centre"]
        line = shapely.LineString(
            [(east - 4 * BLOCK_U, north - 260), (east + 30, north + 40), (east + 600, north + 180)]
        )
        shapes.append(("HLLD", shapely.buffer(line, 7.0, cap_style="flat")))
    cover = [(hull, True) for hull in hulls.values()]
    return _load(plan, "power_line_corridor", "SIM-HLLĐ", (date(2018, 1, 1), None), shapes, cover)
