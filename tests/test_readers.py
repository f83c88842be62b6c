"""What a survey office sends, format by format: the same two parcels must come out of every one."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import office_files as office
import pytest
import shapely
from files_to_load import EAST, MAP, NORTH, TODAY, codes, field_map, held, load, parcels, square, zipped
from office_files import DRAWN, LABELS, TWO_PARCELS, VN2000, by_driver, dgn, dxf, folder_zipped, line, packed, point

from landinfo.files.read import read_file
from landinfo.files.table import Wanted
from landinfo.model import Refused

FOUND = ["25750@2024/12/1", "25750@2024/12/2"]


def _plain(made: Callable[[Path], Path]) -> Callable[[Path], tuple[Path, str]]:
    return lambda at: (made(at), MAP)


def _with_crs(made: Callable[[Path], Path]) -> Callable[[Path], tuple[Path, str]]:
    """GDAL writes VN-2000 into a MapInfo file as WGS 84: the map must say what is meant."""
    return lambda at: (made(at), MAP.replace("[edition]", f"[source]\n{VN2000}\n\n[edition]"))


def _drawn(made: Callable[[Path], Path]) -> Callable[[Path], tuple[Path, str]]:
    return lambda at: (made(at), DRAWN.replace("[edition]", f"[source]\n{VN2000}\n\n[edition]"))


def _as_lines(at: Path) -> Path:
    lines = [(wkt, "Level 10") for wkt, _, _ in TWO_PARCELS]
    return dxf(at / "a.dxf", [*lines, ("1@5,5", "Level 11"), ("2@15,5", "Level 11")])


def _zipped_tab(at: Path) -> Path:
    folder = at / "in"
    folder.mkdir()
    by_driver(folder / "thua.tab", "MapInfo File")
    return folder_zipped(folder, at / "a.zip")


FORMATS: dict[str, Callable[[Path], tuple[Path, str]]] = {
    "gpkg": _plain(lambda at: parcels(at / "a.gpkg")),
    "shp": _plain(lambda at: parcels(at / "a.shp")),
    "shp.zip": _plain(lambda at: zipped(parcels(at / "a.shp"), at / "a.zip", "Bản đồ/")),
    "gdb": _plain(lambda at: by_driver(at / "a.gdb", "OpenFileGDB")),
    "gdb.zip": _plain(lambda at: folder_zipped(by_driver(at / "a.gdb", "OpenFileGDB"), at / "z.zip")),
    "tab": _with_crs(lambda at: by_driver(at / "a.tab", "MapInfo File")),
    "tab.zip": _with_crs(_zipped_tab),
    "mif": _with_crs(lambda at: by_driver(at / "a.mif", "MapInfo File")),
    "gml": _plain(lambda at: by_driver(at / "a.gml", "GML")),
    "dgn": _drawn(lambda at: dgn(at / "a.dgn", [*TWO_PARCELS, *LABELS])),
    "dxf": _drawn(_as_lines),
}


@pytest.mark.parametrize("name", FORMATS)
def test_every_format_gives_the_same_parcels(tmp_path: Path, name: str) -> None:
    file, text = FORMATS[name](tmp_path)
    beside = sorted(p.name for p in tmp_path.iterdir())
    result = load(file, field_map(tmp_path / "map.toml", text), str(tmp_path / "s.gpkg"), TODAY)
    assert {f.kind.code for f in result.findings} <= {"EDI-003", "CRS-007", "CRS-020"}
    found = held(str(tmp_path / "s.gpkg"))[2]
    assert [str(p.ref) for p in found] == FOUND
    for parcel, drawn in zip(found, [square(), square(10)], strict=True):
        assert parcel.shape.symmetric_difference(drawn).area < 1e-3
    assert sorted(p.name for p in tmp_path.iterdir()) == sorted([*beside, "map.toml", "s.gpkg"])


def test_leading_zeros_of_a_gml_stay(tmp_path: Path) -> None:
    """Without its schema GDAL would take "012" for the number 12."""
    file = by_driver(tmp_path / "a.gml", "GML", TO=["012", "012"])
    load(file, field_map(tmp_path / "map.toml"), str(tmp_path / "s.gpkg"), TODAY)
    assert {p.ref.sheet for p in held(str(tmp_path / "s.gpkg"))[2]} == {"012"}


@pytest.mark.parametrize(
    ("name", "content", "format", "instead"),
    [
        ("a.dwg", b"AC1032\0\0", "DWG", "DXF"),
        ("a.dxf", b"AC1027\0\0", "DWG", "DXF"),
        ("a.dgn", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "DGN v8", "DGN v7"),
        ("a.mdb", b"\0\1\0\0Standard Jet DB\0", "Access MDB", "Geodatabase"),
        ("a.gpkg", b"\0\1\0\0Standard Jet DB\0", "Access MDB", "Geodatabase"),
    ],
)
def test_what_cannot_be_read_is_named(tmp_path: Path, name: str, content: bytes, format: str, instead: str) -> None:
    (tmp_path / name).write_bytes(content)
    with pytest.raises(Refused) as refused:
        read_file(tmp_path / name)
    assert refused.value.code == "FIL-009"
    assert refused.value.params["format"] == format
    assert instead in refused.value.params["instead"]


@pytest.mark.outside
def test_edigeo_of_the_french_cadastre(shared: Path) -> None:
    """Sheet AB 01 of commune 25 354: 14 parcels; 0254 is declared with 9,690 m² (read from the archive by eye)."""
    file = shared / "data" / "outside" / "edigeo-25354000AB01.tar.bz2"
    table = read_file(file, Wanted(layer="PARCELLE_id", fields=("IDU", "SUPF", "TEX")))
    found = {idu: (area, shape) for idu, area, shape in zip(*_columns(table, "IDU", "SUPF"), table.shapes, strict=True)}
    assert len(found) == 14
    area, shape = found["354000AB0254"]
    assert area == 9690
    assert shape.area == pytest.approx(area, rel=0.05)
    assert "Lambert 93" in str(table.layer.crs)


def _columns(table: object, *names: str) -> list[list[object]]:
    return [list(table.columns[name]) for name in names]  # type: ignore[attr-defined]


def test_a_drawing_is_closed_over_millimetres(tmp_path: Path) -> None:
    """One line ends 3 mm before the boundary that it should meet, another 4 mm beside a corner; 8 mm stays open."""
    outer = line((0, 0), (30, 0), (30, 10), (0, 10), close=True)
    elements = [
        (outer, 10, b""),
        (line((10, 0.003), (10, 9.997)), 23, b""),
        (line((20, 0), (20, 9.992)), 10, b""),
        (point(5, 5), 11, b"1"),
        (point(15, 5), 11, b"2"),
    ]
    table = read_file(dgn(tmp_path / "a.dgn", elements), Wanted(fields=("LEVEL_11",)))
    assert table.columns["LEVEL_11"] == ["1", "2"]
    assert [round(s.area, 1) for s in table.shapes] == [100.0, 200.0]
    assert {r.code for r in table.remarks} == {"DRW-004"}


def test_the_loose_end_of_a_bent_line_moves(tmp_path: Path) -> None:
    """A boundary of three corners, open by 3 mm at its last: 10 × 10 m less the corner that it cuts off, 4 × 4 m."""
    bent = line((4, 0), (4, 4), (0.003, 4))
    elements = [TWO_PARCELS[0], (bent, 10, b""), (point(2, 2), 11, b"1"), (point(7, 7), 11, b"2")]
    table = read_file(dgn(tmp_path / "a.dgn", elements), Wanted(fields=("LEVEL_11",)))
    assert [s.area for s in table.shapes] == pytest.approx([16.0, 84.0], abs=0.01)


def test_boundaries_drawn_as_areas(tmp_path: Path) -> None:
    rings = [square().wkt, square(10).wkt]
    table = read_file(dgn(tmp_path / "a.dgn", [(r, 10, b"") for r in rings] + LABELS), Wanted(fields=("LEVEL_11",)))
    assert [s.area for s in table.shapes] == [100.0, 100.0]


def test_a_drawing_with_texts_on_more_levels(tmp_path: Path) -> None:
    texts = [
        *LABELS,
        (point(4, 4), 2, b"ONT"),
        (point(4, 6), 2, b"CLN"),
        (point(6, 4), 4, b"99.5"),
        (point(6, 6), 63, b"K"),
    ]
    file = dgn(tmp_path / "a.dgn", [*TWO_PARCELS, *texts])
    table = read_file(file, Wanted(fields=("LEVEL_11", "LEVEL_2"), also=("LEVEL_4", "LEVEL_29")))
    assert table.layer.fields == ("LEVEL_11", "LEVEL_2", "LEVEL_4", "LEVEL_63")
    assert table.columns == {"LEVEL_11": ["1", "2"], "LEVEL_2": ["ONT+CLN", None], "LEVEL_4": ["99.5", None]}


def test_a_parcel_with_a_hole_in_a_drawing(tmp_path: Path) -> None:
    """A yard of 2 × 2 m within: the outer parcel has 96 m², the yard without a label is remarked."""
    yard = line((4, 4), (6, 4), (6, 6), (4, 6), close=True)
    file = dgn(tmp_path / "a.dgn", [TWO_PARCELS[0], (yard, 10, b""), (point(1, 1), 11, b"1")])
    table = read_file(file, Wanted(fields=("LEVEL_11",)))
    assert [s.area for s in table.shapes] == pytest.approx([96.0])
    ((spot,),) = (r.spots for r in table.remarks if r.code == "DRW-001")
    assert (spot.x, spot.y) == pytest.approx((EAST + 5, NORTH + 5), abs=1)


def test_every_place_of_a_drawing_is_named(tmp_path: Path) -> None:
    elements = [
        *TWO_PARCELS,
        *LABELS,
        (point(7, 7), 11, b"3"),
        (point(50, 60), 11, b"4"),
        (line((20, 5), (30, 5)), 10, b""),
    ]
    table = read_file(dgn(tmp_path / "a.dgn", elements), Wanted(fields=("LEVEL_11",)))
    assert table.columns["LEVEL_11"] == ["2"]
    places = {r.code: [(s.name, s.x, s.y) for s in r.spots] for r in table.remarks}
    assert places["DRW-002"][0][0] == "1, 3"
    assert places["DRW-003"] == [("4", EAST + 50, NORTH + 60)]
    assert places["DRW-004"][0][1:] in [(EAST + 20, NORTH + 5), (EAST + 30, NORTH + 5)]


def test_a_dxf_with_layers_of_its_own(tmp_path: Path) -> None:
    lines = [(wkt, "RANH_THUA") for wkt, _, _ in TWO_PARCELS]
    file = dxf(tmp_path / "a.dxf", [*lines, ("1@5,5", "SO_THUA"), ("2@15,5", "SO_THUA")])
    with pytest.raises(Refused) as refused:
        read_file(file)
    assert (refused.value.code, refused.value.params["levels"]) == ("DRW-005", "SO_THUA, RANH_THUA")
    map = field_map(
        tmp_path / "map.toml",
        DRAWN.replace("LEVEL_11", "SO_THUA"),
        source=f'{VN2000}\nlines = "RANH_THUA, RANH_KHAC"\nlabels = "SO_THUA"',
    )
    assert codes(load(file, map, str(tmp_path / "s.gpkg"), TODAY)) == ["CRS-007", "EDI-003"]
    assert [str(p.ref) for p in held(str(tmp_path / "s.gpkg"))[2]] == FOUND


def test_an_archive_with_two_data_sets_is_a_question(tmp_path: Path) -> None:
    members = {"a.geojson": b"{}", "b/c.gpkg": b"x", "readme.txt": b"x"}
    with pytest.raises(Refused) as refused:
        read_file(office.packed(tmp_path / "a.zip", members))
    assert (refused.value.code, refused.value.params["layers"]) == ("FIL-004", "a.geojson, b/c.gpkg")


@pytest.mark.parametrize(
    "names",
    [
        {".shp": "THUA.SHP", ".shx": "THUA.SHX", ".dbf": "THUA.DBF", ".prj": "THUA.PRJ", ".cpg": "THUA.CPG"},
        {".shp": "THUA.SHP", ".shx": "Thua.shx", ".dbf": "thua.dbf", ".prj": "thua.PRJ", ".cpg": "thua.cpg"},
        {".shp": "thua.shp", ".shx": "thua.SHX", ".dbf": "THUA.DBF", ".prj": "Thua.Prj", ".cpg": "thua.cpg"},
    ],
)
def test_a_packed_shapefile_in_capitals(tmp_path: Path, names: dict[str, str]) -> None:
    file = parcels(tmp_path / "a.shp", TO=["tờ 1", "tờ 2"])
    archive = packed(tmp_path / "a.zip", {name: file.with_suffix(part).read_bytes() for part, name in names.items()})
    table = read_file(archive, Wanted(fields=("TO", "THUA")))
    assert table.columns == {"TO": ["tờ 1", "tờ 2"], "THUA": ["1", "2"]}
    assert table.layer.crs is not None
    assert [s.area for s in table.shapes] == [100.0, 100.0]


@pytest.mark.parametrize("inner", ["b.zip", "x/b.ZIP", "b.tar.gz"])
def test_an_archive_in_an_archive_is_named(tmp_path: Path, inner: str) -> None:
    with pytest.raises(Refused) as refused:
        read_file(packed(tmp_path / "a.zip", {inner: b"x", "read.me": b""}))
    assert (refused.value.code, refused.value.params) == ("FIL-021", {"names": inner.split("/")[-1]})
    both = packed(tmp_path / "c.zip", {inner: b"x", "a.gpkg": parcels(tmp_path / "a.gpkg").read_bytes()})
    assert len(read_file(both).shapes) == 2


def test_a_file_that_pretends_to_be_another_format(tmp_path: Path) -> None:
    """A virtual file would make GDAL open others, here and on the network."""
    secret = parcels(tmp_path / "secret.gpkg")
    layer = f'<OGRVRTLayer name="a"><SrcDataSource>{secret}</SrcDataSource><SrcLayer>secret</SrcLayer></OGRVRTLayer>'
    for name in ("a.geojson", "a.gml", "a.tab"):
        (tmp_path / name).write_text(f"<OGRVRTDataSource>{layer}</OGRVRTDataSource>", "utf-8")
        with pytest.raises(Refused) as refused:
            read_file(tmp_path / name)
        assert refused.value.code == "FIL-002"  # not even opened: FIL-003 would mean that it was


def test_a_shape_with_a_wrong_name_is_refused_by_its_content(tmp_path: Path) -> None:
    file = by_driver(tmp_path / "a.gml", "GML").rename(tmp_path / "a.geojson")
    with pytest.raises(Refused) as refused:
        read_file(file)
    assert refused.value.code == "FIL-003"


def test_places_of_a_drawing_are_marked_in_the_plane_and_stop_even_the_rest(tmp_path: Path) -> None:
    """A label without a parcel is no row to be set aside; its point in UTM is brought into the store's plane."""
    to_utm = lambda wkt: office.moved(shapely.from_wkt(wkt), "EPSG:3405").wkt  # noqa: E731
    elements = [(to_utm(wkt), level, text) for wkt, level, text in [*TWO_PARCELS, *LABELS, (point(50, 60), 11, b"9")]]
    map = field_map(tmp_path / "m.toml", DRAWN, source='crs = "EPSG:3405"')
    result = load(dgn(tmp_path / "a.dgn", elements), map, str(tmp_path / "s.gpkg"), TODAY, rest=True)
    assert not result.published
    ((place,),) = (f.places for f in result.findings if f.kind.code == "DRW-003")
    assert (place.row, place.name) == (0, "9")
    assert place.mark is not None
    assert (place.mark.x, place.mark.y) == (pytest.approx(EAST + 50, abs=0.01), pytest.approx(NORTH + 60, abs=0.01))


def test_a_list_with_a_broken_parcel_can_leave_it_out(tmp_path: Path) -> None:
    """A bow of corners is a row like any other: set aside, the square beside it published."""
    bow = "12;2;1;1214020;600000\n12;2;2;1214030;600010\n12;2;3;1214030;600000\n12;2;4;1214020;600008\n"
    file = office.listing(tmp_path / "a.csv", bow.join(["Tờ;Thửa;Điểm;X;Y\n", office.CORNERS.partition("\n")[2]]))
    map = field_map(
        tmp_path / "m.toml", office.LISTED.replace("{tờ}", "{Tờ}").replace("{thửa}", "{Thửa}"), source=VN2000
    )
    result = load(file, map, str(tmp_path / "s.gpkg"), TODAY, rest=True)
    assert [str(p.ref) for p in held(str(tmp_path / "s.gpkg"))[2]] == ["25750@2024/12/1"]
    assert result.quarantined == {1}
