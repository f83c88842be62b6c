"""The levy against worked cases (tests/cases), its days, and what must hold of every estimate."""

from __future__ import annotations

import tomllib
from dataclasses import replace
from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from landinfo import levy
from landinfo.case import Case, Part, read_case
from landinfo.estimate import Estimate, estimate
from landinfo.model import BadInput, CannotBeAnswered
from landinfo.store.rulebook import read_rulebook

ROOT = Path(__file__).resolve().parent.parent
BOOK = read_rulebook(ROOT / "data")
RULES = BOOK.rules


def cases(name: str) -> dict[str, Any]:
    return tomllib.loads((ROOT / "tests" / "cases" / name).read_text("utf-8"), parse_float=Decimal)


CASES = [worked for name in ("levy", "conversion", "edges") for worked in cases(f"{name}.toml")["case"]]
TOOL = cases("land_registry_2017.toml")
ITEMS = ("levy", "land_rent", "registration_fee", "rice_land_payment")


@pytest.mark.parametrize("worked", CASES, ids=lambda c: c["name"])
def test_worked_case(worked: dict[str, Any]) -> None:
    found = estimate(read_case(worked["ask"]), RULES)
    by_code = {item.code: item for item in found.items}
    for code in ITEMS:
        if code in worked:
            assert by_code[code].amount == worked[code], (code, worked["arithmetic"])
    if "total" in worked:
        assert found.total == worked["total"]
    if "low" in worked:
        high = None if worked["high"] == "none" else worked["high"]
        assert (found.items[0].low, found.items[0].high) == (worked["low"], high)
    others = {r.name.code: r.levy for r in found.readings}
    assert {code: others.get(code) for code in worked.get("reading", {})} == worked.get("reading", {})
    first = found.items[0]
    if "lines" in worked:
        assert [line.amount for line in first.lines] == worked["lines"]
    if "unknown" in worked:
        assert [(i.amount, i.reason and i.reason.code) for i in found.items] == [
            (None, worked["unknown"]),
            (0, None) if worked.get("registration_fee") == 0 else (None, worked["unknown"]),
        ]
        assert "assumed-limit" not in {n.code for n in found.assumptions}
    if "cited" in worked:
        cited = [f"{c.document}, {c.article}" for line in first.lines for c in line.citations]
        assert list(dict.fromkeys(cited)) == worked["cited"]
    sums(found)


@pytest.mark.parametrize("worked", [c for c in CASES if "state" in c or "late" in c], ids=lambda c: c["name"])
def test_worked_recalculation_and_late_payment(worked: dict[str, Any]) -> None:
    found = estimate(read_case(worked["ask"]), RULES)
    late = found.late
    if "state" in worked:
        again = found.recalculation
        assert again is not None
        assert again.state == worked["state"]
        assert {k: getattr(again, k) for k in ("to_pay", "refund") if k in worked} == {
            k: worked[k] for k in ("to_pay", "refund") if k in worked
        }
        late = again.late
    if "late" in worked:
        assert sum(each.amount for each in late) == worked["late"], worked["arithmetic"]


def sums(found: Estimate) -> None:
    """Lines sum to items, items to the total, each exactly."""
    for item in found.items:
        if item.amount is not None:
            assert sum(line.amount or Decimal(0) for line in item.lines) == item.amount
            assert all(line.amount == int(line.amount or 0) for line in item.lines)
    if found.items[0].amount is not None:
        assert found.total == sum(item.amount or Decimal(0) for item in found.items)


def of_tool(row: dict[str, Any], position: int) -> Decimal:
    """Our amount for one square metre at a position, in thousands of đồng to one decimal as the tool shows it."""
    use, target = row["land_use"], row["convert_to"]
    part = {
        "area": 1,
        "land_use": use,
        "price": TOOL["prices"][use][position] * 1000,
        "target_price": TOOL["prices"][target][position] * 1000,
        "k_price": TOOL["k"][use],
        "k_target": TOOL["k"][target],
        "term_left_months": row.get("months"),
    }
    if target != "ODT":
        part["rent"] = "one_off"
    facts = {"allotment_limit": row.get("limit", 0)}
    found = estimate(read_case({"on": "2017-03-14", "convert_to": target, "parts": [part], "facts": facts}), RULES)
    amount = found.items[0].amount
    assert amount is not None
    return (amount / 1000).quantize(Decimal("0.1"), ROUND_HALF_UP)


