"""What a square metre costs at any price, and what is kept of a case, against the formulas asked state by state."""

from __future__ import annotations

import random
import sys
import threading
from dataclasses import fields, replace
from datetime import date
from decimal import Decimal
from itertools import product
from pathlib import Path

import amount
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st
from test_estimate_range import RULES, hidden, truths

from landinfo import levy, price, questions, states, tariff, units, unknowns
from landinfo.case import Case, Days, Part
from landinfo.costing import Costing, Regime
from landinfo.estimate import estimate
from landinfo.levy.terms import BUSINESS
from landinfo.model import PriceZone
from landinfo.once import once
from landinfo.reach import Reach
from landinfo.settled import State
from landinfo.store.rulebook import read_rulebook
from landinfo.tariff import Changes, Metres, Priced
from landinfo.unknowns import Space

BOOK = read_rulebook(Path(__file__).resolve().parent.parent / "data")
ONE_PART = truths((1,))
CHECKED = settings(
    max_examples=amount.of(100, 1_500), deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much],
)  # fmt: skip


def regime(case: Case) -> Regime:
    function, name, cited = levy.regime(case.on, RULES)
    return Regime(function, name, cited, case.on)


def unpriced(draw: st.DrawFn, part: Part) -> Part:
    """A part of which a price may not be known, or another was declared."""
    gone = draw(st.sampled_from(["", "", "", "price", "target_price", "declared_price"]))
    if gone == "declared_price":
        return replace(part, declared_price=Decimal(draw(st.integers(0, 90_000_000))))
    return replace(part, **{gone: None}) if gone else part


@given(data=st.data())
@CHECKED
def test_of_one_part_units_cost_what_the_formulas_say_in_every_state(data: st.DataObject) -> None:
    as_the_formulas_say(data, data.draw(ONE_PART))


@given(data=st.data())
@CHECKED
def test_of_parts_that_are_leased_units_cost_what_the_formulas_say(data: st.DataObject) -> None:
    """They share no limit; of several each may be paid its own way."""
    as_the_formulas_say(data, data.draw(truths((2, 3)).filter(lambda case: case.convert_to in BUSINESS)))


def as_the_formulas_say(data: st.DataObject, truth: Case) -> None:
    case = data.draw(hidden(truth))
    case = replace(case, parts=tuple(unpriced(data.draw, part) for part in case.parts), together=None)
    costing = Costing(case, regime(case), RULES)
    priced, reach = tariff.of(case, costing.regime, RULES), Reach(costing)
    for state in map(priced.space.state, priced.space.combinations()):
        if state.free_limit and None in (case.parts[0].price, case.parts[0].target_price):
            continue  # over a K that nobody knows the formula has 0, though within the limit nothing is known
        likely = replace(state, area="likely")
        found = reach.amounts(likely, metres(priced, likely)).items
        said = tuple(cost.amount for cost in costing.costs(likely))
        assert [x is None for x in found] == [x is None for x in said], (likely, found, said)
        # of areas with one decimal and whole prices only a term of years leaves more digits than either keeps
        assert all(a is None or b is None or abs(a - b) <= 1 for a, b in zip(found, said, strict=True)), (found, said)


def metres(priced: Priced, likely: State) -> Metres:
    """As among the ends, where the state is one of them, else as for a reading."""
    for state, found in priced.ends:
        if replace(state, area="likely") == likely:
            return found
    return priced.metres(changes(priced, likely))[1]


def changes(priced: Priced, state: State) -> Changes:
    """What a state has otherwise than the likely one of the case."""
    likely = priced.space.likely
    fields_ = ((field.name, getattr(state, field.name)) for field in fields(State))
    return tuple((name, value) for name, value in fields_ if value != getattr(likely, name))


def moves(space: Space, totals: dict[tuple[int, ...], Decimal | None], index: int) -> Decimal | None:
    """What one dimension moves at most, over all combinations of the others."""
    most = Decimal(0)
    sizes = [range(max(which[n] for which in totals) + 1) for n in range(len(space.dimensions))]
    for others in product(*(sizes[:index] + sizes[index + 1 :])):
        group = [totals[(*others[:index], value, *others[index:])] for value in sizes[index]]
        known = [t for t in group if t is not None]
        if known and len(known) < len(group):
            return None
        most = max([most, max(known) - min(known)]) if known else most
    return most


