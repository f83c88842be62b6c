"""The application over a store of the tests, and stores that fail on purpose."""

from __future__ import annotations

import itertools
import json
from collections.abc import Callable
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, cast

import described
import markup
from flask.testing import FlaskClient
from markup import Node
from street import TODAY, X, Y
from werkzeug.test import TestResponse

from landinfo.store import Store
from landinfo.store.surroundings import one_by_one
from landinfo.web import Settings, create_app

ADDRESS = "https://thua-dat.example"
_KEPT, _NUMBER = TemporaryDirectory(prefix="landinfo-register-"), itertools.count()
DAY = "on=2026-03-01"
ONE, HALVED = "25750@2024/1/1", "25750@2024/1/2"
# One address of each kind of page that there is.
PAGES = [
    "/",
    f"/parcels/{HALVED}?{DAY}&convert_to=ODT",
    f"/panel?parcel={HALVED}&{DAY}&convert_to=ODT",
    f"/parcels/25750/1/1?{DAY}&convert_to=ODT",
    f"/parcels/25750@2024/1/6?{DAY}&convert_to=ODT",
    f"/panel?parcel=25750@2024/1/6&{DAY}&convert_to=ODT",
    "/parcels/25750@2024/99/1",
    "/parcels/25750@2024/1/9?on=2014-06-30&convert_to=ODT",
    "/panel?parcel=25750@2024/1/9&on=2014-06-30&convert_to=ODT",
    f"/at?x={Y - 60}&y={X + 5}&{DAY}",
    f"/at?x={Y + 5}&y={X + 20}&{DAY}",
    "/at?x=1&y=2",
    "/parcels/25750@2019/1/1",
    f"/compare?parcel={ONE}&parcel={HALVED}&parcel=25750@2024/99/1&parcel=25750/1/1&{DAY}&convert_to=ODT",
    "/compare",
    "/accessibility",
    "/docs",
    "/docs/try",
    "/nothing",
    "/search",
    f"/search?q=1/1&{DAY}",
    f"/search?q=th%E1%BB%ADa+99+t%E1%BB%9D+1+Ph%C3%BA+H%C3%B2a&{DAY}",
    "/search?q=xyzzy",
    "/search?q=T.+12",
    f"/search?q={Y},{X};{Y},{X + 20};{Y + 20},{X + 20}&{DAY}",
    "/search?q=48.8566,+2.3522",
    "/search?q=",
    "/report",
    "/report?receipt=abc",
    "/report/AAAA-AAAA-AAAA",
    f"/report?question=/parcels/{HALVED}%3F{DAY}&kind=share&row=land_use_planning-1",
    f"/report?question=/parcels/{HALVED}%3F{DAY}&kind=price&row=0",
    f"/report?question=/parcels/{HALVED}%3F{DAY}&kind=other",
    f"/report?question=/parcels/{HALVED}%3F{DAY}&kind=share&row=land_use_planning-9",
    "/batch",
    "/batch/00000000000000000000000000000000",
    "/verify",
    "/verify/ABCDEFGHIJKLMNOPQRSTUVWXYZ",
]


def client(store: Store, **settings: Any) -> FlaskClient:
    """A client of the application over ``store`` on ``TODAY``."""
    kept = {"register": str(Path(_KEPT.name) / f"{next(_NUMBER)}.sqlite"), "address": ADDRESS}
    kept["jobs"] = str(Path(_KEPT.name) / "jobs")
    return create_app(Settings(**(kept | settings)), today=lambda: TODAY, store=store).test_client()


def ask(asked: FlaskClient, address: str, status: int = 200, **more: Any) -> dict[str, Any]:
    """What a JSON door answers; a refusal must be problem details."""
    response = asked.get(address, **more)
    assert response.status_code == status, response.text
    described.holds(asked, response)
    kind = "application/problem+json" if status >= 400 else "application/json"
    assert response.headers["Content-Type"] == kind
    return body(response)


def page(asked: FlaskClient, address: str, status: int = 200) -> Node:
    """The page, or the piece of one, at an address."""
    response = asked.get(address)
    assert response.status_code == status, response.text
    assert response.headers["Content-Type"] == "text/html; charset=utf-8"
    return markup.read(response.text)


def in_english(address: str) -> str:
    return f"{address}{'&' if '?' in address else '?'}lang=en"


def body(response: TestResponse) -> dict[str, Any]:
    return cast(dict[str, Any], json.loads(response.data))


class Instead:
    """A store of which some methods do something else, and so does what is asked through them."""

    def __init__(self, store: Store, **instead: Callable[..., Any]) -> None:
        self._store, self._instead = store, instead

    def __getattr__(self, name: str) -> Any:
        if name == "surroundings" and "surroundings" not in self._instead:
            return partial(one_by_one, cast(Store, self))
        return self._instead.get(name) or getattr(self._store, name)


def instead(store: Store, **methods: Callable[..., Any]) -> Store:
    return cast(Store, Instead(store, **methods))


def raising(wrong: Exception) -> Callable[..., Any]:
    def method(*_: object, **__: object) -> Any:
        raise wrong

    return method
