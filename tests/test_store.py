"""What a store promises to a reader, asked of every engine; expected answers are read off ``cadastre.py``'s drawing."""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import cadastre
import pytest
from cadastre import CORRECTED, DRAWN, EVERYWHERE, MERGED, PUBLISHED, REPLANNED, TODAY, box

from landinfo.model import Held, Parcel, ParcelRef
from landinfo.store import Load, Store, create_store, open_store

DAY = timedelta(days=1)
PHU_LOI, PHU_HOA, ZEROS = "25744@2024", "25750@2024", "00025@2024"


def refs(found: tuple[Parcel, ...]) -> list[str]:
    return [str(p.ref).partition("/")[2] for p in found]


def as_written(p: Parcel) -> tuple[Any, ...]:
    """Everything that must come back as it was, to the last digit and bit."""
    area = None if p.registered_area is None else p.registered_area.as_tuple()
    return replace(p, shape=None, registered_area=None), area, p.shape.wkb  # type: ignore[arg-type]


def test_every_parcel_comes_back_as_it_was(store: Store) -> None:
    for written in cadastre.parcels():
        ref, day = written.ref, written.effective_from
        found = store.parcels([ref.series], ref.sheet, ref.number, day, TODAY)
        assert as_written(written) in map(as_written, found), ref


def test_a_texts_own_form_is_kept(store: Store) -> None:
    communes, unions = store.communes()
    assert [(c.code, c.period) for c in communes] == [
        ("00025", "2024"), ("25741", "2024"), ("25744", "2024"),
        ("25747", "2025"), ("25750", "2024"), ("25750", "2025"),
    ]  # fmt: skip
    assert set(communes) == set(cadastre.communes())
    assert communes[4].names[0][2] == cadastre.NFD_NAME
    assert set(unions) == set(cadastre.UNIONS)
    assert [(u.old_code, u.new_code) for u in unions] == [
        ("25741", "25747"), ("25741", "25750"), ("25744", "25750"), ("25750", "25750"),
    ]  # fmt: skip


def test_facts(store: Store, engine: str) -> None:
    assert store.facts() == cadastre.FACTS
    assert store.engine == engine
    store.ready()


@pytest.mark.parametrize(
    ("series", "sheet", "number", "found"),
    [
        ([PHU_LOI], "1", "1", ["1/1"]),
        ([PHU_LOI], "1", "5", ["1/5", "1/5~1"]),
        ([PHU_HOA, PHU_LOI, PHU_HOA], "1", "1", ["1/1", "1/1"]),
        ([PHU_LOI], "D4-12", "12a", ["D4-12/12a"]),
        ([ZEROS], "01", "007", ["01/007"]),
        ([ZEROS], "1", "7", []),
        (["25@2024"], "01", "007", []),
        ([PHU_LOI], "01", "1", []),
        (["25744@2025", "25744", ""], "1", "1", []),
        ([], "1", "1", []),
        (["25744@2024' OR '1'='1"], "1", "1' OR '1'='1", []),
    ],
)
def test_parcels_by_number(store: Store, series: list[str], sheet: str, number: str, found: list[str]) -> None:
    answer = store.parcels(series, sheet, number, TODAY, TODAY)
    assert refs(answer) == found
    assert [p.ref.series for p in answer] == sorted(p.ref.series for p in answer)


@pytest.mark.parametrize(
    ("on", "areas"),
    [
        (DRAWN - DAY, []),
        (DRAWN, ["400.0"]),
        (MERGED - DAY, ["400.0"]),
        (MERGED, ["200.0"]),
        (date(9999, 12, 31), ["200.0"]),
    ],
)
def test_days_in_force_are_half_open(store: Store, on: date, areas: list[str]) -> None:
    found = store.parcels([PHU_LOI], "1", "6", on, TODAY)
    assert [p.registered_area for p in found] == [Decimal(a) for a in areas]
    seven = ["7"] if on >= MERGED else []
    assert [p.ref.number for p in store.parcels([PHU_LOI], "1", "7", on, TODAY)] == seven
    assert [p.ref.number for p in store.parcels_in(box(65, 5, 65, 5), on, TODAY)] == (seven or ["6"] * len(areas))


def test_nothing_is_known_before_it_was_published(store: Store) -> None:
    before = PUBLISHED - DAY
    assert store.editions(before) == ()
    assert store.parcels([PHU_LOI], "1", "1", TODAY, before) == ()
    assert store.numbers([PHU_LOI], "1", TODAY, before) == ()
    assert store.parcels_in(EVERYWHERE, TODAY, before) == ()
    assert store.layer("land_use_plan", EVERYWHERE, TODAY, before).coverage == ()
    assert store.zones(EVERYWHERE, TODAY, before)[1] == ()
    assert len(store.parcels_in(EVERYWHERE, TODAY, PUBLISHED)) == 12


