"""Communes on a map: the ground of their parcels in squares, because the boundary of no commune is held."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

import numpy as np
import shapely

from landinfo import grid
from landinfo.model import Commune

SIDE = 250.0
"""m: the side of a square, counted from the origin of the plane."""


@dataclass(frozen=True, slots=True)
class Communes:
    """The communes of a day with their ground (shapes of the plane), the largest first."""

    shapes: Any
    named: Sequence[Mapping[str, Any]]


def gathered(
    counted: Iterable[tuple[str, str, str | None, int, int, int]], communes: Sequence[Commune], on: date
) -> Communes:
    """Each square of ``store.squares`` belongs to the commune of the day of which most parcels lie in it."""
    held: dict[tuple[int, int], dict[str, int]] = {}
    names: dict[str, str] = {}
    for code, period, now, column, row, parcels in counted:
        series, name = _commune(code, period, now, communes, on)
        names[series] = name
        here = held.setdefault((column, row), {})
        here[series] = here.get(series, 0) + parcels
    ground: dict[str, list[tuple[int, int]]] = {}
    for place, here in held.items():
        ground.setdefault(min(here, key=lambda series: (-here[series], series)), []).append(place)
    largest = sorted(ground, key=lambda series: (-len(ground[series]), series))
    shapes = np.array([_together(ground[series]) for series in largest], dtype=object)
    return Communes(shapes, [{"commune": series, "name": names[series]} for series in largest])


Said = Mapping[str, Sequence[Any]]


def placed(held: Communes, z: int, x: int, y: int, crs: str) -> tuple[Any, Said, Any, Said]:
    """Of a tile the areas of communes and what they say, and the same of labels, at a point (n × 2) inside each."""
    anchors = grid.columns(shapely.get_coordinates(shapely.point_on_surface(held.shapes)).T, z, x, y, crs)
    here = np.flatnonzero(grid.inside(anchors, z))
    room = grid.room(shapely.bounds(held.shapes).reshape(-1, 4).T)[here]
    said = {key: [each[key] for each in held.named] for key in ("commune", "name")}
    labels = {key: [values[i] for i in here.tolist()] for key, values in said.items()}
    return grid.drawn(held.shapes, z, x, y, crs), said, anchors[:, here].T, {**labels, "room": room.tolist()}


def _together(places: Sequence[tuple[int, int]]) -> Any:
    corner = np.array(places) * SIDE
    return shapely.coverage_union_all(shapely.box(*corner.T, *(corner + SIDE).T))


def _commune(code: str, period: str, now: str | None, communes: Sequence[Commune], on: date) -> tuple[str, str]:
    """``code@period`` and name of the commune in which ground of a map series lies on a day."""
    own = next((c for c in communes if (c.code, c.period) == (code, period)), None)
    if own is None:
        return f"{code}@{period}", code
    ended = own.effective_to is not None and own.effective_to <= on
    later = [c for c in communes if ended and c.code == now and c.effective_from >= (own.effective_to or on)]
    there = [c for c in later if c.effective_from <= on and (c.effective_to is None or on < c.effective_to)]
    found = there[0] if there else own
    return found.series, found.name
