"""A list of corners (CSV, XLSX: thửa, điểm, X, Y) → parcels. X is the northing, as on every Vietnamese paper."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from itertools import islice
from pathlib import Path
from typing import Any

import numpy as np
import shapely

from landinfo.files import archive, legacy, shapefile
from landinfo.files.ring import XY, name_points_of_the_sheet, ring_of
from landinfo.files.table import Layer, Remark, Spot, Table, Wanted, chosen, lacks
from landinfo.files.words import Words
from landinfo.model import Refused
from landinfo.search import fold

MOST_ROWS, MOST_COLUMNS, HEADER_WITHIN = 2_000_000, 256, 30
_ROLES = {
    "number": "thua|so thua|sothua|so hieu thua|so thu tu thua|sothututhua|thua so|thua dat|thua dat so|shthua|so_thua",
    "sheet": "to|so to|soto|to so|to ban do|to ban do so|so to ban do|so hieu to ban do|sohieutobando|shbando|so_to",
    "point": "diem|so hieu diem|ten diem|diem so|so hieu|dinh|goc|moc|so hieu moc|stt diem|sh diem",
    "line": "stt|so tt",
    "x": "x|x m|toa do x|x toa do|northing|toa do x m|x vn2000|x vn 2000",
    "y": "y|y m|toa do y|y toa do|easting|toa do y m|y vn2000|y vn 2000",
}
_NAMED = {name: role for role, names in _ROLES.items() for name in names.split("|")}
_POINT = re.compile(r"[+-]?(\d+|\d{1,3}(,\d{3})+)(\.\d+)?", re.ASCII)
_COMMA = re.compile(r"[+-]?(\d+|\d{1,3}(\.\d{3})+)(,\d+)?", re.ASCII)
_HARMLESS = re.compile(r"[^\W\d_]{0,4}[\d\s.,:+/-]{0,24}[^\W\d_]{0,2}\d{0,12}")
_SPACES = re.compile(r"[\s\u00a0\u202f']")


@dataclass(frozen=True, slots=True)
class _Line:
    """One line of the list: its number in the file and its cells."""

    row: int
    cells: Sequence[Any]

    def cell(self, at: int | None) -> Any:
        value = self.cells[at] if at is not None and at < len(self.cells) else None
        return (value.strip() or None) if isinstance(value, str) else value


def read(path: Path, wanted: Wanted) -> Table:
    """One row for each parcel of the list; its fields are the columns that are not of a corner, by their headings.

    Rows are the parcels in their order; one without a ring has its number, and no row. A cell for the parcel may stand
    in its first line only; the closing corner may be repeated. Raises ``Refused``:
    COR-001 no such columns, COR-004 numbers that can be read in two ways, FIL-002, FIL-006, FIL-007, FIL-014.
    """
    xlsx = path.suffix.lower() == ".xlsx"
    lines, words = _sheet(path, wanted) if xlsx else _text(path, wanted)
    header, roles, names = _header(lines, words, path)
    layer = Layer(
        path.stem, tuple(n for i, n in names.items() if i not in (roles["x"], roles["y"], roles.get("point")))
    )
    if lacks(layer, wanted):
        return Table(layer, (), {}, np.empty(0, dtype=object), np.empty(0, dtype=bool), 0)
    parcels = _grouped(lines[header + 1 :], roles)
    rings, remarks = _rings(parcels, roles, path)
    whole = [(n, parcel) for n, parcel in enumerate(parcels, start=1) if n in rings]
    fields = chosen(layer, wanted)
    at = {name: i for i, name in names.items()}
    columns, differ = _columns(whole, {name: at[name] for name in fields})
    decoded, said = words.columns(columns)
    if differ:
        remarks.append(Remark("COR-005", {}, tuple(differ)))
    shapes = np.array([shapely.Polygon(rings[n]) for n, _ in whole], dtype=object)
    empty = np.zeros(len(whole), dtype=bool)
    rows = range(1, len(whole) + 1) if len(whole) == len(parcels) else [n for n, _ in whole]
    said = tuple(replace(r, spots=tuple(replace(s, row=rows[s.row - 1]) for s in r.spots)) for r in said)
    return Table(layer, rows, decoded, shapes, empty, 0, (*remarks, *said), words.composed)


def _grouped(lines: Sequence[_Line], roles: dict[str, int]) -> list[list[_Line]]:
    """The lines of one parcel after another: sheet and number name it, and stand at least in its first line.

    A line without number, point, X and Y is no corner's: blank, or a remark.
    """
    parcels: list[list[_Line]] = []
    key: tuple[Any, ...] = ()
    for line in lines:
        if all(line.cell(roles.get(role)) is None for role in ("number", "point", "x", "y")):
            continue
        sheet, number = (_key(line.cell(roles.get(role))) for role in ("sheet", "number"))
        if not parcels or (number is not None and key != (sheet or key[0], number)):
            parcels.append([])
            key = (sheet, number)
        parcels[-1].append(line)
    return parcels


def _key(value: Any) -> str | None:
    return None if value is None else str(int(value) if isinstance(value, float) and value.is_integer() else value)


def _rings(
    parcels: Sequence[Sequence[_Line]], roles: dict[str, int], path: Path
) -> tuple[dict[int, Sequence[XY]], list[Remark]]:
    """The ring of each parcel (from 1) that has one, and what is wrong with the others: COR-002 a corner that is no
    pair of numbers, COR-003 fewer than three, COR-006 and COR-007 their order.
    """
    numbers = _numbers([line for parcel in parcels for line in parcel], roles, path)
    corners = [[(line.cell(roles.get("point")), numbers.get(line.row)) for line in parcel] for parcel in parcels]
    there = [[(point, xy) for point, xy in parcel if xy is not None] for parcel in corners]
    of_the_sheet = name_points_of_the_sheet(there)
    rings: dict[int, Sequence[XY]] = {}
    spots: dict[str, list[Spot]] = {}
    for n, (lines, good) in enumerate(zip(parcels, there, strict=True), start=1):
        place = _place(n, lines, good, roles)
        ring = ring_of(good, of_the_sheet)
        if len(good) < len(lines):
            shown = [f"[{line.row}] X = {_shown(line, roles, 'x')}, Y = {_shown(line, roles, 'y')}" for line in lines
                     if line.row not in numbers]  # fmt: skip
            spots.setdefault("COR-002", []).extend(replace(place, detail=detail[:400]) for detail in shown)
        elif len(ring.corners) < 3:
            spots.setdefault("COR-003", []).append(replace(place, detail=f"[{lines[0].row}] {len(ring.corners)}"))
        elif ring.code:
            spots.setdefault(ring.code, []).append(replace(place, detail=f"[{lines[0].row}] {ring.detail}"))
        if len(good) == len(lines) and len(ring.corners) >= 3 and ring.code != "COR-007":
            rings[n] = ring.corners
    return rings, [Remark(code, {}, tuple(found)) for code, found in spots.items()]


def _place(n: int, lines: Sequence[_Line], good: Sequence[tuple[Any, XY]], roles: dict[str, int]) -> Spot:
    """A parcel by its place in the list and its number, at its first corner."""
    x, y = good[0][1] if good else (None, None)
    return Spot(n, _key(lines[0].cell(roles["number"])) or "", x, y)


def _shown(line: _Line, roles: dict[str, int], role: str) -> Any:
    return _harmless(line.cell(roles[role]))


def _harmless(value: Any) -> Any:
    """A value as a finding may show it: a number with a slip, a code; below a list stands who made it."""
    if value is None:
        return "–"
    return value if not isinstance(value, str) or _HARMLESS.fullmatch(value) else "•••"


def _columns(
    parcels: Sequence[tuple[int, Sequence[_Line]]], at: dict[str, int]
) -> tuple[dict[str, list[Any]], list[Spot]]:
    """The one value of each column for each parcel; a second one in a later line is remarked (COR-005)."""
    differ = []
    columns: dict[str, list[Any]] = {name: [] for name in at}
    for n, lines in parcels:
        for name, column in at.items():
            given = [v for line in lines if (v := line.cell(column)) is not None]
            columns[name].append(_plain(given[0]) if given else None)
            if any(value != given[0] for value in given[1:]):
                second = next(v for v in given if v != given[0])
                differ.append(Spot(n, detail=f"{name}: {_harmless(given[0])} ≠ {_harmless(second)}"))
    return columns, differ


def _plain(value: Any) -> Any:
    return value if isinstance(value, str | int | float | date | datetime) else str(value)


def _header(lines: Sequence[_Line], words: Words, path: Path) -> tuple[int, dict[str, int], dict[int, str]]:
    """The line of the headings, which columns play which part, and the names of all."""
    for n, line in enumerate(lines[:HEADER_WITHIN]):
        raw = ["" if cell is None else str(cell).strip() for cell in line.cells]
        names = words.names(raw)
        roles: dict[str, int] = {}
        for i, name in enumerate(names):
            role = _NAMED.get(fold(name))
            if role:
                roles.setdefault(role, i)
        if "line" in roles:
            roles.setdefault("point", roles["line"])
        if {"number", "x", "y"} <= roles.keys():
            return n, roles, {i: name for i, name in enumerate(names) if name and names.index(name) == i}
    cells = lines[0].cells if lines else ()
    first = ", ".join(name for name in words.names("" if cell is None else str(cell).strip() for cell in cells) if name)
    raise Refused("COR-001", str(path), columns=first[:400] or "–")


def _numbers(lines: Sequence[_Line], roles: dict[str, int], path: Path) -> dict[int, XY]:
    """(easting, northing) of each line that has them. Raises ``Refused`` (COR-004)."""
    cells = [(line.row, line.cell(roles["x"]), line.cell(roles["y"])) for line in lines]
    comma = _convention((str(c) for _, x, y in cells for c in (x, y) if isinstance(c, str)), path)
    read = ((row, _number(y, comma), _number(x, comma)) for row, x, y in cells)
    return {row: (east, north) for row, east, north in read if east is not None and north is not None}


def _convention(texts: Iterable[str], path: Path) -> bool:
    """Is the comma the decimal sign? Raises ``Refused`` (COR-004) where a number could be read in two ways."""
    votes = {True: 0, False: 0}
    doubtful = ""
    for text in texts:
        bare = _SPACES.sub("", text)
        point, comma = bool(_POINT.fullmatch(bare)), bool(_COMMA.fullmatch(bare))
        if point != comma:
            votes[comma] += 1
        elif point and not bare.lstrip("+-").isdecimal():
            doubtful = doubtful or text
    if doubtful and bool(votes[True]) == bool(votes[False]):
        raise Refused("COR-004", str(path), value=doubtful[:40])
    return votes[True] > votes[False]


def _number(value: Any, comma: bool) -> float | None:
    if isinstance(value, int | float) and not isinstance(value, bool):
        return float(value) if np.isfinite(value) else None
    bare = _SPACES.sub("", str(value)) if value is not None else ""
    if len(bare) > 40 or not (_COMMA if comma else _POINT).fullmatch(bare):
        return None
    return float(bare.replace(".", "").replace(",", ".") if comma else bare.replace(",", ""))


def _text(path: Path, wanted: Wanted) -> tuple[list[_Line], Words]:
    """The lines of a CSV; the delimiter is the one that the headings use."""
    content = path.read_bytes()
    codec = shapefile.codec_named(path, wanted.encoding) if wanted.encoding else shapefile.UNKNOWN
    words = Words(path, True, codec)
    if content[:2] in (b"\xff\xfe", b"\xfe\xff"):
        words, text = Words(path, False, codec), content.decode("utf-16", "replace")
    else:
        text = content.removeprefix(b"\xef\xbb\xbf").decode("latin-1")
    head = text[:4000]
    delimiter = max(";\t|,", key=lambda d: (_heads(head, d, words), head.count(d)))
    try:
        rows = islice(csv.reader(io.StringIO(text, newline=""), delimiter=delimiter), MOST_ROWS)
        return [_Line(n, row[:MOST_COLUMNS]) for n, row in enumerate(rows, start=1)], words
    except csv.Error as wrong:
        raise Refused("FIL-002", str(path), detail=str(wrong)) from wrong


def _heads(head: str, delimiter: str, words: Words) -> int:
    """How many known headings the first lines hold when split at ``delimiter``."""
    best = 0
    for line in head.splitlines()[:HEADER_WITHIN]:
        best = max(best, sum(fold(cell) in _NAMED for cell in _tolerant(line.split(delimiter), words)))
    return best


def _tolerant(cells: Sequence[str], words: Words) -> list[str]:
    try:
        return words.names([cell.strip(' "') for cell in cells])
    except Refused:
        return list(cells)


def _sheet(path: Path, wanted: Wanted) -> tuple[list[_Line], Words]:
    """The lines of the one worksheet that has any, or of the one named as layer."""
    import openpyxl

    archive.check_workbook(path)
    try:
        book = openpyxl.load_workbook(path, read_only=True, data_only=True)
        sheets = {ws.title: _lines_of(ws) for ws in book.worksheets if wanted.layer in (None, ws.title)}
        book.close()
    except MemoryError:
        raise
    except Exception as wrong:  # a damaged workbook makes openpyxl raise anything
        raise Refused("FIL-002", str(path), detail=f"{type(wrong).__name__}: {wrong}"[:200]) from wrong
    filled = {title: lines for title, lines in sheets.items() if lines}
    if len(filled) != 1:
        raise Refused("FIL-004", str(path), layer=wanted.layer or "–", layers=", ".join(sheets)[:200] or "–")
    return next(iter(filled.values())), Words(path, False, _named(path, wanted))


def _named(path: Path, wanted: Wanted) -> str:
    codec = shapefile.codec_named(path, wanted.encoding) if wanted.encoding else shapefile.UNKNOWN
    return codec if codec in (legacy.TCVN3, legacy.VNI) else shapefile.UNKNOWN


def _lines_of(sheet: Any) -> list[_Line]:
    rows = sheet.iter_rows(max_row=MOST_ROWS, max_col=MOST_COLUMNS, values_only=True)
    filled = ((n, row) for n, row in enumerate(rows, start=1) if any(cell is not None for cell in row))
    return [_Line(n, [_plain(c) if c is not None else None for c in row]) for n, row in filled]
