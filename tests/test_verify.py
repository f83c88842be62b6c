"""Issued codes and files: what is genuine, what is not and why, and what would be answered otherwise today."""

from __future__ import annotations

import base64
import hashlib
import io
import json
import re
import sqlite3
import unicodedata
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import markup
import openpyxl
import paper
import pytest
import shapely
import street
from flask.testing import FlaskClient
from serving import ADDRESS, HALVED, ONE, ask, body, client, instead, page, raising
from shapely.geometry import shape
from werkzeug.test import TestResponse

from landinfo.extract import KIND
from landinfo.model import BadInput, Busy, Feature
from landinfo.store import Load, Store
from landinfo.store.register import open_register
from landinfo.web.extract import MOST_BYTES
from landinfo.web.settings import from_environment

SPRING = "on=2026-03-01&known=2026-03-01"
NOW = "on=2026-11-24&known=2026-11-24"


@pytest.fixture(scope="module")
def ground(new_place: Callable[[str], str]) -> Store:
    """The street; from 1 June 2026 on a corrected plan is known, in which all the ground is for roads."""
    made = street.create(new_place("geopackage"))
    known = date(2026, 6, 1)
    edition = replace(street.edition("land_use_planning", "plan2", "SIM-QHSDĐ-2025"), published=known)
    whole = street.box(-50, -50, 250, 100)
    road = Feature("r", "land_use_planning", "DGT", whole, street.FIRST, None, "SIM-QHSDĐ-2025", "", "plan2")
    held = replace(street.loads()[1].coverage[0], edition="plan2")
    made.publish([Load(edition, [held], (), [road])], withdraw=["plan"], known=known)
    return made


@pytest.fixture(scope="module")
def site(ground: Store) -> FlaskClient:
    return client(ground)


def issued(site: FlaskClient, ref: str, query: str, ending: str = "pdf") -> tuple[str, bytes]:
    """The code of an extract, from the name under which it is saved, and the file."""
    response = site.get(f"/extract/{ref}.{ending}?{query}")
    assert response.status_code == 200, response.text
    found = re.search(r"-([A-Z2-7]{26})\.", response.headers["Content-Disposition"])
    assert found
    return found[1], response.data


def handed_in(site: FlaskClient, file: bytes, name: str = "a.pdf") -> TestResponse:
    head = f'--cut\r\nContent-Disposition: form-data; name="file"; filename="{name}"\r\n\r\n'.encode()
    return site.post("/verify", data=head + file + b"\r\n--cut--\r\n", content_type="multipart/form-data; boundary=cut")


def test_an_outsider_finds_the_same_code(site: FlaskClient) -> None:
    """As README says it: the JSON of the permanent address, NFC, SHA-256, 16 bytes, base32."""
    code, _ = issued(site, HALVED, f"{NOW}&convert_to=ODT")
    json_ = site.get(f"/api/parcels/{HALVED}?{NOW}&convert_to=ODT").text.rstrip("\n")
    digest = hashlib.sha256(unicodedata.normalize("NFC", json_).encode()).digest()
    assert base64.b32encode(digest[:16]).decode().rstrip("=") == code


def test_the_time_of_issue_and_the_language_are_not_in_the_code(site: FlaskClient) -> None:
    code, file = issued(site, HALVED, NOW)
    assert (code, file) == issued(site, HALVED, NOW)
    assert code == issued(site, HALVED, f"{NOW}&lang=en")[0] == issued(site, HALVED, NOW, "xlsx")[0]
    assert code != issued(site, HALVED, SPRING)[0]


def test_a_code_of_today_is_genuine_and_nothing_differs(site: FlaskClient) -> None:
    code, _ = issued(site, ONE, f"{NOW}&convert_to=ODT")
    found = ask(site, f"/api/verify/{code}")
    assert found["genuine"] is True
    assert (found["again"]["state"], found["again"]["code"], found["again"]["changes"]) == ("same", code, [])
    assert found["known_today"] is None
    assert found["today"] is None
    assert found["permanent"] == f"/parcels/{ONE}?{NOW}&convert_to=ODT"
    assert found["issued"] == "2026-11-24"


