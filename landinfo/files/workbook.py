"""Tables as a spreadsheet (XLSX): values only, never a formula, and equal tables are equal bytes.

openpyxl is imported where a file is made: a server need not wait for it before its first answer.
"""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING

from landinfo.texts import no_formula, shown

if TYPE_CHECKING:
    from openpyxl.cell.cell import Cell

Value = str | int | float | None
_NAME = re.compile(r"[\[\]:*?/\\]")
_DATED = re.compile(rb"(<dcterms:(created|modified)[^>]*>)[^<]*")
_EPOCH = (1980, 1, 1, 0, 0, 0)
_HEAD = "E4F1EC"


@dataclass(frozen=True, slots=True)
class Page:
    """One sheet: ``columns`` are (title, width in letters); text, whole or real numbers, None for an empty cell."""

    name: str
    columns: Sequence[tuple[str, int]]
    rows: Sequence[Sequence[Value]]


def workbook(pages: Sequence[Page], made: date) -> bytes:
    """The XLSX file of the pages, dated ``made``."""
    from openpyxl import Workbook
    from openpyxl.styles import Font, PatternFill

    book, filled = Workbook(), PatternFill("solid", fgColor=_HEAD)
    for page in pages:
        sheet = book.create_sheet(_NAME.sub(" ", page.name)[:31])
        for column, (title, width) in enumerate(page.columns, 1):
            head = sheet.cell(1, column)
            _put(head, title)
            head.font, head.fill = Font(bold=True), filled
            sheet.column_dimensions[head.column_letter].width = width
        for row, values in enumerate(page.rows, 2):
            for column, value in enumerate(values, 1):
                _put(sheet.cell(row, column), value)
        sheet.freeze_panes = "A2"
    del book["Sheet"]
    out = io.BytesIO()
    book.save(out)
    return _undated(out.getvalue(), made)


def _put(cell: Cell, value: Value) -> None:
    from openpyxl.styles import Alignment

    cell.alignment = Alignment(wrap_text=isinstance(value, str), vertical="top")
    if isinstance(value, str):
        cell.value = no_formula(shown(value))
        cell.data_type = "s"
    else:
        cell.value = value
        cell.number_format = "#,##0" if isinstance(value, int) else "#,##0.0##"


def _undated(file: bytes, made: date) -> bytes:
    """The same file without the moment at which it was written, which openpyxl puts in twice."""
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(file)) as old, zipfile.ZipFile(out, "w") as new:
        for name in old.namelist():
            content = old.read(name)
            if name == "docProps/core.xml":
                content = _DATED.sub(rb"\g<1>" + f"{made.isoformat()}T00:00:00Z".encode(), content)
            entry = zipfile.ZipInfo(name, _EPOCH)
            entry.compress_type = zipfile.ZIP_DEFLATED
            new.writestr(entry, content)
    return out.getvalue()
