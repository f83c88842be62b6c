"""Files of the formats that survey offices send, written by the tests themselves; one for each finding of reading."""

from __future__ import annotations

import csv
import io
import shutil
import subprocess
import tarfile
import zipfile
from collections.abc import Callable, Mapping, Sequence
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import openpyxl
import pyogrio.raw
import pyproj
import shapely
from files_to_load import EAST, MAP, NORTH, field_map, parcels, shapefile_of, square

Case = tuple[Path, Path]
VN2000 = 'crs = "EPSG:9210"'
DRAWN = MAP.replace("{TO}", "12").replace("{THUA}", "{LEVEL_11}")
LISTED = MAP.replace("{TO}", "{tờ}").replace("{THUA}", "{thửa}")

TCVN3_BYTES = {
    "Bình Dương": b"B\xd7nh D\xad\xacng",
    "đất ở": b"\xae\xcat \xeb",
    "Đ4": b"\xa74",
    "Lê-ế1": b"L\xaa-\xd51",
}
"""As ``iconv -t TCVN5712-1`` writes them."""


def line(*points: tuple[float, float], close: bool = False) -> str:
    """WKT of a line through points given in m from the tests' corner."""
    ring = [*points, points[0]] if close else list(points)
    return "LINESTRING(" + ",".join(f"{EAST + x:.3f} {NORTH + y:.3f}" for x, y in ring) + ")"


def point(x: float, y: float) -> str:
    return f"POINT({EAST + x:.3f} {NORTH + y:.3f})"


def dgn(path: Path, elements: Sequence[tuple[str, int, bytes]]) -> Path:
    """A DGN v7 of (WKT, level, text): ``ogr2ogr`` sets the levels, the bytes of the texts are put in afterwards."""
    stand_ins = {i: f"{i:02d}{'#' * 38}"[: max(len(text), 2)] for i, (_, _, text) in enumerate(elements) if text}
    table = io.StringIO()
    rows = csv.writer(table, lineterminator="\n")
    rows.writerow(["WKT", "Level", "Text"])
    rows.writerows([wkt, level, stand_ins.get(i, "")] for i, (wkt, level, _) in enumerate(elements))
    given = path.with_suffix(".elements.csv")
    given.write_text(table.getvalue(), "utf-8")
    options = ["-oo", "GEOM_POSSIBLE_NAMES=WKT", "-oo", "KEEP_GEOM_COLUMNS=NO", "-nlt", "GEOMETRY"]
    options += ["-dsco", "SUB_UNITS_PER_MASTER_UNIT=1000", "-dsco", "UOR_PER_SUB_UNIT=1", "-dsco", "ORIGIN=0,0,0"]
    subprocess.run(["ogr2ogr", "-f", "DGN", path, given, *options], check=True, capture_output=True)
    given.unlink()
    content = path.read_bytes()
    for i, stand_in in stand_ins.items():
        assert content.count(stand_in.encode()) == 1
        content = content.replace(stand_in.encode(), elements[i][2].ljust(len(stand_in)))
    path.write_bytes(content)
    return path


TWO_PARCELS = [
    (line((0, 0), (10, 0), (10, 10), (0, 10), close=True), 10, b""),
    (line((10, 0), (20, 0), (20, 10), (10, 10)), 10, b""),
]
LABELS = [(point(5, 5), 11, b"1"), (point(15, 5), 11, b"2")]


