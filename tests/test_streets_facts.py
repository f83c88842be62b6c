"""Prices at the street door that wait for something only the land user knows: asked, offered and answered."""

from __future__ import annotations

import pytest
from flask.testing import FlaskClient
from test_streets import ask, unit

from landinfo import cli
from landinfo.model import BadInput


# Phú Lợi is in area II: low density costs 50 % of TMD, 60 % of SKC (art. 6.2c, 6.3c); 15,500,000 and 12,900,000 printed
@pytest.mark.parametrize(
    ("use", "kind", "price_"), [("TMD", "petrol_station", 7_750_000), ("SKC", "mining", 7_740_000)]
)
def test_business_of_low_density_can_be_asked_for(use: str, kind: str, price_: int) -> None:
    row = next(row for row in ask("25750:17")["prices"] if row["land_use"] == use)
    offered = {answer["value"]: answer["unit_price"] for answer in row["question"]["answers"]}
    assert (row["question"]["fact"], offered[kind]) == ("business_type", price_)
    told = ask("25750:17", **{"fact__business_type": kind})
    assert unit(told, use) == price_
    assert next(row for row in told["prices"] if row["land_use"] == use)["question"] is None


# CLN in a ward is 10 % of 25,800,000, annual crops 80 % of that (art. 5.8); water of aquaculture as annual crops (7.2)
@pytest.mark.parametrize(
    ("use", "fact", "answer", "price_"),
    [
        ("NKH", "adjacent_use", "CLN", 2_580_000),
        ("MNC", "water_use", "aquaculture", 2_064_000),
        ("CSD", "put_to_use", "CLN", 2_580_000),
    ],
)
def test_a_use_that_waits_for_a_fact_says_which(use: str, fact: str, answer: str, price_: int) -> None:
    row = next(row for row in ask("25750:17", land_use=use)["prices"] if row["land_use"] == use)
    assert (row["unit_price"], row["question"]["fact"]) == (None, fact)
    assert row["reason"]["vi"]
    offered = {one["value"]: one["unit_price"] for one in row["question"]["answers"]}
    assert offered.get(answer, price_) == price_
    assert unit(ask("25750:17", land_use=use, **{f"fact__{fact}": answer}), use) == price_


def test_an_answer_that_is_none_is_refused_by_name() -> None:
    for text, code in (("karaoke", "bad-business-type"), ("a b", "bad-price-fact"), ("x" * 41, "bad-price-fact")):
        with pytest.raises(BadInput) as wrong:
            ask("25750:17", fact__business_type=text)
        assert (wrong.value.code, wrong.value.field) == (code, "fact.business_type")


def test_an_answer_that_no_rule_knows_is_refused_also_where_it_was_not_asked_for() -> None:
    for fact in ("put_to_use", "adjacent_use", "water_use"):
        with pytest.raises(BadInput) as wrong:
            ask("25750:17", **{f"fact__{fact}": "XYZ"})
        assert (wrong.value.code, wrong.value.field) == ("bad-fact-of-use", f"fact.{fact}")


def test_a_typed_part_is_known_to_the_hundredth() -> None:
    # 4 × 33.33 m: the bands of housing begin at 5 × 4 and 8 × 4 m: 80.00, 48.00, 5.32 m²; 15.55 m² are spread over them
    rows = ask("25750:17", frontage="4", length="33.33", area="133.32", hidden_area="15.55")["prices"]
    parts = next(row for row in rows if row["land_use"] == "ODT")["parts"]
    assert [p["area"] for p in parts] == [70.67, 9.33, 42.4, 5.6, 4.7, 0.62]  # 15.55 × 80 / 133.32 = 9.331
    # of whole square metres too. 133 × 8, 8, 4, 12 and 1.33 / 33.33 by the bands of both kinds: 31.92 + 31.92 + 15.96,
    # 47.89, 5.31; of these 15 × each / 133
    rows = ask("25750:17", frontage="4", length="33.33", area="133", hidden_area="15")["prices"]
    parts = next(row for row in rows if row["land_use"] == "ODT")["parts"]
    assert [p["area"] for p in parts] == [70.8, 9.0, 42.49, 5.4, 4.71, 0.6]


