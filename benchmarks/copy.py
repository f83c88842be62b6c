"""Checked rows written into PostGIS by a publication, beside a bare binary ``COPY`` of the same rows.

The goal is measured by the ``COPY`` that makes no index. A publication makes them, and adds what names an edition: its
row, its coverage, the statistics.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Sequence
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from typing import Any

import psycopg2

from benchmarks import goals, results, stores
from benchmarks.load import postgres
from landinfo.model import Parcel
from landinfo.store import Load, create_store, open_store
from landinfo.store.postgis_pool import find_tables
from landinfo.store.rows import PARCELS

INDEXES = (
    "ALTER TABLE bare ADD PRIMARY KEY (fid)",
    "CREATE INDEX ON bare USING gist (geom)",
    "CREATE INDEX ON bare (commune, period, sheet, number)",
)
"""Those of ``landinfo.parcels``."""
EVERYWHERE = (-1e7, -1e7, 1e8, 1e8)


def run(count: int, rounds: int, out: Path) -> str:
    """The section of the results."""
    took = beside(stores.database(count, out), stores.server(), rounds, out)
    ours = took[OURS]
    rows = [[name, results.spread(each), results.ratios(ours, each)] for name, each in took.items()]
    reached = goals.table([("copy", goals.by(ours, took[BARE]))], count)
    return f"{reached}\n\n{results.table([f'{count:,} rows', 's', 'publication : it'], rows)}"


OURS, BARE, INDEXED = "publication", "bare binary `COPY`, no index", "binary `COPY` into a table with its indexes"
COPIED = {
    BARE: ("CREATE TABLE bare (LIKE landinfo.parcels)", ()),
    "binary `COPY`, then its indexes": ("CREATE TABLE bare (LIKE landinfo.parcels)", INDEXES),
    INDEXED: ("CREATE TABLE bare (LIKE landinfo.parcels INCLUDING ALL)", ()),
}
"""Ways to copy: the table that is made before, and what is made afterwards."""


def beside(
    source: str, server: postgres.Server, rounds: int, out: Path, ways: Sequence[str] = (OURS, *COPIED)
) -> dict[str, list[float]]:
    """Seconds of each round in which the parcels of a store are published, and copied bare, into a new one."""
    took: dict[str, list[float]] = {name: [] for name in ways}
    held, facts = _held(source)
    _unload(source, out / "rows.copy")
    for n in range(rounds):
        for way in list(took)[:: 1 if n % 2 == 0 else -1]:
            print(f"round {n + 1}: {way}", file=sys.stderr)
            target = server.new_database()
            create_store(target, *facts).close()
            seconds = _published(target, held) if way == OURS else _copied(target, out / "rows.copy", *COPIED[way])
            took[way].append(seconds)
            server.drop(target)
    (out / "rows.copy").unlink()
    return took


def _held(url: str) -> tuple[Load, Any]:
    """The parcels of the store as they were checked, ready to be published elsewhere."""
    with closing(open_store(url, statement_timeout=600)) as store:
        (edition,) = (e for e in store.editions() if e.layer == "parcels")
        after: int | None = 0
        parcels: list[Parcel] = []
        while after is not None:
            page = store.page("parcels", (stores.ASKED, stores.ASKED), stores.DAY, 10_000, after)
            parcels += [row for _, row in page.rows if isinstance(row, Parcel)]
            after = page.after
        coverage = store.content(edition.id, EVERYWHERE, bare=True).coverage
        ready = replace(edition, rows=len(parcels))
        return Load(ready, coverage, parcels), (store.facts(), *store.communes())


def _published(url: str, held: Load) -> float:
    with closing(open_store(url)) as store:
        begun = time.perf_counter()
        store.publish([held])
        return time.perf_counter() - begun


def _columns() -> str:
    return ", ".join(("fid", "geom", *PARCELS.columns))


def _unload(url: str, rows: Path) -> None:
    with closing(psycopg2.connect(url)) as held, held.cursor() as cursor, rows.open("wb") as file:
        select = f"SELECT {_columns()} FROM landinfo.parcels ORDER BY fid"
        cursor.copy_expert(f"COPY ({select}) TO STDOUT (FORMAT binary)", file)


def _copied(url: str, rows: Path, table: str, after: Sequence[str]) -> float:
    with closing(psycopg2.connect(url)) as held, held.cursor() as cursor, rows.open("rb") as file:
        find_tables(cursor)
        cursor.execute(table)
        begun = time.perf_counter()
        cursor.copy_expert(f"COPY bare ({_columns()}) FROM STDIN (FORMAT binary)", file, 1 << 20)
        for statement in after:
            cursor.execute(statement)
        held.commit()
        return time.perf_counter() - begun
