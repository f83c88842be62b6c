"""What answering a question does, and what an answer says of K: the findings of a lawyer's review."""

from __future__ import annotations

import json
import re
import tomllib
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from landinfo import present_estimate
from landinfo.case import read_case
from landinfo.model import BadInput
from landinfo.store.rulebook import read_rulebook

ROOT = Path(__file__).resolve().parent.parent
BOOK = read_rulebook(ROOT / "data")
OF_CASE = jsonschema.Draft202012Validator(json.loads((ROOT / "data" / "case.schema.json").read_text("utf-8")))
KNOWN = date(2026, 11, 24)


def part(area: float, use: str, price: int | None, target_price: int | None, **more: Any) -> dict[str, Any]:
    return {"area": area, "land_use": use, "price": price, "target_price": target_price, **more}


def run(on: str, target: str, parts: list[dict[str, Any]], facts: dict[str, Any], **more: Any) -> Any:
    asked = {"on": on, "convert_to": target, "parts": parts, "facts": facts, **more}
    return present_estimate.of_case(asked, KNOWN, BOOK)


def question(answer: Any, fact: str) -> Any:
    return next(q for q in answer["questions"] if q["fact"] == fact)


MIXED = [part(100, "CLN", 2_000_000, 20_000_000), part(100, "SKC", 10_000_000, 20_000_000)]
TOLD = {"was_residential_before": False, "reduction_group": "none", "fee_paid_before": False}


@pytest.mark.parametrize("allocated", [None, True])
def test_the_rent_that_is_asked_for_can_be_answered(allocated: bool | None) -> None:
    told = {**TOLD, "allocated_without_fee": allocated}
    before = run("2025-03-01", "ODT", MIXED, told)
    # 100 × 18 M + 100 × 10 M where the SKC is recognised, + 100 × 20 M where it is leased by the year
    assert (before["levy"]["low"], before["levy"]["likely"]) == (2_800_000_000, 2_800_000_000)
    assert question(before, "rent")["default"] == "recognised"
    for choice in [c["value"] for c in question(before, "rent")["choices"]]:
        after = run("2025-03-01", "ODT", MIXED, {**told, "rent": choice})
        assert before["levy"]["low"] <= after["levy"]["likely"] <= before["levy"]["high"]
    assert run("2025-03-01", "ODT", MIXED, {**told, "rent": "annual"})["levy"]["likely"] == 3_800_000_000


def test_the_default_answered_moves_nothing() -> None:
    skc = [part(200, "SKC", 6_000_000, 12_000_000)]
    before = run("2025-03-01", "ODT", skc, TOLD)
    assert (before["levy"]["low"], before["levy"]["likely"], before["levy"]["high"]) == (
        1_200_000_000, 1_200_000_000, 2_400_000_000)  # fmt: skip
    assert [c["value"] for c in question(before, "rent")["choices"]] == ["recognised", "one_off", "annual"]
    after = run("2025-03-01", "ODT", skc, {**TOLD, "rent": question(before, "rent")["default"]})
    assert set(after["range"].values()) == {before["range"]["likely"]}
    assert "công nhận" in str(before["assumptions"])
    assert "thuê trả tiền một lần" not in str(before["assumptions"])
    leased = run("2025-03-01", "TMD", skc, TOLD)
    assert [c["value"] for c in question(leased, "rent")["choices"]] == ["one_off", "annual"]


@pytest.mark.parametrize(
    ("target", "ground", "facts", "field"),
    [
        ("TMD", part(10, "CLN", 1, 2), {"rent": "recognised"}, "fact.rent"),
        ("ODT", part(10, "CLN", 1, 2), {"rent": "recognised"}, "fact.rent"),
        ("ODT", part(10, "CLN", 1, 2, rent="recognised"), {}, "parts[0].rent"),
        ("ODT", part(10, "SKC", 1, 2, rent="recognised", term_left_months=12), {}, "parts[0].rent"),
    ],
)
def test_only_long_term_ground_is_recognised(target: str, ground: Any, facts: Any, field: str) -> None:
    with pytest.raises(BadInput) as refused:
        run("2025-03-01", target, [ground], facts)
    assert (refused.value.field, refused.value.code) == (field, "contradiction-recognised")


