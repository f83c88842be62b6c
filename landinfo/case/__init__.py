"""A case: the parts to convert, their prices, and what only the land user knows. The contract for outsiders.

A fact is true, false, a number, a name, or None (unknown). Prices are đồng/m² (None: not known), areas m²; all numbers
are Decimal.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Any

from landinfo.case import contradictions, fields
from landinfo.case.fields import code, day, maybe, number, one_of, table
from landinfo.case.model import (
    BUSINESS,
    CHOICES,
    FACTS,
    HOLDINGS,
    NUMBERS,
    RECOGNISED,
    REDUCTION_GROUPS,
    RENTS,
    RESIDENTIAL,
    YES_NO,
    Case,
    Days,
    Fact,
    Part,
    TaxNotice,
    kind_of,
)
from landinfo.model import BadInput

__all__ = [
    "CHOICES", "FACTS", "HOLDINGS", "LAND_USERS", "NUMBERS", "RECOGNISED", "REDUCTION_GROUPS", "RENTS", "YES_NO",
    "Case", "Days", "Fact", "Part", "TaxNotice", "kind_of", "read_case", "read_fact", "read_land_user", "settle",
]  # fmt: skip

LAND_USERS = ("household", "organisation")
MOST_AREA = Decimal(100_000_000)
"""m²: no parcel of the province comes near 100 km²."""
MOST_PRICE = Decimal(10_000_000_000)
"""đồng/m²: a hundred times the dearest street."""
MOST_MONEY = Decimal(10) ** 15
MOST_K = Decimal(100)
MOST_PARTS = 500
"""A parcel has a handful; each costs some 2 ms, twenty where its area is open."""
_MOST = {
    "allotment_limit": MOST_AREA,
    "term_left_months": Decimal(1200),
    "rent_rate": Decimal(1),
    "rice_rate": Decimal(10),
}
_CASE_KEYS = (
    "on", "land_user", "parts", "convert_to", "facts", "days", "paid", "notice", "compensation",
)  # fmt: skip
_PART_KEYS = (
    "id", "area", "area_low", "area_high", "land_use", "price", "target_price", "declared_price", "k_price", "k_target",
    "term_left_months", "term_ends", "rent", "rent_after", "other_prices", "other_target_prices",
)  # fmt: skip
_DIGITS = re.compile(r"\d+([.,]\d+)?", re.ASCII)


def read_case(raw: Any, codes: Collection[str] | None = None) -> Case:
    """A case from plain values (JSON, TOML). Raises ``BadInput`` naming the field, what was wrong and what is right.

    ``codes`` is the list of land-use codes (None: any well-formed code). Parts that are residential already are not
    converted: they answer ``same_parcel_as_recognised_residential``.
    """
    if not isinstance(raw, Mapping):
        raise BadInput("case-not-a-table", "case")
    raw = table(raw, "", _CASE_KEYS)
    on, target = day(raw.get("on"), "on"), code(raw.get("convert_to"), "convert_to", codes)
    listed = raw.get("parts")
    if not isinstance(listed, list) or not listed:
        raise BadInput("case-needs-parts", "parts")
    if len(listed) > MOST_PARTS:
        raise BadInput("case-too-many-parts", "parts", count=len(listed), most=MOST_PARTS)
    told = {} if raw.get("facts") is None else raw["facts"]
    if not isinstance(told, Mapping):
        raise BadInput("case-not-a-table", "facts")
    facts = {name: _fact(name, value) for name, value in told.items()}
    parts = [_part(part, f"parts[{index}]", str(index + 1), on, codes) for index, part in enumerate(listed)]
    _named_once(parts)
    kept = {target, *(RESIDENTIAL if target in RESIDENTIAL else ())}
    held = sum((p.area for p in parts if p.land_use in kept and target in RESIDENTIAL), Decimal(0))
    return settle(
        on=on,
        convert_to=target,
        land_user=read_land_user(raw.get("land_user", "household")),
        parts=[p for p in parts if p.land_use not in kept],
        facts=facts,
        days=_days(raw.get("days"), on),
        held=held,
        compensation=fields.dong(raw, "compensation", "", MOST_MONEY) or Decimal(0),
        paid=fields.dong(raw, "paid", "", MOST_MONEY),
        notice=_notice(raw.get("notice")),
    )


def _named_once(parts: Sequence[Part]) -> None:
    seen: set[str] = set()
    for index, part in enumerate(parts):
        if part.id in seen:
            raise BadInput("case-two-parts", f"parts[{index}].id", value=part.id)
        seen.add(part.id)


def settle(*, parts: Sequence[Part], facts: Mapping[str, Fact], **more: Any) -> Case:
    """A ``Case`` of these parts and facts, with what one says of the others. Raises ``BadInput``: contradictions.

    Term and rent told once hold for every part that they can be said of; recognised residential land (``held``) answers
    whether there is some.
    """
    case = Case(parts=tuple(parts), facts=facts, **more)
    if facts.get("term_left_months") is not None or facts.get("rent") is not None:
        case = replace(case, parts=tuple(_with_facts(p, case) if _held_in_question(p, case) else p for p in parts))
    contradictions.check(case)
    same = "same_parcel_as_recognised_residential"
    return replace(case, facts={**facts, same: True}) if case.held and facts.get(same) is None else case


def read_land_user(value: object) -> str:
    """household | organisation."""
    return one_of(value, "land_user", LAND_USERS)


def read_fact(name: str, text: str) -> Fact:
    """A fact as typed: true, false, unknown, a number or a name. Raises ``BadInput``."""
    if name in FACTS and text in ("", "unknown"):
        return None
    if name in YES_NO and text in ("true", "false"):
        return text == "true"
    if name in NUMBERS and _DIGITS.fullmatch(text):
        return _fact(name, fields.typed(text, f"fact.{name}"))
    return _fact(name, text)


def _fact(name: object, value: Any) -> Fact:
    field = f"fact.{name}"[:60]
    if name not in FACTS:
        raise BadInput("case-unknown-fact", field, known=", ".join(FACTS))
    if value is None:
        return None
    if name in YES_NO:
        if isinstance(value, bool):
            return value
        raise BadInput("case-fact-yes-no", field, value=str(value)[:40])
    if name in CHOICES:
        return None if value == "unknown" else one_of(value, field, CHOICES[str(name)])
    found = number(value, field, _MOST[str(name)])
    return fields.whole_months(found) if name == "term_left_months" else found


def _part(raw: Any, where: str, name: str, on: date, codes: Collection[str] | None) -> Part:
    if not isinstance(raw, Mapping):
        raise BadInput("case-not-a-table", where)
    raw = table(raw, where, _PART_KEYS)
    dot = where + "."
    area = fields.area(raw.get("area"), f"{dot}area", MOST_AREA)
    low, high = (maybe(raw, key, dot, MOST_AREA) for key in ("area_low", "area_high"))
    if (low is not None and low > area) or (high is not None and high < area):
        raise BadInput("case-area-bounds", f"{dot}area", value=area)
    ways = {"rent": HOLDINGS, "rent_after": RENTS}
    rents = {k: None if raw.get(k) is None else one_of(raw[k], dot + k, known) for k, known in ways.items()}
    prices = {k: maybe(raw, k, dot, MOST_PRICE) for k in ("price", "target_price", "declared_price")}
    return Part(
        id=fields.label(raw.get("id"), f"{dot}id", name),
        area=area,
        area_low=area if low is None else low,
        area_high=area if high is None else high,
        land_use=code(raw.get("land_use"), f"{dot}land_use", codes),
        **prices,
        k_price=fields.coefficient(raw, "k_price", dot, MOST_K),
        k_target=fields.coefficient(raw, "k_target", dot, MOST_K),
        term_left_months=_term(raw, dot, on),
        rent=rents["rent"],
        rent_after=rents["rent_after"],
        other_prices=_others(raw, "other_prices", dot),
        other_target_prices=_others(raw, "other_target_prices", dot),
    )


def _others(raw: Mapping[str, Any], name: str, dot: str) -> tuple[tuple[str, Decimal], ...]:
    """Prices under other readings of the list, by the reading's name."""
    known = raw.get(name)
    others = table(known, dot + name, known if isinstance(known, Mapping) else ())
    return tuple((str(k), number(v, f"{dot}{name}.{k}", MOST_PRICE)) for k, v in others.items())


