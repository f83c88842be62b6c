"""Price zones of a parcel, derived from how it is reached by the position rules of the list in force.

Lists by alley width (2026, Resolution 87/2025/NQ-HĐND, Annex I) and lists by distance bands (to 2024). What the rules
or the drawing leave open is position 0, "not known", never a guess; each zone says in ``found`` how it was found.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date

from landinfo.model import PriceList, Rule
from landinfo.price import positions
from landinfo.zones.by_distance import ByDistance
from landinfo.zones.by_width import ByWidth
from landinfo.zones.ground import Between as Between
from landinfo.zones.ground import Derived as Derived
from landinfo.zones.ground import Deriving as Deriving
from landinfo.zones.ground import Ground as Ground
from landinfo.zones.ground import crossed as crossed
from landinfo.zones.ground import front as front
from landinfo.zones.ground import settled
from landinfo.zones.network import Way


def deriving(prices: PriceList, on: date, rules: Mapping[str, Rule], ways: Sequence[Way]) -> Deriving:
    """What derives zones by the rules of ``prices`` on a day. Raises ``law.NotInForce``: nobody knows those rules."""
    urban = settled(rules[positions.CLASSES], on).value.get("urban") or {}
    return (ByWidth if urban.get("by") == "alley_width" else ByDistance)(prices, on, rules, ways)
