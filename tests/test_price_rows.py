"""What the rows of the 2026 list say besides a price: exclusions, sides, chainage, closing rows, page breaks."""

from __future__ import annotations

import csv
from decimal import Decimal
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from landinfo.model import PriceSection
from landinfo.price.rows import closing_rows, holds_for
from landinfo.store.price_text import exclusions, residual, typed
from landinfo.store.rulebook import read_rulebook

ROOT = Path(__file__).resolve().parent.parent
LIST = next(x for x in read_rulebook(ROOT / "data").price_lists if x.loaded)
URBAN = ("commercial", "service", "tourism", "urban", "residential")
INDUSTRY = ("technology", "industrial_park", "industrial_cluster", "production", "export_processing")


def row(id_: str) -> PriceSection:
    return LIST.sections[id_]


def flagged(flag: str) -> set[str]:
    return {s.id for s in LIST.sections.values() if flag in s.flags}


@pytest.mark.parametrize(
    ("id_", "left_out"),
    [
        ("25747:16", "CÁC THỬA ĐẤT THUỘC KHU TĐC KHU 3 PHƯỜNG CHÁNH NGHĨA"),
        ("25760:54", "ĐẤT THUỘC KCN VSIP 2 VÀ KCN MAPLETREE"),  # after a comma inside the brackets
        ("25858:14", "CÁC THỬA ĐẤT THUỘC KHU TĐC ẤP 7"),
        ("25858:1", "ĐOẠN TRÙNG ĐƯỜNG TẠO LỰC"),
        ("25951:3", "ĐƯỜNG GS-01"),
        ("25849:3", "ĐẤT THUỘC CÁC CCN, KCN"),
    ],
)
def test_exclusions(id_: str, left_out: str) -> None:
    assert row(id_).exclusions == (left_out,)
    assert "exclusion" in row(id_).flags


def test_the_commune_tru_van_tho_is_no_exclusion() -> None:
    assert exclusions("ĐƯỜNG TỪ ĐẠI LỘ BÌNH DƯƠNG (QUỐC LỘ 13, XÃ TRỪ VĂN THỐ) ĐI ĐT.750") == ()
    assert row("25819:10").exclusions == ()
    assert len(flagged("exclusion")) == 70


def test_rows_of_the_land_that_another_row_leaves_out() -> None:
    # Nam Kỳ Khởi Nghĩa: 19,400 without KCN Mapletree (row 31), 6,000 inside it (row 161)
    assert (row("25760:31").exclusions, row("25760:161").confined_to) == (
        ("ĐẤT THUỘC KCN MAPLETREE",),
        "ĐẤT THUỘC KCN MAPLETREE",
    )
    assert (row("25760:31").prices["ODT"], row("25760:161").prices["ODT"]) == (19_400_000, 6_000_000)
    assert row("25760:31").confined_to == ""


@pytest.mark.parametrize(
    ("id_", "side"), [("25813:4", "left"), ("25942:8", "by_side"), ("25942:14", "by_side"), ("25942:46", "by_side")]
)
def test_one_sided_rows(id_: str, side: str) -> None:
    assert row(id_).side == side


def test_no_other_row_has_a_side() -> None:
    assert flagged("one_sided") == {"25813:4", "25942:8", "25942:14", "25942:46"}
    assert row("25951:91").side == ""  # "phía sau chợ" is no side of the road


@pytest.mark.parametrize(
    ("id_", "first", "last"),
    [
        ("25858:8", 40_700, 41_260),
        ("25858:12", 48_338, 48_593),
        ("25882:36", 40_700, 41_260),
        ("25891:59", 1_900, 2_250),
    ],
)
def test_chainage_in_metres(id_: str, first: int, last: int) -> None:
    assert row(id_).chainage == (first, last)


def test_pieces_of_one_road_do_not_touch() -> None:
    # ĐT.741 cũ: five pieces at one price, with gaps between 41,658 and 43,000, 43,381 and 45,510, 46,576 and 48,338
    pieces = [row(f"25858:{n}").chainage for n in range(8, 13)]
    assert [(a[1], b[0]) for a, b in pairwise(pieces) if a and b and a[1] != b[0]] == [
        (41_658, 43_000),
        (43_381, 45_510),
        (46_576, 48_338),
    ]


def test_from_equals_to() -> None:
    named = {"25750:16", "25771:55", "25771:66", "25760:6", "25760:16", "25966:89", "25792:20"}
    more = {"25750:33", "25951:53", "25951:86", "25942:95", "25768:14", "25768:18"}  # 33 only without the glued words
    assert flagged("from_equals_to") == named | more


def test_rows_without_ends() -> None:
    numbers = {
        "25747": [71], "25978": [13], "25951": [3, 7, 98], "25942": [9, 10, 19, 20, 21, 32, 66, 67, 80],
        "25891": [27, 42], "25909": [8, 9], "25906": [131], "25858": [66], "25777": [24],
        "25920": [36], "25888": [54, 117, 133],
    }  # fmt: skip
    assert flagged("ends_missing") == {f"{commune}:{n}" for commune, own in numbers.items() for n in own}


