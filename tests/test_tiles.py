"""Tiles of the map, on each engine: what is drawn is what the store holds on the day, to a unit of the tile's grid."""

from __future__ import annotations

import math
import random
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import cadastre
import mapbox_vector_tile
import numpy as np
import pytest
import shapely
from cadastre import CORRECTED, DRAWN, EAST, MERGED, NORTH, PUBLISHED, REPLANNED, TODAY
from shapely.geometry import shape
from tiled import EXTENT, Tile, drawn, named, on_ground, read, tile_of, unit

from landinfo.grid import PARCELS_FROM
from landinfo.model import Feature, LandUse, State
from landinfo.rings import Rings
from landinfo.store import Load, Store, create_store, mvt

DAY = timedelta(days=1)
PLAN, ROAD = "land_use_plan", "road_corridor"
MIDDLE = EAST + 20.3, NORTH + 8.1


def around(z: int) -> list[Tile]:
    """The tiles that the cadastre's corner of 100 m × 60 m lies in."""
    corners = [tile_of(z, EAST + x, NORTH + y) for x in (-6, 106) for y in (-6, 60)]
    columns, rows = ([tile[i] for tile in corners] for i in (1, 2))
    return [(z, x, y) for x in range(min(columns), max(columns) + 1) for y in range(min(rows), max(rows) + 1)]


@pytest.mark.parametrize("z", [15, 16, 17, 19, 22])
def test_parcels_lie_where_they_were_surveyed(store: Store, z: int) -> None:
    """Cut at 1/64 beyond the tile's edge, no farther off than the grid is coarse; nothing is missing, nothing more."""
    tile = tile_of(z, *MIDDLE)
    held = {str(p.ref): p for p in store.parcels_in(cadastre.EVERYWHERE, TODAY, TODAY)}
    frame = on_ground(shapely.box(-1, -1, 1, 1).__geo_interface__, tile)  # a unit, to know that it is what we think
    assert math.sqrt(frame.area) == pytest.approx(2 * unit(z), rel=0.01)
    found = drawn(store, "parcels", tile)["parcels"]
    low, high = -EXTENT[z] // 64, EXTENT[z] + EXTENT[z] // 64
    window = on_ground(shapely.box(low, low, high, high).__geo_interface__, tile)
    near = {ref for ref, p in held.items() if p.shape.intersection(window).area > 9 * unit(z) ** 2}
    assert near
    assert near <= set(named(found, "ref")) <= held.keys()
    for feature in found:
        place, parcel = on_ground(feature["geometry"], tile), held[feature["properties"]["ref"]]
        use = {"land_use": "ODT"} if parcel.land_uses else {}
        assert feature["properties"] == {"ref": str(parcel.ref), "number": parcel.ref.number, **use}
        assert shape(feature["geometry"]).is_valid
        assert shapely.hausdorff_distance(place, parcel.shape.intersection(window)) < 1.6 * unit(z)


def test_a_hole_stays_a_hole_and_two_pieces_stay_two(store: Store) -> None:
    tile = tile_of(17, *MIDDLE)
    found = {f["properties"]["ref"]: shape(f["geometry"]) for f in drawn(store, "parcels", tile)["parcels"]}
    assert [len(found[f"25744@2024/1/{n}"].interiors) for n in ("1", "3")] == [0, 1]
    beside = drawn(store, "parcels", tile_of(17, EAST + 91, NORTH + 5))["parcels"]
    (eight,) = [shape(f["geometry"]) for f in beside if f["properties"]["number"] == "8"]
    assert len(shapely.get_parts(eight)) == 2


def test_polygons_turn_as_the_specification_wants(store: Store) -> None:
    """Outside positive, holes negative by the surveyor's formula, y growing downward: else renderers fill the hole."""
    for feature in drawn(store, "parcels", tile_of(17, *MIDDLE))["parcels"]:
        for part in shapely.get_parts(shape(feature["geometry"])):
            assert part.exterior.is_ccw
            assert not any(ring.is_ccw for ring in part.interiors)


def rings_of(polygon: Any) -> list[Any]:
    return [polygon.exterior, *polygon.interiors]


