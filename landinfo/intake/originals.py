"""Drawings as they came, beside what was made of them: no repair is without its original."""

from __future__ import annotations

from dataclasses import dataclass, replace

from shapely.geometry.base import BaseGeometry

from landinfo.intake.fieldmap import FieldMap
from landinfo.intake.findings import Collector
from landinfo.intake.opening import Opened
from landinfo.intake.repair import mend
from landinfo.intake.rows import Reader
from landinfo.model import Rulebook


@dataclass(frozen=True, slots=True)
class Original:
    """A drawing as it came, in the plane of the store, of a row (from 1) that was repaired; ``mended`` as it is now."""

    row: int
    name: str
    shape: BaseGeometry
    mended: BaseGeometry


def mended(
    opened: Opened, map: FieldMap, rulebook: Rulebook, collect: Collector
) -> tuple[Opened, tuple[Original, ...]]:
    """The safe repairs, if the map asks for them, and the drawings as they were before any repair."""
    reader = Reader(opened.table, map, rulebook, collect)
    reader.shapes = opened.shapes
    shapes = opened.shapes
    if map.repair == "safe":
        shapes = mend(shapes, reader.limits, lambda code, i, detail, mark: reader.wrong(code, i, detail, mark))
    kept = dict(opened.originals)
    kept |= {i: opened.shapes[i] for i in range(len(shapes)) if shapes[i] is not opened.shapes[i] and i not in kept}
    originals = tuple(
        Original(opened.table.rows[i], reader.named(i), shape, shapes[i])
        for i, shape in sorted(kept.items())
        if shapes[i] is not None
    )
    return replace(opened, shapes=shapes), originals
