"""The range of the levy against every order, limit and lie of the land on a grid, by arithmetic of its own.

Areas and limits are small whole numbers, so that the grid holds every corner and every turn of the cost; the ends of
the range must be its least and its most, not only bound them. Eligible ground takes the limit before other ground.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from fractions import Fraction
from itertools import permutations, product
from pathlib import Path
from typing import Any, NamedTuple

import amount
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from landinfo.case import Case, Part, settle
from landinfo.estimate import estimate
from landinfo.store.rulebook import read_rulebook

RULES = read_rulebook(Path(__file__).resolve().parent.parent / "data").rules
DAYS = {"A": date(2020, 5, 1), "B": date(2025, 3, 1), "C": date(2026, 9, 1)}
OFF = {"none": Fraction(0), "poor": Fraction(1, 2), "poor_specially_difficult": Fraction(1)}


class Ground(NamedTuple):
    """``kind``: field (allocated), shop (recognised), lease (half of its 70 years left). Prices in thousands a m²."""

    kind: str
    low: int
    high: int
    new: int
    old: int
    k_new: Fraction
    k_old: Fraction


class Told(NamedTuple):
    regime: str
    stepped: bool  # garden of a house (A) or eligible (C)
    group: str
    limit: int | None
    together: int | None


def unit(g: Ground, k: bool) -> Fraction:
    share = Fraction(1, 2) if g.kind == "lease" else 1
    return max(Fraction(0), g.new * (g.k_new if k else 1) - g.old * share * (g.k_old if k else 1))


def filled(ground: list[tuple[Ground, int]], limit: int) -> Iterator[tuple[Ground, int, int]]:
    """What of each lies before the limit is used up, and what beyond."""
    for g, area in ground:
        within = min(area, limit)
        limit -= within
        yield g, within, area - within


def once(told: Told, ground: list[tuple[Ground, int]], limit: int) -> Fraction:
    """The levy in thousands, the ground taken in the order given."""
    left = 1 - OFF[told.group]
    if told.regime == "A":
        levied = [(g, a) for g, a in ground if g.kind != "shop"]
        rates = {True: Fraction(1, 2), False: Fraction(1)}
        return sum(
            (rates[told.stepped and g.kind == "field"] * (within * unit(g, False) * left + over * unit(g, True))
             for g, within, over in filled(levied, limit)), Fraction(0))  # fmt: skip
    k = told.regime == "C"
    ours = [(g, a) for g, a in ground if k and told.stepped and g.kind == "field"]
    rest = [(g, a) for g, a in ground if (g, a) not in ours]
    total = Fraction(0)
    for g, within, more in filled(ours, limit):
        total += within * unit(g, True) * Fraction(3, 10) * left + more * unit(g, True)
    # of what lies over the limit, the first limit again pays half
    second = [(g, more) for g, _, more in filled(ours, limit)]
    total -= sum((half * unit(g, True) / 2 for g, half, _ in filled(second, limit)), Fraction(0))
    room = max(0, limit - sum(a for _, a in ours))
    return total + sum((within * unit(g, k) * left + over * unit(g, k) for g, within, over in filled(rest, room)),
                       Fraction(0))  # fmt: skip


def every(told: Told, ground: list[Ground]) -> Iterator[Fraction]:
    if told.group == "untold":
        for group in ("none", "poor_specially_difficult"):
            yield from every(told._replace(group=group), ground)
        return
    spans = [range(g.low, g.high + 1) for g in ground]
    lies = [a for a in product(*spans) if sum(a) == told.together] if told.together else [tuple(g.high for g in ground)]
    most = sum(g.high for g in ground)
    for areas in lies:
        for limit in range(most + 1) if told.limit is None else (told.limit,):
            for order in permutations(zip(ground, areas, strict=True)):
                yield once(told, list(order), limit)


def case_of(told: Told, ground: list[Ground]) -> Case:
    kinds = {
        "field": ("CLN", None, None),
        "shop": ("SKC", "recognised", None),
        "lease": ("TMD", "one_off", Decimal(420)),
    }
    spare = 0 if told.together is None else sum(g.high for g in ground) - told.together
    areas = []
    for g in ground:
        less = min(spare, g.high - g.low)
        spare -= less
        areas.append(Decimal(g.high - less))
    parts = [
        Part(str(i), areas[i], Decimal(g.low), Decimal(g.high), kinds[g.kind][0], Decimal(g.old * 1000),
             Decimal(g.new * 1000), Decimal(g.k_old.numerator) / g.k_old.denominator,
             Decimal(g.k_new.numerator) / g.k_new.denominator, kinds[g.kind][2], kinds[g.kind][1])
        for i, g in enumerate(ground)
    ]  # fmt: skip
    facts: dict[str, Any] = {
        "same_parcel_as_recognised_residential": told.stepped, "garden_pond_of_house_parcel": told.stepped,
        "garden_pond_origin_separated": False, "split_by_survey_before_2014_07_01": False, "first_conversion": True,
        "chosen_parcel": True, "allocated_without_fee": True, "was_residential_before": False, "fee_paid_before": False,
        "allotment_limit": None if told.limit is None else Decimal(told.limit),
        "reduction_group": None if told.group == "untold" else told.group,
    }  # fmt: skip
    together = None if told.together is None else Decimal(told.together)
    return settle(on=DAYS[told.regime], convert_to="ODT", land_user="household", parts=parts, facts=facts,
                  together=together)  # fmt: skip


K = st.sampled_from([Fraction(n, 10) for n in (5, 10, 12, 20, 30)])


@st.composite
def grounds(draw: st.DrawFn) -> tuple[Told, list[Ground]]:
    regime = draw(st.sampled_from("ABC"))
    found = []
    for _ in range(draw(st.integers(1, 3))):
        high = draw(st.integers(1, 5))
        k_new, k_old = draw(K) if regime != "B" else Fraction(1), draw(K) if regime != "B" else Fraction(1)
        kind = draw(st.sampled_from(["field", "field", "shop", "lease"]))
        found.append(Ground(kind, high, high, draw(st.integers(0, 40)), draw(st.integers(0, 20)), k_new, k_old))
    together = None
    if draw(st.booleans()):
        found = [g._replace(low=draw(st.integers(0, g.high))) for g in found]
        together = draw(st.integers(max(1, sum(g.low for g in found)), sum(g.high for g in found)))
    limit = draw(st.none() | st.integers(0, 12))
    return Told(regime, draw(st.booleans()), draw(st.sampled_from([*sorted(OFF), "untold"])), limit, together), found


@given(drawn=grounds())
@settings(max_examples=amount.of(250, 5000), deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_the_range_is_what_every_order_limit_and_lie_comes_to(drawn: tuple[Told, list[Ground]]) -> None:
    told, ground = drawn
    amounts = [1000 * a for a in every(told, ground)]
    item = estimate(case_of(told, ground), RULES).items[0]
    assert (item.low, item.high) == (min(amounts), max(amounts))


def levy_of(told: Told, *ground: Ground) -> tuple[Decimal | None, Decimal | None]:
    item = estimate(case_of(told, list(ground)), RULES).items[0]
    return item.low, item.high


def field(area: int, new: int, old: int, k_new: str = "1", k_old: str = "1") -> Ground:
    return Ground("field", area, area, new, old, Fraction(k_new), Fraction(k_old))


def test_half_of_the_dear_part_or_half_of_the_cheap_one() -> None:
    # B, poor, L 100, 100 m² at D 10 M and at D 1 M: 1,100 − 500 = 600 M, or 1,100 − 50 = 1,050 M
    told = Told("B", False, "poor", 100, None)
    assert levy_of(told, field(100, 10_000, 0), field(100, 1_000, 0)) == (600_000_000, 1_050_000_000)


def test_ground_that_pays_nothing_takes_nothing_of_the_limit() -> None:
    # A, all of the limit of 100 m² for the field: 100 × (18 M − 0.4 M) = 1,760 M, with the shop beside it or without
    told = Told("A", False, "none", 100, None)
    dear = field(100, 18_000, 400, "6/5", "2")
    shop = Ground("shop", 100, 100, 18_000, 9_000, Fraction(6, 5), Fraction(2))
    assert levy_of(told, dear) == levy_of(told, dear, shop) == (1_760_000_000, 1_760_000_000)


def test_between_the_bounds_of_the_limit_the_cost_turns() -> None:
    # A, K 2 and 1.2: dear 17.6 M within, 20.8 M over; cheap 1.1 M within, 1.8 − 0.8 = 1.0 M over
    # limit for the dear part alone 1,760 + 100 = 1,860 M; for the cheap part alone 2,080 + 110 = 2,190 M
    both = field(100, 18_000, 400, "6/5", "2"), field(100, 1_500, 400, "6/5", "2")
    assert levy_of(Told("A", False, "none", None, None), *both) == (1_860_000_000, 2_190_000_000)
    assert levy_of(Told("A", False, "none", 100, None), *both) == (1_860_000_000, 2_190_000_000)


def test_an_area_over_mixed_uses_lies_where_it_costs_least() -> None:
    # C, 140 m² within the limit: eligible CLN 20 M × 30 % = 6 M, NTS 13 M × 30 % = 3.9 M, recognised SKC 17 M in full.
    # Least: NTS 73 × 3.9 M + CLN 67 × 6 M = 284.7 + 402 = 686.7 M. Most: SKC 71 × 17 M + CLN 69 × 6 M = 1,621 M
    told = Told("C", True, "none", 1000, 140)
    ground = [field(90, 24_000, 4_000), field(73, 16_000, 3_000),
              Ground("shop", 71, 71, 20_000, 3_000, Fraction(1), Fraction(1))]  # fmt: skip
    assert levy_of(told, *[g._replace(low=0) for g in ground]) == (686_700_000, 1_621_000_000)


def test_a_limit_within_an_area_that_lies_anywhere_is_a_turn() -> None:
    # C, 10 m² of 10 field (D 10 M) and 10 shop (D 4 M), L 4: 4 × 3 M + 6 × 4 M = 36 M; all field 12 + 20 + 20 = 52 M
    told = Told("C", True, "none", 4, 10)
    ground = [field(10, 10_000, 0), Ground("shop", 10, 10, 10_000, 6_000, Fraction(1), Fraction(1))]
    assert levy_of(told, *[g._replace(low=0) for g in ground]) == (36_000_000, 52_000_000)


def test_twice_the_limit_is_a_turn_too() -> None:
    # C, 11 m² of field (D 10 M) and shop (D 7 M), L 4: 4 × 3 M + 4 × 5 M + 3 × 7 M = 53 M; all shop 11 × 7 M = 77 M
    told = Told("C", True, "none", 4, 11)
    ground = [field(12, 10_000, 0), Ground("shop", 12, 12, 10_000, 3_000, Fraction(1), Fraction(1))]
    assert levy_of(told, *[g._replace(low=0) for g in ground]) == (53_000_000, 77_000_000)
