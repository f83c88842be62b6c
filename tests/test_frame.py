"""Windows and shapes in CRS84 and in metric planes, on both sides of 11.04°N, where PROJ's own choice would tear."""

from __future__ import annotations

import numpy as np
import pyproj
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st

from landinfo import coordinates, frame
from landinfo.model import BadInput

CRS84, VN2000 = frame.frames("EPSG:9210")
SOUTH, NORTH = 1_215_000.0, 1_230_000.0
"""m: northings below and above 11.04°N."""


def test_what_is_offered() -> None:
    assert [f.uri.rpartition("/def/")[2] for f in (CRS84, VN2000)] == ["crs/OGC/1.3/CRS84", "crs/EPSG/0/9210"]
    assert [f.crs for f in frame.frames("EPSG:9213")] == [None, "EPSG:9213", "EPSG:9210"]
    assert [f.crs for f in frame.frames("EPSG:2056")] == [None, "EPSG:2056"]


@pytest.mark.parametrize("name", [VN2000.uri, "EPSG:9210", "[EPSG:9210]", "urn:ogc:def:crs:EPSG::9210"])
def test_names_of_one_system(name: str) -> None:
    assert frame.read("crs", name, "EPSG:9210") == VN2000


@pytest.mark.parametrize("name", ["", "EPSG:4326", "EPSG:3857", "http://www.opengis.net/def/crs/EPSG/0/6956", "9210"])
def test_another_system_is_refused(name: str) -> None:
    with pytest.raises(BadInput) as wrong:
        frame.read("bbox-crs", name, "EPSG:9210")
    assert wrong.value.field == "bbox-crs"


@pytest.mark.parametrize(("northing", "torn"), [(SOUTH, 0.8), (NORTH, 0.0)])
def test_degrees_are_those_of_the_pinned_operation(northing: float, torn: float) -> None:
    """PROJ's own choice lies 0.8 m off south of the seam, so that this test would see it."""
    place = shapely.Point(605_000, northing)
    lon, lat = CRS84.geojson(CRS84.of(place))["coordinates"]
    assert (lon, lat) == pytest.approx(coordinates.plane().point_to_wgs84(605_000, northing), abs=6e-9)
    left = pyproj.Transformer.from_crs(9210, 4326, always_xy=True).transform(605_000, northing)
    metres = pyproj.Geod(ellps="WGS84").inv(lon, lat, *left)[2]
    assert metres == pytest.approx(torn, abs=0.02)


def test_own_plane_to_the_last_bit_east_before_north() -> None:
    ring = [(600000.1234567891, 1215000.3), (600010.2, 1215000.4), (600005.3, 1215010.123456)]
    shown = VN2000.geojson(VN2000.of(shapely.Polygon(ring)))["coordinates"][0]
    assert set(shown) == set(ring)
    assert not coordinates.northing_first("EPSG:9210")  # as EPSG v11 has it, and GDAL 3.6 and 3.12 read it
    assert coordinates.northing_first("EPSG:2393")  # Finland: northing, easting


def test_another_plane_goes_by_way_of_the_pinned_operation() -> None:
    other, vn2000 = frame.frames("EPSG:9213")[1:]
    lonlat = coordinates.plane().point_to_wgs84(605_000, SOUTH)
    there = shapely.Point(coordinates.plane("EPSG:9213").point_from_wgs84(*lonlat))
    assert vn2000.geojson(vn2000.of(there))["coordinates"] == pytest.approx((605_000, SOUTH), abs=2e-4)
    assert other.of(there) is there
    shape, box = vn2000.window([604_990, SOUTH - 10, 605_010, SOUTH + 10])
    assert box is not None
    assert shapely.box(*box).contains(there)
    assert shapely.intersects(vn2000.of(there), shape)


def test_a_plane_whose_northing_comes_first() -> None:
    finland = frame.Frame("…/2393", "EPSG:2393", "EPSG:2393")
    shape, box = finland.window([6_670_000, 3_380_000, 6_680_000, 3_390_000])
    assert box == shape.bounds == (3_380_000, 6_670_000, 3_390_000, 6_680_000)
    assert finland.geojson(shapely.Point(3_380_000, 6_670_000))["coordinates"] == (6_670_000, 3_380_000)


@given(st.floats(104.0, 107.3), st.floats(10.3, 11.8), st.floats(0, 3), st.floats(0, 3), st.integers(0, 2**31))
def test_the_box_of_the_plane_holds_all_of_the_window(w: float, s: float, wide: float, high: float, seed: int) -> None:
    numbers = [w, s, w + wide, s + high]
    shape, box = CRS84.window(numbers)
    assert box is not None
    some = np.random.default_rng(seed)
    inside = np.column_stack([some.uniform(w, w + wide, 200), some.uniform(s, s + high, 200)])
    edges = np.concatenate([inside * [1, 0] + [0, s + high], inside * [1, 0] + [0, s], inside * [0, 1] + [w, 0]])
    points = coordinates.plane().from_wgs84(shapely.points(np.concatenate([inside, edges])))
    assert shapely.intersects(shapely.box(*box), points).all()
    assert shape.bounds == pytest.approx(numbers)


@pytest.mark.parametrize(
    ("numbers", "meets"),
    [
        ([-180, -90, 180, 90], True),
        ([106.66, 10.98, -100, 10.99], True),  # over the date line
        ([170, -10, -170, 10], False),
        ([2, 48, 3, 49], False),
        ([106.66, 10.98, 0, 106.67, 10.99, 50], True),
        ([106.66, 10.98, 106.66, 10.98], True),
    ],
)
def test_windows(numbers: list[float], meets: bool) -> None:
    _, box = CRS84.window(numbers)
    place = coordinates.plane().point_from_wgs84(106.66, 10.98)
    assert (box is not None) is meets
    assert not box or shapely.box(*box).intersects(shapely.Point(place))


@pytest.mark.parametrize(
    "numbers",
    [[], [1, 2, 3], [1, 2, 3, 4, 5], [1, 2, 1, 1], [float("nan"), 0, 1, 1], [0, 0, float("inf"), 1], [0, 0, 181, 1]],
)
def test_what_is_no_window(numbers: list[float]) -> None:
    with pytest.raises(ValueError, match="a window has"):
        CRS84.window(numbers)


def test_a_window_in_metres_has_its_low_corner_first() -> None:
    with pytest.raises(ValueError, match="a window has"):
        VN2000.window([600_001, 1_215_000, 600_000, 1_215_001])
