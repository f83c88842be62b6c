"""Past one machine: what a standby adds and costs, and what a table parted by province costs a look-up.

Answers of the whole service in process, primary alone and standby alone, with the delay after which what was written
on the primary is read from the standby. Then the same rows in one table and in 34 partitions by the first digits of
the commune, asked by number and by point, in alternating rounds through prepared statements.
"""

from __future__ import annotations

import random
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from datetime import date
from functools import partial
from pathlib import Path
from typing import Any

import psycopg2

from benchmarks import cadastre, process, results
from benchmarks.load import ROOT, SETTINGS, postgres
from landinfo import asked, lookup, present, search
from landinfo.model import Query, Rulebook
from landinfo.store import Store, open_store
from landinfo.store.rulebook import read_rulebook

import replicas  # isort: skip  # beside postgres, in the folder of the tests

DAY = date(2026, 11, 27)
PROVINCES = 34
"""Since 2025-07-01 (Resolution 202/2025/QH15)."""
QUESTIONS = 300
Row = list[str]


def run(count: int, rounds: int, out: Path) -> str:
    """The section of the results."""
    files = cadastre.write(out, count)
    postgres.SETTINGS = tuple(s for s in SETTINGS if "wal" not in s)  # a standby needs the whole log
    named = [str(files[name]) for name in ("parcels", "parcels_map", "plan", "plan_map")]
    with replicas.pair() as (primary, standby):
        primary.ask("CREATE DATABASE land")
        urls = [f"postgresql://?host={each.sockets}&user=landinfo&dbname=land" for each in (primary, standby)]
        process.run([sys.executable, "-m", "benchmarks.once", *named, urls[0]], ROOT)
        replicas.caught_up(primary, standby)
        answers, delay = _answers(urls, rounds), _delay(primary, standby)
        _part(urls[0])
        parted = _parted(urls[0], rounds)
    header = ["full answer in process", "p50, ms", "standby : primary"]
    told = f"From a commit on the primary to its being read from the standby: {delay} ms (median of 20)."
    beside = ["bare row, prepared", "one table, ms", f"{PROVINCES} partitions, ms", "partitions : one"]
    return f"{results.table(header, answers)}\n\n{told}\n\n{results.table(beside, parted)}"


def _answers(urls: list[str], rounds: int) -> list[Row]:
    book, took = read_rulebook(ROOT / "data"), [list[float]() for _ in urls]
    stores = [open_store(url) for url in urls]
    refs = [str(p.ref) for p in stores[0].parcels_in((0.0, 0.0, 1e7, 1e7), DAY, DAY, limit=20_000)]
    query = asked.read_query([("on", "2026-03-01"), ("known", DAY.isoformat())], DAY)
    for n in range(rounds):
        some = random.Random(n).sample(refs, min(QUESTIONS, len(refs)))
        for index, store in list(enumerate(stores))[:: 1 if n % 2 == 0 else -1]:
            took[index].append(_median(some, partial(_answer, store=store, query=query, book=book)))
    for store in stores:
        store.close()
    ratio = results.ratios(took[1], took[0])
    return [["primary", results.spread(took[0], 2), ""], ["standby", results.spread(took[1], 2), ratio]]


def _answer(ref: str, store: Store, query: Query, book: Rulebook) -> object:
    found = lookup.parcel(search.parse_parcel(ref), query, store, book)
    return present.several(found, book) if isinstance(found, lookup.Several) else present.answer(found, book)