def test_what_the_street_door_cannot_use_is_refused(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(BadInput) as wrong:
        ask("25750:17", price__XXX="100")
    assert (wrong.value.code, wrong.value.field) == ("street-unknown-use", "price.XXX")
    for words in (["--piece", "1215612,601240;1215640,601260;1215612,601260"], ["--strip", "width=5"]):
        assert cli.main(["street", "25750:17", *words]) == 2
        assert "street-no-piece" not in capsys.readouterr().err


@pytest.mark.parametrize(("case", "article"), [("power_line", "6.9"), ("canal", "6.11"), ("bridge", "6.7")])
def test_a_case_of_70_percent_cites_its_own_article(case: str, article: str) -> None:
    rows = ask("25750:17", hampered=case)["prices"]
    steps = next(row for row in rows if row["land_use"] == "ODT")["parts"][0]["steps"]
    cited = [s["citation"]["article"] for s in steps if s["factor"] == "0.7"]
    assert cited == [f"Phụ lục I khoản 6 điểm {article}"]


def test_the_letter_and_the_page_offer_the_answers(capsys: pytest.CaptureFixture[str], web: FlaskClient) -> None:
    assert cli.main(["street", "25750:17", "--on", "2026-03-01", "--land-use", "MNC", "--lang", "vi"]) == 0
    said = capsys.readouterr().out
    assert "petrol_station – Cửa hàng, kho xăng dầu: 7.750.000 đ/m²" in said
    assert "fact.water_use=" in said
    page = web.get("/streets/25750:17?on=2026-03-01&land_use=MNC").get_data(as_text=True)
    assert "fact.water_use=aquaculture" in page
    again = web.get("/streets/25750:17?on=2026-03-01&land_use=MNC&fact.water_use=aquaculture").get_data(as_text=True)
    assert "fact.water_use=SKC" not in again
    assert '<input type="hidden" name="fact.water_use" value="aquaculture">' in again


# 25750:17 prints 25,800,000. Leased land of art. 121.1 with every legal fact told: 100 % of the difference
TOLD = {"land_use": "CLN", "convert_to": "ODT", "area": "100", "fact__first_conversion": "false",
        "fact__was_residential_before": "false", "fact__reduction_group": "none", "fact__fee_paid_before": "true",
        "fact__allocated_without_fee": "true"}  # fmt: skip


def test_ground_of_which_not_all_was_told_has_a_range() -> None:
    levy = ask("25750:17", **TOLD)["estimate"]["levy"]
    # likely the front; dearest with two fronts (× 1.1), CLN of position 3 (× 0.64); cheapest position 4 (× 0.32),
    # an alley of earth (× 0.8), 100 m and more off the road (× 0.9), CLN of position 1
    assert levy["amount"] == 100 * (25_800_000 - 2_580_000)
    assert levy["high"] == 100 * (28_380_000 - 1_651_200)
    assert levy["low"] == 100 * (25_800_000 * 32 * 72 // 10_000 - 2_580_000)
    # the registration fee was paid before: between nothing and 0.5 % of the dearest
    whole = ask("25750:17", **TOLD)["estimate"]["range"]
    assert (whole["low"], whole["high"]) == (levy["low"], levy["high"] + 14_190_000)


def test_ground_of_which_all_was_told_has_one_price() -> None:
    front = {"position": "1", "depth": "20", "fronts": "1", "agricultural_position": "1", "residential_area": "true"}
    made = ask("25750:17", **TOLD, **front)["estimate"]
    assert (made["levy"]["low"], made["levy"]["high"]) == (2_322_000_000, 2_322_000_000)
    assert "street-range" not in [n["code"] for n in made["notices"]]


def test_an_estimate_of_a_later_year_says_so_at_the_street_door() -> None:
    assert "day-beyond-check" in [n["code"] for n in ask("25750:17", on="2099-03-01")["notices"]]
    assert "day-beyond-check" in [n["code"] for n in ask("25750:17", on="2027-01-01")["notices"]]
    assert "day-beyond-check" not in [n["code"] for n in ask("25750:17", on="2026-12-31")["notices"]]
