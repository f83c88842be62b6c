"""Prices by Resolution 87/2025/NQ-HĐND, worked by hand from the printed rows; verdicts; the data itself."""

from __future__ import annotations

import itertools
import tomllib
from dataclasses import replace
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st

from landinfo import planning, price
from landinfo.model import BadInput, PriceZone, Refused
from landinfo.store.prices import read_price_lists
from landinfo.store.rulebook import read_rulebook

ROOT = Path(__file__).resolve().parent.parent
BOOK = read_rulebook(ROOT / "data")
LIST = next(x for x in BOOK.price_lists if x.loaded)
DAY = date(2026, 3, 1)
WARD, RURAL = "25750", next(code for code, area in LIST.zone_of.items() if area == "IV")


def zone(section: str = "25750:10", position: int = 1, agricultural: int = 1, **conditions: str) -> PriceZone:
    return PriceZone("Z", LIST.id, section, position, agricultural, conditions, {}, shapely.Point(0, 0), DAY, None, "e")


def ask(where: PriceZone | None, use: str, on: date = DAY, commune: str = WARD, **facts: Any) -> price.Quote:
    return price.quote(where, use, commune, on, BOOK, facts)


# 25750:10 is Thích Quảng Đức, printed 62,600 / 37,600 / 31,300 thousand đồng
@pytest.mark.parametrize(
    ("use", "where", "expected"),
    [
        ("ODT", zone(), "62600000"),
        ("ONT", zone(), "62600000"),
        ("TMD", zone(), "37600000"),
        ("SKC", zone(), "31300000"),
        ("ODT", zone(position=2), "31300000"),  # × 0.5
        ("ODT", zone(position=3), "25040000"),  # × 0.4
        ("ODT", zone(position=4), "20032000"),  # × 0.32
        ("ODT", zone(depth_from_100m="true"), "56340000"),  # − 10 %
        ("ODT", zone(position=3, depth_from_100m="true", alley_surface="earth"), "18028800"),  # × 0.4 × 0.9 × 0.8
        ("ODT", zone(alley_surface="earth"), "62600000"),  # an alley's surface says nothing of the street front
        ("ODT", zone(fronts="2"), "68860000"),  # × 1.1
        ("ODT", zone(position=2, fronts="2"), "31300000"),
        ("ODT", zone(hidden_part="true"), "50080000"),  # × 0.8
        ("ODT", zone(long_band="second"), "50080000"),
        ("ODT", zone(long_band="third"), "43820000"),  # × 0.7
        ("ODT", zone(long_band_business="third"), "62600000"),  # still the first band of residential land
        ("TMD", zone(long_band_business="second"), "22560000"),  # × 0.6
        ("SKC", zone(long_band_business="third"), "12520000"),  # × 0.4
        ("ODT", zone(hampered="true"), "43820000"),
        ("TON", zone(), "37560000"),  # 60 % of residential
        ("NTD", zone(position=2), "18780000"),
        ("CLN", zone(), "6260000"),  # art. 5.8: 10 % of the printed residential price
        ("CLN", zone(agricultural=2), "5008000"),  # × 0.8
        ("CLN", zone(agricultural=3), "4006400"),  # × 0.8 × 0.8
        ("LUC", zone(), "5008000"),  # annual crops: 80 % of CLN
        ("HNK", zone(agricultural=2), "4006400"),
        ("NTS", zone(), "5008000"),
        ("CLN", zone(position=3), "6260000"),  # reading 1: the section's printed price, whatever the own position
        ("RPH", zone(), "800000"),  # 80 % of production forest, which art. 5.8 does not name: the table's 1,000
        ("CNT", zone(), "1800000"),  # 150 % of the table's CLN, 1,200
        ("DGT", zone(), "18780000"),  # low density: 60 % of SKC in area II
    ],
)
def test_prices_by_hand(use: str, where: PriceZone, expected: str) -> None:
    found = ask(where, use)
    assert (found.state, found.unit_price) == ("priced", Decimal(expected))
    assert found.steps[-1].value == found.unit_price
    assert all(step.citation is not None for step in found.steps)


