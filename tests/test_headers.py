"""What every answer carries, once each, whatever it is: a page, an error, an unchanged answer, one asked again."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from datetime import date

import pytest
import serving
import street
from flask.testing import FlaskClient
from serving import client

from landinfo.model import Edition
from landinfo.store import Store
from landinfo.web import standing

ALWAYS = {
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
    "X-Frame-Options": "DENY",
    "Permissions-Policy": "camera=(), geolocation=(self), microphone=(), payment=(), usb=()",
    "Cross-Origin-Opener-Policy": "same-origin",
}
ANSWER = f"/api/parcels/{serving.HALVED}?{serving.DAY}"
PAGES = ("/", "/nothing", "/streets", "/healthz", "/parcels/25750@2024/99/1", "/static/style.css")
DOORS = (ANSWER, "/api/nothing", "/api/parcels/x/1/1", "/ogc/collections", "/tiles/parcels/1/1/1.mvt")


@pytest.fixture(scope="module")
def asker(tmp_path_factory: pytest.TempPathFactory) -> Iterator[FlaskClient]:
    made: Store = street.create(str(tmp_path_factory.mktemp("headers") / "ground.gpkg"))
    yield client(made)
    made.close()


@pytest.mark.parametrize("method", ["GET", "HEAD", "OPTIONS", "POST"])
@pytest.mark.parametrize("door", [*PAGES, *DOORS])
def test_each_stands_once(asker: FlaskClient, door: str, method: str) -> None:
    for _ in range(2):
        headers = asker.open(door, method=method).headers
        assert {name: headers[name] for name in ALWAYS} == ALWAYS
        assert headers["Content-Security-Policy"].startswith("default-src 'self';")
        assert len(headers["X-Request-ID"]) == 16
        counted = Counter(name.lower() for name, _ in headers)
        assert [name for name, count in counted.items() if count > 1 and name != "vary"] == []
        of_programs = door in DOORS
        assert (headers.get("Access-Control-Allow-Origin") == "*") is of_programs
        assert ("ETag" in headers.get("Access-Control-Expose-Headers", "")) is of_programs
        asked_before = of_programs and method == "OPTIONS"
        assert ("X-API-Key" in headers.get("Access-Control-Allow-Headers", "")) is asked_before


def test_an_unchanged_answer_carries_them_too(asker: FlaskClient) -> None:
    tag = asker.get(ANSWER).headers["ETag"]
    response = asker.get(ANSWER, headers={"If-None-Match": tag})
    assert response.status_code == 304
    assert {name: response.headers[name] for name in ALWAYS} == ALWAYS
    assert response.headers["Access-Control-Allow-Origin"] == "*"
    assert response.headers["ETag"] == tag
    assert "Accept" in response.headers["Vary"]


def test_editions_that_differ_where_an_answer_would_are_not_taken_for_one_another() -> None:
    """As many as before, and one of them of another content or other days: another mark."""
    day, other = date(2026, 1, 1), date(2026, 2, 1)
    one = Edition("a", "parcels", "x", "doc", day, day, None, "hash", True, "", 1)
    changed = [{"id": "b"}, {"content_hash": "other"}, {"effective_from": other}, {"effective_to": other}]
    said = [standing._said((one, replace(one, **change))) for change in [{}, *changed]]  # type: ignore[arg-type]
    assert len(set(said)) == 5
    assert standing._said((one, one)) == said[0]
