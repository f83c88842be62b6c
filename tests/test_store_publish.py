"""Writing, asked of every engine: a load is there whole or not at all, whoever reads, whatever befalls the writer."""

from __future__ import annotations

import json
import random
import sqlite3
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import cadastre
import pytest
import shapely
from cadastre import CORRECTED, EVERYWHERE, PUBLISHED, TODAY, box
from hypothesis import given
from hypothesis import strategies as st

from landinfo.model import Busy, Held, LandUse, Problem
from landinfo.store import SCHEMA_VERSION, Load, Store, create_store, open_store, upgrade
from landinfo.store.rows import _uses

ROOT = Path(__file__).resolve().parent.parent
DAY = timedelta(days=1)
RunSql = Callable[[str, str], None]


def dbname(url: str) -> str:
    return url.partition("dbname=")[2].partition("&")[0]


def refused(code: str, wanted: Callable[[], Any]) -> dict[str, Any]:
    with pytest.raises(Problem) as wrong:
        wanted()
    assert wrong.value.code == code
    return wrong.value.params


def designations(store: Store, known: date) -> list[str]:
    return [f.designation for f in store.layer("land_use_plan", box(0, 0, 40, 20), TODAY, known).features]


def test_a_correction_replaces_from_its_day_on(own_store: Store) -> None:
    own_store.publish([cadastre.corrected()], withdraw=["plan-1"])
    assert designations(own_store, CORRECTED) == ["ODT"]
    assert designations(own_store, CORRECTED - DAY) == ["CLN", "ODT", "TMD"]
    assert [e.id for e in own_store.editions(CORRECTED)] == ["plan-2", "parcels-1", "zones-1", "road-1"]
    assert {e.id: e.withdrawn for e in own_store.editions()}["plan-1"] == CORRECTED
    coverage = own_store.layer("land_use_plan", box(0, 0, 40, 20), TODAY, CORRECTED).coverage
    assert [c.edition for c in coverage] == ["plan-2"]


def test_a_withdrawal_alone_takes_its_day(own_store: Store) -> None:
    own_store.publish([], withdraw=["plan-1", "parcels-1"], known=CORRECTED)
    assert designations(own_store, CORRECTED) == []
    assert own_store.parcels_in(EVERYWHERE, TODAY, CORRECTED) == ()
    assert len(own_store.parcels_in(EVERYWHERE, TODAY, CORRECTED - DAY)) == 12
    with pytest.raises(ValueError, match="day"):
        own_store.publish([], withdraw=["zones-1"])


def test_withdrawn_on_its_day_it_was_never_known(own_store: Store) -> None:
    own_store.publish([], withdraw=["plan-1"], known=PUBLISHED)
    assert designations(own_store, PUBLISHED) == designations(own_store, TODAY) == []


@pytest.mark.parametrize("withdraw", [["plan-9"], ["plan-1", "plan-1"], ["plan-1", ""]])
def test_only_what_stands_can_be_withdrawn(own_store: Store, withdraw: list[str]) -> None:
    refused("store-no-such-edition", lambda: own_store.publish([cadastre.corrected()], withdraw=withdraw))
    refused("store-no-such-edition", lambda: own_store.publish([], ["plan-1"], known=PUBLISHED - DAY))
    assert own_store.editions() == own_store.editions(TODAY)
    assert designations(own_store, TODAY) == ["CLN", "ODT", "TMD"]


def test_an_edition_is_published_once(own_store: Store) -> None:
    again = replace(cadastre.corrected(), edition=cadastre.edition("plan-1", "land_use_plan"), features=(), coverage=())
    assert refused("store-edition-exists", lambda: own_store.publish([again]))["edition"] == "plan-1"
    refused("store-edition-exists", lambda: own_store.publish([cadastre.corrected(), cadastre.corrected()]))
    assert len(own_store.editions()) == 4


