"""Tiles of the embedded engine: the rows that were found around a tile, put on its grid and written as MVT."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from decimal import Decimal
from typing import Any

import numpy as np
import shapely

from landinfo import grid
from landinfo.store.geopackage_file import wkb
from landinfo.store.mvt import Drawn, lines, written
from landinfo.store.rows import COVERAGE, FEATURES, PARCELS, Row

Tile = tuple[int, int, int]
_ALONE = re.compile(r'\[\{"code": ?"([^"\\]+)"[^{}\\]*\}\]')
"""One use, as it is written: a tile may hold ten thousand of them."""


def parcels(found: Sequence[Row], covered: Sequence[Row], tile: Tile, crs: str) -> bytes:
    """Parcels with number and land use, and the ground on which they are held completely."""
    z = tile[0]
    ordered = PARCELS.sorted(found)
    uses = [_main_use(row[_LAND_USES]) for row in ordered]
    named = [{"ref": _ref(row), "number": row[_NUMBER]} for row in ordered]
    areas, *labels = _labelled("parcels", _shapes(ordered), named, tile, crs)
    said = [{**name, "land_use": use} if use else name for name, use in zip(named, uses, strict=True)]
    return written([(*areas[:2], said), *labels, _coverage(covered, tile, crs)], grid.extent(z))


def outlines(found: Iterable[tuple[bytes]], tile: Tile, crs: str) -> bytes:
    """Nothing but the outlines of parcels, as lines: a small zoom may hold twenty thousand, each too small to read."""
    return lines(
        "parcels", *grid.outlines(shapely.from_wkb([wkb(blob) for (blob,) in found]), *tile, crs), grid.extent(tile[0])
    )


def theme(layer: str, found: Sequence[Row], covered: Sequence[Row], tile: Tile, crs: str) -> bytes:
    """The areas of a theme, and the ground on which it is held completely."""
    ordered = FEATURES.sorted(found)
    named = [{"id": row[_ID], "designation": row[_DESIGNATION]} for row in ordered]
    ground = _coverage(covered, tile, crs)
    return written([*_labelled(layer, _shapes(ordered), named, tile, crs), ground], grid.extent(tile[0]))


def _coverage(covered: Sequence[Row], tile: Tile, crs: str) -> Drawn:
    held = [row for row in COVERAGE.sorted(covered) if row[_COMPLETE]]
    return "coverage", _areas(_shapes(held), tile, crs), [{}] * len(held)


def _labelled(layer: str, shapes: Any, named: Sequence[Mapping[str, Any]], tile: Tile, crs: str) -> Iterator[Drawn]:
    yield layer, _areas(shapes, tile, crs), named
    room = grid.room(shapes)
    wide = np.flatnonzero(room >= grid.least_room(tile[0]))
    anchors = grid.placed(shapely.point_on_surface(shapes[wide]), *tile, crs)
    here = grid.inside(anchors, tile[0])
    yield "labels", anchors[here], [{**named[i], "room": int(room[i])} for i in wide[here]]


def _areas(shapes: Any, tile: Tile, crs: str) -> Any:
    return grid.drawn(shapes, *tile, crs)


def _shapes(found: Sequence[Row]) -> Any:
    return np.asarray(shapely.from_wkb([row[1] for row in found]), dtype=object)


_NUMBER, _LAND_USES, _ID, _DESIGNATION, _COMPLETE = (
    table.columns.index(name) + 2
    for table, name in (
        (PARCELS, "number"),
        (PARCELS, "land_uses"),
        (FEATURES, "id"),
        (FEATURES, "designation"),
        (COVERAGE, "complete"),
    )
)


def _main_use(written_: str) -> str:
    """The use of the largest area, of equal ones the first; one whose area is not known comes last. "": there is none.

    As ``postgis_tile`` selects it.
    """
    alone = _ALONE.fullmatch(written_)
    if alone:
        return alone[1]
    uses = json.loads(written_)
    known = [use for use in uses if use["area"] is not None]
    first = max(known, key=lambda use: Decimal(use["area"])) if known else uses[0] if uses else None
    return str(first["code"]) if first else ""


def _ref(row: Row) -> str:
    """As ``model.ParcelRef`` is written."""
    commune, period, sheet, number, suffix = row[2:7]
    return f"{commune}@{period}/{sheet}/{number}" + (f"~{suffix}" if suffix else "")
