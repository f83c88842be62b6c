"""An error reported as a reader does it: the form of a row, filled in and sent; and the register behind it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import cast
from urllib.parse import urlencode

import pytest
from flask.testing import FlaskClient
from markup import Node
from serving import DAY, HALVED, page
from werkzeug.test import TestResponse

from landinfo import reception
from landinfo.store.register import Register, open_register

QUESTION = f"/parcels/{HALVED}?{DAY}&known=2026-11-24"
SHARE = {"question": QUESTION, "kind": "share", "row": "land_use_planning-0"}
FORM = "/report?" + urlencode(SHARE)
SECRET = "0903-nguyen-van-a"
RECEIPT = re.compile(r"/report/((?:[0-9A-HJKMNP-TV-Z]{4}-?){3})")


def over(asked: FlaskClient, register: Register) -> Iterator[FlaskClient]:
    """The same application over another register, for a while: making one takes longer than a test."""
    parts = asked.application.extensions
    before = parts["landinfo"]
    parts["landinfo"] = replace(before, register=register)
    yield asked
    parts["landinfo"] = before


@pytest.fixture
def site(web: FlaskClient, register: Register) -> Iterator[FlaskClient]:
    """The pages over each register, empty."""
    yield from over(web, register)


@pytest.fixture
def one_site(web: FlaskClient, tmp_path: Path) -> Iterator[FlaskClient]:
    """The same over one register, where the engine plays no part."""
    yield from over(web, open_register(str(tmp_path / "kept.sqlite")))


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


def closed(site: FlaskClient, receipt: str, to: str = "corrected") -> None:
    for state in ("under_review", to):
        reception.answer(receipt, state, {"vi": "đã sửa", "en": ""}, "Lan", date(2026, 11, 24), held(site))
