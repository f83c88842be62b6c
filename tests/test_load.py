"""A file into a store: what is read, how, and that a bad one is refused whole with the list of what is wrong."""

from __future__ import annotations

import shutil
import unicodedata
from collections.abc import Callable
from dataclasses import replace
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import files_to_load as office
import numpy as np
import pyproj
import pytest
import shapely
import shapely.affinity
from files_to_load import EAST, MAP, NORTH, THEME, codes, field_map, load, parcels, ring_wkb, square, write
from hypothesis import given
from hypothesis import strategies as st

from landinfo.coordinates_source import way
from landinfo.intake import findings
from landinfo.intake.findings import KINDS, Severity
from landinfo.intake.template import Template
from landinfo.intake.values import read_area, read_day, read_scale
from landinfo.model import Refused
from landinfo.store import open_store

TODAY, ON = date(2026, 11, 24), date(2024, 6, 1)
EVERYWHERE = (0.0, 0.0, 1e7, 1e7)


def held(url: str) -> Any:
    store = open_store(url)
    try:
        return store.facts(), store.editions(), store.parcels_in(EVERYWHERE, ON, TODAY)
    finally:
        store.close()


# What is loaded


def test_parcels_arrive_as_the_map_says(tmp_path: Path, store_url: str) -> None:
    uses = [{"code": '"{LOAI}"', "regime": '"2024"'}]
    file = parcels(
        tmp_path / "thua.gpkg",
        [square(), square(10), square(20)],
        LOAI=["ODT", "ONT+CLN", None],
        DT=["1.234,5", "80,25", "0"],
        TL=["1:500", "1:1000", None],
        NGAY=["31/01/2021", "20220131", "2023-01-31"],
        TenChu=["Nguyễn Văn A", "Trần Thị B", "Lê C"],
    )
    entry = "\n".join(f"{k} = {v}" for k, v in uses[0].items())
    map = field_map(
        tmp_path / "map.toml",
        parcel='registered_area = { value = "{DT}", decimal = "comma" }\nmap_scale = "{TL}"\neffective_from = "{NGAY}"',
        more=f"[[parcel.land_use]]\n{entry}\n",
    )
    result = load(file, map, store_url, TODAY)
    assert codes(result) == ["PAR-006", "PAR-007", "EDI-003"]
    facts, editions, found = held(store_url)
    assert (facts.title, facts.crs, facts.simulated) == ("Sổ thử nghiệm", "EPSG:9210", False)
    assert editions == (result.edition,)
    assert (editions[0].layer, editions[0].territory, editions[0].rows) == ("parcels", "25750@2024", 3)
    assert [str(p.ref) for p in found] == ["25750@2024/12/1", "25750@2024/12/2", "25750@2024/12/3"]
    assert [p.registered_area for p in found] == [Decimal("1234.5"), Decimal("80.25"), None]
    assert [[(u.code, u.regime, u.area) for u in p.land_uses] for p in found] == [
        [("ODT", "2024", Decimal("1234.5"))],
        [("ONT", "2024", None), ("CLN", "2024", None)],
        [],
    ]
    assert [p.map_scale for p in found] == [500, 1000, None]
    assert [p.effective_from for p in found] == [date(2021, 1, 31), date(2022, 1, 31), date(2023, 1, 31)]
    assert [p.shape.wkb for p in found] == [square(x).wkb for x in (0, 10, 20)]
    assert {p.edition for p in found} == {editions[0].id}
    assert dict(result.counts) == {
        "rows": 3,
        "published": 3,
        "numbered_again": 0,
        "holes": 0,
        "several_parts": 0,
        "registered": 2,
        "differ_over_2_percent": 2,
        "differ_over_5_percent": 2,
    }


@pytest.mark.parametrize("suffix", [".gpkg", ".shp", ".geojson", ".zip"])
def test_formats_give_the_same_parcels(tmp_path: Path, suffix: str) -> None:
    shapes = [square(), shapely.MultiPolygon([square(20), square(40)]), square(60).difference(square(62, 2, 3))]
    file = parcels(tmp_path / f"thửa{'.shp' if suffix == '.zip' else suffix}", shapes)
    if suffix == ".zip":
        file = office.zipped(file, tmp_path / "gói.zip", "dữ liệu/")
    result = load(file, field_map(tmp_path / "map.toml"), str(tmp_path / "store.gpkg"), TODAY)
    assert set(codes(result)) == {"GEO-008", "EDI-003"}
    found = held(str(tmp_path / "store.gpkg"))[2]
    assert [p.ref.number for p in found] == ["1", "2", "3"]
    assert all(shapely.equals(p.shape, s) for p, s in zip(found, shapes, strict=True))
    assert (result.counts["holes"], result.counts["several_parts"]) == (1, 1)


