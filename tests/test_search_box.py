"""The one search box: what people type, by hand, and what must hold for anything that they type."""

from __future__ import annotations

import json
import re
import time
import unicodedata
from collections.abc import Iterator
from typing import Any
from urllib.parse import quote, urlencode

import amount
import pytest
import street
from flask.testing import FlaskClient
from hypothesis import given, settings
from hypothesis import strategies as st
from serving import ask, client, page
from street import X, Y

from landinfo.search import points
from landinfo.search.folding import flat, fold
from landinfo.search.parcels import numbered
from landinfo.store import Store

DAY = {"on": "2026-03-01"}
HOA1, HOA2, HOA7, HOA9, LOI1, THANH1 = (
    "25750@2024/1/1", "25750@2024/1/2", "25750@2024/1/7", "25750@2024/1/9", "25744@2024/1/1", "25741@2024/1/1",
)  # fmt: skip
EVERY1 = {HOA1, LOI1, THANH1}
HERE = (Y + 5, X + 25)
"""A place in lot 2, as X (north) and Y (east)."""


@pytest.fixture(scope="module")
def box(street_store: Store) -> FlaskClient:
    """The application over the street that is worked out by hand, on each engine."""
    return client(street_store)


def search(asked: FlaskClient, typed: str, status: int = 200, **more: str) -> dict[str, Any]:
    return ask(asked, f"/api/search?{urlencode({'q': typed, **DAY, **more})}", status)


def refs(found: dict[str, Any]) -> list[str]:
    return [hit["ref"] for hit in found["results"] if hit["kind"] == "parcel"]


# Parcels. Sheet 1 has lots 1, 2, 7, 9, 10 of the old Phú Hòa, and lots 1 of the old Phú Lợi and of Hiệp Thành, whose
# lot 1 went into Thủ Dầu Một.
PARCELS: list[tuple[str, set[str]]] = [
    ("thửa 2 tờ 1 Phú Hòa", {HOA2}),
    ("thửa 2 tờ 1 Phú Hoà", {HOA2}),
    ("thua 2 to 1 phu hoa", {HOA2}),
    ("THỬA 2 TỜ 1 PHÚ HÒA", {HOA2}),
    ("to 1 thua 2", {HOA2}),
    ("tờ 1, thửa 2", {HOA2}),
    ("Thửa đất số 2, tờ bản đồ số 1, P. Phú Hòa", {HOA2}),
    ("Thửa đất số: 2; Tờ bản đồ số: 01", {HOA2}),
    ("thửa 002 tờ 001 Phú Hòa", {HOA2}),
    ("thua2to1", {HOA2}),
    ("to1thua2 phu hoa", {HOA2}),
    ("số thửa 2 số tờ 1", {HOA2}),
    ("thửa số 2 tờ số 1", {HOA2}),
    ("TBĐ 1 thửa 2", {HOA2}),
    ("tbđ số 1, thửa 2", {HOA2}),
    ("BĐ 1 thửa 2 P.Phú Hòa", {HOA2}),
    ("thửa 2/1 Phú Hòa", {HOA2}),
    ("tờ 1/2 Phú Hòa", {HOA2}),
    ("thửa/tờ: 2/1", {HOA2}),
    ("tờ/thửa 1/2", {HOA2}),
    ("2 tờ 1 Phú Hòa", {HOA2}),
    ("T. 2 tờ 1", {HOA2}),
    ("thửa 2 T.1", {HOA2}),
    ("parcel 2 sheet 1 Phu Hoa", {HOA2}),
    ("thửa 2, tờ 1, phường Phú Hòa, TP Thủ Dầu Một, tỉnh Bình Dương", {HOA2}),
    ("thửa 2 tờ 1 khu phố 3 phường Phú Hòa TPHCM", {HOA2}),
    ("thửa 2 tờ 1 25750@2024", {HOA2}),
    ("25750@2024/1/2", {HOA2}),
    ("25750/1/2", {HOA2}),
    ("Phú Hòa/1/2", {HOA2}),
    ("https://example.org/parcels/25750@2024/1/2?on=2026-03-01", {HOA2}),
    ("thửa 1 tờ 1", EVERY1),
    ("1/1", EVERY1),
    ("thửa 1 tờ 1 Phú Hòa", {HOA1}),
    # the name lives on: of the new Phú Lợi are the old ones that went into it; Hiệp Thành's lot 1 went elsewhere
    ("thửa 1 tờ 1 Phú Lợi", {HOA1, LOI1}),
    ("thửa 1 tờ 1 25750", {HOA1, LOI1}),
    ("thửa 1 tờ 1 TDM", EVERY1),
    ("thửa 1 tờ 1 P. Thủ Dầu Một", {THANH1}),
    ("thửa 1 tờ 1 Hiệp Thành", {THANH1}),
    ("thửa 1 tờ 1 Ph", {HOA1, LOI1}),
    ("2/1", {HOA2}),
    ("1/2", {HOA2}),
    ("1/2 Phú Hòa", {HOA2}),
    ("1/2/Phú Hòa", {HOA2}),
    ("2 1", {HOA2}),
    ("thửa 3 tờ 1", set()),
    ("thửa 1 tờ 1 An Bình", set()),
    ("tổ 1 khu phố 2", set()),
]


