"""Land users' names, papers, addresses and telephones: never stored, reported or printed, however they are spelled."""

from __future__ import annotations

import unicodedata
from pathlib import Path
from typing import Any

import pytest
from files_to_load import (
    EAST,
    MAP,
    RULEBOOK,
    STORE_AND_THEME,
    TODAY,
    codes,
    field_map,
    held,
    load,
    parcels,
    square,
    write,
)
from office_files import LABELS, TWO_PARCELS, VN2000, dgn, listing, point

from landinfo import cli
from landinfo.intake.harmless import is_number, is_use
from landinfo.intake.load import run
from landinfo.intake.personal import is_personal
from landinfo.intake.persons import HIDDEN, looks_personal, masked

OF_PERSONS = (
    *("TenChu", "tenchu", "TEN_CHU", "Ten_Chu_SD", "TenChuSuDung", "TenChuSuDu", "Tên chủ", "TÊN CHỦ SỬ DỤNG ĐẤT"),
    *("Chủ sử dụng", "CHU_SD", "ChuSDD", "NguoiSuDungDat", "NguoiSuDun", "Người sử dụng", "HoTen", "HỌ VÀ TÊN", "Ten"),
    *("HoTenVo", "VoChong", "SoGiayTo", "LoaiGiayTo", "GiayToTuyThan", "CMND", "SoCMND", "CCCD", "so_cccd", "CMT"),
    *("CanCuoc", "HoChieu", "MaDinhDanh", "DiaChi", "DiaChiChu", "DIA_CHI_TT", "Địa chỉ thường trú", "ThuongTru"),
    *("NgaySinh", "NamSinh", "NAM_SINH", "GioiTinh", "DanToc", "SDT", "SoDienThoai", "DienThoai", "Email", "MST"),
    *("owner", "OWNER_NAME", "TaxPayer", "phone", "IdCard", "mailing_address"),
    *("TenCSD", "TenCSDD", "CSDD", "NSDD", "OWNER_NAM", "CMTND", "GTTT", "SoGTTT", "SoDDCN", "HKTT", "DCTT", "ChuCu"),
    *("hovten", "DT_CHU", "SoDT", "MSThue", "NoiCuTru", "NguoiDungTen", "NguoiDung", "TenHo", "HoGiaDinh", "NguoiNhan"),
    *("ThgTru", "TENCSDĐ", "Ten_NSDD", "TenHoGD"),
    *("ChuSoHuu", "CHU_SO_HUU", "TenCSH", "CSH", "ChuNha", "ChuDat", "NguoiDaiDien", "NguoiDaiDi", "SoGiayChun"),
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
    *("DT", "DTich", "SoDoTo", "DTChuyen", "TenHoSo", "TenHoGa", "GCNQSDD", "SoQSDD", "GhiChu", "SoDTich", "DT_CHUNG"),
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
        *(
            "281 234 567",
            "079 185 001 234",
            "số CMND: 28123456",
            "Hộ chiếu B1234567",
            "MST 37-1234-567",
            "0903-123-456",
        ),
        *("Nguyễn Văn Trồng", "LÊ THỊ C", "nhà của Lê Trồng", "NGUYEN VAN TRONG", "Hồ Thị Nở", "Lê C; Trần D"),
        *("12 Đường Ẩn, Phú Lợi", "45/3A ấp Trồng", "Tổ 4, khu phố 2", "thường trú tại Trồng", "¤ng NguyÔn V¨n Trång"),
        *("Thửa của bà Nguyễn Thị Trồng", "NguyÔn V¨n Trång", "Nguyeãn Vaên Troàng"),
        *("nguyễn văn trồng", "trần thị trồng", "đất của lê văn trồng", "nguyen van trong", "nguyễn Văn Trồng"),
        *("Nguyễn văn Trồng", "Nguyen van Trong", "NguyenVanTrong", "LêThịTrồng", "Nguyễn_Văn_Trồng", "Lê-Văn-Trồng"),
        *("Nguyễn.Văn.Trồng", "Nguyễn\u200bVăn Trồng", "ＮＧＵＹＥＮ ＶＡＮ ＴＲＯＮＧ", "Nguyễn\u00a0Văn\u00a0Trồng"),
        *("079.185.001.234", "079-185-001-234", "0791-8500-1234", "079185001234.0", "79185001234", "79185001234.0"),
        *("281.234.567", "281-234-567", "281234567.00", "CCCD079185001234", "số 079 185 001 234", "2 8 1 2 3 4 5 6 7"),
        *("079_185_001_234", "079.185.001.234,0", "079185 001234"),
        *("Đất ông Trồng", "thửa của bà Trồng", "hộ ông Trồng", "nhà chị Trồng"),
        *("Ông Nguyễn Văn A", "hộ bà: Trần Thị B", "BÀ LÊ THỊ C", unicodedata.normalize("NFD", "Bà Lê Thị C")),
    ],
)
def test_values_of_persons_are_known_and_hidden(value: str) -> None:
    assert looks_personal(value)
    assert HIDDEN in masked(value)
    parts = (
        "281234567",
        "234",
        "567",
        "1234",
        "079",
        "791",
        "079185001234",
        "123456",
        "1234567",
        "Nguyễn",
        "Trần",
        "LÊ",
        "Lê",
        "NGUYEN",
    )
    more = ("Trồng", "TRONG", "Nở", "Ẩn", "khu phố 2", "NguyÔn", "Trång", "Troàng")
    assert not any(part in masked(value) for part in (*parts, *more))


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
            "bình dương văn phòng",
            "đường lê thị riêng",
            "trường công lập",
            "lý trí con người",
            "Bà Rịa Vũng Tàu",
            "Bà Điểm xã",
            "đường Bà Triệu",
            "Ông Ích Khiêm nối dài",
            "Đường Nguyễn Văn Linh",
            "Phường Lê Hồng Phong",
            "Đất ở tại đô thị",
            "HỒ CHỨA NƯỚC",
            "ĐẤT TRỒNG CÂY LÂU NĂM",
            "Cao Su",
            "Bãi Đỗ Xe",
            "QUẢN LÝ ĐẤT",
            "Thái Hòa",
            "Bình Dương",
            "12 ha",
            "1.214.123,45",
            "12.345.678,9",
            "601.019,250",
            "2026-01-31 10",
            "31.01.2026 1",
            "1214123.450",
            "DiaChinhPhanThuaDat",
            "SoHieuToBanDo",
            "LoaiDatDuongPho",
            "013-00",
            "ODT 100",
        ),
    ],
)
def test_values_of_parcels_are_left(value: str) -> None:
    assert not looks_personal(value)
    assert masked(value) == value