def test_only_mapped_fields_are_read(tmp_path: Path) -> None:
    from landinfo.files.read import open_layer, read_rows

    file = parcels(tmp_path / "a.gpkg", TenChu=["Nguyễn Văn A", "B"], SoGiayTo=["079…", "080…"])
    layer = open_layer(file)
    assert set(layer.fields) == {"TO", "THUA", "TenChu", "SoGiayTo"}
    assert set(read_rows(layer, file, ["TO", "THUA"]).columns) == {"TO", "THUA"}


def test_text_is_composed(tmp_path: Path) -> None:
    file = parcels(tmp_path / "a.gpkg", TO=[unicodedata.normalize("NFD", "TĐ-ố")] * 2)
    load(file, field_map(tmp_path / "map.toml"), str(tmp_path / "s.gpkg"), TODAY)
    assert held(str(tmp_path / "s.gpkg"))[2][0].ref.sheet == unicodedata.normalize("NFC", "TĐ-ố")


def test_equal_numbers_get_suffixes_in_the_order_of_the_file(tmp_path: Path, store_url: str) -> None:
    shapes = [square(30), square(20), square(10), square()]
    file = parcels(tmp_path / "a.gpkg", shapes, THUA=["7", "8", "7", "7"])
    result = load(file, field_map(tmp_path / "map.toml"), store_url, TODAY)
    assert "PAR-004" in codes(result)
    assert result.counts["numbered_again"] == 3
    found = {str(p.ref): p.shape for p in held(store_url)[2]}
    assert {ref: shape.wkb for ref, shape in found.items()} == {
        "25750@2024/12/7~1": square(30).wkb,
        "25750@2024/12/7~2": square(10).wkb,
        "25750@2024/12/7~3": square().wkb,
        "25750@2024/12/8": square(20).wkb,
    }


def test_numbers_that_follow_each_other_in_time_are_not_equal(tmp_path: Path) -> None:
    days = {"D1": ["2020-01-01", "2024-01-01"], "D2": ["2024-01-01", None]}
    file = parcels(tmp_path / "a.gpkg", [square(), square(side=9)], THUA=["7", "7"], **days)
    map = field_map(tmp_path / "map.toml", parcel='effective_from = "{D1}"\neffective_to = "{D2}"')
    result = load(file, map, str(tmp_path / "s.gpkg"), TODAY)
    assert codes(result) == ["EDI-003"]
    assert [str(p.ref) for p in held(str(tmp_path / "s.gpkg"))[2]] == ["25750@2024/12/7"]


def test_a_theme_and_its_coverage(tmp_path: Path, store_url: str) -> None:
    load(parcels(tmp_path / "a.gpkg"), field_map(tmp_path / "a.toml"), store_url, TODAY)
    file = write(
        tmp_path / "t.gpkg", [square(), square(10), square(20)], {"MA": ["1", "2", "1"], "SO": ["a", "b", "c"]}
    )
    words = 'mapping = { 1 = "A", 2 = "B" }\nname = "{SO}"\narticle = "Điều 2"'
    result = load(file, field_map(tmp_path / "t.toml", THEME, theme=words), store_url, TODAY, new=False)
    assert codes(result) == ["EDI-003"]
    store = open_store(store_url)
    try:
        layer = store.layer("zones", EVERYWHERE, ON, TODAY)
    finally:
        store.close()
    assert [(f.designation, f.id, f.document, f.article) for f in layer.features] == [
        ("A", "a", "QĐ 1/2020", "Điều 2"),
        ("A", "c", "QĐ 1/2020", "Điều 2"),
        ("B", "b", "QĐ 1/2020", "Điều 2"),
    ]
    assert [(c.shape.bounds, c.complete) for c in layer.coverage] == [((EAST, NORTH, EAST + 30, NORTH + 10), True)]


@pytest.mark.parametrize(
    ("of", "area"), [("hull_of_features", 250.0), ("bbox", 300.0), ("features", 200.0), ("file:ranh.geojson", 400.0)]
)
def test_coverage_is_what_the_operator_declares(tmp_path: Path, of: str, area: float) -> None:
    # Squares of 10 m at (0, 0) and (20, 0): box 30 x 10; with the second one 10 m higher the hull cuts two corners.
    shapes = [square(), square(20)] if of == "bbox" else [square(), square(10, 5)]
    expected = area if of != "hull_of_features" else 20 * 15 - 2 * (10 * 5 / 2)
    write(tmp_path / "ranh.geojson", [square(side=20)], {"x": ["1"]})
    file = write(tmp_path / "t.gpkg", shapes, {"MA": ["A", "B"]})
    url = str(tmp_path / "s.gpkg")
    load(parcels(tmp_path / "a.gpkg"), field_map(tmp_path / "a.toml"), url, TODAY)
    text = THEME.replace('of = "bbox"', f'of = "{of}"\ncomplete = false')
    assert load(file, field_map(tmp_path / "t.toml", text), url, TODAY, new=False).published
    store = open_store(url)
    try:
        (coverage,) = store.layer("zones", EVERYWHERE, ON, TODAY).coverage
    finally:
        store.close()
    assert coverage.shape.area == pytest.approx(expected, abs=1e-6)
    assert not coverage.complete


