"""The embedded engine: one GeoPackage file, read with plain ``sqlite3`` and its R*Tree, opened by QGIS as it is."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Callable, Iterable, Sequence
from contextlib import closing
from datetime import date
from pathlib import Path
from typing import Any, Self, TypeVar

import shapely

from landinfo.model import Busy, Commune, Edition, Held, LayerFacts, Parcel, PriceZone, Refused, Union
from landinfo.store import Box, Load, StoreFacts, rows
from landinfo.store import geopackage_file as file
from landinfo.store.checks import facts_of, meta_of, parts, version_of, withdrawn_on
from landinfo.store.plane import definition, srid
from landinfo.store.rows import COVERAGE, FEATURES, PARCELS, ZONES, Row, Table

T = TypeVar("T")
WAIT = 5.0
"""Seconds that a question waits while a load is being committed."""
CHUNK = 500
_BROKEN = (sqlite3.Error, shapely.errors.ShapelyError, ValueError, TypeError, KeyError)

_SELECT = "SELECT t.fid, t.geom, {columns} FROM {source} CROSS JOIN editions e ON e.id = t.edition WHERE {where}"
_IN_BOX = "rtree_{table}_geom r CROSS JOIN {table} t ON t.fid = r.id"
_IN_FORCE = """
t.effective_from <= :on AND (t.effective_to IS NULL OR t.effective_to > :on)
AND e.published <= :known AND (e.withdrawn IS NULL OR e.withdrawn > :known)"""
_MEETS = "r.minx <= :max_x AND r.maxx >= :min_x AND r.miny <= :max_y AND r.maxy >= :min_y"
_ORDER = " ORDER BY {order}, t.fid"


def _select(table: Table[Any], source: str, where: str) -> str:
    columns = ", ".join(f"t.{name}" for name in table.columns)
    return _SELECT.format(columns=columns, source=source.format(table=table.name), where=f"{where} AND {_IN_FORCE}")


_SERIES = (
    "(SELECT json_extract(value, '$[0]') AS commune, json_extract(value, '$[1]') AS period FROM json_each(:series)) s "
)
_REF = _SERIES + "CROSS JOIN parcels t ON t.commune = s.commune AND t.period = s.period"
_PARCEL_ORDER = _ORDER.format(order=", ".join(f"t.{name}" for name in PARCELS.order))
_PARCELS = _select(PARCELS, _REF, "t.sheet = :sheet AND t.number = :number") + _PARCEL_ORDER
_NUMBERS = f"""SELECT DISTINCT t.commune || '@' || t.period, t.number FROM {_REF}
CROSS JOIN editions e ON e.id = t.edition WHERE t.sheet = :sheet AND {_IN_FORCE}"""  # noqa: S608
_PARCELS_IN = _select(PARCELS, _IN_BOX, _MEETS) + _PARCEL_ORDER
_FEATURES = _select(FEATURES, _IN_BOX, f"{_MEETS} AND t.theme = :layer")
_COVERAGE = _select(COVERAGE, _IN_BOX, f"{_MEETS} AND t.layer = :layer")
_ZONES = _select(ZONES, _IN_BOX, _MEETS)
_EDITIONS = f"SELECT {', '.join(rows.EDITION)} FROM editions ORDER BY layer, territory, id"  # noqa: S608
_COMMUNES = f"SELECT {', '.join(rows.COMMUNE)} FROM communes ORDER BY code, period"  # noqa: S608
_UNIONS = f"SELECT {', '.join(rows.UNION)} FROM unions ORDER BY old_code, old_period, new_code, new_period, day, fid"  # noqa: S608


class GeopackageStore:
    """``landinfo.store.Store`` on a GeoPackage file."""

    engine = "geopackage"

    def __init__(self, path: Path, facts: StoreFacts, readers: file.Readers) -> None:
        self._path, self._facts, self._readers = path, facts, readers
        self._communes: tuple[tuple[Commune, ...], tuple[Union, ...]] | None = None

    @classmethod
    def open(cls, url: str, *, wait: float = WAIT) -> Self:
        """Open the file. Raises ``Refused``: missing, not a store, an older or a newer schema."""
        path = Path(url)
        if not path.is_file():
            raise Refused("store-missing", "store", store=url)
        readers = file.Readers(path, wait)
        try:
            return cls(path, facts_of(readers.ask(_meta), url), readers)
        except sqlite3.DatabaseError as wrong:
            readers.close()
            raise Refused("store-unknown", "store", store=url) from wrong
        except (Refused, Busy):
            readers.close()
            raise

    @classmethod
    def create(cls, url: str, facts: StoreFacts, communes: Sequence[Commune], unions: Sequence[Union]) -> Self:
        """Make an empty store. Raises ``Refused``: something stands there, or nothing can be written there."""
        path, plane = Path(url), definition(facts.crs)
        if path.exists() and (path.is_dir() or path.stat().st_size > 0):
            raise Refused("store-exists", "store", store=url)
        if not path.parent.is_dir():
            raise Refused("store-cannot-write", "store", store=url, wrong="no such folder")
        with file.writing(path, WAIT, "rwc") as held:
            if held.execute("SELECT 1 FROM sqlite_master LIMIT 1").fetchone():
                raise Refused("store-exists", "store", store=url)
            file.make_tables(held, plane)
            file.write_meta(held, meta_of(facts))
            file.write_rows(held, "communes", rows.COMMUNE, [rows.commune_row(c) for c in communes])
            file.write_rows(held, "unions", rows.UNION, [rows.union_row(u) for u in unions])
        return cls.open(url)

    def facts(self) -> StoreFacts:
        return self._facts

    def communes(self) -> tuple[tuple[Commune, ...], tuple[Union, ...]]:
        if self._communes is None:
            communes = self._ask(lambda held: tuple(map(rows.commune, held.execute(_COMMUNES))))
            self._communes = communes, self._ask(lambda held: tuple(map(rows.union, held.execute(_UNIONS))))
        return self._communes

    def editions(self, known: date | None = None) -> tuple[Edition, ...]:
        found = self._ask(lambda held: tuple(map(rows.edition, held.execute(_EDITIONS))))
        return tuple(e for e in found if known is None or rows.is_known(e, known))

    def parcels(self, series: Sequence[str], sheet: str, number: str, on: date, known: date) -> tuple[Parcel, ...]:
        asked = {"series": json.dumps(rows.pairs(series)), "sheet": sheet, "number": number, **_days(on, known)}
        return self._ask(lambda held: tuple(PARCELS.values(_found(held, _PARCELS, asked))))

    def numbers(self, series: Sequence[str], sheet: str, on: date, known: date) -> tuple[tuple[str, str], ...]:
        asked = {"series": json.dumps(rows.pairs(series)), "sheet": sheet, **_days(on, known)}
        return self._ask(lambda held: tuple(sorted(held.execute(_NUMBERS, asked))))

    def parcels_in(self, box: Box, on: date, known: date, limit: int | None = None) -> tuple[Parcel, ...]:
        def read(held: sqlite3.Connection) -> tuple[Parcel, ...]:
            chosen: list[Parcel] = []
            with closing(held.execute(_PARCELS_IN, _boxed(box, on, known))) as cursor:
                while (limit is None or len(chosen) < limit) and (some := cursor.fetchmany(CHUNK)):
                    chosen += PARCELS.values(_unpacked(some), box)
            return tuple(chosen[:limit])

        return self._ask(read)

    def layer(self, theme: str, box: Box, on: date, known: date) -> LayerFacts:
        return self._layer(theme, FEATURES, _FEATURES, box, on, known)[0]

    def zones(self, box: Box, on: date, known: date) -> tuple[LayerFacts, tuple[PriceZone, ...]]:
        return self._layer("price_zones", ZONES, _ZONES, box, on, known)

    def _layer(
        self, layer: str, table: Table[T], select: str, box: Box, on: date, known: date
    ) -> tuple[LayerFacts, tuple[Any, ...]]:
        asked = {"layer": layer, **_boxed(box, on, known)}

        def read(held: sqlite3.Connection) -> tuple[list[Row], list[Row]]:
            held.execute("BEGIN")  # both of one moment
            return _found(held, _COVERAGE, asked), _found(held, select, asked)

        try:
            covered, chosen = self._readers.ask(read)
            coverage = tuple(COVERAGE.values(COVERAGE.sorted(covered), box))
            found = tuple(table.values(table.sorted(chosen), box))
        except _BROKEN:
            return LayerFacts(layer, Held.FAILED, (), ()), ()
        features: Any = found if table is FEATURES else ()
        return LayerFacts(layer, Held.OK, coverage, features), found

    def publish(self, loads: Iterable[Load], withdraw: Sequence[str] = (), *, known: date | None = None) -> None:
        published: list[date] = []
        number = srid(self._facts.crs)
        with file.writing(self._path, WAIT) as held:
            facts_of(_meta(held), str(self._path))
            for load in loads:
                _write_edition(held, load.edition)
                for part in parts(load):
                    file.write_part(held, part, number, file.changed(load.edition.published.isoformat()))
                published.append(load.edition.published)
            for edition in withdraw:
                _withdraw(held, edition, withdrawn_on(known, published))

    def ready(self) -> None:
        self._ask(_meta)

    def close(self) -> None:
        self._readers.close()

    @classmethod
    def upgrade(cls, url: str, steps: Sequence[Sequence[str]], target: int) -> int:
        """Run what of ``steps`` lies between the store's schema and ``target``; returns the version it had."""
        if not Path(url).is_file():
            raise Refused("store-missing", "store", store=url)
        try:
            with file.writing(Path(url), WAIT) as held:
                before = _version(held, url)
                if before > target:
                    raise Refused("store-newer", "store", store=url, version=before, needed=target)
                for statement in (s for step in steps[before:target] for s in step):
                    held.execute(statement)
                held.execute("UPDATE meta SET value = ? WHERE key = 'schema_version'", (str(target),))
            return before
        except sqlite3.DatabaseError as wrong:
            raise Refused("store-unknown", "store", store=url) from wrong

    def _ask(self, work: Callable[[sqlite3.Connection], T]) -> T:
        """An answer that has no other form than the rows: a broken file is ``Busy``, never a crash."""
        try:
            return self._readers.ask(work)
        except _BROKEN as wrong:
            raise Busy("store-broken") from wrong