@pytest.mark.parametrize(("typed", "expected"), PARCELS)
@pytest.mark.parametrize("form", ["NFC", "NFD"])
def test_parcels(box: FlaskClient, typed: str, expected: set[str], form: Any) -> None:
    assert set(refs(search(box, unicodedata.normalize(form, typed)))) == expected


LAT, LON = 10.987623, 106.680778
"""HERE in degrees, worked out apart from the code: PROJ's tmerc and helmert steps, the parameters of QĐ 05/2007."""
N, E = HERE
DMS = (int(LAT), int(LAT % 1 * 60), LAT * 3600 % 60, int(LON), int(LON % 1 * 60), LON * 3600 % 60)
POINTS = [
    f"{LAT}, {LON}",
    f"{LAT} {LON}".replace(".", ","),
    f"{LAT}; {LON}".replace(".", ","),
    f"{LAT}, {LON}".replace(".", ","),
    f"({LAT},{LON})",
    f"{LAT}N {LON}E",
    f"{LAT}°N, {LON}°E",
    f"N {LAT} E {LON}",
    f"{LAT}B {LON}Đ",
    f"lat {LAT} lon {LON}",
    f"lon {LON} lat {LAT}",
    f"Vĩ độ: {LAT} Kinh độ: {LON}".replace(".", ","),
    f"kinh độ {LON}, vĩ độ {LAT}",
    f"{LON} {LAT}",
    "{}°{}'{:.2f}\"N {}°{}'{:.2f}\"E".format(*DMS),
    "{}°{}′{:.2f}″B {}°{}′{:.2f}″Đ".format(*DMS),
    "N{}°{}'{:.2f}\" E{}°{}'{:.2f}\"".format(*DMS),
    "{} {} {:.2f} N {} {} {:.2f} E".format(*DMS),
    "{}:{}:{:.2f}, {}:{}:{:.2f}".format(*DMS),
    "{} {} {:.2f} {} {} {:.2f}".format(*DMS),
    "{}d{}m{:.2f}s N {}d{}m{:.2f}s E".format(*DMS),
    "{}-{}-{:.2f} N {}-{}-{:.2f} E".format(*DMS),
    f"{int(LAT)}°{LAT % 1 * 60:.5f}'N {int(LON)}°{LON % 1 * 60:.5f}'E",
    f"https://www.google.com/maps/@{LAT},{LON},17z",
    f"{N} {E}",
    f"{N}, {E}",
    f"{E} {N}",
    f"X: {N} Y: {E}",
    f"X={N};Y={E}",
    f"Y: {E} X: {N}",
    f"X: {E} Y: {N}",
    f"{N:,.2f} {E:,.2f}",
    f"{N:,.2f} {E:,.2f}".translate(str.maketrans(",.", ".,")),
    f"{N:,.2f} {E:,.2f}".translate(str.maketrans(",.", " ,")),
    f"{N:.0f},{E:.0f}",
    f"1{N} {E}",
    f"1 {N} {E}",
    f"VN-2000: {N} {E} KTT 105°45'",
    f"{N} 48{E:.0f}",
    f"Tọa độ X = {N} m, Y = {E} m",
]
SAID = {
    f"{LON} {LAT}": "search-read-swapped",
    f"X: {E} Y: {N}": "search-read-x-y-swapped",
}


