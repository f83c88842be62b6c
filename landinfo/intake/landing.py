"""Does a file lie where it must? By the ground of its communes, and corner to corner with what the store holds."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Mapping
from datetime import date
from functools import lru_cache
from pathlib import Path

import numpy as np
import shapely
from numpy.typing import NDArray
from shapely.geometry.base import BaseGeometry

from landinfo.coordinates import DEFAULT_CRS, EASTINGS, NORTHINGS, plane
from landinfo.coordinates_landing import Box, cause, country, displaced, share_inside, sure_cause
from landinfo.coordinates_source import name_of
from landinfo.intake.fieldmap import FieldMap
from landinfo.intake.findings import Collector, found
from landinfo.intake.opening import Opened
from landinfo.intake.rows import Reader
from landinfo.model import Refused
from landinfo.store import Store
from landinfo.store.communes import read_communes
from landinfo.texts import say

_DATA = Path(__file__).resolve().parent.parent.parent / "data"
_BORDER = 2_000.0
"""m beyond the box of its commune to which a commune's data may reach: communes of before 2025 were cut otherwise."""
_LOOKED_AT, _WINDOWS, _AROUND = 500, 8, 250.0
"""Rows that are looked at; places where the store is asked; m around them (a datum that was ignored is 226 m)."""
_MOST_HELD = 3_000
_NONE = np.empty((0, 2))
_NEAR, _LEAST = 0.1, 8
"""m and number: corners that meet what is held when a displacement is undone."""


def on_the_territory(opened: Opened, map: FieldMap, crs: str, reader: Reader) -> None:
    """Raises ``Refused`` with the likely cause (``coordinates_landing.cause``) where most of the file lies elsewhere.

    Elsewhere than in former Bình Dương no commune's ground is known here: then all of the country counts, and a cause
    must be found that is sure without knowing the place: of the others a far island may be meant, in a plane that is
    none of VN-2000 another country.
    """
    looked = _looked_at(opened)
    if not len(looked):
        return
    series = _series(map, reader, looked)
    boxes = {one: box for one in series if (box := ground_of(one, crs))}
    if boxes and len(boxes) == len(series):
        box, named = _around(boxes.values()), "landing-communes"
    elif crs == DEFAULT_CRS:
        box, named = _province(), "landing-province"
    else:
        box, named = country(crs), "landing-country"
    there, raw = _centres(opened.shapes, looked), _centres(opened.table.shapes, looked)
    if share_inside(there, box) >= 0.5:
        return
    why = (sure_cause if named == "landing-country" else cause)(raw, opened.crs, crs, box)
    if why is None or (why.fits == "–" and not plane(crs).vn2000):
        return
    where = say(named, {"names": ", ".join(sorted(boxes)[:5])}, reader.rulebook.texts)
    x, y = (round(float(v), 1) for v in np.median(raw, axis=0))
    raise Refused(why.code, "crs", crs=name_of(opened.crs), fits=why.fits or "–", territory=where, x=x, y=y)


def beside_what_is_held(
    opened: Opened, crs: str, store: Store | None, on: date, known: date, collect: Collector
) -> None:
    """CRS-014, CRS-015: displaced against held corners by what a well-known mistake does; CRS-016: nothing to compare.

    ``store`` None: it is made by this load. Raises ``Refused`` for CRS-014.
    """
    looked = _looked_at(opened)
    if not plane(crs).vn2000 or not len(looked):
        return
    held = _held(opened, looked, store, on, known) if store else _NONE
    if not len(held):
        # In a new store it goes without saying, unless a datum was changed.
        if store or "EPSG:6960" in opened.operation:
            collect.put(found("CRS-016"))
        return
    shapes = opened.shapes[looked]
    points = np.unique(shapely.get_coordinates(shapes).round(3), axis=0)
    by = displaced(points, held, crs, _NEAR, _LEAST)
    if by == "null":
        raise Refused("CRS-014", "crs")
    if by:
        named = {"sign": {"vi": "sai dấu góc xoay", "en": "wrong sign of the rotations"}}
        collect.put(found("CRS-015", operation=named.get(by, by)))


def _looked_at(opened: Opened) -> NDArray[np.int64]:
    there = np.flatnonzero([shape is not None for shape in opened.shapes])
    return there[:: max(1, len(there) // _LOOKED_AT)]


def _centres(shapes: NDArray[np.object_], rows: NDArray[np.int64]) -> NDArray[np.float64]:
    bounds = shapely.bounds(shapes[rows])
    return np.asarray((bounds[:, :2] + bounds[:, 2:]) / 2)


def _series(map: FieldMap, reader: Reader, rows: Iterable[int]) -> set[str]:
    """The map series (code@period) that the rows name; a theme's territory names one where it is written so."""
    if map.theme:
        return {map.words.territory}
    filled = (reader.row(int(i)) for i in rows)
    return {f"{reader.text('commune', row)}@{reader.text('period', row)}" for row in filled}


def _around(boxes: Iterable[Box]) -> Box:
    west, south, east, north = np.array(list(boxes)).T
    return float(west.min()), float(south.min()), float(east.max()), float(north.max())


def _province() -> Box:
    return (EASTINGS[0], NORTHINGS[0], EASTINGS[1], NORTHINGS[1])


@lru_cache(maxsize=512)
def ground_of(series: str, crs: str) -> Box | None:
    """Where the data of a map series ``code@period`` may lie, in the plane of the store; of a bare code, of any period.

    None: its ground is not known here.
    """
    alike = [box for name, box in _boxes().items() if series in (name, name.partition("@")[0])]
    if not alike:
        return None
    ground: BaseGeometry = shapely.box(*_joined(alike))
    if crs != DEFAULT_CRS:
        ground = plane(crs).from_wgs84(plane().to_wgs84(ground))
    west, south, east, north = ground.bounds
    return west - _BORDER, south - _BORDER, east + _BORDER, north + _BORDER


@lru_cache(maxsize=1)
def _boxes() -> Mapping[str, Box]:
    """The box of each map series in VN-2000 105°45': a commune of before 2025 lies in those that it went into."""
    new: dict[str, Box] = {}
    with (_DATA / "territory.csv").open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            box = shapely.box(float(row["west"]), float(row["south"]), float(row["east"]), float(row["north"]))
            new[f"{row['code']}@{row['period']}"] = _bounds(plane().from_wgs84(box))
    old: dict[str, list[Box]] = {}
    for union in read_communes(_DATA)[1]:
        into = f"{union.new_code}@{union.new_period}"
        if into in new:
            old.setdefault(f"{union.old_code}@{union.old_period}", []).append(new[into])
    return {**{series: _joined(boxes) for series, boxes in old.items()}, **new}


def _joined(boxes: list[Box]) -> Box:
    return _bounds(shapely.union_all([shapely.box(*box) for box in boxes]))


def _bounds(shape: BaseGeometry) -> Box:
    west, south, east, north = shape.bounds
    return (west, south, east, north)


def _held(opened: Opened, rows: NDArray[np.int64], store: Store, on: date, known: date) -> NDArray[np.float64]:
    """Corners of parcels that the store holds around some of the rows."""
    corners = [np.empty((0, 2))]
    for i in rows[:: max(1, len(rows) // _WINDOWS)]:
        west, south, east, north = opened.shapes[i].bounds
        near = (west - _AROUND, south - _AROUND, east + _AROUND, north + _AROUND)
        corners += [shapely.get_coordinates(p.shape) for p in store.parcels_in(near, on, known, _MOST_HELD)]
    return np.concatenate(corners)