def dxf(path: Path, elements: Sequence[tuple[str, str]], fonts: Mapping[str, str] = {}) -> Path:
    """A DXF of release 12, written by hand: (WKT of a line, or ``text@x,y``) and its layer; fonts by layer.

    Text goes in as Latin-1, one letter for each byte.
    """
    pairs: list[tuple[int, object]] = [(0, "SECTION"), (2, "TABLES"), (0, "TABLE"), (2, "STYLE"), (70, len(fonts))]
    for n, font in enumerate(fonts.values()):
        pairs += [(0, "STYLE"), (2, f"S{n}"), (70, 0), (3, "x.ttf"), (1001, "ACAD"), (1000, font), (1071, 0)]
    styles = {layer: f"S{n}" for n, layer in enumerate(fonts)}
    pairs += [(0, "ENDTAB"), (0, "ENDSEC"), (0, "SECTION"), (2, "ENTITIES")]
    for what, layer in elements:
        text, _, place = what.partition("@")
        if place:
            x, y = (float(v) for v in place.split(","))
            pairs += [(0, "TEXT"), (8, layer), (10, EAST + x), (20, NORTH + y), (40, 1.0), (1, text)]
            pairs += [(7, styles[layer])] if layer in styles else []
            continue
        corners = list(shapely.from_wkt(what).coords)
        for (x0, y0), (x1, y1) in pairwise(corners):
            pairs += [(0, "LINE"), (8, layer), (10, x0), (20, y0), (11, x1), (21, y1)]
    pairs += [(0, "ENDSEC"), (0, "EOF")]
    path.write_text("".join(f"{code}\n{value}\n" for code, value in pairs), "latin-1")
    return path


def by_driver(path: Path, driver: str, **columns: Sequence[Any]) -> Path:
    """Two squares with TO and THUA in a format that pyogrio writes."""
    numbers = {"TO": ["12", "12"], "THUA": ["1", "2"]} | columns
    wkb = np.array([shapely.to_wkb(square()), shapely.to_wkb(square(10))], dtype=object)
    fields = [np.array(values, dtype=object) for values in numbers.values()]
    options: dict[str, Any] = {"geometry_type": "Polygon", "crs": "EPSG:9210", "driver": driver, "layer": "thua"}
    if driver == "MapInfo File":
        options["BOUNDS"] = "590000,1204000,610000,1224000"  # a .tab keeps whole steps of a grid over these: 0.01 mm
    pyogrio.raw.write(path, wkb, fields, list(numbers), **options)
    return path


def listing(path: Path, text: str, encoding: str = "utf-8") -> Path:
    path.write_bytes(text.encode(encoding))
    return path


def workbook(path: Path, rows: Sequence[Sequence[Any]], sheets: Mapping[str, Sequence[Sequence[Any]]] = {}) -> Path:
    book = openpyxl.Workbook()
    for row in rows:
        book.active.append(row)
    for title, more in sheets.items():
        sheet = book.create_sheet(title)
        for row in more:
            sheet.append(row)
    book.save(path)
    return path


def packed(archive: Path, members: Mapping[str, bytes]) -> Path:
    """A .zip (or a .tar.bz2) of members by name."""
    if archive.suffix == ".zip":
        with zipfile.ZipFile(archive, "w", zipfile.ZIP_DEFLATED) as held:
            for name, content in members.items():
                held.writestr(name, content)
        return archive
    with tarfile.open(archive, "w:bz2") as tar:
        for name, content in members.items():
            info = tarfile.TarInfo(name)
            info.size = len(content)
            tar.addfile(info, io.BytesIO(content))
    return archive


def folder_zipped(folder: Path, archive: Path) -> Path:
    return Path(shutil.make_archive(str(archive.with_suffix("")), "zip", folder.parent, folder.name))


CORNERS = """Tờ;Thửa;Điểm;X (m);Y (m)
12;1;1;1214000,00;600000,00
12;1;2;1214010,00;600000,00
12;1;3;1214010,00;600010,00
12;1;4;1214000,00;600010,00
"""


def _drawing(elements: Sequence[tuple[str, int, bytes]]) -> Callable[[Path], Case]:
    return lambda at: (dgn(at / "a.dgn", elements), field_map(at / "map.toml", DRAWN, source=VN2000))


def _corners(text: str) -> Callable[[Path], Case]:
    map = LISTED.replace("{tờ}", "{Tờ}").replace("{thửa}", "{Thửa}")
    return lambda at: (listing(at / "a.csv", text), field_map(at / "map.toml", map, source=VN2000))


def _archive(members: Callable[[Path], Mapping[str, bytes]]) -> Callable[[Path], Case]:
    return lambda at: (packed(at / "a.zip", members(at)), field_map(at / "map.toml"))


