"""The levy (tiền sử dụng đất) on conversion to residential land: one function per regime, named by its first day.

Each takes settled facts (no unknowns: ``estimate`` tries those) and gives lines in đồng, not rounded; a line whose
amount is None has an input that nobody knows here. Prices are đồng/m² at the day of the permitting decision.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import date
from decimal import Decimal

from landinfo import law
from landinfo.case import Part
from landinfo.levy.terms import (
    AGRICULTURAL,
    BUSINESS,
    ONE,
    RESIDENTIAL,
    ZERO,
    Inputs,
    Line,
    Rules,
    Terms,
    before,
    coefficients,
    holding,
    k_cited,
    shown,
    spread,
    unit_difference,
    unit_over_k,
)
from landinfo.model import CannotBeAnswered, Citation, Notice

Filled = list[tuple[Part, tuple[Decimal, ...]]]
"""Each part's area on each step of the limit, and beyond the last."""
Levy = Callable[[Sequence[Part], Terms], list[Line]]

_GARDEN = ("levy-garden-in-limit", "levy-garden-over-limit")
_FULL = ("levy-full-in-limit", "levy-full-over-limit")


def regime(on: date, rules: Rules) -> tuple[Levy, str, Citation]:
    """The levy function for a day of decision, its name and the law. ``CannotBeAnswered`` before 2014-07-01."""
    rule = rules["levy_regime"]
    if on < rule.values[0].effective_from:
        raise CannotBeAnswered("before-every-regime", "on", day=on, first=rule.values[0].effective_from)
    value = law.on(rule, on)
    return REGIMES[value.value], value.value, value.citation


def levy_2014_07_01(parts: Sequence[Part], terms: Terms) -> list[Line]:
    """Regime A, 2014-07-01 … 2024-07-31 (Decree 45/2014/NĐ-CP art. 3.3, 5.1, 5.2).

    Within the limit by the price table, over it table × K; 50 % for garden or pond land of a house parcel, else 100 %.
    Organisations have no limit: all of it × K.
    """
    levied = [p for p in parts if not pays_nothing(p, terms)]
    inside = ZERO if terms.organisation else min(_area(levied), terms.limit)
    lines = [_nothing(part, terms) for part in parts if pays_nothing(part, terms)]
    if terms.order in ("least", "most") and not terms.organisation:
        filled: Filled = [(part, _best(part, terms)) for part in levied]
    else:
        filled = _filled(levied, [inside], terms, _gained_by_limit)
    for part, (within, over) in filled:
        lines += _table_and_k(part, within, over, terms)
    return lines


def _gained_by_limit(part: Part, terms: Terms) -> Decimal | None:
    """What one m² of the limit saves on this part, a reduction within it counted; None: no bound (K is not known)."""
    over, within = unit_over_k(part, terms, before(part, terms)), _by_table(part, terms)
    if over is None or within is None:
        return None
    return _rate_2014(part, terms)[0] * (over - within * (ONE - terms.reduced))


def _best(part: Part, terms: Terms) -> tuple[Decimal, ...]:
    """All of the part within the limit, or all over it: what costs least or most where the limit may be any."""
    gained = _gained_by_limit(part, terms)
    saves = gained is None or gained > 0
    return (part.area, ZERO) if saves == (terms.order == "least") else (ZERO, part.area)


def _rate_2014(part: Part, terms: Terms) -> tuple[Decimal, Citation]:
    garden = part.land_use in AGRICULTURAL and terms.garden
    return terms.number("levy_rate_garden" if garden else "levy_rate_full")


def _nothing(part: Part, terms: Terms) -> Line:
    cited = terms.value("levy_before_recognised")[1]
    return Line(part.id, Notice("levy-recognised-long-term", {"use": part.land_use}), (), ZERO, (cited,))


def _by_table(part: Part, terms: Terms) -> Decimal | None:
    return unit_difference(part, ONE, ONE, before(part, terms))


