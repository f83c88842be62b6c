"""The ground of the sample cadastre: streets, alleys and lots of a ward, drawn on graph paper and then bent.

Everything is drawn in a flat (u, v) frame in metres, noded so that neighbours share their corners exactly, and carried
to VN-2000 by one smooth turn and bend: lots are never quite rectangles and streets never quite straight.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Any

import numpy as np
import shapely
from numpy.random import Generator
from shapely.geometry.base import BaseGeometry

BLOCK_U, BLOCK_V, STREET = 130.0, 74.0, 14.0
RURAL_V = 150.0
"""m: blocks of deep lots, beyond the 100 m at which the list lowers the price."""
ALLEYS = (2.2, 2.6, 3.2, 3.6, 4.0, 5.2, 6.0)

Lines = list[list[tuple[float, float]]]


@dataclass(slots=True)
class Lot:
    """One lot: its shape in (u, v), the block it stands in, and how it meets the street or the alley."""

    shape: BaseGeometry
    column: int
    row: int
    kind: str  # lot | rural | street | alley
    section: str = ""
    position: int = 1
    fronts: int = 1
    alley_width: float | None = None
    earth: bool = False
    street_v: float = 0.0
    frontage: float = 0.0
    notes: list[str] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Block:
    column: int
    row: int
    u0: float
    v0: float
    u1: float
    v1: float
    rural: bool


def bend(ward: Mapping[str, Any], uv: np.ndarray) -> np.ndarray:
    """(u, v) → (easting, northing): a gentle double wave, a turn, a shift; rounded to the millimetre."""
    u, v = uv[:, 0], uv[:, 1]
    u2 = u + 26 * np.sin(v / 240) + 0.00005 * v * v
    v2 = v + 22 * np.sin(u / 260) + 5 * np.cos((u + v) / 130)
    turn = math.radians(ward["turn"])
    east = ward["centre"][0] + u2 * math.cos(turn) - v2 * math.sin(turn)
    north = ward["centre"][1] + u2 * math.sin(turn) + v2 * math.cos(turn)
    return np.round(np.column_stack([east, north]), 3)


def carry(ward: Mapping[str, Any], shape: BaseGeometry) -> BaseGeometry:
    """A (u, v) shape in the plane, valid; long edges get corners every 15 m first, so that they bend together."""
    bent = shapely.transform(shape, lambda uv: bend(ward, uv))
    return bent if shapely.is_valid(bent) else shapely.make_valid(bent)


def blocks(ward: Mapping[str, Any]) -> list[Block]:
    columns, rows = ward["blocks"]
    heights = [RURAL_V if row >= ward["rural_from_row"] else BLOCK_V for row in range(rows)]
    bottoms = np.concatenate([[0.0], np.cumsum([h + STREET for h in heights])]) - sum(heights) / 2
    left = -columns * (BLOCK_U + STREET) / 2
    return [
        Block(c, r, left + c * (BLOCK_U + STREET), float(bottoms[r]), left + c * (BLOCK_U + STREET) + BLOCK_U,
              float(bottoms[r]) + heights[r], r >= ward["rural_from_row"])
        for r in range(rows)
        for c in range(columns)
    ]  # fmt: skip


def lots(ward: Mapping[str, Any], rng: Generator) -> list[Lot]:
    """Every lot, alley and piece of street of a ward, in order of row, column and place."""
    found: list[Lot] = []
    for block in blocks(ward):
        found += _rural(ward, block, rng) if block.rural else _urban(ward, block, rng)
    return found + list(_streets(ward))


def _faces(lines: Lines) -> list[BaseGeometry]:
    """The faces that the lines enclose, with a corner every 15 m, in reading order."""
    noded = shapely.segmentize(shapely.union_all([shapely.LineString(line) for line in lines]), 15.0)
    faces = shapely.get_parts(shapely.polygonize(list(shapely.get_parts(noded))))
    centres = shapely.get_coordinates(shapely.centroid(faces)).round(3)
    return [faces[i] for i in np.lexsort((centres[:, 0], centres[:, 1]))]


def _cuts(start: float, end: float, low: float, high: float, rng: Generator) -> list[float]:
    """Lot boundaries between ``start`` and ``end``, widths between ``low`` and ``high``."""
    cuts: list[float] = []
    at = start
    while True:
        at += float(rng.uniform(low, high))
        if at > end - low * 0.8:
            return cuts
        cuts.append(round(at, 2))


def _urban(ward: Mapping[str, Any], block: Block, rng: Generator) -> Iterator[Lot]:
    alley = float(rng.choice(ALLEYS)) if rng.random() < 0.65 else None
    earth = bool(rng.random() < 0.3)
    middle = (block.u0 + block.u1) / 2 + float(rng.uniform(-25, 25))
    lines = [_ring(block.u0, block.v0, block.u1, block.v1)]
    if alley is None:
        lines += _two_rows(block.u0, block.u1, block.v0, block.v1, rng)
    else:
        left, right = middle - alley / 2, middle + alley / 2
        lines += [[(left, block.v0), (left, block.v1)], [(right, block.v0), (right, block.v1)]]
        for u0, u1 in ((block.u0, left), (right, block.u1)):
            lines += _combed(u0, u1, block, rng)
    for face in _faces(lines):
        yield _described(ward, block, face, alley, middle, earth)


def _ring(u0: float, v0: float, u1: float, v1: float) -> list[tuple[float, float]]:
    return [(u0, v0), (u1, v0), (u1, v1), (u0, v1), (u0, v0)]


def _two_rows(u0: float, u1: float, v0: float, v1: float, rng: Generator) -> Lines:
    """Two rows back to back; the line between is crooked, some dividers have a jog, which makes L shapes."""
    middle = (v0 + v1) / 2 + float(rng.uniform(-6, 6))
    back = [(u0, middle), ((u0 + u1) / 2, middle + float(rng.uniform(-3, 3))), (u1, middle)]
    lines: Lines = [back]
    for edge, inward in ((v0, 1), (v1, -1)):
        for u in _cuts(u0, u1, 4.5, 11.5, rng):
            lean, bottom = float(rng.uniform(-1.2, 1.2)), _on(back, u)
            if rng.random() < 0.08:
                knee = edge + inward * float(rng.uniform(12, 20))
                jog = u + float(rng.uniform(1.6, 2.6))
                lines.append([(u, edge), (u, knee), (jog, knee), (jog, _on(back, jog) + inward * 4)])
            else:
                lines.append([(u, edge), (u + lean, _on(back, u + lean) + inward * 4), (u + lean, bottom + inward * 4)])
    return lines


def _on(back: Sequence[tuple[float, float]], u: float) -> float:
    return float(np.interp(u, [p[0] for p in back], [p[1] for p in back]))


def _combed(u0: float, u1: float, block: Block, rng: Generator) -> Lines:
    """A front row on each street and, between, lots on the alley, back to back with those of the side street."""
    depth = float(rng.uniform(17, 22))
    low, high = block.v0 + depth, block.v1 - depth
    back = (u0 + u1) / 2 + float(rng.uniform(-4, 4))
    lines: Lines = [[(u0, low), (u1, low)], [(u0, high), (u1, high)], [(back, low), (back, high)]]
    for edge, inner in ((block.v0, low), (block.v1, high)):
        for u in _cuts(u0, u1, 4.2, 9.0, rng):
            lines.append([(u, edge), (u + float(rng.uniform(-0.8, 0.8)), inner)])
    for left, right in ((u0, back), (back, u1)):
        lines += [[(left, v), (right, v + float(rng.uniform(-0.7, 0.7)))] for v in _cuts(low, high, 4.5, 9.5, rng)]
    return lines


def _described(
    ward: Mapping[str, Any], block: Block, face: BaseGeometry, alley: float | None, middle: float, earth: bool
) -> Lot:
    u0, v0, u1, v1 = face.bounds
    centre = face.centroid
    if alley is not None and abs(centre.x - middle) < alley / 2 and u1 - u0 < alley + 0.5:
        return Lot(face, block.column, block.row, "alley", alley_width=alley, earth=earth)
    south, north = v0 < block.v0 + 0.01, v1 > block.v1 - 0.01
    west, east = u0 < block.u0 + 0.01, u1 > block.u1 - 0.01
    fronts = south + north + west + east
    if fronts:
        street = ward["along"][block.row + (1 if north and not south else 0)]
        if not (south or north):
            street = ward["across"][block.column + (1 if east else 0)]
        length = (u1 - u0) if south or north else (v1 - v0)
        return Lot(face, block.column, block.row, "lot", street, 1, fronts, frontage=round(length, 1))
    position = 4 if alley is None or alley < 3 else 3 if alley < 5 else 2
    near = ward["along"][block.row + (1 if centre.y > (block.v0 + block.v1) / 2 else 0)]
    width = alley if alley is not None else 1.5
    return Lot(face, block.column, block.row, "lot", near, position, 0, width, earth, frontage=round(v1 - v0, 1))


def _rural(ward: Mapping[str, Any], block: Block, rng: Generator) -> Iterator[Lot]:
    """Deep lots from one street, fields behind others; a courtyard lot around another."""
    lines = [_ring(block.u0, block.v0, block.u1, block.v1)]
    cuts = [(u, float(rng.uniform(-3, 3))) for u in _cuts(block.u0, block.u1, 9.0, 34.0, rng)]
    lines += [[(u, block.v0), (u + lean, block.v1)] for u, lean in cuts]
    for (left, left_lean), (right, right_lean) in pairwise(cuts):
        if right - left > 24 and rng.random() < 0.6:
            v = block.v0 + float(rng.uniform(95, 120))
            up = (v - block.v0) / (block.v1 - block.v0)
            lines.append([(left + left_lean * up, v), (right + right_lean * up, v)])
        elif right - left > 18:
            u, v = left + 6.0, block.v0 + 40.0
            lines.append(_ring(u, v, u + 7, v + 11))
    for face in _faces(lines):
        u0, v0, u1, _ = face.bounds
        fronts = (v0 < block.v0 + 0.01) + (u0 < block.u0 + 0.01) + (u1 > block.u1 - 0.01)
        lot = Lot(face, block.column, block.row, "rural", ward["along"][block.row], 1 if fronts else 4, fronts)
        lot.street_v, lot.frontage = block.v0, round(u1 - u0, 1)
        yield lot


def _streets(ward: Mapping[str, Any]) -> Iterator[Lot]:
    """The street ground of each two by two blocks, one parcel with the blocks as holes or bays."""
    all_blocks = blocks(ward)
    taken = shapely.union_all([shapely.box(b.u0, b.v0, b.u1, b.v1) for b in all_blocks])
    for block in all_blocks:
        if block.column % 2 or block.row % 2:
            continue
        members = [b for b in all_blocks if b.column // 2 == block.column // 2 and b.row // 2 == block.row // 2]
        u1, v1 = max(b.u1 for b in members) + STREET, max(b.v1 for b in members) + STREET
        ground = shapely.difference(shapely.box(block.u0, block.v0, u1, v1), taken)
        # every corner of the blocks is a corner of the street too
        for part in shapely.get_parts(shapely.segmentize(ground, 15.0)):
            yield Lot(part, block.column, block.row, "street")