@pytest.mark.parametrize("value", ["Diện tích 12 m² … ½", "Tờ ① ﬁ", "a\u200bb", unicodedata.normalize("NFD", "tờ số")])
def test_what_is_nobodys_is_shown_as_it_stands(value: str) -> None:
    assert masked(value) == unicodedata.normalize("NFC", value)


def test_the_words_around_a_name_or_a_number_stay() -> None:
    assert (
        masked("ODT, thửa của Nguyễn_Văn_Trồng; 079.185.001.234 (tờ 3)") == f"ODT, thửa của {HIDDEN}; {HIDDEN} (tờ 3)"
    )
    assert masked("[3] X = Nguyễn văn Trồng, Y = 1") == f"[3] X = {HIDDEN}, Y = 1"
    assert masked("lớp NguyenVanTrong") == HIDDEN
    told = "Khu A của Nguyễn Văn Trồng, cạnh Lê Thị Nở"
    assert masked(told, names_allowed=True) == f"Khu A của {HIDDEN}, cạnh {HIDDEN}"


KNOWN = {"ODT", "ONT", "CLN", "Ao (Hồ)c", "Khác", "Hg/b"}


@pytest.mark.parametrize(
    "cell",
    [
        *(
            "ODT",
            "XYZ",
            "LUCA",
            "BHKc",
            "DYT2",
            "Đ",
            "odt",
            "Ao (Hồ)c",
            "Khác",
            "Hg/b",
            "ODT+CLN",
            "ODT/CLN",
            "ODT;XYZ",
        ),
        *("ODT 100 + CLN 257.5", "ODT: 100", "ODT (100 m2)", "ONT*", "ONT 100,5; CLN 20", "ODT 1.234", "ODT=1.234.567"),
        *("ODT, CLN", "ODT&CLN", "XYZ 100"),
    ],
)
def test_cells_of_codes_are_kept(cell: str) -> None:
    assert is_use(cell, KNOWN)


