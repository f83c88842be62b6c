"""A list as XLSX: the first sheet, row by row; a formula counts as the value that stands in its cell."""

from __future__ import annotations

import datetime
from collections.abc import Iterator, Sequence
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING, Any

from landinfo.files import archive
from landinfo.files.listing.text import clean
from landinfo.model import BadInput, Refused

if TYPE_CHECKING:
    from landinfo.files.listing import Entry, Listing


def head(path: Path, encoding: str) -> tuple[tuple[str, ...], str]:
    """Titles. Raises ``Refused``."""
    archive.check_workbook(path)
    for _, cells in _rows(path):
        return tuple(cells), ""
    raise Refused("batch-empty", "file", file=path.name)


def entries(listing: Listing) -> Iterator[Entry]:
    from landinfo.files.listing import Entry

    rows, titles = _rows(listing.path), listing.titles
    next(rows)
    for number, cells in rows:
        wrong = None
        if any(cells[len(titles) :]):
            wrong = BadInput("batch-more-cells", "row", count=len(cells), titles=len(titles))
        yield Entry(number, {t: c for t, c in zip(titles, cells, strict=False) if c and t}, None, wrong)


def _rows(path: Path) -> Iterator[tuple[int, list[str]]]:
    """Rows with text in them, by their number in the sheet."""
    from openpyxl import load_workbook

    try:
        book = load_workbook(path, read_only=True, data_only=True)
        try:
            sheet = book.worksheets[0]
            sheet.reset_dimensions()  # what a program declares may be less than it wrote
            for number, row in enumerate(sheet.iter_rows(values_only=True), 1):
                cells = _trimmed(row)
                if cells:
                    yield number, cells
        finally:
            book.close()
    except (Refused, MemoryError, GeneratorExit):
        raise
    except Exception as wrong:  # openpyxl raises anything on a damaged file
        raise Refused("batch-damaged", "file", file=path.name, detail=type(wrong).__name__) from wrong


def _trimmed(row: Sequence[Any]) -> list[str]:
    filled = max((n for n, value in enumerate(row, 1) if value not in (None, "")), default=0)
    return [_text(value) for value in row[:filled]]


def _text(value: Any) -> str:
    """Numbers in their shortest plain form, days as 2026-03-01."""
    if value is None:
        return ""
    if isinstance(value, datetime.datetime):
        return value.date().isoformat()
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, float):
        return f"{Decimal(repr(value)).normalize():f}"
    return clean(str(value))