def test_after_a_correction_it_is_genuine_for_its_days_and_today_differs(site: FlaskClient) -> None:
    """The plan of lot 1 was ODT on all its 600 m²; in the corrected one it is DGT."""
    code, _ = issued(site, ONE, f"{SPRING}&convert_to=ODT")
    found = ask(site, f"/api/verify/{code}")
    assert found["again"]["state"] == "same"
    told = {(c["about"], c["label"]["en"]): (c["was"]["en"], c["now"]["en"]) for c in found["known_today"]["changes"]}
    assert told["share", "Land-use planning: Urban residential land"] == ("600.0\u00a0m²", "–")
    (road,) = [ends for (about, _), ends in told.items() if about == "share" and ends[0] == "–"]
    assert road == ("–", "600.0\u00a0m²")
    assert told["verdict", "Urban residential land"] == ("May be converted", "–")
    assert {about for about, _ in told} >= {"share", "verdict", "cost", "source"}
    assert found["known_today"]["state"] == found["today"]["state"] == "differs"
    assert (found["known_today"]["on"], found["known_today"]["known"]) == ("2026-03-01", "2026-11-24")
    assert (found["today"]["on"], found["today"]["known"]) == ("2026-11-24", "2026-11-24")
    for side in ("known_today", "today"):
        assert ask(site, f"/api{found[side]['permanent']}")["question"]["known"] == "2026-11-24"
        assert "and.known=2026-11-24" in found[side]["why"]
        why = ask(site, f"/api{found[side]['why']}")
        assert (why["before"]["known"], why["after"]["known"]) == ("2026-03-01", "2026-11-24")


def test_the_page_says_it_too(site: FlaskClient) -> None:
    code, _ = issued(site, ONE, f"{SPRING}&convert_to=ODT")
    shown = page(site, f"/verify/{code.lower()[:13]}-{code[13:]}")
    assert shown.one("h1").text == "Mã có thật"
    states = [section.attrs["class"] for section in shown.all("section", kind="compared")]
    assert states == ["compared same", "compared differs", "compared differs"]
    assert "600,0\u00a0m²" in shown.all("table")[0].text
    assert "đúng từng byte" not in shown.text
    english = page(site, f"/verify/{code}?lang=en")
    assert english.one("h1").text == "The code is genuine"


def test_a_parcel_that_ended_has_no_answer_today(site: FlaskClient) -> None:
    """Lot 8 ends on 1 February 2026."""
    code, _ = issued(site, "25750@2024/1/8", "on=2026-01-10&known=2026-01-10")
    found = ask(site, f"/api/verify/{code}")
    assert found["again"]["state"] == "same"
    assert found["today"]["state"] == "no_answer"
    assert found["today"]["reason"]["vi"]
    assert "không có câu trả lời" in page(site, f"/verify/{code}").text


@pytest.mark.parametrize("place", [0, 12, 25])
def test_a_tampered_code_is_not_genuine(site: FlaskClient, place: int) -> None:
    code, _ = issued(site, ONE, NOW)
    tampered = code[:place] + ("A" if code[place] != "A" else "B") + code[place + 1 :]
    assert ask(site, f"/api/verify/{tampered}", 404)["code"] == "verify-not-issued"
    shown = page(site, f"/verify/{tampered}", 404)
    assert shown.one("h1").text == "Không phải trích lục thật"
    assert tampered in shown.one("p", kind="lead").text
    assert len(shown.one("main").all("form")) == 2


@pytest.mark.parametrize("typed", ["abc", "A" * 27, "1" * 26, "<script>alert(1)</script>", "' OR 1=1 --", "é" * 300])
def test_what_is_no_code_says_what_one_looks_like(site: FlaskClient, typed: str) -> None:
    shown = page(site, f"/verify?{urlencode({'code': typed})}", 404)
    assert "26 chữ cái" in shown.one("p", kind="lead").text
    assert not [s for s in shown.all("script") if "src" not in s.attrs]


