"""CSV for spreadsheets (UTF-8 with its mark, a comma between cells), and GeoJSON."""

from __future__ import annotations

import csv
import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from landinfo.files.outlet import Table, Value
from landinfo.texts import no_formula, shown


class Texts:
    """A file for each table; the first is GeoJSON where its name says so."""

    def __init__(self, files: Sequence[Path], tables: Sequence[Table]) -> None:
        self._tables = tables
        self._files = [file.open("w", encoding="utf-8", newline="") for file in files]
        self._geojson = files[0].suffix.lower() != ".csv"
        self._writers = [csv.writer(file, lineterminator="\r\n") for file in self._files]
        self._rows = 0
        for n, (file, table) in enumerate(zip(self._files, tables, strict=True)):
            if self._geojson and n == 0:
                file.write('{"type":"FeatureCollection","features":[\n')
            else:
                file.write("\ufeff")
                self._writers[n].writerow([column.name for column in table.columns])

    def add(self, table: int, values: Sequence[Value], outline: Mapping[str, Any] | None = None) -> None:
        if self._geojson and table == 0:
            names = [column.name for column in self._tables[0].columns]
            made = {"type": "Feature", "properties": dict(zip(names, values, strict=True)), "geometry": outline}
            text = json.dumps(made, ensure_ascii=False, separators=(",", ":"), allow_nan=False)
            self._files[0].write(f",\n{text}" if self._rows else text)
            self._rows += 1
        else:
            self._writers[table].writerow([_cell(value) for value in values])

    def close(self) -> None:
        if self._geojson:
            self._files[0].write("\n]}\n")
        for file in self._files:
            file.close()


def _cell(value: Value) -> Value:
    if isinstance(value, bool):
        return str(value).lower()
    return no_formula(shown(value)) if isinstance(value, str) else value
