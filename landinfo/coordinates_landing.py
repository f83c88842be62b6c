"""Where data would lie if its coordinates meant something else: the likely cause of a file that lands in a wrong place.

Nothing is moved here for good: a cause is named, and whoever sent the file mends it.
"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import numpy as np
import pyproj
import shapely
from numpy.typing import NDArray

from landinfo.coordinates import DEFAULT_CRS, area_of_use, for_each_thread, plane
from landinfo.coordinates_source import is_degrees, way
from landinfo.model import CannotBeAnswered

Points = NDArray[np.float64]
Box = tuple[float, float, float, float]

ZONES = {
    "EPSG:9210": "105°45'", "EPSG:9209": "105°30'", "EPSG:9211": "106°00'", "EPSG:9212": "106°15'",
    "EPSG:5897": "105°00'", "EPSG:9213": "106°30'", "EPSG:9208": "104°45'", "EPSG:9214": "107°00'",
    "EPSG:9207": "104°30'", "EPSG:9215": "107°15'", "EPSG:9206": "104°00'", "EPSG:9216": "107°30'",
    "EPSG:5899": "107°45'", "EPSG:5898": "108°00'", "EPSG:9205": "103°00'", "EPSG:9217": "108°15'",
    "EPSG:9218": "108°30'", "EPSG:5896": "102°00'",
}  # fmt: skip
"""The VN-2000 TM-3 zones by central meridian, those about Bình Dương first (EPSG dataset 11.022)."""
UTM = {"EPSG:3405": "UTM 48N", "EPSG:3406": "UTM 49N"}
_MOST = 0.5
"""Share of the points that must lie in the territory for a reading of the coordinates to be taken for it."""
_SHIFT = (
    "+proj=pipeline +step +proj=unitconvert +xy_in=deg +xy_out=rad +step +proj=push +v_3 +step +proj=cart +ellps=WGS84 "
    "+step +proj=helmert {} +step +inv +proj=cart +ellps=WGS84 +step +proj=pop +v_3 "
    "+step +proj=unitconvert +xy_in=rad +xy_out=deg"
)
_WRONG_SIGN = _SHIFT.format(
    "+x=-191.90441429 +y=-39.30318279 +z=-111.45032835 +rx=-0.00928836 +ry=0.01975479 +rz=-0.00427372 "
    "+s=0.252906278 +convention=position_vector"
)
"""The parameters of Decision 05/2007, which are coordinate-frame, read as position-vector: some 0.55 m off."""


@lru_cache(maxsize=32)
def country(crs: str) -> Box:
    """The box of the mainland in a plane: wide, but no place on land in it is still in it with its axes swapped.

    In a plane that is not for use there nothing lies in it.
    """
    mainland, used = (shapely.box(*area_of_use(one)) for one in (DEFAULT_CRS, crs))
    if not mainland.intersects(used):
        return np.inf, np.inf, -np.inf, -np.inf
    west, south, east, north = plane(crs).from_wgs84(shapely.segmentize(mainland, 0.5)).bounds
    return west, south, east, north


@dataclass(frozen=True, slots=True)
class Cause:
    """Why data lies where it does: the code of the sentence, and what would be right."""

    code: str
    fits: str = ""


def share_inside(points: Points, box: Box) -> float:
    """The share of points (N × 2) in a box (west, south, east, north)."""
    return float(_in_box(points, box).mean())


def _in_box(points: Points, box: Box) -> NDArray[np.bool_]:
    with np.errstate(invalid="ignore"):
        return np.asarray(((points >= np.array(box[:2])) & (points <= np.array(box[2:]))).all(axis=1))


def cause(points: Points, source: str, target: str, box: Box) -> Cause:
    """Why points in ``source`` do not land in ``box`` (of the plane ``target``): the first reading that would.

    CRS-010 axes swapped, CRS-012 degrees, CRS-011 UTM (48N differs from the 3° zone 105°00' by 364 m only: both are
    named), CRS-009 another zone, CRS-013 none of these.
    """
    if sure := sure_cause(points, source, target, box):
        return sure
    swapped = points[:, ::-1]
    if is_degrees(source):
        return Cause("CRS-013")
    for axes in (points, swapped):
        fits = [crs for crs in (*UTM, *ZONES) if fitting(axes, crs, target, box)]
        named = ", ".join(f"{crs} ({ZONES.get(crs) or UTM[crs]})" for crs in fits[:4])
        if fits:
            return Cause("CRS-011" if fits[0] in UTM else "CRS-009", named)
    return Cause("CRS-013")


def sure_cause(points: Points, source: str, target: str, box: Box) -> Cause | None:
    """CRS-010 or CRS-012: readings that are no accident even where ``box`` is as wide as the country; None: neither."""
    if not is_degrees(source) and (np.abs(points) <= (180, 180)).all():
        return Cause("CRS-012", "EPSG:4326" if fitting(points, "EPSG:4326", target, box) else "–")
    return Cause("CRS-010") if fitting(points[:, ::-1], source, target, box) else None


def fitting(points: Points, source: str, target: str, box: Box) -> bool:
    """Would most of the points, taken as ``source``, lie in the box of the plane ``target``?"""
    if is_degrees(source) and (np.abs(points) > (180, 90)).any():
        return False
    return float(lands(points, source, target, box).mean()) >= _MOST


def lands(points: Points, source: str, target: str, box: Box) -> NDArray[np.bool_]:
    """Which of the points, taken as ``source``, lie in the box of the plane ``target``?"""
    inside = np.zeros(len(points), dtype=np.bool_)
    limits = (180, 90) if is_degrees(source) else (np.inf, np.inf)
    possible = np.flatnonzero((np.abs(points) <= limits).all(axis=1))
    if len(possible):
        held = points[possible]
        bounds = [*held.min(axis=0).tolist(), *held.max(axis=0).tolist()]
        with suppress(CannotBeAnswered):
            moved = way(source, target, bounds).convert(shapely.points(held))
            inside[possible] = _in_box(shapely.get_coordinates(moved), box)
    return inside


Move = Callable[[Points], Points]


def shifts(target: str) -> dict[str, tuple[Move, ...]]:
    """Ways in which data in the VN-2000 plane ``target`` is often displaced: by name, what would bring it back.

    Each is tried in both directions, for the fault may have been made on the way in or on the way out.
    """
    there = plane(target)
    plain = pyproj.CRS.from_user_input(target)
    degrees = pyproj.Transformer.from_crs(plain, plain.geodetic_crs, always_xy=True)

    def to_wgs84(xy: Points) -> Points:
        return _coordinates(there.to_wgs84(_points(xy)))

    def from_wgs84(xy: Points) -> Points:
        return _coordinates(there.from_wgs84(_points(xy)))

    def geographic(xy: Points) -> Points:
        return np.column_stack(degrees.transform(xy[:, 0], xy[:, 1]))

    def projected(lonlat: Points) -> Points:
        return np.column_stack(degrees.transform(lonlat[:, 0], lonlat[:, 1], direction="INVERSE"))

    def by(other: pyproj.Transformer) -> tuple[Move, ...]:
        def out(xy: Points) -> Points:
            lon, lat = geographic(xy).T
            return np.column_stack(other.transform(lon, lat))

        def back(lonlat: Points) -> Points:
            return projected(np.column_stack(other.transform(lonlat[:, 0], lonlat[:, 1], direction="INVERSE")))

        return (lambda xy: back(to_wgs84(xy)), lambda xy: from_wgs84(out(xy)))

    null: tuple[Move, ...] = (lambda xy: from_wgs84(geographic(xy)), lambda xy: projected(to_wgs84(xy)))
    return {"null": null, "sign": by(_wrong_sign()), "EPSG:5194": by(_mekong())}


def _points(xy: Points) -> Any:
    return shapely.points(xy)


def _coordinates(shapes: Any) -> Points:
    return np.asarray(shapely.get_coordinates(shapes), dtype=float)


@lru_cache(maxsize=1)
def _wrong_sign() -> pyproj.Transformer:
    return pyproj.Transformer.from_pipeline(_WRONG_SIGN)


@lru_cache(maxsize=1)
def _mekong() -> pyproj.Transformer:
    """EPSG:5194, which PROJ, geopandas and PostGIS take south of 11.04°N when nobody names an operation."""
    group = pyproj.transformer.TransformerGroup(4756, 4326, always_xy=True).transformers
    return for_each_thread(next(t for t in group if "VN-2000 to WGS 84 (1)" in t.description))


def displaced(points: Points, held: Points, target: str, near: float, least: int) -> str:
    """By which of ``shifts`` do ``points`` fall on ``held`` corners when they do not as they are? "" for none.

    ``near`` m is how close a corner must come, ``least`` how many must, and five times as many as without.
    """
    if not len(points) or not len(held):
        return ""
    tree = shapely.STRtree(_points(held))

    def met(xy: Points) -> int:
        hits = tree.query(_points(xy), predicate="dwithin", distance=near)
        return len(np.unique(hits[0]))

    as_they_are = met(points)
    found = {name: max(met(move(points)) for move in moves) for name, moves in shifts(target).items()}
    best = max(found, key=lambda name: found[name])
    return best if found[best] >= least and found[best] >= 5 * as_they_are else ""
