"""Lists of corners as people type them: X is the northing, numbers in any of the ways in which they are written."""

from __future__ import annotations

from pathlib import Path

import amount
import pytest
from files_to_load import EAST, NORTH, TODAY, codes, field_map, held, load, square
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from office_files import CORNERS, LISTED, VN2000, listing, workbook

from landinfo.files.read import read_file
from landinfo.files.table import Wanted
from landinfo.model import Refused


def _number(value: float, way: str) -> str:
    plain = f"{value:.3f}"
    grouped = f"{value:,.3f}"
    return {
        "1214000.250": plain,
        "1214000,250": plain.replace(".", ","),
        "1,214,000.250": grouped,
        "1.214.000,250": grouped.translate(str.maketrans(",.", ".,")),
        "1 214 000,250": grouped.replace(",", " ").replace(".", ","),
    }[way]


WAYS = ("1214000.250", "1214000,250", "1,214,000.250", "1.214.000,250", "1 214 000,250")


@pytest.mark.parametrize("delimiter", [";", "\t", ",", "|"])
@pytest.mark.parametrize("way", WAYS)
def test_numbers_as_they_are_written(tmp_path: Path, way: str, delimiter: str) -> None:
    corners = [(0, 0), (10.25, 0), (10.25, 8.5), (0, 8.5)]
    lines = [delimiter.join(["Tờ", "Thửa", "Điểm", "X", "Y"])]
    for i, (x, y) in enumerate(corners):
        cells = ["12", "1", str(i + 1), _number(NORTH + y, way), _number(EAST + x, way)]
        lines.append(delimiter.join(f'"{c}"' if delimiter in c else c for c in cells))
    table = read_file(listing(tmp_path / "a.csv", "\n".join(lines)), Wanted(fields=("Thửa",)))
    assert table.shapes[0].bounds == (EAST, NORTH, EAST + 10.25, NORTH + 8.5)
    assert not table.remarks


@pytest.mark.parametrize(
    "headings",
    [
        "tờ;thửa;điểm;X;Y",
        "TO;THUA;DIEM;x;y",
        "Số tờ;Số thửa;Số hiệu điểm;X(m);Y(m)",
        "SO TO;THỬA ĐẤT SỐ;STT;Tọa độ X;Toạ độ Y",
    ],
)
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
def test_headings_in_any_spelling(tmp_path: Path, headings: str, encoding: str) -> None:
    text = headings + "\n" + CORNERS.partition("\n")[2]
    table = read_file(listing(tmp_path / "a.csv", text, encoding))
    assert [s.equals(square()) for s in table.shapes] == [True]


def test_several_parcels_closing_corners_and_blank_cells(tmp_path: Path) -> None:
    """A title above, the parcel's number in its first line only, the first corner given again, a blank line between."""
    rows = [
        ["BẢNG KÊ TỌA ĐỘ GÓC RANH", None, None, None, None, None],
        [None, None, None, None, None, None],
        ["Tờ", "Thửa", "Điểm", "X", "Y", "Loại đất"],
        [12, 1, 1, NORTH, EAST, "ODT"],
        [None, None, 2, NORTH + 10, EAST, None],
        [None, None, 3, NORTH + 10, EAST + 10, None],
        [None, None, 4, NORTH, EAST + 10, None],
        [None, None, 1, NORTH, EAST, None],
        [None, None, None, None, None, None],
        [12, "2a", 1, "1.214.000,00", "600.010,00", "CLN"],
        [None, None, 2, "1.214.010,00", "600.010,00", None],
        [None, None, 3, "1.214.010,00", "600.020,00", None],
        [None, None, 4, "1.214.000,00", "600.020,00", None],
    ]
    file = workbook(tmp_path / "a.xlsx", rows)
    more = '[[parcel.land_use]]\ncode = "{Loại đất}"\nregime = "2024"\n'
    map = LISTED.replace("{tờ}", "{Tờ}").replace("{thửa}", "{Thửa}")
    result = load(file, field_map(tmp_path / "m.toml", map, source=VN2000, more=more), str(tmp_path / "s.gpkg"), TODAY)
    assert codes(result) == ["CRS-007", "EDI-003", "PAR-022"]
    found = held(str(tmp_path / "s.gpkg"))[2]
    assert [(str(p.ref), [u.code for u in p.land_uses]) for p in found] == [
        ("25750@2024/12/1", ["ODT"]),
        ("25750@2024/12/2a", ["CLN"]),
    ]
    assert [p.shape.equals(s) for p, s in zip(found, (square(), square(10)), strict=True)] == [True, True]


def test_a_workbook_of_several_sheets_is_a_question(tmp_path: Path) -> None:
    rows = [["Thửa", "X", "Y"], *([1, NORTH + y, EAST + x] for x, y in ((0, 0), (1, 0), (1, 1)))]
    file = workbook(tmp_path / "a.xlsx", rows, {"Tờ 2": rows, "Trống": []})
    with pytest.raises(Refused) as refused:
        read_file(file)
    assert (refused.value.code, refused.value.params["layers"]) == ("FIL-004", "Sheet, Tờ 2, Trống")
    assert len(read_file(file, Wanted(layer="Tờ 2")).shapes) == 1


def test_lines_that_are_wrong_are_named_by_their_number(tmp_path: Path) -> None:
    text = CORNERS + "12;2;1;abc;600000\n12;3;1;1214000,00;600020,00\n12;3;2;1214000,00;600030,00\n"
    table = read_file(listing(tmp_path / "a.csv", text))
    told = {r.code: [(s.row, s.name, s.detail) for s in r.spots] for r in table.remarks}
    assert told == {"COR-002": [(0, "2", "[6] X = abc, Y = 600000")], "COR-003": [(0, "3", "[7] 2")]}
    assert len(table.shapes) == 1


@settings(max_examples=amount.of(25, 400), suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(
    sides=st.lists(st.integers(3, 9), min_size=1, max_size=6),
    way=st.sampled_from(WAYS),
    closed=st.booleans(),
)
def test_any_list_gives_its_polygons(tmp_path: Path, sides: list[int], way: str, closed: bool) -> None:
    """Right-angled combs of n teeth: as many corners come back as were written, in their order."""
    lines, expected = ["thửa;điểm;X;Y"], []
    for n, teeth in enumerate(sides):
        ring = [(EAST + 40 * n, NORTH)]
        for i in range(teeth):
            ring += [(EAST + 40 * n + i, NORTH + 2 + i % 2), (EAST + 40 * n + i + 0.5, NORTH + 2 + i % 2)]
        ring.append((EAST + 40 * n + teeth, NORTH))
        expected.append(ring)
        given_ = [*ring, ring[0]] if closed else ring
        lines += [f"{n + 1};{i};{_number(y, way)};{_number(x, way)}" for i, (x, y) in enumerate(given_)]
    table = read_file(listing(tmp_path / "a.csv", "\n".join(lines)))
    assert [list(s.exterior.coords)[:-1] for s in table.shapes] == expected