def _version(held: sqlite3.Connection, url: str) -> int:
    try:
        return version_of(_meta(held), url)
    except sqlite3.DatabaseError as wrong:
        raise Refused("store-unknown", "store", store=url) from wrong


def _meta(held: sqlite3.Connection) -> dict[str, str]:
    return dict(held.execute("SELECT key, value FROM meta"))


def _found(held: sqlite3.Connection, select: str, asked: dict[str, Any]) -> list[Row]:
    return _unpacked(held.execute(select, asked))


def _unpacked(found: Iterable[Row]) -> list[Row]:
    return [(row[0], file.wkb(row[1]), *row[2:]) for row in found]


def _days(on: date, known: date) -> dict[str, str]:
    return {"on": on.isoformat(), "known": known.isoformat()}


def _boxed(box: Box, on: date, known: date) -> dict[str, Any]:
    return {"min_x": box[0], "min_y": box[1], "max_x": box[2], "max_y": box[3], **_days(on, known)}


def _write_edition(held: sqlite3.Connection, edition: Edition) -> None:
    try:
        file.write_rows(held, "editions", rows.EDITION, [rows.edition_row(edition)])
    except sqlite3.IntegrityError as wrong:
        raise Refused("store-edition-exists", "", edition=edition.id) from wrong


def _withdraw(held: sqlite3.Connection, edition: str, day: date) -> None:
    update = "UPDATE editions SET withdrawn = ?1 WHERE id = ?2 AND withdrawn IS NULL AND published <= ?1"
    if held.execute(update, (day.isoformat(), edition)).rowcount != 1:
        raise Refused("store-no-such-edition", "", edition=edition, day=day)
