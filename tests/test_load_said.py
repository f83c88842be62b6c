"""What a load prints: Vietnamese, then English, or one of them; twenty places of a finding, or all of them."""

from __future__ import annotations

from pathlib import Path

import pytest
from files_to_load import field_map, parcels, square
from test_pricelist_tricks import HEAD, ROW

from landinfo import cli
from landinfo.intake.findings import SHOWN

FAULTS = SHOWN + 7


@pytest.fixture
def command(tmp_path: Path) -> list[str]:
    """A load of parcels without numbers."""
    shapes = [square(20 * n) for n in range(FAULTS)]
    file = parcels(tmp_path / "a.gpkg", shapes, TO=["12"] * FAULTS, THUA=[""] * FAULTS)
    map = field_map(tmp_path / "a.toml")
    return ["load", str(file), "--map", str(map), "--store", str(tmp_path / "s.gpkg"), "--new"]


def said(capsys: pytest.CaptureFixture[str], command: list[str]) -> str:
    assert cli.main(command) == 2
    return capsys.readouterr().err


def test_both_languages_vietnamese_first(command: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    text = said(capsys, command)
    vietnamese, english = text.index("[PAR-001] lỗi"), text.index("[PAR-001] error")
    assert vietnamese < english
    assert text.index("dòng 1 ·") < english < text.index("row 1 ·")
    assert text.count("[PAR-001]") == 2


@pytest.mark.parametrize(("lang", "word", "other"), [("vi", "lỗi", "error"), ("en", "error", "lỗi")])
def test_one_language(command: list[str], capsys: pytest.CaptureFixture[str], lang: str, word: str, other: str) -> None:
    text = said(capsys, [*command, "--lang", lang])
    assert f"[PAR-001] {word}" in text
    assert other not in text.partition("[PAR-001]")[2]


def test_it_says_how_many_more_and_how_to_see_them(command: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    text = said(capsys, command)
    assert "… và 7 chỗ khác; thêm --all" in text
    assert "… and 7 more; --all" in text
    assert "--report" in text
    assert f"dòng {SHOWN} ·" in text
    assert f"dòng {SHOWN + 1} ·" not in text


def test_all_of_them(command: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    text = said(capsys, [*command, "--all", "--lang", "vi"])
    assert all(f"dòng {n} ·" in text for n in range(1, FAULTS + 1))
    assert "--all" not in text


def test_just_twenty_are_not_cut(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    shapes = [square(20 * n) for n in range(SHOWN)]
    file = parcels(tmp_path / "a.gpkg", shapes, TO=["12"] * SHOWN, THUA=[""] * SHOWN)
    map = field_map(tmp_path / "a.toml")
    text = said(capsys, ["load", str(file), "--map", str(map), "--store", str(tmp_path / "s.gpkg"), "--new"])
    assert f"dòng {SHOWN} ·" in text
    assert "--all" not in text


def test_a_price_list_too(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    lines = [",".join(map(str, [*ROW[:1], n, *ROW[2:5], "x", "", ""])) for n in range(1, FAULTS + 1)]
    file = tmp_path / "list.csv"
    file.write_text("\n".join([",".join(HEAD), *lines]) + "\n", "utf-8")
    command = ["prices", "load", str(file), "--document", "36/2019/QĐ-UBND"]
    text = said(capsys, command)
    assert text.index("lỗi: ") < text.index("error: ")
    assert "--all" in text
    assert f"dòng {FAULTS + 1} ·" in said(capsys, [*command, "--all"])


def test_a_guess_too(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = parcels(tmp_path / "a.shp", [square(), square(10)], GHI=["®Êt ë", "®Êt ë"])
    assert cli.main(["guess", str(file)]) == 0
    both = capsys.readouterr().err
    assert both.index("[FIL-015] cảnh báo") < both.index("[FIL-015] warning")
    assert cli.main(["guess", str(file), "--lang", "en"]) == 0
    one = capsys.readouterr().err
    assert "cảnh báo" not in one
    assert "[FIL-015] warning" in one
