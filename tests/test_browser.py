"""The pages in a real Chromium over the sample cadastre: clicks, keys, a phone, no script; and no host but ours."""

from __future__ import annotations

import os
import re
import shutil
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

import pytest
import shapely
from playwright.sync_api import Browser, BrowserContext, Locator, Page, Route, expect, sync_playwright
from shapely.geometry import shape
from street import TODAY
from werkzeug.serving import make_server

from landinfo import asked, lookup, present, search
from landinfo.lookup import Report, Several
from landinfo.store import Store, open_store
from landinfo.store.rulebook import read_rulebook
from landinfo.web import Settings, create_app

pytestmark = pytest.mark.browser

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
def store() -> Iterator[Store]:
    opened = open_store(Settings().store)
    yield opened
    opened.close()


@pytest.fixture(scope="session")
def origin(store: Store) -> Iterator[str]:
    """The address of the application, served from this process."""
    server = make_server("127.0.0.1", 0, create_app(Settings(), today=lambda: TODAY, store=store), threaded=True)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.fixture(scope="session")
def answer(store: Store) -> dict[str, Any]:
    """A parcel of the sample that its plan divides, whose conversion has a range: the first in order of its number."""
    rulebook = read_rulebook(Settings().data)
    query = asked.read_query([("on", "2026-03-01"), ("convert_to", "ODT")], TODAY)
    for parcel in store.parcels_in((0.0, 0.0, 1e7, 1e7), query.on, query.known):
        inside = shapely.point_on_surface(parcel.shape)
        found = lookup.at(inside.x, inside.y, query, store, rulebook)
        if not isinstance(found, Report) or not 300 < parcel.shape.area < 3000:
            continue
        shown = present.answer(found, rulebook)
        rows = [row["percent"] for row in shown["themes"][0]["rows"] if row["kind"] == "designation"]
        estimate = shown["estimate"]
        if len(rows) > 1 and min(rows) > 20 and estimate["total"] and estimate["range"]["low"] < estimate["total"]:
            return shown
    raise AssertionError("the sample has no such parcel any more")


@pytest.fixture(scope="session")
def several(store: Store) -> tuple[str, int]:
    """A number on sheets 1 of the new Phú Lợi that several parcels have, and how many."""
    rulebook = read_rulebook(Settings().data)
    query = asked.read_query([("on", TODAY.isoformat())], TODAY)
    for number in range(1, 100):
        found = lookup.parcel(search.parse_parcel(f"25750/1/{number}"), query, store, rulebook)
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


def number_of(answer: dict[str, Any]) -> re.Pattern[str]:
    return re.compile(rf"(số|Parcel) {answer['parcel']['number']},")


def drawn(page: Page, row: dict[str, Any], percent: int) -> None:
    """Wait until the part of ``row`` is filled with its colour, where it is widest, so that it hides ``percent``."""
    widest = shapely.get_point(shapely.maximum_inscribed_circle(shape(row["geometry"])), 0)
    rgb = [int(row["colour"][i : i + 2], 16) for i in (1, 3, 5)]
    page.wait_for_function(DRAWN, arg={"lat": widest.y, "lon": widest.x, "rgb": rgb, "percent": percent})


def three(page: Page | Locator) -> list[str]:
    return page.locator(".three dd").all_inner_texts()


def test_a_click_on_the_map_answers_and_draws_the_parts(browse: Callable[..., Page], answer: dict[str, Any]) -> None:
    page = browse("/" + at(answer))
    click_the_middle(page)
    heading = page.locator("#panel h1")
    expect(heading).to_have_text(number_of(answer))
    expect(heading).to_be_focused()
    expect(page.locator(".crosshair")).to_be_hidden()
    expect(page).to_have_url(re.compile(re.escape(answer["parcel"]["ref"])))
    theme = answer["themes"][0]
    rows = {f"{theme['id']}-{i}": row for i, row in enumerate(theme["rows"]) if row["kind"] == "designation"}
    assert len({row["colour"] for row in rows.values()}) > 1
    for row in rows.values():
        drawn(page, row, 80)
    key, row = next(iter(rows.items()))
    listed = page.locator(f"tr[data-part='{key}']")
    listed.hover()
    expect(listed).to_have_class(re.compile(r"\blit\b"))
    drawn(page, row, 95)
    page.mouse.move(1000, 20)
    expect(listed).not_to_have_class(re.compile(r"\blit\b"))
    drawn(page, row, 80)
    listed.focus()
    drawn(page, row, 95)


