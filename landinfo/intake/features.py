"""Rows of a file → the areas of a theme."""

from __future__ import annotations

from landinfo.intake.checks import Shapes, same_ground
from landinfo.intake.rows import CORNER, Reader
from landinfo.model import Feature, Theme


def features(reader: Reader, shapes: Shapes, theme: Theme) -> list[Feature]:
    """The features of a theme; a designation that the theme does not know is refused."""
    known = frozenset(theme.designations) | (reader.uses if theme.system == "land_use" else frozenset())
    names: dict[str, int] = {}
    made: list[Feature] = []
    for i, shape in enumerate(shapes):
        row = reader.row(i)
        code = reader.code(i, reader.map.columns["designation"], reader.map.mapping, row)
        name = reader.text("name", row, str(reader.table.rows[i]))
        if names.setdefault(name, i) != i:
            reader.wrong("THE-003", i, name)
        if code is None:
            reader.wrong("THE-001", i)
        elif code not in known:
            reader.wrong("THE-002", i, code)
        if code is None or shape is None:
            continue
        first, end = reader.days(i, row)
        document = reader.text("document", row, reader.map.words.document)
        article = reader.text("article", row)
        made.append(Feature(name, theme.id, code, shape, first, end, document, article, ""))
    _same_ground(reader, shapes)
    return made


def _same_ground(reader: Reader, shapes: Shapes) -> None:
    """Areas delivered twice: harmless for the shares, worth a word."""
    for rows in same_ground(list(shapes), CORNER):
        for i in rows[1:]:
            reader.wrong("GEO-010", i, f"= {reader.table.rows[rows[0]]}")