def test_a_code_typed_into_the_form_leads_to_its_page(site: FlaskClient) -> None:
    code, _ = issued(site, ONE, NOW)
    given = {"code": f" {code[:5].lower()}-{code[5:]} ", "lang": "en"}
    assert site.get("/verify", query_string=given).headers["Location"] == f"/verify/{code}?lang=en"


@pytest.mark.parametrize("ending", ["pdf", "xlsx"])
def test_a_file_is_genuine_byte_for_byte(site: FlaskClient, ending: str) -> None:
    code, file = issued(site, HALVED, f"{NOW}&convert_to=ODT", ending)
    shown = markup.read(handed_in(site, file).text)
    assert shown.one("h1").text == "Mã có thật"
    assert "đúng từng byte" in shown.one("p", kind="lead").text
    assert shown.one("p", kind="eyebrow").text == code
    found = body(site.post("/api/verify", data=file, content_type="application/octet-stream"))
    assert (found["code"], found["file"]) == (code, hashlib.sha256(file).hexdigest())


def test_files_of_every_language_are_known(site: FlaskClient) -> None:
    for lang in ("&lang=vi", "&lang=en", ""):
        code, file = issued(site, ONE, NOW + lang)
        assert body(site.post("/api/verify", data=file))["code"] == code


def test_a_changed_file_is_not_genuine(site: FlaskClient) -> None:
    _, file = issued(site, ONE, NOW)
    for changed in (file + b"\n", file[:-1], file.replace(b"PDF-1.7", b"PDF-1.6"), b"%PDF-1.7"):
        response = handed_in(site, changed)
        assert response.status_code == 404
        shown = markup.read(response.text)
        assert shown.one("h1").text == "Không phải trích lục thật"
        assert hashlib.sha256(changed).hexdigest() in shown.one("p", kind="lead").text
    assert body(site.post("/api/verify", data=b"x"))["code"] == "verify-not-our-file"


def test_a_file_that_is_missing_or_too_large_is_refused(site: FlaskClient) -> None:
    for response in (
        handed_in(site, b""),
        handed_in(site, b"something", ""),
        site.post("/api/verify", data=b""),
        site.post("/verify", data={"file": "no file, a word"}, content_type="multipart/form-data"),
    ):
        assert response.status_code == 400
    assert body(site.post("/api/verify", data=b""))["code"] == "verify-needs-a-file"
    assert handed_in(site, b"0" * (MOST_BYTES + 1)).status_code == 413
    assert site.post("/api/verify", data=b"0" * (MOST_BYTES + 1)).status_code == 413
    assert handed_in(site, b"0" * (MOST_BYTES - 10_000)).status_code == 404
    assert MOST_BYTES == 8_000_000
    assert site.post("/api/estimate", data=b"0" * 70_000).status_code == 413


@pytest.mark.parametrize("ending", ["pdf", "xlsx", "geojson"])
def test_bad_questions_are_refused_as_on_the_page(site: FlaskClient, ending: str) -> None:
    for query, status in [("on=x", 400), ("lang=fr", 400), ("frob=1", 400), ("on=2014-01-01&convert_to=ODT", 422)]:
        for door in (f"/extract/25750@2024/1/9.{ending}", "/parcels/25750@2024/1/9"):
            assert site.get(f"{door}?{query}").status_code == status
    assert site.get(f"/extract/25750@2024/1/999.{ending}").status_code == 404
    assert site.get(f"/extract/25750/1/1.{ending}?{NOW}").status_code == 300
    assert site.get("/extract/25750@2024/1/1.docx").status_code == 404


def test_without_days_it_is_of_today(site: FlaskClient) -> None:
    assert issued(site, ONE, "")[0] == issued(site, ONE, NOW)[0]


