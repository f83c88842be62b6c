"""Loading a price list from a file: what is refused, what is only said, and that answers use it afterwards."""

from __future__ import annotations

import csv
import re
import shutil
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest
import shapely
from openpyxl import Workbook

from landinfo import cli, price
from landinfo.intake import pricelist, pricepublish
from landinfo.intake.findings import KINDS, written
from landinfo.intake.pricelist import Loaded
from landinfo.model import PriceZone, Rulebook, Status
from landinfo.store.prices import read_price_lists
from landinfo.store.rulebook import read_rulebook

ROOT = Path(__file__).resolve().parent.parent
TODAY = date(2026, 11, 27)
HEAD = "commune,number,street,start,end,residential,tmd,skc"
GOOD = (
    "25750,1,PHÚ LỢI,ĐẠI LỘ BÌNH DƯƠNG,LÊ HỒNG PHONG,20000,16000,13000",
    '25750,2,PHÚ LỢI,LÊ HỒNG PHONG,CUỐI TUYẾN,"18427,5",14742,11978',
    "25747,1,YERSIN (TRỪ ĐẤT THUỘC KCN A),NGÃ 6,BẠCH ĐẰNG,37800,,",
)
ASKED = pricepublish.Asked("36/2019/QĐ-UBND", Status.ASSUMED, "bản sao của xã")


@pytest.fixture
def data(tmp_path: Path) -> Path:
    """A copy of the repository's data, without the sample and the long list of 2026."""
    folder = tmp_path / "data"
    shutil.copytree(ROOT / "data", folder, ignore=shutil.ignore_patterns("sample", "nq87-2025"))
    return folder


@pytest.fixture
def whole(data: Path) -> Path:
    """The copy with the list of 2026."""
    shutil.copytree(ROOT / "data" / "prices" / "nq87-2025", data / "prices" / "nq87-2025")
    return data


def book(data: Path) -> Rulebook:
    return read_rulebook(data)


def written_to(data: Path, lines: Sequence[str], head: str = HEAD, name: str = "list.csv") -> Path:
    path = data.parent / name
    path.write_text("\n".join((head, *lines)) + "\n", "utf-8")
    return path


def run(data: Path, lines: Sequence[str], asked: pricepublish.Asked = ASKED, head: str = HEAD) -> Loaded:
    return pricelist.load(written_to(data, lines, head), asked, data, book(data), TODAY)


def codes(result: Loaded, *, refusing: bool) -> set[str]:
    return {f.kind.code for f in result.findings if f.refuses is refusing}


def state(data: Path) -> dict[str, bytes]:
    return {p.relative_to(data).as_posix(): p.read_bytes() for p in sorted(data.rglob("*")) if p.is_file()}


def ask(data: Path, section: str, use: str, on: date, position: int = 1, agricultural: int = 1) -> price.Quote:
    where = PriceZone("Z", "", section, position, agricultural, {}, {}, shapely.Point(0, 0), on, None, "e")
    return price.quote(where, use, "25750", on, book(data), {})


def test_a_declared_list_answers_for_its_days_once_it_is_loaded(data: Path) -> None:
    assert ask(data, "25750:1", "ODT", date(2023, 5, 1)).state == "rows_not_loaded"
    result = run(data, GOOD)
    assert (result.folder, result.rows) == (data / "prices" / "qd36-2019", 3)
    assert (result.first, result.end) == (date(2020, 1, 1), date(2025, 1, 1))
    found = ask(data, "25750:2", "ODT", date(2023, 5, 1))
    assert (found.state, found.unit_price) == ("priced", Decimal("18427500"))
    assert found.steps[0].citation is not None
    assert (found.steps[0].citation.status, found.steps[0].citation.note) == (Status.ASSUMED, "bản sao của xã")
    assert found.steps[0].citation.checked == TODAY
    assert ask(data, "25750:1", "TMD", date(2024, 12, 31)).unit_price == 16_000_000
    assert (
        ask(data, "25750:1", "CQP", date(2023, 5, 1)).unit_price == 13_000_000
    )  # 65 % of residential, by the document
    assert ask(data, "25747:1", "TMD", date(2023, 5, 1)).state == "no_rule"  # not printed, no ratio: unknown
    assert ask(data, "25750:1", "ODT", date(2025, 1, 1)).state == "rows_not_loaded"  # the next list
    assert ask(data, "25750:1", "ODT", date(2023, 5, 1), position=2).state == "no_rule"  # factors of 2020 are not known
    loaded = next(x for x in book(data).price_lists if x.id == "qd36-2019")
    assert loaded.sections["25747:1"].exclusions == ("ĐẤT THUỘC KCN A",)


