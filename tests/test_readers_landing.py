"""Where data lands: a wrong zone, swapped axes, a lost datum or a wrong sign is named with what would be right."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from pathlib import Path
from typing import Any

import amount
import numpy as np
import pyproj
import pytest
import shapely
import shapely.affinity
from files_to_load import (
    EAST,
    MAP,
    NORTH,
    PRJ,
    STORE_AND_THEME,
    TODAY,
    codes,
    field_map,
    load,
    parcels,
    square,
    write,
)
from hypothesis import given, settings
from hypothesis import strategies as st
from office_files import moved

from landinfo.coordinates_landing import UTM, ZONES, cause, country, shifts
from landinfo.coordinates_source import is_hn72, lost_datum
from landinfo.intake import landing
from landinfo.intake.load import LoadResult

BOX = (598_000.0, 1_212_000.0, 606_000.0, 1_219_000.0)
HERE = np.array([[EAST + 10 * i, NORTH + 7 * i] for i in range(9)])


def _in(crs: str, points: Any = HERE) -> Any:
    return np.column_stack(pyproj.Transformer.from_crs("EPSG:9210", crs, always_xy=True).transform(*points.T))


@pytest.mark.parametrize("zone", [zone for zone in ZONES if zone != "EPSG:9210"])
def test_every_zone_taken_for_this_one_is_named(zone: str) -> None:
    """15' are 27.3 km here, so each zone lands somewhere else; UTM 48N shares its meridian with 105°00'."""
    why = cause(_in(zone), "EPSG:9210", "EPSG:9210", BOX)
    assert zone in why.fits
    assert why.code == ("CRS-011" if zone == "EPSG:5897" else "CRS-009")
    assert len(why.fits.split(", ")) == (2 if why.code == "CRS-011" else 1)


@pytest.mark.parametrize("zone", UTM)
def test_utm_taken_for_a_zone_is_named(zone: str) -> None:
    why = cause(_in(zone), "EPSG:9210", "EPSG:9210", BOX)
    assert why.code == "CRS-011"
    assert why.fits.startswith(zone)


@pytest.mark.parametrize("stated", ["EPSG:9211", "EPSG:9209", "EPSG:3405", "EPSG:5899"])
def test_a_file_that_states_the_wrong_zone(stated: str) -> None:
    """Numbers of 105°45' under the name of another zone: what fits is 105°45'."""
    why = cause(HERE, stated, "EPSG:9210", BOX)
    assert (why.code, why.fits) == ("CRS-009", "EPSG:9210 (105°45')")


@pytest.mark.parametrize("stated", ["EPSG:9210", "EPSG:9211", "EPSG:4326"])
def test_swapped_axes(stated: str) -> None:
    assert cause(_in(stated)[:, ::-1], stated, "EPSG:9210", BOX).code == "CRS-010"


def test_swapped_axes_of_another_zone() -> None:
    why = cause(_in("EPSG:9212")[:, ::-1], "EPSG:9210", "EPSG:9210", BOX)
    assert (why.code, why.fits) == ("CRS-009", "EPSG:9212 (106°15')")


def test_degrees_in_a_metric_system() -> None:
    assert cause(_in("EPSG:4326"), "EPSG:9210", "EPSG:9210", BOX).fits == "EPSG:4326"
    assert cause(np.zeros((3, 2)), "EPSG:9210", "EPSG:9210", BOX).fits == "–"


@settings(max_examples=amount.of(30, 500), deadline=None)
@given(
    where=st.tuples(st.floats(-3_000, 3_000), st.floats(-3_000, 3_000)),
    zone=st.sampled_from([*ZONES, *UTM]),
    swap=st.booleans(),
)
def test_whatever_the_mistake_the_right_one_is_among_those_named(
    where: tuple[float, float], zone: str, swap: bool
) -> None:
    centre = np.array([602_000.0, 1_215_500.0])
    points = _in(zone, centre + where + np.array([[0, 0], [30, 5], [12, 40]]))
    why = cause(points[:, ::-1] if swap else points, "EPSG:9210", "EPSG:9210", BOX)
    assert zone in why.fits or (swap and zone == "EPSG:9210" and why.code == "CRS-010") or zone == "EPSG:9210"


def test_every_commune_has_ground_and_lies_in_the_province() -> None:
    boxes = landing._boxes()
    assert len([s for s in boxes if s.endswith("@2025")]) == 36
    assert len([s for s in boxes if s.endswith("@2024")]) == 91
    for west, south, east, north in boxes.values():
        assert 5.5e5 < west < east < 6.4e5
        assert 1.19e6 < south < north < 1.28e6
    south, north = boxes["25750@2025"][1], boxes["25750@2025"][3]
    assert (south, north) == (pytest.approx(1_212_500, abs=300), pytest.approx(1_217_950, abs=300))


AFAR = [square(-30_000 + 20 * n, 40_000) for n in range(3)]
"""Ground of Dầu Tiếng, 50 km to the north-west, under the code of Phú Hòa: in the province, not in Phú Hòa."""


@pytest.mark.parametrize("inside", [0, 2])
def test_data_of_another_commune_is_refused(tmp_path: Path, inside: int) -> None:
    """All of it, or three rows of five."""
    file = parcels(tmp_path / "a.gpkg", [*AFAR, *(square(20 * n) for n in range(inside))])
    result = load(file, field_map(tmp_path / "m.toml"), str(tmp_path / "s.gpkg"), TODAY)
    assert codes(result)[0] == "CRS-013"
    assert "25750@2024" in result.findings[0].params["territory"]["vi"]


PLANES = ("EPSG:9210", "EPSG:9211", "EPSG:3405", "EPSG:32648", "EPSG:3857")
FIVE_KM_OFF = 9_000
"""m to the north of the tests' corner: beyond the box of Phú Hòa, whose northern edge lies near 1 217 950."""


