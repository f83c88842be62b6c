"""How a store writes down its plane, so that QGIS, GDAL and PostGIS go from it to WGS 84 as the core does.

VN-2000 planes are written under a number of our own, never as EPSG:9210: under that name PROJ picks EPSG:5194 south of
11.04°N, 0.8 m beside EPSG:6960. In ``TOWGS84`` the rotations of EPSG:6960 (coordinate frame) change their sign
(position vector).
"""

from __future__ import annotations

from dataclasses import dataclass

from landinfo.model import Refused

AUTHORITY = "LANDINFO"
_TOWGS84 = "-191.90441429,-39.30318279,-111.45032835,0.00928836,-0.01975479,0.00427372,0.252906278"

# EPSG code: central meridian in degrees (Circular 25/2014/TT-BTNMT, annex 2; the EPSG register for the others)
_TM3 = {
    5896: 102.0, 5897: 105.0, 5898: 108.0, 5899: 107.75, 9205: 103.0, 9206: 104.0, 9207: 104.5, 9208: 104.75,
    9209: 105.5, 9210: 105.75, 9211: 106.0, 9212: 106.25, 9213: 106.5, 9214: 107.0, 9215: 107.25, 9216: 107.5,
    9217: 108.25, 9218: 108.5,
}  # fmt: skip
_UTM = {3405: 105.0, 3406: 111.0}


@dataclass(frozen=True, slots=True)
class Definition:
    """A plane as ``gpkg_spatial_ref_sys`` and ``spatial_ref_sys`` hold it. ``proj4`` is "" where WKT says it all."""

    srid: int
    authority: str
    code: int
    name: str
    wkt: str
    proj4: str


def definition(crs: str) -> Definition:
    """The definition of ``EPSG:…``. Raises ``Refused``: not an EPSG plane; ``CannotBeAnswered``: not in metres."""
    code = crs.removeprefix("EPSG:")
    if not crs.startswith("EPSG:") or not code.isdecimal():
        raise Refused("store-bad-plane", "crs", crs=crs)
    if int(code) in _TM3 | _UTM:
        return _vn2000(int(code))
    from landinfo import coordinates

    coordinates.plane(crs)
    return Definition(int(code), "EPSG", int(code), crs, coordinates.wkt(crs), "")


def srid(crs: str) -> int:
    """The number under which ``crs`` stands in a store: our own for VN-2000 (EPSG:9210 is 990210), else EPSG's."""
    code = int(crs.removeprefix("EPSG:"))
    return 990_000 + code % 1000 if code in _TM3 | _UTM else code


def _vn2000(code: int) -> Definition:
    meridian = (_TM3 | _UTM)[code]
    scale = 0.9999 if code in _TM3 else 0.9996
    name = f"VN-2000 {int(meridian)}°{meridian % 1 * 60:02.0f}' k={scale} (EPSG:6960)"
    wkt = (
        f'PROJCS["{name}",GEOGCS["VN-2000 (EPSG:6960)",DATUM["Vietnam_2000_EPSG_6960",'
        f'SPHEROID["WGS 84",6378137,298.257223563],TOWGS84[{_TOWGS84}]],'
        'PRIMEM["Greenwich",0],UNIT["degree",0.0174532925199433]],PROJECTION["Transverse_Mercator"],'
        f'PARAMETER["latitude_of_origin",0],PARAMETER["central_meridian",{meridian}],'
        f'PARAMETER["scale_factor",{scale}],PARAMETER["false_easting",500000],PARAMETER["false_northing",0],'
        'UNIT["metre",1],AXIS["Easting",EAST],AXIS["Northing",NORTH]]'
    )
    proj4 = (
        f"+proj=tmerc +lat_0=0 +lon_0={meridian} +k={scale} +x_0=500000 +y_0=0 +ellps=WGS84 "
        f"+towgs84={_TOWGS84} +units=m +no_defs"
    )
    number = srid(f"EPSG:{code}")
    return Definition(number, AUTHORITY, number, name, wkt, proj4)
