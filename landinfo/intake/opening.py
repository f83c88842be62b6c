"""A file, opened by its field map: the right layer, fields that exist, a known system, shapes in the store's plane."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

import numpy as np
import shapely
from numpy.typing import NDArray
from shapely.geometry.base import BaseGeometry

from landinfo.coordinates_source import Way, is_degrees, is_hn72, lost_datum, name_of, same, way
from landinfo.files.read import read_file
from landinfo.files.table import Layer, Remark, Spot, Table, Wanted
from landinfo.intake.checks import NOWHERE, At, Check, Shapes, check_shapes
from landinfo.intake.fieldmap import FieldMap
from landinfo.intake.findings import Collector, Finding, Place, found
from landinfo.intake.harmless import is_number, shown
from landinfo.intake.personal import personal_fields
from landinfo.intake.persons import looks_personal, masked
from landinfo.intake.preset import fitted
from landinfo.intake.rows import Reader
from landinfo.model import CannotBeAnswered, Refused, Rulebook

_NUMBERED = (48e6, 50e6)
"""m: eastings with the number of the zone, 48 or 49, written before them."""
EXAMPLES = 3
HALF_ROUND = 2.1e7
"""m: half-way round the earth, farther than any plane reaches."""


@dataclass(frozen=True, slots=True)
class Opened:
    """The rows, and their shapes in the plane of the store (None where a row is refused).

    ``crs`` is the system of the file as it is defined there, ``source_crs`` its code or name; ``map`` is the field map
    with what its preset found.
    ``originals`` are the drawings of rows (from 0) that were repaired while they were read, as they came.
    """

    table: Table
    shapes: Shapes
    source_crs: str
    operation: str
    crs: str
    map: FieldMap
    originals: Mapping[int, BaseGeometry] = field(default_factory=dict)


def open_source(
    source: Path, map: FieldMap, crs: str, rulebook: Rulebook, collect: Collector, check: Check = check_shapes
) -> Opened:
    """Read ``source`` into the plane ``crs``. Raises ``Refused`` where nothing more can be said of the file.

    FIL-*, CRS-*, MAP-003 (a field that does not exist); shapes that do not pass ``check`` go to ``collect`` row by row.
    """
    if map.preset:
        first = Wanted(map.layer, map.encoding, lines=map.lines, labels=map.labels, most=1)
        map = fitted(map, read_file(source, first).layer.fields, collect, rulebook)
    if personal := personal_fields(map.fields, bool(map.theme)):
        raise Refused("PER-002", str(map.path), fields=", ".join(personal))
    wanted = Wanted(map.layer, map.encoding, map.fields, lines=map.lines, labels=map.labels, capitals=map.capitals)
    table = read_file(source, wanted)
    _fields(table.layer, map)
    system = _system(table.layer, map, collect)
    _said(table, collect)
    if not len(table.shapes):
        raise Refused("FIL-005", str(source), layer=table.layer.name)
    _personal(table.layer.fields, map, collect)
    at = Reader(table, map, rulebook, collect).place
    good = check(table.shapes, table.unreadable, at, map.repair, collect)
    there = np.array([shape is not None for shape in good])
    drawn = there if there.any() else _finite(table.shapes)
    if not drawn.any():
        return Opened(table, good, system, "", system, map)
    by = _way(system, crs, table.shapes[drawn], collect)
    collect.bring(by.convert)
    moved = good.copy()
    if by.operation:
        moved[there] = by.convert(good[there])
    _landed(good, moved, at, collect)
    broken = np.flatnonzero(there & (table.unreadable | ~shapely.is_valid(table.shapes)))
    originals = {int(i): by.convert(_as_it_came(table, int(i))) for i in broken}
    return Opened(table, moved, by.source, by.operation, system, map, originals)


def _as_it_came(table: Table, i: int) -> BaseGeometry:
    """The drawing of a row that was repaired; rings that were open as the open lines that they were."""
    shape: BaseGeometry = table.shapes[i]
    if not table.unreadable[i]:
        return shape
    rings = shapely.get_rings(shapely.get_parts(shape))
    return shapely.MultiLineString([shapely.get_coordinates(ring)[:-1] for ring in rings])


def _finite(shapes: Shapes) -> NDArray[np.bool_]:
    """Shapes of which at least the place is known."""
    return np.asarray((np.abs(shapely.bounds(shapes)) < NOWHERE).all(axis=1))


def _fields(layer: Layer, map: FieldMap) -> None:
    missing = [field for field in dict.fromkeys((*map.fields, *map.capitals)) if field not in layer.fields]
    if missing:
        fields = ", ".join(layer.fields) or "–"
        raise Refused("MAP-003", str(map.path), missing=", ".join(missing), fields=fields)


def _system(layer: Layer, map: FieldMap, collect: Collector) -> str:
    """What the file says, or the map where the file says nothing; never one over the other."""
    for given in (map.crs, layer.crs):
        if given is not None and is_hn72(given):
            raise Refused("CRS-017", "crs", crs=given[:40])
    if layer.crs is None and map.crs is None:
        raise Refused("CRS-001", "crs", layer=masked(layer.name))
    try:
        lost = lost_datum(layer.crs) if layer.crs is not None else ""
        if lost:
            return _without_datum(str(layer.crs), lost, map, collect)
        if map.crs is None:
            return str(layer.crs)
        if layer.crs is not None and not layer.crs_by_rule and not same(layer.crs, map.crs):
            raise Refused("CRS-002", "crs", crs=name_of(layer.crs), given=map.crs)
    except CannotBeAnswered as wrong:
        raise Refused("CRS-003", "crs", crs=wrong.params["crs"]) from wrong
    if layer.crs is None or layer.crs_by_rule:
        collect.put(found("CRS-007", crs=map.crs))
    return map.crs


def _personal(fields: Sequence[str], map: FieldMap, collect: Collector) -> None:
    """Fields of persons are not in the map, so they were not read; that they were there is said."""
    if there := personal_fields(fields, bool(map.theme)):
        collect.put(_counted("PER-001", len(there), fields=", ".join(there)))


def _without_datum(stated: str, lost: str, map: FieldMap, collect: Collector) -> str:
    """A file in the projection of VN-2000 on WGS 84: the map must say which of the two it is."""
    if map.crs is None:
        raise Refused("CRS-018", "crs", zone=lost)
    if same(map.crs, lost):
        collect.put(found("CRS-020", crs=lost))
    elif not same(map.crs, stated):
        raise Refused("CRS-002", "crs", crs=name_of(stated), given=map.crs)
    return map.crs


def _said(table: Table, collect: Collector) -> None:
    for sentence in table.layer.said:
        collect.put(found("FIL-008", detail=sentence))
    if table.layer.curves:
        collect.put(_counted("GEO-007", table.layer.curves))
    if table.with_height:
        collect.put(_counted("GEO-009", table.with_height))
    if table.composed:
        collect.put(_counted("TXT-001", table.composed))
    for remark in table.remarks:
        if remark.params or not remark.spots:
            collect.put(remarked(remark))
        for spot in () if remark.params else remark.spots:
            collect.add(remark.code, _place(spot))


def remarked(remark: Remark) -> Finding:
    """What was noticed while reading, as a finding; nobody's name is an example."""
    params = dict(remark.params)
    if "examples" in params:
        open_ = [e for e in params["examples"] if not looks_personal(e["text"])][:EXAMPLES]
        params["examples"] = "; ".join(f"«{e['before']}» → «{e['after']}»" for e in open_) or "–"
    made = found(remark.code, map(_place, remark.spots), **params)
    return replace(made, count=params.get("count", made.count))


