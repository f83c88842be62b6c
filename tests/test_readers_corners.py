"""Lists of corners as people type them: X is the northing, numbers in any of the ways in which they are written."""

from __future__ import annotations

from pathlib import Path

import amount
import pytest
import shapely
from files_to_load import EAST, NORTH, TODAY, codes, field_map, held, load, square
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from office_files import CORNERS, LISTED, VN2000, listing, workbook

from landinfo.files.read import read_file
from landinfo.files.ring import ring_of
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
    assert told == {"COR-002": [(2, "2", "[6] X = abc, Y = 600000")], "COR-003": [(3, "3", "[7] 2")]}
    assert (len(table.shapes), list(table.rows)) == (1, [1])


LINES = {
    1: ["12;1;1;1214000;600000", "12;1;2;1214000;600010", "12;1;3;1214010;600010", "12;1;4;1214010;600000"],
    2: ["12;2;1;1214000;600010", "12;2;2;1214000;600020", "12;2;3;1214010;600020", "12;2;4;1214010;600010"],
    3: ["12;3;1;1214000;600020", "12;3;2;1214000;600030", "12;3;3;1214010;600030", "12;3;4;1214010;600020"],
}
"""Three squares in a row."""


def _list(at: Path, *lines: str, heading: str = "Tờ;Thửa;Điểm;X;Y") -> Path:
    return listing(at / "a.csv", "\n".join([heading, *lines]))


def _without(line: str, *cells: int) -> str:
    return ";".join("" if i in cells else cell for i, cell in enumerate(line.split(";")))


@pytest.mark.parametrize(
    ("corner", "cells"),
    [*((corner, cells) for corner in (0, 2, 3) for cells in ((3, 4), (3,), (4,), (2, 3, 4))), (2, (0, 1, 3, 4))],
)
def test_a_corner_that_is_not_filled_in_never_leaves_another_outline(
    tmp_path: Path, corner: int, cells: tuple[int, ...]
) -> None:
    """The parcel is refused; asked to, the others are published."""
    second = [*LINES[2][:corner], _without(LINES[2][corner], *cells), *LINES[2][corner + 1 :]]
    file, url = _list(tmp_path, *LINES[1], *second, *LINES[3]), str(tmp_path / "s.gpkg")
    map = field_map(tmp_path / "m.toml", LISTED.replace("{tờ}", "{Tờ}").replace("{thửa}", "{Thửa}"), source=VN2000)
    result = load(file, map, url, TODAY)
    assert not result.published
    (finding,) = (f for f in result.findings if f.refuses)
    assert (finding.kind.code, [(p.row, p.name) for p in finding.places]) == ("COR-002", [(2, "2")])
    assert finding.places[0].detail.startswith(f"[{6 + corner}] X = ")
    rest = load(file, map, url, TODAY, rest=True)
    assert rest.quarantined == {2}
    (aside,) = (f for f in rest.findings if f.kind.code == "ROW-001")
    assert (aside.count, aside.params["rows"]) == (1, 3)
    assert [(str(p.ref), p.shape.area) for p in held(url)[2]] == [
        ("25750@2024/12/1", 100.0),
        ("25750@2024/12/3", 100.0),
    ]


def test_findings_of_later_rows_keep_their_numbers(tmp_path: Path) -> None:
    """A parcel set aside while reading does not move the numbers of those behind it."""
    bow = ["12;3;1;1214000;600020", "12;3;2;1214010;600030", "12;3;3;1214000;600030", "12;3;4;1214008;600020"]
    file = _list(tmp_path, *LINES[1], "12;2;1;1214000;600010", *bow, "12;4;1;;")
    map = field_map(tmp_path / "m.toml", LISTED.replace("{tờ}", "{Tờ}").replace("{thửa}", "{Thửa}"), source=VN2000)
    result = load(file, map, str(tmp_path / "s.gpkg"), TODAY, rest=True)
    told = {f.kind.code: [p.row for p in f.places] for f in result.findings if f.refuses}
    assert told == {"COR-002": [4], "COR-003": [2], "GEO-003": [3]}
    assert result.quarantined == {2, 3, 4}
    assert all(p.mark is not None for f in result.findings for p in f.places if f.kind.code in ("COR-003", "GEO-003"))


