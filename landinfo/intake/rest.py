"""Rows with errors set aside, so that the others can be published: only if the caller says so."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from landinfo.intake.findings import Collector, Place, Severity
from landinfo.intake.opening import Opened
from landinfo.model import Feature, Parcel

Make = Callable[[Opened, Collector], list[Parcel] | list[Feature]]
"""Makes parcels or areas of rows, with what is wrong with them."""


def stops(collect: Collector, rest: bool) -> bool:
    """Is there anything that stops the load? With ``rest`` an error stops only the rows it names."""
    return any(
        f.refuses and not (rest and f.kind.severity is Severity.ERROR and f.places and all(p.row > 0 for p in f.places))
        for f in collect.all()
    )


def without(out: frozenset[int], opened: Opened, make: Make) -> tuple[list[Parcel] | list[Feature], frozenset[int]]:
    """What the other rows make when the rows ``out`` (from 1) are not there: numbered again, without their twins.

    And ``out``, with rows that have an error only now.
    """
    table, rows = opened.table, opened.table.rows
    kept = [i for i, row in enumerate(rows) if row not in out]
    left = replace(
        table,
        rows=[rows[i] for i in kept],
        columns={name: [column[i] for i in kept] for name, column in table.columns.items()},
        shapes=table.shapes[kept],
        unreadable=table.unreadable[kept],
    )
    again = Collector()
    made = make(replace(opened, table=left, shapes=opened.shapes[kept]), again)
    more = again.rows(Severity.ERROR)
    return without(out | more, opened, make) if more else (made, out)


def set_aside(collect: Collector, out: frozenset[int]) -> list[Place]:
    """One place for each row, with the codes of the errors that name it."""
    places: dict[int, Place] = {}
    for finding in collect.all():
        for place in finding.places if finding.kind.severity is Severity.ERROR else ():
            held = places.get(place.row, replace(place, detail=""))
            codes = dict.fromkeys([*filter(None, held.detail.split(", ")), finding.kind.code])
            places[place.row] = replace(held, detail=", ".join(codes), mark=held.mark if held.mark else place.mark)
    return [places.get(row, Place(row)) for row in sorted(out)]
