"""Communes on the map: whose ground a square is, on each engine, on the day asked."""

from __future__ import annotations

from datetime import timedelta

import cadastre
import pytest
import shapely
from cadastre import DRAWN, EAST, MERGED, NORTH, PUBLISHED, TODAY
from serving import client
from tiled import named, on_ground, read, tile_of

from landinfo import squares
from landinfo.store import Load, Store

DAY = timedelta(days=1)
COLUMN, ROW = int(EAST / 250), int(NORTH / 250)
PHU_LOI, PHU_HOA, ZEROS = ("25744", "2024"), ("25750", "2024"), ("00025", "2024")


def test_parcels_are_counted_in_squares(store: Store) -> None:
    """Of the two old communes and the one with zeros; parcel 8 is of no commune now, 6 is two from the merger on."""
    counted = store.squares(250.0, TODAY, TODAY)
    assert counted == (
        (*ZEROS, "25750", COLUMN + 3, ROW, 1),
        (*PHU_LOI, None, COLUMN, ROW, 1),
        (*PHU_LOI, "25750", COLUMN, ROW, 9),
        (*PHU_HOA, "25750", COLUMN + 2, ROW, 1),
    )
    assert [row[-1] for row in store.squares(250.0, MERGED - DAY, TODAY)] == [1, 1, 8, 1]
    assert store.squares(250.0, DRAWN - DAY, TODAY) == ()
    assert store.squares(250.0, TODAY, PUBLISHED - DAY) == ()
    assert len(store.squares(5.0, TODAY, TODAY)) == 12


def test_a_column_west_of_the_origin_is_no_column_east_of_it(empty_store: Store) -> None:
    """Cutting towards zero would make two squares one."""
    west, east = (
        cadastre.parcel(number, shapely.box(x, 100, x + 10, 110), edition="p") for number, x in (("1", -20), ("2", 10))
    )
    empty_store.publish([Load(cadastre.edition("p", "parcels", rows=2), parcels=[west, east])])
    assert [row[3:] for row in empty_store.squares(250.0, TODAY, TODAY)] == [(-1, 0, 1), (0, 0, 1)]


def test_a_square_is_the_communes_with_most_parcels() -> None:
    counted = [(*PHU_LOI, None, 0, 0, 3), (*PHU_HOA, None, 0, 0, 2), (*PHU_HOA, None, 1, 0, 2), (*ZEROS, None, 1, 0, 2)]
    held = squares.gathered([*counted, (*PHU_LOI, None, 0, 1, 1)], cadastre.communes(), MERGED - DAY)
    assert [each["commune"] for each in held.named] == ["25744@2024", "00025@2024"]
    assert [shape.bounds for shape in held.shapes] == [(0, 0, 250, 500), (250, 0, 500, 250)]
    assert [each["name"] for each in held.named] == ["Phường Phú Lợi", "Phường mã có số 0 ở đầu"]


def test_squares_of_a_commune_are_one_shape_and_meet_their_neighbours() -> None:
    ring = [(*PHU_LOI, None, x, y, 1) for x in range(3) for y in range(3) if (x, y) != (1, 1)]
    held = squares.gathered([*ring, (*PHU_HOA, None, 1, 1, 1)], cadastre.communes(), MERGED - DAY)
    outer, inner = held.shapes
    assert outer.geom_type == "Polygon"
    assert len(outer.interiors) == 1
    assert outer.intersection(inner).area == 0
    assert outer.union(inner).area == 9 * 250**2


@pytest.mark.parametrize(
    ("now", "before", "after"),
    [
        ("25750", "Phường Phú Lợi", "Phường Phú Lợi"),
        (None, "Phường Phú Lợi", "Phường Phú Lợi"),
        ("25747", "Phường Phú Lợi", "Phường Thủ Dầu Một"),
        ("99999", "Phường Phú Lợi", "Phường Phú Lợi"),
    ],
)
def test_ground_has_the_name_of_its_day(now: str | None, before: str, after: str) -> None:
    """25750 was Phú Hòa and is Phú Lợi: the code alone is no commune."""
    for on, name in ((MERGED - DAY, before), (MERGED, after)):
        (said,) = squares.gathered([(*PHU_LOI, now, 0, 0, 1)], cadastre.communes(), on).named
        assert said["name"] == name
    (said,) = squares.gathered([(*PHU_LOI, "25750", 0, 0, 1)], cadastre.communes(), MERGED).named
    assert said["commune"] == "25750@2025"


def test_a_commune_that_is_not_listed_has_its_code() -> None:
    (said,) = squares.gathered([("77777", "2024", None, 0, 0, 1)], cadastre.communes(), TODAY).named
    assert said == {"commune": "77777@2024", "name": "77777"}


@pytest.mark.parametrize("z", [0, 8, 10, 14, 17])
def test_a_tile_of_communes(store: Store, z: int) -> None:
    asked, tile = client(store), tile_of(z, EAST + 20, NORTH + 20)
    content = read(asked.get(f"/tiles/communes/{'/'.join(map(str, tile))}").data)
    if z == 0:
        assert set(content) == {"labels"}  # a commune is less than a pixel of the world
        return
    assert named(content["communes"], "name")[0] == "Phường Phú Lợi"
    ground = on_ground(content["communes"][0]["geometry"], tile)
    assert ground.buffer(2 * 40_075_000 / 2**z / 1024).covers(shapely.Point(EAST + 20, NORTH + 20))


def test_nothing_is_held(empty_store: Store) -> None:
    asked = client(empty_store)
    assert asked.get("/tiles/communes/10/815/480").data == b""


def test_publishing_parcels_changes_the_communes(own_store: Store) -> None:
    asked, place = client(own_store), "/".join(map(str, tile_of(12, EAST, NORTH)))
    assert read(asked.get(f"/tiles/communes/{place}").data)["communes"]
    own_store.publish([], withdraw=["parcels-1"], known=TODAY)
    assert asked.get(f"/tiles/communes/{place}").data == b""