@pytest.mark.parametrize(
    "cell",
    [
        *("lê hồng phong", "đặng thùy trâm", "Nguyễn văn Ân", "nguyenvanan", "NguyenVanAn", "NGUYEN", "Trần", "Hùng"),
        *("TRAN VAN AN", "ODT nguyễn văn ân", "ODT-nguyễn văn ân", "ODT (nguyễn văn ân)", "ODT + lê hồng phong"),
        *("TRAN+AN", "TRAN/VAN/AN", "Đất ở", "Mai", "John Smith", "K'Brep", "Ân", "ân"),
        *("079.123.456.789", "79123456789.0", "0791-2345-6789", "280123456", "280.123.456", "12", "ODT 281234567"),
        *("ODT 079123456789", "ODT 281.234.567", "ODT + 079123456789", "a@b.vn", "", "+", "ODT100200300"),
    ],
)
def test_cells_of_anything_else_are_not(cell: str) -> None:
    assert not is_use(cell, KNOWN)


@pytest.mark.parametrize("text", ["1", "12a", "12-BĐ", "DC12", "T12", "12.1", "05-2016", "013-00", "055-1880", "000A"])
def test_numbers_of_sheets_and_parcels(text: str) -> None:
    assert is_number(text)


@pytest.mark.parametrize(
    "text",
    ["NguyenVanAn", "nguyen.van.an", "Ân", "12AnBa", "0791-2345-6789", "079123456789", "an-ba-12", "", "-", "ABC"],
)
def test_what_can_be_a_name_or_a_paper_numbers_nothing(text: str) -> None:
    assert not is_number(text)


UNSEEN = ("Thạch Sa Rết", "nguyenvanan", "lê hồng phong", "NguyenVanAn", "079.123.456.789", "79123456789.0")
"""Names that no list knows, and numbers as spreadsheets spoil them."""
GOOD = {"use": "ODT", "mapped": "ODT", "area": "100", "scale": "500", "day": "2030-01-01", "now": "25750"}
HELD = {
    "use": ("", '[[parcel.land_use]]\ncode = "{GHICHU}"\nregime = "2024"'),
    "mapped": ("", '[[parcel.land_use]]\ncode = "{GHICHU}"\nregime = "2024"\nmapping = { ODT = "ODT" }'),
    "sheet": ('sheet = "{TO}"', 'sheet = "{GHICHU}"'),
    "number": ('number = "{THUA}"', 'number = "{GHICHU}"'),
    "now": ("", 'commune_now = "{GHICHU}"'),
    "scale": ("", 'map_scale = "{GHICHU}"'),
    "day": ("", 'effective_to = "{GHICHU}"'),
    "area": ("", 'registered_area = { value = "{GHICHU}" }'),
}


