"""A drawing (DGN v7, DXF): boundary lines and texts, of which parcels must first be made.

The levels are those of Circular 25/2014/TT-BTNMT, Annex 18. Lines are noded and closed over gaps of a few millimetres,
every face takes the one label that lies in it; what does not come out even is remarked with its place.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import shapely
from numpy.typing import NDArray

from landinfo.files import capitals, gdal
from landinfo.files.table import Layer, Remark, Spot, Table, Wanted, chosen, lacks
from landinfo.model import Refused

LINES = ("10", "21", "23", "31", "32", "38")
"""TD1 parcel boundary; GS2 rail, GB2 road, TV2 and TV3 water, TD2 dyke foot: parcel boundaries too."""
LABELS = "11"
"""TD2: the label point of a parcel."""
GRID, GAP = 0.001, 0.005
"""m: what is drawn nearer together than ``GRID`` is one point; an end that misses a line by ``GAP`` touches it."""
_LONGEST = 400
"""Characters of labels that a remark hands over."""
_LEVEL = re.compile(r"(?:level|lv|lớp)?[ _-]*0*(\d{1,2})", re.IGNORECASE)
Shapes = NDArray[np.object_]


@dataclass(frozen=True, slots=True)
class _Text:
    row: int
    level: str
    text: str
    point: Any


def read(path: Path, scratch: Path, wanted: Wanted) -> Table:
    """Parcels with a field for each level that holds text (``LEVEL_11``; a DXF layer without a number by its name).

    Raises ``Refused``: as ``gdal.open_layer``, and DRW-005 where nothing is drawn on the boundary levels.
    """
    column = "Layer" if path.suffix.lower() == ".dxf" else "Level"
    opened = gdal.open_layer(path, scratch, replace(wanted, layer=None, fields=()))
    raw = gdal.read_rows(opened, path, Wanted(encoding=wanted.encoding, fields=(column, "Text")))
    raw = _in_capitals(raw, opened, path)
    levels = [_level(value) for value in raw.columns[column]]
    texts = _texts(raw, levels)
    names = sorted({_field(t.level) for t in texts})
    layer = Layer(opened.layer.name, tuple(names), raw.layer.crs, said=raw.layer.said)
    lines = _lines(raw.shapes, levels, tuple(_level(name) for name in wanted.lines) or LINES)
    if not len(lines):
        raise Refused("DRW-005", str(path), lines=", ".join(wanted.lines or LINES), levels=_drawn(levels))
    if lacks(layer, wanted):
        return Table(layer, (), {}, np.empty(0, dtype=object), np.empty(0, dtype=bool), 0)
    faces, remarks = _faces(lines)
    made = _labelled(faces, texts, _level(wanted.labels or LABELS))
    fields = chosen(layer, wanted)
    columns = {name: [texts_.get(name) for texts_ in made.columns] for name in fields}
    empty = np.zeros(len(made.shapes), dtype=bool)
    table = Table(layer, range(1, len(made.shapes) + 1), columns, made.shapes, empty, raw.with_height)
    said = [
        replace(r, spots=tuple(replace(s, row=0, detail=f"[{s.row}] {s.detail}") for s in r.spots)) for r in raw.remarks
    ]
    table = replace(table, remarks=(*said, *remarks, *made.remarks), composed=raw.composed)
    return _first(table, wanted.most)


def _in_capitals(raw: Table, opened: gdal.Opened, path: Path) -> Table:
    """The texts that stand in a capital-letter font by what the drawing says of them."""
    if opened.driver != "DXF" or not capitals.are_named(path):
        return raw
    made, remark = capitals.by_fonts(raw.columns["Text"], gdal.fonts(opened), raw.remarks)
    return replace(raw, columns={**raw.columns, "Text": made}, remarks=(*raw.remarks, *([remark] if remark else ())))


def _first(table: Table, most: int) -> Table:
    if not most:
        return table
    columns = {name: values[:most] for name, values in table.columns.items()}
    shapes, unreadable = table.shapes[:most], table.unreadable[:most]
    return replace(table, rows=table.rows[:most], columns=columns, shapes=shapes, unreadable=unreadable)


def _level(value: Any) -> str:
    """``10``, ``Level 10``, ``10_RANH`` stays itself: the number of a level, or the name of a layer."""
    match = _LEVEL.fullmatch(str(value).strip())
    return match[1] if match else str(value).strip()


def _field(level: str) -> str:
    return f"LEVEL_{level}" if level.isdecimal() else level


def _drawn(levels: Sequence[str]) -> str:
    return ", ".join(sorted(set(levels), key=lambda v: (len(v), v)))[:300] or "–"


def _texts(raw: Table, levels: Sequence[str]) -> list[_Text]:
    rows = zip(raw.rows, levels, raw.columns["Text"], raw.shapes, strict=True)
    return [
        _Text(row, level, str(text).strip(), shapely.centroid(shape))
        for row, level, text, shape in rows
        if text is not None and str(text).strip() and shape is not None and not shape.is_empty
    ]


def _lines(shapes: Shapes, levels: Sequence[str], wanted: Sequence[str]) -> Shapes:
    """The boundary lines, an area as its rings, each cut into simple lines."""
    on = [s for s, level in zip(shapes, levels, strict=True) if level in wanted and s is not None and not s.is_empty]
    areas = [s for s in on if shapely.get_dimensions(s) == 2]
    flat = [s for s in on if shapely.get_dimensions(s) == 1] + [shapely.boundary(s) for s in areas]
    parts = shapely.get_parts(np.array(flat, dtype=object)) if flat else np.empty(0, dtype=object)
    finite = np.array([bool(np.isfinite(shapely.get_coordinates(p)).all()) for p in parts], dtype=bool)
    return np.asarray(parts[finite] if len(parts) else parts, dtype=object)


def _faces(lines: Shapes) -> tuple[Shapes, list[Remark]]:
    """The areas that the lines enclose, and the ends that enclose nothing (DRW-004)."""
    noded = shapely.union_all(_closed(lines), grid_size=GRID)
    collections: Any = shapely.polygonize_full([noded])
    faces = shapely.get_parts(collections[0])
    loose = [line for collection in collections[1:3] for line in shapely.get_parts(collection)]
    spots = tuple(Spot(0, x=line.coords[0][0], y=line.coords[0][1], detail=f"{line.length:.2f} m") for line in loose)
    return np.asarray(faces, dtype=object), [Remark("DRW-004", {}, spots)] if spots else []


def _closed(lines: Shapes) -> Shapes:
    """The lines, their loose ends moved onto what they miss by at most ``GAP`` (the end moves, not the other)."""
    ends: Any = shapely.points(np.concatenate([shapely.get_coordinates(line)[[0, -1]] for line in lines]))
    end, other = shapely.STRtree(lines).query(ends, predicate="dwithin", distance=GAP)
    gaps = shapely.distance(ends[end], lines[other])
    missing = (gaps > 0) & (end // 2 != other)
    nearest = {
        int(e): int(n) for e, n, _ in sorted(zip(end[missing], other[missing], -gaps[missing], strict=True), key=_gap)
    }
    made = lines.copy()
    for e, n in nearest.items():
        corners = shapely.get_coordinates(made[e // 2])
        at = shapely.line_interpolate_point(lines[n], shapely.line_locate_point(lines[n], ends[e]))
        corners[-(e % 2)] = shapely.get_coordinates(at)[0]
        made[e // 2] = shapely.linestrings(corners)
    return made


def _gap(found: tuple[Any, Any, Any]) -> float:
    return float(found[2])


@dataclass(frozen=True, slots=True)
class _Made:
    shapes: Shapes
    columns: list[dict[str, str]]
    remarks: list[Remark]


def _labelled(faces: Shapes, texts: Sequence[_Text], label: str) -> _Made:
    """Faces with exactly one label, in the order of the labels, and the texts that lie in them."""
    inside: list[list[_Text]] = [[] for _ in faces]
    outside: list[_Text] = []
    tree = shapely.STRtree(faces)
    for text in texts:
        hit = sorted(int(n) for n in tree.query(text.point, predicate="intersects"))
        if hit:
            inside[hit[0]].append(text)
        elif text.level == label:
            outside.append(text)
    labels = [[t for t in held if t.level == label] for held in inside]
    good = sorted((n for n, held in enumerate(labels) if len(held) == 1), key=lambda n: labels[n][0].row)
    remarks = [
        _remark("DRW-001", [_at(faces[n]) for n, held in enumerate(labels) if not held]),
        _remark("DRW-002", [_at(faces[n], held) for n, held in enumerate(labels) if len(held) > 1]),
        _remark("DRW-003", [Spot(0, t.text[:_LONGEST], t.point.x, t.point.y, f"[{t.row}]") for t in outside]),
    ]
    return _Made(faces[good], [_values(inside[n]) for n in good], [r for r in remarks if r.spots])


def _values(texts: Sequence[_Text]) -> dict[str, str]:
    """Texts by level; several on one level are joined as land uses are (``ONT+CLN``)."""
    by: dict[str, list[str]] = {}
    for text in texts:
        by.setdefault(_field(text.level), []).append(text.text)
    return {name: "+".join(values) for name, values in by.items()}


def _at(face: Any, labels: Sequence[_Text] = ()) -> Spot:
    point = shapely.point_on_surface(face)
    name = ", ".join(t.text for t in labels)[:_LONGEST]
    return Spot(0, name, point.x, point.y, f"{face.area:.1f} m²")


def _remark(code: str, spots: Sequence[Spot]) -> Remark:
    return Remark(code, {}, tuple(spots))
