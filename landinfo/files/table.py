"""What a reading hands over: a layer, its rows, and what was noticed on the way."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True, slots=True)
class Wanted:
    """What is to be read: ``fields`` must exist, ``also`` are read where they do.

    ``lines`` and ``labels`` name the layers of a drawing (DXF, DGN) that hold boundaries and the text that numbers a
    parcel; empty: the levels of Circular 25/2014. ``most`` rows are enough (0: all). ``capitals`` are fields whose text
    stands in a capital-letter font.
    """

    layer: str | None = None
    encoding: str | None = None
    fields: tuple[str, ...] = ()
    also: tuple[str, ...] = ()
    lines: tuple[str, ...] = ()
    labels: str = ""
    most: int = 0
    capitals: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Layer:
    """A layer that was opened: its fields by the names people see, and what it says of its place on earth.

    ``crs`` is ``AUTHORITY:CODE`` or WKT, None where the file says nothing; ``crs_by_rule``: the file says nothing and
    its format's standard does (GeoJSON is WGS 84). ``curves`` counts the shapes with arcs, which GDAL turns into
    short straight pieces (one each 4°). ``said`` are GDAL's own warnings.
    """

    name: str
    fields: tuple[str, ...]
    crs: str | None = None
    crs_by_rule: bool = False
    curves: int = 0
    said: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Spot:
    """Where something was noticed: a row of the table (0: none of them), its name, a point in the file's system."""

    row: int
    name: str = ""
    x: float | None = None
    y: float | None = None
    detail: str = ""


@dataclass(frozen=True, slots=True)
class Remark:
    """Something noticed while reading, by the code of its sentence (``data/texts/intake.toml``)."""

    code: str
    params: Mapping[str, Any]
    spots: tuple[Spot, ...] = ()


@dataclass(frozen=True, slots=True)
class Table:
    """Rows of a layer. ``shapes`` are two-dimensional, None where a row has none, ``unreadable`` marks broken
    ones: their open rings were closed, or their shapes are None.

    ``rows`` number the rows from 1 as the file holds them; texts are NFC (``composed`` of them were not in the file);
    values are str, int, float, bool, date,
    datetime or None. A wanted field that the layer lacks leaves ``columns`` without it and without rows.
    """

    layer: Layer
    rows: Sequence[int]
    columns: Mapping[str, Sequence[Any]]
    shapes: NDArray[np.object_]
    unreadable: NDArray[np.bool_]
    with_height: int
    remarks: tuple[Remark, ...] = ()
    composed: int = 0


def lacks(layer: Layer, wanted: Wanted) -> list[str]:
    """The wanted fields that the layer does not have."""
    return [field for field in wanted.fields if field not in layer.fields]


def chosen(layer: Layer, wanted: Wanted) -> list[str]:
    """The fields to read."""
    return sorted({*wanted.fields, *(field for field in wanted.also if field in layer.fields)})
