"""When the levy, the rent and the charges are paid, and what a delay costs."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from itertools import pairwise

from landinfo import law
from landinfo.levy.terms import ZERO, Rules
from landinfo.model import Citation, light
from landinfo.money import DONG, dong


@light
@dataclass(frozen=True, slots=True)
class Instalment:
    """One payment: which item, how much (đồng), within how many days of the notice, and by when if its day is known."""

    item: str
    amount: Decimal
    within: int
    due: date | None
    cited: Citation


@dataclass(frozen=True, slots=True)
class Late:
    """Late payment on ``base`` đồng: ``days`` from the day after ``due``, paid on ``until``; split as rates change."""

    base: Decimal
    due: date
    until: date
    days: int
    amount: Decimal
    cited: tuple[Citation, ...]


def schedule(
    item: str, amount: Decimal, halves: bool, on: date, issued: date | None, rules: Rules
) -> tuple[Instalment, ...]:
    """How one item is paid: the levy and one-off rent in ``halves``, everything else at once.

    ``on`` is the day of the decision; ``issued`` the day of the tax notice (None: not issued, due days unknown).
    """
    day = issued or on
    if not halves:
        found = law.on(rules["payment_days"], day)
        return (_instalment(item, amount, int(found.value), issued, found.citation),) if amount else ()
    found = law.on(rules["payment_levy"], day)
    first = dong(amount * found.value["share"])
    parts = ((first, found.value["first"]), (amount - first, found.value["second"]))
    return tuple(_instalment(item, half, int(days), issued, found.citation) for half, days in parts if half)


def _instalment(item: str, amount: Decimal, within: int, issued: date | None, cited: Citation) -> Instalment:
    return Instalment(item, amount, within, None if issued is None else issued + timedelta(days=within), cited)


def late(base: Decimal, due: date, until: date, rules: Rules) -> Late | None:
    """base × rate × days, each day at its own rate; None when nothing is late.

    100 million đồng 45 days late at 0.03 % is 1,350,000 (Law 38/2019 art. 59). The days run from the one after ``due``;
    whether the day of payment counts is a rule of its own (art. 59.2: it does not).
    """
    counted = law.on(rules["late_day_of_payment"], until)
    first, end = due + timedelta(days=1), until + timedelta(days=int(counted.value))
    if base <= 0 or end <= first:
        return None
    values = rules["late_rate"].values
    cuts = sorted({first, end, *(v.effective_from for v in values if first < v.effective_from < end)})
    spans = [(law.on(rules["late_rate"], start), (stop - start).days) for start, stop in pairwise(cuts)]
    amount = sum((base * value.value * days for value, days in spans), ZERO)
    cited = tuple(dict.fromkeys([*(value.citation for value, _ in spans), counted.citation]))
    return Late(base, due, until, (end - first).days, amount.quantize(DONG, "ROUND_HALF_UP"), cited)


def late_on(instalments: Sequence[Instalment], paid: Decimal, until: date, rules: Rules) -> tuple[Late, ...]:
    """Late payment on what ``paid`` (in time) does not cover of each instalment, the earliest covered first."""
    found = []
    for each in instalments:
        covered = min(paid, each.amount)
        paid -= covered
        lateness = None if each.due is None else late(each.amount - covered, each.due, until, rules)
        if lateness is not None:
            found.append(lateness)
    return tuple(found)
