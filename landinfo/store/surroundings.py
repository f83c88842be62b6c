"""What is around a parcel, put together from the rows that an engine read at once; both engines do it here."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

import shapely

from landinfo.model import Coverage, Edition, Held, LayerFacts, Parcel
from landinfo.store import Box, Ground, Numbers, Surroundings, rows
from landinfo.store.measures import Kept, measured
from landinfo.store.rows import COVERAGE, FEATURES, ZONES, Row, Table

MOST = 4096
"""Rows of coverage that are held decoded."""
UNREADABLE = (shapely.errors.ShapelyError, ValueError, TypeError, KeyError)
_OWN = ("fid", "suffix", "effective_from", "effective_to", "edition", "registered_area")
OWN = ", ".join(f"t.{name}" for name in _OWN)
"""Columns of the rows that have the parcel's number; their shape as WKB follows."""


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
    """Rows whose box meets the parcel's, as known, in force on the day asked or later; days are ISO text.

    ``own`` has ``OWN`` of every parcel with its number; ``ends`` and ``editions`` are of all editions that are named by
    a row. Coverage, ``own`` and ``links`` may hold rows that are not known, or that are past, and coverage rows whose
    box does not meet it. ``kept`` asks for what is kept of a parcel by its number.
    """

    features: Sequence[Row]
    zones: Sequence[Row]
    coverage: Sequence[Covered]
    own: Sequence[Row]
    links: Sequence[Row]
    editions: Sequence[Edition]
    ends: Mapping[str, str | None]
    kept: Callable[[int], Kept | None]


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

    number = _number(parcel, near.own)
    kept = None if number is None else near.kept(number)
    recalled, ways = (kept.layers(), kept.ways()) if kept else ({}, {})
    numbers: dict[str, Numbers] = {}

    def layer(name: str, table: Table[Any], found: Sequence[Row]) -> tuple[LayerFacts, tuple[Any, ...]]:
        first = 2 + table.columns.index("effective_from")
        try:
            current = table.sorted(row for row in found if row[first] <= day)
            held = _coverage([c for c in covered[name] if _counts(*c.dated, ends[c.edition], day)], box)
            numbers[name] = [c.fid for c, _ in held], [row[0] for row in current]
            told = recalled.get(name)
            fits = told is not None and (told[0], told[1]) == numbers[name]
            values = tuple(table.unread(current) if fits else table.values(current))
            coverage = tuple(value for _, value in held)
            before = measured(told, ways[name], kept.shapes, parcel, coverage, values) if fits and kept else None
        except UNREADABLE:
            return LayerFacts(name, Held.FAILED, (), ()), ()
        return LayerFacts(name, Held.OK, coverage, values if table is FEATURES else (), before), values

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
        zones_measured=zones_held.measured,
        number=number,
        numbers=numbers,
    )


def _number(parcel: Parcel, own: Sequence[Row]) -> int | None:
    """The stored number of the row that is this parcel to the last bit; None: none is, or two are."""
    area = None if parcel.registered_area is None else str(parcel.registered_area)
    named = (parcel.ref.suffix, rows.iso(parcel.effective_from), rows.iso(parcel.effective_to), parcel.edition, area)
    found = [row for row in own if tuple(row[1:6]) == named]
    if len(found) != 1 or bytes(found[0][6]) != shapely.to_wkb(parcel.shape, byte_order=1):
        return None
    return int(found[0][0])


def _counts(first: str, end: str | None, later: str | None, day: str) -> bool:
    return first <= day and (end is None or end > day) and (later is None or later > day)


def _coverage(found: Iterable[Covered], box: Box) -> list[tuple[Covered, Coverage]]:
    """In the promised order, the box tested exactly."""
    held = [(c, *c.value()) for c in sorted(found, key=lambda c: (c.edition, c.fid))]
    return [
        (row, value)
        for row, value, (low_x, low_y, high_x, high_y) in held
        if low_x <= box[2] and high_x >= box[0] and low_y <= box[3] and high_y >= box[1]
    ]


def _changing(parcel: Parcel, near: Near, day: str) -> Iterator[Row]:
    """Layer and days of each row that begins or ends after ``day``, as ``rows.days_ahead`` takes them."""
    ends = near.ends
    dated = [("parcels", *row[2:5]) for row in near.own if row[1] == parcel.ref.suffix and row[4] in ends]
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
