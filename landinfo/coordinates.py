"""VN-2000 ↔ WGS 84, pinned to one operation, and the reading of coordinates that people type.

EPSG knows two operations for VN-2000 → WGS 84. Left to choose, PROJ takes EPSG:5194 (Mekong delta) south of 11.04°N and
EPSG:6960 (the parameters of Decision 05/2007/QĐ-BTNMT) north of it, 0.8 m apart: the province would be torn in two.
Here only EPSG:6960 is used. Order inside is (easting, northing) and (longitude, latitude); Vietnamese documents write
X = northing, Y = easting, and ``read_vn2000`` takes them so.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterator
from functools import lru_cache
from typing import Any

import numpy as np
import pyproj
import shapely
from pyproj.transformer import TransformerGroup
from shapely.geometry.base import BaseGeometry

from landinfo.model import BadInput, CannotBeAnswered

DEFAULT_CRS = "EPSG:9210"
_PINNED = "VN-2000 to WGS 84 (2)"
_DEPRECATED = range(6956, 6960)
_TM3 = (5896, 5897, 5898, 5899, *range(9205, 9219), 3405, 3406)
NORTHINGS, EASTINGS = (1.19e6, 1.28e6), (5.5e5, 6.4e5)
"""m: where former Bình Dương lies in VN-2000 105°45', with room around it."""
_LATITUDES, _LONGITUDES = (10.6, 11.7), (106.1, 107.2)
_PER_QUARTER_DEGREE = 27_300.0
"""m of easting by which a meridian 15' off moves a place at 11°N."""
_UTM_SHIFT = 82_000.0
"""m by which the easting of UTM zone 48N exceeds that of the 105°45' zone here."""
_TYPED = re.compile(r"[+-]?\d+(\.\d+)?", re.ASCII)
_POINTS = re.compile(r"[+-]?\d{1,3}(\.\d{3})+(,\d+)?", re.ASCII)
"""Grouped as in Vietnamese, 1.214.123,45; with commas, 1,214,123.45, as in English."""
_COMMAS = re.compile(r"[+-]?\d{1,3}(,\d{3})+(\.\d+)?", re.ASCII)
_SIX = re.compile(r"\d{3}[.,]\d{3}", re.ASCII)


class Plane:
    """A metric plane and its way to WGS 84. Safe to share between threads."""

    def __init__(self, crs: str) -> None:
        code = crs.removeprefix("EPSG:")
        if not crs.startswith("EPSG:") or not code.isdecimal() or int(code) in _DEPRECATED:
            raise CannotBeAnswered("crs-not-supported", "crs", crs=crs)
        self.crs = crs
        self.vn2000 = int(code) in _TM3
        self._transformer = _pinned(int(code)) if self.vn2000 else _best(crs)

    def to_wgs84(self, shape: BaseGeometry) -> BaseGeometry:
        """The shape in (longitude, latitude) degrees."""
        return shapely.transform(shape, self.lonlat)

    def lonlat(self, metres: Any) -> Any:
        """Rows of (easting, northing) in metres → rows of (longitude, latitude) in degrees."""
        return np.column_stack(self._transformer.transform(metres[:, 0], metres[:, 1]))

    def metres(self, lonlat: Any) -> Any:
        """The other way."""
        return np.column_stack(self._transformer.transform(lonlat[:, 0], lonlat[:, 1], direction="INVERSE"))

    def from_wgs84(self, shape: BaseGeometry) -> BaseGeometry:
        """A shape in (longitude, latitude) degrees, in metres of the plane."""
        return shapely.transform(shape, self.metres)

    def point_to_wgs84(self, easting: float, northing: float) -> tuple[float, float]:
        """(longitude, latitude) in degrees."""
        lon, lat = self._transformer.transform(easting, northing)
        return float(lon), float(lat)

    def point_from_wgs84(self, lon: float, lat: float) -> tuple[float, float]:
        """(easting, northing) in metres."""
        easting, northing = self._transformer.transform(lon, lat, direction="INVERSE")
        return float(easting), float(northing)


