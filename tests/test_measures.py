"""Measures that a store keeps are those that an answer would measure now, to the last bit, or they are not used."""

from __future__ import annotations

import re
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path
from types import MappingProxyType
from typing import Any

import amount
import cadastre
import pytest
import shapely
from cadastre import CORRECTED, DRAWN, EVERYWHERE, MERGED, REPLANNED, TODAY
from drawn_once import PLAN, RECIPE, drawn
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from psycopg2.extensions import parse_dsn
from test_store_publish import RunSql

from landinfo import cli, lookup, overlay, shares
from landinfo.intake import measuring, sample
from landinfo.model import Busy, Coverage, Facts, Feature, Parcel, ParcelRef, PriceList, Query, State, Theme, ThemeKind
from landinfo.report import report
from landinfo.store import DRAFT, Load, Share, Store, geopackage, open_store, postgis
from landinfo.store.rulebook import read_rulebook

BOOK = read_rulebook(Path(__file__).resolve().parent.parent / "data")
SMALL = {
    name: Theme(name, kind, name, name, 0.3, "own", designations=MappingProxyType({}))
    for name, kind in (("land_use_plan", ThemeKind.PARTITION), ("road_corridor", ThemeKind.OVERLAY))
}
SMALL_BOOK = replace(BOOK, themes=SMALL)
SETTINGS = settings(
    max_examples=amount.of(40, 2000), deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)


def bare(facts: Facts) -> Facts:
    """The facts as if nothing had been measured."""
    themes = tuple(replace(layer, measured=None) for layer in facts.themes)
    return replace(facts, themes=themes, zones_measured=None)


def bits(found: tuple[Any, ...]) -> list[Any]:
    """All of shares or pieces, floats and shapes to the last bit."""
    made: list[Any] = []
    for each in found:
        rows = each.rows if isinstance(each, overlay.ThemeShares) else [each]
        made += [repr(replace(each, rows=()))] if isinstance(each, overlay.ThemeShares) else []
        made += [(repr(replace(row, shape=None)), shapely.to_wkb(row.shape)) for row in rows]
    return made


def told(facts: Facts, query: Query, book: Any) -> list[Any]:
    made = report(query, facts, book)
    value = repr(replace(made.valuation, price_list=None)), spelled(made.valuation.price_list)
    return [*bits(made.shares), *bits(made.pieces), *value, repr(made.notices)]


SPELLED: dict[int, tuple[Any, str]] = {}


def spelled(price_list: PriceList | None) -> str:
    """A list is 2.4 MB of text: each object is written out once, and held, so that its id stays its own."""
    if id(price_list) not in SPELLED:
        SPELLED[id(price_list)] = (price_list, repr(price_list))
    return SPELLED[id(price_list)][1]


def used(facts: Facts) -> int:
    return sum(layer.measured is not None for layer in facts.themes) + (facts.zones_measured is not None)


def same(store: Store, parcel: Parcel, on: date, known: date, book: Any) -> int:
    """How many measures were used in an answer that is, to the last bit, the one without any."""
    query = Query(on, known)
    facts = lookup.gather(parcel, query, store, book)
    live = lookup.gather(parcel, query, store, book)
    assert told(facts, query, book) == told(bare(live), query, book)
    return used(facts)


def all_the_same(store: Store, on: date, known: date = TODAY) -> tuple[int, int]:
    """Parcels, and measures used in their answers; the bulk gives what the answers give."""
    found = store.parcels_in(EVERYWHERE, on, known)
    count = sum(same(store, parcel, on, known, SMALL_BOOK) for parcel in found)
    live = {
        parcel.ref: tuple(
            Share(theme.id, row.kind, row.designation, row.area, row.percent)
            for theme in SMALL.values()
            for row in overlay.measure(parcel, theme, store.layer(theme.id, parcel.shape.bounds, on, known)).rows
        )
        for parcel in found
    }
    assert dict(shares.of_all(store, SMALL, on, known)) == live
    return len(found), count


def kept(store: Store, on: date, known: date = TODAY, themes: Any = SMALL) -> int:
    """Of how many parcels the bulk has measures that hold."""
    return sum(rows is not None for _, rows in store.shares(shares.ways(themes), on, known, 1000).rows)


LAYERS = len(SMALL) + 1


