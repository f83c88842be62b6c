"""Land users' names, papers, addresses and telephones: never stored, reported or printed, however they are spelled."""

from __future__ import annotations

import unicodedata
from pathlib import Path
from typing import Any

import pytest
from files_to_load import MAP, RULEBOOK, STORE_AND_THEME, TODAY, codes, field_map, load, parcels, square, write

from landinfo import cli
from landinfo.intake.load import run
from landinfo.intake.personal import HIDDEN, is_personal, looks_personal, masked

OF_PERSONS = (
    *("TenChu", "tenchu", "TEN_CHU", "Ten_Chu_SD", "TenChuSuDung", "TenChuSuDu", "Tên chủ", "TÊN CHỦ SỬ DỤNG ĐẤT"),
    *("Chủ sử dụng", "CHU_SD", "ChuSDD", "NguoiSuDungDat", "NguoiSuDun", "Người sử dụng", "HoTen", "HỌ VÀ TÊN", "Ten"),
    *("HoTenVo", "VoChong", "SoGiayTo", "LoaiGiayTo", "GiayToTuyThan", "CMND", "SoCMND", "CCCD", "so_cccd", "CMT"),
    *("CanCuoc", "HoChieu", "MaDinhDanh", "DiaChi", "DiaChiChu", "DIA_CHI_TT", "Địa chỉ thường trú", "ThuongTru"),
    *("NgaySinh", "NamSinh", "NAM_SINH", "GioiTinh", "DanToc", "SDT", "SoDienThoai", "DienThoai", "Email", "MST"),
    *("owner", "OWNER_NAME", "TaxPayer", "phone", "IdCard", "mailing_address"),
)
OF_PARCELS = (
    *("TO", "THUA", "MaXa", "SoHieuToBanDo", "SoHieuToBa", "SoThuTuThua", "DienTich", "DienTichPhapLy", "dientichpl"),
    *(
        "KyHieuMucDichSuDung",
        "KyHieuMucD",
        "shbando",
        "shthua",
        "maloaidat",
        "khloaidat",
        "diadanh",
        "dtsd",
        "mdsd2003",
    ),
    *("kh2003", "mscolor", "sodoto", "so_to", "sh_ban_do", "to_ban_do", "loaidat", "DT_O", "DTSDTHUC", "TYLE", "NGAY"),
    *("SoDiaChinh", "BanDoDiaChinh", "DiaChiThua", "DiaChiThuaDat", "MaDinhDanhThua", "ThoiHanSD", "TenDuong", "TenXa"),
    *("APN", "IDU", "TEX", "SUPF", "CREAT_DATE", "BOOK", "PAGE", "MaLoaiQuyHoach", "HoSo", "ChucNang"),
)
"""Names met in the wild (MPLIS, ViLIS, Famis, foreign cadastres)."""
LOST = {"TCVN3": ("Tªn chñ", "§Þa chØ", "Hä tªn"), "VNI": ("Teân chuû", "Ñòa chæ", "Hoï teân")}
"""Tên chủ, Địa chỉ, Họ tên, as fonts of before Unicode write them."""


@pytest.mark.parametrize("name", OF_PERSONS)
def test_fields_of_persons_are_known_in_any_spelling(name: str) -> None:
    for form in ("NFC", "NFD"):
        for spelled in (name, name.upper(), name.lower(), name.replace("_", " "), f"{name}1"):
            assert is_personal(unicodedata.normalize(form, spelled)), spelled


@pytest.mark.parametrize("name", [name for names in LOST.values() for name in names])
def test_fields_of_persons_are_known_in_fonts_of_before_unicode(name: str) -> None:
    assert is_personal(name)


@pytest.mark.parametrize("name", ["Tên chủ", "Địa chỉ", "Họ tên"])
def test_fields_of_persons_are_known_when_utf_8_was_read_as_latin_1(name: str) -> None:
    assert is_personal(name.encode().decode("latin-1"))


@pytest.mark.parametrize("name", OF_PARCELS)
def test_fields_of_parcels_are_left(name: str) -> None:
    assert not is_personal(name)
    assert not is_personal(name.upper())


def test_the_name_of_a_planning_area_is_no_persons() -> None:
    assert is_personal("TEN")
    assert not is_personal("TEN", theme=True)
    assert is_personal("TENCHU", theme=True)


@pytest.mark.parametrize(
    "value",
    [
        *("281234567", "079185001234", "CMND 281234567", "0903123456", "0274 382 4421", "+84 903 123 456", "a.b@c.vn"),
        *("Ông Nguyễn Văn A", "hộ bà: Trần Thị B", "BÀ LÊ THỊ C", unicodedata.normalize("NFD", "Bà Lê Thị C")),
    ],
)
def test_values_of_persons_are_known_and_hidden(value: str) -> None:
    assert looks_personal(value)
    assert HIDDEN in masked(value)
    assert not any(
        part in masked(value) for part in ("281234567", "079185001234", "123456", "Nguyễn", "Trần", "LÊ", "Lê")
    )


@pytest.mark.parametrize(
    "value",
    [
        *(
            "12",
            "12-1",
            "123456",
            "25750",
            "20200131",
            "1214123.45",
            "1.234.567.890",
            "QĐ 1234/QĐ-UBND",
            "25/2014/TT-BTNMT",
        ),
        *(
            "Bà Rịa Vũng Tàu",
            "Bà Điểm xã",
            "đường Bà Triệu",
            "Ông Ích Khiêm nối dài",
            "013-00",
            "055-188-013",
            "ODT 100",
        ),
    ],
)
def test_values_of_parcels_are_left(value: str) -> None:
    assert not looks_personal(value)
    assert masked(value) == value