def off(result: LoadResult) -> list[tuple[int, str]]:
    """The rows that are told to lie elsewhere, with the cause."""
    return [(p.row, p.detail) for f in result.findings if f.kind.code == "GEO-030" for p in f.places]


@pytest.mark.parametrize("crs", PLANES)
def test_a_single_row_elsewhere_is_told_where_its_commune_is_known(tmp_path: Path, crs: str) -> None:
    """Whatever the plane of the store is: one is 9 km off, one has its axes swapped; the others can be published."""
    shapes = [square(), square(0, FIVE_KM_OFF), square(10), _swapped(moved(square(20), crs))]
    shapes[:3] = [moved(shape, crs) for shape in shapes[:3]]
    file = parcels(tmp_path / "a.gpkg", shapes, crs)
    map, url = field_map(tmp_path / "m.toml", MAP.replace("EPSG:9210", crs)), str(tmp_path / "s.gpkg")
    result = load(file, map, url, TODAY)
    assert off(result) == [(2, "outside"), (4, "swapped")]
    assert [f.kind.code for f in result.findings if f.refuses] == ["GEO-030"]
    assert not result.published
    assert "đổi chỗ" in next(f for f in result.findings if f.refuses).params["cause"]["vi"]
    rest = load(file, map, url, TODAY, rest=True)
    assert rest.quarantined == {2, 4}


@pytest.mark.parametrize("crs", ["EPSG:9211", "EPSG:32648"])
def test_axes_are_swapped_as_they_stand_in_the_file(tmp_path: Path, crs: str) -> None:
    """Brought into another plane, the swapped row lies where no swap would bring it back."""
    shapes = [moved(square(), crs), moved(square(10), crs), _swapped(moved(square(20), crs))]
    file = parcels(tmp_path / "a.gpkg", shapes, crs)
    assert off(load(file, field_map(tmp_path / "m.toml"), str(tmp_path / "s.gpkg"), TODAY)) == [(3, "swapped")]


@pytest.mark.parametrize("crs", PLANES)
def test_a_row_in_degrees_among_metres(tmp_path: Path, crs: str) -> None:
    shapes = [moved(square(), crs), moved(square(10), crs), moved(square(20, side=1), "EPSG:4326")]
    map = field_map(tmp_path / "m.toml", MAP.replace("EPSG:9210", crs))
    result = load(parcels(tmp_path / "a.gpkg", shapes, crs), map, str(tmp_path / "s.gpkg"), TODAY)
    assert (3, "degrees") in off(result)


@pytest.mark.parametrize(("beyond", "told"), [(1_900, False), (2_100, True)])
def test_communes_of_before_were_cut_otherwise_by_two_kilometres(tmp_path: Path, beyond: float, told: bool) -> None:
    """The middle counts: the parcel of 10 m lies that far north of the box."""
    north = landing._boxes()["25750@2024"][3] + beyond
    shapes = [square(), square(10), square(0, north - NORTH - 5)]
    result = load(parcels(tmp_path / "a.gpkg", shapes), field_map(tmp_path / "m.toml"), str(tmp_path / "s.gpkg"), TODAY)
    assert (off(result) == [(3, "outside")]) is told
    assert result.published is not told