def test_the_other_reading_of_art_5_8_is_named() -> None:
    # 10 % of the parcel's own residential position: 62.6 M × 0.4 × 10 %
    assert ask(zone(position=3), "CLN").readings == (("own-residential-position", Decimal("2504000.0")),)


@pytest.mark.parametrize(
    ("use", "expected"),
    [
        ("LUC", "2003200"),  # 2,504 × 0.8
        ("NTS", "2003200"),
    ],
)
def test_the_other_reading_goes_through_the_same_steps(use: str, expected: str) -> None:
    assert ask(zone(position=3), use).readings == (("own-residential-position", Decimal(expected)),)


# Art. 5.8 names perennial and annual crops and aquaculture only. 25750:10 is in area II: annual 1,000, perennial 1,200;
# by 5.8 6,260 perennial and 5,008 annual, at the own position 3 2,504 and 2,003.2
@pytest.mark.parametrize(
    ("use", "table", "by_5_8", "by_own_position"),
    [
        ("RSX", 1_000_000, "5008000", "2003200"),  # art. 5.3: as annual crops
        ("RSN", 1_000_000, "5008000", "2003200"),
        ("RST", 1_000_000, "5008000", "2003200"),
        ("RPH", 800_000, "4006400", "1602560"),  # × 0.8
        ("RDD", 800_000, "4006400", "1602560"),
        ("LMU", 800_000, "4006400", "1602560"),
        ("CNT", 1_800_000, "9390000", "3756000"),  # perennial × 1.5
    ],
)
def test_uses_that_art_5_8_does_not_name_have_both_readings(
    use: str, table: int, by_5_8: str, by_own_position: str
) -> None:
    found = ask(zone(position=3), use)
    assert found.unit_price == table
    assert found.readings == found.other_prices
    assert found.readings == (
        ("share-of-residential", Decimal(by_5_8)),
        ("own-residential-position", Decimal(by_own_position)),
    )
    cited = found.steps[-1].citation
    assert cited is not None
    assert "hai cách hiểu" in cited.note


def test_outside_residential_areas_forest_has_one_reading() -> None:
    section = next(s for s in LIST.sections.values() if s.commune == RURAL)
    plain, housed = (ask(zone(section.id), "RSX", commune=RURAL, same_parcel_as_house=house) for house in (False, True))
    assert (plain.unit_price, plain.readings) == (480_000, ())  # area IV
    assert housed.unit_price == 480_000
    assert dict(housed.readings)["share-of-residential"] == max(Decimal(480_000), section.prices["ODT"] * 8 / 100)


def test_a_step_with_a_factor_multiplies_the_one_before_it() -> None:
    for use in ("ODT", "TMD", "SKC", "TON", "CLN", "LUC", "RPH", "CNT", "DGT"):
        for position in (1, 2, 3, 4):
            steps = ask(zone(position=position, long_band="second", agricultural=2), use).steps
            for before, after in itertools.pairwise(steps):
                assert after.factor is None or after.value == before.value * after.factor, (use, position)
    # a price by art. 5.8 does not come from the table: its step says from which printed price, and no factor
    share = next(s for s in ask(zone(agricultural=2), "LUC").steps if s.notice.code == "step-share-of-residential")
    assert share.factor is None
    assert share.notice.params == {"ratio": Decimal("0.064"), "base": 62_600_000}
    assert share.value == 4_006_400


def test_crops_priced_by_art_5_8_name_the_table_beside_it() -> None:
    # the table's price of the own use, for a conversion; not for uses whose price is the table's
    assert dict(ask(zone(position=3), "LUC").other_prices)["agricultural-table"] == 1_000_000
    assert dict(ask(zone(position=3, agricultural=2), "CLN").other_prices)["agricultural-table"] == 960_000
    # on the front both readings of 5.8 are the price itself: only the table is another
    assert ask(zone(), "CLN").other_prices == (("agricultural-table", Decimal(1_200_000)),)


def test_never_below_the_agricultural_table() -> None:
    cheap = min((s for s in LIST.sections.values() if s.commune == WARD), key=lambda s: s.prices["ODT"])
    table = {"CLN": Decimal(1_200_000), "LUC": Decimal(1_000_000)}
    for use, floor in table.items():
        assert (ask(zone(cheap.id), use).unit_price or 0) >= floor