def test_workers_that_issue_one_question_at_once_keep_it_once(ground: Store, tmp_path: Path) -> None:
    place = str(tmp_path / "kept.sqlite")
    sites = [client(ground, register=place) for _ in range(2)]
    with ThreadPoolExecutor(4) as pool:
        made = list(pool.map(lambda n: issued(sites[n % 2], HALVED, NOW), range(4)))
    assert len(set(made)) == 1
    (entry,) = open_register(place).listed(KIND)
    assert (entry.key, entry.revision) == (made[0][0], 1)


def test_without_a_register_pages_answer_and_extracts_do_not(ground: Store, tmp_path: Path) -> None:
    site = client(ground, register=str(tmp_path / "gone" / "kept.sqlite"))
    assert site.get(f"/parcels/{ONE}?{NOW}").status_code == 200
    assert site.get(f"/extract/{ONE}.geojson?{NOW}").status_code == 200
    assert site.get("/verify").status_code == 200
    for response in (
        site.get(f"/extract/{ONE}.pdf?{NOW}"),
        site.get(f"/extract/{ONE}.xlsx?{NOW}"),
        site.get(f"/verify/{'A' * 26}"),
        handed_in(site, b"x"),
    ):
        assert response.status_code == 503
        assert response.headers["Retry-After"] == "2"
        assert "sổ trích lục" in response.text
    assert ask(site, f"/api/verify/{'A' * 26}", 503)["code"] == "register-cannot-be-used"


def test_a_register_that_was_altered_confirms_nothing(ground: Store, tmp_path: Path) -> None:
    place = tmp_path / "kept.sqlite"
    site = client(ground, register=str(place))
    code, _ = issued(site, ONE, NOW)
    other, _ = issued(site, HALVED, NOW)
    with sqlite3.connect(place) as held:
        theirs = "(SELECT body FROM entries WHERE key = ?)"
        held.execute(f"UPDATE entries SET body = {theirs} WHERE key = ?", (other, code))
    held.close()
    assert ask(site, f"/api/verify/{code}", 404)["code"] == "verify-register-damaged"
    assert ask(site, f"/api/verify/{other}")["code"] == other
    open_register(str(place)).revise(KIND, other, {"question": "x"}, 1)
    assert ask(site, f"/api/verify/{other}", 404)["code"] == "verify-register-damaged"


def test_a_store_that_is_busy_is_not_a_change(ground: Store, tmp_path: Path) -> None:
    place = str(tmp_path / "kept.sqlite")
    code, _ = issued(client(ground, register=place), ONE, NOW)
    busy = client(instead(ground, parcels=raising(Busy("store-busy"))), register=place)
    assert ask(busy, f"/api/verify/{code}", 503)["code"] == "store-busy"


def test_the_host_of_a_request_does_not_reach_the_paper(site: FlaskClient) -> None:
    response = site.get(f"/extract/{ONE}.pdf?{NOW}", headers={"Host": "evil.example"})
    assert "evil" not in paper.text(response.data)
    assert paper.codes(response.data)[0].startswith(f"{ADDRESS}/")


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        ({"LANDINFO_ADDRESS": "https://thuadat.example.vn/"}, "https://thuadat.example.vn"),
        ({"LANDINFO_ADDRESS": "http://[::1]:8080"}, "http://[::1]:8080"),
        ({"LANDINFO_HOST": "10.0.0.1", "LANDINFO_PORT": "81"}, "http://10.0.0.1:81"),
        ({}, "http://127.0.0.1:8000"),
    ],
)
def test_the_address_on_the_paper_is_the_operators(given: dict[str, str], kept: str) -> None:
    assert from_environment(given).address == kept


@pytest.mark.parametrize(
    "given", ["thuadat.vn", "ftp://x", "https://x/path", "https://a b", "https://x?y", 'https://"']
)
def test_an_address_that_is_none_is_refused(given: str) -> None:
    with pytest.raises(BadInput) as refused:
        from_environment({"LANDINFO_ADDRESS": given})
    assert (refused.value.code, refused.value.field) == ("setting-address", "LANDINFO_ADDRESS")