def test_each_row_is_asked_by_its_own_commune(tmp_path: Path) -> None:
    """A file of two communes; the third row lies where the first may, but it is one of the other."""
    two = MAP.replace('commune = "25750"', 'commune = "{XA}"').replace(
        "[edition]",
        """[[store.communes]]
code = "25777"
period = "2024"
kind = "Thị trấn"
name = "Dầu Tiếng"
effective_from = 1997-01-01
[edition]""",
    )
    west, south, east, north = landing._boxes()["25777@2024"]
    there = square((west + east) / 2 - EAST, (south + north) / 2 - NORTH)
    file = parcels(tmp_path / "a.gpkg", [square(), there, square(20)], XA=["25750", "25777", "25777"])
    result = load(file, field_map(tmp_path / "m.toml", two), str(tmp_path / "s.gpkg"), TODAY)
    assert off(result) == [(3, "outside")]


def _areas(at: Path, shapes: Sequence[Any], crs: str, territory: str) -> LoadResult:
    text = STORE_AND_THEME.replace("EPSG:9210", crs).replace('territory = "25750@2024"', f'territory = "{territory}"')
    file = write(at / "t.gpkg", shapes, {"MA": ["A", "B", "C"][: len(shapes)]}, crs)
    return load(file, field_map(at / "m.toml", text), str(at / "s.gpkg"), TODAY)


@pytest.mark.parametrize("territory", ["25750@2024", "25750", "phía nam"])
@pytest.mark.parametrize("crs", PLANES)
def test_areas_of_a_theme_elsewhere_are_told_in_any_plane(tmp_path: Path, crs: str, territory: str) -> None:
    """By the commune of its territory, with its period or without; else by the country alone."""
    right = [moved(square(10 * n), crs) for n in range(3)]
    (tmp_path / "all").mkdir()
    assert codes(_areas(tmp_path / "all", [_swapped(s) for s in right], crs, territory))[0] == "CRS-010"
    (tmp_path / "one").mkdir()
    assert off(_areas(tmp_path / "one", [*right[:2], _swapped(right[2])], crs, territory)) == [(3, "swapped")]
    (tmp_path / "far").mkdir()
    far = moved(square(0, FIVE_KM_OFF), crs)
    assert off(_areas(tmp_path / "far", [*right[:2], far], crs, territory)) == (
        [] if territory == "phía nam" else [(3, "outside")]
    )
    (tmp_path / "right").mkdir()
    assert _areas(tmp_path / "right", right, crs, territory).published


def test_a_road_of_a_plan_may_lead_out_of_the_commune(tmp_path: Path) -> None:
    """40 km long: its middle is far away, its end is not."""
    road = shapely.box(EAST, NORTH + 20, EAST + 5, NORTH + 40_000)
    assert off(_areas(tmp_path, [square(), square(10), road], "EPSG:9210", "25750@2024")) == []


def test_a_country_that_a_plane_does_not_reach_has_nothing_in_it() -> None:
    """PROJ gives numbers for Việt Nam in a zone of California too, from -6 262 km on: places of there, swapped."""
    assert country("EPSG:32610") == country("EPSG:2154") == (np.inf, np.inf, -np.inf, -np.inf)
    west, south, east, north = country("EPSG:32648")
    assert west < 185_000 < 690_000 < east
    assert south < 930_000 < 2_500_000 < north


@pytest.mark.parametrize("crs", PLANES[1:])
def test_degrees_are_told_where_the_territory_is_not_known(tmp_path: Path, crs: str) -> None:
    """One area of three; and all of them."""
    right = [moved(square(10 * n), crs) for n in range(3)]
    degrees = [moved(square(10 * n, side=1), "EPSG:4326") for n in range(3)]
    (tmp_path / "one").mkdir()
    assert (3, "degrees") in off(_areas(tmp_path / "one", [*right[:2], degrees[2]], crs, "phía nam"))
    (tmp_path / "all").mkdir()
    assert codes(_areas(tmp_path / "all", degrees, crs, "phía nam"))[0] == "CRS-012"


def test_small_numbers_in_another_country_are_no_degrees(tmp_path: Path) -> None:
    """As a plane of its own false origin may have them: not of Việt Nam, whatever they are."""
    assert _areas(tmp_path, [shapely.box(10, 40, 30, 60)], "EPSG:2154", "ngoài nước").published


