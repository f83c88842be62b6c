"""A bad file is refused whole with the list of what is wrong, and the store stays as it was."""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from typing import Any

import files_to_load as office
import numpy as np
import office_files
import pytest
import shapely
import shapely.affinity
import test_checks
from files_to_load import (
    BOW,
    BOW_X,
    EAST,
    MAP,
    NORTH,
    PRJ,
    THEME,
    TODAY,
    codes,
    field_map,
    held,
    load,
    parcels,
    ring_wkb,
    shapefile_of,
    square,
    write,
)

from landinfo import cli
from landinfo.intake import findings
from landinfo.intake.editions import file_hashes
from landinfo.intake.file_name import open_name
from landinfo.intake.findings import KINDS, Severity
from landinfo.intake.guess import guess
from landinfo.model import Refused
from landinfo.store import open_store

Case = tuple[Path, Path]
SPIKE = shapely.Polygon([(EAST, NORTH), (EAST + 10, NORTH), (EAST, NORTH)])


def _shapes(*shapes: Any, **columns: Any) -> Callable[[Path], Case]:
    return lambda at: (parcels(at / "a.gpkg", shapes, **columns), field_map(at / "map.toml"))


def _map(text: str = MAP, less: str = "", **sections: str) -> Callable[[Path], Case]:
    return lambda at: (parcels(at / "a.gpkg"), field_map(at / "map.toml", text, less=less, **sections))


def _file(name: str, content: bytes) -> Callable[[Path], Case]:
    def make(at: Path) -> Case:
        (at / name).write_bytes(content)
        return at / name, field_map(at / "map.toml")

    return make


def _no_crs(at: Path) -> Case:
    return parcels(at / "a.gpkg", crs=None), field_map(at / "map.toml")


def _two_layers(at: Path) -> Case:
    write(at / "a.gpkg", [square()], {"TO": ["1"]}, layer="one")
    return write(at / "a.gpkg", [square()], {"TO": ["1"]}, layer="two", append=True), field_map(at / "map.toml")


def _theme(text: str = THEME, **columns: Any) -> Callable[[Path], Case]:
    def make(at: Path) -> Case:
        shapes = [square(), square(10)]
        file = write(at / "t.gpkg", shapes, {"MA": ["A", "B"], "SO": ["1", "2"]} | columns)
        store = MAP[: MAP.index("[edition]")]
        return file, field_map(at / "map.toml", store + text)

    return make


def _area(text: str, unit: str = "m2") -> Callable[[Path], Case]:
    spec = f'registered_area = {{ value = "{{DT}}", unit = "{unit}" }}'
    return lambda at: (parcels(at / "a.gpkg", DT=["100", text]), field_map(at / "map.toml", parcel=spec))


def _coverage_file(at: Path) -> Case:
    write(at / "ranh.geojson", [shapely.Point(EAST, NORTH)], {"x": ["1"]})
    map = field_map(at / "map.toml", MAP.replace("hull_of_features", "file:ranh.geojson"))
    return parcels(at / "a.gpkg"), map


def _use(code: str, mapping: str = "") -> Callable[[Path], Case]:
    more = f'[[parcel.land_use]]\ncode = "{{LOAI}}"\nregime = "2024"\n{mapping}'
    return lambda at: (parcels(at / "a.gpkg", LOAI=["ODT", code]), field_map(at / "map.toml", more=more))


def _odd_header(at: Path) -> Case:
    """A GeoPackage that does not call itself one in SQLite's application_id (bytes 68–71): GDAL reads it and warns."""
    file = parcels(at / "a.gpkg")
    content = file.read_bytes()
    file.write_bytes(content[:68] + b"ODD!" + content[72:])
    return file, field_map(at / "map.toml")


def _far(at: Path) -> Case:
    here = office_files.moved(square(), "EPSG:32648")
    shapes = [here, shapely.affinity.translate(here, 5e7, 5e7)]
    return parcels(at / "a.gpkg", shapes, crs="EPSG:32648"), field_map(at / "map.toml")


def _held_already(url: str, at: Path, other: bool) -> Case:
    file, map = parcels(at / "old.gpkg"), field_map(at / "map.toml")
    load(file, map, url, TODAY)
    return (parcels(at / "other.gpkg", [square(side=3)]) if other else file), map


