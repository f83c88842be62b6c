"""What goes around every answer: request id, log, headers, caching, methods, health; and what a fault shows."""

from __future__ import annotations

import logging
import re
from collections.abc import Iterator
from pathlib import Path

import cadastre
import pytest
from flask.testing import FlaskClient
from serving import ask, body, client, instead, raising
from street import X, Y
from werkzeug.test import TestResponse

from landinfo import present
from landinfo.model import BadInput, Busy, CannotBeAnswered, NotHere, Refused
from landinfo.store import Store
from landinfo.store.rulebook import read_rulebook
from landinfo.web import HTTP_CODES

ROOT = Path(__file__).resolve().parent.parent
ONE = "/parcels/25750@2024/1/1?on=2026-03-01"
JSON = "/api" + ONE
SECRET = "SECRET-nguyen-van-a"
HEADERS = {
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
    "X-Frame-Options": "DENY",
    "Cross-Origin-Opener-Policy": "same-origin",
}
ROUTES = {
    "/api/catalog": "/api/catalog",
    "/api/openapi.json": "/api/openapi.json",
    "/docs": "/docs",
    "/docs/try": "/docs/try",
    "/open/<day>/<name>": "/open/2026-03-01/SHA256SUMS",
    "/batch": "/batch",
    "/batch/<key>": "/batch/00000000000000000000000000000000",
    "/api/batch": "/api/batch",
    "/api/batch/<key>": "/api/batch/00000000000000000000000000000000",
    "/api/batch/<key>/<name>": "/api/batch/00000000000000000000000000000000/results.xlsx",
    "/search": "/search?q=phu+loi",
    "/api/search": "/api/search?q=phu+loi",
    "/api/suggest": "/api/suggest?q=phu",
    "/compare": "/compare",
    "/api/compare": "/api/compare",
    "/accessibility": "/accessibility",
    "/": "/",
    "/api/at": f"/api/at?x={Y + 5}&y={X + 5}",
    "/api/difference/<commune>/<sheet>/<number>": f"{JSON.replace('parcels', 'difference')}&and.on=2026-08-01",
    "/api/estimate": "/api/estimate",
    "/api/estimate/schema": "/api/estimate/schema",
    "/api/streets": "/api/streets?q=Huỳnh+Văn+Lũy",
    "/api/streets/<section>": "/api/streets/25750:10",
    "/streets": "/streets?q=Huỳnh+Văn+Lũy",
    "/streets/<section>": "/streets/25750:10",
    "/api/parcels/<commune>/<sheet>/<number>": JSON,
    "/api/view": "/api/view?bbox=106.6,10.9,106.7,11.0",
    "/at": f"/at?x={Y + 5}&y={X + 5}",
    "/difference/<commune>/<sheet>/<number>": f"{ONE.replace('parcels', 'difference')}&and.on=2026-08-01",
    "/drawn/<name>": "/drawn/map.000000000000.js",
    "/extract/<commune>/<sheet>/<number>.geojson": f"{ONE.replace('parcels', 'extract').replace('?', '.geojson?')}",
    "/extract/<commune>/<sheet>/<number>.pdf": f"{ONE.replace('parcels', 'extract').replace('?', '.pdf?')}",
    "/extract/<commune>/<sheet>/<number>.xlsx": f"{ONE.replace('parcels', 'extract').replace('?', '.xlsx?')}",
    "/healthz": "/healthz",
    "/panel": "/panel?parcel=25750@2024/1/1",
    "/parcels": "/parcels?commune=25750&sheet=1&number=1",
    "/parcels/<commune>/<sheet>/<number>": ONE,
    "/readyz": "/readyz",
    "/static/<path:name>": "/static/style.css",
    "/api/verify": "/api/verify",
    "/api/verify/<code>": "/api/verify/ABCDEFGHIJKLMNOPQRSTUVWXYZ",
    "/ogc/": "/ogc/",
    "/ogc/api": "/ogc/api",
    "/ogc/collections": "/ogc/collections",
    "/ogc/collections/<name>": "/ogc/collections/parcels",
    "/ogc/collections/<name>/items": "/ogc/collections/parcels/items",
    "/ogc/collections/<name>/items/<key>": "/ogc/collections/parcels/items/25750@2024:1:1",
    "/ogc/collections/<name>/queryables": "/ogc/collections/parcels/queryables",
    "/ogc/conformance": "/ogc/conformance",
    "/tiles/<layer>.json": "/tiles/parcels.json",
    "/tiles/<layer>/<int:z>/<int:x>/<int:y>": "/tiles/parcels/16/52187/30755",
    "/api/reports": "/api/reports",
    "/api/reports/<given>": "/api/reports/AAAA-AAAA-AAAA",
    "/report": "/report",
    "/report/<given>": "/report/AAAA-AAAA-AAAA",
    "/verify": "/verify",
    "/verify/<code>": "/verify/ABCDEFGHIJKLMNOPQRSTUVWXYZ",
}