def test_outside_wards_art_5_8_needs_a_house() -> None:
    section = next(s for s in LIST.sections.values() if s.commune == RURAL)
    assert ask(zone(section.id), "CLN", commune=RURAL).unit_price == 580_000
    assert ask(zone(section.id, agricultural=3), "LUC", commune=RURAL).unit_price == 300_000
    with_house = ask(zone(section.id), "CLN", commune=RURAL, same_parcel_as_house=True).unit_price
    assert with_house == max(Decimal(580_000), section.prices["ODT"] / 10)


def test_livestock_is_not_dearer_than_housing() -> None:
    found = ask(zone(position=4, hampered="true", depth_from_100m="true"), "CNT")
    # residential 62.6 M × 0.32 × 0.9 × 0.7 = 12.62 M > 1,200 × 1.5, and by art. 5.8 > 9.39 M: not capped here
    assert (found.unit_price, dict(found.readings)["share-of-residential"]) == (1_800_000, 9_390_000)
    # Bình Mỹ 41 (25915:151, area III) prints 4,800: CLN 840 > 480, × 1.5 = 1,260; residential 4,800 × 0.32 × 0.9 × 0.7
    capped = ask(zone("25915:151", position=4, depth_from_100m="true", long_band="third"), "CNT", commune="25915")
    assert capped.unit_price == Decimal("967680")
    assert capped.steps[-1].notice.code == "step-not-above-residential"
    assert {value for _, value in capped.readings} == {Decimal("967680")}  # 1,260 by these readings too


# 25750:10 (area II) 62,600 / 37,600 / 31,300; 25912:9 (III) 7,000 / 3,500 / 28,000;
# 25882:36 (IV) 3,800 / 1,500 / 1,100; 25867:9 (IV) 3,400 / 1,400 / 1,000; CLN of area IV, position 1: 580
@pytest.mark.parametrize(
    ("section", "use", "business", "position", "expected"),
    [
        ("25750:10", "TMD", "petrol_station", 1, 18_800_000),  # art. 6.2c: 50 % of TMD
        ("25750:10", "TMD", "golf", 2, 9_400_000),  # of its own position
        ("25912:9", "TMD", "firm_office", 1, 2_100_000),  # 60 %
        ("25882:36", "TMD", "port_logistics", 1, 1_125_000),  # 75 %
        ("25750:10", "SKC", "theme_park", 1, 18_780_000),  # art. 6.3c: 60 % of SKC
        ("25912:9", "SKC", "mining", 1, 21_000_000),  # 75 %
        ("25882:36", "SKC", "worker_lodging", 1, 1_100_000),  # 100 %
        ("25867:9", "SKC", "production_store", 4, 580_000),  # 1,000 × 0.32 = 320, not below CLN
        ("25750:10", "TMD", "theme_park", 1, 37_600_000),  # low density for SKC, not for TMD
        ("25750:10", "SKC", None, 1, 31_300_000),
        ("25750:10", "SKS", None, 1, 18_780_000),  # mining land
        ("25750:10", "SCT", None, 1, 18_780_000),  # concentrated IT zone
        ("25750:10", "SKK", None, 1, 31_300_000),  # an industrial park is SKC
        ("25750:10", "TSC", None, 1, 18_780_000),  # art. 6.4: offices of state bodies
        ("25882:36", "CQP", None, 1, 1_100_000),
        ("25912:9", "DGD", None, 1, 21_000_000),
    ],
)
def test_low_density_by_area_and_kind(
    section: str, use: str, business: str | None, position: int, expected: int
) -> None:
    found = ask(zone(section, position), use, commune=section.partition(":")[0], business_type=business)
    assert found.unit_price == expected


def test_a_kind_of_business_that_the_article_does_not_name_is_refused() -> None:
    with pytest.raises(BadInput) as wrong:
        ask(zone(), "TMD", business_type="karaoke")
    assert (wrong.value.code, wrong.value.field) == ("bad-business-type", "fact.business_type")


