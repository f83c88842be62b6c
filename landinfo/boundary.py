"""The corners of a parcel as a table, in the order and axes of Vietnamese papers: X is the northing, Y the easting."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import shapely
from shapely.geometry.base import BaseGeometry


@dataclass(frozen=True, slots=True)
class Corner:
    """``x`` northing and ``y`` easting in metres of the store's plane; ``length``: of the edge to the next, m.

    ``outward`` is a direction away from the parcel's ground, (east, north), for a label.
    """

    point: int
    x: float
    y: float
    length: float
    outward: tuple[float, float]


@dataclass(frozen=True, slots=True)
class Ring:
    """A closed line: of ``piece`` (from 1) the outline (``hole`` 0) or one of its holes (from 1).

    Corners go clockwise from the most north-western one, the last edge leads back to the first corner. Points are
    numbered on through all rings.
    """

    piece: int
    hole: int
    corners: tuple[Corner, ...]


def rings(shape: BaseGeometry) -> tuple[Ring, ...]:
    """The rings of a polygon or of several, in the shape's own order; nothing of lines and points."""
    found: list[Ring] = []
    number = 1
    polygons = [p for p in shapely.get_parts(shape) if isinstance(p, shapely.Polygon)]
    for piece, polygon in enumerate(polygons, 1):
        for hole, line in enumerate((polygon.exterior, *polygon.interiors)):
            places = _clockwise([(float(x), float(y)) for x, y, *_ in line.coords])
            found.append(Ring(piece, hole, tuple(_corners(places, number, inward=hole > 0))))
            number += len(places)
    return tuple(found)


def _clockwise(closed: Sequence[tuple[float, float]]) -> list[tuple[float, float]]:
    """Without the closing corner and corners that stand on the one before; from the north-west."""
    places = [place for place, before in zip(closed[1:], closed, strict=False) if place != before]
    if sum(a[0] * b[1] - b[0] * a[1] for a, b in zip(places, [*places[1:], places[0]], strict=True)) > 0:
        places.reverse()
    first = max(range(len(places)), key=lambda n: (places[n][1] - places[n][0], places[n][1]))
    return places[first:] + places[:first]


def _corners(places: Sequence[tuple[float, float]], number: int, inward: bool) -> Iterator[Corner]:
    for n, (east, north) in enumerate(places):
        before, after = places[n - 1], places[(n + 1) % len(places)]
        arriving, leaving = _unit(before, (east, north)), _unit((east, north), after)
        # clockwise, the ground lies to the right of an outline; the hole lies to the right of its line
        across = -(arriving[1] + leaving[1]), arriving[0] + leaving[0]
        size = math.hypot(*across) or 1.0
        side = -1 if inward else 1
        outward = across[0] / size * side, across[1] / size * side
        yield Corner(number + n, north, east, math.dist((east, north), after), outward)


def _unit(start: tuple[float, float], end: tuple[float, float]) -> tuple[float, float]:
    length = math.dist(start, end) or 1.0
    return (end[0] - start[0]) / length, (end[1] - start[1]) / length
