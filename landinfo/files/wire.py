"""A table as bytes, from the child process to its parent.

Plain JSON and WKB, never pickle: what comes from a process that read a hostile file is data, not code.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from datetime import date, datetime
from pathlib import Path
from typing import IO, Any

import numpy as np
import shapely

from landinfo.files.table import Layer, Remark, Spot, Table

_LENGTH = 8
_BLOCK = 20_000
"""Shapes whose bytes are held at once."""


def write(table: Table, path: Path) -> None:
    """Header, then each column, as JSON with its length before it; then, block by block, the length of each shape's
    WKB (0: none) and the WKB.
    """
    header = {
        "layer": asdict(table.layer),
        "rows": _numbers(table.rows),
        "columns": list(table.columns),
        "unreadable": np.flatnonzero(table.unreadable).tolist(),
        "with_height": table.with_height,
        "composed": table.composed,
        "remarks": [asdict(remark) for remark in table.remarks],
        "shapes": len(table.shapes),
    }
    with path.open("xb") as out:
        for part in (header, *map(list, table.columns.values())):
            text = json.dumps(part, ensure_ascii=True, default=_tagged).encode()
            out.write(len(text).to_bytes(_LENGTH, "little"))
            out.write(text)
        for start in range(0, len(table.shapes), _BLOCK):
            shapes = shapely.to_wkb(table.shapes[start : start + _BLOCK])
            out.write(np.array([len(shape or b"") for shape in shapes], dtype="<u4").tobytes())
            out.writelines(shape for shape in shapes if shape is not None)


def read(path: Path) -> Table:
    """Raises ``ValueError`` (or a ``KeyError`` …) for anything that ``write`` did not write."""
    with path.open("rb") as file:
        header = _part(file)
        columns = {name: _texts_once(_part(file)) for name in header["columns"]}
        shapes = np.empty(header["shapes"], dtype=object)
        for start in range(0, len(shapes), _BLOCK):
            shapes[start : start + _BLOCK] = _shapes(file, min(_BLOCK, len(shapes) - start))
    unreadable = np.zeros(len(shapes), dtype=bool)
    unreadable[header["unreadable"]] = True
    return Table(
        layer=_layer(header["layer"]),
        rows=_rows(header["rows"]),
        columns=columns,
        shapes=shapes,
        unreadable=unreadable,
        with_height=header["with_height"],
        composed=header["composed"],
        remarks=tuple(_remark(remark) for remark in header["remarks"]),
    )


def _part(file: IO[bytes]) -> Any:
    size = int.from_bytes(file.read(_LENGTH), "little")
    return json.loads(file.read(size), object_hook=_untagged)


def _texts_once(values: list[Any]) -> list[Any]:
    """Equal texts as one object."""
    held: dict[str, str] = {}
    return [held.setdefault(v, v) if type(v) is str else v for v in values]


def _shapes(file: IO[bytes], count: int) -> Any:
    lengths = np.frombuffer(file.read(4 * count), dtype="<u4")
    blob = memoryview(file.read(int(lengths.sum(dtype=np.int64))))
    ends = np.cumsum(lengths, dtype=np.int64)
    parts = [bytes(blob[e - n : e]) if n else None for n, e in zip(lengths.tolist(), ends.tolist(), strict=True)]
    with np.errstate(invalid="ignore"):  # a coordinate may be no number
        return shapely.from_wkb(np.array(parts, dtype=object))


def _numbers(rows: Sequence[int]) -> Any:
    return {"count": len(rows)} if isinstance(rows, range) else list(rows)


def _rows(given: Any) -> Sequence[int]:
    return range(1, given["count"] + 1) if isinstance(given, dict) else given


def _layer(given: Mapping[str, Any]) -> Layer:
    return Layer(**{**given, "fields": tuple(given["fields"]), "said": tuple(given["said"])})


def _remark(given: Mapping[str, Any]) -> Remark:
    return Remark(given["code"], given["params"], tuple(Spot(**spot) for spot in given["spots"]))


def _tagged(value: Any) -> Any:
    if isinstance(value, datetime):
        return {"\0datetime": value.isoformat()}
    if isinstance(value, date):
        return {"\0date": value.isoformat()}
    raise TypeError(f"{type(value).__name__} has no place in a table")


def _untagged(given: dict[str, Any]) -> Any:
    if "\0datetime" in given:
        return datetime.fromisoformat(given["\0datetime"])
    return date.fromisoformat(given["\0date"]) if "\0date" in given else given