@pytest.fixture(scope="module")
def sampled(engine: str, new_place: Callable[[str], str]) -> Iterator[tuple[Store, list[Parcel]]]:
    """The sample, of which every eightieth parcel is measured for today."""
    url = new_place(engine)
    sample.publish(drawn()[1], PLAN, RECIPE, url, TODAY)
    store, here = open_store(url), measuring._Measuring(url, BOOK.themes, TODAY, TODAY)
    numbers = store.unmeasured(shares.ways(BOOK.themes), TODAY, TODAY, 100_000)[0][::80]
    store.keep(lambda: here.measured(numbers), shares.ways(BOOK.themes), TODAY, TODAY)
    yield store, [parcel for _, parcel in here._parcels(numbers)]
    here.close()
    store.close()


@SETTINGS
@given(data=st.data())
def test_a_measure_kept_is_the_one_made_now(sampled: tuple[Store, list[Parcel]], data: st.DataObject) -> None:
    store, parcels = sampled
    parcel = data.draw(st.sampled_from(parcels))
    on = data.draw(st.sampled_from([TODAY, date(2026, 7, 1), date(2026, 3, 1), date(2025, 12, 31), date(2025, 3, 1)]))
    known = data.draw(st.sampled_from([TODAY, TODAY - timedelta(200), TODAY - timedelta(400)]))
    count = same(store, parcel, on, known, BOOK)
    assert count == len(BOOK.themes) + 1 or (on, known) != (TODAY, TODAY)


def test_every_kind_of_answer_is_kept(sampled: tuple[Store, list[Parcel]]) -> None:
    """So that the test above speaks of all of them."""
    store, parcels = sampled
    kinds, answers, parts = set(), set(), 0
    for parcel in parcels:
        facts = lookup.gather(parcel, Query(TODAY, TODAY), store, BOOK)
        assert used(facts) == len(BOOK.themes) + 1
        for layer in facts.themes:
            assert layer.measured
            answers.add((layer.measured.answer, layer.measured.reason and layer.measured.reason.code))
            kinds |= {(row.kind, row.shape is None) for row in layer.measured.rows}
        assert facts.zones_measured
        parts += len(facts.zones_measured.rows) > 1
    assert {a for a, _ in answers} == {"concerned", "not_concerned", "no_data"}
    assert {("designation", True), ("designation", False), ("in_doubt", False)} <= kinds
    assert parts > 5


@pytest.fixture
def measured(own_store: Store, store_url: str) -> Store:
    """The small cadastre with all its parcels measured for today."""
    assert measuring.measure(store_url, SMALL, TODAY, TODAY).made == len(own_store.parcels_in(EVERYWHERE, TODAY, TODAY))
    return own_store


def test_a_measured_store_answers_the_same(measured: Store, store_url: str) -> None:
    parcels, count = all_the_same(measured, TODAY)
    assert (kept(measured, TODAY), count) == (parcels, parcels * LAYERS)
    assert measuring.measure(store_url, SMALL, TODAY, TODAY).made == 0
    for on in (MERGED - timedelta(1), MERGED, REPLANNED - timedelta(1), REPLANNED, TODAY + timedelta(400)):
        for known in (TODAY, CORRECTED, CORRECTED - timedelta(1)):
            all_the_same(measured, on, known)


def test_a_measure_holds_until_something_changes(own_store: Store, store_url: str) -> None:
    """Of what begins, ends or is divided later the bulk has nothing kept from before."""
    early = MERGED - timedelta(30)
    count = measuring.measure(store_url, SMALL, early, TODAY).made
    assert count == kept(own_store, early) == len(own_store.parcels_in(EVERYWHERE, early, TODAY))
    assert kept(own_store, early - timedelta(1)) == 0
    assert 0 < kept(own_store, MERGED) < count
    assert kept(own_store, REPLANNED) < kept(own_store, MERGED)
    for on in (early - timedelta(1), early, MERGED - timedelta(1), MERGED, REPLANNED - timedelta(1), REPLANNED, TODAY):
        all_the_same(own_store, on)
    now = own_store.parcels_in(EVERYWHERE, REPLANNED, TODAY)
    still = _still(own_store, REPLANNED, early)
    assert measuring.measure(store_url, SMALL, REPLANNED, TODAY).made == len(now) - len(still)


def _still(store: Store, on: date, early: date) -> list[Any]:
    """Parcels around which nothing changes from ``early`` to ``on``."""
    return [
        p
        for p in store.parcels_in(EVERYWHERE, on, TODAY)
        if p in store.parcels_in(EVERYWHERE, early, TODAY)
        and all(day > on for day, _ in store.surroundings(p, tuple(SMALL), early, TODAY).later)
    ]