def bad_loads() -> Iterator[Any]:
    right = cadastre.loads()[0]
    one = right.parcels[0]
    changes = {
        "of another edition": {"edition": "parcels-2"},
        "without ground": {"shape": shapely.Polygon()},
        "a line": {"shape": shapely.LineString([(0, 0), (1, 1)])},
        "at infinity": {"shape": shapely.Polygon([(0, 0), (1, float("inf")), (1, 0)])},
        "with NUL": {"commune_now": "25\x00750"},
        "with half a character": {"commune_now": "\ud800"},
    }
    for name, change in changes.items():
        yield pytest.param(replace(right, parcels=[*right.parcels, replace(one, **change)]), id=name)
    yield pytest.param(replace(right, features=[cadastre.feature("x", "ODT", one.shape)]), id="of two kinds")
    yield pytest.param(replace(right, edition=cadastre.edition("parcels-1", "plots")), id="of another layer")
    theme = replace(cadastre.corrected(), edition=cadastre.edition("plan-2", "road_corridor"))
    yield pytest.param(theme, id="of another theme")


@pytest.mark.parametrize("load", list(bad_loads()))
def test_a_load_that_could_not_be_read_again_is_refused_whole(empty_store: Store, load: Load) -> None:
    refused("store-bad-load", lambda: empty_store.publish([*cadastre.loads()[2:], load]))
    assert empty_store.editions() == ()
    assert empty_store.layer("road_corridor", EVERYWHERE, TODAY, TODAY).coverage == ()


def test_heights_are_dropped(empty_store: Store) -> None:
    flat = cadastre.parcel("1", cadastre.rectangle(0, 0, 1, 1))
    load = Load(
        cadastre.edition("parcels-1", "parcels"), parcels=[replace(flat, shape=shapely.force_3d(flat.shape, 7))]
    )
    empty_store.publish([load])
    assert [p.shape.wkb for p in empty_store.parcels_in(EVERYWHERE, TODAY, TODAY)] == [flat.shape.wkb]


def test_texts_with_every_sign_come_back(empty_store: Store) -> None:
    odd = "a\tb\nc\rd\\e\\N'\"%s{}\x01 Ấp ❖ 𠀋"
    one = cadastre.parcel(odd, cadastre.rectangle(0, 0, 1, 1), sheet="\\N", commune_now="")
    empty_store.publish([Load(cadastre.edition("parcels-1", "parcels"), parcels=[one])])
    assert empty_store.parcels(["25744@2024"], "\\N", odd, TODAY, TODAY) == (one,)
    assert empty_store.numbers(["25744@2024"], "\\N", TODAY, TODAY) == (("25744@2024", odd),)


def test_a_generator_that_fails_leaves_nothing(empty_store: Store) -> None:
    def half() -> Iterator[Load]:
        yield from cadastre.loads()[:2]
        raise RuntimeError("the file ends here")

    with pytest.raises(RuntimeError):
        empty_store.publish(half())
    assert empty_store.editions() == ()
    assert empty_store.parcels_in(EVERYWHERE, TODAY, TODAY) == ()
    empty_store.publish(cadastre.loads())
    assert len(empty_store.editions()) == 4


KILLED = """
import os, signal, sys
sys.path.insert(0, "tests")
import cadastre
from landinfo.store import open_store

def loads():
    yield cadastre.corrected()
    os.kill(os.getpid(), signal.SIGKILL)

open_store(sys.argv[1]).publish(loads(), withdraw=["plan-1"])
"""


def test_a_killed_writer_leaves_the_old_state(own_store: Store, store_url: str) -> None:
    child = subprocess.run([sys.executable, "-c", KILLED, store_url], cwd=ROOT, check=False, capture_output=True)
    assert child.returncode == -9, child.stderr
    for store in (own_store, open_store(store_url)):
        assert designations(store, TODAY) == ["CLN", "ODT", "TMD"]
        assert len(store.editions()) == 4
    own_store.publish([cadastre.corrected()], withdraw=["plan-1"])
    assert designations(own_store, TODAY) == ["ODT"]
    store.close()


REPLACING = """
import sys
from dataclasses import replace
sys.path.insert(0, "tests")
import cadastre
from landinfo.store import Load, open_store

store, load = open_store(sys.argv[1]), cadastre.corrected()
print("ready", flush=True)
while True:
    (last,) = (e.id for e in store.editions(cadastre.TODAY) if e.layer == "land_use_plan")
    key = f"plan-{len(store.editions())}"
    rows = {"features": [replace(f, edition=key) for f in load.features] * 50}
    rows |= {"coverage": [replace(c, edition=key) for c in load.coverage]}
    store.publish([Load(replace(load.edition, id=key), **rows)], withdraw=[last])
    print("published", flush=True)
"""