# Editions


def test_an_edition_is_named_by_its_content(tmp_path: Path, store_url: str) -> None:
    file, map = parcels(tmp_path / "a.gpkg"), field_map(tmp_path / "a.toml")
    first = load(file, map, store_url, TODAY)
    beside = load(file, map, str(tmp_path / "beside.gpkg"), date(2026, 12, 1))
    other = load(parcels(tmp_path / "b.gpkg", [square(side=11)]), map, str(tmp_path / "c.gpkg"), TODAY)
    assert first.edition
    assert beside.edition
    assert other.edition
    assert first.edition.id == beside.edition.id != other.edition.id
    assert first.edition.published == TODAY


def test_replacing_withdraws_what_was_held(tmp_path: Path, store_url: str) -> None:
    first = load(parcels(tmp_path / "a.gpkg"), field_map(tmp_path / "a.toml"), store_url, date(2026, 1, 1))
    file, replacing = parcels(tmp_path / "b.gpkg", [square(side=5)]), "replaces = true"
    result = load(file, field_map(tmp_path / "b.toml", edition=replacing), store_url, date(2026, 6, 1), new=False)
    assert first.edition
    assert result.edition
    editions = {e.id: (e.published, e.withdrawn) for e in held(store_url)[1]}
    assert editions == {
        first.edition.id: (date(2026, 1, 1), date(2026, 6, 1)),
        result.edition.id: (date(2026, 6, 1), None),
    }
    assert [p.shape.area for p in held(store_url)[2]] == [25.0]


# Coordinate systems


def test_the_store_plane_is_left_untouched(tmp_path: Path) -> None:
    odd = shapely.box(600000.1234567891, 1214000.987654321, 600010.3333333333, 1214010.7777777777)
    result = load(parcels(tmp_path / "a.gpkg", [odd]), field_map(tmp_path / "a.toml"), str(tmp_path / "s.gpkg"), TODAY)
    assert result.operation == ""
    assert held(str(tmp_path / "s.gpkg"))[2][0].shape.wkb == odd.wkb


def test_wgs84_comes_in_by_the_pinned_operation(tmp_path: Path) -> None:
    """Sóc Trăng 1: 105°30' E 539311.12 N 1068274.57 is published as 105.86, 9.66; EPSG:5194 is 0.8 m off."""
    lon, lat, east, north = 105.86, 9.66, 539311.12, 1068274.57
    small = shapely.Polygon([(lon, lat), (lon + 1e-4, lat), (lon + 1e-4, lat + 1e-4)])
    file = parcels(tmp_path / "a.geojson", [small], crs="EPSG:4326")
    map = field_map(tmp_path / "a.toml", MAP.replace("EPSG:9210", "EPSG:9209"))
    result = load(file, map, str(tmp_path / "s.gpkg"), TODAY)
    assert "EPSG:6960" in result.operation
    corner = shapely.get_coordinates(held(str(tmp_path / "s.gpkg"))[2][0].shape)
    assert np.hypot(*(corner - (east, north)).T).min() < 0.02


def test_no_seam_at_11_04_degrees() -> None:
    lon = 106.7
    by = way("EPSG:4326", "EPSG:9210", (106.6, 10.9, 106.8, 11.2))
    south, north = (by.convert(shapely.Point(lon, 11.04 + d)) for d in (-1e-7, 1e-7))
    assert south.distance(north) < 0.05


@pytest.mark.parametrize("crs", ["EPSG:3405", "EPSG:9211", "EPSG:4756", "EPSG:5897"])
def test_vn2000_planes_lead_into_each_other_without_a_datum_step(crs: str) -> None:
    """The same ellipsoid, so a bare change of projection: PROJ's own, by an independent pipeline."""
    there = pyproj.Transformer.from_crs("EPSG:9210", crs, always_xy=True).transform(600000.0, 1214000.0)
    back = way(crs, "EPSG:9210", (*there, *there)).convert(shapely.Point(there))
    assert back.distance(shapely.Point(600000.0, 1214000.0)) < 1e-6


_TOWGS84 = "TOWGS84[-191.90441429,-39.30318279,-111.45032835,{},0.252906278]"
_PRJ = (
    'PROJCS["{name}",GEOGCS["{name}",DATUM["{datum}",SPHEROID["WGS 84",6378137,298.257223563]{shift}],'
    'PRIMEM["Greenwich",0],UNIT["degree",0.0174532925199433]],PROJECTION["Transverse_Mercator"],'
    'PARAMETER["latitude_of_origin",0],PARAMETER["central_meridian",105.75],PARAMETER["scale_factor",0.9999],'
    'PARAMETER["false_easting",500000],PARAMETER["false_northing",0],UNIT["metre",1]]'
)


