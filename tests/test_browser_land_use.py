"""The map in a real Chromium: parcels in the colours of their land use, its legend, and names where they have room."""

from __future__ import annotations

import csv
from collections.abc import Callable
from typing import Any

import mapbox_vector_tile
import pytest
import shapely
from browsing import PHONE, at
from playwright.sync_api import Page, expect
from street import ROOT, TODAY
from test_browser_tiles import SHOWN, TILE, close_to, serving

from landinfo import coordinates
from landinfo.store import Store

pytestmark = pytest.mark.browser
LEGEND = "[data-legend='land_use'] li"
NAMES = ".leaflet-names-pane .area-name"
with (ROOT / "data" / "land_use_types.csv").open(encoding="utf-8") as file:
    LISTED = {row["code"]: row for row in csv.DictReader(file)}


def parcels(areas: list[tuple[shapely.Polygon, dict[str, Any]]], held: shapely.Polygon | None = None) -> bytes:
    layers = [{"name": "parcels", "features": [{"geometry": shape, "properties": said} for shape, said in areas]}]
    layers += [{"name": "coverage", "features": [{"geometry": held, "properties": {}}]}] if held else []
    return mapbox_vector_tile.encode(layers, default_options={"y_coord_down": True})


def plan(area: shapely.Polygon, code: str, room: int, at_: tuple[int, int] = (2048, 2048)) -> bytes:
    """A plan of one area with its label, as the server would write it."""
    named = {"id": "1", "designation": code}
    layers = [
        {"name": "land_use_planning", "features": [{"geometry": area, "properties": named}]},
        {"name": "labels", "features": [{"geometry": shapely.Point(at_), "properties": {**named, "room": room}}]},
        {"name": "coverage", "features": [{"geometry": TILE, "properties": {}}]},
    ]
    return mapbox_vector_tile.encode(layers, default_options={"y_coord_down": True})


def opened(browse: Callable[..., Page], layer: str, content: bytes, address: str, **options: Any) -> Page:
    """The map at ``address``, with every tile of ``layer`` as given."""
    page = browse("/accessibility", **options)
    page.route(f"**/tiles/{layer}/**", serving(content))
    page.goto(page.url.split("/accessibility")[0] + address)
    return page


@pytest.mark.parametrize("code", ["ODT", "CLN", "DGT"])
def test_a_parcel_has_the_colour_of_its_largest_use(
    browse: Callable[..., Page], answer: dict[str, Any], sample: Store, code: str
) -> None:
    """The roomiest parcels of the sample whose certificate names that use first of all by area."""

    def largest(parcel: Any) -> str:
        known = [use for use in parcel.land_uses if use.area is not None] or list(parcel.land_uses[:1])
        return max(known, key=lambda use: use.area or 0).code if known else ""

    held = sample.parcels_in((0.0, 0.0, 1e7, 1e7), TODAY, TODAY)
    chosen = max((p for p in held if largest(p) == code), key=lambda p: p.shape.area)
    middle = shapely.get_point(shapely.maximum_inscribed_circle(chosen.shape), 0)
    lon, lat = coordinates.plane("EPSG:9210").point_to_wgs84(middle.x, middle.y)
    page = browse(f"/#18/{lat:.7f}/{lon:.7f}/~land_use")
    expect(page.locator(LEGEND).filter(has_text=f"{code} {LISTED[code]['name_vi']}")).to_be_visible()
    place = {"lat": lat, "lon": lon, "pane": "uses"}
    page.wait_for_function(f"(at) => {{ const seen = ({SHOWN})(at); return seen && seen[3] > 40; }}", arg=place)
    assert close_to(page.evaluate(SHOWN, place), LISTED[code]["colour"], 65)
    swatch = page.locator(LEGEND).filter(has_text=f"{code} ").locator("i").first
    rgb = ", ".join(str(int(LISTED[code]["colour"][n : n + 2], 16)) for n in (1, 3, 5))
    expect(swatch).to_have_css("background-color", f"rgb({rgb})")


def test_its_legend_tells_no_use_none_here_and_no_data_apart(
    browse: Callable[..., Page], answer: dict[str, Any]
) -> None:
    half, address = shapely.box(-64, -64, 2048, 4160), "/" + at(answer, 18) + "/~land_use"
    nothing, no_data = "Không có đối tượng nào trong khung nhìn", "Chưa có dữ liệu của lớp này ở đây"
    part, no_use = "Một phần khung nhìn chưa có dữ liệu của lớp này", "Chưa ghi loại đất"
    odt = f"ODT {LISTED['ODT']['name_vi']}"
    for content, told in (
        (parcels([(TILE, {"ref": "x", "number": "1", "land_use": "ODT"})]), [odt]),
        (parcels([(TILE, {"ref": "x", "number": "1"})]), [no_use]),
        (parcels([(half, {"ref": "x", "number": "1", "land_use": "ODT"})]), [odt, part]),
        (parcels([(half, {"ref": "x", "number": "1", "land_use": "ODT"})], TILE), [odt]),
        (parcels([], TILE), [nothing]),
        (parcels([]), [no_data]),
        (parcels([(TILE, {"ref": "x", "number": "1", "land_use": "ZZ9"})]), ["ZZ9 (mã không có trong danh mục)"]),
    ):
        page = opened(browse, "parcels", content, address)
        expect(page.locator(LEGEND)).to_have_text(told)
        page.close()