@pytest.mark.parametrize("row", TOOL["row"], ids=lambda r: f"{r['number']}: {r['conversion']}")
def test_the_land_registry_tool(row: dict[str, Any]) -> None:
    """44 amounts agree; in rows 3 and 4 the tool forgot K on LUA, and ours stands beside its figures."""
    found = [of_tool(row, position) for position in range(4)]
    assert found == row.get("ours", row["tool"])
    assert ("discrepancy" in row) == (found != row["tool"])


def test_the_tool_has_44_amounts_and_8_that_differ() -> None:
    agree = [r for r in TOOL["row"] if "discrepancy" not in r]
    assert [r["number"] for r in TOOL["row"]] == list(range(1, 14))
    assert sum(len(r["tool"]) for r in agree) == 44


def plain(on: date = date(2026, 3, 1), **facts: Any) -> Case:
    part = Part("1", Decimal(250), Decimal(250), Decimal(250), "CLN", Decimal(2_000_000), Decimal(20_000_000))
    return Case(on, "ODT", "household", (part,), facts)


SETTLED = {"was_residential_before": False, "reduction_group": "none", "fee_paid_before": False}


def of(found: Estimate, code: str = "levy") -> Any:
    return next(item for item in found.items if item.code == code)


def test_the_range_covers_30_to_100_percent_when_nothing_is_told() -> None:
    # 250 × 18 M = 4,500 M in full; all within the limit 30 % = 1,350 M; land once residential pays nothing
    told = {"was_residential_before": False, "reduction_group": "none", "allocated_without_fee": True}
    found = of(estimate(plain(**told), RULES))
    assert (found.low, found.high) == (1_350_000_000, 4_500_000_000)
    # leased with annual rent nothing would be deducted: 250 × 20 M
    assert of(estimate(plain(**{**told, "allocated_without_fee": None}), RULES)).high == 5_000_000_000
    # a household exempt within the limit pays nothing when all of it lies within
    assert of(estimate(plain(**{**told, "reduction_group": None}), RULES)).low == 0
    assert of(estimate(plain(), RULES)).low == 0


def test_unknown_limit_is_a_range_and_a_question_never_a_number() -> None:
    told = {"same_parcel_as_recognised_residential": True, "first_conversion": True, **SETTLED}
    found = estimate(plain(**told, chosen_parcel=True, garden_pond_origin_separated=False), RULES)
    item = of(found)
    # L = 250: 30 %; L = 0: 100 %; likely 160 as in old Ho Chi Minh City: C2
    assert (item.low, item.amount, item.high) == (1_350_000_000, 1_674_000_000, 4_500_000_000)
    assert found.questions[0].fact == "allotment_limit"
    assert found.questions[0].moves == 3_150_000_000
    assert "assumed-limit" in {n.code for n in found.assumptions}


def test_only_questions_that_move_the_total_are_asked() -> None:
    told = {"first_conversion": False, "reduction_group": "none", "allocated_without_fee": True}
    asked = [q.fact for q in estimate(plain(**told), RULES).questions]
    # not eligible and not reduced: the limit, the limbs and the garden move nothing
    assert asked == ["was_residential_before", "fee_paid_before"]


def test_the_questions_of_somebody_who_told_nothing() -> None:
    found = {q.fact: q.moves for q in estimate(plain(), RULES).questions}
    # in full and leased 250 × 20 M = 5,000 M, fee 25 M; eligible within the limit 30 % × 4,500 M = 1,350 M; the reduced
    # group is exempt within the limit and pays no fee, so that within the limit it moves all that is due: 5,025 M
    assert found == {
        "was_residential_before": 5_025_000_000,
        "reduction_group": 5_025_000_000,
        "allotment_limit": 5_000_000_000,
        "same_parcel_as_recognised_residential": 3_650_000_000,
        "garden_pond_origin_separated": 3_650_000_000,
        "split_by_survey_before_2014_07_01": 3_650_000_000,
        "first_conversion": 3_650_000_000,
        "allocated_without_fee": 500_000_000,
        "fee_paid_before": 25_000_000,
    }