@pytest.mark.parametrize("typed", POINTS)
def test_points(box: FlaskClient, typed: str) -> None:
    found = search(box, typed)
    (hit,) = found["results"]
    assert (hit["kind"], hit["parcels"]) == ("point", [HOA2])
    assert (hit["x"], hit["y"]) == pytest.approx((N, E), abs=0.5)
    assert (hit["lat"], hit["lon"]) == pytest.approx((LAT, LON), abs=5e-6)
    metres = typed[:1] not in "1(lkVvNh" or str(int(N)) in typed.replace(",", "")
    assert hit["why_code"] == SAID.get(typed, hit["why_code"])
    assert found["certain"] is (typed not in SAID), metres
    west, south, east, north = hit["box"]
    assert west < hit["lon"] < east
    assert south < hit["lat"] < north
    assert 0 < east - west < 0.002
    assert DAY["on"] in hit["href"]
    assert HOA2 in ask(box, f"/api{hit['href']}")["parcel"]["ref"]


def test_a_utm_pair_is_read_in_every_zone_that_lands_here(box: FlaskClient) -> None:
    # HERE in UTM of the same datum: two projections of PROJ, no datum between them
    from pyproj import Transformer

    back = Transformer.from_pipeline(
        "+proj=pipeline +step +inv +proj=tmerc +lat_0=0 +lon_0=105.75 +k=0.9999 +x_0=500000 +ellps=WGS84 "
        "+step +proj=utm +zone=48 +ellps=WGS84"
    )
    easting, northing = back.transform(E, N)
    for typed in (f"{easting:.2f} {northing:.2f}", f"UTM 48N {easting:.2f} {northing:.2f}"):
        found = search(box, typed)
        first = found["results"][0]
        assert (first["parcels"], first["why_code"]) == ([HOA2], "search-read-zone")
        assert "UTM 48N" in first["why"]["vi"]
        assert (first["x"], first["y"]) == pytest.approx((N, E), abs=0.05)
        assert len(found["results"]) > 1
        assert not found["certain"]
    beside = search(box, f"{easting + 5_000:.2f} {northing:.2f}")
    assert beside["results"] == []
    assert "hệ nào" in beside["reason"]["vi"]
    assert len(beside["nearest"]) > 1
    assert {h["why_code"] for h in beside["nearest"]} == {"search-read-zone"}
    named = search(box, f"VN-2000 UTM 48N {easting:.2f} {northing:.2f}")
    assert [hit["parcels"] for hit in named["results"]] == [[HOA2]]


def test_a_named_meridian_is_believed(box: FlaskClient) -> None:
    # 15' of longitude at 11°N are 27.3 km: the same numbers lie so much further west
    found = search(box, f"{N} {E} KTT 105°30'")
    (hit,) = (h for h in found["nearest"] if h["kind"] == "point")
    assert found["results"] == []
    assert hit["y"] == pytest.approx(E - 27_300, abs=50)
    assert "105°30'" in hit["why"]["vi"]


def kinds(found: dict[str, Any], kind: str, key: str) -> list[str]:
    return [hit[key] for hit in found["results"] if hit["kind"] == kind]


COMMUNES = [
    # typed, communes in order (code@period), the first hits; Resolution 1685 says who went where
    ("Phú Lợi", ["25750@2025", "25744@2024"]),
    ("phu loi", ["25750@2025", "25744@2024"]),
    ("P. Phú Lợi", ["25750@2025", "25744@2024"]),
    ("P.Phú Lợi, TP.HCM", ["25750@2025", "25744@2024"]),
    ("phường phú lợi", ["25750@2025", "25744@2024"]),
    ("xã Phú Lợi", ["25750@2025", "25744@2024"]),
    ("25750", ["25750@2025"]),
    ("25750@2024", ["25750@2024", "25750@2025"]),
    ("Hiệp Thành", ["25741@2024", "25747@2025", "25750@2025"]),
    ("hiep thanh", ["25741@2024", "25747@2025", "25750@2025"]),
    ("Phú Hoà", ["25750@2024", "25750@2025"]),
    ("Phú Hòa", ["25750@2024", "25750@2025"]),
    ("Phú Cường", ["25747@2024", "25747@2025"]),
    ("An Bình", ["25870@2024", "25960@2024", "25858@2025", "25942@2025"]),
    ("An Bình Dĩ An", ["25960@2024", "25942@2025"]),
    ("xã An Bình", ["25870@2024", "25858@2025"]),
    ("An Bình, H. Phú Giáo", ["25870@2024", "25858@2025"]),
    ("Phú Hòa, Phú Lợi", ["25750@2024", "25750@2025"]),
    ("phú h", ["25750@2024"]),
    ("phu loy", ["25744@2024", "25750@2025"]),
]


