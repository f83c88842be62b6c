"""A first view of the map over a province, with nothing kept: the page, its files and every tile of a desktop's window.

Served by ``app.py`` in a process of its own and asked as a browser does, six requests at a time, around the densest
square of 250 m. Beside it the same rows read bare, and the squares by which lineage goes through an edition.
"""

from __future__ import annotations

import math
import re
import sqlite3
import sys
import time
import urllib.request
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, contextmanager
from datetime import date
from pathlib import Path
from typing import Any

import psycopg2

from benchmarks import cadastre, process, results, servers, stores
from benchmarks.load import CRS, NAMES, ROOT, SETTINGS, postgres
from landinfo import grid, squares
from landinfo.intake import lineage
from landinfo.store import Store, is_postgis, open_store
from landinfo.store.postgis_pool import find_tables

DAY = date(2026, 11, 27)
ZOOMS = (14, 15, 16)
"""Of the tiles; the map's own is one more."""
WINDOW = 960, 836
"""Pixels of the map beside the panel in a window of 1440 × 900."""
TILE, AT_ONCE = 512, 6
"""Pixels of a tile on the map; requests that a browser has under way to one host."""
LAYERS = ("parcels", "land_use_planning")
Row = list[str]


def run(count: int, rounds: int, out: Path) -> str:
    """The section of the results. A GeoPackage that was made once is used again."""
    files = cadastre.write(out, count)
    header = ["first view", "tiles", "kB", "s", "slowest answer, s", "all tiles : rows read bare"]
    tables, beside = [], []
    postgres.SETTINGS = SETTINGS
    with closing(postgres.start()) as server:
        for engine in NAMES:
            url = (
                str(out / f"view-{count}-{stores.drawn_as()}.gpkg") if engine == "geopackage" else server.new_database()
            )
            if engine != "geopackage" or not Path(url).exists():
                _load(files, url)
            rows, squares_ = _measured(url, NAMES[engine], rounds)
            tables += rows
            beside.append(squares_)
    told = ["engine", "communes, first tile of a day, s", "lineage.squares(), s", "squares"]
    return f"{results.table(header, tables)}\n\n{results.table(told, beside)}"


def _load(files: dict[str, Path], url: str) -> None:
    named = [str(files[name]) for name in ("parcels", "parcels_map", "plan", "plan_map")]
    process.run([sys.executable, "-m", "benchmarks.once", *named, url], ROOT)


def _measured(url: str, name: str, rounds: int) -> tuple[list[Row], Row]:
    with closing(open_store(url)) as store:
        middle = densest(store)
        took: dict[int, list[tuple[float, float, int, float]]] = {}
        for _ in range(rounds):
            for z in ZOOMS:
                tiles = in_window(z, *middle)
                with _served(url) as address:
                    seconds, slowest, size = first_view(address, z, tiles)
                    alone = _fetched(address, [_tile("parcels", z, *tile) for tile in tiles], 1)[0]
                took.setdefault(z, []).append((seconds, slowest, size, alone / _bare(url, z, tiles)))
        rows = [_row(name, z, middle, each) for z, each in took.items()]
        with _served(url) as address:
            x, y = in_window(12, *middle)[0]
            communes = _fetched(address, [_tile("communes", 12, x, y)], 1)[0]
        (edition,) = (e.id for e in store.editions() if e.layer == "parcels")
        begun = time.monotonic()
        found = len(list(lineage.squares(store, edition)))
        return rows, [name, f"{communes:.1f}", f"{time.monotonic() - begun:.2f}", str(found)]


def _row(name: str, z: int, middle: tuple[float, float], each: Sequence[tuple[float, float, int, float]]) -> Row:
    seconds, slowest, sizes, ratios = zip(*each, strict=True)
    told = [results.spread(values, 2) for values in (seconds, slowest, ratios)]
    tiles = len(LAYERS) * len(in_window(z, *middle))
    return [f"{name}, tiles of z {z}", str(tiles), f"{sizes[0] / 1000:,.0f}", *told]


