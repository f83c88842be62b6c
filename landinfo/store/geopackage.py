"""The embedded engine: one GeoPackage file, read with plain ``sqlite3`` and its R*Tree, opened by QGIS as it is."""

from __future__ import annotations

import json
import os
import sqlite3
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import closing, contextmanager, suppress
from datetime import date
from pathlib import Path
from typing import Any, Self, TypeVar

import shapely

from landinfo import grid
from landinfo.model import (
    Busy,
    Commune,
    Edition,
    Event,
    Held,
    LayerFacts,
    Link,
    Parcel,
    ParcelRef,
    PriceZone,
    Refused,
    Union,
)
from landinfo.store import (
    DRAFT,
    Box,
    Load,
    Page,
    SharesPage,
    Spoken,
    Square,
    StoreFacts,
    Surroundings,
    doubles,
    editing,
    geopackage_surroundings,
    measures,
    paging,
    rows,
)
from landinfo.store import geopackage_file as file
from landinfo.store import tile as drawing
from landinfo.store.checks import facts_of, meta_of, version_of
from landinfo.store.edited import Edit, Edited
from landinfo.store.plane import definition, srid
from landinfo.store.rows import COVERAGE, FEATURES, PARCELS, SHAPED, ZONES, Row, Table
from landinfo.store.surroundings import one_by_one

T = TypeVar("T")
WAIT = 5.0
"""Seconds that a question waits while a load is being committed."""
CHUNK = 500
_BROKEN = (sqlite3.Error, shapely.errors.ShapelyError, ValueError, TypeError, KeyError)

_SELECT = "SELECT t.fid, t.geom, {columns} FROM {source} CROSS JOIN spans e ON e.edition = t.edition WHERE {where}"
_IN_BOX = "rtree_{table}_geom r CROSS JOIN {table} t ON t.fid = r.id"
_KNOWN = rows.KNOWN.format(known=":known")
_IN_FORCE = f"""
t.effective_from <= :on AND (t.effective_to IS NULL OR t.effective_to > :on)
AND {_KNOWN}
AND (e.effective_to IS NULL OR e.effective_to > :on)"""
_ORDER = " ORDER BY {order}, t.fid"


def _select(table: Table[Any], source: str, where: str) -> str:
    columns = ", ".join(f"t.{name}" for name in table.columns)
    return _SELECT.format(columns=columns, source=source.format(table=table.name), where=f"{where} AND {_IN_FORCE}")


def _content(table: Table[Any]) -> str:
    columns = ", ".join(f"t.{name}" for name in table.columns)
    source = _IN_BOX.format(table=table.name)
    return f"SELECT t.fid, t.geom, {columns} FROM {source} WHERE {file.MEETS} AND t.edition = :edition"  # noqa: S608


def _extent(table: Table[Any]) -> str:
    edges = "min(r.minx), min(r.miny), max(r.maxx), max(r.maxy)"
    return f"SELECT {edges} FROM {_IN_BOX.format(table=table.name)} WHERE t.edition = ?"  # noqa: S608


