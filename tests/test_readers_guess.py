"""Presets of offices' programs, and the guess: shown with its evidence, never applied."""

from __future__ import annotations

import tomllib
from decimal import Decimal
from pathlib import Path

import pytest
import shapely
from files_to_load import MAP, ROOT, RULEBOOK, TODAY, codes, field_map, held, load, parcels, square, write
from office_files import CORNERS, LABELS, TWO_PARCELS, VN2000, by_driver, dgn, dxf, listing, point

from landinfo.cli import main
from landinfo.files.read import read_file
from landinfo.files.table import Table, Wanted
from landinfo.intake import guess as guessing
from landinfo.intake.guess import guess
from landinfo.intake.personal import personal_fields
from landinfo.intake.preset import is_name, presets, regimes
from landinfo.store.rulebook import read_rulebook

REAL = read_rulebook(ROOT / "data")
PRESET = MAP.replace('sheet = "{TO}"\nnumber = "{THUA}"', 'preset = "{}"'.format("@"))


def _vbdlis(path: Path, **more: list[object]) -> Path:
    columns: dict[str, list[object]] = {
        "MaXa": ["25750", "25750"],
        "SoHieuToBanDo": ["12", "12"],
        "SoThuTuThua": ["1", "2"],
        "DienTichPhapLy": [100.5, 99.0],
        "KyHieuMucDichSuDung": ["ODT", "ONT+CLN"],
        "TenChu": ["Nguyễn Văn A", "Trần Thị B"],
        "DiaChi": ["Số 1", "Số 2"],
    }
    return write(path, [square(), square(10)], columns | more)


@pytest.mark.parametrize("ending", [".gpkg", ".shp"])
def test_a_preset_reads_its_programs_file(tmp_path: Path, ending: str) -> None:
    """A .dbf cuts the names at ten characters: SoHieuToBa, KyHieuMucD, DienTichPh."""
    text = PRESET.replace("@", "vbdlis").replace('commune = "25750"\n', "")
    map = field_map(tmp_path / "m.toml", text, parcel='regime = "2024"')
    result = load(_vbdlis(tmp_path / f"a{ending}"), map, str(tmp_path / "s.gpkg"), TODAY)
    assert codes(result) == ["EDI-003", "MAP-007", "PAR-016", "PER-001"]
    found = held(str(tmp_path / "s.gpkg"))[2]
    assert [str(p.ref) for p in found] == ["25750@2024/12/1", "25750@2024/12/2"]
    assert [p.registered_area for p in found] == [Decimal("100.5"), Decimal(99)]
    assert [[u.code for u in p.land_uses] for p in found] == [["ODT"], ["ONT", "CLN"]]


def test_what_the_map_says_goes_before_the_preset(tmp_path: Path) -> None:
    map = field_map(tmp_path / "m.toml", PRESET.replace("@", "vbdlis"), parcel='number = "{SoThuTuThua}-{MaXa}"')
    result = load(_vbdlis(tmp_path / "a.gpkg"), map, str(tmp_path / "s.gpkg"), TODAY)
    assert {p.ref.number for p in held(str(tmp_path / "s.gpkg"))[2]} == {"1-25750", "2-25750"}
    assert all(not p.land_uses for p in held(str(tmp_path / "s.gpkg"))[2])
    (finding,) = (f for f in result.findings if f.kind.code == "MAP-007")
    assert finding.params["taken"] == "sheet ← SoHieuToBanDo, registered_area ← DienTichPhapLy"


@pytest.mark.parametrize("named", [True, False])
def test_land_uses_without_a_regime_are_remarked_unless_the_map_names_them(tmp_path: Path, named: bool) -> None:
    more = '[[parcel.land_use]]\ncode = "{KyHieuMucDichSuDung}"\nregime = "2024"\n' if named else ""
    map = field_map(tmp_path / "m.toml", PRESET.replace("@", "vbdlis"), more=more)
    result = load(_vbdlis(tmp_path / "a.gpkg"), map, str(tmp_path / "s.gpkg"), TODAY)
    assert ("MAP-008" in codes(result)) is not named
    assert bool(held(str(tmp_path / "s.gpkg"))[2][0].land_uses) is named


def test_a_preset_for_drawings(tmp_path: Path) -> None:
    file = dgn(tmp_path / "a.dgn", [*TWO_PARCELS, *LABELS, (point(4, 4), 2, b"ONT"), (point(6, 6), 4, b"99.5")])
    text = PRESET.replace("@", "dgn")
    map = field_map(tmp_path / "m.toml", text, source=VN2000, parcel='sheet = "7"\nregime = "2024"')
    assert load(file, map, str(tmp_path / "s.gpkg"), TODAY).published
    first = held(str(tmp_path / "s.gpkg"))[2][0]
    assert (str(first.ref), first.registered_area) == ("25750@2024/7/1", Decimal("99.5"))
    assert [u.code for u in first.land_uses] == ["ONT"]