def test_unrounded_amounts_stay_as_printed() -> None:
    assert row("25747:4").prices["ODT"] == 52_160_000
    assert row("25966:237").prices["ODT"] == 21_497_000
    assert {"25747:4", "25966:237", "25978:80"} <= flagged("unrounded")
    assert "25747:1" not in flagged("unrounded")


def test_the_suspect_row_is_flagged_and_not_corrected() -> None:
    assert flagged("suspect_price") == {"25912:9"}
    assert (row("25912:9").street, row("25912:9").prices["SKC"]) == ("TÂN BÌNH 58", Decimal(28_000_000))
    assert flagged("ratio_exception") == {"25912:9", "25945:162", "25945:163", "25768:8"}


@pytest.mark.parametrize(
    ("id_", "street", "start", "end"),
    [
        ("25750:11", "TRẦN VĂN ƠN", "PHÚ LỢI", "ĐẠI LỘ BÌNH DƯƠNG"),
        ("25867:12", "ĐH.507", "CẦU ĐÔI, RANH XÃ PHƯỚC THÀNH", "ĐH.510"),
        ("25951:9", "ĐƯỜNG TRÊN KÊNH T5B", "ĐƯỜNG TRẦN HƯNG ĐẠO ĐI VÕ THỊ SÁU", "VÕ THỊ SÁU"),
        ("25942:48", "NGUYỄN ĐỨC THIỆU (KHU TẬP THỂ NHÀ MÁY TOA XE)", row("25942:48").start, row("25942:48").end),
        (
            "25760:184", "PHÚ CHÁNH 12", "NGUYỄN TRI PHƯƠNG (ĐH.407, THỬA ĐẤT SỐ 471, TỜ BẢN ĐỒ 16)",
            "PHÚ CHÁNH 10 (THỬA ĐẤT SỐ 1036, TỜ BẢN ĐỒ 16)",
        ),
        (
            "25891:55", "HỒ VĂN MÊN (TÂN PHƯỚC KHÁNH 39, NHÁNH)",
            "HỒ VĂN MÊN (THỬA ĐẤT SỐ 497, TỜ BẢN ĐỒ 15, PHƯỜNG TÂN PHƯỚC KHÁNH)",
            "THỬA ĐẤT SỐ 66, 168 VÀ 852, TỜ BẢN ĐỒ 8 (PHƯỜNG THÁI HÒA)",
        ),
    ],
)  # fmt: skip
def test_words_glued_by_page_breaks_are_cut(id_: str, street: str, start: str, end: str) -> None:
    assert (row(id_).street, row(id_).start, row(id_).end) == (street, start, end)


def test_real_words_stay() -> None:
    assert row("25975:28").end == "TỪ VĂN PHƯỚC"
    assert row("25750:36").start.endswith("TỪ 9M TRỞ LÊN")
    assert "LÔ C1.2 ĐẾN LÔ C1.12" in row("25951:132").start
    assert "ĐẾN CẦU TÂN VẠN" in row("25951:172").end
    assert "ĐẾN THỬA ĐẤT SỐ 1419" in row("25942:119").end
    assert "PHÍA BÊN TRÁI TỪ ĐƯỜNG NGUYỄN AN NINH" in row("25942:8").end


def test_text_that_the_source_broke_off_is_flagged() -> None:
    assert {"25888:130", "25920:28", "25920:68", "25915:24"} <= flagged("unbalanced")
    assert row("25888:130").start == "HUỲNH VĂN NGHỆ (NGÃ"


@pytest.mark.parametrize(
    ("id_", "least", "below", "inside", "of", "old_units"),
    [
        ("25747:81", 9, None, (*URBAN, "resettlement"), "", ""),
        ("25747:82", 6, 9, (*URBAN, "resettlement"), "", ""),
        ("25747:83", 4, 6, (*URBAN, "resettlement"), "", ""),
        ("25747:84", 9, None, INDUSTRY, "", ""),
        ("25975:125", None, 9, (*URBAN, "resettlement"), "", ""),
        ("25747:69", 9, None, (), "KHU DÂN CƯ CHÁNH NGHĨA", ""),
        ("25750:40", None, 9, (), "KHU TĐC KHU 9 PHƯỜNG PHÚ HÒA", ""),  # glued: "bề rộng TỪ mặt đường"
        ("25760:88", 9, None, (*URBAN, "resettlement"), "", "THÀNH PHỐ THỦ DẦU MỘT (CŨ)"),
        ("25760:94", None, 9, URBAN, "", "CÁC PHƯỜNG CÒN LẠI THUỘC THÀNH PHỐ TÂN UYÊN (CŨ)"),
        ("25888:157", 9, None, URBAN, "", "PHƯỜNG UYÊN HƯNG (CŨ)"),  # prints "KHU DCH VỤ"
        ("25813:54", 9, None, (*URBAN, "resettlement"), "", "XÃ LAI HƯNG, TÂN HƯNG CŨ"),
        ("25891:1", 9, None, ("resettlement",), "", "XÃ BẠCH ĐẰNG VÀ THẠNH HỘI (BỎ BẠCH ĐẰNG)"),
        ("25777:79", None, None, (), "ĐT.744", ""),
    ],
)
def test_closing_rows_are_typed(
    id_: str, least: int | None, below: int | None, inside: tuple[str, ...], of: str, old_units: str
) -> None:
    found = row(id_).residual
    assert found is not None
    assert row(id_).kind == "residual"
    assert (found.least, found.below, found.inside, found.of, found.old_units) == (least, below, inside, of, old_units)
    assert found.unread == ""


