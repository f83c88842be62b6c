"""From the coordinate system of somebody's file into the plane of a store, by one operation for the whole file.

VN-2000 is recognised by its datum or by its parameters, whatever the file calls itself, and goes by EPSG:6960 like
everything else here. Systems of one datum are converted without a datum step (a US survey foot is exactly
1200/3937 m there).
"""

from __future__ import annotations

import re
import warnings
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pyproj
import shapely
from pyproj.aoi import AreaOfInterest
from pyproj.transformer import TransformerGroup

from landinfo.coordinates import DEFAULT_CRS, plane
from landinfo.model import CannotBeAnswered

Convert = Callable[[Any], Any]

_VN2000 = re.compile(r"vietnam[ _]?2000|vn[-_ ]?2000", re.IGNORECASE)
_HN72 = re.compile(r"ha[ _]?noi[ _]?(19)?72|hn[-_ ]?(19)?72", re.IGNORECASE)
_WGS84_NAME = re.compile(r"wgs[ _]?(19)?84|world[ _]geodetic", re.IGNORECASE)
TM3 = (5896, 5897, 5898, 5899, *range(9205, 9219))
"""EPSG codes of the VN-2000 TM-3 zones."""
_VN2000_SHIFT = (-191.904, -39.303, -111.450)
"""m: the first parameters of Decision 05/2007; the rotations after them are often written with the wrong sign."""
_WGS84 = pyproj.CRS.from_epsg(4326)


@dataclass(frozen=True, slots=True)
class Way:
    """How the shapes of a file come into a plane.

    ``convert`` takes and gives a shape or an array of shapes (x = easting or longitude first). ``source`` is the
    file's system by code or name; ``operation`` is "" where the coordinates stay as they are; ``accuracy`` is in m
    (0: no datum step, None: not stated).
    """

    source: str
    operation: str
    accuracy: float | None
    convert: Convert


def way(source: str, target: str, bounds: Sequence[float]) -> Way:
    """The way from ``source`` (``EPSG:…`` or WKT, compound too) into the plane ``target`` (``EPSG:…``).

    ``bounds`` are (min x, min y, max x, max y) of the data in the source system: of several operations the best for
    that place is taken. Raises ``CannotBeAnswered``: ``crs-not-readable``, or ``crs-no-way`` where PROJ would guess.
    """
    given, goal = _flat(source), _flat(target)
    bare, name = _unbound(given), name_of(source)
    from_vn2000, to_vn2000 = _is_vn2000(given), _is_vn2000(goal)
    if bare.equals(goal, ignore_axis_order=True) or (from_vn2000 and to_vn2000 and _same_projection(bare, goal)):
        return Way(name, "", 0.0, lambda shapes: shapes)
    if from_vn2000 and to_vn2000:
        return Way(name, "VN-2000", 0.0, _chain(_to_degrees(bare), _from_degrees(goal)))
    if from_vn2000:
        pinned = _chain(_to_degrees(bare), _from_degrees(_flat(DEFAULT_CRS)), plane().to_wgs84)
        step, operation, _ = _best(_WGS84, goal, (), name)
        return Way(name, f"EPSG:6960 + {operation}", 1.0, _chain(pinned, step))
    if to_vn2000:
        step, operation, accuracy = _best(given, _WGS84, bounds, name)
        accuracy = None if accuracy is None else accuracy + 1.0
        return Way(name, f"{operation} + EPSG:6960", accuracy, _chain(step, plane(target).from_wgs84))
    convert, operation, accuracy = _best(given, goal, bounds, name)
    return Way(name, operation, accuracy, convert)


def is_degrees(source: str) -> bool:
    """Are the numbers of this system longitudes and latitudes? Raises ``CannotBeAnswered``."""
    return bool(_flat(source).is_geographic)


def same(one: str, other: str) -> bool:
    """Do two definitions mean the same place on earth (heights and axis order aside)? Raises ``CannotBeAnswered``."""
    return bool(_unbound(_flat(one)).equals(_unbound(_flat(other)), ignore_axis_order=True))


def name_of(source: str) -> str:
    """``EPSG:2227`` where the system is a known one, else its own name. Raises ``CannotBeAnswered``."""
    flat = _unbound(_flat(source))
    code = flat.to_epsg(min_confidence=70)
    return f"EPSG:{code}" if code else str(flat.name)


def is_hn72(source: str) -> bool:
    """Does this name Hanoi 1972 (Krassovsky, Gauss-Krüger), which went before VN-2000?"""
    if _HN72.search(source):
        return True
    try:
        base = _unbound(_flat(source)).geodetic_crs
    except CannotBeAnswered:
        return False
    return bool(base and any(_HN72.search(str(n)) for n in (base.name, base.datum.name if base.datum else "")))


