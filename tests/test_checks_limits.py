"""Where the checks draw the line: sizes, scales, times and cells on both sides of it."""

from __future__ import annotations

from pathlib import Path

import files_to_load as office
import pytest
import shapely
import shapely.affinity
from files_to_load import EAST, NORTH, TODAY, codes, field_map, load, square, write
from test_checks import CASES, CCW, DAYS, HOLE_CW, PLAN, USE, Case, box, finding, loaded, plan, ring, shapes, uses

from landinfo.coordinates_source import way
from landinfo.intake.uses import read_uses


@pytest.mark.parametrize(
    ("cell", "parts", "plain", "read"),
    [
        ("ODT", [("ODT", None)], True, True),
        ("ONT+CLN", [("ONT", None), ("CLN", None)], False, True),
        ("ODT 100 + CLN 257.5", [("ODT", "100"), ("CLN", "257.5")], False, True),
        ("ODT: 100m2; CLN: 257,5 m²", [("ODT", "100"), ("CLN", "257.5")], False, True),
        ("ODT(100)+CLN", [("ODT", "100"), ("CLN", None)], False, True),
        ("T+LNK", [("T", None), ("LNK", None)], False, True),
        ("Hg/b", [("Hg/b", None)], True, True),
        ("Hg/b+T", [("Hg/b", None), ("T", None)], False, True),
        ("ODT/CLN", [("ODT", None), ("CLN", None)], False, True),
        ("ODT/CLN 50", [("ODT", None), ("CLN", None)], False, True),
        ("2L", [("2L", None)], True, True),
        ("ONT*", [("ONT", None)], False, False),
        ("ODT 1.234", [("ODT 1.234", None)], False, False),
        ("đất ở đô thị 12", [("đất ở đô thị 12", None)], False, False),
        ("ODT 10 + ?", [("ODT 10 + ?", None)], False, False),
    ],
)
def test_cells_of_land_use(cell: str, parts: list[tuple[str, str | None]], plain: bool, read: bool) -> None:
    told = read_uses(cell, office.RULEBOOK.land_use_types)
    assert [(code, None if area is None else str(area)) for code, area in told.parts] == parts
    assert (told.plain, told.read) == (plain, read)


def test_areas_beside_codes_are_those_of_the_uses(tmp_path: Path) -> None:
    loaded(tmp_path, Case({}, {}, more=USE), uses("ODT 100 + CLN 257.5"), "uses")
    (parcel,) = office.held(str(tmp_path / "uses-store.gpkg"))[2]
    assert [(u.code, u.regime, str(u.area)) for u in parcel.land_uses] == [
        ("ODT", "2024", "100"),
        ("CLN", "2024", "257.5"),
    ]


def test_a_declared_coverage_is_to_be_filled_to_its_edge(tmp_path: Path) -> None:
    """The plan fills 30 m × 10 m of a declared 30 m × 12 m: 60 m² have no designation; around a box none are missed."""
    write(tmp_path / "ranh.geojson", [box(0, 0, 30, 12)], {"x": ["1"]})
    given = plan("A", at=(box(0, 0, 30, 10),))
    declared = loaded(tmp_path, Case({}, {}, map=PLAN.replace("hull_of_features", "file:ranh.geojson")), given, "file")
    (place,) = finding(declared, "THE-005").places
    assert place.detail == "60.0 m²"
    assert "THE-005" not in codes(loaded(tmp_path, Case({}, {}, map=PLAN), given, "hull"))


@pytest.mark.parametrize(
    ("scale", "area", "found"),
    [
        ("200", "99.1", False),
        ("200", "98.9", True),
        ("2000", "95.3", False),
        ("5000", "95.3", False),
        ("", "97.1", False),
    ],
)
def test_the_tolerance_goes_by_the_scale_of_the_map(tmp_path: Path, scale: str, area: str, found: bool) -> None:
    """A square of 10 m: twice 10 m × the error of a corner. 1.0 m² at 1:200 (5 cm), 3.0 at 1:1000, 6.0 at 1:2000;
    where no scale stands 1:1000 is taken.
    """
    sections = (("parcel", 'registered_area = { value = "{DT}" }\nmap_scale = "{TL}"'),)
    result = loaded(tmp_path, Case({}, {}, sections=sections), {"shapes": [square()], "DT": [area], "TL": [scale]}, "a")
    assert ("PAR-019" in codes(result)) is found


