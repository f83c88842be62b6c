"""The pages in a real Chromium over the sample cadastre: clicks, keys, a phone, no script; and no host but ours."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest
from browsing import DAY, PHONE, at, click_the_middle, drawn, number_of, three
from playwright.sync_api import Page, expect

pytestmark = pytest.mark.browser


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
    panel.locator("input[type=date][name=on]").fill("2026-03-01")
    expect(panel.locator("output.day")).to_have_text("01/03/2026")
    panel.get_by_role("button", name="Tính lại").click()
    expect(panel.locator(".three")).to_be_visible()
    wide = three(panel)
    assert wide[0] != wide[2]
    first = answer["estimate"]["questions"][0]
    panel.locator(f"select[name='fact.{first['fact']}']").select_option(
        "true" if first["default"] is False else "false"
    )
    panel.get_by_role("button", name="Tính lại").click()
    expect(panel.locator(".three dd").nth(1)).not_to_have_text(wide[1])
    expect(panel.locator(f"select[name='fact.{first['fact']}']")).not_to_have_value("")
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
    expect(page.locator("select[name=convert_to]")).to_have_value("ODT")
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
    page.get_by_label("Quy hoạch sử dụng đất", exact=True).uncheck()
    expect(legend).to_have_count(0)
    expect(page.locator(".map-note[role]")).to_be_hidden()
    page = browse("/")  # all of the ground: the zoning plan covers a part of it
    # the rows of a legend push what is below them down when they come
    expect(page.locator("[data-legend='land_use_planning'] li").first).to_be_visible()
    page.get_by_label("Quy hoạch phân khu đô thị", exact=True).check()
    expect(page.locator("[data-legend='urban_zoning'] li").first).to_be_visible()


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
    page.locator("select[name=convert_to]").select_option("ODT")
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


def test_two_days_are_compared_from_the_page(browse: Callable[..., Page], answer: dict[str, Any]) -> None:
    page = browse(f"/parcels/{answer['parcel']['ref']}?{DAY}&convert_to=ODT&lang=en", java_script_enabled=False)
    page.locator(".two-days summary").click()
    page.locator("[name='and.on']").fill("2026-08-01")
    page.get_by_role("button", name="Why two answers differ").click()
    expect(page.locator("html")).to_have_attribute("lang", "en")
    expect(page.locator("table thead").first).to_contain_text("01/03/2026 → ODT")
    expect(page.locator("table thead").first).to_contain_text("01/08/2026 → ODT")


def test_kept_parcels_are_compared(browse: Callable[..., Page], answer: dict[str, Any]) -> None:
    page = browse("/" + at(answer))
    click_the_middle(page)
    keep = page.locator("#panel .keep")
    expect(page.locator("a.kept")).to_be_hidden()
    keep.click()
    expect(keep).to_have_attribute("aria-pressed", "true")
    expect(page.locator("a.kept b")).to_have_text("1")
    first = answer["parcel"]["ref"]
    series, sheet, number = first.split("/")
    other = f"{series}/{sheet}/{int(number) + 1}"
    page.goto(page.url.split("/#")[0] + f"/parcels/{other}?{DAY}&convert_to=ODT")
    page.locator(".keep").click()
    expect(page.locator("a.kept b")).to_have_text("2")
    page.locator("a.kept").click()
    expect(page.locator(".side-by-side thead code")).to_have_text([first, other])
    expect(page.locator(".side-by-side")).to_contain_text(f"{answer['estimate']['total']:,}".replace(",", "."))
    page.locator(".without").last.click()
    expect(page.locator(".side-by-side thead code")).to_have_text([first])
    expect(page.locator("a.kept b")).to_have_text("1")


def test_comparing_on_a_phone_moves_the_table_and_not_the_page(
    browse: Callable[..., Page], answer: dict[str, Any]
) -> None:
    ref = answer["parcel"]["ref"]
    page = browse(f"/compare?parcel={ref}&parcel=25741@2024/2/147&{DAY}&convert_to=ODT", **PHONE)
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    assert page.locator(".scroll").evaluate("el => el.scrollWidth > el.clientWidth")


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
    page.locator("input[type=date][name=on]").fill("2026-03-01")
    page.get_by_role("button", name="Tính lại").click()
    expect(page.locator(".cost")).to_have_text(f"{answer['estimate']['total']:,}\u00a0đ".replace(",", "."))
    details = page.locator("#price details").first
    details.locator("summary").click()
    expect(details.locator("li").first).to_be_visible()


def test_the_search_box_suggests_and_leads_to_a_parcel(browse: Callable[..., Page], answer: dict[str, Any]) -> None:
    """Type, arrow down, Enter: in the panel on the map, on the parcel's own page from anywhere else."""
    _, sheet, number = answer["parcel"]["ref"].split("/")
    commune = answer["parcel"]["commune"]["name"]
    typed = f"thua {number} to {sheet} {commune}"
    page = browse("/")
    box, options = page.get_by_role("combobox", name="Tìm thửa đất"), page.locator("[role=option]")
    page.locator("body").press("/")
    expect(box).to_be_focused()
    page.keyboard.type(typed)
    expect(options).to_have_count(1)
    expect(box).to_have_attribute("aria-expanded", "true")
    page.keyboard.press("ArrowDown")
    expect(options.first).to_have_attribute("aria-selected", "true")
    expect(box).to_have_attribute("aria-activedescendant", "find-0")
    page.keyboard.press("Escape")
    expect(options.first).to_be_hidden()
    expect(box).to_have_value(typed)
    page.keyboard.press("ArrowDown")
    expect(options.first).to_be_visible()
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    expect(page.locator("#panel h1")).to_have_text(number_of(answer))
    expect(page.locator("#panel h1")).to_be_focused()
    expect(page).to_have_url(re.compile(re.escape(answer["parcel"]["ref"])))

    page = browse("/streets?lang=en")
    page.locator("#find").fill(typed)
    expect(page.locator("[role=option]")).to_have_count(1)
    page.keyboard.press("ArrowUp")
    page.keyboard.press("Enter")
    expect(page.locator("main.parcel h1")).to_have_text(number_of(answer))
    expect(page.locator("html")).to_have_attribute("lang", "en")


