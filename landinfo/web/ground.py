"""What a store holds, for the front page: where the map begins, an example, the communes to choose from."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from threading import Lock
from typing import Any

import shapely
from shapely.geometry.base import BaseGeometry

from landinfo import coordinates, plain, search, squares
from landinfo.model import Commune, Parcel
from landinfo.store import Box, Store

_DAYS_HELD = 4
_EVERYWHERE: Box = (-2e7, -2e7, 2e7, 2e7)
_FIRST = 2000
"""Parcels whose place stands for the whole when no coverage is recorded."""
_SMOOTHED = 0.5
"""Metres by which the outline of the ground may be simplified."""


@dataclass(frozen=True, slots=True)
class Ground:
    """The ground on which something is held, as GeoJSON (None: nowhere), and where the map begins.

    ``box`` is (west, south, east, north) in degrees of the largest piece, ``whole`` of all; ``example`` one of the
    parcels there, to show how a parcel is written.
    """

    outline: dict[str, Any] | None
    box: Box | None
    example: Parcel | None
    whole: Box | None = None


def read(store: Store, themes: Sequence[str], day: date) -> Ground:
    """Where ``store`` holds data on a day: the parcels' coverage, or the themes', or where the first parcels lie."""
    whole = _held(store, themes, day)
    if whole is None:
        return Ground(None, None, None)
    crs = store.facts().crs
    largest = max(shapely.get_parts(whole), key=lambda piece: float(shapely.area(piece)))
    box, all_of = (coordinates.plane(crs).to_wgs84(ground).bounds for ground in (largest, whole))
    return Ground(plain.geometry(whole, crs), box, _example(largest, store, day), all_of)


def _held(store: Store, themes: Sequence[str], day: date) -> BaseGeometry | None:
    for layers in (["parcels"], themes):
        held = [c.shape for name in layers for c in store.layer(name, _EVERYWHERE, day, day).coverage]
        if held:
            return shapely.simplify(shapely.union_all(held), _SMOOTHED)
    first = store.parcels_in(_EVERYWHERE, day, day, limit=_FIRST)
    return shapely.box(*shapely.total_bounds([p.shape for p in first])) if first else None


def _example(whole: BaseGeometry, store: Store, day: date) -> Parcel | None:
    middle = shapely.point_on_surface(whole)
    for reach in (50, 200, 800):
        around: Box = (middle.x - reach, middle.y - reach, middle.x + reach, middle.y + reach)
        found = store.parcels_in(around, day, day, limit=50)
        if found:
            return next((p for p in found if len(p.land_uses) > 1), found[0])
    return None


class CommuneGround:
    """The communes' ground of the days asked last: it is counted from all parcels, and every tile of a map wants it."""

    def __init__(self) -> None:
        self._held: dict[tuple[str, date], squares.Communes] = {}
        self._one = Lock()

    def on(self, version: str, on: date, known: date, mark: str, store: Store) -> squares.Communes:
        """As known: ``version`` names what is published then, ``mark`` is the store's, read before."""
        with self._one:
            held = self._held.get((version, on))
            if held is None:
                held = squares.gathered(store.squares(squares.SIDE, on, known), store.communes()[0], on)
                if store.mark() == mark:  # else published meanwhile: of which version they are nobody can say
                    while len(self._held) >= _DAYS_HELD:
                        self._held.pop(next(iter(self._held)))
                    self._held[version, on] = held
            return held


def communes(store: Store, day: date) -> tuple[list[tuple[str, str]], list[tuple[str, str]]]:
    """(value, name) of the communes of the day and of those that ended, each in the order of their folded names."""
    known, _ = store.communes()
    now = [c for c in known if c.effective_from <= day and (c.effective_to is None or day < c.effective_to)]
    past = [c for c in known if c.effective_to is not None and c.effective_to <= day]
    return (
        [(c.code, c.name) for c in sorted(now, key=_by_name)],
        [(c.series, _past_name(c)) for c in sorted(past, key=_by_name)],
    )


def _by_name(commune: Commune) -> tuple[str, str, str]:
    return search.fold(commune.names[-1][2]), commune.code, commune.period


def _past_name(commune: Commune) -> str:
    last = commune.effective_to - timedelta(days=1) if commune.effective_to else None
    where = f", {commune.district}" if commune.district else ""
    return f"{commune.name}{where}" + (f" (–{last:%d/%m/%Y})" if last else "")
