"""Whole provinces at once: shares of all themes beside geopandas and PostGIS, and full estimates by ``landinfo batch``.

Estimates of a list are whole rows (parcel, shares, price, estimate, sentences, tables written); those of the core are
price, levy, charges and range of parcels whose ground is in memory. Shares are compared per parcel: ours were measured
beforehand, apportioned, and are read from the store (cut when asked: measured as if they had not been); the others cut
drawings that lie in memory or in the database, and only add up areas.
"""

from __future__ import annotations

import csv
import itertools
import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import closing
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

import geopandas
import psycopg2

from benchmarks import asking, goals, process, results, servers, stores
from benchmarks.load import ROOT
from landinfo import conversion, lookup, overlay, shares, valuation
from landinfo.model import Facts, Parcel, Query, Rulebook, Theme
from landinfo.store import Store, open_store
from landinfo.store.postgis_pool import find_tables

LONG = 10.0
"""s after which no more of our shares are measured, and which a list should take about."""
CORE = 2_000
"""Estimates of the core."""
FEW, MANY = 300, 1_200
"""Rows of two lists: what the longer one takes more is without the start of the program."""
NAIVE = """CREATE TEMP TABLE shares AS SELECT p.fid, f.theme, f.designation,
sum(ST_Area(ST_Intersection(p.geom, f.geom))) AS area
FROM parcels p JOIN features f ON ST_Intersects(p.geom, f.geom) GROUP BY p.fid, f.theme, f.designation"""
TUNED = """CREATE TEMP TABLE shares AS SELECT p.fid, f.theme, f.designation,
sum(CASE WHEN ST_Covers(f.geom, p.geom) THEN ST_Area(p.geom) ELSE ST_Area(ST_Intersection(p.geom, f.geom)) END) AS area
FROM features f JOIN parcels p ON f.geom && p.geom AND ST_Intersects(f.geom, p.geom)
GROUP BY p.fid, f.theme, f.designation"""
FREE = ("jit = off", "work_mem = '256MB'", "max_parallel_workers_per_gather = 2", "parallel_setup_cost = 0",
        "parallel_tuple_cost = 0", "min_parallel_table_scan_size = 0")  # fmt: skip
"""What the tuned statement is given."""


def run(count: int, rounds: int, out: Path) -> str:
    """The section of the results."""
    url, themes = str(stores.embedded(count, out)), asking.book().themes
    held = frames(url, list(themes))
    took: dict[str, list[float]] = {}
    memory: list[float] = []
    database = stores.database(count, out)
    ways: dict[str, Callable[[], float]] = {
        "landinfo (embedded), measured beforehand": partial(ours, url, themes),
        "landinfo (PostGIS), measured beforehand": partial(ours, database, themes),
        "landinfo (embedded), cut when asked": partial(live, url, themes),
        "geopandas.overlay": partial(by_geopandas, held),
        "PostGIS, naive": partial(_sql, database, NAIVE, ()),
        "PostGIS, tuned": partial(_sql, database, TUNED, FREE),
    }
    for n in range(rounds):
        for name, way in list(ways.items())[:: 1 if n % 2 == 0 else -1]:
            print(f"round {n + 1}: {name}", file=sys.stderr)
            took.setdefault(name, []).append(way())
        took.setdefault("core", []).append(core(url, stores.paths(stores.questions(count, out))))
        for jobs in (1, 2) if n % 2 == 0 else (2, 1):
            rate, peak = _estimates(url, stores.questions(count, out), jobs)
            took.setdefault(f"estimates {jobs}", []).append(rate)
            memory += [peak] if jobs == 1 else []
    return _told(took, memory, list(ways), count)


def _told(took: dict[str, list[float]], memory: Sequence[float], ways: Sequence[str], count: int) -> str:
    ours, cut = took["landinfo (embedded), measured beforehand"], took["landinfo (embedded), cut when asked"]
    took["measured and then read"] = [1 / (1 / a + 1 / b) for a, b in zip(ours, cut, strict=True)]
    one, two = took["estimates 1"], took["estimates 2"]
    reached: list[tuple[str, Sequence[float]]] = [
        ("shares", goals.by(ours, took["geopandas.overlay"])),
        ("estimates", took["core"]),
        ("rows", one),
        ("two", goals.by(two, one)),
        ("batch memory", memory),
    ]
    bare = took["geopandas.overlay"]
    shares = [
        [name, results.spread(took[name], 0), results.ratios(took[name], bare)]
        for name in (*ways, "measured and then read")
    ]
    rows = [[f"{name} process{'es' * (name > 1)}", results.spread(each, 0)] for name, each in ((1, one), (2, two))]
    return "\n\n".join([
        goals.table(reached, count),
        results.table(["shares of all themes, one process", "parcels/s", ": geopandas.overlay"], shares),
        results.table(["full estimates, `landinfo batch`", "a second"], rows),
    ])  # fmt: skip


