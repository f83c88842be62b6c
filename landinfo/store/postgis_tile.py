"""What the server engine reads for a tile: a few long values for all rows, which cost less than a row for each."""

from __future__ import annotations

import json
from typing import Any

import numpy as np

from landinfo.store.tile import TEXTS, Designated, Found, Shapes

_GIVEN = "float8, float8, float8, float8, date, date"
"""Of all: box of the plane, on, known ($1 to $6)."""
_SEPARATOR = "\x1f"
_TEXTS = tuple(f"t.{name}" for name in TEXTS)
# The editions once, and not for each row that lies there.
_IN_FORCE = """t.effective_from <= $5 AND (t.effective_to IS NULL OR t.effective_to > $5)
AND t.edition = ANY(ARRAY(
  SELECT e.edition FROM spans e WHERE {known} AND (e.effective_to IS NULL OR e.effective_to > $5)))"""


def prepared(number: int, in_force: str, known: str) -> tuple[str, ...]:
    """The statements, for a store of SRID ``number``; ``in_force`` selects rows ``t`` and spans ``e`` by their days,
    ``known`` spans by the day of knowledge.
    """
    near = f"t.geom && ST_MakeEnvelope($1, $2, $3, $4, {number})"
    found = f"{near} AND {_IN_FORCE.format(known=known.format(known='$6'))}"
    return _outlines(found), _parcels(found), _theme(found), _squares(in_force.format(on="$2", known="$3"))


def _squares(in_force: str) -> str:
    column, row = (f"floor((ST_{axis}Min(t.geom) + ST_{axis}Max(t.geom)) / 2 / $1)::integer" for axis in "XY")
    return f"""PREPARE squares (float8, date, date) AS
SELECT t.commune, t.period, t.commune_now, {column}, {row}, count(*)
FROM parcels t JOIN spans e ON e.edition = t.edition WHERE {in_force}
GROUP BY 1, 2, 3, 4, 5 ORDER BY 1, 2, t.commune_now COLLATE "C" NULLS FIRST, 4, 5"""  # noqa: S608


_ROW = "*, ST_AsBinary(t.geom, 'NDR') AS wkb"
_SHAPES = "string_agg(int4send(octet_length(wkb)), ''::bytea), string_agg(wkb, ''::bytea)"


def _outlines(found: str) -> str:
    source = f"SELECT ST_AsBinary(t.geom, 'NDR') AS wkb FROM parcels t WHERE {found} OFFSET 0"  # noqa: S608
    return f"PREPARE tile_outlines ({_GIVEN}) AS SELECT {_SHAPES} FROM ({source}) t"  # noqa: S608


def _parcels(found: str) -> str:
    texts = f"string_agg(concat_ws(E'\\x1f', {', '.join(_TEXTS)}), E'\\x1f')"
    return f"""PREPARE tile_parcels ({_GIVEN}) AS
SELECT 0, {_SHAPES}, {texts} FROM (SELECT {_ROW} FROM parcels t WHERE {found} ORDER BY t.fid) t
UNION ALL {_ground(f"{found} AND t.layer = 'parcels'")}"""  # noqa: S608


def _theme(found: str) -> str:
    """$7: which one."""
    order = 't.designation COLLATE "C", t.id COLLATE "C", t.edition, t.fid'  # as rows.FEATURES
    texts = "json_agg(json_build_array(id, designation))::text"
    return f"""PREPARE tile_theme ({_GIVEN}, text) AS
SELECT 0, {_SHAPES}, {texts} FROM (SELECT {_ROW} FROM features t WHERE {found} AND t.theme = $7 ORDER BY {order}) t
UNION ALL {_ground(f"{found} AND t.layer = $7")}"""  # noqa: S608


def _ground(found: str) -> str:
    """A second row: the ground that is held completely."""
    held = f"SELECT {_ROW} FROM coverage t WHERE {found} AND t.complete ORDER BY t.edition, t.fid"  # noqa: S608
    return f"SELECT 1, {_SHAPES}, NULL FROM ({held}) t"  # noqa: S608


def shapes(length: Any, wkb: Any) -> Shapes:
    """From the lengths of all, four bytes each, and their WKB; None: there is none."""
    return Shapes(bytes(wkb or b""), np.frombuffer(bytes(length or b""), dtype=">i4").astype(np.int64))


def found(held: Shapes, texts: str | None) -> Found | None:
    """Parcels from their shapes and the texts of all; None: a text holds what stands between them."""
    each = texts.split(_SEPARATOR) if texts else []
    if len(each) != len(_TEXTS) * len(held.length):
        return None
    return Found(held, *(each[n :: len(_TEXTS)] for n in range(len(_TEXTS))))


def designated(held: Shapes, texts: str | None) -> Designated:
    """Areas of a theme from their shapes and the texts of all."""
    each = json.loads(texts) if texts else []
    return Designated(held, [row[0] for row in each], [row[1] for row in each])
