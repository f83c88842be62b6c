"""A real Chromium over the sample cadastre, watched: what pages complain of, and whom they ask."""

from __future__ import annotations

import os
import re
import shutil
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import pytest
import shapely
from playwright.sync_api import Browser, BrowserContext, Locator, Page, expect, sync_playwright
from shapely.geometry import shape
from street import ROOT, TODAY
from werkzeug.serving import make_server

from landinfo import asked, lookup, present, search
from landinfo.lookup import Report, Several
from landinfo.store import Store, open_store
from landinfo.store.rulebook import read_rulebook
from landinfo.web import Settings, create_app

ARGUMENTS = [
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-dev-shm-usage",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
PHONE = {"viewport": {"width": 390, "height": 844}, "is_mobile": True, "has_touch": True}
DAY = "on=2026-03-01"
SCREENS = ROOT / "artifacts" / "screens"
WAIT = 20_000
"""Milliseconds in which what is expected must come, also on a machine that is busy with other tests."""
# What Chromium itself remarks: on an answer 404 or 400 that a page asked for, and on the pixels that we read here.
REMARKS = ("Failed to load resource: the server responded with a status of 4", "Canvas2D: Multiple readback")
VIOLATIONS = """document.addEventListener("securitypolicyviolation", (e) => {
    console.error(`CSP ${e.violatedDirective} ${e.blockedURI}`);
});"""
# Is the answer's canvas of this colour there, hiding so many percent of what lies below?
DRAWN = """({lat, lon, rgb, percent}) => {
    const map = window.map_landinfo, point = map.latLngToContainerPoint([lat, lon]);
    const box = map.getContainer().getBoundingClientRect(), canvas = map.getPane("answer").querySelector("canvas");
    const on = canvas.getBoundingClientRect(), scale = canvas.width / on.width;
    const x = (box.left + point.x - on.left) * scale, y = (box.top + point.y - on.top) * scale;
    const [...seen] = canvas.getContext("2d").getImageData(x, y, 1, 1).data, alpha = seen.pop();
    return Math.round(alpha / 2.55) === percent && seen.every((value, i) => Math.abs(value - rgb[i]) <= 2);
}"""


@pytest.fixture(scope="session")
def sample() -> Iterator[Store]:
    """The sample cadastre, only to be read."""
    opened = open_store(Settings().store)
    yield opened
    opened.close()


@pytest.fixture(scope="session")
def kept_at(tmp_path_factory: pytest.TempPathFactory) -> str:
    """Where what the pages write is kept."""
    return str(tmp_path_factory.mktemp("register") / "kept.sqlite")


@pytest.fixture(scope="session")
def origin(sample: Store, kept_at: str) -> Iterator[str]:
    """The address of the application, served from this process."""
    with served(sample, kept_at) as address:
        yield address


@contextmanager
def served(store: Store, register: str) -> Iterator[str]:
    """The address of the application over ``store`` on ``TODAY``, served from this process."""
    app = create_app(Settings(register=register), today=lambda: TODAY, store=store)
    server = make_server("127.0.0.1", 0, app, threaded=True)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.fixture(scope="session")
def answer(sample: Store) -> dict[str, Any]:
    """A parcel of the sample that its plan divides, whose conversion has a range: the first in order of its number."""
    rulebook = read_rulebook(Settings().data)
    query = asked.read_query([("on", "2026-03-01"), ("convert_to", "ODT")], TODAY)
    for parcel in sample.parcels_in((0.0, 0.0, 1e7, 1e7), query.on, query.known):
        if not 300 < parcel.shape.area < 3000:
            continue
        inside = shapely.point_on_surface(parcel.shape)
        found = lookup.at(inside.x, inside.y, query, sample, rulebook)
        if not isinstance(found, Report):
            continue
        shown = present.answer(found, rulebook)
        rows = [row["percent"] for row in shown["themes"][0]["rows"] if row["kind"] == "designation"]
        estimate = shown["estimate"]
        if len(rows) > 1 and min(rows) > 20 and estimate["total"] and estimate["range"]["low"] < estimate["total"]:
            return shown
    raise AssertionError("the sample has no such parcel any more")


@pytest.fixture(scope="session")
def several(sample: Store) -> tuple[str, int]:
    """A number on sheets 1 of the new Phú Lợi that several parcels have, and how many."""
    rulebook = read_rulebook(Settings().data)
    query = asked.read_query([("on", TODAY.isoformat())], TODAY)
    for number in range(1, 100):
        found = lookup.parcel(search.parse_parcel(f"25750/1/{number}"), query, sample, rulebook)
        if isinstance(found, Several):
            return str(number), len(found.parcels)
    raise AssertionError("the sample has no such number any more")


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    program = shutil.which("chromium") or shutil.which("chromium-browser")
    if program is None:
        if os.environ.get("CI"):
            pytest.fail("no Chromium, and CI must have it")
        pytest.skip("no Chromium here (tests/setup.sh installs it)")
    expect.set_options(timeout=WAIT)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=program, args=ARGUMENTS)
        yield browser
        browser.close()