def _table_and_k(part: Part, within: Decimal, over: Decimal, terms: Terms) -> list[Line]:
    garden = part.land_use in AGRICULTURAL and terms.garden
    rate, cited = _rate_2014(part, terms)
    if not garden:
        cited = terms.value("levy_organisation" if terms.organisation else f"levy_before_{holding(part, terms)}")[1]
    inside_code, over_code = _GARDEN if garden else _FULL
    if terms.organisation:
        over_code = "levy-full-k"  # no limit counts
    term = _term_cited(part, terms)
    lines = []
    if within > 0:
        lines.append(_line(part, inside_code, within, _by_table(part, terms), rate, terms, ONE, cited, *term))
    if over > 0:
        difference = unit_over_k(part, terms, before(part, terms))
        of_k = k_cited(part, terms)
        lines.append(_line(part, over_code, over, difference, rate, terms, ZERO, cited, *term, *of_k, k=True))
    return lines


def _term_cited(part: Part, terms: Terms) -> tuple[Citation, ...]:
    """The law by which the price stands for 70 years, where a term left is deducted."""
    return (terms.number("levy_term_of_price")[1],) if holding(part, terms) == "term" else ()


def pays_nothing(part: Part, terms: Terms) -> bool:
    """Recognised long-term ground of a household (art. 5.2(d)); organisations follow art. 5.1."""
    return holding(part, terms) == "recognised" and not terms.organisation and not terms.recognised_pays


def levy_2024_08_01(parts: Sequence[Part], terms: Terms) -> list[Line]:
    """Regime B, 2024-08-01 … 2025-12-31 (Decree 103/2024 art. 7, 8): 100 % of after − before, table prices only."""
    return _in_full(parts, terms.limit, terms, _by_table)


def levy_2026_01_01(parts: Sequence[Part], terms: Terms) -> list[Line]:
    """Regime C, from 2026-01-01 (Resolution 254/2025/QH15 art. 10.2(c), Decree 50/2026/NĐ-CP art. 6), table × K.

    Eligible ground pays 30 % of the difference within the allotment limit, 50 % up to one more limit, 100 % beyond;
    other ground 100 % (Decree 103/2024 art. 8 as amended). The steps count the eligible area alone, by the text; which
    ground a reduction within the limit counts on first it does not say (``Terms.other_first``).
    """
    ours = [p for p in parts if p.land_use in AGRICULTURAL and terms.eligible]
    rest = [p for p in parts if p not in ours]
    total, limit = _area(ours), terms.limit
    within = min(total, limit)
    over = min(total - within, limit)
    left = limit - within
    inside = ONE
    if terms.other_first and within:
        inside, left = min(within, limit - min(_area(rest), limit)) / within, limit
    lines = []
    for part, steps in _filled(ours, [within, over], terms, _eligible_difference):
        lines += _stepped(part, steps, terms, inside)
    # Decree 50 art. 6.4 speaks of eligible ground alone; the rest takes K by art. 13.2–13.4
    return (
        lines + _in_full(rest, left, terms if terms.with_k else replace(terms, with_k=True), _with_k) if rest else lines
    )


_QUOTA = (
    ("levy_rate_within_limit", "levy-quota-within"),
    ("levy_rate_over_limit", "levy-quota-over"),
    ("levy_rate_beyond", "levy-quota-beyond"),
)


def _stepped(part: Part, steps: Sequence[Decimal], terms: Terms, reducible: Decimal) -> list[Line]:
    """``reducible``: the share of what lies within the limit that a reduction counts on."""
    difference = _eligible_difference(part, terms)
    guided = terms.value("levy_guidance")[1]
    lines = []
    for (key, code), inside, area in zip(_QUOTA, (reducible, ZERO, ZERO), steps, strict=True):
        if area > 0:
            rate, cited = terms.number(key)
            of_k = k_cited(part, terms)
            lines.append(_line(part, code, area, difference, rate, terms, inside, cited, guided, *of_k, k=True))
    return lines


def _eligible_difference(part: Part, terms: Terms) -> Decimal | None:
    """Art. 10.2(c) names the two prices alone: however the ground is held, its whole price is deducted."""
    return unit_over_k(part, terms, ONE)


def _with_k(part: Part, terms: Terms) -> Decimal | None:
    return unit_over_k(part, terms, before(part, terms))


