"""Measures kept beside the rows that they were made of, the same for both engines.

A measure is derived: it may be thrown away at any time, and nothing but speed is lost. Each names the rows of features
and coverage that it was made of by their numbers, which are never given twice; an answer that finds other rows does not
use it. ``Run`` says for which editions, from which day and in which way measures were made: while a store speaks by the
same editions, all of a run holds until the day on which something around a parcel changes, and nothing need be looked
at to know it. Where a row is changed in place, from outside, a trigger throws all measures away.
"""

from __future__ import annotations

import hashlib
import json
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from functools import lru_cache, partial
from typing import Any

import shapely

from landinfo.model import Coverage, Measured, MeasuredRow, Notice, Parcel, ParcelRef
from landinfo.store import Measures, Numbers, Share, SharesPage, editing, rows
from landinfo.store.rows import Row

COLUMNS = ("fid", "run", "until", "shares", "made", "shapes")
RUN = ("state", "since", "way")
ZONES = "price_zones"


def state(ends: Mapping[str, str | None], held: str) -> str:
    """The editions that speak, and until which day, and ``HELD``: equal states choose from the same rows."""
    return hashlib.sha256(json.dumps([held, sorted(ends.items())]).encode()).hexdigest()


HELD = " || ' ' || ".join(
    f"(SELECT count(*) || '-' || coalesce(max(fid), 0) FROM {table})"  # noqa: S608
    for table in ("features", "price_zones", "coverage")
)
"""Tells that a row was added or taken away by hand; numbers are never given twice."""


@dataclass(frozen=True, slots=True)
class Kept:
    """What a store keeps of one parcel, as it stands there."""

    way: str
    shares: str
    made: str
    shapes: bytes

    def layers(self) -> dict[str, tuple[Any, ...]]:
        """Layer → its numbers, its answer and its rows, not yet decoded."""
        rows_of: dict[str, list[Any]] = defaultdict(list)
        for name, *row in json.loads(self.shares):
            rows_of[name].append(row)
        return {
            name: (*said, rows_of[name] if own is None else own, parts)
            for name, *said, own, parts in json.loads(self.made)
        }

    def ways(self) -> Mapping[str, str]:
        return _ways(self.way)


@lru_cache(64)
def _ways(text: str) -> Mapping[str, str]:
    found: dict[str, str] = json.loads(text)
    return found


def way_of(ways: Mapping[str, str]) -> str:
    return json.dumps(dict(sorted(ways.items())), ensure_ascii=False)


def measured(
    told: Any, way: str, shapes: bytes, parcel: Parcel, coverage: tuple[Coverage, ...], candidates: tuple[Any, ...]
) -> Measured:
    """A layer's measure, of these objects."""
    _, _, answer, reason, area, percent, found, parts = told
    made = tuple(
        MeasuredRow(
            *(kind, name, Decimal(size), Decimal(part), drawn),
            None if at is None else shapes[at[0] : at[1]],  # type: ignore[arg-type]
            tuple(places),
        )
        for (kind, name, size, part), (drawn, at, places) in zip(found, parts, strict=True)
    )
    notice = None if reason is None else Notice(reason[0], {k: Decimal(v) for k, v in reason[1].items()}, reason[2])
    return Measured(way, parcel, coverage, candidates, answer, notice, made, Decimal(area), Decimal(percent))


def told(number: int, numbers: Mapping[str, Numbers], layers: Mapping[str, Measured], until: date | None) -> Measures:
    """The measures of the parcel of that number, as they are kept; ``until``: the day before which nothing changes."""
    shapes = bytearray()
    shares = [(name, *row) for name, made in layers.items() if name != ZONES for row in _rows(made)]
    each = [_made(name, numbers[name], made, shapes) for name, made in layers.items()]
    return Measures(number, until, _compact(shares), _compact(each), bytes(shapes))


def _rows(made: Measured) -> list[tuple[str, str, str, str]]:
    return [(row.kind, row.designation, str(row.area), str(row.percent)) for row in made.rows]


def _made(name: str, numbers: Numbers, made: Measured, shapes: bytearray) -> list[Any]:
    """All of a layer but its rows as ``shares`` have them; of price zones those too."""
    parts = []
    for row in made.rows:
        at = None
        if row.shape is not None:
            wkb = shapely.to_wkb(row.shape, byte_order=1)
            at = (len(shapes), len(shapes) + len(wkb))
            shapes += wkb
        parts.append((row.drawn_area, at, row.features))
    said = made.reason
    reason = said and (said.code, {k: str(v) for k, v in said.params.items()}, said.severity)
    totals = str(made.total_area), str(made.total_percent)
    return [name, *numbers, made.answer, reason, *totals, _rows(made) if name == ZONES else None, parts]