CASES: dict[str, Callable[[Path], Case]] = {
    "FIL-001": lambda at: (at / "gone.gpkg", field_map(at / "map.toml")),
    "FIL-002": _file("a.geojson", b'{"type": "FeatureCollection", "features": ['),
    "FIL-003": _file("a.xyz", b"1 2 3"),
    "FIL-004": _two_layers,
    "FIL-005": _shapes(),
    "FIL-006": lambda at: (shapefile_of(at, "Đ4", "utf-8", None), field_map(at / "map.toml")),
    "FIL-007": lambda at: (shapefile_of(at, "ê", "cp1258", "UTF-8"), field_map(at / "map.toml")),
    "FIL-008": _odd_header,
    "CRS-001": _no_crs,
    "CRS-002": _map(source='crs = "EPSG:9211"'),
    "CRS-003": _map(source='crs = "EPSG:5773"'),
    "CRS-004": lambda at: (
        parcels(at / "a.gpkg", crs=PRJ.format(name="local", datum="local", shift="")),
        field_map(at / "map.toml"),
    ),
    "CRS-005": lambda at: (parcels(at / "a.geojson", crs=None), field_map(at / "map.toml")),
    "CRS-006": _far,
    "CRS-007": lambda at: (
        parcels(at / "a.geojson", crs=None),
        field_map(at / "map.toml", source='crs = "EPSG:9210"'),
    ),
    "CRS-008": lambda at: (
        parcels(at / "a.gpkg", [office_files.moved(square(), "EPSG:9211")], crs="EPSG:9211"),
        field_map(at / "map.toml"),
    ),
    "MAP-001": _map("= 1"),
    "MAP-002": _map(less="territory"),
    "MAP-003": _map(MAP.replace("{THUA}", "{SOTHUA}")),
    "MAP-004": _theme(THEME.replace('"zones"', '"zone"')),
    "MAP-005": _use("đất ở", 'mapping = { ODT = "ODT" }'),
    "MAP-006": _map(parcel='owner = "{TenChu}"'),
    "MAP-009": _map("a" + ".a" * 17 + " = 1\n" + MAP),
    "COV-001": _coverage_file,
    "GEO-001": _shapes(square(), None, shapely.Polygon()),
    "GEO-002": _shapes(square(), shapely.Point(EAST, NORTH)),
    "GEO-003": _shapes(square(20), BOW, ring_wkb((0, 0), (10, 0), (10, 10), (0, 10))),
    "GEO-004": _shapes(
        square(),
        ring_wkb((0, 0), (10, float("nan")), (10, 10), (0, 0)),
        ring_wkb((0, 0), (1e300, 0), (10, 10), (0, 0)),
    ),
    "GEO-005": lambda at: (
        parcels(at / "a.gpkg", [square(20), SPIKE]),
        field_map(at / "map.toml", source='repair = "make_valid"'),
    ),
    "GEO-006": lambda at: (
        parcels(at / "a.gpkg", [square(20), BOW]),
        field_map(at / "map.toml", source='repair = "make_valid"'),
    ),
    "GEO-007": _shapes(square(20), office.arc_wkb()),
    "GEO-008": _shapes(shapely.MultiPolygon([square(), square(20)])),
    "GEO-009": _shapes(shapely.force_3d(square(), 1.0)),
    "GEO-010": _shapes(square(), square(10), square()),
    "PAR-001": _shapes(square(), square(10), THUA=["1", None]),
    "PAR-002": _shapes(square(), square(10), THUA=["1", "1/2"]),
    "PAR-003": _shapes(square(), square(10), square(10), THUA=["1", "2", "2"]),
    "PAR-004": _shapes(square(), square(10), THUA=["1", "1"]),
    "PAR-005": _area("80,5"),
    "PAR-006": _area("0"),
    "PAR-007": _area("105.3"),
    "PAR-008": _use("XYZ"),
    "PAR-009": _map(MAP.replace('commune = "25750"', 'commune = "25753"')),
    "PAR-010": lambda at: (
        parcels(at / "a.gpkg", D=["2020-01-31", "2020-02-31"]),
        field_map(at / "map.toml", parcel='effective_from = "{D}"'),
    ),
    "PAR-011": lambda at: (
        parcels(at / "a.gpkg", TL=["500", "lớn"]),
        field_map(at / "map.toml", parcel='map_scale = "{TL}"'),
    ),
    "THE-001": _theme(MA=["A", None]),
    "THE-002": _theme(MA=["A", "X"]),
    "THE-003": _theme(THEME.replace("[coverage]", 'name = "{SO}"\n\n[coverage]'), SO=["1", "1"]),
    "EDI-003": _map(),
    "STO-002": _map(edition="simulated = true"),
}
CASES |= office_files.CASES
IN_A_STORE = {"EDI-001", "EDI-002", "EDI-004", "EDI-005", "STO-001"} | office_files.IN_A_STORE
BY_FORCE = {"FIL-010", "FIL-011", "FIL-012"}
"""Tested where the reading process is (``test_readers_child.py``)."""


