"""Many parcels at once: the answers are those of the single question, however the list looks, and no row is lost."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import street
from batched import READERS, answered, batch, done, files, ground, table
from flask.testing import FlaskClient
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from serving import client
from street import X, Y

from landinfo import coordinates
from landinfo.batch import run, runner
from landinfo.model import BadInput, Refused
from landinfo.store import open_store

HEAD = "commune,sheet,number"
DAY, TARGET = ("on", "2026-03-01"), ("convert_to", "ODT")
LOTS = [f"25750@2024,1,{number}" for number in ("1", "2", "7", "9", "10")] + ["25744@2024,1,1", "25741@2024,1,1"]


@pytest.fixture(scope="module")
def url(engine: str, new_place: Callable[[str], str]) -> str:
    return ground(new_place(engine))


@pytest.fixture(scope="module")
def file_url(new_place: Callable[[str], str]) -> str:
    """One engine is enough for how a list is read."""
    return ground(new_place("geopackage"))


@pytest.fixture(scope="module")
def api(url: str) -> Iterator[FlaskClient]:
    store = open_store(url)
    yield client(store)
    store.close()


def single(api: FlaskClient, address: str) -> Any:
    """What the single question's door answers."""
    return json.loads(api.get(f"/api{address}").data)


def same_as_single(row: dict[str, Any], answer: dict[str, Any]) -> None:
    """Every number of a row against the answer object, as JSON has it."""
    parcel, price, made = answer["parcel"], answer["price"], answer["estimate"]
    assert row["parcel"] == parcel["ref"]
    wanted = {
        "registered_area": parcel["registered_area"],
        "drawn_area": parcel["drawn_area"],
        "value_low": price["value"]["low"],
        "value_likely": price["value"]["likely"],
        "value_high": price["value"]["high"],
        "levy": made and made["levy"] and made["levy"]["amount"],
        "total_low": made and made["range"]["low"],
        "total_likely": made and made["total"],
        "total_high": made and made["range"]["high"],
        "lat": parcel["centre"]["lat"],
        "lon": parcel["centre"]["lon"],
    }
    for said in ("yes", "no", "unknown"):
        name = {"yes": "allowed_area", "no": "not_allowed_area", "unknown": "unknown_area"}[said]
        areas = [v["area"] for v in answer["verdicts"] if v["allowed"] == said]
        wanted[name] = pytest.approx(sum(areas)) if made else None
    found = {name: None if row[name] in ("", None) else float(row[name]) for name in wanted}
    assert found == wanted
    assert row["price_state"] == price["state"]
    assert {n: row[f"theme_{n}"] for n in (t["id"] for t in answer["themes"])} == {
        t["id"]: t["answer"] for t in answer["themes"]
    }


def test_every_row_is_the_single_answer(tmp_path: Path, url: str, api: FlaskClient) -> None:
    made = answered(tmp_path, url, table(f"{HEAD}", *LOTS), DAY, ("on", "2025-03-01"), TARGET, ("convert_to", "TMD"))
    assert made["errors"] == []
    assert len(made["results"]) == len(LOTS) * 4
    for row in made["results"]:
        answer = single(api, row["permanent"])
        same_as_single(row, answer)
        lines = [x for x in made["estimate_lines"] if (x["parcel"], x["on"], x["convert_to"]) == _key(row)]
        said = [(x["item"], x["amount"]) for x in lines if x["kind"] == "line"]
        assert sorted(said) == sorted((x["item"], str(x["amount"])) for x in answer["estimate"]["lines"])
        for item in answer["estimate"]["items"]:
            amounts = [int(x["amount"]) for x in lines if x["kind"] == "line" and x["item"] == item["code"]]
            (whole,) = [x["amount"] for x in lines if x["kind"] == "item" and x["item"] == item["code"]]
            assert whole == ("" if item["amount"] is None else str(item["amount"]))
            assert not amounts or sum(amounts) == item["amount"]


def _key(row: dict[str, Any]) -> tuple[str, str, str]:
    return row["parcel"], row["on"], row["convert_to"]