@pytest.mark.parametrize(
    ("datum", "shift"),
    [
        ("D_Vietnam_2000", ""),
        ("VN_2000", ""),
        ("unknown", "," + _TOWGS84.format("0.00928836,-0.01975479,0.00427372")),
        ("unknown", "," + _TOWGS84.format("-0.00928836,0.01975479,-0.00427372")),
    ],
)
def test_vn2000_is_known_by_datum_or_parameters(datum: str, shift: str) -> None:
    """Home-made .prj files, the last with the wide-spread wrong sign of the rotations: the plane is the same."""
    by = way(_PRJ.format(name="Bình Dương", datum=datum, shift=shift), "EPSG:9210", ())
    assert by.operation == ""
    assert by.convert(square()).wkb == square().wkb


def test_us_survey_feet_are_exact() -> None:
    """EPSG:2227 and EPSG:26943 are one projection in feet of 1200/3937 m and in metres, but for their false origins."""
    east, north = 6050000.0, 2120000.0
    metres = (east - 6561666.667) * 1200 / 3937 + 2000000.0, (north - 1640416.667) * 1200 / 3937 + 500000.0
    feet = way("EPSG:2227", "EPSG:26910", ()).convert(shapely.Point(east, north))
    expected = pyproj.Transformer.from_crs("EPSG:26943", "EPSG:26910", always_xy=True).transform(*metres)
    assert feet.distance(shapely.Point(expected)) < 1e-6


def test_heights_of_a_compound_system_are_dropped(tmp_path: Path) -> None:
    high = shapely.force_3d(square(), 12.5)
    file = parcels(tmp_path / "a.gpkg", [high], crs="EPSG:9210+5773")
    result = load(file, field_map(tmp_path / "a.toml"), str(tmp_path / "s.gpkg"), TODAY)
    assert set(codes(result)) == {"GEO-009", "EDI-003"}
    found = held(str(tmp_path / "s.gpkg"))[2][0].shape
    assert not found.has_z
    assert found.wkb == square().wkb


def test_geojson_in_vn2000_without_a_word_of_it(tmp_path: Path) -> None:
    file = parcels(tmp_path / "a.geojson", crs=None)
    assert codes(load(file, field_map(tmp_path / "a.toml"), str(tmp_path / "s.gpkg"), TODAY))[0] == "CRS-005"
    said = field_map(tmp_path / "b.toml", source='crs = "EPSG:9210"')
    result = load(file, said, str(tmp_path / "s.gpkg"), TODAY)
    assert codes(result) == ["CRS-007", "EDI-003"]
    assert [p.shape.bounds for p in held(str(tmp_path / "s.gpkg"))[2]] == [square().bounds, square(10).bounds]


# Text of Shapefiles


def _shapefile(folder: Path, text: str, encoding: str, cpg: str | None) -> Path:
    file = parcels(folder / "a.shp", TO=["Đ" * len(text.encode(encoding))] * 2)
    header = (folder / "a.dbf").read_bytes()
    written = ("Đ" * len(text.encode(encoding))).encode()
    raw = text.encode(encoding)
    assert written in header
    (folder / "a.dbf").write_bytes(header.replace(written, raw + b" " * (len(written) - len(raw))))
    (folder / "a.cpg").unlink()
    if cpg is not None:
        (folder / "a.cpg").write_text(cpg, "ascii")
    return file


@pytest.mark.parametrize(
    ("encoding", "cpg", "given"),
    [("utf-8", "UTF-8", ""), ("utf-8", "65001", ""), ("cp1258", "ANSI 1258", ""), ("cp1258", None, "cp1258")],
)
def test_shapefile_text_by_its_stated_encoding(tmp_path: Path, encoding: str, cpg: str | None, given: str) -> None:
    file = _shapefile(tmp_path, "Đ4-ê", encoding, cpg)
    map = field_map(tmp_path / "a.toml", source=f'encoding = "{given}"' if given else "")
    assert load(file, map, str(tmp_path / "s.gpkg"), TODAY).published
    assert {p.ref.sheet for p in held(str(tmp_path / "s.gpkg"))[2]} == {"Đ4-ê"}


def test_ascii_needs_no_encoding(tmp_path: Path) -> None:
    file = parcels(tmp_path / "a.shp")
    (tmp_path / "a.cpg").unlink()
    assert codes(load(file, field_map(tmp_path / "a.toml"), str(tmp_path / "s.gpkg"), TODAY)) == ["EDI-003"]


# What is refused, and what is remarked

Case = tuple[Path, Path]
BOW = shapely.Polygon([(EAST, NORTH), (EAST + 10, NORTH + 10), (EAST + 10, NORTH), (EAST, NORTH + 8)])
SPIKE = shapely.Polygon([(EAST, NORTH), (EAST + 10, NORTH), (EAST, NORTH)])


def _shapes(*shapes: Any, **columns: Any) -> Callable[[Path], Case]:
    return lambda at: (parcels(at / "a.gpkg", shapes, **columns), field_map(at / "map.toml"))


