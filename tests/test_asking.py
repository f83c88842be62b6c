"""A question asked again in place, in a real browser: beside the map and on a parcel's own page."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import pytest
from browsing import DAY, PHONE, at, click_the_middle, number_of, three
from playwright.sync_api import Locator, Page, expect

pytestmark = pytest.mark.browser
SCREENS = pytest.mark.parametrize("screen", [{}, PHONE], ids=["desk", "phone"])


def first_fact(within: Page | Locator) -> Locator:
    return within.locator(".questions select").first


def answered(page: Page, within: Page | Locator) -> None:
    """Answer the first question by keyboard, as the whole page or the panel stands."""
    select = first_fact(within)
    select.scroll_into_view_if_needed()
    select.select_option(index=1)
    button = within.get_by_role("button", name="Tính lại")
    button.focus()
    page.keyboard.press("Enter")


@SCREENS
def test_a_parcels_own_page_answers_in_place(
    browse: Callable[..., Page], answer: dict[str, Any], screen: dict[str, Any]
) -> None:
    page = browse(f"/parcels/{answer['parcel']['ref']}?{DAY}&convert_to=ODT", **screen)
    page.evaluate("window.still = true")
    before = three(page)
    button = page.get_by_role("button", name="Tính lại")
    answered(page, page)
    expect(page).to_have_url(re.compile("fact[.]"))
    expect(button).to_be_focused()
    expect(button).to_be_in_viewport()
    assert page.evaluate("window.still") is True
    after = three(page)
    assert after != before
    given = parse_qsl(urlsplit(page.url).query, keep_blank_values=True)
    assert [name for name, value in given if not value] == []
    assert dict(given)["convert_to"] == "ODT"
    for follows in (".extracts a.button", ".languages a[lang=en]"):
        expect(page.locator(follows)).to_have_attribute("href", re.compile("fact[.]"))
    expect(page.locator(".keep")).to_be_visible()
    page.reload()
    assert three(page) == after
    page.go_back()
    expect(page.locator(".three dd")).to_have_text(before)
    expect(first_fact(page)).to_have_value("")


@SCREENS
def test_the_panel_keeps_the_focus(browse: Callable[..., Page], answer: dict[str, Any], screen: dict[str, Any]) -> None:
    question = answer["permanent"].removeprefix("/parcels/")
    page = browse("/" + at(answer) + "/" + question, **screen)
    panel = page.locator("#panel")
    expect(panel.locator(".three")).to_be_visible()
    answered(page, panel)
    expect(page).to_have_url(re.compile("fact[.]"))
    button = panel.get_by_role("button", name="Tính lại")
    expect(button).to_be_focused()
    expect(button).to_be_in_viewport()


@SCREENS
@pytest.mark.parametrize("where", ["page", "panel"])
def test_a_refused_value_takes_nothing_away(
    browse: Callable[..., Page], answer: dict[str, Any], where: str, screen: dict[str, Any]
) -> None:
    if where == "page":
        page = browse(f"/parcels/{answer['parcel']['ref']}?{DAY}&convert_to=ODT", **screen)
        within: Page | Locator = page
    else:
        page = browse("/" + at(answer) + "/" + answer["permanent"].removeprefix("/parcels/"), **screen)
        within = page.locator("#panel")
    expect(within.locator(".three")).to_be_visible()
    before, address = three(within), page.url
    area = within.locator("form.ask input[name=area]")
    area.fill("999999")
    area.press("Enter")
    said = within.locator(".refused")
    expect(said).to_be_in_viewport()
    expect(said).to_contain_text(re.compile("lớn hơn|vượt"))
    assert page.url == address
    expect(within.locator("h1").last).to_have_text(number_of(answer))
    assert three(within) == before
    expect(area).to_be_focused()
    area.fill("10")
    area.press("Enter")
    expect(said).to_have_count(0)
    expect(page).to_have_url(re.compile("area=10"))


def test_a_piece_outside_leaves_the_parcel_in_the_panel(browse: Callable[..., Page], answer: dict[str, Any]) -> None:
    page = browse("/" + at(answer) + "/" + answer["permanent"].removeprefix("/parcels/"))
    panel = page.locator("#panel")
    panel.locator(".corners summary").click()
    panel.locator("[name=piece]").fill("10.5,106.1;10.5,106.1001;10.5001,106.1001")
    panel.locator(".corners summary").click()
    panel.get_by_role("button", name="Tính lại").click()
    expect(panel.locator(".refused")).to_be_visible()
    expect(panel.locator("h1")).to_have_text(number_of(answer))
    expect(panel.locator("[name=piece]")).to_be_visible()  # it is not left folded away
    panel.locator("[name=piece]").fill("")
    click_the_middle(page)
    expect(panel.locator(".refused")).to_have_count(0)