def test_every_finding_has_a_case_and_a_sentence() -> None:
    elsewhere = ("PRI-", "ZON-")  # price lists: tests/test_pricelist.py; price zones: tests/test_zones_intake.py
    of_files = {code for code in KINDS if not code.startswith(elsewhere)}
    assert CASES.keys() | IN_A_STORE | BY_FORCE | test_checks.CASES.keys() | test_checks.ELSEWHERE == of_files
    coded = {code for code in office.TEXTS if code[:3].isupper() and code[3:4] == "-"}
    assert coded == KINDS.keys()


@pytest.mark.parametrize("code", CASES)
def test_findings(tmp_path: Path, code: str) -> None:
    """Each case gives its finding; one that refuses leaves no store, one that does not has published."""
    file, map = CASES[code](tmp_path)
    url = tmp_path / "store.gpkg"
    result = load(file, map, str(url), TODAY)
    assert code in codes(result)
    refusing = {f.kind.code for f in result.findings if f.kind.severity in (Severity.FATAL, Severity.ERROR)}
    assert result.published is not bool(refusing)
    assert (KINDS[code].severity in (Severity.FATAL, Severity.ERROR)) is (code in refusing)
    assert refusing <= {code}
    assert [p.name for p in tmp_path.glob("store*")] == ([] if refusing else ["store.gpkg"])


def test_a_clean_file_has_no_findings(tmp_path: Path) -> None:
    known = replace(office.RULEBOOK, documents={"hồ sơ địa chính": None})  # type: ignore[dict-item]
    file, map = parcels(tmp_path / "a.gpkg"), field_map(tmp_path / "map.toml")
    result = office.run(file, map, str(tmp_path / "s.gpkg"), TODAY, lambda step, done: None, known, new=True)
    assert result.findings == ()


@pytest.mark.parametrize("code", sorted(c for c in CASES if KINDS[c].severity in (Severity.FATAL, Severity.ERROR)))
def test_a_store_stays_as_it_was(tmp_path: Path, code: str) -> None:
    file, map = CASES[code](tmp_path)
    url = tmp_path / "store.gpkg"
    base = load(parcels(tmp_path / "base.gpkg", [square(500)]), field_map(tmp_path / "base.toml"), str(url), TODAY)
    assert base.published
    before = url.read_bytes()
    result = load(file, map, str(url), TODAY, new=False)
    assert not result.published
    assert url.read_bytes() == before


@pytest.mark.parametrize(
    ("code", "other", "more"), [("EDI-001", False, ""), ("EDI-002", True, ""), ("STO-001", True, "EPSG:9211")]
)
def test_a_store_that_holds_it_or_is_not_meant(
    tmp_path: Path, store_url: str, code: str, other: bool, more: str
) -> None:
    file, map = _held_already(store_url, tmp_path, other)
    before = held(store_url)
    if more:
        map = field_map(tmp_path / "more.toml", MAP.replace("EPSG:9210", more))
    result = load(file, map, store_url, TODAY, new=False)
    assert not result.published
    assert code in codes(result)
    assert held(store_url) == before


def test_a_refused_load_leaves_both_engines_alone(tmp_path: Path, store_url: str) -> None:
    file, map = parcels(tmp_path / "a.gpkg", [square(), BOW]), field_map(tmp_path / "map.toml")
    assert not load(file, map, store_url, TODAY).published
    with pytest.raises(Refused):
        open_store(store_url)


