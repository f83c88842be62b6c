"""The full answer at a point: parcel, shares of all themes, price, estimate of a conversion, JSON.

In one process, and over HTTP from two workers to eight clients, every question another. Beside it Flask that says
hello on the same servers, and the rows of an answer asked bare by ``pgbench -M prepared``.
"""

from __future__ import annotations

import re
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Sequence
from contextlib import closing
from pathlib import Path

import psycopg2
from psycopg2.extras import execute_values

from benchmarks import asking, goals, results, servers, stores
from benchmarks.load import NAMES, postgres
from landinfo.store import open_store
from landinfo.store.postgis_pool import find_tables

SMALL = 10_000
QUESTIONS, WARM, AGAIN = 1_000, 100, 20
Times = dict[str, list[float]]
AT = "geom && {at} AND ST_Intersects(geom, {at})"
NEAR = "FROM p JOIN landinfo.{table} t ON t.geom && p.geom"
PARCEL = f"SELECT fid, ST_AsBinary(geom), registered_area, land_uses FROM landinfo.parcels WHERE {AT};"
FULL = f"""WITH p AS MATERIALIZED (SELECT * FROM landinfo.parcels WHERE {AT})
SELECT fid, ST_AsBinary(geom), land_uses FROM p
UNION ALL SELECT t.fid, ST_AsBinary(t.geom), t.designation {NEAR.format(table="features")}
UNION ALL SELECT t.fid, ST_AsBinary(t.geom), t.section {NEAR.format(table="price_zones")};"""


