"""The faces of a ward of the sample cadastre: all its lines noded at once, then told what each face is."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
import shapely
from numpy.random import Generator
from shapely import Polygon
from shapely.geometry.base import BaseGeometry

from landinfo.intake.sample.access import FRONT
from landinfo.intake.sample.lots import divide
from landinfo.intake.sample.rows import STYLES, box_corners
from landinfo.intake.sample.streets import Block, Road, Ward
from landinfo.zones.parting import MILLIMETRE, polygons

SHEET = 250.0
"""m: side of a sheet of the 1:500 series; streets and streams are cut at its frame."""
SMALLEST, NARROWEST = 18.0, 1.1
"""m² and m: faces under it are given to the neighbour with the longest common boundary."""


@dataclass(frozen=True, slots=True)
class Face:
    """One parcel to be: ``kind`` is lot | street | alley | water | grave; no ``block`` for streets and water."""

    shape: Polygon
    kind: str
    block: Block | None
    number: int

    @property
    def held(self) -> bool:
        """Someone's land, with a certificate and a price."""
        return self.kind in ("lot", "grave")


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
    cells = polygons(shapely.polygonize(list(shapely.get_parts(noded))))
    kinds = _kinds(cells, ward, passages)
    of_kind = {kind: [c for c, k in zip(cells, kinds, strict=True) if k == kind] for kind in sorted(set(kinds))}
    lots = _opened(_tidied(of_kind["lot"]), of_kind["street"] + of_kind["alley"], ward)
    found = [Face(c, kind, None, 0) for kind in ("street", "water") for c in of_kind.get(kind, ()) if c.area > 2]
    found += [Face(c, "alley", ward.blocks[n], n) for c, n in _in_blocks(of_kind["alley"], ward) if c.area > 2]
    for lot, number in _in_blocks(lots, ward):
        found += _with_courtyard(Face(lot, "lot", ward.blocks[number], number), rng)
    return found, [*ward.roads, *alleys]


def _kinds(cells: list[Polygon], ward: Ward, passages: BaseGeometry) -> list[str]:
    inside = shapely.point_on_surface(cells)
    kinds = np.full(len(cells), "lot", dtype="U6")
    for kind, ground in (("water", ward.water), ("alley", passages), ("street", ward.streets)):
        shapely.prepare(ground)
        kinds[shapely.intersects(ground, inside)] = kind
    return [str(kind) for kind in kinds]


def _in_blocks(shapes: list[Polygon], ward: Ward) -> Iterator[tuple[Polygon, int]]:
    """Each shape with the number of the block that it lies in."""
    blocks = shapely.STRtree([b.shape for b in ward.blocks])
    yield from zip(shapes, blocks.nearest(shapely.point_on_surface(shapes)).tolist(), strict=True)


def _frames(outline: BaseGeometry) -> BaseGeometry:
    x0, y0, x1, y1 = outline.bounds
    xs = np.arange(np.ceil(x0 / SHEET), np.floor(x1 / SHEET) + 1) * SHEET
    ys = np.arange(np.ceil(y0 / SHEET), np.floor(y1 / SHEET) + 1) * SHEET
    return shapely.MultiLineString([[(x, y0), (x, y1)] for x in xs] + [[(x0, y), (x1, y)] for y in ys])


def _tidied(lots: list[Polygon]) -> list[Polygon]:
    """Scraps go to the neighbour with the longest common boundary; one without a neighbour is left."""
    areas, lengths = shapely.area(lots), shapely.length(lots)
    scraps = np.flatnonzero((areas < SMALLEST) | (2 * areas / lengths < NARROWEST))
    return _given(lots, scraps[np.argsort(areas[scraps], kind="stable")].tolist(), set())


def _opened(lots: list[Polygon], roads: list[Polygon], ward: Ward) -> list[Polygon]:
    """Lots that no road reaches go to one in front of them, but for those of fields, which banks reach."""
    edges, kerbs = shapely.boundary(lots), shapely.boundary(roads)
    at, on = shapely.STRtree(kerbs).query(lots, predicate="intersects")
    fronts = np.zeros(len(lots))
    np.maximum.at(fronts, at, shapely.length(shapely.intersection(edges[at], kerbs[on])))
    shut = np.flatnonzero(fronts < FRONT).tolist()
    kinds = [ward.blocks[number].kind for _, number in _in_blocks([lots[i] for i in shut], ward)]
    hinder = [i for i, kind in zip(shut, kinds, strict=True) if not STYLES[kind].landlocked]
    return _given(lots, hinder, set(hinder))


def _given(lots: list[Polygon], given: list[int], never: set[int]) -> list[Polygon]:
    """``given`` lots go, in that order, to the neighbour with the longest common boundary, and to none in ``never``."""
    shapes, taken = list(lots), dict[int, int]()
    tree = shapely.STRtree(shapes)
    left, before = given, 0
    while len(left) != before:
        given, left, before = left, [], len(left)
        for i in given:
            near = {_owner(j, taken) for j in tree.query(shapes[i], predicate="touches").tolist()} - {i} - never
            common = {j: shapely.length(shapely.intersection(shapes[i].boundary, shapes[j].boundary)) for j in near}
            keeper = max(sorted(near), key=lambda j: common[j], default=i)
            joined = shapely.union(shapes[keeper], shapes[i])
            if keeper != i and common[keeper] > 0.2 and isinstance(joined, Polygon):
                shapes[keeper], taken[i] = joined, keeper
            else:
                left.append(i)
    return [shapes[i] for i in range(len(shapes)) if i not in taken and shapes[i].area > 2]


def _owner(i: int, taken: dict[int, int]) -> int:
    while i in taken:
        i = taken[i]
    return i


def _with_courtyard(face: Face, rng: Generator) -> list[Face]:
    """In some gardens and fields another parcel stands in the middle: a house, or graves."""
    block, shape = face.block, face.shape
    if block is None or block.kind not in ("garden", "field") or shape.area < 500 or rng.random() > 0.16:
        return [face]
    run = max((b - a for a, b in pairwise(box_corners(shape))), key=lambda r: float(np.hypot(*r)))
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
