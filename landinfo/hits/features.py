"""A page of features: candidates of a store, tested exactly, until the page is full or enough rows were looked at."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

import numpy as np
import shapely
from shapely.geometry.base import BaseGeometry

from landinfo.cql import Filter
from landinfo.frame import Box, Frame
from landinfo.model import CannotBeAnswered, Commune, Parcel
from landinfo.store import Page, Store

MOST_LOOKED_AT = 10_000
"""Rows that a page with something on it looks at; the rest is for the next."""
MOST_IN_VAIN = 50_000
"""Rows that are looked at while there is nothing: programs take an empty page for the end, so that none may go on."""
_STEP = 500


@dataclass(frozen=True, slots=True)
class Window:
    """What features must meet: ``shape`` in ``frame``; ``box`` around it in the store's plane; None: elsewhere."""

    shape: BaseGeometry
    frame: Frame
    box: Box | None


@dataclass(frozen=True, slots=True)
class Wanted:
    """``limit`` features in force on any of ``days``, ``skip`` further than the one with the number ``after``."""

    frame: Frame
    days: tuple[date, date]
    known: date
    window: Window | None = None
    limit: int = 100
    skip: int = 0
    after: int = 0
    filter: Filter | None = None


@dataclass(frozen=True, slots=True)
class Found:
    """Rows with properties and shape (None: none is held); it goes on behind ``after``, ``skip`` features further."""

    rows: tuple[tuple[Any, dict[str, Any], Any], ...]
    after: int | None
    skip: int


def page(store: Store, layer: str, wanted: Wanted, read: Callable[[Any], dict[str, Any]]) -> Found:
    """A page of a layer of the store; ``read`` gives the properties of a row.

    Raises ``CannotBeAnswered``: among very many rows none was found, and there are more.
    """
    if wanted.window and wanted.window.box is None:
        return Found((), None, 0)
    box = wanted.window.box if wanted.window else None
    found: list[tuple[Any, dict[str, Any], Any]] = []
    after, skip, looked = wanted.after, wanted.skip, 0
    while looked < (MOST_LOOKED_AT if found else MOST_IN_VAIN):
        # One more than is wanted says whether anything is left.
        size = wanted.limit - len(found) + skip + 1
        size = max(size, _STEP) if wanted.window or wanted.filter else min(size, MOST_LOOKED_AT)
        some = store.page(layer, wanted.days, wanted.known, size, after, box)
        for number, row, own, shape in _kept(some, wanted, read):
            if skip:
                skip, after = skip - 1, number
            elif len(found) == wanted.limit:
                return Found(tuple(found), after, 0)
            else:
                found.append((row, own, shape))
                after = number
        if some.after is None:
            return Found(tuple(found), None, 0)
        looked, after = looked + size, some.after
    if not found:
        raise CannotBeAnswered("filter-too-rare", "filter", most=looked)
    return Found(tuple(found), after, skip)


def _kept(some: Page, wanted: Wanted, read: Callable[[Any], dict[str, Any]]) -> list[tuple[int, Any, Any, Any]]:
    """What of a page meets window and filter: number, row, properties, shape in the frame asked for."""
    rows = [(number, row, read(row)) for number, row in some.rows]
    if wanted.filter is not None:
        rows = [each for each in rows if wanted.filter.holds(each[2])]
    if not rows:
        return []
    plane = np.array([row.shape for _, row, _ in rows], dtype=object)
    shapes = wanted.frame.of(plane)
    near = np.ones(len(rows), dtype=bool)
    if wanted.window:
        there = wanted.window.frame
        near = shapely.intersects(shapes if there == wanted.frame else there.of(plane), wanted.window.shape)
    return [(*each, shape) for each, shape, is_near in zip(rows, shapes, near, strict=True) if is_near]


def parcel(store: Store, ref: Any, days: tuple[date, date], known: date) -> Parcel | None:
    """The parcel of a number, in force on the last of ``days``."""
    found = store.parcels([ref.series], ref.sheet, ref.number, days[1], known)
    return next((p for p in found if p.ref == ref), None)


def communes(held: Sequence[Commune], wanted: Wanted, read: Callable[[Any], dict[str, Any]]) -> Found:
    """A page of communes in force on any of the days; none has a shape, so that no window meets one."""
    if wanted.window:
        return Found((), None, 0)
    since, until = wanted.days
    there = [
        (number, row, read(row))
        for number, row in enumerate(held, 1)
        if number > wanted.after and row.effective_from <= until and (not row.effective_to or row.effective_to > since)
    ]
    kept = [each for each in there if wanted.filter is None or wanted.filter.holds(each[2])][wanted.skip :]
    some = kept[: wanted.limit]
    return Found(tuple((row, own, None) for _, row, own in some), some[-1][0] if len(kept) > len(some) else None, 0)


def is_held(store: Store, layer: str, wanted: Wanted) -> bool:
    """Is a layer held where nothing was found? "None" and "no data" are two answers."""
    if wanted.window is None:
        return any(e.layer == layer for e in store.editions(wanted.known))
    if wanted.window.box is None:
        return False
    held = store.layer(layer, wanted.window.box, wanted.days[1], wanted.known).coverage
    there = wanted.window.frame
    return any(c.complete and shapely.intersects(there.of(c.shape), wanted.window.shape) for c in held)