def test_adjustments_that_are_not_known_are_said(data: Path) -> None:
    run(data, GOOD)
    steps = ask(data, "25750:1", "ODT", date(2023, 5, 1)).steps
    assert [(s.notice.code, s.notice.severity) for s in steps] == [
        ("step-printed", "note"),
        ("step-adjustments-unknown", "warning"),
    ]


def test_a_list_by_class_and_its_agricultural_prices(data: Path) -> None:
    # the section of 2016 once more, as the list of 2017: 24,570 × 0.75 = 18,427.5; 7,700 × 0.75 = 5,775
    base = written_to(
        data,
        ["718,DT,1,ODT,1,24570", "718,DT,1,ODT,2,7700", "718,DT,,CLN,1,400", "718,DT,,RSX,,140"],
        "district,area_kind,road_class,use,position,price",
        "base.csv",
    )
    head = "district,stt,street,from,to,area_kind,road_class,coefficient,k_agricultural"
    line = "718,1,ĐẠI LỘ BÌNH DƯƠNG,SUỐI CÁT,NGÃ 4 SÂN BANH,DT,1,0.75,2"
    asked = replace(ASKED, document="04/2017/QĐ-UBND", base=base)
    result = run(data, [line], asked, head)
    assert codes(result, refusing=True) == set()
    assert ask(data, "718:1", "ODT", date(2018, 1, 1)).unit_price == 18_427_500
    assert ask(data, "718:1", "ODT", date(2018, 1, 1), position=2).unit_price == 5_775_000
    assert ask(data, "718:1", "CLN", date(2018, 1, 1)).unit_price == 400_000
    assert ask(data, "718:1", "RSX", date(2018, 1, 1), agricultural=3).unit_price == 140_000
    over = price.for_case(ask(data, "718:1", "CLN", date(2018, 1, 1)), "levy_over_limit", date(2018, 1, 1), book(data))
    assert over.unit_price == 800_000


def test_agricultural_prices_by_commune(data: Path) -> None:
    prices = written_to(data, ["25750,CLN,1,450", "25750,CHN,1,375"], "zone,use,position,price", "agri.csv")
    result = run(data, GOOD, replace(ASKED, agricultural=prices))
    assert codes(result, refusing=True) == set()
    assert ask(data, "25750:1", "CLN", date(2023, 5, 1)).unit_price == 450_000
    assert ask(data, "25750:1", "CLN", date(2023, 5, 1), agricultural=2).state == "no_rule"


@pytest.mark.parametrize("word", ["VPĐK Nguyễn văn Trồng", "079.185.001.234", "x" * 61])
@pytest.mark.parametrize("field", ["document", "source"])
def test_words_that_are_published_are_nobodys(data: Path, field: str, word: str) -> None:
    before = sorted(path.name for path in (data / "prices").iterdir())
    asked = replace(ASKED, first=date(2027, 1, 1), **{field: word})
    result = run(data, GOOD, asked)
    assert codes(result, refusing=True) == {"PRI-007"}
    assert word not in str(result.findings)
    assert sorted(path.name for path in (data / "prices").iterdir()) == before


def test_a_new_document_needs_its_days(whole: Path) -> None:
    data = whole
    asked = replace(ASKED, document="12/2027/NQ-HĐND")
    assert codes(run(data, GOOD, asked), refusing=True) == {"PRI-004"}
    lines = [line.replace("PHÚ LỢI", "PHÚ LỢI MỚI") for line in GOOD]
    result = run(data, lines, replace(asked, first=date(2027, 1, 1)))
    assert result.folder == data / "prices" / "nq12-2027"
    assert codes(result, refusing=False) == {"PRI-037", "PRI-036"}  # not declared; 2026's list has no last day
    assert ask(data, "25750:1", "ODT", date(2027, 1, 1)).unit_price == 20_000_000
    assert ask(data, "25750:10", "ODT", date(2026, 12, 31)).unit_price == 62_600_000


