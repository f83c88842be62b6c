"""What the server engine reads for a tile: all rows in PostgreSQL's binary form, in which columns are found at once.

As text each byte of a shape would be written as two and read again, and each row would become an object.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import date
from typing import Any

import numpy as np

from landinfo.store import Box
from landinfo.store.text_column import TextColumn
from landinfo.store.tile import PARCEL_TEXTS, Designated, Found, Shapes

# The editions once, and not for each row that lies there.
_IN_FORCE = """t.effective_from <= %(on)s AND (t.effective_to IS NULL OR t.effective_to > %(on)s)
AND t.edition = ANY(ARRAY(
  SELECT e.edition FROM spans e WHERE {known} AND (e.effective_to IS NULL OR e.effective_to > %(on)s)))"""
_HEADER = 19
"""Bytes in front of the first row of what is copied: a signature, flags, and that no more follows."""
_END = b"\xff\xff"
_DRAWN = 't.designation COLLATE "C", t.id COLLATE "C", t.edition, t.fid'
"""The order of ``rows.FEATURES``."""
Copy = Callable[[str, Mapping[str, object]], list[bytes]]


class TileRows:
    """What stands in a store of SRID ``number`` in a box, on a day as known on another.

    ``known`` selects spans ``e`` by the day of knowledge; ``copy`` gives what a statement selects, as it is copied out.
    """

    def __init__(self, number: int, known: str, copy: Copy) -> None:
        near = f"t.geom && ST_MakeEnvelope(%(west)s, %(south)s, %(east)s, %(north)s, {number})"
        self._there = f"{near} AND {_IN_FORCE.format(known=known.format(known='%(known)s'))}"
        self._copy = copy

    def outlines(self, box: Box, on: date, known: date) -> Shapes:
        """Of parcels."""
        return self._read("parcels", "t.fid", (), "", _asked("parcels", box, on, known))[0]

    def parcels(self, box: Box, on: date, known: date) -> tuple[Found, Shapes]:
        """Parcels, and the ground that is held completely."""
        shapes, texts, ground = self._read(
            "parcels", "t.fid", PARCEL_TEXTS, self._ground(len(PARCEL_TEXTS)), _asked("parcels", box, on, known)
        )
        return Found(shapes, *texts), ground

    def theme(self, layer: str, box: Box, on: date, known: date) -> tuple[Designated, Shapes]:
        """Areas of a theme, and the ground on which it is held completely."""
        more, order = f"AND t.theme = %(layer)s {self._ground(2)}", f"row_number() OVER (ORDER BY {_DRAWN})"
        asked = _asked(layer, box, on, known)
        shapes, texts, ground = self._read("features", order, ("t.id", "t.designation"), more, asked)
        return Designated(shapes, *texts), ground

    def _ground(self, texts: int) -> str:
        """In the same statement, of one moment; numbered below 0."""
        columns = f"-row_number() OVER (ORDER BY t.edition, t.fid), t.geom{', NULL' * texts}"
        held = "t.complete AND t.layer = %(layer)s"
        return f"UNION ALL SELECT {columns} FROM coverage t WHERE {self._there} AND {held}"  # noqa: S608

    def _read(
        self, table: str, order: str, texts: Sequence[str], more: str, asked: Mapping[str, object]
    ) -> tuple[Shapes, list[TextColumn], Shapes]:
        """Shapes and texts by ``order``, whose numbers are above 0, and of what ``more`` selects the ground."""
        columns = "".join(f", {text}" for text in texts)
        select = f"SELECT {order}, t.geom{columns} FROM {table} t WHERE {self._there} {more}"  # noqa: S608
        copied = _rows(self._copy(select, asked))
        length = np.fromiter(map(len, copied), np.int64, len(copied))
        held = b"".join(copied)
        fields = _columns(held, length, 2 + len(texts))
        number = np.ndarray((max(len(held) - 7, 0),), ">i8", held, strides=(1,))[fields[0, 0]]
        # sorted here: PostgreSQL would carry all of each row along
        arrived = np.argsort(number, kind="stable")
        below = int((number < 0).sum())
        ground, rows = (fields.take(which, axis=2) for which in (arrived[:below][::-1], arrived[below:]))
        signs = np.frombuffer(held, np.uint8)
        return Shapes(held, *rows[1]), [TextColumn(signs, *each) for each in rows[2:]], Shapes(held, *ground[1])


def _asked(layer: str, box: Box, on: date, known: date) -> dict[str, object]:
    edges = zip(("west", "south", "east", "north"), box, strict=True)
    return {**dict(edges), "layer": layer, "on": on, "known": known}


def _rows(copied: Sequence[bytes]) -> Sequence[bytes]:
    """Each row: PostgreSQL sends one in a message, with the header in front of the first and an end behind the last."""
    first, *others = copied
    return [row for row in (first[_HEADER:], *others) if row and row != _END]


def _columns(held: bytes, length: Any, many: int) -> Any:
    """Of so many fields of each row where their bytes begin, and how many there are: fields × 2 × rows.

    A row is a number of two bytes, and for each field one of four and its bytes.
    """
    sizes = np.ndarray((max(len(held) - 3, 0),), ">i4", held, strides=(1,))
    found = np.empty((many, 2, len(length)), dtype=np.int64)
    at = np.cumsum(length) - length + 2
    for start, size in found:
        start[:] = at + 4
        np.maximum(sizes[at], 0, out=size)  # -1: nothing stands there
        at = start + size
    return found


def squares(in_force: str) -> str:
    """The statement that counts parcels by squares; ``in_force`` selects rows ``t`` and spans ``e`` by their days."""
    column, row = (f"floor((ST_{axis}Min(t.geom) + ST_{axis}Max(t.geom)) / 2 / $1)::integer" for axis in "XY")
    return f"""PREPARE squares (float8, date, date) AS
SELECT t.commune, t.period, t.commune_now, {column}, {row}, count(*)
FROM parcels t JOIN spans e ON e.edition = t.edition WHERE {in_force.format(on="$2", known="$3")}
GROUP BY 1, 2, 3, 4, 5 ORDER BY 1, 2, t.commune_now COLLATE "C" NULLS FIRST, 4, 5"""  # noqa: S608
