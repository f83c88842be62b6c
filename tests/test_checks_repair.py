"""Safe repairs: what is mended, what is kept, and that no corner moves farther than the tolerance."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
import shapely
from files_to_load import (
    BOW,
    EAST,
    MAP,
    NORTH,
    RULEBOOK,
    TODAY,
    codes,
    field_map,
    held,
    load,
    parcels,
    ring_wkb,
    square,
)
from hypothesis import given, settings
from hypothesis import strategies as st

from landinfo.intake.limits import Limits, read_limits
from landinfo.intake.load import LoadResult
from landinfo.intake.repair import mend, snapped, without_doubles

LIMITS: Limits = read_limits(RULEBOOK.rules, TODAY)
SAFE = 'repair = "safe"'


def ring(*corners: tuple[float, float]) -> Any:
    return shapely.Polygon([(EAST + x, NORTH + y) for x, y in corners])


def safe(at: Path, *shapes: Any, asked: str = SAFE, **columns: Any) -> LoadResult:
    file = parcels(at / "a.gpkg", list(shapes), **columns)
    return load(file, field_map(at / "a.toml", source=asked), str(at / "s.gpkg"), TODAY)


def drawn(at: Path) -> list[Any]:
    return [parcel.shape for parcel in held(str(at / "s.gpkg"))[2]]


OPEN = ring_wkb((20, 0), (30, 0), (30, 10), (20, 10))
DOUBLED = ring((20, 0), (30, 0), (30, 0.0004), (30, 10), (20, 10))
NEAR = ring((10.015, 0), (20, 0), (20, 10), (10, 10.015))
"""Beside square(): two of its corners lie 15 mm off those of the neighbour."""
HOLED = shapely.Polygon(
    shapely.get_coordinates(square(20)), [[(EAST + x, NORTH + y) for x, y in ((22, 2), (25, 2), (25, 5), (22, 5))]]
)
assert shapely.is_ccw(HOLED.exterior) == shapely.is_ccw(HOLED.interiors[0])


@pytest.mark.parametrize(
    ("code", "shape", "before", "after"),
    [
        ("GEO-020", OPEN, None, 100.0),
        ("GEO-021", DOUBLED, 100.0, 100.0),
        ("GEO-022", HOLED, 91.0, 91.0),
        # The trapezium (10.015, 0) (20, 0) (20, 10) (10, 10.015): shoelace by hand, then the square of 10 m.
        ("GEO-023", NEAR, (9.985 * 10 + 10 * 10) / 2 + 0.075, 100.0),
    ],
)
def test_each_repair_is_named_with_the_areas(tmp_path: Path, code: str, shape: Any, before: Any, after: float) -> None:
    result = safe(tmp_path, square(), shape)
    (place,) = next(f for f in result.findings if f.kind.code == code).places
    assert result.published
    assert place.row == 2
    assert drawn(tmp_path)[1].area == pytest.approx(after, abs=1e-9)
    if before is not None:
        assert place.detail == f"{before:.3f} → {after:.3f} m²"


@pytest.mark.parametrize(("shape", "code"), [(DOUBLED, "GEO-011"), (HOLED, "GEO-013")])
def test_nothing_is_mended_unasked(tmp_path: Path, shape: Any, code: str) -> None:
    result = safe(tmp_path, square(), shape, asked="")
    assert code in codes(result)
    assert not {"GEO-020", "GEO-021", "GEO-022", "GEO-023"} & set(codes(result))
    assert result.originals == ()
    assert drawn(tmp_path)[1].wkb == shape.wkb


def test_what_was_mended_is_found_no_more(tmp_path: Path) -> None:
    result = safe(tmp_path, square(), NEAR, DOUBLED)
    assert not {"GEO-011", "GEO-013", "TOP-002", "TOP-004"} & set(codes(result))


def test_originals_are_kept_as_they_came(tmp_path: Path) -> None:
    result = safe(tmp_path, square(), DOUBLED, square(40))
    (kept,) = result.originals
    assert (kept.row, kept.name, kept.shape.wkb) == (2, "12/2", DOUBLED.wkb)
    assert kept.mended.wkb == drawn(tmp_path)[1].wkb


def test_an_open_ring_is_kept_as_the_line_it_was(tmp_path: Path) -> None:
    (kept,) = safe(tmp_path, square(), OPEN).originals
    assert shapely.get_coordinates(kept.shape).tolist() == [
        [EAST + x, NORTH + y] for x, y in ((20, 0), (30, 0), (30, 10), (20, 10))
    ]


def test_the_original_of_make_valid_is_kept_too(tmp_path: Path) -> None:
    (kept,) = safe(tmp_path, square(20), BOW, asked='repair = "make_valid"').originals
    assert (kept.row, kept.shape.wkb) == (2, BOW.wkb)


def test_a_broken_boundary_is_no_safe_repair(tmp_path: Path) -> None:
    result = safe(tmp_path, square(20), BOW)
    assert not result.published
    assert "GEO-003" in codes(result)


def test_an_open_ring_that_crosses_itself_stays_refused(tmp_path: Path) -> None:
    result = safe(tmp_path, square(20), ring_wkb((0, 0), (10, 10), (10, 0), (0, 8)))
    assert [f.kind.code for f in result.findings if f.refuses] == ["GEO-003"]


def test_the_first_in_the_file_stays_and_the_next_moves() -> None:
    shapes = np.array([square(), NEAR], dtype=object)
    moved, left = snapped(shapes, LIMITS.snap_distance)
    assert left == set()
    assert list(moved) == [1]
    assert shapely.equals(moved[1], square(10))


def test_a_corner_farther_than_the_tolerance_stays() -> None:
    far = ring((10.0201, 0), (20, 0), (20, 10), (10.0201, 10))
    assert snapped(np.array([square(), far], dtype=object), 0.02) == ({}, set())


def test_corners_that_neighbours_share_move_together() -> None:
    """A third parcel that stands on the moved corner goes with it: what touched before touches after."""
    above = ring((10.015, 0), (20, 0), (20, -10), (10.015, -10))
    shapes = np.array([square(), NEAR, above], dtype=object)
    moved, _ = snapped(shapes, LIMITS.snap_distance)
    assert sorted(moved) == [1, 2]
    assert (EAST + 10, NORTH) in set(map(tuple, shapely.get_coordinates(moved[2])))


def test_two_corners_of_one_parcel_never_become_one() -> None:
    """A jog of 1.5 cm is drawn on purpose; the neighbour's corner lies between."""
    jog = ring((10, 5), (20, 5), (20, 15), (9.99, 15), (9.99, 5.01))
    other = ring((0, 0), (9.995, 0), (9.995, 5.005), (0, 5))
    moved, _ = snapped(np.array([other, jog], dtype=object), LIMITS.snap_distance)
    shape = moved.get(1, jog)
    assert len(np.unique(shapely.get_coordinates(shape), axis=0)) == 5


