"""A file into a store: what is read, how it is numbered, and the edition that it becomes."""

from __future__ import annotations

import unicodedata
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import files_to_load as office
import pytest
import shapely
import shapely.affinity
from files_to_load import (
    EAST,
    EVERYWHERE,
    MAP,
    NORTH,
    ON,
    THEME,
    TODAY,
    codes,
    field_map,
    held,
    load,
    parcels,
    square,
    write,
)

from landinfo.store import open_store
from landinfo.store.geopackage import GeopackageStore


def test_parcels_arrive_as_the_map_says(tmp_path: Path, store_url: str) -> None:
    uses = [{"code": '"{LOAI}"', "regime": '"2024"'}]
    file = parcels(
        tmp_path / "thua.gpkg",
        [square(), square(10), square(20)],
        LOAI=["ODT", "ONT+CLN", None],
        DT=["1.234,5", "80,25", "0"],
        TL=["1:500", "1:1000", None],
        NGAY=["31/01/2021", "20220131", "2023-01-31"],
        TenChu=["Nguyễn Văn A", "Trần Thị B", "Lê C"],
    )
    entry = "\n".join(f"{k} = {v}" for k, v in uses[0].items())
    map = field_map(
        tmp_path / "map.toml",
        parcel='registered_area = { value = "{DT}", decimal = "comma" }\nmap_scale = "{TL}"\neffective_from = "{NGAY}"',
        more=f"[[parcel.land_use]]\n{entry}\n",
    )
    result = load(file, map, store_url, TODAY)
    assert codes(result) == ["PAR-006", "PAR-007", "EDI-003", "PAR-016", "PER-001"]
    facts, editions, found = held(store_url)
    assert (facts.title, facts.crs, facts.simulated) == ("Sổ thử nghiệm", "EPSG:9210", False)
    assert editions == (result.edition,)
    assert (editions[0].layer, editions[0].territory, editions[0].rows) == ("parcels", "25750@2024", 3)
    assert [str(p.ref) for p in found] == ["25750@2024/12/1", "25750@2024/12/2", "25750@2024/12/3"]
    assert [p.registered_area for p in found] == [Decimal("1234.5"), Decimal("80.25"), None]
    assert [[(u.code, u.regime, u.area) for u in p.land_uses] for p in found] == [
        [("ODT", "2024", Decimal("1234.5"))],
        [("ONT", "2024", None), ("CLN", "2024", None)],
        [],
    ]
    assert [p.map_scale for p in found] == [500, 1000, None]
    assert [p.effective_from for p in found] == [date(2021, 1, 31), date(2022, 1, 31), date(2023, 1, 31)]
    assert [p.shape.wkb for p in found] == [square(x).wkb for x in (0, 10, 20)]
    assert {p.edition for p in found} == {editions[0].id}
    assert dict(result.counts) == {
        "rows": 3,
        "published": 3,
        "numbered_again": 0,
        "holes": 0,
        "several_parts": 0,
        "registered": 2,
        "differ_over_2_percent": 2,
        "differ_over_5_percent": 2,
    }


@pytest.mark.parametrize("suffix", [".gpkg", ".shp", ".geojson", ".zip"])
def test_formats_give_the_same_parcels(tmp_path: Path, suffix: str) -> None:
    shapes = [square(), shapely.MultiPolygon([square(20), square(40)]), square(60).difference(square(62, 2, 3))]
    file = parcels(tmp_path / f"thửa{'.shp' if suffix == '.zip' else suffix}", shapes)
    if suffix == ".zip":
        file = office.zipped(file, tmp_path / "gói.zip", "dữ liệu/")
    result = load(file, field_map(tmp_path / "map.toml"), str(tmp_path / "store.gpkg"), TODAY)
    assert set(codes(result)) == {"GEO-008", "EDI-003"}
    found = held(str(tmp_path / "store.gpkg"))[2]
    assert [p.ref.number for p in found] == ["1", "2", "3"]
    assert all(shapely.equals(p.shape, s) for p, s in zip(found, shapes, strict=True))
    assert (result.counts["holes"], result.counts["several_parts"]) == (1, 1)


