"""The plans and corridors of the sample cadastre: a partition with the faults of real ones, zoning, corridors."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import partial
from typing import Any

import numpy as np
import shapely
from numpy.random import Generator
from shapely import Polygon
from shapely.geometry.base import BaseGeometry

from landinfo.intake.sample.rows import box_corners
from landinfo.intake.sample.streets import Ward
from landinfo.model import Coverage, Feature
from landinfo.zones.parting import polygons

USES: Mapping[str, tuple[str, ...]] = {
    "town": ("ODT",) * 13 + ("TMD", "TMD", "DGD", "DKV", "DVH", "DYT", "DTC"),
    "project": ("ODT",) * 6 + ("DKV", "DGD"),
    "garden": ("ODT",) * 9 + ("CLN", "CLN", "CLN", "DKV", "TMD", "DTC", "SKC"),
    "field": ("LUC", "CLN", "ODT", "ODT", "DKV", "SKC"),
}
"""Designations of the plan by the kind of block, as often as they stand here."""
ZONING = ("OHH", "OHH", "OHH", "OXM", "HHO", "CXD")
GAPS, OVERLAPS, BRUSHES = 3, 5, 8
"""Cells left out, drawn over their neighbours, and drawn a hand's breadth too large."""
OVERLAP, BRUSH = 9.0, 0.12
ROAD_CORRIDOR, POWER_CORRIDOR = 6.0, 7.0
"""m beyond the street, and to each side of the line: drawn, not those of a decree."""

NARROW = 5.0
"""m: no designation of the plan is drawn as a strip narrower than this."""
EDGE = 2.0
"""m: how far plans reach over the edge of what is mapped."""

Zone = tuple[str, BaseGeometry]
Days = tuple[date, date | None]


@dataclass(frozen=True, slots=True)
class Layer:
    """One edition of one theme before it has a name."""

    layer: str
    document: str
    first: date
    published: date
    cover: tuple[Coverage, ...]
    features: tuple[Feature, ...]


def layers(plan: Mapping[str, Any], wards: Sequence[Ward]) -> list[Layer]:
    """Every edition of every theme."""
    rng = np.random.default_rng(plan["seed"] + 3)
    whole = [(_beyond(w), True) for w in wards]
    always: Days = (plan["first_day"], None)
    return [
        *_planning(plan, wards, rng),
        _layer(plan, "urban_zoning", "SIM-QHPK", (date(2020, 1, 1), None), _zoning(wards[0], rng), whole[:1]),
        _layer(plan, "road_safety_corridor", "SIM-HLATĐB", always, list(_roads(wards)), whole),
        _layer(plan, "river_corridor", "SIM-HLBVNN", always, list(_rivers(plan, wards)), _half_loaded(plan, wards)),
        _layer(plan, "power_line_corridor", "SIM-HLLĐ", (date(2018, 1, 1), None), list(_power(plan)), whole),
    ]


def _layer(
    plan: Mapping[str, Any], layer: str, document: str, days: Days, zones: Sequence[Zone],
    cover: Sequence[tuple[BaseGeometry, bool]], published: str = "published",
) -> Layer:  # fmt: skip
    parts = [(code, part) for code, shape in zones for part in polygons(shape) if part.area > 0.5]
    features = [
        Feature(f"{i:04d}", layer, code, part, days[0], days[1], document, "", "")
        for i, (code, part) in enumerate(parts, 1)
    ]
    grounds = [Coverage(layer, shape, days[0], days[1], complete, "") for shape, complete in cover]
    return Layer(layer, document, days[0], plan[published], tuple(grounds), tuple(features))