def test_greater_than_is_not_from() -> None:
    bounds = {s.residual.above for s in LIST.sections.values() if s.residual and "LỚN HƠN 9M" in s.start}
    assert bounds == {True}
    assert sum("LỚN HƠN 9M" in s.start for s in LIST.sections.values()) == 5


def test_what_cannot_be_typed_is_said() -> None:
    unread = {s.id: s.residual.unread for s in LIST.sections.values() if s.residual and s.residual.unread}
    assert unread == {
        "25951:132": "LÔ C1.2 ĐẾN LÔ C1.12",
        "25951:133": "LÔ A1",
        "25951:104": "CŨ",
        "25978:168": "THỬA ĐẤT TIẾP GIÁP",
    }


@pytest.mark.parametrize(
    ("start", "width", "expected"),
    [
        ("BỀ RỘNG MẶT ĐƯỜNG TỪ 9M TRỞ LÊN", "9", True),
        ("BỀ RỘNG MẶT ĐƯỜNG TỪ 9M TRỞ LÊN", "8.9", False),
        ("BỀ RỘNG MẶT ĐƯỜNG LỚN HƠN 9M", "9", False),
        ("BỀ RỘNG MẶT ĐƯỜNG LỚN HƠN 9M", "9.1", True),
        ("BỀ RỘNG MẶT ĐƯỜNG NHỎ HƠN 9M", "9", False),
        ("BỀ RỘNG MẶT ĐƯỜNG TỪ 6M ĐẾN DƯỚI 9M", "6", True),
        ("BỀ RỘNG MẶT ĐƯỜNG TỪ 6M ĐẾN DƯỚI 9M", "9", False),
    ],
)
def test_width_of_the_road(start: str, width: str, expected: bool) -> None:
    found = residual("ĐƯỜNG NỘI BỘ CÒN LẠI TRONG CÁC KHU DÂN CƯ CÒN LẠI.", start)
    assert found is not None
    assert holds_for(found, Decimal(width), "residential", "") is expected


def test_the_closing_row_of_a_road_by_width_and_zone() -> None:
    # Thủ Dầu Một: 16,600 / 15,400 / 14,200 in residential zones by width, 7,000 / 6,500 / 6,100 in industrial ones
    def price(width: str, inside: str) -> list[Decimal]:
        return [s.prices["ODT"] for s in closing_rows(LIST, "25747", Decimal(width), inside)]

    assert price("9", "residential") == [16_600_000]
    assert price("8.99", "residential") == [15_400_000]
    assert price("5", "urban") == [14_200_000]
    assert price("6", "industrial_park") == [6_500_000]
    assert price("3.9", "residential") == []  # narrower than any closing row
    assert [s.number for s in closing_rows(LIST, "25747", Decimal(9))] == ["81", "84"]  # zone not known: a range
    assert [s.number for s in closing_rows(LIST, "25747", Decimal(9), of="KHU DÂN CƯ CHÁNH NGHĨA")] == [
        "69",
        "81",
        "84",
    ]


@given(st.decimals(4, 40, places=1), st.sampled_from([*URBAN, *INDUSTRY]))
def test_at_most_one_closing_row_holds_where_no_old_commune_matters(width: Decimal, inside: str) -> None:
    assert len(closing_rows(LIST, "25747", width, inside)) == 1


@given(st.text(max_size=60), st.text(max_size=60), st.text(max_size=60))
def test_any_printed_text_is_typed(street: str, start: str, end: str) -> None:
    assert typed(street, start, end, [Decimal(100)])["kind"] in ("section", "residual")


@pytest.mark.outside
def test_every_row_of_the_extract_is_carried_digit_by_digit(shared: Path) -> None:
    with (shared / "data" / "nq87_2026_rows.csv").open(encoding="utf-8", newline="") as file:
        source = list(csv.DictReader(file))
    with (ROOT / "data" / "prices" / LIST.id / "rows.csv").open(encoding="utf-8", newline="") as file:
        ours = {(one["commune"], one["number"]): one for one in csv.DictReader(file)}
    assert len(source) == len(ours) == len(LIST.sections) == 3597
    for one in source:
        own = ours[(one["commune_code"], one["stt"])]
        for column, theirs in (("residential", "residential_kvnd_m2"), ("tmd", "tmd_kvnd_m2"), ("skc", "skc_kvnd_m2")):
            assert own[column] == one[theirs]
        for column, theirs in (("street", "street"), ("start", "from"), ("end", "to")):
            assert (own[f"printed_{column}"] or own[column]) == one[theirs]
