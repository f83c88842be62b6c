"""The server engine: PostGIS, asked by prepared statements over a pool of fixed size.

The tables stand in the schema ``landinfo`` of the database that the address names: one store for each database. The
address is libpq's, so several hosts and ``target_session_attrs`` work; publishing goes to the one that takes writes.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import date
from pathlib import Path
from typing import Any, Self, TypeVar

import psycopg2
import shapely
from psycopg2 import errors
from psycopg2.extensions import cursor as Cursor

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
    measures,
    paging,
    postgis_surroundings,
    rows,
)
from landinfo.store import tile as drawing
from landinfo.store.checks import facts_of, meta_of, version_of
from landinfo.store.edited import Edit, Edited
from landinfo.store.plane import definition, srid
from landinfo.store.postgis_pool import Pool, connect, find_tables, shown, writing
from landinfo.store.postgis_tile import TileRows, squares
from landinfo.store.postgis_write import Bulk, runner, write_plane, write_rows
from landinfo.store.rows import COVERAGE, FEATURES, PARCELS, SHAPED, ZONES, Table
from landinfo.store.surroundings import one_by_one

T = TypeVar("T")
WAIT = 5.0
"""Seconds that a publication waits for another, and an upgrade for the questions that run."""
_BROKEN = (psycopg2.Error, shapely.errors.ShapelyError, ValueError, TypeError, KeyError)
_META = "SELECT key, value FROM landinfo.meta"

_IN_FORCE = f"""
t.effective_from <= {{on}} AND (t.effective_to IS NULL OR t.effective_to > {{on}})
AND {rows.KNOWN}
AND (e.effective_to IS NULL OR e.effective_to > {{on}})"""
_EDITION = "JOIN spans e ON e.edition = t.edition"
_REF = "(SELECT DISTINCT * FROM unnest($1, $2) x(commune, period)) s JOIN parcels t USING (commune, period)"

_OF_PAGE = measures.PAGE.format(**{name: f"%({name})s" for name in ("way", "on", "known", "after", "limit")})
# The spans first, in the same statement, of one moment.
_MEASURES = f"""SELECT NULL, NULL, NULL, NULL, NULL, NULL,
(SELECT json_agg(json_build_array({", ".join(rows.SPAN)}))::text FROM spans), {measures.HELD}
UNION ALL SELECT * FROM ({_OF_PAGE}) p ORDER BY 1 NULLS FIRST"""  # noqa: S608
_ASKED = ", ".join(f"v ->> {n} AS {c}" for n, c in enumerate(rows.NUMBER))
_ELSEWHERE = doubles.ELSEWHERE.format(
    # As one text: a list is written out as so many constants, which takes PostgreSQL longer to read than to look up.
    numbers=f"(SELECT {_ASKED} FROM json_array_elements(%s::json) v) s",  # noqa: S608
    territory="%s",
    draft="%s",
    known="%s",
)


def _prepared(number: int) -> tuple[str, ...]:
    """The statements of every connection; ``number`` is the store's SRID."""
    meets = f"t.geom && ST_MakeEnvelope($1, $2, $3, $4, {number})"
    # An index box is rounded to 32 bits: with a limit the exact test has to stand here.
    exact = "ST_XMin(t.geom) <= $3 AND ST_XMax(t.geom) >= $1 AND ST_YMin(t.geom) <= $4 AND ST_YMax(t.geom) >= $2"
    columns = ", ".join(f"t.{name}" for name in PARCELS.columns)
    order = ", ".join(f"t.{name}" for name in (*PARCELS.order, "fid"))
    parcel = f"SELECT t.fid, ST_AsBinary(t.geom, 'NDR'), {columns} FROM"
    numbers = "SELECT DISTINCT t.commune || '@' || t.period, t.number FROM"
    on_ref, on_box = _IN_FORCE.format(on="$4", known="$5"), _IN_FORCE.format(on="$5", known="$6")
    box = "float8, float8, float8, float8, date, date"
    cover = _nested(COVERAGE, 0, f"{meets} AND t.layer = $7 AND {on_box}")
    feature = _nested(FEATURES, 1, f"{meets} AND t.theme = $7 AND {on_box}")
    zone = _nested(ZONES, 1, f"{meets} AND {on_box}")
    after = "(t.effective_from > $5 OR t.effective_to > $5 OR e.effective_to > $5)"
    days = f"{_EDITION} WHERE {meets} AND {rows.KNOWN.format(known='$6')} AND {after}"
    dated = "t.effective_from, t.effective_to, e.effective_to"
    ahead = (f"SELECT {rows.LAYER[t.name]}, {dated} FROM {t.name} t {days}" for t in SHAPED)  # noqa: S608
    return (
        f"PREPARE days_ahead ({box}) AS {' UNION '.join(ahead)}",
        f"PREPARE parcels (text[], text[], text, date, date, text) AS {parcel} {_REF} {_EDITION} "
        f"WHERE t.sheet = $3 AND t.number = $6 AND {on_ref} ORDER BY {order}",
        f"PREPARE numbers (text[], text[], text, date, date) AS {numbers} {_REF} {_EDITION} "
        f"WHERE t.sheet = $3 AND {on_ref}",
        f"PREPARE parcels_in ({box}, bigint) AS {parcel} parcels t {_EDITION} "
        f"WHERE {meets} AND {exact} AND {on_box} ORDER BY {order} LIMIT $7",
        f"PREPARE features ({box}, text) AS {cover} UNION ALL {feature}",
        f"PREPARE price_zones ({box}, text) AS {cover} UNION ALL {zone}",
        f"PREPARE lineage (text[], text[], text, text, date) AS {_linked('before')} UNION ALL {_linked('after')}",
        postgis_surroundings.prepared(number),
        f"""PREPARE mark AS SELECT string_agg(ROW({", ".join(rows.SPAN)})::text, ' ') FROM spans
UNION ALL SELECT string_agg(h::text, ' ') FROM ({rows.HASHES}) h""",  # noqa: S608
        squares(_IN_FORCE),
    )


