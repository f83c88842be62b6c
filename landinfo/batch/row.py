"""One row of a list → the places and the questions that it means."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import shapely
from shapely.geometry.base import BaseGeometry

from landinfo import asked, coordinates, piece, search
from landinfo.batch.title import PLACES, SEVERAL, meaning
from landinfo.case import fields
from landinfo.model import BadInput, Problem
from landinfo.search import ParcelAsked

MOST_QUESTIONS = 24
"""Days × targets that one row may ask."""
WIDEST = 2_000
"""m: of a line with a width."""
_DAY = re.compile(r"(\d{1,2})[/.\-](\d{1,2})[/.\-](\d{4})", re.ASCII)
_PARTED = re.compile(r"[;|]")
Defaults = Sequence[tuple[str, str]]


@dataclass(frozen=True, slots=True)
class Place:
    """Where a row is: a parcel by its number, a point (easting, northing in m) or ground in the store's plane."""

    parcel: ParcelAsked | None = None
    point: tuple[float, float] | None = None
    ground: BaseGeometry | None = None


def named(cells: Mapping[str, str]) -> dict[str, str]:
    """The cells by what their columns say; the first of several names. Raises ``BadInput``: one says it twice."""
    found: dict[str, str] = {}
    for title, cell in cells.items():
        name = meaning(title)
        if name and name in found and name != "id":
            raise BadInput("given-twice", name)
        if name:
            found.setdefault(name, cell)
    return found


def place(given: Mapping[str, str], shape: BaseGeometry | None, crs: str) -> Place:
    """Where the row is. Raises ``BadInput``: nowhere, in two ways, half a way, or a fault of the way that it takes.

    A number of a parcel says it before the drawing does: a register of parcels has both.
    """
    ways = [way for way in PLACES if any(given.get(name) for name in way)]
    if len(ways) > 1:
        raise BadInput("batch-two-places", ", ".join(ways[0]), other=", ".join(ways[1]))
    if not ways:
        if shape is None:
            raise BadInput("batch-nowhere", "parcel")
        return _drawn(shape, given.get("width", ""), crs)
    way = ways[0]
    if missing := [name for name in way if not given.get(name)]:
        raise BadInput("batch-half-a-place", missing[0], given=", ".join(n for n in way if n not in missing))
    if way in (("lat", "lon"), ("x", "y")):
        return Place(point=asked.read_place({name: given[name] for name in way}, crs))
    if way == ("corners",):
        return Place(ground=_corners(given["corners"], crs))
    return Place(parcel=search.parse_parcel("/".join(given[name] for name in way)))


def _corners(text: str, crs: str) -> BaseGeometry:
    """Ground, written as a piece is, and named as its column is."""
    try:
        return piece.read(asked.read_query([("piece", text)], asked.FIRST_DAY).piece, crs)
    except Problem as wrong:
        raise type(wrong)(wrong.code, wrong.field.replace("piece", "corners"), **wrong.params) from wrong


def _drawn(shape: BaseGeometry, width: str, crs: str) -> Place:
    """A point, ground, or a line with a width (m), from WGS 84."""
    plane = coordinates.plane(crs)
    kind = shape.geom_type
    one = shape.representative_point()
    point = coordinates.read_wgs84(f"{one.y:.10f}", f"{one.x:.10f}", plane)
    if kind == "Point":
        return Place(point=point)
    ground = plane.from_wgs84(shape)
    if kind in ("LineString", "MultiLineString"):
        metres = fields.typed(width, "width") if width else None
        if not metres or metres > WIDEST:
            raise BadInput("batch-line-width", "width", value=width[:40] or "–", most=WIDEST)
        return Place(ground=shapely.buffer(ground, float(metres) / 2, cap_style="flat"))
    if kind not in ("Polygon", "MultiPolygon"):
        raise BadInput("batch-geometry-kind", "geometry", kind=kind)
    if not shapely.is_valid(ground):
        raise BadInput("batch-geometry-crosses", "geometry", why=shapely.is_valid_reason(ground)[:80])
    return Place(ground=ground)


def questions(given: Mapping[str, str], defaults: Defaults) -> Iterator[list[tuple[str, str]]]:
    """The parameters of every question of a row, days before targets; what the row does not say is as in ``defaults``.

    Raises ``BadInput``: more than ``MOST_QUESTIONS``.
    """
    own = {name: cell for name, cell in given.items() if name not in ("id", "width") and not _is_place(name)}
    if {"area", "piece"} & own.keys() or any(name.startswith("strip.") for name in own):
        defaults = [(n, v) for n, v in defaults if n not in ("area", "piece") and not n.startswith("strip.")]
    rest = [(n, v) for n, v in defaults if n not in own and n not in SEVERAL]
    rest += [(n, _known(v) if n == "known" else v) for n, v in own.items() if n not in SEVERAL]
    days, targets = (_all(name, own, defaults) for name in SEVERAL)
    if len(days) * len(targets) > MOST_QUESTIONS:
        raise BadInput("batch-many-questions", "on, convert_to", count=len(days) * len(targets), most=MOST_QUESTIONS)
    for day in days:
        for target in targets:
            also = [("on", _known(day))] if day else []
            yield [*also, *([("convert_to", target)] if target else []), *rest]


def _is_place(name: str) -> bool:
    return any(name in way for way in PLACES)


def _all(name: str, own: Mapping[str, str], defaults: Defaults) -> list[str]:
    values = parted(own[name]) if name in own else [value for each, value in defaults if each == name]
    return list(dict.fromkeys(value for value in values if value)) or [""]


def parted(text: str) -> list[str]:
    """Several days or targets as one cell or parameter holds them."""
    return [part.strip() for part in _PARTED.split(text) if part.strip()]


def _known(text: str) -> str:
    """A day as a Vietnamese paper writes it, in the form of an address; another is left for its reader to refuse."""
    found = _DAY.fullmatch(text)
    return f"{found[3]}-{int(found[2]):02}-{int(found[1]):02}" if found else text
