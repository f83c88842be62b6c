"""The levy (tiền sử dụng đất) on conversion to residential land: one function per regime, named by its first day.

Each takes settled facts (no unknowns: ``estimate`` tries those) and gives lines in đồng, not rounded; a line whose
amount is None has an input that nobody knows here. Prices are đồng/m² at the day of the permitting decision.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from itertools import chain

from landinfo import law
from landinfo.case import Part
from landinfo.model import CannotBeAnswered, Citation, Notice, Rule

RESIDENTIAL = frozenset({"ODT", "ONT"})
AGRICULTURAL = frozenset(
    {
        *("CHN", "LUA", "LUC", "LUK", "LUN", "HNK", "BHK", "NHK"),
        *("CLN", "LNC", "LNQ", "LNK", "NTS", "TSN", "TSL", "NKH", "CNT", "LMU"),
        *("RSX", "RSN", "RST", "RPH", "RDD"),
    }
)
BUSINESS = frozenset({"TMD", "SKC"})
ONE = Decimal(1)
MONTHS = Decimal(12)

Rules = Mapping[str, Rule]
Facts = Mapping[str, bool]


@dataclass(frozen=True, slots=True)
class Line:
    """One product of the levy: a part, what was multiplied (name, value, unit), the law behind it."""

    part: str
    formula: Notice
    inputs: tuple[tuple[str, Decimal, str], ...]
    amount: Decimal | None
    citations: tuple[Citation, ...]


@dataclass(frozen=True, slots=True)
class Terms:
    """What the law fixes on a day, and what was settled of the case.

    ``limit`` is the allotment limit in m²; ``order`` says which parts fill the limit first where their prices differ,
    on which the law is silent: "even" spreads it, "dear_first" is cheapest for the payer, "cheap_first" dearest.
    ``held_by_rent``: non-agricultural parts of unknown holding are taken as rented by the year.
    """

    on: date
    rules: Rules
    facts: Facts
    limit: Decimal
    organisation: bool = False
    order: str = "even"
    held_by_rent: bool = False

    def value(self, key: str) -> tuple[Decimal | None, Citation]:
        found = law.on(self.rules[key], self.on)
        return found.value, found.citation

    def number(self, key: str) -> tuple[Decimal, Citation]:
        """A value that the law has; a rule without one on this day is a fault of the data."""
        value, cited = self.value(key)
        if value is None:
            raise CannotBeAnswered("rule-unknown", key, rule=key, day=self.on)
        return value, cited


_GARDEN = ("levy-garden-in-limit", "levy-garden-over-limit")
_FULL = ("levy-full-in-limit", "levy-full-over-limit")

Levy = Callable[[Sequence[Part], Terms], list[Line]]


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
    """
    total = sum((p.area for p in parts), Decimal(0))
    inside = Decimal(0) if terms.organisation else min(total, terms.limit)
    share = inside / total if total else Decimal(0)
    return list(chain.from_iterable(_table_and_k(p, share, terms) for p in parts))


def _table_and_k(part: Part, inside: Decimal, terms: Terms) -> list[Line]:
    if part.land_use not in AGRICULTURAL and _holding(part, terms) == "recognised":
        # art. 5.2(d), from memory as the rule's status says: recognised long-term land pays nothing
        return [_line(part, "levy-recognised-long-term", part.area, Decimal(0), ONE, terms.number("levy_rate_full")[1])]
    garden = part.land_use in AGRICULTURAL and (
        terms.facts["garden_pond_of_house_parcel"] or terms.facts["garden_pond_origin_separated"]
    )
    rate, cited = terms.number("levy_rate_garden" if garden else "levy_rate_full")
    inside_code, over_code = _GARDEN if garden else _FULL
    lines = []
    if inside > 0:
        lines.append(_line(part, inside_code, part.area * inside, _difference(part, ONE, ONE, terms), rate, cited))
    if inside < 1:
        k_price, k_target = (_k(k, terms) for k in (part.k_price, part.k_target))
        difference = None if k_price is None or k_target is None else _difference(part, k_price, k_target, terms)
        k_cited = terms.value("levy_k")[1]
        lines.append(_line(part, over_code, part.area * (1 - inside), difference, rate, cited, k_cited))
    return lines


def levy_2024_08_01(parts: Sequence[Part], terms: Terms) -> list[Line]:
    """Regime B, 2024-08-01 … 2025-12-31 (Decree 103/2024 art. 7, 8): 100 % of after − before, table prices only."""
    rate, cited = terms.number("levy_rate_full")
    return [_line(p, "levy-full", p.area, _difference(p, ONE, ONE, terms), rate, cited) for p in parts]