def _in_full(
    parts: Sequence[Part], limit: Decimal, terms: Terms, unit: Callable[[Part, Terms], Decimal | None]
) -> list[Line]:
    rate, cited = terms.number("levy_rate_full")
    within = min(_area(parts), max(ZERO, limit))
    lines = []
    for part, (inside, _) in _filled(parts, [within], terms, unit):
        held = holding(part, terms)
        why = terms.value("levy_organisation" if terms.organisation else f"levy_before_{held}")[1]
        code = {"term": "levy-full-term", "annual": "levy-full-annual"}.get(held, "levy-full")
        k = unit is _with_k
        more = (*_term_cited(part, terms), *(k_cited(part, terms) if k else ()))
        of_households = () if terms.organisation else (cited,)
        laws = (*of_households, why, *more)
        lines.append(_line(part, code, part.area, unit(part, terms), rate, terms, inside / part.area, *laws, k=k))
    return lines


def _area(parts: Sequence[Part]) -> Decimal:
    return sum((p.area for p in parts), ZERO)


def _filled(
    parts: Sequence[Part],
    steps: Sequence[Decimal],
    terms: Terms,
    worth: Callable[[Part, Terms], Decimal | None],
) -> Filled:
    """Each part's area on each step of the limit, and beyond the last, in the order that ``terms.order`` says."""
    total = _area(parts)
    if terms.order not in ("dear_first", "cheap_first"):
        shares = [*steps, total - sum(steps, ZERO)]
        return [(p, tuple(p.area * share / total for share in shares)) for p in parts if total]
    room = list(steps)
    found = []
    for part in sorted(parts, key=lambda p: worth(p, terms) or ZERO, reverse=terms.order == "dear_first"):
        left, taken = part.area, []
        for index, free in enumerate(room):
            taken.append(min(left, free))
            room[index], left = free - taken[-1], left - taken[-1]
        found.append((part, (*taken, left)))
    return found


def _line(
    part: Part,
    code: str,
    area: Decimal,
    difference: Decimal | None,
    rate: Decimal,
    terms: Terms,
    inside: Decimal,
    *cited: Citation,
    k: bool = False,
) -> Line:
    """``k``: the difference is that of prices × K, on a day that has one."""
    k = k and terms.k_counts
    params = {
        "area": spread(area),
        "difference": shown(difference),
        "rate": rate,
        "use": part.land_use,
        "months": part.term_left_months,
        "price": part.price,
        "target_price": part.target_price,
    }
    if code == "levy-full-term" and k and part.price is not None and part.target_price is not None:
        k_price, k_target = coefficients(part, terms) or (ONE, ONE)
        params |= {"price": part.price * k_price, "target_price": part.target_price * k_target}
    if difference == 0 and (not k or coefficients(part, terms) is not None):
        code = "levy-no-difference"
    amount = None if difference is None else area * difference * rate
    inputs = _inputs(part, area, difference, rate, terms, k)
    return Line(part.id, Notice(code, params), inputs, amount, cited, inside, k)


def _inputs(part: Part, area: Decimal, difference: Decimal | None, rate: Decimal, terms: Terms, k: bool) -> Inputs:
    """What was multiplied, with units: enough to do the sum again by hand."""
    inputs = [("area", area, "m²"), ("rate", rate, "1")]
    if difference is not None:
        inputs.insert(1, ("difference", difference, "đồng/m²"))
    for name, price in (("target_price", part.target_price), ("price", part.price)):
        if price is not None:
            inputs.append((name, price, "đồng/m²"))
    found = coefficients(part, terms) if k else None
    if found is not None and found != (ONE, ONE):
        inputs += [("k_target", found[1], "1"), ("k_price", found[0], "1")]
    if holding(part, terms) == "term" and part.term_left_months is not None:
        inputs.append(("term_left_months", part.term_left_months, "months"))
    return tuple(inputs)


REGIMES: Mapping[str, Levy] = {
    "2014-07-01": levy_2014_07_01,
    "2024-08-01": levy_2024_08_01,
    "2026-01-01": levy_2026_01_01,
}

__all__ = [
    "AGRICULTURAL",
    "BUSINESS",
    "REGIMES",
    "RESIDENTIAL",
    "Levy",
    "Line",
    "Rules",
    "Terms",
    "levy_2014_07_01",
    "levy_2024_08_01",
    "levy_2026_01_01",
    "pays_nothing",
    "regime",
]
