"""Reporting an error on the pages and as JSON: from the row of a parcel to the receipt, whatever is typed."""

from __future__ import annotations

import json
import logging
import re
import sqlite3
from collections.abc import Callable
from dataclasses import replace
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any, cast
from urllib.parse import parse_qsl, urlencode, urlsplit

import markup
import pytest
import street
from flask.testing import FlaskClient
from markup import Node
from serving import DAY, HALVED, ONE, ask, body, client, in_english, page
from werkzeug.test import TestResponse

from landinfo import reception
from landinfo.error_report import CONTACT, KIND
from landinfo.model import BadInput, Feature, Link, ParcelRef
from landinfo.store import Load, Store
from landinfo.store.register import Register, open_register
from landinfo.web.settings import REPORT_LIMIT, from_environment

QUESTION = f"/parcels/{HALVED}?{DAY}&known=2026-11-24"
SHARE = {"question": QUESTION, "kind": "share", "row": "land_use_planning-0"}
FORM = "/report?" + urlencode(SHARE)
SECRET = "0903-nguyen-van-a"
RECEIPT = re.compile(r"/report/((?:[0-9A-HJKMNP-TV-Z]{4}-?){3})")
ONCE = "0123456789abcdef"


@pytest.fixture(scope="module")
def ground(new_place: Callable[[str], str]) -> Store:
    return street.create(new_place("geopackage"))


@pytest.fixture(scope="module")
def made(ground: Store) -> FlaskClient:
    return client(ground)


def over(made: FlaskClient, register: Register) -> FlaskClient:
    """The same application over another register: making one takes longer than a test."""
    parts = made.application.extensions
    parts["landinfo"] = replace(parts["landinfo"], register=register)
    return made


@pytest.fixture
def site(made: FlaskClient, register: Register) -> FlaskClient:
    """The pages over each register, empty."""
    return over(made, register)


@pytest.fixture
def one_site(made: FlaskClient, tmp_path: Path) -> FlaskClient:
    """The same over one register, where the engine plays no part."""
    return over(made, open_register(str(tmp_path / "kept.sqlite")))


def held(site: FlaskClient) -> Register:
    return cast(Register, site.application.extensions["landinfo"].register)


def fields(form: Node) -> dict[str, str]:
    """What a browser sends of a form that nobody touched."""
    told = {n.attrs["name"]: n.attrs.get("value", "") for n in form.all("input")}
    return told | {n.attrs["name"]: n.text for n in form.all("textarea")}


def sent(site: FlaskClient, address: str = FORM, **typed: str) -> TestResponse:
    """The form at an address, filled in and sent."""
    form = page(site, address).one("form", "ask")
    assert (form.attrs["method"], form.attrs["enctype"]) == ("post", "multipart/form-data")
    return site.post(form.attrs["action"], data=fields(form) | typed, content_type="multipart/form-data")


def receipt_of(response: TestResponse) -> str:
    assert response.status_code == 303, response.text
    found = RECEIPT.match(response.headers["Location"])
    assert found
    return found[1]


@pytest.mark.parametrize("lang", ["vi", "en"])
def test_every_row_of_a_parcel_leads_to_its_form(one_site: FlaskClient, lang: str) -> None:
    more = "&lang=en" if lang == "en" else ""
    answer = ask(one_site, f"/api{QUESTION}")
    shown = page(one_site, QUESTION + more)
    links = [link.attrs["href"] for link in shown.all("a", "wrong-row")]
    themes = [row for theme in answer["themes"] for row in theme["rows"]]
    assert len(links) == 1 + len(answer["parcel"]["land_uses"]) + len(answer["price"]["rows"]) + len(themes)
    assert len(set(links)) == len(links)
    for link in links:
        asked = dict(parse_qsl(urlsplit(link).query))
        assert asked["question"] == QUESTION
        assert page(one_site, link).one("html").attrs["lang"] == lang
    for row, tr in zip(themes, [r for r in shown.all("tr") if "data-part" in r.attrs], strict=True):
        link = tr.one("a", "wrong-row")
        assert row["label"][lang] in link.text  # who does not see the row hears which one it is
        assert row["label"][lang] in page(one_site, link.attrs["href"]).one("dl", "lines").text
    assert not page(one_site, f"/panel?parcel={HALVED}&{DAY}").all("a", "wrong-row")