def test_killed_at_any_moment_it_is_whole(own_store: Store, store_url: str) -> None:
    """A writer that replaces the plan again and again is killed five times: always one plan, with all of its rows."""
    rng = random.Random(20261124)
    for published in (1, 0, 2, 0, 1):
        child = subprocess.Popen([sys.executable, "-c", REPLACING, store_url], cwd=ROOT, stdout=subprocess.PIPE)
        assert child.stdout is not None
        for _ in range(1 + published):
            child.stdout.readline()
        time.sleep(rng.uniform(0.0, 0.05))
        child.kill()
        child.communicate()
        plan = own_store.layer("land_use_plan", box(0, 0, 40, 20), TODAY, TODAY)
        assert plan.held is Held.OK
        assert len({c.edition for c in plan.coverage} | {f.edition for f in plan.features}) == 1
        assert len(plan.features) == (3 if plan.coverage[0].edition == "plan-1" else 50)
    assert len(own_store.editions()) >= 4 + 4


def test_readers_never_see_half(own_store: Store, store_url: str) -> None:
    """Readers ask all the time while a plan is replaced twenty times: coverage and features are of one edition."""
    seen: set[tuple[str, ...]] = set()
    wrong: list[object] = []
    over = threading.Event()

    def read() -> None:
        mine = open_store(store_url)
        while not over.is_set():
            try:
                found = mine.layer("land_use_plan", box(0, 0, 40, 20), TODAY, TODAY)
                editions = tuple(sorted({f.edition for f in found.features} | {c.edition for c in found.coverage}))
                seen.add(editions)
                if found.held is not Held.OK or len(editions) != 1 or not found.features:
                    wrong.append(found)
            except Busy as busy:
                wrong.append(busy)
        mine.close()

    readers = [threading.Thread(target=read) for _ in range(3)]
    for reader in readers:
        reader.start()
    last = "plan-1"
    for n in range(20):
        load = cadastre.corrected()
        key = f"plan-{n + 2}"
        rows = {"features": [replace(f, edition=key) for f in load.features]}
        rows |= {"coverage": [replace(c, edition=key) for c in load.coverage]}
        own_store.publish([Load(replace(load.edition, id=key), **rows)], withdraw=[last])
        last = key
    over.set()
    for reader in readers:
        reader.join()
    assert wrong == []
    assert len(seen) > 3


def test_two_writers_take_turns(own_store: Store, store_url: str) -> None:
    def road(n: int) -> Load:
        theme, key = "road_corridor", f"road-{n}"
        strip = cadastre.feature("r", "corridor", cadastre.rectangle(0, 0, 1, 1), theme=theme, edition=key)
        return Load(cadastre.edition(key, theme), features=[strip])

    def write(numbers: range) -> None:
        mine = open_store(store_url)
        for n in numbers:
            mine.publish([road(n)])
        mine.close()

    writers = [threading.Thread(target=write, args=(range(start, start + 10),)) for start in (10, 20, 30)]
    for writer in writers:
        writer.start()
    for writer in writers:
        writer.join()
    assert len(own_store.editions()) == 34