def test_outlines_too_small_to_be_a_line_are_left_out() -> None:
    """Of three rings the middle one falls on one place of the grid; where nothing else is, the tile is no bytes."""

    def written(corners: Any, count: list[int]) -> bytes:
        return mvt.written([mvt.lines("parcels", Rings(corners.T, np.array(count, dtype=int)))], 1024)

    corners = np.array([(0, 0), (9, 0), (9, 9), (5, 5), (5, 5), (2, 2), (2, 3)])
    (found,) = read(written(corners, [3, 2, 2]))["parcels"]
    assert found["geometry"]["coordinates"] == [[[0, 0], [9, 0], [9, 9], [0, 0]], [[2, 2], [2, 3], [2, 2]]]
    assert written(corners[3:5], [2]) == written(corners[:0], []) == b""


@pytest.mark.parametrize("z", [17, 19, 21, 22])
def test_each_label_stands_in_its_parcel_and_in_one_tile_alone(store: Store, z: int) -> None:
    held = {str(p.ref): p for p in store.parcels_in(cadastre.box(-6, -6, 106, 60), TODAY, TODAY)}
    written: list[str] = []
    for tile in around(z):
        for label in drawn(store, "parcels", tile).get("labels", []):
            said, parcel = label["properties"], held[label["properties"]["ref"]]
            written.append(said["ref"])
            place = on_ground(label["geometry"], tile)
            assert parcel.shape.distance(place) < 2 * unit(z)
            west, south, east, north = parcel.shape.bounds
            room = min(east - west, 1.6 * (north - south))
            assert said == {"ref": said["ref"], "number": parcel.ref.number, "room": int(room)}
    assert sorted(written) == sorted(held)


def test_an_area_across_tile_edges_is_whole_when_they_are_laid_together(store: Store) -> None:
    """The road is 105 m long, a tile of zoom 20 some 38 m wide: three and more of them, one label."""
    z, (road,) = 20, store.layer(ROAD, cadastre.EVERYWHERE, TODAY, TODAY).features
    tiles = [(tile, drawn(store, ROAD, tile)) for tile in around(z)]
    crossed = [(tile, found[ROAD]) for tile, found in tiles if ROAD in found]
    assert len({tile[1] for tile, _ in crossed}) >= 3
    assert {f["properties"]["id"] for _, found in crossed for f in found} == {"r"}
    together = shapely.union_all([on_ground(found[0]["geometry"], tile) for tile, found in crossed])
    assert together.symmetric_difference(road.shape).area < 4 * unit(z) * road.shape.length
    assert [f["properties"]["id"] for _, found in tiles for f in found.get("labels", [])] == ["r"]


def test_outlines_come_before_numbers_and_nothing_before_them(store: Store) -> None:
    """At zoom 14 bare outlines; writing that has no room is not sent along before zoom 17."""
    bare = drawn(store, "parcels", tile_of(14, *MIDDLE))
    assert list(bare) == ["parcels"]
    (lines,) = bare["parcels"]
    assert lines["properties"] == {}
    place, there = (
        on_ground(lines["geometry"], tile_of(14, *MIDDLE)),
        store.parcels_in(cadastre.EVERYWHERE, TODAY, TODAY),
    )
    rings = shapely.MultiLineString([r for p in there for part in shapely.get_parts(p.shape) for r in rings_of(part)])
    assert len(there) > 5
    assert shapely.hausdorff_distance(place, rings) < 1.6 * unit(14)
    assert "labels" not in drawn(store, "parcels", tile_of(15, *MIDDLE))
    assert len(drawn(store, "parcels", tile_of(17, *MIDDLE))["labels"]) == 7  # those west of the tile's edge


@pytest.mark.parametrize(
    ("on", "numbers", "plan"),
    [
        (DRAWN - DAY, [], []),
        (DRAWN, ["1", "12a", "2", "3", "4", "5", "5", "6", "8"], ["CLN", "DGT", "ODT"]),
        (MERGED - DAY, ["1", "12a", "2", "3", "4", "5", "5", "6", "8"], ["CLN", "DGT", "ODT"]),
        (MERGED, ["1", "12a", "2", "3", "4", "5", "5", "6", "7", "8"], ["CLN", "DGT", "ODT"]),
        (REPLANNED - DAY, ["1", "12a", "2", "3", "4", "5", "5", "6", "7", "8"], ["CLN", "DGT", "ODT"]),
        (REPLANNED, ["1", "12a", "2", "3", "4", "5", "5", "6", "7", "8"], ["CLN", "ODT", "TMD"]),
    ],
)
def test_a_tile_is_of_its_day(store: Store, on: date, numbers: list[str], plan: list[str]) -> None:
    tile = tile_of(16, *MIDDLE)
    assert sorted(named(drawn(store, "parcels", tile, on).get("parcels", []), "number")) == numbers
    assert named(drawn(store, PLAN, tile, on).get(PLAN, []), "designation") == plan
    assert store.tile("parcels", *tile, on, PUBLISHED - DAY) == b""
    assert store.tile(PLAN, *tile, on, PUBLISHED - DAY) == b""


