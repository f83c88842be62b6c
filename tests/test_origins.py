"""What another site's page sends is not kept; the service's own forms and programs are."""

from __future__ import annotations

import os
import re
import shutil
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from html import escape
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
import street
from browsing import ARGUMENTS, served
from flask.testing import FlaskClient
from playwright.sync_api import Browser, Page, expect
from reporting import FORM, SHARE, fields
from serving import ADDRESS, DAY, HALVED, body, client, page
from werkzeug.test import TestResponse

from landinfo.error_report import KIND
from landinfo.extract import KIND as EXTRACT
from landinfo.store import Store
from landinfo.store.register import open_register
from landinfo.web.origins import READING

PDF = f"/extract/{HALVED}.pdf?{DAY}"
# What browsers say of a form of another page: current ones; old ones; any, to a server without TLS; from a file.
ELSEWHERE = [
    {"Sec-Fetch-Site": "cross-site"},
    {"Sec-Fetch-Site": "same-site", "Origin": "https://other.thua-dat.example"},
    {"Sec-Fetch-Site": "cross-site", "Origin": "http://localhost"},
    {"Origin": "https://evil.example"},
    {"Origin": "http://localhost.evil.example"},
    {"Origin": "http://localhost:8080"},
    {"Origin": "https://evil.example?localhost"},
    {"Origin": "null"},
    {"Origin": ""},
    {"Sec-Fetch-Site": ""},
    {"Sec-Fetch-Site": "frob", "Origin": "http://localhost"},
]
OURS: list[dict[str, str]] = [
    {},
    {"Sec-Fetch-Site": "same-origin", "Origin": "http://localhost"},
    {"Sec-Fetch-Site": "same-origin", "Origin": "null"},
    {"Sec-Fetch-Site": "none"},
    {"Origin": "http://localhost"},
    {"Origin": ADDRESS},  # behind a proxy that keeps the Host to itself
]


@pytest.fixture
def one(tmp_path: Path, street_of_one: Store) -> FlaskClient:
    return client(street_of_one, register=str(tmp_path / "kept.sqlite"))


@pytest.fixture(scope="module")
def street_of_one(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Store]:
    made = street.create(str(tmp_path_factory.mktemp("origins") / "ground.gpkg"))
    yield made
    made.close()


def kept(one: FlaskClient, kind: str = KIND) -> int:
    return len(one.application.extensions["landinfo"].register.listed(kind))


def handed_in(one: FlaskClient, headers: dict[str, str]) -> TestResponse:
    given = fields(page(one, FORM).one("form", "ask")) | {"wrong": "sai"}
    return one.post(FORM, data=given, content_type="multipart/form-data", headers=headers)


@pytest.mark.parametrize("headers", ELSEWHERE)
def test_a_report_from_another_page_is_not_kept(one: FlaskClient, headers: dict[str, str]) -> None:
    refused = handed_in(one, headers)
    assert refused.status_code == 403
    assert refused.headers["Content-Type"] == "text/html; charset=utf-8"
    assert refused.headers["Cache-Control"] == "no-store"
    assert "trang web khác" in refused.text
    said = one.post("/api/reports", json=SHARE | {"wrong": "sai"}, headers=headers)
    assert (said.status_code, said.headers["Content-Type"]) == (403, "application/problem+json")
    told = body(said)
    assert (told["code"], told["status"]) == ("sent-from-elsewhere", 403)
    assert "Sec-Fetch-Site" in told["detail"]
    assert "Another website" in told["detail_en"]
    assert kept(one) == 0


@pytest.mark.parametrize("headers", OURS)
def test_our_own_forms_and_programs_are_let_through(one: FlaskClient, headers: dict[str, str]) -> None:
    assert handed_in(one, headers).status_code == 303
    assert one.post("/api/reports", json=SHARE | {"wrong": "khác"}, headers=headers).status_code == 201
    assert kept(one) == 2


def test_every_door_that_keeps_something_is_shut(one: FlaskClient) -> None:
    """Each route that takes anything else than GET either is named as one that only reads, or refuses."""
    shut = set()
    for rule in one.application.url_map.iter_rules():
        if rule.methods and not rule.methods <= {"GET", "HEAD", "OPTIONS"}:
            (method,) = rule.methods - {"GET", "HEAD", "OPTIONS"}
            refused = one.open(rule.rule, method=method, headers={"Sec-Fetch-Site": "cross-site"})
            assert (refused.status_code == 403) is (rule.endpoint not in READING), rule.rule
            if refused.status_code == 403:
                shut.add(rule.rule)
    assert shut == {"/report", "/api/reports", "/batch", "/api/batch"}
    assert all(name in one.application.view_functions for name in READING)