def test_days_may_be_given(data: Path) -> None:
    days = {"first": date(2021, 1, 1), "end": date(2022, 1, 1)}
    assert run(data, GOOD, replace(ASKED, **days)).folder is not None
    assert ask(data, "25750:1", "ODT", date(2021, 12, 31)).state == "priced"
    assert ask(data, "25750:1", "ODT", date(2022, 1, 1)).state == "no_list"
    backwards = replace(ASKED, first=date(2022, 1, 1), end=date(2021, 1, 1), replaces=True)
    assert codes(run(data, GOOD, backwards), refusing=True) == {"PRI-004"}


def test_rows_that_are_held_are_replaced_only_on_demand(data: Path) -> None:
    run(data, GOOD)
    before = state(data)
    assert codes(run(data, GOOD[:1]), refusing=True) == {"PRI-005"}
    assert state(data) == before
    assert run(data, GOOD[:1], replace(ASKED, replaces=True)).rows == 1
    files = sorted(p.name for p in (data / "prices" / "qd36-2019").iterdir())
    assert len(files) == 2  # list.toml and the rows it names: the old rows are gone
    assert ask(data, "25750:2", "ODT", date(2023, 5, 1)).state == "no_section"


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({0: GOOD[0].replace("25750", "25751")}, "PRI-011"),  # no such commune
        ({1: GOOD[1].replace("25750,2", "25750,1")}, "PRI-012"),
        ({0: GOOD[0].replace("20000", "20.000")}, "PRI-013"),  # 20 or 20,000?
        ({0: GOOD[0].replace("20000", "-20000")}, "PRI-013"),
        ({0: GOOD[0].replace("20000", "0")}, "PRI-013"),
        ({0: GOOD[0].replace("20000", "NaN")}, "PRI-013"),
        ({0: GOOD[0].replace("20000,16000,13000", ",,")}, "PRI-013"),
        ({0: GOOD[0].replace("20000", "20000000")}, "PRI-014"),  # đồng instead of thousands
        ({0: GOOD[0].replace("20000", "2")}, "PRI-014"),
        ({1: GOOD[1].replace("LÊ HỒNG PHONG,CUỐI TUYẾN", "LE HONG PHONG,DAI LO BINH DUONG")}, "PRI-016"),
        ({0: GOOD[0].replace("25750,1,PHÚ", "25750,,PHÚ")}, "PRI-010"),
        ({0: GOOD[0].replace("PHÚ LỢI,", ",")}, "PRI-010"),
        ({0: GOOD[0].replace("25750,1,", "25750,1a,")}, "PRI-017"),
        ({0: GOOD[0].replace("ĐẠI LỘ BÌNH DƯƠNG,LÊ HỒNG PHONG", "40.000M,41.000M"),
          1: GOOD[1].replace("LÊ HỒNG PHONG,CUỐI TUYẾN", "40.999M,42.000M")}, "PRI-015"),
    ],
)  # fmt: skip
def test_one_error_refuses_the_list_whole(data: Path, change: Mapping[int, str], code: str) -> None:
    before = state(data)
    lines = [change.get(i, line) for i, line in enumerate(GOOD)]
    result = run(data, lines)
    assert result.folder is None
    assert codes(result, refusing=True) == {code}
    assert state(data) == before


def test_codes_are_those_of_the_first_day(data: Path) -> None:
    # 25741 was phường Hiệp Thành until 2025-06-30; no commune has the code since
    lines = [GOOD[0].replace("25750", "25741")]
    asked = replace(ASKED, document="63/2024/QĐ-UBND", end=date(2026, 1, 1))
    assert codes(run(data, lines, replace(asked, first=date(2025, 7, 1))), refusing=True) == {"PRI-011"}
    assert codes(run(data, lines, replace(asked, first=date(2025, 6, 30))), refusing=True) == set()


def test_every_error_is_named_at_once(data: Path) -> None:
    lines = [GOOD[0].replace("25750", "99999"), GOOD[1].replace("14742", "abc"), GOOD[2].replace("25747,1", ",")]
    result = run(data, lines)
    assert codes(result, refusing=True) == {"PRI-010", "PRI-011", "PRI-013"}
    told = "\n".join(written(result.findings, book(data).texts, "vi"))
    assert "dòng 2 · 99999:1 PHÚ LỢI" in told
    assert "dòng 3" in told
    assert "dòng 4" in told