def test_a_limb_already_held_leaves_the_other_limbs_unasked() -> None:
    told = estimate(plain(same_parcel_as_recognised_residential=True, **SETTLED, allocated_without_fee=True), RULES)
    assert [q.fact for q in told.questions] == ["first_conversion", "allotment_limit"]


def test_the_first_conversion_told_the_parcel_chosen_is_asked() -> None:
    told = {"same_parcel_as_recognised_residential": True, "first_conversion": True, "allotment_limit": Decimal(160)}
    found = estimate(plain(**told, **SETTLED, allocated_without_fee=True), RULES)
    # default as first_conversion: 1,674 M; another parcel chosen: 4,500 M
    assert [(q.fact, q.moves) for q in found.questions] == [("chosen_parcel", 2_826_000_000)]
    assert (found.items[0].amount, found.items[0].high) == (1_674_000_000, 4_500_000_000)


@pytest.mark.parametrize(("given", "asked"), [(None, True), ("annual", False)])
def test_the_rent_is_asked_where_it_is_not_told(given: str | None, asked: bool) -> None:
    case = plain()
    leased = replace(case, convert_to="TMD", parts=(replace(case.parts[0], rent=given),))
    facts = [q.fact for q in estimate(leased, RULES).questions]
    assert ("rent" in facts) is asked
    assert ("term_left_months" in facts) is asked
    assert "rent_rate" in facts


def test_unknown_k_of_regime_a_has_no_upper_bound() -> None:
    told = {"reduction_group": "none", "allocated_without_fee": True, "garden_pond_of_house_parcel": False,
            "garden_pond_origin_separated": False, "split_by_survey_before_2014_07_01": False}  # fmt: skip
    found = of(estimate(plain(date(2023, 5, 1), allotment_limit=Decimal(100), **told), RULES))
    # K = 1 is likely: 250 × 18 M; what lies within the limit is certain: 100 × 18 M
    assert (found.amount, found.low, found.high) == (4_500_000_000, 1_800_000_000, None)
    assert found.reason.code == "levy-k-unknown"
    within = of(estimate(plain(date(2023, 5, 1), allotment_limit=Decimal(250), **told), RULES))
    assert (within.amount, within.high) == (4_500_000_000, 4_500_000_000)


def test_an_unknown_price_is_not_zero() -> None:
    case = plain()
    for hidden in ("price", "target_price"):
        found = estimate(replace(case, parts=(replace(case.parts[0], **{hidden: None}),)), RULES)
        assert of(found).amount is None
        assert of(found).reason.code == "levy-price-unknown"
        assert found.total is None


def test_a_price_that_only_one_way_asks_for_leaves_the_range_open() -> None:
    told = {"same_parcel_as_recognised_residential": True, "allotment_limit": Decimal(160), **SETTLED}
    case = plain(**told, first_conversion=True)
    part = replace(case.parts[0], price=None, rent="annual")
    # another parcel chosen: 250 × 20 M without the old price; this one chosen asks for it
    asked = estimate(replace(case, parts=(part,)), RULES)
    assert asked.items[0].amount is None
    second = estimate(replace(case, parts=(part,), facts={**case.facts, "first_conversion": None}), RULES)
    assert second.items[0].reason is not None
    sure = estimate(replace(case, parts=(part,), facts={**case.facts, "first_conversion": False}), RULES)
    assert (sure.items[0].amount, sure.items[0].low, sure.items[0].high) == (5_000_000_000,) * 3
    limbs = {"same_parcel_as_recognised_residential": None, "first_conversion": True}
    open_ = estimate(replace(case, parts=(part,), facts={**case.facts, **limbs}), RULES)
    assert (open_.items[0].amount, open_.items[0].low, open_.items[0].high) == (5_000_000_000, 0, None)
    # the levy may be nothing, the fee may not: 0.5 % × 250 × 20 M
    assert open_.low == 25_000_000