def test_a_new_store_takes_no_others_place(tmp_path: Path, store_url: str) -> None:
    file, map = parcels(tmp_path / "a.gpkg"), field_map(tmp_path / "map.toml")
    load(file, map, store_url, TODAY)
    before = held(store_url)
    with pytest.raises(Refused, match="store-exists"):
        load(parcels(tmp_path / "b.gpkg", [square(5)]), map, store_url, TODAY)
    assert held(store_url) == before


def test_a_store_that_cannot_be_made_is_said_before_anything_is_read(tmp_path: Path, store_url: str) -> None:
    """The file is not even there; no step was begun."""
    map, steps = field_map(tmp_path / "map.toml"), list[str]()

    def wanted(url: str) -> None:
        gone = tmp_path / "gone.gpkg"
        office.run(gone, map, url, TODAY, lambda step, done: steps.append(step), office.RULEBOOK, new=True)

    load(parcels(tmp_path / "a.gpkg"), map, store_url, TODAY)
    with pytest.raises(Refused, match="store-exists"):
        wanted(store_url)
    with pytest.raises(Refused, match="store-cannot-write"):
        wanted(str(tmp_path / "no" / "s.gpkg"))
    with pytest.raises(Refused, match="store-exists"):
        wanted(str(tmp_path))
    assert steps == []


def test_a_folder_in_which_nobody_may_write_is_said_at_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "access", lambda path, mode: False)
    with pytest.raises(Refused, match="store-cannot-write"):
        load(tmp_path / "gone.gpkg", field_map(tmp_path / "map.toml"), str(tmp_path / "s.gpkg"), TODAY)


def test_a_store_with_a_prepared_edition_of_another_load_is_not_taken_for_a_beginning(
    tmp_path: Path, store_url: str
) -> None:
    """One draft may be this very load's, broken off: which is known when the file is read; two are not."""
    map = field_map(tmp_path / "map.toml")
    load(parcels(tmp_path / "a.gpkg"), map, store_url, TODAY, draft=True)
    with pytest.raises(Refused, match="store-exists"):
        load(parcels(tmp_path / "b.gpkg", [square(5)]), map, store_url, TODAY)
    assert load(parcels(tmp_path / "c.gpkg", [square(9)]), map, store_url, TODAY, new=False, draft=True).published
    with pytest.raises(Refused, match="store-exists"):
        load(tmp_path / "gone.gpkg", map, store_url, TODAY)


def test_places_name_row_number_and_point(tmp_path: Path) -> None:
    file = parcels(tmp_path / "a.gpkg", [square(20), square(30), BOW])
    result = load(file, field_map(tmp_path / "map.toml"), str(tmp_path / "s.gpkg"), TODAY)
    (finding,) = (f for f in result.findings if f.kind.code == "GEO-003")
    (place,) = finding.places
    # The two diagonals y = x and y = 0.8 (10 - x) … of the bow cross at x = y = 40/9.
    assert (place.row, place.name, place.detail) == (3, "12/3", "Self-intersection")
    assert place.x == pytest.approx(EAST + BOW_X, abs=1e-3)
    assert place.y == pytest.approx(NORTH + BOW_X, abs=1e-3)
    lines = findings.written([finding], office.TEXTS, "vi")
    assert lines[0].startswith("[GEO-003] lỗi: 1 hình có ranh giới hỏng")
    assert lines[1] == "    → Sửa tại điểm được nêu: bỏ đoạn cắt chéo, khép kín ranh"
    assert lines[2].strip().startswith("dòng 3 · 12/3 · (6000")


def test_an_unclosed_ring_is_broken(tmp_path: Path) -> None:
    shapes = [square(20), ring_wkb((0, 0), (10, 0), (10, 10), (0, 10))]
    result = load(parcels(tmp_path / "a.gpkg", shapes), field_map(tmp_path / "a.toml"), str(tmp_path / "s.gpkg"), TODAY)
    (finding,) = (f for f in result.findings if f.refuses)
    assert (finding.kind.code, [p.row for p in finding.places]) == ("GEO-003", [2])


