"""Tiles read back: which one a place lies in, and what stands in one, in metres of the plane again."""

from __future__ import annotations

import math
from datetime import date
from typing import Any

import mapbox_vector_tile
import numpy as np
import shapely
from cadastre import TODAY
from shapely.geometry import shape
from shapely.geometry.base import BaseGeometry

from landinfo import coordinates
from landinfo.store import Store

PLANE = coordinates.plane("EPSG:9210")
EXTENT = {z: 4096 if z >= 15 else 1024 for z in range(23)}

Tile = tuple[int, int, int]


def tile_of(z: int, easting: float, northing: float) -> Tile:
    """The tile in which a point of the plane lies."""
    lon, lat = PLANE.point_to_wgs84(easting, northing)
    south = 0.5 - math.log(math.tan(math.pi / 4 + math.radians(lat) / 2)) / (2 * math.pi)
    return z, int((lon / 360 + 0.5) * 2**z), int(south * 2**z)


def unit(z: int) -> float:
    """m on the ground around 11°N that a unit of the grid is wide."""
    return float(40_075_016.7 * math.cos(math.radians(11)) / 2**z / EXTENT[z])


def on_ground(drawn: Any, tile: Tile) -> BaseGeometry:
    """A decoded geometry in metres of the plane."""
    z, x, y = tile

    def metres(units: Any) -> Any:
        east, south = ((units / EXTENT[z] + (x, y)) / 2**z).T
        lat = np.degrees(np.arctan(np.sinh(math.pi * (1 - 2 * south))))
        return np.array([PLANE.point_from_wgs84(*place) for place in zip(east * 360 - 180, lat, strict=True)])

    return shapely.transform(shape(drawn), metres)


def read(content: bytes) -> dict[str, list[dict[str, Any]]]:
    """Features by layer, y down as they are written."""
    decoded = mapbox_vector_tile.decode(content, default_options={"y_coord_down": True})
    assert all(layer["version"] == 2 for layer in decoded.values())
    return {name: layer["features"] for name, layer in decoded.items()}


def drawn(
    store: Store, layer: str, tile: Tile, on: date = TODAY, known: date = TODAY
) -> dict[str, list[dict[str, Any]]]:
    return read(store.tile(layer, *tile, on, known))


def named(features: list[dict[str, Any]], name: str) -> list[Any]:
    return [feature["properties"][name] for feature in features]
