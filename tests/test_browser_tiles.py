"""The map's tiles in a real Chromium: colours, writing, legend, day, what the browser keeps, and one that fails."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any
from urllib.parse import parse_qs, urlsplit

import mapbox_vector_tile
import pytest
import shapely
from browsing import PHONE, at, click_the_middle, number_of
from playwright.sync_api import Page, Request, Route, expect
from street import TODAY

from landinfo import coordinates
from landinfo.store import Store
from landinfo.store.rulebook import read_rulebook
from landinfo.web import Settings

pytestmark = pytest.mark.browser
LEGEND = "[data-legend='land_use_planning'] li"
TILE = shapely.box(-64, -64, 4160, 4160)
# The colour of the themes' pane at a place, as red, green, blue and how much of it hides what lies below (percent).
SHOWN = """({lat, lon, pane}) => {
    const map = window.map_landinfo, point = map.latLngToContainerPoint([lat, lon]);
    const box = map.getContainer().getBoundingClientRect();
    for (const canvas of map.getPane(pane).querySelectorAll("canvas")) {
        const on = canvas.getBoundingClientRect(), x = box.left + point.x - on.left, y = box.top + point.y - on.top;
        if (x < 0 || y < 0 || x >= on.width || y >= on.height || !canvas.width) continue;
        const scale = canvas.width / on.width;
        const [...seen] = canvas.getContext("2d").getImageData(x * scale, y * scale, 1, 1).data;
        return [...seen.slice(0, 3), Math.round(seen[3] / 2.55)];
    }
    return null;
}"""

WHITE = """() => {
    let white = 0;
    for (const canvas of document.querySelectorAll(".leaflet-parcels-pane canvas")) {
        if (!canvas.width) continue;
        const seen = canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height).data;
        for (let i = 0; i < seen.length; i += 4) if (seen[i] > 200 && seen[i + 3] > 120) white++;
    }
    return white;
}"""


def tile(name: str, areas: list[tuple[shapely.Polygon, dict[str, Any]]], held: shapely.Polygon | None) -> bytes:
    """A tile as the server would write it."""
    layers = [{"name": name, "features": [{"geometry": shape, "properties": said} for shape, said in areas]}]
    layers += [{"name": "coverage", "features": [{"geometry": held, "properties": {}}]}] if held else []
    return mapbox_vector_tile.encode(layers, default_options={"y_coord_down": True})


def serving(content: bytes) -> Callable[[Route], None]:
    return lambda route: route.fulfill(body=content, content_type="application/vnd.mapbox-vector-tile")


def asked_for(page: Page) -> list[str]:
    """Addresses of tiles that a page asks for from now on."""
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url) if "/tiles/" in request.url else None)
    return asked


def close_to(seen: list[int] | None, colour: str, percent: int) -> bool:
    rgb = [int(colour[i : i + 2], 16) for i in (1, 3, 5)]
    return (
        seen is not None
        and abs(seen[3] - percent) <= 2
        and all(abs(a - b) <= 3 for a, b in zip(seen, rgb, strict=False))
    )


@pytest.mark.parametrize("zoom", [13, 16, 19])
def test_a_plan_has_the_colours_of_its_land_uses(
    browse: Callable[..., Page], answer: dict[str, Any], sample: Store, zoom: int
) -> None:
    """Where a large area of the plan is widest, at every zoom at which it is more than a few pixels."""
    types = read_rulebook(Settings().data).land_use_types
    plan = sample.layer("land_use_planning", (0.0, 0.0, 1e7, 1e7), TODAY, TODAY).features
    for code in ("ODT", "DGT"):
        largest = max((f for f in plan if f.designation == code), key=lambda f: f.shape.area)
        middle = shapely.get_point(shapely.maximum_inscribed_circle(largest.shape), 0)
        lon, lat = coordinates.plane("EPSG:9210").point_to_wgs84(middle.x, middle.y)
        page = browse(f"/#{zoom}/{lat:.7f}/{lon:.7f}/~land_use_planning")
        expect(page.locator(LEGEND).filter(has_text=types[code].name_vi).first).to_be_visible()
        place = {"lat": lat, "lon": lon, "pane": "themes"}
        page.wait_for_function(f"(at) => {{ const seen = ({SHOWN})(at); return seen && seen[3] > 40; }}", arg=place)
        seen = page.evaluate(SHOWN, place)
        assert close_to(seen, types[code].colour, 50) or zoom == 13, (code, seen)
        page.close()


def test_opacity_is_of_its_layer_alone(browse: Callable[..., Page], answer: dict[str, Any]) -> None:
    page = browse("/" + at(answer, 18) + "/~parcels,land_use_planning:40,urban_zoning")
    expect(page.locator(LEGEND).first).to_be_visible()
    faded = "els => els.map((el) => Number(el.style.opacity || 1)).sort()"
    themes = page.locator(".leaflet-themes-pane > .leaflet-layer")
    expect(themes).to_have_count(2)
    assert themes.evaluate_all(faded) == [0.4, 1]
    page.locator("[data-opacity=urban_zoning]").fill("70")
    assert themes.evaluate_all(faded) == [0.4, 0.7]
    assert page.locator(".leaflet-parcels-pane > .leaflet-layer").evaluate_all(faded) == [1]


def test_parcels_come_with_zoom_and_the_note_says_so(browse: Callable[..., Page], answer: dict[str, Any]) -> None:
    page = browse("/" + at(answer, 14))
    note = page.locator(".map-note[role]")
    expect(note).to_have_text("Phóng to thêm để thấy ranh giới thửa đất")
    expect(page.locator(".leaflet-parcels-pane canvas")).to_have_count(0)
    page.evaluate("window.map_landinfo.setZoom(15, {animate: false})")
    expect(note).to_be_hidden()
    expect(page.locator(".leaflet-parcels-pane canvas").first).to_be_visible()
    page.evaluate("window.map_landinfo.setZoom(10, {animate: false})")
    expect(note).to_have_text("Phóng to để thấy quy hoạch và thửa đất")
    expect(page.locator(LEGEND)).to_have_count(0)


def test_writing_is_drawn_where_it_has_room(browse: Callable[..., Page], answer: dict[str, Any]) -> None:
    """A number of six letters wants some 62 pixels: at zoom 18 its halo is there at 80 m of room, and not at 8 m."""
    for room, written in ((80, True), (8, False)):
        label = {"ref": "x", "number": "12/3-Đ", "room": room}
        features = [{"geometry": shapely.Point(2048, 2048), "properties": label}]
        content = mapbox_vector_tile.encode([{"name": "labels", "features": features}])
        page = browse("/accessibility")
        page.route("**/tiles/parcels/**", serving(content))
        page.goto(page.url.replace("/accessibility", "/" + at(answer, 18) + "/~parcels"))
        expect(page.locator(".leaflet-parcels-pane canvas.leaflet-tile-loaded").first).to_be_visible()
        page.wait_for_load_state("networkidle")
        if written:
            page.wait_for_function(f"({WHITE})() > 50")
        else:
            page.wait_for_timeout(500)
            assert page.evaluate(WHITE) == 0


def test_an_empty_legend_says_why(browse: Callable[..., Page], answer: dict[str, Any]) -> None:
    """Far from the ground there are no data; between the areas of a plan that is held there is nothing."""
    page = browse("/#16/11.350000/106.050000")
    expect(page.locator(f"{LEGEND}.why")).to_have_text("Chưa có dữ liệu của lớp này ở đây")
    nothing = "Không có đối tượng nào trong khung nhìn"
    for held, text in (
        (TILE, nothing),
        (shapely.box(-64, -64, 2048, 4160), f"{nothing}; Một phần khung nhìn chưa có dữ liệu của lớp này"),
        (None, "Chưa có dữ liệu của lớp này ở đây"),
    ):
        page = browse("/" + at(answer, 18))
        expect(page.locator(LEGEND).first).to_be_visible()
        expect(page.locator("[data-legend='urban_zoning'] li")).to_have_count(0)  # not asked for: nothing to say
        page.route("**/tiles/urban_zoning/**", serving(tile("urban_zoning", [], held)))
        page.get_by_label("Quy hoạch phân khu đô thị", exact=True).check()
        expect(page.locator("[data-legend='urban_zoning'] li")).to_have_text([text])
    page = browse("/?lang=en#16/11.350000/106.050000")
    expect(page.locator(f"{LEGEND}.why")).to_have_text("No data of this layer here")


def test_a_legend_lists_what_is_in_view_and_text_stays_text(
    browse: Callable[..., Page], answer: dict[str, Any]
) -> None:
    script = "<img src=x onerror=alert(1)>"
    half = shapely.box(-64, -64, 2000, 4160)
    content = tile(
        "urban_zoning", [(half, {"id": "1", "designation": "OHH"}), (TILE, {"id": "2", "designation": script})], TILE
    )
    page = browse("/" + at(answer, 18))
    page.route("**/tiles/urban_zoning/**", serving(content))
    page.get_by_label("Quy hoạch phân khu đô thị", exact=True).check()
    rows = page.locator("[data-legend='urban_zoning'] li")
    expect(rows).to_have_count(2)
    expect(rows.nth(1)).to_have_text("OHH Đất ở hiện hữu chỉnh trang")
    expect(rows.first).to_contain_text(script)
    expect(page.locator(".legend img")).to_have_count(0)


def test_another_day_has_other_tiles(browse: Callable[..., Page], answer: dict[str, Any]) -> None:
    page = browse("/" + at(answer))
    expect(page.locator(LEGEND).first).to_be_visible()
    asked = asked_for(page)
    click_the_middle(page)
    panel = page.locator("#panel")
    expect(panel.locator("h1")).to_have_text(number_of(answer))
    panel.locator("input[type=date][name=on]").fill("2026-03-01")
    with page.expect_response(lambda response: "/tiles/land_use_planning/" in response.url):
        panel.get_by_role("button", name="Tính lại").click()
    expect(page.locator(LEGEND).first).to_be_visible()
    assert {parse_qs(urlsplit(url).query)["on"][0] for url in asked} == {"2026-03-01"}


def test_the_browser_keeps_what_it_has(browse: Callable[..., Page], answer: dict[str, Any]) -> None:
    """Tiles come once; with the same data and day they are not even asked for again."""
    page = browse("/" + at(answer, 17))
    expect(page.locator(LEGEND).first).to_be_visible()
    page.wait_for_load_state("networkidle")
    page.goto("about:blank")
    page.go_back()
    expect(page.locator(LEGEND).first).to_be_visible()
    page.wait_for_load_state("networkidle")
    sizes = page.evaluate(
        "performance.getEntriesByType('resource').filter((e) => e.name.includes('/tiles/')).map((e) => e.transferSize)"
    )
    assert len(sizes) >= 4
    assert set(sizes) == {0}


def test_a_tile_that_does_not_come_is_told_and_asked_for_again(
    browse: Callable[..., Page], answer: dict[str, Any]
) -> None:
    page = browse("/" + at(answer, 18))
    expect(page.locator(LEGEND).first).to_be_visible()
    page.route("**/tiles/urban_zoning/**", lambda route: route.fulfill(status=429, body="{}"))
    page.get_by_label("Quy hoạch phân khu đô thị", exact=True).check()
    note = page.locator(".map-note[role]")
    expect(note).to_contain_text("Không tải được")
    expect(page.locator("[data-legend='urban_zoning'] li")).to_have_count(0)  # not known is not "nothing here"
    page.unroute("**/tiles/urban_zoning/**")
    page.evaluate("window.map_landinfo.panBy([10, 0], {animate: false})")
    expect(page.locator("[data-legend='urban_zoning'] li").first).to_be_visible()
    expect(note).to_be_hidden()


def test_the_map_asks_for_tiles_and_for_no_features(browse: Callable[..., Page], answer: dict[str, Any]) -> None:
    """A look at a ward is some dozen small answers."""
    asked: list[Request] = []
    page = browse("/accessibility")
    page.on("request", lambda request: asked.append(request))
    page.goto(page.url.replace("/accessibility", "/" + at(answer, 16)))
    expect(page.locator(LEGEND).first).to_be_visible()
    page.wait_for_load_state("networkidle")
    assert [request.url for request in asked if "/api/view" in request.url] == []
    tiles = [request for request in asked if "/tiles/" in request.url]
    assert 4 <= len(tiles) <= 40
    assert all(re.search(r"\?on=2026-11-24&v=[0-9a-f]{12}$", request.url) for request in tiles)
    assert len({request.url for request in tiles}) == len(tiles)


def test_tiles_on_a_phone(browse: Callable[..., Page], answer: dict[str, Any]) -> None:
    page = browse("/" + at(answer, 18), **PHONE)
    expect(page.locator(".leaflet-parcels-pane canvas").first).to_be_visible()
    page.locator(".layers summary").tap()
    expect(page.locator(LEGEND).first).to_be_visible()