@pytest.mark.parametrize(("typed", "expected"), COMMUNES)
@pytest.mark.parametrize("form", ["NFC", "NFD"])
def test_communes(box: FlaskClient, typed: str, expected: list[str], form: Any) -> None:
    found = search(box, unicodedata.normalize(form, typed), limit="100")
    shown = [f"{h['code']}@{h['period']}" for h in found["results"] if h["kind"] == "commune"]
    assert shown == expected
    assert found["results"][0]["kind"] == "commune"


@pytest.mark.parametrize("name", ["An Bình", "Tân Định", "Tân Hiệp"])
def test_a_name_in_two_places_shows_both_with_their_days(box: FlaskClient, name: str) -> None:
    found = search(box, name)
    same = [h for h in found["results"] if h["kind"] == "commune" and h["name"].endswith(name)]
    assert len({h["code"] for h in same}) >= 2
    assert all(h["effective_to"] == "2025-07-01" or h["period"] == "2025" for h in same)
    assert all("01/07/2025" in h["detail"]["vi"] for h in same)
    assert not found["certain"]


def test_a_divided_commune_names_all_it_went_into(box: FlaskClient) -> None:
    old = search(box, "Hiệp Thành")["results"][0]
    assert [(c["code"], c["whole"]) for c in old["into"]] == [("25747", False), ("25750", False)]
    assert "chia vào" in old["detail"]["vi"]
    assert "Một phần" in search(box, "Hiệp Thành")["results"][1]["why"]["vi"]


def test_a_district_shows_the_communes_it_had(box: FlaskClient) -> None:
    found = search(box, "TDM", limit="100")
    codes = kinds(found, "commune", "code")
    assert codes[0] == "25747"
    assert {"25741", "25744", "25750", "25774"} <= set(codes)


STREETS = [
    ("Huỳnh Văn Lũy", "HUỲNH VĂN LŨY"),
    ("huynh van luy", "HUỲNH VĂN LŨY"),
    ("đường Huỳnh Văn Lũy", "HUỲNH VĂN LŨY"),
    ("Đ. Huỳnh Văn Lũy P. Phú Lợi", "HUỲNH VĂN LŨY"),
    ("Huỳnh Văn Lũy, Phú Lợi", "HUỲNH VĂN LŨY"),
    ("12/34 Huỳnh Văn Lũy", "HUỲNH VĂN LŨY"),
    ("số 12 Huỳnh Văn Lũy", "HUỲNH VĂN LŨY"),
    ("ĐT743", "ĐT.743"),
    ("DT 743", "ĐT.743"),
    ("đường tỉnh 743", "ĐT.743"),
    ("QL13", "QUỐC LỘ 13"),
    ("Thích Quảng Đức", "THÍCH QUẢNG ĐỨC"),
    ("thich quang duc phu loi", "THÍCH QUẢNG ĐỨC"),
    ("huynh van lui", "HUỲNH VĂN LŨY"),
    ("huynh van l", "HUỲNH VĂN L"),
]


@pytest.mark.parametrize(("typed", "street_name"), STREETS)
@pytest.mark.parametrize("form", ["NFC", "NFD"])
def test_streets(box: FlaskClient, typed: str, street_name: str, form: Any) -> None:
    found = search(box, unicodedata.normalize(form, typed))
    first = next(hit for hit in found["results"] if hit["kind"] == "street")
    assert fold(street_name) in fold(first["label"]["vi"])
    assert box.get(first["href"]).status_code == 200


