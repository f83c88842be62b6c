"""XLSX row by row: values only, never a formula or a link; a table that is too long for a sheet goes on in the next."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from pathlib import Path
from typing import Any

import xlsxwriter

from landinfo.files.outlet import Table, Value
from landinfo.texts import no_formula, shown

MOST_ROWS = 1_048_576
LONGEST = 32_767
"""Letters that a cell holds; what is longer ends in "…"."""
_WIDTHS = {"text": 22, "whole": 18, "real": 12, "flag": 10}


class Workbook:
    """One file, a sheet for each table."""

    def __init__(self, file: Path, tables: Sequence[Table], scratch: Path, dated: date) -> None:
        options = {"constant_memory": True, "tmpdir": str(scratch), "strings_to_urls": False}
        self._book = xlsxwriter.Workbook(str(file), options)
        self._book.set_properties({"created": datetime(dated.year, dated.month, dated.day)})  # noqa: DTZ001
        self._head = self._book.add_format({"bold": True, "bg_color": "#E4F1EC"})
        self._forms = {kind: self._book.add_format({"num_format": f}) for kind, f in _FORMS.items()}
        self._tables = tables
        self._sheets = [self._sheet(table, 1) for table in tables]
        self._rows = [1] * len(tables)
        self._parts = [1] * len(tables)

    def _sheet(self, table: Table, part: int) -> Any:
        name = table.name.replace("_", " ")
        sheet = self._book.add_worksheet(name if part == 1 else f"{name} ({part})")
        for at, column in enumerate(table.columns):
            sheet.set_column(at, at, _WIDTHS[column.kind])
            sheet.write_string(0, at, column.name, self._head)
        sheet.freeze_panes(1, 0)
        return sheet

    def add(self, table: int, values: Sequence[Value], outline: Mapping[str, Any] | None = None) -> None:
        if self._rows[table] == MOST_ROWS:
            self._parts[table] += 1
            self._sheets[table], self._rows[table] = self._sheet(self._tables[table], self._parts[table]), 1
        sheet, row = self._sheets[table], self._rows[table]
        for at, (value, column) in enumerate(zip(values, self._tables[table].columns, strict=True)):
            if isinstance(value, bool):
                sheet.write_boolean(row, at, value)
            elif isinstance(value, str):
                text = no_formula(shown(value))
                sheet.write_string(row, at, text if len(text) <= LONGEST else text[: LONGEST - 1] + "…")
            elif value is not None:
                sheet.write_number(row, at, value, self._forms[column.kind])
        self._rows[table] += 1

    def close(self) -> None:
        self._book.close()


_FORMS = {"whole": "#,##0", "real": "#,##0.0##", "text": "General", "flag": "General"}
