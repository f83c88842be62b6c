"""Corners that nearly meet, found among millions without an object for each."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping

import numpy as np
import shapely
from numpy.typing import NDArray

from landinfo.intake.corners import Shapes

Places = NDArray[np.float64]
_ROWS = 2**31
"""More cells than lie above one another in any plane at any distance that is looked at."""
_BESIDE = (1, _ROWS - 1, _ROWS, _ROWS + 1)
"""From a cell to the one above it, and to the three to its right: with the cell itself every pair is seen once."""


def near_places(shapes: Shapes, distance: float) -> tuple[Places, Mapping[int, list[int]]]:
    """The places of corners that have another within ``distance`` (m), ordered by x, then y; and for each the others.

    Equal corners are one place. Cells as wide as the distance hold the candidates (fixed-radius near neighbours,
    Bentley 1975).
    """
    corners = shapely.get_coordinates(shapes)
    whole = np.unique(corners.view(np.complex128).ravel()) if len(corners) else np.empty(0, np.complex128)
    del corners
    one, other = _pairs(whole, distance) if distance > 0 else (np.empty(0, np.int64), np.empty(0, np.int64))
    kept = np.unique(np.concatenate([one, other]))
    near: dict[int, list[int]] = defaultdict(list)
    left, right = np.searchsorted(kept, one), np.searchsorted(kept, other)
    for a, b in zip(left.tolist(), right.tolist(), strict=True):
        near[a].append(b)
        near[b].append(a)
    return whole[kept].view(np.float64).reshape(-1, 2), near


def _pairs(places: NDArray[np.complex128], distance: float) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Indices of every two places not farther apart than ``distance``, each pair once."""
    column, row = (np.floor(axis / distance).astype(np.int64) for axis in (places.real, places.imag))
    cells = column * _ROWS + row
    order = np.argsort(cells, kind="stable")
    cells = cells[order]
    found = [_met(order, np.arange(1, len(cells) + 1), np.searchsorted(cells, cells, "right"))]
    for step in _BESIDE:
        first = np.searchsorted(cells, cells + step, "left")
        found.append(_met(order, first, np.searchsorted(cells, cells + step, "right")))
    one, other = (np.concatenate(side) for side in zip(*found, strict=True))
    close = np.hypot((places[one] - places[other]).real, (places[one] - places[other]).imag) <= distance
    return one[close], other[close]


def _met(order: NDArray[np.int64], first: NDArray[np.int64], end: NDArray[np.int64]) -> tuple[NDArray[np.int64], ...]:
    """Each place with those from ``first`` to ``end`` in the order of the cells."""
    counts = np.maximum(end - first, 0)
    some = np.flatnonzero(counts)
    counts = counts[some]
    ahead = np.arange(counts.sum()) - np.repeat(np.cumsum(counts) - counts, counts)
    return order[np.repeat(some, counts)], order[np.repeat(first[some], counts) + ahead]