def test_publishing_and_undoing(measured: Store, store_url: str) -> None:
    """A new plan makes the old measures of it useless, and nothing else; undone, they are those of today again."""
    count = all_the_same(measured, TODAY)[0]
    measured.publish([replace(cadastre.corrected(), edition=replace(cadastre.corrected().edition, published=TODAY))],
                     withdraw=["plan-1"], known=TODAY)  # fmt: skip
    assert kept(measured, TODAY) == 0
    after, still = all_the_same(measured, TODAY)
    assert (after, still) == (count, count * (LAYERS - 1))
    assert all_the_same(measured, TODAY, TODAY - timedelta(1))[1] == count * LAYERS
    assert measuring.measure(store_url, SMALL, TODAY, TODAY).made == count
    assert kept(measured, TODAY) == count
    assert all_the_same(measured, TODAY)[1] == count * LAYERS
    measured.publish([], known=TODAY, states=[State("plan-2", known=False), State("plan-1")])
    assert kept(measured, TODAY) == 0
    all_the_same(measured, TODAY)
    assert measuring.measure(store_url, SMALL, TODAY, TODAY).made == count
    assert all_the_same(measured, TODAY)[1] == count * LAYERS


def test_ground_that_comes_to_be_held(measured: Store) -> None:
    """No feature comes with it: what was measured without it is known by the coverage alone."""
    ground = cadastre.rectangle(200, -100, 1000, 100)
    more = replace(cadastre.corrected().edition, id="plan-9", territory="t9", published=TODAY, rows=0)
    before = dict(shares.of_all(measured, SMALL, TODAY, TODAY))
    measured.publish([Load(more, [Coverage("land_use_plan", ground, DRAWN, None, True, "plan-9")])])
    parcels, count = all_the_same(measured, TODAY)
    assert parcels * (LAYERS - 1) <= count < parcels * LAYERS
    assert dict(shares.of_all(measured, SMALL, TODAY, TODAY)) != before


def test_the_first_of_several_changes_ends_a_measure(own_store: Store, store_url: str) -> None:
    edition = replace(cadastre.corrected().edition, id="road-9", layer="road_corridor", territory="t9", rows=1)
    begins, everywhere = MERGED + timedelta(9), cadastre.rectangle(-100, -100, 1000, 100)
    road = cadastre.feature("r9", "other", everywhere, theme="road_corridor", edition="road-9")
    own_store.publish([Load(edition, [], (), [replace(road, effective_from=begins)])])
    measuring.measure(store_url, SMALL, MERGED, TODAY)
    assert kept(own_store, begins - timedelta(1)) == len(own_store.parcels_in(EVERYWHERE, MERGED, TODAY))
    assert kept(own_store, begins) == 0
    all_the_same(own_store, begins)


@pytest.mark.parametrize("change", [
    "DELETE FROM features WHERE designation = 'ODT'",
    "DELETE FROM coverage WHERE layer = 'road_corridor'",
    "INSERT INTO features (geom, id, theme, designation, effective_from, document, article, edition) "
    "SELECT geom, 'by-hand', theme, 'XXX', effective_from, document, article, edition FROM features "
    "WHERE designation = 'ODT'",
    "INSERT INTO coverage (geom, layer, effective_from, effective_to, complete, edition) "
    "SELECT p.geom, c.layer, c.effective_from, NULL, c.complete, c.edition FROM coverage c, parcels p "
    "WHERE c.layer = 'land_use_plan' AND c.complete",
])  # fmt: skip
def test_what_somebody_deletes_or_adds_is_not_read_in_bulk(
    measured: Store, store_url: str, engine: str, run_sql: RunSql, change: str
) -> None:
    before = dict(shares.of_all(measured, SMALL, TODAY, TODAY))
    assert shares_now(measured) == before
    run_sql(store_url, change.format(false="0" if engine == "geopackage" else "false"))
    after = dict(shares.of_all(measured, SMALL, TODAY, TODAY))
    assert after != before
    assert after == shares_now(measured)
    assert measuring.measure(store_url, SMALL, TODAY, TODAY).made == len(before)
    assert dict(shares.of_all(measured, SMALL, TODAY, TODAY)) == after


