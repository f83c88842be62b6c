"""Polygons of one ring, thousands at once, as arrays: read from WKB, tested and cut without an object for each.

A parcel is such a polygon nearly always. What is none, or is not simple on a grid, is left to shapely.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
import shapely

_NEAR = 1 << 13
"""Whole numbers below it take four bytes, and the cross products of their steps do."""
MOST_CORNERS = 64
"""Beyond, to test all pairs of edges takes longer than shapely does."""
_HEAD, _CORNER = 13, 16
"""Bytes of WKB in front of the corners of a polygon of one ring, and of a corner."""
_LITTLE_ENDIAN, _POLYGON, _WITH_SRID = 1, 3, 0x20000003
"""The first byte of such WKB, and the number that follows it."""


@dataclass(frozen=True)
class Rings:
    """The ``corners`` of all rings (2 × n: a row for each axis) and the ``count`` of each ring's.

    A ring does not say its first corner again at its end.
    """

    corners: Any
    count: Any

    @cached_property
    def start(self) -> Any:
        return np.cumsum(self.count) - self.count

    @cached_property
    def ends(self) -> tuple[Any, Any]:
        """Where the last corner and the first of each ring stand, of those that have any."""
        first = self.start[self.count > 0]
        return np.append(first[1:], self.corners.shape[1])[: len(first)] - 1, first

    def following(self, of: Any) -> Any:
        """What stands at the corner that follows each, of something that stands at each (in the last dimension)."""
        found = np.empty_like(of)
        found[..., :-1] = of[..., 1:]
        last, first = self.ends
        for row, source in zip(np.atleast_2d(found), np.atleast_2d(of), strict=True):
            row[last] = source[first]
        return found

    def spread(self, of: Any) -> Any:
        """For each corner what is said of its ring."""
        return np.repeat(of, self.count)

    def chosen(self, of: Any) -> Rings:
        """The rings for which ``of`` is true, in their order."""
        if of.all():
            return self
        return Rings(np.compress(self.spread(of), self.corners, axis=1), self.count[of])

    def without(self, corner: Any) -> Rings:
        """All rings, but not the corners for which ``corner`` is true."""
        left_out = np.flatnonzero(corner)
        if not left_out.size:
            return self
        return Rings(np.compress(~corner, self.corners, axis=1), self.count - self.how_many(left_out))

    def how_many(self, corners: Any) -> Any:
        """Of some corners, by their places in order, those of each ring."""
        end = np.searchsorted(corners, self.start + self.count)
        return end - np.searchsorted(corners, self.start)

    def bounds(self) -> tuple[Any, Any]:
        """The least and the greatest of each ring's corners by axis, 2 × rings; each ring has a corner."""
        held = self.corners
        if held.dtype.kind == "f" and held.size and held.min() >= 0:
            held = held.view(np.int64)  # in the same order, and compared in half the time
        low, high = (np.stack([of.reduceat(row, self.start) for row in held]) for of in (np.minimum, np.maximum))
        return low.view(self.corners.dtype), high.view(self.corners.dtype)

    def doubled(self) -> Any:
        """Twice the area of each ring, below 0 of one that turns from the second axis to the first."""
        (x, y), (x_after, y_after) = self.corners, self.following(self.corners)
        return self._sums(x * y_after - y * x_after)

    def _sums(self, of_corner: Any) -> Any:
        total = np.concatenate(([0], np.cumsum(of_corner)))
        return total[self.start + self.count] - total[self.start]


