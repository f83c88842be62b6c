"""What GDAL reads: one layer of a file → columns and shapes. Runs in the child process only (``child.py``)."""

from __future__ import annotations

import re
import shutil
import warnings
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import pyogrio
import shapely
from numpy.typing import NDArray
from pyogrio import raw

from landinfo.files import formats, shapefile
from landinfo.files.table import Layer, Table, Wanted, chosen, lacks
from landinfo.files.words import Words
from landinfo.model import Refused

_CURVES = re.compile(r"CIRCULAR|COMPOUND|CURVE|SURFACE", re.IGNORECASE)
_MEANT = re.compile(r"[!;?]|://")
_CRS_MEMBER = re.compile(rb'"crs"\s*:\s*\{')
_STYLED = re.compile(r'LABEL\(f:"([^"]*)"')
_OPTIONS: Mapping[str, dict[str, Any]] = {
    "GML": {"DOWNLOAD_SCHEMA": "NO", "WRITE_GFS": "NO"},
    "DXF": {"CLOSED_LINE_AS_POLYGON": "NO"},
}


@dataclass(frozen=True, slots=True)
class Opened:
    """A layer with what reading its rows takes: the file as GDAL has it, the driver, the fields by shown names."""

    layer: Layer
    source: Path
    driver: str
    words: Words
    raw_fields: Mapping[str, str]


def open_layer(path: Path, scratch: Path, wanted: Wanted) -> Opened:
    """Open one layer without reading its rows; ``scratch`` is a folder for what GDAL writes beside a file.

    Raises ``Refused``: FIL-002 unreadable, FIL-003 another format, FIL-004 which layer?, FIL-006 text of unknown
    encoding, FIL-007 no such encoding, FIL-020 parts that do not belong together.
    """
    driver, said = formats.DRIVERS[formats.ending(path)], list[str]()
    if driver == "ESRI Shapefile":
        shapefile.check_parts(path)
    with _listening(path, said):
        source = _aside(path, scratch, driver)
        name = _layer_name(source, path, wanted.layer)
        found = pyogrio.read_info(source, layer=name, encoding=_as_bytes(driver), **_OPTIONS.get(driver, {}))
        if found["driver"] != driver:
            raise Refused("FIL-003", str(path), format=found["driver"], formats=formats.known())
        words = Words(path, driver in formats.BYTES_AS_THEY_COME, _codec(path, driver, wanted.encoding))
        curves = _curves(source, name, found)
        unstated = driver == "GeoJSON" and not _CRS_MEMBER.search(path.read_bytes())
    raw_fields = {shown: str(field) for shown, field in zip(words.names(found["fields"]), found["fields"], strict=True)}
    layer = Layer(name, tuple(raw_fields), found["crs"] or None, unstated, curves, tuple(dict.fromkeys(said)))
    return Opened(layer, source, driver, words, raw_fields)


def read_rows(opened: Opened, path: Path, wanted: Wanted) -> Table:
    """The rows with only the wanted fields: what is not asked for is never read. Raises ``Refused`` like opening."""
    layer, said = opened.layer, list(opened.layer.said)
    if lacks(layer, wanted):
        return Table(layer, (), {}, np.empty(0, dtype=object), np.empty(0, dtype=bool), 0)
    asked = {opened.raw_fields[field]: field for field in chosen(layer, wanted)}
    with _listening(path, said):
        meta, _, geometry, values = raw.read(
            opened.source,
            layer=layer.name,
            encoding=_as_bytes(opened.driver),
            columns=list(asked),
            max_features=wanted.most or None,
            **_OPTIONS.get(opened.driver, {}),
        )
    shapes, unreadable = _shapes(geometry)
    del geometry
    columns = {asked[field]: _column(column) for field, column in zip(meta["fields"], values, strict=True)}
    del values
    columns, remarks = opened.words.columns(columns)
    layer = replace(layer, said=tuple(dict.fromkeys(said)))
    heights = int(shapely.has_z(shapes).sum())
    if heights or shapely.has_m(shapes).any():
        shapes = shapely.force_2d(shapes)
    return Table(layer, range(1, len(shapes) + 1), columns, shapes, unreadable, heights, remarks, opened.words.composed)


def fonts(opened: Opened) -> list[str]:
    """The font of the text of each row as the drawing names it, "" where it names none."""
    sql = f'SELECT OGR_STYLE FROM "{opened.layer.name}"'  # noqa: S608
    values = raw.read(opened.source, sql=sql, read_geometry=False, encoding=_as_bytes(opened.driver))[3][0]
    found = (_STYLED.search(str(value)) for value in values)
    return [match[1] if match else "" for match in found]


