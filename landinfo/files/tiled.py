"""PMTiles of a layer: vector tiles in one file that a web server hands out in pieces."""

from __future__ import annotations

import warnings
from pathlib import Path

FROM, TO = 10, 15
"""Zooms: from a district on, to where a parcel is 30 units wide; viewers draw the last one larger."""


def write(source: Path, target: Path, layer: str) -> None:
    """The layer of the GeoPackage ``source`` as PMTiles. Raises ``OSError``."""
    from pyogrio import raw  # brings geopandas and pandas: not for a server that only lists what is exported

    target.unlink(missing_ok=True)
    try:
        meta, _, shapes, columns = raw.read(source, layer=layer)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            raw.write(
                target,
                shapes,
                columns,
                meta["fields"],
                driver="PMTiles",
                layer=layer,
                crs=meta["crs"],
                geometry_type="MultiPolygon",
                MINZOOM=str(FROM),
                MAXZOOM=str(TO),
            )
    except Exception as wrong:  # GDAL's binding has errors of its own
        raise OSError(str(wrong).replace(f"{target.parent}/", "")) from wrong