def _place(spot: Spot) -> Place:
    """Masked whole, then cut; what a parcel is called is shown where it is a number."""
    return Place(
        spot.row, shown(spot.name, is_number)[:60] if spot.name else "", spot.x, spot.y, masked(spot.detail)[:120]
    )


def _counted(code: str, count: int, **params: str) -> Finding:
    return Finding(found(code).kind, count, params=params)


def _way(system: str, crs: str, shapes: Shapes, collect: Collector) -> Way:
    box = [float(edge) for edge in shapely.total_bounds(shapes)]
    try:
        if is_degrees(system) and (max(abs(box[0]), abs(box[2])) > 180 or max(abs(box[1]), abs(box[3])) > 90):
            raise Refused("CRS-005", "crs", crs=name_of(system), x=round(box[0], 1), y=round(box[1], 1))
        if all(_NUMBERED[0] <= x < _NUMBERED[1] for x in (box[0], box[2])):
            raise Refused("CRS-019", "crs", x=round(box[0], 1))
        by = way(system, crs, box)
    except CannotBeAnswered as wrong:
        code = "CRS-003" if wrong.code == "crs-not-readable" else "CRS-004"
        raise Refused(code, "crs", crs=wrong.params["crs"], target=crs) from wrong
    if by.operation:
        accuracy = "–" if by.accuracy is None else f"{by.accuracy:g}"
        collect.put(found("CRS-008", crs=by.source, target=crs, operation=by.operation, accuracy=accuracy))
    return by


def _landed(before: Shapes, after: Shapes, at: At, collect: Collector) -> None:
    """A transformation can throw a point out of the plane, or fold a boundary that was hardly simple."""
    with np.errstate(invalid="ignore"):
        there = np.asarray((np.abs(shapely.bounds(after)) < HALF_ROUND).all(axis=1))
    gone = np.array([shape is not None for shape in after]) & ~(there & shapely.is_valid(after))
    for i in np.flatnonzero(gone).tolist():
        x, y = shapely.get_coordinates(before[i])[0]
        if there[i]:
            reason = shapely.is_valid_reason(after[i])
            collect.add("GEO-003", replace(at(i), x=float(x), y=float(y), detail=reason))
        else:
            collect.add("CRS-006", replace(at(i), x=float(x), y=float(y)))
        after[i] = None