@pytest.mark.parametrize("role", HELD)
def test_what_no_list_knows_is_told_by_its_shape(tmp_path: Path, capfd: pytest.CaptureFixture[str], role: str) -> None:
    """Its row is set aside; it stands in no store, report, message or preview."""
    values = [GOOD.get(role, "1"), *UNSEEN]
    file = parcels(tmp_path / "a.gpkg", [square(10 * n) for n in range(len(values))], GHICHU=values)
    old, new = HELD[role]
    more = {"more": new} if new.startswith("[[") else {} if old else {"parcel": new}
    map = field_map(tmp_path / "a.toml", MAP.replace(old, new) if old else MAP, **more)
    words = ["load", str(file), "--map", str(map), "--store", str(tmp_path / "s.gpkg"), "--new", "--all"]
    words += ["--known", TODAY.isoformat()]
    assert cli.main([*words, "--report", str(tmp_path / "out")]) == 2
    assert cli.main([*words, "--report", str(tmp_path / "rest"), "--publish-rest"]) == 0
    assert cli.main(["guess", str(file)]) == 0
    said = capfd.readouterr()
    left = everything(tmp_path, file)
    assert [p.shape.bounds[0] for p in held(str(tmp_path / "s.gpkg"))[2]] == [EAST]  # the first row alone
    for value in UNSEEN:
        assert value not in said.out + said.err
        for form in ("NFC", "NFD"):
            assert unicodedata.normalize(form, value).encode() not in left, value


def test_a_name_in_a_list_of_corners_is_not_shown(tmp_path: Path) -> None:
    """As its number, below the list where those who made it sign, and in a column that says two things."""
    lines = (
        "Lê-Rết;1;1214020;600000;x\n;2;;;y\n;;Thạch Sa Rết;;\n3;1;1214000;600000;Thạch Rết\n3;2;1214010;600000;Rết Sa\n"
    )
    more = "3;3;1214010;600010;\n"
    file = listing(tmp_path / "a.csv", f"Thửa;Điểm;X;Y;GC\n{lines}{more}")
    map = MAP.replace("{TO}", "7").replace("{THUA}", "{Thửa}[{GC:99-99}]")
    result = load(file, field_map(tmp_path / "a.toml", map, source=VN2000), str(tmp_path / "s.gpkg"), TODAY)
    assert {"COR-002", "COR-005"} <= set(codes(result))
    said = str([(f.params, [p.name + p.detail for p in f.places]) for f in result.findings])
    assert not any(part in said for part in ("Rết", "Thạch", "Lê"))


def test_broken_letters_are_shown_without_their_word(tmp_path: Path) -> None:
    file = parcels(tmp_path / "a.gpkg", [square(), square(10)], TO=["12", "NguyÃªnRÃªt1"])
    result = load(file, field_map(tmp_path / "a.toml"), str(tmp_path / "s.gpkg"), TODAY)
    (place,) = (p for f in result.findings if f.kind.code == "TXT-002" for p in f.places)
    assert (place.name, place.detail) == (f"{HIDDEN}/2", "sheet: Ãª Ãª")


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
        result = run(file, map, str(tmp_path / f"{field}.gpkg"), TODAY, lambda step, done: None, RULEBOOK, new=True)
        assert result.published is not refused


def test_a_planning_area_may_be_called_like_a_person_but_not_be_one() -> None:
    """Streets are called after persons; ông, bà, a number or an address point at a land user."""
    assert looks_personal("Huỳnh Văn Lũy")
    assert not looks_personal("Huỳnh Văn Lũy", names_allowed=True)
    assert masked("Huỳnh Văn Lũy", names_allowed=True) == "Huỳnh Văn Lũy"
    for value in ("Ông Nguyễn Văn A", "Khu A, CMND 281234567", "Nhà số 5, thường trú Phú Lợi"):
        assert looks_personal(value, names_allowed=True)


TOLD = (
    *("hộ ông Nguyễn Văn Trồng", "Đất ông Trồng", "thửa của bà Trần Thị Trồng", "Khu A của Nguyễn Văn Trồng"),
    *("Nguyễn Văn Trồng - CCCD 079.185.001.234", "0912-345-678", "Khu B, nhà chị Trồng", "hộ Lê Thị Trồng"),
)


