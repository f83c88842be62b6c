"""Whole stores of the drawn province: parcels and plan loaded as ever, and beside them what makes an answer full.

Price zones on sections of the 2026 list, an urban zoning plan of large, holed and overlapping areas with hundreds of
corners, and road corridors. Those are published as they are drawn: what a load costs is measured in ``load``.
"""

from __future__ import annotations

import atexit
import csv
import hashlib
import inspect
import os
import random
import socket
import sqlite3
import sys
from collections.abc import Mapping
from contextlib import closing
from datetime import date
from functools import cache, partial
from pathlib import Path
from typing import Any

import numpy as np
import pyogrio.raw
import shapely

from benchmarks import cadastre, once, process
from benchmarks.load import ROOT, SETTINGS, postgres
from landinfo import shares
from landinfo.intake import measuring
from landinfo.intake.sample import load
from landinfo.model import Coverage, Feature, Parcel, PriceZone, Theme
from landinfo.store import SCHEMA_VERSION, Load, Measures, open_store
from landinfo.store.rulebook import read_rulebook

DAY = date(2026, 11, 27)
ASKED = date(2026, 3, 1)
"""The day that is asked about: the price list of 2026 is in force."""
FIRST = date(2025, 7, 1)
PRICES = "nq87-2025", date(2026, 1, 1)
ZONES, ZONING, ROADS = 8_000, 2_000, 400
"""Price zones, areas of the urban plan, and corridors of a million parcels."""
LOOKED = 300
"""Parcels that are looked at, whether they have what was carried."""
CARRIED = 20_000
"""Measures that are kept in one transaction."""
CONVERTED = ("ODT", "ONT", "TMD", "SKK")
PLAN = {"territory": "former-binh-duong"}


def embedded(count: int, out: Path) -> Path:
    """A GeoPackage of so many parcels, made once as long as the same is drawn, kept and measured."""
    path = out / f"full-{count}-{drawn_as()}.gpkg"
    if not path.exists():
        for older in out.glob(f"full-{count}-*.gpkg"):
            older.unlink()
        half = out / f"half-{count}.gpkg"
        half.unlink(missing_ok=True)
        fill(count, out, str(half))
        half.rename(path)
    return path


@cache
def drawn_as() -> str:
    """Another text where a store of before would be another's, or its measures would not count."""
    drawn = "".join(map(inspect.getsource, (cadastre, once, beside, _theme, _zones)))
    numbers = DAY, ASKED, FIRST, PRICES, ZONES, ZONING, ROADS, PLAN, _price_rows().read_bytes()
    told = drawn, numbers, SCHEMA_VERSION, sorted(shares.ways(_themes()).items())
    return hashlib.sha256(repr(told).encode()).hexdigest()[:8]


@cache
def server() -> postgres.Server:
    """A cluster of this process, which ends with it; it listens on this machine, where the peers find it."""
    postgres.SETTINGS = (*(s for s in SETTINGS if not s.startswith("listen")), "listen_addresses=127.0.0.1")
    with socket.create_server(("127.0.0.1", 0)) as free:
        os.environ["PGPORT"] = str(free.getsockname()[1])
    made = postgres.start()
    atexit.register(made.close)
    return made


@cache
def database(count: int, out: Path) -> str:
    """A PostGIS store of so many parcels, filled once in a process."""
    measured, url = embedded(count, out), server().new_database()
    load_into(url, count, out)
    carry(measured, url)
    with closing(open_store(url)) as store:
        for _, parcel in store.page("parcels", (ASKED, ASKED), DAY, LOOKED).rows:
            assert isinstance(parcel, Parcel)
            around = store.surroundings(parcel, tuple(_themes()), ASKED, DAY)
            if any(theme.measured is None for theme in around.themes):
                raise SystemExit(f"{parcel.ref}: what was measured is of other rows")
    return url


def fill(count: int, out: Path, url: str) -> None:
    """A new store at ``url`` with all of it measured."""
    load_into(url, count, out)
    measuring.measure(url, _themes(), ASKED, DAY, jobs=2)


def load_into(url: str, count: int, out: Path) -> None:
    """Load parcels and plan into a new store at ``url``, and publish the rest beside them."""
    files = cadastre.write(out, count)
    named = [str(files[name]) for name in ("parcels", "parcels_map", "plan", "plan_map")]
    process.run([sys.executable, "-m", "benchmarks.once", *named, url], ROOT)
    with closing(open_store(url)) as store:
        store.publish(beside(count))