def _sheets_in_tcvn3(more: str = "", *, stated: bool = False) -> Callable[[Path], Case]:
    def make(at: Path) -> Case:
        file = shapefile_of(at, "Lê-ế1", "latin-1", None, raw=TCVN3_BYTES["Lê-ế1"])
        return file, field_map(at / "map.toml", source='encoding = "TCVN3"' if stated else "")

    return make


CAPITALS = "Level 13"
"""A layer of remarks."""


def in_capitals(at: Path, font: str, text: str = "®Êt ë ®« thÞ") -> Path:
    """Two parcels, numbered in small ASCII letters; a remark in each, in ``font`` (TCVN3: đất ở đô thị)."""
    lines = [(wkt, f"Level {level}") for wkt, level, _ in TWO_PARCELS]
    texts = [("1a@5,5", "Level 11"), ("2a@15,5", "Level 11"), (f"{text}@6,6", CAPITALS), (f"{text}@16,6", CAPITALS)]
    return dxf(at / "a.dxf", [*lines, *texts], {CAPITALS: font, "Level 11": ".VnTime"})


def _capitals(font: str, more: str) -> Callable[[Path], Case]:
    map = MAP.replace("{TO}", "7").replace("{THUA}", "{LEVEL_11}[{LEVEL_13:99-99}]")
    return lambda at: (in_capitals(at, font), field_map(at / "map.toml", map, source=f"{VN2000}\n{more}"))


def _mixed(at: Path) -> Case:
    """GeoJSON is always UTF-8: one name in it went through TCVN3 taken for Latin-1."""
    garbled = TCVN3_BYTES["đất ở"].decode("latin-1")
    map = MAP.replace('"{TO}"', '"{TO}[{GHICHU:99-99}]"')
    return parcels(at / "a.gpkg", GHICHU=["Đất ở đô thị", garbled]), field_map(at / "map.toml", map)


def _again(lines: Sequence[str]) -> str:
    return CORNERS + "\n".join(lines) + "\n"


def _points(*names: int) -> list[str]:
    """A square of 10 m, its corners called so in the order in which they go round; then in the order of the list."""
    corners = dict(enumerate([(20, 0), (30, 0), (30, 10), (20, 10)], start=1))
    placed = [corners.get(name, (20, 0)) for name in names]
    return [
        f"12;2;{n};{NORTH + y:.2f};{EAST + x:.2f}".replace(".", ",") for n, (x, y) in zip(names, placed, strict=True)
    ]


def moved(shape: Any, to: str, source: str = "EPSG:9210") -> Any:
    """A shape of the VN-2000 105°45' plane in another system, by PROJ alone (its operation may be 0.8 m off)."""
    by = pyproj.Transformer.from_crs(source, to, always_xy=True)
    return shapely.transform(shape, lambda xy: np.column_stack(by.transform(xy[:, 0], xy[:, 1])))


def _lying(shape: Any, crs: str = "EPSG:9210", suffix: str = ".gpkg") -> Callable[[Path], Case]:
    return lambda at: (parcels(at / f"a{suffix}", [shape], crs=crs), field_map(at / "map.toml"))


def _swapped(shape: Any) -> Any:
    return shapely.transform(shape, lambda xy: xy[:, ::-1])


def _datum_lost(given: str) -> Callable[[Path], Case]:
    return lambda at: (by_driver(at / "a.tab", "MapInfo File"), field_map(at / "map.toml", source=given))


def with_rows(shapefile: Path, rows: int) -> Path:
    """The Shapefile with as many rows declared in its .dbf."""
    table = shapefile.with_suffix(".dbf")
    content = table.read_bytes()
    table.write_bytes(content[:4] + rows.to_bytes(4, "little") + content[8:])
    return shapefile


def _rows_cut_off(at: Path) -> Case:
    return with_rows(parcels(at / "a.shp"), 1), field_map(at / "map.toml")


