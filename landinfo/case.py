"""A case: the parts to convert, their prices, and what only the land user knows. The contract for outsiders.

A fact is true, false or None (unknown); prices are đồng/m² (None: not known), areas m², money Decimal.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal, InvalidOperation
from typing import Any

from landinfo.model import BadInput

LAND_USERS = ("household", "organisation")
YES_NO = (
    "same_parcel_as_recognised_residential",
    "garden_pond_of_house_parcel",
    "garden_pond_origin_separated",
    "split_by_survey_before_2014_07_01",
    "first_conversion",
    "chosen_parcel",
    "allocated_without_fee",
    "was_residential_before",
    "fee_paid_before",
)
NUMBERS = ("allotment_limit",)
RENTS = ("one_off", "annual")
MOST_AREA = Decimal(100_000_000)
"""m²: no parcel of the province comes near 100 km²."""
MOST_PRICE = Decimal(10_000_000_000)
"""đồng/m²: a hundred times the dearest street."""
MOST_MONTHS = Decimal(1200)

_PLAIN = re.compile(r"\d{1,15}(\.\d{1,6})?", re.ASCII)
_CODE = re.compile(r"[A-Z0-9]{1,5}", re.ASCII)


@dataclass(frozen=True, slots=True)
class Part:
    """Ground of one use at one price. ``area_low``/``area_high`` bound an area whose outline is not known."""

    id: str
    area: Decimal
    area_low: Decimal
    area_high: Decimal
    land_use: str
    price: Decimal | None
    target_price: Decimal | None
    k_price: Decimal | None = None
    k_target: Decimal | None = None
    term_left_months: Decimal | None = None
    rent: str | None = None


@dataclass(frozen=True, slots=True)
class Case:
    """What is to be converted, on which day, by whom."""

    on: date
    convert_to: str
    land_user: str
    parts: tuple[Part, ...]
    facts: Mapping[str, bool | Decimal | None] = field(default_factory=dict)


def read_case(raw: Mapping[str, Any]) -> Case:
    """A case from plain values (JSON, TOML). Raises ``BadInput`` naming the field, what was wrong and what is right."""
    _only(raw, {"on", "land_user", "parts", "convert_to", "facts"}, "")
    parts = raw.get("parts")
    if not isinstance(parts, list) or not parts:
        raise BadInput("case-needs-parts", "parts")
    facts = raw.get("facts") or {}
    if not isinstance(facts, Mapping):
        raise BadInput("case-not-a-table", "facts")
    return Case(
        on=_day(raw.get("on"), "on"),
        convert_to=_code(raw.get("convert_to"), "convert_to"),
        land_user=read_land_user(raw.get("land_user", "household")),
        parts=tuple(_part(part, index) for index, part in enumerate(parts)),
        facts={name: _fact(name, value) for name, value in facts.items()},
    )


def read_land_user(value: object) -> str:
    """household | organisation."""
    if value not in LAND_USERS:
        raise BadInput("case-not-one-of", "land_user", value=str(value)[:40], choices=", ".join(LAND_USERS))
    return str(value)


def read_fact(name: str, text: str) -> bool | Decimal | None:
    """A fact as typed: true, false, unknown, or a number for ``allotment_limit``. Raises ``BadInput``."""
    typed: dict[str, bool | None] = {"true": True, "false": False, "unknown": None, "": None}
    if name in YES_NO and text in typed:
        return typed[text]
    if name in NUMBERS and (not text or text == "unknown"):
        return None
    if name in NUMBERS and _PLAIN.fullmatch(text):
        return _fact(name, Decimal(text))
    return _fact(name, text)


def _fact(name: object, value: Any) -> bool | Decimal | None:
    field_name = f"fact.{name}"[:60]
    if name in YES_NO:
        if value is None or isinstance(value, bool):
            return value
        raise BadInput("case-fact-yes-no", field_name, value=str(value)[:40])
    if name in NUMBERS:
        return None if value is None else _number(value, field_name, MOST_AREA)
    raise BadInput("case-unknown-fact", field_name, known=", ".join((*YES_NO, *NUMBERS)))


_PART_KEYS = {
    "id", "area", "area_low", "area_high", "land_use", "price", "target_price", "k_price", "k_target",
    "term_left_months", "rent",
}  # fmt: skip


def _part(raw: Any, index: int) -> Part:
    where = f"parts[{index}]"
    if not isinstance(raw, Mapping):
        raise BadInput("case-not-a-table", where)
    _only(raw, _PART_KEYS, where + ".")
    area = _number(raw.get("area"), f"{where}.area", MOST_AREA)
    low, high = (_maybe(raw, key, where, MOST_AREA) for key in ("area_low", "area_high"))
    if area <= 0 or (low is not None and low > area) or (high is not None and high < area):
        raise BadInput("case-area", f"{where}.area", value=area)
    rent = raw.get("rent")
    if rent is not None and rent not in RENTS:
        raise BadInput("case-not-one-of", f"{where}.rent", value=str(rent)[:40], choices=", ".join(RENTS))
    return Part(
        id=str(raw.get("id", index + 1))[:60],
        area=area,
        area_low=area if low is None else low,
        area_high=area if high is None else high,
        land_use=_code(raw.get("land_use"), f"{where}.land_use"),
        price=_maybe(raw, "price", where, MOST_PRICE),
        target_price=_maybe(raw, "target_price", where, MOST_PRICE),
        k_price=_maybe(raw, "k_price", where, Decimal(100)),
        k_target=_maybe(raw, "k_target", where, Decimal(100)),
        term_left_months=_maybe(raw, "term_left_months", where, MOST_MONTHS),
        rent=rent,
    )


def _maybe(raw: Mapping[str, Any], key: str, where: str, most: Decimal) -> Decimal | None:
    return None if raw.get(key) is None else _number(raw[key], f"{where}.{key}", most)


def _number(value: Any, field_name: str, most: Decimal) -> Decimal:
    if isinstance(value, bool) or not isinstance(value, int | float | Decimal):
        raise BadInput("case-number", field_name, value=str(value)[:40], most=most)
    try:
        number = Decimal(str(value))
    except InvalidOperation as wrong:
        raise BadInput("case-number", field_name, value=str(value)[:40], most=most) from wrong
    if not number.is_finite() or not 0 <= number <= most:
        raise BadInput("case-number", field_name, value=str(value)[:40], most=most)
    return number


def _code(value: Any, field_name: str) -> str:
    if not isinstance(value, str) or not _CODE.fullmatch(value):
        raise BadInput("bad-land-use-code", field_name, value=str(value)[:20])
    return value


def _day(value: Any, field_name: str) -> date:
    if type(value) is date:
        return value
    try:
        return date.fromisoformat(value)
    except (TypeError, ValueError) as wrong:
        raise BadInput("bad-day", field_name, value=str(value)[:40]) from wrong


def _only(raw: Mapping[str, Any], known: set[str], where: str) -> None:
    for key in raw:
        if key not in known:
            raise BadInput("unknown-parameter", f"{where}{key}"[:60], known=", ".join(sorted(known)))