@pytest.fixture(scope="module")
def web(street_store: Store) -> FlaskClient:
    """On each engine, unlike the pages' one."""
    return client(street_store)


@pytest.fixture(scope="module")
def proxied(street_store: Store) -> FlaskClient:
    return client(street_store, trusted_proxies=1)


@pytest.fixture
def log(caplog: pytest.LogCaptureFixture) -> Iterator[pytest.LogCaptureFixture]:
    with caplog.at_level(logging.INFO, logger="landinfo.web"):
        yield caplog


def well_dressed(response: TestResponse) -> None:
    policy = dict(part.strip().split(" ", 1) for part in response.headers["Content-Security-Policy"].split(";"))
    assert policy["default-src"] == "'self'"
    assert policy["img-src"] == "'self'"
    assert (policy["object-src"], policy["base-uri"], policy["frame-ancestors"]) == ("'none'",) * 3
    assert policy["form-action"] == "'self'"
    assert set(policy) == {"default-src", "img-src", "object-src", "base-uri", "frame-ancestors", "form-action"}
    assert {name: response.headers[name] for name in HEADERS} == HEADERS
    assert "geolocation=(self)" in response.headers["Permissions-Policy"]
    assert re.fullmatch(r"[0-9a-f]{16}", response.headers["X-Request-ID"])


def test_every_route_has_an_example(web: FlaskClient) -> None:
    assert {rule.rule for rule in web.application.url_map.iter_rules()} == set(ROUTES)


@pytest.mark.parametrize("address", [*ROUTES.values(), "/api/none", "/none", "/static/none", "/api/parcels/x/1/1"])
def test_headers_on_every_route(web: FlaskClient, address: str) -> None:
    for method in ("GET", "HEAD", "POST", "OPTIONS"):
        with web.open(address, method=method) as response:
            well_dressed(response)


def test_the_api_may_be_asked_from_other_pages_and_pages_may_not(web: FlaskClient) -> None:
    assert web.get(JSON).headers["Access-Control-Allow-Origin"] == "*"
    assert "GET" in web.options(JSON).headers["Access-Control-Allow-Methods"]
    assert "Access-Control-Allow-Origin" not in web.get(ONE).headers


@pytest.mark.parametrize("address", [JSON, ONE, "/", "/healthz"])
def test_only_get_is_answered(web: FlaskClient, address: str) -> None:
    for method in ("POST", "PUT", "DELETE", "PATCH", "TRACE", "BREW"):
        response = web.open(address, method=method, data="x=1")
        assert response.status_code == 405
        allowed = response.headers["Allow"]
        assert {"GET", "HEAD", "OPTIONS"} == set(allowed.split(", "))
        if address == JSON and method == "POST":
            assert allowed in response.get_json()["detail"]


def test_head_is_get_without_a_body(web: FlaskClient) -> None:
    for address in (JSON, ONE, "/", "/healthz", "/api/parcels/25750@2024/1/6"):
        whole, head = web.get(address), web.head(address)
        assert (head.status_code, head.data) == (whole.status_code, b"")
        assert head.headers["Content-Type"] == whole.headers["Content-Type"]
        assert head.headers.get("ETag") == whole.headers.get("ETag")


