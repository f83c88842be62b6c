"""How a field map makes values of cells."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from files_to_load import (
    MAP,
    TODAY,
    codes,
    field_map,
    load,
    parcels,
    square,
)
from hypothesis import given
from hypothesis import strategies as st

from landinfo.intake.fieldmap import Words
from landinfo.intake.template import Template
from landinfo.intake.territory import spelled
from landinfo.intake.values import area_text, read_area, read_day, read_scale
from landinfo.model import Commune, Edition


@pytest.mark.parametrize(
    ("text", "row", "value"),
    [
        ("{BOOK}-{PAGE}", {"BOOK": "2", "PAGE": 102}, "2-102"),
        ("{P}[-{S}]", {"P": "23", "S": None}, "23"),
        ("{P}[-{S}]", {"P": "23", "S": "1"}, "23-1"),
        ("[{S}-]{P}", {"P": "23", "S": float("nan")}, "23"),
        ("{IDU:4-8}", {"IDU": "0290000A0215"}, "0000A"),
        ("{A:9-11}-{A:12-13}", {"A": "055 188801300"}, "013-00"),
        ("{A:5-6}", {"A": "055"}, None),
        ("{N}", {"N": 12.0}, "12"),
        ("{N}", {"N": "  12 "}, "12"),
        ("{N}", {"N": "  "}, None),
        ("{a}", {"a": "{b}[x]", "b": "1"}, "{b}[x]"),
        ("hằng", {}, "hằng"),
    ],
)
def test_templates(text: str, row: dict[str, Any], value: str | None) -> None:
    assert Template(text).fill(row) == value


@pytest.mark.parametrize("text", ["{A", "A}", "[{A}", "{A}]", "{A:3-2}", "{A:0-2}", "{}"])
def test_broken_templates_are_refused(tmp_path: Path, text: str) -> None:
    file, map = parcels(tmp_path / "a.gpkg"), field_map(tmp_path / "map.toml", MAP.replace("{THUA}", text))
    assert codes(load(file, map, str(tmp_path / "s.gpkg"), TODAY)) == ["MAP-002"]


@pytest.mark.parametrize(
    ("text", "unit", "comma", "m2"),
    [
        ("357.5", "m2", False, "357.5"),
        ("357,5", "m2", True, "357.5"),
        ("1.234,5", "m2", True, "1234.5"),
        ("1 234,50", "m2", True, "1234.50"),
        ("1.234", "m2", True, "1234"),
        ("0.0357", "ha", False, "357"),
        ("0,0357", "ha", True, "357"),
        ("10000", "sqft", False, "929.03"),
        ("1000000000", "sqft", False, "92903040.00"),
        ("1000000000", "sqft_us", False, "92903411.61"),
    ],
)
def test_areas(text: str, unit: str, comma: bool, m2: str) -> None:
    """1,000,000,000 US survey square feet: (1200/3937)² = 0.092903411613275 m² each (NIST)."""
    assert read_area(text, unit, comma) == Decimal(m2)


@pytest.mark.parametrize(
    ("text", "comma"),
    [
        *[("357,5", False), ("-1", False), ("1.2.3", False), ("1.23,5", True), ("NaN", False), ("1e3", False)],
        *[("10000000001", False), ("1.123456789", False), ("9" * 15 + "." + "9" * 8, False)],
    ],
)
def test_areas_that_are_not_numbers(text: str, comma: bool) -> None:
    with pytest.raises(ValueError, match=r".*"):
        read_area(text, "m2", comma)


def test_noise_of_binary_sums_is_not_an_area() -> None:
    assert [area_text(v, False) for v in (0.1 + 0.2, 1234.5000000000002, 300.0, 7)] == ["0.3", "1234.5", "300", "7"]
    assert area_text(1234.5000000000002, True) == "1234,5"


@given(st.decimals(0, 10**9, places=2))
def test_areas_keep_every_digit(area: Decimal) -> None:
    written = f"{area:,}".translate(str.maketrans(",.", ".,"))
    assert read_area(written, "m2", comma=True) == area
    assert read_area(f"{area / 10000:f}", "ha", comma=False) == area


@pytest.mark.parametrize(
    ("text", "day"),
    [("2026-01-31", date(2026, 1, 31)), ("20260131", date(2026, 1, 31)), ("31/1/2026", date(2026, 1, 31)),
     ("2026-01-31T00:00:00", date(2026, 1, 31)), ("31.01.2026", date(2026, 1, 31))],
)  # fmt: skip
def test_days(text: str, day: date) -> None:
    assert read_day(text) == day


@pytest.mark.parametrize("text", ["2026-02-30", "01/31/2026", "0", "1800-01-01", "2100-01-01", "2026", "hôm nay"])
def test_days_that_are_none(text: str) -> None:
    with pytest.raises(ValueError, match=r".*"):
        read_day(text)


def test_scales() -> None:
    assert [read_scale(t) for t in ("500", "1:500", "1: 10000")] == [500, 500, 10000]
    for text in ("0", "5", "1/500", "500.5", "-500", "1:0500"):
        with pytest.raises(ValueError, match=r".*"):
            read_scale(text)


def _entries(at: Path, text: str, new: bool = True) -> list[str]:
    map = at / "m.toml"
    map.write_text(text, "utf-8")
    (finding,) = load(parcels(at / "a.gpkg"), map, str(at / "s.gpkg"), TODAY, new=new).findings
    assert finding.kind.code == "MAP-002"
    return [entry.split(": ")[0] for entry in finding.params["entries"].split("; ")]


def test_everything_that_is_wrong_with_a_map_is_said_at_once(tmp_path: Path) -> None:
    text = """