def test_an_answered_question_narrows_the_range(browse: Callable[..., Page], answer: dict[str, Any]) -> None:
    page = browse("/" + at(answer))
    click_the_middle(page)
    panel = page.locator("#panel")
    panel.get_by_label("Chuyển sang").select_option("ODT")
    panel.locator("input[type=date]").fill("2026-03-01")
    expect(panel.locator("output.day")).to_have_text("01/03/2026")
    panel.get_by_role("button", name="Tính lại").click()
    expect(panel.locator(".three")).to_be_visible()
    wide = three(panel)
    assert wide[0] != wide[2]
    first = answer["estimate"]["questions"][0]
    panel.locator(f"[name='fact.{first['fact']}']").select_option("true" if first["default"] is False else "false")
    panel.get_by_role("button", name="Tính lại").click()
    expect(panel.locator(".three dd").nth(1)).not_to_have_text(wide[1])
    expect(panel.locator(f"[name='fact.{first['fact']}']")).not_to_have_value("")
    narrowed = three(panel)

    page.reload()
    expect(panel.locator(".three dd").nth(1)).to_have_text(narrowed[1])
    assert three(panel) == narrowed
    panel.get_by_role("link", name="Mở trang đầy đủ").click()
    expect(page.locator("main.parcel h1")).to_have_text(number_of(answer))
    assert three(page) == narrowed
    permanent = page.locator(".permanent a")
    before = page.locator("main").inner_text()
    permanent.click()
    expect(page).to_have_url(re.compile("known=2026-11-24"))
    assert page.locator("main").inner_text() == before


def test_a_parcels_own_page_and_its_language(browse: Callable[..., Page], answer: dict[str, Any]) -> None:
    page = browse(f"/parcels/{answer['parcel']['ref']}?{DAY}&convert_to=ODT")
    row = page.locator("tr[data-part]").first
    key = row.get_attribute("data-part")
    row.hover()
    expect(page.locator(f".figure path[data-part='{key}']")).to_have_class(re.compile(r"\blit\b"))
    page.get_by_role("link", name="English").click()
    expect(page.locator("html")).to_have_attribute("lang", "en")
    expect(page.locator("h1")).to_contain_text("Parcel")
    expect(page.locator("[name=convert_to]")).to_have_value("ODT")
    expect(page.locator(".cost")).to_have_text(f"{answer['estimate']['total']:,}\u00a0đ")
    page.get_by_role("link", name="Show on the map").click()
    expect(page.locator("#panel h1")).to_have_text(number_of(answer))
    expect(page.locator("#panel h1")).to_contain_text("Parcel")
    with page.expect_response(lambda response: "convert_to=ODT" in response.url and "lat=" in response.url):
        click_the_middle(page)
    page.get_by_role("link", name="Tiếng Việt").click()
    expect(page.locator("#panel h1")).to_contain_text("Thửa đất số")
    expect(page.locator("#panel h1")).to_have_text(number_of(answer))


def test_paper_shows_what_the_screen_folds_away(browse: Callable[..., Page], answer: dict[str, Any]) -> None:
    page = browse(f"/parcels/{answer['parcel']['ref']}?{DAY}&convert_to=ODT")
    step = page.locator(".steps li").first
    expect(step).to_be_hidden()
    page.emulate_media(media="print")
    page.evaluate("window.dispatchEvent(new Event('beforeprint'))")
    expect(step).to_be_visible()
    for gone in ("form.ask", ".languages", ".actions", ".contents"):
        expect(page.locator(gone).first).to_be_hidden()
    expect(page.locator(".figure")).to_be_visible()
    expect(page.locator(".disclaimer")).to_be_visible()
    page.evaluate("window.dispatchEvent(new Event('afterprint'))")
    expect(step).to_be_hidden()