@pytest.mark.parametrize("lang", ["vi", "en"])
def test_from_the_form_to_the_receipt(site: FlaskClient, lang: str) -> None:
    address = FORM if lang == "vi" else in_english(FORM)
    response = sent(site, address, wrong="Đường đã mở rộng\nnăm 2024", right="300 m²", how="Giấy", contact=SECRET)
    receipt = receipt_of(response)
    assert not response.headers.getlist("Set-Cookie")
    shown = page(site, response.headers["Location"])
    assert shown.one("html").attrs["lang"] == lang
    assert shown.one("p", "receipt").text == receipt
    assert shown.one("h1").text == {"vi": "Đã tiếp nhận", "en": "Received"}[lang]
    for said in ("Đường đã mở rộng năm 2024", "300 m²", "Giấy", {"vi": "305,0\u00a0m²", "en": "305.0\u00a0m²"}[lang]):
        assert said in shown.text
    assert "24/11/2026" in shown.one("ol", "track").text
    assert SECRET not in site.get(response.headers["Location"]).text
    again = page(site, f"/report/{receipt.lower().replace('-', ' ')}")
    assert again.one("p", "receipt").text == receipt
    entry = reception.find(receipt, held(site))
    assert entry.body["question"] == QUESTION
    assert entry.body["wrong"] == "Đường đã mở rộng\nnăm 2024"
    (contact,) = held(site).listed(CONTACT)
    assert contact.body == {"contact": SECRET}
    assert contact.key.startswith("2027-02-22/")


def test_the_receipt_is_found_by_typing_it(one_site: FlaskClient) -> None:
    receipt = receipt_of(sent(one_site, wrong="x"))
    form = page(one_site, "/report").one("main").one("form")
    asked = f"{form.attrs['action']}?{urlencode({'receipt': f' {receipt.lower()} '})}"
    response = one_site.get(asked)
    assert (response.status_code, response.headers["Location"]) == (303, f"/report/{receipt}")
    assert one_site.get(in_english(asked)).headers["Location"] == f"/report/{receipt}?lang=en"


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


def test_what_is_shown_comes_from_the_store(one_site: FlaskClient) -> None:
    """Whatever else an address or a form says of the row is not believed."""
    shown = page(one_site, FORM).one("dl", "lines").text
    assert "305,0\u00a0m²" in shown
    page(one_site, FORM + "&shown=9999", 400)
    assert sent(one_site, wrong="x", area="9999").status_code == 400
    assert sent(one_site, wrong="x", row="land_use_planning-1").status_code == 400
    receipt = receipt_of(sent(one_site, wrong="x"))
    stored = reception.find(receipt, held(one_site)).body["shown"]
    assert (stored["area"], stored["designation"]) == (305, "DGT")


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


def test_the_json_says_what_the_page_says_and_never_the_contact(site: FlaskClient) -> None:
    response = site.post("/api/reports", json=SHARE | {"wrong": "Sai", "contact": SECRET, "once": ONCE})
    assert response.status_code == 201
    made = body(response)
    assert response.headers["Location"] == f"/api/reports/{made['receipt']}"
    assert response.headers["Cache-Control"] == "no-store"
    found = ask(site, response.headers["Location"])
    assert found == made
    assert SECRET not in response.text
    assert "contact" not in found
    assert (found["state"], found["day"], found["question"]) == ("received", "2026-11-24", QUESTION)
    assert found["editions"] == ["plan", "p", "zones"]
    assert found["shown"]["area"] == 305
    assert found["today"] is None
    assert 106 < found["place"]["lon"] < 107
    shown = page(site, found["permanent"])
    assert shown.one("p", "receipt").text == found["receipt"]
    for line in found["lines"]:
        assert line["label"]["vi"] in shown.text
        assert line["value"]["vi"] in shown.text


