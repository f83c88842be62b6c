"""Many polygons as arrays, beside shapely, which goes from one to the next."""

from __future__ import annotations

import random
from collections.abc import Sequence
from typing import Any

import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st
from tiled import EXTENT, PLANE, tile_of, unit

from landinfo import grid, rings
from landinfo.rings import Rings

CRS = "EPSG:9210"
EAST, NORTH = 600_000.0, 1_220_000.0
SPECK = 6
"""Square units of a tile's grid: so little may be rounded away, or not, where a shape is cut."""
CORNERS = st.lists(st.tuples(st.integers(0, 12), st.integers(0, 12)), min_size=1, max_size=9)


def packed(each: list[list[tuple[int, int]]]) -> Rings:
    corners = np.array([corner for ring in each for corner in ring], dtype=np.int64).reshape(-1, 2).T
    return Rings(corners, np.array([len(ring) for ring in each], dtype=np.int64))


def unpacked(held: Rings) -> list[list[tuple[float, float]]]:
    edges = zip(held.start.tolist(), (held.start + held.count).tolist(), strict=True)
    return [[tuple(corner) for corner in held.corners.T[begin:end].tolist()] for begin, end in edges]


def behind(each: Sequence[bytes]) -> tuple[bytes, Any, Any]:
    """Something stands in front of the first."""
    length = np.array([len(one) for one in each], dtype=np.int64)
    return b"\1" + b"".join(each), 1 + np.cumsum(length) - length, length


def is_one_area(ring: list[Any]) -> bool:
    return len(ring) >= 3 and bool(shapely.Polygon(ring).is_valid) and shapely.Polygon(ring).area > 0


@given(st.lists(CORNERS, max_size=6))
@settings(max_examples=400, deadline=None)
def test_a_ring_is_simple_where_shapely_says_that_it_is_valid(each: list[list[tuple[int, int]]]) -> None:
    held = rings.spread(packed(each))
    # a ring that begins anew in its own corner is spread out to less than one
    bare = unpacked(held)
    assert (rings.ways(held) != 0).tolist() == [is_one_area(ring) for ring in bare]
    assert rings._apart(held.chosen(held.count >= 3)).tolist() == [is_one_area(ring) for ring in bare if len(ring) >= 3]


def test_a_ring_that_goes_around_twice_is_not_simple() -> None:
    """Always onward around its middle, and the second time beside the first: no edge turns back."""
    pentagram = [(100, 0), (-81, 59), (31, -95), (31, 95), (-81, -59)]
    star = [(100, 0), (31, 95), (-81, 59), (-81, -59), (31, -95)]
    assert (rings.ways(packed([pentagram, star, star[::-1]])) != 0).tolist() == [False, True, True]


def test_a_ring_of_too_many_corners_is_left_to_shapely() -> None:
    comb = [(x, y) for n in range(20) for x, y in ((4 * n, 0), (4 * n, 9), (4 * n + 1, 9), (4 * n + 1, 0))]
    many = [*comb, (78, -5), (0, -5)]
    assert len(many) > rings.MOST_CORNERS
    assert shapely.Polygon(many).is_valid
    assert (rings.ways(packed([many])) != 0).tolist() == [False]


@given(st.lists(CORNERS, min_size=1, max_size=6))
@settings(max_examples=300, deadline=None)
def test_turned_rings_keep_their_corners_and_their_first(each: list[list[tuple[int, int]]]) -> None:
    held = packed(each)
    for before, after in zip(unpacked(held), unpacked(rings.turned(held, np.sign(held.doubled()))), strict=True):
        assert after in (before, [before[0], *before[:0:-1]])
        assert shapely.Polygon(after).exterior.is_ccw if is_one_area(after) else True


@given(st.lists(CORNERS, min_size=1, max_size=6), st.integers(0, 6), st.integers(1, 7))
@settings(max_examples=400, deadline=None)
def test_what_is_cut_off_is_what_lies_outside(each: list[list[tuple[int, int]]], least: int, wide: int) -> None:
    """To half a unit, by which a new corner is rounded; ten times as large, so that it is little."""
    large = [[(10 * x, 10 * y) for x, y in ring] for ring in each]
    held = rings.spread(packed(large))
    held = held.chosen(rings.ways(held) != 0)
    least, most = 10 * least + 5, 10 * (least + wide) + 5
    part = rings.cut(held, least, most)
    assert part.corners.size == 0 or (least <= part.corners.min() <= part.corners.max() <= most)
    window = shapely.box(least, least, most, most)
    for whole, found, good in zip(unpacked(held), unpacked(part), (rings.ways(part) != 0).tolist(), strict=True):
        true = shapely.Polygon(whole).intersection(window)
        if good:
            left = shapely.Polygon(found)
            assert true.symmetric_difference(left).area <= 0.75 * true.length
        elif found:
            assert not is_one_area(found)
        else:
            assert true.area == 0