def test_missing_numbers_are_named_with_the_row_after_them(tmp_path: Path) -> None:
    given = {"shapes": [square(10 * n) for n in range(4)], "THUA": ["9", "3", "5", "6"]}
    places = finding(loaded(tmp_path, Case({}, {}), given, "a"), "PAR-020").places
    assert [(p.row, p.detail) for p in places] == [(3, "4"), (1, "7–8")]


def test_a_gap_too_small_to_be_registered_is_not_mentioned(tmp_path: Path) -> None:
    """A notch of 0.2 m × 0.2 m = 0.04 m² is below half of the 0.1 m² of registers; 0.25 m × 0.25 m is not."""
    for side, found in ((0.2, False), (0.25, True)):
        notch = [(20, 5 + side), (20 + side, 5 + side), (20 + side, 5), (20, 5)]
        given = shapes(ring((20, 0), (30, 0), (30, 10), (20, 10), *notch))
        assert ("TOP-003" in codes(loaded(tmp_path, Case({}, {}), given, f"n{side}"))) is found


def test_an_overlap_too_small_to_be_registered_is_not_mentioned(tmp_path: Path) -> None:
    """4 mm × 10 m is 0.04 m², 6 mm × 10 m is 0.06."""
    for over, found in ((0.004, False), (0.006, True)):
        given = shapes(box(20 - over, 0, 30, 10))
        assert ("TOP-002" in codes(loaded(tmp_path, Case({}, {}), given, f"o{over}"))) is found


def test_a_hole_that_one_parcel_leaves_out_is_no_gap(tmp_path: Path) -> None:
    pond = shapely.affinity.translate(ring(*CCW, hole=HOLE_CW), 20)
    assert "TOP-003" not in codes(loaded(tmp_path, Case({}, {}), shapes(pond), "pond"))


def test_a_gap_that_another_sheet_fills_is_none(tmp_path: Path) -> None:
    case = CASES["TOP-003"]
    filled = [*case.faulty["shapes"], box(20, 5, 21, 8)]
    result = loaded(tmp_path, case, {"shapes": filled, "TO": ["12", "12", "12", "13"]}, "filled")
    assert not {"TOP-001", "TOP-003"} & set(codes(result))


def test_the_time_before_does_not_overlap_either(tmp_path: Path) -> None:
    """The same as above with the rows the other way round: the later parcel stands first in the file."""
    days = {"D1": ["2024-01-01", "2020-01-01"], "D2": ["", "2024-01-01"], "THUA": ["1", "2"]}
    result = loaded(tmp_path, Case({}, {}, sections=DAYS), {"shapes": [square(), square(5)], **days}, "before")
    assert "TOP-001" not in codes(result)


def test_a_strip_that_two_plans_share_is_digitising_noise(tmp_path: Path) -> None:
    for over, found in ((0.29, False), (0.31, True)):
        given = plan("A", "B", at=(box(0, 0, 10, 10), box(10 - over, 0, 20, 10)))
        result = loaded(tmp_path, Case({}, {}, map=PLAN), given, f"p{over}")
        assert ("THE-004" in codes(result)) is found


def test_places_found_in_the_files_own_system_lie_in_the_plane_of_the_store(tmp_path: Path) -> None:
    """x and y as the file gives them, for its own program; the mark where the store has it."""
    zone = way("EPSG:9210", "EPSG:9211", ()).convert
    file = write(tmp_path / "a.gpkg", [zone(office.BOW)], {"TO": ["1"], "THUA": ["1"]}, crs="EPSG:9211")
    result = load(file, field_map(tmp_path / "a.toml"), str(tmp_path / "s.gpkg"), TODAY)
    (place,) = finding(result, "GEO-003").places
    crossing = shapely.Point(EAST + office.BOW_X, NORTH + office.BOW_X)
    assert place.mark is not None
    assert place.mark.distance(crossing) < 0.01
    assert shapely.Point(place.x, place.y).distance(zone(crossing)) < 0.01
    assert place.mark.distance(shapely.Point(place.x, place.y)) > 20_000
