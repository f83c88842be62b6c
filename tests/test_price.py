"""Prices by Resolution 87/2025/NQ-HĐND, worked by hand from the printed rows; verdicts; the data itself."""

from __future__ import annotations

import csv
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st

from landinfo import planning, price
from landinfo.model import PriceZone, Refused
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
        ("RPH", zone(), "4006400"),  # 80 % of production forest
        ("CNT", zone(), "9390000"),  # 150 % of CLN
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
    # 62.6 M × 0.32 × 0.9 × 0.7 = 12.62 M > 9.39 M: not capped here
    assert found.unit_price == 9_390_000


@pytest.mark.parametrize(
    ("where", "use", "on", "state"),
    [
        (None, "ODT", DAY, "no_zone"),
        (zone("25750:9999"), "ODT", DAY, "no_section"),
        (zone(), "XXX", DAY, "no_rule"),
        (zone(), "NKH", DAY, "no_rule"),
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
    assert {c.document for c in cited} <= BOOK.documents.keys()
    assert all(c.checked is not None for c in cited)


def test_values_of_a_rule_do_not_overlap() -> None:
    for rule in BOOK.rules.values():
        for earlier, later in zip(rule.values, rule.values[1:], strict=False):
            assert earlier.effective_to == later.effective_from, rule.key
            assert earlier.effective_from < later.effective_from, rule.key


def test_suspect_rows_are_flagged_and_not_corrected() -> None:
    found = [s for s in LIST.sections.values() if "suspect_price" in s.flags]
    assert [(s.street, s.prices["SKC"]) for s in found] == [("TÂN BÌNH 58", Decimal(28_000_000))]


def test_glued_words_are_cut_and_real_ones_stay() -> None:
    assert (LIST.sections["25750:11"].start, LIST.sections["25750:11"].end) == ("PHÚ LỢI", "ĐẠI LỘ BÌNH DƯƠNG")
    assert LIST.sections["25750:36"].start.endswith("TỪ 9M TRỞ LÊN")
    assert "from_equals_to" in LIST.sections["25750:16"].flags


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


@pytest.mark.outside
def test_every_row_of_the_extract_is_carried_digit_by_digit(shared: Path) -> None:
    with (shared / "data" / "nq87_2026_rows.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    assert len(rows) == len(LIST.sections) == 3597
    for row in rows:
        section = LIST.sections[f"{row['commune_code']}:{row['stt']}"]
        printed = (row["residential_kvnd_m2"], row["tmd_kvnd_m2"], row["skc_kvnd_m2"])
        assert tuple(section.prices[use] / 1000 for use in ("ODT", "TMD", "SKC")) == tuple(map(Decimal, printed))
        assert section.street == row["street"]
        assert row["from"].startswith(section.start)
        assert row["to"].startswith(section.end)
