"""Tables that grow row by row into a file: CSV, XLSX, GeoJSON, GeoPackage or GeoParquet, never held as a whole.

Equal rows give equal bytes of CSV, XLSX and GeoJSON; the two others hold equal content.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any, Protocol

FORMATS = (".csv", ".xlsx", ".geojson", ".gpkg", ".parquet")
DRAWN = (".geojson", ".gpkg", ".parquet")
"""Formats whose first table has the outlines."""
Value = str | int | float | bool | None


@dataclass(frozen=True, slots=True)
class Column:
    """``kind``: text | whole | real | flag."""

    name: str
    kind: str = "text"


def columns(words: str) -> list[Column]:
    """``"row:whole id"``: names parted by blanks, each with its kind where that is not text."""
    return [Column(*word.split(":")) for word in words.split()]


@dataclass(frozen=True, slots=True)
class Table:
    """``drawn``: each row has an outline too, a GeoJSON geometry in WGS 84 or None."""

    name: str
    columns: Sequence[Column]
    drawn: bool = False


class Outlet(Protocol):
    """Takes rows in the order of their table; ``close`` ends every file."""

    def add(self, table: int, values: Sequence[Value], outline: Mapping[str, Any] | None = None) -> None: ...

    def close(self) -> None: ...


def places(target: Path, tables: Sequence[Table]) -> list[tuple[str, Path]]:
    """The files that stand for ``target``, the main one last: a format of one table has the others beside it."""
    ending = target.suffix.lower()
    if ending in (".xlsx", ".gpkg"):
        return [("", target)]
    beside = ".parquet" if ending == ".parquet" else ".csv"
    others = [(t.name, target.with_name(f"{target.stem}.{t.name}{beside}")) for t in tables[1:]]
    return [*others, (tables[0].name, target)]


def open_outlet(
    target: Path, tables: Sequence[Table], into: Path, dated: date
) -> tuple[Outlet, list[tuple[Path, Path]]]:
    """An outlet that writes into the folder ``into``, and where each of its files belongs, the main one last."""
    put = [(into / where.name, where) for _, where in places(target, tables)]
    for half, _ in put:
        half.unlink(missing_ok=True)
    ending, halves = target.suffix.lower(), [half for half, _ in put]
    if ending == ".xlsx":
        from landinfo.files.outlet.workbook import Workbook

        return Workbook(halves[0], tables, into, dated), put
    if ending == ".gpkg":
        from landinfo.files.outlet.layers import Layers

        return Layers(halves[0], tables, dated), put
    if ending == ".parquet":
        from landinfo.files.outlet.parquet import Parquets

        return Parquets([halves[-1], *halves[:-1]], tables), put
    from landinfo.files.outlet.text import Texts

    return Texts([halves[-1], *halves[:-1]], tables), put