def test_an_unchanged_answer_is_304(web: FlaskClient) -> None:
    first = web.get(JSON)
    assert first.headers["Cache-Control"] == "no-cache"
    again = web.get(JSON, headers={"If-None-Match": first.headers["ETag"]})
    assert (again.status_code, again.data) == (304, b"")
    assert again.headers["ETag"] == first.headers["ETag"]
    other = web.get(JSON + "&convert_to=ODT", headers={"If-None-Match": first.headers["ETag"]})
    assert other.status_code == 200
    assert other.headers["ETag"] != first.headers["ETag"]


def test_a_refusal_is_not_kept(web: FlaskClient) -> None:
    for address in ("/api/parcels/25750@2024/1/6", "/parcels/25750@2024/1/6", "/none"):
        assert web.get(address).headers["Cache-Control"] == "no-store"


def test_a_log_line_holds_no_question(web: FlaskClient, log: pytest.LogCaptureFixture) -> None:
    asked = [
        f"/parcels/25750@2024/1/{SECRET}?on=2026-03-01",
        f"/api/parcels/{SECRET}/1/1",
        f"/api/at?x={Y + 5.123}&y={X + 5}&fact.{SECRET}=true",
        f"/{SECRET}",
        f"/static/{SECRET}",
        f"/panel?parcel={SECRET}",
        f"/parcels?commune={SECRET}&sheet=1&number=1",
    ]
    for address in asked:
        web.get(address, headers={"X-Request-ID": SECRET, "User-Agent": SECRET, "Referer": f"http://x/{SECRET}"})
    web.open(JSON, method=SECRET)
    assert len(log.records) == len(asked) + 1
    assert SECRET.lower() not in log.text.lower()
    assert "1215245" not in log.text
    assert "25750" not in log.text


def test_a_log_line_tells_what_an_operator_needs(web: FlaskClient, log: pytest.LogCaptureFixture) -> None:
    response = web.get(JSON)
    (line,) = log.messages
    told = re.fullmatch(r"id=(\w+) method=GET route=(\S+) status=200 ms=\d+\.\d", line)
    assert told
    assert told[1] == response.headers["X-Request-ID"]
    assert told[2] == "/api/parcels/<commune>/<sheet>/<number>"


def test_request_ids_differ(web: FlaskClient) -> None:
    assert len({web.get("/healthz").headers["X-Request-ID"] for _ in range(20)}) == 20


def test_a_request_id_is_taken_from_a_trusted_proxy_only(web: FlaskClient, proxied: FlaskClient) -> None:
    sent = {"X-Request-ID": "0123abcd-EFGH._5"}
    assert web.get("/healthz", headers=sent).headers["X-Request-ID"] != sent["X-Request-ID"]
    assert proxied.get("/healthz", headers=sent).headers["X-Request-ID"] == sent["X-Request-ID"]
    missing = proxied.get("/api/none", headers=sent)
    assert body(missing)["request_id"] == sent["X-Request-ID"]


@pytest.mark.parametrize("sent", ["short", "a" * 65, "0123 4567", "0123456ộ".encode().decode("latin-1"), "a=b;c=d12"])
def test_a_request_id_that_could_forge_a_log_line_is_replaced(proxied: FlaskClient, sent: str) -> None:
    assert re.fullmatch(
        r"[0-9a-f]{16}", proxied.get("/healthz", headers={"X-Request-ID": sent}).headers["X-Request-ID"]
    )


def test_forwarded_headers_count_behind_a_trusted_proxy_only(web: FlaskClient, proxied: FlaskClient) -> None:
    sent = {"X-Forwarded-Host": "evil.example", "X-Forwarded-Proto": "https", "X-Forwarded-For": "192.0.2.1"}
    # two slashes in a row are a redirect to an address with the host in it
    assert web.get("/api//at?lat=1", headers=sent).headers["Location"] == "http://localhost/api/at?lat=1"
    assert proxied.get("/api//at?lat=1", headers=sent).headers["Location"] == "https://evil.example/api/at?lat=1"


