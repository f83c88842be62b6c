"""The range of the levy against every order, limit and lie of the land on a grid, by arithmetic of its own.

Areas and limits are small whole numbers, so that the grid holds every corner and every turn of the cost; the ends of
the range must be its least and its most, not only bound them. Eligible ground takes the limit before other ground.
Of few parts every order and lie is tried; of many the parts are added one by one to what is known of each filling of
the steps. Random truths of twelve parts must lie inside.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from dataclasses import replace
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
    allocated = None if {g.kind for g in ground} == {"lease"} else True
    facts: dict[str, Any] = {
        "same_parcel_as_recognised_residential": told.stepped, "garden_pond_of_house_parcel": told.stepped,
        "garden_pond_origin_separated": False, "split_by_survey_before_2014_07_01": False, "first_conversion": True,
        "chosen_parcel": True, "allocated_without_fee": allocated, "was_residential_before": False,
        "fee_paid_before": False,
        "allotment_limit": None if told.limit is None else Decimal(told.limit),
        "reduction_group": None if told.group == "untold" else told.group,
    }  # fmt: skip
    together = None if told.together is None else Decimal(told.together)
    return settle(on=DAYS[told.regime], convert_to="ODT", land_user="household", parts=parts, facts=facts,
                  together=together)  # fmt: skip


K = st.sampled_from([Fraction(n, 10) for n in (5, 10, 12, 20, 30)])


@st.composite
def grounds(draw: st.DrawFn, counts: tuple[int, ...] = (1, 2, 3), most: int = 5) -> tuple[Told, list[Ground]]:
    regime = draw(st.sampled_from("ABC"))
    found = []
    for _ in range(draw(st.sampled_from(counts))):
        high = draw(st.integers(1, most))
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


Step = tuple[int, int, int, int]
"""m² within the limit, within one more of it, over it, and of ground that takes nothing of it."""


def metre(told: Told, g: Ground) -> dict[int, Fraction]:
    """What one m² costs, in thousands, on each step that it may stand on."""
    left = 1 - OFF[told.group]
    if told.regime == "A":
        rate = Fraction(1, 2) if told.stepped and g.kind == "field" else 1
        return {3: Fraction(0)} if g.kind == "shop" else {0: rate * unit(g, False) * left, 2: rate * unit(g, True)}
    d = unit(g, told.regime == "C")
    if told.regime == "C" and told.stepped and g.kind == "field":
        return {0: d * left * Fraction(3, 10), 1: d / 2, 2: d}
    return {0: d * left, 2: d}


def fillings(told: Told, ground: list[Ground], pick: Any) -> dict[Step, Fraction]:
    """The least (most) cost of each way that the ground can fill the steps, its parts added one by one."""
    known: dict[Step, Fraction] = {(0, 0, 0, 0): Fraction(0)}
    for g in ground:
        costs = metre(told, g)
        places = [range(g.high + 1) if step in costs else range(1) for step in range(4)]
        splits = [split for split in product(*places) if g.low <= sum(split) <= g.high]
        after: dict[Step, Fraction] = {}
        for split in splits:
            more = sum((costs[step] * area for step, area in enumerate(split) if area), Fraction(0))
            for held, cost in known.items():
                new = (held[0] + split[0], held[1] + split[1], held[2] + split[2], held[3] + split[3])
                after[new] = pick(after[new], cost + more) if new in after else cost + more
        known = after
    return known


def by_steps(told: Told, ground: list[Ground], limit: int, pick: Any) -> Fraction:
    """The end of the levy, in thousands, over every area and order: the fillings that the law has."""
    eligible = [g for g in ground if 1 in metre(told, g)]
    ours = fillings(told, eligible, pick)
    rest = fillings(told, [g for g in ground if g not in eligible], pick)
    ends = []
    for (within, second, beyond, _), cost in ours.items():
        area = within + second + beyond
        if (within, second) != (min(area, limit), min(max(0, area - limit), limit)):
            continue
        for (inside, _, over, free), more in rest.items():
            whole = area + inside + over + free
            if inside == min(inside + over, limit - within) and told.together in (None, whole):
                ends.append(cost + more)
    return Fraction(pick(ends))


@st.composite
def many(draw: st.DrawFn, counts: tuple[int, ...]) -> tuple[Told, list[Ground]]:
    """Parts of small areas, each open; the limit is told, for the grid holds its turns."""
    told, ground = draw(grounds(counts, 2))
    ground = [g._replace(low=draw(st.integers(0, g.high))) for g in ground]
    low, high = sum(g.low for g in ground), sum(g.high for g in ground)
    together = draw(st.none() | st.integers(max(1, low), high))
    group = draw(st.sampled_from(sorted(OFF)))
    return told._replace(limit=draw(st.integers(0, high)), together=together, group=group), ground


@given(drawn=many((1, 2, 3, 4, 4, 5)))
@settings(max_examples=amount.of(200, 5000), deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_the_range_of_a_few_parts_more_is_that_of_every_filling(drawn: tuple[Told, list[Ground]]) -> None:
    told, ground = drawn
    item = estimate(case_of(told, ground), RULES).items[0]
    assert (item.low, item.high) == tuple(1000 * by_steps(told, ground, told.limit or 0, pick) for pick in (min, max))


@given(drawn=many((8, 12)))
@settings(max_examples=amount.of(30, 500), deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_the_range_of_many_parts_is_that_of_every_filling(drawn: tuple[Told, list[Ground]]) -> None:
    told, ground = drawn
    item = estimate(case_of(told, ground), RULES).items[0]
    assert (item.low, item.high) == tuple(1000 * by_steps(told, ground, told.limit or 0, pick) for pick in (min, max))


@given(drawn=many((2, 3)))
@settings(max_examples=amount.of(60, 2000), deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_the_two_ways_to_the_ends_agree(drawn: tuple[Told, list[Ground]]) -> None:
    told, ground = drawn
    together = told.together or sum(g.high for g in ground)
    amounts = list(every(told._replace(together=together), ground))
    asked = told._replace(together=together)
    assert [by_steps(asked, ground, told.limit or 0, pick) for pick in (min, max)] == [min(amounts), max(amounts)]


@given(data=st.data())
@settings(max_examples=amount.of(150, 5000), deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_of_many_parts_every_truth_lies_inside(data: st.DataObject) -> None:
    """Limit and group may be untold; the truth is a random lie and order of the ground."""
    told, ground = data.draw(many((4, 5, 8, 12)))
    told = data.draw(st.sampled_from([told, told._replace(limit=None), told._replace(group="untold")]))
    found = estimate(case_of(told, ground), RULES).items[0]
    limit = told.limit if told.limit is not None else data.draw(st.integers(0, 30))
    group = data.draw(st.sampled_from(sorted(OFF))) if told.group == "untold" else told.group
    spare = None if told.together is None else told.together - sum(g.low for g in ground)
    areas = []
    for index, g in enumerate(ground):
        rest = sum(h.high - h.low for h in ground[index + 1 :])
        least, most = (0, g.high - g.low) if spare is None else (max(0, spare - rest), min(spare, g.high - g.low))
        more = data.draw(st.integers(least, most))
        spare = None if spare is None else spare - more
        areas.append(g.low + more)
    order = data.draw(st.permutations(list(zip(ground, areas, strict=True))))
    true = 1000 * once(told._replace(group=group), list(order), limit)
    assert found.low is not None
    assert found.high is not None
    assert found.low <= true <= found.high


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


def shop(area: int, new: int, old: int) -> Ground:
    return Ground("shop", area, area, new, old, Fraction(1), Fraction(1))


def test_of_four_parts_the_limit_is_a_turn() -> None:
    # C, 10 m² of field (D 10 M) and shops (D 4, 9 and 9.5 M), L 4: 4 × 3 M + 6 × 4 M = 36 M, where all of the cheap
    # shop is 40 M and all of the field 12 + 20 + 20 = 52 M; most 10 × 9.5 M = 95 M
    told = Told("C", True, "none", 4, 10)
    ground = [field(10, 10_000, 0), shop(10, 10_000, 6_000), shop(10, 10_000, 1_000), shop(10, 10_000, 500)]
    assert levy_of(told, *[g._replace(low=0) for g in ground]) == (36_000_000, 95_000_000)


def test_of_eight_parts_twice_the_limit_is_a_turn() -> None:
    # C, 12 m² of five fields of 2 m² (D 10 … 14 M) and three shops of 4 m² (D 7, 8, 20 M), L 3.
    # Least: six of field, 2 × 10, 2 × 11, 2 × 12 M, dear ones first: (2 × 12 + 11) × 30 % + (11 + 2 × 10) × 50 %
    # = 10.5 + 15.5 = 26 M; then shops 4 × 7 + 2 × 8 = 44 M: 70 M. A seventh m² of field would cost 10 M in full, a
    # dearer one pushing a cheap one over 2 L; the shop's costs 8 M.
    # Most: shop 4 × 20 = 80 M, shop 4 × 8 = 32 M, shop 4 × 7 = 28 M: 140 M; with fields in place of the shops of 7 and
    # 8 M: the eight dearest of field, 2 × 14, 13, 12, 11 M, cheap ones first: (22 + 12) × 30 % + (12 + 26) × 50 %
    # + 28 = 10.2 + 19 + 28 = 57.2 M, less than 60 M
    told = Told("C", True, "none", 3, 12)
    ground = [field(2, d * 1000, 0) for d in (10, 11, 12, 13, 14)]
    ground += [shop(4, d * 1000, 0) for d in (7, 8, 20)]
    assert levy_of(told, *[g._replace(low=0) for g in ground]) == (70_000_000, 140_000_000)


def test_an_area_between_its_bounds_may_cost_least() -> None:
    # A, L 100: 100 m² at 10 M within and 20 − 18 = 2 M over; beside it 0–200 m² at 3 M within and 5 − 1 = 4 M over.
    # None of it: 1,000 M. 200 m², first: 300 + 400 + 200 = 900 M. 100 m²: 300 + 200 = 500 M.
    # Most: the limit for the first, 1,000 + 200 × 4 = 1,800 M
    told = Told("A", False, "none", 100, None)
    ground = [field(100, 20_000, 10_000, "1", "9/5"), field(200, 4_000, 1_000, "5/4", "1")._replace(low=0)]
    assert levy_of(told, *ground) == (500_000_000, 1_800_000_000)


def test_ground_that_may_be_recognised_or_not_each_for_itself() -> None:
    # A, L 100: field 10 M within, 2 M over; nobody told how two shops of 100 m² are held: nothing, or annual rent and
    # all of the new price, 1 M and 100 M. The cheap one annual and first in the limit: 100 + 200 = 300 M, where both
    # recognised come to 1,000 M. Most: 1,000 + 100 + 10,000 M
    told = Told("A", False, "none", 100, None)
    ground = [field(100, 20_000, 10_000, "1", "9/5"), shop(100, 1_000, 0), shop(100, 100_000, 0)]
    case = case_of(told, ground)
    hidden = replace(case, parts=tuple(replace(p, rent=None) for p in case.parts))
    whole = estimate(hidden, RULES)
    found = whole.items[0]
    assert (found.low, found.high) == (300_000_000, 11_100_000_000)
    # with the fee of 0.5 %, of the field 10 M, of the cheap shop where it is annual 0.5 M, of the dear one 50 M
    assert whole.low is not None
    assert 0 <= 310_500_000 - whole.low <= 2
    assert whole.high == 11_160_500_000
    one = replace(case, parts=(case.parts[0], replace(case.parts[1], rent="annual"), case.parts[2]))
    # spread evenly half of the limit each: 500 + 100 + 100 M
    assert estimate(one, RULES).items[0].amount == 700_000_000


def calls(asked: Case) -> int:
    """How many functions an estimate calls: the same on every machine, busy or not."""
    counted = 0

    def seen(frame: object, event: str, arg: object) -> None:
        nonlocal counted
        counted += event == "call"

    before = sys.getprofile()
    sys.setprofile(seen)
    try:
        estimate(asked, RULES)
    finally:
        sys.setprofile(before)
    return counted


def test_the_work_grows_with_the_parts_and_not_with_their_fillings() -> None:
    """Everything unknown: twice the parts have the square of the fillings."""
    parts = [Part(str(i), Decimal(60), Decimal(0), Decimal(100), ("CLN", "LUC", "SKC")[i % 3], Decimal(10**5 * (i + 1)),
                  Decimal(10**6 * (20 - i))) for i in range(12)]  # fmt: skip
    for on, target in product(DAYS.values(), ("ODT", "TMD")):
        few, many = (
            settle(on=on, convert_to=target, land_user="household", parts=parts[:n], facts={},
                   together=Decimal(60 * n)) for n in (6, 12)
        )  # fmt: skip
        assert estimate(many, RULES).low is not None
        assert calls(many) < 4 * calls(few), (on, target)


def pair(first: tuple[int, int], second: tuple[int, int], area: int, compensation: int = 0) -> Case:
    """B: two recognised shops of up to ``area`` m², that hold as much together; new and old price of each in đồng."""
    most = Decimal(area)
    found = [
        Part(str(i), most / 2, Decimal(0), most, "SKC", Decimal(old), Decimal(new), rent="recognised")
        for i, (new, old) in enumerate((first, second))
    ]
    told = {"was_residential_before": False, "fee_paid_before": False, "reduction_group": "none"}
    return settle(on=DAYS["B"], convert_to="ODT", land_user="household", parts=found, facts=told, together=most,
                  compensation=Decimal(compensation))  # fmt: skip


def test_the_cap_of_the_fee_holds_wherever_the_ground_lies() -> None:
    # 10,000 m² at 20 M: the fee is 500 M, not 1,000 M. Levy 10,000 × 4 M, or 10,000 × 10 M
    found = estimate(pair((20_000_000, 16_000_000), (20_000_000, 10_000_000), 10_000), RULES)
    assert (found.items[1].low, found.items[1].high) == (500_000_000, 500_000_000)
    assert (found.low, found.high) == (40_500_000_000, 100_500_000_000)


def test_what_is_dear_to_levy_and_cheap_to_register_is_weighed_together() -> None:
    # 100 m² at D 1 M of 20 M (fee 0.1 M) or D 1.02 M of 4 M (fee 0.02 M): 1.1 M or 1.04 M a metre, so that the part
    # dearer to levy is the cheaper one, and 104 M the least; most 110 M
    found = estimate(pair((20_000_000, 19_000_000), (4_000_000, 2_980_000), 100), RULES)
    assert (found.items[0].low, found.items[0].high) == (100_000_000, 102_000_000)
    assert (found.items[1].low, found.items[1].high) == (2_000_000, 10_000_000)
    assert found.low is not None
    assert found.high is not None
    assert 0 <= 104_000_000 - found.low <= 2
    assert 0 <= found.high - 110_000_000 <= 2


@given(data=st.data())
@settings(max_examples=amount.of(60, 2000), deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_the_total_of_two_parts_is_that_of_every_lie(data: st.DataObject) -> None:
    """Small prices, so that the rounding of each item shows; compensation; the ends are within 5 đồng of the grid's.

    Between two lies of the grid there may be one of which each item rounds lower still.
    """
    draw = data.draw
    prices = st.tuples(st.integers(0, 900), st.integers(0, 900))
    area, given = draw(st.integers(1, 3)), draw(st.sampled_from([0, 0, 500]))
    case = pair(draw(prices), draw(prices), area, given)
    told = estimate(case, RULES)
    truths = []
    for tenth in range(10 * area + 1):
        lies = (Decimal(tenth) / 10, Decimal(10 * area - tenth) / 10)
        parts = tuple(replace(p, area=a, area_low=a, area_high=a) for p, a in zip(case.parts, lies, strict=True) if a)
        truths.append(estimate(replace(case, parts=parts, together=None), RULES).total or Decimal(0))
    assert told.low is not None
    assert told.high is not None
    assert told.low <= min(truths)
    assert max(truths) <= told.high
    if not given:
        assert min(truths) - told.low <= 5
        assert told.high - max(truths) <= 5


def test_areas_may_have_any_number_of_digits() -> None:
    case = pair((20_000_000, 16_000_000), (20_000_000, 10_000_000), 10_000)
    long = Decimal("0.1234567890123456789012345678901234567890123")
    parts = tuple(replace(p, area_high=p.area_high + long, area_low=long) for p in case.parts)
    found = estimate(replace(case, parts=parts), RULES).items[0]
    # all but 0.12 m² on the one or on the other
    assert found.low is not None
    assert abs(found.low - 4_000_000 * 10_000 - 6_000_000 * long) < 1


def test_an_unknown_price_leaves_the_fee_its_range_and_the_levy_none() -> None:
    # A: not allocated; nothing deducted where the rent is annual, the unknown old price where its term was paid ahead
    part = Part("1", Decimal(50), Decimal(10), Decimal(100), "CLN", None, Decimal(10_000_000), Decimal(1), Decimal(1))
    told = {"allocated_without_fee": False, "garden_pond_of_house_parcel": False, "garden_pond_origin_separated": False,
            "allotment_limit": Decimal(200), "reduction_group": "none", "fee_paid_before": False}  # fmt: skip
    found = estimate(Case(date(2023, 5, 1), "ODT", "household", (part,), told), RULES)
    levied, fee = found.items
    assert (levied.amount, levied.low, levied.high) == (500_000_000, 0, None)
    assert levied.reason is not None
    assert levied.reason.code == "levy-price-unknown-in-part"
    assert (fee.low, fee.amount, fee.high) == (500_000, 2_500_000, 5_000_000)


def test_rice_land_that_is_likely_none_of_the_area_still_has_its_payment_in_the_range() -> None:
    # 10 m² asked for, all of it likely CLN; of the LUC at 0.6 M at most 5 m²: 5 × 0.6 M × 50 % = 1.5 M
    clean, rice = (Part(use, Decimal(area), Decimal(0), Decimal(most), use, Decimal(600_000), Decimal(5_000_000))
                   for use, area, most in (("CLN", 10, 10), ("LUC", 0, 5)))  # fmt: skip
    told = {"rice_rate": Decimal("0.5"), "reduction_group": "none"}
    found = estimate(Case(DAYS["B"], "ODT", "household", (clean, rice), told, together=Decimal(10)), RULES)
    assert [i.code for i in found.items] == ["levy", "registration_fee", "rice_land_payment"]
    assert (found.items[2].low, found.items[2].amount, found.items[2].high) == (0, 0, 1_500_000)


def test_within_the_limit_an_unknown_k_does_not_matter() -> None:
    # A: 10–100 m² of field at 10 M less 2 M, limit 100 or 99 m²
    told = {"allocated_without_fee": True, "garden_pond_of_house_parcel": False, "garden_pond_origin_separated": False,
            "split_by_survey_before_2014_07_01": False,
            "reduction_group": "none", "fee_paid_before": False}  # fmt: skip
    part = Part("1", Decimal(50), Decimal(10), Decimal(100), "CLN", Decimal(2_000_000), Decimal(10_000_000))
    for limit, high in ((100, 800_000_000), (99, None)):
        case = Case(date(2023, 5, 1), "ODT", "household", (part,), {**told, "allotment_limit": Decimal(limit)})
        levied = estimate(case, RULES).items[0]
        assert (levied.low, levied.high) == (80_000_000, high)
