"""The server engine's connections: a fixed number, bounded waits, and a question that survives a lost one."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import cadastre
import postgres
import psycopg2
import pytest
from cadastre import EAST, EVERYWHERE, NORTH, TODAY, box
from psycopg2.extensions import parse_dsn
from tiled import tile_of

from landinfo import coordinates
from landinfo.model import Busy, Held, Refused
from landinfo.store import Load, create_store, open_store
from landinfo.store.postgis import PostgisStore

pytestmark = pytest.mark.postgis
ROOT = Path(__file__).resolve().parent.parent


@pytest.fixture(scope="module")
def url(postgis_database: str) -> str:
    made = create_store(postgis_database, cadastre.FACTS, cadastre.communes(), cadastre.UNIONS)
    made.publish(cadastre.loads())
    made.close()
    return postgis_database


@pytest.fixture
def store(url: str) -> Iterator[PostgisStore]:
    opened = PostgisStore.open(url, pool=2, wait=0.3, statement_timeout=1.0)
    yield opened
    opened.close()


@pytest.fixture
def sql(url: str, postgis_server: postgres.Server) -> Callable[[str], list[tuple[object, ...]]]:
    database = parse_dsn(url)["dbname"]
    return lambda statement: postgis_server.execute(f"SET search_path = landinfo, public; {statement}", database)


Sql = Callable[[str], list[tuple[object, ...]]]
OURS = "FROM pg_stat_activity WHERE datname = current_database() AND application_name = 'landinfo'"


def ask(store: PostgisStore) -> int:
    return len(store.parcels_in(EVERYWHERE, TODAY, TODAY))


def draw(store: PostgisStore) -> bytes:
    return store.tile("parcels", *tile_of(16, EAST + 20, NORTH + 8), TODAY, TODAY)


def in_threads(count: int, work: Callable[[], object]) -> list[object]:
    """What each thread got, or the exception that it raised."""
    got: list[object] = []

    def run() -> None:
        try:
            got.append(work())
        except Exception as wrong:
            got.append(wrong)

    threads = [threading.Thread(target=run) for _ in range(count)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return got


def test_the_pool_never_grows_and_never_shrinks(store: PostgisStore, sql: Sql) -> None:
    first = {row[0] for row in sql(f"SELECT pid {OURS}")}
    assert in_threads(30, lambda: [ask(store) for _ in range(5)]) == [[12] * 5] * 30
    kept = {row[0] for row in sql(f"SELECT pid {OURS}")}
    assert len(kept - first) <= 2
    assert in_threads(30, lambda: ask(store)) == [12] * 30
    assert {row[0] for row in sql(f"SELECT pid {OURS}")} - first == kept - first


def test_an_exhausted_pool_waits_and_then_is_busy(store: PostgisStore, sql: Sql) -> None:
    ask(store)
    with store._pool._slot(), store._pool._slot():
        for question in (store.ready, lambda: store.layer("land_use_plan", EVERYWHERE, TODAY, TODAY)):
            began = time.monotonic()
            with pytest.raises(Busy, match="store-busy"):
                question()
            assert 0.25 < time.monotonic() - began < 1.5
    assert ask(store) == 12


def test_one_that_comes_free_in_time_is_used(store: PostgisStore) -> None:
    taken = threading.Event()

    def hold() -> None:
        with store._pool._slot(), store._pool._slot():
            taken.set()
            time.sleep(0.1)

    holder = threading.Thread(target=hold)
    holder.start()
    taken.wait()
    assert ask(store) == 12
    holder.join()


def test_a_lost_connection_is_replaced_and_the_question_asked_again(store: PostgisStore, sql: Sql) -> None:
    assert in_threads(8, lambda: ask(store)) == [12] * 8
    tile = draw(store)
    assert tile
    for _ in range(3):
        sql(f"SELECT pg_terminate_backend(pid) {OURS}")
        assert draw(store) == tile
        sql(f"SELECT pg_terminate_backend(pid) {OURS}")
        assert ask(store) == 12
        sql(f"SELECT pg_terminate_backend(pid) {OURS}")
        found = store.layer("land_use_plan", box(0, 0, 40, 20), TODAY, TODAY)
        assert (found.held, len(found.features)) == (Held.OK, 3)


def test_questions_survive_while_connections_are_killed(store: PostgisStore, sql: Sql) -> None:
    """Each loses its connection at most once here: what is killed twice running is ``Busy``, never a wrong answer."""
    over = threading.Event()
    got: list[object] = []

    def read() -> None:
        while not over.is_set():
            try:
                got.append(ask(store))
            except Busy as busy:
                got.append(busy.code)

    readers = [threading.Thread(target=read) for _ in range(2)]
    for reader in readers:
        reader.start()
    for _ in range(10):
        time.sleep(0.05)
        sql(f"SELECT pg_terminate_backend(pid) {OURS}")
    over.set()
    for reader in readers:
        reader.join()
    assert set(got) <= {12, "store-lost"}
    assert got.count("store-lost") < 10  # ten times two lost connections, and nearly all were asked again unseen
    assert got.count(12) > 10


def test_a_server_that_is_gone_is_busy(store: PostgisStore, monkeypatch: pytest.MonkeyPatch, sql: Sql) -> None:
    assert in_threads(4, lambda: ask(store)) == [12] * 4
    sql(f"SELECT pg_terminate_backend(pid) {OURS}")

    def refuse(*args: object) -> object:
        raise psycopg2.OperationalError("connection refused")

    with monkeypatch.context() as gone:
        gone.setattr(psycopg2, "connect", refuse)
        for question in (
            lambda: ask(store),
            lambda: draw(store),
            store.ready,
            lambda: store.layer("river", EVERYWHERE, TODAY, TODAY),
        ):
            with pytest.raises(Busy, match="store-lost"):
                question()
    assert ask(store) == 12


def test_a_publication_is_never_tried_again(url: str, sql: Sql) -> None:
    tries: list[int] = []

    def loads() -> Iterator[Load]:
        tries.append(1)
        sql(f"SELECT pg_terminate_backend(pid) {OURS}")
        yield cadastre.corrected()

    store = open_store(url)
    with pytest.raises(Busy, match="store-lost"):
        store.publish(loads())
    assert tries == [1]
    assert [e.id for e in store.editions()] == ["plan-1", "parcels-1", "zones-1", "road-1"]
    store.close()


@pytest.fixture
def slow_theme(sql: Sql) -> Iterator[None]:
    columns = "fid, geom, id, theme, designation, effective_from, effective_to, document, edition"
    sql("ALTER TABLE features RENAME TO kept")
    sql(f"CREATE VIEW features AS SELECT {columns}, CASE WHEN theme = 'road_corridor' THEN pg_sleep(5)::text"
        " ELSE article END AS article FROM kept")  # fmt: skip
    yield
    sql("DROP VIEW features")
    sql("ALTER TABLE kept RENAME TO features")


@pytest.mark.usefixtures("slow_theme")
def test_a_theme_that_takes_too_long_has_failed(url: str) -> None:
    store = open_store(url, pool=1, statement_timeout=0.3)
    began = time.monotonic()
    assert store.layer("road_corridor", EVERYWHERE, TODAY, TODAY).held is Held.FAILED
    assert time.monotonic() - began < 2
    plan = store.layer("land_use_plan", EVERYWHERE, TODAY, TODAY)
    assert (plan.held, len(plan.features)) == (Held.OK, 4)
    store.close()


def test_a_locked_table_is_busy_after_the_timeout(store: PostgisStore, url: str) -> None:
    ask(store)
    holder = psycopg2.connect(url)
    holder.cursor().execute("LOCK TABLE landinfo.parcels IN ACCESS EXCLUSIVE MODE")
    began = time.monotonic()
    for question in (ask, draw):
        with pytest.raises(Busy, match="store-busy"):
            question(store)
    assert 1.6 < time.monotonic() - began < 6
    holder.close()
    assert ask(store) == 12


def test_connections_are_set_for_small_questions(store: PostgisStore) -> None:
    shown = {
        name: store._pool.ask(f"SHOW {name}")[0][0]
        for name in ("jit", "max_parallel_workers_per_gather", "plan_cache_mode", "statement_timeout")
    }
    assert shown == {
        "jit": "off", "max_parallel_workers_per_gather": "0", "plan_cache_mode": "force_generic_plan",
        "statement_timeout": "1s",
    }  # fmt: skip
    with pytest.raises(psycopg2.errors.ReadOnlySqlTransaction):
        store._pool.ask("DELETE FROM parcels RETURNING fid")
    prepared = store._pool.ask("SELECT name FROM pg_prepared_statements ORDER BY 1")
    assert [row[0] for row in prepared] == [
        "days_ahead", "features", "lineage", "mark", "numbers", "parcels", "parcels_in", "price_zones",
        "squares", "surroundings",
    ]  # fmt: skip


@pytest.mark.usefixtures("url")
def test_the_private_srid_has_no_seam(sql: Sql) -> None:
    """ST_Transform on both sides of 11.04°N agrees with the core to less than a millimetre."""
    assert sql("SELECT DISTINCT srid FROM public.geometry_columns WHERE f_table_schema = 'landinfo'") == [(990210,)]
    for northing in (1_205_000, 1_219_000, 1_220_900, 1_221_100, 1_222_000, 1_250_000):
        point = f"ST_Transform(ST_SetSRID(ST_MakePoint(600000, {northing}), 990210), 4326)"
        lon, lat = sql(f"SELECT ST_X({point}), ST_Y({point})")[0]
        assert coordinates.plane("EPSG:9210").point_to_wgs84(600_000, northing) == pytest.approx((lon, lat), abs=1e-9)


def test_several_hosts(url: str) -> None:
    """A host that does not answer is passed over; reading prefers what it is told to."""
    given = parse_dsn(url)
    both = f"postgresql://?host=/no/such/folder,{given['host']}&dbname={given['dbname']}&user={given['user']}"
    store = PostgisStore.open(f"{both}&target_session_attrs=prefer-standby", pool=1)
    assert ask(store) == 12
    store.publish([], known=TODAY)
    store.close()


def test_nobody_there(tmp_path: Path) -> None:
    with socket.socket() as closed:
        closed.bind(("127.0.0.1", 0))
        port = closed.getsockname()[1]
        with pytest.raises(Busy, match="store-no-server") as wrong:
            open_store(f"postgresql://somebody:secret@127.0.0.1:{port}/land")
    assert "secret" not in str(wrong.value)
    assert wrong.value.params["store"] == "postgresql://127.0.0.1/land"
    with pytest.raises(Refused, match="store-bad-address"):
        open_store("postgresql://host/db?no_such_option=1")


def test_other_tables_of_the_name_are_not_ours(
    postgis_server: postgres.Server, postgis_database: str, url: str
) -> None:
    place = postgis_server.new_database()
    database = parse_dsn(place)["dbname"]
    postgis_server.execute("CREATE TABLE public.meta AS SELECT 'schema_version' AS key, '1' AS value", database)
    with pytest.raises(Refused, match="store-unknown"):
        open_store(place)
    made = create_store(place, cadastre.FACTS, [], [])
    assert made.communes() == ((), ())
    made.close()
    postgis_server.drop(place)


def test_postgis_in_a_schema_of_its_own(postgis_server: postgres.Server) -> None:
    place = postgis_server.new_database()
    database = parse_dsn(place)["dbname"]
    postgis_server.execute("DROP EXTENSION postgis", database)
    postgis_server.execute('CREATE SCHEMA "Geo"', database)
    postgis_server.execute('CREATE EXTENSION postgis SCHEMA "Geo"', database)
    made = create_store(place, cadastre.FACTS, [], [])
    made.publish(cadastre.loads())
    assert len(made.parcels_in(EVERYWHERE, TODAY, TODAY)) == 12
    made.close()
    postgis_server.drop(place)


FORKED = """
import os, sys
sys.path.insert(0, "tests")
from cadastre import EVERYWHERE, TODAY
from landinfo.store import open_store
store = open_store(sys.argv[1], pool=1)
expected = store.parcels_in(EVERYWHERE, TODAY, TODAY)
pid = store._pool.ask("SELECT pg_backend_pid()")
child = os.fork()
if not child:
    import gc
    same = store.parcels_in(EVERYWHERE, TODAY, TODAY) == expected and store._pool.ask("SELECT pg_backend_pid()") != pid
    gc.collect()
    sys.exit(0 if same else 1)
assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0
assert store._pool.ask("SELECT pg_backend_pid()") == pid
"""


@pytest.mark.skipif(not hasattr(os, "fork"), reason="this system does not fork")
def test_a_fork_has_connections_of_its_own(url: str) -> None:
    child = subprocess.run([sys.executable, "-c", FORKED, url], cwd=ROOT, check=False, capture_output=True)
    assert child.returncode == 0, child.stderr
