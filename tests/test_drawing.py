"""The piece to convert, drawn in a real browser: by mouse, by keyboard, by its corners without a script."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
import shapely
import shapely.affinity
from browsing import DAY, PHONE, at, click_the_middle, number_of
from playwright.sync_api import Page, expect
from shapely.geometry import shape

pytestmark = pytest.mark.browser
SCREENS = pytest.mark.parametrize("screen", [{}, PHONE], ids=["desk", "phone"])

POINT = """({lat, lon}) => {
    const map = window.map_landinfo, p = map.latLngToContainerPoint([lat, lon]);
    const box = map.getContainer().getBoundingClientRect();
    return [box.left + p.x, box.top + p.y];
}"""


def narrow(page: Page) -> bool:
    size = page.viewport_size
    assert size
    return size["width"] < 500


def click(page: Page, lon: float, lat: float) -> None:
    place = page.evaluate(POINT, {"lat": lat, "lon": lon})
    if narrow(page):
        page.touchscreen.tap(*place)
    else:
        page.mouse.click(*place)


def start(page: Page, answer: dict[str, Any]) -> None:
    click_the_middle(page)
    panel = page.locator("#panel")
    expect(panel.locator("h1")).to_have_text(number_of(answer))
    panel.get_by_label("Chuyển sang").select_option("ODT")
    panel.locator("input[type=date][name=on]").fill("2026-03-01")
    panel.get_by_role("button", name="Tính lại").click()
    expect(panel.locator(".three")).to_be_visible()
    panel.get_by_role("button", name="Vẽ phần muốn chuyển").click()
    expect(page.locator(".draw-bar")).to_be_visible()


def piece_of(page: Page) -> list[tuple[float, float]]:
    """(longitude, latitude) of the corners in the page's address."""
    (text,) = parse_qs(urlsplit("/" + page.url.partition("#")[2]).query)["piece"]
    return [(float(lon), float(lat)) for lat, lon in (corner.split(",") for corner in text.split(";"))]


@SCREENS
def test_a_piece_is_drawn_and_its_cost_follows(
    browse: Callable[..., Page], answer: dict[str, Any], screen: dict[str, Any]
) -> None:
    page = browse("/" + at(answer, 20), **screen)
    start(page, answer)
    panel = page.locator("#panel")
    whole = panel.locator(".cost").inner_text()
    ground = shape(answer["parcel"]["geometry"])
    west, south, east, north = ground.bounds
    middle = (west + east) / 2
    if screen:
        # a small map shows the parcel smaller: corners that do not snap to one another's
        west, south, _, north = shapely.affinity.scale(ground, 4, 1).bounds
    reach = [(west, south), (middle, south), (middle, north), (west, north)]
    bar = page.locator(".draw-bar").bounding_box()
    assert bar
    assert page.evaluate(POINT, {"lat": ground.bounds[1], "lon": west})[1] < bar["y"]
    for lon, lat in reach:
        click(page, lon, lat)
    done = page.get_by_role("button", name="Xong")
    expect(done).to_be_enabled()
    # what was measured before gives way to what is drawn
    panel.locator("details.strip summary").click()
    panel.locator("[name='strip.depth']").fill("5")
    done.click()
    expect(page.locator(".draw-bar")).to_be_hidden()
    expect(page).to_have_url(re.compile("piece="))
    drawn = shapely.Polygon(piece_of(page))
    # corners snap to the parcel's own within 12 px, some 1 m at this zoom
    assert shapely.Polygon(reach).symmetric_difference(drawn).area < 0.25 * shapely.Polygon(reach).area
    expect(panel.locator(".cost")).not_to_have_text(whole)
    part = panel.locator(".cost").inner_text()
    page.reload()
    expect(panel.locator(".cost")).to_have_text(part)
    panel.get_by_role("button", name="Bỏ phần vẽ").click()
    expect(panel.locator(".cost")).to_have_text(whole)
    expect(page).not_to_have_url(re.compile("piece="))