def test_forwarded_chains_count_from_the_near_end(proxied: FlaskClient) -> None:
    # one proxy is trusted: only what it wrote itself, the last of the list, counts
    sent = {"X-Forwarded-Host": "evil.example, good.example", "X-Forwarded-Proto": "http, https"}
    assert proxied.get("/api//at", headers=sent).headers["Location"] == "https://good.example/api/at"


@pytest.mark.parametrize("address", [JSON, ONE, "/panel?parcel=25750@2024/1/1"])
def test_a_busy_store_asks_to_come_again(street_store: Store, address: str) -> None:
    busy = client(instead(street_store, parcels=raising(Busy("store-busy"))))
    response = busy.get(address)
    assert response.status_code == 503
    assert int(response.headers["Retry-After"]) > 0
    assert response.headers["Cache-Control"] == "no-store"
    if address == JSON:
        assert body(response)["code"] == "store-busy"
    assert busy.get("/healthz").status_code == 200


@pytest.mark.parametrize("address", [JSON, ONE, "/panel?parcel=25750@2024/1/1"])
def test_a_fault_shows_nothing_of_itself(street_store: Store, log: pytest.LogCaptureFixture, address: str) -> None:
    broken = client(instead(street_store, parcels=raising(RuntimeError(f"cannot read {SECRET}"))))
    response = broken.get(address)
    assert response.status_code == 500
    well_dressed(response)
    request_id = response.headers["X-Request-ID"]
    assert request_id in response.text
    assert SECRET not in response.text + log.text
    assert "Traceback" not in response.text + log.text
    assert "RuntimeError" not in response.text
    if address == JSON:
        assert response.headers["Content-Type"] == "application/problem+json"
        assert (body(response)["status"], body(response)["code"]) == (500, "internal-fault")
    where = next(line for line in log.messages if "fault=" in line)
    assert where.startswith(f"id={request_id} fault=RuntimeError at=serving.py:")
    assert "lookup.py" in where


def test_health_is_of_the_process_and_readiness_of_the_store(web: FlaskClient, street_store: Store) -> None:
    assert ask(web, "/healthz") == {"status": "ok"}
    ready = ask(web, "/readyz")
    assert (ready["status"], ready["engine"]) == ("ready", street_store.engine)
    assert (ready["editions"], ready["simulated"], ready["today"]) == (3, True, "2026-11-24")
    assert ready["rules"] > 0
    lost = client(instead(street_store, ready=raising(Busy("store-lost"))))
    assert lost.get("/readyz").status_code == 503
    assert lost.get("/healthz").status_code == 200


def test_an_empty_store_is_not_ready_and_says_so(empty_store: Store) -> None:
    empty = client(empty_store)
    refused = empty.get("/readyz")
    assert refused.status_code == 503
    assert "Retry-After" in refused.headers
    assert body(refused)["code"] == "not-ready"
    assert ask(empty, "/healthz") == {"status": "ok"}
    assert empty.get("/").status_code == 200
    assert ask(empty, "/api/parcels/25744@2024/1/1", 404)["code"] == "no-data-here"
    assert ask(empty, f"/api/at?x={Y}&y={X}", 404)["code"] == "no-data-at-point"


def test_a_store_filled_while_it_serves_is_ready(empty_store: Store) -> None:
    serving = client(empty_store)
    assert serving.get("/readyz").status_code == 503
    empty_store.publish(cadastre.loads())
    assert ask(serving, "/readyz")["editions"] == 4
    assert ask(serving, "/api/parcels/25744@2024/1/1")["parcel"]["registered_area"] == 200


def test_every_status_has_its_heading() -> None:
    """The code of the text is put together from the status, so that no other test sees it missing."""
    book = read_rulebook(ROOT / "data")
    own = {kind("x").status for kind in (BadInput, NotHere, CannotBeAnswered, Busy, Refused)}
    for status in own | set(HTTP_CODES) | {415, 431, 500, 504}:
        wrong = BadInput("bad-request")
        wrong.status = status
        said = present.problem(wrong, book)
        assert said["status"] == status
        assert not (said["title"] + said["title_en"]).startswith("problem-")
        if status in HTTP_CODES or status in own:
            assert f"problem-{status}" in book.texts, status
