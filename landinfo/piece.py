"""The piece of a parcel that somebody drew: corners as typed → ground in the parcel, in m² of the certificate."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from decimal import ROUND_HALF_UP, Decimal

import shapely
from shapely.geometry.base import BaseGeometry

from landinfo import coordinates, overlay
from landinfo.model import BadInput, Parcel

Corners = Sequence[tuple[str, str]]
OUTSIDE = Decimal("0.1")
"""m²: what a drawn piece may reach over the parcel's boundary without a word."""


def read(corners: Corners, crs: str) -> BaseGeometry:
    """The piece in the plane ``crs`` (metres, x = easting); each corner is (X, Y) of VN-2000 or (latitude, longitude).

    Raises ``BadInput``: a corner elsewhere (with the likely cause), metres beside degrees, fewer than three corners, a
    boundary that crosses itself.
    """
    plane = coordinates.plane(crs)
    metres = {float(north) > 400 for north, _ in corners}
    if len(metres) > 1:
        raise BadInput("piece-mixed", "piece")
    reader = coordinates.read_vn2000 if True in metres else coordinates.read_wgs84
    points = []
    for number, (north, east) in enumerate(corners, 1):
        try:
            points.append(reader(north, east, plane))
        except BadInput as wrong:
            raise BadInput(wrong.code, f"piece, {number}", **wrong.params) from wrong
    if len(set(points)) < 3:
        raise BadInput("piece-no-ground", "piece")
    drawn = shapely.Polygon(points)
    if not shapely.is_valid(drawn) or drawn.area < float(OUTSIDE):
        raise BadInput("piece-no-ground", "piece")
    return drawn


def inside(drawn: BaseGeometry, parcel: Parcel) -> tuple[BaseGeometry, Decimal]:
    """The ground of ``drawn`` in ``parcel``, and the m² (as drawn, to 0.1) that lie outside and are left out.

    Raises ``BadInput`` when nothing of it lies in the parcel.
    """
    ground = overlay.common(drawn, parcel.shape)
    if ground.area < float(OUTSIDE):
        raise BadInput("piece-outside-parcel", "piece", parcel=str(parcel.ref))
    return ground, Decimal(drawn.area - ground.area).quantize(Decimal("0.1"), ROUND_HALF_UP)


def areas(ground: BaseGeometry, grounds: Sequence[BaseGeometry], parcel: Parcel) -> tuple[Decimal, ...]:
    """The m² of the certificate that the piece has in each of ``grounds``, which do not overlap.

    Drawn areas are scaled like every other of the parcel; with the rest of the piece they sum to its own area exactly.
    """
    whole, step = overlay.whole_area(parcel), overlay.area_step(parcel.registered_area)
    scaled = Decimal(ground.area / parcel.shape.area) * whole
    total = min((scaled / step).to_integral_value(ROUND_HALF_UP) * step, whole)
    shared = [float(shapely.area(overlay.common(ground, each))) for each in grounds]
    rest = max(0.0, float(ground.area) - sum(shared))
    return overlay.apportion(total, [*shared, rest], step)[:-1]


def cut(rows: Sequence[overlay.ShareRow], ground: BaseGeometry, parcel: Parcel) -> tuple[overlay.ShareRow, ...]:
    """``rows`` of a partition as far as they lie in ``ground``."""
    found = zip(rows, areas(ground, [row.shape for row in rows], parcel), strict=True)
    return tuple(replace(row, area=area, shape=overlay.common(row.shape, ground)) for row, area in found if area > 0)