def test_the_map_by_keyboard(browse: Callable[..., Page], answer: dict[str, Any]) -> None:
    page = browse("/" + at(answer))
    box = page.locator(".folium-map")
    page.locator(".coordinates summary").focus()
    page.keyboard.press("Tab")
    expect(box).to_be_focused()
    expect(page.locator(".crosshair")).to_be_visible()
    page.keyboard.press("Enter")
    heading = page.locator("#panel h1")
    expect(heading).to_have_text(number_of(answer))
    expect(heading).to_be_focused()
    page.keyboard.press("Escape")
    expect(box).to_be_focused()
    before = page.url
    page.keyboard.press("ArrowRight")
    expect(page).not_to_have_url(before)
    west, east = (float(url.split("/")[5]) for url in (before, page.url))
    assert east > west


def test_layers_come_and_go(browse: Callable[..., Page], answer: dict[str, Any]) -> None:
    page = browse("/" + at(answer, 18))
    legend = page.locator("[data-legend='land_use_planning'] li")
    expect(legend.first).to_be_visible()
    expect(legend.filter(has_text=answer["themes"][0]["rows"][0]["label"]["vi"]).first).to_be_visible()
    page.get_by_label("Quy hoạch sử dụng đất").uncheck()
    expect(legend).to_have_count(0)
    expect(page.locator(".map-note[role]")).to_be_hidden()
    page = browse("/")  # all of the ground: the zoning plan covers a part of it
    page.get_by_label("Quy hoạch phân khu đô thị").check()
    expect(page.locator("[data-legend='urban_zoning'] li").first).to_be_visible()


def _answering(body: dict[str, Any]) -> Callable[[Route], None]:
    return lambda route: route.fulfill(json=body)


def test_an_empty_legend_says_why(browse: Callable[..., Page], answer: dict[str, Any]) -> None:
    """Far from the ground there are no data; between the areas of a plan that is held there is nothing."""
    why = "[data-legend='land_use_planning'] li.why"
    page = browse("/#16/11.350000/106.050000")
    expect(page.locator(why)).to_have_text("Chưa có dữ liệu của lớp này ở đây")
    for held, text in (
        ("all", "Không có đối tượng nào trong khung nhìn"),
        ("part", "Không có đối tượng nào trong khung nhìn; Một phần khung nhìn chưa có dữ liệu của lớp này"),
    ):
        page = browse("/" + at(answer, 18))
        expect(page.locator("[data-legend='land_use_planning'] li").first).to_be_visible()
        expect(page.locator("[data-legend='urban_zoning'] li")).to_have_count(0)  # not asked for: nothing to say
        empty = {"type": "FeatureCollection", "features": [], "truncated": False, "held": held}
        page.route(
            "**/api/view*urban_zoning*", _answering({"layers": {"urban_zoning": empty, "land_use_planning": empty}})
        )
        page.get_by_label("Quy hoạch phân khu đô thị").check()
        expect(page.locator("[data-legend='urban_zoning'] li")).to_have_text([text])
    page = browse("/?lang=en#16/11.350000/106.050000")
    expect(page.locator(why)).to_have_text("No data of this layer here")


def test_the_first_view_shows_all_of_the_ground(browse: Callable[..., Page]) -> None:
    page = browse("/")
    expect(page.locator("[data-legend='land_use_planning'] li").first).to_be_visible()
    expect(page.locator(".map-note[role]")).not_to_contain_text("hơn số vẽ được")
    box, layers = page.locator(".folium-map").bounding_box(), page.locator(".layers").bounding_box()
    assert box
    assert layers
    west, north = page.evaluate(
        """() => {
            const [west, south, east, north] = JSON.parse(document.querySelector("main").dataset.box);
            const corner = window.map_landinfo.latLngToContainerPoint([north, west]);
            return [corner.x, corner.y];
        }"""
    )
    assert box["x"] + west >= layers["x"] + layers["width"]
    assert north >= 0


