"""The GeoPackage file itself: its tables, its blobs, connections that read and the one that writes."""

from __future__ import annotations

import os
import sqlite3
import struct
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import Any, TypeVar

import shapely

from landinfo.model import Busy, Refused
from landinfo.store.checks import Part
from landinfo.store.plane import Definition
from landinfo.store.rows import SHAPED, Row

T = TypeVar("T")
_HEADER = struct.Struct("<2sBBi4d")
_EDGES = struct.Struct(">4d"), struct.Struct("<4d")
_ENVELOPE_BYTES = {0: 0, 1: 32, 2: 48, 3: 48, 4: 64}
_ATTRIBUTES = (
    "meta",
    "communes",
    "unions",
    "editions",
    "spans",
    "events",
    "staging",
    "lineage",
    "measure_runs",
    "measures",
)
MEETS = "r.minx <= :max_x AND r.maxx >= :min_x AND r.miny <= :max_y AND r.maxy >= :min_y"
"""Of a row ``r`` of an R*Tree."""
MMAP_BYTES = 1 << 30
_RTREE = "http://www.geopackage.org/spec120/#extension_rtree"


def wkb(blob: bytes) -> bytes:
    """The WKB in a GeoPackage blob. Raises ``ValueError``: this is none."""
    if not isinstance(blob, bytes) or blob[:2] != b"GP" or len(blob) < 8:
        raise ValueError("not a GeoPackage geometry")
    envelope = _ENVELOPE_BYTES.get(blob[3] >> 1 & 0b111)
    if envelope is None:
        raise ValueError("not a GeoPackage geometry")
    return blob[8 + envelope :]


def edges(blob: bytes) -> tuple[float, float, float, float]:
    """(min x, max x, min y, max y) of a blob, from its header where it has them."""
    body = wkb(blob)
    if blob[3] >> 1 & 0b111:
        found: tuple[float, float, float, float] = _EDGES[blob[3] & 1].unpack_from(blob, 8)
        return found
    low_x, low_y, high_x, high_y = shapely.from_wkb(body).bounds
    return low_x, high_x, low_y, high_y


def _blobs(shapes: Any, srid: int) -> Iterator[bytes]:
    encoded = shapely.to_wkb(shapes, byte_order=1, output_dimension=2)
    for (min_x, min_y, max_x, max_y), body in zip(shapely.bounds(shapes).tolist(), encoded, strict=True):
        yield _HEADER.pack(b"GP", 0, 0b11, srid, min_x, max_x, min_y, max_y) + body


class Reader(sqlite3.Connection):
    """A connection that reads; ``kept`` is what its questions hold of a file that did not change."""

    kept: object = None


class Readers:
    """Connections that only read, as many as threads read at once; each is used by one thread at a time."""

    def __init__(self, path: Path, wait: float) -> None:
        self._path, self._wait = path, wait
        self._idle: list[Reader] = []
        self._process = os.getpid()
        self._inherited: list[Any] = []

    def ask(self, work: Callable[[Reader], T]) -> T:
        """What ``work`` reads. Raises ``Busy`` when a writer holds the file for longer than ``wait``.

        When a killed writer left something half written, that is taken back first, which a reader may not do itself.
        """
        for last in (False, True):
            try:
                with self._connection() as held:
                    return work(held)
            except sqlite3.OperationalError as wrong:
                if wrong.sqlite_errorcode & 0xFF in (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED):
                    raise Busy("store-busy") from wrong
                if last or wrong.sqlite_errorcode & 0xFF != sqlite3.SQLITE_READONLY:
                    raise
                take_back(self._path, self._wait)
        raise AssertionError

    @contextmanager
    def _connection(self) -> Iterator[Reader]:
        if self._process != os.getpid():
            # SQLite forbids to use, and to close, what was opened before a fork.
            self._inherited.append(self._idle)
            self._idle, self._process = [], os.getpid()
        try:
            held = self._idle.pop()
        except IndexError:
            held = self._open()
        try:
            yield held
        finally:
            if held.in_transaction:
                held.execute("ROLLBACK")
            self._idle.append(held)

    def _open(self) -> Reader:
        held = connect(self._path, "ro", self._wait)
        held.execute("PRAGMA query_only = ON")
        held.execute(f"PRAGMA mmap_size = {MMAP_BYTES}")
        return held

    def close(self) -> None:
        while self._idle:
            self._idle.pop().close()


