"""Land rent (tiền thuê đất) when land is converted to commerce/services (TMD) or production (SKC).

One-off rent of a list price that stands for 70 years: A × P / 70 × T; annual rent: A × rate × P. Settled facts in,
lines in đồng out, not rounded, as in ``levy``.
"""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal

from landinfo.case import Part
from landinfo.levy.terms import AGRICULTURAL, MONTHS, ONE, ZERO, Line, Terms, coefficients, k_cited, of_term, shown
from landinfo.model import Citation, Notice, Param


def one_off(parts: Sequence[Part], terms: Terms, *, deduct: str = "whole") -> list[Line]:
    """One-off rent of parts whose ``rent`` is "one_off"; ``term_left_months`` is the term of the lease.

    Agricultural land: after − before (Resolution 254 art. 10.2(a); regime A), or the new rent in full (Decree 103/2024
    art. 34.1(a): regime B, and a reading of regime C, ``deduct`` "nothing"; "term" takes off the old price for the term
    of the lease only). Between business uses, and of agricultural land not allocated in regime B, the difference of
    both rents over the term left (art. 34.1(b)).
    """
    return [_one_off(part, terms, deduct) for part in parts]


def _one_off(part: Part, terms: Terms, deduct: str) -> Line:
    agricultural = part.land_use in AGRICULTURAL
    way, cited = terms.value("rent_one_off" if agricultural else "rent_one_off_change")
    term = of_term(part.term_left_months or ZERO, terms)
    term_cited = terms.number("levy_term_of_price")[1]
    share = term
    if agricultural:
        share = (ONE if terms.allocated else term) if str(way) != "in full" or not terms.allocated else ZERO
        if str(way) == "in full" and not terms.allocated:
            cited = terms.value("rent_one_off_change")[1]
        if deduct == "term":
            share = term
        if deduct == "nothing":
            share, cited = ZERO, terms.value("rent_no_deduction")[1]
    elif part.rent == "annual":
        share = ZERO  # held under annual rent: nothing was paid ahead that could be deducted
    unit = _unit(part, terms, term, share)
    amount = None if unit is None else part.area * unit
    whole = agricultural and share == ONE
    code = "rent-one-off-in-full" if not share else "rent-one-off" if whole else "rent-one-off-term"
    found = coefficients(part, terms)
    params: dict[str, Param] = {
        "use": part.land_use,
        "area": part.area,
        "price": _times(part.target_price, found and found[1]),
        "before": _times(part.price, found and found[0]),
    }
    months = term * terms.number("levy_term_of_price")[0] * MONTHS  # 70 years at most
    months = months.quantize(ONE) if part.term_left_months else ZERO
    return Line(
        part.id,
        Notice(code, {**params, "months": months}),
        _inputs(part, terms, share, months),
        amount,
        (cited, term_cited, *k_cited(part, terms)),
        with_k=terms.k_counts,
    )


def _times(price: Decimal | None, k: Decimal | None) -> Decimal | None:
    """A price × K as the sentence shows it."""
    return None if price is None else shown(price * (k or ONE))


def _unit(part: Part, terms: Terms, term: Decimal, share: Decimal) -> Decimal | None:
    """max(0, new price × term − old price × its share) per m², with K where the day has one."""
    found = coefficients(part, terms)
    if found is None:
        return ZERO if terms.k == "low" else None
    if part.target_price is None or (share > 0 and part.price is None):
        return None
    k_price, k_target = found
    return max(ZERO, part.target_price * k_target * term - (part.price or ZERO) * k_price * share)


def _inputs(part: Part, terms: Terms, share: Decimal, months: Decimal) -> tuple[tuple[str, Decimal, str], ...]:
    inputs = [("area", part.area, "m²"), ("term_left_months", months, "months")]
    for name, price in (("target_price", part.target_price), ("price", part.price if share else None)):
        if price is not None:
            inputs.append((name, price, "đồng/m²"))
    found = coefficients(part, terms)
    if found is not None and found != (ONE, ONE):
        inputs += [("k_target", found[1], "1"), ("k_price", found[0], "1")]
    return tuple(inputs)


def annual(
    parts: Sequence[Part], terms: Terms, rate: Decimal, rate_cited: Citation, *, with_k: bool = False
) -> list[Line]:
    """One year's rent by the use after conversion: A × rate × P (Decree 103/2024 art. 26.1, 30.1).

    ``with_k``: the reading by which P takes K, as one-off rent does.

    Where one-off rent was paid for the old use, its remainder counts as rent paid in advance (art. 34).
    """
    return [_annual(part, terms, rate, rate_cited, with_k) for part in parts]


def _annual(part: Part, terms: Terms, rate: Decimal, rate_cited: Citation, with_k: bool) -> Line:
    found = coefficients(part, terms) if with_k else None
    price = part.target_price if found is None or part.target_price is None else part.target_price * found[1]
    yearly = None if price is None else part.area * price * rate
    paid = remainder(part, terms)
    amount = None if yearly is None or paid is None else max(ZERO, yearly - paid)
    params: dict[str, Param] = {
        "use": part.land_use,
        "area": part.area,
        "price": shown(price),
        "rate": rate,
        "paid": shown(paid),
    }
    inputs = [("area", part.area, "m²"), ("rate", rate, "1/year")]
    if price is not None:
        inputs.append(("target_price", price, "đồng/m²"))
    code = "rent-annual-prepaid" if paid else "rent-annual"
    ahead = (terms.value("rent_prepaid")[1],) if paid else ()
    cited = (terms.value("rent_annual")[1], rate_cited, *ahead)
    return Line(part.id, Notice(code, params), tuple(inputs), amount, cited)


def remainder(part: Part, terms: Terms) -> Decimal | None:
    """What is left of one-off rent paid for the old use, đồng; 0 where none was paid so."""
    if part.rent != "one_off" or part.rent_after != "annual":
        return ZERO
    return None if part.price is None else part.area * part.price * of_term(part.term_left_months or ZERO, terms)


def mode(part: Part) -> str | None:
    """How the rent after conversion is paid: one_off | annual | None (not told)."""
    return part.rent_after or part.rent