def test_the_search_box_on_a_phone_and_with_a_pasted_table(
    browse: Callable[..., Page], answer: dict[str, Any], several: tuple[str, int]
) -> None:
    page = browse("/", viewport={"width": 360, "height": 740}, is_mobile=True, has_touch=True)
    box, options = page.locator("#find"), page.locator("[role=option]")
    box.fill(f"{several[0]}/1")
    expect(options).not_to_have_count(0)
    for option in options.all():
        size = option.bounding_box()
        assert size
        assert size["height"] >= 44
        assert size["x"] + size["width"] <= 360
    assert page.evaluate("document.documentElement.scrollWidth") <= 360
    label = options.first.locator("strong").inner_text()
    options.first.tap()
    expect(page.locator("#panel h1")).to_have_text(re.compile(rf" {re.findall('[0-9]+', label)[0]},"))

    centre = answer["parcel"]["centre"]
    table = "\n".join(
        f"{i}\t{centre['x'] + n}\t{centre['y'] + e}" for i, (n, e) in enumerate([(0, 0), (0, 9), (9, 9)], 1)
    )
    box.fill("")
    box.evaluate(
        """(el, text) => {
            const data = new DataTransfer();
            data.setData("text", text);
            el.dispatchEvent(new ClipboardEvent("paste", {clipboardData: data, bubbles: true, cancelable: true}));
        }""",
        table,
    )
    assert "\t".join(box.input_value().split()) == "\t".join(table.replace("\n", "; ").split())
    expect(options.first).to_contain_text("Vùng 3 góc")
    box.press("Enter")
    expect(page.locator("main h1")).to_have_text("Tìm kiếm")
    page.locator(".touched a").first.click()
    expect(page).to_have_url(re.compile("piece="))
    expect(page.locator("main.parcel h1")).to_be_visible()


def test_searching_without_a_script(browse: Callable[..., Page], answer: dict[str, Any]) -> None:
    page = browse("/", java_script_enabled=False)
    page.locator("#find").fill(answer["parcel"]["ref"])
    page.get_by_role("button", name="Tìm", exact=True).click()
    expect(page.locator("main.parcel h1")).to_have_text(number_of(answer))
    page.locator("#find").fill("<script>alert(1)</script>")
    page.get_by_role("button", name="Tìm", exact=True).click()
    expect(page.get_by_role("heading", name="Không tìm thấy")).to_be_visible()
    page.get_by_role("link", name="Hiệp Thành").click()
    expect(page.locator(".hits > li").first).to_contain_text("chia vào")