def test_readings_of_a_pair_are_told_apart(box: FlaskClient) -> None:
    found = search(box, "2/1")
    assert [(h["ref"], h["why_code"]) for h in found["results"]] == [(HOA2, "search-read-number-first")]
    assert not found["certain"]
    assert "thửa 1 tờ 2" in " ".join(n["text"]["vi"] for n in found["notices"])
    both = search(box, "1/1")
    assert {h["why_code"] for h in both["results"]} == {"search-read-number-first", "search-read-sheet-first"}


def test_a_bare_t_asks(box: FlaskClient) -> None:
    found = search(box, "T. 12 Phú Lợi")
    assert (found["total"], [c["q"] for c in found["choices"]]) == (0, ["thửa 12 Phú Lợi", "tờ 12 Phú Lợi"])
    assert box.get(found["choices"][0]["href"]).status_code == 200
    assert "tờ bản đồ nào" in search(box, "thửa 12")["reason"]["vi"]
    half = search(box, "tờ 1 Phú Hòa")
    assert "số mấy" in half["reason"]["vi"]
    assert [hit["ref"] for hit in half["nearest"]] == [HOA1]


# Bad input, and searches without a hit.

NOTHING = [
    "🏠", "🏠🏡", "xyzzy", "'; DROP TABLE parcels; --", "1' OR '1'='1", "<script>alert(1)</script>", "%00",
    "../../etc/passwd", "\u200b\u200bzz", "??", "!!!", "-", "/", "@", "a/b/c", "//", "thửa 1 tờ 1 Xyz", "thửa 3 tờ 1",
    "thửa 999999 tờ 99", "25750@2024/1/999", "0901234567 0912345678", "ﷺ" * 20, "İ" * 50, "ß", "１２/３４", "٣/٤",
]  # fmt: skip


@pytest.mark.parametrize("typed", NOTHING)
def test_nothing_found_is_an_answer_with_its_reason(box: FlaskClient, typed: str) -> None:
    found = search(box, typed)
    assert found["results"] == []
    assert found["reason"]["vi"]
    assert found["reason"]["en"]
    shown = page(box, f"/search?{urlencode({'q': typed, **DAY})}")
    assert found["reason"]["vi"] in shown.one("main").text


REFUSED = [
    ("", 400, "search-empty"),
    ("   ", 400, "search-empty"),
    ("\x00\x01", 400, "search-empty"),
    ("a" * 201, 400, "search-too-long"),
    ("thửa 12 tờ 34 " * 1000, 400, "search-too-long"),
    ("1" * 9_000, 400, "search-too-long"),
    ("1 2 " * 2_000, 400, "search-too-long"),
    (f"{Y} {X} " * 20 + "đường " * 20, 400, "search-too-long"),
    ("48.8566, 2.3522", 422, "search-abroad"),
    ("21.0285, 105.8542", 422, "search-abroad"),
    ("10.98463S 106.67614E", 422, "search-abroad"),
    ("10.98463N 106.67614W", 422, "search-abroad"),
    ("2330000 600000", 422, "search-abroad"),
    ("16.05, 108.2", 422, "search-abroad"),
    ("48.8, 2.3", 422, "search-abroad"),
    ("0.0, 0.0", 422, "search-abroad"),
    ("10.98463, 206.67614", 422, "search-abroad"),
    ("lat=95 lon=200", 422, "search-abroad"),
    ("21 1 42.6 105 51 15.1", 422, "search-abroad"),
    ("1214912 601019 1214920", 422, "search-coordinates-odd"),
    ("10°75'00\"N 106°40'34\"E", 422, "search-no-angle"),
    (f"{Y},{X};{Y + 20},{X + 20};{Y + 20},{X};{Y},{X + 20}", 422, "search-corners-cross"),
    (f"{Y},{X};{Y + 20},{X}", 422, "search-corners-few"),
    (f"{Y},{X};{Y + 20},{X};{Y},{X}", 422, "search-corners-few"),
    (f"{Y},{X};{Y + 20},{X};{Y + 40},{X}", 422, "search-corners-few"),
    (f"{Y},{X};{Y},{X + 1001};{Y + 20},{X}", 422, "search-corners-large"),
    (";".join(f"{Y + n},{X + n * n % 7}" for n in range(201)), 422, "search-corners-many"),
    ("\n".join(f"{n} {Y + n * 0.01:.2f} {X + n % 7:.2f}" for n in range(100_000)), 422, "search-corners-many"),
]


