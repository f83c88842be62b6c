"""Where the law's sources conflict or are silent, the other readings beside the default (law.md §13 by number).

Each is one state, or one case, computed again; a reading that changes nothing is not shown. A reading stands beside the
range, which is that of the default reading under every unknown; of the readings only the orders in which parts of one
kind use the limit lie inside it always.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from decimal import Decimal

from landinfo import levy
from landinfo.case import Case, Part
from landinfo.costing import Costing
from landinfo.levy.terms import ZERO
from landinfo.model import Notice, light
from landinfo.reach import Reach
from landinfo.settled import State
from landinfo.tariff import Changes, Priced
from landinfo.unknowns import LIMBS


@light
@dataclass(frozen=True, slots=True)
class Reading:
    """Another reading: its name, and levy and total in đồng under it (None: not known)."""

    name: Notice
    levy: Decimal | None
    total: Decimal | None


def readings(costing: Costing, priced: Priced, reach: Reach) -> tuple[Reading, ...]:
    """The readings that change the levy or the total of the likely state."""
    own = _amounts(reach, priced, ())
    found = [
        Reading(name, *_amounts(reach, priced, changes)) for name, changes in _changes(costing, priced.space.likely)
    ]
    if _only_registered(costing):
        found.append(Reading(Notice("reading-registered-only"), ZERO, ZERO))
    for name, case in _cases(costing.case):
        other = Reach(Costing(case, costing.regime, costing.rules))
        # prices only say in which orders the limit may be used, and likely it is spread
        found.append(Reading(Notice(f"reading-{name}"), *_amounts(other, Priced(priced.tariff, case), ())))
    return tuple(r for r in found if (r.levy, r.total) != own)


def _only_registered(costing: Costing) -> bool:
    """Of the changes between business uses Land Law 2024 art. 121.1(g) names that to commerce alone."""
    to_production = costing.case.convert_to == "SKC" and costing.regime.name != "2014-07-01"
    return to_production and all(p.land_use == "TMD" for p in costing.case.parts)


def _amounts(reach: Reach, priced: Priced, changes: Changes) -> tuple[Decimal | None, Decimal | None]:
    """Levy and total in đồng."""
    found = reach.changed(priced, changes)
    return found.items[0], found.total


def _changes(costing: Costing, likely: State) -> Iterator[tuple[Notice, Changes]]:
    case, told = costing.case, costing.case.facts
    if costing.regime.name == "2026-01-01" and not costing.leased:
        yield from _of_2026(case, likely)
    if costing.regime.name == "2026-01-01" and costing.leased:
        yield Notice("reading-rent-in-full"), (("deduct", "nothing"),)
        yield Notice("reading-rent-for-term"), (("deduct", "term"),)
        yield Notice("reading-annual-with-k"), (("annual_k", True),)
    if costing.regime.name == "2014-07-01" and told.get("split_by_survey_before_2014_07_01") and not likely.garden:
        yield Notice("reading-split-before-2004"), (("garden", True),)
    free = costing.regime.name == "2014-07-01" and not costing.leased
    if free and any(levy.pays_nothing(p, costing.terms(likely)) for p in costing.parts(likely)):
        yield Notice("reading-recognised-pays"), (("recognised_pays", True),)
    if told.get("fee_paid_before"):
        yield Notice("reading-fee-due-again"), (("fee_due", True),)
    if likely.fee_due and not likely.once_residential and costing.gross(likely).amount == 0:
        yield Notice("reading-no-fee-without-levy"), (("fee_due", False),)
    if likely.limit and not costing.leased and isinstance(told.get("allotment_limit"), Decimal):
        for order in ("dear_first", "cheap_first"):
            yield Notice(f"reading-quota-{order.replace('_', '-')}"), (("order", order),)
    if costing.rice(likely).lines:
        yield Notice("reading-rice-not-due"), (("rice_due", False),)


def _of_2026(case: Case, likely: State) -> Iterator[tuple[Notice, Changes]]:
    told = case.facts
    if likely.eligible:
        if case.held:
            words = {"held": case.held}
            yield Notice("reading-held-reduces-limit", words), (("limit", max(ZERO, likely.limit - case.held)),)
        only_separated = told.get("garden_pond_origin_separated") and not (
            told.get("same_parcel_as_recognised_residential") or told.get("split_by_survey_before_2014_07_01")
        )
        if only_separated:
            yield Notice("reading-separated-after-2014"), (("eligible", False),)
        if isinstance(told.get("allotment_limit"), Decimal):
            yield Notice("reading-quota-other-ground-first"), (("other_first", True),)
    limb = any(told.get(name) for name in LIMBS)
    if limb and told.get("first_conversion") is False and case.land_user == "household":
        yield Notice("reading-earlier-not-counted"), (("eligible", True),)
    if any(p.k_price not in (None, 1) for p in case.parts):
        yield Notice("reading-recognised-without-k"), (("recognised_k", False),)
    if any(k not in (None, 1) for p in case.parts for k in (p.k_price, p.k_target)):
        yield Notice("reading-without-k"), (("with_k", False),)


def _cases(case: Case) -> Iterator[tuple[str, Case]]:
    """The case again with the other prices of a reading of the list, of the land as it is and of the new use alike."""
    names = dict.fromkeys(name for p in case.parts for name, _ in (*p.other_prices, *p.other_target_prices))
    for name in names:
        yield name, replace(case, parts=tuple(_read(p, name) for p in case.parts))


def _read(part: Part, name: str) -> Part:
    price = dict(part.other_prices).get(name, part.price)
    return replace(part, price=price, target_price=dict(part.other_target_prices).get(name, part.target_price))
