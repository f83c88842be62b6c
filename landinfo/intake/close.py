"""Places that lie close to one another, among millions: by squares of a grid, without an object for each."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

Places = NDArray[np.float64]
_AHEAD = ((0, 1), (1, -1), (1, 0), (1, 1))
"""Half of the squares around one: of each pair of squares one looks at the other."""
_ROWS = 1 << 31
"""More than the squares of a column: 2 cm in 2³¹ squares are 43,000 km."""


def as_numbers(xy: Places) -> NDArray[np.complex128]:
    """Each place as one number: ordered by x, then y; equal only where both are."""
    return np.ascontiguousarray(xy + 0.0).view(np.complex128).ravel()  # + 0.0: there is no negative zero


def close_pairs(xy: Places, distance: float) -> tuple[Places, dict[int, list[int]]]:
    """The different places of ``xy`` that lie within ``distance`` of another, in order, and for each those others."""
    different = np.unique(as_numbers(xy)).view(np.float64).reshape(-1, 2)
    one, other = _pairs(different, distance)
    kept, index = np.unique(np.concatenate([one, other]), return_inverse=True)
    near: dict[int, list[int]] = defaultdict(list)
    left, right = np.split(index.ravel(), 2)
    for a, b in zip(left.tolist(), right.tolist(), strict=True):
        near[a].append(b)
        near[b].append(a)
    return different[kept], near


def _pairs(places: Places, distance: float) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Indices of every two places within ``distance``, each pair once."""
    if len(places) < 2:
        return np.empty(0, np.int64), np.empty(0, np.int64)
    square = np.floor((places - places.min(axis=0)) / distance).astype(np.int64) + 1
    key = square[:, 0] * _ROWS + square[:, 1]
    order = np.argsort(key, kind="stable")
    held, start, count = np.unique(key[order], return_index=True, return_counts=True)
    found = [np.empty((2, 0), np.int64)]
    for a, b in _neighbours(held, start, count):
        one, other = order[a], order[b]
        close = np.hypot(*(places[one] - places[other]).T) <= distance
        found.append(np.stack([one[close], other[close]]))
    one, other = np.concatenate(found, axis=1)
    return one, other


def _neighbours(
    held: NDArray[np.int64], start: NDArray[np.int64], count: NDArray[np.int64]
) -> Iterator[tuple[NDArray[np.int64], NDArray[np.int64]]]:
    """Positions of pairs in the same square, then in squares that meet."""
    several = np.flatnonzero(count > 1)
    a, b = _product(start[several], count[several], start[several], count[several])
    yield a[a < b], b[a < b]
    for x, y in _AHEAD:
        wanted = held + x * _ROWS + y
        at = np.minimum(np.searchsorted(held, wanted), len(held) - 1)
        here = np.flatnonzero(held[at] == wanted)
        yield _product(start[here], count[here], start[at[here]], count[at[here]])


def _product(
    start: NDArray[np.int64], count: NDArray[np.int64], other: NDArray[np.int64], of: NDArray[np.int64]
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Every position of each first stretch with every one of its second."""
    sizes = count * of
    within = np.arange(sizes.sum()) - np.repeat(np.cumsum(sizes) - sizes, sizes)
    width = np.repeat(of, sizes)
    return np.repeat(start, sizes) + within // width, np.repeat(other, sizes) + within % width
