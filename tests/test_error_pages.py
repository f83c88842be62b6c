"""Reporting an error on the pages and as JSON: from the row of a parcel to the receipt and to what became of it."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Any
from urllib.parse import parse_qsl, urlencode, urlsplit

import markup
import pytest
import street
from flask.testing import FlaskClient
from reporting import FORM, QUESTION, SECRET, SHARE, closed, fields, held, receipt_of, sent
from serving import DAY, HALVED, ONE, ask, body, client, in_english, page

from landinfo import reception
from landinfo.error_report import CONTACT, KIND
from landinfo.model import Feature, Link, ParcelRef
from landinfo.store import Load

ONCE = "0123456789abcdef"


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


@pytest.mark.parametrize("address", [FORM, "/report", "/report/AAAA-AAAA-AAAA"])
def test_a_report_sets_no_cookie(one_site: FlaskClient, address: str) -> None:
    assert not one_site.get(address).headers.getlist("Set-Cookie")


def test_a_receipt_is_kept_by_nobody_on_the_way(one_site: FlaskClient) -> None:
    response = one_site.get(f"/report/{receipt_of(sent(one_site, wrong='x'))}")
    assert response.headers["Cache-Control"] == "no-store"
    assert response.headers["X-Robots-Tag"] == "noindex"
    assert response.headers["Referrer-Policy"] == "same-origin"


def test_an_open_question_about_another_estimate_is_kept_whole(one_site: FlaskClient) -> None:
    shown = page(one_site, f"{QUESTION}&convert_to=ODT&fact.first_conversion=true")
    link = shown.one("p", "report-other").one("a").attrs["href"]
    stored: dict[str, Any] = dict(reception.find(receipt_of(sent(one_site, link, wrong="x")), held(one_site)).body)
    assert stored["question"] == f"{QUESTION}&convert_to=ODT&fact.first_conversion=true"
    assert (stored["kind"], stored["shown"]) == ("other", {})
