"""Whatever is typed, sent too often, or sent when nothing can be kept: told in a sentence, and nothing is lost."""

from __future__ import annotations

import json
import logging
import sqlite3
from pathlib import Path
from typing import cast
from urllib.parse import urlencode

import markup
import postgres
import psycopg2
import pytest
from flask.testing import FlaskClient
from reporting import FORM, SECRET, SHARE, fields, held, receipt_of, sent
from serving import DAY, HALVED, ask, body, client, in_english, page

from landinfo import reception
from landinfo.error_report import CONTACT, KIND
from landinfo.model import BadInput
from landinfo.store import Store
from landinfo.web.settings import REPORT_LIMIT, from_environment


@pytest.fixture
def ground(web: FlaskClient) -> Store:
    return cast(Store, web.application.extensions["landinfo"].store)


@pytest.mark.parametrize(
    "address", ["/report/AAAA-AAAA-AAAA", "/report/x", "/report?receipt=x", "/report/🏠", "/report/%00"]
)
def test_a_receipt_that_is_not_there_is_told_kindly(one_site: FlaskClient, address: str) -> None:
    for lang, asked in (("vi", address), ("en", in_english(address))):
        shown = page(one_site, asked, 404)
        assert shown.one("html").attrs["lang"] == lang
        assert shown.one("main").one("form").attrs["action"] == "/report"
        assert shown.one("p", "lead").text
    if not address.startswith("/report?"):
        assert ask(one_site, f"/api/reports/{address.removeprefix('/report/')}", 404)["field"] == "receipt"


@pytest.mark.parametrize(
    ("change", "status", "field"),
    [
        ({"question": ""}, 400, "question"),
        ({"question": "https://evil.example/parcels/a/1/1"}, 400, "question"),
        ({"question": "/parcels/x"}, 400, "parcel"),
        ({"question": "/parcels/25750@2024/1/999?" + DAY}, 404, "number"),
        ({"question": "/parcels/25750@2024/99/1?" + DAY}, 404, "sheet"),
        ({"question": f"/parcels/25750/1/1?{DAY}"}, 400, "question"),
        ({"question": f"/parcels/{HALVED}?on=yesterday"}, 400, "on"),
        ({"question": f"/parcels/{HALVED}?frob=1"}, 400, "frob"),
        ({"kind": "owner"}, 400, "kind"),
        ({"kind": ""}, 400, "kind"),
        ({"row": "land_use_planning-7"}, 404, "row"),
        ({"row": "<script>alert(1)</script>"}, 404, "row"),
        ({"row": ""}, 404, "row"),
    ],
)
def test_a_row_that_is_none_is_refused_by_every_door(
    one_site: FlaskClient, change: dict[str, str], status: int, field: str
) -> None:
    given = SHARE | change
    assert one_site.get("/report?" + urlencode(given)).status_code == status
    assert one_site.post("/report", data=given | {"wrong": "x"}).status_code == status
    refused = one_site.post("/api/reports", json=given | {"wrong": "x"})
    assert (refused.status_code, body(refused)["field"]) == (status, field)
    assert refused.headers["Content-Type"] == "application/problem+json"
    assert held(one_site).listed(KIND) == ()


@pytest.mark.parametrize(
    ("typed", "field"),
    [
        ({"wrong": ""}, "wrong"),
        ({"wrong": " \r\n\x00"}, "wrong"),
        ({"wrong": "x" * 2001}, "wrong"),
        ({"wrong": "x" * 60_000}, "wrong"),
        ({"right": "đ" * 2001}, "right"),
        ({"how": "🏠" * 2001}, "how"),
        ({"contact": "x" * 201}, "contact"),
        ({"once": "1"}, "once"),
    ],
)
def test_what_cannot_be_kept_is_asked_back_and_what_was_typed_stays(
    one_site: FlaskClient, typed: dict[str, str], field: str
) -> None:
    written = {"wrong": "Sai <b>đây</b>", "right": "Đúng", "how": "Vì", "contact": "Lan"} | typed
    response = sent(one_site, **written)
    assert response.status_code == 400
    shown = markup.read(response.text)
    assert shown.one("div", "notice").text
    kept = fields(shown.one("form", "ask"))
    for name in ("wrong", "right", "how", "contact"):
        assert kept[name] == written[name].replace("\x00", "").strip()
    there = [link.attrs["href"] for link in shown.one("nav", "languages").all("a")]
    assert [page(one_site, link).one("dl", "lines").text != "" for link in there] == [True, True]
    if field != "once":
        invalid = next(n for n in shown.walk() if n.attrs.get("aria-invalid"))
        assert invalid.attrs["name"] == field
        assert shown.one(id=invalid.attrs["aria-describedby"].split()[0]).text
    refused = one_site.post("/api/reports", json=SHARE | written)
    assert (refused.status_code, body(refused)["field"]) == (400, field)
    assert "Lan" not in refused.text
    assert held(one_site).listed(KIND) == held(one_site).listed(CONTACT) == ()


