"""Capital-letter fonts of before Unicode: what tells that small letters are meant as capitals, and what does not."""

from __future__ import annotations

from pathlib import Path

import pytest
from files_to_load import MAP, TODAY, codes, field_map, held, load, parcels, square, write
from office_files import LABELS, TWO_PARCELS, VN2000, dgn, in_capitals, listing, point

from landinfo.files.capitals import is_capital_font
from landinfo.files.read import read_file
from landinfo.files.table import Wanted
from landinfo.intake.fieldmap import read_map

NUMBERED = MAP.replace("{TO}", "7").replace("{THUA}", "{LEVEL_11}")
REMARK = Wanted(fields=("LEVEL_11", "LEVEL_13"))


@pytest.mark.parametrize("name", [".VnTimeH", ".VnArialH", ".VNTIMEH", ".vnTimeH", ".VnArial NarrowH", ".VnHelvetInsH"])
def test_fonts_of_capitals(name: str) -> None:
    assert is_capital_font(name)


@pytest.mark.parametrize(
    "name", [".VnTime", ".VnTimeh", "VNI-Times", "Arial", "TimeH", "", ".VnTimeH2", "x.VnTimeH", "VnH"]
)
def test_fonts_of_small_letters(name: str) -> None:
    assert not is_capital_font(name)


def test_a_drawing_that_names_the_font_is_read_as_it_prints(tmp_path: Path) -> None:
    """đất ở đô thị by the bytes; the number stands in .VnTime and stays as it is."""
    table = read_file(in_capitals(tmp_path, ".VnTimeH"), REMARK)
    assert table.columns == {"LEVEL_11": ["1a", "2a"], "LEVEL_13": ["ĐẤT Ở ĐÔ THỊ", "ĐẤT Ở ĐÔ THỊ"]}
    (remark,) = (r for r in table.remarks if r.code == "FIL-018")
    assert (remark.params["count"], remark.params["evidence"]) == (2, ".VnTimeH")
    assert remark.params["examples"] == [{"text": "ĐẤT Ở ĐÔ THỊ", "before": "đất", "after": "ĐẤT"}]


@pytest.mark.parametrize("font", [".VnTime", "Arial", ".VnTimeh"])
def test_without_evidence_the_letters_stay_small(tmp_path: Path, font: str) -> None:
    table = read_file(in_capitals(tmp_path, font), REMARK)
    assert table.columns["LEVEL_13"] == ["đất ở đô thị"] * 2
    assert not {"FIL-018", "FIL-019"} & {r.code for r in table.remarks}


def test_ascii_letters_in_the_font_are_capitals_too(tmp_path: Path) -> None:
    """A land use written "ont" prints as ONT."""
    assert read_file(in_capitals(tmp_path, ".VnArialH", "ont"), REMARK).columns["LEVEL_13"] == ["ONT"] * 2


def test_a_drawing_of_numbered_fonts_is_told_by_the_field_map(tmp_path: Path) -> None:
    """A DGN names no font."""
    remarks = [(point(4, 4), 13, "®Êt ë".encode("latin-1")), (point(14, 4), 13, b"ont")]
    file = dgn(tmp_path / "a.dgn", [*TWO_PARCELS, *LABELS, *remarks])
    assert read_file(file, REMARK).columns["LEVEL_13"] == ["đất ở", "ont"]
    told = read_file(file, Wanted(fields=("LEVEL_13",), capitals=("LEVEL_13",)))
    assert told.columns["LEVEL_13"] == ["ĐẤT Ở", "ONT"]
    (remark,) = (r for r in told.remarks if r.code == "FIL-019")
    assert (remark.params["count"], remark.params["evidence"]) == (2, "LEVEL_13")


def test_only_the_column_that_is_told(tmp_path: Path) -> None:
    text = "Tờ;Thửa;X;Y;Ghi;Kia\n12;1;1214000;600000;ont;cln\n12;1;1214010;600000;;\n12;1;1214010;600010;;\n"
    wanted = Wanted(fields=("Ghi", "Kia"), capitals=("Ghi",))
    table = read_file(listing(tmp_path / "a.csv", text), wanted)
    assert table.columns == {"Ghi": ["ONT"], "Kia": ["cln"]}


def test_what_is_unicode_already_is_left(tmp_path: Path) -> None:
    """Its letters are what they are, whatever the map says of a font."""
    file = parcels(tmp_path / "a.gpkg", [square(), square(10)], GHI=["đất ở", "ĐẤT Ở"])
    table = read_file(file, Wanted(fields=("GHI",), capitals=("GHI",)))
    assert table.columns["GHI"] == ["đất ở", "ĐẤT Ở"]
    assert not table.remarks


def test_numbers_and_empty_cells_are_left(tmp_path: Path) -> None:
    file = write(tmp_path / "a.gpkg", [square(), square(10)], {"SO": [1.5, 2.5], "CHU": ["a", None]})
    table = read_file(file, Wanted(fields=("SO", "CHU"), capitals=("SO", "CHU")))
    assert table.columns == {"SO": [1.5, 2.5], "CHU": ["A", None]}


def test_the_store_holds_capitals_and_the_finding_shows_why(tmp_path: Path) -> None:
    use = '[[parcel.land_use]]\ncode = "{LEVEL_13}"\nregime = "2024"\nmapping = { "ĐẤT Ở ĐÔ THỊ" = "ODT" }'
    map = field_map(tmp_path / "m.toml", NUMBERED, source=VN2000, more=use)
    result = load(in_capitals(tmp_path, ".VnTimeH"), map, str(tmp_path / "s.gpkg"), TODAY)
    assert {"FIL-015", "FIL-018"} <= set(codes(result))
    (finding,) = (f for f in result.findings if f.kind.code == "FIL-018")
    assert (finding.count, finding.params["evidence"]) == (2, ".VnTimeH")
    assert finding.params["examples"] == "«đất» → «ĐẤT»"
    assert [[u.code for u in p.land_uses] for p in held(str(tmp_path / "s.gpkg"))[2]] == [["ODT"], ["ODT"]]


def test_a_person_in_capitals_is_a_person(tmp_path: Path) -> None:
    map = field_map(tmp_path / "m.toml", NUMBERED.replace("{LEVEL_11}", "{LEVEL_13}"), source=VN2000)
    result = load(in_capitals(tmp_path, ".VnTimeH", "nguyÔn v¨n trång"), map, str(tmp_path / "s.gpkg"), TODAY)
    assert "PER-003" in codes(result)
    assert not any("TRỒNG" in str(f) or "trồng" in str(f) for f in result.findings)


def test_a_field_that_is_not_there_is_named(tmp_path: Path) -> None:
    map = field_map(tmp_path / "m.toml", source='capitals = "TO, GHI"')
    assert read_map(map).capitals == ("TO", "GHI")
    result = load(parcels(tmp_path / "a.gpkg"), map, str(tmp_path / "s.gpkg"), TODAY)
    (finding,) = (f for f in result.findings if f.refuses)
    assert (finding.kind.code, finding.params["missing"]) == ("MAP-003", "GHI")