@pytest.mark.parametrize(
    ("use", "where", "expected"),
    [
        ("RSX", zone(), 1_000_000),  # art. 5.3: production forest as annual crops
        ("RDD", zone(agricultural=2), 640_000),  # 800 (position 2) × 0.8
        ("LMU", zone(), 800_000),  # salt: 80 % of annual crops
        ("CNT", zone(agricultural=3), 1_155_000),  # 770 × 1.5
        ("LUC", zone(high_tech_farming="true"), 320_000),
        ("CLN", zone(agricultural=3, high_tech_farming="true"), 320_000),
        ("ODT", zone(high_tech_farming="true"), 62_600_000),  # farming land only
        ("TIN", zone(position=3), 15_024_000),  # 25,040 × 0.6
        ("NTD", zone(), 37_560_000),
    ],
)
def test_uses_priced_from_another_use(use: str, where: PriceZone, expected: int) -> None:
    assert ask(where, use).unit_price == expected


@pytest.mark.parametrize(
    ("fact", "use", "answers"),
    [
        (
            "water_use",
            "MNC",  # art. 7.2: 100 % of aquaculture (5,008), 50 % of 62,600, 37,600 and 31,300
            {"aquaculture": 5_008_000, "ODT": 31_300_000, "TMD": 18_800_000, "SKC": 15_650_000},
        ),
        (
            "adjacent_use",
            "NKH",  # art. 7.1: the adjacent agricultural type
            {"CHN": 5_008_000, "CLN": 6_260_000, "NTS": 5_008_000, "RSX": 1_000_000}
            | {"RPH": 800_000, "RDD": 800_000, "CNT": 1_800_000, "LMU": 800_000},
        ),
    ],
)
def test_a_use_that_needs_one_more_fact_gives_its_range_and_asks(fact: str, use: str, answers: dict[str, int]) -> None:
    found = ask(zone(), use)
    assert (found.state, found.unit_price, found.question) == ("unsettled", None, fact)
    assert dict(found.alternatives) == answers
    assert (found.low, found.high) == (min(answers.values()), max(answers.values()))
    assert [c.article[:6] for c in found.citations] == ["Điều 7"]
    for answer, expected in answers.items():
        assert ask(zone(), use, **{fact: answer}).unit_price == expected


def test_unused_land_takes_the_price_of_the_use_it_is_put_to() -> None:
    found = ask(zone(), "BCS")
    assert (found.state, found.question, found.alternatives, found.low) == ("unsettled", "put_to_use", (), None)
    assert ask(zone(), "BCS", put_to_use="TMD").unit_price == 37_600_000
    assert ask(zone(position=2), "DCS", put_to_use="ODT").unit_price == 31_300_000
    assert ask(zone(), "NKH", adjacent_use="LUC").unit_price == 5_008_000


@pytest.mark.parametrize(
    ("use", "fact"),
    [("BCS", {"put_to_use": "BCS"}), ("MNC", {"water_use": "fish"}), ("NKH", {"adjacent_use": "ODT"})],
)
def test_an_answer_that_does_not_fit_is_refused(use: str, fact: dict[str, str]) -> None:
    with pytest.raises(BadInput) as wrong:
        ask(zone(), use, **fact)
    assert wrong.value.field == f"fact.{next(iter(fact))}"


