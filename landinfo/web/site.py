"""What one running application holds: settings, store, rulebook, clock. Made once, only read afterwards."""

from __future__ import annotations

import shapely
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from flask import current_app

from landinfo import coordinates, plain, search
from landinfo.model import Commune, Parcel, Rulebook
from landinfo.store import Box, Store
from landinfo.web.settings import Settings

_EVERYWHERE: Box = (-2e7, -2e7, 2e7, 2e7)
_NEAR = 60.0
"""Metres around a point of the held ground in which an example parcel is looked for."""


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
    """The ground on which parcels are held, in WGS 84: GeoJSON (None: nowhere) and its box (west, south, east, north)."""

    outline: dict[str, Any] | None
    box: Box | None
    example: Parcel | None


def ground(here: Site) -> Ground:
    """Where this store has parcels today, and one of them to show how a parcel is written."""
    today = here.today()
    held = [c.shape for c in here.store.layer("parcels", _EVERYWHERE, today, today).coverage]
    if not held:
        return Ground(None, None, None)
    whole = shapely.union_all(held)
    crs = here.store.facts().crs
    middle = shapely.point_on_surface(whole)
    around: Box = (middle.x - _NEAR, middle.y - _NEAR, middle.x + _NEAR, middle.y + _NEAR)
    found = here.store.parcels_in(around, today, today, limit=50)
    lonlat = coordinates.plane(crs).to_wgs84(whole)
    west, south, east, north = lonlat.bounds
    return Ground(plain.geometry(whole, crs), (west, south, east, north), found[0] if found else None)


def commune_choices(here: Site) -> tuple[list[tuple[str, str]], list[tuple[str, str]]]:
    """(value, name) of the communes of today and of those that ended, each in the order of their folded names."""
    communes, _ = here.store.communes()
    today = here.today()
    now = [c for c in communes if c.effective_from <= today and (c.effective_to is None or today < c.effective_to)]
    past = [c for c in communes if c.effective_to is not None and c.effective_to <= today]
    ordered = lambda rows: sorted(rows, key=lambda c: (search.fold(c.names[-1][2]), c.code, c.period))  # noqa: E731
    return [(c.code, c.name) for c in ordered(now)], [(c.series, _past_name(c)) for c in ordered(past)]


def _past_name(commune: Commune) -> str:
    last = commune.effective_to - timedelta(days=1) if commune.effective_to else None
    where = f", {commune.district}" if commune.district else ""
    return f"{commune.name}{where}" + (f" (–{last:%d/%m/%Y})" if last else "")
