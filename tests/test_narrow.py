"""A telephone of 320 px: no page is wider than it, and no number stands on two lines."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from browsing import DAY
from playwright.sync_api import Page
from test_accessibility import ADDRESSES, named

pytestmark = pytest.mark.browser

WIDTHS = (320, 390)
OPEN = "all => all.forEach((el) => { if (!el.matches('.layers')) el.open = true; })"
# Addresses, codes and identifiers may break anywhere; an amount may not.
BROKEN = """() => {
    const found = [], texts = document.createTreeWalker(document.querySelector("main"), NodeFilter.SHOW_TEXT);
    while (texts.nextNode()) {
        const node = texts.currentNode, within = node.parentElement;
        if (!within.checkVisibility() || within.closest("a, code, small, svg, .eyebrow, .sources, .corners")) continue;
        for (const number of node.data.matchAll(/\\d+(?:[.,]\\d+)+/g)) {
            const range = document.createRange();
            range.setStart(node, number.index);
            range.setEnd(node, number.index + number[0].length);
            if (range.getClientRects().length > 1) found.push(number[0]);
        }
    }
    return found;
}"""


def test_pages_are_no_wider_than_a_phone(
    browse: Callable[..., Page], answer: dict[str, Any], several: tuple[str, int]
) -> None:
    page = browse("/accessibility", viewport={"width": WIDTHS[0], "height": 640}, is_mobile=True, has_touch=True)
    origin, wide, broken = page.url.removesuffix("/accessibility"), {}, {}
    for address in ADDRESSES:
        page.goto("about:blank")
        page.goto(origin + named(address, answer, several))
        if "#" in address:
            page.locator("#panel .answer").wait_for()
        page.locator("main details").evaluate_all(OPEN)
        for width in WIDTHS:
            page.set_viewport_size({"width": width, "height": 640})
            page.wait_for_function("(width) => screen.width === width", arg=width)
            wide[address, width] = page.evaluate("document.documentElement.scrollWidth")
            broken[address, width] = page.evaluate(BROKEN)
        page.set_viewport_size({"width": WIDTHS[0], "height": 640})
    assert {(address, width): w for (address, width), w in wide.items() if w > width} == {}
    assert {where: numbers for where, numbers in broken.items() if numbers} == {}


@pytest.mark.parametrize("width", [390, 1440])
def test_north_does_not_stand_on_the_parcel(browse: Callable[..., Page], answer: dict[str, Any], width: int) -> None:
    page = browse(f"/parcels/{answer['parcel']['ref']}?{DAY}", viewport={"width": width, "height": 900})
    north, outline = (page.locator(f".figure {name}").bounding_box() for name in ("text.north", ".outline"))
    assert north
    assert outline
    assert north["y"] + north["height"] <= outline["y"] + 1


def test_paper_has_no_line_of_the_phone(browse: Callable[..., Page], answer: dict[str, Any]) -> None:
    page = browse(f"/parcels/{answer['parcel']['ref']}?{DAY}", viewport={"width": 794, "height": 1123})
    assert page.locator(".above").is_visible()
    page.emulate_media(media="print")
    assert not page.locator(".above").is_visible()
