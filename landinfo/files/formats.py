"""Which formats are read, by the ending of a file's name, and which are only known, to say what to send instead."""

from __future__ import annotations

from pathlib import Path

from landinfo.model import Refused

DRIVERS = {
    ".gpkg": "GPKG",
    ".shp": "ESRI Shapefile",
    ".geojson": "GeoJSON",
    ".json": "GeoJSON",
    ".gdb": "OpenFileGDB",
    ".tab": "MapInfo File",
    ".mif": "MapInfo File",
    ".gml": "GML",
    ".xml": "GML",
    ".thf": "EDIGEO",
    ".dxf": "DXF",
    ".dgn": "DGN",
}
DRAWINGS = {".dxf", ".dgn"}
CORNER_LISTS = {".csv", ".txt", ".xlsx"}
ARCHIVES = (".zip", ".tar", ".tar.gz", ".tgz", ".tar.bz2", ".tbz2")
BYTES_AS_THEY_COME = {"ESRI Shapefile", "MapInfo File", "DXF", "DGN"}
"""Formats whose text has no dependable encoding: taken byte for byte (Latin-1 loses nothing) and decoded by us."""

_OLE, _JET = b"\xd0\xcf\x11\xe0", (b"Standard Jet DB", b"Standard ACE DB")
_UNREADABLE = {".dwg": "DWG", ".mdb": "Access MDB", ".accdb": "Access ACCDB"}
_INSTEAD = {
    "DWG": "DXF, Shapefile, GeoPackage",
    "DGN v8": "DGN v7, DXF, Shapefile",
    "Access MDB": "File Geodatabase (.gdb), Shapefile, GeoPackage",
    "Access ACCDB": "File Geodatabase (.gdb), Shapefile, GeoPackage",
}


def known() -> str:
    """The endings that are read, for a sentence."""
    return ", ".join([*DRIVERS, *sorted(CORNER_LISTS), *ARCHIVES])


def ending(path: Path) -> str:
    """``.gpkg``, ``.tar.bz2``: what of the name says the format, in lower case."""
    name = path.name.lower()
    return next((e for e in ARCHIVES if name.endswith(e)), path.suffix.lower())


def is_archive(path: Path) -> bool:
    return ending(path) in ARCHIVES


def is_dataset(path: Path) -> bool:
    """Is this the part of a data set that one opens (the .shp, not the .dbf)?"""
    return ending(path) in DRIVERS or ending(path) in CORNER_LISTS


def check(path: Path) -> None:
    """Raises ``Refused``: FIL-001 no such file, FIL-003 another format, FIL-009 one that nobody can read here."""
    folder = path.is_dir()
    if not (path.is_file() or (folder and ending(path) == ".gdb")):
        raise Refused("FIL-001", str(path), path=path.name)
    foreign = _UNREADABLE.get(ending(path)) or ("" if folder else _by_content(path))
    if foreign:
        raise Refused("FIL-009", str(path), format=foreign, instead=_INSTEAD[foreign])
    if not (is_dataset(path) or is_archive(path)) or (ending(path) == ".gdb" and not folder):
        raise Refused("FIL-003", str(path), format=ending(path) or "–", formats=known())


def _by_content(path: Path) -> str:
    """A format under a name that is not its own: the first bytes tell."""
    with path.open("rb") as file:
        head = file.read(24)
    if head[:4] == b"AC10" and head[4:6].isdigit():
        return "DWG"
    if any(head[4:].startswith(mark) for mark in _JET):
        return "Access MDB"
    return "DGN v8" if head[:4] == _OLE and ending(path) == ".dgn" else ""
