"""Recalculation of decisions of 2024-08-01 … 2025-12-31 under the rates of 2026.

Resolution 254/2025/QH15 art. 4.10, Decree 50/2026/NĐ-CP art. 12.2: asked for in writing before 2027-01-01; the prices
stay those of the day of the decision.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from decimal import Decimal

from landinfo import law, payment
from landinfo.case import Case, Part, TaxNotice
from landinfo.costing import Regime
from landinfo.levy import levy_2024_08_01, levy_2026_01_01
from landinfo.levy.terms import AGRICULTURAL, ZERO, Line, Rules, Terms
from landinfo.model import BadInput, Citation, Notice, RuleValue
from landinfo.payment import Late

STANDING = ("refused", "not_eligible", "cannot_be_said")
"""States in which the decided levy stands, and is late by its own instalments."""
OF_REGIME = "2024-08-01"
"""Its decisions are recalculated (Resolution 254/2025/QH15 art. 4.10)."""


@dataclass(frozen=True, slots=True)
class Recalculation:
    """What recalculation comes to.

    ``state``: refused | not_eligible | cannot_be_said (what makes it eligible is open) | not_told (neither notice nor
    payment was) | no_notice | nothing_paid | partly_paid | fully_paid. ``before``/``after``: the levy by the old and
    the new rates; ``to_pay``, ``refund`` and ``late`` follow from what was paid, all đồng; None where nobody told it,
    or the day of the notice, or where the decided levy stands.
    """

    state: str
    sentence: Notice
    before: Decimal | None
    after: Decimal | None
    paid: Decimal | None
    to_pay: Decimal | None
    refund: Decimal | None
    late: tuple[Late, ...] | None
    cited: tuple[Citation, ...]


def possible(on: date, rules: Rules) -> bool:
    """Is the decision's day one of those that are recalculated?"""
    found = law.in_force(rules["levy_regime"].values, on)
    return found is not None and found.value == OF_REGIME


def _open(rules: Rules) -> RuleValue:
    """The days on which it may be asked for."""
    return next(v for v in rules["levy_recalculation"].values if v.value is not None)


def last_request(rules: Rules) -> date | None:
    """The last day of asking; None: no end is known."""
    end = _open(rules).effective_to
    return None if end is None else end - timedelta(days=1)


def check(case: Case, rules: Rules) -> None:
    """Raises ``BadInput``: asked for a decision that is not recalculated, or before it could be asked for."""
    asked, field = case.days.recalculation_requested, "days.recalculation_requested"
    if asked is None:
        return
    if not possible(case.on, rules):
        raise BadInput("recalculation-not-these-days", field, on=case.on)
    first = _open(rules).effective_from
    if asked < first:
        raise BadInput("recalculation-too-early", field, day=asked, first=first)


def _day(case: Case, rules: Rules) -> date:
    return case.days.recalculation_requested or _open(rules).effective_from


def open_on(day: date, rules: Rules) -> bool:
    """Is a request of this day in time?"""
    return law.on(rules["levy_recalculation"], day).value is not None


def regime(case: Case, rules: Rules) -> Regime:
    """The rates of 2026 for eligible ground, on the prices of the decision's day; other ground as decided."""
    day = _day(case, rules)

    def mixed(parts: Sequence[Part], terms: Terms) -> list[Line]:
        ours = [p for p in parts if p.land_use in AGRICULTURAL and terms.eligible]
        rest = [p for p in parts if p not in ours]
        left = max(ZERO, terms.limit - sum((p.area for p in ours), ZERO))
        lines = levy_2026_01_01(ours, terms) if ours else []
        return lines + (levy_2024_08_01(rest, replace(terms, on=case.on, limit=left)) if rest else [])

    return Regime(mixed, "2026-01-01", law.on(rules["levy_recalculation"], day).citation, day, False)


def refused(case: Case, before: Decimal | None, rules: Rules) -> Recalculation:
    """Asked for too late: the levy stays as it was."""
    day = _day(case, rules)
    cited = (law.on(rules["levy_recalculation"], day).citation,)
    sentence = Notice("recalculation-refused", {"day": day, "last": last_request(rules)}, "warning")
    return Recalculation("refused", sentence, before, None, case.paid, None, None, None, cited)


def result(
    case: Case, before: Decimal | None, after: Decimal | None, eligible: bool | None, rules: Rules
) -> Recalculation:
    """The four states of Decree 50 art. 12.2, from the notice and what was paid; ``eligible`` None: not told."""
    asked = _day(case, rules)
    cited = (law.on(rules["levy_recalculation"], asked).citation, law.on(rules["levy_recalculated"], asked).citation)
    state = _state(case, before) if eligible else "cannot_be_said" if eligible is None else "not_eligible"
    words = {"before": before, "after": after, "paid": case.paid}
    sentence = Notice(f"recalculation-{state.replace('_', '-')}", words)
    if after is None or state in ("not_eligible", "cannot_be_said", "not_told", "no_notice"):
        to_pay = after if state == "no_notice" else None
        late = () if state == "no_notice" else None
        return Recalculation(state, sentence, before, after, case.paid, to_pay, None, late, cited)
    paid = case.paid or ZERO
    if state == "fully_paid" and after > paid:
        more = Notice("recalculation-more-than-noticed", words, "warning")
        return Recalculation(state, more, before, after, case.paid, None, ZERO, (), cited)
    return Recalculation(
        state=state,
        sentence=sentence,
        before=before,
        after=after,
        paid=case.paid,
        to_pay=max(ZERO, after - paid),
        refund=max(ZERO, paid - after),
        late=_late(case, after, paid, asked, rules),
        cited=cited,
    )


def _state(case: Case, before: Decimal | None) -> str:
    if case.notice is False:
        return "no_notice"
    if case.notice is None and case.paid is None:
        return "not_told"
    if not case.paid:
        return "nothing_paid"
    noticed = case.notice.amount if isinstance(case.notice, TaxNotice) else None
    whole = before if noticed is None else noticed
    return "fully_paid" if whole is not None and case.paid >= whole else "partly_paid"


def _late(case: Case, after: Decimal, paid: Decimal, asked: date, rules: Rules) -> tuple[Late, ...] | None:
    """On the recalculated amount, from the days that the notice set; None: its day was not told."""
    if paid >= after:
        return ()
    if not isinstance(case.notice, TaxNotice) or case.notice.day is None:
        return None
    instalments = payment.schedule("levy", after, True, case.on, case.notice.day, rules)
    return payment.late_on(instalments, paid, case.days.paid or asked, rules)