def test_the_same_form_sent_twice_is_one_report(site: FlaskClient) -> None:
    form = fields(page(site, FORM).one("form", "ask")) | {"wrong": "x", "contact": SECRET}
    first, second = (site.post(FORM, data=form) for _ in range(2))
    assert receipt_of(first) == receipt_of(second)
    third = site.post(FORM, data=form | {"wrong": "another"})
    assert receipt_of(third) != receipt_of(first)
    assert len(held(site).listed(KIND)) == len(held(site).listed(CONTACT)) == 2
    assert receipt_of(sent(site, wrong="x")) != receipt_of(sent(site, wrong="x"))


def test_a_row_that_changed_while_one_wrote_is_shown_anew(new_place: Callable[[str], str]) -> None:
    store = street.create(new_place("geopackage"))
    site = client(store)
    form = fields(page(site, FORM).one("form", "ask")) | {"wrong": "Sai"}
    edition = replace(street.edition("land_use_planning", "plan2", "SIM-QHSDĐ-2025"), published=date(2026, 11, 24))
    whole = street.box(-50, -50, 250, 100)
    road = Feature("r", "land_use_planning", "CLN", whole, street.FIRST, None, "SIM-QHSDĐ-2025", "", "plan2")
    coverage = replace(street.loads()[1].coverage[0], edition="plan2")
    store.publish([Load(edition, [coverage], (), [road])], withdraw=["plan"], known=date(2026, 11, 24))
    response = site.post(FORM, data=form)
    assert response.status_code == 422
    shown = markup.read(response.text)
    assert "610,0\u00a0m²" in shown.one("dl", "lines").text
    assert held(site).listed(KIND) == ()
    again = site.post(FORM, data=fields(shown.one("form", "ask")))
    stored = reception.find(receipt_of(again), held(site)).body
    assert (stored["shown"]["designation"], stored["editions"][0], stored["wrong"]) == ("CLN", "plan2", "Sai")


def test_each_step_is_told_with_day_and_note(site: FlaskClient) -> None:
    receipt = receipt_of(sent(site, wrong="x"))

    def answered(to: str, vi: str, en: str, day: date) -> None:
        reception.answer(receipt, to, {"vi": vi, "en": en}, "Lan-secret", day, held(site))

    answered("under_review", "", "", date(2026, 11, 25))
    answered("not_an_error", "Đúng hồ sơ <b>", "As in the files", date(2026, 11, 26))
    for lang, words in (("vi", "Đúng hồ sơ <b>"), ("en", "As in the files")):
        shown = page(site, f"/report/{receipt}" + ("?lang=en" if lang == "en" else ""))
        steps = shown.one("ol", "track").all("li")
        assert [re.findall(r"\d\d/11/2026", step.text)[0] for step in steps] == [
            "24/11/2026",
            "25/11/2026",
            "26/11/2026",
        ]
        assert steps[2].one("p", "words").text == words
        assert steps[2].attrs["aria-current"] == "step"
        assert "Lan-secret" not in shown.text
        assert not shown.all("p", "actions")
    found = ask(site, f"/api/reports/{receipt}")
    assert [step["state"] for step in found["steps"]] == ["received", "under_review", "not_an_error"]
    assert found["steps"][2]["note"] == {"vi": "Đúng hồ sơ <b>", "en": "As in the files"}
    assert "Lan-secret" not in json.dumps(found)


def closed(site: FlaskClient, receipt: str, to: str = "corrected") -> None:
    for state in ("under_review", to):
        reception.answer(receipt, state, {"vi": "đã sửa", "en": ""}, "Lan", date(2026, 11, 24), held(site))


def test_a_corrected_one_leads_to_today_and_to_what_was(one_site: FlaskClient) -> None:
    receipt = receipt_of(sent(one_site, wrong="x"))
    closed(one_site, receipt)
    shown = page(one_site, f"/report/{receipt}")
    links = [link.attrs["href"] for link in shown.one("p", "actions").all("a")]
    assert links == [f"/parcels/{HALVED}?on=2026-11-24&known=2026-11-24", QUESTION]
    for link in links:
        page(one_site, link)
    assert ask(one_site, f"/api/reports/{receipt}")["today"] == [{"ref": HALVED, "href": links[0]}]