def test_wkb_is_read_as_shapely_reads_it() -> None:
    """Of rings alone; what has a hole, two parts, another byte order or three dimensions is said not to be one."""
    rng = random.Random(2)
    plain = [shapely.Polygon([(rng.random(), rng.random()) for _ in range(n)]) for n in (3, 4, 5, 40)]
    holed = shapely.box(0, 0, 9, 9).difference(shapely.box(1, 1, 2, 2))
    sieve = shapely.box(0, 0, 9, 9).difference(
        shapely.union_all([shapely.box(n, n, n + 1, n + 1) for n in (1, 3, 5, 7)])
    )
    assert len(sieve.interiors) == 4  # whose length in bytes is one that a single ring may have
    others = [sieve, holed, shapely.MultiPolygon([shapely.box(0, 0, 1, 1)]), shapely.Polygon()]
    shapes = [plain[0], holed, *plain[1:], *others, shapely.box(0, 0, 1, 2)]
    written = [
        *(shapely.to_wkb(shape, byte_order=1) for shape in shapes),
        shapely.to_wkb(plain[0], byte_order=0),
        shapely.to_wkb(shapely.force_3d(plain[3]), byte_order=1),
        shapely.to_wkb(shapely.set_srid(plain[1], 5), byte_order=1, include_srid=True),
        shapely.to_wkb(shapely.set_srid(holed, 5), byte_order=1, include_srid=True),
    ]
    held, alone = rings.read(*behind(written))
    assert alone.tolist() == [
        True,
        False,
        True,
        True,
        True,
        False,
        False,
        False,
        False,
        True,
        False,
        False,
        True,
        False,
    ]
    wanted = [list(shape.exterior.coords)[:-1] for shape in (*plain, shapes[-1], plain[1])]
    assert unpacked(held) == wanted
    nothing, none = rings.read(*behind([]))
    assert (nothing.corners.shape, none.tolist()) == ((2, 0), [])


@pytest.mark.parametrize("z", [9, 10, 11, 12, 15, 17, 22])
def test_corners_lie_where_pyproj_puts_them(z: int) -> None:
    """Near the tile and far from it, each by itself: to 0.1 mm."""
    tile = tile_of(z, EAST, NORTH)
    rng = np.random.default_rng(z)
    reach = 10.0 ** rng.uniform(0, 5, (4000, 1))
    metres = np.array([EAST, NORTH]) + rng.uniform(-1, 1, (4000, 2)) * reach
    lon, lat = np.array([PLANE.point_to_wgs84(*corner) for corner in metres.tolist()]).T
    down = 0.5 - np.arctanh(np.sin(np.radians(lat))) / (2 * np.pi)
    wanted = (np.column_stack((lon / 360 + 0.5, down)) * 2**z - tile[1:]) * EXTENT[z]
    assert np.abs(grid.columns(metres.T, *tile, CRS).T - wanted).max() * unit(z) < 1e-4
    assert (grid.units(metres, *tile, CRS) == grid.columns(metres.T, *tile, CRS).T).all()


@pytest.mark.parametrize("z", [15, 17, 20])
def test_rings_are_drawn_as_shapes_are(z: int) -> None:
    """Across the edges of the tile, beside it, too small, bent, and touching themselves once they are rounded."""
    tile = tile_of(z, EAST, NORTH)
    side = EXTENT[z] * unit(z)
    rng = random.Random(z)
    shapes = []
    for n in range(4000):
        middle = np.array([EAST, NORTH]) + [rng.uniform(-1.2, 1.2) * side for _ in "xy"]
        size = unit(z) * rng.choice([0.3, 1, 3, 20, 100, 1000])
        turn = sorted(rng.uniform(0, 2 * np.pi) for _ in range(rng.randint(3, 8)))
        ring = [middle + size * rng.uniform(0.2, 1) * np.array([np.cos(a), np.sin(a)]) for a in turn]
        made = shapely.Polygon(ring if n % 3 else ring[::-1])
        if made.is_valid:
            shapes.append(made)
    wkb = shapely.to_wkb(shapes, byte_order=1)
    held, alone = rings.read(*behind(wkb))
    assert alone.all()
    found, of, left = grid.fitted(held, *tile, CRS)
    true = grid.drawn(np.array(shapes), *tile, CRS)
    assert len(set(of.tolist())) == len(of) > 400
    assert not set(of.tolist()) & set(left.tolist())
    assert len(left) < 0.3 * len(of)
    for number, ring in zip(of.tolist(), unpacked(found), strict=True):
        mine = shapely.Polygon(ring)
        assert mine.is_valid
        assert mine.exterior.is_ccw
        if mine.area < SPECK:
            continue
        assert shapely.hausdorff_distance(mine, true[number]) <= 1.5
        if min(map(min, ring)) > -EXTENT[z] // 64 and max(map(max, ring)) < EXTENT[z] + EXTENT[z] // 64:
            assert mine.equals(true[number])
    drawn = {n for n, shape in enumerate(true) if shape.area >= SPECK}
    assert drawn <= set(of.tolist()) | set(left.tolist())


def test_what_is_smaller_than_a_unit_is_not_drawn() -> None:
    """However it is rounded: a square of 0.6 units may become one of a unit, and one of 1.4 too."""
    tile = tile_of(15, EAST, NORTH)
    rng = random.Random(4)
    sizes = [rng.choice([0.6, 0.9, 1.1, 1.4]) for _ in range(400)]
    corners = [(EAST + rng.uniform(-15, 15), NORTH + rng.uniform(-15, 15)) for _ in sizes]
    shapes = [shapely.box(x, y, x + s * unit(15), y + s * unit(15)) for s, (x, y) in zip(sizes, corners, strict=True)]
    held, _ = rings.read(*behind(list(shapely.to_wkb(shapes, byte_order=1))))
    _, of, left = grid.fitted(held, *tile, CRS)
    drawn = set(of.tolist()) | set(left.tolist())
    assert drawn == {n for n, size in enumerate(sizes) if size > 1}
    assert len(of) > 50
