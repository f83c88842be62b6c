"""Strips about as thin as a tile's grid, on each engine: what a tile promises of any shape, at every zoom."""

from __future__ import annotations

import random
from collections.abc import Iterator
from typing import Any

import cadastre
import numpy as np
import pytest
import shapely
from cadastre import EAST, NORTH, TODAY
from shapely import affinity
from shapely.geometry import shape
from shapely.geometry.base import BaseGeometry
from tiled import EXTENT, PLANE, Tile, read, tile_of

from landinfo.model import Feature
from landinfo.store import Load, Store, create_store

ZOOMS = range(10, 18)
OUTSIDE, INSIDE = 1.5, 1.5
"""Units of the grid: how far beyond a shape a tile may draw it, and from how far inside it a tile draws all of it."""
MIDDLE = EAST + 1000, NORTH + 1000


def strips(rng: random.Random) -> Iterator[BaseGeometry]:
    """Bars, wedges that end in a point, and bent ways, 0.3 to 30 m wide, in all directions over 3 km."""
    for n in range(600):
        wide = rng.choice([0.3, 0.7, 1.5, 3, 5, 8, 12, 20, 30])
        half = rng.uniform(10, 750)
        if n % 3 == 0:
            made: BaseGeometry = shapely.box(-half, -wide / 2, half, wide / 2)
        elif n % 3 == 1:
            made = shapely.Polygon([(-half, 0), (half, -wide / 2), (half, wide / 2)])
        else:
            bends = [(x * half, rng.uniform(-half, half) / 3) for x in (-1, -0.3, 0.3, 1)]
            made = shapely.LineString(bends).buffer(wide / 2, cap_style="flat", join_style="mitre")
        if made.is_valid and made.geom_type == "Polygon":
            turned = affinity.rotate(made, rng.uniform(0, 180), origin=(0, 0))
            yield affinity.translate(turned, *(at + rng.uniform(-1500, 1500) for at in MIDDLE))


FEATURES: list[Feature] = [
    cadastre.feature(f"{n:04}", "ODT", each, theme="strips", edition="s")
    for n, each in enumerate(strips(random.Random(3)))
]


@pytest.fixture(scope="module")
def held(engine: str, new_place: Any) -> Iterator[Store]:
    made = create_store(new_place(engine), cadastre.FACTS, cadastre.communes(), cadastre.UNIONS)
    made.publish([Load(cadastre.edition("s", "strips", rows=len(FEATURES)), features=FEATURES)])
    yield made
    made.close()


def placed(tile: Tile) -> dict[str, BaseGeometry]:
    """The shapes in units of a tile's grid, not rounded; each corner by itself (pyproj and the formula of the map)."""
    z, x, y = tile

    def units(metres: Any) -> Any:
        lon, lat = np.array([PLANE.point_to_wgs84(*corner) for corner in metres]).T
        down = 0.5 - np.arctanh(np.sin(np.radians(lat))) / (2 * np.pi)
        return (np.column_stack((lon / 360 + 0.5, down)) * 2**z - (x, y)) * EXTENT[z]

    return {f.id: shapely.transform(f.shape, units) for f in FEATURES}


@pytest.mark.parametrize("z", ZOOMS)
def test_nothing_is_drawn_beside_a_shape_and_nothing_left_out_inside_it(held: Store, z: int) -> None:
    tile = tile_of(z, *MIDDLE)
    low, high = -EXTENT[z] // 64, EXTENT[z] + EXTENT[z] // 64
    window = shapely.box(low, low, high, high)
    found = read(held.tile("strips", *tile, TODAY, TODAY))["strips"]
    drawn = {f["properties"]["id"]: shape(f["geometry"]) for f in found}
    beside = deep = 0
    for name, true in placed(tile).items():
        seen = drawn.get(name, shapely.Polygon())
        assert seen.is_valid
        assert seen.difference(true.buffer(OUTSIDE)).area < 1e-6, (name, z)
        inner = true.buffer(-INSIDE).intersection(window)
        assert inner.difference(seen).area < 1e-6, (name, z)
        beside += name not in drawn and true.intersects(window)
        deep += not inner.is_empty
    assert (beside or deep) > 0


@pytest.mark.postgis
def test_what_is_three_units_wide_is_the_same_to_two(new_place: Any) -> None:
    """Bars and bent ways; a wedge is thin at its end whatever its width."""
    stores = []
    for engine in ("geopackage", "postgis"):
        made = create_store(new_place(engine), cadastre.FACTS, cadastre.communes(), cadastre.UNIONS)
        made.publish([Load(cadastre.edition("s", "strips", rows=len(FEATURES)), features=FEATURES)])
        stores.append(made)
    compared = thinner = 0
    for z in ZOOMS:
        tile = tile_of(z, *MIDDLE)
        one, other = (
            {f["properties"]["id"]: shape(f["geometry"]) for f in read(s.tile("strips", *tile, TODAY, TODAY))["strips"]}
            for s in stores
        )
        for name, true in placed(tile).items():
            whole = true.buffer(-1.5).buffer(1.5, join_style="mitre", mitre_limit=10)
            if whole.symmetric_difference(true).area > 1e-3 * true.area or name not in one.keys() | other.keys():
                thinner += 1
                continue
            assert shapely.hausdorff_distance(one[name], other[name]) <= 2, (name, z)
            compared += 1
    assert compared > 300
    assert thinner > 300
    for made in stores:
        made.close()
