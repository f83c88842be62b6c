"""The writing of Mapbox Vector Tiles 2.1, where no database does it.

The messages are those of mapbox-vector-tile. Its encoder goes from corner to corner, some 80 µs for a parcel; here the
corners of a whole layer become commands at once.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import numpy as np
import shapely
from mapbox_vector_tile.Mapbox import vector_tile_pb2

Drawn = tuple[str, Any, Sequence[Mapping[str, Any]]]
"""A layer of a tile: its name, polygons or points in whole units of the grid, and what each has beside its shape."""
_MOVE, _CLOSE = 1 << 3 | 1, 1 << 3 | 7
"""Commands: how often, and what. A line is drawn by 2."""


def written(layers: Iterable[Drawn], extent: int) -> bytes:
    """A tile ``extent`` units wide; where nothing is to be seen it is no bytes at all."""
    tile = vector_tile_pb2.tile()
    for name, shapes, named in layers:
        seen = np.flatnonzero(~shapely.is_empty(shapes))
        if seen.size:
            layer = tile.layers.add(name=name, version=2, extent=extent)
            _fill(layer, shapes[seen], [named[i] for i in seen.tolist()])
    return bytes(tile.SerializeToString())


def lines(name: str, corners: Any, line: Any, extent: int) -> bytes:
    """A tile of one feature, every line of it: ``corners`` in whole units, ``line`` the number of each one's line."""
    if not len(line):
        return b""
    again = np.append(False, (corners[1:] == corners[:-1]).all(axis=1) & (line[1:] == line[:-1]))
    corners, line = corners[~again], line[~again]
    some = np.bincount(line)[line] > 1  # a point is no line
    corners, (_, line) = corners[some], np.unique(line[some], return_inverse=True)
    tile = vector_tile_pb2.tile()
    if len(line):
        layer = tile.layers.add(name=name, version=2, extent=extent)
        layer.features.add(type=vector_tile_pb2.tile.LineString, geometry=_commands(corners, line, 2)[0].tolist())
    return bytes(tile.SerializeToString())


def _fill(layer: Any, shapes: Any, named: Sequence[Mapping[str, Any]]) -> None:
    points = shapely.get_dimensions(shapes[0]) == 0
    kind = vector_tile_pb2.tile.Point if points else vector_tile_pb2.tile.Polygon
    keys: dict[str, int] = {}
    values: dict[str | int, int] = {}
    for commands, said in zip(_points(shapes) if points else _polygons(shapes), named, strict=True):
        tags = [
            place
            for key, value in said.items()
            for place in (keys.setdefault(key, len(keys)), values.setdefault(value, len(values)))
        ]
        layer.features.add(type=kind, geometry=commands, tags=tags)
    layer.keys.extend(keys)
    for value in values:
        layer.values.add(**({"string_value": value} if isinstance(value, str) else {"int_value": value}))


def _points(shapes: Any) -> list[list[int]]:
    return [[_MOVE, x, y] for x, y in _zigzag(np.rint(shapely.get_coordinates(shapes))).tolist()]


def _polygons(shapes: Any) -> list[list[int]]:
    """Of each shape its rings: a move to the first corner, lines to the others, each from the one before; the close."""
    parts, shape_of_part = shapely.get_parts(shapes, return_index=True)
    rings, part_of_ring = shapely.get_rings(parts, return_index=True)
    corners, ring = shapely.get_coordinates(rings, return_index=True)
    again = np.append((corners[1:] == corners[:-1]).all(axis=1) | (ring[1:] != ring[:-1]), True)
    corners, ring = corners[~again], ring[~again]  # the last of a ring is its first; and no line of no length
    shape = shape_of_part[part_of_ring][ring]
    first = np.append(True, shape[1:] != shape[:-1])
    commands, start = _commands(corners, ring, 3, first)
    flat, edges = commands.tolist(), [*start[ring[first]].tolist(), commands.size]
    return [flat[begin:end] for begin, end in itertools.pairwise(edges)]


def _commands(corners: Any, line: Any, more: int, first: Any = None) -> tuple[Any, Any]:
    """The commands of lines (``more`` 2) or of rings, which are closed (3), and where each begins.

    ``line`` numbers them from 0 without a gap; steps start anew from the corner of the tile at each ``first``.
    """
    steps = np.diff(corners, axis=0, prepend=[(0, 0)])
    if first is not None:
        steps[first] = corners[first]
    count = np.bincount(line)
    start = np.cumsum(2 * count + more) - (2 * count + more)
    nth = np.arange(len(line)) - (np.cumsum(count) - count)[line]
    place = start[line] + np.where(nth == 0, 1, 2 + 2 * nth)
    commands = np.empty(int((2 * count + more).sum()), dtype=np.int64)
    commands[start] = _MOVE
    commands[start + 3] = (count - 1) << 3 | 2
    if more == 3:
        commands[start + 2 * count + 2] = _CLOSE
    commands[place], commands[place + 1] = _zigzag(steps).T
    return commands, start


def _zigzag(steps: Any) -> Any:
    """Whole numbers without a sign: 0, -1, 1, -2 … become 0, 1, 2, 3 …"""
    whole = steps.astype(np.int64)
    return whole << 1 ^ whole >> 63