def test_a_k_that_does_not_count_is_said_not_to() -> None:
    ground = [part(100, "CLN", 2_000_000, 20_000_000, k_price=1.5, k_target=1.5)]
    told = {**TOLD, "same_parcel_as_recognised_residential": True, "first_conversion": True, "allotment_limit": 160}
    said = {on: {n["code"] for n in run(on, "ODT", ground, told)["notices"]} for on in ("2026-06-30", "2026-07-01")}
    assert ["k-not-in-force" in codes for codes in said.values()] == [True, False]


def test_recalculation_says_what_was_not_told() -> None:
    ground = [part(300, "CLN", 800_000, 10_000_000)]
    limbs = {"same_parcel_as_recognised_residential": True, "first_conversion": True, "allotment_limit": 160}
    days = {"recalculation_requested": "2026-05-01"}
    untold = run("2025-03-01", "ODT", ground, limbs, days=days)["recalculation"]["text"]
    assert ("Chưa cho biết" in untold["vi"], "was not told" in untold["en"]) == (True, True)
    open_ = run("2025-03-01", "ODT", ground, {"allotment_limit": 160}, days=days)["recalculation"]["text"]
    assert ("Chưa thể nói" in open_["vi"], "cannot be said yet" in open_["en"]) == (True, True)


def test_an_organisation_is_not_asked_for_a_garden() -> None:
    answer = run("2020-05-01", "ODT", [part(100, "CLN", 1_000_000, 10_000_000)], {}, land_user="organisation")
    assert {q["fact"] for q in answer["questions"]} & {
        "garden_pond_of_house_parcel",
        "garden_pond_origin_separated",
    } == set()
    cited = {c["article"] for c in answer["lines"][0]["citations"]}
    assert "Điều 5 khoản 1" in cited


def test_rice_land_of_an_unknown_kind_is_unknown_not_nothing() -> None:
    told = {**TOLD, "first_conversion": False, "allocated_without_fee": True}
    ground = [part(200, "LUA", 800_000, 10_000_000), part(100, "LUC", 800_000, 10_000_000)]
    answer = run("2026-03-01", "ODT", ground, told)
    rice = next(c for c in answer["charges"] if c["code"] == "rice_land_payment")
    # of the LUC at least 50 % × 100 × 800,000; of the LUA from nothing on
    assert (rice["amount"], rice["low"], rice["high"]) == (None, 40_000_000, None)
    assert "LUC" in rice["reason"]["vi"]
    # levy 300 × 9.2 M, registration 0.5 % × 300 × 10 M; what is not known is not in the sum
    assert (answer["total"], answer["range"]["high"]) == (2_775_000_000, None)
    alone = run("2026-03-01", "ODT", ground[:1], told)
    assert next(c for c in alone["charges"] if c["code"] == "rice_land_payment")["low"] == 0
    before_2015 = run("2015-06-30", "ODT", ground, {**told, "allotment_limit": 300})
    assert "rice_land_payment" not in {c["code"] for c in before_2015["charges"]}


def test_a_rice_rate_that_is_told_has_a_high_end() -> None:
    told = {**TOLD, "first_conversion": False, "allocated_without_fee": True, "rice_rate": 0.6}
    answer = run("2026-03-01", "ODT", [part(200, "LUC", 800_000, 10_000_000)], told)
    rice = next(c for c in answer["charges"] if c["code"] == "rice_land_payment")
    # 60 % × 200 × 800,000 = 96 M; levy 200 × 9.2 M = 1,840 M; fee 0.5 % × 200 × 10 M = 10 M
    assert (rice["low"], rice["amount"], rice["high"]) == (96_000_000,) * 3
    assert set(answer["range"].values()) == {1_946_000_000}