# Annex I. 25750:10 prints 62,600; 25750:11 31,200; 25867:9 (area IV) 3,400 / 1,400 / 1,000, CLN 580 / 460 / 370
@pytest.mark.parametrize(
    ("use", "where", "expected", "article"),
    [
        ("ODT", zone(alley_surface="earth", position=2), 25_040_000, "khoản 5"),  # 62,600 × 0.5 × 0.8
        ("ODT", zone(hidden_part="true", long_band="second"), 40_064_000, "6.1b"),  # 6.1a first, then 6.1b: × 0.8 × 0.8
        ("ODT", zone("25750:11", other_fronts="25750:10"), 68_860_000, "6.6"),  # 6.2 the dearest, 6.6 × 1.1
        ("ODT", zone(other_fronts="25750:11"), 68_860_000, "6.6"),
        ("ODT", zone("25750:11", position=2, other_fronts="25750:10"), None, ""),  # no front: nothing to choose
        ("ODT", zone(chosen_by="no_alley", position=3), 25_040_000, "6.3"),
        ("ODT", zone(chosen_by="nearest_road", position=3), 25_040_000, "6.4"),
        ("ODT", zone(access="boat"), 20_032_000, ""),  # 6.5: position 4
        ("ODT", zone(hampered="bridge"), 43_820_000, "6.7"),
        ("ODT", zone(hampered="flyover"), 43_820_000, "6.8"),
        ("ODT", zone(hampered="power_line"), 43_820_000, "6.9"),
        ("ODT", zone(hampered="ramp"), 43_820_000, "6.10"),
        ("ODT", zone(hampered="canal"), 43_820_000, "6.11"),
        ("ODT", zone(hampered="inner_land"), 43_820_000, "6.11"),
        ("ODT", zone(hampered="power_line|canal"), 43_820_000, "6.9"),  # once, however many hold
        ("SKC", zone(chosen_by="neighbour_commune"), 31_300_000, "6.12"),
    ],
)
def test_annex_one(use: str, where: PriceZone, expected: int | None, article: str) -> None:
    found = ask(where, use)
    plain = LIST.sections["25750:11"].prices["ODT"] / 2
    assert found.unit_price == (plain if expected is None else expected)
    cited = [step.citation.article for step in found.steps if step.citation and "Phụ lục I " in step.citation.article]
    assert cited[-1:] == ([] if not article or expected is None else [next(a for a in cited if a.endswith(article))])


def test_without_road_never_below_perennial_crops() -> None:
    # 1,000 × 0.32 = 320 < 580, the table price of CLN in area IV
    found = ask(zone("25867:9", access="boat"), "SKC", commune="25867")
    assert (found.unit_price, found.position, found.steps[-1].notice.code) == (580_000, 4, "step-not-below-crops")
    assert ask(zone("25867:9", agricultural=3, access="boat"), "SKC", commune="25867").unit_price == 370_000
    assert ask(zone("25867:9", access="boat"), "ODT", commune="25867").unit_price == 1_088_000  # 3,400 × 0.32


def test_adjustments_come_in_the_order_of_the_annex() -> None:
    worst = zone(
        position=4, depth_from_100m="true", alley_surface="earth", hidden_part="true", long_band="third",
        hampered="canal|ramp", chosen_by="nearest_road",
    )  # fmt: skip
    found = ask(worst, "ODT")
    assert [step.notice.code for step in found.steps] == [
        "step-printed", "step-position", "step-nearest-road", "step-depth", "step-earth-alley", "step-hidden-part",
        "step-long-third", "step-ramp",
    ]  # fmt: skip
    # 62,600 × 0.32 × 0.9 × 0.8 × 0.8 × 0.7 × 0.7
    assert found.unit_price == Decimal("5653831.68")


def test_a_number_of_fronts_that_is_no_number_is_refused() -> None:
    with pytest.raises(BadInput):
        ask(zone(fronts="many"), "ODT")


# Annex I.6.7–6.11, "70 % of the road's price". 25750:10 prints 62,600 / 37,600 / 31,300
@pytest.mark.parametrize(
    ("use", "where", "own", "by_the_road"),
    [
        ("ODT", zone(position=3, hampered="canal"), 17_528_000, 43_820_000),  # 62,600 × 0.4 × 0.7; 62,600 × 0.7
        ("TMD", zone(position=2, hampered="true"), 13_160_000, 26_320_000),
        ("SKC", zone(position=4, hampered="bridge|ramp"), 7_011_200, 21_910_000),  # × 0.32 × 0.7 once
        ("TIN", zone(position=3, hampered="canal"), 10_516_800, 26_292_000),  # both × 0.6
        # × 0.9 from 100 m holds of each position; an earth alley lowers what an alley is worth, not the road's price
        (
            "ODT",
            zone(position=3, hampered="canal", depth_from_100m="true", alley_surface="earth"),
            12_620_160,
            39_438_000,
        ),
        ("ODT", zone(access="boat", hampered="canal"), 14_022_400, 43_820_000),  # position 4 by rule
        ("ODT", zone(position=2, hampered="canal", fronts="2"), 21_910_000, 43_820_000),  # 110 % is for fronts only
    ],
)
def test_in_an_alley_70_percent_of_the_roads_price_has_two_readings(
    use: str, where: PriceZone, own: int, by_the_road: int
) -> None:
    found = ask(where, use)
    assert (found.unit_price, found.readings) == (own, (("road-price", Decimal(by_the_road)),))
    noted = {s.citation.note for s in found.steps if s.citation and "6.7" in s.citation.note}
    assert len(noted) == 1


