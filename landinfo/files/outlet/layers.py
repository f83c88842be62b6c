"""A GeoPackage that grows by some thousand rows at a time; the first layer has outlines."""

from __future__ import annotations

import warnings
from collections.abc import Mapping, Sequence
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
import pyogrio
import shapely
from numpy.typing import NDArray
from pyogrio import raw
from shapely.geometry import shape

from landinfo.files.outlet import Column, Table, Value

STEP = 5_000
_KINDS: dict[str, Any] = {"whole": np.int64, "real": np.float64, "flag": np.bool_}


class Layers:
    """One file, a layer for each table."""

    def __init__(self, file: Path, tables: Sequence[Table], dated: date) -> None:
        self._file, self._tables, self._dated = file, tables, dated
        self._held: list[list[tuple[Sequence[Value], Any]]] = [[] for _ in tables]
        self._made: set[int] = set()

    def add(self, table: int, values: Sequence[Value], outline: Mapping[str, Any] | None = None) -> None:
        self._held[table].append((values, outline))
        if len(self._held[table]) >= STEP:
            self._write(table)

    def close(self) -> None:
        for n in range(len(self._tables)):
            if self._held[n] or n not in self._made:
                self._write(n)

    def _write(self, n: int) -> None:
        table, rows, self._held[n] = self._tables[n], self._held[n], []
        # GDAL's own moment of change would make each file another.
        pyogrio.set_gdal_config_options({"OGR_CURRENT_DATE": f"{self._dated.isoformat()}T00:00:00.000Z"})
        columns = [_column(column, [values[at] for values, _ in rows]) for at, column in enumerate(table.columns)]
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            raw.write(
                self._file,
                _wkb([outline for _, outline in rows]) if table.drawn else None,
                [data for data, _ in columns],
                [column.name for column in table.columns],
                field_mask=[mask for _, mask in columns],
                layer=table.name,
                driver="GPKG",
                geometry_type="MultiPolygon" if table.drawn else None,
                crs="EPSG:4326" if table.drawn else None,
                append=bool(self._made),
                promote_to_multi=table.drawn,
            )
        self._made.add(n)


def _wkb(outlines: Sequence[Mapping[str, Any] | None]) -> NDArray[Any]:
    shapes: list[Any] = [outline and shape(dict(outline)) for outline in outlines]
    made: NDArray[Any] = shapely.to_wkb(np.array([*shapes, None], dtype=object)[:-1])
    return made


def _column(column: Column, values: Sequence[Value]) -> tuple[NDArray[Any], NDArray[np.bool_] | None]:
    mask = np.array([value is None for value in values], dtype=bool)
    kind = _KINDS.get(column.kind)
    if kind is None:
        return np.array([*values, None], dtype=object)[:-1], None
    return np.array([0 if value is None else value for value in values], dtype=kind), mask