[source]
repair = "all"
capitals = 3
[edition]
territory = 25750
document = ""
effective_from = "2020-01-01"
simulated = 1
[parcel]
commune = "25750"
period = "[2024"
sheet = ["1"]
registered_area = { unit = "acre" }
owner = "x"
[[parcel.land_use]]
code = "{A}"
regime = ""
mapping = { a = 1 }
[coverage]
of = "everything"
"""
    assert _entries(tmp_path, text) == [
        *("[store]", "[source] capitals", "[source] repair", "[edition] territory", "[edition] document"),
        *("[edition] effective_from", "[edition] source", "[edition] simulated", "[parcel] period", "[parcel] sheet"),
        *("[parcel] number", "[parcel.registered_area] unit", "[parcel.registered_area] value"),
        *("[parcel.land_use] regime", "[parcel.land_use] mapping", "[coverage] of", "[parcel] owner"),
    ]


@pytest.mark.parametrize("text", [MAP.replace("[parcel]", "[theme]\nid = 1\n[parcel]"), "[edition]\n[coverage]\n"])
def test_a_map_of_neither_or_both_kinds_is_told_in_a_sentence(tmp_path: Path, text: str) -> None:
    entries = _entries(tmp_path, text)
    assert "[parcel] | [theme]" in entries
    assert not any(entry.startswith("[parcel] ") and entry != "[parcel] | [theme]" for entry in entries)
    map = tmp_path / "m.toml"
    (finding,) = load(parcels(tmp_path / "a.gpkg"), map, str(tmp_path / "s.gpkg"), TODAY).findings
    assert "[parcel] | [theme]: đúng một trong hai bảng · exactly one of the two tables" in finding.params["entries"]


def test_what_is_needed_is_never_masked(tmp_path: Path) -> None:
    map = field_map(tmp_path / "m.toml", less="source", edition=f'source = "{"x" * 61}"')
    (finding,) = load(parcels(tmp_path / "a.gpkg"), map, str(tmp_path / "s.gpkg"), TODAY).findings
    assert finding.params["entries"] == (
        "[edition] source: ≤ 60 ký tự, không ghi tên, giấy tờ, nơi ở của ai · nobody's name, paper or home"
    )


BARE = MAP.replace('territory = "25750@2024"', 'territory = "25750"')


def _territory(at: Path, name: str, text: str, url: str, shift: float, new: bool = False) -> tuple[str, list[str]]:
    """The territory of what was loaded, or "", and the findings."""
    file = parcels(at / f"{name}.gpkg", [square(shift), square(shift + 10)])
    result = load(file, field_map(at / f"{name}.toml", text), url, TODAY, new=new)
    return (result.edition.territory if result.edition else ""), codes(result)


def test_a_territory_in_two_spellings_is_one(tmp_path: Path, store_url: str) -> None:
    """The second load of the same commune is refused as such, not taken for another territory."""
    assert _territory(tmp_path, "a", BARE, store_url, 0, new=True)[0] == "25750@2024"
    found = _territory(tmp_path, "b", MAP, store_url, 100)[1]
    assert "EDI-002" in found
    assert "EDI-002" in _territory(tmp_path, "c", BARE, store_url, 100)[1]
    replaced = BARE.replace("[edition]", "[edition]\nreplaces = true")
    assert _territory(tmp_path, "d", replaced, store_url, 100)[0] == "25750@2024"


def _commune(period: str, first: int, end: int | None) -> Commune:
    return Commune("25750", period, date(first, 7, 1), date(end, 7, 1) if end else None, (), "", "")


OLD, NEW = _commune("2024", 2014, 2025), _commune("2025", 2025, None)


@pytest.mark.parametrize(
    ("given", "period", "first", "communes", "live", "told"),
    [
        ("25750", "2024", 2026, (OLD, NEW), (), "25750@2024"),
        ("25750", "", 2024, (OLD, NEW), (), "25750@2024"),
        ("25750", "", 2026, (OLD, NEW), (), "25750@2025"),
        ("25750", "", 2026, (OLD,), (), "25750@2024"),
        ("25750", "", 2010, (OLD, NEW), (), "25750"),
        ("25751", "2024", 2026, (OLD, NEW), (), "25751"),
        ("25750@2024", "", 2026, (OLD, NEW), (), "25750@2024"),
        ("25750@2024", "2024", 2026, (OLD, NEW), ("25750",), "25750"),
        ("25750", "2024", 2026, (OLD, NEW), ("25750", "25750@2024"), "25750@2024"),
        ("Phú Lợi", "2024", 2026, (OLD, NEW), (), "Phú Lợi"),
        ("25750, 25753", "2024", 2026, (OLD, NEW), (), "25750, 25753"),
    ],
)
def test_the_spelling_of_a_territory(
    given: str, period: str, first: int, communes: tuple[Commune, ...], live: tuple[str, ...], told: str
) -> None:
    words = Words(given, "x", date(first, 1, 1), "x", False, False)
    edition = Edition("a", "parcels", "", "x", TODAY, TODAY, None, "", False, "", 0)
    held_ = [replace(edition, territory=name) for name in live]
    assert spelled(words, "parcels", period, communes, held_) == told
    others = [replace(e, layer="zones") for e in held_] + [replace(e, withdrawn=TODAY) for e in held_]
    assert spelled(words, "parcels", period, communes, others) == spelled(words, "parcels", period, communes, [])