def test_editions_are_ordered_and_whole(store: Store) -> None:
    assert list(store.editions()) == [
        loaded.edition for loaded in sorted(cadastre.loads(), key=lambda e: e.edition.layer)
    ]


def test_numbers_of_a_sheet(store: Store) -> None:
    numbers = [(PHU_LOI, n) for n in ("1", "2", "3", "4", "5", "6", "7", "8")] + [(PHU_HOA, "1")]
    assert list(store.numbers([PHU_HOA, PHU_LOI], "1", TODAY, TODAY)) == numbers
    assert (PHU_LOI, "7") not in store.numbers([PHU_LOI], "1", MERGED - DAY, TODAY)
    assert store.numbers([ZEROS], "1", TODAY, TODAY) == ()


@pytest.mark.parametrize(
    ("where", "found"),
    [
        (box(5, 5, 5, 5), ["1"]),
        (box(10, 5, 10, 5), ["1", "2"]),
        (box(17, 5, 17, 5), ["2", "4"]),
        (box(21, 5, 21, 5), ["3", "4"]),
        (box(25, 5, 25, 5), ["3"]),
        (box(31, 5, 31, 5), []),
        (box(30, 20, 32, 20), ["3", "5"]),
        (box(36, 10, 36, 10), ["5", "5~1"]),
        (box(91, 5, 91, 5), ["8"]),
        (box(-9, -9, -1, -1), []),
        (box(40 + 1e-6, 0, 45, 20), []),
        (box(40 - 1e-6, 0, 45, 20), ["5", "5~1"]),
        (box(10.03 + 1e-6, 45, 15, 45), []),
        (box(10.03 - 1e-6, 45, 15, 45), ["12a"]),
        (box(-9, 45, 0.03 - 1e-6, 45), []),
    ],
)
def test_parcels_whose_box_meets_a_box(store: Store, where: cadastre.Box, found: list[str]) -> None:
    """Closed, and to the micrometre: an index that rounds to 32 bits is 6 cm wide here."""
    assert [ref.partition("/")[2] for ref in refs(store.parcels_in(where, TODAY, TODAY))] == found


def test_a_limit_takes_the_first_in_order(store: Store) -> None:
    everything = store.parcels_in(EVERYWHERE, TODAY, TODAY)
    assert [p.ref for p in everything] == sorted(p.ref for p in everything)
    for limit in (0, 1, 5, 12, 500):
        assert store.parcels_in(EVERYWHERE, TODAY, TODAY, limit) == everything[:limit]
    near = box(40 - 1e-6, 0, 45, 20)
    assert refs(store.parcels_in(near, TODAY, TODAY, 1)) == ["1/5"]
    assert store.parcels_in(box(10.03 + 1e-6, 45, 15, 45), TODAY, TODAY, 1) == ()


def test_boxes_of_layers_are_exact_too(store: Store) -> None:
    for outside, inside in ((100.03 + 1e-6, 100.03 - 1e-6), (101.0, 50.0)):
        assert store.layer("road_corridor", box(outside, 0, 105, 1), TODAY, TODAY).features == ()
        assert len(store.layer("road_corridor", box(inside, 0, 105, 1), TODAY, TODAY).features) == 1
    beyond = box(1000.03 + 1e-6, 0, 2000, 1)
    assert store.layer("road_corridor", beyond, TODAY, TODAY).coverage == ()
    assert store.zones(beyond, TODAY, TODAY)[0].coverage == ()
    assert store.zones(box(40.03 + 1e-6, 15, 50, 15), TODAY, TODAY)[1] == ()
    assert len(store.zones(box(40.03 - 1e-6, 15, 50, 15), TODAY, TODAY)[1]) == 1


def test_a_layer_gives_what_it_holds(store: Store) -> None:
    plan = store.layer("land_use_plan", box(10, 0, 35, 20), REPLANNED, TODAY)
    assert (plan.layer, plan.held) == ("land_use_plan", Held.OK)
    assert [(f.designation, f.id) for f in plan.features] == [("CLN", "a2"), ("ODT", "a1"), ("TMD", "a4")]
    before = store.layer("land_use_plan", box(10, 0, 35, 20), REPLANNED - DAY, TODAY)
    assert [f.designation for f in before.features] == ["CLN", "DGT", "ODT"]
    assert [(c.complete, c.edition) for c in plan.coverage] == [(True, "plan-1")]
    halves = store.layer("land_use_plan", box(200, 0, 200, 0), TODAY, TODAY)
    assert [c.complete for c in halves.coverage] == [True, False]
    written = {f.id: f for f in cadastre.features()}
    assert [f.shape.wkb for f in plan.features[::2]] == [written[k].shape.wkb for k in ("a2", "a4")]
    assert plan.features[0] == written["a2"]


def test_equal_ids_keep_their_order_of_arrival(store: Store) -> None:
    both = [f for f in store.layer("land_use_plan", EVERYWHERE, TODAY, TODAY).features if f.id == "a1"]
    assert [f.shape.bounds[0] - cadastre.EAST for f in both] == [-5, 500]