@pytest.mark.parametrize(("typed", "status", "code"), REFUSED, ids=[f"{c}-{i}" for i, (_, _, c) in enumerate(REFUSED)])
def test_what_cannot_be_searched_is_refused_in_a_sentence(box: FlaskClient, typed: str, status: int, code: str) -> None:
    if len(typed) < 10_000:
        refused = search(box, typed, status)
        assert box.get(f"/search?{urlencode({'q': typed})}").status_code == status
    began = time.process_time()
    posted = box.post("/api/search", data={"q": typed})
    assert time.process_time() - began < 0.5
    refused = json.loads(posted.data)
    assert (posted.status_code, refused["code"], refused["field"]) == (status, code, "q")
    assert refused["detail"] != code
    assert "{" not in refused["detail"]


def test_of_a_sheet_that_is_not_held_those_beside_it_are_near(box: FlaskClient) -> None:
    for typed in ("thửa 1 tờ 9", "thửa 1 tờ 9 Hiệp Thành", "thửa 99 tờ 9"):
        found = search(box, typed)
        assert (found["results"], bool(found["nearest"])) == ([], True), typed
    assert search(box, "thửa 1 tờ 999")["nearest"] == []


def test_two_numbers_of_which_one_has_a_decimal_are_a_place_where_they_lie_here() -> None:
    (reading,) = points.read("11, 106.7", "EPSG:9210")
    assert reading.why.code == "search-read-wgs84"
    assert reading.points[0] == pytest.approx((603_621.5, 1_216_620.6), abs=0.1)  # 10.987623, 106.680778 and 1.5 km
    assert points.read("11, 206.7", "EPSG:9210") == ()


def test_what_is_half_typed_is_no_refusal(box: FlaskClient) -> None:
    for typed in ("10.98463, 106.6", "48.8566, 2.3522", f"{Y} {X} {Y}"):
        found = ask(box, f"/api/suggest?{urlencode({'q': typed})}")
        assert (found["suggestions"], found["total"]) == ([], 0)
        assert found["reason"]["vi"]
    assert ask(box, "/api/suggest?q=", 400)["code"] == "search-empty"


def test_a_large_text_that_is_no_list_is_too_long(box: FlaskClient) -> None:
    for data in ({"q": "x" * 500_000}, {"x": "1", "q": "a" * 500_000}, {"y": "1" * 500_000}):
        for path in ("/api/search", "/search"):
            assert box.post(path, data=data).status_code == 400


def test_names_of_parameters_are_checked(box: FlaskClient) -> None:
    for parameters, code in (
        ("q=a&q=b", "given-twice"),
        ("q=a&x=1", "unknown-parameter"),
        ("q=a&limit=0", "search-bad-limit"),
        ("q=a&limit=101", "search-bad-limit"),
        ("q=a&on=2026", "bad-day"),
    ):
        assert ask(box, f"/api/search?{parameters}", 400)["code"] == code


# Corners.


def test_pasted_corners_are_the_piece_of_a_parcel(box: FlaskClient) -> None:
    # 30 × 10 m across lots 1 and 2: 10 m of lot 1, all 20 m of lot 2
    corners = [(5, 10), (5, 40), (15, 40), (15, 10)]
    table = "STT\tX (m)\tY (m)\tCạnh (m)\n" + "\n".join(
        f"{i}\t{Y + n:.2f}\t{X + e:.2f}\t10.00" for i, (n, e) in enumerate(corners, 1)
    )
    glued = "".join(f"{i} {Y + n:.2f} {X + e:.2f}" for i, (n, e) in enumerate(corners, 1))
    turned = "; ".join(f"{X + e} {Y + n}" for n, e in [*corners, corners[0]])
    for typed in (table, glued, turned):
        (hit,) = search(box, typed)["results"]
        assert hit["piece"].split(";")[:2] == ["1215245.000,601510.000", "1215245.000,601540.000"]
        assert (hit["kind"], hit["corners"], hit["area"]) == ("corners", 4, 300)
        assert [(t["ref"], t["area"]) for t in hit["touched"]] == [(HOA2, 200), (HOA1, 100)]
        asked = ask(box, f"/api{hit['touched'][0]['href']}&convert_to=ODT")
        assert asked["question"]["piece"] == hit["piece"]
        assert DAY["on"] == asked["question"]["on"]
    shown = page(box, f"/search?{urlencode({'q': table, **DAY})}")
    links = [a.attrs["href"] for a in shown.one("ul", "touched").all("a")]
    assert links[0] == hit["touched"][0]["href"]