def _term(raw: Mapping[str, Any], dot: str, on: date) -> Decimal | None:
    months = maybe(raw, "term_left_months", dot, _MOST["term_left_months"])
    if raw.get("term_ends") is None:
        return None if months is None else fields.whole_months(months)
    ends = day(raw["term_ends"], f"{dot}term_ends")
    if ends < on:
        raise BadInput("case-term-over", f"{dot}term_ends", day=ends, on=on)
    found = fields.months_between(on, ends)
    if months is not None and fields.whole_months(months) != found:
        raise BadInput("case-two-terms", f"{dot}term_left_months", value=months, months=found)
    return found


def _held_in_question(part: Part, case: Case) -> bool:
    """Can rent and term be meant of this part? Beside other ground, not of agricultural land unless told not allocated.

    Where the target is leased they are those of the new lease, of every part.
    """
    if case.convert_to in BUSINESS or part.land_use in BUSINESS or case.facts.get("allocated_without_fee") is False:
        return True
    return all(p.land_use not in BUSINESS for p in case.parts)


def _with_facts(part: Part, case: Case) -> Part:
    """Term and rent told once for the whole case, where the part does not tell its own."""
    term, rent = case.facts.get("term_left_months"), case.facts.get("rent")
    if rent == RECOGNISED and (part.land_use not in BUSINESS or part.term_left_months is not None):
        return part
    if part.term_left_months is None and isinstance(term, Decimal):
        part = replace(part, term_left_months=term)
    return replace(part, rent=rent) if part.rent is None and isinstance(rent, str) else part


def _days(raw: Any, on: date) -> Days:
    names = ("decision", "filed", "declared", "recalculation_requested", "paid")
    given = table(raw, "days", names)
    found = {n: None if given.get(n) is None else day(given[n], f"days.{n}") for n in names}
    decision = found.pop("decision")
    if decision is not None and decision != on:
        raise BadInput("case-two-decisions", "days.decision", value=decision, on=on)
    return Days(**found)


def _notice(raw: Any) -> TaxNotice | bool | None:
    """null, true/false, the day of the notice, or {day, amount}."""
    if raw is None or isinstance(raw, bool):
        return raw
    if isinstance(raw, str | date):
        return TaxNotice(day(raw, "notice"), None)
    given = table(raw, "notice", ("day", "amount"))
    issued = None if given.get("day") is None else day(given["day"], "notice.day")
    return TaxNotice(issued, fields.dong(given, "amount", "notice.", MOST_MONEY))