@lru_cache(maxsize=64)
def plane(crs: str = DEFAULT_CRS) -> Plane:
    """The plane ``EPSG:…``. Raises ``CannotBeAnswered``: not a metric EPSG plane, or one that must not be used."""
    return Plane(crs)


def northing_first(crs: str) -> bool:
    """Does the definition of a plane give the northing before the easting, as of few it does? (EPSG:9210 does not.)"""
    return str(pyproj.CRS.from_user_input(crs).axis_info[0].direction) == "north"


def area_of_use(crs: str) -> tuple[float, float, float, float]:
    """(west, south, east, north) in degrees, where a plane may be used; one that names no area: the world.

    Of a zone of VN-2000 all of Việt Nam: EPSG names provinces, and papers come in the zones of others too.
    """
    area = pyproj.CRS.from_user_input("EPSG:4756" if plane(crs).vn2000 else crs).area_of_use
    return area.bounds if area else (-180.0, -90.0, 180.0, 90.0)


def wkt(crs: str) -> str:
    """The definition of ``crs`` as WKT 1 (GDAL's form), for files that carry their own."""
    return str(pyproj.CRS.from_user_input(crs).to_wkt("WKT1_GDAL"))


def _pinned(code: int) -> pyproj.Transformer:
    found = [t for t in TransformerGroup(code, 4326, always_xy=True).transformers if _PINNED in t.description]
    if len(found) != 1:
        raise RuntimeError(f"PROJ offers {len(found)} operations «{_PINNED}» for EPSG:{code}: its database has changed")
    return for_each_thread(found[0])


def for_each_thread(one: pyproj.Transformer) -> pyproj.Transformer:
    """The same operation, built anew for each thread that uses it.

    What ``TransformerGroup`` hands out shares one PROJ object: threads that push heights on its one stack at the same
    time crash the process.
    """
    return pyproj.Transformer.from_pipeline(one.definition)


def _best(crs: str) -> pyproj.Transformer:
    try:
        known = pyproj.CRS.from_user_input(crs)
    except pyproj.exceptions.CRSError as wrong:
        raise CannotBeAnswered("crs-not-supported", "crs", crs=crs) from wrong
    if not known.is_projected or any(axis.unit_name != "metre" for axis in known.axis_info[:2]):
        raise CannotBeAnswered("crs-not-supported", "crs", crs=crs)
    return pyproj.Transformer.from_crs(known, 4326, always_xy=True)


def read_metres(field: str, text: str) -> float:
    """A number as it stands on paper: ``1214123.45``, ``1 214 123,45``, ``1.214.123,45``. Raises ``BadInput``."""
    bare = re.sub(r"[\s\u00a0\u202f]", "", text)
    if len(text) <= 40:
        if _TYPED.fullmatch(bare):
            return float(bare)
        if _POINTS.fullmatch(bare) or re.fullmatch(r"[+-]?\d+,\d+", bare, re.ASCII):
            return float(bare.replace(".", "").replace(",", "."))
        if _COMMAS.fullmatch(bare):
            return float(bare.replace(",", ""))
    raise BadInput("coordinate-not-a-number", field, value=text[:40])


def read_wgs84(lat: str, lon: str, where: Plane) -> tuple[float, float]:
    """(easting, northing) in metres of ``where`` from WGS 84 degrees as typed.

    Raises ``BadInput``: not numbers, metres typed as degrees, swapped; ``CannotBeAnswered``: not in the territory.
    """
    north, east = read_metres("lat", lat), read_metres("lon", lon)
    if abs(north) > 400 or abs(east) > 400:
        raise BadInput("coordinate-metres-as-degrees", "lat, lon", lat=lat[:40], lon=lon[:40])
    if where.crs == DEFAULT_CRS and not _inside(north, _LATITUDES, east, _LONGITUDES):
        if _inside(east, _LATITUDES, north, _LONGITUDES):
            raise BadInput("coordinate-lat-lon-swapped", "lat, lon")
        raise CannotBeAnswered("coordinate-outside", "lat, lon")
    if abs(north) > 90:
        raise BadInput("coordinate-lat-lon-swapped", "lat, lon")
    if abs(east) > 180:
        raise CannotBeAnswered("coordinate-outside", "lat, lon")
    easting, northing = where.point_from_wgs84(east, north)
    if not (math.isfinite(easting) and math.isfinite(northing)):
        raise CannotBeAnswered("coordinate-outside", "lat, lon")
    return easting, northing