def test_a_body_beyond_the_limit_is_413(one_site: FlaskClient) -> None:
    for response in (
        sent(one_site, wrong="x" * 100_001),
        one_site.post("/report", data=SHARE | {"wrong": "đ" * 40_000}),
        one_site.post("/api/reports", json=SHARE | {"wrong": "x" * 100_001}),
    ):
        assert response.status_code == 413
    longest = {"wrong": "🏠" * 2000, "right": "🏠" * 2000, "how": "🏠" * 2000, "contact": "🏠" * 200}
    assert one_site.post("/report", data=SHARE | longest).status_code == 303  # twelve bytes for each in this form
    assert one_site.post("/api/reports", data=json.dumps(SHARE | longest).encode()).status_code == 201


HOSTILE = [
    "<script>alert(1)</script>",
    '"><img src=x onerror=alert(1)>',
    "{{7*7}}</textarea><b>",
    "' OR 1=1 --",
    "%s ?",
]


@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_texts_are_text(site: FlaskClient, text: str) -> None:
    plain = page(site, sent(site, wrong="x", right="x", how="x").headers["Location"])
    response = sent(site, wrong=text, right=text, how=text, contact=text)
    shown = page(site, response.headers["Location"])
    assert [node.tag for node in shown.walk()] == [node.tag for node in plain.walk()]
    assert shown.text.count(text) == 3
    form = markup.read(sent(site, wrong=text, right="x" * 3000).text)
    assert fields(form.one("form", "ask"))["wrong"] == text
    again = ask(site, f"/api/reports/{receipt_of(response)}")
    assert (again["wrong"], again["right"], again["how"]) == (text,) * 3


def test_letters_come_as_nfc_and_controls_do_not_come(site: FlaskClient) -> None:
    receipt = receipt_of(sent(site, wrong="Phu\u0301\x00\x1b[2J \u202eLợi 🏠\r\nx", contact="Lan\r\nX: 1"))
    assert ask(site, f"/api/reports/{receipt}")["wrong"] == "Phú[2J Lợi 🏠\nx"
    assert held(site).listed(CONTACT)[0].body == {"contact": "Lan X: 1"}
    halved = site.post("/api/reports", data=json.dumps(SHARE | {"wrong": "half \ud83c"}).encode())
    assert (halved.status_code, body(halved)["wrong"]) == (201, "half \ufffd")


def test_while_nothing_can_be_kept_nothing_typed_is_lost(ground: Store, tmp_path: Path) -> None:
    place = tmp_path / "kept.sqlite"
    site = client(ground, register=str(place))
    receipt = receipt_of(sent(site, wrong="before"))
    locked = sqlite3.connect(place, isolation_level=None)
    locked.execute("BEGIN IMMEDIATE")  # as a register that cannot be written; what is kept can be read
    quick = client(ground, register=str(place))
    quick.application.extensions["landinfo"].register._wait = 0.05
    response = sent(quick, wrong="Mất thì tiếc", contact=SECRET)
    assert response.status_code == 503
    assert int(response.headers["Retry-After"]) > 0
    shown = markup.read(response.text)
    assert "vẫn còn ở dưới" in shown.one("div", "notice").text
    form = fields(shown.one("form", "ask"))
    assert (form["wrong"], form["contact"]) == ("Mất thì tiếc", SECRET)
    refused = quick.post("/api/reports", json=SHARE | {"wrong": "x"})
    assert (refused.status_code, body(refused)["code"]) == (503, "register-cannot-be-used")
    assert page(quick, f"/report/{receipt}").one("p", "receipt").text == receipt
    locked.close()
    again = receipt_of(quick.post(FORM, data=form))
    assert reception.find(again, held(quick)).body["wrong"] == "Mất thì tiếc"
    assert len(held(quick).listed(KIND)) == 2


