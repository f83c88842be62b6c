"""How far a drawn area may lie from the registered one before somebody should look."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Sequence
from datetime import date
from decimal import Decimal
from functools import cache
from typing import Any

import numpy as np
import shapely
from numpy.typing import NDArray
from shapely.geometry.base import BaseGeometry

from landinfo import law
from landinfo.model import Rule, RuleValue

POSITION_ERROR = "survey_position_error"
ASSUMED_SCALE = 1000


def area_error(shape: BaseGeometry, position_error: float) -> float:
    """Standard error of the area (m²) of a polygon whose corners each have ``position_error`` (m) in position.

    Propagation of the shoelace formula: m_S² = m²/4 · Σ[(x₍i+1₎−x₍i−1₎)² + (y₍i+1₎−y₍i−1₎)²] with m = m_P/√2 the
    error in one coordinate. Holes count like outer rings.
    """
    one_ring = shape.geom_type == "Polygon" and not shapely.get_num_interior_rings(shape)
    rings = [shape] if one_ring else shapely.get_rings(shapely.get_parts(shape))
    total = sum(chord for ring in rings for chord in _chords(shapely.get_coordinates(ring)[:-1].tolist()))
    return float(_error(total, position_error))


def _chords(corners: list[list[float]]) -> Iterator[float]:
    """The square of each chord between the neighbours of a corner, m²."""
    before, after = (corners[-1:] + corners[:-1], corners[1:] + corners[:1])
    for (x, y), (next_x, next_y) in zip(before, after, strict=True):
        yield (next_x - x) ** 2 + (next_y - y) ** 2


def _error(chords: Any, position_error: Any) -> Any:
    return np.sqrt(chords) / 2 * position_error / math.sqrt(2)


def area_errors(shapes: Any, position_error: Any) -> NDArray[np.float64]:
    """``area_error`` of many polygons to the last bit, each with its own ``position_error`` or all with one."""
    parts, shape = shapely.get_parts(shapes, return_index=True)
    rings, part = shapely.get_rings(parts, return_index=True)
    xy, ring = shapely.get_coordinates(rings, return_index=True)
    first, last = (np.diff(ring, **end).astype(bool) for end in ({"prepend": -1}, {"append": -1}))
    at = np.flatnonzero(~last)  # the closing corner is the first again
    before = np.where(first, np.flatnonzero(last)[ring] - 1, np.arange(len(ring)) - 1)[at]
    chords = ((xy[at + 1] - xy[before]) ** 2).sum(axis=1)
    total = np.bincount(shape[part[ring[at]]], weights=chords, minlength=len(shapes))
    return np.asarray(_error(total, position_error))


def tolerance(shape: BaseGeometry, map_scale: int | None, on: date, rule: Rule) -> tuple[Decimal, RuleValue]:
    """Area difference (m², to 0.1) that the survey itself explains: twice the standard error at the map's scale.

    ``rule`` maps scale denominators to the largest allowed error of a corner in metres (Circular 25/2014 art. 7.4); a
    scale that is not known is taken as 1:1000, one between two of the table as the smaller-scale one.
    """
    value, error = _allowed(on, rule)
    return Decimal(str(round(2 * area_error(shape, error(map_scale)), 1))), value


def tolerances(shapes: Any, map_scales: Sequence[int | None], on: date, rule: Rule) -> tuple[list[float], RuleValue]:
    """``tolerance`` of many parcels, as floats rounded to 0.1."""
    value, error = _allowed(on, rule)
    errors = area_errors(shapes, np.array([error(scale) for scale in map_scales]))
    return [round(2 * e, 1) for e in errors.tolist()], value


def _allowed(on: date, rule: Rule) -> tuple[RuleValue, Callable[[int | None], float]]:
    """The value of the day, and the error in metres that it allows a corner at a scale."""
    value = law.in_force(rule.values, on) or rule.values[0]
    by_scale = sorted((int(scale), float(error)) for scale, error in value.value.items())

    @cache
    def error(scale: int | None) -> float:
        return next((e for s, e in by_scale if s >= (scale or ASSUMED_SCALE)), by_scale[-1][1])

    return value, error