@pytest.mark.parametrize("change", [
    "DELETE FROM price_zones WHERE id = 'z1'",
    "INSERT INTO price_zones (geom, id, price_list, section, position, agricultural_position, conditions, found, "
    "effective_from, edition) SELECT geom, 'by-hand', price_list, section, position, agricultural_position, "
    "conditions, found, effective_from, edition FROM price_zones WHERE id = 'z1'",
])  # fmt: skip
def test_a_zone_deleted_or_added_is_measured_again(
    measured: Store, store_url: str, run_sql: RunSql, change: str
) -> None:
    run_sql(store_url, change)
    parcels, count = all_the_same(measured, TODAY)
    assert count < parcels * LAYERS
    assert kept(measured, TODAY) == 0
    assert measuring.measure(store_url, SMALL, TODAY, TODAY) == measuring.Counts(parcels, 0, 0)
    assert all_the_same(measured, TODAY) == (parcels, parcels * LAYERS)


def test_what_nothing_speaks_of_any_more_is_not_kept(
    measured: Store, store_url: str, engine: str, request: pytest.FixtureRequest
) -> None:
    """Not as long as it speaks; the rest stays, and so do the measures of a day to come."""
    before = {row[0] for row in rows_of(measured, store_url, engine, request)}
    edition = measured.parcels_in(EVERYWHERE, TODAY, TODAY)[0].edition
    of_it = {n for n, row in _stored(measured) if row.edition == edition}
    measured.publish([], withdraw=[edition], known=TODAY + timedelta(9))
    measured.forget(TODAY + timedelta(8))
    assert {row[0] for row in rows_of(measured, store_url, engine, request)} == before
    assert runs_of(store_url, engine, request) == 1
    measuring.measure(store_url, SMALL, TODAY + timedelta(9), TODAY + timedelta(9))
    assert {row[0] for row in rows_of(measured, store_url, engine, request)} == before - of_it
    assert of_it & before
    assert runs_of(store_url, engine, request) == bool(before - of_it)


def _stored(store: Store) -> list[tuple[int, Parcel]]:
    page = store.page("parcels", (TODAY, TODAY), TODAY, 1000)
    return [(n, row) for n, row in page.rows if isinstance(row, Parcel)]


def shares_now(store: Store) -> dict[ParcelRef, tuple[Share, ...]]:
    """Of each parcel as it is asked by itself."""
    refs = [p.ref for p in store.parcels_in(EVERYWHERE, TODAY, TODAY)]
    return {ref: shares.of(store, ref, SMALL, TODAY, TODAY) for ref in refs}


@pytest.mark.parametrize("change", [
    "UPDATE features SET designation = 'CLN' WHERE designation = 'ODT'",
    "UPDATE coverage SET complete = {false} WHERE layer = 'land_use_plan'",
    "UPDATE parcels SET registered_area = '77.7'",
    "UPDATE price_zones SET effective_to = '2026-02-01'",
])  # fmt: skip
def test_what_somebody_changes_in_place(
    measured: Store,
    store_url: str,
    engine: str,
    run_sql: RunSql,
    change: str,
) -> None:
    run_sql(store_url, change.format(false="0" if engine == "geopackage" else "false"))
    assert kept(measured, TODAY) == 0
    assert all_the_same(measured, TODAY)[1] == 0


def test_a_number_is_never_given_twice(measured: Store, engine: str, store_url: str, run_sql: RunSql) -> None:
    """Also where a prepared edition was taken away: what was kept of its rows must not be that of others."""
    draft = replace(cadastre.corrected().edition, id="plan-3", published=DRAFT)
    coverage = [replace(c, edition="plan-3") for c in cadastre.corrected().coverage]
    feature = replace(cadastre.corrected().features[0], edition="plan-3")
    seen = set()
    for designation in ("ODT", "CLN"):
        load = replace(
            cadastre.corrected(), edition=draft, coverage=coverage, features=[replace(feature, designation=designation)]
        )
        measured.stage(load, [])
        page = measured.page("land_use_plan", (TODAY, TODAY), DRAFT, 1000)
        seen |= {(n, row.designation) for n, row in page.rows if isinstance(row, Feature) and row.edition == "plan-3"}
        measured.discard("plan-3")
    assert len({n for n, _ in seen}) == 2


