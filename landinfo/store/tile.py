"""A tile: the rows that an engine found around it, put on its grid and written as MVT, for both engines alike."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

import numpy as np
import shapely

from landinfo import grid, rings
from landinfo.rings import Rings
from landinfo.store import mvt
from landinfo.store.rows import COVERAGE, FEATURES, Row

Tile = tuple[int, int, int]
_EACH = re.compile(r'^(?:\[\{"code": ?"([^"\\\n]+)"[^{}\\\n]*\}\]|(.*))$', re.MULTILINE)
"""One use, as it is written, or else the whole line: a tile may hold ten thousand of them."""


@dataclass(frozen=True)
class Shapes:
    """Polygons as WKB, one behind the other, and the bytes of each."""

    wkb: bytes
    length: Any

    @classmethod
    def of(cls, each: Sequence[bytes]) -> Shapes:
        return cls(b"".join(each), np.fromiter(map(len, each), np.int64, len(each)))

    def read(self, which: Any) -> Any:
        """Some of them, by their numbers, as an array of shapes."""
        end = np.cumsum(self.length)
        edges = zip((end - self.length)[which].tolist(), end[which].tolist(), strict=True)
        return np.asarray(shapely.from_wkb([self.wkb[begin:stop] for begin, stop in edges]), dtype=object)


TEXTS = ("commune", "period", "sheet", "number", "suffix", "land_uses")
"""The columns of a parcel that a tile tells."""


@dataclass(frozen=True)
class Found:
    """Parcels by arrival: their shapes, and ``TEXTS`` as they are written in a store."""

    shapes: Shapes
    commune: Sequence[str]
    period: Sequence[str]
    sheet: Sequence[str]
    number: Sequence[str]
    suffix: Sequence[str]
    land_uses: Sequence[str]

    @classmethod
    def of(cls, held: Iterable[Row]) -> Found:
        """From rows of their number in the table, shape, and ``TEXTS``."""
        _, shapes, *texts = list(zip(*sorted(held, key=lambda row: row[0]), strict=True)) or [()] * (len(TEXTS) + 2)
        return cls(Shapes.of(shapes), *texts)

    def refs(self) -> list[str]:
        """As ``model.ParcelRef`` is written."""
        each = zip(self.commune, self.period, self.sheet, self.number, self.suffix, strict=True)
        return [f"{c}@{p}/{s}/{n}~{x}" if x else f"{c}@{p}/{s}/{n}" for c, p, s, n, x in each]


@dataclass(frozen=True)
class Designated:
    """Areas of a theme in the order in which they are drawn."""

    shapes: Shapes
    ids: Sequence[str]
    designations: Sequence[str]

    @classmethod
    def of(cls, held: Iterable[Row]) -> Designated:
        """From rows of the table."""
        ordered = FEATURES.sorted(held)
        return cls(Shapes.of([row[1] for row in ordered]), *([row[n] for row in ordered] for n in (_ID, _DESIGNATION)))


def complete(covered: Sequence[Row]) -> Shapes:
    """The ground that is held completely, of rows of coverage."""
    return Shapes.of([row[1] for row in COVERAGE.sorted(covered) if row[_COMPLETE]])


def parcels(found: Found, ground: Shapes, tile: Tile, crs: str) -> bytes:
    """Parcels with number and land use, and the ground on which they are held completely."""
    said = {"ref": found.refs(), "number": found.number}
    uses = {"land_use": _main_uses(found.land_uses)}
    return _written("parcels", found.shapes, said, uses, ground, tile, crs)


def outlines(shapes: Shapes, tile: Tile, crs: str) -> bytes:
    """Nothing but the outlines of parcels, as lines: a small zoom may hold twenty thousand, each too small to read."""
    held, alone = rings.read(shapes.wkb, shapes.length)
    others = np.flatnonzero(~alone)
    every = [held, rings.of_polygons(shapes.read(others))[0]] if others.size else [held]
    together = rings.together(every)
    corners = grid.columns(together.corners, *tile, crs)
    return mvt.written([mvt.lines("parcels", rings.whole(Rings(corners, together.count)))], grid.extent(tile[0]))


def theme(layer: str, found: Designated, ground: Shapes, tile: Tile, crs: str) -> bytes:
    """The areas of a theme, and the ground on which it is held completely."""
    said = {"id": found.ids, "designation": found.designations}
    return _written(layer, found.shapes, said, {}, ground, tile, crs)


def _written(layer: str, shapes: Shapes, said: mvt.Said, more: mvt.Said, ground: Shapes, tile: Tile, crs: str) -> bytes:
    """The layer, its labels, which do not say ``more``, and its ground."""
    held, alone = rings.read(shapes.wkb, shapes.length)
    mixed = np.flatnonzero(~alone)
    others, boxes = shapes.read(mixed), np.empty((4, len(alone)))
    boxes[:, alone], boxes[:, mixed] = np.concatenate(held.bounds()), shapely.bounds(others).reshape(-1, 4).T
    drawn = mvt.areas(layer, *_fitted(held, alone, shapes, tile, crs), {**said, **more})
    covered = mvt.areas("coverage", *_fitted(*rings.read(ground.wkb, ground.length), ground, tile, crs), {})
    return mvt.written([drawn, _labels(shapes, boxes, said, tile, crs), covered], grid.extent(tile[0]))


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


def _labels(shapes: Shapes, boxes: Any, said: mvt.Said, tile: Tile, crs: str) -> mvt.Drawn:
    room = grid.room(boxes)
    wide = np.flatnonzero(room >= grid.least_room(tile[0]))
    anchors = shapely.get_coordinates(shapely.point_on_surface(shapes.read(wide)))
    placed = grid.columns(anchors.T, *tile, crs)
    here = grid.inside(placed, tile[0])
    places = wide[here].tolist()
    told = {key: [values[i] for i in places] for key, values in said.items()}
    return mvt.points("labels", placed[:, here].T, {**told, "room": room[places].tolist()})


_ID, _DESIGNATION, _COMPLETE = (
    table.columns.index(name) + 2
    for table, name in ((FEATURES, "id"), (FEATURES, "designation"), (COVERAGE, "complete"))
)


def _main_uses(written: Sequence[str]) -> list[str | None]:
    """Of each parcel the use of the largest area, of equal ones the first; an area that is not known comes last.

    None: it has no use. No line ends within what is written: JSON escapes it.
    """
    each = _EACH.findall("\n".join(written)) if written else []
    return [code or _main_use(json.loads(others)) for code, others in each]


def _main_use(uses: Sequence[Mapping[str, Any]]) -> str | None:
    known = [use for use in uses if use["area"] is not None]
    first = max(known, key=lambda use: Decimal(use["area"])) if known else uses[0] if uses else None
    return str(first["code"]) if first else None