def test_before_every_regime_there_is_no_answer() -> None:
    with pytest.raises(CannotBeAnswered) as refused:
        estimate(plain(date(2014, 6, 30)), RULES)
    assert refused.value.code == "before-every-regime"
    assert refused.value.params["first"] == date(2014, 7, 1)
    assert estimate(plain(date(2014, 7, 1), allotment_limit=Decimal(250)), RULES).regime == "2014-07-01"


@pytest.mark.parametrize(
    ("day", "name"),
    [
        (date(2024, 7, 31), "2014-07-01"),
        (date(2024, 8, 1), "2024-08-01"),
        (date(2025, 12, 31), "2024-08-01"),
        (date(2026, 1, 1), "2026-01-01"),
        (date(2026, 11, 24), "2026-01-01"),
    ],
)
def test_regime_by_day(day: date, name: str) -> None:
    function, found, cited = levy.regime(day, RULES)
    assert found == name
    assert function is levy.REGIMES[name]
    assert cited.document


def test_an_organisation_pays_in_full() -> None:
    told = {"same_parcel_as_recognised_residential": True, "first_conversion": True, "allotment_limit": Decimal(1000)}
    case = replace(plain(**told, was_residential_before=False), land_user="organisation")
    assert of(estimate(case, RULES)).amount == 4_500_000_000


def test_land_once_residential_pays_no_levy() -> None:
    assert of(estimate(plain(was_residential_before=True), RULES)).amount == 0


def test_lease_targets_are_rent_not_levy() -> None:
    found = estimate(replace(plain(), convert_to="TMD"), RULES)
    assert found.items[0].code == "land_rent"
    # 250 × (20 M × 50/70 − 2 M), the usual term; at most 250 × 20 M for 70 years of land not allocated
    assert found.items[0].amount == 3_071_428_571
    assert found.items[0].low == 0


def test_the_rice_land_payment_has_a_floor_and_no_ceiling() -> None:
    case = plain()
    rice = replace(case, parts=(replace(case.parts[0], land_use="LUC"),))
    found = estimate(rice, RULES)
    item = of(found, "rice_land_payment")
    # at least 50 % × 250 m² × 2,000,000
    assert (item.amount, item.low, item.high) == (250_000_000, 250_000_000, None)
    assert item.reason.code == "rice-rate-unknown"
    assert found.high is None
    assert "rice-may-not-be-due" in {n.code for n in found.notices}
    assert found.total is not None
    assert {r.name.code: r.total for r in found.readings}["reading-rice-not-due"] == found.total - 250_000_000
    assert "rice_land_payment" not in {i.code for i in estimate(case, RULES).items}


def test_registration_fee_once_paid_lies_between_nothing_and_all() -> None:
    found = of(estimate(plain(fee_paid_before=True), RULES), "registration_fee")
    assert (found.low, found.amount, found.high) == (0, 0, 25_000_000)


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"parts": []}, "parts"),
        ({"parts": [{"area": -5, "land_use": "CLN"}]}, "parts[0].area"),
        ({"parts": [{"area": 0, "land_use": "CLN"}]}, "parts[0].area"),
        ({"parts": [{"area": "nan", "land_use": "CLN"}]}, "parts[0].area"),
        ({"parts": [{"area": float("inf"), "land_use": "CLN"}]}, "parts[0].area"),
        ({"parts": [{"area": True, "land_use": "CLN"}]}, "parts[0].area"),
        ({"parts": [{"area": 10**12, "land_use": "CLN"}]}, "parts[0].area"),
        ({"parts": [{"area": 10, "land_use": "cln"}]}, "parts[0].land_use"),
        ({"parts": [{"area": 10, "land_use": "CLN", "price": -1}]}, "parts[0].price"),
        ({"parts": [{"area": 10, "land_use": "CLN", "rent": "monthly"}]}, "parts[0].rent"),
        ({"parts": [{"area": 10, "land_use": "CLN", "sum": 1}]}, "parts[0].sum"),
        ({"on": "2026-13-01"}, "on"),
        ({"on": None}, "on"),
        ({"convert_to": 7}, "convert_to"),
        ({"land_user": "king"}, "land_user"),
        ({"facts": {"first_conversion": "yes"}}, "fact.first_conversion"),
        ({"facts": {"rich": True}}, "fact.rich"),
        ({"facts": {"allotment_limit": -1}}, "fact.allotment_limit"),
        ({"colour": "red"}, "colour"),
    ],
)
def test_a_bad_case_names_its_field(change: dict[str, Any], field: str) -> None:
    good = {"on": "2026-03-01", "convert_to": "ODT", "parts": [{"area": 250, "land_use": "CLN"}]}
    with pytest.raises(BadInput) as refused:
        read_case({**good, **change})
    assert refused.value.field == field


