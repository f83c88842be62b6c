"""From the coordinate system of somebody's file into the plane of a store, by one operation for the whole file.

VN-2000 is recognised by its datum or by its seven parameters, whatever the file calls itself, and goes by EPSG:6960
like everything else here. Systems of one datum are converted without a datum step (a US survey foot is exactly
1200/3937 m there).
"""

from __future__ import annotations

import re
import warnings
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
import pyproj
from numpy.typing import NDArray
from pyproj.aoi import AreaOfInterest
from pyproj.transformer import TransformerGroup

from landinfo.coordinates import plane
from landinfo.model import CannotBeAnswered

Points = NDArray[np.float64]
Convert = Callable[[Points], Points]

_VN2000 = re.compile(r"vietnam[ _]?2000|vn[-_ ]?2000", re.IGNORECASE)
_VN2000_SHIFT = (-191.904, -39.303, -111.450)
"""m: the first three parameters of Decision 05/2007; the rotations are often written with the wrong sign."""


@dataclass(frozen=True, slots=True)
class Way:
    """How coordinates of a file come into a plane. ``convert`` takes and gives an (n, 2) array, x = easting first.

    ``source`` is the file's system by code or name; ``operation`` is "" where nothing is to be done; ``accuracy`` m of
    the datum step (0: none, None: not stated).
    """

    source: str
    operation: str
    accuracy: float | None
    convert: Convert


def way(source: str, target: str, bounds: Sequence[float]) -> Way:
    """The way from ``source`` (``EPSG:…`` or WKT, compound too) into the plane ``target``.

    ``bounds`` are (min x, min y, max x, max y) of the data in the source system: the operation is the best for that
    place. Raises ``CannotBeAnswered`` ``crs-not-readable`` or ``crs-no-way``: only a guess would lead there.
    """
    given, goal = _flat(source), pyproj.CRS.from_user_input(target)
    vn2000, given = _is_vn2000(given), _unbound(given)
    name = _name(given)
    if given.equals(goal, ignore_axis_order=True) or (vn2000 and _is_vn2000(goal) and _same_projection(given, goal)):
        return Way(name, "", 0.0, lambda xy: xy)
    if vn2000 and _is_vn2000(goal):
        return Way(name, "VN-2000 → VN-2000", 0.0, _chain(_steps(_to_geographic(given)), _steps(_from_geographic(goal))))
    if vn2000:
        pinned = plane()
        through = _from_geographic(pyproj.CRS.from_user_input(pinned.crs))
        to_wgs84 = _steps(_to_geographic(given)), _steps(through), _by(pinned.point_array_to_wgs84)
        return Way(name, "EPSG:6960", 1.0, _chain(*to_wgs84, _best("EPSG:4326", goal, bounds, name)[0]))
    if _is_vn2000(goal):
        first, operation, _ = _best(given, pyproj.CRS.from_epsg(4326), bounds, name)
        return Way(name, f"{operation} + EPSG:6960", 1.0, _chain(first, _by(plane(target).point_array_from_wgs84)))
    convert, operation, accuracy = _best(given, goal, bounds, name)
    return Way(name, operation, accuracy, convert)


def is_geographic(source: str) -> bool:
    """Are the numbers of this system degrees?"""
    return bool(_flat(source).is_geographic)


def same(one: str, other: str) -> bool:
    """Do two definitions mean the same system on the ground (compound parts and axis order aside)?"""
    return _flat(one).equals(_flat(other), ignore_axis_order=True)
