"""``parcel … --pdf --xlsx --geojson``: all the files or none, their code kept, a sentence and exit code 2 otherwise."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest
import street
from serving import DAY, HALVED, client

from landinfo.cli import main
from landinfo.extract import KIND
from landinfo.store.register import open_register

KNOWN = ["--on", "2026-03-01", "--known", "2026-11-24"]


@pytest.fixture(scope="module")
def place(new_place: Callable[[str], str]) -> str:
    url = new_place("geopackage")
    street.create(url).close()
    return url


def run(place: str, *arguments: str) -> int:
    return main(["parcel", *arguments, *KNOWN, "--store", place])


def test_all_three_files_are_written(place: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    files = {kind: tmp_path / f"x.{kind}" for kind in ("pdf", "xlsx", "geojson")}
    given = [text for kind, file in files.items() for text in (f"--{kind}", str(file))]
    assert run(place, HALVED, "--convert-to", "ODT", *given) == 0
    printed = capsys.readouterr().out
    assert all(str(file) in printed for file in files.values())
    assert files["pdf"].read_bytes().startswith(b"%PDF-1.7")
    assert files["xlsx"].read_bytes().startswith(b"PK")
    code = json.loads(files["geojson"].read_bytes())["permanent"] and printed.split()[-1]
    # beside the store: what the command line issued, the web knows
    beside = str(Path(place).with_suffix(".register.sqlite"))
    assert [entry.key for entry in open_register(beside).listed(KIND)] == [code]
    site = client(street.create(place + "2"), register=beside)
    assert site.post("/api/verify", data=files["pdf"].read_bytes()).status_code == 200
    assert site.post("/api/verify", data=files["xlsx"].read_bytes()).status_code == 200
    assert DAY
    assert sorted(p.name for p in tmp_path.iterdir()) == ["x.geojson", "x.pdf", "x.xlsx"]


def refused(capsys: pytest.CaptureFixture[str]) -> str:
    err = capsys.readouterr().err
    assert "Traceback" not in err
    return err


def test_a_place_that_cannot_be_written_stops_everything(
    place: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    kept, register = str(tmp_path / "x.xlsx"), str(tmp_path / "kept.sqlite")
    for wrong in (tmp_path / "gone" / "x.pdf", tmp_path):
        assert run(place, HALVED, "--xlsx", kept, "--pdf", str(wrong), "--register", register) == 2
        assert "không ghi được" in refused(capsys).lower()
    assert list(tmp_path.iterdir()) == []


def test_without_a_register_there_is_no_file(place: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    register = str(tmp_path / "gone" / "kept.sqlite")
    assert run(place, HALVED, "--pdf", str(tmp_path / "x.pdf"), "--register", register) == 2
    assert "sổ trích lục" in refused(capsys)
    assert run(place, HALVED, "--geojson", str(tmp_path / "x.geojson"), "--register", register) == 0
    assert [p.name for p in tmp_path.iterdir()] == ["x.geojson"]


def test_one_name_for_two_files_is_refused(place: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    same = str(tmp_path / "x")
    assert run(place, HALVED, "--pdf", same, "--xlsx", same) == 2
    assert "--pdf" in refused(capsys)
    assert list(tmp_path.iterdir()) == []


def test_several_parcels_are_named_and_no_file_is_made(
    place: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(place, "25750/1/1", "--pdf", str(tmp_path / "x.pdf")) == 2
    assert "25744@2024/1/1" in refused(capsys)
    assert list(tmp_path.iterdir()) == []


def test_one_language(place: str, tmp_path: Path) -> None:
    sizes = []
    for lang in (["--lang", "vi"], []):
        assert run(place, HALVED, *lang, "--pdf", str(tmp_path / "x.pdf")) == 0
        sizes.append((tmp_path / "x.pdf").stat().st_size)
    assert sizes[0] < sizes[1]