def _median(asked_: list[Any], ask: Callable[[Any], object]) -> float:
    """ms."""
    each = []
    for one in asked_:
        begun = time.perf_counter()
        ask(one)
        each.append(time.perf_counter() - begun)
    return sorted(each)[len(each) // 2] * 1000


def _delay(primary: Any, standby: Any) -> str:
    primary.ask("CREATE TABLE IF NOT EXISTS seen (n integer)", "land")
    found = []
    with _asking(f"postgresql://?host={standby.sockets}&user=landinfo&dbname=land") as there:
        for n in range(20):
            primary.ask(f"INSERT INTO seen VALUES ({n})", "land")
            begun = time.perf_counter()
            while not _seen(there, n):
                pass
            found.append((time.perf_counter() - begun) * 1000)
    return f"{sorted(found)[10]:.1f}"


def _seen(there: Any, n: int) -> bool:
    try:
        there.execute("SELECT 1 FROM seen WHERE n = %s", (n,))
    except psycopg2.errors.UndefinedTable:
        return False
    return bool(there.fetchall())


def _part(url: str) -> None:
    """The parcels of the store over 34 provinces by strips from west to east, in one table and in partitions."""
    commune = f"lpad((1 + width_bucket(ST_XMin(geom), lo, hi + 1, {PROVINCES}))::text, 2, '0') || right(commune, 3)"
    columns = f"""SELECT fid, {commune} AS commune, period, sheet, number, suffix, edition, geom
FROM landinfo.parcels, (SELECT min(ST_XMin(geom)) AS lo, max(ST_XMin(geom)) AS hi FROM landinfo.parcels) AS edges"""
    statements = [
        f"CREATE TABLE one AS {columns}",
        "CREATE TABLE many (LIKE one) PARTITION BY RANGE (commune)",
        *(f"CREATE TABLE many_{n} PARTITION OF many FOR VALUES FROM ('{n:02}') TO ('{n + 1:02}')"
          for n in range(1, PROVINCES + 3)),
        "INSERT INTO many SELECT * FROM one",
        *(f"CREATE INDEX ON {name} (commune, period, sheet, number)" for name in ("one", "many")),
        *(f"CREATE INDEX ON {name} USING gist (geom)" for name in ("one", "many")),
        "VACUUM ANALYZE one", "VACUUM ANALYZE many",
    ]  # fmt: skip
    with _asking(url) as cursor:
        for statement in statements:
            cursor.execute(statement)


def _parted(url: str, rounds: int) -> list[Row]:
    kinds = {
        "by number": ("text, text, text, text", "commune = $1 AND period = $2 AND sheet = $3 AND number = $4"),
        "by point": ("float8, float8", "geom && ST_SetSRID(ST_MakePoint($1, $2), ST_SRID(geom))"),
    }
    took: dict[tuple[str, str], list[float]] = {}
    with _asking(url) as cursor:
        cursor.execute(
            "SELECT commune, period, sheet, number, ST_X(c), ST_Y(c), ST_SRID(c) FROM (SELECT *, "
            "ST_PointOnSurface(geom) AS c FROM one TABLESAMPLE BERNOULLI (5) REPEATABLE (7)) t LIMIT 3000"
        )
        rows = cursor.fetchall()
        number = rows[0][-1]
        cursor.execute("SET jit = off; SET plan_cache_mode = force_generic_plan")
        for (kind, (given, where)), table in ((k, t) for k in kinds.items() for t in ("one", "many")):
            where = where.replace("ST_SRID(geom)", str(number))
            cursor.execute(f"PREPARE {kind[3:]}_{table} ({given}) AS SELECT fid FROM {table} WHERE {where}")
        for n in range(max(rounds, 3)):
            some = random.Random(n).sample(rows, min(1000, len(rows)))
            for kind in kinds:
                for table in ("one", "many") if n % 2 == 0 else ("many", "one"):
                    at = slice(0, 4) if kind == "by number" else slice(4, 6)
                    marks = ", ".join(["%s"] * len(rows[0][at]))
                    statement = f"EXECUTE {kind[3:]}_{table} ({marks})"
                    ask = partial(_row, cursor, statement, at)
                    took.setdefault((kind, table), []).append(_median(some, ask))
    return [[kind, results.spread(took[kind, "one"], 3), results.spread(took[kind, "many"], 3),
             results.ratios(took[kind, "many"], took[kind, "one"])] for kind in kinds]  # fmt: skip


def _row(cursor: Any, statement: str, at: slice, row: tuple[Any, ...]) -> object:
    cursor.execute(statement, row[at])
    return cursor.fetchall()


@contextmanager
def _asking(url: str) -> Iterator[Any]:
    with closing(psycopg2.connect(url)) as held:
        held.autocommit = True
        with held.cursor() as cursor:
            yield cursor