_SERIES = (
    "(SELECT json_extract(value, '$[0]') AS commune, json_extract(value, '$[1]') AS period FROM json_each(:series)) s "
)
_REF = _SERIES + "CROSS JOIN parcels t ON t.commune = s.commune AND t.period = s.period"
_PARCEL_ORDER = _ORDER.format(order=", ".join(f"t.{name}" for name in PARCELS.order))
_PARCELS = _select(PARCELS, _REF, "t.sheet = :sheet AND t.number = :number") + _PARCEL_ORDER
_NUMBERS = f"""SELECT DISTINCT t.commune || '@' || t.period, t.number FROM {_REF}
CROSS JOIN spans e ON e.edition = t.edition WHERE t.sheet = :sheet AND {_IN_FORCE}"""  # noqa: S608
_PARCELS_IN = _select(PARCELS, _IN_BOX, file.MEETS) + _PARCEL_ORDER
_DRAWN = f"""FROM {_IN_BOX.format(table="parcels")} WHERE {file.MEETS}
AND t.effective_from <= :on AND (t.effective_to IS NULL OR t.effective_to > :on)
AND t.edition IN (SELECT e.edition FROM spans e WHERE {_KNOWN} AND (e.effective_to IS NULL OR e.effective_to > :on))"""  # noqa: S608
_TILE = f"SELECT t.fid, t.geom, {', '.join(drawing.PARCEL_TEXTS)} {_DRAWN}"
_OUTLINES = f"SELECT t.geom {_DRAWN}"
_FEATURES = _select(FEATURES, _IN_BOX, f"{file.MEETS} AND t.theme = :layer")
_COVERAGE = _select(COVERAGE, _IN_BOX, f"{file.MEETS} AND t.layer = :layer")
_ZONES = _select(ZONES, _IN_BOX, file.MEETS)
_MEASURES = measures.PAGE.format(**{name: f":{name}" for name in ("way", "on", "known", "after", "limit")})
_EVENTS = f"SELECT {', '.join(rows.EVENT)} FROM events WHERE edition = ?1 OR ?1 IS NULL ORDER BY fid"  # noqa: S608
# CAST cuts towards zero, and a column may lie west of it.
_IN_SQUARE = "CAST((r.min{0} + r.max{0}) / 2 / :side + 1000000 AS INTEGER) - 1000000"
_SQUARES = f"""SELECT t.commune, t.period, t.commune_now, {_IN_SQUARE.format("x")}, {_IN_SQUARE.format("y")}, count(*)
FROM {_IN_BOX.format(table="parcels")} CROSS JOIN spans e ON e.edition = t.edition WHERE {_IN_FORCE}
GROUP BY 1, 2, 3, 4, 5 ORDER BY 1, 2, 3, 4, 5"""  # noqa: S608
_AHEAD = " UNION ".join(
    f"SELECT {rows.LAYER[table.name]}, t.effective_from, t.effective_to, e.effective_to "  # noqa: S608
    f"FROM {_IN_BOX.format(table=table.name)} CROSS JOIN spans e ON e.edition = t.edition "
    f"WHERE {file.MEETS} AND {_KNOWN} "
    "AND (t.effective_from > :on OR t.effective_to > :on OR e.effective_to > :on)"
    for table in SHAPED
)
_LINK = f"""SELECT {", ".join(f"t.{name}" for name in rows.LINK)} FROM {_SERIES} CROSS JOIN lineage t
ON t.{{side}}_commune = s.commune AND t.{{side}}_period = s.period CROSS JOIN spans e ON e.edition = t.edition
WHERE t.{{side}}_sheet = :sheet AND t.{{side}}_number = :number AND {_KNOWN}"""  # noqa: S608
_LINKS = f"{_LINK.format(side='before')} UNION ALL {_LINK.format(side='after')}"
_ASKED = ", ".join(f"json_extract(value, '$[{n}]') AS {c}" for n, c in enumerate(rows.NUMBER))
_ELSEWHERE = doubles.ELSEWHERE.format(
    numbers=f"(SELECT {_ASKED} FROM json_each(:numbers)) s",  # noqa: S608
    territory=":territory",
    draft=":draft",
    known=":known",
)
_COMMUNES = f"SELECT {', '.join(rows.COMMUNE)} FROM communes ORDER BY code, period"  # noqa: S608
_UNIONS = f"SELECT {', '.join(rows.UNION)} FROM unions ORDER BY old_code, old_period, new_code, new_period, day, fid"  # noqa: S608