def test_no_feature_and_no_data_differ(store: Store) -> None:
    clear = store.layer("road_corridor", box(500, 50, 510, 60), TODAY, TODAY)
    assert (clear.held, clear.features, [c.complete for c in clear.coverage]) == (Held.OK, (), [True])
    unknown = store.layer("river", EVERYWHERE, TODAY, TODAY)
    assert (unknown.held, unknown.features, unknown.coverage) == (Held.OK, (), ())


def test_zones(store: Store) -> None:
    held, zones = store.zones(box(5, 10, 5, 10), REPLANNED, TODAY)
    assert (held.layer, held.held, held.features) == ("price_zones", Held.OK, ())
    assert [c.layer for c in held.coverage] == ["price_zones"]
    assert zones == tuple(sorted(cadastre.loads()[3].zones, key=lambda z: z.id))
    assert list(zones[1].found) == ["by", "metres"]
    assert store.zones(box(5, 11, 5, 11), REPLANNED, TODAY)[1] == zones[1:]
    assert store.zones(EVERYWHERE, REPLANNED - DAY, TODAY)[1] == ()


def test_a_long_list_of_series_is_one_question(store: Store) -> None:
    series = [f"{code:05}@2024" for code in range(40_000)]
    assert len(store.parcels(series, "1", "1", TODAY, TODAY)) == 2


def questions(rng: random.Random) -> Iterator[tuple[str, tuple[Any, ...]]]:
    days = [d + DAY * rng.choice((-1, 0, 1)) for d in (DRAWN, MERGED, PUBLISHED, REPLANNED, CORRECTED, TODAY)]
    edges = (-5, 0, 2, 10, 10.03, 15, 20, 22, 30, 32, 40, 50, 60, 70, 80, 92, 500, 505, 910, 1000.03)
    for _ in range(300):
        x, y = rng.choice(edges) + rng.choice((-1e-7, 0, 1e-7, 3)), rng.uniform(-10, 60)
        around = rng.choice((box(x, y, x, y), box(x, y, x + rng.choice((0, 5, 100)), y + rng.random() * 20)))
        on, known = rng.choice(days), rng.choice(days)
        series = rng.sample([PHU_LOI, PHU_HOA, ZEROS, "25741@2024"], rng.randint(0, 4))
        sheet, number = rng.choice(("1", "01", "D4-12")), rng.choice(("1", "5", "6", "007", "12a"))
        yield rng.choice([
            ("parcels", (series, sheet, number, on, known)),
            ("numbers", (series, sheet, on, known)),
            ("parcels_in", (around, on, known, rng.choice((None, 0, 1, 2, 5)))),
            ("parcels_in", (EVERYWHERE, on, known, rng.choice((None, 3)))),
            ("layer", (rng.choice(("land_use_plan", "road_corridor", "river", "price_zones")), around, on, known)),
            ("zones", (around, on, known)),
            ("editions", (rng.choice((None, known)),)),
        ])  # fmt: skip


@pytest.mark.postgis
def test_engines_give_the_same_values(new_place: Any, tmp_path: Path) -> None:
    places = [str(tmp_path / "same.gpkg"), new_place("postgis")]
    for place in places:
        made = create_store(place, cadastre.FACTS, cadastre.communes(), cadastre.UNIONS)
        made.publish(cadastre.loads())
        made.publish([cadastre.corrected()], withdraw=["plan-1"])
        made.close()
    embedded, server = (open_store(place) for place in places)
    answered = set()
    for name, given in questions(random.Random(20261124)):
        answers = [getattr(store, name)(*given) for store in (embedded, server)]
        assert repr(answers[0]) == repr(answers[1]), (name, given)
        assert answers[0] == answers[1], (name, given)
        answered |= {name} if answers[0] else set()
    assert answered == {"parcels", "numbers", "parcels_in", "layer", "zones", "editions"}
    assert repr(embedded.communes()) == repr(server.communes())
    assert embedded.facts() == server.facts()
    embedded.close()
    server.close()


def test_another_plane(store_url: str) -> None:
    """Lambert-93, which PostGIS knows and where no number of our own is wanted; metres of France."""
    facts = replace(cadastre.FACTS, crs="EPSG:2154", simulated=False)
    made = create_store(store_url, facts, [], [])
    ground = cadastre.rectangle(0, 0, 1, 1)
    one = cadastre.parcel("1", ground)
    made.publish([Load(cadastre.edition("parcels-1", "parcels"), parcels=[one])])
    assert made.facts() == facts
    assert made.parcels_in(EVERYWHERE, TODAY, TODAY) == (one,)
    assert made.parcels([one.ref.series], "1", "1", TODAY, TODAY)[0].ref == ParcelRef("25744", "2024", "1", "1")
    made.close()
