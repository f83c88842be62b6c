"""How a field map makes values of cells."""

from __future__ import annotations

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
)
from hypothesis import given
from hypothesis import strategies as st

from landinfo.intake.template import Template
from landinfo.intake.values import area_text, read_area, read_day, read_scale


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
