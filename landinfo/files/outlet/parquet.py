"""GeoParquet 1.1 for the first table, Parquet for the others, a group of rows at a time."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import pyarrow
import shapely
from pyarrow.parquet import ParquetWriter
from shapely.geometry import shape

from landinfo.files.outlet import Table, Value

STEP = 10_000
_KINDS = {"text": pyarrow.string(), "whole": pyarrow.int64(), "real": pyarrow.float64(), "flag": pyarrow.bool_()}
# Without a crs it is OGC:CRS84, as the specification says: longitude first.
_GEO = {
    "version": "1.1.0",
    "primary_column": "geometry",
    "columns": {"geometry": {"encoding": "WKB", "geometry_types": ["Polygon", "MultiPolygon"]}},
}


class Parquets:
    """A file for each table."""

    def __init__(self, files: Sequence[Path], tables: Sequence[Table]) -> None:
        self._tables = tables
        self._held: list[list[Sequence[Any]]] = [[] for _ in tables]
        self._schemas = [_schema(table) for table in tables]
        pairs = zip(files, self._schemas, strict=True)
        self._writers = [ParquetWriter(str(file), schema, compression="zstd") for file, schema in pairs]

    def add(self, table: int, values: Sequence[Value], outline: Mapping[str, Any] | None = None) -> None:
        drawn = [shapely.to_wkb(shape(dict(outline))) if outline else None] if self._tables[table].drawn else []
        self._held[table].append([*values, *drawn])
        if len(self._held[table]) >= STEP:
            self._write(table)

    def close(self) -> None:
        for n, writer in enumerate(self._writers):
            self._write(n)
            writer.close()

    def _write(self, n: int) -> None:
        rows, self._held[n] = self._held[n], []
        columns = [
            pyarrow.array([row[at] for row in rows], type=field.type) for at, field in enumerate(self._schemas[n])
        ]
        if rows:
            self._writers[n].write_table(pyarrow.Table.from_arrays(columns, schema=self._schemas[n]))


def _schema(table: Table) -> Any:
    fields = [(column.name, _KINDS[column.kind]) for column in table.columns]
    if not table.drawn:
        return pyarrow.schema(fields)
    return pyarrow.schema([*fields, ("geometry", pyarrow.binary())], metadata={"geo": json.dumps(_GEO)})
