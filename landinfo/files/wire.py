"""A table as bytes, from the child process to its parent.

Plain JSON and WKB, never pickle: what comes from a process that read a hostile file is data, not code.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from datetime import date, datetime
from pathlib import Path
from typing import Any

import numpy as np
import shapely

from landinfo.files.table import Layer, Remark, Spot, Table

_LENGTH = 8


def write(table: Table, path: Path) -> None:
    """Header (JSON with its length before it), the length of each shape's WKB (0: none), the WKB."""
    shapes = [b"" if shape is None else shape for shape in shapely.to_wkb(table.shapes)]
    header = {
        "layer": asdict(table.layer),
        "rows": _numbers(table.rows),
        "columns": {name: list(values) for name, values in table.columns.items()},
        "unreadable": np.flatnonzero(table.unreadable).tolist(),
        "with_height": table.with_height,
        "composed": table.composed,
        "remarks": [asdict(remark) for remark in table.remarks],
        "shapes": len(shapes),
    }
    text = json.dumps(header, ensure_ascii=True, default=_tagged).encode()
    with path.open("xb") as out:
        out.write(len(text).to_bytes(_LENGTH, "little"))
        out.write(text)
        out.write(np.array([len(s) for s in shapes], dtype="<u4").tobytes())
        out.writelines(shapes)


def read(path: Path) -> Table:
    """Raises ``ValueError`` (or a ``KeyError`` …) for anything that ``write`` did not write."""
    with path.open("rb") as file:
        size = int.from_bytes(file.read(_LENGTH), "little")
        header = json.loads(file.read(size), object_hook=_untagged)
        lengths = np.frombuffer(file.read(4 * header["shapes"]), dtype="<u4")
        blob = memoryview(file.read())
    ends = np.cumsum(lengths, dtype=np.int64)
    parts = [bytes(blob[e - n : e]) if n else None for n, e in zip(lengths.tolist(), ends.tolist(), strict=True)]
    unreadable = np.zeros(len(parts), dtype=bool)
    unreadable[header["unreadable"]] = True
    return Table(
        layer=_layer(header["layer"]),
        rows=_rows(header["rows"]),
        columns=header["columns"],
        shapes=_shapes(parts),
        unreadable=unreadable,
        with_height=header["with_height"],
        composed=header["composed"],
        remarks=tuple(_remark(remark) for remark in header["remarks"]),
    )


def _shapes(parts: Sequence[bytes | None]) -> Any:
    with np.errstate(invalid="ignore"):  # a coordinate may be no number
        return np.asarray(shapely.from_wkb(np.array(parts, dtype=object)), dtype=object)


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