def read(wkb: bytes, start: Any, length: Any) -> tuple[Rings, Any]:
    """The rings of those of many WKB that are polygons of one ring; and which are.

    ``start``: where each begins; ``length``: the bytes of each. It may say its SRID, as PostGIS writes.
    """
    # numbers from whatever byte on: what is read is not copied together before
    whole, corner = (_from_each_byte(wkb, form, size) for form, size in (("<i4", 4), ("<c16", _CORNER)))
    alone = length > _HEAD + 3 * _CORNER
    begin, size = start[alone], length[alone]
    kind = whole[begin + 1]
    head = np.where(kind == _WITH_SRID, _HEAD + 4, _HEAD)
    good = (np.frombuffer(wkb, np.uint8)[begin] == _LITTLE_ENDIAN) & ((kind == _POLYGON) | (kind == _WITH_SRID))
    good &= (whole[begin + head - 8] == 1) & ((size - head) % _CORNER == 0)
    alone[alone] = good
    count = ((size - head) // _CORNER - 1)[good]
    first = (begin + head)[good] - _CORNER * (np.cumsum(count) - count)
    corners = corner[np.repeat(first, count) + _CORNER * np.arange(int(count.sum()))]
    return Rings(np.stack((corners.real, corners.imag)), count), alone


def _from_each_byte(held: bytes, form: str, size: int) -> Any:
    return np.ndarray((max(len(held) - size + 1, 0),), form, held, strides=(1,))


def spread(rings: Rings) -> Rings:
    """Without corners that lie where the next one lies."""
    return rings.without(_again(rings))


def _again(rings: Rings) -> Any:
    x, y = rings.corners == rings.following(rings.corners)
    return x & y


def turned(rings: Rings, way: Any) -> Rings:
    """All rings turning from the first axis to the second, each from the corner it began with.

    ``way``: below 0 of those that turn from the second to the first.
    """
    backward = way < 0
    if not backward.any():
        return rings
    place = np.arange(rings.corners.shape[1])
    back = rings.spread(np.where(backward, 2 * rings.start + rings.count, 0))
    place = back - place if backward.all() else np.where(back > 0, back - place, place)
    _, first = rings.ends
    place[first] = first
    return Rings(np.take(rings.corners, place, axis=1), rings.count)


def ways(rings: Rings) -> Any:
    """Of rings of whole numbers that are simple 1, or -1 where they turn from the second axis to the first; else 0.

    Simple: it bounds one area, no two edges meet but where one follows the other. Rings of more than ``MOST_CORNERS``
    are not tested edge by edge, and may count as not simple.
    """
    found = _around(rings)
    left = (found == 0) & (rings.count >= 3) & (rings.count <= MOST_CORNERS)
    if left.any():
        tested = rings.chosen(left)
        found[left] = np.where(_apart(tested), np.sign(tested.doubled()), 0)
    return found


def _around(rings: Rings) -> Any:
    """The same of rings that go once around the middle of their corners, each edge onward: none of them can meet
    another. Of any others 0.
    """
    found = np.zeros(len(rings.count), dtype=np.int64)
    if not rings.corners.size:
        return found
    held = rings.count > 0
    start, count = rings.start[held], rings.count[held]
    # to a unit: any place from which all edges go onward will do
    middle = np.add.reduceat(rings.corners, start, axis=1, dtype=rings.corners.dtype) // count
    away = rings.corners - np.repeat(middle.astype(rings.corners.dtype), count, axis=1)
    (x, y), (x_after, y_after) = away, rings.following(away)
    onward = x * y_after - y * x_after
    south = (y < 0) | ((y == 0) & (x < 0))
    turns = np.add.reduceat((south & ~rings.following(south)).astype(np.int64), start)
    ahead, back = np.minimum.reduceat(onward, start) > 0, np.maximum.reduceat(onward, start) < 0
    found[held] = (ahead.astype(np.int64) - back) * (turns == 1)
    return found


def _apart(tested: Rings) -> Any:
    """The same of any rings, by each two edges."""
    here = tested.corners.astype(np.int64)
    there = tested.following(here)
    step = there - here
    on = tested.following(step)
    wrong, ring = np.zeros(len(tested.count), dtype=bool), tested.spread(np.arange(len(tested.count)))
    wrong[ring[(_cross(step, on) == 0) & (step[0] * on[0] + step[1] * on[1] <= 0)]] = True
    low, high = np.minimum(here, there), np.maximum(here, there)
    one, other = _pairs(tested)
    for axis in (0, 1):
        near = (low[axis, one] <= high[axis, other]) & (low[axis, other] <= high[axis, one])
        one, other = one[near], other[near]
    apart = here[:, other] - here[:, one]
    beside = _sides(step[:, one], apart, there[:, other] - here[:, one])
    across = _sides(step[:, other], -apart, there[:, one] - here[:, other])
    wrong[ring[one[(beside <= 0) & (across <= 0)]]] = True
    return ~wrong


def _pairs(rings: Rings) -> tuple[Any, Any]:
    """Each two edges of a ring of which none follows the other, by the corners where they begin."""
    nth = np.arange(rings.corners.shape[1]) - rings.spread(rings.start)
    others = np.maximum(rings.spread(rings.count) - nth - 2 - (nth == 0), 0)
    one = np.repeat(np.arange(len(nth)), others)
    within = np.arange(len(one)) - np.repeat(np.cumsum(others) - others, others)
    return one, one + 2 + within


def _sides(step: Any, begin: Any, end: Any) -> Any:
    """Above 0 where both ends of an edge lie on one side of another's line."""
    return np.sign(_cross(step, begin)) * np.sign(_cross(step, end))


def _cross(a: Any, b: Any) -> Any:
    return a[0] * b[1] - a[1] * b[0]


def cut(rings: Rings, least: int, most: int) -> Rings:
    """What of rings of whole numbers lies between ``least`` and ``most`` on both axes; of one, nothing may be left.

    A ring that goes out through an edge more than once comes to run to and fro along it, and is not simple.
    """
    for axis in (0, 1):
        for edge, side in ((least, 1), (most, -1)):
            rings = _cut(rings, axis, edge, side)
    return spread(rings)


def _cut(rings: Rings, axis: int, edge: int, side: int) -> Rings:
    """After Sutherland and Hodgman: corners inside stay, and where an edge goes through there is a new one."""
    inside = (rings.corners[axis] - edge) * side >= 0
    if inside.all():
        return rings
    through = inside != rings.following(inside)
    here, there = (np.compress(through, each, axis=1) for each in (rings.corners, rings.following(rings.corners)))
    part = (edge - here[axis]) / (there[axis] - here[axis])
    between = np.rint(here[1 - axis] + part * (there[1 - axis] - here[1 - axis]))
    more = inside.astype(np.int64) + through
    place = np.cumsum(more) - more
    made = np.empty((2, int(more.sum())), dtype=rings.corners.dtype)
    for row, source in zip(made, rings.corners, strict=True):
        row[place[inside]] = source[inside]
    made[axis, (place + inside)[through]], made[1 - axis, (place + inside)[through]] = edge, between
    return Rings(made, rings._sums(more))


def together(parts: Sequence[Rings]) -> Rings:
    """The rings of several, one behind the other."""
    return Rings(
        np.concatenate([each.corners for each in parts], axis=1), np.concatenate([each.count for each in parts])
    )


def of_polygons(shapes: Any) -> tuple[Rings, Any]:
    """The rings of an array of polygons, the outer of each before its holes; and the number of each ring's polygon."""
    parts, shape_of_part = shapely.get_parts(shapes, return_index=True)
    bounding, part_of_ring = shapely.get_rings(parts, return_index=True)
    corners, ring = shapely.get_coordinates(bounding, return_index=True)
    closed = Rings(np.ascontiguousarray(corners.T), np.bincount(ring, minlength=len(bounding)))
    last = np.zeros(len(corners), dtype=bool)
    last[closed.start + closed.count - 1] = True
    return closed.without(last), shape_of_part[part_of_ring]


def whole(rings: Rings) -> Rings:
    """Rounded to whole numbers, without corners that then lie where the next one lies."""
    return spread(rounded(rings))


def rounded(rings: Rings) -> Rings:
    """To whole numbers."""
    found = np.rint(rings.corners)
    near = not found.size or max(-found.min(), found.max()) < _NEAR
    return Rings(found.astype(np.int32 if near else np.int64), rings.count)
