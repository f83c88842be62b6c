"""tipg and pygeoapi beside landinfo: which parcel is at a point, and a tile of zoom 15, on one PostGIS.

The peers stand in environments of their own and read a table of the same parcels in WGS 84, indexed, so that they need
not transform what they search. They answer one bare item; landinfo answers parcel, shares, price and estimate.
"""

from __future__ import annotations

import os
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, closing, contextmanager
from functools import partial
from pathlib import Path
from typing import Any

import mapbox_vector_tile
import psycopg2
import shapely

from benchmarks import goals, results, servers, stores
from benchmarks.load import CRS, NAMES, ROOT, postgres
from benchmarks.servers import Asked
from landinfo import coordinates, grid
from landinfo.store import Store, open_store

Z = 15
ITEMS = (
    "DROP TABLE IF EXISTS public.lots",
    "CREATE TABLE public.lots AS SELECT fid, commune, sheet, number, registered_area::float8 AS area, "
    "ST_Transform(geom, 4326)::geometry(Geometry, 4326) AS geom FROM landinfo.parcels",
    "ALTER TABLE public.lots ADD PRIMARY KEY (fid)",
    "CREATE INDEX ON public.lots USING gist (geom)",
    "ANALYZE public.lots",
)
TINY = 1e-7
"""Degrees: half a side of the box that stands for a point, which a box without area meets in nothing."""
TILES, SINGLY = 60, 2
"""Tiles that are asked for again and again, and of pygeoapi one after the other."""
Took = dict[str, list[Asked]]


def run(count: int, rounds: int, out: Path) -> str:
    """The section of the results."""
    took, singly, bare = Took(), list[float](), dict[str, list[float]]()
    asked = stores.questions(count, out)
    urls = {"geopackage": str(stores.embedded(count, out)), "postgis": _database(count, out)}
    files = _files(asked)
    for n in range(rounds):
        for name, way in list(_ways(urls, files).items())[:: 1 if n % 2 == 0 else -1]:
            print(f"round {n + 1}: {name}", file=sys.stderr)
            with way() as served:
                if name == "pygeoapi":
                    singly += [_alone(served.address + path) for path in _tiles(asked, "pygeoapi")[:SINGLY]]
                for kind in ("point", "tile"):
                    if file := files.get(f"{name} {kind}"):
                        servers.ask(served.address, file, n * 2000 + 1000, seconds=2)
                        took.setdefault(f"{name} {kind}", []).append(servers.ask(served.address, file, n * 2000))
        for name, encode in _encoders(urls, asked).items():
            bare.setdefault(name, []).append(encode())
    return _told(took, singly, bare, count)


def _database(count: int, out: Path) -> str:
    """The store, with the table of the peers beside it."""
    url = stores.database(count, out)
    with closing(psycopg2.connect(url)) as held, held, held.cursor() as cursor:
        for sql in ITEMS:
            cursor.execute(sql)
    return url


def _ways(urls: Mapping[str, str], files: Mapping[str, Path]) -> dict[str, Callable[[], Any]]:
    """How each server is started, by the name under which its addresses stand in ``files``."""
    ways: dict[str, Callable[[], Any]] = {
        "tipg": partial(_peer, "tipg", urls["postgis"]),
        "pygeoapi": partial(_peer, "pygeoapi", urls["postgis"]),
    }
    for engine, url in urls.items():
        for server in servers.HTTP:
            ways[f"{engine}, {server}"] = partial(servers.service, server, url, LANDINFO_ANSWERS_MB="0")
        kept = partial(_kept, servers.HTTP[-1], url, servers.OUT / f"peers-{engine}.tiles", files)
        ways[f"{engine}, {servers.HTTP[-1]}, kept"] = kept
    return ways


@contextmanager
def _kept(server: str, url: str, folder: Path, files: Mapping[str, Path]) -> Iterator[servers.Served]:
    """With a folder of tiles, into which each that is asked for was drawn before."""
    with servers.service(server, url, LANDINFO_TILES=str(folder)) as served:
        for path in files["kept"].read_text().split():
            _alone(served.address + path)
        yield served


def _files(asked: Sequence[stores.Question]) -> dict[str, Path]:
    lonlat = [coordinates.plane(CRS).point_to_wgs84(x, y) for x, y, *_ in asked]
    boxes = [f"bbox={lon - TINY:.7f},{lat - TINY:.7f},{lon + TINY:.7f},{lat + TINY:.7f}&limit=1" for lon, lat in lonlat]
    files = {
        "tipg point": servers.write([f"/collections/public.lots/items?{box}" for box in boxes], "tipg"),
        "pygeoapi point": servers.write([f"/collections/items/items?{box}&f=json" for box in boxes], "pygeoapi"),
        "tipg tile": servers.write(_tiles(asked, "tipg"), "tipg-tiles"),
    }
    points, tiles = servers.write(stores.paths(asked), "points"), servers.write(_tiles(asked, "landinfo"), "tiles")
    files["kept"] = tiles
    for engine in NAMES:
        files |= {f"{engine}, {server} point": points for server in servers.HTTP}
        files |= {f"{engine}, {servers.HTTP[-1]}{end} tile": tiles for end in ("", ", kept")}
    return files


