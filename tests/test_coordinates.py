"""The golden points of VN-2000, no seam at 11.04°N, and hints for what people type wrongly."""

from __future__ import annotations

import csv
import threading
from pathlib import Path

import numpy as np
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st
from pyproj import Geod

from landinfo import coordinates
from landinfo.model import CannotBeAnswered, Problem

GEOD = Geod(ellps="WGS84")
HERE = coordinates.plane()

# (EPSG, easting, northing, published lon, lat): outputs of independent implementations of Decision 05/2007's parameters
POSITIVE = [
    (9212, 546151.8072, 1855759.3584, 106.6847777, 16.77839862),
    (9217, 568262.924, 1255172.51, 108.877201, 11.349358),
    (9209, 539311.12, 1068274.57, 105.86, 9.66),
    (9209, 539859.84, 1068275.16, 105.865, 9.66),
    (9209, 539859.24, 1068828.14, 105.865, 9.665),
    (9209, 539310.42, 1068938.15, 105.86, 9.666),
]
# two libraries that copied the rotations with the wrong sign: 0.545 m off, never to be reproduced
NEGATIVE = [
    (9210, 600997.0, 1189964.0, 106.67523783, 10.75909134),
    (5897, 557975.802, 1142228.861, 105.53115606, 10.32843706),
]
# PROJ 9.5.1 with EPSG:6960, the same nine decimals from PostGIS 3.3.2's private row
PINNED = [
    (600000.0, 1205000.0, 106.666540498, 10.895049248),
    (600000.0, 1219000.0, 106.666930142, 11.021611533),
    (600000.0, 1222000.0, 106.667014259, 11.048731884),
    (600000.0, 1250000.0, 106.667809953, 11.301852792),
]


def metres(a: tuple[float, float], b: tuple[float, float]) -> float:
    return float(GEOD.inv(a[0], a[1], b[0], b[1])[2])


@pytest.mark.parametrize(("epsg", "easting", "northing", "lon", "lat"), POSITIVE)
def test_golden_points(epsg: int, easting: float, northing: float, lon: float, lat: float) -> None:
    found = coordinates.plane(f"EPSG:{epsg}").point_to_wgs84(easting, northing)
    assert metres(found, (lon, lat)) < 0.02


@pytest.mark.parametrize(("epsg", "easting", "northing", "lon", "lat"), NEGATIVE)
def test_wrong_rotation_sign_is_not_reproduced(
    epsg: int, easting: float, northing: float, lon: float, lat: float
) -> None:
    found = coordinates.plane(f"EPSG:{epsg}").point_to_wgs84(easting, northing)
    assert 0.5 < metres(found, (lon, lat)) < 0.6


@pytest.mark.parametrize(("easting", "northing", "lon", "lat"), PINNED)
def test_pinned_operation_on_both_sides_of_the_seam(easting: float, northing: float, lon: float, lat: float) -> None:
    assert HERE.point_to_wgs84(easting, northing) == (pytest.approx(lon, abs=1e-9), pytest.approx(lat, abs=1e-9))
    assert HERE.point_from_wgs84(lon, lat) == (pytest.approx(easting, abs=1e-3), pytest.approx(northing, abs=1e-3))


def test_no_seam_at_11_04_north() -> None:
    # 11.04°N runs near northing 1 221 034 at easting 600 000: a metre in the plane stays a metre on the ground
    for step in range(-50, 50):
        north = 1221034.0 + step
        a, b = HERE.point_to_wgs84(600000.0, north), HERE.point_to_wgs84(600000.0, north + 1)
        assert metres(a, b) == pytest.approx(1.0, abs=2e-4)


def test_shapes_and_points_agree_and_come_back() -> None:
    shape = shapely.Polygon([(600000, 1220900), (600040, 1220910), (600030, 1221200), (599990, 1221100)])
    lonlat = HERE.to_wgs84(shape)
    for (x, y), (lon, lat) in zip(shape.exterior.coords, lonlat.exterior.coords, strict=True):
        assert HERE.point_to_wgs84(x, y) == (pytest.approx(lon, abs=1e-11), pytest.approx(lat, abs=1e-11))
    assert shapely.hausdorff_distance(HERE.from_wgs84(lonlat), shape) < 5e-4


@pytest.mark.parametrize(
    "crs", ["EPSG:6956", "EPSG:6959", "EPSG:4326", "EPSG:2227", "EPSG:999999", "9210", "", "EPSG:x"]
)
def test_planes_that_must_not_be_used(crs: str) -> None:
    # 6956–6959 are deprecated, 4326 is not a plane, 2227 is in US survey feet
    with pytest.raises(CannotBeAnswered) as refused:
        coordinates.plane(crs)
    assert refused.value.code == "crs-not-supported"


@pytest.mark.parametrize("crs", ["EPSG:2154", "EPSG:32610", "EPSG:26910", "EPSG:5897", "EPSG:3405"])
def test_other_metric_planes(crs: str) -> None:
    assert coordinates.plane(crs).crs == crs


