"""A store as it would be, were an edition published: what is asked of it is answered without writing anything."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import date
from typing import Any, TypeVar

import numpy as np
import shapely

from landinfo.model import Commune, Edition, Held, LayerFacts, Link, Parcel, PriceZone, State, Union
from landinfo.store import Box, Ground, Load, StoreFacts, Surroundings
from landinfo.store.rows import COVERAGE, FEATURES, PARCELS, ZONES, Table
from landinfo.store.surroundings import one_by_one

T = TypeVar("T")


class Rows:
    """Rows of one edition around a place, found by box and day as a store finds them."""

    def __init__(self, values: Sequence[Any]) -> None:
        self._values = list(values)
        self._tree = shapely.STRtree(np.array([v.shape for v in values], dtype=object))

    def find(self, box: Box, on: date) -> list[Any]:
        near = sorted(self._tree.query(shapely.box(*box)).tolist())
        return [self._values[i] for i in near if in_force(self._values[i], on)]


class Supposed:
    """``landinfo.store.Ground`` with ``content`` published and other editions in their ``states``.

    ``content`` are the rows of the edition around the place that is asked about; ``known`` is the day of publication,
    and the only one that may be asked.
    """

    def __init__(self, ground: Ground, content: Load, states: Sequence[State]) -> None:
        self._ground, self._content = ground, content
        self._states = {state.edition: state for state in states}
        self._rows = {
            PARCELS.name: Rows(content.parcels),
            FEATURES.name: Rows(content.features),
            COVERAGE.name: Rows(content.coverage),
            ZONES.name: Rows(content.zones),
        }

    def facts(self) -> StoreFacts:
        return self._ground.facts()

    def communes(self) -> tuple[tuple[Commune, ...], tuple[Union, ...]]:
        return self._ground.communes()

    def editions(self, known: date | None = None) -> tuple[Edition, ...]:
        own = self._content.edition
        kept = [self._changed(e) for e in self._ground.editions(known) if self._state(e.id).known and e.id != own.id]
        return tuple(sorted([*kept, own], key=lambda e: (e.layer, e.territory, e.id)))

    def _changed(self, edition: Edition) -> Edition:
        state = self._states.get(edition.id)
        return edition if state is None else replace(edition, effective_to=state.effective_to)

    def _state(self, edition: str) -> State:
        return self._states.get(edition, State(edition))

    def lineage(self, series: Sequence[str], sheet: str, number: str, known: date) -> tuple[Link, ...]:
        return self._ground.lineage(series, sheet, number, known)

    def parcels_in(self, box: Box, on: date, known: date, limit: int | None = None) -> tuple[Parcel, ...]:
        found = self._merged(PARCELS, self._ground.parcels_in(box, on, known), box, on)
        return tuple(sorted(found, key=lambda p: (p.ref, p.effective_from, p.edition))[:limit])

    def layer(self, theme: str, box: Box, on: date, known: date) -> LayerFacts:
        held = self._ground.layer(theme, box, on, known)
        if theme != self._content.edition.layer or held.held is Held.FAILED:
            return held
        features = self._merged(FEATURES, held.features, box, on)
        features.sort(key=lambda f: (f.designation, f.id, f.edition))
        return LayerFacts(theme, held.held, self._coverage(held, box, on), tuple(features))

    def zones(self, box: Box, on: date, known: date) -> tuple[LayerFacts, tuple[PriceZone, ...]]:
        held, zones = self._ground.zones(box, on, known)
        if self._content.edition.layer != "price_zones" or held.held is Held.FAILED:
            return held, zones
        found = self._merged(ZONES, zones, box, on)
        found.sort(key=lambda z: (z.id, z.edition))
        return replace(held, coverage=self._coverage(held, box, on)), tuple(found)

    def days_ahead(self, box: Box, on: date, known: date) -> tuple[tuple[date, str], ...]:
        """No preview shows them."""
        return ()

    def surroundings(self, parcel: Parcel, themes: Sequence[str], on: date, known: date) -> Surroundings:
        return one_by_one(self, parcel, themes, on, known)

    def _coverage(self, held: LayerFacts, box: Box, on: date) -> tuple[Any, ...]:
        return tuple(sorted(self._merged(COVERAGE, held.coverage, box, on), key=lambda c: c.edition))

    def _merged(self, table: Table[Any], found: Sequence[Any], box: Box, on: date) -> list[Any]:
        """What stays of ``found``, and what comes; within an edition in the order of the store."""
        return [row for row in found if speaks(self._state(row.edition), on)] + self._rows[table.name].find(box, on)


class Once:
    """A ``Ground`` that is asked the same question once, as long as one parcel is looked at."""

    def __init__(self, ground: Ground) -> None:
        self._ground = ground
        self._said: dict[tuple[Any, ...], Any] = {}
        self._editions: dict[date | None, tuple[Edition, ...]] = {}

    def forget(self) -> None:
        self._said.clear()

    def _ask(self, question: Callable[..., T], *given: Any) -> T:
        key = (question.__name__, *given)
        if key not in self._said:
            self._said[key] = question(*given)
        found: T = self._said[key]
        return found

    def facts(self) -> StoreFacts:
        return self._ground.facts()

    def communes(self) -> tuple[tuple[Commune, ...], tuple[Union, ...]]:
        return self._ground.communes()

    def editions(self, known: date | None = None) -> tuple[Edition, ...]:
        if known not in self._editions:
            self._editions[known] = self._ground.editions(known)
        return self._editions[known]

    def lineage(self, series: Sequence[str], sheet: str, number: str, known: date) -> tuple[Link, ...]:
        """No preview shows it."""
        return ()

    def parcels_in(self, box: Box, on: date, known: date, limit: int | None = None) -> tuple[Parcel, ...]:
        return self._ground.parcels_in(box, on, known, limit)

    def layer(self, theme: str, box: Box, on: date, known: date) -> LayerFacts:
        return self._ask(self._ground.layer, theme, box, on, known)

    def zones(self, box: Box, on: date, known: date) -> tuple[LayerFacts, tuple[PriceZone, ...]]:
        return self._ask(self._ground.zones, box, on, known)

    def days_ahead(self, box: Box, on: date, known: date) -> tuple[tuple[date, str], ...]:
        """No preview shows them."""
        return ()

    def surroundings(self, parcel: Parcel, themes: Sequence[str], on: date, known: date) -> Surroundings:
        return one_by_one(self, parcel, themes, on, known)


def in_force(row: Any, on: date) -> bool:
    """Half-open days, as everywhere."""
    return bool(row.effective_from <= on and (row.effective_to is None or on < row.effective_to))


def speaks(state: State, on: date) -> bool:
    """Does an edition in this state say anything of the day?"""
    return state.known and (state.effective_to is None or on < state.effective_to)
