"""What a store lets in, the same for every engine: a schema of this version, and loads that can be read again."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import chain
from typing import Any

import numpy as np
import shapely

from landinfo.model import Refused
from landinfo.store import SCHEMA_VERSION, Load, StoreFacts
from landinfo.store.rows import COVERAGE, FEATURES, PARCELS, ZONES, Row, Table

LAYER_OF_ITS_OWN = {PARCELS.name: "parcels", ZONES.name: "price_zones"}
_POLYGONS = (shapely.GeometryType.POLYGON, shapely.GeometryType.MULTIPOLYGON)


def meta_of(facts: StoreFacts) -> dict[str, str]:
    """What a new store writes down of itself; the schema is always this version's."""
    return {
        "title": facts.title,
        "crs": facts.crs,
        "schema_version": str(SCHEMA_VERSION),
        "simulated": "true" if facts.simulated else "false",
        "sign_off": "true" if facts.sign_off else "false",
    }


def facts_of(meta: Mapping[str, str], store: str) -> StoreFacts:
    """What a store says of itself. Raises ``Refused``: not a store, an older schema, a newer one."""
    version = version_of(meta, store)
    if version != SCHEMA_VERSION:
        code = "store-older" if version < SCHEMA_VERSION else "store-newer"
        raise Refused(code, "store", store=store, version=version, needed=SCHEMA_VERSION)
    return StoreFacts(meta["title"], meta["crs"], version, meta["simulated"] == "true", meta.get("sign_off") == "true")


def version_of(meta: Mapping[str, str], store: str) -> int:
    """The schema version; raises ``Refused`` when this is not a store."""
    if not {"title", "crs", "schema_version", "simulated"} <= meta.keys() or not meta["schema_version"].isdecimal():
        raise Refused("store-unknown", "store", store=store)
    return int(meta["schema_version"])


@dataclass(frozen=True)
class Part:
    """Rows of one table, ready to be written: shapes as an array of polygons, and a row for each."""

    table: Table[Any]
    shapes: Any
    rows: list[Row]


def parts(load: Load, size: int) -> Iterator[Part]:
    """The rows of a load by table, at most ``size`` at a time. Raises ``Refused``: one could not be read again."""
    filled = [(t, values) for t, values in _by_table(load) if values]
    if len(filled) - bool(load.coverage) > 1:
        raise _bad(load, "more than one kind of rows")
    for table, values in filled:
        for start in range(0, len(values), size):
            yield _part(load, table, values[start : start + size])


def check(load: Load, size: int) -> int:
    """How many parts of ``size`` rows it has. Raises ``Refused``: one of them could not be read again."""
    return sum(1 for _ in parts(load, size))


def _part(load: Load, table: Table[Any], values: Sequence[Any]) -> Part:
    layers = {LAYER_OF_ITS_OWN.get(table.name) or getattr(v, "theme", None) or v.layer for v in values}
    if layers != {load.edition.layer}:
        raise _bad(load, f"rows of layer {', '.join(sorted(layers - {load.edition.layer}))}")
    if {v.edition for v in values} != {load.edition.id}:
        raise _bad(load, "rows of another edition")
    rows = [table.row(v) for v in values]
    if not _storable("".join(map(str, chain.from_iterable(rows)))):
        raise _bad(load, "a text with a NUL or half a character")
    return Part(table, _polygons(load, [v.shape for v in values]), rows)


def _by_table(load: Load) -> tuple[tuple[Table[Any], Sequence[Any]], ...]:
    return (PARCELS, load.parcels), (FEATURES, load.features), (ZONES, load.zones), (COVERAGE, load.coverage)


def _polygons(load: Load, shapes: Iterable[Any]) -> Any:
    flat = shapely.force_2d(np.array(list(shapes), dtype=object))
    if not np.isin(shapely.get_type_id(flat), _POLYGONS).all() or shapely.is_empty(flat).any():
        raise _bad(load, "a shape that is no polygon")
    if not np.isfinite(shapely.get_coordinates(flat)).all():
        raise _bad(load, "a coordinate that is no number")
    return flat


_HALF = re.compile("[\ud800-\udfff]")


def _storable(text: str) -> bool:
    # PostgreSQL holds neither; SQLite would, and the engines would differ.
    return "\0" not in text and not _HALF.search(text)


def _bad(load: Load, wrong: str) -> Refused:
    return Refused("store-bad-load", "", edition=load.edition.id, wrong=wrong)


def withdrawn_on(known: date | None, published: Sequence[date]) -> date:
    """The day of knowledge on which a withdrawal begins: the one given, else that of the latest load beside it."""
    if known is None and not published:
        raise ValueError("a withdrawal without loads needs its day")
    return known if known is not None else max(published)
