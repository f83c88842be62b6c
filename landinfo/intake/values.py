"""One cell of a file → a day, an area, a code: or a word of what is wrong with it."""

from __future__ import annotations

import re
from datetime import date
from decimal import Decimal, localcontext
from fractions import Fraction
from typing import Any

_TO_M2 = {
    "m2": Fraction(1),
    "ha": Fraction(10_000),
    "sqft": Fraction(3048, 10_000) ** 2,
    "sqft_us": Fraction(1200, 3937) ** 2,
}
"""m² in one unit, exact: the international foot is 0.3048 m, the US survey foot 1200/3937 m."""
LARGEST = 10**10
"""m²: four times the whole of former Bình Dương."""
WIDEST = 200
"""m: no road or corridor is wider; beyond it a unit or a decimal sign was mistaken."""
_HUNDREDTH = Decimal("0.01")
_POINT = re.compile(r"\d{1,15}(\.\d{1,8})?", re.ASCII)
_COMMA = re.compile(r"(\d{1,15}|\d{1,3}(\.\d{3})+)(,\d{1,8})?", re.ASCII)
_DAYS = (
    re.compile(r"(?P<y>\d{4})-?(?P<m>\d{2})-?(?P<d>\d{2})([T ].*)?", re.ASCII),
    re.compile(r"(?P<d>\d{1,2})[/.](?P<m>\d{1,2})[/.](?P<y>\d{4})", re.ASCII),
)
FIRST_DAY, LAST_DAY = date(1850, 1, 1), date(2100, 1, 1)
"""Days outside are slips of a keyboard or of a program (a .dbf's year 0)."""
EMPTY_DAYS = frozenset({date(1899, 12, 30), date(1899, 12, 31), date(1900, 1, 1)})
"""What programs write for an empty day: the zero of spreadsheets and databases."""


def read_area(text: str, unit: str, comma: bool) -> Decimal:
    """m² from an area as written. ha and m² stay exact; square feet are rounded to 0.01 m².

    ``comma``: ``1.234,5`` is 1234.5 and a point only groups thousands; else a comma is an error. Raises ``ValueError``.
    """
    bare = re.sub(r"[\s\u00a0\u202f]", "", text)
    if comma and _COMMA.fullmatch(bare):
        bare = bare.replace(".", "").replace(",", ".")
    if not _POINT.fullmatch(bare):
        raise ValueError(text)
    if unit == "m2":
        whole = Decimal(bare.rstrip("0").rstrip(".") if "." in bare else bare)
        if whole > LARGEST:
            raise ValueError(text)
        return whole
    exact = Fraction(bare) * _TO_M2[unit]
    if exact > LARGEST:
        raise ValueError(text)
    with localcontext(prec=40):
        area = Decimal(exact.numerator) / Decimal(exact.denominator)
        return area.quantize(_HUNDREDTH) if unit.startswith("sqft") else area


def read_width(text: str, comma: bool) -> float:
    """m, from a width as written: more than 0 and at most 200. Raises ``ValueError``."""
    bare = re.sub(r"[\s\u00a0\u202f]", "", text)
    bare = bare.replace(",", ".") if comma and _COMMA.fullmatch(bare) else bare
    if not _POINT.fullmatch(bare) or not 0 < float(bare) <= WIDEST:
        raise ValueError(text)
    return float(bare)


def area_text(value: Any, comma: bool) -> str:
    """A cell that holds an area, as text: a number to 12 digits, with a comma where commas are read.

    Sums made in binary leave noise behind (1234.5000000000002) that nobody measured.
    """
    if isinstance(value, float | int) and not isinstance(value, bool):
        shortest = f"{Decimal(format(value, '.12g')).normalize():f}" if value == value else ""
        return shortest.replace(".", ",") if comma else shortest
    return "" if value is None else str(value).strip()


def read_day(text: str) -> date:
    """A day written 2026-01-31, 20260131 or 31/01/2026 (day first, as in Vietnam). Raises ``ValueError``."""
    for form in _DAYS:
        if match := form.fullmatch(text):
            day = date(int(match["y"]), int(match["m"]), int(match["d"]))
            if FIRST_DAY <= day < LAST_DAY:
                return day
    raise ValueError(text)


def read_scale(text: str) -> int:
    """The denominator of a map scale: ``500`` or ``1:500``. Raises ``ValueError``."""
    number = text.removeprefix("1:").strip()
    if not re.fullmatch(r"[1-9]\d{1,5}", number, re.ASCII):
        raise ValueError(text)
    return int(number)