def test_words_in_another_encoding_keep_the_number_of_their_parcel(tmp_path: Path) -> None:
    file = tmp_path / "a.csv"
    lines = [f"{line};{name}" for n, name in ((1, "\xae\xcat \xeb"), (3, "Đất ở")) for line in LINES[n]]
    text = "\n".join(["Tờ;Thửa;Điểm;X;Y;GC", *lines[:4], "12;2;1;;;", *lines[4:]])
    file.write_bytes(text.encode("utf-8").replace("\xae\xcat \xeb".encode(), b"\xae\xcat \xeb"))
    table = read_file(file, Wanted(fields=("GC",)))
    assert [s.row for r in table.remarks if r.code == "FIL-017" for s in r.spots] == [3]


def test_a_remark_below_the_list_is_no_corner(tmp_path: Path) -> None:
    file = _list(tmp_path, *[f"{line};" for line in LINES[1]], ";;;;;x", "12;;;;;", heading="Tờ;Thửa;Điểm;X;Y;Ghi chú")
    table = read_file(file)
    assert (len(table.shapes), table.remarks) == (1, ())


def test_a_parcel_whose_sheet_stands_in_its_first_line_only_is_one(tmp_path: Path) -> None:
    lines = [LINES[1][0], *(_without(line, 0) for line in LINES[1][1:]), *LINES[2]]
    assert [s.area for s in read_file(_list(tmp_path, *lines)).shapes] == [100.0, 100.0]


def _ordered(at: Path, *names: str, lines: dict[int, list[str]] = LINES) -> tuple[list[str], list[float]]:
    """What is said, and the areas, of parcel 1 whose lines are called ``names`` in the order of the file."""
    by_name = {str(n): line for n, line in enumerate(lines[1], start=1)}
    made = [by_name[name[-1] if name else "1"].split(";") for name in names]
    text = [";".join([*cells[:2], name, *cells[3:]]) for name, cells in zip(names, made, strict=True)]
    table = read_file(_list(at, *text))
    return [f"{r.code} {s.detail}" for r in table.remarks for s in r.spots], [s.area for s in table.shapes]


@pytest.mark.parametrize(
    "names",
    [
        "1 2 3 4",
        "3 4 1 2",
        "4 3 2 1",
        "2 1 4 3",
        "1 2 3 4 1",
        "01 02 03 04",
        "M1 M2 M3 M4",
        "11 22 33 44",
        "1 12 23 44",
    ],
)
def test_points_that_go_round_are_left_as_they_are(tmp_path: Path, names: str) -> None:
    assert _ordered(tmp_path, *names.split()) == ([], [100.0])


@pytest.mark.parametrize("names", ["1 3 2 4", "1 2 4 3", "3 1 2 4", "M1 M3 M2 M4", "1 3 2 4 1", "1 13 2 24"])
def test_points_out_of_order_are_put_in_the_order_of_their_numbers(tmp_path: Path, names: str) -> None:
    said, areas = _ordered(tmp_path, *names.split())
    if names == "1 13 2 24":
        assert said == ["COR-006 [2] 1, 13, 2, 24 → 1, 2, 13, 24"]
    assert [line[:7] for line in said] == ["COR-006"]
    assert areas == [100.0]


def test_letters_are_an_order_too(tmp_path: Path) -> None:
    lines = [line.replace(";1;", f";1;{'ABCD'[n]};", 1) for n, line in enumerate(LINES[1])]
    lines = [";".join(c for i, c in enumerate(line.split(";")) if i != 3) for line in lines]
    table = read_file(_list(tmp_path, lines[0], lines[2], lines[1], lines[3]))
    assert [(r.code, r.spots[0].detail) for r in table.remarks] == [("COR-006", "[2] A, C, B, D → A, B, C, D")]
    assert table.shapes[0].area == 100.0


@pytest.mark.parametrize("names", ["1 2 2 3", "1 2 3 4 1 2", "1 2 1 4", "1 2 3 3", "1 3 2 4 4"])
def test_a_number_that_stands_twice_says_no_order(tmp_path: Path, names: str) -> None:
    said, areas = _ordered(tmp_path, *names.split())
    assert said == [f"COR-007 [2] {', '.join(names.split())}"]
    assert areas == []


def test_an_empty_number_among_others_out_of_order_says_none() -> None:
    corners = [(float(n), float(n * n)) for n in range(5)]
    assert ring_of(list(zip((1, 3, None, 2, 4), corners, strict=True)), False).code == "COR-007"
    assert ring_of(list(zip((1, 2, None, 3, 4), corners, strict=True)), False).corners == corners


