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

MOST_CORNERS = 64
"""Beyond, to test all pairs of edges takes longer than shapely does."""
_HEAD, _CORNER = 13, 16
"""Bytes of WKB in front of the corners of a polygon of one ring, and of a corner."""
_ALONE = np.array([1, 3, 0, 0, 0, 1, 0, 0, 0], dtype=np.uint8)
"""Little-endian, a polygon, of one ring."""


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
    def ring(self) -> Any:
        """The number of each corner's ring."""
        return np.repeat(np.arange(len(self.count)), self.count)

    @cached_property
    def after(self) -> Any:
        """Where the corner that follows each stands."""
        following = np.arange(1, self.corners.shape[1] + 1)
        held = self.count > 0
        following[(self.start + self.count - 1)[held]] = self.start[held]
        return following

    def chosen(self, of: Any) -> Rings:
        """The rings for which ``of`` is true, in their order."""
        if of.all():
            return self
        return Rings(self.corners[:, np.repeat(of, self.count)], self.count[of])

    def without(self, corner: Any) -> Rings:
        """All rings, but not the corners for which ``corner`` is true."""
        if not corner.any():
            return self
        return Rings(self.corners[:, ~corner], self._sums(~corner))

    def bounds(self) -> tuple[Any, Any]:
        """The least and the greatest of each ring's corners by axis, 2 × rings; each ring has a corner."""
        return np.minimum.reduceat(self.corners, self.start, axis=1), np.maximum.reduceat(
            self.corners, self.start, axis=1
        )

    def doubled(self) -> Any:
        """Twice the area of each ring, below 0 of one that turns from the second axis to the first."""
        (x, y), (x_after, y_after) = self.corners, self.corners[:, self.after]
        return self._sums(x * y_after - y * x_after)

    def _sums(self, of_corner: Any) -> Any:
        total = np.concatenate(([0], np.cumsum(of_corner)))
        return total[self.start + self.count] - total[self.start]


def read(wkb: bytes, length: Any) -> tuple[Rings, Any]:
    """The rings of those of many WKB, one behind the other, that are polygons of one ring; and which are.

    ``length``: the bytes of each.
    """
    held, end = np.frombuffer(wkb, dtype=np.uint8), np.cumsum(length)
    alone = (length > _HEAD + 3 * _CORNER) & ((length - _HEAD) % _CORNER == 0)
    begin = (end - length)[alone]
    alone[alone] = (held[begin[:, None] + np.arange(len(_ALONE))] == _ALONE).all(axis=1)
    edges = zip(((end - length)[alone] + _HEAD).tolist(), (end[alone] - _CORNER).tolist(), strict=True)
    corners = np.frombuffer(b"".join([wkb[begin:stop] for begin, stop in edges]), dtype="<f8").reshape(-1, 2)
    return Rings(np.ascontiguousarray(corners.T), (length[alone] - _HEAD) // _CORNER - 1), alone


def spread(rings: Rings) -> Rings:
    """Without corners that lie where the next one lies."""
    same = rings.corners == rings.corners[:, rings.after]
    return rings.without(same[0] & same[1])


def turned(rings: Rings) -> Rings:
    """All rings turning from the first axis to the second, each from the corner it began with."""
    backward = rings.doubled() < 0
    if not backward.any():
        return rings
    nth = np.arange(rings.corners.shape[1]) - rings.start[rings.ring]
    place = np.where(backward[rings.ring] & (nth > 0), rings.count[rings.ring] - nth, nth)
    return Rings(rings.corners[:, rings.start[rings.ring] + place], rings.count)


def simple(rings: Rings) -> Any:
    """Which rings of whole numbers bound one area: no two edges meet but where one follows the other.

    Rings of more than ``MOST_CORNERS`` are not tested edge by edge, and may count as not simple.
    """
    found = _around(rings)
    left = ~found & (rings.count >= 3) & (rings.count <= MOST_CORNERS)
    if left.any():
        found[left] = _apart(rings.chosen(left))
    return found


def _around(rings: Rings) -> Any:
    """Which rings go once around the middle of their corners, each edge onward: none of them can meet another."""
    if not rings.corners.size:
        return np.zeros(len(rings.count), dtype=bool)
    held = rings.count > 0
    start = rings.start[held]
    # so many times as large as there are corners: the middle is a whole number too
    x, y = (
        axis * rings.count[rings.ring] - np.repeat(np.add.reduceat(axis, start), rings.count[held])
        for axis in rings.corners
    )
    onward = x * y[rings.after] - y * x[rings.after]
    south = (y < 0) | ((y == 0) & (x < 0))
    turns = np.add.reduceat((south & ~south[rings.after]).astype(np.int64), start)
    found = np.zeros(len(rings.count), dtype=bool)
    one_way = (np.minimum.reduceat(onward, start) > 0) | (np.maximum.reduceat(onward, start) < 0)
    found[held] = one_way & (turns == 1)
    return found


def _apart(tested: Rings) -> Any:
    """The same of any rings, by each two edges."""
    here, there = tested.corners, tested.corners[:, tested.after]
    step = there - here
    on = step[:, tested.after]
    wrong = np.zeros(len(tested.count), dtype=bool)
    wrong[tested.ring[(_cross(step, on) == 0) & (step[0] * on[0] + step[1] * on[1] <= 0)]] = True
    low, high = np.minimum(here, there), np.maximum(here, there)
    one, other = _pairs(tested)
    for axis in (0, 1):
        near = (low[axis, one] <= high[axis, other]) & (low[axis, other] <= high[axis, one])
        one, other = one[near], other[near]
    apart = here[:, other] - here[:, one]
    beside = _sides(step[:, one], apart, there[:, other] - here[:, one])
    across = _sides(step[:, other], -apart, there[:, one] - here[:, other])
    wrong[tested.ring[one[(beside <= 0) & (across <= 0)]]] = True
    return ~wrong


def _pairs(rings: Rings) -> tuple[Any, Any]:
    """Each two edges of a ring of which none follows the other, by the corners where they begin."""
    nth = np.arange(rings.corners.shape[1]) - rings.start[rings.ring]
    others = np.maximum(rings.count[rings.ring] - nth - 2 - (nth == 0), 0)
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

    A ring that goes out through an edge more than once comes to run to and fro along it, and is not ``simple``.
    """
    for axis in (0, 1):
        for edge, side in ((least, 1), (most, -1)):
            rings = _cut(rings, axis, edge, side)
    return spread(rings)


def _cut(rings: Rings, axis: int, edge: int, side: int) -> Rings:
    """After Sutherland and Hodgman: corners inside stay, and where an edge goes through there is a new one."""
    inside = (rings.corners[axis] - edge) * side >= 0
    through = inside != inside[rings.after]
    here, there = rings.corners[:, through], rings.corners[:, rings.after[through]]
    part = (edge - here[axis]) / (there[axis] - here[axis])
    between = np.rint(here[1 - axis] + part * (there[1 - axis] - here[1 - axis]))
    more = inside.astype(np.int64) + through
    place = np.cumsum(more) - more
    made = np.empty((2, int(more.sum())), dtype=rings.corners.dtype)
    made[:, place[inside]] = rings.corners[:, inside]
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
    return spread(Rings(np.rint(rings.corners).astype(np.int64), rings.count))
