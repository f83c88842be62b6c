"""What lies between drawings, by hand: strips from a length on, the frame of a sheet, a ring that ends at its start."""

from __future__ import annotations

import math
from datetime import date, timedelta
from typing import Any

import amount
import numpy as np
import pytest
import shapely
from files_to_load import RULEBOOK, TODAY
from hypothesis import given, settings
from hypothesis import strategies as st
from shapely import Polygon, box

from landinfo.intake import neighbours
from landinfo.intake.close import close_pairs
from landinfo.intake.limits import read_limits
from landinfo.intake.repair import without_doubles

LIMITS = read_limits(RULEBOOK.rules, TODAY)
NO_END = (TODAY, None)


def shapes(*drawn: Any) -> Any:
    return np.array(drawn, dtype=object)


@pytest.mark.parametrize(("long", "found"), [(0.5, []), (1.0, [0.2]), (20.0, [4.0])])
def test_a_strip_is_three_times_longer_than_what_is_looked_for(long: float, found: list[float]) -> None:
    """0.2 m between two lots; up to 0.3 m is looked for, so from half of its outline 0.9 m on it is a strip."""
    apart = shapes(box(0, 0, 10, long), box(10.2, 0, 20, long))
    assert [strip.area for strip in neighbours.strips(apart, LIMITS)] == pytest.approx(found)


def test_a_strip_on_which_something_stands_is_none() -> None:
    filled = shapes(box(0, 0, 10, 20), box(10.2, 0, 20, 20), box(10.01, 0.01, 10.19, 19.99))
    assert [strip for strip in neighbours.strips(filled, LIMITS) if strip.area > 0.5] == []


@pytest.mark.parametrize(("covered", "is_frame"), [(1.0, True), (0.6, False)])
def test_a_frame_covers_three_parcels_whole(covered: float, is_frame: bool) -> None:
    lots = [box(20 * n, 0, 20 * n + 10, 10) for n in range(3)]
    frame = box(-1, -1, 60, 10 * covered + (1 if is_frame else 0))
    drawn = shapes(frame, *lots)
    found = neighbours.overlaps(drawn, [NO_END] * 4, LIMITS)
    assert len(found) == 3
    assert neighbours.frames(drawn, found) == ({0} if is_frame else set())


def test_two_parcels_covered_are_not_enough_for_a_frame() -> None:
    drawn = shapes(box(-1, -1, 60, 11), box(0, 0, 10, 10), box(20, 0, 30, 10))
    assert neighbours.frames(drawn, neighbours.overlaps(drawn, [NO_END] * 3, LIMITS)) == set()


def test_a_ring_that_ends_beside_its_first_corner_loses_the_last() -> None:
    """0.4 mm from the first corner, where corners nearer than 1 mm are one."""
    ring = Polygon([(0, 0), (10, 0), (10, 10), (0, 10), (0, 0.0004)])
    mended = without_doubles(ring, LIMITS.vertex_distance)
    assert mended is not None
    assert shapely.get_coordinates(mended).tolist() == [[0, 0], [10, 0], [10, 10], [0, 10], [0, 0]]


def test_a_parcel_of_several_parts_is_never_said_to_fit() -> None:
    """Its own parts may lie on each other, which the check of a coverage does not see."""
    twice = shapely.MultiPolygon([box(0, 0, 10, 10), box(0, 0, 10, 10)])
    assert neighbours.fitting(shapes(twice, box(10, 0, 20, 10), box(20, 0, 30, 10))).tolist() == [False, True, True]


def test_a_drawing_that_ends_on_the_day_another_begins_does_not_overlap_it() -> None:
    drawn, day = shapes(box(0, 0, 10, 10), box(5, 0, 15, 10)), date(2022, 1, 1)
    for spans in ([(date(2020, 1, 1), day), (day, None)], [(day, None), (date(2020, 1, 1), day)]):
        assert neighbours.overlaps(drawn, spans, LIMITS) == []
    (one,) = neighbours.overlaps(drawn, [(date(2020, 1, 1), day + timedelta(days=1)), (day, None)], LIMITS)
    assert one.area == pytest.approx(50)


def test_a_hole_that_one_drawing_leaves_out_is_no_gap() -> None:
    """A courtyard of 3 m² in one lot; the same place between two lots is a gap."""
    court = box(4, 4, 5, 7)
    alone = shapes(box(0, 0, 10, 10).difference(court), box(10, 0, 20, 10))
    assert list(neighbours.gaps(alone, ["1", "1"], LIMITS)) == []
    parted = shapes(box(0, 0, 4.5, 10).difference(court), box(4.5, 0, 10, 10).difference(court))
    assert [gap.area for gap in neighbours.gaps(parted, ["1", "1"], LIMITS)] == pytest.approx([3])


@given(
    st.lists(st.tuples(st.integers(0, 15), st.integers(0, 15)), min_size=2, max_size=40),
    st.sampled_from([1.0, 2.5, 7.0]),
)
@settings(max_examples=amount.of(80, 2000), deadline=None)
def test_close_pairs_are_those_of_measuring_each_with_each(corners: list[tuple[int, int]], distance: float) -> None:
    xy = np.array(corners, dtype=float)
    different = np.unique(xy, axis=0)
    wanted = {
        (tuple(a), tuple(b))
        for a in different.tolist()
        for b in different.tolist()
        if a != b and math.dist(a, b) <= distance
    }
    places, near = close_pairs(xy, distance)
    named = [tuple(place) for place in places.tolist()]
    assert {(named[a], named[b]) for a, others in near.items() for b in others} == wanted
