"""The description of the API in a real browser, under our own Content-Security-Policy and from this host alone."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from browsing import kept_picture
from playwright.sync_api import Page, expect

from landinfo.contract.doors import DOORS

pytestmark = pytest.mark.browser


def test_every_door_is_shown_and_one_is_tried(browse: Callable[..., Page]) -> None:
    """``browse`` fails where anything was complained of, or another host asked."""
    page = browse("/docs/try")
    doors = page.locator(".opblock")
    expect(doors).to_have_count(len(DOORS))
    suggest = page.locator("#operations-search-search-suggest")
    suggest.locator(".opblock-control-arrow, button.opblock-summary-control").first.click()
    suggest.get_by_role("button", name="Try it out").click()
    suggest.get_by_role("button", name="Execute").click()
    expect(suggest.locator(".live-responses-table .response .response-col_status").first).to_contain_text("200")
    expect(suggest.locator(".live-responses-table")).to_contain_text("suggestions")
    kept_picture(page, "docs")


def test_without_a_script_every_door_is_told_and_its_example_answers(browse: Callable[..., Page]) -> None:
    page = browse("/docs?lang=en", java_script_enabled=False)
    expect(page.locator(".doors details")).to_have_count(len(DOORS))
    page.get_by_text("GET /api/suggest").click()
    page.goto(page.url.partition("/docs")[0] + page.locator("#search-suggest .example").inner_text())
    assert '"suggestions"' in page.content()