_compact = json.JSONEncoder(ensure_ascii=False, separators=(",", ":")).encode


def write(run: editing.Run, of: Iterable[Measures], key: Sequence[Any]) -> None:
    """Keep measures of the run ``key`` (``RUN``), in place of those that were kept of the same parcels."""
    number = _run(run, key)
    marks, named = ", ".join("?" * len(COLUMNS)), ", ".join(COLUMNS)
    again = ", ".join(f"{name} = excluded.{name}" for name in COLUMNS[1:])
    upsert = f"INSERT INTO measures ({named}) VALUES ({marks}) ON CONFLICT (fid) DO UPDATE SET {again}"  # noqa: S608
    for each in of:
        run(upsert, (each.number, number, rows.iso(each.until), each.shares, each.made, each.shapes))


_SPEAK = (
    "SELECT t.fid FROM parcels t JOIN spans e ON e.edition = t.edition WHERE e.withdrawn IS NULL OR e.withdrawn > ?"
)


def forget(run: editing.Run, known: date) -> None:
    """Take away measures of parcels that are gone or withdrawn by ``known``, and runs of which nothing is left."""
    run(f"DELETE FROM measures WHERE fid NOT IN ({_SPEAK})", (known.isoformat(),))  # noqa: S608
    run("DELETE FROM measure_runs WHERE fid NOT IN (SELECT run FROM measures)", ())


def _run(run: editing.Run, key: Sequence[Any]) -> int:
    select = "SELECT fid FROM measure_runs WHERE state = ? AND since = ? AND way = ?"
    if not run(select, key):
        editing.insert(run, "measure_runs", RUN, [key])
    return int(run(select, key)[0][0])


def run_key(ends: Mapping[str, str | None], held: str, since: date, ways: Mapping[str, str]) -> tuple[str, str, str]:
    return state(ends, held), since.isoformat(), way_of(ways)


_REF = (*rows.NUMBER, "suffix")
# Joined row by row: as a subquery SQLite would read all that is kept for each page.
PAGE = f"""SELECT t.fid, {", ".join(f"t.{name}" for name in _REF)}, k.shares, r.state
FROM parcels t CROSS JOIN spans e
LEFT JOIN measures k ON k.fid = t.fid AND (k.until IS NULL OR k.until > {{on}})
LEFT JOIN measure_runs r ON r.fid = k.run AND r.since <= {{on}} AND r.way = {{way}}
WHERE e.edition = t.edition AND t.fid > {{after}}
AND t.effective_from <= {{on}} AND (t.effective_to IS NULL OR t.effective_to > {{on}})
AND e.published <= {{known}} AND (e.withdrawn IS NULL OR e.withdrawn > {{known}})
AND (e.effective_to IS NULL OR e.effective_to > {{on}})
ORDER BY t.fid LIMIT {{limit}}"""  # noqa: S608
"""Parcels in force by their number, what is kept of their themes for the day, and the state that it is kept for."""


def asked(ways: Mapping[str, str], on: date, known: date, limit: int, after: int) -> dict[str, Any]:
    """The parameters of ``PAGE``."""
    days = {"on": on.isoformat(), "known": known.isoformat()}
    return {"way": way_of(ways), "after": after, "limit": limit, **days}


def page(found: Sequence[Row], spans: Iterable[Row], held: str, known: date, limit: int) -> SharesPage:
    """Rows of ``PAGE`` with all spans and ``HELD`` of the same moment."""
    now = state(rows.ends(spans, known), held)
    made = tuple(_shares(row[1:6], row[6] if row[7] == now else None) for row in found)
    return SharesPage(made, found[-1][0] if len(found) == limit else None)


def unmeasured(
    found: Sequence[Row], spans: Iterable[Row], held: str, known: date, limit: int
) -> tuple[list[int], int | None]:
    """The numbers of which nothing is kept that holds, as ``Store.unmeasured``."""
    now = state(rows.ends(spans, known), held)
    return [int(row[0]) for row in found if row[7] != now], found[-1][0] if len(found) == limit else None


def _shares(ref: Row, shares: str | None) -> tuple[ParcelRef, tuple[Share, ...] | None]:
    if shares is None:
        return ParcelRef(*ref), None
    held = [
        _share((theme, kind, name, Decimal(area), Decimal(part))) for theme, kind, name, area, part in loads(shares)
    ]
    return ParcelRef(*ref), tuple(held)


# Made at once: a million parcels have some steps each.
_share, loads = partial(tuple.__new__, Share), json.JSONDecoder().decode
