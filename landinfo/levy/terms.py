"""What a regime is told: settled facts, the law's values on a day, and how much of the old price is deducted."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from landinfo import law
from landinfo.case import Part
from landinfo.case import model as words
from landinfo.model import CannotBeAnswered, Citation, Notice, Rule, light

RESIDENTIAL, BUSINESS = frozenset(words.RESIDENTIAL), frozenset(words.BUSINESS)
AGRICULTURAL = frozenset(
    {
        *("CHN", "LUA", "LUC", "LUK", "LUN", "HNK", "BHK", "NHK"),
        *("CLN", "LNC", "LNQ", "LNK", "NTS", "TSN", "TSL", "NKH", "CNT", "LMU"),
        *("RSX", "RSN", "RST", "RPH", "RDD"),
    }
)
ZERO, ONE = Decimal(0), Decimal(1)
MONTHS = Decimal(12)
SPREAD = Decimal("0.00000001")
HUNDREDTH = Decimal("0.01")

Rules = Mapping[str, Rule]
Inputs = tuple[tuple[str, Decimal, str], ...]


@light
@dataclass(frozen=True, slots=True)
class Line:
    """One product of an item: a part, what was multiplied (name, value, unit), the law behind it.

    ``inside``: which share of its area lies within the allotment limit (reductions count only there). ``with_k``: the
    prices were multiplied by K.
    """

    part: str
    formula: Notice
    inputs: Inputs
    amount: Decimal | None
    citations: tuple[Citation, ...]
    inside: Decimal = ZERO
    with_k: bool = False


@light
@dataclass(frozen=True, slots=True, kw_only=True)
class Settled:
    """What was settled of a case that the formulas and the range both see.

    ``limit`` is the allotment limit in m²; ``order`` says which parts fill the limit first where their prices differ,
    on which the law is silent: "even" spreads it, "dear_first" is cheapest for the payer, "cheap_first" dearest.
    ``other_first``: of two grounds that a reduction within the limit may count on, that which art. 10.2(c) of
    Resolution 254 does not name takes it first. ``holding``: how non-agricultural ground is held where nobody said
    (recognised | annual). ``recognised_pays``: recognised long-term ground pays the difference in regime A too.
    ``recognised_k``: the old price of such ground takes K as others do, though art. 8.3(a) deducts its 70 years' rent.
    ``k`` says what stands for a K of regime A that nobody knows: likely (1), low (nothing over the limit) or high (no
    bound).
    """

    limit: Decimal
    eligible: bool = False
    garden: bool = False
    allocated: bool = True
    order: str = "even"
    other_first: bool = False
    holding: str = "recognised"
    recognised_pays: bool = False
    k: str = "likely"
    with_k: bool = True
    recognised_k: bool = True


@light
@dataclass(frozen=True, slots=True, kw_only=True)
class Terms(Settled):
    """What the law fixes on a day, and what was settled of the case.

    ``order`` may be "least" or "most" too: regime A under whatever limit costs least or most. ``reduced``: the share
    taken off within the limit.
    """

    on: date
    rules: Rules
    organisation: bool = False
    reduced: Decimal = ZERO

    def value(self, key: str) -> tuple[Decimal | None, Citation]:
        found = law.on(self.rules[key], self.on)
        return found.value, found.citation

    @property
    def k_counts(self) -> bool:
        """Does K enter on this day? From 2024-08-01 to 2026-06-30 the price table stood alone."""
        return self.with_k and k_in_force(self.rules, self.on)

    def number(self, key: str) -> tuple[Decimal, Citation]:
        """A value that the law has; a rule without one on this day is a fault of the data."""
        value, cited = self.value(key)
        if value is None:
            raise CannotBeAnswered("rule-unknown", key, rule=key, day=self.on)
        return value, cited


def holding(part: Part, terms: Terms) -> str:
    """allocated | recognised | annual | term: what the user holds, which decides what is deducted."""
    if part.rent is not None:
        return {"annual": "annual", "one_off": "term"}.get(part.rent, part.rent)
    agricultural = part.land_use in AGRICULTURAL
    if agricultural and terms.allocated:
        return "allocated"
    if part.term_left_months is not None:
        return "term"
    return "annual" if agricultural else terms.holding


def before(part: Part, terms: Terms) -> Decimal:
    """Which share of the old price is deducted: all, none (annual rent), or the term left over the price's term."""
    held = holding(part, terms)
    if held in ("allocated", "recognised"):
        return ONE
    return ZERO if held == "annual" else of_term(part.term_left_months or ZERO, terms)


def of_term(months: Decimal, terms: Terms) -> Decimal:
    """A term in months as a share of the term for which list prices stand (70 years), at most 1."""
    years, _ = terms.number("levy_term_of_price")
    return min(ONE, months / MONTHS / years)


def coefficients(part: Part, terms: Terms) -> tuple[Decimal, Decimal] | None:
    """(K of the old price, K of the new): given ones first, then the rule's; None where nobody knows them.

    On days without K both are 1, whatever was given.
    """
    if not terms.k_counts:
        return ONE, ONE
    ruled = terms.value("levy_k")[0]
    found = [given if given is not None else ruled for given in (part.k_price, part.k_target)]
    if not terms.recognised_k and holding(part, terms) == "recognised":
        found[0] = ONE
    if found[0] is not None and found[1] is not None:
        return found[0], found[1]
    return (found[0] or ONE, found[1] or ONE) if terms.k == "likely" else None


def k_in_force(rules: Rules, on: date) -> bool:
    """Has this day a coefficient K, known or not?"""
    return bool(law.on(rules["levy_k"], on).value != "none")


def k_cited(part: Part, terms: Terms) -> tuple[Citation, ...]:
    """The law that gives K, for a line whose prices take it; none where the user gave both."""
    given = part.k_price is not None and part.k_target is not None
    return (terms.value("levy_k")[1],) if terms.k_counts and not given else ()


def unit_difference(part: Part, k_price: Decimal, k_target: Decimal, share: Decimal) -> Decimal | None:
    """max(0, after − before) per m², ``share`` of the old price deducted; None when a price that counts is unknown."""
    if part.target_price is None or (share > 0 and part.price is None):
        return None
    return max(ZERO, part.target_price * k_target - (part.price or ZERO) * share * k_price)


def unit_over_k(part: Part, terms: Terms, share: Decimal) -> Decimal | None:
    """The difference of prices × K; where K is unknown what ``terms.k`` says stands for it."""
    found = coefficients(part, terms)
    if found is None:
        return ZERO if terms.k == "low" else None
    return unit_difference(part, *found, share)


def spread(area: Decimal) -> Decimal:
    """m² for a sentence: an area that was divided keeps eight decimals, so that its amount can be reckoned again."""
    return area if area == area.quantize(SPREAD) else area.quantize(SPREAD)


def shown(value: Decimal | None) -> Decimal | None:
    """A number for a sentence: at most two decimals, so that a third of a parcel can be read."""
    if value is None or value == value.quantize(HUNDREDTH):
        return value
    return value.quantize(HUNDREDTH)