def _planning(plan: Mapping[str, Any], wards: Sequence[Ward], rng: Generator) -> Iterator[Layer]:
    """Two plans, the second in force from the recipe's day: streets widened and new ones, gaps, conflicts, slivers."""
    cells: list[Zone] = []
    for ward, drawn in zip(wards, plan["ward"], strict=True):
        roads = [r.line.buffer(r.width / 2 + (r.rank % 4) * 2.5, quad_segs=3) for r in ward.roads]
        for new in drawn.get("planned", ()):
            line = shapely.LineString(np.array(new["points"], float) + drawn["centre"])
            roads.append(line.buffer(new["width"] / 2, quad_segs=3, cap_style="flat"))
        grounds = [("DGT", shapely.union_all(roads)), ("SON", ward.water)]
        cells += _partition(ward, grounds, 16000, rng, partial(_designated, ward, rng))
    first = _flawed(cells, rng, _region(wards))
    turned = {"CLN": "ODT", "LUC": "ODT", "DKV": "TMD"}
    second = [(turned.get(code, code) if i % 2 else code, cell) for i, (code, cell) in enumerate(first)]
    cover = [(_beyond(w), True) for w in wards]
    change = plan["plan_changes"]
    name = "land_use_planning"
    yield _layer(plan, name, "SIM-QHSDĐ-2025", (plan["first_day"], change), first, cover, "plan_published")
    yield _layer(plan, name, "SIM-QHSDĐ-2026", (change, None), second, cover)


def _beyond(ward: Ward) -> BaseGeometry:
    """Plans reach a little over the edge of what is mapped, so that no strip of an outer lot is left out."""
    return shapely.buffer(ward.outline, EDGE)


def _region(wards: Sequence[Ward]) -> BaseGeometry:
    return shapely.union_all([_beyond(w) for w in wards])


def _designated(ward: Ward, rng: Generator, cell: BaseGeometry) -> str:
    point = cell.representative_point()
    block = min(ward.blocks, key=lambda b: b.shape.distance(point))
    uses = USES[block.kind]
    return uses[int(rng.integers(len(uses)))]


def _partition(
    ward: Ward, grounds: Sequence[Zone], size: float, rng: Generator, designation: Callable[[BaseGeometry], str]
) -> list[Zone]:
    """Every square metre once: the given grounds, the first before the next, and cells of about ``size`` m².

    The cells are drawn on another map than the lots, so their borders lie some metres off and run through them.
    """
    region = _beyond(ward)
    drawn = _drawn_cells(ward, size, rng)
    borders = shapely.union_all([c.boundary for c in drawn])
    moved = shapely.transform(shapely.segmentize(borders, 25.0), _displaced)
    kept = [(code, shapely.intersection(ground, region)) for code, ground in grounds]
    lines = [moved, region.boundary, *(ground.boundary for _, ground in kept)]
    noded = shapely.union_all([shapely.intersection(line, region) for line in lines], grid_size=0.001)
    faces = polygons(shapely.polygonize(list(shapely.get_parts(noded))))
    faces.sort(key=lambda face: face.centroid.coords[0])
    known: dict[int, str] = {}
    for code, ground in reversed(kept):
        shapely.prepare(ground)
        inside = np.flatnonzero(shapely.contains(ground, shapely.point_on_surface(faces)))
        known.update(dict.fromkeys(inside.tolist(), code))
    codes = [known[i] if i in known else designation(face) for i, face in enumerate(faces)]
    return list(zip(_without_scraps(faces, codes), faces, strict=True))


def _without_scraps(faces: Sequence[Polygon], codes: Sequence[str]) -> list[str]:
    """A cell too narrow to be planned for itself has the designation of the wide one that it lies longest on."""
    widths = 2 * shapely.area(faces) / shapely.length(faces)
    tree, found = shapely.STRtree(faces), list(codes)
    for i in np.flatnonzero(widths < NARROW).tolist():
        near = [j for j in tree.query(faces[i], predicate="touches").tolist() if widths[j] >= NARROW]
        common = [shapely.length(shapely.intersection(faces[i].boundary, faces[j].boundary)) for j in sorted(near)]
        if common and max(common) > 0:
            found[i] = codes[sorted(near)[int(np.argmax(common))]]
    return found