def test_chainages_that_only_touch_do_not_overlap(data: Path) -> None:
    lines = [
        GOOD[0].replace("ĐẠI LỘ BÌNH DƯƠNG,LÊ HỒNG PHONG", "40.000M,41.000M"),
        GOOD[1].replace("LÊ HỒNG PHONG,CUỐI TUYẾN", "41.000M,42.000M"),
    ]
    assert codes(run(data, lines), refusing=True) == set()


def test_a_section_without_base_price_is_refused(data: Path) -> None:
    base = written_to(data, ["718,DT,1,ODT,1,24570"], "district,area_kind,road_class,use,position,price", "base.csv")
    head = "district,number,street,start,end,area_kind,road_class,coefficient"
    asked = replace(ASKED, document="04/2017/QĐ-UBND", base=base)
    line = "718,1,ĐẠI LỘ BÌNH DƯƠNG,SUỐI CÁT,NGÃ 4 SÂN BANH,DT,1,0.75"
    assert codes(run(data, [line.replace("DT,1,", "DT,2,")], asked, head), refusing=True) == {"PRI-018"}
    assert codes(run(data, [line.replace("DT,1,", "XX,1,")], asked, head), refusing=True) == {"PRI-019"}
    assert codes(run(data, [line.replace("718,", "727,")], asked, head), refusing=True) == {"PRI-011"}
    assert codes(run(data, [line], replace(asked, base=None), head), refusing=True) == {"PRI-002"}
    twice = written_to(
        data, ["718,DT,1,ODT,1,24570"] * 2, "district,area_kind,road_class,use,position,price", "base.csv"
    )
    assert codes(run(data, [line], replace(asked, base=twice), head), refusing=True) == {"PRI-012"}


@pytest.mark.parametrize(
    ("head", "content", "code"),
    [
        ("commune,number,street,start,end", b"", "PRI-002"),
        (HEAD, b"", "PRI-006"),
        (HEAD, b"25750,1,PH\xda L\xfb,A,B,1,1,1\n", "PRI-001"),  # not UTF-8
        (HEAD, b"25750,1,A,B,C,20000,1,1,1,1,1\n", "PRI-001"),  # more cells than columns
        (HEAD + ",street", b"", "PRI-001"),
    ],
)
def test_a_file_that_is_no_list(data: Path, head: str, content: bytes, code: str) -> None:
    path = data.parent / "list.csv"
    path.write_bytes(head.encode() + b"\n" + content)
    result = pricelist.load(path, ASKED, data, book(data), TODAY)
    assert codes(result, refusing=True) == {code}


@pytest.mark.parametrize(("name", "code"), [("gone.csv", "FIL-001"), ("list.pdf", "FIL-003"), ("list.xlsx", "PRI-001")])
def test_a_file_that_cannot_be_opened(data: Path, name: str, code: str) -> None:
    path = data.parent / name
    if name != "gone.csv":
        path.write_bytes(b"%PDF-1.7 nothing")
    assert codes(pricelist.load(path, ASKED, data, book(data), TODAY), refusing=True) == {code}


def test_a_formula_without_its_value_is_no_empty_cell(data: Path) -> None:
    """A program that wrote the workbook, unlike a spreadsheet, stores no value beside a formula."""
    path, sheet = data.parent / "list.xlsx", Workbook()
    head, line = HEAD.split(","), next(csv.reader([GOOD[0]]))
    for cells in (head, ["=1+1" if name == "residential" else cell for name, cell in zip(head, line, strict=True)]):
        sheet.active.append(cells)
    sheet.save(path)
    result = pricelist.load(path, ASKED, data, book(data), TODAY)
    assert (result.folder, codes(result, refusing=True)) == (None, {"PRI-013"})


@pytest.mark.parametrize("content", ["", "HEAD\nfirst\x00row", "HEAD\nfirst\x1brow"])
def test_what_is_empty_or_holds_signs_that_nobody_types_is_refused(data: Path, content: str) -> None:
    path = data.parent / "list.csv"
    path.write_text(content.replace("HEAD", HEAD).replace("first", GOOD[0]), "utf-8")
    result = pricelist.load(path, ASKED, data, book(data), TODAY)
    assert codes(result, refusing=True) == {"PRI-001"}
    said = str([f.params for f in result.findings])
    assert "Error" not in said


