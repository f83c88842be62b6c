"""What travels is small: answers compressed for those who can read it, and named so that they need not travel twice."""

from __future__ import annotations

import gzip
import json

import pytest
from flask.testing import FlaskClient
from serving import DAY, HALVED

ANSWER = f"/api/parcels/{HALVED}?{DAY}&convert_to=ODT"
FILES = ["/static/map.js", "/static/style.css", "/static/vendor/leaflet/leaflet.js"]
FIRST_PAGE = 150_000
"""Bytes that the first page may transfer, without the map (issue: slow lines)."""


def test_an_answer_is_the_same_compressed(web: FlaskClient) -> None:
    plain = web.get(ANSWER)
    small = web.get(ANSWER, headers={"Accept-Encoding": "gzip"})
    assert small.headers["Content-Encoding"] == "gzip"
    assert "Accept-Encoding" in small.headers["Vary"]
    assert gzip.decompress(small.data) == plain.data
    assert len(small.data) * 4 < len(plain.data)
    assert "Content-Encoding" not in plain.headers
    json.loads(plain.data)


@pytest.mark.parametrize(
    ("address", "encoding"),
    [(address, encoding) for address in (ANSWER, *FILES) for encoding in ("", "gzip", "br", "zstd")],
)
def test_what_is_unchanged_does_not_travel_again(web: FlaskClient, address: str, encoding: str) -> None:
    sent = {"Accept-Encoding": encoding} if encoding else {}
    with web.get(address, headers=sent) as first:
        assert first.headers.get("Content-Encoding", "") == encoding
        named = first.headers["ETag"]
    with web.get(address, headers={**sent, "If-None-Match": named}) as again:
        assert (again.status_code, again.data) == (304, b"")


@pytest.mark.parametrize("address", ["/", f"/parcels/{HALVED}?{DAY}&convert_to=ODT", "/streets", "/compare"])
def test_the_first_page_is_light(web: FlaskClient, address: str) -> None:
    """The page with its own style and scripts; Leaflet and the map's script are the map."""
    sent = {"Accept-Encoding": "gzip"}
    with web.get(address, headers=sent) as response:
        total = len(response.data)
        text = gzip.decompress(response.data).decode()
    for name in ("style.css", "map.js", "kept.js", "icon.svg"):
        if name in text:
            with web.get(f"/static/{name}", headers=sent) as asset:
                total += len(asset.data)
    assert total < FIRST_PAGE