def test_one_off_rent_keeps_its_halves_beside_annual_rent() -> None:
    ground = [
        part(100, "CLN", 600_000, 7_000_000, rent="one_off", term_left_months=600),
        part(100, "CLN", 600_000, 7_000_000, rent="annual"),
    ]
    answer = run("2026-03-01", "TMD", ground, {"rent_rate": 0.01, "fee_paid_before": False}, notice="2026-03-01")
    paid = [(p["amount"], p["within_days"], p["due"]) for p in answer["payment"] if p["item"] == "land_rent"]
    # 100 × (7 M × 50/70 − 0.6 M) = 440 M in two halves; 100 × 7 M × 1 % = 7 M at once
    assert paid == [(220_000_000, 30, "2026-03-31"), (220_000_000, 90, "2026-05-30"), (7_000_000, 30, "2026-03-31")]


@pytest.mark.parametrize("on", ["2018-05-02", "2021-05-02", "2026-03-02", "2026-07-01"])
def test_the_days_to_pay_are_30_and_90_of_the_levy_and_30_of_the_fee(on: str) -> None:
    told = {**TOLD, "first_conversion": False, "allotment_limit": 1}
    answer = run(on, "ODT", [part(1, "CLN", 1_000_000, 201_000_101)], told, notice=on)
    # 200,000,101: the odd đồng falls on the first half; 0.5 % × 201,000,101 = 1,005,000.5; its own notice is not told
    assert [(p["item"], p["amount"], p["within_days"]) for p in answer["payment"]] == [
        ("levy", 100_000_051, 30),
        ("levy", 100_000_050, 90),
        ("registration_fee", 1_005_001, 30),
    ]
    due = [date.fromisoformat(p["due"]) - date.fromisoformat(on) for p in answer["payment"][:2]]
    assert ([day.days for day in due], answer["payment"][2]["due"]) == ([30, 90], None)


def test_the_last_day_of_asking_for_recalculation_is_31_december_2026() -> None:
    """Before 2027-01-01 (Resolution 254/2025/QH15 art. 4.10, Decree 50/2026 art. 12.2)."""
    ground = [part(300, "CLN", 800_000, 10_000_000)]
    told = run("2025-03-01", "ODT", ground, TOLD)
    late = run("2025-03-01", "ODT", ground, TOLD, days={"recalculation_requested": "2027-01-01"})
    assert "chậm nhất ngày 31/12/2026" in str(told["notices"])
    assert "hạn cuối là ngày 31/12/2026" in late["recalculation"]["text"]["vi"]


@pytest.mark.parametrize(("filed", "noted"), [("2023-05-31", False), ("2023-06-01", True)])
def test_the_fees_of_another_territory_are_those_of_the_day_of_filing(filed: str, noted: bool) -> None:
    """Resolution 02/2023/NQ-HĐND of old Ho Chi Minh City is in force from 2023-06-01."""
    answer = run("2023-07-01", "ODT", [part(1, "CLN", 1, 2)], TOLD, days={"filed": filed})
    assert ("02/2023/NQ-HĐND" in str(answer["not_included"])) is noted


@pytest.mark.parametrize(("target_price", "shown"), [(20_000_000, False), (1_000_000, True)])
def test_a_levy_covered_by_compensation_is_still_a_levy(target_price: int, shown: bool) -> None:
    ground = [part(100, "CLN", 2_000_000, target_price)]
    answer = run("2025-03-01", "ODT", ground, {**TOLD, "allotment_limit": 100}, compensation=5_000_000_000)
    assert answer["levy"]["amount"] == 0
    assert ("reading-no-fee-without-levy" in {r["code"] for r in answer["readings"]}) is shown


ELIGIBLE = {**TOLD, "same_parcel_as_recognised_residential": True, "first_conversion": True, "allotment_limit": 160}


@pytest.mark.parametrize(("on", "basis"), [("2026-06-30", "table"), ("2026-07-01", "table × K")])
@pytest.mark.parametrize("facts", [ELIGIBLE, {**TOLD, "first_conversion": False}])
def test_k_is_cited_where_it_counts(on: str, basis: str, facts: dict[str, Any]) -> None:
    answer = run(on, "ODT", [part(250, "CLN", 2_000_000, 20_000_000)], facts)
    cited = [
        {(c["document"], c["status"]) for c in line["citations"]} for line in answer["lines"] if line["item"] == "levy"
    ]
    assert {("45/2026/QĐ-UBND", "secondary") in c for c in cited} == {basis == "table × K"}
    assert answer["basis"] == basis
    rent = run(on, "TMD", [part(250, "CLN", 2_000_000, 20_000_000, rent="one_off", term_left_months=600)], TOLD)
    assert rent["basis"] == basis