def carry(source: Path, url: str) -> None:
    """Keep at ``url`` what is measured in a GeoPackage of the same rows, loaded in the same order.

    Measuring is the same work for both engines, and takes longer than all else; both were shown to measure alike
    (``tests/test_engines_agree.py``).
    """
    with closing(sqlite3.connect(source)) as held, closing(open_store(url)) as store:
        found = held.execute("SELECT fid, until, shares, made, shapes FROM measures ORDER BY fid")
        while rows := found.fetchmany(CARRIED):
            some = [Measures(row[0], row[1] and date.fromisoformat(row[1]), *row[2:]) for row in rows]
            store.keep(partial(iter, some), shares.ways(_themes()), ASKED, DAY)


@cache
def _themes() -> Mapping[str, Theme]:
    return read_rulebook(ROOT / "data").themes


def beside(count: int) -> list[Load]:
    """The layers that are not loaded from files."""
    rng = np.random.default_rng(cadastre.SEED + 1)
    ground = cadastre.blocks(count, rng)
    scale = count / cadastre.MILLION
    low, high = np.array(ground.low), np.array(ground.low) + np.array(ground.size)
    window = shapely.box(*(low - 50), *(high + 50))
    drawn = {
        "urban_zoning": cadastre.zoning(ground, max(4, round(ZONING * scale)), rng),
        "road_safety_corridor": cadastre.corridors(ground, max(4, round(ROADS * scale)), rng),
    }
    loads = [_theme(layer, *each, window) for layer, each in drawn.items()]
    zones = _zones(cadastre.tiles(ground, max(4, round(ZONES * scale)), rng), rng)
    held = Coverage("price_zones", window, PRICES[1], None, complete=True, edition="")
    return [*loads, load(PLAN, "price_zones", "87/2025/NQ-HĐND", PRICES[1], FIRST, [held], zones=zones)]


def _theme(layer: str, shapes: Any, codes: Any, window: Any) -> Load:
    rows = [
        Feature(f"{layer}-{n}", layer, str(code), shape, FIRST, None, "mô phỏng", "", "")
        for n, (shape, code) in enumerate(zip(shapes, codes, strict=True))
    ]
    cover = Coverage(layer, window, FIRST, None, complete=True, edition="")
    return load(PLAN, layer, "mô phỏng", FIRST, FIRST, [cover], features=rows)


def _zones(shapes: Any, rng: np.random.Generator) -> list[PriceZone]:
    """Each on a section of the list in the nearest commune that has some."""
    sections: dict[str, list[str]] = {}
    with _price_rows().open(encoding="utf-8") as file:
        for row in csv.DictReader(file):
            sections.setdefault(row["commune"], []).append(f"{row['commune']}:{row['number']}")
    communes = cadastre.communes(shapely.get_coordinates(shapely.centroid(shapes)), sections)
    return [
        PriceZone(
            id=f"Z{n:05d}",
            price_list=PRICES[0],
            section=str(rng.choice(sections[commune])),
            position=int(rng.integers(1, 5)),
            agricultural_position=int(rng.integers(1, 4)),
            conditions={"alley_surface": "paved"},
            found={},
            shape=shape,
            effective_from=PRICES[1],
            effective_to=None,
            edition="",
        )
        for n, (shape, commune) in enumerate(zip(shapes, communes, strict=True))
    ]


def _price_rows() -> Path:
    return ROOT / "data" / "prices" / PRICES[0] / "rows.csv"


Question = tuple[float, float, str, str]
"""Easting, northing, what to convert to, and the parcel there."""


def questions(count: int, out: Path, most: int = 60_000) -> list[Question]:
    """Points in parcels, each of another one, converted to what the plan says there: each has an estimate."""
    files = cadastre.write(out, count)
    _, _, shapes, rows = pyogrio.raw.read(files["parcels"], columns=["MaXa", "SoTo", "SoThua", "LoaiDat"])
    _, _, plan, (codes,) = pyogrio.raw.read(files["plan"], columns=["MaQH"])
    points = shapely.point_on_surface(shapely.from_wkb(shapes))
    at, under = shapely.STRtree(shapely.from_wkb(plan)).query(points, predicate="within")
    to = dict(zip(at.tolist(), codes[under].tolist(), strict=True))
    held = dict(zip(("commune", "sheet", "number", "use"), rows, strict=True))
    good = [i for i in sorted(to) if to[i] in CONVERTED and to[i] != held["use"][i]]
    chosen = random.Random(7).sample(good, min(len(good), most))
    refs = [f"{held['commune'][i]}@2025/{held['sheet'][i]}/{held['number'][i]}" for i in chosen]
    xy = shapely.get_coordinates(points[chosen]).round(2).tolist()
    return [(x, y, to[i], ref) for (x, y), i, ref in zip(xy, chosen, refs, strict=True)]


def paths(asked: list[Question]) -> list[str]:
    """The same questions as addresses of the API's point door, where x is the northing."""
    return [f"/api/at?x={y}&y={x}&convert_to={use}&on={ASKED}&known={DAY}" for x, y, use, _ in asked]