@pytest.mark.parametrize(("preset", "code"), [("vilis", "MAP-003"), ("vilis2", "MAP-002")])
def test_a_preset_that_does_not_fit(tmp_path: Path, preset: str, code: str) -> None:
    map = field_map(tmp_path / "m.toml", PRESET.replace("@", preset))
    assert codes(load(_vbdlis(tmp_path / "a.gpkg"), map, str(tmp_path / "s.gpkg"), TODAY))[0] == code


def test_names_meet_in_any_case_and_cut() -> None:
    assert is_name("SOHIEUTOBA", "SoHieuToBanDo")
    assert is_name("Thửa", "thua")
    assert is_name("so_to", "Số tờ")
    assert not is_name("SoHieu", "SoHieuToBanDo")


def test_presets_name_each_column_for_one_part() -> None:
    for preset in presets().values():
        named = [name.casefold() for names in preset.fields.values() for name in names]
        assert len(named) == len(set(named))
        assert not personal_fields(named)


def test_the_guess_is_toml_with_its_evidence(tmp_path: Path) -> None:
    made = guess(_vbdlis(tmp_path / "a.gpkg"), None, RULEBOOK)
    text = "\n".join(made.lines)
    raw = tomllib.loads(text)
    assert raw["parcel"]["sheet"] == "{SoHieuToBanDo}"
    assert raw["parcel"]["number"] == "{SoThuTuThua}"
    assert raw["parcel"]["land_use"] == [{"code": "{KyHieuMucDichSuDung}", "regime": ""}]
    assert "vbdlis" in text
    assert "2 trong 2 dòng đầu" in text
    assert "«ODT»" in text
    assert "TenChu, DiaChi" in text
    assert "Nguyễn" not in text
    assert "Số 1" not in text


def test_personal_columns_are_not_even_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[str] = []

    def listening(path: Path, wanted: Wanted) -> Table:
        asked.extend(wanted.fields)
        return read_file(path, wanted)

    monkeypatch.setattr(guessing, "read_file", listening)
    guess(_vbdlis(tmp_path / "a.gpkg"), None, RULEBOOK)
    assert "SoThuTuThua" in asked
    assert not {"TenChu", "DiaChi"} & set(asked)


def test_what_the_values_show(tmp_path: Path) -> None:
    file = parcels(tmp_path / "a.shp", None, None, GHI=["ODT", "ONT+CLN"])
    text = "\n".join(guess(file, None, RULEBOOK).lines)
    assert 'code = "{GHI}"' in text
    assert "100%" in text
    assert "EPSG:9210 (105°45')" in text


def test_a_lost_datum_is_shown(tmp_path: Path) -> None:
    text = "\n".join(guess(by_driver(tmp_path / "a.tab", "MapInfo File"), None, RULEBOOK).lines)
    assert tomllib.loads(text)["source"]["crs"] == "EPSG:9210"


def test_a_guess_of_corners(tmp_path: Path) -> None:
    text = "\n".join(guess(listing(tmp_path / "a.csv", CORNERS), None, RULEBOOK).lines)
    assert tomllib.loads(text)["parcel"]["number"] == "{Thửa}"