def test_xlsx_gives_what_csv_gives(data: Path) -> None:
    path = data.parent / "list.xlsx"
    sheet = Workbook()
    for line in csv.reader([HEAD, *GOOD]):
        numbers = [float(cell.replace(",", ".")) if cell[:1].isdigit() else cell for cell in line[1:]]
        sheet.active.append([line[0], *(cell if cell != "" else None for cell in numbers)])
    sheet.save(path)
    assert pricelist.load(path, ASKED, data, book(data), TODAY).rows == 3
    from_xlsx = book(data).price_lists
    run(data, GOOD, replace(ASKED, replaces=True))
    assert book(data).price_lists == from_xlsx


@pytest.mark.parametrize("head", ["Mã xã;STT;Tên đường;Từ;Đến;Đất ở;TMD;SKC", HEAD.replace(",", "\t")])
def test_heads_and_separators_as_they_are_met(data: Path, head: str) -> None:
    mark = ";" if ";" in head else "\t"
    lines = [line.replace('"18427,5"', "18427.5").replace(",", mark) for line in GOOD]
    assert run(data, lines, head=head).rows == 3


def test_outliers_are_flagged_and_loaded_as_printed(data: Path) -> None:
    usual = [f"25750,{n},ĐƯỜNG SỐ {n},A{n},B{n},10000,8000,6500" for n in range(1, 6)]
    odd = ["25750,6,ĐƯỜNG SỐ 6,A6,B6,7000,5600,28000", "25750,7,ĐƯỜNG SỐ 7,A7,B7,10000,8000,5900"]
    result = run(data, [*usual, *odd])
    assert {"PRI-030", "PRI-031"} <= codes(result, refusing=False)
    sections = next(x for x in book(data).price_lists if x.id == "qd36-2019").sections
    assert set(sections["25750:6"].flags) == {"ratio_exception", "suspect_price"}
    assert sections["25750:6"].prices["SKC"] == 28_000_000
    assert set(sections["25750:7"].flags) == {"ratio_exception"}
    assert sections["25750:5"].flags == ()


def test_jumps_against_the_list_before(data: Path) -> None:
    # Đại lộ Bình Dương, Suối Cát – Ngã 4 Sân Banh printed 18,427.5 in 2016; × 3 = 55,282.5
    line = "25750,1,ĐẠI LỘ BÌNH DƯƠNG (QL13),NGÃ 4 SÂN BANH,SUỐI CÁT,{},16000,13000"
    within = run(data, [line.format("55282")])
    assert "PRI-032" not in codes(within, refusing=False)
    beyond = run(data, [line.format("55283")], replace(ASKED, replaces=True))
    jump = next(f for f in beyond.findings if f.kind.code == "PRI-032")
    assert [p.detail for p in jump.places] == ["18427.5 → 55283"]
    assert jump.params["previous"] == "66/2015/QĐ-UBND"
    below = run(data, [line.format("6142")], replace(ASKED, replaces=True))
    assert "PRI-032" in codes(below, refusing=False)
    assert below.folder is not None


def test_a_later_list_is_not_the_one_before(data: Path) -> None:
    line = "25747,1,ĐẠI LỘ BÌNH DƯƠNG,SUỐI CÁT,NGÃ 4 SÂN BANH,1000,800,650"
    result = run(data, [line], replace(ASKED, document="66/2014/QĐ-UBND"))
    assert codes(result, refusing=False) == set()


def test_one_stretch_at_two_prices_in_two_communes_is_worth_a_look(data: Path) -> None:
    result = run(data, [*GOOD, GOOD[0].replace("25750,1", "25747,7").replace("20000", "21000")])
    assert (codes(result, refusing=True), codes(result, refusing=False)) == (set(), {"PRI-034"})


def test_days_that_only_touch_do_not_overlap(data: Path) -> None:
    asked = replace(ASKED, document="12/2019/QĐ-UBND", first=date(2019, 6, 1), end=date(2020, 1, 1))
    told = [f for f in run(data, GOOD, asked).findings if f.kind.code == "PRI-036"]
    assert [f.params["others"] for f in told] == ["04/2017/QĐ-UBND"]