def test_another_way_of_measuring_uses_nothing_of_this_one(measured: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    wider = {name: replace(theme, strip_width=11.0) for name, theme in SMALL.items()}
    assert kept(measured, TODAY, themes=wider) == 0
    book, differ = replace(BOOK, themes=wider), 0
    for parcel in measured.parcels_in(EVERYWHERE, TODAY, TODAY):
        facts = lookup.gather(parcel, Query(TODAY, TODAY), measured, book)
        query = Query(TODAY, TODAY)
        assert told(facts, query, book) == told(bare(facts), query, book)
        differ += told(facts, query, book) != told(facts, query, SMALL_BOOK)
    assert differ
    monkeypatch.setattr(overlay, "WAY", overlay.WAY + 1)
    assert kept(measured, TODAY) == 0
    facts = lookup.gather(measured.parcels_in(EVERYWHERE, TODAY, TODAY)[0], Query(TODAY, TODAY), measured, SMALL_BOOK)
    layer = facts.themes[0]
    assert layer.measured
    parts = (layer.measured, layer.coverage, layer.features)
    assert overlay.recalled(facts.parcel, SMALL["land_use_plan"], *parts) is None


def test_a_measure_speaks_of_its_own_objects_alone(measured: Store) -> None:
    """Facts of which somebody puts one part in place of another are measured."""
    query = Query(TODAY, TODAY)
    parcel = measured.parcels_in(EVERYWHERE, TODAY, TODAY)[1]
    facts = lookup.gather(parcel, query, measured, SMALL_BOOK)
    assert used(facts) == LAYERS
    smaller = replace(parcel, shape=shapely.buffer(parcel.shape, -0.5))
    layer = facts.themes[0]
    other = tuple(replace(f, designation="XXX") for f in layer.features)
    for changed in (
        replace(facts, parcel=smaller),
        replace(facts, themes=(replace(layer, features=other), *facts.themes[1:])),
        replace(facts, themes=(replace(layer, coverage=()), *facts.themes[1:])),
        replace(facts, zones=facts.zones[:1]),
        replace(facts, zone_coverage=()),
    ):
        assert (
            told(changed, query, SMALL_BOOK) == told(bare(changed), query, SMALL_BOOK) != told(facts, query, SMALL_BOOK)
        )


def test_a_parcel_that_is_not_the_one_in_the_store_has_no_measure(measured: Store) -> None:
    parcel = measured.parcels_in(EVERYWHERE, TODAY, TODAY)[1]
    for other in (
        replace(parcel, shape=shapely.buffer(parcel.shape, -0.5)),
        replace(parcel, registered_area=(parcel.registered_area or 0) + 1),
        replace(parcel, edition="x"),
        replace(parcel, effective_from=parcel.effective_from - timedelta(1)),
    ):
        assert measured.surroundings(other, tuple(SMALL), TODAY, TODAY).number is None
        assert same(measured, other, TODAY, TODAY, SMALL_BOOK) == 0


def rows_of(store: Store, url: str, engine: str, request: pytest.FixtureRequest) -> list[Any]:
    found = _asked("SELECT fid, until, shares, made, shapes FROM measures ORDER BY fid", url, engine, request)
    return [(*row[:-1], bytes(row[-1])) for row in found]


def runs_of(url: str, engine: str, request: pytest.FixtureRequest) -> int:
    return len(_asked("SELECT fid FROM measure_runs ", url, engine, request))


def _asked(select: str, url: str, engine: str, request: pytest.FixtureRequest) -> list[Any]:
    if engine == "geopackage":
        held = sqlite3.connect(url)
        found = held.execute(select).fetchall()
        held.close()
        return found
    server = request.getfixturevalue("postgis_server")
    return list(server.execute(select.replace("FROM ", "FROM landinfo."), parse_dsn(url)["dbname"]))


def test_several_processes_keep_what_one_does(
    measured: Store, store_url: str, engine: str, run_sql: RunSql, request: pytest.FixtureRequest,
    monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    one = rows_of(measured, store_url, engine, request)
    run_sql(store_url, "DELETE FROM measures")
    monkeypatch.setattr(measuring, "STEP", 2)
    monkeypatch.setattr(measuring, "LOOKED", 5)
    done: list[tuple[int, int]] = []
    count = measuring.measure(store_url, SMALL, TODAY, TODAY, 2, lambda *told: done.append(told))
    assert rows_of(measured, store_url, engine, request) == one
    assert count == measuring.Counts(len(one), 0, 0)
    assert done == [(4, 12), (8, 12), (12, 12)]
    assert all_the_same(measured, TODAY)[1] == len(one) * LAYERS


def test_a_run_that_was_broken_off_goes_on(own_store: Store, store_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(measuring, "STEP", 3)

    def stop(done: int, of: int) -> None:
        if done > 4:
            raise KeyboardInterrupt

    with suppress(KeyboardInterrupt):
        measuring.measure(store_url, SMALL, TODAY, TODAY, progress=stop)
    assert kept(own_store, TODAY) == 6
    all_the_same(own_store, TODAY)
    count = len(own_store.parcels_in(EVERYWHERE, TODAY, TODAY))
    assert measuring.measure(store_url, SMALL, TODAY, TODAY) == measuring.Counts(count - 6, 6, 0)
    assert kept(own_store, TODAY) == count


def test_nobody_publishes_while_it_is_measured(
    own_store: Store, store_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Else measures of the plan before would be taken for those of the plan after."""
    for module in (geopackage, postgis):
        monkeypatch.setattr(module, "WAIT", 0.2)
    other = open_store(store_url)

    def measure() -> list[Any]:
        with pytest.raises(Busy):
            other.publish([cadastre.corrected()], withdraw=["plan-1"])
        return []

    own_store.keep(measure, shares.ways(SMALL), TODAY, TODAY)
    other.publish([cadastre.corrected()], withdraw=["plan-1"])
    other.close()


def test_a_layer_that_cannot_be_read_is_not_kept(
    own_store: Store,
    store_url: str,
    run_sql: RunSql,
) -> None:
    run_sql(store_url, "UPDATE price_zones SET conditions = '{' WHERE id = 'z1'")
    fresh = open_store(store_url)
    first = measuring.measure(store_url, SMALL, TODAY, TODAY)
    parcels = len(fresh.parcels_in(EVERYWHERE, TODAY, TODAY))
    assert 0 < first.made < parcels
    assert first == measuring.Counts(first.made, 0, parcels - first.made)
    assert measuring.measure(store_url, SMALL, TODAY, TODAY) == measuring.Counts(0, first.made, first.unread)
    all_the_same(fresh, TODAY)
    fresh.close()


def test_the_command_says_what_it_measured_and_what_it_could_not(
    own_store: Store, store_url: str, run_sql: RunSql, capsys: pytest.CaptureFixture[str]
) -> None:
    def run() -> tuple[int, str, str]:
        code = cli.main(["edition", "measure", "--store", store_url, "--known", str(TODAY)])
        said = capsys.readouterr()
        return code, said.out, said.err

    count = len(own_store.parcels_in(EVERYWHERE, TODAY, TODAY))
    code, out, err = run()
    assert (code, "100% đo trước · measuring beforehand" in err) == (0, True)
    assert f"mới đo {count} thửa, đã có sẵn 0 thửa, không đo được 0 thửa" in out
    assert f"{count} parcels now, 0 kept already, 0 could not be" in out
    code, out, err = run()
    assert (code, err) == (0, "")
    assert f"0 parcels now, {count} kept already, 0 could not be" in out
    run_sql(store_url, "UPDATE price_zones SET conditions = '{' WHERE id = 'z1'")
    code, out, _ = run()
    made = int(re.search(r"(\d+) parcels now", out)[1])  # type: ignore[index]
    assert (code, 0 < made < count) == (2, True)
    assert f"{made} parcels now, 0 kept already, {count - made} could not be" in out
    assert f"mới đo {made} thửa, đã có sẵn 0 thửa, không đo được {count - made} thửa" in out


def test_pages_of_the_bulk_are_whole(measured: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    whole = list(shares.of_all(measured, SMALL, TODAY, TODAY))
    for size in (1, 2, 5, len(whole)):
        monkeypatch.setattr(shares, "PAGE", size)
        assert list(shares.of_all(measured, SMALL, TODAY, TODAY)) == whole


def test_a_shape_is_decoded_when_it_is_read() -> None:
    square = shapely.box(0, 0, 1, 2)
    made = Feature("f", "t", "A", square.wkb, TODAY, None, "", "", "e")  # type: ignore[arg-type]
    assert (made, made.shape.wkb) == (replace(made, shape=square), square.wkb)
    assert made.shape is made.shape
    broken = Feature("f", "t", "A", b"\x01\x02", TODAY, None, "", "", "e")  # type: ignore[arg-type]
    with pytest.raises(Busy):
        broken.shape  # noqa: B018
