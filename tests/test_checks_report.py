"""The findings as files: they open elsewhere, name no place on this machine, and stand whole."""

from __future__ import annotations

import csv
import html
import io
import json
import re
import subprocess
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pyproj
import pytest
import shapely
import shapely.geometry
from files_to_load import BOW, BOW_X, EAST, NORTH, TEXTS, TODAY, field_map, load, parcels, square, words

from landinfo import cli
from landinfo.intake import report
from landinfo.intake.load import LoadResult
from landinfo.intake.report import COLUMNS, FILES, write_report
from landinfo.model import Refused

THIN = shapely.box(EAST + 19.8, NORTH, EAST + 30, NORTH + 10)
"""Lies 0.2 m over the parcel to the west of it."""


def findings(at: Path, *shapes: Any, asked: str = "", rest: bool = False, **columns: Any) -> LoadResult:
    from files_to_load import RULEBOOK

    from landinfo.intake.load import run

    at.mkdir(exist_ok=True)
    file = parcels(at / "a.gpkg", list(shapes), **columns)
    map = field_map(at / "a.toml", source=asked)
    return run(file, map, str(at / "s.gpkg"), TODAY, lambda step, done: None, RULEBOOK, new=True, rest=rest)


@pytest.fixture
def written(tmp_path: Path) -> Path:
    result = findings(tmp_path / "in", square(), square(10), THIN, BOW, None)
    assert not result.published
    write_report(result, tmp_path / "out", TEXTS)
    return tmp_path / "out"


def ogr(*words: str) -> str:
    done = subprocess.run(["ogrinfo", "-ro", *words], capture_output=True, encoding="utf-8", check=True)
    assert "ERROR" not in done.stderr
    return done.stdout


def test_all_files_are_there_and_nothing_else(written: Path) -> None:
    assert sorted(p.name for p in written.iterdir()) == sorted(FILES)


def test_the_geopackage_opens_elsewhere(written: Path) -> None:
    points = ogr("-al", str(written / "findings.gpkg"), "findings_points")
    lines = ogr("-al", str(written / "findings.gpkg"), "findings_lines")
    assert "Feature Count: 1" in points
    assert "code (String) = GEO-003" in points
    assert "name (String) = 12/4" in points
    assert "do_en (String) = Mend at the point named" in points
    match = re.search(r"POINT \(([\d.]+) ([\d.]+)\)", points)
    assert match
    assert (float(match[1]) - EAST, float(match[2]) - NORTH) == pytest.approx((BOW_X, BOW_X), abs=1e-3)
    assert "code (String) = TOP-002" in lines
    assert "MULTILINESTRING" in lines
    for column in COLUMNS:
        assert f"\n{column}: " in points


def test_the_plane_of_the_geopackage_leads_to_the_pinned_place(written: Path) -> None:
    """QGIS goes by the definition in the file: EPSG:6960, not the operation PROJ prefers south of 11.04°N."""
    said = ogr("-al", "-so", str(written / "findings.gpkg"), "findings_points")
    wkt = said[said.index("PROJCRS") if "PROJCRS" in said else said.index("BOUNDCRS") :]
    assert "-191.904" in said
    assert "Data axis to CRS axis mapping" in wkt


def test_the_geojson_is_in_wgs_84(written: Path) -> None:
    held = json.loads((written / "findings.geojson").read_text("utf-8"))
    by_code = {f["properties"]["code"]: f for f in held["features"]}
    assert {"GEO-001", "GEO-003", "TOP-002", "EDI-003"} <= by_code.keys()
    pipeline = (
        "+proj=pipeline +step +inv +proj=tmerc +lat_0=0 +lon_0=105.75 +k=0.9999 +x_0=500000 +y_0=0 +ellps=WGS84 "
        "+step +proj=cart +ellps=WGS84 +step +proj=helmert +x=-191.90441429 +y=-39.30318279 +z=-111.45032835 "
        "+rx=-0.00928836 +ry=0.01975479 +rz=-0.00427372 +s=0.252906278 +convention=coordinate_frame "
        "+step +inv +proj=cart +ellps=WGS84 +step +proj=unitconvert +xy_in=rad +xy_out=deg"
    )
    there = pyproj.Transformer.from_pipeline(pipeline).transform(EAST + BOW_X, NORTH + BOW_X)
    lon, lat = by_code["GEO-003"]["geometry"]["coordinates"]
    assert (lon, lat) == pytest.approx(there[:2], abs=1e-8)
    assert by_code["TOP-002"]["geometry"]["type"] in ("LineString", "MultiLineString")
    assert by_code["GEO-001"]["geometry"] is None
    assert by_code["EDI-003"]["geometry"] is None
    assert by_code["GEO-003"]["properties"]["row"] == 4
    listed = ogr("-al", "-so", str(written / "findings.geojson"))
    assert f"Feature Count: {len(held['features'])}" in listed