@pytest.mark.parametrize("where", [zone(hampered="canal"), zone(position=3), zone(position=2, hampered="rail")])
def test_else_there_is_one_reading(where: PriceZone) -> None:
    assert ask(where, "ODT").readings == ()


def test_a_changed_threshold_is_changed_in_one_place() -> None:
    """Annex I.6.5 and 6.6 as if amended: position 3 without access, 110 % only from three fronts."""
    rules = dict(BOOK.rules)
    for key, value in (("position_no_access", 3), ("position_several_fronts", 3)):
        [printed] = rules[key].values
        rules[key] = replace(rules[key], values=(replace(printed, value=Decimal(value)),))
    amended = replace(BOOK, rules=rules)

    def quoted(**conditions: str) -> Decimal | None:
        return price.quote(zone(**conditions), "ODT", WARD, DAY, amended, {}).unit_price

    assert quoted(access="boat") == 25_040_000  # 62,600 × 0.4
    assert (quoted(fronts="2"), quoted(fronts="3")) == (62_600_000, 68_860_000)


def test_every_position_rule_is_read() -> None:
    """A number that nothing reads would stay behind when the one that is read changes."""
    source = "".join(p.read_text("utf-8") for p in (ROOT / "landinfo").rglob("*.py"))
    for file in ("position_2026", "price_2026"):
        for key in tomllib.loads((ROOT / "data" / "rules" / f"{file}.toml").read_text("utf-8")):
            assert f'"{key}"' in source or f'rule("{key.removeprefix("position_")}")' in source, key
    known = {"code", "when", "kinds", "positions", "several_fronts", "group", "operation", "factor", "of", "scope"}
    for value in BOOK.rules["price_adjustments"].values:
        for one in value.value or ():
            assert one.keys() <= known | {"article"}


def test_a_zone_of_another_list_says_nothing_of_this_one() -> None:
    assert ask(replace(zone(), price_list="qd63-2024"), "ODT").state == "no_zone"
    assert ask(replace(zone(), price_list=""), "ODT").state == "priced"


def test_every_step_and_question_has_a_sentence() -> None:
    rules = BOOK.rules
    named = {one["code"] for value in rules["price_adjustments"].values for one in value.value or ()}
    named |= {one["code"] for value in rules["price_derived"].values for one in value.value}
    named |= {f"price-question-{one['fact']}" for value in rules["price_unsettled"].values for one in value.value}
    assert named <= BOOK.texts.keys()


@pytest.mark.parametrize(
    ("where", "use", "on", "state"),
    [
        (None, "ODT", DAY, "no_zone"),
        (zone("25750:9999"), "ODT", DAY, "no_section"),
        (zone(), "XXX", DAY, "no_rule"),
        (zone(), "PNK", DAY, "no_rule"),
        (zone(), "NKH", DAY, "unsettled"),
        (zone(), "ODT", date(2025, 12, 31), "rows_not_loaded"),
        (zone(), "ODT", date(2023, 5, 1), "rows_not_loaded"),
        (zone(), "ODT", date(2014, 12, 31), "no_list"),
        (zone(), "ODT", date(2026, 1, 1), "priced"),
    ],
)
def test_why_there_is_no_price(where: PriceZone | None, use: str, on: date, state: str) -> None:
    found = ask(where, use, on)
    assert found.state == state
    assert (found.unit_price is None) == (state != "priced")


def test_rows_that_the_source_lacks_are_not_loaded_rather_than_absent() -> None:
    commune, first, _ = LIST.missing[0]
    assert ask(zone(f"{commune}:{first}"), "ODT").state == "rows_not_loaded"
    assert ask(zone(f"{commune}:{first - 1}"), "ODT").state == "priced"


@given(st.integers(1, 3), st.sampled_from(["ODT", "TMD", "SKC"]), st.sampled_from(sorted(LIST.sections)))
def test_a_worse_position_never_costs_more(position: int, use: str, section: str) -> None:
    better, worse = (ask(zone(section, p), use).unit_price for p in (position, position + 1))
    assert better is not None
    assert worse is not None
    assert better > worse > 0