def test_search_list_and_refusals_in_the_panel(
    browse: Callable[..., Page], answer: dict[str, Any], several: tuple[str, int]
) -> None:
    page, (number, parcels) = browse("/"), several
    ref = answer["parcel"]["ref"].split("/")
    page.get_by_label("Phường, xã").select_option(ref[0])
    page.get_by_label("Tờ bản đồ", exact=True).fill(ref[1])
    page.get_by_label("Số thửa").fill("99999")
    page.get_by_role("button", name="Tra cứu").first.click()
    panel = page.locator("#panel")
    expect(panel.locator("h1")).to_have_text("Không tìm thấy")
    expect(panel.locator("h1")).to_be_focused()
    panel.locator(".choices a").first.click()
    expect(panel.locator("h1")).to_contain_text("Thửa đất số")
    page.get_by_label("Phường, xã").select_option("25750")
    page.get_by_label("Tờ bản đồ", exact=True).fill("1")
    page.get_by_label("Số thửa").fill(number)
    page.get_by_label("Số thửa").press("Enter")
    expect(panel.locator(".choices a")).to_have_count(parcels)
    panel.locator(".choices a").nth(1).click()
    expect(panel.locator("h1")).to_contain_text(f"Thửa đất số {number},")
    page.locator(".coordinates summary").click()
    page.get_by_label("X – hướng bắc").fill("601133,1")
    page.get_by_label("Y – hướng đông").fill("1215054,3")
    page.get_by_role("button", name="Tra cứu").nth(1).click()
    expect(panel.locator(".lead")).to_contain_text("đổi chỗ")


def test_on_a_phone(browse: Callable[..., Page], answer: dict[str, Any]) -> None:
    page = browse("/" + at(answer), **PHONE)
    expect(page.locator(".layers ul").first).to_be_hidden()
    box = page.locator(".folium-map").bounding_box()
    assert box
    assert box["height"] > 300
    page.touchscreen.tap(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
    expect(page.locator("#panel h1")).to_have_text(number_of(answer))
    expect(page.locator("#panel h1")).to_be_in_viewport()
    page.get_by_role("link", name="Mở trang đầy đủ").click()
    expect(page.locator("main.parcel h1")).to_be_visible()
    page.locator("[name=convert_to]").select_option("ODT")
    page.get_by_role("button", name="Tính lại").click()
    expect(page.locator(".three")).to_be_visible()
    for address in (page.url, "/", f"/parcels/25750/1/5?{DAY}"):
        page.goto(address if address.startswith("http") else page.url.split("/parcels")[0] + address)
        assert page.evaluate("document.documentElement.scrollWidth") <= 390
        for control in page.locator("button, .button, select, main input:not([type=checkbox])").all():
            if control.is_visible():
                size = control.bounding_box()
                assert size
                assert size["height"] >= 40


def test_without_a_script(browse: Callable[..., Page], answer: dict[str, Any]) -> None:
    page = browse("/", java_script_enabled=False)
    expect(page.get_by_text("Bản đồ cần JavaScript")).to_be_visible()
    ref = answer["parcel"]["ref"].split("/")
    page.get_by_label("Phường, xã").select_option(ref[0])
    page.get_by_label("Tờ bản đồ", exact=True).fill(ref[1])
    page.get_by_label("Số thửa").fill(ref[2])
    page.get_by_role("button", name="Tra cứu").first.click()
    expect(page.locator("h1")).to_have_text(number_of(answer))
    assert page.locator(".figure path.part").count() >= 2
    page.get_by_label("Chuyển sang").select_option("ODT")
    page.locator("input[type=date]").fill("2026-03-01")
    page.get_by_role("button", name="Tính lại").click()
    expect(page.locator(".cost")).to_have_text(f"{answer['estimate']['total']:,}\u00a0đ".replace(",", "."))
    details = page.locator("#price details").first
    details.locator("summary").click()
    expect(details.locator("li").first).to_be_visible()