@pytest.mark.parametrize("crs", ["EPSG:32610", "EPSG:2154", "EPSG:3857", "EPSG:26910"])
def test_another_country_s_theme_is_not_judged(tmp_path: Path, crs: str) -> None:
    place = {"EPSG:2154": (5.4, 43.5)}.get(crs, (-122.27, 37.8))
    ground = moved(shapely.box(*place, place[0] + 0.001, place[1] + 0.001), crs, "EPSG:4326")
    assert _areas(tmp_path, [ground], crs, "ngoài nước").published


@pytest.mark.parametrize("crs", ["HN-72", "HN72 / zone 18", "EPSG:2044", "EPSG:4147", "Hanoi 1972 / 18"])
def test_hn72_is_known(crs: str) -> None:
    assert is_hn72(crs)
    assert not is_hn72("EPSG:9210")


@pytest.mark.parametrize("zone", ZONES)
def test_a_zone_on_wgs84_has_lost_its_datum(zone: str) -> None:
    stated = f"+proj=tmerc +lat_0=0 +lon_0={_meridian(zone)} +k=0.9999 +x_0=500000 +y_0=0 +datum=WGS84 +units=m"
    assert lost_datum(stated) == zone
    assert lost_datum(zone) == lost_datum("EPSG:32648") == lost_datum("EPSG:4326") == ""


def test_vn2000_by_its_parameters_has_not_lost_its_datum() -> None:
    shift = ",TOWGS84[-191.90441429,-39.30318279,-111.45032835,0.00928836,-0.01975479,0.00427372,0.252906278]"
    assert lost_datum(PRJ.format(name="WGS 84", datum="WGS_1984", shift=shift)) == ""
    assert lost_datum(PRJ.format(name="WGS 84", datum="WGS_1984", shift="")) == "EPSG:9210"


def _meridian(zone: str) -> float:
    degrees, _, minutes = ZONES[zone].partition("°")
    return int(degrees) + int(minutes.rstrip("'")) / 60


def _by_hand(xy: Any, rotation: int) -> Any:
    """VN-2000 plane → WGS 84 → back as if nothing had been done wrong: Helmert written out, in ECEF metres.

    ``rotation`` −1 uses the signs of the rotations the other way round.
    """
    a, e2 = 6378137.0, 0.00669437999014
    lon, lat = np.radians(pyproj.Transformer.from_crs("EPSG:9210", "EPSG:4756", always_xy=True).transform(*xy.T))
    n = a / np.sqrt(1 - e2 * np.sin(lat) ** 2)
    p = np.array([n * np.cos(lat) * np.cos(lon), n * np.cos(lat) * np.sin(lon), n * (1 - e2) * np.sin(lat)])
    rx, ry, rz = rotation * np.radians(np.array([-0.00928836, 0.01975479, -0.00427372]) / 3600)
    turn = np.array([[1, rz, -ry], [-rz, 1, rx], [ry, -rx, 1]])
    x, y, z = np.array([[-191.90441429], [-39.30318279], [-111.45032835]]) + (1 + 0.252906278e-6) * turn @ p
    out, r = np.arctan2(z, np.hypot(x, y)), np.hypot(x, y)
    for _ in range(8):
        out = np.arctan2(z + e2 * a / np.sqrt(1 - e2 * np.sin(out) ** 2) * np.sin(out), r)
    return np.degrees(np.column_stack([np.arctan2(y, x), out]))


def test_the_displacements_are_those_of_the_field() -> None:
    """226 m, 0.55 m and 0.8 m (``geo.md`` §1.2), by formulas written out here."""
    known = {"null": (226, 1.0), "sign": (0.55, 0.02), "EPSG:5194": (0.80, 0.01)}
    for name, moves in shifts("EPSG:9210").items():
        for move in moves:
            assert np.hypot(*(move(HERE) - HERE).T) == pytest.approx(known[name][0], abs=known[name][1])
    right, wrong = _by_hand(HERE, 1), _by_hand(HERE, -1)
    there = pyproj.Transformer.from_crs("EPSG:9210", "EPSG:4756", always_xy=True)
    back_null = np.column_stack(there.transform(*right.T, direction="INVERSE"))
    assert shifts("EPSG:9210")["null"][1](HERE) == pytest.approx(back_null, abs=1e-3)
    assert np.hypot(*(np.column_stack(there.transform(*wrong.T, direction="INVERSE")) - back_null).T) == pytest.approx(
        0.55, abs=0.02
    )