IN_A_STORE = {"CRS-014", "CRS-015", "CRS-016"}
CASES: dict[str, Callable[[Path], Case]] = {
    "CRS-009": _lying(moved(square(), "EPSG:9211")),
    "CRS-010": _lying(_swapped(square())),
    "CRS-011": _lying(moved(square(), "EPSG:3405")),
    "CRS-012": _lying(moved(square(), "EPSG:4326")),
    "CRS-013": _lying(square(250_000, 40_000)),
    "CRS-017": lambda at: (
        listing(at / "a.csv", CORNERS),
        field_map(at / "map.toml", LISTED.replace("{tờ}", "{Tờ}").replace("{thửa}", "{Thửa}"), source='crs = "HN-72"'),
    ),
    "CRS-018": _datum_lost(""),
    "CRS-019": _lying(square(48e6)),
    "CRS-020": _datum_lost(VN2000),
    "FIL-009": lambda at: (packed_bytes(at / "a.dwg", b"AC1032"), field_map(at / "map.toml")),
    "FIL-013": _archive(lambda at: {"../a.shp": b"", "a.dbf": b""}),
    "FIL-014": _archive(lambda at: {"a.shp": bytes(70 * 1024**2)}),
    "FIL-015": _sheets_in_tcvn3(),
    "FIL-016": _sheets_in_tcvn3(stated=True),
    "FIL-017": _mixed,
    "FIL-020": _rows_cut_off,
    "FIL-021": _archive(lambda at: {"b.zip": packed(at / "b.zip", {"a.shp": b""}).read_bytes(), "doc.pdf": b""}),
    "FIL-018": _capitals(".VnTimeH", ""),
    "FIL-019": _capitals(".VnTime", 'capitals = "LEVEL_13"'),
    "MAP-007": lambda at: (
        parcels(at / "a.gpkg", SoHieuToBanDo=["12", "12"]),
        field_map(at / "map.toml", MAP.replace('sheet = "{TO}"', 'preset = "vbdlis"')),
    ),
    "MAP-008": lambda at: (
        parcels(at / "a.gpkg", SoHieuToBanDo=["12", "12"], KyHieuMucDichSuDung=["ODT", "CLN"]),
        field_map(at / "map.toml", MAP.replace('sheet = "{TO}"', 'preset = "vbdlis"')),
    ),
    "DRW-001": _drawing([*TWO_PARCELS, LABELS[0]]),
    "DRW-002": _drawing([*TWO_PARCELS, *LABELS, (point(7, 7), 11, b"3")]),
    "DRW-003": _drawing([*TWO_PARCELS, *LABELS, (point(50, 50), 11, b"3")]),
    "DRW-004": _drawing([*TWO_PARCELS, *LABELS, (line((20, 5), (30, 5)), 10, b"")]),
    "DRW-005": _drawing(LABELS),
    "COR-001": _corners("Tờ;Thửa;Điểm;Kinh độ;Vĩ độ\n12;1;1;106,6;11,0\n"),
    "COR-002": _corners(_again(["12;2;1;121401x;600000,00"])),
    "COR-003": _corners(_again(["12;2;1;1214020,00;600000,00", "12;2;2;1214030,00;600000,00"])),
    "COR-004": _corners("Tờ;Thửa;X;Y\n12;1;214.000;600.000\n12;1;214.010;600.000\n12;1;214.010;600.010\n"),
    "COR-006": _corners(_again(_points(1, 3, 2, 4))),
    "COR-007": _corners(_again(_points(1, 2, 2, 3))),
    "COR-005": lambda at: (
        listing(at / "a.csv", "Tờ;Thửa;X;Y;DT\n12;1;1214000;600000;99\n12;1;1214010;600000;\n12;1;1214010;600010;9\n"),
        field_map(
            at / "map.toml",
            LISTED.replace("{tờ}", "{Tờ}").replace("{thửa}", "{Thửa}"),
            source=VN2000,
            parcel='registered_area = { value = "{DT}" }',
        ),
    ),
}


def packed_bytes(path: Path, content: bytes) -> Path:
    path.write_bytes(content)
    return path