def test_what_is_only_worth_a_look(data: Path) -> None:
    lines = [
        *GOOD,
        "25747,2,YERSIN (TRỪ ĐẤT THUỘC KCN A),BẠCH ĐẰNG,NGÃ 6,37800,,",  # the same stretch at the same price
        "25750,3,PHÚ LỢI,LÊ HỒNG PHONG,NGÃ 4,15000,12000,9750",  # one start, another end, another price
        "25750,4,HẺM (CŨ,A,B,15000,12000,9750",  # text that breaks off
    ]
    result = run(data, lines)
    assert result.folder is not None
    assert codes(result, refusing=False) == {"PRI-033", "PRI-034", "PRI-035"}


def test_a_list_that_cannot_be_read_back_is_not_published(data: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    before = state(data)

    def fails(_: Path) -> None:
        raise OSError("disk full")

    monkeypatch.setattr(pricepublish, "read_price_list", fails)
    with pytest.raises(OSError, match="disk full"):
        run(data, GOOD)
    assert state(data) == before


def test_until_list_toml_is_in_place_the_old_list_answers(data: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    run(data, GOOD)
    before = read_price_lists(data / "prices")

    def fails(self: Path, target: Path) -> Path:
        raise OSError("power cut")

    with monkeypatch.context() as patched:
        patched.setattr(Path, "replace", fails)
        with pytest.raises(OSError, match="power cut"):
            run(data, GOOD[:1], replace(ASKED, replaces=True))
    assert read_price_lists(data / "prices") == before


@pytest.mark.parametrize(
    ("document", "folder"),
    [
        ("36/2019/QĐ-UBND", "qd36-2019"),
        ("87/2025/NQ-HĐND", "nq87-2025"),
        ("Công văn số 5", "cong-van-so-5"),
        ("../../etc", "etc"),
    ],
)
def test_folder_of_a_document(document: str, folder: str) -> None:
    assert pricepublish.slug(document) == folder


def test_the_command(data: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setenv("LANDINFO_DATA", str(data))
    path = written_to(data, GOOD)
    command = ["prices", "load", str(path), "--document", "63/2024/QĐ-UBND"]
    assert cli.main([*command, "--from", "2025-01-01", "--to", "2025-07-01", "--source", "gửi qua thư"]) == 0
    said = capsys.readouterr()
    assert "Đã công bố 3 dòng của bảng giá 63/2024/QĐ-UBND, áp dụng từ 01/01/2025 đến trước 01/07/2025" in said.out
    assert "Published 3 rows" in said.out
    assert cli.main(command) == 2
    said = capsys.readouterr()
    assert "PRI-005" in said.err
    assert "Không nạp" in said.err
    assert cli.main([*command, "--from", "2025-13-01"]) == 2


def test_every_finding_of_a_price_list_has_a_case() -> None:
    named = set(re.findall(r"\"(PRI-\d{3})\"", Path(__file__).read_text("utf-8")))
    assert named == {code for code in KINDS if code.startswith("PRI-")}


@pytest.mark.outside
def test_the_list_of_2026_passes_and_its_known_oddities_are_found(whole: Path, shared: Path) -> None:
    data = whole
    asked = replace(ASKED, document="87/2025/NQ-HĐND", replaces=True)
    result = pricelist.load(shared / "data" / "nq87_2026_rows.csv", asked, data, book(data), TODAY)
    assert (codes(result, refusing=True), result.rows) == (set(), 3597)
    places = {f.kind.code: [p.name.split()[0] for p in f.places] for f in result.findings}
    assert places["PRI-030"] == ["25945:162", "25945:163", "25768:8", "25912:9"]
    assert places["PRI-031"] == ["25912:9"]
    repeated = set(places["PRI-034"])
    assert {"25966:150", "25966:151", "25969:1", "25882:36"} <= repeated
    before = next(x for x in read_rulebook(ROOT / "data").price_lists if x.id == "nq87-2025")
    after = next(x for x in book(data).price_lists if x.id == "nq87-2025")
    assert {i: s.prices for i, s in after.sections.items()} == {i: s.prices for i, s in before.sections.items()}