@pytest.mark.parametrize(("limit", "basis"), [(0, "table × K"), (100, "table × K"), (250, "table")])
def test_the_basis_of_2014_is_what_lies_over_the_limit(limit: int, basis: str) -> None:
    ground = [part(250, "CLN", 400_000, 18_000_000, k_price=2, k_target=1.2)]
    assert run("2020-05-01", "ODT", ground, {**TOLD, "allotment_limit": limit})["basis"] == basis


def test_a_day_past_the_next_check_warns_whichever_day_it_is() -> None:
    def warned(**days: str) -> set[str]:
        told = run("2026-12-20", "ODT", [part(20, "CLN", 1_000_000, 11_000_000)], TOLD, notice="2026-12-20", days=days)
        return {n["code"] for n in told["notices"]} & {
            "day-beyond-check", "declared-beyond-check", "paid-beyond-check"}  # fmt: skip

    assert warned(declared="2026-12-31", paid="2026-12-31") == set()
    assert warned(declared="2027-01-01", paid="2026-12-31") == {"declared-beyond-check"}
    assert warned(declared="2026-12-31", paid="2027-01-01") == {"paid-beyond-check"}
    late = run("2027-01-01", "ODT", [part(20, "CLN", 1_000_000, 11_000_000)], TOLD)
    assert "day-beyond-check" in {n["code"] for n in late["notices"]}


@pytest.mark.parametrize(("separated", "said"), [(True, True), (False, False), (None, False)])
def test_the_same_parcel_that_was_split_off_is_asked_about(separated: bool | None, said: bool) -> None:
    facts = {**TOLD, "same_parcel_as_recognised_residential": True, "garden_pond_origin_separated": separated}
    answer = run("2026-03-01", "ODT", [part(10, "CLN", 1_000_000, 2_000_000)], facts)
    assert ("same-parcel-and-separated" in {n["code"] for n in answer["notices"]}) is said


@pytest.mark.parametrize(("paid", "said"), [(90_000_000, False), (90_000_001, True)])
def test_more_than_is_due_was_paid(paid: int, said: bool) -> None:
    facts = {**TOLD, "first_conversion": False, "allocated_without_fee": True}
    answer = run("2026-03-01", "ODT", [part(10, "CLN", 1_000_000, 10_000_000)], facts, notice="2026-03-02", paid=paid)
    assert answer["levy"]["high"] == 90_000_000
    assert ("paid-above-levy" in {n["code"] for n in answer["notices"]}) is said
    again = run("2025-03-01", "ODT", [part(10, "CLN", 1_000_000, 10_000_000)], facts, paid=paid,
                days={"recalculation_requested": "2026-05-01"})  # fmt: skip
    assert "paid-above-levy" not in {n["code"] for n in again["notices"]}


def test_paid_within_the_range_is_not_remarked() -> None:
    ground = [part(10, "CLN", 1_000_000, 10_000_000)]
    open_ = run("2026-03-01", "ODT", ground, TOLD)["levy"]
    assert open_["likely"] < open_["high"]
    for paid, said in ((open_["high"], False), (open_["high"] + 1, True)):
        answer = run("2026-03-01", "ODT", ground, TOLD, notice="2026-03-02", paid=paid)
        assert ("paid-above-levy" in {n["code"] for n in answer["notices"]}) is said


def test_recalculation_cites_what_says_how_the_balance_is_paid() -> None:
    found = run("2025-03-01", "ODT", [part(300, "CLN", 800_000, 10_000_000)],
                {"same_parcel_as_recognised_residential": True, "allotment_limit": 160}, paid=2_760_000_000,
                days={"recalculation_requested": "2026-05-01"})["recalculation"]  # fmt: skip
    assert [(c["document"], c["article"]) for c in found["citations"]] == [
        ("254/2025/QH15", "Điều 4 khoản 10"), ("50/2026/NĐ-CP", "Điều 12 khoản 2")]  # fmt: skip


