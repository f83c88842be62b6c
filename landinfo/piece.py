"""A piece of a parcel that somebody drew or measured: as typed → ground in the parcel, m² of the certificate."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import ROUND_HALF_UP, Decimal

import shapely
from shapely.geometry.base import BaseGeometry

from landinfo import coordinates, law, overlay, strip
from landinfo.model import BadInput, CannotBeAnswered, Facts, Notice, Parcel, Problem, Query, Rule
from landinfo.overlay import ThemeShares
from landinfo.strip import Side

Corners = Sequence[tuple[str, str]]
OUTSIDE = Decimal("0.1")
"""m²: what a piece may reach over the parcel's boundary without a word."""
WITHOUT_SPLIT = "conversion_without_split"
"""The rule of law by which part of a parcel is converted without splitting it."""


@dataclass(frozen=True, slots=True)
class Cut:
    """The piece: ``area`` + ``rest`` is the area of the parcel, in m² of the certificate.

    ``outside``: m² as drawn that lie outside the parcel and are left out. ``side``: the street side (None: not known).
    ``shared``: by theme the m² of each of its rows that lie in the piece.
    """

    ground: BaseGeometry
    area: Decimal
    rest: Decimal
    outside: Decimal
    side: Side | None
    shared: Mapping[str, tuple[Decimal, ...]]

    @property
    def off_street(self) -> bool:
        """Does it lie behind the street side, so that a path leads to it over the rest?"""
        return self.side is not None and bool(shapely.distance(self.ground, self.side.shape) > strip.TOUCHES)


def cut(query: Query, facts: Facts, front: Side | None, shares: Sequence[ThemeShares]) -> Cut | None:
    """The piece that ``query`` means, of each theme's rows too; None: it means none. ``front``: the known street side.

    Raises ``BadInput``: see ``read``, ``inside``, ``strip.measured_from`` and ``strip.cut``.
    """
    if not query.of_piece:
        return None
    parcel = facts.parcel
    if query.strip is None:
        side = front
        ground, outside = inside(read(query.piece, facts.crs), parcel)
    else:
        side = strip.measured_from(query.strip, parcel.shape, front)
        ground, outside = strip.cut(query.strip, side, parcel.shape)
        if ground.area < float(OUTSIDE):
            raise BadInput("piece-no-ground", "strip")
    whole, step = overlay.whole_area(parcel), overlay.area_step(parcel.registered_area)
    area = min(_stepped(Decimal(ground.area / parcel.shape.area) * whole, step), whole)
    made = Cut(ground, area, whole - area, outside, side, {})
    shared = {s.theme.id: _of_rows(s, made, parcel) for s in shares}
    return Cut(ground, area, whole - area, outside, side, shared)


def read(corners: Corners, crs: str) -> BaseGeometry:
    """The piece in the plane ``crs`` (metres, x = easting); each corner is (X, Y) of VN-2000 or (latitude, longitude).

    Raises ``BadInput``: a corner elsewhere (with the likely cause), metres beside degrees, fewer than three corners;
    ``CannotBeAnswered``: a corner outside the territory, a boundary that crosses itself.
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
        except Problem as wrong:
            raise type(wrong)(wrong.code, f"piece, {number}", **wrong.params) from wrong
    if len(set(points)) < 3:
        raise BadInput("piece-no-ground", "piece")
    drawn = shapely.Polygon(points)
    if not shapely.is_valid(drawn):
        raise CannotBeAnswered("piece-crosses-itself", "piece")
    if drawn.area < float(OUTSIDE):
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


def notices(made: Cut, on: date, rules: Mapping[str, Rule]) -> Iterator[Notice]:
    """What of the piece the reader must know: need the parcel be split, and the path to it be converted?"""
    if made.outside > OUTSIDE:
        yield Notice("piece-clipped", {"area": made.outside}, "warning")
    if not made.rest:
        return
    value = law.in_force(rules[WITHOUT_SPLIT].values, on)
    if value is None or not value.value:
        yield Notice("piece-split-not-settled", {"day": on}, "warning")
        return
    cited = {"document": value.citation.document, "article": value.citation.article}
    yield Notice("piece-path-left-out" if made.off_street else "piece-without-split", cited)


def _of_rows(shares: ThemeShares, made: Cut, parcel: Parcel) -> tuple[Decimal, ...]:
    """m² of the piece in each row of a theme: never more than the row has, and the rest never more than the rest.

    Rows of a partition sum to the piece; those of an overlay stand alone.
    """
    rows = shares.rows
    if not rows:
        return ()
    step = overlay.area_step(parcel.registered_area)
    drawn = [float(shapely.area(overlay.common(made.ground, row.shape))) for row in rows]
    most = [min(row.area, made.area) for row in rows]
    if shares.theme.kind == "partition":
        return _within(made.area, drawn, most, step)
    scale = made.area / Decimal(made.ground.area)
    least = [max(Decimal(0), row.area - made.rest) for row in rows]
    taken = (_stepped(Decimal(area) * scale, step) for area in drawn)
    return tuple(max(low, min(area, high)) for low, area, high in zip(least, taken, most, strict=True))


def _within(total: Decimal, weights: Sequence[float], most: Sequence[Decimal], step: Decimal) -> tuple[Decimal, ...]:
    """``total`` apportioned by ``weights``, no part above its ``most`` (which together hold it)."""
    parts = list(overlay.apportion(total, weights if any(weights) else [float(m) for m in most], step))
    over = sum((max(Decimal(0), part - high) for part, high in zip(parts, most, strict=True)), Decimal(0))
    parts = [min(part, high) for part, high in zip(parts, most, strict=True)]
    for index in sorted(range(len(parts)), key=lambda i: (-weights[i], i)):
        given = min(over, most[index] - parts[index])
        parts[index] += given
        over -= given
    return tuple(parts)


def _stepped(area: Decimal, step: Decimal) -> Decimal:
    return (area / step).to_integral_value(ROUND_HALF_UP) * step
