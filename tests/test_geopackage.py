"""The embedded engine's file: a GeoPackage for everybody else too, and one that outlives its writers."""

from __future__ import annotations

import os
import shutil
import signal
import sqlite3
import struct
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import cadastre
import pytest
import shapely
from cadastre import EAST, EVERYWHERE, NORTH, TODAY

from landinfo import coordinates
from landinfo.model import Busy, Refused
from landinfo.store import Load, Store, create_store, geopackage, geopackage_file, geopackage_surroundings, open_store
from landinfo.store.plane import definition
from landinfo.store.upgrade import upgrade

ROOT = Path(__file__).resolve().parent.parent
SHAPED = {"parcels": 13, "features": 6, "coverage": 5, "price_zones": 2}


@pytest.fixture
def path(tmp_path: Path) -> Path:
    made = create_store(str(tmp_path / "sổ địa chính.gpkg"), cadastre.FACTS, cadastre.communes(), cadastre.UNIONS)
    made.publish(cadastre.loads())
    made.close()
    return tmp_path / "sổ địa chính.gpkg"


@pytest.fixture
def held(path: Path) -> Iterator[sqlite3.Connection]:
    opened = sqlite3.connect(path)
    yield opened
    opened.close()


def test_a_geopackage_by_the_letter(held: sqlite3.Connection) -> None:
    """OGC 12-128r17: requirements 2, 3, 6, 7 (head and soundness), 10, 11, 13, 21, 22, 75 to 77 (tables)."""
    assert held.execute("PRAGMA application_id").fetchone() == (0x47504B47,)
    assert held.execute("PRAGMA user_version").fetchone() == (10300,)
    assert held.execute("PRAGMA integrity_check").fetchone() == ("ok",)
    assert held.execute("PRAGMA foreign_key_check").fetchall() == []
    assert {-1, 0, 4326, 990210} == {row[0] for row in held.execute("SELECT srs_id FROM gpkg_spatial_ref_sys")}
    kinds = dict(held.execute("SELECT table_name, data_type FROM gpkg_contents"))
    tables = {row[0] for row in held.execute("SELECT name FROM sqlite_master WHERE type = 'table'")}
    ours = {name for name in tables if not name.startswith(("gpkg_", "rtree_", "sqlite_"))}
    assert kinds.keys() == ours
    assert {name for name, kind in kinds.items() if kind == "features"} == SHAPED.keys()
    shapes = held.execute(
        "SELECT table_name, column_name, srs_id, z, m FROM gpkg_geometry_columns ORDER BY 1"
    ).fetchall()
    assert shapes == [(name, "geom", 990210, 0, 0) for name in sorted(SHAPED)]
    extensions = held.execute("SELECT table_name, extension_name, scope FROM gpkg_extensions ORDER BY 1").fetchall()
    assert extensions == [(name, "gpkg_rtree_index", "write-only") for name in sorted(SHAPED)]


@pytest.mark.parametrize("table", SHAPED)
def test_the_index_holds_every_shape(held: sqlite3.Connection, table: str) -> None:
    found = held.execute(
        f"SELECT t.geom, r.minx, r.miny, r.maxx, r.maxy FROM {table} t JOIN rtree_{table}_geom r ON r.id = t.fid"
    ).fetchall()
    assert len(found) == SHAPED[table] == held.execute(f"SELECT count(*) FROM rtree_{table}_geom").fetchone()[0]
    for blob, min_x, min_y, max_x, max_y in found:
        magic, version, flags, srid, *envelope = struct.unpack_from("<2sBBi4d", blob)
        assert (magic, version, flags, srid) == (b"GP", 0, 0b11, 990210)
        bounds = shapely.from_wkb(blob[40:]).bounds
        assert (envelope[0], envelope[2], envelope[1], envelope[3]) == bounds
        assert min_x <= bounds[0] < min_x + 0.1
        assert min_y <= bounds[1] < min_y + 0.2
        assert max_x - 0.1 < bounds[2] <= max_x
        assert max_y - 0.2 < bounds[3] <= max_y


