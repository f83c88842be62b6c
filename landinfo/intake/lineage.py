"""Lineage of a load and between editions, by the limits of ``data/lineage.toml``."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path

import numpy as np
import shapely

from landinfo.lineage import Limits, Shared, links, shared, within
from landinfo.model import Edition, Link, Parcel, Refused, State
from landinfo.store import Box, Load, Store

DATA = Path(__file__).resolve().parent.parent.parent / "data"
WINDOW = 4000.0
"""m: the side of the squares in which two editions are compared, so that memory does not grow with them."""


def read_limits(folder: Path = DATA) -> Limits:
    """Raises ``Refused``: the file cannot be read or an entry is wrong."""
    path = folder / "lineage.toml"
    try:
        raw = tomllib.loads(path.read_text("utf-8"))["link"]
        return Limits(float(raw["shared_area"]), float(raw["shared_ratio"]), float(raw["same_ratio"]))
    except (OSError, ValueError, KeyError, TypeError) as wrong:
        raise Refused("data-file", str(path), entry="link", wrong=str(wrong)) from wrong


def linked(load: Load, limits: Limits) -> Load:
    """The load with the links of its own days."""
    return replace(load, links=within(load.parcels, limits, load.edition.id)) if load.parcels else load


def between(store: Store, edition: Edition, first: date, states: Sequence[State], limits: Limits) -> list[Link]:
    """The links from the editions that ``states`` change to ``edition`` of this store, which speaks from ``first`` on.

    Where the old one goes on for days before, its last parcels become the first of the new one. Where the new one takes
    its place for all days, the numbers that are in it no more lead to what now stands on their ground, from the day on
    which they stood there.
    """
    found: list[Shared] = []
    for state in states if edition.layer == "parcels" else ():
        for before, after in _windows(store, state.edition, edition.id):
            if state.known:
                found += _handed_on(before, after, first, limits)
            else:
                found += _corrected(before, after, edition.effective_from, limits)
    return links(found, edition.id)


def _windows(store: Store, old: str, new: str) -> Iterator[tuple[list[Parcel], list[Parcel]]]:
    """The parcels of ``old`` square by square, each once, with those of ``new`` around them."""
    for box in squares(store, old):
        own = [p for p in store.content(old, box).parcels if lies_in(box, p.shape.bounds)]
        if own:
            edges = shapely.total_bounds(np.array([p.shape for p in own], dtype=object)).tolist()
            yield own, list(store.content(new, (edges[0], edges[1], edges[2], edges[3])).parcels)


def squares(store: Store, edition: str) -> Iterator[Box]:
    """Squares that cover the rows of an edition."""
    extent = store.extent(edition)
    if extent is None:
        return
    low_x, low_y = (np.floor(edge / WINDOW) * WINDOW for edge in extent[:2])
    for x in np.arange(low_x, extent[2] + WINDOW, WINDOW).tolist():
        for y in np.arange(low_y, extent[3] + WINDOW, WINDOW).tolist():
            yield x, y, x + WINDOW, y + WINDOW


def lies_in(box: Box, bounds: Sequence[float]) -> bool:
    """A row belongs to the square in which its lower left corner lies."""
    return box[0] <= bounds[0] < box[2] and box[1] <= bounds[1] < box[3]


def _handed_on(before: list[Parcel], after: list[Parcel], first: date, limits: Limits) -> Iterator[Shared]:
    last = [p for p in before if _in_force(p, first - timedelta(days=1))]
    return shared(last, [p for p in after if _in_force(p, first)], first, limits)


def _corrected(before: list[Parcel], after: list[Parcel], first: date, limits: Limits) -> Iterator[Shared]:
    numbers = {p.ref for p in after}
    gone = {p.ref for p in before if p.ref not in numbers}
    for day in sorted({max(p.effective_from, first) for p in before if p.ref in gone}):
        there, then = ([p for p in side if _in_force(p, day)] for side in (before, after))
        yield from (s for s in shared(there, then, day, limits) if s.before in gone)


def _in_force(parcel: Parcel, day: date) -> bool:
    return parcel.effective_from <= day and (parcel.effective_to is None or day < parcel.effective_to)