def test_all_that_is_wrong_is_said_at_once(tmp_path: Path) -> None:
    shapes = [square(), BOW, None, square(30), square(40)]
    file = parcels(tmp_path / "a.gpkg", shapes, THUA=["1", "2", "3", None, "5"], D=["", "", "", "", "hôm qua"])
    map = field_map(tmp_path / "map.toml", parcel='effective_from = "{D}"')
    result = load(file, map, str(tmp_path / "s.gpkg"), TODAY)
    refusing = [f.kind.code for f in result.findings if f.refuses]
    assert refusing == ["GEO-001", "GEO-003", "PAR-001", "PAR-010"]


def test_repair_keeps_the_ground(tmp_path: Path) -> None:
    """A ring that runs twice through one point, once with a 2 × 2 ear outside: the ear stays, as a second part."""
    ear = shapely.Polygon(
        [(EAST + x, NORTH + y) for x, y in [(0, 0), (10, 0), (10, 10), (12, 12), (12, 10), (8, 10), (0, 10)]]
    )
    assert not ear.is_valid or ear.area > 0
    map = field_map(tmp_path / "map.toml", source='repair = "make_valid"')
    result = load(parcels(tmp_path / "a.gpkg", [BOW]), map, str(tmp_path / "s.gpkg"), TODAY)
    assert result.published
    (parcel,) = held(str(tmp_path / "s.gpkg"))[2]
    # Triangles (0,0)-(0,8)-(x,x) and (10,0)-(10,10)-(x,x) with x = 80/18.
    assert parcel.shape.area == pytest.approx(8 * BOW_X / 2 + 10 * (10 - BOW_X) / 2, abs=1e-6)


@pytest.mark.parametrize("suffix", [".gpkg", ".shp", ".geojson", ".zip"])
def test_a_damaged_file_never_ends_in_a_stack_trace(tmp_path: Path, suffix: str) -> None:
    rng = np.random.default_rng(20261124)
    whole = parcels(tmp_path / f"a{'.shp' if suffix == '.zip' else suffix}", [square(10 * i) for i in range(20)])
    if suffix == ".zip":
        whole = office.zipped(whole, tmp_path / "a.zip")
    content, map = whole.read_bytes(), field_map(tmp_path / "map.toml")
    for n in range(25):
        broken = bytearray(content)
        if n % 2:
            del broken[int(rng.integers(0, len(broken))) :]
        else:
            for at in rng.integers(0, len(broken), 20):
                broken[at] = int(rng.integers(0, 256))
        folder = tmp_path / str(n)
        folder.mkdir()
        for part in tmp_path.glob("a.*"):
            shutil.copy(part, folder)
        (folder / whole.name).write_bytes(bytes(broken))
        result = load(folder / whole.name, map, str(folder / "store.gpkg"), TODAY)
        assert result.published or any(f.refuses for f in result.findings)
        assert result.published is (folder / "store.gpkg").exists()


def test_a_prj_that_is_no_text(tmp_path: Path) -> None:
    file = parcels(tmp_path / "a.shp")
    (tmp_path / "a.prj").write_bytes(PRJ.format(name="Bình", datum="x", shift="").encode("latin-1"))
    assert codes(load(file, field_map(tmp_path / "map.toml"), str(tmp_path / "s.gpkg"), TODAY)) == [
        "FIL-002",
        "EDI-003",
    ]


@pytest.mark.parametrize("text", ["a = " + "[" * 100_000, "a = " + "{b = " * 50_000, "[" * 100_000])
def test_a_map_nested_without_end_is_refused(tmp_path: Path, text: str) -> None:
    map = tmp_path / "m.toml"
    map.write_text(text, "utf-8")
    assert codes(load(parcels(tmp_path / "a.gpkg"), map, str(tmp_path / "s.gpkg"), TODAY)) == ["MAP-001"]


DEEP = (
    *("a" + ".a" * 100_000 + " = 1", "[" + "a." * 100_000 + "a]", "[[" + "a." * 100_000 + "a]]"),
    *("a . 'a' .\t" * 20_000 + '"a" = 1', "a = {b" + ".b" * 17 + " = 1}", '"a.b"' + '."a.b"' * 17 + " = 1"),
    't = {x = """\n", """, ' + "a." * 50_000 + 'a = 1, y = "q"}',
    "# " + "x" * 256 * 1024,
)


