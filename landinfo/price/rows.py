"""Which closing rows ("đường nội bộ còn lại …") of a commune hold for a road that the list does not name."""

from __future__ import annotations

from decimal import Decimal

from landinfo.model import PriceList, PriceSection, Residual


def closing_rows(
    prices: PriceList, commune: str, width: Decimal | None = None, inside: str = "", of: str = ""
) -> list[PriceSection]:
    """Closing rows that hold for a road ``width`` m wide, the most particular first (``Residual.priority``).

    ``inside`` is the kind of zone the road lies in; not known ("" or ``width`` None) leaves a row in: then several may
    hold, and their prices are a range. A row that closes one road or zone holds only where ``of`` is its printed name.
    Rows with an old commune or with words that have no typed form (``Residual.unread``) stay in: they are to be read.
    """
    rows = [s for s in prices.sections.values() if s.commune == commune and s.residual]
    held = [s for s in rows if s.residual and holds_for(s.residual, width, inside, of)]
    return sorted(held, key=lambda s: (s.residual.priority if s.residual else 0, int(s.number)))


def holds_for(row: Residual, width: Decimal | None, inside: str, of: str) -> bool:
    """Does a closing row hold for a road? As ``closing_rows``."""
    if row.of and row.of != of:
        return False
    if inside and row.inside and inside not in row.inside:
        return False
    if width is None:
        return True
    enough = row.least is None or (width > row.least if row.above else width >= row.least)
    return enough and (row.below is None or width < row.below)
