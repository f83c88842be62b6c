"""What one running application holds: settings, store, rulebook, clock. Made once, only read afterwards."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

import shapely
from flask import current_app
from shapely.geometry.base import BaseGeometry

from landinfo import coordinates, plain, search
from landinfo.model import Commune, Parcel, Rulebook
from landinfo.store import Box, Store
from landinfo.web.settings import Settings

_EVERYWHERE: Box = (-2e7, -2e7, 2e7, 2e7)
_FIRST = 2000
"""Parcels whose place stands for the whole when no coverage is recorded."""


@dataclass(frozen=True, slots=True)
class Site:
    """The parts every request uses. ``today`` gives the day when a question names none."""

    settings: Settings
    store: Store
    rulebook: Rulebook
    today: Callable[[], date]


def site() -> Site:
    """The running application's parts."""
    found: Site = current_app.extensions["landinfo"]
    return found


@dataclass(frozen=True, slots=True)
class Ground:
    """The ground on which something is held, as GeoJSON (None: nowhere), and where the map begins.

    ``box`` is (west, south, east, north) in degrees of the largest piece; ``example`` one of the parcels there, to show
    how a parcel is written.
    """

    outline: dict[str, Any] | None
    box: Box | None
    example: Parcel | None


def ground(here: Site) -> Ground:
    """Where this store holds data today: the parcels' coverage, or the themes', or where the first parcels lie."""
    whole = _held(here)
    if whole is None:
        return Ground(None, None, None)
    crs = here.store.facts().crs
    largest = max(shapely.get_parts(whole), key=lambda piece: float(shapely.area(piece)))
    west, south, east, north = coordinates.plane(crs).to_wgs84(largest).bounds
    return Ground(plain.geometry(whole, crs), (west, south, east, north), _example(largest, here))


def _held(here: Site) -> BaseGeometry | None:
    today = here.today()
    for layers in (("parcels",), tuple(here.rulebook.themes)):
        held = [c.shape for name in layers for c in here.store.layer(name, _EVERYWHERE, today, today).coverage]
        if held:
            return shapely.simplify(shapely.union_all(held), 0.5)
    first = here.store.parcels_in(_EVERYWHERE, today, today, limit=_FIRST)
    return shapely.box(*shapely.total_bounds([p.shape for p in first])) if first else None


def _example(whole: BaseGeometry, here: Site) -> Parcel | None:
    today, middle = here.today(), shapely.point_on_surface(whole)
    for reach in (50, 200, 800):
        around: Box = (middle.x - reach, middle.y - reach, middle.x + reach, middle.y + reach)
        found = here.store.parcels_in(around, today, today, limit=50)
        if found:
            return next((p for p in found if len(p.land_uses) > 1), found[0])
    return None


def commune_choices(here: Site) -> tuple[list[tuple[str, str]], list[tuple[str, str]]]:
    """(value, name) of the communes of today and of those that ended, each in the order of their folded names."""
    communes, _ = here.store.communes()
    today = here.today()
    now = [c for c in communes if c.effective_from <= today and (c.effective_to is None or today < c.effective_to)]
    past = [c for c in communes if c.effective_to is not None and c.effective_to <= today]
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
