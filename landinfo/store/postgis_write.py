"""What is written into PostGIS, inside the one transaction that ``postgis_pool.writing`` opens."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from io import BytesIO
from typing import Any

import shapely
from psycopg2.extensions import cursor as Cursor
from psycopg2.extras import execute_batch

from landinfo.store import rows
from landinfo.store.checks import Part
from landinfo.store.editing import Run
from landinfo.store.plane import Definition
from landinfo.store.rows import SHAPED


def write_plane(cursor: Cursor, plane: Definition) -> None:
    """Let PostGIS know the store's plane, where it does not."""
    cursor.execute("SELECT 1 FROM spatial_ref_sys WHERE srid = %s", (plane.srid,))
    if cursor.fetchone() is None:
        row = (plane.srid, plane.authority, plane.code, plane.proj4 or None, plane.wkt)
        columns = ("srid", "auth_name", "auth_srid", "proj4text", "srtext")
        write_rows(cursor, "spatial_ref_sys", columns, [row])


def write_rows(cursor: Cursor, table: str, columns: Sequence[str], values: Iterable[Sequence[Any]]) -> None:
    marks = ", ".join(["%s"] * len(columns))
    execute_batch(cursor, f"INSERT INTO {table} ({', '.join(columns)}) VALUES ({marks})", values)  # noqa: S608


def runner(cursor: Cursor) -> Run:
    """What ``editing`` runs its statements by."""

    def run(statement: str, values: Sequence[Any]) -> list[rows.Row]:
        cursor.execute(statement.replace("?", "%s"), tuple(values))
        return list(cursor.fetchall()) if cursor.description else []

    return run


def write_part(cursor: Cursor, part: Part, number: int) -> None:
    """Shaped rows by COPY; ``number`` is the store's SRID."""
    columns = ", ".join(("geom", *part.table.columns))
    wkb = shapely.to_wkb(shapely.set_srid(part.shapes, number), include_srid=True, byte_order=1)
    fields = [[shape.hex() for shape in wkb], *map(_copied, zip(*part.rows, strict=True))]
    text = "\n".join(map("\t".join, zip(*fields, strict=True))) + "\n"
    cursor.copy_expert(f"COPY {part.table.name} ({columns}) FROM STDIN", BytesIO(text.encode()), _BUFFER)


_BUFFER = 1 << 20
_SPECIAL = re.compile(r"[\\\t\n\r]")
_ESCAPES = str.maketrans({"\\": "\\\\", "\t": "\\t", "\n": "\\n", "\r": "\\r"})


def _copied(values: Sequence[Any]) -> Sequence[str]:
    """A column as COPY reads it."""
    texts: Sequence[Any] = (
        values if set(map(type, values)) == {str} else [None if v is None else str(v) for v in values]
    )
    if _SPECIAL.search("".join(filter(None, texts))):
        texts = [text and text.translate(_ESCAPES) for text in texts]
    return ["\\N" if text is None else text for text in texts] if None in texts else texts


class Bulk:
    """Rows of one transaction. Into a store that holds none they are written bare: its indexes and references are made
    anew behind them, which takes a third of the time. Nobody reads such a store, for the tables are locked meanwhile.
    """

    def __init__(self, cursor: Cursor, number: int) -> None:
        self._cursor, self._number = cursor, number
        self._empty: bool | None = None
        self._aside: list[str] = []
        self.written: set[str] = set()

    def write(self, part: Part) -> None:
        if part.table.name not in self.written:
            self.written.add(part.table.name)
            if self._is_empty():
                self._put_aside(part.table.name)
        write_part(self._cursor, part, self._number)

    def end(self) -> None:
        """What was put aside is there again."""
        while self._aside:
            self._cursor.execute(self._aside.pop())

    def _is_empty(self) -> bool:
        """Before the first rows; only its owner may put anything aside."""
        if self._empty is None:
            held = " OR ".join(f"EXISTS (SELECT 1 FROM {table.name})" for table in SHAPED)  # noqa: S608
            self._cursor.execute(f"SELECT NOT ({held}) AND {_OWNED}")
            ((self._empty,),) = self._cursor.fetchall()
        return self._empty

    def _put_aside(self, table: str) -> None:
        self._cursor.execute(_ASIDE, {"table": f"landinfo.{table}"})
        for drop, make in self._cursor.fetchall():
            self._cursor.execute(drop)
            self._aside.append(make)


_OWNED = """(SELECT bool_and(pg_has_role(relowner, 'USAGE')) FROM pg_class
  WHERE relnamespace = 'landinfo'::regnamespace AND relkind = 'r')"""
_ASIDE = """
SELECT format('ALTER TABLE %%s DROP CONSTRAINT %%I', conrelid::regclass, conname),
  format('ALTER TABLE %%s ADD CONSTRAINT %%I %%s', conrelid::regclass, conname, pg_get_constraintdef(oid))
FROM pg_constraint WHERE conrelid = %(table)s::regclass AND contype = 'f'
UNION ALL SELECT format('DROP INDEX %%s', i.indexrelid::regclass), pg_get_indexdef(i.indexrelid)
FROM pg_index i WHERE i.indrelid = %(table)s::regclass
AND NOT EXISTS (SELECT 1 FROM pg_constraint c WHERE c.conindid = i.indexrelid)"""
