"""Small files such as a survey office sends, and field maps for them, written by the tests themselves."""

from __future__ import annotations

import struct
import warnings
import zipfile
from collections.abc import Mapping, Sequence
from datetime import date
from pathlib import Path
from types import MappingProxyType
from typing import Any

import numpy as np
import pyogrio.raw
import shapely

from landinfo.intake.load import LoadResult, run
from landinfo.model import LandUseType, Rulebook, Status, Theme, ThemeKind
from landinfo.store import open_store
from landinfo.store.rulebook import read_rulebook, read_texts

ROOT = Path(__file__).resolve().parent.parent
EAST, NORTH = 600_000.0, 1_214_000.0
TEXTS = read_texts(ROOT / "data" / "texts")
DRIVERS = {".gpkg": "GPKG", ".shp": "ESRI Shapefile", ".geojson": "GeoJSON"}

TODAY, ON = date(2026, 11, 24), date(2024, 6, 1)
EVERYWHERE = (0.0, 0.0, 1e7, 1e7)
BOW = shapely.Polygon([(EAST, NORTH), (EAST + 10, NORTH + 10), (EAST + 10, NORTH), (EAST, NORTH + 8)])
BOW_X = 80 / 18
"""m: where its edge y = x meets the one from (10, 0) to (0, 8): x = 8 − 0.8 x."""
PRJ = (
    'PROJCS["{name}",GEOGCS["{name}",DATUM["{datum}",SPHEROID["WGS 84",6378137,298.257223563]{shift}],'
    'PRIMEM["Greenwich",0],UNIT["degree",0.0174532925199433]],PROJECTION["Transverse_Mercator"],'
    'PARAMETER["latitude_of_origin",0],PARAMETER["central_meridian",105.75],PARAMETER["scale_factor",0.9999],'
    'PARAMETER["false_easting",500000],PARAMETER["false_northing",0],UNIT["metre",1]]'
)

MAP = """
[store]
title = "Sổ thử nghiệm"
crs = "EPSG:9210"

[[store.communes]]
code = "25750"
period = "2024"
kind = "Phường"
name = "Phú Hòa"
effective_from = 1997-01-01
effective_to = 2025-07-01

[edition]
territory = "25750@2024"
document = "hồ sơ địa chính"
effective_from = 2020-01-01
source = "tests"

[parcel]
commune = "25750"
period = "2024"
sheet = "{TO}"
number = "{THUA}"

[coverage]
of = "hull_of_features"
"""
THEME = """
[edition]
territory = "25750@2024"
document = "QĐ 1/2020"
effective_from = 2020-01-01
source = "tests"

[theme]
id = "zones"
designation = "{MA}"

[coverage]
of = "bbox"
"""
STORE_AND_THEME = MAP[: MAP.index("[edition]")] + THEME


def _use(code: str, regime: str = "2024") -> LandUseType:
    return LandUseType(code, code, code, "agricultural", "#ffffff", (regime,), Status.ASSUMED)


ZONES = Theme(
    "zones", ThemeKind.PARTITION, "Thử", "Test", 0.5, "own", designations={c: (c, c, "#ffffff") for c in "ABC"}
)
RULEBOOK = Rulebook(
    rules=read_rulebook(ROOT / "data").rules,
    documents={},
    price_lists=(),
    themes=MappingProxyType({"zones": ZONES}),
    land_use_types={code: _use(code) for code in ("ODT", "ONT", "CLN")}
    | {code: _use(code, regime) for code, regime in (("T", "1995"), ("Hg/b", "1995"), ("LNK", "2004"))},
    permissions={},
    texts=TEXTS,
    edition="tests",
)


def square(east: float = 0.0, north: float = 0.0, side: float = 10.0) -> Any:
    """A square in the VN-2000 plane, its corner ``east``, ``north`` m from the tests' corner."""
    return shapely.box(EAST + east, NORTH + north, EAST + east + side, NORTH + north + side)


def ring_wkb(*points: tuple[float, float]) -> bytes:
    """A polygon of one ring, just as given: unclosed or of numbers that are none."""
    moved = [(EAST + x, NORTH + y) for x, y in points]
    return struct.pack("<BIII", 1, 3, 1, len(moved)) + b"".join(struct.pack("<dd", *p) for p in moved)


def arc_wkb() -> bytes:
    """A CurvePolygon: a full circle of radius 10 m by one circular string."""
    points = [(EAST - 10, NORTH), (EAST, NORTH + 10), (EAST + 10, NORTH), (EAST, NORTH - 10), (EAST - 10, NORTH)]
    arc = struct.pack("<BII", 1, 8, len(points)) + b"".join(struct.pack("<dd", *p) for p in points)
    return struct.pack("<BII", 1, 10, 1) + arc


