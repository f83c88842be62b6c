"""The map's tools in a real browser: measuring, where am I, opacity, and an address that keeps the layers."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest
from browsing import PHONE, at
from playwright.sync_api import Page, expect
from pyproj import Geod
from test_drawing import SCREENS, click, narrow, start

pytestmark = pytest.mark.browser
STEP = 0.0005
"""Degrees: some 55 m."""
PIECES = ".leaflet-drawing-pane canvas"


def triangle(answer: dict[str, Any]) -> list[tuple[float, float]]:
    lon, lat = answer["parcel"]["centre"]["lon"], answer["parcel"]["centre"]["lat"]
    return [(lon, lat), (lon + STEP, lat), (lon + STEP, lat + STEP)]


def numbers(text: str) -> list[float]:
    found = re.findall(r"\d[\d.]*(?:,\d+)?", text.replace("m²", ""))
    return [float(n.replace(".", "").replace(",", ".")) for n in found]


@SCREENS
def test_lengths_and_areas_are_those_of_the_ellipsoid(
    browse: Callable[..., Page], answer: dict[str, Any], screen: dict[str, Any]
) -> None:
    page = browse("/" + at(answer, 18), **screen)
    corners = triangle(answer)
    page.get_by_role("button", name="Đo khoảng cách").click()
    for corner in corners:
        click(page, *corner)
    told = page.locator(".map-tools p")
    expect(told).to_contain_text("diện tích")
    length, area = numbers(told.inner_text())[:2]
    ellipsoid = Geod(ellps="WGS84")
    lons, lats = zip(*corners, strict=True)
    assert length == pytest.approx(ellipsoid.line_length(lons, lats), rel=0.02)
    assert area == pytest.approx(abs(ellipsoid.polygon_area_perimeter(lons, lats)[0]), rel=0.03)
    expect(page.locator("#panel .answer")).to_have_count(0)  # a click that measures asks nothing
    page.keyboard.press("Escape")
    expect(told).to_be_hidden()


@SCREENS
def test_where_am_i_stays_in_the_browser(
    browse: Callable[..., Page], answer: dict[str, Any], screen: dict[str, Any]
) -> None:
    centre = answer["parcel"]["centre"]
    where = {"latitude": centre["lat"], "longitude": centre["lon"], "accuracy": 12}
    page = browse("/", geolocation=where, permissions=["geolocation"], **screen)
    page.get_by_role("button", name="Vị trí của tôi").click()
    expect(page.locator(".map-tools p")).to_contain_text("khoảng 12 m")
    expect(page).to_have_url(re.compile("#18/" + str(centre["lat"])[:7]))


def test_where_am_i_is_not_known(browse: Callable[..., Page]) -> None:
    page = browse("/")
    page.get_by_role("button", name="Vị trí của tôi").click()
    expect(page.locator(".map-tools p")).to_contain_text("không cho biết")


@SCREENS
def test_an_address_keeps_layers_and_opacity(
    browse: Callable[..., Page], answer: dict[str, Any], screen: dict[str, Any]
) -> None:
    page = browse("/" + at(answer, 18), **screen)
    if narrow(page):
        page.locator(".layers > summary").tap()
    page.get_by_label("Ranh giới thửa đất").uncheck()
    page.get_by_label("Quy hoạch phân khu đô thị", exact=True).check()
    slider = page.locator("[data-opacity=land_use_planning]")
    slider.fill("40")
    slider.dispatch_event("change")
    expect(page).to_have_url(re.compile("/~land_use_planning:40,urban_zoning"))
    again = browse("/" + page.url.partition("#")[1] + page.url.partition("#")[2], **screen)
    if narrow(again):
        again.locator(".layers > summary").tap()
    expect(again.get_by_label("Ranh giới thửa đất")).not_to_be_checked()
    expect(again.get_by_label("Quy hoạch phân khu đô thị", exact=True)).to_be_checked()
    expect(again.locator("[data-opacity=land_use_planning]")).to_have_value("40")


def test_a_closed_ring_is_measured_and_no_piece_is_drawn(browse: Callable[..., Page], answer: dict[str, Any]) -> None:
    page = browse("/" + at(answer, 18))
    ring = triangle(answer)
    page.get_by_role("button", name="Đo khoảng cách").click()
    for corner in [*ring, ring[0]]:
        click(page, *corner)
    expect(page.locator(".map-tools p")).to_contain_text("diện tích")
    page.keyboard.press("Enter")
    page.keyboard.press("Backspace")
    expect(page.locator(PIECES)).to_have_count(0)
    expect(page.locator(".draw-bar")).to_be_hidden()


def test_the_ruler_asks_nothing_after_a_drawing_was_cancelled(
    browse: Callable[..., Page], answer: dict[str, Any]
) -> None:
    page = browse("/" + at(answer, 18))
    start(page, answer)
    page.get_by_role("button", name="Hủy").click()
    before = page.url
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url) if "/panel" in request.url else None)
    page.get_by_role("button", name="Đo khoảng cách").click()
    ring = triangle(answer)
    for corner in [*ring, ring[0]]:
        click(page, *corner)
    expect(page.locator(".map-tools p")).to_contain_text("diện tích")
    page.wait_for_timeout(300)
    assert asked == []
    assert page.url == before


def test_what_is_told_leaves_the_middle_of_a_small_map_free(
    browse: Callable[..., Page], answer: dict[str, Any]
) -> None:
    """At 320 px: what the ruler says and the bar of a drawing stand at the edge, and a tap on the words measures."""
    question = answer["permanent"].removeprefix("/parcels/")
    page = browse("/" + at(answer, 18) + "/" + question, **(PHONE | {"viewport": {"width": 320, "height": 640}}))
    page.get_by_role("button", name="Vẽ phần muốn chuyển").click()
    assert away_from_the_middle(page, ".draw-bar")
    page.get_by_role("button", name="Hủy").click()
    page.get_by_role("button", name="Đo khoảng cách").click()
    told = page.locator(".map-tools p")
    assert away_from_the_middle(page, ".map-tools p")
    box = told.bounding_box()
    assert box
    middle = box["y"] + box["height"] / 2
    page.touchscreen.tap(box["x"] + 20, middle)
    page.touchscreen.tap(box["x"] + box["width"] - 20, middle)
    expect(told).to_contain_text(re.compile(r"Dài [1-9]"))


def away_from_the_middle(page: Page, name: str) -> bool:
    """The element stands wholly below the crosshair of the map."""
    map_, told = page.locator(".folium-map").bounding_box(), page.locator(name).bounding_box()
    assert map_
    assert told
    return told["y"] > map_["y"] + map_["height"] / 2 + 20