def test_a_parcel_that_is_gone_and_nobody_follows_is_said(one_site: FlaskClient) -> None:
    """Lot 8 ends on 1 February 2026."""
    eight = "/report?" + urlencode(
        {"question": "/parcels/25750@2024/1/8?on=2026-01-10&known=2026-11-24", "kind": "boundary"}
    )
    receipt = receipt_of(sent(one_site, eight, wrong="x"))
    closed(one_site, receipt)
    assert ask(one_site, f"/api/reports/{receipt}")["today"] == []
    shown = page(one_site, f"/report/{receipt}")
    assert "không còn thửa đất nào" in shown.text
    assert [page(one_site, link.attrs["href"]) for link in shown.one("p", "actions").all("a")]


def test_a_parcel_that_was_split_since_leads_to_both_parts(new_place: Callable[[str], str]) -> None:
    """Lot 1 becomes 101 and 102 on 1 May 2026; the error was seen on the answer of March."""
    store = street.create(new_place("geopackage"))
    split, known = date(2026, 5, 1), date(2026, 5, 2)
    old = replace(street.PARCELS[0], effective_to=split, edition="p2")
    parts = [
        replace(old, ref=ParcelRef("25750", "2024", "1", name), shape=shape, effective_from=split, effective_to=None)
        for name, shape in (("101", street.box(0, 0, 10, 30)), ("102", street.box(10, 0, 20, 30)))
    ]
    rest = [replace(lot, edition="p2") for lot in street.PARCELS[1:]]
    links = [Link("split", split, old.ref, part.ref, Decimal(300), "p2") for part in parts]
    edition = replace(street.edition("parcels", "p2", "SIM-BĐĐC"), published=known)
    store.publish([Load(edition, (), [old, *parts, *rest], links=links)], withdraw=["p"], known=known)
    site = client(store)
    question = f"/parcels/{ONE}?on=2026-03-01&known=2026-11-24"
    receipt = receipt_of(sent(site, "/report?" + urlencode({"question": question, "kind": "boundary"}), wrong="x"))
    closed(site, receipt)
    today = ask(site, f"/api/reports/{receipt}")["today"]
    assert [step["ref"] for step in today] == ["25750@2024/1/101", "25750@2024/1/102"]
    shown = page(site, f"/report/{receipt}")
    links_ = [link.attrs["href"] for link in shown.one("p", "actions").all("a")]
    assert links_ == [*(step["href"] for step in today), question]
    assert [page(site, link).one("h1").text for link in links_]


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


@pytest.mark.parametrize("address", [FORM, "/report", "/report/AAAA-AAAA-AAAA"])
def test_a_report_sets_no_cookie(one_site: FlaskClient, address: str) -> None:
    assert not one_site.get(address).headers.getlist("Set-Cookie")


def test_a_receipt_is_kept_by_nobody_on_the_way(one_site: FlaskClient) -> None:
    response = one_site.get(f"/report/{receipt_of(sent(one_site, wrong='x'))}")
    assert response.headers["Cache-Control"] == "no-store"
    assert response.headers["X-Robots-Tag"] == "noindex"
    assert response.headers["Referrer-Policy"] == "no-referrer"


def test_an_open_question_about_another_estimate_is_kept_whole(one_site: FlaskClient) -> None:
    shown = page(one_site, f"{QUESTION}&convert_to=ODT&fact.first_conversion=true")
    link = shown.one("p", "report-other").one("a").attrs["href"]
    stored: dict[str, Any] = dict(reception.find(receipt_of(sent(one_site, link, wrong="x")), held(one_site)).body)
    assert stored["question"] == f"{QUESTION}&convert_to=ODT&fact.first_conversion=true"
    assert (stored["kind"], stored["shown"]) == ("other", {})