COORDINATE = st.floats(-0.03, 0.03, allow_nan=False)


@settings(max_examples=150, deadline=None)
@given(st.lists(COORDINATE, min_size=64, max_size=64), st.integers(1, 4))
def test_no_corner_moves_farther_than_the_tolerance(shaken: list[float], across: int) -> None:
    """A grid whose corners are all shaken, each parcel on its own: what comes out is within 2 cm of what went in."""
    squares = [square(10.0 * (n % across), 10.0 * (n // across)) for n in range(8)]
    offsets = np.array(shaken).reshape(8, 4, 2)
    shapes = np.array(
        [shapely.Polygon(shapely.get_coordinates(s)[:-1] + o) for s, o in zip(squares, offsets, strict=True)],
        dtype=object,
    )
    mended = mend(shapes, LIMITS, lambda code, i, detail, mark: None)
    for before, after in zip(shapes, mended, strict=True):
        assert after.is_valid
        old, new = shapely.get_coordinates(before), shapely.get_coordinates(after)
        assert len(new) == len(old)
        assert np.hypot(*(new - old).T).max() <= LIMITS.snap_distance + 1e-9
    again = mend(mended, LIMITS, lambda code, i, detail, mark: None)
    assert all(shapely.equals_exact(a, b, 0) for a, b in zip(mended, again, strict=True))


@given(st.lists(st.tuples(st.floats(0, 10), st.floats(0, 10)), min_size=3, max_size=12, unique=True))
def test_corners_that_go_lie_on_one_that_stays(points: list[tuple[float, float]]) -> None:
    shape = shapely.Polygon(points)
    thinned = without_doubles(shape, 0.001)
    if thinned is not None:
        kept = shapely.MultiPoint(shapely.get_coordinates(thinned))
        assert all(kept.distance(shapely.Point(p)) <= 0.001 * len(points) for p in points)


def test_an_unknown_repair_is_refused(tmp_path: Path) -> None:
    file = parcels(tmp_path / "a.gpkg")
    map = field_map(tmp_path / "a.toml", MAP, source='repair = "all"')
    assert codes(load(file, map, str(tmp_path / "s.gpkg"), TODAY)) == ["MAP-002"]


def test_a_shape_that_would_break_is_left_and_named(tmp_path: Path) -> None:
    """Both ends of the short edge of a wedge lie near one corner of the neighbour: moved, they would be one."""
    neighbour = ring((10.0, -0.005), (20, -10), (20, -0.005))
    wedge = ring((-10, 0), (10, 0), (10, 0.01))
    result = safe(tmp_path, neighbour, wedge)
    (place,) = next(f for f in result.findings if f.kind.code == "GEO-024").places
    assert place.row == 2
    assert drawn(tmp_path)[1].wkb == wedge.wkb
    assert result.originals == ()


def test_near_corners_of_one_parcel_are_nobodys_business() -> None:
    """A jog of 1.4 cm in a parcel without neighbours: nothing is moved, and nothing is said to have been left."""
    jog = ring((0, 0), (10, 0), (10, 5), (10.01, 5.01), (10.01, 10), (0, 10))
    assert snapped(np.array([jog], dtype=object), LIMITS.snap_distance) == ({}, set())