def _codec(path: Path, driver: str, given: str | None) -> str:
    if driver == "ESRI Shapefile":
        return shapefile.codec(path, given)
    return shapefile.codec_named(path, given) if given else shapefile.UNKNOWN


def _as_bytes(driver: str) -> str | None:
    return "ISO-8859-1" if driver in formats.BYTES_AS_THEY_COME else None


def _aside(path: Path, scratch: Path, driver: str) -> Path:
    """Where to open a file: as it is, or by another name in ``scratch``.

    GDAL writes what it learnt of a GML's schema beside the file; pyogrio takes ``!`` and ``;`` in a path for its own.
    """
    if driver != "GML" and not _MEANT.search(str(path)):
        return path
    stem = _MEANT.sub("_", path.stem)
    for part in path.parent.iterdir():
        if part.stem == path.stem and (driver != "GML" or part.suffix.lower() in (path.suffix.lower(), ".xsd")):
            _linked(part.resolve(), scratch / f"{stem}{part.suffix}")
    return scratch / f"{stem}{path.suffix}"


def _linked(part: Path, name: Path) -> None:
    try:
        name.symlink_to(part, part.is_dir())
    except OSError:  # Windows gives links to few
        if part.is_file():
            shutil.copyfile(part, name)
        else:
            shutil.copytree(part, name)


def _layer_name(source: Path, path: Path, name: str | None) -> str:
    layers = [str(row[0]) for row in pyogrio.list_layers(source) if row[1] is not None]
    if name is not None and name in layers:
        return name
    if name is None and len(layers) == 1:
        return layers[0]
    raise Refused("FIL-004", str(path), layer=name or "–", layers=", ".join(layers)[:400] or "–")


@contextmanager
def _listening(path: Path, said: list[str]) -> Iterator[None]:
    """GDAL's warnings become ``said``, its errors ``Refused``."""
    try:
        with warnings.catch_warnings(record=True) as heard:
            warnings.simplefilter("always")
            yield
    except (Refused, MemoryError):
        raise
    except Exception as wrong:  # a damaged file makes GDAL's binding raise anything, down to a NameError of its own
        cause = wrong.__context__ if isinstance(wrong, NameError) and wrong.__context__ else wrong
        raise Refused("FIL-002", str(path), detail=_without_folder(str(cause), path)) from wrong
    said.extend(_without_folder(str(w.message), path) for w in heard)


def _without_folder(message: str, path: Path) -> str:
    return re.sub(r"(?:[A-Za-z]:)?[/\\][^\s'\"]*[/\\]", "", message.replace(str(path.parent) + "/", ""))[:300]


def _curves(source: Path, layer: str, found: Mapping[str, Any]) -> int:
    """How many shapes have arcs: of the formats with arcs GeoPackage can be asked, and pyogrio straightens them."""
    declared = str(found["geometry_type"])
    if found["driver"] != "GPKG" or not (_CURVES.search(declared) or declared in {"Unknown", "GeometryCollection"}):
        return 0
    column, table = (str(name).replace('"', '""') for name in (found["geometry_name"], layer))
    kinds = raw.read(source, sql=f'SELECT ST_GeometryType("{column}") AS kind FROM "{table}"', read_geometry=False)[3]  # noqa: S608
    return sum(1 for kind in kinds[0] if kind and _CURVES.search(str(kind)))


def _shapes(geometry: NDArray[np.object_]) -> tuple[NDArray[np.object_], NDArray[np.bool_]]:
    with np.errstate(invalid="ignore"):
        shapes = np.asarray(shapely.from_wkb(geometry, on_invalid="ignore"), dtype=object)
    given = np.array([one is not None for one in geometry], dtype=bool)
    unreadable = given & shapely.is_missing(shapes)
    for i in np.flatnonzero(unreadable):
        with suppress(shapely.errors.GEOSException), np.errstate(invalid="ignore"):
            shapes[i] = shapely.from_wkb(geometry[i], on_invalid="fix")
    return shapes, unreadable


def _column(values: NDArray[Any]) -> list[Any]:
    plain = values.tolist() if values.dtype.kind in "biu" else [_plain(v) for v in values]
    held: dict[str, str] = {}
    return [held.setdefault(v, v) if type(v) is str else v for v in plain]  # equal texts are one


def _plain(value: Any) -> Any:
    if isinstance(value, np.datetime64):
        return None if np.isnat(value) else value.astype("datetime64[us]").item()
    plain = value.item() if isinstance(value, np.generic) else value
    if isinstance(plain, bytes | list | dict | np.ndarray):
        return None
    return None if isinstance(plain, float) and plain != plain else plain
