"""What is made once and kept: two questions that differ in one thing never share it, whichever is asked first."""

from __future__ import annotations

import pickle
from dataclasses import dataclass, field, fields, replace
from datetime import date, timedelta
from decimal import Decimal
from itertools import permutations
from pathlib import Path
from typing import Any

import pytest

from landinfo import charges, conversion, levy, overlay, planning, price, settled, tariff, valuation
from landinfo.case import Case, Days, Part, TaxNotice, settle
from landinfo.costing import Costing, Regime
from landinfo.estimate import Estimate, estimate
from landinfo.levy.terms import k_in_force
from landinfo.model import Facts, LandUse, Notice, PriceZone, Query, light
from landinfo.reach import Reach
from landinfo.store.rulebook import read_rulebook

BOOK = read_rulebook(Path(__file__).resolve().parent.parent / "data")
RULES = BOOK.rules
DAY = date(2026, 9, 1)


def part(**more: Any) -> Part:
    area = more.pop("area", Decimal(100))
    told = {"id": "1", "area": area, "area_low": area, "area_high": area, "land_use": "CLN"}
    return Part(**{**told, "price": Decimal(1_000_000), "target_price": Decimal(5_000_000), **more})


def case(*parts: Part, **more: Any) -> Case:
    told = {"on": DAY, "convert_to": "ODT", "land_user": "household", "facts": {}}
    return settle(**{**told, **more}, parts=parts or (part(),))


def costing(of: Case) -> Costing:
    function, name, cited = levy.regime(of.on, RULES)
    return Costing(of, Regime(function, name, cited, of.on), RULES)