def test_without_a_register_the_form_says_so(ground: Store, tmp_path: Path) -> None:
    site = client(ground, register=str(tmp_path / "gone" / "kept.sqlite"))
    assert sent(site, wrong="x").status_code == 503
    page(site, "/report/AAAA-AAAA-AAAA", 503)
    assert ask(site, "/api/reports/AAAA-AAAA-AAAA", 503)["code"] == "register-cannot-be-used"
    assert "báo sai sót" in site.get("/report/AAAA-AAAA-AAAA").text


def test_a_contact_is_in_no_log_line(one_site: FlaskClient, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.DEBUG):
        receipt = receipt_of(sent(one_site, wrong="x", contact=SECRET))
        sent(one_site, wrong="", contact=SECRET)
        one_site.post("/api/reports", json=SHARE | {"contact": SECRET})
        one_site.get(f"/report/{receipt}")
    assert SECRET not in caplog.text
    assert receipt not in caplog.text


def test_reports_have_a_limit_of_their_own(ground: Store) -> None:
    site = client(ground, report_limit="2 per hour")
    assert [sent(site, wrong=str(n)).status_code for n in range(2)] == [303, 303]
    refused = site.post("/api/reports", json=SHARE | {"wrong": "x"})
    assert (refused.status_code, body(refused)["code"]) == (429, "too-many-requests")
    assert 1 <= int(refused.headers["Retry-After"]) <= 3600
    page_ = sent(site, wrong="x")
    assert page_.status_code == 429
    assert int(page_.headers["Retry-After"])
    assert site.get(FORM).status_code == 200
    assert site.get("/api/reports/AAAA-AAAA-AAAA").status_code == 404
    other = site.post("/api/reports", json=SHARE | {"wrong": "x"}, environ_overrides={"REMOTE_ADDR": "192.0.2.7"})
    assert other.status_code == 201
    assert len(held(site).listed(KIND)) == 3


def test_reports_count_among_all_questions_too(ground: Store) -> None:
    site = client(ground, rate_limit="3 per hour", report_limit="20 per hour")
    assert sent(site, wrong="x").status_code == 303
    assert site.get("/compare").status_code == 200
    assert site.post("/api/reports", json=SHARE | {"wrong": "x"}).status_code == 429


def test_limit_and_days_are_settings(ground: Store) -> None:
    assert from_environment({}).report_limit == REPORT_LIMIT
    assert from_environment({"LANDINFO_REPORT_LIMIT": "none"}).report_limit == ""
    assert from_environment({"LANDINFO_REPORT_LIMIT": "5 per day"}).report_limit == "5 per day"
    assert from_environment({}).contact_days == 90
    assert from_environment({"LANDINFO_CONTACT_DAYS": "30"}).contact_days == 30
    for name, wrong in (("REPORT_LIMIT", "5"), ("CONTACT_DAYS", "-1"), ("CONTACT_DAYS", "4000"), ("CONTACT_DAYS", "x")):
        with pytest.raises(BadInput) as refused:
            from_environment({f"LANDINFO_{name}": wrong})
        assert refused.value.field == f"LANDINFO_{name}"


def test_where_no_contact_is_kept_none_is_asked_for(ground: Store) -> None:
    site = client(ground, contact_days=0)
    assert not page(site, FORM).all("input", name="contact")
    assert sent(site, wrong="x", contact=SECRET).status_code == 400
    assert sent(site, wrong="x").status_code == 303
    assert "30 ngày" in page(client(ground, contact_days=30), FORM).one(id="hint-contact").text


def test_two_fields_of_one_name_are_refused(one_site: FlaskClient) -> None:
    response = one_site.post("/report", data=urlencode([*SHARE.items(), ("wrong", "a"), ("wrong", "b")]),
                             content_type="application/x-www-form-urlencoded")  # fmt: skip
    assert response.status_code == 400


@pytest.mark.postgis
def test_a_register_that_only_reads_keeps_what_it_has(ground: Store, postgis_server: postgres.Server) -> None:
    url = postgis_server.new_database()
    site = client(ground, register=url)
    receipt = receipt_of(sent(site, wrong="before"))
    name = psycopg2.extensions.parse_dsn(url)["dbname"]
    postgres.execute(url, f'ALTER DATABASE "{name}" SET default_transaction_read_only = on')
    response = sent(site, wrong="Mất thì tiếc")
    assert response.status_code == 503
    assert fields(markup.read(response.text).one("form", "ask"))["wrong"] == "Mất thì tiếc"
    assert page(site, f"/report/{receipt}").one("p", "receipt").text == receipt
    assert len(held(site).listed(KIND)) == 1
    postgis_server.drop(url)
