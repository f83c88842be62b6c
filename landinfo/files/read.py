"""One vector file → columns, shapes and what had to be understood to read them. Nothing is judged or mended here."""

from __future__ import annotations

import re
import unicodedata
import warnings
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import pyogrio
import shapely
from numpy.typing import NDArray
from pyogrio import raw

from landinfo.files import shapefile
from landinfo.model import Refused

DRIVERS = {
    ".gpkg": {"GPKG"},
    ".shp": {"ESRI Shapefile"},
    ".zip": {"ESRI Shapefile"},
    ".geojson": {"GeoJSON"},
    ".json": {"GeoJSON"},
}
_CURVES = re.compile(r"CIRCULAR|COMPOUND|CURVE|SURFACE", re.IGNORECASE)
_CRS_MEMBER = re.compile(rb'"crs"\s*:\s*\{')


@dataclass(frozen=True, slots=True)
class Layer:
    """A layer that was opened: its fields by the names people see, and what it says of its place on earth.

    ``crs`` is ``AUTHORITY:CODE`` or WKT, None where the file says nothing; ``crs_by_rule``: the file says nothing and
    its format's standard does (GeoJSON is WGS 84). ``curves`` counts the shapes with arcs, which GDAL turns into
    short straight pieces (one each 4°). ``said`` are GDAL's own warnings.
    """

    name: str
    fields: tuple[str, ...]
    crs: str | None
    crs_by_rule: bool
    curves: int
    said: tuple[str, ...]
    source: str | Path
    codec: str | None
    raw_fields: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Table:
    """Rows of a layer. ``shapes`` are two-dimensional, None where a row has none, ``unreadable`` marks broken
    ones: their open rings were closed, or their shapes are None.

    ``rows`` number the rows from 1 as the file holds them; texts are NFC (``composed`` of them were not in the file);
    values are str, int, float, bool, date, datetime or None.
    """

    layer: Layer
    rows: Sequence[int]
    columns: Mapping[str, Sequence[Any]]
    shapes: NDArray[np.object_]
    unreadable: NDArray[np.bool_]
    with_height: int
    composed: int = 0


def open_layer(path: Path, name: str | None = None, encoding: str | None = None) -> Layer:
    """Open one layer of a GeoPackage, Shapefile (also zipped) or GeoJSON without reading its rows.

    Raises ``Refused``: FIL-001 no such file, FIL-002 unreadable, FIL-003 another format, FIL-004 which layer?,
    FIL-006 text of unknown encoding, FIL-007 no such encoding.
    """
    said: list[str] = []
    with _listening(path, said):
        source = _source(path)
        layer = _layer_name(source, path, name)
        found = pyogrio.read_info(source, layer=layer, encoding=_as_bytes(source))
        if found["driver"] not in DRIVERS[path.suffix.lower()]:
            raise Refused("FIL-003", str(path), format=found["driver"], formats=_formats())
        codec = shapefile.codec(path, source, encoding) if _as_bytes(source) else None
        curves = _curves(source, layer, found)
        unstated = found["driver"] == "GeoJSON" and not _CRS_MEMBER.search(path.read_bytes())
    raw_fields = {_text(str(field), codec, path): str(field) for field in found["fields"]}
    return Layer(
        name=layer,
        fields=tuple(raw_fields),
        crs=found["crs"] or None,
        crs_by_rule=unstated,
        curves=curves,
        said=tuple(dict.fromkeys(said)),
        source=source,
        codec=codec,
        raw_fields=raw_fields,
    )


