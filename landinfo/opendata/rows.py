"""The rows of an edition as a table, a strip of its ground at a time, so that a province needs no more memory."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from typing import Any

import shapely

from landinfo import coordinates, plain
from landinfo.files.outlet import Table, columns
from landinfo.model import Edition, Feature, Parcel, PriceZone
from landinfo.store import Store

ROWS = 20_000
"""About as many rows are held at a time."""
_DAYS = "effective_from effective_to edition simulated:flag"
_PARCEL = "ref commune period sheet number suffix registered_area:real land_uses commune_now map_scale:whole"
_FEATURE = "id theme designation document article"
_ZONE = "id price_list section position:whole agricultural_position:whole conditions found"
Row = Parcel | Feature | PriceZone


def table(layer: str, wkt: bool) -> Table:
    """``wkt``: the outline is a column of text, for formats that have no drawings."""
    own = {"parcels": _PARCEL, "price_zones": _ZONE}.get(layer, _FEATURE)
    return Table(layer, columns(f"{own} {_DAYS}{' wkt' if wkt else ''}"), drawn=not wkt)


def rows(edition: Edition, store: Store) -> Iterator[tuple[list[Any], plain.Plain, str]]:
    """Values, outline (GeoJSON) and outline (WKT), both in WGS 84, of every row once."""
    crs = store.facts().crs
    for row in _each(edition, store):
        degrees = coordinates.plane(crs).to_wgs84(row.shape)
        outline, wkt = plain.geojson(degrees), shapely.to_wkt(degrees, rounding_precision=8)
        yield [*_values(row), plain.iso(row.effective_from), plain.iso(row.effective_to), edition.id,
               edition.simulated], outline, wkt  # fmt: skip


def _each(edition: Edition, store: Store) -> Iterator[Row]:
    """A row belongs to the strip in which its box begins."""
    box = store.extent(edition.id)
    if box is None:
        return
    west, south, east, north = box
    strips = max(1, -(-edition.rows // ROWS))
    edges = [west + (east - west) * n / strips for n in range(strips)] + [float("inf")]
    for n in range(strips):
        low, high = edges[n] if n else float("-inf"), edges[n + 1]
        held = store.content(edition.id, (edges[n], south, min(high, east), north))
        kinds: Sequence[Sequence[Row]] = (held.parcels, held.features, held.zones)
        for kind in kinds:
            yield from (row for row in kind if low <= row.shape.bounds[0] < high)


def _values(row: Row) -> list[Any]:
    if isinstance(row, Parcel):
        ref = row.ref
        uses = "; ".join(f"{u.code} ({u.regime}) {'?' if u.area is None else u.area}" for u in row.land_uses)
        area = None if row.registered_area is None else float(row.registered_area)
        named = [str(ref), ref.commune, ref.period, ref.sheet, ref.number, ref.suffix]
        return [*named, area, uses, row.commune_now, row.map_scale]
    if isinstance(row, Feature):
        return [row.id, row.theme, row.designation, row.document, row.article]
    told = [json.dumps(dict(each), ensure_ascii=False, sort_keys=True) for each in (row.conditions, row.found)]
    return [row.id, row.price_list, row.section, row.position, row.agricultural_position, *told]