def densest(store: Store) -> tuple[float, float]:
    """The middle of the square with the most parcels, as (easting, northing)."""
    held = store.squares(squares.SIDE, DAY, DAY)
    *_, column, row, _ = max(held, key=lambda square: square[-1])
    return (column + 0.5) * squares.SIDE, (row + 0.5) * squares.SIDE


def in_window(z: int, easting: float, northing: float) -> list[tuple[int, int]]:
    """The tiles that a window around a point of the plane shows."""
    x, y = servers.on_tiles(z, easting, northing)
    across, down = (pixels / TILE / 2 for pixels in WINDOW)
    columns = range(math.floor(x - across), math.floor(x + across) + 1)
    return [(i, j) for i in columns for j in range(math.floor(y - down), math.floor(y + down) + 1)]


def _tile(layer: str, z: int, x: int, y: int) -> str:
    return f"/tiles/{layer}/{z}/{x}/{y}?on={DAY}"


def first_view(address: str, z: int, tiles: Sequence[tuple[int, int]]) -> tuple[float, float, int]:
    """Seconds of it all, of its slowest answer, and the bytes that came, compressed as they travel."""
    begun = time.monotonic()
    page, size, took = _got(address, "/", plain=True)
    files = re.findall(r'(?:src|href)="(/(?:static|drawn)/[^"]+)"', page)
    wanted = [*files, *(_tile(layer, z, *tile) for layer in LAYERS for tile in tiles)]
    _, slowest, more = _fetched(address, wanted, AT_ONCE)
    return time.monotonic() - begun, max(took, slowest), size + more


def _fetched(address: str, wanted: Sequence[str], at_once: int) -> tuple[float, float, int]:
    begun = time.monotonic()
    with ThreadPoolExecutor(at_once) as pool:
        came = list(pool.map(lambda path: _got(address, path), wanted))
    return time.monotonic() - begun, max(each[2] for each in came), sum(each[1] for each in came)


def _got(address: str, path: str, *, plain: bool = False) -> tuple[str, int, float]:
    begun = time.monotonic()
    asked = urllib.request.Request(address + path, headers={} if plain else {"Accept-Encoding": "gzip"})
    with urllib.request.urlopen(asked, timeout=120) as response:
        content = response.read()
    return content.decode() if plain else "", len(content), time.monotonic() - begun


@contextmanager
def _served(url: str) -> Iterator[str]:
    """``app.py`` over the store, started anew: nothing is held in its memory, and no tile is kept."""
    with servers.service("app.py", url, LANDINFO_WORKERS="1", LANDINFO_THREADS="8") as served:
        yield served.address


def _bare(url: str, z: int, tiles: Sequence[tuple[int, int]]) -> float:
    """Seconds in which the engine alone hands over the shapes of the parcels around the same tiles, once more."""
    boxes = [grid.window(z, x, y, CRS) for x, y in tiles]
    if is_postgis(url):
        with closing(psycopg2.connect(url)) as held, held.cursor() as cursor:
            find_tables(cursor)
            cursor.execute("SELECT ST_SRID(geom) FROM landinfo.parcels LIMIT 1")
            near = f"geom && ST_MakeEnvelope(%s, %s, %s, %s, {cursor.fetchone()[0]})"
            query = f"SELECT ST_AsBinary(geom) FROM landinfo.parcels WHERE {near}"
            return _read(boxes, lambda box: (cursor.execute(query, box), cursor.fetchall()))
    ask = """SELECT t.geom FROM rtree_parcels_geom r JOIN parcels t ON t.fid = r.id
WHERE r.maxx >= ? AND r.maxy >= ? AND r.minx <= ? AND r.miny <= ?"""
    with closing(sqlite3.connect(f"file:{url}?mode=ro", uri=True)) as bare:
        return _read(boxes, lambda box: bare.execute(ask, box).fetchall())


def _read(boxes: Sequence[Any], read: Callable[[Any], object]) -> float:
    begun = time.monotonic()
    for box in boxes:
        read(box)
    return time.monotonic() - begun