def _drawn_cells(ward: Ward, size: float, rng: Generator) -> list[Polygon]:
    """Ground between the middle lines of the streets, cut again and again until it is about ``size`` m²."""
    region = shapely.buffer(ward.outline, 20)
    lines = [region.boundary, *(shapely.intersection(r.line, region) for r in ward.roads)]
    cells = polygons(shapely.polygonize(list(shapely.get_parts(shapely.union_all(lines)))))
    done: list[Polygon] = []
    while cells:
        cell = cells.pop()
        if cell.area < size * float(rng.uniform(0.6, 1.6)):
            done.append(cell)
            continue
        middle = np.asarray(cell.centroid.coords[0]) + rng.uniform(-30, 30, 2)
        box = box_corners(cell)
        across = min((box[1] - box[0], box[2] - box[1]), key=lambda side: float(np.hypot(*side)))
        turn = float(rng.uniform(-0.35, 0.35))
        across = np.array([across[0] - turn * across[1], across[1] + turn * across[0]])
        bend = np.array([-across[1], across[0]]) * float(rng.uniform(-0.1, 0.1))
        cut = shapely.LineString([middle - 2 * across, middle + bend, middle + 2 * across])
        noded = shapely.get_parts(shapely.union(cell.boundary, cut))
        cells += [c for c in polygons(shapely.polygonize(list(noded))) if c.area > 1]
    return done


def _displaced(corners: Any) -> Any:
    x, y = corners[:, 0], corners[:, 1]
    east = 3.5 * np.sin(y / 83) + 2.0 * np.sin((x + y) / 47)
    north = 3.0 * np.sin(x / 71) + 2.5 * np.cos((x - y) / 59)
    return np.round(np.column_stack([x + east, y + north]), 3)


def _flawed(cells: Sequence[Zone], rng: Generator, region: BaseGeometry) -> list[Zone]:
    """What real plans suffer from: cells missing, cells drawn over their neighbours, borders a hand's breadth off."""
    small = [i for i, (code, cell) in enumerate(cells) if code not in ("SON", "DGT") and 1500 < cell.area < 12000]
    picked = rng.choice(small, GAPS + OVERLAPS + BRUSHES, replace=False).tolist()
    missing, over = set(picked[:GAPS]), set(picked[GAPS : GAPS + OVERLAPS])
    brushed = set(picked[GAPS + OVERLAPS :])
    found = []
    for i, (code, cell) in enumerate(cells):
        grown = OVERLAP if i in over else BRUSH if i in brushed else 0.0
        shape = shapely.intersection(shapely.buffer(cell, grown, join_style="mitre"), region) if grown else cell
        if i not in missing:
            found.append((code, shape))
    return found


def _zoning(ward: Ward, rng: Generator) -> list[Zone]:
    """Held for the first ward only: in the other there is no data."""
    road = shapely.union_all([r.line.buffer(r.width / 2 + 1, quad_segs=3) for r in ward.roads])
    return _partition(ward, [("GTD", road)], 24000, rng, lambda cell: ZONING[int(rng.integers(len(ZONING)))])


def _roads(wards: Sequence[Ward]) -> Iterator[Zone]:
    """Along the wide streets."""
    for ward in wards:
        for road in ward.roads:
            if road.width >= 14:
                strip = road.line.buffer(road.width / 2 + ROAD_CORRIDOR, quad_segs=3, cap_style="flat")
                yield "HLDB", shapely.intersection(strip, _beyond(ward))


def _rivers(plan: Mapping[str, Any], wards: Sequence[Ward]) -> Iterator[Zone]:
    """Water and both banks."""
    for ward, drawn in zip(wards, plan["ward"], strict=True):
        width = max(stream["corridor"] for stream in drawn["stream"])
        yield "HLSR", shapely.intersection(ward.water.buffer(width, quad_segs=3), _beyond(ward))


def _half_loaded(plan: Mapping[str, Any], wards: Sequence[Ward]) -> list[tuple[BaseGeometry, bool]]:
    """The river corridor was never finished east of a line in the second ward."""
    whole = _beyond(wards[1])
    _, y0, x1, y1 = whole.bounds
    begun = shapely.box(plan["river_half_loaded_east_of"], y0 - 1, x1 + 1, y1 + 1)
    parts = (shapely.difference(whole, begun), True), (shapely.intersection(whole, begun), False)
    return [(_beyond(wards[0]), True), *parts]


def _power(plan: Mapping[str, Any]) -> Iterator[Zone]:
    for drawn in plan["ward"]:
        for line in drawn.get("power", ()):
            path = shapely.LineString(np.array(line["points"], float) + drawn["centre"])
            yield "HLLD", path.buffer(POWER_CORRIDOR, cap_style="flat", join_style="mitre")
