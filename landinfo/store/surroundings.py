"""What is around a parcel, put together from the rows that an engine read at once; both engines do it here."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

import shapely

from landinfo.model import Coverage, Edition, Held, LayerFacts, Parcel
from landinfo.store import Box, Ground, Surroundings, rows
from landinfo.store.rows import COVERAGE, FEATURES, ZONES, Row, Table

UNREADABLE = (shapely.errors.ShapelyError, ValueError, TypeError, KeyError)
_OWN = ("fid", "suffix", "effective_from", "effective_to", "edition")
OWN = ", ".join(f"t.{name}" for name in _OWN)
"""Columns of the rows that have the parcel's number."""


class Covered:
    """A row of coverage whose shape is decoded once and kept: few rows, large shapes, in every answer."""

    __slots__ = ("_row", "_value", "dated", "edition", "fid", "layer")

    def __init__(self, row: Row) -> None:
        self._row = row
        self.fid: int = row[0]
        self.layer, first, end, _, self.edition = row[2:]
        self.dated: tuple[str, str | None] = first, end
        self._value: tuple[Coverage, Box] | None = None

    def value(self) -> tuple[Coverage, Box]:
        """The row as a value, and its exact box. Raises what ``UNREADABLE`` names."""
        if self._value is None:
            (made,) = COVERAGE.values([self._row])
            self._value = made, made.shape.bounds
        return self._value


@dataclass(frozen=True, slots=True)
class Near:
    """Rows whose box may meet the parcel's, as known, in force on the day asked or later; days are ISO text.

    ``own`` has ``OWN`` of every parcel with its number; ``ends`` and ``editions`` are of all editions that are named by
    a row. Coverage, ``own`` and ``links`` may hold rows that are not known, or that are past.
    """

    features: Sequence[Row]
    zones: Sequence[Row]
    coverage: Sequence[Covered]
    own: Sequence[Row]
    links: Sequence[Row]
    editions: Sequence[Edition]
    ends: Mapping[str, str | None]


def assembled(parcel: Parcel, themes: Sequence[str], on: date, near: Near) -> Surroundings:
    """The promised values from the rows that were found; a layer whose rows cannot be read is FAILED."""
    box, day = parcel.shape.bounds, on.isoformat()
    ends = near.ends
    of_theme: dict[str, list[Row]] = defaultdict(list)
    for row in near.features:
        of_theme[row[3]].append(row)
    covered: dict[str, list[Covered]] = defaultdict(list)
    for each in near.coverage:
        if each.edition in ends:
            covered[each.layer].append(each)

    def layer(name: str, table: Table[Any], found: Sequence[Row]) -> tuple[LayerFacts, tuple[Any, ...]]:
        try:
            values = tuple(table.values(table.sorted(row for row in found if _day(table, row) <= day), box))
            coverage = _coverage([c for c in covered[name] if _counts(*c.dated, ends[c.edition], day)], box)
        except UNREADABLE:
            return LayerFacts(name, Held.FAILED, (), ()), ()
        return LayerFacts(name, Held.OK, coverage, values if table is FEATURES else ()), values

    layers = tuple(layer(name, FEATURES, of_theme[name])[0] for name in themes)
    zones_held, zones = layer("price_zones", ZONES, near.zones)
    used = {
        parcel.edition,
        *(z.edition for z in zones),
        *(e for each in (*layers, zones_held) for e in each.editions()),
    }
    return Surroundings(
        themes=layers,
        zones_held=zones_held,
        zones=zones,
        lineage=rows.links(row for row in near.links if row[-1] in ends),
        editions=tuple(e for e in near.editions if e.id in used),
        later=rows.days_ahead(_changing(parcel, near, day), on),
    )


def _day(table: Table[Any], row: Row) -> str:
    return str(row[2 + table.columns.index("effective_from")])


def _counts(first: str, end: str | None, later: str | None, day: str) -> bool:
    return first <= day and (end is None or end > day) and (later is None or later > day)


def _coverage(found: Iterable[Covered], box: Box) -> tuple[Coverage, ...]:
    """In the promised order, the box tested exactly."""
    held = [c.value() for c in sorted(found, key=lambda c: (c.edition, c.fid))]
    return tuple(
        value
        for value, (low_x, low_y, high_x, high_y) in held
        if low_x <= box[2] and high_x >= box[0] and low_y <= box[3] and high_y >= box[1]
    )


def _changing(parcel: Parcel, near: Near, day: str) -> Iterator[Row]:
    """Layer and days of each row that begins or ends after ``day``, as ``rows.days_ahead`` takes them."""
    ends = near.ends
    dated = [("parcels", *row[2:]) for row in near.own if row[1] == parcel.ref.suffix and row[4] in ends]
    dated += [(c.layer, *c.dated, c.edition) for c in near.coverage if c.edition in ends]
    dated += [(row[3], row[5], row[6], row[9]) for row in near.features]
    dated += [("price_zones", row[9], row[10], row[11]) for row in near.zones]
    for layer, first, end, edition in dated:
        if first > day or end is not None or ends[edition] is not None:
            yield layer, first, end, ends[edition]


def one_by_one(ground: Ground, parcel: Parcel, themes: Sequence[str], on: date, known: date) -> Surroundings:
    """The same from questions of one layer each: a layer that breaks the one question does not break the others."""
    box, ref = parcel.shape.bounds, parcel.ref
    layers = tuple(ground.layer(theme, box, on, known) for theme in themes)
    held, zones = ground.zones(box, on, known)
    used = {parcel.edition, *(z.edition for z in zones), *(e for each in (*layers, held) for e in each.editions())}
    return Surroundings(
        themes=layers,
        zones_held=held,
        zones=zones,
        lineage=ground.lineage([ref.series], ref.sheet, ref.number, known),
        editions=tuple(e for e in ground.editions(known) if e.id in used),
        later=ground.days_ahead(box, on, known),
    )
