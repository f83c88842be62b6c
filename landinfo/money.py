"""Money in đồng."""

from __future__ import annotations

from decimal import ROUND_HALF_UP, Decimal

DONG = Decimal(1)


def dong(amount: Decimal) -> Decimal:
    """Half up to 1 đồng: each item once, at the end (no rule of rounding stands in the texts: law.md §10)."""
    return amount.quantize(DONG, ROUND_HALF_UP)
