"""What is around a parcel, read from a GeoPackage in one transaction; small things are held while nobody writes."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from typing import Any

from landinfo.model import Edition, Parcel
from landinfo.store import Box, Surroundings, rows
from landinfo.store import geopackage_file as file
from landinfo.store.measures import Kept
from landinfo.store.rows import COVERAGE, FEATURES, ZONES, Row, Table
from landinfo.store.surroundings import MOST, OWN, Covered, Near, assembled


def _near(table: Table[Any]) -> str:
    columns = ", ".join(f"t.{name}" for name in table.columns)
    return f"""SELECT t.fid, t.geom, {columns} FROM rtree_{table.name}_geom r CROSS JOIN {table.name} t ON t.fid = r.id
CROSS JOIN spans e ON e.edition = t.edition
WHERE {file.MEETS} AND (t.effective_to IS NULL OR t.effective_to > :on)
AND {rows.KNOWN.format(known=":known")}
AND (e.effective_to IS NULL OR e.effective_to > :on)"""  # noqa: S608


_FEATURES, _ZONES = _near(FEATURES), _near(ZONES)
_COVERAGE = f"SELECT r.id FROM rtree_coverage_geom r WHERE {file.MEETS}"  # noqa: S608
_ONE_COVERAGE = f"SELECT fid, geom, {', '.join(COVERAGE.columns)} FROM coverage WHERE fid = ?"  # noqa: S608
_NUMBERED = "t.{0}commune = :commune AND t.{0}period = :period AND t.{0}sheet = :sheet AND t.{0}number = :number"
_OWN = f"SELECT {OWN}, t.geom FROM parcels t WHERE {_NUMBERED.format('')}"  # noqa: S608
_LINKS = " UNION ALL ".join(
    f"SELECT {', '.join(f't.{name}' for name in rows.LINK)} FROM lineage t WHERE {_NUMBERED.format(side)}"  # noqa: S608
    for side in ("before_", "after_")
)
_KEPT = """SELECT r.way, m.shares, m.made, m.shapes FROM measures m CROSS JOIN measure_runs r ON r.fid = m.run
WHERE m.fid = ?"""
DAYS = 16
"""Days of knowledge of which the editions are held."""


Known = tuple[tuple[Edition, ...], Mapping[str, str | None]]
"""Editions, and until which day each speaks."""


class Held:
    """Editions and coverage as of one state of the file (``PRAGMA data_version``)."""

    def __init__(self, version: int) -> None:
        self.version = version
        self._editions: dict[date, Known] = {}
        self._coverage: dict[int, Covered] = {}

    def editions(self, held: sqlite3.Connection, known: date) -> Known:
        if known not in self._editions:
            if len(self._editions) >= DAYS:
                self._editions.clear()
            spans = held.execute(rows.SPANS).fetchall()
            self._editions[known] = rows.editions(held.execute(rows.EDITIONS), spans, known), rows.ends(spans, known)
        return self._editions[known]

    def coverage(self, held: sqlite3.Connection, wanted: Iterable[int]) -> list[Covered]:
        """The rows of these numbers."""
        return [self._coverage.get(fid) or self._read(held, fid) for fid in wanted]

    def _read(self, held: sqlite3.Connection, fid: int) -> Covered:
        row = held.execute(_ONE_COVERAGE, (fid,)).fetchone()
        if len(self._coverage) >= MOST:
            self._coverage.clear()
        self._coverage[fid] = found = Covered((row[0], file.wkb(row[1]), *row[2:]))
        return found


def read(held: file.Reader, parcel: Parcel, themes: Sequence[str], on: date, known: date) -> Surroundings:
    """One transaction: all of one moment."""
    held.execute("BEGIN")
    (version,) = held.execute("PRAGMA data_version").fetchone()
    kept = held.kept
    if not isinstance(kept, Held) or kept.version != version:
        kept = held.kept = Held(version)
    ref, box = parcel.ref, parcel.shape.bounds
    asked = {
        **{"min_x": box[0], "min_y": box[1], "max_x": box[2], "max_y": box[3]},
        **{"commune": ref.commune, "period": ref.period, "sheet": ref.sheet, "number": ref.number},
        **{"on": on.isoformat(), "known": known.isoformat()},
    }
    editions, ends = kept.editions(held, known)
    near = Near(
        features=_meeting(held.execute(_FEATURES, asked), box),
        zones=_meeting(held.execute(_ZONES, asked), box),
        coverage=kept.coverage(held, [row[0] for row in held.execute(_COVERAGE, asked)]),
        own=[(*row[:-1], file.wkb(row[-1])) for row in held.execute(_OWN, asked)],
        links=held.execute(_LINKS, asked).fetchall(),
        editions=editions,
        ends=ends,
        kept=lambda number: next((Kept(*row) for row in held.execute(_KEPT, (number,))), None),
    )
    return assembled(parcel, themes, on, near)


def _meeting(found: Iterable[Row], box: Box) -> list[Row]:
    """Rows whose own box meets ``box`` (closed), by the header of their blob: the R*Tree rounds outward."""
    near: list[Row] = []
    for row in found:
        low_x, high_x, low_y, high_y = file.edges(row[1])
        if low_x <= box[2] and high_x >= box[0] and low_y <= box[3] and high_y >= box[1]:
            near.append((row[0], file.wkb(row[1]), *row[2:]))
    return near