def connect(path: Path, mode: str, wait: float) -> Reader:
    """Open ``path`` as ``ro``, ``rw`` or ``rwc``; transactions are begun by hand."""
    address = f"{path.absolute().as_uri()}?mode={mode}"
    return sqlite3.connect(
        address, uri=True, timeout=wait, isolation_level=None, check_same_thread=False, factory=Reader
    )


def take_back(path: Path, wait: float) -> None:
    """Take back what a killed writer left half written; a store that it was making is an empty file again."""
    held = connect(path, "rw", wait)
    try:
        held.execute("SELECT 1 FROM sqlite_master LIMIT 1").fetchone()
    finally:
        held.close()


@contextmanager
def writing(path: Path, wait: float, mode: str = "rw") -> Iterator[sqlite3.Connection]:
    """One transaction: all of it, or nothing, also when the process is killed.

    Readers go on until it commits: no page is written before (``cache_spill``), so it needs memory for all it writes.
    """
    held = connect(path, mode, wait)
    try:
        register(held)
        held.execute("PRAGMA cache_spill = OFF")
        held.execute("PRAGMA foreign_keys = ON")
        held.execute("BEGIN IMMEDIATE")
        yield held
        held.execute("COMMIT")
    except sqlite3.DatabaseError as wrong:
        code = getattr(wrong, "sqlite_errorcode", sqlite3.SQLITE_ERROR) & 0xFF
        if code == sqlite3.SQLITE_BUSY:
            raise Busy("store-busy") from wrong
        if code == sqlite3.SQLITE_NOTADB:
            raise Refused("store-unknown", "store", store=str(path)) from wrong
        raise Refused("store-cannot-write", "store", store=str(path), wrong=str(wrong)) from wrong
    finally:
        if held.in_transaction:
            held.execute("ROLLBACK")
        held.close()


def register(held: sqlite3.Connection) -> None:
    """The functions that the R*Tree triggers call on every UPDATE, whatever it changes."""
    held.create_function("ST_IsEmpty", 1, lambda blob: shapely.from_wkb(wkb(blob)).is_empty, deterministic=True)
    for place, name in enumerate(("ST_MinX", "ST_MinY", "ST_MaxX", "ST_MaxY")):
        held.create_function(name, 1, partial(_bound, place), deterministic=True)


def _bound(place: int, blob: bytes) -> float:
    return float(shapely.from_wkb(wkb(blob)).bounds[place])


def make_tables(held: sqlite3.Connection, plane: Definition) -> None:
    """All tables of an empty store, and what GeoPackage wants to know of them."""
    for statement in _statements("geopackage.sql"):
        held.execute(statement)
    systems = [
        ("Undefined cartesian SRS", -1, "NONE", -1, "undefined", None),
        ("Undefined geographic SRS", 0, "NONE", 0, "undefined", None),
        ("WGS 84 geodetic", 4326, "EPSG", 4326, _WGS84, "longitude and latitude in decimal degrees"),
        (plane.name, plane.srid, plane.authority, plane.code, plane.wkt, "the plane of this store, metres"),
    ]
    held.executemany("INSERT INTO gpkg_spatial_ref_sys VALUES (?, ?, ?, ?, ?, ?)", systems)
    contents = (
        "INSERT INTO gpkg_contents (table_name, data_type, identifier, last_change, srs_id) VALUES (?, ?, ?, ?, ?)"
    )
    for name in _ATTRIBUTES:
        held.execute(contents, (name, "attributes", name, changed("1970-01-01"), None))
    for table in SHAPED:
        held.execute(contents, (table.name, "features", table.name, changed("1970-01-01"), plane.srid))
        shape = (table.name, "geom", "GEOMETRY", plane.srid, 0, 0)
        held.execute("INSERT INTO gpkg_geometry_columns VALUES (?, ?, ?, ?, ?, ?)", shape)
        rtree = (table.name, "geom", "gpkg_rtree_index", _RTREE, "write-only")
        held.execute("INSERT INTO gpkg_extensions VALUES (?, ?, ?, ?, ?)", rtree)
        for statement in _statements("geopackage_rtree.sql"):
            held.execute(statement.replace("{t}", table.name))


