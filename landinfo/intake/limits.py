"""What is too near, too small or too thin: the working values of ``data/rules/survey.toml``, read once for a load."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from landinfo import law
from landinfo.model import Rule


@dataclass(frozen=True, slots=True)
class Limits:
    """Each field is the rule ``intake_<name>``; lengths in m, areas in m², the angle in degrees."""

    vertex_distance: float
    spike_angle: float
    least_area: float
    tiny_area: float
    sliver_width: float
    overlap_area: float
    gap_area: float
    snap_distance: float
    number_gap: float
    use_area_difference: float


def read_limits(rules: Mapping[str, Rule], on: date) -> Limits:
    """The values in force on ``on``. Raises ``KeyError`` where a rule is missing: the repository's data is broken."""
    return Limits(**{name: _value(rules[f"intake_{name}"], on) for name in Limits.__slots__})


def _value(rule: Rule, on: date) -> float:
    return float((law.in_force(rule.values, on) or rule.values[0]).value)
