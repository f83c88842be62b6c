"""A case with everything settled: the state that its cost is computed in, and its parts as that state has them."""

from __future__ import annotations

from dataclasses import dataclass, replace
from decimal import Decimal

from landinfo import law
from landinfo.case import Case, Part
from landinfo.levy.terms import AGRICULTURAL, BUSINESS, MONTHS, ZERO, Rules, Settled
from landinfo.model import light

WAYS = ("one_off", "annual", "prepaid")
"""How rent may be paid where nobody said; prepaid: by the year now, after one-off rent for the old use."""
EACH_PART = ("least", "most")
"""Values of ``State.rent`` by which every part takes the way that costs least, or most."""
ANY = "any"
"""Value of ``State.holding``: of each part whichever of "recognised" and "annual" costs least."""
Reduced = tuple[str, Decimal]


@light
@dataclass(frozen=True, slots=True, kw_only=True)
class State(Settled):
    """All that the cost depends on, settled. ``reduced``: the group and the share taken off within the limit.

    ``deduct``: what one-off rent of agricultural land takes off where the law says after − before: the "whole" old
    price, its price for the "term" of the lease, or "nothing". ``annual_k``: annual rent takes K too.
    ``free_limit``: "least" or "most", in place of a limit of regime A that nobody told. ``area``: "likely", or where in
    its bounds it costs "least" or "most" (``reach``).
    """

    once_residential: bool = False
    free_limit: str = ""
    area: str = "likely"
    term: str = "likely"
    rent: str = "one_off"
    rent_rate: Decimal = ZERO
    reduced: Reduced = ("none", ZERO)
    fee_due: bool = True
    rice_due: bool = True
    deduct: str = "whole"
    annual_k: bool = False


def grounded(case: Case, state: State, rules: Rules) -> list[Part]:
    """The parts with every unknown of their own settled as ``state`` says."""
    return [_grounded(p, case, state, rules) for p in case.parts if p.area > 0]


def _grounded(part: Part, case: Case, state: State, rules: Rules) -> Part:
    rent, after, term = part.rent, part.rent_after, part.term_left_months
    if case.convert_to in BUSINESS and rent is None:
        rent, after = _leased(part, state)
    if rent == "one_off" and term is None:
        # what was paid ahead for a longer term leaves less of the annual rent to pay
        turned = {"low": "high", "high": "low"} if after == "annual" else {}
        term = _months(part, case, turned.get(state.term, state.term), rules)
    if (rent, after, term) == (part.rent, part.rent_after, part.term_left_months):
        return part
    return replace(part, rent=rent, rent_after=after, term_left_months=term)


def _leased(part: Part, state: State) -> tuple[str, str | None]:
    """How the rent of the part is paid, and after conversion; land allocated without fee has no rent paid ahead."""
    allocated = part.land_use in AGRICULTURAL and state.allocated
    way = {"least": "annual", "most": "one_off"}.get(state.rent, state.rent)
    if way == "prepaid":
        return ("annual", part.rent_after) if allocated else ("one_off", "annual")
    return ("annual" if allocated and part.rent_after == "annual" else way), part.rent_after


def _months(part: Part, case: Case, which: str, rules: Rules) -> Decimal:
    """A term nobody told: from nothing to the law's most; likely a new lease of the usual term, or half of one left."""
    bounds = law.on(rules["lease_term"], case.on).value
    new = case.convert_to in BUSINESS and part.land_use in AGRICULTURAL
    likely = bounds["usual"] if new else bounds["most"] / 2
    years: Decimal = {"low": ZERO, "likely": likely, "high": bounds["most"]}[which]
    return years * MONTHS