@pytest.mark.parametrize(
    ("day", "document"),
    [
        (date(2015, 6, 1), "66/2014/QĐ-UBND"),
        (date(2016, 12, 31), "66/2015/QĐ-UBND"),
        (date(2017, 1, 1), "04/2017/QĐ-UBND"),
        (date(2024, 12, 31), "36/2019/QĐ-UBND"),
        (date(2025, 1, 1), "63/2024/QĐ-UBND"),
        (date(2026, 1, 1), "87/2025/NQ-HĐND"),
    ],
)
def test_list_by_day(day: date, document: str) -> None:
    found = price.list_on(day, BOOK.price_lists)
    assert found is not None
    assert found.document == document


@pytest.mark.parametrize(
    ("designation", "target", "allowed"),
    [
        ("ODT", "ODT", "yes"),
        ("ODT", "ONT", "unknown"),
        ("ODT", "TMD", "no"),
        ("TMD", "TMD", "yes"),
        ("DGT", "ODT", "no"),
        ("DKV", "ODT", "no"),
        ("DTC", "ODT", "unknown"),
        ("???", "ODT", "unknown"),
        ("CLN", "CLN", "yes"),  # each designation contains itself
        ("SKK", "SKK", "yes"),
        ("ODT", "CLN", "unknown"),  # of farming land as a target the table says nothing
    ],
)
def test_verdicts(designation: str, target: str, allowed: str) -> None:
    assert planning.verdict(designation, target, DAY, BOOK).allowed == allowed


@pytest.mark.parametrize(
    ("day", "documents"),
    [
        (date(2024, 7, 31), ["45/2013/QH13"]),
        (date(2024, 8, 1), ["31/2024/QH15"]),
        (date(2025, 9, 15), ["31/2024/QH15", "66.3/2025/NQ-CP"]),
        (date(2025, 12, 11), ["31/2024/QH15", "66.3/2025/NQ-CP", "254/2025/QH15"]),
        (date(2027, 3, 1), ["31/2024/QH15", "254/2025/QH15"]),
    ],
)
def test_the_basis_of_a_verdict_by_day(day: date, documents: list[str]) -> None:
    assert [c.document for c in planning.verdict("ODT", "ODT", day, BOOK).citations] == documents


def test_every_citation_names_a_known_document_and_the_day_it_was_checked() -> None:
    cited = [v.citation for rule in BOOK.rules.values() for v in rule.values]
    cited += [x.citation for x in BOOK.price_lists]
    cited += [c for row in LIST.agricultural.values() for c in row[1:]]
    cited += list(planning.verdict("ODT", "ODT", date(2026, 1, 1), BOOK).citations)
    # no document is named, only where none was found: that is said, and nothing counts as the law's
    unfound = [c for c in cited if not c.document]
    assert all(c.status in ("unknown", "assumed") and "chưa tìm được" in c.note for c in unfound)
    assert {c.document for c in cited if c.document} <= BOOK.documents.keys()
    assert all(c.checked is not None for c in cited)


def test_values_of_a_rule_do_not_overlap() -> None:
    for rule in BOOK.rules.values():
        for earlier, later in zip(rule.values, rule.values[1:], strict=False):
            assert earlier.effective_to == later.effective_from, rule.key
            assert earlier.effective_from < later.effective_from, rule.key


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("25750,10,", "25750,9,"),  # a row twice
        ("62600", "-62600"),
        ("62600", "sixty"),
        ("62600", "0"),
    ],
)
def test_a_price_list_with_an_error_is_refused_whole(tmp_path: Path, old: str, new: str) -> None:
    source = ROOT / "data" / "prices" / "nq87-2025"
    folder = tmp_path / "prices" / "nq87-2025"
    folder.mkdir(parents=True)
    for name in ("list.toml", "agricultural.csv"):
        (folder / name).write_bytes((source / name).read_bytes())
    rows = (source / "rows.csv").read_text("utf-8")
    (folder / "rows.csv").write_text(rows.replace(old, new, 1), "utf-8")
    with pytest.raises(Refused) as refused:
        read_price_lists(tmp_path / "prices")
    assert "rows.csv" in refused.value.field
