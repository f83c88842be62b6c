"""The writing of Mapbox Vector Tiles 2.1, all features of a layer at once.

An encoder that goes from corner to corner takes some 80 µs for a parcel. Here everything that a feature says is one row
of whole numbers (commands, tags, and how long each of them is), and those of all features become bytes together.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from landinfo.rings import Rings, of_polygons, spread, whole
from landinfo.store.text_column import TextColumn

POINT, LINE, POLYGON = 1, 2, 3
_MOVE, _LINE_TO, _CLOSE = 1 << 3 | 1, 2, 1 << 3 | 7
"""Commands: how often, and what."""
_FEATURE, _TAGS, _KIND, _GEOMETRY = 2 << 3 | 2, 2 << 3 | 2, 3 << 3, 4 << 3 | 2
_TILE_LAYER, _NAME, _KEY, _VALUE, _EXTENT, _VERSION = 3 << 3 | 2, 1 << 3 | 2, 3 << 3 | 2, 4 << 3 | 2, 5 << 3, 15 << 3
_TEXT, _WHOLE = 1 << 3 | 2, 4 << 3
"""Fields of the messages: their number, and whether a whole number follows (0) or so many bytes (2)."""
Values = TextColumn | NDArray[np.int64] | Sequence[str | int | None]
Said = Mapping[str, Values]
"""What the features of a layer say beside their shape: by name a value for each; None: it says nothing there."""


@dataclass(frozen=True)
class Drawn:
    """A layer: commands of all features, one behind the other, how many each has, and what they say."""

    name: str
    kind: int
    commands: Any
    count: Any
    said: Said
    number: Any
    """Of each feature in ``said``: by it they are ordered."""


def written(layers: Iterable[Drawn], extent: int) -> bytes:
    """A tile ``extent`` units wide; where nothing is to be seen it is no bytes at all."""
    return b"".join(_sized(_TILE_LAYER, _layer(each, extent)) for each in layers if len(each.count))


def areas(name: str, rings: Rings, of: Any, said: Said) -> Drawn:
    """Polygons in whole units, in the order of their numbers in ``said``.

    ``of``: the number of each ring's polygon; its rings stand together, the outer of each part before its holes.
    """
    begins = np.diff(of, prepend=-1) != 0
    commands, size = _commands(rings, 3, begins)
    first = np.flatnonzero(begins)
    return Drawn(name, POLYGON, commands, np.add.reduceat(size, first) if first.size else size, said, of[begins])


def shapes(name: str, held: Any, said: Said) -> Drawn:
    """The same of an array of polygons, those without area left out."""
    bounding, of = of_polygons(held)
    return areas(name, whole(bounding), of, said)


def points(name: str, held: Any, said: Said) -> Drawn:
    """Points, n × 2, rounded here to whole units."""
    commands = np.full((len(held), 3), _MOVE, dtype=np.int64)
    commands[:, 1:] = _zigzag(np.rint(held).astype(np.int64))
    return Drawn(name, POINT, commands.ravel(), np.full(len(held), 3), said, np.arange(len(held)))


def lines(name: str, rings: Rings) -> Drawn:
    """One feature of all rings of whole units, each a line back to where it begins; one of a single corner is none."""
    seen = spread(rings)
    seen = seen.chosen(seen.count > 1)
    again, shift = seen.count + 1, np.arange(len(seen.count))
    nth = np.arange(int(again.sum())) - np.repeat(seen.start + shift, again)
    back = np.repeat(seen.start, again) + nth % np.repeat(seen.count, again)
    commands, size = _commands(Rings(seen.corners[:, back], again), 2, shift == 0)
    some = np.zeros(min(len(size), 1), dtype=np.int64)
    return Drawn(name, LINE, commands, some + len(commands), {}, some)


def _commands(rings: Rings, more: int, begins: Any) -> tuple[Any, Any]:
    """The commands of lines (``more`` 2) or of rings, which are closed (3), and how many each has.

    Steps start anew from the corner of the tile at each ring that ``begins`` a feature.
    """
    steps = rings.corners.copy()
    steps[:, 1:] -= rings.corners[:, :-1]
    first = rings.start[begins]
    for row, corners in zip(steps, rings.corners, strict=True):
        row[first] = corners[first]
    size = 2 * rings.count + more
    start = np.cumsum(size) - size
    place = rings.spread(start - 2 * rings.start + 2) + 2 * np.arange(steps.shape[1])
    place[rings.start] -= 1
    commands = np.empty(int(size.sum()), dtype=steps.dtype)
    commands[start] = _MOVE
    commands[start + 3] = (rings.count - 1) << 3 | _LINE_TO
    if more == 3:
        commands[start + size - 1] = _CLOSE
    commands[place], commands[place + 1] = _zigzag(steps)
    return commands, size


def _zigzag(steps: Any) -> Any:
    """Whole numbers without a sign: 0, -1, 1, -2 … become 0, 1, 2, 3 …"""
    return steps << 1 ^ steps >> 8 * steps.itemsize - 1


def _layer(drawn: Drawn, extent: int) -> bytes:
    tags = np.empty((len(drawn.said), len(drawn.count)), dtype=np.int64)
    messages, placed = [], 0
    # From the last on: what stands there is said by many, and so has a short number.
    for key, values in reversed(list(enumerate(drawn.said.values()))):
        message, many, which = _values(values, drawn.number)
        tags[key] = which + placed * (which >= 0)
        messages.append(message)
        placed += many
    fields = [_sized(_NAME, drawn.name.encode()), _features(drawn, tags)]
    fields += [_sized(_KEY, key.encode()) for key in drawn.said]
    return b"".join([*fields, *messages, _number(_EXTENT), _number(extent), _number(_VERSION), _number(2)])


def _values(values: Values, number: Any) -> tuple[bytes, int, Any]:
    """What some features say: each value that differs, how many do, and for each feature which; below 0: none."""
    if isinstance(values, TextColumn):
        return _texts(values.chosen(number))
    if isinstance(values, np.ndarray):
        each, which = np.unique(values[number], return_inverse=True)
        return b"".join(map(_whole, each.tolist())), len(each), which
    place: dict[str | int | None, int] = {None: -1}
    said = [place.setdefault(values[i], len(place) - 1) for i in number.tolist()]
    every = [value for value in place if value is not None]
    told = [_text(value.encode()) if isinstance(value, str) else _whole(value) for value in every]
    return b"".join(told), len(told), np.array(said, dtype=np.int64)


def _texts(said: TextColumn) -> tuple[bytes, int, Any]:
    there = said.start >= 0
    if there.all():
        each, which = said.distinct()
    else:
        which = np.full(len(there), -1, dtype=np.int64)
        each, which[there] = said.chosen(there).distinct()
    if int(each.length.max(initial=0)) >= len(_HEADS):
        return b"".join(map(_text, each.texts())), len(each.length), which
    told, begin = each.headed(_HEAD)
    told[begin], told[begin + 1], told[begin + 2], told[begin + 3] = _VALUE, each.length + 2, _TEXT, each.length
    return told.tobytes(), len(begin), which


def _features(drawn: Drawn, tags: Any) -> bytes:
    """Of each feature its length, tags (keys × features: the number of each one's value; below 0: none), kind and
    geometry.
    """
    told, count, order = tags >= 0, drawn.count, np.argsort(drawn.number, kind="stable")
    says = told.sum(axis=0)
    size = _size(tags)
    tag_bytes, shape_bytes = ((size + 1) * told).sum(axis=0), _sums(_size(drawn.commands), count)
    head = np.where(says > 0, 4 + 2 * says, 2)
    length = head + 4 + count
    start = np.empty_like(length)
    start[order] = np.cumsum(length[order]) - length[order]
    row = np.empty(int(length.sum()), dtype=drawn.commands.dtype)
    row[start] = _FEATURE
    row[start + 1] = (says > 0) * (1 + _size(tag_bytes) + tag_bytes) + 3 + _size(shape_bytes) + shape_bytes
    tagged = start[says > 0]
    row[tagged + 2], row[tagged + 3] = _TAGS, tag_bytes[says > 0]
    place = start + 4
    for key, values in enumerate(tags):
        at = place[told[key]]
        row[at], row[at + 1] = key, values[told[key]]
        place = place + 2 * told[key]
    shape = start + head
    row[shape], row[shape + 1], row[shape + 2], row[shape + 3] = _KIND, drawn.kind, _GEOMETRY, shape_bytes
    row[np.repeat(shape + 4 - (np.cumsum(count) - count), count) + np.arange(len(drawn.commands))] = drawn.commands
    return _numbers(row)


def _sums(values: Any, count: Any) -> Any:
    total = np.concatenate(([0], np.cumsum(values)))
    end = np.cumsum(count)
    return total[end] - total[end - count]


def _text(text: bytes) -> bytes:
    return _HEADS[len(text)] + text if len(text) < len(_HEADS) else _sized(_VALUE, _sized(_TEXT, text))


@lru_cache(maxsize=4096)
def _whole(value: int) -> bytes:
    return _sized(_VALUE, _number(_WHOLE) + _number(value & (1 << 64) - 1))


def _sized(field: int, content: bytes) -> bytes:
    return _number(field) + _number(len(content)) + content


def _number(value: int) -> bytes:
    """Seven bits a byte, the lowest first; 128 is added to each but the last."""
    if value < 128:
        return _SHORT[value]
    return _SHORT[value & 127 | 128] + _number(value >> 7)


_SHORT = [bytes([value]) for value in range(256)]
_HEADS = [bytes([_VALUE, length + 2, _TEXT, length]) for length in range(126)]
_HEAD = 4
"""Bytes in front of a text so short that each length takes one."""


def _size(values: Any) -> Any:
    """The bytes of each number; commands and lengths have no more than 35 bits."""
    size = np.ones(values.shape, dtype=np.int64)
    most = int(values.max(initial=0))
    for bits in (7, 14, 21, 28):
        if most >> bits:
            size += values >= 1 << bits
    return size


def _numbers(values: Any) -> bytes:
    """As ``_number`` writes each."""
    most = int(values.max(initial=0))
    if most >> 14:
        return _long(values, most)
    # the low byte first, whatever the machine's own order is
    short = values.astype("<u2")
    more = short > 127
    there = np.empty((len(short), 2), dtype=bool)
    there[:, 0], there[:, 1] = True, more
    written = (short & 127) | (more * np.uint16(128)) | (short >> 7 << 8)
    # taken by their places: to choose them by which are there takes several times as long
    held: bytes = np.take(written.astype("<u2", copy=False).view(np.uint8), np.flatnonzero(there)).tobytes()
    return held


def _long(values: Any, most: int) -> bytes:
    wide = len(_number(most))
    digits, there = np.empty((len(values), wide), dtype=np.uint8), np.empty((len(values), wide), dtype=bool)
    there[:, 0] = True
    for digit in range(wide):
        more = values >= 128
        digits[:, digit] = values | more * np.uint8(128)
        if digit + 1 < wide:
            there[:, digit + 1] = more
            values = values >> 7
    return digits[there].tobytes()
