"""Where a layer is held: declared by the operator in the field map, written beside the rows, never inferred later."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from datetime import date

import numpy as np
import shapely
from shapely.geometry.base import BaseGeometry

from landinfo.coordinates_source import way
from landinfo.files.read import read_file
from landinfo.intake.fieldmap import FieldMap
from landinfo.model import CannotBeAnswered, Coverage, Feature, Parcel, PriceZone, Refused


def coverage(rows: Sequence[Parcel | Feature | PriceZone], map: FieldMap, layer: str, crs: str) -> list[Coverage]:
    """The coverage of a load in the plane ``crs``: one for each map series of parcels, one for a theme or
    a price list.

    It begins with the edition, whenever a row began, and ends with the last of its rows.
    Raises ``Refused`` like ``files.read.read_file``, or COV-001, for a coverage that stands in a file.
    """
    first, end = map.words.effective_from, _last(rows)
    grounds = _grounds(rows, map, crs) if end is None or first < end else []
    return [Coverage(layer, shape, first, end, map.coverage_complete, "") for shape in grounds]


def _last(rows: Sequence[Parcel | Feature | PriceZone]) -> date | None:
    """The day from which nothing of the load is in force any more: an ended plan says nothing, rather than "no"."""
    ends = [row.effective_to for row in rows]
    known = [end for end in ends if end is not None]
    return max(known) if len(known) == len(ends) else None


def _grounds(rows: Sequence[Parcel | Feature | PriceZone], map: FieldMap, crs: str) -> list[BaseGeometry]:
    if (declared := declared_ground(map, crs)) is not None:
        return [declared]
    groups: dict[str, list[BaseGeometry]] = defaultdict(list)
    for row in rows:
        groups[_group(row)].append(row.shape)
    return [_ground(shapes, map.coverage) for _, shapes in sorted(groups.items())]


def _group(row: Parcel | Feature | PriceZone) -> str:
    """What has a coverage of its own: a map series, a theme, a price list."""
    if isinstance(row, Parcel):
        return row.ref.series
    return row.theme if isinstance(row, Feature) else row.price_list


def declared_ground(map: FieldMap, crs: str) -> BaseGeometry | None:
    """The coverage that stands in a file of its own, in the plane ``crs``; None where it is drawn around the rows."""
    return _from_file(map, crs) if map.coverage.startswith("file:") else None


def _ground(shapes: Sequence[BaseGeometry], of: str) -> BaseGeometry:
    if of == "features":
        return shapely.union_all(shapes)
    if of == "bbox":
        return shapely.box(*shapely.total_bounds(shapes))
    # As one line, for the hull is that of its corners: as points a million parcels take 2 GB.
    return shapely.convex_hull(shapely.LineString(shapely.get_coordinates(np.asarray(shapes, dtype=object))))


def _from_file(map: FieldMap, crs: str) -> BaseGeometry:
    path = map.path.parent / map.coverage.removeprefix("file:")
    table = read_file(path)
    shapes = [shape for shape in table.shapes if shape is not None and not shape.is_empty]
    polygons = all(s.geom_type in ("Polygon", "MultiPolygon") and s.is_valid for s in shapes)
    if not shapes or not polygons or table.unreadable.any() or table.layer.crs is None:
        raise Refused("COV-001", str(path), path=path.name)
    bounds = [float(edge) for edge in shapely.total_bounds(shapes)]
    try:
        return shapely.union_all(way(table.layer.crs, crs, bounds).convert(shapes))
    except CannotBeAnswered as wrong:
        raise Refused("COV-001", str(path), path=path.name) from wrong