def lost_datum(source: str) -> str:
    """The VN-2000 TM-3 zone (``EPSG:…``) whose projection a system has on the datum WGS 84; "" for any other system.

    Nobody projects WGS 84 so: MapInfo's and other programs' files lose the datum of VN-2000, and with it 226 m.
    Raises ``CannotBeAnswered``.
    """
    bare = _unbound(_flat(source))
    base = bare.geodetic_crs
    names = (base.name, base.datum.name if base.datum else "") if base else ()
    if not bare.is_projected or _is_vn2000(_flat(source)) or not any(_WGS84_NAME.search(str(n)) for n in names):
        return ""
    return next((f"EPSG:{zone}" for zone in TM3 if _same_projection(bare, pyproj.CRS.from_epsg(zone))), "")


def _flat(source: str) -> pyproj.CRS:
    """The horizontal part of a system. One that is bound by a grid would have PROJ look for a file: not read."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", FutureWarning)  # +init=epsg:…
            given = pyproj.CRS.from_user_input(source)
        given = given.sub_crs_list[0] if given.is_compound else given
        given = given if given.is_bound else given.to_2d()
    except pyproj.exceptions.CRSError as wrong:
        raise CannotBeAnswered("crs-not-readable", "crs", crs=source[:60]) from wrong
    if not (given.is_projected or given.is_geographic):
        raise CannotBeAnswered("crs-not-readable", "crs", crs=str(given.name)[:60])
    if given.is_bound and not all(isinstance(v, float) for v in _shift(given)):
        raise CannotBeAnswered("crs-not-readable", "crs", crs=source[:60])
    return given


def _unbound(given: pyproj.CRS) -> pyproj.CRS:
    return given.source_crs.to_2d() if given.is_bound and given.source_crs else given


def _shift(given: pyproj.CRS) -> list[Any]:
    """The parameters by which a system is bound to WGS 84: numbers, or the name of a grid file."""
    operation: Any = given.coordinate_operation if given.is_bound else None
    return [p.value for p in operation.params] if operation else []


def _is_vn2000(given: pyproj.CRS) -> bool:
    shift = _shift(given)[:3]
    if len(shift) == 3 and all(abs(a - b) < 0.01 for a, b in zip(shift, _VN2000_SHIFT, strict=True)):
        return True
    base = _unbound(given).geodetic_crs
    return bool(base and any(_VN2000.search(str(n)) for n in (base.name, base.datum.name if base.datum else "")))


def _same_projection(one: pyproj.CRS, other: pyproj.CRS) -> bool:
    a, b = (_operation(crs) for crs in (one, other))
    if not (a and b):
        return one.is_geographic and other.is_geographic
    units = {axis.unit_conversion_factor for axis in (*one.axis_info, *other.axis_info)}
    values = [{p.name: p.value * p.unit_conversion_factor for p in op.params} for op in (a, b)]
    close = values[0].keys() == values[1].keys() and all(abs(values[0][k] - values[1][k]) < 1e-9 for k in values[0])
    return a.method_name == b.method_name and close and len(units) == 1


def _operation(given: pyproj.CRS) -> Any:
    return given.coordinate_operation


def _to_degrees(given: pyproj.CRS) -> Convert:
    return _by(pyproj.Transformer.from_crs(given, given.geodetic_crs, always_xy=True))


def _from_degrees(goal: pyproj.CRS) -> Convert:
    return _by(pyproj.Transformer.from_crs(goal.geodetic_crs, goal, always_xy=True))


def _by(transformer: pyproj.Transformer) -> Convert:
    return lambda shapes: shapely.transform(
        shapes, lambda xy: np.column_stack(transformer.transform(xy[:, 0], xy[:, 1]))
    )


def _chain(*steps: Convert) -> Convert:
    def all_steps(shapes: Any) -> Any:
        for step in steps:
            shapes = step(shapes)
        return shapes

    return all_steps


def _best(given: pyproj.CRS, goal: pyproj.CRS, bounds: Sequence[float], name: str) -> tuple[Convert, str, float | None]:
    """One operation for the whole file; a ballpark one (datum ignored: up to hundreds of metres) is no way."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", UserWarning)  # "a grid is missing": the accuracy says what that costs
        found = TransformerGroup(
            given, goal, always_xy=True, allow_ballpark=False, area_of_interest=_area(given, bounds)
        ).transformers
    if not found:
        raise CannotBeAnswered("crs-no-way", "crs", crs=name, target=name_of(goal.to_wkt()))
    best = found[0]
    return _by(best), str(best.description), best.accuracy if best.accuracy >= 0 else None


def _area(given: pyproj.CRS, bounds: Sequence[float]) -> Any:
    if len(bounds) != 4 or not given.geodetic_crs:
        return None
    corners = np.array([(bounds[i], bounds[j]) for i in (0, 2) for j in (1, 3)])
    lon, lat = pyproj.Transformer.from_crs(_unbound(given), given.geodetic_crs, always_xy=True).transform(*corners.T)
    if not (np.isfinite(lon).all() and np.isfinite(lat).all() and (np.abs(lat) <= 90).all()):
        return None
    return AreaOfInterest(float(min(lon)), float(min(lat)), float(max(lon)), float(max(lat)))