def test_triggers_are_the_standards(held: sqlite3.Connection) -> None:
    """They stand again after a load, and keep the index when somebody else edits the file."""
    names = {row[0] for row in held.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'")}
    kinds = ("insert", "update1", "update2", "update3", "update4", "delete")
    told = {f"{name}_{table}" for table in SHAPED for name in ("changed", "taken")}
    assert names == told | {f"rtree_{table}_geom_{kind}" for table in SHAPED for kind in kinds}
    geopackage_file.register(held)
    blob = held.execute("SELECT geom FROM parcels WHERE number = '007'").fetchone()[0]
    held.execute("UPDATE parcels SET geom = ? WHERE number = '3'", (blob,))
    held.execute("UPDATE parcels SET fid = 900 WHERE number = '4'")
    held.execute("DELETE FROM parcels WHERE number = '1'")
    held.execute(
        "INSERT INTO coverage SELECT 77, ?, layer, effective_from, NULL, 1, edition FROM coverage LIMIT 1", (blob,)
    )
    inside = "SELECT r.id FROM rtree_{0}_geom r WHERE minx > {1} AND maxx < {2} ORDER BY 1"
    three = held.execute("SELECT fid FROM parcels WHERE number = '3'").fetchone()[0]
    assert held.execute(inside.format("parcels", EAST + 899, EAST + 911)).fetchall() == [(three,), (13,)]
    assert held.execute(inside.format("parcels", EAST + 12, EAST + 23)).fetchall() == [(900,)]
    assert held.execute(inside.format("parcels", EAST - 1, EAST + 11)).fetchall() == [(11,)]
    assert held.execute(inside.format("coverage", EAST + 899, EAST + 911)).fetchall() == [(77,)]


def test_extent_and_last_change_are_kept(path: Path, held: sqlite3.Connection) -> None:
    select = "SELECT min_x, min_y, max_x, max_y, last_change FROM gpkg_contents WHERE table_name = ?"
    assert held.execute(select, ("parcels",)).fetchone() == (
        EAST, NORTH, EAST + 910, NORTH + 50, "2026-01-15T00:00:00.000Z",
    )  # fmt: skip
    far = cadastre.feature("x", "ODT", cadastre.rectangle(-500, 0, 0, 900), edition="plan-2")
    store = open_store(str(path))
    later = cadastre.edition("plan-2", "land_use_plan", published=cadastre.CORRECTED)
    store.publish([Load(later, features=[far])])
    store.close()
    changed = (EAST - 500, NORTH - 5, EAST + 505, NORTH + 900, "2026-06-01T00:00:00.000Z")
    assert held.execute(select, ("features",)).fetchone() == changed


@pytest.mark.skipif(not shutil.which("ogrinfo") and not os.environ.get("CI"), reason="ogrinfo is not installed")
def test_gdal_opens_it_as_it_is(path: Path) -> None:
    def gdal(*command: str, given: str = "") -> str:
        done = subprocess.run(command, capture_output=True, text=True, check=True, input=given)
        assert done.stderr == ""
        return done.stdout

    summary = gdal("ogrinfo", "-ro", "-so", str(path), "parcels")
    assert "Feature Count: 13" in summary
    assert "registered_area: String" in summary
    assert "effective_from: Date" in summary
    near = gdal("ogrinfo", "-ro", "-al", str(path), "parcels", "-spat", *(str(EAST + n) for n in (5,)), str(NORTH + 5),
                str(EAST + 5.5), str(NORTH + 5.5))  # fmt: skip
    assert "Feature Count: 1\n" in near
    assert "POLYGON ((605010 1216000,605010 1216020,605000 1216020,605000 1216000,605010 1216000))" in near


@pytest.mark.skipif(not shutil.which("gdaltransform") and not os.environ.get("CI"), reason="GDAL is not installed")
@pytest.mark.parametrize("crs", ["EPSG:9210", "EPSG:9209", "EPSG:3405", "EPSG:5897"])
def test_the_plane_written_down_is_the_pinned_one(crs: str, tmp_path: Path) -> None:
    """No seam at 11.04°N in what QGIS and GDAL make of the file: within a millimetre of the core."""
    file = tmp_path / "plane.wkt"
    file.write_text(definition(crs).wkt, "utf-8")
    northings = (1_205_000, 1_219_000, 1_220_900, 1_221_100, 1_222_000, 1_250_000)
    command = ["gdaltransform", "-s_srs", str(file), "-t_srs", "EPSG:4326"]
    given = "\n".join(f"600000 {n}" for n in northings)
    done = subprocess.run(command, capture_output=True, text=True, check=True, input=given)
    for northing, line in zip(northings, done.stdout.splitlines(), strict=True):
        lon, lat, _ = map(float, line.split())
        assert coordinates.plane(crs).point_to_wgs84(600_000, northing) == pytest.approx((lon, lat), abs=1e-8)


def test_opening_is_quick(path: Path) -> None:
    times = []
    for _ in range(5):
        began = time.perf_counter()
        store = open_store(str(path))
        store.parcels(["25744@2024"], "1", "1", TODAY, TODAY)
        times.append(time.perf_counter() - began)
        store.close()
    assert min(times) < 0.1


def test_nothing_stands_beside_the_file(path: Path) -> None:
    store = open_store(str(path))
    store.publish([cadastre.corrected()])
    assert [p.name for p in path.parent.iterdir()] == [path.name]
    store.close()


def test_readers_cannot_write(path: Path) -> None:
    held = geopackage_file.Readers(path, 1.0)
    with pytest.raises(sqlite3.OperationalError):
        held.ask(lambda c: c.execute("DELETE FROM parcels"))
    held.close()


def test_a_file_that_is_none(tmp_path: Path) -> None:
    for name, content in (("text.gpkg", b"not a database, but long enough to be looked at" * 9), ("empty.gpkg", b"")):
        (tmp_path / name).write_bytes(content)
        with pytest.raises(Refused, match="store-unknown"):
            open_store(str(tmp_path / name))
        with pytest.raises(Refused, match="store-unknown"):
            upgrade(str(tmp_path / name))
    for ask in (open_store, upgrade):
        with pytest.raises(Refused, match="store-missing"):
            ask(str(tmp_path / "none.gpkg"))
    with pytest.raises(Refused, match="store-missing"):
        open_store(str(tmp_path))
    with pytest.raises(Refused, match="store-exists"):
        create_store(str(tmp_path / "text.gpkg"), cadastre.FACTS, [], [])
    with pytest.raises(Refused, match="store-cannot-write"):
        create_store(str(tmp_path / "no" / "folder.gpkg"), cadastre.FACTS, [], [])
    create_store(str(tmp_path / "empty.gpkg"), cadastre.FACTS, [], []).close()


def test_a_store_that_could_not_be_made_leaves_room(tmp_path: Path) -> None:
    twice = [*cadastre.communes(), cadastre.communes()[0]]
    with pytest.raises(Refused, match="store-cannot-write"):
        create_store(str(tmp_path / "s.gpkg"), cadastre.FACTS, twice, [])
    create_store(str(tmp_path / "s.gpkg"), cadastre.FACTS, cadastre.communes(), []).close()


HALF_WRITTEN = """
import os, signal, sqlite3, sys
held = sqlite3.connect(sys.argv[1], isolation_level=None)
held.execute("PRAGMA cache_size = 5")
held.execute("BEGIN")
held.execute("UPDATE spans SET withdrawn = '2020-01-01'")
held.execute("CREATE TABLE filler (x)")
held.executemany("INSERT INTO filler VALUES (?)", [("x" * 3000,)] * 500)
os.kill(os.getpid(), signal.SIGKILL)
"""


def half_write(path: Path) -> None:
    """A writer whose pages are already in the file when it is killed: the worst moment of a commit."""
    before = path.stat().st_size
    child = subprocess.run([sys.executable, "-c", HALF_WRITTEN, str(path)], check=False)
    assert child.returncode == -signal.SIGKILL
    assert path.stat().st_size > before
    assert path.with_name(path.name + "-journal").stat().st_size > 0


def test_a_half_written_file_is_taken_back(path: Path) -> None:
    running = open_store(str(path))
    expected = running.parcels_in(EVERYWHERE, TODAY, TODAY)
    half_write(path)
    assert len(running.layer("road_corridor", EVERYWHERE, TODAY, TODAY).features) == 1
    half_write(path)
    fresh = open_store(str(path))
    assert fresh.parcels_in(EVERYWHERE, TODAY, TODAY) == expected
    half_write(path)
    assert running.parcels_in(EVERYWHERE, TODAY, TODAY) == expected
    half_write(path)
    assert len(running.layer("road_corridor", EVERYWHERE, TODAY, TODAY).features) == 1
    half_write(path)
    running.publish([cadastre.corrected()])
    assert len(fresh.editions(TODAY)) == 5
    running.close()
    fresh.close()


def test_a_writer_that_holds_the_file_makes_readers_busy(path: Path, held: sqlite3.Connection) -> None:
    store = geopackage.GeopackageStore.open(str(path), wait=0.2)
    held.execute("BEGIN EXCLUSIVE")
    began = time.monotonic()
    for ask in (store.ready, lambda: store.layer("land_use_plan", EVERYWHERE, TODAY, TODAY)):
        with pytest.raises(Busy, match="store-busy"):
            ask()
    assert 0.3 < time.monotonic() - began < 3
    held.execute("COMMIT")
    store.ready()
    store.close()


def test_readers_go_on_while_a_large_load_is_written(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Also when it is larger than the writer's cache, which would else lock the file from then on."""
    register = geopackage_file.register

    def small_cache(held: sqlite3.Connection) -> None:
        register(held)
        held.execute("PRAGMA cache_size = 10")

    monkeypatch.setattr(geopackage_file, "register", small_cache)
    store = geopackage.GeopackageStore.open(str(path), wait=0.2)
    load = cadastre.corrected()

    def loads() -> Iterator[Load]:
        yield replace(load, features=[*load.features] * 3000)
        assert len(store.layer("land_use_plan", EVERYWHERE, TODAY, TODAY).features) == 4

    store.publish(loads())
    assert len(store.layer("land_use_plan", EVERYWHERE, TODAY, TODAY).features) == 3004
    store.close()


def test_as_many_connections_as_readers(path: Path) -> None:
    """Threads that come and go leave no connection behind."""
    store = open_store(str(path))
    opened = Path("/proc/self/fd")
    before = len(list(opened.iterdir())) if opened.exists() else 0
    for _ in range(30):
        thread = threading.Thread(target=store.ready)
        thread.start()
        thread.join()
    assert not before or len(list(opened.iterdir())) <= before
    store.close()


@pytest.mark.skipif(not hasattr(os, "fork"), reason="this system does not fork")
def test_a_fork_reads_by_itself(path: Path) -> None:
    store = open_store(str(path))
    child = subprocess.run([sys.executable, "-c", FORKED, str(path)], cwd=ROOT, check=False, capture_output=True)
    assert child.returncode == 0, child.stderr
    store.close()


FORKED = """
import os, sys
sys.path.insert(0, "tests")
from cadastre import EVERYWHERE, TODAY
from landinfo.store import open_store
store = open_store(sys.argv[1])
expected = store.parcels_in(EVERYWHERE, TODAY, TODAY)
child = os.fork()
if not child:
    os._exit(0 if store.parcels_in(EVERYWHERE, TODAY, TODAY) == expected else 1)
assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0
assert store.parcels_in(EVERYWHERE, TODAY, TODAY) == expected
"""


def test_the_same_loads_give_the_same_file(tmp_path: Path) -> None:
    made: list[Store] = []
    for name in ("a.gpkg", "b.gpkg"):
        made.append(create_store(str(tmp_path / name), cadastre.FACTS, cadastre.communes(), cadastre.UNIONS))
        made[-1].publish(cadastre.loads())
        made[-1].close()
    assert (tmp_path / "a.gpkg").read_bytes() == (tmp_path / "b.gpkg").read_bytes()


HALF_MADE = """
import os, signal, sqlite3, sys
held = sqlite3.connect(sys.argv[1], isolation_level=None)
held.execute("PRAGMA cache_size = 5")
held.execute("BEGIN")
held.execute("CREATE TABLE meta (key, value)")
held.executemany("INSERT INTO meta VALUES (?, ?)", [(n, "x" * 3000) for n in range(500)])
os.kill(os.getpid(), signal.SIGKILL)
"""


def test_a_store_that_was_killed_while_it_was_made_is_made_again(tmp_path: Path) -> None:
    path = tmp_path / "s.gpkg"
    child = subprocess.run([sys.executable, "-c", HALF_MADE, str(path)], check=False)
    assert child.returncode == -signal.SIGKILL
    assert path.stat().st_size > 0
    made = create_store(str(path), cadastre.FACTS, cadastre.communes(), [])
    assert made.facts() == cadastre.FACTS
    made.close()


def test_coverage_held_of_a_file_is_bounded(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Decoded rows are held for the answers after; with room for one, what is around each parcel is the same."""
    asked = ("land_use_plan", "road_corridor"), TODAY, TODAY
    with closing(open_store(str(path))) as store:
        parcels = store.parcels_in(EVERYWHERE, TODAY, TODAY)
        free = [store.surroundings(p, *asked) for p in parcels]
    monkeypatch.setattr(geopackage_surroundings, "MOST", 1)
    most = 0
    with closing(geopackage.GeopackageStore.open(str(path))) as store:
        for parcel, before in zip(parcels, free, strict=True):
            assert store.surroundings(parcel, *asked) == before
            (reader,) = store._readers._idle
            assert isinstance(reader.kept, geopackage_surroundings.Held)
            most = max(most, len(reader.kept._coverage))
    assert any(len(layer.coverage) for around in free for layer in around.themes)
    assert most == 1