PART = st.builds(
    lambda area, cheap, dear, use, k: Part(
        "p", area, area, area, use, Decimal(cheap), Decimal(dear), Decimal(k) / 10, Decimal(k) / 10
    ),
    st.decimals(1, 3000, places=1),
    st.integers(0, 30_000_000),
    st.integers(0, 90_000_000),
    st.sampled_from(["CLN", "LUC", "SKC"]),
    st.integers(5, 30),
)


@given(parts=st.lists(PART, min_size=1, max_size=4), limit=st.decimals(0, 2000, places=0))
@settings(max_examples=200, deadline=None)
def test_a_larger_limit_never_costs_more(parts: list[Part], limit: Decimal) -> None:
    named = tuple(replace(p, id=str(i)) for i, p in enumerate(parts))
    told = {"same_parcel_as_recognised_residential": True, "first_conversion": True, "was_residential_before": False}
    amounts = [
        of(estimate(Case(date(2026, 3, 1), "ODT", "household", named, {**told, "allotment_limit": size}), RULES)).amount
        for size in (limit, limit + 50)
    ]
    assert amounts[1] <= amounts[0]


@pytest.mark.parametrize(
    ("limit", "group", "levy", "other"),
    [
        # C: 100 m² of CLN, D 10 M, eligible, and 100 m² of recognised SKC, D 17 M; poor: 50 % off within the limit
        (100, "poor", 1_850, 1_150),  # 300 − 150 + 1,700; the shop first: 300 + 1,700 − 850
        (150, "poor", 1_425, 1_075),  # 50 m² left for the shop: 150 + 1,700 − 425; or 50 m² for the field: 225 + 850
        (80, "poor", 1_920, 1_360),  # 80 × 3 − 120 + 20 × 5 + 1,700; 240 + 100 + 1,700 − 680: the steps stay
        (200, "poor", 1_000, None),  # room for both: 150 + 850 either way
        (100, "none", 2_000, None),  # nothing is reduced: the steps count the eligible area alone
    ],
)
def test_other_ground_may_use_the_limit_of_a_reduction_first(
    limit: int, group: str, levy: int, other: int | None
) -> None:
    told = {"same_parcel_as_recognised_residential": True, "first_conversion": True, "chosen_parcel": True,
            "was_residential_before": False, "fee_paid_before": False, "allocated_without_fee": True,
            "reduction_group": group, "allotment_limit": Decimal(limit)}  # fmt: skip
    hundred, field, shop = Decimal(100), Decimal(10_000_000), Decimal(3_000_000)
    parts = (
        Part("field", hundred, hundred, hundred, "CLN", field, 2 * field),
        Part("shop", hundred, hundred, hundred, "SKC", shop, 2 * field, rent="recognised"),
    )
    found = estimate(Case(date(2026, 9, 1), "ODT", "household", parts, told), RULES)
    assert of(found).amount == levy * 1_000_000
    others = {r.name.code: r.levy for r in found.readings}
    expected = None if other is None else other * 1_000_000
    assert others.get("reading-quota-other-ground-first") == expected