@pytest.mark.parametrize("value", TOLD)
def test_the_name_of_a_planning_area_that_points_at_a_land_user_is_refused(tmp_path: Path, value: str) -> None:
    file = write(tmp_path / "t.gpkg", [square(), square(10)], {"MA": ["A", "B"], "TEN": ["Khu A", value]})
    map = field_map(tmp_path / "t.toml", STORE_AND_THEME, theme='name = "{TEN}"')
    result = run(file, map, str(tmp_path / "s.gpkg"), TODAY, lambda step, done: None, RULEBOOK, new=True)
    assert {p.row for f in result.findings if f.kind.code == "PER-003" for p in f.places} == {2}
    said = str([(f.params, [p.name + p.detail for p in f.places]) for f in result.findings])
    assert not any(part in said for part in ("Trồng", "185", "345"))


@pytest.mark.parametrize(
    "value", ["Đường Nguyễn Văn Linh", "Nguyễn Văn Linh", "Khu đất Bà Rịa", "Chợ Bà Chiểu", "Khu dân cư Lê Hồng Phong"]
)
def test_the_name_of_a_planning_area_may_be_a_streets(value: str) -> None:
    assert not looks_personal(value, names_allowed=True)


@pytest.mark.parametrize("column", ["document", "article"])
def test_only_the_name_of_a_planning_area_may_be_like_a_persons(tmp_path: Path, column: str) -> None:
    file = write(tmp_path / "t.gpkg", [square()], {"MA": ["A"], "X": ["Nguyễn Văn Trồng"]})
    map = field_map(tmp_path / "t.toml", STORE_AND_THEME, theme=f'{column} = "{{X}}"')
    result = run(file, map, str(tmp_path / "s.gpkg"), TODAY, lambda step, done: None, RULEBOOK, new=True)
    assert "PER-003" in codes(result)
    assert "Trồng" not in str([(f.params, f.places) for f in result.findings])


NOTE = "Ông Nguyễn Văn Trồng, CMND 281999888, ĐT 0903 123 456, ngụ tại 12 Đường Ẩn"
SECRETS = ("Nguyễn", "Trồng", "281999888", "0903", "123 456", "Ẩn")
ROLES = {
    "sheet": ('sheet = "{TO}"', 'sheet = "{GHICHU}"'),
    "commune": ('commune = "25750"', 'commune = "{GHICHU}"'),
    "scale": ("", 'map_scale = "{GHICHU}"'),
    "commune_now": ("", 'commune_now = "{GHICHU}"'),
    "day": ("", 'effective_to = "{GHICHU}"'),
    "area": ("", 'registered_area = { value = "{GHICHU}" }'),
    "use": ("", '[[parcel.land_use]]\ncode = "{GHICHU}"\nregime = "2024"'),
    "mapped": ("", '[[parcel.land_use]]\ncode = "{GHICHU}"\nregime = "2024"\nmapping = { ODT = "ODT" }'),
    "use_area": ("", '[[parcel.land_use]]\ncode = "ODT"\nregime = "2024"\narea = { value = "{GHICHU}" }'),
}


@pytest.mark.parametrize("role", ROLES)
def test_a_remark_never_comes_out_whatever_it_is_read_into(
    tmp_path: Path, capfd: pytest.CaptureFixture[str], role: str
) -> None:
    """Not in the store, the four reports, what is printed, nor in the guess of the same file."""
    notes = [NOTE, "Nguyễn Văn Trồng", "12 Đường Ẩn", "281999888"]
    file = parcels(tmp_path / "a.gpkg", [square(10 * n) for n in range(5)], GHICHU=["ODT", *notes])
    old, new = ROLES[role]
    more = {"more": new} if new.startswith("[[") else {} if old else {"parcel": new}
    map = field_map(tmp_path / "a.toml", MAP.replace(old, new) if old else MAP, **more)
    words = ["load", str(file), "--map", str(map), "--store", str(tmp_path / "s.gpkg"), "--new"]
    assert cli.main([*words, "--report", str(tmp_path / "out")]) == 2
    cli.main([*words, "--report", str(tmp_path / "rest"), "--publish-rest"])
    assert cli.main(["guess", str(file)]) == 0
    said = capfd.readouterr()
    assert "PER-003" in said.err
    left = everything(tmp_path, file)
    for secret in (s for s in SECRETS if any(s in note for note in notes)):
        assert secret not in said.out + said.err
        assert secret.encode() not in left