def test_what_only_reads_may_be_asked_from_other_pages(one: FlaskClient) -> None:
    elsewhere = {"Sec-Fetch-Site": "cross-site", "Origin": "https://bank.example"}
    assert one.post("/api/search", data={"q": "phu loi"}, headers=elsewhere).status_code == 200
    assert one.get(f"/parcels/{HALVED}?{DAY}", headers=elsewhere).status_code == 200
    assert one.post("/nothing", headers=elsewhere).status_code == 404
    assert one.post("/", headers=elsewhere).status_code == 405
    assert handed_in(one, elsewhere).status_code == 403


@pytest.mark.parametrize("ending", ["pdf", "xlsx"])
def test_an_extract_may_be_linked_to_and_not_be_loaded_into_another_page(one: FlaskClient, ending: str) -> None:
    address = PDF.replace(".pdf", f".{ending}")
    for dest in ("image", "iframe", "embed", "object", "empty", "script"):
        headers = {"Sec-Fetch-Site": "cross-site", "Sec-Fetch-Mode": "navigate", "Sec-Fetch-Dest": dest}
        assert one.get(address, headers=headers).status_code == 403
    assert kept(one, EXTRACT) == 0
    for followed in (
        {"Sec-Fetch-Site": "cross-site", "Sec-Fetch-Mode": "navigate", "Sec-Fetch-Dest": "document"},
        {"Sec-Fetch-Site": "same-origin", "Sec-Fetch-Dest": "empty"},
        {},
    ):
        assert one.get(address, headers=followed).status_code == 200
    assert kept(one, EXTRACT) == 1


def test_refused_ones_use_up_nothing_of_the_readers_own(tmp_path: Path, street_of_one: Store) -> None:
    few = client(
        street_of_one, register=str(tmp_path / "kept.sqlite"), report_limit="1 per hour", rate_limit="2 per hour"
    )
    for _ in range(3):
        assert few.post("/api/reports", json=SHARE, headers=ELSEWHERE[0]).status_code == 403
    assert few.post("/api/reports", json=SHARE | {"wrong": "sai"}).status_code == 201


def test_a_proxys_host_is_ours_when_it_is_trusted(tmp_path: Path, street_of_one: Store) -> None:
    headers = {"X-Forwarded-Host": "dat.example", "X-Forwarded-Proto": "https", "Origin": "https://dat.example"}
    for trusted, status in ((0, 403), (1, 201)):
        register = str(tmp_path / f"{trusted}.sqlite")
        asked = client(street_of_one, register=register, trusted_proxies=trusted)
        assert asked.post("/api/reports", json=SHARE | {"wrong": "sai"}, headers=headers).status_code == status


@contextmanager
def another_site(form: str) -> Iterator[int]:
    """A page of somebody else that sends a form as soon as it is opened; its port."""

    class Theirs(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            content = form.encode()
            self.send_response(200)
            self.send_header("Content-Type", "text/html; charset=utf-8")
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

        def log_message(self, *_: Any) -> None: ...

    server = ThreadingHTTPServer(("127.0.0.1", 0), Theirs)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield server.server_port
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.fixture(scope="module")
def resolving(chromium: Browser) -> Iterator[Browser]:
    """A Chromium for which every name is this machine."""
    program = shutil.which("chromium") or os.fspath("chromium-browser")
    more = [*ARGUMENTS, "--host-resolver-rules=MAP * 127.0.0.1"]
    browser = chromium.browser_type.launch(executable_path=program, args=more)
    yield browser
    browser.close()


@pytest.mark.browser
@pytest.mark.parametrize("host", ["127.0.0.1", "thua-dat.test"])
def test_a_browser_sends_our_form_and_not_theirs(
    resolving: Browser, street_of_one: Store, tmp_path: Path, host: str
) -> None:
    """To a name without TLS a browser sends no Sec-Fetch-Site: then ``Origin`` alone tells."""
    register = str(tmp_path / "kept.sqlite")
    with served(street_of_one, register) as address:
        ours = f"http://{host}:{address.rpartition(':')[2]}"
        hidden = "".join(f'<input name="{n}" value="{escape(v)}">' for n, v in (SHARE | {"wrong": "giả"}).items())
        form = f'<form method="post" action="{ours}{escape(FORM)}" enctype="multipart/form-data">{hidden}</form>'
        with another_site(f"<!doctype html>{form}<script>document.forms[0].submit()</script>") as port:
            theirs = resolving.new_page()
            theirs.goto(f"http://evil.test:{port}/")
            expect(theirs.locator("h1")).to_have_text("Yêu cầu gửi từ trang khác")
            assert len(open_register(register).listed(KIND)) == 0
        page_ = resolving.new_page()
        page_.goto(f"{ours}{FORM}")
        filled(page_)
        expect(page_).to_have_url(re.compile("/report/"))
        assert len(open_register(register).listed(KIND)) == 1


def filled(page_: Page) -> None:
    page_.locator("textarea[name=wrong]").fill("diện tích sai")
    page_.locator("form.ask button.primary").click()
