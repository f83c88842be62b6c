"""What is written into PostGIS, inside the one transaction that ``postgis_pool.writing`` opens."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from io import StringIO
from typing import Any

import shapely
from psycopg2.extensions import cursor as Cursor
from psycopg2.extras import execute_batch

from landinfo.store import rows
from landinfo.store.checks import Part
from landinfo.store.editing import Run
from landinfo.store.plane import Definition


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
    shapes = shapely.to_wkb(shapely.set_srid(part.shapes, number), hex=True, include_srid=True, byte_order=1)
    lines = zip(shapes, part.rows, strict=True)
    text = "".join(["\t".join([shape, *map(_copied, row)]) + "\n" for shape, row in lines])
    cursor.copy_expert(f"COPY {part.table.name} ({columns}) FROM STDIN", StringIO(text), _BUFFER)


_BUFFER = 1 << 20
_ESCAPES = str.maketrans({"\\": "\\\\", "\t": "\\t", "\n": "\\n", "\r": "\\r"})


def _copied(value: object) -> str:
    if value is None:
        return "\\N"
    text = str(value)
    return text if text.isalnum() else text.translate(_ESCAPES)