def _map(text: str = MAP, less: str = "", **sections: str) -> Callable[[Path], Case]:
    return lambda at: (parcels(at / "a.gpkg"), field_map(at / "map.toml", text, less=less, **sections))


def _file(name: str, content: bytes) -> Callable[[Path], Case]:
    def make(at: Path) -> Case:
        (at / name).write_bytes(content)
        return at / name, field_map(at / "map.toml")

    return make


def _no_crs(at: Path) -> Case:
    return parcels(at / "a.gpkg", crs=None), field_map(at / "map.toml")


def _two_layers(at: Path) -> Case:
    write(at / "a.gpkg", [square()], {"TO": ["1"]}, layer="one")
    return write(at / "a.gpkg", [square()], {"TO": ["1"]}, layer="two", append=True), field_map(at / "map.toml")


def _theme(text: str = THEME, **columns: Any) -> Callable[[Path], Case]:
    def make(at: Path) -> Case:
        shapes = [square(), square(10)]
        file = write(at / "t.gpkg", shapes, {"MA": ["A", "B"], "SO": ["1", "2"]} | columns)
        store = MAP[: MAP.index("[edition]")]
        return file, field_map(at / "map.toml", store + text)

    return make


def _area(text: str, unit: str = "m2") -> Callable[[Path], Case]:
    spec = f'registered_area = {{ value = "{{DT}}", unit = "{unit}" }}'
    return lambda at: (parcels(at / "a.gpkg", DT=["100", text]), field_map(at / "map.toml", parcel=spec))


def _coverage_file(at: Path) -> Case:
    write(at / "ranh.geojson", [shapely.Point(EAST, NORTH)], {"x": ["1"]})
    map = field_map(at / "map.toml", MAP.replace("hull_of_features", "file:ranh.geojson"))
    return parcels(at / "a.gpkg"), map


def _use(code: str, mapping: str = "") -> Callable[[Path], Case]:
    more = f'[[parcel.land_use]]\ncode = "{{LOAI}}"\nregime = "2024"\n{mapping}'
    return lambda at: (parcels(at / "a.gpkg", LOAI=["ODT", code]), field_map(at / "map.toml", more=more))


def _odd_header(at: Path) -> Case:
    """A GeoPackage that does not call itself one in SQLite's application_id (bytes 68–71): GDAL reads it and warns."""
    file = parcels(at / "a.gpkg")
    content = file.read_bytes()
    file.write_bytes(content[:68] + b"ODD!" + content[72:])
    return file, field_map(at / "map.toml")


def _far(at: Path) -> Case:
    shapes = [square(), shapely.affinity.translate(square(), 5e7, 5e7)]
    return parcels(at / "a.gpkg", shapes, crs="EPSG:32648"), field_map(at / "map.toml")


def _held_already(url: str, at: Path, other: bool) -> Case:
    file, map = parcels(at / "old.gpkg"), field_map(at / "map.toml")
    load(file, map, url, TODAY)
    return (parcels(at / "other.gpkg", [square(side=3)]) if other else file), map


