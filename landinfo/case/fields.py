"""Readers of single values of a case: each gives a clean value or a ``BadInput`` naming the field and what is right."""

from __future__ import annotations

import calendar
import re
from collections.abc import Collection, Mapping
from datetime import date
from decimal import Decimal, InvalidOperation
from typing import Any

from landinfo.model import BadInput

FIRST_DAY, LAST_DAY = date(1990, 1, 1), date(2100, 1, 1)
MONTH_UP = 15
"""Days of a broken month from which it counts as a month (Decree 103/2024/NĐ-CP art. 8)."""
MOST_LABEL = 60
MOST_DECIMALS = 20
"""What a float of a program shows at most; one exponent more and its text could fill the memory."""
LEAST_AREA = Decimal("0.01")
"""m²: certificates state a tenth; below a hundredth the unit is wrong."""

_DAY = re.compile(r"\d{4}-\d{2}-\d{2}", re.ASCII)
_CODE = re.compile(r"[A-Z0-9]{1,5}", re.ASCII)
_TYPED = re.compile(r"\d{1,15}([.,]\d{1,6})?", re.ASCII)
_GROUPED = re.compile(r"[1-9]\d{0,2}[.,]\d{3}", re.ASCII)
"""1.000: a thousand in Vietnamese, one in a program; 1,000: the other way round."""


def number(value: Any, field: str, most: Decimal) -> Decimal:
    """A number from 0 to ``most`` of at most 20 decimals; text, NaN and the like are refused."""
    if isinstance(value, bool) or not isinstance(value, int | float | Decimal):
        raise BadInput("case-number", field, value=str(value)[:40], most=most)
    try:
        found = Decimal(str(value))
    except InvalidOperation as wrong:
        raise BadInput("case-number", field, value=str(value)[:40], most=most) from wrong
    if not found.is_finite() or not 0 <= found <= most:
        raise BadInput("case-number", field, value=str(value)[:40], most=most)
    if -int(found.as_tuple().exponent) > MOST_DECIMALS:
        raise BadInput("case-decimals", field, value=str(value)[:40], most=MOST_DECIMALS)
    return found


def area(value: Any, field: str, most: Decimal) -> Decimal:
    """m² from 0.01, at most ``most``."""
    try:
        found = number(value, field, most)
    except BadInput as wrong:
        if wrong.code == "case-decimals":
            raise
        raise BadInput("case-area", field, value=str(value)[:40], most=most, least=LEAST_AREA) from wrong
    if found < LEAST_AREA:
        raise BadInput("case-area", field, value=str(value)[:40], most=most, least=LEAST_AREA)
    return found


def typed(text: str, field: str) -> Decimal:
    """A non-negative number as a person types it in any parameter: 100.5 or 100,5, up to 15 digits before the sign.

    Raises ``BadInput``: anything else (bad-number), and what may be a thousand or one (ambiguous-number).
    """
    if not _TYPED.fullmatch(text):
        raise BadInput("bad-number", field, value=text[:40])
    if _GROUPED.fullmatch(text):
        raise BadInput("ambiguous-number", field, value=text, grouped=text.replace(".", "").replace(",", ""))
    return Decimal(text.replace(",", "."))


def dong(raw: Mapping[str, Any], key: str, where: str, most: Decimal) -> Decimal | None:
    """As ``maybe``, in whole đồng."""
    found = maybe(raw, key, where, most)
    if found is not None and found != found.to_integral_value():
        raise BadInput("case-whole-dong", f"{where}{key}", value=str(found)[:40])
    return found


def coefficient(raw: Mapping[str, Any], key: str, where: str, most: Decimal) -> Decimal | None:
    """As ``maybe``, above 0."""
    found = maybe(raw, key, where, most)
    if found == 0:
        raise BadInput("case-k-not-zero", f"{where}{key}")
    return found


def maybe(raw: Mapping[str, Any], key: str, where: str, most: Decimal) -> Decimal | None:
    """As ``number``; None where the key is missing or null."""
    return None if raw.get(key) is None else number(raw[key], f"{where}{key}", most)


def one_of(value: Any, field: str, choices: Collection[str]) -> str:
    if not isinstance(value, str) or value not in choices:
        raise BadInput("case-not-one-of", field, value=str(value)[:40], choices=", ".join(choices))
    return value


def label(value: Any, field: str, otherwise: str) -> str:
    """A name of 1 to 60 letters on one line; ``otherwise`` where it is missing or null."""
    if value is None:
        return otherwise
    if not isinstance(value, str) or not 1 <= len(value) <= MOST_LABEL or not value.isprintable():
        raise BadInput("case-label", field, value=str(value)[:40], most=MOST_LABEL)
    return value


def code(value: Any, field: str, known: Collection[str] | None) -> str:
    """A land-use code; one that ``known`` (the code list) does not have is refused."""
    if value is None:
        raise BadInput("case-missing-code", field)
    if not isinstance(value, str) or not _CODE.fullmatch(value):
        raise BadInput("bad-land-use-code", field, value=str(value)[:20])
    if known is not None and value not in known:
        raise BadInput("case-unknown-code", field, value=value)
    return value


def day(value: Any, field: str) -> date:
    """A day from 1990 to 2099, written 2026-03-31."""
    if value is None:
        raise BadInput("case-missing-day", field)
    if isinstance(value, str) and not _DAY.fullmatch(value):
        raise BadInput("bad-day", field, value=value[:40])
    try:
        found = value if type(value) is date else date.fromisoformat(value)
    except (TypeError, ValueError) as wrong:
        raise BadInput("bad-day", field, value=str(value)[:40]) from wrong
    if not FIRST_DAY <= found < LAST_DAY:
        raise BadInput("bad-day", field, value=str(value)[:40])
    return found


def table(value: Any, field: str, known: Collection[str]) -> Mapping[str, Any]:
    """A table with names among ``known`` only; missing or null is empty."""
    if value is None:
        return {}
    if not isinstance(value, Mapping):
        raise BadInput("case-not-a-table", field)
    for key in value:
        if key not in known:
            name = f"{field}.{key}" if field else str(key)
            raise BadInput("unknown-parameter", name[:60], known=", ".join(sorted(known)))
    return value


def whole_months(months: Decimal) -> Decimal:
    """Whole months: half a month (15 days) or more counts as one, less is left out."""
    return (months + Decimal("0.5")).to_integral_value("ROUND_FLOOR")


def months_between(start: date, end: date) -> Decimal:
    """Months from ``start`` to ``end``, the broken one counted when it has 15 days or more."""
    months = (end.year - start.year) * 12 + end.month - start.month
    if _after(start, months) > end:
        months -= 1
    return Decimal(months + ((end - _after(start, months)).days >= MONTH_UP))


def _after(start: date, months: int) -> date:
    year, month = divmod(start.year * 12 + start.month - 1 + months, 12)
    return date(year, month + 1, min(start.day, calendar.monthrange(year, month + 1)[1]))
