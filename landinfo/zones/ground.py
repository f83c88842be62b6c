"""What is derived for a parcel, and what both ways of deriving it share."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

import numpy as np
import shapely
from numpy.typing import NDArray
from shapely import LineString
from shapely.geometry.base import BaseGeometry

from landinfo import direction, law
from landinfo.model import PriceList, Rule, RuleValue
from landinfo.price import positions
from landinfo.zones.access import Access
from landinfo.zones.network import Reach, Side, Way

UNKNOWN = 0
"""The position of ground whose position is not known."""
SAME = 1e-6
"""m: what two ways of reckoning one length may differ by."""
NOT_TOLD = "unknown"


@dataclass(frozen=True, slots=True)
class Ground:
    """Part of a parcel with one position: what ``model.PriceZone`` says of it, before it has a name and an edition."""

    shape: BaseGeometry
    section: str
    position: int
    agricultural_position: int
    conditions: Mapping[str, str]
    found: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Between:
    """What lies between a parcel that touches no way and the nearest street: ``kind`` canal | gap | parcel | far."""

    kind: str
    what: str = ""


@dataclass(frozen=True, slots=True)
class Derived:
    """The zones of a parcel and what is worth a word: (code of the finding, detail)."""

    grounds: tuple[Ground, ...]
    remarks: tuple[tuple[str, str], ...] = ()


def reach(rules: Mapping[str, Rule], on: date) -> Reach:
    """What counts as lying on a way, by ``data/rules/zones.toml``."""

    def metres(name: str) -> float:
        return float(law.on(rules[f"zone_{name}"], on).value)

    return Reach(
        touch=metres("touch_distance"),
        side=metres("least_side"),
        joined=metres("join_distance"),
        unknown=metres("unknown_half_width"),
        one_front=metres("one_front"),
    )


class Deriving(ABC):
    """Derives the zones of one list on one day from ``ways``.

    ``limits`` are the widths (m) at which a class of alleys begins. Raises ``law.NotInForce``: the list has no rules.
    """

    limits: tuple[float, ...] = ()

    def __init__(self, prices: PriceList, on: date, rules: Mapping[str, Rule], ways: Sequence[Way]) -> None:
        self.prices, self.on, self.rules, self.ways = prices, on, rules, ways
        self.classes = settled(rules[positions.CLASSES], on)
        self.reach = reach(rules, on)

    @abstractmethod
    def zones(self, lot: BaseGeometry, reached: Access, between: Between) -> Derived:
        """The zones of a parcel; ``between`` counts only where it touches no way."""

    def rule(self, name: str) -> RuleValue:
        """The value of a rule on the day. Raises ``law.NotInForce``."""
        return law.on(self.rules[name], self.on)

    def street(self, way: int) -> dict[str, str]:
        """The name of a street, as drawn or as the list prints it."""
        own = self.ways[way]
        return {"street": own.name} if own.name else self.named(own.section)

    def named(self, section: str) -> dict[str, str]:
        """The street of a section, as the list prints it."""
        held = self.prices.sections.get(section)
        return {"street": held.street if held else ""}

    def dear(self, side: Side) -> Decimal:
        """What orders the streets that a parcel fronts on: the price of their section."""
        return self.price_of(self.ways[side.way].section)

    def price_of(self, section: str) -> Decimal:
        """The printed residential price, else base price × coefficient, in đồng/m²; 0 where there is none."""
        one = self.prices.sections[section]
        if "ODT" in one.prices:
            return one.prices["ODT"]
        keys = [(one.commune, one.area_kind, kind, "ODT", 1) for kind in (one.road_class, "")]
        base = next((self.prices.base[key][0] for key in keys if key in self.prices.base), None)
        return Decimal(0) if base is None or one.coefficient is None else base * one.coefficient


def settled(rule: Rule, on: date) -> RuleValue:
    """The value in force; a day whose value nobody knows is like one without a rule."""
    found = law.on(rule, on)
    if found.value is None:
        first = max(v.effective_from for v in rule.values if v.value is not None)
        label = {"vi": rule.label_vi, "en": rule.label_en}
        raise law.NotInForce("rule-not-in-force", "on", rule=rule.key, label=label, day=on, first=first)
    return found


def front(side: LineString, lot: BaseGeometry) -> dict[str, str]:
    """What a zone says of the side it was found by: how long it is, and which way it looks."""
    return {"frontage_m": metres(side.length), "faces": direction.of_side(side, lot)}


def exact(width: float | None) -> Decimal | None:
    return None if width is None else Decimal(repr(width))


def metres(length: float) -> str:
    return f"{length:.1f}"


def crossed(line: BaseGeometry, shapes: Sequence[BaseGeometry] | NDArray[np.object_]) -> list[int]:
    """Which of ``shapes`` a line runs through, and not only along or up to."""
    lengths = shapely.length(shapely.intersection(shapes, line)) if len(shapes) else ()
    return [i for i, length in enumerate(lengths) if length > SAME]
