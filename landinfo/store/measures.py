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
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from functools import lru_cache
from typing import Any

import shapely

from landinfo.model import Coverage, Measured, MeasuredRow, Notice, Parcel, ParcelRef
from landinfo.store import Measures, Numbers, Share, SharesPage, editing, rows
from landinfo.store.rows import Row

COLUMNS = ("fid", "run", "until", "themes", "zones", "shapes")
RUN = ("state", "since", "way")
ZONES = "price_zones"


def state(ends: Mapping[str, str | None]) -> str:
    """The editions that speak, and until which day: equal states choose from the same rows."""
    return hashlib.sha256(json.dumps(sorted(ends.items())).encode()).hexdigest()


@dataclass(frozen=True, slots=True)
class Kept:
    """What a store keeps of one parcel, as it stands there."""

    way: str
    themes: str
    zones: str
    shapes: bytes

    def of(self, layers: Sequence[str]) -> dict[str, Any]:
        """Layer → its numbers and its measure, not yet decoded."""
        return _by_layer(self.themes) | (_by_layer(self.zones) if ZONES in layers else {})

    def ways(self) -> Mapping[str, str]:
        return _ways(self.way)


def _by_layer(text: str) -> dict[str, Any]:
    return {row[0]: row[1:] for row in json.loads(text)}


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
    _, _, answer, reason, found, area, percent = told
    made = tuple(
        MeasuredRow(
            *(kind, name, Decimal(size), Decimal(part), drawn),
            None if at is None else shapes[at[0] : at[1]],  # type: ignore[arg-type]
            tuple(places),
        )
        for kind, name, size, part, drawn, at, places in found
    )
    notice = None if reason is None else Notice(reason[0], {k: Decimal(v) for k, v in reason[1].items()}, reason[2])
    return Measured(way, parcel, coverage, candidates, answer, notice, made, Decimal(area), Decimal(percent))


def told(number: int, numbers: Mapping[str, Numbers], layers: Mapping[str, Measured], until: date | None) -> Measures:
    """The measures of the parcel of that number, as they are kept; ``until``: the day before which nothing changes."""
    shapes = bytearray()
    each = {name: _told(name, numbers[name], made, shapes) for name, made in layers.items()}
    themes = _compact([made for name, made in each.items() if name != ZONES])
    return Measures(number, until, themes, _compact([each[ZONES]] if ZONES in each else []), bytes(shapes))


def _told(name: str, numbers: Numbers, made: Measured, shapes: bytearray) -> list[Any]:
    found = []
    for each in made.rows:
        at = None
        if each.shape is not None:
            wkb = shapely.to_wkb(each.shape, byte_order=1)
            at = (len(shapes), len(shapes) + len(wkb))
            shapes += wkb
        size = (str(each.area), str(each.percent), each.drawn_area)
        found.append((each.kind, each.designation, *size, at, each.features))
    reason = made.reason and (
        made.reason.code,
        {k: str(v) for k, v in made.reason.params.items()},
        made.reason.severity,
    )
    return [name, *numbers, made.answer, reason, found, str(made.total_area), str(made.total_percent)]


_compact = json.JSONEncoder(ensure_ascii=False, separators=(",", ":")).encode


def write(run: editing.Run, of: Iterable[Measures], key: Sequence[Any]) -> None:
    """Keep measures of the run ``key`` (``RUN``), in place of those that were kept of the same parcels."""
    number = _run(run, key)
    marks, named = ", ".join("?" * len(COLUMNS)), ", ".join(COLUMNS)
    again = ", ".join(f"{name} = excluded.{name}" for name in COLUMNS[1:])
    upsert = f"INSERT INTO measures ({named}) VALUES ({marks}) ON CONFLICT (fid) DO UPDATE SET {again}"  # noqa: S608
    for each in of:
        run(upsert, (each.number, number, rows.iso(each.until), each.themes, each.zones, each.shapes))


def _run(run: editing.Run, key: Sequence[Any]) -> int:
    select = "SELECT fid FROM measure_runs WHERE state = ? AND since = ? AND way = ?"
    if not run(select, key):
        editing.insert(run, "measure_runs", RUN, [key])
    return int(run(select, key)[0][0])


def run_key(ends: Mapping[str, str | None], since: date, ways: Mapping[str, str]) -> tuple[str, str, str]:
    return state(ends), since.isoformat(), way_of(ways)


_REF = (*rows.NUMBER, "suffix")
PAGE = f"""SELECT t.fid, {", ".join(f"t.{name}" for name in _REF)}, m.themes, m.state
FROM parcels t CROSS JOIN spans e LEFT JOIN (
  SELECT k.fid, k.themes, r.state FROM measures k JOIN measure_runs r ON r.fid = k.run
  WHERE k.fid > {{after}} AND r.since <= {{on}} AND r.way = {{way}} AND (k.until IS NULL OR k.until > {{on}})
) m ON m.fid = t.fid
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


def page(found: Sequence[Row], spans: Iterable[Row], known: date, limit: int) -> SharesPage:
    """Rows of ``PAGE`` with all spans of the same moment."""
    now = state(rows.ends(spans, known))
    made = tuple(_shares(row[1:6], row[6] if row[7] == now else None) for row in found)
    return SharesPage(made, found[-1][0] if len(found) == limit else None)


def unmeasured(found: Sequence[Row], spans: Iterable[Row], known: date, limit: int) -> tuple[list[int], int | None]:
    """The numbers of which nothing is kept that holds, as ``Store.unmeasured``."""
    now = state(rows.ends(spans, known))
    return [int(row[0]) for row in found if row[7] != now], found[-1][0] if len(found) == limit else None


def _shares(ref: Row, themes: str | None) -> tuple[ParcelRef, tuple[Share, ...] | None]:
    if themes is None:
        return ParcelRef(*ref), None
    return ParcelRef(*ref), tuple([
        Share(layer, told[0], told[1], Decimal(told[2]), Decimal(told[3]))
        for layer, _, _, _, _, found, *_ in json.loads(themes)
        for told in found
    ])  # fmt: skip