def test_vietnamese_order_x_is_northing() -> None:
    assert coordinates.read_vn2000("1214123,45", "600123.4", HERE) == (600123.4, 1214123.45)
    assert coordinates.read_vn2000("1 214 123,45", "600.123,4", HERE) == (600123.4, 1214123.45)
    assert coordinates.read_vn2000("1.214.123,45", "600,123.4", HERE) == (600123.4, 1214123.45)
    # grouped and without decimals: 605.123 cannot be 605 m from the false origin here
    assert coordinates.read_vn2000("1.214.123", "605.123", HERE) == (605123, 1214123)
    assert coordinates.read_vn2000("1,214,123", "605,123", HERE) == (605123, 1214123)


def test_degrees_give_the_same_place() -> None:
    easting, northing = coordinates.read_wgs84("11.021611533", "106.666930142", HERE)
    assert (easting, northing) == (pytest.approx(600000, abs=0.001), pytest.approx(1219000, abs=0.001))


@pytest.mark.parametrize(
    ("x", "y", "code"),
    [
        ("600000", "1214000", "coordinate-swapped"),
        ("1214000", "682000", "coordinate-utm-or-zone"),
        ("1214000", "545000", "coordinate-other-zone"),
        ("1214000", "48600000", "coordinate-zone-prefix"),
        ("10.98", "106.67", "coordinate-degrees-as-metres"),
        ("2324000", "600000", "coordinate-outside"),
        ("1214000", "-5", "coordinate-outside"),
        ("", "600000", "coordinate-not-a-number"),
        ("nan", "600000", "coordinate-not-a-number"),
        ("inf", "600000", "coordinate-not-a-number"),
        ("1e400", "600000", "coordinate-not-a-number"),
        ("١٢١٤٠٠٠", "600000", "coordinate-not-a-number"),
        ("1" * 10000, "600000", "coordinate-not-a-number"),
    ],
)
def test_vn2000_hints(x: str, y: str, code: str) -> None:
    with pytest.raises(Problem) as refused:
        coordinates.read_vn2000(x, y, HERE)
    assert (refused.value.code, refused.value.status) == (code, 422 if code == "coordinate-outside" else 400)


@pytest.mark.parametrize(
    ("lat", "lon", "code"),
    [
        ("106.67", "10.98", "coordinate-lat-lon-swapped"),
        ("1214000", "600000", "coordinate-metres-as-degrees"),
        ("21.03", "105.85", "coordinate-outside"),
        ("10.98", "", "coordinate-not-a-number"),
        ("10.98", "NaN", "coordinate-not-a-number"),
    ],
)
def test_wgs84_hints(lat: str, lon: str, code: str) -> None:
    with pytest.raises(Problem) as refused:
        coordinates.read_wgs84(lat, lon, HERE)
    assert (refused.value.code, refused.value.status) == (code, 422 if code == "coordinate-outside" else 400)


def test_a_neighbouring_zone_is_named() -> None:
    """The same ground in 106°00' has 27.3 km less of easting (geo.md §1.2)."""
    found = {name: (x, y) for name, x, y in coordinates.elsewhere(600000 - 27_307, 1219000, "EPSG:9210")}
    assert found["106°00'"] == (pytest.approx(600000, abs=60), pytest.approx(1219000, abs=120))
    assert list(coordinates.elsewhere(600000, 1219000, "EPSG:32610")) == []


@given(st.text(max_size=60), st.text(max_size=60))
def test_anything_typed_is_a_place_or_a_hint(a: str, b: str) -> None:
    for read in (coordinates.read_vn2000, coordinates.read_wgs84):
        try:
            easting, northing = read(a, b, HERE)
        except Problem:
            continue
        assert 5.4e5 < easting < 6.5e5
        assert 1.17e6 < northing < 1.30e6


@given(st.floats(5.5e5, 6.4e5), st.floats(1.19e6, 1.28e6))
def test_there_and_back(easting: float, northing: float) -> None:
    back = HERE.point_from_wgs84(*HERE.point_to_wgs84(easting, northing))
    # the inverse of a small-angle Helmert step is exact to a tenth of a millimetre
    assert back == (pytest.approx(easting, abs=5e-4), pytest.approx(northing, abs=5e-4))


def test_one_plane_serves_many_threads() -> None:
    # Many points at a time, because only then PROJ works while other Python threads run.
    metres = np.column_stack((np.linspace(5.9e5, 6.2e5, 3000), np.linspace(1.20e6, 1.25e6, 3000)))
    wanted = HERE.lonlat(metres)
    wrong: list[object] = []

    def ask() -> None:
        wrong.extend(n for n in range(150) if not np.array_equal(HERE.lonlat(metres), wanted))

    threads = [threading.Thread(target=ask) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not wrong


@pytest.mark.outside
def test_golden_file_holds_the_points_used_here(shared: Path) -> None:
    with (shared / "data" / "vn2000_golden_points.csv").open(encoding="utf-8") as file:
        rows = {(int(r["epsg"]), float(r["easting_Y"]), float(r["northing_X"])): r for r in csv.DictReader(file)}
    for epsg, easting, northing, lon, lat in (*POSITIVE, *NEGATIVE):
        row = rows[epsg, easting, northing]
        assert (float(row["ref_lon_wgs84"]), float(row["ref_lat_wgs84"])) == (lon, lat)
