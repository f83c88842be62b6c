"""Rows of a file → the areas of a theme."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import shapely

from landinfo.intake.checks import Shapes, same_ground
from landinfo.intake.corners import nowhere_wider
from landinfo.intake.coverage import declared_ground
from landinfo.intake.harmless import shown
from landinfo.intake.neighbours import holes, outline, overlaps
from landinfo.intake.persons import masked
from landinfo.intake.rows import CORNER, Reader
from landinfo.model import Feature, Theme, ThemeKind


def features(reader: Reader, shapes: Shapes, theme: Theme, crs: str) -> list[Feature]:
    """The features of a theme in the plane ``crs``; a designation that the theme does not know is refused.

    Raises ``Refused`` COV-001, like ``coverage.coverage``.
    """
    known = frozenset(theme.designations) | (reader.uses if theme.system == "land_use" else frozenset())
    names: dict[str, int] = {}
    made: list[tuple[int, Feature]] = []
    for i, shape in enumerate(shapes):
        row = reader.row(i)
        code = reader.mapped(i, reader.texts("designation")[i], reader.map.mapping)
        name = reader.text("name", row, str(reader.table.rows[i]))
        if names.setdefault(name, i) != i:
            reader.wrong("THE-003", i, name)
        if code is None:
            reader.wrong("THE-001", i)
        elif code not in known:
            reader.wrong("THE-002", i, shown(code, reader.is_use))
        if code is None or shape is None:
            continue
        first, end = reader.days(i)
        document = reader.text("document", row, reader.map.words.document)
        if document not in (reader.map.words.document, *reader.rulebook.documents):
            reader.wrong("THE-006", i, masked(document))
        article = reader.text("article", row)
        made.append((i, Feature(name, theme.id, code, shape, first, end, document, article, "")))
    _same_ground(reader, shapes)
    if theme.kind is ThemeKind.PARTITION and made:
        _shared(reader, made)
        _uncovered(reader, made, crs)
    return [feature for _, feature in made]


def _shared(reader: Reader, made: Sequence[tuple[int, Feature]]) -> None:
    """THE-004: ground with two designations on one day, in a theme where each place has one."""
    shapes = np.array([feature.shape for _, feature in made], dtype=object)
    days = [(feature.effective_from, feature.effective_to) for _, feature in made]
    for one in overlaps(shapes, days, reader.limits):
        i, code, other = made[one.left][0], made[one.left][1].designation, made[one.right][1].designation
        if code != other and not one.thin:
            reader.wrong("THE-004", i, f"{code} ∩ {other}: {one.area:.2f} m²", outline(one.piece))


def _uncovered(reader: Reader, made: Sequence[tuple[int, Feature]], crs: str) -> None:
    """THE-005: ground inside the coverage without a designation; beyond the outermost areas only if it was declared."""
    if reader.map.coverage == "features":
        return
    union = shapely.union_all([feature.shape for _, feature in made])
    declared = declared_ground(reader.map, crs)
    empty = holes(union) if declared is None else list(shapely.get_parts(shapely.difference(declared, union)))
    tree = shapely.STRtree([feature.shape for _, feature in made])
    for piece in empty:
        if piece.area >= reader.limits.overlap_area and not nowhere_wider(piece, reader.limits.sliver_width):
            i = made[int(tree.nearest(piece))][0]
            reader.wrong("THE-005", i, f"{piece.area:.1f} m²", outline(piece))


def _same_ground(reader: Reader, shapes: Shapes) -> None:
    """Areas delivered twice: harmless for the shares, worth a word."""
    for rows in same_ground(shapes, CORNER):
        for i in rows[1:]:
            reader.wrong("GEO-010", i, f"= {reader.table.rows[rows[0]]}")