def test_only_mapped_fields_are_read(tmp_path: Path) -> None:
    from landinfo.files.read import read_file
    from landinfo.files.table import Wanted

    file = parcels(tmp_path / "a.gpkg", TenChu=["Nguyễn Văn A", "B"], SoGiayTo=["079…", "080…"])
    table = read_file(file, Wanted(fields=("TO", "THUA")))
    assert set(table.layer.fields) == {"TO", "THUA", "TenChu", "SoGiayTo"}
    assert set(table.columns) == {"TO", "THUA"}


def test_text_is_composed(tmp_path: Path) -> None:
    file = parcels(tmp_path / "a.gpkg", TO=[unicodedata.normalize("NFD", "TĐ-ố1")] * 2)
    load(file, field_map(tmp_path / "map.toml"), str(tmp_path / "s.gpkg"), TODAY)
    assert held(str(tmp_path / "s.gpkg"))[2][0].ref.sheet == unicodedata.normalize("NFC", "TĐ-ố1")


def test_names_of_fields_are_composed_too(tmp_path: Path) -> None:
    composed, parted = (unicodedata.normalize(form, "TỜ BẢN ĐỒ") for form in ("NFC", "NFD"))
    for n, (in_file, in_map) in enumerate([(parted, composed), (composed, parted)]):
        columns = {in_file: ["3"], "THUA": ["1"]}
        file = write(tmp_path / f"{n}.gpkg", [square()], columns)
        map = field_map(tmp_path / "map.toml", MAP.replace("TO}", in_map + "}"))
        assert load(file, map, str(tmp_path / f"s{n}.gpkg"), TODAY).published


def test_equal_numbers_get_suffixes_in_the_order_of_the_file(tmp_path: Path, store_url: str) -> None:
    shapes = [square(30), square(20), square(10), square()]
    file = parcels(tmp_path / "a.gpkg", shapes, THUA=["7", "8", "7", "7"])
    result = load(file, field_map(tmp_path / "map.toml"), store_url, TODAY)
    assert "PAR-004" in codes(result)
    assert result.counts["numbered_again"] == 3
    found = {str(p.ref): p.shape for p in held(store_url)[2]}
    assert {ref: shape.wkb for ref, shape in found.items()} == {
        "25750@2024/12/7~1": square(30).wkb,
        "25750@2024/12/7~2": square(10).wkb,
        "25750@2024/12/7~3": square().wkb,
        "25750@2024/12/8": square(20).wkb,
    }


def test_numbers_that_follow_each_other_in_time_are_not_equal(tmp_path: Path) -> None:
    days = {"D1": ["2020-01-01", "2024-01-01"], "D2": ["2024-01-01", None]}
    file = parcels(tmp_path / "a.gpkg", [square(), square(side=9)], THUA=["7", "7"], **days)
    map = field_map(tmp_path / "map.toml", parcel='effective_from = "{D1}"\neffective_to = "{D2}"')
    result = load(file, map, str(tmp_path / "s.gpkg"), TODAY)
    assert codes(result) == ["EDI-003"]
    assert [str(p.ref) for p in held(str(tmp_path / "s.gpkg"))[2]] == ["25750@2024/12/7"]


def test_the_same_ground_again_in_a_later_time_is_no_duplicate(tmp_path: Path) -> None:
    days = {"D1": ["2020-01-01", "2024-01-01"], "D2": ["2024-01-01", None]}
    file = parcels(tmp_path / "a.gpkg", [square(), square()], THUA=["7", "7"], **days)
    map = field_map(tmp_path / "map.toml", parcel='effective_from = "{D1}"\neffective_to = "{D2}"')
    assert load(file, map, str(tmp_path / "s.gpkg"), TODAY).counts["published"] == 2