@dataclass
class Watched:
    """What pages said and asked for."""

    said: list[str] = field(default_factory=list)
    asked: list[str] = field(default_factory=list)

    def over(self, context: BrowserContext) -> BrowserContext:
        context.on("request", lambda request: self.asked.append(request.url))
        context.on("console", lambda message: self.said.append(f"{message.type}: {message.text}"))
        context.on("weberror", lambda wrong: self.said.append(f"uncaught: {wrong.error}"))
        context.add_init_script(VIOLATIONS)
        context.set_default_timeout(WAIT)
        return context


@pytest.fixture
def browse(chromium: Browser, origin: str) -> Iterator[Callable[..., Page]]:
    """Opens a page; at the end, nothing was complained of and no other host was asked."""
    watched, contexts = Watched(), []

    def opened(address: str, **options: Any) -> Page:
        given = {"viewport": {"width": 1440, "height": 900}, "locale": "vi-VN", **options}
        contexts.append(watched.over(chromium.new_context(**given)))
        page = contexts[-1].new_page()
        page.goto(origin + address)
        return page

    yield opened
    for context in contexts:
        context.close()
    assert [text for text in watched.said if not any(remark in text for remark in REMARKS)] == []
    assert watched.asked
    assert [url for url in watched.asked if not url.startswith(origin + "/")] == []


def at(answer: dict[str, Any], zoom: int = 19) -> str:
    """The map with the parcel in its middle."""
    centre = answer["parcel"]["centre"]
    return f"#{zoom}/{centre['lat']}/{centre['lon']}"


def click_the_middle(page: Page) -> None:
    box = page.locator(".folium-map").bounding_box()
    assert box
    page.mouse.click(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)


def as_on_a_phone(page: Page) -> None:
    """Make the screen that a page is on a phone's, as ``PHONE`` does for one that is yet to be opened."""
    size = {**PHONE["viewport"], "deviceScaleFactor": 1, "mobile": True}
    with_ = page.context.new_cdp_session(page)
    with_.send("Emulation.setDeviceMetricsOverride", size)
    with_.send("Emulation.setTouchEmulationEnabled", {"enabled": True})


def number_of(answer: dict[str, Any]) -> re.Pattern[str]:
    return re.compile(rf"(số|Parcel) {answer['parcel']['number']},")


def drawn(page: Page, row: dict[str, Any], percent: int) -> None:
    """Wait until the part of ``row`` is filled with its colour, where it is widest, so that it hides ``percent``."""
    widest = shapely.get_point(shapely.maximum_inscribed_circle(shape(row["geometry"])), 0)
    rgb = [int(row["colour"][i : i + 2], 16) for i in (1, 3, 5)]
    page.wait_for_function(DRAWN, arg={"lat": widest.y, "lon": widest.x, "rgb": rgb, "percent": percent})


def kept_picture(seen: Page | Locator, name: str) -> None:
    """Keep what is seen as ``artifacts/screens/<name>.png``, which git ignores, for a person to look at."""
    SCREENS.mkdir(parents=True, exist_ok=True)
    seen.screenshot(path=SCREENS / f"{name}.png")


def three(page: Page | Locator) -> list[str]:
    return page.locator(".three dd").all_inner_texts()