PLANTED = ("Nguyễn Văn Trồng", "079185001234", "0903123456", "12 Đường Ẩn, Phú Lợi", "281999888")


def planted(at: Path, **more: Any) -> Path:
    name, card, phone, home, old = PLANTED
    return parcels(
        at / "a.gpkg",
        [square(), square(10)],
        TenChu=[name, name],
        SoGiayTo=[card, old],
        SDT=[phone, phone],
        DiaChiChu=[home, home],
        **more,
    )


def everything(folder: Path, source: Path) -> bytes:
    """All that a load left behind, in the forms in which a text may stand in it."""
    return b"\n".join(p.read_bytes() for p in folder.rglob("*") if p.is_file() and p != source)


@pytest.mark.parametrize("broken", [False, True])
def test_planted_names_are_nowhere(tmp_path: Path, capfd: pytest.CaptureFixture[str], broken: bool) -> None:
    """In the store, the report, what is printed: of a load that was published, and of one that was refused."""
    file = planted(tmp_path, D=["2020-01-01", "hôm qua" if broken else "2020-01-01"])
    map = field_map(tmp_path / "a.toml", parcel='effective_from = "{D}"')
    words = ["load", str(file), "--map", str(map), "--store", str(tmp_path / "s.gpkg"), "--new"]
    assert cli.main([*words, "--report", str(tmp_path / "out")]) == (2 if broken else 0)
    said = capfd.readouterr()
    assert "PER-001" in said.err
    assert "TenChu" in said.err
    left = everything(tmp_path, file)
    assert b"PER-001" in left
    for word in PLANTED:
        assert word not in said.out + said.err
        for form in ("NFC", "NFD"):
            for encoding in ("utf-8", "utf-16-le"):
                assert unicodedata.normalize(form, word).encode(encoding) not in left


@pytest.mark.parametrize("column", ["number", "sheet"])
def test_a_person_in_a_field_of_another_name_is_refused_and_not_shown(
    tmp_path: Path, capfd: pytest.CaptureFixture[str], column: str
) -> None:
    field = {"number": "{THUA}", "sheet": "{TO}"}[column]
    file = parcels(tmp_path / "a.gpkg", [square(), square(10)], GHICHU=["7", "079185001234"])
    map = field_map(tmp_path / "a.toml", MAP.replace(field, "{GHICHU}"))
    words = ["load", str(file), "--map", str(map), "--store", str(tmp_path / "s.gpkg"), "--new"]
    assert cli.main([*words, "--report", str(tmp_path / "out")]) == 2
    assert cli.main([*words, "--report", str(tmp_path / "rest"), "--publish-rest"]) == 0
    said = capfd.readouterr()
    assert "PER-003" in said.err
    assert "079185001234" not in said.out + said.err
    assert b"079185001234" not in everything(tmp_path, file)


def test_a_name_that_no_mapping_holds_is_not_shown(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    """MAP-005 and PAR-008 show the value that is wrong, but for a person's."""
    for more in ('mapping = { ODT = "ODT" }', ""):
        file = parcels(tmp_path / "a.gpkg", [square(), square(10)], LOAI=["ODT", "Ông Nguyễn Văn Trồng"])
        use = f'[[parcel.land_use]]\ncode = "{{LOAI}}"\nregime = "2024"\n{more}'
        result = load(file, field_map(tmp_path / "a.toml", more=use), str(tmp_path / "s.gpkg"), TODAY)
        assert not result.published
        assert "PER-003" in codes(result)
        assert not any("Trồng" in p.detail + p.name for f in result.findings for p in f.places)


@pytest.mark.parametrize(
    "entry",
    [
        *('commune_now = "{TenChu}"', 'map_scale = "{SDT}"', 'registered_area = { value = "{SoGiayTo}" }'),
        *('effective_from = "{TO}[{DiaChiChu:1-4}]"', '[[parcel.land_use]]\ncode = "{TenChu}"\nregime = "2024"'),
    ],
)
def test_a_map_that_names_a_field_of_persons_is_refused(tmp_path: Path, entry: str) -> None:
    file = planted(tmp_path)
    more = {"more": entry} if entry.startswith("[[") else {"parcel": entry}
    result = load(file, field_map(tmp_path / "a.toml", **more), str(tmp_path / "s.gpkg"), TODAY)
    assert [f.kind.code for f in result.findings if f.refuses] == ["PER-002"]
    assert not (tmp_path / "s.gpkg").exists()


def test_a_theme_may_call_its_areas_by_name_but_not_by_user(tmp_path: Path) -> None:
    for field, refused in (("TEN", False), ("TENCHU", True)):
        file = write(tmp_path / "t.gpkg", [square()], {"MA": ["A"], field: ["Khu A"]})
        map = field_map(tmp_path / "t.toml", STORE_AND_THEME, theme=f'name = "{{{field}}}"')
        result = run(
            file, map, str(tmp_path / f"{field}.gpkg"), TODAY, lambda step, done, rows: None, RULEBOOK, new=True
        )
        assert result.published is not refused