def test_a_price_worked_out_by_hand(tmp_path: Path, url: str) -> None:
    """Lot 1: 600 m² of CLN in a ward at 62.6 M đ/m²: 10 % of it (art. 5.8), whatever the depth."""
    made = answered(tmp_path, url, table(HEAD, "25750@2024,1,1"), DAY)
    (row,) = made["results"]
    assert row["value_likely"] == str(600 * 62_600_000 // 10)
    assert (row["estimate_state"], row["total_likely"], row["allowed_area"]) == ("not_asked", "", "")


def test_the_shares_of_the_themes_table_are_the_single_answers(tmp_path: Path, url: str, api: FlaskClient) -> None:
    made = answered(tmp_path, url, table(HEAD, *LOTS), DAY)
    for row in made["results"]:
        for theme in single(api, row["permanent"])["themes"]:
            told = [t for t in made["themes"] if t["parcel"] == row["parcel"] and t["theme"] == theme["id"]]
            assert {t["answer"] for t in told} == {theme["answer"]}
            shares = [(t["kind"], t["designation"], float(t["area"]), float(t["percent"])) for t in told if t["kind"]]
            assert shares == [(r["kind"], r["designation"], r["area"], r["percent"]) for r in theme["rows"]]
    answers = {row["theme_land_use_planning"] for row in made["results"]}
    assert answers == {"concerned", "no_data"}  # lot 9 lies where nothing is held: not "not concerned"


def test_all_formats_hold_the_same(tmp_path: Path, url: str) -> None:
    source = tmp_path / "in.csv"
    source.write_text(table(HEAD, *LOTS, "25750@2024,1,99"), "utf-8")
    found = {}
    for ending, read in READERS.items():
        target = tmp_path / f"out{ending}"
        done(batch(source, target, url, DAY, TARGET))
        found[ending] = {
            name: [{k: _plain(v) for k, v in row.items() if k not in ("fid", "geom", "geometry")} for row in rows]
            for name, rows in read(target).items()
        }
    for ending in READERS:
        assert found[ending] == found[".csv"], ending
    assert [row["code"] for row in found[".csv"]["errors"]] == ["no-such-parcel"]


def _plain(value: Any) -> str:
    """As CSV has it."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, str):
        try:
            value = float(value)
        except ValueError:
            return value
    return str(int(value)) if float(value).is_integer() else repr(float(value))


def test_outlines_lie_where_the_parcels_do(tmp_path: Path, url: str) -> None:
    import geopandas
    import shapely

    source = tmp_path / "in.csv"
    source.write_text(table(HEAD, *LOTS), "utf-8")
    plane = coordinates.plane()
    wanted = {str(p.ref): p.shape for p in street.PARCELS}
    for ending in (".geojson", ".gpkg", ".parquet"):
        target = tmp_path / f"out{ending}"
        done(batch(source, target, url, DAY))
        frame = (
            geopandas.read_parquet(target)
            if ending == ".parquet"
            else geopandas.read_file(target, **({"layer": "results"} if ending == ".gpkg" else {}))
        )
        assert frame.crs.to_epsg() == 4326 or frame.crs.to_authority() == ("OGC", "CRS84")
        for ref, shape in zip(frame["parcel"], frame.geometry, strict=True):
            apart = shapely.hausdorff_distance(plane.from_wgs84(shape), wanted[ref])
            assert apart < 0.005, (ending, ref)


HEADERS = [
    "Xã/Phường;Tờ bản đồ;Số thửa",
    "xa phuong;to ban do;so thua",
    "XÃ;TỜ SỐ;THỬA SỐ",
    "ma_xa;so_to;so_thua",
    "Commune;Map sheet;Parcel number",
]


@pytest.mark.parametrize("header", HEADERS)
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "cp1258"])
def test_titles_and_encodings(tmp_path: Path, file_url: str, header: str, encoding: str) -> None:
    text = table(f"Ghi chú;{header}", "Lô đất của ông Ứng;25750@2024;1;1")
    content = _in_1258(text) if encoding == "cp1258" else text.encode(encoding)
    made = answered(tmp_path, file_url, content, DAY)
    assert [(r["row"], r["id"], r["parcel"]) for r in made["results"]] == [
        ("2", "Lô đất của ông Ứng", "25750@2024/1/1")
    ]


def _in_1258(text: str) -> bytes:
    """Windows-1258 has the tone marks as letters of their own."""
    import unicodedata

    tones = "\u0300\u0301\u0303\u0309\u0323"
    out = ""
    for letter in text:
        parts = unicodedata.normalize("NFD", letter)
        tone = "".join(c for c in parts if c in tones)
        out += unicodedata.normalize("NFC", "".join(c for c in parts if c not in tones)) + tone
    return out.encode("cp1258")


@pytest.mark.parametrize("mark", [",", ";", "\t", "|"])
def test_points_with_decimal_commas_in_every_kind_of_csv(tmp_path: Path, url: str, mark: str) -> None:
    lon, lat = coordinates.plane().point_to_wgs84(X + 5, Y + 5)
    degrees = [f'"{value:.8f}"'.replace(".", ",") for value in (lat, lon)]
    made = answered(tmp_path, url, table(mark.join(("Vĩ độ", "Kinh độ")), mark.join(degrees)), DAY)
    assert [r["parcel"] for r in made["results"]] == ["25750@2024/1/1"], made["errors"]
    metres = [f'"{value:.3f}"'.replace(".", ",") for value in (Y + 5, X + 25)]
    made = answered(tmp_path, url, table(mark.join(("X", "Y")), mark.join(metres)), DAY)
    assert [r["parcel"] for r in made["results"]] == ["25750@2024/1/2"], made["errors"]


def test_several_days_and_targets_in_a_row_and_days_as_papers_write_them(tmp_path: Path, url: str) -> None:
    text = table(f"{HEAD},on,convert_to", "25750@2024,1,1,01/03/2026|2026-04-01,ODT;TMD", "25750@2024,1,2,,")
    made = answered(tmp_path, url, text, ("on", "2026-05-01"), TARGET)
    asked = [(r["row"], r["on"], r["convert_to"]) for r in made["results"]]
    assert asked == [
        *(("2", day, target) for day in ("2026-03-01", "2026-04-01") for target in ("ODT", "TMD")),
        ("3", "2026-05-01", "ODT"),
    ]


def test_what_is_wrong_with_a_row_stands_in_errors_with_its_number(tmp_path: Path, url: str) -> None:
    rows = [
        "25750@2024,1,99,,,",
        ",,,,,",
        "25750@2024,,1,,,",
        "25750@2024,1,1,10.9,106.6,",
        ",,,10.9,,",
        "25750@2024,1,1,,,2026-13-01",
        "25750@2024,1,1,,,2026-03-01,and,more",
        '25750@2024,1,"1,,,',
        "25750@2024,1,1,,,2026-03-01",
        "25750,1,1,,,2026-03-01",
        ",,,106.6,10.9,",
    ]
    made = answered(tmp_path, url, table(f"{HEAD},lat,lon,on", *rows))
    assert [r["row"] for r in made["results"]] == ["10"]
    assert [(e["row"], e["code"]) for e in made["errors"]] == [
        ("2", "no-such-parcel"),
        ("4", "batch-half-a-place"),
        ("5", "batch-two-places"),
        ("6", "batch-half-a-place"),
        ("7", "bad-day"),
        ("8", "batch-more-cells"),
        ("9", "batch-quotation"),
        ("11", "batch-several"),
        ("12", "coordinate-lat-lon-swapped"),
    ]
    assert all(e["error"] and e["error_en"] and e["error"] != e["error_en"] for e in made["errors"])
    assert "25750@2024/1/10" in made["errors"][0]["nearest"]
    assert json.loads(made["errors"][1]["cells"]) == {"commune": "25750@2024", "number": "1"}


def test_a_row_twice_is_answered_twice_and_says_so(tmp_path: Path, url: str) -> None:
    text = table(f"id,{HEAD}", "a,25750@2024,1,1", "", "b,25750@2024,1,1", ",,,", "c,25750@2024,1,2")
    made = answered(tmp_path, url, text, DAY)
    told = [(r["row"], r["id"], r["parcel"][-1], r["same_as"]) for r in made["results"]]
    assert told == [("2", "a", "1", ""), ("4", "b", "1", "2"), ("6", "c", "2", "")]


def test_formulas_are_text_coming_and_going(tmp_path: Path, url: str) -> None:
    evil = ["=1+1", "+cmd|' /C calc'!A0", "@SUM(A1)", "-2+3"]
    rows = [f'"{text}",25750@2024,1,{n}' for text, n in zip(evil, (1, 2, 7, 99), strict=True)]
    source = tmp_path / "in.csv"
    source.write_text(table(f"id,{HEAD}", *rows), "utf-8")
    for ending in (".csv", ".xlsx"):
        done(batch(source, tmp_path / f"out{ending}", url, DAY))
        made = READERS[ending](tmp_path / f"out{ending}")
        assert [r["id"] for r in made["results"]] + [e["id"] for e in made["errors"]] == [f"'{text}" for text in evil]
    from openpyxl import load_workbook

    book = load_workbook(tmp_path / "out.xlsx")
    assert {cell.data_type for sheet in book for row in sheet.iter_rows() for cell in row} <= {"s", "n", "b"}


def test_a_workbook_is_read_as_its_cells_show(tmp_path: Path, url: str) -> None:
    import datetime

    from openpyxl import Workbook

    book = Workbook()
    sheet = book.active
    assert sheet
    sheet.append(["Xã", "Tờ", "Thửa", "Tại ngày"])
    sheet.append(["25750@2024", 1, 1.0, datetime.datetime(2026, 3, 1)])  # noqa: DTZ001  # as a workbook has it
    sheet.append([])
    sheet.append(["25750@2024", "=1", 2, datetime.date(2026, 3, 1)])
    book.save(tmp_path / "in.xlsx")
    made = answered(tmp_path, url, (tmp_path / "in.xlsx").read_bytes(), ending=".xlsx")
    assert [(r["row"], r["parcel"], r["on"]) for r in made["results"]] == [("2", "25750@2024/1/1", "2026-03-01")]
    # a formula that no program has worked out holds nothing, and is never worked out here
    assert [(e["row"], e["code"], e["field"]) for e in made["errors"]] == [("4", "batch-half-a-place", "sheet")]


def feature(geometry: Any, **properties: Any) -> dict[str, Any]:
    return {"type": "Feature", "geometry": geometry, "properties": properties}


def drawn(kind: str, *points: tuple[float, float]) -> dict[str, Any]:
    """A GeoJSON geometry from metres of the street."""
    corners = [list(coordinates.plane().point_to_wgs84(X + x, Y + y)) for x, y in points]
    return {"type": kind, "coordinates": {"Point": corners[0], "Polygon": [corners]}.get(kind, corners)}


def test_drawings_take_in_every_parcel(tmp_path: Path, url: str) -> None:
    features = [
        feature(drawn("Point", (5, 5)), name="point"),
        # from the middle of lot 1 to a quarter of lot 2, all their depth: 300 of 600 m², 150 of 600
        feature(drawn("Polygon", (10, -1), (25, -1), (25, 31), (10, 31), (10, -1)), name="drawn"),
        # 4 m wide along y = 10 through lots 1, 2 and 25744/1: 4 × 20 of 600 m² each
        feature(drawn("LineString", (0, 10), (60, 10)), name="line", width="4"),
        feature(drawn("LineString", (0, 10), (60, 10)), name="no width"),
        feature(drawn("Polygon", (1000, 0), (1010, 0), (1010, 10), (1000, 0)), name="nothing there"),
        feature(drawn("Polygon", (0, 0), (20, 20), (20, 0), (0, 20), (0, 0)), name="crosses"),
        feature(None, name="number", parcel="25750@2024/1/7"),
        feature(drawn("Point", (5, 5)), name="both", commune="25750@2024", sheet=1, number=7),
        feature({"type": "Point", "coordinates": [X, Y]}, name="metres"),
        feature(None, name="nowhere"),
        {"type": "Nothing", "properties": 5},
    ]
    content = json.dumps({"type": "FeatureCollection", "features": features})
    made = answered(tmp_path, url, content, DAY, ending=".geojson")
    told = [(r["id"], r["parcel"], r["inside_percent"]) for r in made["results"]]
    assert told == [
        ("point", "25750@2024/1/1", ""),
        ("drawn", "25750@2024/1/1", "50.0"),
        ("drawn", "25750@2024/1/2", "25.0"),
        ("line", "25744@2024/1/1", "13.3"),
        ("line", "25750@2024/1/1", "13.3"),
        ("line", "25750@2024/1/2", "13.3"),
        ("number", "25750@2024/1/7", ""),
        ("both", "25750@2024/1/7", ""),
    ]
    assert [(e["row"], e["code"]) for e in made["errors"]] == [
        ("4", "batch-line-width"),
        ("5", "batch-nothing-inside"),
        ("6", "batch-geometry-crosses"),
        ("9", "batch-geometry-no-degrees"),
        ("10", "batch-nowhere"),
        ("11", "batch-no-feature"),
    ]


def test_corners_in_a_csv_take_in_every_parcel(tmp_path: Path, url: str) -> None:
    corners = ";".join(f"{Y + y:.3f},{X + x:.3f}" for x, y in ((1, 1), (39, 1), (39, 20), (1, 20)))
    made = answered(tmp_path, url, table("Các góc", f'"{corners}"'), DAY)
    assert [r["parcel"][-1] for r in made["results"]] == ["1", "2"], made["errors"]
    crossing = ";".join(f"{Y + y:.3f},{X + x:.3f}" for x, y in ((1, 1), (39, 20), (39, 1), (1, 20)))
    far = "10.98,106.67;10.98,1.5;10.99,106.67"
    wrong = answered(tmp_path, url, table("Các góc", '"10.9;1"', f'"{crossing}"', f'"{far}"'), DAY)["errors"]
    assert [e["field"].split(",")[0] for e in wrong] == ["corners"] * 3
    assert "«corners»" in wrong[1]["error"]


cell = st.text(st.characters(codec="utf-8", exclude_categories=("Cs",)), max_size=12)


@settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.lists(cell | st.sampled_from(["25750@2024", "1", "2", '"']), min_size=1, max_size=5), max_size=8))
@example(rows=[['0"'], ['"']])
def test_no_row_is_lost(tmp_path: Path, file_url: str, rows: list[list[str]]) -> None:
    """Whatever stands in a line, it is answered or named, by its number; only what is empty is neither."""
    lines = [",".join(row).replace("\r", " ").replace("\n", " ") for row in rows]
    text = table(HEAD, "25750@2024,1,1", *lines)
    made = answered(tmp_path, file_url, text.encode("utf-8-sig"), DAY)
    told = {int(r["row"]) for r in made["results"]} | {int(e["row"]) for e in made["errors"]}
    quoted = any('"' in line for line in lines)
    for number, line in enumerate(lines, 3):
        if '"' in line or (quoted and number not in told):
            continue  # a quotation that is closed further down makes one row of several lines
        assert (number in told) == bool(line.replace(",", " ").split())


REFUSED = [
    (b"", ".csv", "batch-empty"),
    (b"\n\n", ".csv", "batch-empty"),
    (b"a,b\n1,2\n", ".csv", "batch-no-place"),
    (b"lat\n1\n", ".csv", "batch-no-place"),
    (b"commune,sheet,number\n", ".csv", "batch-empty"),
    ("xã,xa,tờ,thửa\n1,1,1,1\n".encode(), ".csv", "batch-title-twice"),
    (b"lat,lon\n\x90\xff\n", ".csv", "batch-encoding"),
    (b"lat,lon\n" + b"1" * 300_000, ".csv", "batch-long-line"),
    (b"no zip", ".xlsx", "FIL-002"),
    (b"{}", ".geojson", "batch-geojson-empty"),
    (b'{"type":"FeatureCollection","features":[{"type":"Feature"}', ".geojson", "batch-damaged"),
    (b'{"crs":{"properties":{"name":"EPSG:9210"}},"features":[{}]}', ".geojson", "batch-geojson-crs"),
    (b"x", ".pdf", "batch-format"),
]


@pytest.mark.parametrize(("content", "ending", "code"), REFUSED)
def test_a_list_that_is_none_is_refused_whole(tmp_path: Path, content: bytes, ending: str, code: str) -> None:
    source = tmp_path / f"in{ending}"
    source.write_bytes(content)
    with pytest.raises(Refused) as wrong:
        done(batch(source, tmp_path / "out.csv", "nowhere.gpkg"))
    assert wrong.value.code == code
    assert set(files(tmp_path)) == {source.name}


@pytest.mark.parametrize(
    ("name", "value", "code"),
    [
        ("on", "2026-13-01", "bad-day"),
        ("convert_to", "XXX", "unknown-land-use"),
        ("area", "1.000", "ambiguous-number"),
        ("fact.none", "1", "case-unknown-fact"),
        ("price.XXX", "1", "unknown-land-use"),
    ],
)
def test_what_no_row_could_be_asked_is_refused_once(tmp_path: Path, name: str, value: str, code: str) -> None:
    source = tmp_path / "in.csv"
    source.write_text(table(HEAD, *LOTS), "utf-8")
    with pytest.raises(BadInput) as wrong:
        done(batch(source, tmp_path / "out.csv", "nowhere.gpkg", (name, value)))
    assert (wrong.value.code, wrong.value.field) == (code, name)
    assert set(files(tmp_path)) == {source.name}


def test_rows_may_name_days_of_which_more_is_known(tmp_path: Path, url: str) -> None:
    rows = table(f"{HEAD},on", f"{LOTS[0]},2026-03-01", f"{LOTS[0]},")
    found = answered(tmp_path, url, rows, ("on", "1990-01-01"), ("convert_to", "ODT"))
    assert [row["row"] for row in found["results"]] == ["2"]
    assert [row["row"] for row in found["errors"]] == ["3"]


def test_outputs_that_cannot_be_are_refused(tmp_path: Path) -> None:
    source = tmp_path / "in.csv"
    source.write_text("lat,lon\n1,2\n", "utf-8")
    (tmp_path / "folder.csv").mkdir()
    for target, code in (
        ("out.txt", "batch-out-format"),
        ("in.csv", "batch-over-itself"),
        ("folder.csv", "file-cannot-be-written"),
        ("none/out.csv", "file-cannot-be-written"),
    ):
        with pytest.raises(Refused) as wrong:
            done(batch(source, tmp_path / target, "nowhere.gpkg"))
        assert wrong.value.code == code
    errors = tmp_path / "a.errors.csv"
    errors.write_text("lat,lon\n1,2\n", "utf-8")
    with pytest.raises(Refused) as wrong:
        done(batch(errors, tmp_path / "a.csv", "nowhere.gpkg"))
    assert wrong.value.code == "batch-over-itself"


def test_answers_too_large_are_named(tmp_path: Path, url: str) -> None:
    source = tmp_path / "in.csv"
    source.write_text(table(HEAD, *LOTS), "utf-8")
    with pytest.raises(Refused) as wrong:
        done(batch(source, tmp_path / "out.csv", url, most_bytes=100))
    assert wrong.value.code == "batch-large-output"
    assert not (tmp_path / "out.csv").exists()


def test_too_many_rows_are_named(tmp_path: Path, url: str) -> None:
    source = tmp_path / "in.csv"
    source.write_text(table(HEAD, *["25750@2024,1,1"] * 4), "utf-8")
    with pytest.raises(Refused) as wrong:
        done(batch(source, tmp_path / "out.csv", url, most=3))
    assert (wrong.value.code, wrong.value.params["most"], wrong.value.params["row"]) == ("batch-many-rows", 3, 5)
    assert done(batch(source, tmp_path / "out.csv", url, most=4)).rows == 4


def test_processes_and_parts_are_not_to_be_seen(tmp_path: Path, url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    source = tmp_path / "in.csv"
    source.write_text(
        table(f"{HEAD},on", *(f"{lot},{day}" for day in ("", "2026-03-01", "x") for lot in LOTS)), "utf-8"
    )
    made = []
    for part, answer in ((100, runner.alone), (3, runner.alone), (4, runner.several(2))):
        monkeypatch.setattr(run, "PART", part)
        folder = tmp_path / f"{part}"
        folder.mkdir()
        for ending in (".csv", ".xlsx", ".geojson"):
            done(batch(source, folder / f"out{ending}", url), answer)
        made.append(files(folder))
    assert made[0] == made[1] == made[2]
    assert len(made[0]) == 6