def test_late_payment_says_from_when_to_when_and_cites_both_rules() -> None:
    facts = {**TOLD, "first_conversion": False}
    [half, _] = run("2026-03-01", "ODT", [part(20, "CLN", 1_000_000, 11_000_000)], facts, notice="2026-03-01",
                    days={"paid": "2026-06-10"})["late"]  # fmt: skip
    # due 31/03, paid 10/06, which does not count: 30 days of April, 31 of May, 9 of June
    assert (half["days"], half["amount"]) == (70, 2_100_000)
    assert "tính từ 01/04/2026 đến hết 09/06/2026" in half["text"]["vi"]
    assert "counted from 01/04/2026 to 09/06/2026" in half["text"]["en"]
    assert [c["article"] for c in half["citations"]] == ["Điều 59", "Điều 59 khoản 2"]


def test_on_the_day_after_it_is_due_no_day_is_late_yet() -> None:
    facts = {**TOLD, "first_conversion": False}
    ground = [part(20, "CLN", 1_000_000, 11_000_000)]
    days = {paid: len(run("2026-03-01", "ODT", ground, facts, notice="2026-03-01", days={"paid": paid})["late"])
            for paid in ("2026-03-31", "2026-04-01", "2026-04-02")}  # fmt: skip
    assert days == {"2026-03-31": 0, "2026-04-01": 0, "2026-04-02": 1}


def test_a_formula_gives_its_amount_again() -> None:
    # 160 m² of limit spread over 1,440 m²: 160/1440 of each part, which no two decimals hold
    ground = [part(110, "CLN", 1_000_000, 20_000_001, id="A"), part(1330, "CLN", 1_000_000, 20_000_001, id="B")]
    facts = {**TOLD, "same_parcel_as_recognised_residential": True, "allotment_limit": 160}
    lines = [line for line in run("2026-03-01", "ODT", ground, facts)["lines"] if line["item"] == "levy"]
    assert len(lines) == 6
    for line in lines:
        told = {i["name"]: Decimal(i["value"]) for i in line["inputs"]}
        written = re.search(r"([\d.,]+)\u00a0m²", line["formula"]["en"])
        assert written is not None
        for area in (told["area"], Decimal(written[1].replace(",", ""))):
            assert abs(area * told["difference"] * told["rate"] - line["amount"]) < Decimal("1.3")


def test_a_rent_below_the_price_deducted_says_it_is_never_negative() -> None:
    rent = run("2026-03-01", "TMD", [part(10, "CLN", 9_000_000, 9_000_000, rent="one_off", term_left_months=60)], TOLD)
    [line] = [line for line in rent["lines"] if line["item"] == "land_rent"]
    assert line["amount"] == 0
    assert "không âm" in line["formula"]["vi"]
    assert "never below 0" in line["formula"]["en"]


HELD = {"same_parcel_as_recognised_residential": False, "garden_pond_origin_separated": False,
        "split_by_survey_before_2014_07_01": False, "allotment_limit": 160}  # fmt: skip
B_300 = [part(300, "CLN", 800_000, 10_000_000)]


@pytest.mark.parametrize(
    ("facts", "asked", "state"),
    [
        (HELD, "2026-06-01", "not_eligible"),
        ({"allotment_limit": 160}, "2026-06-01", "cannot_be_said"),
        ({**HELD, "same_parcel_as_recognised_residential": True}, "2027-01-01", "refused"),
        (HELD, None, None),
    ],
)
def test_where_the_decided_levy_stands_its_lateness_does(facts: Any, asked: str | None, state: str | None) -> None:
    # halves of 2.76 billion due 19/04 and 18/06/2025, paid 01/07/2026 (02/01/2027), which does not count
    paid = "2027-01-02" if state == "refused" else "2026-07-01"
    found = run("2025-03-01", "ODT", B_300, facts, notice="2025-03-20",
                days={"recalculation_requested": asked, "paid": paid})  # fmt: skip
    days = (437, 377) if paid == "2026-07-01" else (622, 562)
    assert [(each["days"], each["amount"]) for each in found["late"]] == [(n, 414_000 * n) for n in days]
    again = found["recalculation"]
    assert (again and again["state"]) == state
    if again:
        assert (again["late"], again["late_payment"]) == ([], None)