class GeopackageStore(Edited):
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
        cls.check_free(url)
        with file.writing(path, WAIT, "rwc") as held:
            if held.execute("SELECT 1 FROM sqlite_master LIMIT 1").fetchone():
                raise Refused("store-exists", "store", store=url)
            file.make_tables(held, plane)
            file.write_meta(held, meta_of(facts))
            file.write_rows(held, "communes", rows.COMMUNE, [rows.commune_row(c) for c in communes])
            file.write_rows(held, "unions", rows.UNION, [rows.union_row(u) for u in unions])
        return cls.open(url)

    @staticmethod
    def check_free(url: str) -> None:
        """Raises ``Refused``: something stands there, no such folder, or one in which nothing can be written."""
        path = Path(url)
        if path.is_file() and Path(f"{url}-journal").exists():
            with suppress(sqlite3.Error):
                file.take_back(path, WAIT)
        if path.exists() and (path.is_dir() or path.stat().st_size > 0):
            raise Refused("store-exists", "store", store=url)
        if not path.parent.is_dir():
            raise Refused("store-cannot-write", "store", store=url, wrong="no such folder")
        if not os.access(path.parent, os.W_OK | os.X_OK):
            raise Refused("store-cannot-write", "store", store=url, wrong="Permission denied")

    def facts(self) -> StoreFacts:
        return self._facts

    def communes(self) -> tuple[tuple[Commune, ...], tuple[Union, ...]]:
        if self._communes is None:
            communes = self._ask(lambda held: tuple(map(rows.commune, held.execute(_COMMUNES))))
            self._communes = communes, self._ask(lambda held: tuple(map(rows.union, held.execute(_UNIONS))))
        return self._communes

    def editions(self, known: date | None = None) -> tuple[Edition, ...]:
        def read(held: sqlite3.Connection) -> tuple[Edition, ...]:
            held.execute("BEGIN")  # both of one moment
            return rows.editions(held.execute(rows.EDITIONS), held.execute(rows.SPANS), known)

        return self._ask(read)

    def mark(self) -> str:
        return self._ask(lambda held: rows.marked(held.execute(rows.SPANS), held.execute(rows.HASHES)))

    def drafts(self) -> tuple[Edition, ...]:
        return self.editions(DRAFT)

    def unfinished(self) -> tuple[str, ...]:
        return self._ask(lambda held: tuple(sorted(str(row[0]) for row in held.execute(editing.UNFINISHED))))

    def content(self, edition: str, box: Box, *, bare: bool = False) -> Load:
        asked = {"edition": edition, "min_x": box[0], "min_y": box[1], "max_x": box[2], "max_y": box[3]}

        def read(held: sqlite3.Connection) -> Load:
            held.execute("BEGIN")
            of = rows.edition_of(held.execute(rows.EDITIONS), edition)
            return rows.content(of, lambda table: _found(held, _content(table), asked), box, bare)

        return self._ask(read)

    def extent(self, edition: str) -> Box | None:
        def read(held: sqlite3.Connection) -> Box | None:
            return rows.around(held.execute(_extent(table), (edition,)).fetchone() for table in rows.SHAPED)

        return self._ask(read)

    def events(self, edition: str | None = None) -> tuple[Event, ...]:
        return self._ask(lambda held: tuple(map(rows.event, held.execute(_EVENTS, (edition,)))))

    def sign_offs(self) -> tuple[Event, ...]:
        return editing.sign_offs(self._ask(_meta))

    def lineage(self, series: Sequence[str], sheet: str, number: str, known: date) -> tuple[Link, ...]:
        asked = {"series": json.dumps(rows.pairs(series)), "sheet": sheet, "number": number, "known": rows.iso(known)}
        return self._ask(lambda held: rows.links(held.execute(_LINKS, asked)))

    def parcels(self, series: Sequence[str], sheet: str, number: str, on: date, known: date) -> tuple[Parcel, ...]:
        asked = {"series": json.dumps(rows.pairs(series)), "sheet": sheet, "number": number, **_days(on, known)}
        return self._ask(lambda held: tuple(PARCELS.values(_found(held, _PARCELS, asked))))

    def held_elsewhere(self, refs: Sequence[ParcelRef], territory: str, known: date) -> tuple[Spoken, ...]:
        asked = {"territory": territory, "draft": rows.iso(DRAFT), "known": rows.iso(known)}
        numbers = json.dumps(rows.numbers(refs))
        return self._ask(lambda held: doubles.elsewhere(held.execute(_ELSEWHERE, {"numbers": numbers, **asked})))

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

    def surroundings(self, parcel: Parcel, themes: Sequence[str], on: date, known: date) -> Surroundings:
        try:
            return self._readers.ask(lambda held: geopackage_surroundings.read(held, parcel, themes, on, known))
        except _BROKEN:
            return one_by_one(self, parcel, themes, on, known)

    def days_ahead(self, box: Box, on: date, known: date) -> tuple[tuple[date, str], ...]:
        return self._ask(lambda held: rows.days_ahead(held.execute(_AHEAD, _boxed(box, on, known)), on))

    def tile(self, layer: str, z: int, x: int, y: int, on: date, known: date) -> bytes:
        tile, crs = (z, x, y), self._facts.crs
        asked = {"layer": layer, **_boxed(grid.window(*tile, crs), on, known)}

        def read(held: sqlite3.Connection) -> bytes:
            held.execute("BEGIN")
            if layer == "parcels" and z < grid.NUMBERS_FROM:
                found = [file.wkb(row[0]) for row in held.execute(_OUTLINES, asked)]
                return drawing.outlines(drawing.Shapes.of(found), tile, crs)
            ground = drawing.complete(_found(held, _COVERAGE, asked))
            if layer == "parcels":
                return drawing.parcels(drawing.Found.of(_found(held, _TILE, asked)), ground, tile, crs)
            return drawing.theme(layer, drawing.Designated.of(_found(held, _FEATURES, asked)), ground, tile, crs)

        return self._ask(read)

    def page(
        self, layer: str, days: tuple[date, date], known: date, limit: int, after: int = 0, box: Box | None = None
    ) -> Page:
        asked = {"layer": layer, "after": after, **_between(days, known)}

        def read(held: sqlite3.Connection) -> Page:
            if box is None:
                found = _found(held, _paged(layer, "t.fid > {after}", f"LIMIT {limit:d}"), asked)
            else:
                held.execute("BEGIN")
                found = _page_in_box(held, layer, asked, limit, box)
            return paging.page(layer, found, limit, box)

        return self._ask(read)

    def shares(self, ways: Mapping[str, str], on: date, known: date, limit: int, after: int = 0) -> SharesPage:
        return measures.page(*self._measures(ways, on, known, limit, after), known, limit)

    def unmeasured(
        self, ways: Mapping[str, str], on: date, known: date, limit: int, after: int = 0
    ) -> tuple[list[int], int | None]:
        return measures.unmeasured(*self._measures(ways, on, known, limit, after), known, limit)

    def _measures(
        self, ways: Mapping[str, str], on: date, known: date, limit: int, after: int
    ) -> tuple[list[Row], list[Row], str]:
        def read(held: sqlite3.Connection) -> tuple[list[Row], list[Row], str]:
            held.execute("BEGIN")  # all of one moment
            found = held.execute(_MEASURES, measures.asked(ways, on, known, limit, after))
            (told,) = held.execute(f"SELECT {measures.HELD}").fetchone()
            return list(found), list(held.execute(rows.SPANS)), told

        return self._ask(read)

    def named(self, layer: str, edition: str, key: str, days: tuple[date, date], known: date) -> tuple[Any, ...]:
        asked = {"layer": layer, "edition": edition, "key": key, **_between(days, known)}
        select, table = _paged(layer, "t.edition = {edition} AND t.id = {key}"), paging.table_of(layer)
        return self._ask(lambda held: tuple(table.values(_found(held, select, asked))))

    def squares(self, side: float, on: date, known: date) -> tuple[Square, ...]:
        return self._ask(lambda held: tuple(held.execute(_SQUARES, {"side": side, **_days(on, known)})))

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

    @contextmanager
    def _editing(self) -> Iterator[Edit]:
        with file.writing(self._path, WAIT) as held:
            number = srid(self._facts.crs)
            yield Edit(
                run=lambda statement, values: held.execute(statement, tuple(values)).fetchall(),
                write=lambda part, day: file.write_part(held, part, number, file.changed(day.isoformat())),
                settle=lambda: None,
                facts=facts_of(_meta(held), str(self._path)),
            )

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