def test_a_second_writer_does_not_wait_for_ever(
    own_store: Store, store_url: str, engine: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(f"landinfo.store.{engine}.WAIT", 0.2)
    other = open_store(store_url)

    def loads() -> Iterator[Load]:
        refused("store-busy", lambda: other.publish([], withdraw=["road-1"], known=TODAY))
        yield cadastre.corrected()

    own_store.publish(loads())
    assert len(other.editions(TODAY)) == 5
    other.close()


def test_no_store_is_written_over(own_store: Store, store_url: str) -> None:
    refused("store-exists", lambda: create_store(store_url, cadastre.FACTS, [], []))
    assert len(own_store.parcels_in(EVERYWHERE, TODAY, TODAY)) == 12


@pytest.mark.parametrize("crs", ["VN-2000", "EPSG:", "EPSG:abc", "9210"])
def test_a_plane_that_is_none(store_url: str, crs: str) -> None:
    refused("store-bad-plane", lambda: create_store(store_url, replace(cadastre.FACTS, crs=crs), [], []))


@pytest.mark.parametrize("crs", ["EPSG:4326", "EPSG:2227", "EPSG:6956"])
def test_a_plane_must_be_in_metres(store_url: str, crs: str) -> None:
    refused("crs-not-supported", lambda: create_store(store_url, replace(cadastre.FACTS, crs=crs), [], []))


def test_a_newer_store_is_refused(own_store: Store, store_url: str, run_sql: RunSql) -> None:
    newer = SCHEMA_VERSION + 1
    run_sql(store_url, f"UPDATE meta SET value = '{newer}' WHERE key = 'schema_version'")
    params = refused("store-newer", lambda: open_store(store_url))
    assert (params["version"], params["needed"]) == (newer, SCHEMA_VERSION)
    refused("store-newer", lambda: upgrade.upgrade(store_url))
    refused("store-newer", lambda: own_store.publish([cadastre.corrected()]))


def test_what_is_no_store_is_refused(own_store: Store, store_url: str, run_sql: RunSql) -> None:
    run_sql(store_url, "DELETE FROM meta WHERE key = 'schema_version'")
    refused("store-unknown", lambda: open_store(store_url))
    run_sql(store_url, "DROP TABLE meta")
    refused("store-unknown", lambda: open_store(store_url))
    refused("store-unknown", lambda: upgrade.upgrade(store_url))


AGED = """
ALTER TABLE editions ADD COLUMN published DATE; ALTER TABLE editions ADD COLUMN withdrawn DATE;
UPDATE editions SET published = (SELECT min(s.published) FROM spans s WHERE s.edition = editions.id),
  withdrawn = (SELECT max(s.withdrawn) FROM spans s WHERE s.edition = editions.id);
DROP TABLE measures; DROP TABLE measure_runs;
DROP TABLE spans; DROP TABLE events; DROP TABLE staging; DROP TABLE lineage;
ALTER TABLE parcels DROP COLUMN commune_now; UPDATE meta SET value = '0' WHERE key = 'schema_version';
"""


STALE = "".join(f"DROP FUNCTION landinfo.{name} CASCADE;" for name in ("measures_stale", "changed"))


@pytest.fixture
def aged(engine: str, own_store: Store, store_url: str, run_sql: RunSql) -> Callable[[], None]:
    """Makes the store one of schema version 0."""
    tables = ("parcels", "features", "coverage", "price_zones")
    triggers = "".join(f"DROP TRIGGER changed_{table}; DROP TRIGGER taken_{table};" for table in tables)
    named = "'spans', 'events', 'staging', 'lineage', 'measures', 'measure_runs'"
    contents = f"DELETE FROM gpkg_contents WHERE table_name IN ({named});"
    before, after = (triggers, contents) if engine == "geopackage" else (STALE, "")
    return lambda: run_sql(store_url, before + AGED + after)


def test_an_older_store_is_upgraded(
    own_store: Store, store_url: str, run_sql: RunSql, aged: Callable[[], None]
) -> None:
    """Version 0 did not say where a parcel's ground lies now; it follows where the old commune went whole."""
    own_store.publish([], withdraw=["road-1"], known=CORRECTED)
    run_sql(store_url, "UPDATE parcels SET commune = '25741' WHERE sheet = 'D4-12'")
    known = own_store.editions()
    before = own_store.parcels_in(EVERYWHERE, TODAY, TODAY)
    aged()
    params = refused("store-older", lambda: open_store(store_url))
    assert (params["version"], params["needed"]) == (0, SCHEMA_VERSION)
    assert upgrade.upgrade(store_url) == (0, SCHEMA_VERSION)
    assert upgrade.upgrade(store_url) == (SCHEMA_VERSION, SCHEMA_VERSION)
    after = open_store(store_url)
    now = {"25744": "25750", "25750": "25750", "25741": None, "00025": None}
    expected = tuple(replace(p, commune_now=now[p.ref.commune]) for p in before)
    assert after.parcels_in(EVERYWHERE, TODAY, TODAY) == expected
    assert after.editions() == known
    assert [e.id for e in known if e.withdrawn] == ["road-1"]
    after.publish([cadastre.corrected()])
    after.close()


def test_an_upgrade_that_fails_changes_nothing(
    own_store: Store, store_url: str, run_sql: RunSql, aged: Callable[[], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    aged()
    broken = ("CREATE TABLE half (a integer)", "UPDATE no_such_table SET a = 1")
    monkeypatch.setattr(upgrade, "STEPS", (*upgrade.STEPS, upgrade.Step(geopackage=broken, postgis=broken)))
    monkeypatch.setattr(upgrade, "SCHEMA_VERSION", SCHEMA_VERSION + 1)
    refused("store-cannot-write", lambda: upgrade.upgrade(store_url))
    assert refused("store-older", lambda: open_store(store_url))["version"] == 0
    monkeypatch.undo()
    assert upgrade.upgrade(store_url) == (0, SCHEMA_VERSION)
    run_sql(store_url, "CREATE TABLE half (a integer)")


def test_an_upgraded_store_has_the_tables_of_a_new_one(
    own_store: Store, store_url: str, engine: str, aged: Callable[[], None], request: pytest.FixtureRequest
) -> None:
    def tables() -> set[tuple[object, ...]]:
        if engine == "geopackage":
            held = sqlite3.connect(store_url)
            names = [
                r[0] for r in held.execute("SELECT name FROM sqlite_master WHERE type IN ('table', 'index', 'trigger')")
            ]
            found = {(n, *c[1:4]) for n in names for c in held.execute(f"PRAGMA table_info({n})")}
            found |= set(held.execute("SELECT name, sql FROM sqlite_master WHERE type = 'trigger'"))
            found |= {(n,) for n in names} | set(held.execute("SELECT table_name, data_type FROM gpkg_contents"))
            held.close()
            return found
        server, columns = request.getfixturevalue("postgis_server"), "table_name, column_name, data_type, is_nullable"
        select = f"SELECT {columns} FROM information_schema.columns WHERE table_schema = 'landinfo'"
        indexes = "SELECT indexname, '', '', '' FROM pg_indexes WHERE schemaname = 'landinfo'"
        triggers = (
            "SELECT tgname, tgrelid::regclass::text, pg_get_triggerdef(t.oid), "
            "prosrc || prosecdef || coalesce(proconfig::text, '') FROM pg_trigger t "
            "JOIN pg_proc p ON p.oid = tgfoid WHERE NOT tgisinternal"
        )
        return set(server.execute(f"{select} UNION {indexes} UNION {triggers}", dbname(store_url)))

    new = tables()
    aged()
    assert tables() != new
    upgrade.upgrade(store_url)
    assert tables() == new


def test_one_broken_theme_does_not_take_the_others_down(
    own_store: Store, store_url: str, engine: str, run_sql: RunSql
) -> None:
    if engine == "geopackage":
        updates = "".join(f"DROP TRIGGER rtree_features_geom_update{n};" for n in (1, 2, 3, 4))
        run_sql(store_url, f"{updates} UPDATE features SET geom = x'47500003' WHERE id = 'a2'")
    else:
        broken = "CASE WHEN id = 'a2' THEN (1 / (length(id) - 2))::text ELSE article END AS article"
        columns = f"fid, geom, id, theme, designation, effective_from, effective_to, document, {broken}, edition"
        run_sql(store_url, f"ALTER TABLE features RENAME TO kept; CREATE VIEW features AS SELECT {columns} FROM kept")
    store = open_store(store_url)
    where = box(0, 0, 40, 1)
    failed = store.layer("land_use_plan", where, TODAY, TODAY)
    assert (failed.layer, failed.held, failed.coverage, failed.features) == ("land_use_plan", Held.FAILED, (), ())
    road = store.layer("road_corridor", where, TODAY, TODAY)
    assert (road.held, len(road.features), len(road.coverage)) == (Held.OK, 1, 1)
    assert store.zones(where, TODAY, TODAY)[0].held is Held.OK
    assert store.layer("land_use_plan", box(500, 0, 501, 1), TODAY, TODAY).held is Held.OK
    assert len(store.parcels_in(EVERYWHERE, TODAY, TODAY)) == 12
    store.close()


def test_broken_zones_and_parcels(own_store: Store, store_url: str, engine: str, run_sql: RunSql) -> None:
    """Zones fail as a layer does; where the rows are the whole answer, it is ``Busy`` and never half an answer."""
    run_sql(store_url, "UPDATE price_zones SET conditions = '{' WHERE id = 'z1'")
    run_sql(store_url, "UPDATE parcels SET land_uses = '[{}]' WHERE number = '4'")
    store = open_store(store_url)
    held, zones = store.zones(EVERYWHERE, TODAY, TODAY)
    assert (held.layer, held.held, held.coverage, zones) == ("price_zones", Held.FAILED, (), ())
    refused("store-broken", lambda: store.parcels(["25744@2024"], "1", "4", TODAY, TODAY))
    refused("store-broken", lambda: store.parcels_in(EVERYWHERE, TODAY, TODAY))
    assert len(store.parcels(["25744@2024"], "1", "1", TODAY, TODAY)) == 1
    store.close()


def test_many_threads_read_at_once(store: Store) -> None:
    expected = store.parcels_in(EVERYWHERE, TODAY, TODAY)
    same: list[bool] = []

    def read() -> None:
        same.extend(store.parcels_in(EVERYWHERE, TODAY, TODAY) == expected for _ in range(20))

    threads = [threading.Thread(target=read) for _ in range(24)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert same == [True] * 480


@pytest.mark.postgis
def test_the_first_rows_leave_the_tables_as_they_were_made(
    new_place: Callable[[str], str], postgis_server: Any
) -> None:
    """Indexes and references, which the first publication makes anew; the second does not touch them."""
    url = new_place("postgis")
    made = create_store(url, cadastre.FACTS, cadastre.communes(), cadastre.UNIONS)

    def told() -> list[Any]:
        indexes = "SELECT indexname, indexdef FROM pg_indexes WHERE schemaname = 'landinfo' ORDER BY 1"
        held = "SELECT conrelid::regclass::text, conname, convalidated, pg_get_constraintdef(oid) FROM pg_constraint"
        where = "WHERE connamespace = 'landinfo'::regnamespace ORDER BY 1, 2"
        return [*postgis_server.execute(indexes, dbname(url)), *postgis_server.execute(f"{held} {where}", dbname(url))]

    def numbers() -> list[Any]:
        return postgis_server.execute("SELECT oid FROM pg_class WHERE relname ~ '_(geom|ref)$' ORDER BY 1", dbname(url))

    bare, before = told(), numbers()
    assert len(bare) > 20
    made.publish(cadastre.loads())
    first = numbers()
    assert told() == bare
    assert len(first) == len(before)
    assert first != before
    made.publish([cadastre.corrected()], withdraw=["plan-1"])
    assert (told(), numbers()) == (bare, first)
    made.close()


@pytest.mark.postgis
def test_rows_come_back_whatever_stands_in_their_texts(new_place: Callable[[str], str], tmp_path: Path) -> None:
    """What COPY has a meaning for, and no text; on both engines."""
    odd = ["\\\\N", "\\N", "\t", "a\nb\rc", "\\\\.", "", "ộ\\"]
    ground = cadastre.rectangle(0, 200, 60, 260)
    features = [cadastre.feature(f"{n}{text}", text, ground, theme="odd", edition="odd") for n, text in enumerate(odd)]
    parcel = cadastre.parcel("1", ground, edition="odd-2", registered_area=None, commune_now=None)
    for url in (new_place("postgis"), str(tmp_path / "odd.gpkg")):
        made = create_store(url, cadastre.FACTS, cadastre.communes(), cadastre.UNIONS)
        made.publish([Load(cadastre.edition("odd", "odd", rows=len(odd)), features=features)])
        made.publish([Load(cadastre.edition("odd-2", "parcels", rows=1), parcels=[parcel])])
        held = made.layer("odd", EVERYWHERE, TODAY, TODAY).features
        assert sorted((f.id, f.designation) for f in held) == sorted((f.id, f.designation) for f in features)
        assert list(made.parcels_in(EVERYWHERE, TODAY, TODAY)) == [parcel]
        made.close()


TEXTS = st.text(st.characters(exclude_categories=["Cs"]), max_size=6)


@given(st.lists(st.tuples(TEXTS, TEXTS, st.none() | st.decimals(allow_nan=False, allow_infinity=False)), max_size=3))
def test_uses_are_written_as_json(each: list[tuple[str, str, Any]]) -> None:
    """To the byte: stores that were written before hold the same."""
    uses = [{"code": c, "regime": r, "area": None if a is None else str(a)} for c, r, a in each]
    assert _uses([LandUse(*use) for use in each]) == json.dumps(uses, ensure_ascii=False)