@pytest.mark.parametrize("text", DEEP, ids=range(len(DEEP)))
def test_a_map_that_would_take_all_memory_is_refused_before_it_is_parsed(tmp_path: Path, text: str) -> None:
    map = tmp_path / "m.toml"
    map.write_text(text, "utf-8")
    began = time.monotonic()
    (finding,) = load(parcels(tmp_path / "a.gpkg"), map, str(tmp_path / "s.gpkg"), TODAY).findings
    assert (finding.kind.code, finding.params) == ("MAP-009", {"file": "m.toml", "limit": 256, "dots": 16})
    assert time.monotonic() - began < 5


@pytest.mark.parametrize(
    "text", ["[" + "a." * 16 + "a]\n", 'x = "' + "a.b " * 99 + '"\n', "# " + "x." * 16 + "\n", "#" + "." * 2000 + "\n"]
)
def test_dots_of_sentences_are_none_of_a_key(tmp_path: Path, text: str) -> None:
    map = tmp_path / "m.toml"
    map.write_text(text + MAP, "utf-8")
    found = codes(load(parcels(tmp_path / "a.gpkg"), map, str(tmp_path / "s.gpkg"), TODAY))
    assert "MAP-009" not in found
    assert "MAP-001" not in found


@pytest.mark.parametrize(
    "text",
    ["x" * 260_000, '"\\' * 130_000, "a." * 16 + "," + "a.a," * 60_000, '"' * 260_000, "'" * 260_000, "-." * 100_000],
)
def test_looking_for_deep_keys_takes_no_time(tmp_path: Path, text: str) -> None:
    map = tmp_path / "m.toml"
    map.write_text(text, "utf-8")
    began = time.monotonic()
    assert set(codes(load(tmp_path / "a.gpkg", map, str(tmp_path / "s.gpkg"), TODAY))) <= {"MAP-001", "MAP-009"}
    assert time.monotonic() - began < 5


GRIDS = (
    "+proj=tmerc +nadgrids=/etc/passwd",
    "+proj=tmerc +lon_0=105.75 +k=0.9999 +x_0=500000 +ellps=WGS84 +nadgrids=@null +type=crs",
    "+proj=longlat +ellps=WGS84 +nadgrids=x.gsb +type=crs",
)


@pytest.mark.parametrize(("crs", "stated"), [*((crs, False) for crs in GRIDS), *((crs, True) for crs in GRIDS[1:])])
def test_a_system_bound_by_a_grid_file_is_not_understood(tmp_path: Path, crs: str, stated: bool) -> None:
    """In the field map or in the file itself; no file of that name is looked for."""
    file = parcels(tmp_path / "a.gpkg", crs=crs if stated else None)
    map = field_map(tmp_path / "m.toml", source="" if stated else f'crs = "{crs}"')
    refusing = [f.kind.code for f in load(file, map, str(tmp_path / "s.gpkg"), TODAY).findings if f.refuses]
    assert refusing in (["CRS-003"], ["FIL-002"] if stated else [])  # GDAL may look at the system first
    with suppress(Refused):
        guess(file, None, office.RULEBOOK)


def test_a_coverage_file_in_a_system_that_is_not_understood(tmp_path: Path) -> None:
    write(tmp_path / "ranh.gpkg", [square()], {"x": ["1"]}, crs=GRIDS[1])
    map = field_map(tmp_path / "map.toml", MAP.replace("hull_of_features", "file:ranh.gpkg"))
    assert codes(load(parcels(tmp_path / "a.gpkg"), map, str(tmp_path / "s.gpkg"), TODAY))[0] == "COV-001"


SOMEBODYS = (
    *("Nguyễn Văn Trồng.gpkg", "nguyen_van_trong.gpkg", "079185001234.gpkg", "ho so ba Tran Thi Trong.gpkg"),
    *("NguyenVanTrong.gpkg", "nguyenvantrong.gpkg", "Nguyen van Trong 079.185.001.234.gpkg", "thua_Trong.gpkg"),
    *("079-185-001-234.gpkg", "trong.gpkg", "so do Nguyen.Van.Trong.gpkg", "281 234 567.gpkg", "Do_Duong.gpkg"),
)