def _held_and(tmp_path: Path, shapes: list[Any], crs: str = "EPSG:9210") -> list[str]:
    """Nine parcels are held; then comes a file of those beside them."""
    url, first = str(tmp_path / "s.gpkg"), [square(11 * i, 9 * i) for i in range(9)]
    assert load(parcels(tmp_path / "a.gpkg", first), field_map(tmp_path / "a.toml"), url, TODAY).published
    map = field_map(tmp_path / "b.toml", MAP.replace('territory = "25750@2024"', 'territory = "khác"'))
    numbers = [str(100 + i) for i in range(len(shapes))]
    result = load(parcels(tmp_path / "b.gpkg", shapes, crs, THUA=numbers), map, url, date(2026, 11, 25), new=False)
    return codes(result)


BESIDE = [square(11 * i + 10, 9 * i) for i in range(9)]
"""Each shares two corners with one that is held."""


def test_neighbours_that_meet_are_fine(tmp_path: Path) -> None:
    assert _held_and(tmp_path, BESIDE) == ["EDI-003"]


def test_corners_that_meet_speak_for_a_file_whatever_else_they_meet(tmp_path: Path) -> None:
    """A pattern that repeats itself at the very distance of an ignored datum: the file meets its neighbours unmoved."""
    move = shifts("EPSG:9210")["null"][1]
    again = [shapely.transform(shape, move) for shape in BESIDE[:6]]
    url, first = str(tmp_path / "s.gpkg"), [square(11 * i, 9 * i) for i in range(9)]
    assert load(parcels(tmp_path / "a.gpkg", first + again), field_map(tmp_path / "a.toml"), url, TODAY).published
    map = field_map(tmp_path / "b.toml", MAP.replace('territory = "25750@2024"', 'territory = "khác"'))
    beside = parcels(tmp_path / "b.gpkg", BESIDE, THUA=[str(100 + i) for i in range(9)])
    assert codes(load(beside, map, url, date(2026, 11, 25), new=False)) == ["EDI-003"]


@pytest.mark.parametrize("way", [0, 1])
@pytest.mark.parametrize(("name", "code"), [("null", "CRS-014"), ("sign", "CRS-015"), ("EPSG:5194", "CRS-015")])
def test_a_displaced_file_is_found_against_its_neighbours(tmp_path: Path, name: str, code: str, way: int) -> None:
    move = shifts("EPSG:9210")[name][way]
    displaced = [shapely.transform(shape, move) for shape in BESIDE]
    assert code in _held_and(tmp_path, displaced)


def test_wgs84_made_by_another_operation_is_found(tmp_path: Path) -> None:
    """What geopandas and PostGIS write south of 11.04°N unless told otherwise: PROJ's own choice, EPSG:5194."""
    codes_ = _held_and(tmp_path, [moved(shape, "EPSG:4326") for shape in BESIDE], "EPSG:4326")
    assert "CRS-015" in codes_


def test_wgs84_made_by_the_wrong_sign_is_found(tmp_path: Path) -> None:
    wrong = [shapely.transform(shape, lambda xy: _by_hand(xy, -1)) for shape in BESIDE]
    assert "CRS-015" in _held_and(tmp_path, wrong, "EPSG:4326")


def test_wgs84_made_by_no_operation_is_refused(tmp_path: Path) -> None:
    there = pyproj.Transformer.from_crs("EPSG:9210", "EPSG:4756", always_xy=True)
    null = [shapely.transform(s, lambda xy: np.column_stack(there.transform(*xy.T))) for s in BESIDE]
    assert "CRS-014" in _held_and(tmp_path, null, "EPSG:4326")


def test_wgs84_made_rightly_is_fine(tmp_path: Path) -> None:
    right = [shapely.transform(shape, lambda xy: _by_hand(xy, 1)) for shape in BESIDE]
    assert _held_and(tmp_path, right, "EPSG:4326") == ["CRS-008", "EDI-003"]


def test_where_nothing_is_held_it_is_said_what_cannot_be_known(tmp_path: Path) -> None:
    far = [shapely.affinity.translate(moved(s, "EPSG:4326"), 0.006, 0.0) for s in BESIDE]
    assert "CRS-016" in _held_and(tmp_path, far, "EPSG:4326")