def test_corners_in_degrees(box: FlaskClient) -> None:
    ring = ask(box, f"/api/parcels/{HOA2}")["parcel"]["geometry"]["coordinates"][0]
    (hit,) = search(box, "\n".join(f"{lat}, {lon}" for lon, lat in ring))["results"]
    assert hit["area"] == pytest.approx(600, abs=0.1)
    assert [t["ref"] for t in hit["touched"]] == [HOA2]


# Pages.


def test_one_certain_hit_leads_on(box: FlaskClient) -> None:
    for typed, there in (
        ("thửa 2 tờ 1 Phú Hòa", f"/parcels/{HOA2}"),
        ("25750@2024/1/2", f"/parcels/{HOA2}"),
        ("25750", "/streets?commune=25750"),
    ):
        response = box.get(f"/search?{urlencode({'q': typed})}")
        assert (response.status_code, response.headers["Location"]) == (303, there)
    english = box.get(f"/search?{urlencode({'q': '25750@2024/1/2', 'lang': 'en', **DAY})}")
    assert english.headers["Location"] == f"/parcels/{HOA2}?on=2026-03-01&lang=en"
    for typed in ("2/1", f"{LON} {LAT}", "Phú Lợi", "thửa 2 tờ 1 Phú Hòa gần chợ", "thửa 2 tờ 1 Ph"):
        assert box.get(f"/search?{urlencode({'q': typed})}").status_code == 200


def test_every_link_of_a_list_answers(box: FlaskClient) -> None:
    for typed in ("1/1", "Hiệp Thành", "huynh van luy", "thửa 3 tờ 1 Phú Hòa"):
        found = search(box, typed)
        for hit in [*found["results"], *found["nearest"]]:
            assert box.get(hit["href"]).status_code == 200, hit["href"]
        shown = page(box, f"/search?{urlencode({'q': typed, **DAY})}")
        links = [a.attrs["href"] for a in shown.one("main").all("a", "hit")]
        assert links == [hit["href"] for hit in [*found["results"], *found["nearest"]]]


def test_both_days_are_carried_on(box: FlaskClient) -> None:
    for typed in ("1/1", "Hiệp Thành", "Thích Quảng Đức", f"{N} {E}"):
        for hit in search(box, typed, known="2026-11-20")["results"]:
            there = box.get(hit["href"])
            assert there.status_code == 200, hit["href"]
            assert "on=2026-03-01" in hit["href"]
            assert ("known=2026-11-20" in hit["href"]) is (hit["kind"] != "commune")


def test_a_day_is_carried_on(box: FlaskClient) -> None:
    # lot 8 ended on 1 February 2026
    assert refs(search(box, "thửa 8 tờ 1", on="2026-01-31")) == ["25750@2024/1/8"]
    assert refs(search(box, "thửa 8 tờ 1", on="2026-02-01")) == []
    assert refs(search(box, "thửa 2 tờ 1", known="2026-01-04")) == []
    # before the union the new Phú Lợi is not there yet
    assert set(refs(search(box, "thửa 1 tờ 1 Phú Lợi", on="2025-06-30"))) == {LOI1}


def test_the_box_stands_on_every_page_with_what_was_typed(box: FlaskClient) -> None:
    for address in ("/", f"/parcels/{HOA2}", "/streets", "/nothing", "/search", "/search?q=xyzzy"):
        form = next(f for f in page(box, address, box.get(address).status_code).all("form") if f.attrs.get("role"))
        assert (form.attrs["action"], form.attrs["method"]) == ("/search", "get")
        assert form.one("input", id="find").attrs["value"] == ("xyzzy" if "xyzzy" in address else "")