def write(
    path: Path, shapes: Sequence[Any], columns: Mapping[str, Sequence[Any]], crs: str | None = "EPSG:9210", **given: Any
) -> Path:
    """Write a file of one layer; a shape is a shapely geometry, WKB, or None."""
    wkb = [s if isinstance(s, bytes) or s is None else shapely.to_wkb(s, include_srid=False) for s in shapes]
    options: dict[str, Any] = {"geometry_type": "Polygon" if path.suffix == ".shp" else "Unknown", "layer": path.stem}
    if path.suffix == ".geojson":
        options["COORDINATE_PRECISION"] = 9
    fields = [_column(values) for values in columns.values()]
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        pyogrio.raw.write(
            path,
            np.array(wkb, dtype=object),
            [field for field, _ in fields],
            list(columns),
            field_mask=[mask for _, mask in fields],
            driver=DRIVERS[path.suffix],
            crs=crs,
            **(options | given),
        )
    return path


def _column(values: Sequence[Any]) -> tuple[Any, Any]:
    empty = np.array([v is None for v in values])
    if any(isinstance(v, str) for v in values) or empty.all():
        return np.array(["" if v is None else v for v in values], dtype=object), empty
    return np.array([0 if v is None else v for v in values]), empty


def parcels(path: Path, shapes: Sequence[Any] | None = None, crs: str | None = "EPSG:9210", **columns: Any) -> Path:
    """A file of parcels with fields TO and THUA (sheet 12, numbers from 1), and those given."""
    shapes = [square(), square(10)] if shapes is None else shapes
    numbers = {"TO": ["12"] * len(shapes), "THUA": [str(n) for n in range(1, len(shapes) + 1)]}
    return write(path, shapes, numbers | columns, crs)


def zipped(shapefile: Path, archive: Path, folder: str = "") -> Path:
    with zipfile.ZipFile(archive, "w") as held:
        for suffix in (".shp", ".shx", ".dbf", ".prj", ".cpg"):
            held.write(shapefile.with_suffix(suffix), folder + shapefile.stem + suffix)
    return archive


def field_map(path: Path, text: str = MAP, *, less: str = "", more: str = "", **sections: str) -> Path:
    """A field map: ``text`` without the lines that begin with ``less``; ``sections`` get lines, ``more`` comes last."""
    lines = [line for line in text.splitlines() if not (less and line.startswith(less))]
    for section, extra in sections.items():
        header = f"[{section}]"
        if header not in lines:
            lines.append(header)
        at = lines.index(header) + 1
        lines[at:at] = extra.splitlines()
    path.write_text("\n".join([*lines, more]), "utf-8")
    return path


def load(file: Path, map: Path, url: str, known: Any, new: bool = True, **how: Any) -> LoadResult:
    return run(file, map, url, known, lambda step, done: None, RULEBOOK, new=new, **how)


def words(at: Path, *shapes: Any, more: Sequence[str] = (), **columns: Any) -> list[str]:
    """The command line that loads parcels into a new store."""
    file, map = parcels(at / "a.gpkg", shapes or None, **columns), field_map(at / "a.toml")
    return ["load", str(file), "--map", str(map), "--store", str(at / "s.gpkg"), "--new", *more]


def codes(result: LoadResult) -> list[str]:
    return [finding.kind.code for finding in result.findings]


def held(url: str) -> Any:
    """What a store says of itself, its editions, and its parcels."""
    store = open_store(url)
    try:
        return store.facts(), store.editions(), store.parcels_in(EVERYWHERE, ON, TODAY)
    finally:
        store.close()


def shapefile_of(folder: Path, text: str, encoding: str, cpg: str | None, raw: bytes = b"") -> Path:
    """Parcels whose sheet is ``text`` in bytes of ``encoding`` (or ``raw``), with ``cpg`` beside it or without."""
    raw = raw or text.encode(encoding)
    file = parcels(folder / "a.shp", TO=["Đ" * len(raw)] * 2)
    header = (folder / "a.dbf").read_bytes()
    written = ("Đ" * len(raw)).encode()
    assert written in header
    (folder / "a.dbf").write_bytes(header.replace(written, raw + b" " * (len(written) - len(raw))))
    (folder / "a.cpg").unlink()
    if cpg is not None:
        (folder / "a.cpg").write_text(cpg, "ascii")
    return file
