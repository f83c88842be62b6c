"""Pages keep to themselves: no other host, nothing inline, and what others wrote is only ever text."""

from __future__ import annotations

import hashlib
import html
import re
from collections.abc import Iterator
from dataclasses import replace
from urllib.parse import urlencode

import markup
import pytest
import street
from flask.testing import FlaskClient
from markup import Node
from serving import ONE, PAGES, client, in_english, page
from street import ROOT

from landinfo.store import SCHEMA_VERSION, Store, StoreFacts, create_store
from landinfo.store.communes import read_communes


@pytest.mark.parametrize("address", [a for plain in PAGES for a in (plain, in_english(plain))])
def test_no_page_needs_another_host_or_has_anything_inline(web: FlaskClient, address: str) -> None:
    shown = markup.read(web.get(address).text)
    for node in shown.walk():
        assert "style" not in node.attrs
        assert not [name for name in node.attrs if name.startswith("on")]
        assert node.tag not in {"style", "iframe", "object", "embed", "base"}
        assert node.tag != "script" or node.attrs.get("src")
        for name in ("src", "href", "action", "srcset", "poster", "formaction", "ping"):
            target = node.attrs.get(name, "/")
            assert target.startswith(("/", "#")), f"{name}={target}"
            assert not target.startswith("//")
        if "url(" in node.attrs.get("fill", ""):
            assert node.attrs["fill"] == "url(#hatch)"


def test_no_style_sheet_or_script_names_another_host(web: FlaskClient) -> None:
    front = page(web, "/")
    styles = [node.attrs["href"] for node in front.all("link", rel="stylesheet")]
    scripts = [node.attrs["src"] for node in front.all("script")]
    assert (len(styles), len(scripts)) == (2, 11)
    for address in styles:
        with web.get(address) as response:
            assert response.status_code == 200
            assert not re.findall(r"@import|url\(\s*[\"']?(?:[a-z]+:)?//", response.text)
    ours = [address for address in scripts if "/vendor/" not in address]
    assert len(ours) == 9
    for address in ours:
        with web.get(address) as response:
            assert response.status_code == 200
            assert not re.findall(r"://|\beval\b|new Function|innerHTML\s*\+=", response.text)


def test_assets_are_kept_under_their_hash(web: FlaskClient) -> None:
    front = page(web, "/")
    named = [n.attrs.get("src") or n.attrs["href"] for n in front.all("script") + front.all("link")]
    for address in [a for a in named if a.startswith("/static/")]:
        with web.get(address) as kept, web.get(address[:-1] + "z") as other:
            assert kept.headers["Cache-Control"] == "public, max-age=31536000, immutable"
            assert other.headers["Cache-Control"] == "no-cache"
            assert address.endswith("?v=" + hashlib.sha256(kept.data).hexdigest()[:12])
    for name in ("fetch.py", "package.json", "../app.py", "%2e%2e/app.py", "vendor/../fetch.py"):
        with web.get(f"/static/{name}") as refused:
            assert refused.status_code == 404, name


def test_a_basemap_is_the_only_other_host(own_store: Store) -> None:
    tiles = "https://{s}.tiles.example/{z}/{x}/{y}.png"
    based = client(own_store, basemap=tiles, basemap_attribution="© <b>Tiles</b>")
    front = based.get("/")
    policy = front.headers["Content-Security-Policy"]
    assert "img-src 'self' data: https://*.tiles.example;" in policy
    assert policy.count("://") == 1
    (address,) = re.findall(r"/drawn/map\.\w+\.js", front.text)
    script = based.get(address).text
    assert "{s}.tiles.example/{z}/{x}/{y}.png" in script
    assert script.count("://") == 1


HOSTILE = ['"><script>alert(1)</script>', "'><img src=x onerror=alert(1)>", "</title><svg onload=alert(1)>", "{{7*7}}"]


@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_parameters_are_text(web: FlaskClient, text: str) -> None:
    addresses = [
        f"/parcels/{ONE}?{urlencode({name: text})}"
        for name in ("on", "convert_to", "lang", "fact.x", "price.ODT", text)
    ]
    addresses += [
        f"/panel?{urlencode({'parcel': text})}",
        f"/at?{urlencode({'x': text, 'y': '1'})}",
        f"/?{urlencode({'lang': text})}",
        f"/search?{urlencode({'q': text})}",
        f"/search?{urlencode({'q': '12/34 ' + text})}",
        f"/search?{urlencode({'q': 'thửa 1 tờ 1 ' + text})}",
        f"/search?{urlencode({'q': 'a', 'limit': text})}",
    ]
    addresses += [
        f"/?{urlencode({text: text})}",
        f"/{text}",
        f"/parcels/{text.replace('/', '')}/1/1",
        f"/parcels?{urlencode({'commune': text, 'sheet': '1', 'number': '1'})}",
    ]
    for address in addresses:
        response = web.get(address)
        assert response.status_code < 500
        assert "<" not in text or text not in response.text
        assert ("«49»" in response.text) is False
        _only_ours(markup.read(response.text))


def _only_ours(shown: Node) -> None:
    for node in shown.walk():
        assert node.tag not in {"img"}
        assert not [name for name in node.attrs if name.startswith("on") or "<" in name]
        assert node.tag != "script" or node.attrs["src"].startswith(("/static/", "/drawn/"))
    assert not [svg for svg in shown.all("svg") if "onload" in svg.attrs]


def test_hostile_data_is_text(hostile: FlaskClient) -> None:
    addresses = [
        "/",
        "/parcels/25750@2024/1/1",
        "/panel?parcel=25750@2024/1/1",
        "/parcels/25750@2024/1/5",
        "/parcels/25750/1/1",
        "/search?q=1/1",
        "/search?q=25750@2024",
        "/search?q=img",
    ]
    seen = ""
    for address in addresses:
        asked = "on=2026-03-01" + ("" if "/search" in address else "&convert_to=ODT")
        response = hostile.get(address + ("&" if "?" in address else "?") + asked if address != "/" else "/")
        assert response.status_code in {200, 300, 404}
        shown = markup.read(response.text)
        _only_ours(shown)
        seen += shown.text + html.unescape(response.text)
    assert seen.count("<script>alert('designation')</script>") > 1
    assert seen.count("<img src=x onerror=alert('commune')>") > 1
    assert seen.count("<script>alert('document')</script>") > 1


@pytest.fixture
def hostile(store_url: str) -> Iterator[FlaskClient]:
    communes, unions = read_communes(ROOT / "data")
    bad = "<img src=x onerror=alert('commune')>"
    named = [replace(c, names=tuple((d, k, bad) for d, k, _ in c.names)) if c.code == "25750" else c for c in communes]
    made = create_store(store_url, StoreFacts("test", "EPSG:9210", SCHEMA_VERSION, True), named, unions)
    parcels, plan, zones = street.loads()
    marked = [
        replace(f, designation="<script>alert('designation')</script>", document="<script>alert('document')</script>")
        for f in plan.features
    ]
    made.publish([parcels, replace(plan, features=marked), zones])
    yield client(made)
    made.close()
