"""All around a parcel in one question is what the questions one by one give, on both engines, whatever is written."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from cadastre import CORRECTED, DRAWN, EVERYWHERE, MERGED, PUBLISHED, REPLANNED, TODAY, rectangle
from drawn_once import PLAN, RECIPE, drawn
from test_store_publish import RunSql

from landinfo import lookup
from landinfo.ahead import says
from landinfo.intake import sample
from landinfo.model import Coverage, Edition, Held, Parcel, State
from landinfo.report import report
from landinfo.store import DRAFT, Load, Store, Surroundings, open_store
from landinfo.store.geopackage_file import Readers
from landinfo.store.postgis_pool import Pool
from landinfo.store.rulebook import read_rulebook
from landinfo.store.surroundings import one_by_one

BOOK = read_rulebook(Path(__file__).resolve().parent.parent / "data")
THEMES = ("land_use_plan", "road_corridor", "river_corridor")
DAYS = [DRAWN, MERGED, REPLANNED, PUBLISHED, TODAY]


def parcels(store: Store, on: date, known: date = TODAY) -> tuple[Parcel, ...]:
    return store.parcels_in(EVERYWHERE, on, known)


def agree(store: Store, parcel: Parcel, themes: tuple[str, ...], on: date, known: date) -> Surroundings:
    """What is given at once, after it was held to what is given one by one."""
    once, one = (ask(parcel, themes, on, known) for ask in (store.surroundings, lambda *q: one_by_one(store, *q)))
    assert replace(once, later=()) == replace(one, later=())
    assert set(once.later) <= set(one.later)
    assert {x for x in once.later if x[1] != "parcels"} == {x for x in one.later if x[1] != "parcels"}
    own = [store.parcels([parcel.ref.series], parcel.ref.sheet, parcel.ref.number, d, known) for d, _ in one.later]
    for (day, layer), now in zip(one.later, own, strict=True):
        before = store.parcels([parcel.ref.series], parcel.ref.sheet, parcel.ref.number, day - timedelta(1), known)
        if layer == "parcels" and [p for p in now if p.ref == parcel.ref] != [p for p in before if p.ref == parcel.ref]:
            assert (day, layer) in once.later
    return once


@pytest.mark.parametrize("known", [PUBLISHED - timedelta(1), PUBLISHED, CORRECTED, TODAY, DRAFT])
def test_at_once_and_one_by_one_are_the_same(store: Store, known: date) -> None:
    asked = [(parcel, on) for on in DAYS for parcel in parcels(store, on, known)]
    assert bool(asked) is (known >= PUBLISHED)
    for parcel, on in asked:
        agree(store, parcel, THEMES, on, known)
        agree(store, parcel, THEMES[1:], on, known)


@pytest.fixture(scope="module")
def sampled(engine: str, new_place: Callable[[str], str]) -> Iterator[Store]:
    url = new_place(engine)
    sample.publish(drawn()[1], PLAN, RECIPE, url, TODAY)
    made = open_store(url)
    yield made
    made.close()


def test_the_sample_and_what_is_ahead_of_it(sampled: Store) -> None:
    """The steps ahead are those that every day of every neighbour gives."""
    rng, steps, themes = random.Random(7), 0, tuple(BOOK.themes)
    for on in (date(2024, 3, 1), date(2025, 6, 30), date(2025, 12, 31), date(2026, 6, 30), TODAY):
        query = lookup.Query(on, TODAY)
        for parcel in rng.sample(parcels(sampled, on), 12):
            around = agree(sampled, parcel, themes, on, TODAY)
            facts = lookup.gather(parcel, query, sampled, BOOK)
            assert (facts.themes, facts.zones, facts.history) == (around.themes, around.zones, around.lineage)
            every = replace(facts, later=sampled.days_ahead(parcel.shape.bounds, on, TODAY))
            told, all_told = (lookup._ahead(report(query, f, BOOK), sampled, BOOK) for f in (facts, every))
            assert [(s.query.on, says(s)) for s in told.steps] == [(s.query.on, says(s)) for s in all_told.steps]
            assert (told.more, told.silent) == (all_told.more, all_told.silent)
            steps += len(told.steps) - 1
    assert steps > 5


def of_theme(around: Surroundings, theme: str) -> Any:
    return around.themes[THEMES.index(theme)]


def first(store: Store) -> Parcel:
    return next(p for p in parcels(store, TODAY) if (p.ref.commune, p.ref.number) == ("25744", "1"))


def test_what_is_held_is_never_older_than_the_store(own_store: Store, store_url: str, run_sql: RunSql) -> None:
    """Another process publishes, withdraws, or somebody changes a row: the next question sees it."""
    parcel, writer = first(own_store), open_store(store_url)
    before = agree(own_store, parcel, THEMES, TODAY, TODAY)
    added = Coverage("road_corridor", parcel.shape, DRAWN, None, True, "more")
    edition = Edition("more", "road_corridor", "t2", "d", DRAWN, TODAY, None, "h", True, "s", 0)
    writer.publish([Load(edition, [added])])
    after = agree(own_store, parcel, THEMES, TODAY, TODAY)
    assert added in of_theme(after, "road_corridor").coverage
    assert edition in after.editions
    writer.publish([], known=TODAY, states=[State("more", known=False)])
    assert agree(own_store, parcel, THEMES, TODAY, TODAY) == before
    run_sql(store_url, "UPDATE coverage SET effective_to = '2026-11-20' WHERE layer = 'road_corridor'")
    assert of_theme(agree(own_store, parcel, THEMES, TODAY, TODAY), "road_corridor").coverage == ()
    writer.close()


def test_a_row_of_coverage_that_is_held_is_changed_or_withdrawn(
    own_store: Store, store_url: str, run_sql: RunSql
) -> None:
    """No row comes by which the change could be seen."""
    parcel, writer = first(own_store), open_store(store_url)
    assert of_theme(agree(own_store, parcel, THEMES, TODAY, TODAY), "road_corridor").coverage
    run_sql(store_url, "UPDATE coverage SET effective_to = '2026-11-20' WHERE layer = 'road_corridor'")
    assert of_theme(agree(own_store, parcel, THEMES, TODAY, TODAY), "road_corridor").coverage == ()
    assert of_theme(agree(own_store, parcel, THEMES, TODAY, TODAY), "land_use_plan").coverage
    writer.publish([], known=TODAY, states=[State("zones-1", effective_to=TODAY)])
    around = agree(own_store, parcel, THEMES, TODAY, TODAY)
    assert (around.zones_held.coverage, around.zones) == ((), ())
    writer.publish([], withdraw=["plan-1"], known=TODAY)
    assert of_theme(agree(own_store, parcel, THEMES, TODAY, TODAY), "land_use_plan").coverage == ()
    writer.close()


def test_a_box_is_tested_exactly(store: Store) -> None:
    """An index rounds by centimetres; each layer ends at 1000.03 m east of the corner, or before."""
    some, met = parcels(store, TODAY)[0], set()
    for east in (1000.02, 1000.03, 1000.031, 1000.05, 1000.1):
        beside = replace(some, shape=rectangle(east, 0, east + 5, 5))
        around = agree(store, beside, THEMES, TODAY, TODAY)
        met.add((east, bool(of_theme(around, "road_corridor").coverage)))
    assert {(1000.02, True), (1000.031, False), (1000.1, False)} <= met


def test_one_broken_row_of_coverage_breaks_its_theme_alone(
    own_store: Store,
    store_url: str,
    engine: str,
    run_sql: RunSql,
) -> None:
    """Both where it is held already and where it is not."""
    parcel = first(own_store)
    agree(own_store, parcel, THEMES, TODAY, TODAY)
    if engine == "geopackage":
        updates = "".join(f"DROP TRIGGER rtree_coverage_geom_update{n};" for n in (1, 2, 3, 4))
        run_sql(store_url, f"{updates} UPDATE coverage SET geom = x'4750000000000000' WHERE layer = 'road_corridor'")
    else:
        run_sql(store_url, "UPDATE coverage SET effective_from = 'infinity' WHERE layer = 'road_corridor'")
    fresh = open_store(store_url)
    for store in (own_store, fresh):
        around = store.surroundings(parcel, THEMES, TODAY, TODAY)
        assert around == one_by_one(store, parcel, THEMES, TODAY, TODAY)
        held = [layer.held for layer in (*around.themes, around.zones_held)]
        assert held == [Held.OK, Held.FAILED if engine == "geopackage" else Held.OK, Held.OK, Held.OK]
    fresh.close()


def test_a_broken_feature_breaks_its_theme_alone(
    own_store: Store,
    store_url: str,
    engine: str,
    run_sql: RunSql,
) -> None:
    parcel = first(own_store)
    if engine == "geopackage":
        updates = "".join(f"DROP TRIGGER rtree_features_geom_update{n};" for n in (1, 2, 3, 4))
        run_sql(store_url, f"{updates} UPDATE features SET geom = x'47500003' WHERE theme = 'land_use_plan'")
    else:
        broken = "CASE WHEN theme = 'land_use_plan' THEN (1 / (length(theme) - 13))::text ELSE article END AS article"
        columns = f"fid, geom, id, theme, designation, effective_from, effective_to, document, {broken}, edition"
        run_sql(store_url, f"ALTER TABLE features RENAME TO kept; CREATE VIEW features AS SELECT {columns} FROM kept")
    store = open_store(store_url)
    around = agree(store, parcel, THEMES, TODAY, TODAY)
    assert [layer.held for layer in around.themes] == [Held.FAILED, Held.OK, Held.OK]
    assert around.zones_held.held is Held.OK
    store.close()


def test_an_answer_is_one_question_to_the_engine(sampled: Store, monkeypatch: pytest.MonkeyPatch, engine: str) -> None:
    asked: list[Any] = []
    way: Any = Pool if engine == "postgis" else Readers
    inner = way.ask

    def ask(self: Any, what: Any, *given: Any) -> Any:
        asked.append(what)
        return inner(self, what, *given)

    parcel, query = parcels(sampled, TODAY)[0], lookup.Query(TODAY, TODAY)
    sampled.surroundings(parcel, tuple(BOOK.themes), TODAY, TODAY)
    monkeypatch.setattr(way, "ask", ask)
    made = report(query, lookup.gather(parcel, query, sampled, BOOK), BOOK)
    lookup._ahead(made, sampled, BOOK)
    assert len(asked) == 1


def test_a_zone_that_says_what_is_no_text_cannot_be_read(own_store: Store, store_url: str, run_sql: RunSql) -> None:
    """Changed by hand: what it would mean nobody knows, so of prices there is no data."""
    parcel = next(p for p in parcels(own_store, TODAY) if own_store.surroundings(p, THEMES, TODAY, TODAY).zones)
    run_sql(store_url, """UPDATE price_zones SET conditions = '{"hampered": ["bridge"]}'""")
    around = own_store.surroundings(parcel, THEMES, TODAY, TODAY)
    assert (around.zones_held.held, around.zones) == (Held.FAILED, ())