def _placed(asked: Sequence[stores.Question]) -> list[tuple[int, int]]:
    """Some of the tiles in which questions lie, each once."""
    found = (in_tile(x, y) for x, y, *_ in asked[:2000])
    return list(dict.fromkeys(found))[:TILES]


def in_tile(easting: float, northing: float) -> tuple[int, int]:
    """Column and row of the tile that holds a point of the plane."""
    column, row = servers.on_tiles(Z, easting, northing)
    return int(column), int(row)


def _tiles(asked: Sequence[stores.Question], of: str) -> list[str]:
    form = {
        "tipg": "/collections/public.lots/tiles/WebMercatorQuad/{z}/{x}/{y}",
        "pygeoapi": "/collections/items/tiles/WebMercatorQuad/{z}/{y}/{x}?f=mvt",
        "landinfo": f"/tiles/parcels/{{z}}/{{x}}/{{y}}?on={stores.ASKED}&known={stores.DAY}",
    }[of]
    return [form.format(z=Z, x=x, y=y) for x, y in _placed(asked)]


@contextmanager
def _peer(name: str, url: str) -> Iterator[servers.Served]:
    python, port = environment(name), servers.free()
    database = postgres.parse_dsn(url)["dbname"]
    at = os.environ["PGPORT"]
    env = {**os.environ, "PEERS_PORT": at, "PEERS_DATABASE": database, "TIPG_DB_SCHEMAS": '["public"]'}
    env["DATABASE_URL"] = f"postgresql://landinfo:none@127.0.0.1:{at}/{database}"
    address, workers = f"http://127.0.0.1:{port}", str(servers.WORKERS)
    if name == "tipg":
        words = [str(python), "-m", "uvicorn", "tipg.main:app", "--port", str(port), "--workers", workers]
        words, ready = [*words, "--log-level", "error"], "/healthz"
    else:
        config, described = ROOT / "benchmarks" / "peers.yml", servers.OUT / "pygeoapi.json"
        env |= {"PYGEOAPI_CONFIG": str(config), "PYGEOAPI_OPENAPI": str(described)}
        make = [str(python.with_name("pygeoapi")), "openapi", "generate", str(config), "-f", "json"]
        done = subprocess.run([*make, "--output-file", str(described)], env=env, capture_output=True, text=True)
        if done.returncode:
            raise SystemExit(f"pygeoapi: {done.stdout[-2000:]}{done.stderr[-2000:]}")
        bound = ["-b", f"127.0.0.1:{port}", "-w", workers, "--timeout", "120"]
        words, ready = [str(python), "-m", "gunicorn", *bound, "pygeoapi.flask_app:APP"], "/conformance?f=json"
    with servers.started(words, address, ready, env) as served:
        yield served


def environment(name: str) -> Path:
    """The Python of a peer's own environment, made once from its pinned packages."""
    folder = servers.OUT / f"peer-{name}"
    if not (folder / "made").exists():
        subprocess.run([sys.executable, "-m", "venv", "--clear", str(folder)], check=True)
        wanted = ["-r", str(ROOT / "benchmarks" / f"peers-{name}.txt")]
        subprocess.run([str(folder / "bin" / "python"), "-m", "pip", "install", "-qq", *wanted], check=True)
        (folder / "made").touch()
    return folder / "bin" / "python"


def _alone(address: str) -> float:
    """Seconds of one answer; a minute where none comes."""
    begun = time.perf_counter()
    try:
        urllib.request.urlopen(address, timeout=60).read()
    except (OSError, urllib.error.HTTPError):
        return 60.0
    return time.perf_counter() - begun


def _encoders(urls: Mapping[str, str], asked: Sequence[stores.Question]) -> dict[str, Callable[[], float]]:
    """How many ms of processor and wait the drawing of a tile takes in one process, by who draws it."""
    tiles = _placed(asked)[:20]

    def over(draw: Callable[[Any, int, int], object], url: str) -> float:
        with ExitStack() as stack:
            store = stack.enter_context(closing(open_store(url, pool=1)))
            draw(store, *tiles[0])
            begun = time.perf_counter()
            for tile in tiles:
                draw(store, *tile)
            return (time.perf_counter() - begun) / len(tiles) * 1000

    return {
        "landinfo, embedded": partial(over, _own, urls["geopackage"]),
        "landinfo, PostGIS": partial(over, _own, urls["postgis"]),
        "mapbox-vector-tile": partial(over, _mapbox, urls["geopackage"]),
        "ST_AsMVT, bare": partial(_as_mvt, urls["postgis"], tiles),
    }