def in_every_order(cases: dict[str, Case]) -> list[dict[str, Estimate]]:
    """The cases answered in a few orders by one process."""
    orders = list(permutations(cases))[:: max(1, len(list(permutations(cases))) // 6)]
    return [{name: estimate(cases[name], RULES) for name in order} for order in orders]


def test_areas_and_limits_of_one_part_are_its_own() -> None:
    """They share what a square metre costs, and the table of states too."""
    told = {"first_conversion": True, "chosen_parcel": True, "same_parcel_as_recognised_residential": True,
            "was_residential_before": False, "reduction_group": "none", "fee_paid_before": False}  # fmt: skip
    asked = {
        "100": case(part(), facts={**told, "allotment_limit": Decimal(160)}),
        "400": case(part(area=Decimal(400)), facts={**told, "allotment_limit": Decimal(160)}),
        "400, 100": case(part(area=Decimal(400)), facts={**told, "allotment_limit": Decimal(100)}),
        "open": case(
            part(area_low=Decimal(50), area_high=Decimal(150)), facts={**told, "allotment_limit": Decimal(160)}
        ),
    }
    # 4 million a m²: 30 % within the limit, 50 % within one more, then all
    levies = {"100": 120_000_000, "400": 832_000_000, "400, 100": 1_120_000_000, "open": 120_000_000}
    for found in in_every_order(asked):
        assert {name: each.items[0].amount for name, each in found.items()} == levies
        assert (found["open"].items[0].low, found["open"].items[0].high) == (60_000_000, 180_000_000)


def test_a_price_declared_later_counts_for_the_fee_alone() -> None:
    one = case(part(declared_price=Decimal(8_000_000)), days=Days(declared=date(2026, 10, 1)))
    found = estimate(one, RULES)
    assert found.items[1].amount == 4_000_000  # 100 m² × 8 million × 0.5 %
    assert {found.items[1].low, found.items[1].high} == {Decimal(0), Decimal(4_000_000)}


def test_compensation_is_taken_off_at_every_end() -> None:
    told = {"was_residential_before": False, "reduction_group": "none", "allocated_without_fee": True}
    plain, less = (estimate(case(facts=told, compensation=Decimal(given)), RULES).items[0] for given in (0, 5_000_000))
    assert [plain.low, plain.amount, plain.high] == [120_000_000, 400_000_000, 400_000_000]
    assert [less.low, less.amount, less.high] == [115_000_000, 395_000_000, 395_000_000]


def test_readings_of_one_tariff_are_kept_by_what_they_change() -> None:
    """Limits that land held leaves: 160 m² less 50, less 100; a reading kept for one is not the other's."""
    told = {"first_conversion": True, "chosen_parcel": True, "reduction_group": "none", "was_residential_before": False,
            "fee_paid_before": False, "allotment_limit": Decimal(160)}  # fmt: skip
    asked = {str(held): case(part(area=Decimal(160)), facts=told, held=Decimal(held)) for held in (50, 100, 150)}
    # over what is left of the limit 50 % instead of 30 %
    levies = {held: 192_000_000 + int(held) * 4_000_000 // 5 for held in asked}
    levies["100"] = 4_000_000 * (60 * 3 + 60 * 5 + 40 * 10) // 10
    levies["150"] = 4_000_000 * (10 * 3 + 10 * 5 + 140 * 10) // 10
    for found in in_every_order(asked):
        read = {h: {r.name.code: r.levy for r in each.readings} for h, each in found.items()}
        assert {h: each["reading-held-reduces-limit"] for h, each in read.items()} == levies


def test_what_is_kept_of_readings_is_bounded() -> None:
    told = {"first_conversion": True, "chosen_parcel": True, "allotment_limit": Decimal(160)}
    one = case(facts=told, held=Decimal(1))
    kept = tariff.of(one, costing(one).regime, RULES).tariff
    for held in range(1, 3 * tariff.READINGS):
        estimate(case(facts=told, held=Decimal(held)), RULES)
    assert 0 < len(kept._told) <= tariff.READINGS


def test_a_reading_of_other_prices_takes_those_prices() -> None:
    one = case(part(other_prices=(("agricultural-table", Decimal(400_000)),)))
    found = {r.name.code: r.levy for r in estimate(one, RULES).readings}
    assert found["reading-agricultural-table"] == 460_000_000  # 100 m² × (5,000,000 − 400,000)


def test_a_reading_of_other_prices_of_several_parts_takes_those_of_each() -> None:
    """One tariff for both, though by the reading alone their prices differ."""
    for area in (50, 100):  # both within 160 m², or sharing them
        one = part(area=Decimal(area), other_prices=(("x", Decimal(400_000)),))
        other = part(area=Decimal(area), id="2", other_prices=(("y", Decimal(2_000_000)),))
        found = {r.name.code: (r.levy, r.total) for r in estimate(case(one, other), RULES).readings}
        assert found["reading-x"] == (area * 8_600_000, area * 8_650_000)
        assert found["reading-y"] == (area * 7_000_000, area * 7_050_000)


def test_terms_are_those_of_the_state_asked() -> None:
    one = costing(case())
    likely = tariff.of(one.case, one.regime, RULES).space.likely
    for state in (likely, replace(likely, eligible=True), replace(likely, with_k=False), likely):
        terms = one.terms(state)
        assert (terms.eligible, terms.with_k) == (state.eligible, state.with_k)
        assert terms.k_counts == (state.with_k and k_in_force(RULES, DAY))


def test_k_counts_by_the_day_of_the_terms() -> None:
    """Recalculation reads terms of another day."""
    terms = costing(case(on=DAY)).terms(tariff.of(case(on=DAY), costing(case(on=DAY)).regime, RULES).space.likely)
    days = [date(2023, 5, 1), date(2025, 3, 1), date(2026, 3, 1), DAY]
    found = [replace(terms, on=day).k_counts for day in days]
    assert found == [k_in_force(RULES, day) for day in days]
    assert len(set(found)) == 2
    assert not replace(terms, with_k=False).k_counts


def test_ground_keeps_all_that_a_state_does_not_settle() -> None:
    one = part(land_use="TMD", declared_price=Decimal(3), k_price=Decimal(2), k_target=Decimal(4), area_low=Decimal(1),
               other_prices=(("x", Decimal(9)),), other_target_prices=(("y", Decimal(8)),))  # fmt: skip
    leased = case(one, convert_to="SKC")
    likely = tariff.of(leased, costing(leased).regime, RULES).space.likely
    rents = {way: settled.grounded(leased, replace(likely, rent=way), RULES)[0] for way in settled.WAYS}
    assert {way: (p.rent, p.rent_after) for way, p in rents.items()} == {
        "one_off": ("one_off", None), "annual": ("annual", None), "prepaid": ("one_off", "annual"),
    }  # fmt: skip
    assert {way: p.term_left_months is None for way, p in rents.items()} == {
        "one_off": False, "annual": True, "prepaid": False,
    }  # fmt: skip
    settles = {"rent", "rent_after", "term_left_months"}
    for found in rents.values():
        assert all(getattr(found, f.name) == getattr(one, f.name) for f in fields(Part) if f.name not in settles)


def test_rent_and_term_told_once_hold_for_the_parts() -> None:
    """Each of them alone; told neither, the parts stay as they are."""
    lease = {"convert_to": "SKC"}
    one = part(land_use="TMD")
    assert case(one, **lease).parts == (one,)
    assert case(one, facts={"rent": "annual"}, **lease).parts[0].rent == "annual"
    assert case(one, facts={"term_left_months": Decimal(60)}, **lease).parts[0].term_left_months == 60


def test_verdicts_are_those_of_their_own_day_use_and_law() -> None:
    table = BOOK.permissions
    basis = table["basis"][-1]
    other = replace(BOOK, permissions={**table, "designation": {"ODT": {}}})
    for _ in range(2):
        assert planning.verdict("ODT", "ODT", DAY, BOOK).allowed == "yes"
        assert planning.verdict("CLN", "ODT", DAY, BOOK).allowed == "no"
        assert planning.verdict("CLN", "CLN", DAY, BOOK).allowed == "yes"
        assert planning.verdict("CLN", "ODT", DAY, other).allowed == "unknown"
        cited = [planning.verdict("ODT", "ODT", basis["from"] - timedelta(days=d), BOOK).citations for d in (0, 1)]
        assert cited[0] != cited[1]


def test_charges_not_included_are_those_of_the_day_and_the_law() -> None:
    rule = RULES["appraisal_fee_old_hcmc"]
    first = rule.values[0].effective_from
    none = {**RULES, rule.key: replace(rule, values=())}
    for _ in range(2):
        told = [{n.code for n in charges.not_included(day, RULES)} for day in (first, first - timedelta(days=1))]
        assert told[0] - told[1] == {"other-territory-appraisal"}
        assert {n.code for n in charges.not_included(first, none)} == told[1]


def test_a_notice_and_halves_are_those_of_the_levy_alone() -> None:
    told = {"was_residential_before": False, "reduction_group": "none"}
    noticed = case(facts=told, notice=TaxNotice(date(2026, 9, 5), Decimal(300_000_000)))
    paid = [(i.item, i.amount) for i in estimate(noticed, RULES).payment]
    assert paid == [("levy", 150_000_000), ("levy", 150_000_000), ("registration_fee", 2_500_000)]


def test_of_a_target_without_formula_the_levy_is_unknown_and_the_rest_is_told() -> None:
    found = estimate(case(part(land_use="LUC"), convert_to="SKK"), RULES)
    assert (found.items[0].amount, found.items[0].high, found.total) == (None, None, None)
    assert found.reason is not None
    assert found.reason.code == "levy-no-formula-for-target"
    assert found.questions == ()


ZONE = PriceZone("a", "nq87-2025", "25750:17", 2, 1, {}, {}, None, date(2026, 1, 1), None, "e")  # type: ignore[arg-type]


def test_an_adjustment_asks_for_all_that_it_names() -> None:
    """0.8 for an alley of earth: not for another alley, nor where only something else is said of the ground."""
    said: list[dict[str, str]] = [{}, {"alley_surface": "earth"}, {"alley_surface": "paved"}, {"chosen_by": "own"}]
    zones = [replace(ZONE, conditions=conditions) for conditions in said]
    prices = [price.quote(zone, "ODT", "25750", date(2026, 3, 1), BOOK, {}).unit_price for zone in zones]
    assert prices[0] is not None
    assert [p == prices[0] for p in prices] == [True, False, True, True]
    assert prices[1] == prices[0] * Decimal("0.8")


def test_the_value_of_one_piece_is_its_area_by_its_price() -> None:
    shape: Any = None
    piece = valuation.Piece(ZONE, Decimal("100.5"), shape, "")
    facts: Any = Facts.__new__(Facts)
    use = LandUse("ODT", "2024", None)
    parcel: Any = type("Ground", (), {"registered_area": Decimal("100.5"), "land_uses": (use,)})()
    object.__setattr__(facts, "parcel", parcel)
    object.__setattr__(facts, "commune_now", None)
    query = Query(date(2026, 3, 1), date(2026, 3, 1), prices={"ODT": Decimal("1000001")})
    found = valuation.value(facts, query, BOOK, (piece,))
    assert (found.low, found.likely, found.high) == (100_500_101, 100_500_101, 100_500_101)  # 100,500,100.5 half up
    unpriced = valuation.value(facts, replace(query, prices={}), BOOK, (replace(piece, zone=None, why="conflict"),))
    assert (unpriced.low, unpriced.likely, unpriced.high) == (None, None, None)


def test_one_weight_has_all_in_whole_steps() -> None:
    found = overlay.apportion(Decimal(5), [Decimal(3)], Decimal("0.1"))
    assert [str(x) for x in found] == ["5.0"]
    for total, weights in ((Decimal("5.05"), [Decimal(3)]), (Decimal(5), [Decimal(0)]), (Decimal(5), [Decimal(-1)])):
        try:
            overlay.apportion(total, weights, Decimal("0.1"))
        except ValueError:
            continue
        raise AssertionError((total, weights))


def test_of_parts_that_share_a_limit_every_state_is_that_of_its_metres() -> None:
    told = {"reduction_group": "none", "was_residential_before": False, "allotment_limit": Decimal(160)}
    parts = (part(), part(id="2", price=Decimal(2_000_000)), part(id="3", area=Decimal(50)))
    one = costing(case(*parts, facts=told))
    priced, reach = tariff.of(one.case, one.regime, RULES), Reach(one)
    found = reach.tried(priced)
    assert priced.tariff.table is not None
    assert reach._shared(priced.tariff.table)
    assert list(found.totals) == [reach.amounts(*end).total for end in priced.ends]
    assert found.groups == priced.groups


def test_of_several_parts_the_table_holds_only_where_they_take_nothing_from_each_other() -> None:
    """Within a limit of 250 m² both lie, of 160 only one; an area asked for is one for both."""
    told = {"reduction_group": "none", "was_residential_before": False, "first_conversion": True,
            "chosen_parcel": True, "same_parcel_as_recognised_residential": True}  # fmt: skip
    parts = (part(), part(id="2", price=Decimal(2_000_000)))
    open_ = tuple(replace(p, area_low=Decimal(0)) for p in parts)
    shared = {
        250: case(*parts, facts={**told, "allotment_limit": Decimal(250)}),
        160: case(*parts, facts={**told, "allotment_limit": Decimal(160)}),
        0: case(*open_, facts={**told, "allotment_limit": Decimal(250)}, together=Decimal(150)),
        1: case(*open_, facts={**told, "allotment_limit": Decimal(250)}),
    }
    for name, one in shared.items():
        of = costing(one)
        priced, reach = tariff.of(one, of.regime, RULES), Reach(of)
        assert priced.tariff.table is not None
        assert reach._shared(priced.tariff.table) is (name in (160, 0))
        assert set(reach.tried(priced).totals) == {reach.amounts(*end).total for end in priced.ends}
    # 30 % of 4 and of 3 million a m²
    found = estimate(shared[250], RULES).items[0]
    assert (found.low, found.amount, found.high) == (210_000_000, 210_000_000, 210_000_000)
    found = estimate(shared[1], RULES).items[0]
    assert (found.low, found.amount, found.high) == (0, 210_000_000, 210_000_000)


def test_ground_that_may_be_nothing_asks_for_no_price() -> None:
    """Of several parts one without area costs nothing, known or not; a part alone needs its price."""
    unknown = part(id="2", target_price=None, area=Decimal(0))
    told = {"reduction_group": "none", "was_residential_before": False}
    of = costing(replace(case(part(), facts=told), parts=(part(), unknown)))
    priced, reach = tariff.of(of.case, of.regime, RULES), Reach(of)
    assert priced.tariff.table is not None
    assert set(reach.tried(priced).totals) == {reach.amounts(*end).total for end in priced.ends} != {None}
    alone = costing(replace(case(part(), facts=told), parts=(unknown,)))
    priced, reach = tariff.of(alone.case, alone.regime, RULES), Reach(alone)
    assert set(reach.tried(priced).totals) == {reach.amounts(*end).total for end in priced.ends} == {None}


def test_rates_of_the_registration_fee_are_those_of_their_day_and_law() -> None:
    rule = RULES["registration_fee_rate"]
    dear = {
        **RULES,
        rule.key: replace(rule, values=tuple(replace(v, value=v.value and 2 * v.value) for v in rule.values)),
    }
    for _ in range(2):
        fees = [
            charges.registration_fee([part()], [Decimal(1)], day, rules)
            for day, rules in (
                (date(2016, 5, 1), RULES), (date(2018, 5, 1), RULES), (DAY, RULES), (DAY, dear),
            )
        ]  # fmt: skip
        assert [fee for fee, _ in fees] == [None, 2_500_000, 2_500_000, 5_000_000]
        cited = [tuple(c.document for c in lines[0].citations) for _, lines in fees[1:]]
        assert cited[0] != cited[1] == cited[2]


def test_a_use_on_one_piece_has_its_area_in_steps_of_the_certificate() -> None:
    shape: Any = None
    quoted = price.given("ODT", Decimal(3))
    piece = valuation.Piece(None, Decimal("100.25"), shape, "")
    for area, registered, shown in (("7", "100.25", "7.00"), ("7", "100", "7.0"), ("7.125", "9.1", "7.125")):
        found = valuation._on_one(LandUse("ODT", "2024", None), Decimal(area), piece, quoted, Decimal(registered))
        assert str(found.shares[0].area) == shown
    open_ = replace(quoted, unit_price=None, state="unsettled", alternatives=(("a", Decimal(5)), ("b", Decimal(2))))
    found = valuation._on_one(LandUse("NKH", "2024", None), Decimal("1.5"), piece, open_, None)
    assert (found.low, found.likely, found.high, found.shares[0].amount) == (3, None, 8, None)
    assert str(found.shares[0].area) == "1.5"


def test_an_area_on_one_cell_is_shown_in_steps() -> None:
    told: Any = None
    cell = conversion.Cell(told, told, Decimal("100.25"))
    found = [conversion._spread(Decimal(area), (cell,), Decimal("0.01")) for area in ("7", "7.125", "0")]
    assert [str(area) for (area,) in found] == ["7.00", "7.125", "0.00"]
    assert sum(conversion._spread(Decimal(7), (cell, cell), Decimal("0.01"))) == 7


def test_other_prices_are_those_of_readings_and_of_the_table_that_was_replaced() -> None:
    table, share = ("step-agricultural-table", 3), ("step-share-of-residential", 5)
    steps = [price.Step(Notice(code), None, Decimal(value), None) for code, value in (table, share)]
    quote = price.Quote("CLN", "priced", Decimal(5), "table", tuple(steps))
    assert quote.other_prices == (("agricultural-table", 3),)
    read = replace(quote, steps=(steps[1],), readings=(("own", Decimal(4)), ("same", Decimal(5))))
    assert read.other_prices == (("own", 4),)


def test_light_values_are_made_told_apart_and_changed_as_dataclasses_are() -> None:
    one, other = Notice("x"), Notice("x", {}, "note")
    assert one == other
    assert one.params is not Notice("x").params
    assert replace(one, severity="warning") != one
    assert hash(LandUse("ODT", "2024", None)) == hash(LandUse(code="ODT", regime="2024", area=None))
    assert pickle.loads(pickle.dumps(part())) == part()
    for wrong in (lambda: Notice(), lambda: settled.State(Decimal(1)), lambda: Notice("x", other=1)):  # type: ignore[call-arg, misc]
        with pytest.raises(TypeError):
            wrong()
    likely = settled.State(limit=Decimal(1))
    assert (likely.order, likely.reduced, likely.area) == ("even", ("none", 0), "likely")
    assert repr(likely).startswith("State(limit=Decimal('1'), eligible=False")


def test_what_does_more_than_take_its_fields_is_not_made_lightly() -> None:
    @dataclass(frozen=True, slots=True)
    class Checked:
        one: int

        def __post_init__(self) -> None:
            assert self.one

    @dataclass(frozen=True, slots=True)
    class Made:
        one: int = field(init=False, default=1)

    for of in (Checked, Made):
        with pytest.raises(TypeError, match=of.__name__):
            light(of)
