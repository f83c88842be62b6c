"""A list as GeoJSON: feature by feature, its properties as cells, its drawing in WGS 84."""

from __future__ import annotations

import re
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any

import ijson
import shapely
from shapely.geometry import shape
from shapely.geometry.base import BaseGeometry

from landinfo.files.listing.text import clean
from landinfo.model import BadInput, Refused

if TYPE_CHECKING:
    from landinfo.files.listing import Entry, Listing

_ENDS = 1 << 16
_CRS = re.compile(rb'"crs"\s*:\s*\{.{0,200}?"name"\s*:\s*"([^"]{0,120})"', re.DOTALL)
_WGS84 = re.compile(r"(CRS84|EPSG:{1,2}4326)$")
_BOM = b"\xef\xbb\xbf"
MOST_CORNERS = 20_000
"""Of one drawing."""


def head(path: Path, encoding: str) -> tuple[tuple[str, ...], str]:
    """Raises ``Refused``: another coordinate system than WGS 84 (RFC 7946), not a collection of features."""
    with path.open("rb") as file:
        ends = file.read(_ENDS)
        file.seek(max(0, path.stat().st_size - _ENDS))
        ends += file.read(_ENDS)
    if (named := _CRS.search(ends)) and not _WGS84.search(said := named[1].decode("utf-8", "replace")):
        raise Refused("batch-geojson-crs", "file", file=path.name, crs=said)
    first = next(_features(path), None)
    if first is None:
        raise Refused("batch-geojson-empty", "file", file=path.name)
    return (), ""


def entries(listing: Listing) -> Iterator[Entry]:
    from landinfo.files.listing import Entry

    for number, feature in enumerate(_features(listing.path), 1):
        if not isinstance(feature, dict) or not isinstance(feature.get("properties") or {}, dict):
            yield Entry(number, {}, None, BadInput("batch-no-feature", "feature"))
            continue
        cells = {clean(str(k)): _text(v) for k, v in (feature.get("properties") or {}).items()}
        held = {title: cell for title, cell in cells.items() if title and cell}
        if "id" not in held and isinstance(feature.get("id"), str | int):
            held["id"] = clean(str(feature["id"]))
        try:
            yield Entry(number, held, _shape(feature.get("geometry")))
        except BadInput as wrong:
            yield Entry(number, held, None, wrong)


def _features(path: Path) -> Iterator[Any]:
    try:
        with path.open("rb") as file:
            _past_mark(file)
            yield from ijson.items(file, "features.item")
    except (ijson.JSONError, UnicodeDecodeError, ValueError) as wrong:
        detail = " ".join(str(wrong).split())[:120]
        raise Refused("batch-damaged", "file", file=path.name, detail=detail) from wrong


def _past_mark(file: IO[bytes]) -> None:
    if file.read(len(_BOM)) != _BOM:
        file.seek(0)


def _shape(raw: Any) -> BaseGeometry | None:
    """The drawing without heights. Raises ``BadInput``: no geometry of GeoJSON, too many corners, no degrees."""
    if raw is None:
        return None
    try:
        made = shapely.force_2d(shape(_floats(raw)))
    except Exception as wrong:  # shapely raises anything on lists that are no coordinates
        raise BadInput("batch-bad-geometry", "geometry") from wrong
    if shapely.is_empty(made):
        return None
    if shapely.get_num_coordinates(made) > MOST_CORNERS:
        raise BadInput("batch-many-corners", "geometry", most=MOST_CORNERS)
    corners = shapely.get_coordinates(made)
    if not (abs(corners) <= (180, 90)).all():
        raise BadInput("batch-geometry-no-degrees", "geometry", x=float(corners[0][0]), y=float(corners[0][1]))
    return made


def _floats(raw: Any) -> Any:
    if isinstance(raw, Decimal | int):
        return float(raw)
    if isinstance(raw, list):
        return [_floats(each) for each in raw]
    return {name: _floats(each) for name, each in raw.items()} if isinstance(raw, dict) else raw


def _text(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, Decimal):
        return f"{value.normalize():f}" if value.is_finite() and abs(value.adjusted()) < 30 else str(value)
    if isinstance(value, list) and all(isinstance(v, str | int) for v in value):
        return ";".join(str(v) for v in value)
    return clean(str(value))