def test_a_boundary_that_crosses_itself_is_not_taken(browse: Callable[..., Page], answer: dict[str, Any]) -> None:
    page = browse("/" + at(answer, 20))
    start(page, answer)
    west, south, east, north = shape(answer["parcel"]["geometry"]).bounds
    before = page.url
    for corner in [(west, south), (east, north), (east, south), (west, north)]:
        click(page, *corner)
    page.get_by_role("button", name="Xong").click()
    expect(page.locator(".draw-bar p")).to_contain_text("tự cắt")
    page.keyboard.press("Escape")
    expect(page.locator(".draw-bar")).to_be_hidden()
    assert page.url == before


def test_a_piece_by_keyboard(browse: Callable[..., Page], answer: dict[str, Any]) -> None:
    page = browse("/" + at(answer, 20))
    start(page, answer)
    expect(page.locator(".folium-map")).to_be_focused()
    url = page.url
    for keys in (
        ["Enter"],
        ["ArrowRight", "Enter"],
        ["ArrowDown", "Enter"],
        ["ArrowUp", "ArrowUp", "Enter", "Backspace"],
    ):
        for key in keys:
            page.keyboard.press(key)
            if key.startswith("Arrow"):
                expect(page).not_to_have_url(url)
                url = page.url
    expect(page.get_by_role("button", name="Xong")).to_be_enabled()
    page.get_by_role("button", name="Xong").press("Enter")
    expect(page).to_have_url(re.compile("piece="))
    assert len(piece_of(page)) == 3


def test_corners_are_written_without_a_script(browse: Callable[..., Page], answer: dict[str, Any]) -> None:
    page = browse(f"/parcels/{answer['parcel']['ref']}?{DAY}&convert_to=ODT", java_script_enabled=False)
    whole = page.locator(".cost").inner_text()
    west, south, east, north = shape(answer["parcel"]["geometry"]).bounds
    middle = (west + east) / 2
    page.locator(".corners summary").click()
    corners = [(south, west), (south, middle), (north, middle), (north, west)]
    page.locator("[name=piece]").fill(";".join(f"{lat:.7f},{lon:.7f}" for lat, lon in corners))
    page.get_by_role("button", name="Tính lại").click()
    expect(page.locator(".cost")).not_to_have_text(whole)
    expect(page.locator(".corners [name=piece]")).to_have_value(re.compile(f"{south:.7f}"))


def test_another_parcel_ends_the_drawing(browse: Callable[..., Page], answer: dict[str, Any]) -> None:
    page = browse("/" + at(answer, 20))
    start(page, answer)
    series, sheet, number = answer["parcel"]["ref"].split("/")
    page.locator("#find").fill(f"{series}/{sheet}/{int(number) + 1}")
    page.locator("[role=option]").first.click()
    expect(page.locator("#panel h1")).to_contain_text(f"số {int(number) + 1},")
    expect(page.locator(".draw-bar")).to_be_hidden()
    with page.expect_response(lambda response: "/panel?" in response.url and "lat=" in response.url):
        click_the_middle(page)  # the map answers again


def test_the_same_parcel_asked_again_keeps_what_was_drawn(browse: Callable[..., Page], answer: dict[str, Any]) -> None:
    page = browse("/" + at(answer, 20))
    start(page, answer)
    west, south, east, north = shape(answer["parcel"]["geometry"]).bounds
    middle = (west + east) / 2
    for corner in [(west, south), (middle, south), (middle, north), (west, north)]:
        click(page, *corner)
    with page.expect_response(lambda response: "/panel?" in response.url):
        page.locator("#panel").get_by_role("button", name="Tính lại").click()
    done = page.get_by_role("button", name="Xong")
    expect(done).to_be_enabled()
    done.click()
    expect(page).to_have_url(re.compile("piece="))


def test_two_corners_in_quick_succession_do_not_zoom(browse: Callable[..., Page], answer: dict[str, Any]) -> None:
    page = browse("/" + at(answer, 18))
    start(page, answer)
    before = page.evaluate("window.map_landinfo.getZoom()")
    box = page.locator(".folium-map").bounding_box()
    assert box
    page.mouse.dblclick(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
    page.wait_for_timeout(500)
    assert page.evaluate("window.map_landinfo.getZoom()") == before
    page.get_by_role("button", name="Hủy").click()
    page.mouse.dblclick(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
    page.wait_for_function("zoom => window.map_landinfo.getZoom() > zoom", arg=before)