@pytest.mark.parametrize("name", ["GHICHU", "LOAIDAT", "sothua", "dientich"])
def test_the_guess_shows_what_looks_like_a_code_and_nothing_else(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], name: str
) -> None:
    """Whatever else stands there, in any spelling: Thạch Sa Rết is a name that no list knows."""
    file = parcels(tmp_path / "a.gpkg", [square(), square(10)], **{name: ["Thạch Sa Rết", NOTE]})
    assert cli.main(["guess", str(file)]) == 0
    said = capsys.readouterr()
    for secret in (*SECRETS, "Thạch", "Rết"):
        assert secret not in said.out + said.err
    assert f"giống của người sử dụng đất (không hiển thị, khi nạp sẽ bị từ chối): {name}" in said.out


def test_the_examples_of_an_encoding_are_nobodys_name(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """FIL-015 shows one word a value, of values that are nobody's; FIL-006 and FIL-017 the letters only."""
    names = ["NguyÔn V¨n Trång", "¤ng TrÇn V¨n Kho¸i"]
    file = parcels(tmp_path / "a.shp", [square(), square(10), square(20)], LOAI=[*names, "®Êt trång lóa"])
    use = '[[parcel.land_use]]\ncode = "{LOAI}"\nregime = "2024"'
    result = load(file, field_map(tmp_path / "a.toml", more=use), str(tmp_path / "s.gpkg"), TODAY)
    (finding,) = (f for f in result.findings if f.kind.code == "FIL-015")
    assert finding.params["examples"] == "«®Êt» → «đất»"
    assert {p.row for f in result.findings if f.kind.code == "PER-003" for p in f.places} == {1, 2}
    said = str([(f.params, f.places) for f in result.findings])
    assert not any(part in said for part in ("Nguy", "Văn", "V¨n", "Trồng", "Trång", "Khoái", "Kho¸i"))


def test_a_list_without_headings_does_not_show_its_first_row(tmp_path: Path) -> None:
    """COR-001 shows the first line, in which the headings should stand."""
    file = tmp_path / "a.csv"
    file.write_text("Nguyễn Văn Trồng;281999888;1214000;600000\nLê C;079185001234;1214000;600000\n", "utf-8")
    result = load(file, field_map(tmp_path / "a.toml"), str(tmp_path / "s.gpkg"), TODAY)
    (finding,) = (f for f in result.findings if f.refuses)
    assert finding.kind.code == "COR-001"
    assert "1214000" in finding.params["columns"]
    assert not any(part in finding.params["columns"] for part in SECRETS)


def test_a_label_of_a_drawing_is_masked_before_it_is_cut(tmp_path: Path) -> None:
    """DRW-002 shows the labels of a face with two: the number of a paper that is cut would not be known as one."""
    label = b"Thua dat cua ba NGUYEN THI TRONG, CMND 281999888"
    file = dgn(tmp_path / "a.dgn", [*TWO_PARCELS, *LABELS, (point(6, 6), 11, label)])
    map = field_map(tmp_path / "a.toml", MAP.replace("{TO}", "7").replace("{THUA}", "{LEVEL_11}"), source=VN2000)
    result = load(file, map, str(tmp_path / "s.gpkg"), TODAY)
    assert "DRW-002" in codes(result)
    said = str([(f.params, f.places) for f in result.findings])
    assert not any(part in said for part in ("NGUYEN", "TRONG", "2819"))
