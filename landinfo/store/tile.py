"""A tile: the rows that an engine found around it, put on its grid and written as MVT, for both engines alike."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Any

import numpy as np
import shapely

from landinfo import grid, rings
from landinfo.rings import Rings
from landinfo.store import mvt
from landinfo.store.main_use import main_uses
from landinfo.store.rows import COVERAGE, FEATURES, Row
from landinfo.store.text_column import TextColumn

Tile = tuple[int, int, int]
_Told = Mapping[str, TextColumn]


@dataclass(frozen=True)
class Shapes:
    """Polygons as WKB: where each begins in ``wkb``, and its bytes."""

    wkb: bytes
    start: Any
    length: Any

    @classmethod
    def of(cls, each: Sequence[bytes]) -> Shapes:
        length = np.fromiter(map(len, each), np.int64, len(each))
        return cls(b"".join(each), np.cumsum(length) - length, length)

    def before(self, others: Shapes) -> Shapes:
        """With others behind them."""
        wkb, shift = (self.wkb, 0) if self.wkb is others.wkb else (self.wkb + others.wkb, len(self.wkb))
        start = np.concatenate((self.start, others.start + shift))
        return Shapes(wkb, start, np.concatenate((self.length, others.length)))

    def rings(self) -> tuple[Rings, Any]:
        """Those of one ring, and which they are."""
        return rings.read(self.wkb, self.start, self.length)

    def read(self, which: Any) -> Any:
        """Some of them, by their numbers, as an array of shapes."""
        begin = self.start[which]
        edges = zip(begin.tolist(), (begin + self.length[which]).tolist(), strict=True)
        return np.asarray(shapely.from_wkb([self.wkb[begin:stop] for begin, stop in edges]), dtype=object)


_SUFFIX = "CASE t.suffix WHEN '' THEN '' ELSE '~' || t.suffix END"
PARCEL_TEXTS = (
    f"t.commune || '@' || t.period || '/' || t.sheet || '/' || t.number || {_SUFFIX}",
    "t.number",
    "t.land_uses",
)
"""What a tile tells of a parcel ``t``, as every engine selects it; the first as ``model.ParcelRef`` is written."""


@dataclass(frozen=True)
class Found:
    """Parcels by arrival."""

    shapes: Shapes
    refs: TextColumn
    numbers: TextColumn
    land_uses: TextColumn

    @classmethod
    def of(cls, held: Iterable[Row]) -> Found:
        """From rows of their number in the table, shape, and ``PARCEL_TEXTS``."""
        _, shapes, *texts = list(zip(*sorted(held, key=lambda row: row[0]), strict=True)) or [()] * 5
        return cls(Shapes.of(shapes), *map(TextColumn.of, texts))


@dataclass(frozen=True)
class Designated:
    """Areas of a theme in the order in which they are drawn."""

    shapes: Shapes
    ids: TextColumn
    designations: TextColumn

    @classmethod
    def of(cls, held: Iterable[Row]) -> Designated:
        """From rows of the table."""
        ordered = FEATURES.sorted(held)
        texts = (TextColumn.of([row[n] for row in ordered]) for n in (_ID, _DESIGNATION))
        return cls(Shapes.of([row[1] for row in ordered]), *texts)


def complete(covered: Sequence[Row]) -> Shapes:
    """The ground that is held completely, of rows of coverage."""
    return Shapes.of([row[1] for row in COVERAGE.sorted(covered) if row[_COMPLETE]])


def parcels(found: Found, ground: Shapes, tile: Tile, crs: str) -> bytes:
    """Parcels with number and land use, and the ground on which they are held completely."""
    said = {"ref": replace(found.refs, recurs=False), "number": found.numbers}
    uses = {"land_use": main_uses(found.land_uses)}
    return _written("parcels", found.shapes, said, uses, ground, tile, crs)


def outlines(shapes: Shapes, tile: Tile, crs: str) -> bytes:
    """Nothing but the outlines of parcels, as lines: a small zoom may hold twenty thousand, each too small to read."""
    held, alone = shapes.rings()
    others = np.flatnonzero(~alone)
    every = [held, rings.of_polygons(shapes.read(others))[0]] if others.size else [held]
    together = rings.together(every)
    corners = grid.columns(together.corners, *tile, crs)
    return mvt.written([mvt.lines("parcels", rings.whole(Rings(corners, together.count)))], grid.extent(tile[0]))


def theme(layer: str, found: Designated, ground: Shapes, tile: Tile, crs: str) -> bytes:
    """The areas of a theme, and the ground on which it is held completely."""
    said = {"id": replace(found.ids, recurs=False), "designation": found.designations}
    return _written(layer, found.shapes, said, {}, ground, tile, crs)


def _written(layer: str, shapes: Shapes, said: _Told, more: _Told, ground: Shapes, tile: Tile, crs: str) -> bytes:
    """The layer, its labels, which do not say ``more``, and its ground."""
    many = len(shapes.length)
    window = shapely.box(*grid.window(*tile, crs))
    # nearly every tile lies within its ground, and is then covered from edge to edge
    within = shapely.contains_properly(ground.read(slice(None)), window).all()
    every = shapes if within else shapes.before(ground)
    held, alone = every.rings()
    mixed = np.flatnonzero(~alone)
    others, boxes = every.read(mixed), np.empty((4, len(alone)))
    boxes[:, alone], boxes[:, mixed] = np.concatenate(held.bounds()), shapely.bounds(others).reshape(-1, 4).T
    drawn, of = _fitted(held, alone, every, tile, crs)
    mine = of < many
    layers = [
        mvt.areas(layer, drawn.chosen(mine), of[mine], {**said, **more}),
        _labels(shapes, boxes[:, :many], said, tile, crs),
        mvt.areas("coverage", drawn.chosen(~mine), of[~mine] - many, {}),
    ]
    covered = _everywhere(len(ground.length), tile[0]) if within else b""
    return mvt.written(layers, grid.extent(tile[0])) + covered


@lru_cache(maxsize=64)
def _everywhere(many: int, z: int) -> bytes:
    least, most = -grid.margin(z), grid.extent(z) + grid.margin(z)
    every = np.full(many, shapely.box(least, least, most, most))
    return mvt.written([mvt.shapes("coverage", every, {})], grid.extent(z))


def _fitted(held: Rings, alone: Any, shapes: Shapes, tile: Tile, crs: str) -> tuple[Rings, Any]:
    """What a tile holds of ``shapes``, of which those ``alone`` were read as rings; and the number of each ring's."""
    if tile[0] < grid.FINE_FROM:
        drawn, whose = rings.of_polygons(grid.drawn(shapes.read(slice(None)), *tile, crs))
        return rings.whole(drawn), whose
    found, of, left = grid.fitted(held, *tile, crs)
    number = np.flatnonzero(alone)
    others = np.concatenate((number[left], np.flatnonzero(~alone)))
    if not others.size:
        return found, number[of]
    drawn, whose = rings.of_polygons(grid.drawn(shapes.read(others), *tile, crs))
    return rings.together([found, rings.whole(drawn)]), np.concatenate((number[of], others[whose]))


def _labels(shapes: Shapes, boxes: Any, said: _Told, tile: Tile, crs: str) -> mvt.Drawn:
    room = grid.room(boxes)
    wide = np.flatnonzero(room >= grid.least_room(tile[0]))
    anchors = shapely.get_coordinates(shapely.point_on_surface(shapes.read(wide)))
    placed = grid.columns(anchors.T, *tile, crs)
    here = grid.inside(placed, tile[0])
    places = wide[here]
    told = {key: values.chosen(places) for key, values in said.items()}
    return mvt.points("labels", placed[:, here].T, {**told, "room": room[places]})


_ID, _DESIGNATION, _COMPLETE = (
    table.columns.index(name) + 2
    for table, name in ((FEATURES, "id"), (FEATURES, "designation"), (COVERAGE, "complete"))
)