def test_the_command_only_prints(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = _vbdlis(tmp_path / "a.gpkg")
    before = sorted((p.name, p.read_bytes()) for p in tmp_path.iterdir())
    assert main(["guess", str(file)]) == 0
    assert tomllib.loads(capsys.readouterr().out)["parcel"]["sheet"] == "{SoHieuToBanDo}"
    assert sorted((p.name, p.read_bytes()) for p in tmp_path.iterdir()) == before
    assert main(["guess", str(tmp_path / "gone.gpkg")]) == 2
    assert "gone.gpkg" in capsys.readouterr().err


def test_the_guess_says_that_it_cannot_be_loaded_yet(tmp_path: Path) -> None:
    """The refusal names every entry that is empty, until all that no file says is filled in."""
    file, map, url = _vbdlis(tmp_path / "a.gpkg"), tmp_path / "m.toml", str(tmp_path / "s.gpkg")
    text = "\n".join(guess(file, None, RULEBOOK).lines)
    assert "Chưa nạp được ngay" in text
    store = MAP[: MAP.index("[edition]")]
    to_fill = {
        "regime": ('regime = ""', 'regime = "2024"'),
        "territory": ('territory = ""', 'territory = "25750@2024"'),
        "document": ('document = ""', 'document = "BĐĐC"'),
        "effective_from": ("# effective_from = 2026-01-01", "effective_from = 2020-01-01"),
        "source": ('source = ""', 'source = "VPĐK"'),
        "of": ('of = ""', 'of = "hull_of_features"'),
    }
    while to_fill:
        map.write_text(store + text, "utf-8")
        (finding,) = load(file, map, url, TODAY).findings
        assert finding.kind.code == "MAP-002"
        named = [entry.split(":")[0].split()[-1] for entry in finding.params["entries"].split("; ")]
        assert sorted(named) == sorted(to_fill)
        empty, filled = to_fill.pop(named[0])
        assert empty in text
        text = text.replace(empty, filled)
    map.write_text(store + text, "utf-8")
    assert load(file, map, url, TODAY).published


def test_a_land_use_without_its_regime_is_told_which_there_are(tmp_path: Path) -> None:
    map = field_map(tmp_path / "m.toml", MAP, more='[[parcel.land_use]]\ncode = "{MD}"\nregime = ""\n')
    (finding,) = load(parcels(tmp_path / "a.gpkg", MD=["ODT", "CLN"]), map, str(tmp_path / "s.gpkg"), TODAY).findings
    assert finding.params["entries"].startswith('[parcel.land_use] regime: "TT08/2024"')


def test_the_guess_of_a_drawing_whose_layers_have_names(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    lines = [(wkt, "RANH_THUA") for wkt, _, _ in TWO_PARCELS]
    file = dxf(tmp_path / "a.dxf", [*lines, ("1@5,5", "SO_THUA"), ("2@15,5", "SO_THUA"), ("x@16,6", "GHI_CHU")])
    assert main(["guess", str(file)]) == 2
    assert "--lines" in capsys.readouterr().err
    assert main(["guess", str(file), "--lines", "RANH_THUA", "--labels", "SO_THUA"]) == 0
    raw = tomllib.loads(capsys.readouterr().out)
    assert (raw["source"]["lines"], raw["source"]["labels"]) == ("RANH_THUA", "SO_THUA")
    assert raw["parcel"] == {"period": "2024", "commune": "", "sheet": "", "number": "{SO_THUA}"}


@pytest.mark.parametrize(("lang", "said", "unsaid"), [("vi", "ĐOÁN từ", "GUESSED"), ("en", "GUESSED from", "ĐOÁN")])
def test_the_guess_in_one_language(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], lang: str, said: str, unsaid: str
) -> None:
    assert main(["guess", str(listing(tmp_path / "a.csv", CORNERS)), "--lang", lang]) == 0
    out = capsys.readouterr().out
    assert said in out
    assert unsaid not in out
    assert "không thấy" not in out or lang == "vi"


def test_the_guess_has_the_store_to_be_made_and_no_blank_lines_one_after_another(tmp_path: Path) -> None:
    """The table of the store as a comment: without its # it makes one."""
    text = "\n".join(guess(listing(tmp_path / "a.csv", CORNERS), None, RULEBOOK).lines)
    assert "\n\n\n" not in text
    assert 'commune = ""' in text
    assert 'sheet = ""' not in text  # Tờ
    assert "store" not in tomllib.loads(text)
    with_store = (
        text.replace("# [store]", "[store]")
        .replace("# title", "title")
        .replace('# crs = "EPSG:9210"', 'crs = "EPSG:9210"')
    )
    assert tomllib.loads(with_store)["store"] == {"title": "", "crs": "EPSG:9210"}


def test_regimes_stand_in_one_order_the_likely_ones_first() -> None:
    """The newest circular first; with codes of another list in the file, that list."""
    assert regimes(REAL) == ["TT08/2024", "TT27/2018", "TT25/2014", "legacy-2004", "QD499-1995", "planning"]
    assert regimes(REAL, ["ODT", "CLN", "BHK"])[0] in ("TT27/2018", "TT25/2014")
    assert regimes(REAL, ["LNK", "LNC", "COC"])[0] == "legacy-2004"
    assert regimes(REAL, ["T", "Rau", "Mạ"])[0] == "QD499-1995"


def test_the_guess_puts_the_likely_regime_first(tmp_path: Path) -> None:
    file = parcels(tmp_path / "a.gpkg", loaidat=["T", "Hg/b"])
    (line,) = (line for line in guess(file, None, RULEBOOK).lines if "regime của loại đất" in line)
    assert ": 1995 | " in line


@pytest.mark.parametrize("stated", [True, False])
def test_the_guess_names_swapped_axes(tmp_path: Path, stated: bool) -> None:
    turned = [shapely.transform(square(10 * n), lambda xy: xy[:, ::-1]) for n in range(3)]
    file = parcels(tmp_path / "a.gpkg", turned, crs="EPSG:9210" if stated else None)
    text = "\n".join(guess(file, None, RULEBOOK).lines)
    assert "bị đổi chỗ" in text
    assert "EPSG:9210 (105°45')" in text
    right = "\n".join(guess(parcels(tmp_path / "b.gpkg", None), None, RULEBOOK).lines)
    assert "bị đổi chỗ" not in right