CASES: dict[str, Callable[[Path], Case]] = {
    "FIL-001": lambda at: (at / "gone.gpkg", field_map(at / "map.toml")),
    "FIL-002": _file("a.geojson", b'{"type": "FeatureCollection", "features": ['),
    "FIL-003": _file("a.dwg", b"AC1032"),
    "FIL-004": _two_layers,
    "FIL-005": _shapes(),
    "FIL-006": lambda at: (_shapefile(at, "Đ4", "utf-8", None), field_map(at / "map.toml")),
    "FIL-007": lambda at: (_shapefile(at, "ê", "cp1258", "UTF-8"), field_map(at / "map.toml")),
    "FIL-008": _odd_header,
    "CRS-001": _no_crs,
    "CRS-002": _map(source='crs = "EPSG:9211"'),
    "CRS-003": _map(source='crs = "EPSG:5773"'),
    "CRS-004": lambda at: (
        parcels(at / "a.gpkg", crs=_PRJ.format(name="local", datum="local", shift="")),
        field_map(at / "map.toml"),
    ),
    "CRS-005": lambda at: (parcels(at / "a.geojson", crs=None), field_map(at / "map.toml")),
    "CRS-006": _far,
    "CRS-007": lambda at: (
        parcels(at / "a.geojson", crs=None),
        field_map(at / "map.toml", source='crs = "EPSG:9210"'),
    ),
    "CRS-008": lambda at: (parcels(at / "a.gpkg", crs="EPSG:9211"), field_map(at / "map.toml")),
    "MAP-001": _map("= 1"),
    "MAP-002": _map(less="territory"),
    "MAP-003": _map(MAP.replace("{THUA}", "{SOTHUA}")),
    "MAP-004": _theme(THEME.replace('"zones"', '"zone"')),
    "MAP-005": _use("đất ở", 'mapping = { ODT = "ODT" }'),
    "MAP-006": _map(parcel='owner = "{TenChu}"'),
    "COV-001": _coverage_file,
    "GEO-001": _shapes(square(), None, shapely.Polygon()),
    "GEO-002": _shapes(square(), shapely.Point(EAST, NORTH)),
    "GEO-003": _shapes(square(20), BOW, ring_wkb((0, 0), (10, 0), (10, 10), (0, 10))),
    "GEO-004": _shapes(
        square(),
        ring_wkb((0, 0), (10, float("nan")), (10, 10), (0, 0)),
        ring_wkb((0, 0), (1e300, 0), (10, 10), (0, 0)),
    ),
    "GEO-005": lambda at: (
        parcels(at / "a.gpkg", [square(20), SPIKE]),
        field_map(at / "map.toml", source='repair = "make_valid"'),
    ),
    "GEO-006": lambda at: (
        parcels(at / "a.gpkg", [square(20), BOW]),
        field_map(at / "map.toml", source='repair = "make_valid"'),
    ),
    "GEO-007": _shapes(square(20), office.arc_wkb()),
    "GEO-008": _shapes(shapely.MultiPolygon([square(), square(20)])),
    "GEO-009": _shapes(shapely.force_3d(square(), 1.0)),
    "GEO-010": _shapes(square(), square(10), square()),
    "PAR-001": _shapes(square(), square(10), THUA=["1", None]),
    "PAR-002": _shapes(square(), square(10), THUA=["1", "1/2"]),
    "PAR-003": _shapes(square(), square(10), square(10), THUA=["1", "2", "2"]),
    "PAR-004": _shapes(square(), square(10), THUA=["1", "1"]),
    "PAR-005": _area("80,5"),
    "PAR-006": _area("0"),
    "PAR-007": _area("105.3"),
    "PAR-008": _use("XYZ"),
    "PAR-009": _map(MAP.replace('commune = "25750"', 'commune = "25753"')),
    "PAR-010": lambda at: (
        parcels(at / "a.gpkg", D=["2020-01-31", "2020-02-31"]),
        field_map(at / "map.toml", parcel='effective_from = "{D}"'),
    ),
    "PAR-011": lambda at: (
        parcels(at / "a.gpkg", TL=["500", "lớn"]),
        field_map(at / "map.toml", parcel='map_scale = "{TL}"'),
    ),
    "THE-001": _theme(MA=["A", None]),
    "THE-002": _theme(MA=["A", "X"]),
    "THE-003": _theme(THEME.replace("[coverage]", 'name = "{SO}"\n\n[coverage]'), SO=["1", "1"]),
    "EDI-003": _map(),
    "STO-002": _map(edition="simulated = true"),
}
IN_A_STORE = {"EDI-001", "EDI-002", "STO-001"}


def test_every_finding_has_a_case_and_a_sentence() -> None:
    assert CASES.keys() | IN_A_STORE == KINDS.keys()
    coded = {code for code in office.TEXTS if code[:3].isupper() and code[3:4] == "-"}
    assert coded == KINDS.keys()


@pytest.mark.parametrize("code", CASES)
def test_findings(tmp_path: Path, code: str) -> None:
    """Each case gives its finding; one that refuses leaves no store, one that does not has published."""
    file, map = CASES[code](tmp_path)
    url = tmp_path / "store.gpkg"
    result = load(file, map, str(url), TODAY)
    assert code in codes(result)
    refusing = {f.kind.code for f in result.findings if f.kind.severity in (Severity.FATAL, Severity.ERROR)}
    assert result.published is not bool(refusing)
    assert (KINDS[code].severity in (Severity.FATAL, Severity.ERROR)) is (code in refusing)
    assert refusing <= {code}
    assert [p.name for p in tmp_path.glob("store*")] == ([] if refusing else ["store.gpkg"])


def test_a_clean_file_has_no_findings(tmp_path: Path) -> None:
    known = replace(office.RULEBOOK, documents={"hồ sơ địa chính": None})  # type: ignore[dict-item]
    file, map = parcels(tmp_path / "a.gpkg"), field_map(tmp_path / "map.toml")
    result = office.run(file, map, str(tmp_path / "s.gpkg"), TODAY, lambda step, done: None, known, new=True)
    assert result.findings == ()


@pytest.mark.parametrize("code", sorted(c for c in CASES if KINDS[c].severity in (Severity.FATAL, Severity.ERROR)))
def test_a_store_stays_as_it_was(tmp_path: Path, code: str) -> None:
    file, map = CASES[code](tmp_path)
    url = tmp_path / "store.gpkg"
    base = load(parcels(tmp_path / "base.gpkg", [square(500)]), field_map(tmp_path / "base.toml"), str(url), TODAY)
    assert base.published
    before = url.read_bytes()
    result = load(file, map, str(url), TODAY, new=False)
    assert not result.published
    assert url.read_bytes() == before