def _paged(layer: str, where: str, tail: str = "") -> str:
    return paging.select(layer, "t.geom", where, ":{}", tail)


def _page_in_box(held: sqlite3.Connection, layer: str, asked: dict[str, Any], limit: int, box: Box) -> list[Row]:
    """The R*Tree knows no order: numbers are sorted first, and rows read only until there are enough."""
    edges = {"min_x": box[0], "min_y": box[1], "max_x": box[2], "max_y": box[3]}
    near = f"SELECT r.id FROM rtree_{paging.table_of(layer).name}_geom r WHERE {file.MEETS} AND r.id > :after"  # noqa: S608
    numbers = sorted(row[0] for row in held.execute(near, {**edges, "after": asked["after"]}))
    found: list[Row] = []
    for first in range(0, len(numbers), limit):
        some = json.dumps(numbers[first : first + limit])
        where = "t.fid IN (SELECT value FROM json_each(:some))"
        select = _paged(layer, where, f"LIMIT {limit - len(found):d}")
        found += _found(held, select, {**asked, "some": some})
        if len(found) == limit:
            break
    return found


def _between(days: tuple[date, date], known: date) -> dict[str, str]:
    return {"since": days[0].isoformat(), "until": days[1].isoformat(), "known": known.isoformat()}


def _days(on: date, known: date) -> dict[str, str]:
    return {"on": on.isoformat(), "known": known.isoformat()}


def _boxed(box: Box, on: date, known: date) -> dict[str, Any]:
    return {"min_x": box[0], "min_y": box[1], "max_x": box[2], "max_y": box[3], **_days(on, known)}