@pytest.mark.parametrize("names", ["a1 b3 c2 d4", "1a 3a 2a 4", "1' 3' 2' 4"])
def test_names_that_are_no_numbers_leave_the_lines_as_they_are(tmp_path: Path, names: str) -> None:
    cells = [line.split(";") for line in LINES[1]]
    text = [";".join([*c[:2], name, *c[3:]]) for name, c in zip(names.split(), cells, strict=True)]
    table = read_file(_list(tmp_path, *text))
    assert (table.remarks, [s.area for s in table.shapes]) == ((), [100.0])


def test_numbers_of_the_whole_sheet_say_nothing_of_the_order(tmp_path: Path) -> None:
    """Parcel 2 goes round 2 5 6 3: two corners of its neighbour, two of its own. One slip in them changes nothing."""
    second = [
        line.replace(f";2;{n};", f";2;{m};") for line, n, m in zip(LINES[2], (1, 2, 3, 4), (2, 5, 6, 3), strict=True)
    ]
    third = [
        line.replace(f";3;{n};", f";3;{m};") for line, n, m in zip(LINES[3], (1, 2, 3, 4), (5, 7, 8, 1), strict=True)
    ]
    table = read_file(_list(tmp_path, *LINES[1], *second, *third))
    assert (table.remarks, [s.area for s in table.shapes]) == ((), [100.0] * 3)


def test_numbers_of_each_parcel_are_its_own_where_neighbours_disagree(tmp_path: Path) -> None:
    third = [LINES[3][0], LINES[3][2], LINES[3][1], LINES[3][3]]
    table = read_file(_list(tmp_path, *LINES[1], *LINES[2], *third))
    assert [(r.code, [s.row for s in r.spots]) for r in table.remarks] == [("COR-006", [3])]
    assert [s.area for s in table.shapes] == [100.0] * 3


def test_a_corner_that_two_parcels_call_alike_by_chance_makes_no_numbers_of_the_sheet(tmp_path: Path) -> None:
    """Point 2 of both lies at one place, the three others do not: the second parcel is put in order."""
    places = [(0, 30), (0, 20), (10, 30), (10, 20)]
    names = dict(zip((1, 2, 3, 4), (places[0], (0, 10), places[2], places[3]), strict=True))
    second = [f"12;2;{n};{NORTH + y};{EAST + x}" for n, (x, y) in names.items()]
    corners = {1: (0, 0), 2: (0, 10), 3: (10, 10), 4: (10, 0)}
    first = [f"12;1;{n};{NORTH + y};{EAST + x}" for n, (x, y) in corners.items()]
    table = read_file(_list(tmp_path, *first, second[1], second[3], second[2], second[0]))
    assert [(r.code, [s.row for s in r.spots]) for r in table.remarks] == [("COR-006", [2])]


def test_a_running_number_of_lines_is_no_point_where_there_is_a_better_one(tmp_path: Path) -> None:
    lines = [f"{n};{line}" for n, line in enumerate((LINES[1][0], LINES[1][2], LINES[1][1], LINES[1][3]), start=1)]
    table = read_file(_list(tmp_path, *lines, heading="STT;Tờ;Thửa;Điểm;X;Y"))
    assert [r.code for r in table.remarks] == ["COR-006"]
    assert "STT" in table.layer.fields


@settings(max_examples=amount.of(40, 1000), suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(order=st.permutations(range(1, 8)), gaps=st.booleans())
def test_the_lines_of_a_parcel_in_any_order_give_its_outline(tmp_path: Path, order: list[int], gaps: bool) -> None:
    """Seven corners of a hull that is nowhere even: whatever their order in the file, the ring is that of the names."""
    corners = [(0, 0), (9, 1), (12, 6), (9, 12), (5, 10), (1, 9), (3, 5)]
    lines = [f"12;1;{n * 3 if gaps else n};{NORTH + corners[n - 1][1]};{EAST + corners[n - 1][0]}" for n in order]
    table = read_file(_list(tmp_path, *lines))
    expected = shapely.Polygon([(EAST + x, NORTH + y) for x, y in corners])
    assert table.shapes[0].normalize().equals_exact(expected.normalize(), 0.0)


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