def test_two_layers_of_one_palette_are_not_shown_at_once(browse: Callable[..., Page], answer: dict[str, Any]) -> None:
    page = browse("/" + at(answer, 18))
    uses, plan_ = page.get_by_label("Loại đất của thửa", exact=True), page.locator("input[value=land_use_planning]")
    expect(plan_).to_be_checked()
    expect(page.locator("[data-legend='land_use_planning'] li").first).to_be_visible()
    uses.check()
    expect(plan_).not_to_be_checked()
    expect(page.locator(LEGEND).first).to_be_visible()
    expect(page.locator("[data-legend='land_use_planning'] li")).to_have_count(0)
    expect(page.locator(".leaflet-themes-pane canvas")).to_have_count(0)
    page.get_by_label("Hành lang an toàn đường bộ", exact=True).check()  # of other colours: both
    expect(uses).to_be_checked()
    plan_.check()
    expect(uses).not_to_be_checked()
    expect(page.locator(".leaflet-uses-pane canvas")).to_have_count(0)
    kept = browse("/" + at(answer, 18) + "/~land_use,land_use_planning")
    expect(kept.locator(".layers input[data-palette]:checked")).to_have_count(1)


def test_it_asks_for_no_tile_twice(browse: Callable[..., Page], answer: dict[str, Any]) -> None:
    """Outlines and colours are drawn from one tile: what came for one comes from the browser's own for the other."""
    page = browse("/" + at(answer, 18) + "/~parcels,land_use")
    expect(page.locator(LEGEND).first).to_be_visible()
    page.wait_for_load_state("networkidle")
    sizes = page.evaluate(
        """performance.getEntriesByType('resource').filter((e) => e.name.includes('/tiles/parcels/'))
           .map((e) => [e.name, e.transferSize])"""
    )
    over_the_line = [name for name, size in sizes if size]
    assert len(over_the_line) == len(set(over_the_line)) >= 4


def test_names_are_whole_where_there_is_room_else_codes_else_nothing(
    browse: Callable[..., Page], answer: dict[str, Any]
) -> None:
    """A tile of zoom 16, the last, is 2048 pixels wide on the map at 19: two units a pixel, which is some 0.29 m."""
    address = "/" + at(answer, 19) + "/~land_use_planning"
    name = LISTED["ODT"]["name_vi"]
    for width, room, told in ((1600, 117, name), (84, 12, "ODT"), (40, 6, None)):
        area = shapely.box(2048 - width / 2, 2048 - width / 2, 2048 + width / 2, 2048 + width / 2)
        page = opened(browse, "land_use_planning", plan(area, "ODT", room), address)
        expect(page.locator("[data-legend='land_use_planning'] li").first).to_be_visible()
        if told is None:
            page.wait_for_timeout(500)
            expect(page.locator(NAMES)).to_have_count(0)
        else:
            expect(page.locator(NAMES).first).to_be_visible()
            assert {" ".join(text.split()) for text in page.locator(NAMES).all_inner_texts()} == {told}
        page.close()


def test_a_name_stays_inside_its_area(browse: Callable[..., Page], answer: dict[str, Any]) -> None:
    """A road across the tile has a wide box, and no room for a word beside its 16 pixels: the box is not the area."""
    road = shapely.LineString([(0, 0), (4096, 4096)]).buffer(16, cap_style="flat")
    address = "/" + at(answer, 19) + "/~land_use_planning"
    page = opened(browse, "land_use_planning", plan(road, "DGT", 300), address)
    expect(page.locator("[data-legend='land_use_planning'] li").first).to_be_visible()
    page.wait_for_timeout(500)
    expect(page.locator(NAMES)).to_have_count(0)
    # across the edge of two tiles an area is one
    address = "/" + at(answer, 17) + "/~land_use_planning"
    page = opened(browse, "land_use_planning", plan(TILE, "DGT", 300, (4090, 2048)), address)
    expect(page.locator(NAMES).first).to_be_visible()


def test_names_do_not_lie_on_one_another_and_take_no_click(browse: Callable[..., Page], answer: dict[str, Any]) -> None:
    page = browse("/" + at(answer, 16) + "/~parcels,land_use_planning,urban_zoning")
    expect(page.locator(NAMES).nth(3)).to_be_visible()
    page.wait_for_load_state("networkidle")
    boxes = [shapely.box(b["x"], b["y"], b["x"] + b["width"], b["y"] + b["height"]) for b in found(page)]
    assert all(a.intersection(b).area < 1 for n, a in enumerate(boxes) for b in boxes[:n])
    box = page.locator(NAMES).first.bounding_box()
    assert box
    page.mouse.click(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
    expect(page.locator("#panel h1")).to_be_visible()
    expect(page.locator(".leaflet-names-pane")).to_have_attribute("aria-hidden", "true")


def found(page: Page) -> list[Any]:
    return [each.bounding_box() for each in page.locator(NAMES).all()]


def test_names_follow_language_and_switch(browse: Callable[..., Page], answer: dict[str, Any]) -> None:
    page = opened(browse, "land_use_planning", plan(TILE, "ODT", 300), "/?lang=en" + at(answer, 19))
    expect(page.locator(NAMES).first).to_have_text("Urban residential land")
    page.locator("input[value=land_use_planning]").uncheck()
    expect(page.locator(NAMES)).to_have_count(0)


def test_text_of_a_name_stays_text(browse: Callable[..., Page], answer: dict[str, Any]) -> None:
    script = "<img src=x onerror=alert(1)>"
    page = opened(browse, "land_use_planning", plan(TILE, script, 300), "/" + at(answer, 19))
    expect(page.locator(NAMES).first).to_have_text(script)
    expect(page.locator(f"{NAMES} img")).to_have_count(0)


def test_land_use_on_a_phone(browse: Callable[..., Page], answer: dict[str, Any]) -> None:
    page = browse("/" + at(answer, 18) + "/~land_use", **PHONE)
    page.locator(".layers summary").tap()
    expect(page.locator(LEGEND).first).to_be_visible()