@pytest.mark.parametrize(
    ("code", "other", "more"), [("EDI-001", False, ""), ("EDI-002", True, ""), ("STO-001", True, "EPSG:9211")]
)
def test_a_store_that_holds_it_or_is_not_meant(
    tmp_path: Path, store_url: str, code: str, other: bool, more: str
) -> None:
    file, map = _held_already(store_url, tmp_path, other)
    before = held(store_url)
    if more:
        map = field_map(tmp_path / "more.toml", MAP.replace("EPSG:9210", more))
    result = load(file, map, store_url, TODAY, new=False)
    assert not result.published
    assert code in codes(result)
    assert held(store_url) == before


def test_a_refused_load_leaves_both_engines_alone(tmp_path: Path, store_url: str) -> None:
    file, map = parcels(tmp_path / "a.gpkg", [square(), BOW]), field_map(tmp_path / "map.toml")
    assert not load(file, map, store_url, TODAY).published
    with pytest.raises(Refused):
        open_store(store_url)


def test_a_new_store_takes_no_others_place(tmp_path: Path, store_url: str) -> None:
    file, map = parcels(tmp_path / "a.gpkg"), field_map(tmp_path / "map.toml")
    load(file, map, store_url, TODAY)
    before = held(store_url)
    with pytest.raises(Refused, match="store-exists"):
        load(parcels(tmp_path / "b.gpkg", [square(5)]), map, store_url, TODAY)
    assert held(store_url) == before


def test_places_name_row_number_and_point(tmp_path: Path) -> None:
    file = parcels(tmp_path / "a.gpkg", [square(20), square(30), BOW])
    result = load(file, field_map(tmp_path / "map.toml"), str(tmp_path / "s.gpkg"), TODAY)
    (finding,) = (f for f in result.findings if f.kind.code == "GEO-003")
    (place,) = finding.places
    # The two diagonals y = x and y = 0.8 (10 - x) … of the bow cross at x = y = 40/9.
    assert (place.row, place.name, place.detail) == (3, "12/3", "Self-intersection")
    assert place.x == pytest.approx(EAST + BOW_X, abs=1e-3)
    assert place.y == pytest.approx(NORTH + BOW_X, abs=1e-3)
    lines = findings.written([finding], office.TEXTS, "vi")
    assert lines[0].startswith("[GEO-003] lỗi: 1 hình có ranh giới hỏng")
    assert lines[1].strip().startswith("dòng 3 · 12/3 · (6000")


BOW_X = 80 / 18
"""Where y = x meets the edge from (10, 0) to (0, 8): x = 8 − 0.8 x."""


def test_all_that_is_wrong_is_said_at_once(tmp_path: Path) -> None:
    shapes = [square(), BOW, None, square(30), square(40)]
    file = parcels(tmp_path / "a.gpkg", shapes, THUA=["1", "2", "3", None, "5"], D=["", "", "", "", "hôm qua"])
    map = field_map(tmp_path / "map.toml", parcel='effective_from = "{D}"')
    result = load(file, map, str(tmp_path / "s.gpkg"), TODAY)
    refusing = [f.kind.code for f in result.findings if f.refuses]
    assert refusing == ["GEO-001", "GEO-003", "PAR-001", "PAR-010"]


def test_repair_keeps_the_ground(tmp_path: Path) -> None:
    """A ring that runs twice through one point, once with a 2 × 2 ear outside: the ear stays, as a second part."""
    ear = shapely.Polygon(
        [(EAST + x, NORTH + y) for x, y in [(0, 0), (10, 0), (10, 10), (12, 12), (12, 10), (8, 10), (0, 10)]]
    )
    assert not ear.is_valid or ear.area > 0
    map = field_map(tmp_path / "map.toml", source='repair = "make_valid"')
    result = load(parcels(tmp_path / "a.gpkg", [BOW]), map, str(tmp_path / "s.gpkg"), TODAY)
    assert result.published
    (parcel,) = held(str(tmp_path / "s.gpkg"))[2]
    # Triangles (0,0)-(0,8)-(x,x) and (10,0)-(10,10)-(x,x) with x = 80/18.
    assert parcel.shape.area == pytest.approx(8 * BOW_X / 2 + 10 * (10 - BOW_X) / 2, abs=1e-6)


@pytest.mark.parametrize("suffix", [".gpkg", ".shp", ".geojson", ".zip"])
def test_a_damaged_file_never_ends_in_a_stack_trace(tmp_path: Path, suffix: str) -> None:
    rng = np.random.default_rng(20261124)
    whole = parcels(tmp_path / f"a{'.shp' if suffix == '.zip' else suffix}", [square(10 * i) for i in range(20)])
    if suffix == ".zip":
        whole = office.zipped(whole, tmp_path / "a.zip")
    content, map = whole.read_bytes(), field_map(tmp_path / "map.toml")
    for n in range(25):
        broken = bytearray(content)
        if n % 2:
            del broken[int(rng.integers(0, len(broken))) :]
        else:
            for at in rng.integers(0, len(broken), 20):
                broken[at] = int(rng.integers(0, 256))
        folder = tmp_path / str(n)
        folder.mkdir()
        for part in tmp_path.glob("a.*"):
            shutil.copy(part, folder)
        (folder / whole.name).write_bytes(bytes(broken))
        result = load(folder / whole.name, map, str(folder / "store.gpkg"), TODAY)
        assert result.published or any(f.refuses for f in result.findings)
        assert result.published is (folder / "store.gpkg").exists()


