"""A whole load – reading, checks, edition, publication – beside what the engines alone can do, and beside ogr2ogr."""

from __future__ import annotations

import shutil
import sqlite3
import statistics
import sys
import time
from collections import defaultdict
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import psycopg2

from benchmarks.ground import Ground, drawn
from benchmarks.machine import OUT, ROOT, Run, machine, middle, ratio, run

Times = dict[str, list[float]]


def measure(rows: int, rounds: int) -> str:
    """The section of the results for ``rows`` parcels and the plan over them."""
    ground = drawn(OUT, rows)
    times: Times = defaultdict(list)
    memory: Times = defaultdict(list)
    steps: dict[str, list[dict[str, float]]] = defaultdict(list)
    with _server() as new_database:
        for _ in range(rounds):
            for engine in ("geopackage", "postgis"):
                place = str(OUT / "store.gpkg") if engine == "geopackage" else new_database()
                Path(OUT / "store.gpkg").unlink(missing_ok=True)
                parcels, plan = _load(ground, place), _load(ground, place, plan=True)
                times[engine].append(parcels.seconds)
                times[f"{engine} plan"].append(plan.seconds)
                memory[engine].append(max(parcels.memory, plan.memory))
                steps[engine].append(parcels.shares())
                bare = _bare_geopackage(Path(place)) if engine == "geopackage" else _bare_copy(place)
                times[f"{engine} bare"].append(bare)
                times[f"{engine} ogr2ogr"].append(_ogr2ogr(ground, engine, new_database))
    return _written(rows, rounds, times, memory, steps)


def _load(ground: Ground, place: str, *, plan: bool = False) -> Run:
    file, map = (ground.plan, ground.plan_map) if plan else (ground.parcels, ground.parcels_map)
    command = [sys.executable, "-m", "landinfo", "load", file, "--map", map, "--store", place]
    return run([*command, *([] if plan else ["--new"])])


@contextmanager
def _server() -> Iterator:  # type: ignore[type-arg]
    """Makes databases on the tests' private server."""
    sys.path.insert(0, str(ROOT / "tests"))
    import postgres

    with postgres.server() as running:
        yield running.new_database


def _bare_copy(place: str) -> float:
    """Seconds that binary COPY needs for the same rows into the same table with the same indexes."""
    rows = OUT / "rows.copy"
    with closing(psycopg2.connect(place)) as held, held, held.cursor() as cursor:
        columns = "geom, commune, period, sheet, number, suffix, registered_area, land_uses, effective_from, edition"
        with rows.open("wb") as out:
            cursor.copy_expert(f"COPY (SELECT {columns} FROM landinfo.parcels) TO STDOUT (FORMAT binary)", out)
        cursor.execute("CREATE TABLE bare (LIKE landinfo.parcels INCLUDING INDEXES INCLUDING IDENTITY)")
        began = time.perf_counter()
        with rows.open("rb") as given:
            cursor.copy_expert(f"COPY bare ({columns}) FROM STDIN (FORMAT binary)", given)
        held.commit()
        spent = time.perf_counter() - began
    rows.unlink()
    return spent


def _bare_geopackage(place: Path) -> float:
    """Seconds that SQLite needs to write the same rows and their R*Tree into another file."""
    other = OUT / "bare.gpkg"
    other.unlink(missing_ok=True)
    with closing(sqlite3.connect(place)) as held:
        held.execute("ATTACH ? AS bare", (str(other),))
        held.execute("CREATE TABLE bare.parcels AS SELECT * FROM parcels WHERE 0")
        held.execute("CREATE VIRTUAL TABLE bare.boxes USING rtree(id, minx, maxx, miny, maxy)")
        began = time.perf_counter()
        held.execute("INSERT INTO bare.parcels SELECT * FROM parcels")
        held.execute("INSERT INTO bare.boxes SELECT id, minx, maxx, miny, maxy FROM rtree_parcels_geom")
        held.execute("CREATE INDEX bare.ref ON parcels (commune, period, sheet, number)")
        held.commit()
        spent = time.perf_counter() - began
    other.unlink()
    return spent


def _ogr2ogr(ground: Ground, engine: str, new_database) -> float:  # type: ignore[no-untyped-def]
    """Seconds that GDAL's own program needs from the same file into a table with a spatial index; it checks nothing."""
    if shutil.which("ogr2ogr") is None:
        return float("nan")
    if engine == "geopackage":
        out = OUT / "ogr.gpkg"
        out.unlink(missing_ok=True)
        spent = run(["ogr2ogr", "-f", "GPKG", out, ground.parcels]).seconds
        out.unlink()
        return spent
    given = psycopg2.extensions.parse_dsn(new_database())
    address = "PG:" + " ".join(f"{key}='{value}'" for key, value in given.items())
    return run(["ogr2ogr", "-f", "PostgreSQL", address, ground.parcels], PG_USE_COPY="YES").seconds


def _written(rows: int, rounds: int, times: Times, memory: Times, steps: dict[str, list[dict[str, float]]]) -> str:
    lines = [
        f"## A load of {rows:,} parcels and a plan of {max(4, rows // 50):,} areas",
        "",
        f"{rounds} rounds; median (least–most); {machine()}.",
        "",
        "| engine | parcels, s | plan, s | rows/s | memory, MB | ÷ bare write of the same rows | ÷ ogr2ogr |",
        "|---|---|---|---|---|---|---|",
    ]
    for engine, bare in (("geopackage", "INSERT … SELECT with R*Tree"), ("postgis", "binary COPY with indexes")):
        own, plain, ogr = times[engine], times[f"{engine} bare"], times[f"{engine} ogr2ogr"]
        cells = [engine, middle(own), middle(times[f"{engine} plan"]), f"{rows / statistics.median(own):,.0f}"]
        cells += [middle(memory[engine], 0), f"{ratio(own, plain)} ({bare}, {middle(plain)} s)"]
        lines.append(f"| {' | '.join(cells)} | {ratio(own, ogr)} ({middle(ogr)} s) |")
    lines += ["", "Both peers write and check nothing. Share of each step:", "", "| step | geopackage | postgis |"]
    lines += ["|---|---|---|"]
    for step in dict.fromkeys(name for each in steps["geopackage"] for name in each):
        cells = []
        for engine in ("geopackage", "postgis"):
            spent = [each.get(step, 0.0) for each in steps[engine]]
            cells.append(f"{middle(spent)} s · {sum(spent) / sum(times[engine]):.0%}")
        lines.append(f"| {step} | {' | '.join(cells)} |")
    write = "ghi vào kho · writing to the store"
    lines += ["", "Writing alone ÷ bare write: " + "; ".join(
        f"{engine} {ratio([s.get(write, 0.0) for s in steps[engine]], times[f'{engine} bare'])}"
        for engine in ("geopackage", "postgis")
    ) + "."]  # fmt: skip
    return "\n".join(lines) + "\n"
