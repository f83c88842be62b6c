"""The writing of Mapbox Vector Tiles 2.1, where no database does it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import mapbox_vector_tile
import numpy as np
import shapely

Drawn = tuple[str, Any, Sequence[Mapping[str, Any]]]
"""A layer of a tile: its name, shapes in whole units of the tile's grid, and what each has beside its shape."""


def written(layers: Iterable[Drawn], extent: int) -> bytes:
    """A tile ``extent`` units wide; where nothing is to be seen it is no bytes at all."""
    filled = []
    for name, shapes, named in layers:
        seen: list[int] = np.flatnonzero(~shapely.is_empty(shapes)).tolist()
        features = [{"geometry": shapes[i], "properties": named[i]} for i in seen]
        filled += [{"name": name, "features": features}] if features else []
    options = {"y_coord_down": True, "check_winding_order": False, "extents": extent}
    return bytes(mapbox_vector_tile.encode(filled, default_options=options))