def _swapped(shape: Any) -> Any:
    return shapely.transform(shape, lambda xy: xy[:, ::-1])


ELSEWHERE = MAP.replace("EPSG:9210", "EPSG:9211").replace('"25750"', '"26734"').replace("25750@2024", "26734@2024")
"""A store of another province in the zone of 106°00', whose communes nobody knows the place of here."""


def _far(east: float = 0.0) -> Any:
    return shapely.box(420_000 + east, 1_150_000, 420_010 + east, 1_150_010)


@pytest.mark.parametrize("crs", ["EPSG:9210", "EPSG:9211", "EPSG:32648"])
def test_swapped_axes_are_told_in_a_store_of_any_plane(tmp_path: Path, crs: str) -> None:
    """The ground of Phú Hòa is known whatever the plane of the store is."""
    map = field_map(tmp_path / "m.toml", MAP.replace("EPSG:9210", crs))
    url = str(tmp_path / "s.gpkg")
    wrong = parcels(tmp_path / "w.gpkg", [_swapped(moved(square(10 * n), crs)) for n in range(3)], crs=crs)
    assert codes(load(wrong, map, url, TODAY))[0] == "CRS-010"
    right = parcels(tmp_path / "r.gpkg", [moved(square(10 * n), crs) for n in range(3)], crs=crs)
    assert load(right, map, url, TODAY).published


def test_swapped_axes_are_told_where_the_communes_are_not_known(tmp_path: Path) -> None:
    map, url = field_map(tmp_path / "m.toml", ELSEWHERE), str(tmp_path / "s.gpkg")
    wrong = parcels(tmp_path / "w.gpkg", [_swapped(_far(10 * n)) for n in range(3)], crs="EPSG:9211")
    result = load(wrong, map, url, TODAY)
    assert codes(result)[0] == "CRS-010"
    assert "Việt Nam" in result.findings[0].params["territory"]["vi"]
    one = parcels(tmp_path / "o.gpkg", [_far(), _far(10), _swapped(_far(20))], crs="EPSG:9211")
    result = load(one, map, url, TODAY)
    assert [f.kind.code for f in result.findings if f.refuses] == ["GEO-030"]
    (finding,) = (f for f in result.findings if f.refuses)
    assert [(p.row, p.detail) for p in finding.places] == [(3, "swapped")]
    right = parcels(tmp_path / "r.gpkg", [_far(), _far(10)], crs="EPSG:9211")
    assert load(right, map, url, TODAY).published


def test_a_far_island_is_not_refused_for_want_of_a_cause(tmp_path: Path) -> None:
    """Trường Sa Lớn lies at 111.92° E, 8.64° N: beyond the mainland's box, and no reading of it is a mistake."""
    map = field_map(tmp_path / "m.toml", ELSEWHERE)
    island = moved(shapely.box(111.92, 8.64, 111.9201, 8.6401), "EPSG:9211", "EPSG:4326")
    assert load(parcels(tmp_path / "a.gpkg", [island], crs="EPSG:9211"), map, str(tmp_path / "s.gpkg"), TODAY).published


def test_a_plane_that_is_none_of_vietnam_is_not_judged(tmp_path: Path) -> None:
    map = field_map(tmp_path / "m.toml", ELSEWHERE.replace("EPSG:9211", "EPSG:32610"))
    file = parcels(tmp_path / "a.gpkg", [shapely.box(564_000, 4_190_000, 564_010, 4_190_010)], crs="EPSG:32610")
    assert load(file, map, str(tmp_path / "s.gpkg"), TODAY).published


@pytest.mark.parametrize("new", [True, False])
def test_a_first_load_that_changed_the_datum_says_that_nothing_can_be_compared(tmp_path: Path, new: bool) -> None:
    url, map = str(tmp_path / "s.gpkg"), field_map(tmp_path / "m.toml")
    if not new:
        far = parcels(tmp_path / "f.gpkg", [square(3000, 2000)], THUA=["77"])
        assert load(far, map, url, TODAY).published
        map = field_map(tmp_path / "n.toml", MAP.replace('territory = "25750@2024"', 'territory = "khác"'))
    for crs, said in (("EPSG:9210", not new), ("EPSG:4326", True)):
        file = parcels(tmp_path / f"{crs[5:]}.gpkg", [moved(square(), crs)], crs=crs)
        result = load(file, map, url + crs[5:] if new else url, date(2026, 11, 25), new=new, draft=True)
        assert ("CRS-016" in codes(result)) is said
