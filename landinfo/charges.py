"""What is paid beside the levy. Each charge has its own law and its own day."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Decimal

from landinfo import law
from landinfo.case import Part
from landinfo.levy import Line
from landinfo.model import Notice, Rule

RICE = frozenset({"LUC"})


def registration_fee(parts: Sequence[Part], on: date, rules: Mapping[str, Rule]) -> tuple[Decimal | None, list[Line]]:
    """0.5 % of area × table price of the new use, at most 500 million đồng (Decree 10/2022; before it 140/2016).

    K does not enter: the base is the price list. Gives the fee before rounding (None: a price or the rate is not known)
    and one line per part; where the cap bites the lines are scaled to it.
    """
    rate, cap = law.on(rules["registration_fee_rate"], on), law.on(rules["registration_fee_cap"], on)
    if rate.value is None or any(p.target_price is None for p in parts):
        return None, []
    amounts = [p.area * (p.target_price or Decimal(0)) * rate.value for p in parts]
    total = sum(amounts, Decimal(0))
    capped = total if cap.value is None else min(total, cap.value)
    code = "charge-registration-capped" if capped < total else "charge-registration"
    lines = [
        Line(
            part=p.id,
            formula=Notice(code, {"area": p.area, "price": p.target_price, "rate": rate.value, "cap": cap.value}),
            inputs=(
                ("area", p.area, "m²"),
                ("target_price", p.target_price or Decimal(0), "đồng/m²"),
                ("rate", rate.value, "1"),
            ),
            amount=amount * capped / total if total else Decimal(0),
            citations=(rate.citation, cap.citation),
        )
        for p, amount in zip(parts, amounts, strict=True)
    ]
    return capped, lines


def not_included(parts: Sequence[Part], on: date, rules: Mapping[str, Rule]) -> list[Notice]:
    """Charges that are due or may be due and whose amount nobody knows here: named, never counted as 0."""
    named = [Notice("not-included-appraisal"), Notice("not-included-certificate"), Notice("not-included-measuring")]
    rice = [p for p in parts if p.land_use in RICE]
    if rice and on >= rules["rice_land_rate"].values[0].effective_from:
        rate = law.on(rules["rice_land_rate"], on)
        known = [p.area_high * p.price for p in rice if p.price is not None]
        floor = sum(known, Decimal(0)) * rate.value if len(known) == len(rice) else None
        low = None if floor is None else floor.to_integral_value()
        named.insert(0, Notice("not-included-rice", {"low": low, "rate": rate.value}, "warning"))
    return named
