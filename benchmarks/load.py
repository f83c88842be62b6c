"""A province into a store: parcels and a plan, read, checked, published; beside the engine's own limit and ogr2ogr.

Each round runs, one after the other, on each engine: the load; the same rows written bare (PostGIS: ``COPY`` into a
table like the store's with its indexes; GeoPackage: ``executemany`` into a table like the store's with its R*Tree, and
pyogrio); ``ogr2ogr`` of the same file, which checks nothing and names no edition.
"""

from __future__ import annotations

import json
import sqlite3
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from functools import partial
from pathlib import Path
from typing import Any

import psycopg2
import pyogrio.raw

from benchmarks import cadastre, process, results
from landinfo.store import geopackage_file
from landinfo.store.plane import definition
from landinfo.store.postgis_pool import find_tables
from landinfo.store.rows import PARCELS

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT / "tests"))
import postgres  # noqa: E402

Loads = dict[str, list[tuple[process.Run, dict[str, Any]]]]
"""By engine: each round's run, with what it printed."""
Told = Iterator[tuple[str, float]]
NAMES = {"geopackage": "GeoPackage", "postgis": "PostGIS"}
SETTINGS = (
    "listen_addresses=",
    "shared_buffers=512MB",
    "maintenance_work_mem=256MB",
    "max_wal_size=4GB",
    "wal_level=minimal",
)
SETTINGS += ("max_wal_senders=0", "max_connections=50", "log_min_messages=fatal")
"""A server as one would set it up for a load; what is written is as safe as ever (fsync, synchronous_commit)."""
CRS = "EPSG:9210"


def run(count: int, rounds: int, out: Path) -> str:
    """The section of the results."""
    files = cadastre.write(out, count)
    loads: Loads = {name: [] for name in NAMES}
    beside: dict[str, list[float]] = {}
    postgres.SETTINGS = SETTINGS
    with closing(postgres.start()) as server:
        for n in range(rounds):
            for engine in NAMES if n % 2 == 0 else reversed(NAMES):
                with _place(engine, out, server) as url:
                    print(f"round {n + 1}: {engine}", file=sys.stderr)
                    loads[engine].append(_loaded(files, url))
                    for name, seconds in _beside(engine, url, files, out, server):
                        beside.setdefault(name, []).append(seconds)
    return _told(count, loads, beside)


@contextmanager
def _place(engine: str, out: Path, server: postgres.Server) -> Iterator[str]:
    if engine == "postgis":
        url = server.new_database()
        yield url
        server.drop(url)
        return
    path = out / "store.gpkg"
    path.unlink(missing_ok=True)
    yield str(path)
    path.unlink(missing_ok=True)


def _loaded(files: dict[str, Path], url: str) -> tuple[process.Run, dict[str, Any]]:
    named = [str(files[name]) for name in ("parcels", "parcels_map", "plan", "plan_map")]
    done = process.run([sys.executable, "-m", "benchmarks.once", *named, url], ROOT)
    return done, json.loads(done.output.splitlines()[-1])


def _timed(work: Callable[[], object]) -> float:
    begun = time.monotonic()
    work()
    return time.monotonic() - begun


def _beside(engine: str, url: str, files: dict[str, Path], out: Path, server: postgres.Server) -> Told:
    """The same rows by other ways, each with its name."""
    yield from _beside_postgis(url, files, out, server) if engine == "postgis" else _beside_geopackage(url, files, out)


def _beside_postgis(
    url: str, files: dict[str, Path], out: Path, server: postgres.Server
) -> Iterator[tuple[str, float]]:
    rows, target = out / "rows.copy", server.new_database()
    _unload(url, rows)
    yield "COPY", _timed(partial(_copied, url, rows))
    rows.unlink()
    given = " ".join(f"{k}={v}" for k, v in postgres.parse_dsn(target).items())
    for layer in ("parcels", "plan"):
        words = ["ogr2ogr", "-f", "PostgreSQL", f"PG:{given}", str(files[layer]), "-nln", layer]
        words += ["--config", "PG_USE_COPY", "YES"]
        yield f"ogr2ogr PostGIS {layer}", _timed(partial(process.run, words, ROOT))
    server.drop(target)


def _beside_geopackage(url: str, files: dict[str, Path], out: Path) -> Told:
    aside = out / "beside.gpkg"
    aside.unlink(missing_ok=True)
    yield "executemany", _timed(partial(_many, aside, _held(url)))
    aside.unlink()
    meta, _, shapes, columns = pyogrio.raw.read(files["parcels"])
    written = {"driver": "GPKG", "layer": "parcels", "geometry_type": "Polygon", "crs": CRS}
    yield "pyogrio", _timed(partial(pyogrio.raw.write, aside, shapes, columns, meta["fields"], **written))
    aside.unlink()
    for layer in ("parcels", "plan"):
        words = ["ogr2ogr", "-f", "GPKG", *(["-update"] if aside.exists() else []), str(aside), str(files[layer])]
        yield f"ogr2ogr GeoPackage {layer}", _timed(partial(process.run, [*words, "-nln", layer], ROOT))
    aside.unlink()


