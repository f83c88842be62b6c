"""Coordinate systems and text encodings of files, as they come."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pyproj
import pytest
import shapely
import shapely.affinity
from files_to_load import (
    BOW,
    MAP,
    PRJ,
    TODAY,
    codes,
    field_map,
    held,
    load,
    parcels,
    shapefile_of,
    square,
)

from landinfo.coordinates_source import Way, way
from landinfo.intake import opening

_TOWGS84 = "TOWGS84[-191.90441429,-39.30318279,-111.45032835,{},0.252906278]"


def test_a_boundary_that_a_transformation_breaks_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folded = Way("x", "fold", None, lambda shapes: np.array([BOW] * len(shapes), dtype=object))
    monkeypatch.setattr(opening, "way", lambda *_: folded)
    result = load(parcels(tmp_path / "a.gpkg"), field_map(tmp_path / "a.toml"), str(tmp_path / "s.gpkg"), TODAY)
    assert [(f.kind.code, f.count) for f in result.findings if f.refuses] == [("GEO-003", 2)]


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
    elsewhere = MAP.replace("EPSG:9210", "EPSG:9209").replace("25750", "31507")  # no commune whose ground is known here
    map = field_map(tmp_path / "a.toml", elsewhere)
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
    by = way(PRJ.format(name="Bình Dương", datum=datum, shift=shift), "EPSG:9210", ())
    assert by.operation == ""
    assert by.convert(square()).wkb == square().wkb


def test_us_survey_feet_are_exact() -> None:
    """EPSG:2227 and EPSG:26943 are one projection in feet of 1200/3937 m and in metres, but for their false origins."""
    east, north = 6050000.0, 2120000.0
    metres = (east - 6561666.667) * 1200 / 3937 + 2000000.0, (north - 1640416.667) * 1200 / 3937 + 500000.0
    feet = way("EPSG:2227", "EPSG:26910", ()).convert(shapely.Point(east, north))
    expected = pyproj.Transformer.from_crs("EPSG:26943", "EPSG:26910", always_xy=True).transform(*metres)
    assert feet.distance(shapely.Point(expected)) < 1e-6


def test_heights_are_no_part_of_an_edition(tmp_path: Path) -> None:
    """In the store's own plane nothing else would drop them, and the edition is named by what it holds."""
    flat, high = ([square(), square(10)], [shapely.force_3d(square(), 7.0), shapely.force_3d(square(10), 8.0)])
    map, names = field_map(tmp_path / "a.toml"), set()
    for n, shapes in enumerate((flat, high)):
        result = load(parcels(tmp_path / f"{n}.gpkg", shapes), map, str(tmp_path / f"s{n}.gpkg"), TODAY)
        assert result.edition
        names.add(result.edition.id)
    assert len(names) == 1


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


@pytest.mark.parametrize(
    ("encoding", "cpg", "given"),
    [
        ("utf-8", "ISO-8859-1", "UTF-8"),
        ("utf-8", "UTF-8", ""),
        ("utf-8", "65001", ""),
        ("cp1258", "ANSI 1258", ""),
        ("cp1258", None, "cp1258"),
    ],
)
def test_shapefile_text_by_its_stated_encoding(tmp_path: Path, encoding: str, cpg: str | None, given: str) -> None:
    file = shapefile_of(tmp_path, "Đ4-ê", encoding, cpg)
    map = field_map(tmp_path / "a.toml", source=f'encoding = "{given}"' if given else "")
    assert load(file, map, str(tmp_path / "s.gpkg"), TODAY).published
    assert {p.ref.sheet for p in held(str(tmp_path / "s.gpkg"))[2]} == {"Đ4-ê"}


def test_ascii_needs_no_encoding(tmp_path: Path) -> None:
    file = parcels(tmp_path / "a.shp")
    (tmp_path / "a.cpg").unlink()
    assert codes(load(file, field_map(tmp_path / "a.toml"), str(tmp_path / "s.gpkg"), TODAY)) == ["EDI-003"]