# Templates and cells


@pytest.mark.parametrize(
    ("text", "row", "value"),
    [
        ("{BOOK}-{PAGE}", {"BOOK": "2", "PAGE": 102}, "2-102"),
        ("{P}[-{S}]", {"P": "23", "S": None}, "23"),
        ("{P}[-{S}]", {"P": "23", "S": "1"}, "23-1"),
        ("[{S}-]{P}", {"P": "23", "S": float("nan")}, None),
        ("{IDU:4-8}", {"IDU": "0290000A0215"}, "0000A"),
        ("{A:9-11}-{A:12-13}", {"A": "055 188801300"}, "013-00"),
        ("{A:5-6}", {"A": "055"}, None),
        ("{N}", {"N": 12.0}, "12"),
        ("{N}", {"N": "  12 "}, "12"),
        ("{N}", {"N": "  "}, None),
        ("{a}", {"a": "{b}[x]", "b": "1"}, "{b}[x]"),
        ("hằng", {}, "hằng"),
    ],
)
def test_templates(text: str, row: dict[str, Any], value: str | None) -> None:
    if value is None and any(isinstance(v, float) for v in row.values()):
        value = "nan-23"  # NaN never leaves the reader; the template itself does not know it
    assert Template(text).fill(row) == value


@pytest.mark.parametrize("text", ["{A", "A}", "[{A}", "{A}]", "{A:3-2}", "{A:0-2}", "{}"])
def test_broken_templates_are_refused(tmp_path: Path, text: str) -> None:
    file, map = parcels(tmp_path / "a.gpkg"), field_map(tmp_path / "map.toml", MAP.replace("{THUA}", text))
    assert codes(load(file, map, str(tmp_path / "s.gpkg"), TODAY)) == ["MAP-002"]


@pytest.mark.parametrize(
    ("text", "unit", "comma", "m2"),
    [
        ("357.5", "m2", False, "357.5"),
        ("357,5", "m2", True, "357.5"),
        ("1.234,5", "m2", True, "1234.5"),
        ("1 234,50", "m2", True, "1234.50"),
        ("1.234", "m2", True, "1234"),
        ("0.0357", "ha", False, "357"),
        ("0,0357", "ha", True, "357"),
        ("10000", "sqft", False, "929.03"),
        ("1000000000", "sqft", False, "92903040.00"),
        ("1000000000", "sqft_us", False, "92903411.61"),
    ],
)
def test_areas(text: str, unit: str, comma: bool, m2: str) -> None:
    """1,000,000,000 US survey square feet: (1200/3937)² = 0.092903411613275 m² each (NIST)."""
    assert read_area(text, unit, comma) == Decimal(m2)


@pytest.mark.parametrize(
    ("text", "comma"),
    [("357,5", False), ("-1", False), ("1.2.3", False), ("1.23,5", True), ("NaN", False), ("1e3", False)],
)
def test_areas_that_are_not_numbers(text: str, comma: bool) -> None:
    with pytest.raises(ValueError, match=r".*"):
        read_area(text, "m2", comma)


@given(st.decimals(0, 10**9, places=2))
def test_areas_keep_every_digit(area: Decimal) -> None:
    written = f"{area:,}".translate(str.maketrans(",.", ".,"))
    assert read_area(written, "m2", comma=True) == area
    assert read_area(f"{area / 10000:f}", "ha", comma=False) == area


@pytest.mark.parametrize(
    ("text", "day"),
    [("2026-01-31", date(2026, 1, 31)), ("20260131", date(2026, 1, 31)), ("31/1/2026", date(2026, 1, 31)),
     ("2026-01-31T00:00:00", date(2026, 1, 31)), ("31.01.2026", date(2026, 1, 31))],
)  # fmt: skip
def test_days(text: str, day: date) -> None:
    assert read_day(text) == day


@pytest.mark.parametrize("text", ["2026-02-30", "01/31/2026", "0", "1800-01-01", "2100-01-01", "2026", "hôm nay"])
def test_days_that_are_none(text: str) -> None:
    with pytest.raises(ValueError, match=r".*"):
        read_day(text)


def test_scales() -> None:
    assert [read_scale(t) for t in ("500", "1:500", "1: 10000")] == [500, 500, 10000]
    for text in ("0", "5", "1/500", "500.5", "-500", "1:0500"):
        with pytest.raises(ValueError, match=r".*"):
            read_scale(text)