def _unload(url: str, rows: Path) -> None:
    with closing(psycopg2.connect(url)) as held, held.cursor() as cursor, rows.open("wb") as file:
        columns = ", ".join(("geom", *PARCELS.columns))
        cursor.copy_expert(f"COPY (SELECT {columns} FROM landinfo.parcels ORDER BY fid) TO STDOUT", file)


def _copied(url: str, rows: Path) -> None:
    """Into a table like the store's, with the same indexes there from the beginning."""
    with closing(psycopg2.connect(url)) as held, held, held.cursor() as cursor, rows.open("rb") as file:
        find_tables(cursor)
        cursor.execute("CREATE TABLE bare (LIKE landinfo.parcels INCLUDING ALL)")
        columns = ", ".join(("geom", *PARCELS.columns))
        cursor.copy_expert(f"COPY bare ({columns}) FROM STDIN", file, 1 << 20)


def _held(url: str) -> tuple[list[Any], list[Any]]:
    with closing(sqlite3.connect(url)) as held:
        rows = held.execute("SELECT * FROM parcels ORDER BY fid").fetchall()
        return rows, held.execute("SELECT id, minx, maxx, miny, maxy FROM rtree_parcels_geom ORDER BY id").fetchall()


def _many(path: Path, held: tuple[list[Any], list[Any]]) -> None:
    """Everything in one transaction, into the tables of a store."""
    with closing(sqlite3.connect(path, isolation_level=None)) as bare:
        geopackage_file.make_tables(bare, definition(CRS))
        geopackage_file.register(bare)
        bare.execute("BEGIN")
        bare.execute("DROP TRIGGER rtree_parcels_geom_insert")
        for table, rows in zip(("parcels", "rtree_parcels_geom"), held, strict=True):
            bare.executemany(f"INSERT INTO {table} VALUES ({', '.join('?' * len(rows[0]))})", rows)
        bare.execute("COMMIT")


def _told(count: int, loads: Loads, beside: dict[str, list[float]]) -> str:
    editions = {tuple(map(tuple, told["editions"])) for each in loads.values() for _, told in each}
    if len(editions) != 1:
        raise SystemExit(f"the engines do not agree: {editions}")
    (made,) = editions
    said = ", ".join(f"{rows:,} rows with {found:,} findings as `{name}`" for name, rows, found in made)
    totals = []
    for name, each in loads.items():
        seconds = [done.seconds for done, _ in each]
        processor, peak = [done.processor for done, _ in each], [done.peak / 2**20 for done, _ in each]
        told = [results.spread(seconds), results.spread(processor), results.spread(peak, 0)]
        totals.append([NAMES[name], *told, f"{count / results.statistics.median(seconds):,.0f}"])
    header = ["whole load", "s", "processor s", "peak memory, MiB", "parcels/s"]
    parts = [f"Both engines: {said}.", results.table(header, totals), _steps(loads), _ratios(loads, beside)]
    return "\n\n".join(parts)


def _steps(loads: Loads) -> str:
    """Seconds of each step, and its share of the whole (its median)."""
    rows: dict[str, list[str]] = {}
    for each in loads.values():
        found: dict[str, list[float]] = {}
        for _, told in each:
            ends = [*[begun for _, _, begun in told["steps"][1:]], told["end"]]
            took: dict[str, float] = {}
            for (layer, step, begun), end in zip(told["steps"], ends, strict=True):
                name = step if layer == "parcels" else "the plan, all steps"
                took[name] = took.get(name, 0) + end - begun
            for name, seconds in took.items():
                found.setdefault(name, []).append(seconds)
        whole = results.statistics.median([told["end"] for _, told in each])
        for name, seconds in found.items():
            if name != "done":
                share = results.statistics.median(seconds) / whole
                rows.setdefault(name, [name]).extend([results.spread(seconds), f"{share:.0%}"])
    names = [word for name in loads for word in (f"{NAMES[name]}, s", "share")]
    return results.table(["step", *names], list(rows.values()))


def _ratios(loads: Loads, beside: dict[str, list[float]]) -> str:
    """What the load and its writing take in the time of each other way, round by round."""
    rows = []
    for name, seconds in beside.items():
        engine = "postgis" if name == "COPY" or "PostGIS" in name else "geopackage"
        plan = name.endswith("plan")
        whole, writing = [], []
        for _, told in loads[engine]:
            begins = {(layer, step): begun for layer, step, begun in told["steps"]}
            layer = "plan" if plan else "parcels"
            ends = told["end"] if plan else begins["plan", "reading the file"]
            whole.append(ends - begins[layer, "reading the file"])
            writing.append(begins[layer, "done"] - begins[layer, "writing to the store"])
        rows.append([name, results.spread(seconds), results.ratios(whole, seconds), results.ratios(writing, seconds)])
    return results.table(["the same rows by", "s", "load : it", "its writing : it"], rows)
