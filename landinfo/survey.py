"""How far a drawn area may lie from the registered one before somebody should look."""

from __future__ import annotations

import math
from datetime import date
from decimal import Decimal

import numpy as np
import shapely
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
    total = 0.0
    for ring in shapely.get_rings(shapely.get_parts(shape)):
        corners = shapely.get_coordinates(ring)[:-1]
        chords = np.roll(corners, -1, axis=0) - np.roll(corners, 1, axis=0)
        total += float((chords**2).sum())
    return math.sqrt(total) / 2 * position_error / math.sqrt(2)


def tolerance(shape: BaseGeometry, map_scale: int | None, on: date, rule: Rule) -> tuple[Decimal, RuleValue]:
    """Area difference (m², to 0.1) that the survey itself explains: twice the standard error at the map's scale.

    ``rule`` maps scale denominators to the largest allowed error of a corner in metres (Circular 25/2014 art. 7.4); a
    scale that is not known is taken as 1:1000, one between two of the table as the smaller-scale one.
    """
    value = law.in_force(rule.values, on) or rule.values[0]
    by_scale = sorted((int(scale), float(error)) for scale, error in value.value.items())
    wanted = map_scale or ASSUMED_SCALE
    error = next((e for scale, e in by_scale if scale >= wanted), by_scale[-1][1])
    return Decimal(str(round(2 * area_error(shape, error), 1))), value