def test_what_was_corrected_later_is_known_later(own_store: Store) -> None:
    own_store.publish([cadastre.corrected()], withdraw=["plan-1"])
    tile = tile_of(17, *MIDDLE)
    assert named(drawn(own_store, PLAN, tile, TODAY, CORRECTED - DAY)[PLAN], "designation") == ["CLN", "ODT", "TMD"]
    assert named(drawn(own_store, PLAN, tile, TODAY, CORRECTED)[PLAN], "designation") == ["ODT"]


def test_an_edition_speaks_until_a_later_one_does(own_store: Store) -> None:
    states = [State(edition, effective_to=REPLANNED) for edition in ("parcels-1", "plan-1")]
    own_store.publish([], known=CORRECTED, states=states)
    for z in (14, 17):
        tile = tile_of(z, *MIDDLE)
        for layer in ("parcels", PLAN):
            assert own_store.tile(layer, *tile, REPLANNED - DAY, CORRECTED)
            assert own_store.tile(layer, *tile, REPLANNED, CORRECTED - DAY)
            assert PLAN not in (found := drawn(own_store, layer, tile, REPLANNED, CORRECTED))
            assert "parcels" not in found


def test_a_theme_says_where_it_is_held(store: Store) -> None:
    """The plan is complete to x = 200 m; east of it rows are missing, and so nothing is known there."""
    tile = tile_of(16, *MIDDLE)
    (held,) = drawn(store, PLAN, tile)["coverage"]
    assert held["properties"] == {}
    edge = on_ground(held["geometry"], tile).bounds[2]
    assert edge == pytest.approx(EAST + 200, abs=2 * unit(16))
    there = tile_of(17, EAST + 503, NORTH + 10)
    assert set(drawn(store, PLAN, there)) == {PLAN, "labels"}
    assert store.tile("river", *tile, TODAY, TODAY) == b""


def test_texts_come_through_as_they_are(own_store: Store) -> None:
    key, script = "12/3-Đất ở", "<script>alert(1)</script>"
    ground = cadastre.rectangle(0, 200, 60, 260)
    odd = cadastre.parcel("0", ground, edition="odd", ref=replace(cadastre.parcels()[0].ref, number=key))
    feature = cadastre.feature(script, "Ư'\"&", ground, theme="odd", edition="odd-2")
    own_store.publish(
        [
            Load(cadastre.edition("odd", "parcels", rows=1), parcels=[odd]),
            Load(cadastre.edition("odd-2", "odd", rows=1), features=[feature]),
        ]
    )
    tile = tile_of(18, EAST + 30, NORTH + 230)
    for layer in ("parcels", "labels"):
        assert named(drawn(own_store, "parcels", tile)[layer], "number") == [key]
    assert drawn(own_store, "odd", tile)["odd"][0]["properties"] == {"id": script, "designation": "Ư'\"&"}


USES = {
    "a": ([("ODT", "100"), ("CLN", "226.5")], "CLN"),  # the largest
    "b": ([("CLN", "9.9"), ("ODT", "10"), ("HNK", None)], "ODT"),  # by number, not by letters; not known comes last
    "c": ([("HNK", None), ("ODT", "0.1")], "ODT"),
    "d": ([("LUC", None), ("CLN", None)], "LUC"),  # none is known: the first
    "e": ([("TMD", "50"), ("ODT", "50.0")], "TMD"),  # equal: the first
    "f": ([("Vườn", "1E+2"), ("T", "99")], "Vườn"),
    "g": ([], None),
}


def test_a_parcel_has_the_land_use_of_its_largest_part(own_store: Store) -> None:
    rows = [
        cadastre.parcel(key, cadastre.rectangle(n * 30, 200, n * 30 + 20, 220), edition="uses", land_uses=held)
        for n, (key, (uses, _)) in enumerate(USES.items())
        for held in [tuple(LandUse(c, "TT08/2024", None if a is None else Decimal(a)) for c, a in uses)]
    ]
    own_store.publish([Load(cadastre.edition("uses", "parcels", rows=len(rows)), parcels=rows)])
    for z in (15, 18):
        found = drawn(own_store, "parcels", tile_of(z, EAST + 100, NORTH + 210))["parcels"]
        said = {f["properties"]["number"]: f["properties"].get("land_use") for f in found}
        assert said.items() >= {key: use for key, (_, use) in USES.items() if key in said}.items()
        assert len(said.keys() & USES.keys()) >= 4
    whole = tile_of(15, EAST + 100, NORTH + 210)
    assert USES.keys() <= set(named(drawn(own_store, "parcels", whole)["parcels"], "number"))