def read_vn2000(x: str, y: str, where: Plane) -> tuple[float, float]:
    """(easting, northing) in metres of ``where`` from ``x`` = northing and ``y`` = easting, as Vietnamese papers write.

    Raises ``BadInput`` with the likely cause: swapped, UTM 48N, another central meridian, zone prefix, degrees;
    ``CannotBeAnswered``: not in the territory.
    """
    northing, easting = read_metres("x", x), read_metres("y", y)
    if where.crs == DEFAULT_CRS and _SIX.fullmatch(y.strip()):
        # 605.123 is six digits grouped: as a decimal number it would be 600 m from the false origin
        easting *= 1000
    if abs(northing) <= 400 and abs(easting) <= 400:
        raise BadInput("coordinate-degrees-as-metres", "x, y", x=x[:40], y=y[:40])
    if where.crs == DEFAULT_CRS and not _inside(northing, NORTHINGS, easting, EASTINGS):
        why = cause(northing, easting)
        raise (CannotBeAnswered if why == "coordinate-outside" else BadInput)(why, "x, y", x=x[:40], y=y[:40])
    if max(abs(northing), abs(easting)) > 2e7:
        raise CannotBeAnswered("coordinate-outside", "x, y")
    return easting, northing


_NEIGHBOURS = {5897: "105°00'", 9209: "105°30'", 9211: "106°00'", 9212: "106°15'", 9213: "106°30'", 3405: "UTM 48N"}
"""The zones that turn up in papers of the region (geo.md §1.1): EPSG code → how people call it."""


def elsewhere(easting: float, northing: float, crs: str) -> Iterator[tuple[str, float, float]]:
    """Where the same numbers lie if they were meant in a neighbouring zone: (its name, easting, northing) in ``crs``.

    Only for the plane of former Bình Dương, where a wrong meridian may land inside the territory.
    """
    if crs != DEFAULT_CRS:
        return
    for code, name in _NEIGHBOURS.items():
        lon, lat = plane(f"EPSG:{code}").point_to_wgs84(easting, northing)
        if math.isfinite(lon) and math.isfinite(lat):
            yield name, *plane(crs).point_from_wgs84(lon, lat)


def cause(northing: float, easting: float) -> str:
    """Why a pair of metres does not lie in former Bình Dương: the code of the sentence that says the likely cause.

    ``coordinate-swapped``, ``-zone-prefix``, ``-utm-or-zone``, ``-other-zone`` or ``-outside``.
    """
    if _inside(easting, NORTHINGS, northing, EASTINGS):
        return "coordinate-swapped"
    if 48e6 <= easting < 49e6 or 48e6 <= northing < 49e6:
        return "coordinate-zone-prefix"
    if not NORTHINGS[0] <= northing <= NORTHINGS[1]:
        return "coordinate-outside"
    if _within(easting - _UTM_SHIFT, EASTINGS):
        return "coordinate-utm-or-zone"
    if any(_within(easting + n * _PER_QUARTER_DEGREE, EASTINGS) for n in range(-8, 9)):
        return "coordinate-other-zone"
    return "coordinate-outside"


def _within(value: float, bounds: tuple[float, float]) -> bool:
    return bounds[0] <= value <= bounds[1]


def _inside(a: float, a_bounds: tuple[float, float], b: float, b_bounds: tuple[float, float]) -> bool:
    return _within(a, a_bounds) and _within(b, b_bounds)
