"""One GeoPackage of several layers, for others to open: the counterpart of the readers."""

from __future__ import annotations

import warnings
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import shapely
from numpy.typing import NDArray
from pyogrio import raw
from shapely.geometry.base import BaseGeometry


@dataclass(frozen=True, slots=True)
class Sheet:
    """One layer: ``kind`` is OGR's geometry type, columns are text, whole numbers or real numbers without gaps."""

    name: str
    kind: str
    shapes: Sequence[BaseGeometry]
    columns: Mapping[str, Sequence[Any]]


def write_geopackage(path: Path, sheets: Sequence[Sheet], crs: str) -> None:
    """Make the file at ``path``, which must not be there. ``crs`` is WKT. Raises ``OSError``."""
    for n, sheet in enumerate(sheets):
        try:
            _write(path, sheet, crs, n > 0)
        except Exception as wrong:  # GDAL's binding has errors of its own for a full disk or a folder that is gone
            raise OSError(str(wrong).replace(f"{path.parent}/", "")) from wrong


def _write(path: Path, sheet: Sheet, crs: str, append: bool) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        raw.write(
            path,
            shapely.to_wkb(np.array([*sheet.shapes, None], dtype=object)[:-1]),
            [_column(values) for values in sheet.columns.values()],
            list(sheet.columns),
            layer=sheet.name,
            driver="GPKG",
            geometry_type=sheet.kind,
            crs=crs,
            append=append,
            promote_to_multi=sheet.kind.startswith("Multi"),
        )


def _column(values: Sequence[Any]) -> NDArray[Any]:
    if values and all(isinstance(v, int) for v in values):
        return np.array(values, dtype=np.int64)
    return np.array(values, dtype=np.float64 if values and all(isinstance(v, float) for v in values) else object)