def test_parcels_say_where_they_are_held(own_store: Store) -> None:
    """From zoom 15 on, and only ground that is held completely: from 100 m west of the corner, to 100 m north of it."""
    tile = tile_of(16, EAST + 20.3, NORTH + 99)
    (ground,) = drawn(own_store, "parcels", tile)["coverage"]
    north = on_ground(ground["geometry"], tile).bounds[3]
    assert north == pytest.approx(NORTH + 100, abs=2 * unit(16))
    held = [replace(cadastre.coverage("parcels", cadastre.rectangle(-50, 100, 200, 300), "half"), complete=False)]
    row = cadastre.parcel("77", cadastre.rectangle(150, 0, 160, 20), edition="half")
    own_store.publish([Load(cadastre.edition("half", "parcels", rows=1), held, parcels=[row])])
    assert [f["geometry"] for f in drawn(own_store, "parcels", tile)["coverage"]] == [ground["geometry"]]
    assert "coverage" not in drawn(own_store, "parcels", tile_of(14, EAST + 20.3, NORTH + 99))
    assert "coverage" not in drawn(own_store, "parcels", tile, TODAY, PUBLISHED - DAY)


def test_ground_around_a_tile_is_drawn_to_its_margin(own_store: Store) -> None:
    """All of it where a piece of ground holds the tile, beside another that ends in it; each is a feature."""
    tile = tile_of(16, EAST + 5020.3, NORTH + 5008.1)
    whole, half = cadastre.rectangle(0, 0, 9000, 9000), cadastre.rectangle(0, 0, 5020, 9000)

    def publish(edition: str, ground: Any) -> list[Any]:
        row = cadastre.parcel(edition, cadastre.rectangle(5000, 5000, 5040, 5020), edition=edition)
        held = [cadastre.coverage("parcels", ground, edition)]
        own_store.publish([Load(cadastre.edition(edition, "parcels", rows=1), held, parcels=[row])])
        return [shape(f["geometry"]) for f in drawn(own_store, "parcels", tile)["coverage"]]

    square = shapely.box(-64, -64, 4096 + 64, 4096 + 64)
    (alone,) = publish("a", whole)
    assert alone.equals(square)
    first, second = publish("b", half)
    assert first.equals(square)
    place = on_ground(second.__geo_interface__, tile)
    assert place.bounds[2] == pytest.approx(EAST + 5020, abs=2 * unit(16))
    assert 0.1 < second.area / square.area < 0.9
    assert shapely.get_parts(second)[0].exterior.is_ccw


def cells(rng: random.Random) -> list[Feature]:
    """A square of 2 km cut into 300 cells without a gap, some with a hole that is a cell of its own."""
    points = shapely.MultiPoint([(rng.uniform(0, 2000), rng.uniform(0, 2000)) for _ in range(300)])
    frame = shapely.box(0, 0, 2000, 2000)
    pieces = [cell.intersection(frame) for cell in shapely.get_parts(shapely.voronoi_polygons(points, extend_to=frame))]
    made = []
    for n, cell in enumerate(pieces):
        hole = cell.representative_point().buffer(4, quad_segs=2) if n % 5 == 0 else shapely.Polygon()
        hole = hole if cell.contains(hole) else shapely.Polygon()
        made += [shape_ for shape_ in (cell.difference(hole), hole) if not shape_.is_empty]
    moved = [shapely.affinity.translate(each, EAST, NORTH) for each in made]
    return [cadastre.feature(f"{n:04}", "ODT", each, theme="cells", edition="cells-1") for n, each in enumerate(moved)]


def made_of_cells(url: str) -> Store:
    made = create_store(url, cadastre.FACTS, cadastre.communes(), cadastre.UNIONS)
    features = cells(random.Random(1))
    held = cadastre.coverage("cells", shapely.union_all([f.shape for f in features]), "cells-1")
    made.publish([Load(cadastre.edition("cells-1", "cells", rows=len(features)), [held], features=features)])
    return made


