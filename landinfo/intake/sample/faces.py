"""The faces of a ward of the sample cadastre: all its lines noded at once, then told what each face is."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise

import numpy as np
import shapely
from numpy.random import Generator
from shapely.geometry.base import BaseGeometry

from landinfo.intake.sample.lots import divide
from landinfo.intake.sample.streets import MILLIMETRE, Block, Road, Ward

SHEET = 250.0
"""m: side of a sheet of the 1:500 series; streets and streams are cut at its frame."""
SMALLEST, NARROWEST = 18.0, 1.1
"""m² and m: faces under it are given to the neighbour with the longest common boundary."""


@dataclass(frozen=True, slots=True)
class Face:
    """One parcel to be: ``kind`` is lot | street | alley | water | grave; ``block`` None for what is no lot."""

    shape: BaseGeometry
    kind: str
    block: Block | None
    number: int


def faces(ward: Ward, rng: Generator) -> tuple[list[Face], list[Road]]:
    """Every face of a ward and its roads, streets first. Neighbours share their corners to the millimetre."""
    divided = [divide(ward, block, rng) for block in ward.blocks]
    alleys = [alley for _, found in divided for alley in found]
    passages = shapely.union_all([a.ground for a in alleys], grid_size=MILLIMETRE)
    passages = shapely.difference(shapely.intersection(passages, ward.outline), ward.streets, grid_size=MILLIMETRE)
    lines = [line for line, _ in divided] + [s.boundary for s in (passages, ward.streets, ward.water, ward.outline)]
    public = shapely.union_all([ward.streets, ward.water, passages])
    lines.append(shapely.intersection(_frames(ward.outline), public))
    noded = shapely.union_all([shapely.node(line) for line in lines], grid_size=MILLIMETRE)
    cells = shapely.get_parts(shapely.polygonize(list(shapely.get_parts(noded))))
    inside = shapely.point_on_surface(cells)
    kinds = np.full(len(cells), "lot", dtype="U6")
    for kind, ground in (("water", ward.water), ("alley", passages), ("street", ward.streets)):
        shapely.prepare(ground)
        kinds[shapely.intersects(ground, inside)] = kind
    lots = _tidied([cells[i] for i in np.flatnonzero(kinds == "lot")])
    found = [Face(cells[i], str(kinds[i]), None, 0) for i in np.flatnonzero(kinds != "lot") if cells[i].area > 2]
    blocks = shapely.STRtree([b.shape for b in ward.blocks])
    at = shapely.point_on_surface(lots)
    for lot, number in zip(lots, blocks.nearest(at), strict=True):
        found += _with_courtyard(Face(lot, "lot", ward.blocks[number], int(number)), rng)
    return found, [*ward.roads, *alleys]


def _frames(outline: BaseGeometry) -> BaseGeometry:
    x0, y0, x1, y1 = outline.bounds
    xs = np.arange(np.ceil(x0 / SHEET), np.floor(x1 / SHEET) + 1) * SHEET
    ys = np.arange(np.ceil(y0 / SHEET), np.floor(y1 / SHEET) + 1) * SHEET
    return shapely.MultiLineString([[(x, y0), (x, y1)] for x in xs] + [[(x0, y), (x1, y)] for y in ys])


def _tidied(lots: list[BaseGeometry]) -> list[BaseGeometry]:
    """Scraps go to the neighbour with the longest common boundary; one without a neighbour is left."""
    shapes = list(lots)
    areas, lengths = shapely.area(shapes), shapely.length(shapes)
    scraps = np.flatnonzero((areas < SMALLEST) | (2 * areas / lengths < NARROWEST))
    tree = shapely.STRtree(shapes)
    taken: dict[int, int] = {}
    for i in scraps[np.argsort(areas[scraps], kind="stable")].tolist():
        near = sorted({_owner(j, taken) for j in tree.query(shapes[i], predicate="touches").tolist()} - {i})
        common = [shapely.length(shapely.intersection(shapes[i].boundary, shapes[j].boundary)) for j in near]
        if not near or max(common) < 0.2:
            continue
        keeper = near[int(np.argmax(common))]
        joined = shapely.union(shapes[keeper], shapes[i])
        if shapely.get_type_id(joined) == 3:
            shapes[keeper], taken[i] = joined, keeper
    return [shapes[i] for i in range(len(shapes)) if i not in taken and shapely.area(shapes[i]) > 2]


def _owner(i: int, taken: dict[int, int]) -> int:
    while i in taken:
        i = taken[i]
    return i


def _with_courtyard(face: Face, rng: Generator) -> list[Face]:
    """In some gardens and fields another parcel stands in the middle: a house, or graves."""
    block, shape = face.block, face.shape
    if block is None or block.kind not in ("garden", "field") or shape.area < 500 or rng.random() > 0.16:
        return [face]
    corners = np.asarray(shapely.oriented_envelope(shape).exterior.coords)
    run = max((b - a for a, b in pairwise(corners)), key=lambda r: float(np.hypot(*r)))
    along = run / np.hypot(*run)
    across = np.array([-along[1], along[0]])
    grave = rng.random() < 0.35
    size = rng.uniform((5, 4), (9, 6)) if grave else rng.uniform((9, 6), (16, 10))
    centre = np.asarray(shapely.point_on_surface(shape).coords[0])
    ring = [
        centre + along * x * size[0] / 2 + across * y * size[1] / 2 for x, y in ((-1, -1), (1, -1), (1, 1), (-1, 1))
    ]
    yard = shapely.Polygon(np.round(ring, 3))
    if not shapely.contains(shape.buffer(-1.5), yard):
        return [face]
    around = shapely.Polygon(shape.exterior, [*shape.interiors, yard.exterior])
    return [Face(around, "lot", block, face.number), Face(yard, "grave" if grave else "lot", block, face.number)]