def test_areas_of_uses(tmp_path: Path) -> None:
    """A use's own area is kept; a combined code has one area for two uses, which says nothing of each."""
    file = parcels(tmp_path / "a.gpkg", LOAI=["ODT", "ONT+CLN"], S=[60.5, 60.5])
    use = '[[parcel.land_use]]\ncode = "{LOAI}"\nregime = "2024"\narea = { value = "{S}" }'
    load(file, field_map(tmp_path / "map.toml", more=use), str(tmp_path / "s.gpkg"), TODAY)
    uses = [p.land_uses for p in held(str(tmp_path / "s.gpkg"))[2]]
    assert [[u.area for u in row] for row in uses] == [[Decimal("60.5")], [None, None]]


def test_the_commune_of_today_where_only_one_can_be_meant(tmp_path: Path, empty_store: Any, store_url: str) -> None:
    """25744 went whole into 25750, 25741 in parts into two; a 2025 series is its own."""
    series = {"XA": ["25744", "25741", "25750", "25750"], "KY": ["2024", "2024", "2024", "2025"]}
    file = parcels(tmp_path / "a.gpkg", [square(20 * n) for n in range(4)], **series)
    text = MAP[MAP.index("[edition]") :].replace('"25750"', '"{XA}"').replace('"2024"', '"{KY}"')
    map = field_map(tmp_path / "map.toml", text, edition="simulated = true")
    assert load(file, map, store_url, TODAY, new=False).published
    now = {p.ref.series: p.commune_now for p in held(store_url)[2]}
    assert now == {"25744@2024": "25750", "25741@2024": None, "25750@2024": "25750", "25750@2025": "25750"}


def test_a_theme_and_its_coverage(tmp_path: Path, store_url: str) -> None:
    load(parcels(tmp_path / "a.gpkg"), field_map(tmp_path / "a.toml"), store_url, TODAY)
    file = write(
        tmp_path / "t.gpkg", [square(), square(10), square(20)], {"MA": ["1", "2", "1"], "SO": ["a", "b", "c"]}
    )
    words = 'mapping = { 1 = "A", 2 = "B" }\nname = "{SO}"\narticle = "Điều 2"'
    result = load(file, field_map(tmp_path / "t.toml", THEME, theme=words), store_url, TODAY, new=False)
    assert codes(result) == ["EDI-003"]
    store = open_store(store_url)
    try:
        layer = store.layer("zones", EVERYWHERE, ON, TODAY)
    finally:
        store.close()
    assert [(f.designation, f.id, f.document, f.article) for f in layer.features] == [
        ("A", "a", "QĐ 1/2020", "Điều 2"),
        ("A", "c", "QĐ 1/2020", "Điều 2"),
        ("B", "b", "QĐ 1/2020", "Điều 2"),
    ]
    assert [(c.shape.bounds, c.complete) for c in layer.coverage] == [((EAST, NORTH, EAST + 30, NORTH + 10), True)]


@pytest.mark.parametrize(
    ("of", "area"), [("hull_of_features", 250.0), ("bbox", 300.0), ("features", 200.0), ("file:ranh.geojson", 400.0)]
)
def test_coverage_is_what_the_operator_declares(tmp_path: Path, of: str, area: float) -> None:
    # Squares of 10 m at (0, 0) and (20, 0): box 30 x 10; with the second one 10 m higher the hull cuts two corners.
    shapes = [square(), square(20)] if of == "bbox" else [square(), square(10, 5)]
    expected = area if of != "hull_of_features" else 20 * 15 - 2 * (10 * 5 / 2)
    write(tmp_path / "ranh.geojson", [square(side=20)], {"x": ["1"]})
    file = write(tmp_path / "t.gpkg", shapes, {"MA": ["A", "B"]})
    url = str(tmp_path / "s.gpkg")
    load(parcels(tmp_path / "a.gpkg"), field_map(tmp_path / "a.toml"), url, TODAY)
    text = THEME.replace('of = "bbox"', f'of = "{of}"\ncomplete = false')
    assert load(file, field_map(tmp_path / "t.toml", text), url, TODAY, new=False).published
    store = open_store(url)
    try:
        (coverage,) = store.layer("zones", EVERYWHERE, ON, TODAY).coverage
    finally:
        store.close()
    assert coverage.shape.area == pytest.approx(expected, abs=1e-6)
    assert not coverage.complete