def run(count: int, rounds: int, out: Path) -> str:
    """The section of the results."""
    small = min(SMALL, count // 2)
    sizes = small, count
    inside = _in_process({n: str(stores.embedded(n, out)) for n in sizes}, rounds, out)
    asked, url = stores.questions(count, out), stores.database(count, out)
    urls = {"geopackage": str(stores.embedded(count, out)), "postgis": url}
    bare = _Bare(url, asked)
    rates, shown = over_http(urls, stores.paths(asked), rounds, bare.ask)
    best = max(servers.HTTP, key=lambda name: results.statistics.median(rates[f"geopackage, {name}"]))
    reached: list[tuple[str, Sequence[float]]] = [
        ("p50", inside[f"p50 {count}"]),
        ("p99", inside[f"p99 {count}"]),
        ("growth", goals.by(inside[f"p50 {count}"], inside[f"p50 {small}"])),
        ("embedded : hello", goals.by(rates[f"geopackage, {best}"], rates[f"hello, {best}"])),
    ]
    told = [
        [f"{n:,} parcels", *(results.spread(inside[f"{part} {n}"], 2) for part in ("p50", "p99", "processor"))]
        for n in sizes
    ]
    parts = [
        f"Fastest server with the embedded engine: {best}.",
        goals.table(reached, count),
        results.table(["in process, one thread, embedded", "p50, ms", "p99, ms", "processor, p50, ms"], told),
        results.table(["over HTTP, 2 workers, 8 clients", "answers/s", "p50, ms", "p99, ms", ": hello"], shown),
        results.table(["`pgbench -M prepared`, 8 clients", "a second", "PostGIS over HTTP, granian : it"], [
            [name, results.spread(each, 0), results.spread(goals.by(rates["postgis, granian"], each), 4)]
            for name, each in bare.rates.items()
        ]),
    ]  # fmt: skip
    return "\n\n".join(parts)


def _in_process(urls: dict[int, str], rounds: int, out: Path) -> Times:
    book, took = asking.book(), Times()
    asked = {n: stores.paths(stores.questions(n, out)) for n in urls}
    for n in range(rounds):
        for count in list(urls)[:: 1 if n % 2 == 0 else -1]:
            with closing(open_store(urls[count])) as store:
                warm, others = asked[count][:WARM], asked[count][WARM:]
                some = others[n * QUESTIONS :][:QUESTIONS] or others[:QUESTIONS]
                times, used = timed(asking.asker(store, book), some, warm)
            took.setdefault(f"p50 {count}", []).append(at(times, 0.5))
            took.setdefault(f"p99 {count}", []).append(at(times, 0.99))
            took.setdefault(f"processor {count}", []).append(at(used, 0.5))
    return took


def timed(ask: Callable[[str], object], paths: Sequence[str], warm: Sequence[str]) -> tuple[list[float], list[float]]:
    """Milliseconds of each question, by the clock and of the processor, after others that warm up."""
    took, used = list[float](), list[float]()
    for path in warm:
        ask(path)
    for path in paths:
        begun, before = time.perf_counter(), time.process_time()
        ask(path)
        took.append((time.perf_counter() - begun) * 1000)
        used.append((time.process_time() - before) * 1000)
    return took, used


def at(values: Sequence[float], share: float) -> float:
    """The value below which a share of them lies."""
    ranked = sorted(values)
    return ranked[min(len(ranked) - 1, int(len(ranked) * share))]


def over_http(
    urls: dict[str, str], paths: Sequence[str], rounds: int, beside: Callable[[], None]
) -> tuple[Times, list[list[str]]]:
    """Answers a second by kind and server, and the rows of the table; ``beside`` is done in each round."""
    file, took = servers.write(paths, "lookup"), dict[str, list[servers.Asked]]()
    again, same = servers.write(paths[:AGAIN], "again"), servers.write(paths[:1], "same")
    for n in range(rounds):
        beside()
        for server in servers.HTTP[:: 1 if n % 2 == 0 else -1]:
            print(f"round {n + 1}: {server}", file=sys.stderr)
            with servers.running(server, "benchmarks.hello:app", "/", {}) as served:
                servers.ask(served.address, _hello(), seconds=1)
                took.setdefault(f"hello, {server}", []).append(servers.ask(served.address, _hello()))
            for engine, url in urls.items():
                with servers.service(server, url, LANDINFO_ANSWERS_MB="0") as served:
                    servers.ask(served.address, file, len(paths) // 2, seconds=1)
                    first = n * len(paths) // (2 * rounds)
                    took.setdefault(f"{engine}, {server}", []).append(servers.ask(served.address, file, first))
                with servers.service(server, url) as served:
                    one = servers.ask(served.address, again, seconds=2)
                    took.setdefault(f"{engine}, {server}, asked again", []).append(one)
                    tag = f"If-None-Match: {_tag(served.address + paths[0])}"
                    known = servers.ask(served.address, same, seconds=2, headers=[tag])
                    took.setdefault(f"{engine}, {server}, unchanged (304)", []).append(known)
    rates = {name: [one.rate for one in each] for name, each in took.items()}
    return rates, [_row(name, each, rates) for name, each in sorted(took.items())]


def _row(name: str, each: Sequence[servers.Asked], rates: Times) -> list[str]:
    failed = sum(one.failed for one in each)
    hello = rates[f"hello, {name.split(', ')[1]}"]
    engine, _, rest = name.partition(", ")
    said = f"{NAMES.get(engine, 'Flask hello')}, {rest}{f' ({failed} failed)' if failed else ''}"
    told = [results.spread(each_) for each_ in ([o.p50 for o in each], [o.p99 for o in each])]
    return [said, results.spread(rates[name], 0), *told, results.spread(goals.by(rates[name], hello), 3)]


def _hello() -> Path:
    return servers.write(["/"], "hello")


def _tag(address: str) -> str:
    with urllib.request.urlopen(address, timeout=60) as response:
        return str(response.headers["ETag"])


class _Bare:
    """Transactions a second of the database alone: the parcel at a point, and all rows of a full answer."""

    def __init__(self, url: str, asked: Sequence[stores.Question]) -> None:
        self.rates, self._url, self._most = Times(), url, len(asked)
        with closing(psycopg2.connect(url)) as held, held, held.cursor() as cursor:
            find_tables(cursor)
            cursor.execute("CREATE TABLE IF NOT EXISTS asked (n serial PRIMARY KEY, x float8, y float8)")
            cursor.execute("TRUNCATE asked RESTART IDENTITY")
            execute_values(cursor, "INSERT INTO asked (x, y) VALUES %s", [each[:2] for each in asked])
            cursor.execute("SELECT ST_SRID(geom) FROM landinfo.parcels LIMIT 1")
            self._srid = int(cursor.fetchone()[0])

    def ask(self) -> None:
        """One round."""
        for name, sql in (("the parcel at a point", PARCEL), ("and the rows of themes and zones", FULL)):
            rate = _pgbench(self._url, sql.format(at=_point(self._srid)), self._most)
            self.rates.setdefault(name, []).append(rate)


def _point(srid: int) -> str:
    return f"ST_SetSRID(ST_MakePoint(:x, :y), {srid})"


def _pgbench(url: str, sql: str, most: int) -> float:
    script = servers.OUT / "point.sql"
    asked = f"\\set n random(1, {most})\nSELECT x, y FROM landinfo.asked WHERE n = :n \\gset\n"
    script.write_text(asked + " ".join(sql.split()) + "\n")
    given = " ".join(f"{k}={v}" for k, v in postgres.parse_dsn(url).items())
    shown = f"{given} options='-c jit=off -c max_parallel_workers_per_gather=0 -c search_path=landinfo,public'"
    words = [str(postgres.programs() / "pgbench"), "-n", "-M", "prepared", "-c8", "-j1", "-T5", "-f", str(script)]
    done = subprocess.run([*words, shown], capture_output=True, text=True, check=False)
    tps = re.search(r"^tps = ([\d.]+)", done.stdout, re.MULTILINE)
    if not tps:
        raise SystemExit(done.stdout + done.stderr)
    return float(tps[1])