def test_late_payment_on_a_notice_whose_day_is_not_told_is_not_known() -> None:
    told = {"same_parcel_as_recognised_residential": True, "first_conversion": True, "allotment_limit": 160}
    for notice, late in ((True, None), ("2025-03-10", 108_297_200 + 48_527_000)):
        found = run("2025-03-01", "ODT", B_300, told, notice=notice, days={"recalculation_requested": "2026-03-01"})
        # 542.8 million each: 325 days from 10/04/2025, 265 days from 09/06/2025, to 28/02/2026
        expected = None if late is None else 542_800_000 * 3 * (325 + 265) // 10_000
        assert found["recalculation"]["late_payment"] == expected
        assert ("late-needs-notice" in {n["code"] for n in found["notices"]}) is (late is None)


def test_what_was_paid_in_full_is_not_late_whenever_the_notice_came() -> None:
    told = {"same_parcel_as_recognised_residential": True, "first_conversion": True, "allotment_limit": 160}
    found = run("2025-03-01", "ODT", B_300, told, notice=True, paid=2_000_000_000,
                days={"recalculation_requested": "2026-03-01"})["recalculation"]  # fmt: skip
    assert (found["state"], found["refund"], found["late_payment"]) == ("partly_paid", 914_400_000, 0)


def test_a_notice_is_what_is_due() -> None:
    ground, facts = [part(100, "CLN", 1_000_000, 4_000_000)], {**TOLD, "first_conversion": False}
    found = run("2026-07-02", "ODT", ground, facts, notice={"day": "2026-07-10", "amount": 600_000_000},
                days={"paid": "2026-10-20"})  # fmt: skip
    assert found["levy"]["amount"] == 300_000_000
    # due 09/08 and 08/10/2026: 71 and 11 days
    assert [each["amount"] for each in found["late"]] == [300_000_000 * 3 * n // 10_000 for n in (71, 11)]
    assert "notice-differs" in {n["code"] for n in found["notices"]}
    assert [p["amount"] for p in found["payment"] if p["item"] == "levy"] == [300_000_000, 300_000_000]
    for paid, said in ((600_000_000, False), (600_000_001, True)):
        again = run("2026-07-02", "ODT", ground, facts, notice={"day": "2026-07-10", "amount": 600_000_000}, paid=paid)
        assert ("paid-above-levy" in {n["code"] for n in again["notices"]}) is said
    equal = run("2026-07-02", "ODT", ground, facts, notice={"day": "2026-07-10", "amount": 300_000_000})
    assert "notice-differs" not in {n["code"] for n in equal["notices"]}


def test_a_notice_that_was_paid_in_full_is_never_late() -> None:
    told = {"same_parcel_as_recognised_residential": True, "first_conversion": True, "allotment_limit": 160}
    found = run("2025-03-01", "ODT", B_300, told, notice={"day": "2025-03-10", "amount": 1_000_000_000},
                paid=1_000_000_000, days={"recalculation_requested": "2026-03-01"})["recalculation"]  # fmt: skip
    assert (found["state"], found["after"], found["to_pay"], found["late_payment"]) == (
        "fully_paid", 1_085_600_000, None, 0)  # fmt: skip
    assert "Điều 12 khoản 2" in found["text"]["vi"]


@pytest.mark.parametrize(("compensation", "amounts"), [(0, [70_000_000]), (30_000_000, [40_000_000])])
def test_compensation_makes_no_negative_instalment(compensation: int, amounts: list[int]) -> None:
    ground = [part(1000, "CLN", 1_000_000, 7_000_000, rent="annual")]
    found = run("2025-03-01", "TMD", ground, {**TOLD, "rent_rate": 0.01}, compensation=compensation)
    assert [p["amount"] for p in found["payment"] if p["item"] == "land_rent"] == amounts
    both = [*ground, part(10, "CLN", 1_000_000, 7_000_000, rent="one_off", term_left_months=840, id="B")]
    mixed = run("2025-03-01", "TMD", both, {**TOLD, "rent_rate": 0.01}, compensation=compensation)
    rows = [p["amount"] for p in mixed["payment"] if p["item"] == "land_rent"]
    assert min(rows) > 0
    assert sum(rows) == mixed["levy"]["amount"]
    assert ("compensation-off-one-off-first" in {n["code"] for n in mixed["notices"]}) is bool(compensation)


def test_the_reading_without_k_is_of_eligible_ground_alone() -> None:
    def without(land_user: str, eligible: bool, parts: list[dict[str, Any]]) -> Any:
        told = {**TOLD, **HELD, "same_parcel_as_recognised_residential": eligible, "allotment_limit": 100}
        told["first_conversion"] = True
        found = run("2026-09-01", "ODT", parts, told, land_user=land_user)
        return next((r["levy"] for r in found["readings"] if r["code"] == "reading-without-k"), None)

    ground = [part(100, "CLN", 1_000_000, 10_000_000, k_target=1.2, k_price=1)]
    assert without("organisation", True, ground) is None
    assert without("household", False, ground) is None
    assert without("household", True, ground) == 270_000_000  # 30 % of 100 × 9 M
    beside = [*ground, part(50, "SKC", 4_000_000, 10_000_000, k_target=1.2, k_price=1, id="S", rent="annual")]
    # the shop is not eligible: 50 × 12 M (annual rent deducts nothing) stays with K
    assert without("household", True, beside) == 270_000_000 + 600_000_000


@pytest.mark.parametrize(
    ("on", "target", "who", "cited"),
    [
        ("2025-03-01", "ODT", "household", ("103/2024/NĐ-CP", "Điều 8")),
        ("2025-03-01", "TMD", "household", (
            "103/2024/NĐ-CP", "Điều 26 khoản 1, Điều 30 khoản 1, Điều 34 khoản 1 điểm a")),
        ("2020-03-01", "TMD", "household", ("46/2014/NĐ-CP", "Điều 4")),
        ("2026-03-01", "TMD", "household", ("254/2025/QH15", "Điều 10 khoản 2 điểm b")),
    ],
)  # fmt: skip
def test_the_regime_is_cited_by_what_is_paid(on: str, target: str, who: str, cited: tuple[str, str]) -> None:
    found = run(on, target, [part(10, "CLN", 1_000_000, 9_000_000)], TOLD, land_user=who, compensation=1000)
    assert (found["law"]["document"], found["law"]["article"]) == cited
    laws = [c for line in found["lines"] if line["code"] == "levy-compensation" for c in line["citations"]]
    if target == "TMD":
        assert {(c["article"], c["status"]) for c in laws} <= {("", "assumed")}


@pytest.mark.parametrize(("k_price", "reading"), [(1.2, 1_200_000_000), (1, None)])
def test_whether_rent_deducted_of_recognised_ground_takes_k_is_a_reading(k_price: float, reading: int | None) -> None:
    # 400 × (6 − 3 × 1.2) M = 960 M; without K of the old price 400 × (6 − 3) M
    shop = [part(400, "SKC", 3_000_000, 6_000_000, rent="recognised", k_price=k_price, k_target=1)]
    found = run("2026-09-01", "ODT", shop, {**TOLD, "allotment_limit": 0})
    assert found["levy"]["amount"] == 400 * (6_000_000 - 3_000_000 * Decimal(str(k_price)))
    others = {r["code"]: r["levy"] for r in found["readings"]}
    assert others.get("reading-recognised-without-k") == reading
    farm = [part(400, "CLN", 3_000_000, 6_000_000, k_price=1.2, k_target=1)]
    assert "reading-recognised-without-k" not in {r["code"] for r in run("2026-09-01", "ODT", farm, TOLD)["readings"]}


def test_farmland_that_stays_farmland_pays_no_registration_fee() -> None:
    found = run("2026-03-01", "CLN", [part(100, "LUC", 1_000_000, 2_000_000)], TOLD)
    [fee] = [item for item in found["items"] if item["code"] == "registration_fee"]
    assert (fee["amount"], fee["low"], fee["high"]) == (0, 0, 0)
    [line] = [line for line in found["lines"] if line["item"] == "registration_fee"]
    assert [(c["document"], c["article"]) for c in line["citations"]] == [("10/2022/NĐ-CP", "Điều 10")]
    assert (found["levy"]["amount"], found["total"]) == (None, None)
    other = run("2026-03-01", "DGT", [part(100, "LUC", 1_000_000, 2_000_000)], TOLD)
    assert next(i for i in other["items"] if i["code"] == "registration_fee")["amount"] is None


def test_no_k_is_claimed_where_nothing_is_due() -> None:
    once = run("2026-09-01", "ODT", [part(250, "CLN", 1, 2)], {"was_residential_before": True})
    assert (once["levy"]["amount"], once["basis"]) == (0, "table")
    assert run("2026-09-01", "ODT", [part(250, "CLN", 1, None)], {})["basis"] == "table × K"


def test_a_value_cites_no_document_that_was_not_yet_there() -> None:
    early = []
    for name in ("levy", "charges", "limits", "rent", "reductions", "payment"):
        rules = tomllib.loads((ROOT / "data" / "rules" / f"{name}.toml").read_text("utf-8"))
        for key in rules:
            for value in BOOK.rules[key].values:
                document = BOOK.documents.get(value.citation.document)
                since = document.effective_from if document else None
                if since is not None and value.effective_from < since:
                    early.append((key, value.effective_from, value.citation.document, since))
    assert early == []
    late = run("2015-03-02", "ODT", [part(20, "CLN", 1_000_000, 11_000_000)], {**TOLD, "allotment_limit": 20},
               notice="2015-03-02", days={"paid": "2015-08-01"})  # fmt: skip
    said = {(c["document"], c["title"]["vi"]) for each in late["late"] for c in each["citations"]}
    assert said == {("", "văn bản của ngày này chưa tìm được")}


def test_the_formula_of_the_rent_of_2026_is_not_called_verified() -> None:
    rent = run("2026-03-01", "TMD", [part(10, "CLN", 1, 9, rent="one_off", term_left_months=600)], TOLD)
    assert [c["status"] for c in rent["lines"][0]["citations"] if c["article"].startswith("Điều 10")] == ["secondary"]


GOOD: dict[str, Any] = {"on": "2026-03-01", "convert_to": "ODT", "parts": [part(10, "CLN", 1, 2)]}
IN_PART: list[dict[str, Any]] = [
    {"id": 7}, {"id": ""}, {"id": "x" * 61}, {"other_prices": {"reading": 10**11}}, {"other_prices": []},
    {"other_target_prices": {"reading": 10**11}},
    {"term_ends": "2030-W01-1"},
]  # fmt: skip
IN_CASE: list[dict[str, Any]] = [
    {"on": "20260301"}, {"on": "2026-W09-7"}, {"on": "1980-01-01"}, {"on": "2100-01-01"}, {"facts": []}, {"facts": 0},
    {"facts": False}, {"facts": ""}, {"paid": 10**16}, {"compensation": 10**16}, {"notice": {"amount": 10**16}},
    {"facts": {"rice_rate": 11}},
]  # fmt: skip


@pytest.mark.parametrize("wrong", [*IN_CASE, *({"parts": [{**GOOD["parts"][0], **p}]} for p in IN_PART)], ids=str)
def test_what_the_reader_refuses_the_schema_refuses(wrong: dict[str, Any]) -> None:
    assert not OF_CASE.is_valid({**GOOD, **wrong})
    with pytest.raises(BadInput):
        read_case({**GOOD, **wrong})


@pytest.mark.parametrize(
    "right",
    [{"facts": None}, {"facts": {}}, {"facts": {"rice_rate": 0.5}}, {"parts": [{**GOOD["parts"][0], "id": None}]}],
    ids=str,
)
def test_what_the_schema_takes_the_reader_takes(right: dict[str, Any]) -> None:
    assert OF_CASE.is_valid({**GOOD, **right})
    assert [p.id for p in read_case({**GOOD, **right}).parts] == ["1"]


@pytest.mark.parametrize("names", [("a", "a"), ("2", None), (None, "1")])
def test_each_part_has_a_name_of_its_own(names: tuple[str | None, str | None]) -> None:
    with pytest.raises(BadInput) as refused:
        read_case({**GOOD, "parts": [{**GOOD["parts"][0], "id": name} for name in names]})
    assert (refused.value.code, refused.value.field) == ("case-two-parts", "parts[1].id")
