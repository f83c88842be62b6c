"""A piece of a parcel measured from its street side: metres along and behind it → ground.

The street side is the one by which the parcel got its price (``found`` of its price zones says which way it looks and
how long it is), or the one that the asker names by its wind. A side that cannot be told from another is never guessed.
Metres in the plane of the store, x = easting; winds as in ``direction``.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal

import numpy as np
import shapely
from numpy.typing import NDArray
from shapely import LineString, Polygon
from shapely.geometry.base import BaseGeometry

from landinfo import direction, overlay
from landinfo.model import BadInput, PriceZone, Strip

CORNER = 0.35
"""Sine of the angle (about 20°) from which a boundary turns into another side, as in ``data/rules/zones.toml``."""
ALIKE = 0.6
"""m: a side is the front when it is as long as that to within this: what lies 0.5 m from a way is on it."""
_Corner = list[float]
LEAST_SIDE = 1.4
"""m: a shorter side is no front (``data/rules/zones.toml``)."""
TOUCHES = 0.5
"""m: ground no farther than this from the street side lies on it (``data/rules/zones.toml``)."""


@dataclass(frozen=True, slots=True)
class Side:
    """The side of a parcel that a piece is measured from. ``told``: the asker named it, the price zones did not."""

    shape: LineString
    faces: str
    told: bool

    @property
    def length(self) -> float:
        return float(self.shape.length)


def sides(lot: BaseGeometry) -> tuple[LineString, ...]:
    """The outer boundary of a parcel, parted where it turns by more than about 20°."""
    return tuple(LineString(side) for side in _runs(lot))


def _runs(lot: BaseGeometry) -> list[list[_Corner]]:
    rings = [shapely.get_exterior_ring(part) for part in shapely.get_parts(lot) if isinstance(part, Polygon)]
    return [run for ring in rings for run in _parted(shapely.get_coordinates(ring).tolist()[:-1])]


def _parted(drawn: list[_Corner]) -> list[list[_Corner]]:
    corners = [corner for n, corner in enumerate(drawn) if corner != drawn[n - 1]]
    ways = [(x - a, y - b) for (x, y), (a, b) in zip([*corners[1:], *corners[:1]], corners, strict=True)]
    legs = [(x / length, y / length) for x, y in ways for length in (math.hypot(x, y),)]
    turns = [
        n
        for n, (x, y) in enumerate(legs)
        for a, b in (legs[n - 1],)
        if abs(a * y - b * x) > CORNER or a * x + b * y < 0
    ]
    if len(turns) < 2:
        return []
    round_ = corners + corners
    spans = zip(turns, [*turns[1:], turns[0] + len(corners)], strict=True)
    return [round_[first : last + 1] for first, last in spans]


def found(lot: BaseGeometry, zones: Iterable[PriceZone]) -> Side | None:
    """The side by which the price zones of a parcel were found; None: they do not say, or two sides could be meant."""
    said = {(z.found.get("faces", ""), z.found.get("frontage_m", "")) for z in zones}
    if len(said) != 1:
        return None
    ((faces, length),) = said
    if faces not in direction.COMPASS or not _is_length(length):
        return None
    told = float(length)
    runs = [run for run in _runs(lot) if abs(sum(map(math.dist, run, run[1:])) - told) < ALIKE]
    alike = [side for side in map(LineString, runs) if direction.of_side(side, lot) == faces]
    return Side(alike[0], faces, told=False) if len(alike) == 1 else None


def _is_length(text: str) -> bool:
    try:
        return math.isfinite(float(text))
    except ValueError:
        return False


def _looking(faces: str, lot: BaseGeometry) -> list[LineString]:
    return [side for side in sides(lot) if direction.of_side(side, lot) == faces]


def measured_from(strip: Strip, lot: BaseGeometry, front: Side | None) -> Side:
    """The street side of ``strip``: ``front``, or the one that is told.

    Raises ``BadInput``: it is not known and not told, or the parcel has none there.
    """
    if not strip.faces or (front and front.faces == strip.faces):
        if front is None:
            raise BadInput("strip-front-not-known", "strip.faces", faces=_winds(lot))
        return front
    looking = [side for side in _looking(strip.faces, lot) if side.length >= LEAST_SIDE]
    if not looking:
        raise BadInput("strip-no-such-side", "strip.faces", faces=_winds(lot))
    return Side(_outermost(looking, strip.faces), strip.faces, told=True)


def _outermost(looking: Sequence[LineString], wind: str) -> LineString:
    """The street lies before the side that is farthest out; of those beside one another before the longest."""
    turned = math.radians(45 * direction.COMPASS.index(wind))
    out = [float(np.mean(shapely.get_coordinates(s) @ (math.sin(turned), math.cos(turned)))) for s in looking]
    beside = [side for side, far in zip(looking, out, strict=True) if far > max(out) - TOUCHES]
    return max(beside, key=lambda side: float(side.length))


def _winds(lot: BaseGeometry) -> tuple[str, ...]:
    """The winds that sides of a parcel look to, clockwise from the north."""
    looked = {direction.of_side(side, lot) for side in sides(lot) if side.length >= LEAST_SIDE}
    return tuple(wind for wind in direction.COMPASS if wind in looked)


def cut(strip: Strip, side: Side, lot: BaseGeometry) -> tuple[BaseGeometry, Decimal]:
    """The ground of ``strip`` in the parcel, and the m² (as drawn, to 0.1) of its frame that lie outside.

    A width is measured from the end of the ground in that depth, so that a parcel that widens behind is measured there.
    Raises ``BadInput``: the parcel ends before the piece begins.
    """
    frame = _Frame(side, lot)
    street, back = frame.depths(side.shape)[0] - TOUCHES, frame.depths(lot)[1]
    near = float(strip.start) if strip.start else street
    far = back + 1 if strip.depth is None else float(strip.start + strip.depth)
    if near >= back:
        raise BadInput("strip-beyond-parcel", "strip.from", start=strip.start, depth=round(back, 1))
    left, right = frame.widths(lot)
    band = overlay.common(frame.box(left - 1, right + 1, near, far), lot)
    if shapely.is_empty(band):
        raise BadInput("strip-beyond-parcel", "strip.from", start=strip.start, depth=round(back, 1))
    if strip.width is None:
        return band, Decimal("0.0")
    left, right = frame.widths(band)
    wide = float(strip.width)
    begins = {"left": left, "middle": (left + right - wide) / 2, "right": right - wide}[strip.end]
    ground = overlay.common(frame.box(begins, begins + wide, near, far), lot)
    missing = 0.0 if strip.depth is None else max(0.0, wide * float(strip.depth) - float(ground.area))
    return ground, Decimal(missing).quantize(overlay.TENTH)


class _Frame:
    """Metres seen from the street: to the right along its side, and into the parcel square to it."""

    def __init__(self, side: Side, lot: BaseGeometry) -> None:
        first, last = shapely.get_coordinates(side.shape)[[0, -1]]
        along = (last - first) / math.dist(first, last)
        inward = np.array([-along[1], along[0]])
        if _looks_out(side.shape, inward, lot):
            inward = -inward
        self.origin = first
        self.axes = np.array([[inward[1], -inward[0]], inward])

    def _seen(self, shape: BaseGeometry) -> NDArray[np.float64]:
        seen: NDArray[np.float64] = (shapely.get_coordinates(shape) - self.origin) @ self.axes.T
        return seen

    def widths(self, shape: BaseGeometry) -> tuple[float, float]:
        across = self._seen(shape)[:, 0]
        return float(across.min()), float(across.max())

    def depths(self, shape: BaseGeometry) -> tuple[float, float]:
        behind = self._seen(shape)[:, 1]
        return float(behind.min()), float(behind.max())

    def box(self, left: float, right: float, near: float, far: float) -> Polygon:
        corners = np.array([[left, near], [right, near], [right, far], [left, far]])
        return Polygon(corners @ self.axes + self.origin)


def _looks_out(side: LineString, inward: NDArray[np.float64], lot: BaseGeometry) -> bool:
    middle = side.interpolate(0.5, normalized=True)
    return not lot.intersects(shapely.Point(middle.x + 0.05 * inward[0], middle.y + 0.05 * inward[1]))
