"""One table of text cells from a CSV or XLSX file, as it stands: nothing is judged or mended here.

``files.read.read_sheet`` is the door; ``parse`` runs in the child process.
"""

from __future__ import annotations

import csv
import json
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Any

from landinfo.files import archive
from landinfo.model import Refused

FORMATS = (".csv", ".xlsx")
_DELIMITERS = ",;\t"


@dataclass(frozen=True, slots=True)
class Sheet:
    """``columns`` are the words of the first row; ``rows`` are (line from 1 as the file counts, cells by column).

    Cells are NFC text without spaces around it, "" where nothing stands. Rows without any text are left out.
    """

    columns: tuple[str, ...]
    rows: Sequence[tuple[int, dict[str, str]]]


def check(path: Path) -> None:
    """Raises ``Refused``: FIL-001 no such file, FIL-003 another format."""
    if not path.is_file():
        raise Refused("FIL-001", str(path), path=path.name)
    if path.suffix.lower() not in FORMATS:
        raise Refused("FIL-003", str(path), format=path.suffix, formats=", ".join(FORMATS))


def write(sheet: Sheet, path: Path) -> None:
    """As JSON, from the child process to its parent."""
    path.write_text(json.dumps({"columns": sheet.columns, "rows": list(sheet.rows)}), "ascii")


def read(path: Path) -> Sheet:
    """Raises ``ValueError`` (or a ``KeyError`` …) for anything that ``write`` did not write."""
    held = json.loads(path.read_text("ascii"))
    return Sheet(tuple(held["columns"]), [(int(line), dict(cells)) for line, cells in held["rows"]])


def parse(path: Path) -> Sheet:
    """Reads in this process. Raises ``Refused``: FIL-014 a workbook that tricks, PRI-001 unreadable."""
    try:
        if path.suffix.lower() == ".xlsx":
            archive.check_workbook(path)
        read: Sequence[Sequence[str | None]] = _csv(path) if path.suffix.lower() == ".csv" else _xlsx(path)
        if not read:
            raise csv.Error("trống · empty")
        head, lines = read[0], read[1:]
    except Refused as wrong:
        if wrong.code != "FIL-002":
            raise
        raise Refused("PRI-001", str(path), file=path.name, detail=wrong.params["detail"]) from wrong
    except (OSError, UnicodeError, csv.Error) as wrong:
        raise Refused("PRI-001", str(path), file=path.name, detail=str(wrong)[:200]) from wrong
    except MemoryError:
        raise
    except Exception as wrong:  # openpyxl raises anything on a damaged file
        raise Refused("PRI-001", str(path), file=path.name, detail=type(wrong).__name__) from wrong
    try:
        columns = tuple(_cell(name) for name in head)
        rows = [(n, _row(columns, line, n, path)) for n, line in enumerate(lines, 2)]
    except csv.Error as wrong:
        raise Refused("PRI-001", str(path), file=path.name, detail=str(wrong)) from wrong
    if len(set(columns)) != len(columns):
        raise Refused("PRI-001", str(path), file=path.name, detail=", ".join(columns)[:200])
    return Sheet(columns, [(n, row) for n, row in rows if any(row.values())])


def _row(columns: Sequence[str], line: Sequence[str | None], line_number: int, path: Path) -> dict[str, str]:
    cells = [_cell(cell) for cell in line]
    if any(cells[len(columns) :]):
        raise Refused("PRI-001", str(path), file=path.name, detail=f"dòng · row {line_number}: {len(cells)}")
    return dict(zip(columns, [*cells, *[""] * len(columns)], strict=False))


def _cell(value: str | None) -> str:
    """Raises ``csv.Error``: signs that no keyboard writes."""
    if value and any(unicodedata.category(sign) == "Cc" and not sign.isspace() for sign in value):
        raise csv.Error("ký tự điều khiển · control character")
    return " ".join(unicodedata.normalize("NFC", value).split()) if value else ""


def _csv(path: Path) -> list[list[str]]:
    text = path.read_bytes().decode("utf-8-sig")
    first = text.partition("\n")[0]
    delimiter = max(_DELIMITERS, key=first.count)
    return list(csv.reader(text.splitlines(keepends=True), delimiter=delimiter, strict=True))


def _xlsx(path: Path) -> list[list[str | None]]:
    from openpyxl import load_workbook

    books = [load_workbook(path, read_only=True, data_only=values) for values in (True, False)]
    try:
        sheets = [book.worksheets[0] for book in books]
        for sheet in sheets:
            sheet.reset_dimensions()  # what a program declares may be less than it wrote
        both = zip(*(sheet.iter_rows(values_only=True) for sheet in sheets), strict=True)
        return [_trimmed([_stored(*cell) for cell in zip(*rows, strict=True)]) for rows in both]
    finally:
        for book in books:
            book.close()


def _stored(value: Any, written: Any) -> Any:
    """The value of a cell; of a formula whose value was not stored with it the formula, which is none of any kind."""
    formula = getattr(written, "text", written)
    return formula if value is None and isinstance(formula, str) and formula.startswith("=") else value


def _trimmed(row: Sequence[Any]) -> list[str | None]:
    """Without the empty cells at its end, of which a sheet may declare sixteen thousand in each of a million rows."""
    filled = max((n for n, value in enumerate(row, 1) if value is not None), default=0)
    return [_text(value) for value in row[:filled]]


def _text(value: Any) -> str | None:
    """A number in its shortest plain form: a spreadsheet holds 89600 as 89600.0."""
    if isinstance(value, float):
        return f"{Decimal(repr(value)).normalize():f}"
    return None if value is None else str(value)
