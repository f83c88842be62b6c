"""What is around a parcel, read from PostGIS in one statement; shapes of coverage are held by version of their row."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date
from typing import Any

from landinfo.model import Parcel
from landinfo.store import Surroundings, rows
from landinfo.store.measures import Kept
from landinfo.store.rows import COVERAGE, FEATURES, ZONES, Row, Table
from landinfo.store.surroundings import MOST, OWN, Covered, Near, assembled

Ask = Callable[[str, Sequence[object]], list[tuple[Any, ...]]]

_ENDS = "(t.effective_to IS NULL OR t.effective_to > $5) AND (e.effective_to IS NULL OR e.effective_to > $5)"
_KNOWN = rows.KNOWN.format(known="$6")
_NUMBERED = "t.{0}commune = $7 AND t.{0}period = $8 AND t.{0}sheet = $9 AND t.{0}number = $10"
_FEATURES, _ZONES, _COVERAGE, _OWN, _LINKS, _EDITIONS, _KEPT = range(7)
EXECUTE = f"EXECUTE surroundings ({', '.join(['%s'] * 10)})"
# A row's version tells it from what somebody made of it since.
_SHAPES = f"""SELECT t.fid, t.xmin::text, ST_AsBinary(t.geom, 'NDR'),
json_build_array({", ".join(f"t.{name}" for name in COVERAGE.columns)}) FROM coverage t WHERE t.fid = ANY(%s)"""  # noqa: S608


def prepared(number: int) -> str:
    """The one statement; ``number`` is the store's SRID."""
    meets = f"t.geom && ST_MakeEnvelope($1, $2, $3, $4, {number})"
    # An index box is rounded to 32 bits; of shapes that may never be decoded the box is tested here.
    exact = "ST_XMin(t.geom) <= $3 AND ST_XMax(t.geom) >= $1 AND ST_YMin(t.geom) <= $4 AND ST_YMax(t.geom) >= $2"
    speaks = f"JOIN spans e ON e.edition = t.edition WHERE {meets} AND {_KNOWN} AND {_ENDS}"
    near = f"{speaks} AND {exact}"
    columns = _json("t", rows.LINK)
    links = " UNION ALL ".join(
        f"SELECT {_LINKS}, t.fid, NULL, {columns}, t.edition FROM lineage t WHERE {_NUMBERED.format(side)}"  # noqa: S608
        for side in ("before_", "after_")
    )
    spans = f"SELECT json_agg({_json('s', rows.SPAN)}) FROM spans s WHERE s.edition = d.id"  # noqa: S608
    return f"""PREPARE surroundings (float8, float8, float8, float8, date, date, text, text, text, text) AS
WITH found (part, fid, shape, columns, edition) AS (
  {_shaped(_FEATURES, FEATURES, near)} UNION ALL {_shaped(_ZONES, ZONES, near)}
  UNION ALL SELECT {_COVERAGE}, t.fid, NULL, json_build_array(t.xmin::text), t.edition FROM coverage t {speaks}
  UNION ALL SELECT {_OWN}, t.fid, ST_AsBinary(t.geom, 'NDR'), json_build_array({OWN}), t.edition
  FROM parcels t WHERE {_NUMBERED.format("")}
  UNION ALL {links})
SELECT part, fid, shape, columns FROM found
UNION ALL SELECT {_EDITIONS}, NULL, NULL, json_build_array({_json("d", rows.EDITION)}, ({spans}))
FROM editions d WHERE d.id IN (SELECT edition FROM found)
UNION ALL SELECT {_KEPT}, m.fid, m.shapes, json_build_array(r.way, m.shares, m.made)
FROM measures m JOIN measure_runs r ON r.fid = m.run WHERE m.fid IN (SELECT fid FROM found WHERE part = {_OWN})"""  # noqa: S608


def _shaped(part: int, table: Table[Any], where: str) -> str:
    columns = _json("t", table.columns)
    return f"SELECT {part}, t.fid, ST_AsBinary(t.geom, 'NDR'), {columns}, t.edition FROM {table.name} t {where}"  # noqa: S608


def _json(table: str, columns: Sequence[str]) -> str:
    return f"json_build_array({', '.join(f'{table}.{name}' for name in columns)})"


class Coverages:
    """Coverage that was read, by number and version of its row; a store has one, and all its threads use it."""

    def __init__(self) -> None:
        self._held: dict[tuple[int, str], Covered] = {}

    def of(self, wanted: Sequence[tuple[int, str]], ask: Ask) -> list[Covered]:
        """Raises ``KeyError``: a row changed since its number was read."""
        missing = [key[0] for key in wanted if key not in self._held]
        read = {
            (fid, version): Covered((fid, bytes(shape), *columns))
            for fid, version, shape, columns in (ask(_SHAPES, (missing,)) if missing else ())
        }
        held = self._held | read if read else self._held
        if read:
            self._held = held if len(held) <= MOST else read
        return [held[key] for key in wanted]


def read(ask: Ask, coverages: Coverages, parcel: Parcel, themes: Sequence[str], on: date, known: date) -> Surroundings:
    """One statement, and another where coverage is met for the first time."""
    ref = parcel.ref
    parts: tuple[list[Any], ...] = ([], [], [], [], [], [], [])
    for part, fid, shape, columns in ask(
        EXECUTE, (*parcel.shape.bounds, on, known, ref.commune, ref.period, ref.sheet, ref.number)
    ):
        parts[part].append((fid, shape, columns))
    named = sorted((columns for _, _, columns in parts[_EDITIONS]), key=lambda each: (each[0][1:3], each[0][0]))
    spans = [span for _, of in named for span in of or ()]
    near = Near(
        features=_flat(parts[_FEATURES]),
        zones=_flat(parts[_ZONES]),
        coverage=coverages.of([(fid, columns[0]) for fid, _, columns in parts[_COVERAGE]], ask),
        own=[(*columns, shape) for _, shape, columns in parts[_OWN]],
        links=[columns for _, _, columns in parts[_LINKS]],
        editions=rows.editions([row for row, _ in named], spans, known),
        ends=rows.ends(spans, known),
        kept={fid: Kept(way, parts, made, bytes(shapes)) for fid, shapes, (way, parts, made) in parts[_KEPT]}.get,
    )
    return assembled(parcel, themes, on, near)


def _flat(found: Sequence[tuple[int, Any, Row]]) -> list[Row]:
    return [(fid, shape, *columns) for fid, shape, columns in found]