def write_meta(held: sqlite3.Connection, meta: Mapping[str, str]) -> None:
    held.executemany("INSERT INTO meta (key, value) VALUES (?, ?)", meta.items())


def write_rows(held: sqlite3.Connection, table: str, columns: Sequence[str], rows: Sequence[Row]) -> None:
    marks = ", ".join("?" * len(columns))
    held.executemany(f"INSERT INTO {table} ({', '.join(columns)}) VALUES ({marks})", rows)  # noqa: S608


def write_part(held: sqlite3.Connection, part: Part, srid: int, last_change: str) -> None:
    """Shaped rows with their R*Tree: filled beside its trigger, which would call Python five times a row."""
    name, columns = part.table.name, ("fid", "geom", *part.table.columns)
    trigger = f"rtree_{name}_geom_insert"
    (text,) = held.execute("SELECT sql FROM sqlite_master WHERE name = ?", (trigger,)).fetchone()
    held.execute(f"DROP TRIGGER {trigger}")
    # A number is never given twice, also after a prepared edition was taken away.
    (last,) = held.execute(_LAST.format(name)).fetchone()
    fids = range(last + 1, last + 1 + len(part.rows))
    blobs = _blobs(part.shapes, srid)
    write_rows(held, name, columns, [(fid, blob, *row) for fid, blob, row in zip(fids, blobs, part.rows, strict=True)])
    bounds = shapely.bounds(part.shapes)
    boxes = [(fid, *box) for fid, box in zip(fids, bounds[:, [0, 2, 1, 3]].tolist(), strict=True)]
    write_rows(held, f"rtree_{name}_geom", ("id", "minx", "maxx", "miny", "maxy"), boxes)
    held.execute(text)
    extent = (*bounds[:, :2].min(axis=0).tolist(), *bounds[:, 2:].max(axis=0).tolist())
    held.execute(_EXTENT, (*extent, last_change, name))


def changed(day: str) -> str:
    """``last_change`` of a day of knowledge: the same load gives the same file."""
    return f"{day}T00:00:00.000Z"


def _statements(name: str) -> Iterator[str]:
    text = ""
    for line in Path(__file__).with_name(name).read_text("utf-8").splitlines(keepends=True):
        text += line
        if sqlite3.complete_statement(text):
            yield text
            text = ""


_LAST = """SELECT max(coalesce((SELECT max(fid) FROM {0}), 0),
coalesce((SELECT max(seq) FROM sqlite_sequence WHERE name = '{0}'), 0))"""
_EXTENT = """
UPDATE gpkg_contents SET min_x = min(coalesce(min_x, ?1), ?1), min_y = min(coalesce(min_y, ?2), ?2),
  max_x = max(coalesce(max_x, ?3), ?3), max_y = max(coalesce(max_y, ?4), ?4), last_change = max(last_change, ?5)
WHERE table_name = ?6
"""
_WGS84 = (
    'GEOGCS["WGS 84",DATUM["WGS_1984",SPHEROID["WGS 84",6378137,298.257223563,AUTHORITY["EPSG","7030"]],'
    'AUTHORITY["EPSG","6326"]],PRIMEM["Greenwich",0,AUTHORITY["EPSG","8901"]],UNIT["degree",0.0174532925199433,'
    'AUTHORITY["EPSG","9122"]],AXIS["Latitude",NORTH],AXIS["Longitude",EAST],AUTHORITY["EPSG","4326"]]'
)