def read_rows(layer: Layer, path: Path, fields: Iterable[str]) -> Table:
    """The rows of ``layer`` with only the named fields: what is not asked for is never read.

    Raises ``Refused`` like ``open_layer``.
    """
    said = list(layer.said)
    wanted = {layer.raw_fields[field]: field for field in sorted(set(fields))}
    with _listening(path, said):
        meta, _, geometry, values = raw.read(
            layer.source, layer=layer.name, encoding=_as_bytes(layer.source), columns=list(wanted)
        )
    shapes, unreadable = _shapes(geometry)
    heights = int(shapely.has_z(shapes).sum())
    columns = {
        wanted[field]: [_value(v, layer.codec, path) for v in column]
        for field, column in zip(meta["fields"], values, strict=True)
    }
    layer = replace(layer, said=tuple(dict.fromkeys(said)))
    composed = sum(_parted(value, layer.codec) for column in values for value in column)
    return Table(layer, range(1, len(shapes) + 1), columns, shapely.force_2d(shapes), unreadable, heights, composed)


def _formats() -> str:
    return ", ".join(DRIVERS)


def _source(path: Path) -> str | Path:
    if not path.is_file():
        raise Refused("FIL-001", str(path), path=path.name)
    if path.suffix.lower() not in DRIVERS:
        raise Refused("FIL-003", str(path), format=path.suffix, formats=_formats())
    if path.suffix.lower() == ".zip":
        return shapefile.inside_zip(path)
    return path


def _as_bytes(source: str | Path) -> str | None:
    """Shapefile text is taken byte for byte (Latin-1 loses nothing) and decoded by us: GDAL guesses in silence."""
    return "ISO-8859-1" if str(source).lower().endswith(".shp") else None


def _layer_name(source: str | Path, path: Path, name: str | None) -> str:
    layers = [str(row[0]) for row in pyogrio.list_layers(source) if row[1] is not None]
    if name is not None and name in layers:
        return name
    if name is None and len(layers) == 1:
        return layers[0]
    raise Refused("FIL-004", str(path), layer=name or "–", layers=", ".join(layers) or "–")


@contextmanager
def _listening(path: Path, said: list[str]) -> Iterator[None]:
    """GDAL's warnings become ``said``, its errors ``Refused``."""
    try:
        with warnings.catch_warnings(record=True) as heard:
            warnings.simplefilter("always")
            yield
    except Refused:
        raise
    except Exception as wrong:  # a damaged file makes GDAL's binding raise anything, down to a NameError of its own
        cause = wrong.__context__ if isinstance(wrong, NameError) and wrong.__context__ else wrong
        raise Refused("FIL-002", str(path), detail=_without_folder(str(cause), path)) from wrong
    said.extend(_without_folder(str(w.message), path) for w in heard)


def _without_folder(message: str, path: Path) -> str:
    return message.replace(str(path.parent) + "/", "")[:300]


def _curves(source: str | Path, layer: str, found: Mapping[str, Any]) -> int:
    """How many shapes have arcs: only a GeoPackage can hold them, and pyogrio straightens them without a word."""
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
    unreadable = given & np.array([one is None for one in shapes], dtype=bool)
    for i in np.flatnonzero(unreadable):
        with suppress(shapely.errors.GEOSException), np.errstate(invalid="ignore"):
            shapes[i] = shapely.from_wkb(geometry[i], on_invalid="fix")
    return shapes, unreadable


def _text(text: str, codec: str | None, path: Path) -> str:
    if codec is not None and not text.isascii():
        if codec == shapefile.UNKNOWN:
            raise Refused("FIL-006", str(path), text=text)
        try:
            text = text.encode("latin-1").decode(codec)
        except UnicodeError as wrong:
            raise Refused("FIL-007", str(path), encoding=codec, text=text) from wrong
    return unicodedata.normalize("NFC", text)


def _parted(value: Any, codec: str | None) -> bool:
    """Is it a text with accents apart from their letters? Such a text was decoded before, so it can be."""
    if not isinstance(value, str) or value.isascii():
        return False
    return not unicodedata.is_normalized("NFC", value.encode("latin-1").decode(codec) if codec else value)


def _value(value: Any, codec: str | None, path: Path) -> Any:
    if isinstance(value, str):
        return _text(value, codec, path)
    if isinstance(value, np.datetime64):
        return None if np.isnat(value) else value.astype("datetime64[us]").item()
    plain = value.item() if isinstance(value, np.generic) else value
    return None if isinstance(plain, float) and plain != plain else plain