def levy_2026_01_01(parts: Sequence[Part], terms: Terms) -> list[Line]:
    """Regime C, from 2026-01-01 (Resolution 254/2025/QH15 art. 10.2(c), Decree 50/2026/NĐ-CP art. 6), table × K.

    Eligible ground pays 30 % of the difference within the allotment limit, 50 % up to one more limit, 100 % beyond;
    other ground 100 % (Decree 103/2024 art. 8 as amended).
    """
    ours = [p for p in parts if p.land_use in AGRICULTURAL and eligible(terms)]
    rest = [p for p in parts if p not in ours]
    rate, cited = terms.number("levy_rate_full")
    lines = [line for part, steps in _steps(ours, terms) for line in _stepped(part, steps, terms)]
    return lines + [_line(p, "levy-full", p.area, _with_k(p, terms), rate, cited) for p in rest]


def eligible(terms: Terms) -> bool:
    """Resolution 254 art. 10.2(c): one of the two limbs, once, on the one parcel chosen; persons only."""
    facts = terms.facts
    limb = (
        facts["same_parcel_as_recognised_residential"]
        or facts["garden_pond_origin_separated"]
        or facts["split_by_survey_before_2014_07_01"]
    )
    return limb and facts["first_conversion"] and facts["chosen_parcel"] and not terms.organisation


_QUOTA = (
    ("levy_rate_within_limit", "levy-quota-within"),
    ("levy_rate_over_limit", "levy-quota-over"),
    ("levy_rate_beyond", "levy-quota-beyond"),
)


def _steps(parts: Sequence[Part], terms: Terms) -> list[tuple[Part, tuple[Decimal, Decimal, Decimal]]]:
    """Each part's area within the limit, up to one more, and beyond."""
    total, limit = sum((p.area for p in parts), Decimal(0)), terms.limit
    within, over = min(total, limit), min(max(total - limit, Decimal(0)), limit)
    if terms.order == "even":
        beyond = total - within - over
        return [(p, (p.area * within / total, p.area * over / total, p.area * beyond / total)) for p in parts]
    ranked = sorted(parts, key=lambda p: _with_k(p, terms) or Decimal(0), reverse=terms.order == "dear_first")
    found = []
    for part in ranked:
        first = min(part.area, within)
        second = min(part.area - first, over)
        within, over = within - first, over - second
        found.append((part, (first, second, part.area - first - second)))
    return found


def _stepped(part: Part, steps: Sequence[Decimal], terms: Terms) -> list[Line]:
    difference = _with_k(part, terms)
    lines = []
    for (key, code), area in zip(_QUOTA, steps, strict=True):
        if area > 0:
            rate, cited = terms.number(key)
            lines.append(_line(part, code, area, difference, rate, cited))
    return lines


def _with_k(part: Part, terms: Terms) -> Decimal | None:
    """after − before per m², table × K (1 for households in Ho Chi Minh City in 2026)."""
    k_price, k_target = _k(part.k_price, terms), _k(part.k_target, terms)
    return None if k_price is None or k_target is None else _difference(part, k_price, k_target, terms)


def _k(given: Decimal | None, terms: Terms) -> Decimal | None:
    return given if given is not None else terms.value("levy_k")[0]


def _difference(part: Part, k_price: Decimal, k_target: Decimal, terms: Terms) -> Decimal | None:
    """max(0, after − before) per m²; None when a price that counts is not known."""
    if part.target_price is None:
        return None
    held = _before(part, terms)
    if held == 0:
        return part.target_price * k_target
    if part.price is None:
        return None
    return max(Decimal(0), part.target_price * k_target - part.price * held * k_price)


def _before(part: Part, terms: Terms) -> Decimal:
    """Which share of the old price is deducted: all, none (annual rent), or the term left over the price's term."""
    holding = _holding(part, terms)
    if holding in ("allocated", "recognised"):
        return ONE
    if holding == "annual" or part.term_left_months is None:
        return Decimal(0)
    years, _ = terms.number("levy_term_of_price")
    return min(ONE, part.term_left_months / MONTHS / years)


def _holding(part: Part, terms: Terms) -> str:
    """allocated | recognised | annual | term."""
    if part.rent == "annual":
        return "annual"
    if part.land_use in AGRICULTURAL and terms.facts["allocated_without_fee"]:
        return "allocated"
    if part.term_left_months is not None:
        return "term"
    if part.land_use in AGRICULTURAL or terms.held_by_rent:
        return "annual"
    return "recognised"


def _line(part: Part, code: str, area: Decimal, difference: Decimal | None, rate: Decimal, *cited: Citation) -> Line:
    inputs = [("area", area, "m²"), ("rate", rate, "1")]
    if difference is not None:
        inputs.insert(1, ("difference", difference, "đồng/m²"))
    params = {"area": area, "difference": difference, "rate": rate, "use": part.land_use}
    amount = None if difference is None else area * difference * rate
    return Line(part.id, Notice(code, params), tuple(inputs), amount, cited)


REGIMES: Mapping[str, Levy] = {
    "2014-07-01": levy_2014_07_01,
    "2024-08-01": levy_2024_08_01,
    "2026-01-01": levy_2026_01_01,
}

__all__ = ["REGIMES", "Line", "Terms", "levy_2014_07_01", "levy_2024_08_01", "levy_2026_01_01", "regime"]