def _linked(side: str) -> str:
    columns = ", ".join(f"t.{name}" for name in rows.LINK)
    series = f"t.{side}_commune = s.commune AND t.{side}_period = s.period"
    named = f"t.{side}_sheet = $3 AND t.{side}_number = $4 AND {rows.KNOWN.format(known='$5')}"
    source = f"(SELECT DISTINCT * FROM unnest($1, $2) x(commune, period)) s JOIN lineage t ON {series} {_EDITION}"  # noqa: S608
    return f"SELECT {columns} FROM {source} WHERE {named}"  # noqa: S608


def _nested(table: Table[Any], part: int, where: str) -> str:
    """Rows of one table as JSON, so that two tables are read in one statement, of one moment."""
    columns = ", ".join(f"t.{name}" for name in table.columns)
    select = f"SELECT {part}, t.fid, ST_AsBinary(t.geom, 'NDR'), json_build_array({columns})"
    return f"{select} FROM {table.name} t {_EDITION} WHERE {where}"


class PostgisStore(Edited):
    """``landinfo.store.Store`` on PostGIS."""

    engine = "postgis"

    def __init__(self, url: str, facts: StoreFacts, pool: Pool) -> None:
        self._url, self._facts, self._pool = url, facts, pool
        self._communes: tuple[tuple[Commune, ...], tuple[Union, ...]] | None = None
        self._coverages = postgis_surroundings.Coverages()
        self._tile_rows = TileRows(srid(facts.crs), rows.KNOWN, self._copy)

    @classmethod
    def open(cls, url: str, *, pool: int = 8, wait: float = 2.0, statement_timeout: float = 5.0) -> Self:
        """Open the store. Raises ``Refused``: not a store, an older or a newer schema; ``Busy``: no server there."""
        held = connect(url, wait)
        try:
            with held, held.cursor() as cursor:
                facts = facts_of(_meta(cursor, url), shown(url))
        finally:
            held.close()
        return cls(url, facts, Pool(url, pool, wait, statement_timeout, _prepared(srid(facts.crs))))

    @classmethod
    def create(cls, url: str, facts: StoreFacts, communes: Sequence[Commune], unions: Sequence[Union]) -> Self:
        """Make an empty store. Raises ``Refused``: one stands there, or this user may not make one."""
        plane = definition(facts.crs)
        with writing(url, WAIT) as cursor:
            _nothing_there(cursor, url)
            cursor.execute("CREATE EXTENSION IF NOT EXISTS postgis SCHEMA public; CREATE SCHEMA IF NOT EXISTS landinfo")
            find_tables(cursor)
            write_plane(cursor, plane)
            ddl = Path(__file__).with_name("schema.sql").read_text("utf-8")
            cursor.execute(ddl.replace("{srid}", str(plane.srid)))
            write_rows(cursor, "meta", ("key", "value"), meta_of(facts).items())
            write_rows(cursor, "communes", rows.COMMUNE, map(rows.commune_row, communes))
            write_rows(cursor, "unions", rows.UNION, map(rows.union_row, unions))
        return cls.open(url)

    @staticmethod
    def check_free(url: str) -> None:
        """Raises ``Refused``: one stands there; ``Busy``: no server."""
        held = connect(url, WAIT)
        try:
            with held, held.cursor() as cursor:
                _nothing_there(cursor, url)
        finally:
            held.close()

    def facts(self) -> StoreFacts:
        return self._facts

    def communes(self) -> tuple[tuple[Commune, ...], tuple[Union, ...]]:
        if self._communes is None:
            communes = self._ask(f"SELECT {', '.join(rows.COMMUNE)} FROM communes ORDER BY code, period")  # noqa: S608
            order = "old_code, old_period, new_code, new_period, day, fid"
            unions = self._ask(f"SELECT {', '.join(rows.UNION)} FROM unions ORDER BY {order}")  # noqa: S608
            self._communes = tuple(map(rows.commune, communes)), tuple(map(rows.union, unions))
        return self._communes

    def editions(self, known: date | None = None) -> tuple[Edition, ...]:
        # Both tables in one statement, of one moment.
        spans = f"SELECT json_agg(json_build_array({', '.join(rows.SPAN)})) FROM spans"  # noqa: S608
        select = f"SELECT ({spans}), {', '.join(rows.EDITION)} FROM editions ORDER BY layer, territory, id"  # noqa: S608
        found = self._ask(select)
        return rows.editions([row[1:] for row in found], (found[0][0] or ()) if found else (), known)

    def mark(self) -> str:
        return rows.marked(self._ask("EXECUTE mark"), ())

    def drafts(self) -> tuple[Edition, ...]:
        return self.editions(DRAFT)

    def unfinished(self) -> tuple[str, ...]:
        return tuple(sorted(str(row[0]) for row in self._ask(editing.UNFINISHED)))

    def content(self, edition: str, box: Box, *, bare: bool = False) -> Load:
        select = f"SELECT {', '.join(rows.EDITION)} FROM editions"  # noqa: S608
        of = rows.edition_of(self._ask(select), edition)

        def found(table: Table[Any]) -> list[rows.Row]:
            columns = ", ".join(table.columns)
            meets = f"geom && ST_MakeEnvelope(%s, %s, %s, %s, {srid(self._facts.crs)})"
            shape = "ST_AsBinary(geom, 'NDR')"
            select = f"SELECT fid, {shape}, {columns} FROM {table.name} WHERE edition = %s AND {meets}"  # noqa: S608
            return list(self._ask(select, (edition, *box)))

        return rows.content(of, found, box, bare)

    def extent(self, edition: str) -> Box | None:
        edges = ", ".join(f"ST_{edge}(ST_Extent(geom))" for edge in ("XMin", "YMin", "XMax", "YMax"))
        selects = [f"SELECT {edges} FROM {table.name} WHERE edition = %s" for table in SHAPED]  # noqa: S608
        return rows.around(self._ask(select, (edition,))[0] for select in selects)

    def events(self, edition: str | None = None) -> tuple[Event, ...]:
        where = "" if edition is None else "WHERE edition = %s"
        select = f"SELECT {', '.join(rows.EVENT)} FROM events {where} ORDER BY fid"  # noqa: S608
        return tuple(map(rows.event, self._ask(select, () if edition is None else (edition,))))

    def sign_offs(self) -> tuple[Event, ...]:
        return editing.sign_offs(dict(self._ask(_META)))

    def lineage(self, series: Sequence[str], sheet: str, number: str, known: date) -> tuple[Link, ...]:
        return rows.links(self._ask("EXECUTE lineage (%s, %s, %s, %s, %s)", (*_columns(series), sheet, number, known)))

    def parcels(self, series: Sequence[str], sheet: str, number: str, on: date, known: date) -> tuple[Parcel, ...]:
        asked = (*_columns(series), sheet, on, known, number)
        with _readable():
            return tuple(PARCELS.values(self._ask("EXECUTE parcels (%s, %s, %s, %s, %s, %s)", asked)))

    def held_elsewhere(self, refs: Sequence[ParcelRef], territory: str, known: date) -> tuple[Spoken, ...]:
        numbers = json.dumps(rows.numbers(refs))
        return doubles.elsewhere(self._ask(_ELSEWHERE, (numbers, territory, DRAFT, known)))

    def numbers(self, series: Sequence[str], sheet: str, on: date, known: date) -> tuple[tuple[str, str], ...]:
        found = self._ask("EXECUTE numbers (%s, %s, %s, %s, %s)", (*_columns(series), sheet, on, known))
        return tuple(sorted((row[0], row[1]) for row in found))

    def parcels_in(self, box: Box, on: date, known: date, limit: int | None = None) -> tuple[Parcel, ...]:
        asked = (*box, on, known, limit)
        with _readable():
            return tuple(PARCELS.values(self._ask("EXECUTE parcels_in (%s, %s, %s, %s, %s, %s, %s)", asked)))

    def layer(self, theme: str, box: Box, on: date, known: date) -> LayerFacts:
        return self._layer(theme, FEATURES, box, on, known)[0]

    def zones(self, box: Box, on: date, known: date) -> tuple[LayerFacts, tuple[PriceZone, ...]]:
        return self._layer("price_zones", ZONES, box, on, known)

    def _layer(
        self, layer: str, table: Table[T], box: Box, on: date, known: date
    ) -> tuple[LayerFacts, tuple[Any, ...]]:
        execute = f"EXECUTE {table.name} (%s, %s, %s, %s, %s, %s, %s)"
        try:
            found = self._pool.ask(execute, (*box, on, known, layer))
            split: tuple[list[rows.Row], list[rows.Row]] = ([], [])
            for part, fid, shape, columns in found:
                split[part].append((fid, shape, *columns))
            coverage = tuple(COVERAGE.values(COVERAGE.sorted(split[0]), box))
            values = tuple(table.values(table.sorted(split[1]), box))
        except _BROKEN:
            return LayerFacts(layer, Held.FAILED, (), ()), ()
        features: Any = values if table is FEATURES else ()
        return LayerFacts(layer, Held.OK, coverage, features), values

    def surroundings(self, parcel: Parcel, themes: Sequence[str], on: date, known: date) -> Surroundings:
        try:
            return postgis_surroundings.read(self._pool.ask, self._coverages, parcel, themes, on, known)
        except _BROKEN:
            return one_by_one(self, parcel, themes, on, known)

    def days_ahead(self, box: Box, on: date, known: date) -> tuple[tuple[date, str], ...]:
        return rows.days_ahead(self._ask("EXECUTE days_ahead (%s, %s, %s, %s, %s, %s)", (*box, on, known)), on)

    def tile(self, layer: str, z: int, x: int, y: int, on: date, known: date) -> bytes:
        tile, crs = (z, x, y), self._facts.crs
        asked = grid.window(*tile, crs), on, known
        if layer != "parcels":
            return drawing.theme(layer, *self._tile_rows.theme(layer, *asked), tile, crs)
        if z < grid.NUMBERS_FROM:
            return drawing.outlines(self._tile_rows.outlines(*asked), tile, crs)
        return drawing.parcels(*self._tile_rows.parcels(*asked), tile, crs)

    def page(
        self, layer: str, days: tuple[date, date], known: date, limit: int, after: int = 0, box: Box | None = None
    ) -> Page:
        edges = box or (0, 0, 0, 0)
        meets = f"t.geom && ST_MakeEnvelope({', '.join(map(repr, map(float, edges)))}, {srid(self._facts.crs)}) AND "
        where = f"{meets if box else ''}t.fid > {{after}}"
        # The limit stands in the statement: PostgreSQL then goes along the numbers and stops.
        found = self._paged(layer, where, f"LIMIT {limit:d}", days, known, after=after)
        with _readable():
            return paging.page(layer, found, limit, box)

    def shares(self, ways: Mapping[str, str], on: date, known: date, limit: int, after: int = 0) -> SharesPage:
        return measures.page(*self._measures(ways, on, known, limit, after), known, limit)

    def unmeasured(
        self, ways: Mapping[str, str], on: date, known: date, limit: int, after: int = 0
    ) -> tuple[list[int], int | None]:
        return measures.unmeasured(*self._measures(ways, on, known, limit, after), known, limit)

    def _measures(
        self, ways: Mapping[str, str], on: date, known: date, limit: int, after: int
    ) -> tuple[list[rows.Row], list[rows.Row], str]:
        (_, *_, spans, held), *found = self._ask(_MEASURES, measures.asked(ways, on, known, limit, after))
        return list(found), json.loads(spans or "[]"), held

    def named(self, layer: str, edition: str, key: str, days: tuple[date, date], known: date) -> tuple[Any, ...]:
        where = "t.edition = {edition} AND t.id = {key}"
        found = self._paged(layer, where, "", days, known, edition=edition, key=key)
        with _readable():
            return tuple(paging.table_of(layer).values(found))

    def _paged(
        self, layer: str, where: str, tail: str, days: tuple[date, date], known: date, **given: object
    ) -> list[rows.Row]:
        select = paging.select(layer, "ST_AsBinary(t.geom, 'NDR')", where, "%({})s", tail)
        asked = {"layer": layer, "since": days[0], "until": days[1], "known": known, **given}
        return list(self._ask(select, asked))

    def squares(self, side: float, on: date, known: date) -> tuple[Square, ...]:
        return tuple(self._ask("EXECUTE squares (%s, %s, %s)", (side, on, known)))

    @contextmanager
    def _editing(self) -> Iterator[Edit]:
        with writing(self._url, WAIT) as cursor:
            bulk = Bulk(cursor, srid(self._facts.crs))

            def settle() -> None:
                bulk.end()
                named = sorted(bulk.written) or [table.name for table in SHAPED]
                cursor.execute(f"ANALYZE editions, spans, lineage, {', '.join(named)}")

            yield Edit(
                run=runner(cursor),
                write=lambda part, day: bulk.write(part),
                settle=settle,
                facts=facts_of(_meta(cursor, self._url), shown(self._url)),
            )
            bulk.end()

    def ready(self) -> None:
        self._ask("SELECT 1 FROM meta LIMIT 1")

    def close(self) -> None:
        self._pool.close()

    @classmethod
    def upgrade(cls, url: str, steps: Sequence[Sequence[str]], target: int) -> int:
        """Run what of ``steps`` lies between the store's schema and ``target``; returns the version it had."""
        with writing(url, WAIT) as cursor:
            before = version_of(_meta(cursor, url), shown(url))
            if before > target:
                raise Refused("store-newer", "store", store=shown(url), version=before, needed=target)
            for statement in (s for step in steps[before:target] for s in step):
                cursor.execute(statement)
            cursor.execute("UPDATE meta SET value = %s WHERE key = 'schema_version'", (str(target),))
        return before

    def _ask(self, statement: str, given: Sequence[object] | Mapping[str, object] = ()) -> list[tuple[Any, ...]]:
        with _served():
            return self._pool.ask(statement, given)

    def _copy(self, select: str, given: Mapping[str, object]) -> list[bytes]:
        with _served():
            return self._pool.copy(select, given)


@contextmanager
def _served() -> Iterator[None]:
    """A statement that fails is no fault of who asks."""
    try:
        yield
    except errors.QueryCanceled as wrong:
        raise Busy("store-busy") from wrong
    except psycopg2.Error as wrong:
        raise Busy("store-broken") from wrong


@contextmanager
def _readable() -> Iterator[None]:
    """A row that cannot be read where nothing else can answer."""
    try:
        yield
    except _BROKEN as wrong:
        raise Busy("store-broken") from wrong


def _nothing_there(cursor: Cursor, url: str) -> None:
    cursor.execute("SELECT to_regclass('landinfo.meta')")
    if cursor.fetchone() != (None,):
        raise Refused("store-exists", "store", store=shown(url))


def _columns(series: Sequence[str]) -> tuple[list[str], list[str]]:
    found = rows.pairs(series)
    return [commune for commune, _ in found], [period for _, period in found]


def _meta(cursor: Cursor, url: str) -> dict[str, str]:
    try:
        cursor.execute(_META)
    except (errors.UndefinedTable, errors.InsufficientPrivilege, errors.UndefinedColumn) as wrong:
        raise Refused("store-unknown", "store", store=shown(url)) from wrong
    return dict(cursor.fetchall())