def test_an_edition_is_named_by_its_content(tmp_path: Path, store_url: str) -> None:
    file, map = parcels(tmp_path / "a.gpkg"), field_map(tmp_path / "a.toml")
    first = load(file, map, store_url, TODAY)
    beside = load(file, map, str(tmp_path / "beside.gpkg"), date(2026, 12, 1))
    other = load(parcels(tmp_path / "b.gpkg", [square(side=11)]), map, str(tmp_path / "c.gpkg"), TODAY)
    assert first.edition
    assert beside.edition
    assert other.edition
    assert first.edition.id == beside.edition.id != other.edition.id
    assert first.edition.published == TODAY


def test_replacing_withdraws_what_was_held(tmp_path: Path, store_url: str) -> None:
    first = load(parcels(tmp_path / "a.gpkg"), field_map(tmp_path / "a.toml"), store_url, date(2026, 1, 1))
    file, replacing = parcels(tmp_path / "b.gpkg", [square(side=5)]), "replaces = true"
    result = load(file, field_map(tmp_path / "b.toml", edition=replacing), store_url, date(2026, 6, 1), new=False)
    assert first.edition
    assert result.edition
    editions = {e.id: (e.published, e.withdrawn) for e in held(store_url)[1]}
    assert editions == {
        first.edition.id: (date(2026, 1, 1), date(2026, 6, 1)),
        result.edition.id: (date(2026, 6, 1), None),
    }
    assert [p.shape.area for p in held(store_url)[2]] == [25.0]


def test_territories_stand_side_by_side(tmp_path: Path) -> None:
    url = str(tmp_path / "s.gpkg")
    load(parcels(tmp_path / "a.gpkg"), field_map(tmp_path / "a.toml"), url, TODAY)
    beside = field_map(tmp_path / "b.toml", MAP.replace('territory = "25750@2024"', 'territory = "tờ 13"'))
    file = parcels(tmp_path / "b.gpkg", [square(100)], TO=["13"])
    assert load(file, beside, url, TODAY, new=False).published
    assert [e.withdrawn for e in held(url)[1]] == [None, None]


def test_a_store_that_could_not_be_filled_is_taken_away(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: Any, **__: Any) -> None:
        raise OSError("disk full")

    monkeypatch.setattr(GeopackageStore, "publish", full)
    with pytest.raises(OSError, match="disk full"):
        load(parcels(tmp_path / "a.gpkg"), field_map(tmp_path / "a.toml"), str(tmp_path / "s.gpkg"), TODAY)
    assert list(tmp_path.glob("s.gpkg*")) == []


@pytest.mark.parametrize(("ends", "until"), [(["2024-01-01", ""], None), (["2024-01-01", "2025-01-01"], "2025-01-01")])
def test_a_coverage_ends_only_where_every_row_does(tmp_path: Path, ends: list[str], until: str | None) -> None:
    url, map = str(tmp_path / "s.gpkg"), field_map(tmp_path / "m.toml", parcel='effective_to = "{D}"')
    assert load(parcels(tmp_path / "a.gpkg", D=ends), map, url, TODAY).published
    store = open_store(url)
    (edition,) = store.editions()
    (cover,) = store.content(edition.id, EVERYWHERE).coverage
    store.close()
    assert cover.effective_to == (date.fromisoformat(until) if until else None)
