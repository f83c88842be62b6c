"""What is paid beside the levy. Each charge has its own law and its own day."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from functools import lru_cache
from typing import NamedTuple

from landinfo import law
from landinfo.case import Part
from landinfo.levy.terms import MONTHS, ZERO, Line, Rules, shown
from landinfo.model import Citation, Notice
from landinfo.once import Asked

KEPT = 256
"""Days of which a process keeps what the law says of charges."""
PAID_BEFORE = "charge-registration-paid-before"
RICE = frozenset({"LUC"})
MAYBE_RICE = frozenset({"LUA", "CHN"})
"""Groups that hold specialised rice land (LUC) beside other land: whether the payment is due is not known."""


class _FeeRates(NamedTuple):
    """What the registration fee takes on a day; ``term``: years for which list prices stand."""

    rate: Decimal | None
    cap: Decimal | None
    term: Decimal
    cited: tuple[Citation, ...]


@lru_cache(KEPT)
def _fee_rates(asked: Asked[tuple[date, Rules]]) -> _FeeRates:
    on, rules = asked.take()
    keys = ("registration_fee_rate", "registration_fee_cap", "registration_price", "levy_term_of_price")
    rate, cap, price, term = (law.on(rules[key], on) for key in keys)
    return _FeeRates(rate.value, cap.value, term.value, (rate.citation, cap.citation, price.citation))


def registration_fee(
    parts: Sequence[Part], terms: Sequence[Decimal], on: date, rules: Rules
) -> tuple[Decimal | None, list[Line]]:
    """0.5 % of area × list price of the new use, at most 500 million đồng (Decree 10/2022; before it 140/2016).

    ``terms`` are the shares of the price that count for each part (1; a lease: its term over 70 years), ``on`` the day
    of declaration. K does not enter. Gives the fee before rounding (None: a price or the rate is not known) and one
    line per part; where the cap bites the lines are scaled to it.
    """
    told = _fee_rates(Asked(rules, (on,), (on, rules)))
    rate, cap = told.rate, told.cap
    prices = [p.target_price if p.declared_price is None else p.declared_price for p in parts]
    if rate is None or None in prices:
        return None, []
    bases = [p.area * (price or ZERO) * term for p, price, term in zip(parts, prices, terms, strict=True)]
    total = sum(bases, ZERO) * rate
    capped = total if cap is None else min(total, cap)
    code = "charge-registration-capped" if capped < total else "charge-registration"
    whole = told.term * MONTHS
    lines = [
        Line(
            part=p.id,
            formula=Notice(
                f"{code}-lease" if term < 1 else code,
                {"area": p.area, "price": price, "rate": rate, "cap": cap, "months": shown(term * whole)},
            ),
            inputs=(
                ("area", p.area, "m²"),
                ("target_price", price or ZERO, "đồng/m²"),
                ("rate", rate, "1"),
                *((("term_left_months", term * whole, "months"),) if term < 1 else ()),
            ),
            amount=base * rate * capped / total if total else ZERO,
            citations=told.cited,
        )
        for p, price, term, base in zip(parts, prices, terms, bases, strict=True)
    ]
    return capped, lines


def registration_cap(on: date, rules: Rules) -> Decimal | None:
    """The most that the registration fee may be on a day, đồng; None: there is no cap."""
    cap: Decimal | None = law.on(rules["registration_fee_cap"], on).value
    return cap


def exempt(code: str, on: date, rules: Rules) -> list[Line]:
    """The line that says why there is no registration fee; of a fee paid before no rule is known."""
    rule = "registration_paid_before" if code == PAID_BEFORE else "registration_exempt"
    return [Line("", Notice(code), (), ZERO, (law.on(rules[rule], on).citation,))]


def rice_floor(on: date, rules: Rules) -> tuple[Decimal | None, Citation | None]:
    """The law's least rate of the rice-land payment on a day; None before it came in (2015-07-01)."""
    value = law.in_force(rules["rice_land_rate"].values, on)
    return (None, None) if value is None else (value.value, value.citation)


def rice_payment(parts: Sequence[Part], rate: Decimal, cited: Citation, floor: bool) -> list[Line]:
    """Rate × area × price of specialised rice land that leaves agriculture (Decree 112/2024 art. 12)."""
    lines = []
    for p in parts:
        if p.land_use in RICE:
            words = {"area": p.area, "price": p.price, "rate": rate}
            inputs = [("area", p.area, "m²"), ("rate", rate, "1")]
            if p.price is not None:
                inputs.insert(1, ("price", p.price, "đồng/m²"))
            amount = None if p.price is None else p.area * p.price * rate
            code = "charge-rice-floor" if floor else "charge-rice"
            lines.append(Line(p.id, Notice(code, words), tuple(inputs), amount, (cited,)))
    return lines


UNKNOWN = {
    "appraisal_fee": "not-included-appraisal",
    "certificate_fee": "not-included-certificate",
    "measuring": "not-included-measuring",
}
"""Charges that are due and whose amount nobody knows here → the sentence that says so."""


def not_included(filed: date, rules: Rules) -> tuple[Notice, ...]:
    """Charges whose amount nobody knows here: named, never counted as 0. Other territories' figures as a note."""
    return _not_included(Asked(rules, (filed,), (filed, rules)))


@lru_cache(KEPT)
def _not_included(asked: Asked[tuple[date, Rules]]) -> tuple[Notice, ...]:
    filed, rules = asked.take()
    named = [Notice(code) for code in UNKNOWN.values()]
    other = law.in_force(rules["appraisal_fee_old_hcmc"].values, filed)
    if other is not None:
        words = dict(other.value) | {"document": other.citation.document}
        named.append(Notice("other-territory-appraisal", words))
    return tuple(named)