def test_the_parcels_page_leads_to_its_files(site: FlaskClient) -> None:
    shown = page(site, f"/parcels/{HALVED}?{NOW}&convert_to=ODT")
    links = {a.text: a.attrs["href"] for a in shown.one("div", kind="extracts").all("a")}
    assert links["Tải trích lục (PDF)"] == f"/extract/{HALVED}.pdf?{NOW}&convert_to=ODT"
    assert "không phải trích lục chính thức" in shown.one("div", kind="extracts").text
    for address in links.values():
        assert site.get(address).status_code == 200


def test_the_spreadsheet_holds_the_numbers_of_the_answer(site: FlaskClient) -> None:
    query = f"{SPRING}&convert_to=ODT"
    code, file = issued(site, HALVED, f"{query}&lang=en", "xlsx")
    answer = ask(site, f"/api/parcels/{HALVED}?{query}")
    book = openpyxl.load_workbook(io.BytesIO(file))
    cells = [cell for sheet in book for row in sheet.iter_rows() for cell in row]
    assert "f" not in {cell.data_type for cell in cells}
    items = [row[:4] for row in book["Estimate"].iter_rows(min_row=2, values_only=True)]
    made = answer["estimate"]
    expected = [(i["label"]["en"], i["low"], i["likely"], i["high"]) for i in made["items"]]
    assert items[: len(expected)] == expected
    assert items[-1][1:] == tuple(made["range"][end] for end in ("low", "likely", "high"))
    unknown = [i["label"]["en"] for i in made["charges"] if i["state"] == "unknown"]
    assert [row for row in items if row[0] in unknown] == [(name, *["Not known"] * 3) for name in unknown]
    assert [row[2] for row in book["Lines"].iter_rows(min_row=2, values_only=True)] == [
        line["amount"] for line in made["lines"]
    ]
    parts = [row for row in book["Parts by plan"].iter_rows(min_row=2, values_only=True) if row[3] is not None]
    assert [(row[1], row[3], row[4]) for row in parts] == [
        (row["designation"], row["area"], row["percent"]) for t in answer["themes"] for row in t["rows"]
    ]
    assert code in [cell.value for cell in cells]


def test_the_parts_are_geojson(site: FlaskClient) -> None:
    response = site.get(f"/extract/{HALVED}.geojson?{SPRING}")
    assert response.headers["Content-Type"] == "application/geo+json"
    found: dict[str, Any] = json.loads(response.data)
    answer = ask(site, f"/api/parcels/{HALVED}?{SPRING}")
    assert found["type"] == "FeatureCollection"
    whole, *parts = found["features"]
    assert whole["geometry"] == answer["parcel"]["geometry"]
    rows = [(f"{t['id']}-{n}", row) for t in answer["themes"] for n, row in enumerate(t["rows"]) if row["geometry"]]
    assert [(p["id"], p["geometry"]) for p in parts] == [(name, row["geometry"]) for name, row in rows]
    assert [(p["properties"]["area"], p["properties"]["designation"]) for p in parts] == [
        (row["area"], row["designation"]) for _, row in rows
    ]
    whole_ground = shapely.union_all([shape(p["geometry"]) for p in parts])
    assert shapely.equals_exact(shapely.normalize(whole_ground), shapely.normalize(shape(whole["geometry"])), 1e-7) or (
        shapely.symmetric_difference(whole_ground, shape(whole["geometry"])).area < 1e-12
    )


@pytest.mark.postgis
def test_codes_are_kept_in_postgis_as_well(ground: Store, new_place: Callable[[str], str]) -> None:
    site = client(ground, register=new_place("postgis"))
    code, file = issued(site, ONE, SPRING)
    assert ask(site, f"/api/verify/{code}")["again"]["state"] == "same"
    assert body(site.post("/api/verify", data=file))["code"] == code
    assert ask(site, f"/api/verify/{'A' * 26}", 404)["code"] == "verify-not-issued"