@given(data=st.data())
@CHECKED
def test_ends_and_questions_are_those_of_all_states_one_by_one(data: st.DataObject) -> None:
    case = data.draw(hidden(data.draw(truths((1, 2)))))
    costing = Costing(case, regime(case), RULES)
    priced, reach = tariff.of(case, costing.regime, RULES), Reach(costing)
    ends = reach.tried(priced)
    alone = {
        which: reach.amounts(*priced.metres(changes(priced, state)))
        for which in priced.space.combinations()
        for state in (priced.space.state(which),)
        if state.holding != "any" and state.rent not in ("least", "most")
    }
    for amounts in alone.values():
        assert all(amount in ends_ for amount, ends_ in zip(amounts.items, ends.items, strict=True))
        assert amounts.total in ends.totals
    if len(alone) < len(list(priced.space.combinations())):
        return
    totals = {which: amounts.total for which, amounts in alone.items()}
    asked = {q.fact: q.moves for q in questions.questions(priced.open, ends.groups, ends.totals)}
    told: dict[str, list[Decimal | None]] = {}
    for index, dimension in enumerate(priced.space.dimensions):
        for fact in dimension.facts:
            told.setdefault(fact, []).append(moves(priced.space, totals, index))
    for fact, each in told.items():
        most = None if None in each else max(x for x in each if x is not None)
        assert asked.get(fact, Decimal(0)) == most, fact


@given(data=st.data())
@CHECKED
def test_of_a_part_alone_each_end_costs_what_its_metres_do(data: st.DataObject) -> None:
    """Items are reckoned once for all ends that have them in common: each end is still that of its own state."""
    assert each_end_costs_what_its_metres_do(data, data.draw(ONE_PART))


@given(data=st.data())
@CHECKED
def test_of_several_parts_each_end_costs_what_their_metres_do(data: st.DataObject) -> None:
    assume(each_end_costs_what_its_metres_do(data, data.draw(truths((2, 3)))))


def each_end_costs_what_its_metres_do(data: st.DataObject, truth: Case) -> bool:
    """False: the parts take something from each other, or one may be held in several ways."""
    case = data.draw(hidden(truth))
    case = replace(
        case,
        parts=tuple(unpriced(data.draw, part) for part in case.parts),
        compensation=data.draw(st.sampled_from([Decimal(0), Decimal(0), Decimal(7_000_000)])),
    )
    costing = Costing(case, regime(case), RULES)
    priced, reach = tariff.of(case, costing.regime, RULES), Reach(costing)
    if priced.tariff.table is None or reach._shared(priced.tariff.table):
        return False
    found = reach.tried(priced)
    one_by_one = [reach.amounts(*end) for end in priced.ends]
    for index, item in enumerate(found.items):
        assert set(item) == {amounts.items[index] for amounts in one_by_one}
    assert set(found.totals) == {amounts.total for amounts in one_by_one}
    moved, told = (
        {q.fact: q.moves for q in questions.questions(priced.open, groups, totals)}
        for groups, totals in (
            (found.groups, found.totals),
            (priced.groups, [amounts.total for amounts in one_by_one]),
        )
    )
    assert moved == told
    for state in map(priced.space.state, priced.space.combinations()):
        told_apart = changes(priced, state)
        assert reach.changed(priced, told_apart) == reach.amounts(*priced.metres(told_apart))
    return True


@given(data=st.data())
@CHECKED
def test_what_is_kept_changes_no_estimate(data: st.DataObject) -> None:
    """A case after others that differ from it in one thing is answered as the first of a process."""
    case = replace(data.draw(hidden(data.draw(truths((1, 2))))), days=Days())
    others = [
        replace(case, days=Days(declared=date(2015, 6, 1))),  # of that day the fee is not known
        *(replace(case, on=day) for day in OTHER_DAYS if day != case.on),
        replace(case, facts={**case.facts, "rice_rate": Decimal("1.5"), "first_conversion": None}),
        replace(case, parts=tuple(replace(p, k_price=Decimal(2), land_use="CLN") for p in case.parts)),
        replace(case, parts=tuple(replace(p, term_left_months=Decimal(7), rent=None) for p in case.parts)),
        replace(case, parts=tuple(replace(p, price=Decimal(1), declared_price=Decimal(3)) for p in case.parts)),
        replace(case, land_user="organisation", facts={**case.facts, "reduction_group": "none"}),
    ]
    forget()
    first = estimate(case, RULES)
    forget()
    for other in others:
        estimate(other, RULES)
    assert estimate(case, RULES) == first


OTHER_DAYS = (
    date(2015, 1, 5),
    date(2023, 5, 1),
    date(2024, 8, 1),
    date(2025, 3, 1),
    date(2026, 1, 15),
    date(2026, 9, 1),
)
"""Two of each regime: limits, bands, K and fees changed between."""


def forget() -> None:
    """As a new process."""
    for kept in (tariff._kept, states._kept, units._kind):
        kept.cache_clear()


