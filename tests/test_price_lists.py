"""Lists of every kind: by class × coefficient (2016), by section, with ratios, rounding, K; positions by document."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st

from landinfo import price
from landinfo.model import CannotBeAnswered, Citation, PriceList, PriceZone, Ratio, Refused, Rulebook, Status
from landinfo.price import positions
from landinfo.store.prices import read_price_list
from landinfo.store.rulebook import read_rulebook

ROOT = Path(__file__).resolve().parent.parent
BOOK = read_rulebook(ROOT / "data")
IN_2016 = date(2016, 6, 1)
IN_2026 = date(2026, 3, 1)


def zone(section: str, position: int = 1, agricultural: int = 1, **conditions: str) -> PriceZone:
    return PriceZone("Z", "", section, position, agricultural, conditions, {}, shapely.Point(0, 0), IN_2016, None, "e")


def ask(where: PriceZone, use: str, on: date = IN_2016, book: Rulebook = BOOK) -> price.Quote:
    return price.quote(where, use, "25747", on, book, {})


# Đại lộ Bình Dương, Suối Cát – Ngã 4 Sân Banh (Thủ Dầu Một, road type 1, Đ = 0.75, K 2 agricultural, else 1.2):
# the table price and the price with K of each use and position, thousand đồng/m², read off the land office's tool.
WORKED_2016 = [
    ("LUA", 1, "340", "680"), ("LUA", 2, "310", "620"), ("LUA", 3, "270", "540"), ("LUA", 4, "210", "420"),
    ("CLN", 1, "400", "800"), ("CLN", 2, "380", "760"), ("CLN", 3, "310", "620"), ("CLN", 4, "230", "460"),
    ("RSX", 1, "140", "280"), ("NTS", 1, "200", "400"),
    ("ODT", 1, "18427.5", "22113"), ("ODT", 2, "5775", "6930"),
    ("ODT", 3, "4230", "5076"), ("ODT", 4, "2295", "2754"),
    ("TMD", 1, "14745", "17694"), ("TMD", 2, "4620", "5544"),
    ("TMD", 3, "3382.5", "4059"), ("TMD", 4, "1837.5", "2205"),
    ("SKC", 1, "11977.5", "14373"), ("SKC", 2, "3757.5", "4509"),
    ("SKC", 3, "2752.5", "3303"), ("SKC", 4, "1492.5", "1791"),
]  # fmt: skip


@pytest.mark.parametrize(("use", "position", "table", "with_k"), WORKED_2016)
def test_the_section_of_2016(use: str, position: int, table: str, with_k: str) -> None:
    found = ask(zone("718:1", position, position), use)
    assert (found.state, found.basis, found.unit_price) == ("priced", "table", Decimal(table) * 1000)
    over_limit = price.for_case(found, "levy_over_limit", IN_2016, BOOK)
    assert (over_limit.basis, over_limit.unit_price) == ("table × K", Decimal(with_k) * 1000)
    assert over_limit.steps[-1].citation is not None
    assert over_limit.steps[-1].citation.document == "67/2015/QĐ-UBND"
    assert price.for_case(found, "levy_within_limit", IN_2016, BOOK) == found


def test_its_steps_are_base_and_coefficient() -> None:
    found = ask(zone("718:1", 3), "TMD")
    assert [(s.notice.code, s.factor, s.value) for s in found.steps] == [
        ("step-base", None, 4_510_000),
        ("step-coefficient", Decimal("0.75"), 3_382_500),
    ]
    assert {c.status for c in found.citations} == {Status.SECONDARY}


@pytest.mark.parametrize(("use", "like"), [("LUC", "LUA"), ("LUK", "LUA"), ("NKH", "CLN"), ("RPH", "RSX")])
def test_uses_that_the_tool_prices_as_another(use: str, like: str) -> None:
    assert ask(zone("718:1", 1, 3), use).unit_price == ask(zone("718:1", 1, 3), like).unit_price


def test_a_narrow_alley_lowers_agricultural_land_only() -> None:
    assert ask(zone("718:1", 2, 2, alley_below_4m="true"), "CLN").unit_price == 304_000  # 380 × 0.8
    assert ask(zone("718:1", 2, 2, alley_below_4m="true"), "ODT").unit_price == 5_775_000


@pytest.mark.parametrize(
    ("section", "use", "on", "state"),
    [
        ("718:2", "ODT", IN_2016, "rows_not_loaded"),  # the other rows of 2016 are not here
        ("25747:1", "ODT", IN_2016, "rows_not_loaded"),
        ("718:1", "ONT", IN_2016, "no_rule"),  # the list prices no rural housing in this section
        ("718:1", "TON", IN_2016, "no_rule"),
        ("718:1", "ODT", date(2015, 12, 31), "rows_not_loaded"),
        ("718:1", "ODT", date(2017, 1, 1), "rows_not_loaded"),
        ("718:1", "ODT", IN_2026, "no_section"),
    ],
)
def test_only_one_section_of_2016_is_known(section: str, use: str, on: date, state: str) -> None:
    assert ask(zone(section), use, on).state == state


@pytest.mark.parametrize(
    ("case", "on", "basis"),
    [
        ("levy", date(2025, 3, 1), "table"),
        ("levy", date(2026, 6, 30), "table"),  # K was not there yet
        ("levy", date(2026, 7, 1), "table × K"),
        ("compensation", date(2026, 7, 1), "table × K"),
        ("land_tax", date(2026, 7, 1), "table"),
        ("fines", date(2026, 7, 1), "table"),
    ],
)
def test_table_or_table_times_k(case: str, on: date, basis: str) -> None:
    found = price.for_case(ask(zone("25750:10"), "ODT", IN_2026), case, on, BOOK)
    assert (found.basis, found.unit_price) == (basis, 62_600_000)  # K = 1 for households in 2026


def test_a_use_case_that_is_not_known_is_refused() -> None:
    with pytest.raises(CannotBeAnswered) as wrong:
        price.for_case(ask(zone("25750:10"), "ODT", IN_2026), "auction", IN_2026, BOOK)
    assert wrong.value.code == "no-use-case"


def test_k_that_is_not_known_is_not_one() -> None:
    section = replace(BOOK.price_lists[1].sections["718:1"], k={})
    lists = [replace(x, sections={"718:1": section}) if x.id == "qd66-2015" else x for x in BOOK.price_lists]
    book = replace(BOOK, price_lists=tuple(lists))
    found = price.for_case(ask(zone("718:1"), "ODT", book=book), "levy_over_limit", IN_2016, book)
    assert (found.state, found.unit_price) == ("k_unknown", None)


def test_k_multiplies_the_other_reading_too() -> None:
    lists = [replace(x, sections={"25750:10": replace(x.sections["25750:10"], k={"agricultural": Decimal(2)})})
             if x.id == "nq87-2025" else x for x in BOOK.price_lists]  # fmt: skip
    book = replace(BOOK, price_lists=tuple(lists))
    found = price.times_k(price.quote(zone("25750:10", 3), "CLN", "25750", IN_2026, book, {}), IN_2026, book)
    assert (found.unit_price, found.readings) == (12_520_000, (("own-residential-position", 5_008_000),))


def test_k_leaves_a_given_price_and_a_missing_one_alone() -> None:
    given_ = price.given("ODT", Decimal(5))
    assert price.times_k(given_, IN_2016, BOOK) == given_
    missing = ask(zone("718:2"), "ODT")
    assert price.times_k(missing, IN_2016, BOOK) == missing


def changed(list_id: str, change: Callable[[PriceList], PriceList]) -> Rulebook:
    lists = tuple(change(x) if x.id == list_id else x for x in BOOK.price_lists)
    return replace(BOOK, price_lists=lists)


def test_rounding_only_by_a_rule_of_the_document() -> None:
    # 62,600 × 0.32 × 0.9 = 18,028.8 → to 1,000 đồng: 18,029 half up, 18,028 down, 18,029 up
    where = zone("25750:10", 4, depth_from_100m="true")
    assert ask(where, "ODT", IN_2026).unit_price == Decimal("18028800")
    for mode, expected in (("half_up", 18_029_000), ("down", 18_028_000), ("up", 18_029_000)):
        book = changed("nq87-2025", lambda x, mode=mode: replace(x, rounding=(Decimal(1000), mode)))  # type: ignore[misc]
        found = ask(where, "ODT", IN_2026, book)
        assert (found.unit_price, found.steps[-1].notice.code) == (expected, "step-rounded")


def test_a_ratio_of_the_document_where_the_row_prints_no_price() -> None:
    cited = Citation("87/2025/NQ-HĐND", "", Status.ASSUMED)

    def only_residential(x: PriceList) -> PriceList:
        row = replace(x.sections["25750:10"], prices={"ODT": Decimal(62_600_000)})
        return replace(x, sections={row.id: row}, ratios={"TMD": Ratio("ODT", Decimal("0.8"), cited)})

    book = changed("nq87-2025", only_residential)
    assert ask(zone("25750:10", 2), "TMD", IN_2026, book).unit_price == 25_040_000  # 62,600 × 0.5 × 0.8
    assert ask(zone("25750:10"), "SKC", IN_2026, book).state == "no_rule"  # no ratio: unknown, not computed


@pytest.mark.parametrize("kind", ["zone", "parcel"])
def test_a_price_by_polygon_or_by_parcel_stands_whatever_the_position(kind: str) -> None:
    book = changed("nq87-2025", lambda x: replace(x, sections={"25750:10": replace(x.sections["25750:10"], kind=kind)}))
    where = zone("25750:10", 4, depth_from_100m="true", hampered="canal")
    assert ask(where, "ODT", IN_2026, book).unit_price == 62_600_000
    assert ask(where, "ODT", IN_2026).unit_price != 62_600_000


@pytest.mark.parametrize(
    ("on", "group", "adjoins", "distance", "width", "expected"),
    [
        (IN_2016, "urban", True, "50", None, 1),
        (IN_2016, "urban", True, "50.1", None, 2),
        (IN_2016, "urban", True, "100.1", None, 3),
        (IN_2016, "urban", True, "200.1", None, 4),
        (IN_2016, "rural", True, "150", None, 2),
        (IN_2016, "rural", True, "301", None, 4),
        (IN_2016, "agricultural", True, "200", None, 2),
        (IN_2016, "agricultural", False, "20", None, 2),  # what does not adjoin begins at 2
        (IN_2016, "agricultural", False, "250", None, 3),
        (date(2021, 1, 1), "urban", True, "150", None, 3),
        (date(2021, 1, 1), "rural", True, "40", None, None),  # the wording of 2020–2024 is not known
        (date(2025, 6, 1), "urban", True, "40", None, None),
        (date(2014, 9, 1), "urban", True, "40", None, None),
        (IN_2026, "urban", True, None, None, 1),
        (IN_2026, "urban", False, None, "5", 2),
        (IN_2026, "urban", False, None, "4.9", 3),
        (IN_2026, "rural", False, None, "3", 3),
        (IN_2026, "rural", False, None, "2.9", 4),
        (IN_2026, "urban", False, "30", None, None),  # width not known
        (IN_2026, "agricultural", True, "200", None, 1),
        (IN_2026, "agricultural", True, "201", None, 2),
        (IN_2026, "agricultural", False, "10", None, 2),
        (IN_2026, "agricultural", False, "401", None, 3),
        (IN_2026, "agricultural", False, None, None, None),
    ],
)
def test_positions_by_document(
    on: date, group: str, adjoins: bool, distance: str | None, width: str | None, expected: int | None
) -> None:
    found = positions.position(
        on, group, BOOK.rules,
        adjoins=adjoins,
        distance=None if distance is None else Decimal(distance),
        alley_width=None if width is None else Decimal(width),
    )  # fmt: skip
    assert found == expected


@given(st.sampled_from(["urban", "rural", "agricultural"]), st.decimals(0, 900), st.decimals(0, 900), st.booleans())
def test_farther_is_never_a_better_position(group: str, near: Decimal, far: Decimal, adjoins: bool) -> None:
    near, far = sorted((near, far))
    first, second = (positions.position(IN_2016, group, BOOK.rules, adjoins=adjoins, distance=d) for d in (near, far))
    assert first is not None
    assert second is not None
    assert first <= second


@pytest.mark.parametrize(
    ("file", "old", "new"),
    [
        ("list.toml", 'method = "class_coefficient"', 'method = "auction"'),
        ("list.toml", "from = 2016-01-01", ""),
        ("list.toml", "[ratios]", 'rounding = { unit = 1000, mode = "nearest" }\n[ratios]'),
        ("base.csv", ",24570,", ",-24570,"),
        ("base.csv", ",24570,", ",dear,"),
        ("rows.csv", ",0.75,", ",0,"),
        ("rows.csv", ",0.75,", ",,"),
    ],
)
def test_a_list_with_an_error_is_refused(tmp_path: Path, file: str, old: str, new: str) -> None:
    source = ROOT / "data" / "prices" / "qd66-2015"
    for path in source.iterdir():
        text = path.read_text("utf-8")
        (tmp_path / path.name).write_text(text.replace(old, new, 1) if path.name == file else text, "utf-8")
    with pytest.raises(Refused) as wrong:
        read_price_list(tmp_path)
    assert wrong.value.field.endswith(file)