# What must hold for anything.

BITS = "thửa|tờ|T.|12|1|/|Phú Lợi|P.|TDM|ĐT743|10.98|106.67|1214912|601019|N|E|°|'|;|,|@|25750|\n|x:|y:|UTM|số|~1|D4-12"
TYPED = st.one_of(
    st.text(max_size=60),
    st.lists(
        st.sampled_from(
            [
                "thửa",
                "tờ",
                "T.",
                "12",
                "1",
                "/",
                "Phú Lợi",
                "P.",
                "TDM",
                "ĐT743",
                "10.98",
                "106.67",
                "1214912",
                "601019",
                "N",
                "E",
                "°",
                "'",
                ";",
                ",",
                "@",
                "25750",
                "\n",
                "x:",
                "y:",
                "UTM",
                "~1",
            ]
        ),
        max_size=12,
    ).map(" ".join),
)


@settings(max_examples=amount.of(60, 3000), deadline=None)
@given(typed=TYPED)
def test_anything_is_answered_soon(web: FlaskClient, typed: str) -> None:
    began = time.process_time()
    for path in ("/api/search", "/api/suggest", "/search"):
        response = web.get(f"{path}?q={quote(typed.encode('utf-8', 'surrogatepass'))}")
        assert response.status_code in {200, 303, 400, 422}, typed
    assert time.process_time() - began < 1.5


@given(st.text(max_size=60))
def test_folding_holds(text: str) -> None:
    nfc = unicodedata.normalize("NFC", text)
    assert fold(fold(text)) == fold(text)
    assert len(flat(nfc)) == len(nfc)
    assert flat(flat(nfc)) == flat(nfc)


@given(st.integers(1, 9999), st.integers(1, 999), st.sampled_from(["", "a", "b"]))
def test_both_numbers_are_read_in_any_order(number: int, sheet: int, letter: str) -> None:
    for typed in (
        f"thửa {number}{letter} tờ {sheet}",
        f"tờ {sheet}, thửa {number}{letter}",
        f"thua{number}{letter}to{sheet}",
    ):
        (read,) = numbered(typed)
        assert (read.number, read.sheet, read.rest) == (f"{number}{letter}", str(sheet), "")
    first, second = numbered(f"{number}{letter}/{sheet}")
    assert (first.number, first.sheet) == (second.sheet, second.number) == (f"{number}{letter}", str(sheet))


def labels() -> Iterator[str]:
    for lot in street.PARCELS:
        yield str(lot.ref)


@pytest.mark.parametrize("ref", [r for r in labels() if not r.endswith("/8")])
def test_a_parcels_label_typed_back_finds_it(box: FlaskClient, ref: str) -> None:
    (hit,) = search(box, ref)["results"]
    for lang in ("vi", "en"):
        again = search(box, hit["label"][lang])
        assert ref in refs(again), hit["label"][lang]


def test_a_streets_label_typed_back_finds_it(web: FlaskClient) -> None:
    rows = ask(web, "/api/streets?commune=25750&limit=100")["results"]
    assert len(rows) > 40
    for row in rows[:: amount.of(5, 1)]:
        label = f"{row['street']}, {row['commune']['name']}"
        if len(label) <= 200:
            found = search(web, label, limit="100")
            assert row["id"] in kinds(found, "street", "id"), label


def test_suggestions_are_small_and_soon(web: FlaskClient) -> None:
    whole = "thửa 1 tờ 1 Phú Hòa"
    times = []
    for end in range(2, len(whole) + 1):
        began = time.perf_counter()
        found = ask(web, f"/api/suggest?{urlencode({'q': whole[:end], **DAY})}")
        times.append(time.perf_counter() - began)
        assert len(found["suggestions"]) <= 8
    assert [s["ref"] for s in found["suggestions"]] == [HOA1]
    assert set(found["suggestions"][0]) == {"kind", "label", "detail", "href", "box", "ref"}
    assert sorted(times)[len(times) // 2] < 0.05
    assert re.fullmatch(r"/parcels/25750@2024/1/1\?on=2026-03-01", found["suggestions"][0]["href"])