def _own(store: Store, x: int, y: int) -> object:
    return store.tile("parcels", Z, x, y, stores.ASKED, stores.DAY)


def _mapbox(store: Store, x: int, y: int) -> object:
    window = grid.window(Z, x, y, CRS)
    parcels = store.parcels_in(window, stores.ASKED, stores.DAY)
    drawn = [{"geometry": p.shape, "properties": {"number": p.ref.number}} for p in parcels]
    box = shapely.box(*window).bounds
    return mapbox_vector_tile.encode({"name": "parcels", "features": drawn}, {"quantize_bounds": box})


def _as_mvt(url: str, tiles: Sequence[tuple[int, int]]) -> float:
    sql = """SELECT ST_AsMVT(t, 'parcels') FROM (SELECT number, ST_AsMVTGeom(ST_Transform(geom, 3857),
ST_TileEnvelope(%s, %s, %s)) AS geom FROM lots WHERE geom && ST_Transform(ST_TileEnvelope(%s, %s, %s), 4326)) AS t"""
    with closing(psycopg2.connect(url)) as held, held.cursor() as cursor:
        begun = time.perf_counter()
        for x, y in tiles:
            cursor.execute(sql, (Z, x, y, Z, x, y))
            cursor.fetchall()
        return (time.perf_counter() - begun) / len(tiles) * 1000


def _told(took: Took, singly: Sequence[float], bare: Mapping[str, Sequence[float]], count: int) -> str:
    rates = {name: [one.rate for one in each] for name, each in took.items()}

    def best(engine: str) -> list[float]:
        return max((rates[f"{engine}, {s} point"] for s in servers.HTTP), key=results.statistics.median)

    tile = f"postgis, {servers.HTTP[-1]}"
    reached: list[tuple[str, Sequence[float]]] = [
        ("embedded : tipg", goals.by(best("geopackage"), rates["tipg point"])),
        ("postgis : tipg", goals.by(best("postgis"), rates["tipg point"])),
        ("postgis : pygeoapi", goals.by(best("postgis"), rates["pygeoapi point"])),
        ("tile", goals.by(rates[f"{tile} tile"], rates["tipg tile"])),
        ("tile cached", goals.by(rates[f"{tile}, kept tile"], rates["tipg tile"])),
    ]
    header = ["2 workers, 8 clients", "answers/s", "p50, ms", "p99, ms", ": tipg", "answers"]
    parts = [_pinned(), goals.table(reached, count)]
    for kind, theirs, ours in (("point", "a bare item", "the full answer"), ("tile", "a tile", "a tile")):
        rows = []
        for name, each in took.items():
            if name.endswith(kind):
                is_peer = name.startswith(("tipg", "pygeoapi"))
                rows.append([*_row(name, each), results.ratios(rates[name], rates[f"tipg {kind}"])])
                rows[-1].append(theirs if is_peer else ours)
        parts.append(results.table([f"{kind}: {header[0]}", *header[1:]], rows))
    parts.append(f"pygeoapi gave a tile of zoom {Z}, asked alone, in {results.spread(singly)} s (60: none came).")
    own = bare["landinfo, embedded"]
    drawn = [[name, results.spread(each), results.ratios(each, own)] for name, each in bare.items()]
    parts.append(results.table([f"drawing a tile of zoom {Z}, one process", "ms", ": ours, embedded"], drawn))
    return "\n\n".join(parts)


def _pinned() -> str:
    """The versions that this part alone runs."""
    files = (ROOT / "benchmarks" / f"{name}.txt" for name in ("peers-tipg", "peers-pygeoapi", "requirements"))
    lines = dict.fromkeys(line for file in files for line in file.read_text().split("\n") if "==" in line)
    return " · ".join(line.replace("==", " ") for line in lines)


def _row(name: str, each: Sequence[Asked]) -> list[str]:
    failed = sum(one.failed for one in each)
    engine, comma, rest = name.rpartition(" ")[0].partition(", ")
    said = f"landinfo, {NAMES[engine]}, {rest}" if comma else engine
    told = [results.spread([one.rate for one in each], 0)]
    told += [results.spread(part) for part in ([one.p50 for one in each], [one.p99 for one in each])]
    return [f"{said} ({failed} failed)" if failed else said, *told]