def test_the_table_has_a_line_for_each_place(written: Path) -> None:
    text = (written / "findings.csv").read_bytes().decode("utf-8-sig")
    rows = list(csv.DictReader(io.StringIO(text)))
    held = json.loads((written / "findings.geojson").read_text("utf-8"))
    assert [(r["code"], int(r["row"]), r["text_vi"]) for r in rows] == [
        (f["properties"]["code"], f["properties"]["row"], f["properties"]["text_vi"]) for f in held["features"]
    ]


class _Page(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.words: list[str] = []

    def handle_starttag(self, tag: str, attrs: Any) -> None:
        self.tags.append(tag)

    def handle_data(self, data: str) -> None:
        self.words.append(data)


def test_the_page_says_it_in_both_languages(written: Path) -> None:
    page = _Page()
    page.feed((written / "findings.html").read_text("utf-8"))
    text = " ".join(page.words)
    assert "GEO-003 · lỗi · error · 1" in text
    assert "1 hình có ranh giới hỏng" in text
    assert "1 shapes have a broken boundary" in text
    assert not {"script", "link", "img", "iframe"} & set(page.tags)


def test_names_of_the_file_do_nothing_in_the_page_or_the_table(tmp_path: Path) -> None:
    evil = "<b>=1+1"
    result = findings(tmp_path / "in", square(), square(10), THUA=["1", evil])
    write_report(result, tmp_path / "out", TEXTS)
    assert evil not in (tmp_path / "out" / "findings.html").read_text("utf-8")
    assert html.escape(evil) in (tmp_path / "out" / "findings.html").read_text("utf-8")
    assert report._plain("=1+1") == "'=1+1"
    assert [report._plain(v) for v in ("a=1", "", 7, "-1", "@x")] == ["a=1", "", 7, "'-1", "'@x"]


def test_no_file_says_where_it_was_read(written: Path, tmp_path: Path) -> None:
    for path in written.iterdir():
        assert str(tmp_path).encode() not in path.read_bytes()
        assert tmp_path.name.encode() not in path.read_bytes()


def test_a_map_that_is_not_there_is_named_without_its_folder(tmp_path: Path) -> None:
    result = load(parcels(tmp_path / "a.gpkg"), tmp_path / "no.toml", str(tmp_path / "s.gpkg"), TODAY)
    write_report(result, tmp_path / "out", TEXTS)
    text = (tmp_path / "out" / "findings.csv").read_text("utf-8")
    assert "no.toml" in text
    assert tmp_path.name not in text


def test_originals_are_a_layer_of_their_own(tmp_path: Path) -> None:
    doubled = shapely.Polygon([(EAST + x, NORTH + y) for x, y in ((20, 0), (30, 0), (30, 0.0004), (30, 10), (20, 10))])
    result = findings(tmp_path / "in", square(), doubled, asked='repair = "safe"')
    write_report(result, tmp_path / "out", TEXTS)
    layer = ogr("-al", str(tmp_path / "out" / "findings.gpkg"), "originals")
    assert "Feature Count: 1" in layer
    assert "row (Integer64) = 2" in layer
    assert "1214000.0004" in layer
    assert "area_before (Real) = 100" in layer


def test_a_new_report_takes_the_place_of_the_old_one(written: Path, tmp_path: Path) -> None:
    result = findings(tmp_path / "again", square())
    write_report(result, written, TEXTS)
    assert "GEO-003" not in (written / "findings.csv").read_text("utf-8")
    assert "Feature Count: 0" in ogr("-al", "-so", str(written / "findings.gpkg"), "findings_points")
    assert sorted(p.name for p in written.iterdir()) == sorted(FILES)


def test_a_report_that_breaks_off_leaves_the_old_one(
    written: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = {p.name: p.read_bytes() for p in written.iterdir()}

    def full(*_: Any) -> str:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(report, "_html", full)
    with pytest.raises(Refused, match="No space left"):
        write_report(findings(tmp_path / "again", square()), written, TEXTS)
    assert {p.name: p.read_bytes() for p in written.iterdir()} == before


def test_the_command_writes_it_when_the_load_is_refused(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    more = ["--known", "2026-11-24", "--report", str(tmp_path / "out")]
    assert cli.main(words(tmp_path, square(), BOW, more=more)) == 2
    assert sorted(p.name for p in (tmp_path / "out").iterdir()) == sorted(FILES)
    assert not (tmp_path / "s.gpkg").exists()
    assert "findings.gpkg" in capsys.readouterr().err


def test_a_folder_that_cannot_be_is_refused_before_anything_is_published(tmp_path: Path) -> None:
    (tmp_path / "out").write_text("a file")
    assert cli.main(words(tmp_path, more=["--report", str(tmp_path / "out")])) == 2
    assert not (tmp_path / "s.gpkg").exists()