@pytest.mark.parametrize("name", SOMEBODYS)
def test_a_file_that_is_called_like_somebody_is_kept_without_it(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], name: str
) -> None:
    """Any name of other words than an office's: lists of names never end."""
    file, url = parcels(tmp_path / name), str(tmp_path / "s.gpkg")
    assert load(file, field_map(tmp_path / "m.toml"), url, TODAY).published
    store = open_store(url)
    (files,) = [e.detail["files"] for e in store.events() if e.action == "prepared"]
    store.close()
    assert files == {"original.gpkg": hashlib.sha256(file.read_bytes()).hexdigest()}
    assert name.removesuffix(".gpkg").encode() not in Path(url).read_bytes()
    assert cli.main(["guess", str(file)]) == 0
    assert name not in capsys.readouterr().out


OPEN = (
    *("a.gpkg", "to_12.shp", "DC12-thua_2026.csv", "thua.shp.xml", "BĐĐC 2026.gpkg", "parcels (2).zip"),
    *("Tờ bản đồ 12.dxf", "20260131.gpkg", "ranh_thua", "a00000001.gdbtable", "hồ sơ 7.SHP"),
)


@pytest.mark.parametrize("name", OPEN)
def test_names_of_files_that_are_nobodys_are_kept(name: str) -> None:
    assert open_name(name) == name


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        *((name, "original.gpkg") for name in SOMEBODYS),
        *(("to_12_phu_loi.shp", "original.shp"), ("thua.Nguyen Van An", "original"), ("An", "original")),
        *((".gpkg", "original"), ("202601311.csv", "original.csv"), ("to.csv", "original.csv"), ("thua.an", "thua.an")),
    ],
)
def test_any_other_name_is_a_neutral_one(name: str, shown: str) -> None:
    assert open_name(name) == shown


def test_files_of_a_folder_that_are_all_called_like_somebody_are_all_kept(tmp_path: Path) -> None:
    folder = tmp_path / "ho_so"
    folder.mkdir()
    for name in ("Nguyễn Văn A.dbf", "Nguyễn Văn B.dbf", "to12.dbf"):
        (folder / name).write_text(name, "utf-8")
    kept = file_hashes(folder)
    assert set(kept) == {"ho_so/original.dbf", "ho_so/original.dbf (2)", "ho_so/to12.dbf"}
    assert len(set(kept.values())) == 3


def test_two_files_of_a_load_are_both_kept(tmp_path: Path) -> None:
    """The streets and the alleys of price zones, both called after somebody."""
    made = [tmp_path / name for name in ("Trồng.gpkg", "Rết.gpkg")]
    for path in made:
        path.write_text(path.name, "utf-8")
    assert set(file_hashes(*made)) == {"original.gpkg", "original.gpkg (2)"}
    assert len(set(file_hashes(*made).values())) == 2


def test_the_parts_of_a_shapefile_are_told_apart(tmp_path: Path) -> None:
    file = parcels(tmp_path / "phu_loi.shp")
    assert {"original.shp", "original.dbf", "original.shx", "original.prj"} <= file_hashes(file).keys()


WORDS = (
    *("Nguyễn Văn Trồng", "VPĐK Nguyễn văn Trồng 0912345678", "079.185.001.234", "x" * 61, "a\nb"),
    *("12 Đường Ẩn, Phú Lợi", "NguyenVanTrong"),
)


@pytest.mark.parametrize("word", WORDS)
@pytest.mark.parametrize("key", ["territory", "document", "source"])
def test_what_an_edition_says_of_itself_is_nobodys_and_short(tmp_path: Path, key: str, word: str) -> None:
    map = field_map(tmp_path / "m.toml", less=key, edition=f"{key} = {json.dumps(word)}")
    (finding,) = load(parcels(tmp_path / "a.gpkg"), map, str(tmp_path / "s.gpkg"), TODAY).findings
    assert finding.kind.code == "MAP-002"
    assert f"[edition] {key}" in str(finding.params)
    assert word not in str(finding.params)
    assert not (tmp_path / "s.gpkg").exists()


def test_sixty_characters_are_enough(tmp_path: Path) -> None:
    map = field_map(tmp_path / "m.toml", less="source", edition=f'source = "{"x" * 60}"')
    assert load(parcels(tmp_path / "a.gpkg"), map, str(tmp_path / "s.gpkg"), TODAY).published
