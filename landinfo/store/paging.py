"""A layer read page by page in order of arrival: the statements of both engines, and rows → a page."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from landinfo.store import Box, Page
from landinfo.store.rows import FEATURES, PARCELS, ZONES, Row, Table

_IN_FORCE = """
t.effective_from <= {until}
AND (t.effective_to IS NULL OR (t.effective_to > {since} AND t.effective_to > t.effective_from))
AND e.published <= {known} AND (e.withdrawn IS NULL OR e.withdrawn > {known})
AND (e.effective_to IS NULL OR (e.effective_to > {since} AND e.effective_to > t.effective_from))"""
_NAMES = ("since", "until", "known", "after", "layer", "edition", "key")


def table_of(layer: str) -> Table[Any]:
    """The table that holds a layer; a name that is neither "parcels" nor "price_zones" is a theme."""
    named: dict[str, Table[Any]] = {"parcels": PARCELS, "price_zones": ZONES}
    return named.get(layer, FEATURES)


def select(layer: str, shape: str, where: str, mark: str, tail: str = "") -> str:
    """Rows of a layer in force that fulfil ``where``, by their number.

    ``shape`` is how the engine hands out WKB, ``mark`` how it writes a parameter, such as ``:{}``; in ``where`` a
    parameter is written ``{after}``.
    """
    table = table_of(layer)
    columns = ", ".join(f"t.{name}" for name in table.columns)
    theme = "AND t.theme = {layer}" if table is FEATURES else ""
    # CROSS JOIN: SQLite goes through the rows in their order and stops at the limit; to PostgreSQL it is no order.
    source = f"{table.name} t CROSS JOIN spans e"
    text = f"SELECT t.fid, {shape}, {columns} FROM {source} WHERE e.edition = t.edition AND {where} {theme} AND "  # noqa: S608
    return (text + _IN_FORCE).format(**{n: mark.format(n) for n in _NAMES}) + f" ORDER BY t.fid {tail}"


def page(layer: str, found: Sequence[Row], limit: int, box: Box | None) -> Page:
    """``found`` (at most ``limit`` rows) as a page; a row that only the index's rounding brought is left out."""
    values = table_of(layer).values(found)
    kept = [(row[0], value) for row, value in zip(found, values, strict=True) if _meets(value.shape.bounds, box)]
    return Page(tuple(kept), found[-1][0] if len(found) == limit else None)


def _meets(bounds: Box, box: Box | None) -> bool:
    if box is None:
        return True
    return bounds[0] <= box[2] and bounds[2] >= box[0] and bounds[1] <= box[3] and bounds[3] >= box[1]