def test_another_law_is_not_taken_for_this_one() -> None:
    part = Part("1", Decimal(100), Decimal(100), Decimal(100), "CLN", Decimal(1_000_000), Decimal(5_000_000))
    case = Case(date(2026, 9, 1), "ODT", "household", (part,), {"was_residential_before": False})
    first = estimate(case, RULES)
    rule = RULES["levy_rate_full"]
    dearer = {
        **RULES,
        "levy_rate_full": replace(rule, values=tuple(replace(v, value=2 * v.value) for v in rule.values)),
    }
    # 100 m² × (5,000,000 − 1,000,000) × 100 % or 200 %
    assert first.items[0].amount == 400_000_000
    assert estimate(case, dearer).items[0].amount == 800_000_000
    assert estimate(case, RULES) == first


def test_what_threads_keep_at_once_is_never_gone() -> None:
    """Each of four threads asks for more keys than are kept, so that the others' are forgotten all the time."""
    held: dict[int, int] = {}
    wrong: list[object] = []

    def ask(seed: int) -> None:
        draw = random.Random(seed)
        for _ in range(20_000):
            key = draw.randrange(40)
            try:
                found = once(held, key, 8, lambda key=key: key * key)  # type: ignore[misc]
            except KeyError as gone:
                found = gone  # type: ignore[assignment]
            if found != key * key:
                wrong.append(found)

    before = sys.getswitchinterval()
    sys.setswitchinterval(1e-6)
    try:
        threads = [threading.Thread(target=ask, args=(n,)) for n in range(4)]
        for each in threads:
            each.start()
        for each in threads:
            each.join()
    finally:
        sys.setswitchinterval(before)
    assert (wrong, len(held) <= 8 + len(threads)) == ([], True)


def test_the_cap_of_the_fee_holds_at_each_end() -> None:
    """0.5 % of 1,000 m² at 90 million is 450 million đồng, of 2,000 m² the cap of 500 million."""
    part = Part("1", Decimal(2000), Decimal(1000), Decimal(3000), "CLN", Decimal(1_000_000), Decimal(90_000_000))
    told = {"was_residential_before": False, "fee_paid_before": False, "reduction_group": "none"}
    fee = estimate(Case(date(2026, 9, 1), "ODT", "household", (part,), told), RULES).items[1]
    assert (fee.low, fee.amount, fee.high) == (450_000_000, 500_000_000, 500_000_000)


def test_the_likely_limit_is_that_of_the_day() -> None:
    """200 m² in old Ho Chi Minh City until 29/09/2024, then 160 m²: half of what the poor pay within it."""
    part = Part("1", Decimal(1000), Decimal(1000), Decimal(1000), "CLN", Decimal(1_000_000), Decimal(5_000_000))
    told = {"was_residential_before": False, "reduction_group": "poor", "allocated_without_fee": True}
    days = (date(2024, 9, 1), date(2024, 10, 15), date(2024, 9, 1))
    levies = [estimate(Case(day, "ODT", "household", (part,), told), RULES).items[0].amount for day in days]
    # 1,000 m² × 4 million, less half of what falls on 200 m² or 160 m²
    assert levies == [3_600_000_000, 3_680_000_000, 3_600_000_000]


ZONE = PriceZone("a", "nq87-2025", "25750:17", 1, 1, {}, {}, None, date(2026, 1, 1), None, "e")  # type: ignore[arg-type]


def test_a_quote_is_that_of_its_own_zone_day_use_facts_and_list() -> None:
    day = date(2026, 3, 1)
    asked = {
        "own": (ZONE, "ODT", "25750", day),
        "position": (replace(ZONE, position=2), "ODT", "25750", day),
        "section": (replace(ZONE, section="25750:16"), "ODT", "25750", day),
        "condition": (replace(ZONE, conditions={"depth_from_100m": "true"}), "ODT", "25750", day),
        "use": (ZONE, "TMD", "25750", day),
        "day": (ZONE, "ODT", "25750", date(2024, 3, 1)),
        "crop": (ZONE, "CLN", "25750", day),
        "crop elsewhere": (replace(ZONE, agricultural_position=3), "CLN", "25750", day),
    }
    price._kept.cache_clear()
    together = {name: price.quote(*each, BOOK, {}) for name, each in asked.items()}
    for name, each in asked.items():
        price._kept.cache_clear()
        assert price.quote(*each, BOOK, {}) == together[name], name
    assert len({(q.unit_price, q.state) for q in together.values()}) >= 8
    kind = price.business_types("TMD", day, BOOK)[0]
    assert price.quote(*asked["use"], BOOK, {}) == together["use"]
    low_density = price.quote(ZONE, "TMD", "25750", day, BOOK, {"business_type": kind})
    assert low_density.unit_price != together["use"].unit_price
    assert price.quote(ZONE, "ODT", "25750", day, replace(BOOK, price_lists=()), {}).state == "no_list"


def test_a_limit_has_room_for_any_parcel() -> None:
    assert Decimal(10) ** 30 < unknowns.ROOM