def test_neighbours_do_not_gape(store_url: str) -> None:
    """Generalised on the tile's grid, a partition stays one: what lies inside its outline is covered."""
    made = made_of_cells(store_url)
    for z in (12, 14, 15):
        tile = tile_of(z, EAST + 1000, NORTH + 1000)
        found = drawn(made, "cells", tile)
        areas = [shape(f["geometry"]) for f in found["cells"]]
        (ground,) = [shape(f["geometry"]) for f in found["coverage"]]
        middle = ground.buffer(-3)
        gaps = shapely.get_parts(middle.difference(shapely.union_all(areas)))
        # what is thinner than the grid is no longer there; half a pixel wide at most
        assert all(gap.buffer(-1).is_empty for gap in gaps), z
        assert sum(gap.area for gap in gaps) < 0.004 * middle.area
    made.close()


@pytest.mark.postgis
def test_engines_draw_the_same(new_place: Any, tmp_path: Path) -> None:
    """Equal rows that arrived in equal order are equal bytes; also where a text holds what stands between texts."""
    embedded, server = (made_of_cells(place) for place in (str(tmp_path / "cells.gpkg"), new_place("postgis")))
    compared = 0
    for step in ("", "\x1f"):
        for made in (embedded, server):
            made.publish(cadastre.loads() if not step else [odd(step)])
        for layer, z in [(layer, z) for layer in ("cells", "parcels", PLAN, ROAD) for z in (8, 12, 14, 15, 17, 20)]:
            if layer != "parcels" or z >= PARCELS_FROM:
                tile = tile_of(z, *MIDDLE)
                one, other = (made.tile(layer, *tile, TODAY, TODAY) for made in (embedded, server))
                assert one == other, (layer, z)
                compared += sum(map(len, read(one).values()))
    assert compared > 800
    assert f"4{step}4" in named(read(one_of(embedded))["parcels"], "number")
    embedded.close()
    server.close()


def odd(text: str) -> Load:
    ref = replace(cadastre.parcels()[0].ref, number=f"4{text}4", suffix=f"{text}a")
    row = cadastre.parcel("0", cadastre.rectangle(30, 70, 40, 80), edition="odd", ref=ref)
    return Load(cadastre.edition("odd", "parcels", rows=1), parcels=[row])


def one_of(store: Store) -> bytes:
    return store.tile("parcels", *tile_of(15, *MIDDLE), TODAY, TODAY)


def test_our_writing_is_read_as_the_librarys() -> None:
    """The commands of a whole layer at once, beside those of an encoder that goes from corner to corner."""
    ring = shapely.box(10, 10, 400, 300).exterior.coords
    shapes = [
        shapely.Polygon(ring, [shapely.box(20, 20, 30, 40).exterior.coords[::-1]]),
        shapely.MultiPolygon([shapely.box(-64, -64, 0, 5), shapely.box(7, 7, 9, 9)]),
        shapely.Polygon(),
        shapely.Polygon([(0, 0), (5, 0), (5, 0), (5, 5), (0, 5), (0, 5), (0, 0)]),
        shapely.box(0, 0, 3, 3),
        shapely.box(0, 0, 3, 4),
    ]
    named = [{"id": "ộ", "n": 1}, {"id": "1", "n": -7}, {}, {"id": "ộ" * 70}, {"id": "ộ" * 42}, {"id": "ộ" * 41 + "12"}]
    points = [shapely.Point(4095, 0), shapely.Point(-3, 4096)]

    def said(of: list[dict[str, Any]]) -> dict[str, list[Any]]:
        return {key: [each.get(key) for each in of] for key in ("id", "n")}

    labels = mvt.points("labels", np.array([(4095.4, 0), (-3, 4096)]), said(named[:2]))
    ours = read(mvt.written([mvt.shapes("areas", np.array(shapes), said(named)), labels], 4096))
    library = [
        {"name": name, "features": [{"geometry": g, "properties": p} for g, p in zip(them, each, strict=True)]}
        for name, them, each in (("areas", shapes, named), ("labels", points, named[:2]))
    ]
    options = {"y_coord_down": True, "check_winding_order": False}
    assert ours == read(mapbox_vector_tile.encode(library, default_options=options))
    assert [len(features) for features in ours.values()] == [5, 2]
    assert mvt.written([mvt.shapes("areas", np.array([shapely.Polygon()]), {})], 4096) == b""
