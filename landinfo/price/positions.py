"""The position of a place by the document in force: distance bands from a line, or the width of the alley."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from typing import Any

from landinfo import law
from landinfo.model import Rule

CLASSES = "price_position_classes"


def classes(on: date, group: str, rules: Mapping[str, Rule]) -> Mapping[str, Any] | None:
    """How positions of ``group`` (agricultural | urban | rural) are found on the day: ``by`` distance | alley_width,
    ``limits`` in metres, ``line`` that distance is measured from. None: not known for this document and group."""
    found = law.in_force(rules[CLASSES].values, on)
    return None if found is None or found.value is None else found.value.get(group)


def position(
    on: date,
    group: str,
    rules: Mapping[str, Rule],
    *,
    adjoins: bool,
    distance: Decimal | None = None,
    alley_width: Decimal | None = None,
) -> int | None:
    """The position of ground that adjoins the priced road or not; None where the rule or the measure is not known.

    ``distance``: metres from the rule's line to this ground, a limit itself is still inside; ``alley_width``: the least
    width on the way, metres. Ground that does not adjoin begins at position 2.
    """
    rule = classes(on, group, rules)
    if rule is None:
        return None
    if rule["by"] == "alley_width":
        return 1 if adjoins else by_width(rule["limits"], alley_width)
    if distance is None:
        return None
    band: int = 1 + sum(distance > limit for limit in rule["limits"])
    return band if adjoins else max(2, band)


def by_width(limits: tuple[Decimal, ...], width: Decimal | None) -> int | None:
    """2 for an alley at least as wide as the first limit, and so on; None: not told."""
    return None if width is None else 2 + sum(width < limit for limit in limits)
