"""How far a drawn area may lie from the registered one before somebody should look."""

from __future__ import annotations

import math
from collections.abc import Sequence
from datetime import date
from decimal import Decimal
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
    return float(area_errors([shape], position_error)[0])


def area_errors(shapes: Any, position_error: Any) -> NDArray[np.float64]:
    """``area_error`` of many polygons, each with its own ``position_error`` or all with one."""
    parts, shape = shapely.get_parts(shapes, return_index=True)
    rings, part = shapely.get_rings(parts, return_index=True)
    xy, ring = shapely.get_coordinates(rings, return_index=True)
    first, last = (np.diff(ring, **end).astype(bool) for end in ({"prepend": -1}, {"append": -1}))
    at = np.flatnonzero(~last)  # the closing corner is the first again
    before = np.where(first, np.flatnonzero(last)[ring] - 1, np.arange(len(ring)) - 1)[at]
    chords = ((xy[at + 1] - xy[before]) ** 2).sum(axis=1)
    total = np.bincount(shape[part[ring[at]]], weights=chords, minlength=len(shapes))
    return np.asarray(np.sqrt(total) / 2 * position_error / math.sqrt(2))


def tolerance(shape: BaseGeometry, map_scale: int | None, on: date, rule: Rule) -> tuple[Decimal, RuleValue]:
    """Area difference (m², to 0.1) that the survey itself explains: twice the standard error at the map's scale.

    ``rule`` maps scale denominators to the largest allowed error of a corner in metres (Circular 25/2014 art. 7.4); a
    scale that is not known is taken as 1:1000, one between two of the table as the smaller-scale one.
    """
    explained, value = tolerances([shape], [map_scale], on, rule)
    return Decimal(str(explained[0])), value


def tolerances(shapes: Any, map_scales: Sequence[int | None], on: date, rule: Rule) -> tuple[list[float], RuleValue]:
    """``tolerance`` of many parcels, as floats rounded to 0.1."""
    value = law.in_force(rule.values, on) or rule.values[0]
    by_scale = sorted((int(scale), float(error)) for scale, error in value.value.items())

    def error(scale: int) -> float:
        return next((e for s, e in by_scale if s >= scale), by_scale[-1][1])

    known = {scale: error(scale or ASSUMED_SCALE) for scale in set(map_scales)}
    errors = area_errors(shapes, np.array([known[scale] for scale in map_scales]))
    return [round(2 * e, 1) for e in errors.tolist()], value