def live(url: str, themes: Mapping[str, Theme], seconds: float = LONG) -> float:
    """Parcels a second, measured as an answer does of which nothing is kept, for about so long."""
    with closing(open_store(url)) as store:
        begun, count = time.perf_counter(), 0
        for parcel in itertools.takewhile(lambda _: time.perf_counter() - begun < seconds, _parcels(store)):
            around = store.surroundings(parcel, tuple(themes), stores.ASKED, stores.DAY)
            for theme, facts in zip(themes.values(), around.themes, strict=True):
                overlay.measure(parcel, theme, replace(facts, measured=None))
            count += 1
    return count / (time.perf_counter() - begun)


def _parcels(store: Store) -> Iterator[Parcel]:
    after: int | None = 0
    while after is not None:
        page = store.page("parcels", (stores.ASKED, stores.ASKED), stores.DAY, 1000, after)
        yield from (row for _, row in page.rows if isinstance(row, Parcel))
        after = page.after


def ours(url: str, themes: Mapping[str, Theme], seconds: float = LONG) -> float:
    """Parcels a second, read for about so long."""
    with closing(open_store(url)) as store:
        begun, count = time.perf_counter(), 0
        found = shares.of_all(store, themes, stores.ASKED, stores.DAY)
        for _ in itertools.takewhile(lambda _: time.perf_counter() - begun < seconds, found):
            count += 1
    return count / (time.perf_counter() - begun)


def core(url: str, paths: Sequence[str], most: int = CORE) -> float:
    """Estimates a second by the core alone: what their places, prices and the law say was asked of others before."""
    book = asking.book()
    with closing(open_store(url)) as store:
        ground = list(itertools.islice(_ground(store, book, paths), 2 * most))
    half = len(ground) // 2
    for each in ground[:half]:
        conversion.plan(*each, book)
    begun, count = time.perf_counter(), 0
    for query, facts, held, pieces in ground[half:]:
        valuation.value(facts, query, book, pieces)
        count += conversion.plan(query, facts, held, pieces, book).estimate is not None
    return count / (time.perf_counter() - begun)


Ground = tuple[Query, Facts, tuple[overlay.ThemeShares, ...], tuple[valuation.Piece, ...]]


def _ground(store: Store, book: Rulebook, paths: Sequence[str]) -> Iterator[Ground]:
    """Questions with what is known of their parcels, and how those lie."""
    for path in paths:
        query, place = asking.read(path, store)
        facts = lookup.gather(lookup.standing(*place, query, store)[0], query, store, book)
        held = tuple(
            overlay.measure(facts.parcel, *each) for each in zip(book.themes.values(), facts.themes, strict=True)
        )
        yield query, facts, held, valuation.pieces(facts, held)


Frames = tuple[Any, list[Any]]


def frames(url: str, themes: Sequence[str]) -> Frames:
    """The parcels and the areas of each theme, in memory."""
    parcels = geopandas.read_file(url, layer="parcels", columns=["number"])
    features = geopandas.read_file(url, layer="features", columns=["theme", "designation"])
    return parcels, [part for theme in themes if len(part := features[features["theme"] == theme])]


def by_geopandas(held: Frames) -> float:
    """Parcels a second."""
    parcels, parts = held
    begun = time.perf_counter()
    for part in parts:
        found = geopandas.overlay(parcels, part, how="intersection", keep_geom_type=True)
        found["area"] = found.area
    return len(parcels) / (time.perf_counter() - begun)


def _sql(url: str, statement: str, settings: Sequence[str]) -> float:
    with closing(psycopg2.connect(url)) as held, held, held.cursor() as cursor:
        find_tables(cursor)
        for setting in settings:
            cursor.execute(f"SET {setting}")
        cursor.execute("SELECT count(*) FROM parcels")
        count = int(cursor.fetchone()[0])
        begun = time.perf_counter()
        cursor.execute(statement)
        took = time.perf_counter() - begun
        cursor.execute("DROP TABLE shares")
    return count / took


def _estimates(url: str, asked: Sequence[stores.Question], jobs: int) -> tuple[float, float]:
    """Full estimates a second, and the most memory that the command held, in MB."""
    rows, more = min(FEW, len(asked) // 2), min(MANY, len(asked))
    few, many = _answered(url, asked[:rows], jobs), _answered(url, asked[:more], jobs)
    while many.seconds - few.seconds < LONG / 2 and more < len(asked):
        more = min(more * 4, len(asked))
        many = _answered(url, asked[:more], jobs)
    return (more - rows) / (many.seconds - few.seconds), many.peak / 1e6


def _answered(url: str, asked: Sequence[stores.Question], jobs: int) -> process.Run:
    source, target = servers.OUT / "list.csv", servers.OUT / "answered.csv"
    for path in servers.OUT.glob("answered*"):
        path.unlink()
    with source.open("w", newline="", encoding="utf-8") as file:
        csv.writer(file).writerows([("parcel", "convert_to"), *((ref, use) for *_, use, ref in asked)])
    words = [sys.executable, "-m", "landinfo", "batch", str(source), "--out", str(target), "--store", url]
    days = ["--on", str(stores.ASKED), "--known", str(stores.DAY)]
    return process.run([*words, *days, "--jobs", str(jobs)], ROOT)
