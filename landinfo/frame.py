"""A coordinate reference system that others ask in, against the plane of a store: CRS84 and metric planes.

OGC API – Features part 2 (OGC 18-058r1) names them by address and takes axes in the order of their own definition. That
of CRS84 is longitude, latitude; that of EPSG:9210 is easting, northing (EPSG v11; papers in Việt Nam write the northing
first). Everything goes by ``landinfo.coordinates``, whose operation is pinned: what PROJ would choose by itself is
0.8 m off south of 11.04°N.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import numpy as np
import shapely
from shapely.geometry import mapping
from shapely.geometry.base import BaseGeometry

from landinfo import coordinates
from landinfo.model import BadInput

Box = tuple[float, float, float, float]
CRS84 = "http://www.opengis.net/def/crs/OGC/1.3/CRS84"
_EPSG = "http://www.opengis.net/def/crs/EPSG/0/"
_AROUND = 3.0
"""Degrees around the area of use of a plane; further away its projection is no map any more."""
_DEGREES, _METRES = 0.05, 5000.0
"""Steps along an edge of a window: a straight edge of one system is none in the other."""
_MARGIN = 1.0
"""m around a window: between two steps an edge bends by less (0.1 m at 11°N), and each hit is tested exactly."""


@dataclass(frozen=True, slots=True)
class Frame:
    """``uri`` is its name; ``crs`` the plane (None: CRS84, in degrees); ``store`` the plane of the store."""

    uri: str
    crs: str | None
    store: str

    def of(self, shapes: Any) -> Any:
        """Shapes of the store's plane here, x = east. What lies in the store's own plane is left to the last bit."""
        if self.crs == self.store:
            return shapes
        degrees = coordinates.plane(self.store).to_wgs84(shapes)
        return degrees if self.crs is None else coordinates.plane(self.crs).from_wgs84(degrees)

    def geojson(self, shape: BaseGeometry) -> dict[str, Any]:
        """A shape that ``of`` gave as GeoJSON, axes in the order of the definition, right-hand rule.

        Degrees to 8 decimals (1 mm), metres to 4; those of the store's own plane are not rounded. Raises
        ``ValueError``: a corner that has no place here.
        """
        oriented = shapely.orient_polygons(shape, exterior_cw=False)
        decimals = None if self.crs == self.store else 8 if self.crs is None else 4
        swapped = self.crs is not None and coordinates.northing_first(self.crs)

        def written(xy: Any) -> Any:
            if not np.isfinite(xy).all():
                raise ValueError(f"a corner has no place in {self.crs or 'WGS 84'}")
            rounded = xy if decimals is None else np.round(xy, decimals)
            return rounded[:, ::-1] if swapped else rounded

        return dict(mapping(shapely.transform(oriented, written)))

    def window(self, numbers: list[float]) -> tuple[BaseGeometry, Box | None]:
        """A window as written → its shape here, and a box of the store's plane around it (None: it lies elsewhere).

        Four numbers, or six with heights, which are not looked at. West of east may be crossed by the date line.
        Raises ``ValueError``: not four or six, upside down.
        """
        if len(numbers) not in (4, 6):
            raise ValueError("a window has four or six numbers")
        low, high = numbers[:2], numbers[len(numbers) // 2 :][:2]
        if self.crs is not None and coordinates.northing_first(self.crs):
            low, high = low[::-1], high[::-1]
        shape = _rectangles((low[0], low[1], high[0], high[1]), self.crs is None)
        if self.crs == self.store:
            return shape, _box(shape)
        degrees = shape
        if self.crs is not None:
            degrees = coordinates.plane(self.crs).to_wgs84(shapely.segmentize(_near(shape, self.crs), _METRES))
        west, south, east, north = coordinates.area_of_use(self.store)
        near = shapely.box(west - _AROUND, south - _AROUND, east + _AROUND, north + _AROUND)
        there = shapely.intersection(shapely.make_valid(degrees), near)
        if there.is_empty:
            return shape, None
        return shape, _box(coordinates.plane(self.store).from_wgs84(shapely.segmentize(there, _DEGREES)), _MARGIN)


def frames(store: str) -> tuple[Frame, ...]:
    """What the store ``EPSG:…`` can be asked in: CRS84 first, its own plane, and EPSG:9210 where that is VN-2000."""
    planes = [store]
    if coordinates.plane(store).vn2000 and store != coordinates.DEFAULT_CRS:
        planes.append(coordinates.DEFAULT_CRS)
    return (Frame(CRS84, None, store), *(Frame(_EPSG + crs.removeprefix("EPSG:"), crs, store) for crs in planes))


def read(field: str, uri: str, store: str) -> Frame:
    """The frame of an address; ``EPSG:9210`` and ``urn:ogc:def:crs:EPSG::9210`` mean the same. Raises ``BadInput``."""
    held = frames(store)
    short = uri.strip("[]").removeprefix("urn:ogc:def:crs:").replace("::", ":").replace("OGC:1.3:", "OGC:")
    for frame in held:
        if uri == frame.uri or short == (frame.crs or "OGC:CRS84"):
            return frame
    raise BadInput("crs-not-offered", field, value=uri[:80], known=", ".join(frame.uri for frame in held))


def _rectangles(box: Box, over_date_line: bool) -> BaseGeometry:
    west, south, east, north = box
    if south > north or (west > east and not over_date_line) or not all(map(np.isfinite, (west, south, east, north))):
        raise ValueError("a window has its low corner first")
    if over_date_line and not (-180 <= west <= 180 and -180 <= east <= 180 and south >= -90 and north <= 90):
        raise ValueError("a window has its low corner first")
    if west > east:
        return shapely.union(_rectangle(west, south, 180, north), _rectangle(-180, south, east, north))
    return _rectangle(west, south, east, north)


def _rectangle(west: float, south: float, east: float, north: float) -> BaseGeometry:
    """A window without width is a line, or a point."""
    corners = shapely.MultiPoint([(west, south), (east, south), (east, north), (west, north)])
    return shapely.convex_hull(corners)


def _near(shape: BaseGeometry, crs: str) -> BaseGeometry:
    """What of a window in metres lies where its plane is a map."""
    return shapely.intersection(shapely.make_valid(shape), shapely.box(*_reach(crs)))


@lru_cache(maxsize=16)
def _reach(crs: str) -> Box:
    west, south, east, north = coordinates.area_of_use(crs)
    area = shapely.box(west - _AROUND, south - _AROUND, east + _AROUND, north + _AROUND)
    around: Box = coordinates.plane(crs).from_wgs84(shapely.segmentize(area, _DEGREES)).bounds
    return around


def _box(shape: BaseGeometry, margin: float = 0.0) -> Box:
    west, south, east, north = shape.bounds
    return west - margin, south - margin, east + margin, north + margin
