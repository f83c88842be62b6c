"""WCAG 2.2 AA as far as a machine can see it: axe-core finds nothing on any page, at a desk and on a phone."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from browsing import DAY, as_on_a_phone
from playwright.sync_api import Page, expect
from test_verify_browser import issued

pytestmark = pytest.mark.browser

RULES = {
    "runOnly": {"type": "tag", "values": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]}
}
# Nothing fades or moves any more, and what was set last is drawn.
STILL = """async () => {
    const drawn = () => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)));
    await drawn();
    await Promise.all(document.getAnimations().map((each) => each.finished));
    await drawn();
}"""
ADDRESSES = [
    "/",
    "/?lang=en",
    "/#19/{lat}/{lon}/{question}",
    "{parcel}?" + DAY + "&convert_to=ODT",
    "{parcel}?" + DAY + "&convert_to=ODT&lang=en",
    "{parcel}?" + DAY,
    "/parcels/25750/1/{number}",
    "/difference/{ref}?" + DAY + "&convert_to=ODT&and.area=100",
    "/compare?parcel={ref}&parcel=25741@2024/2/147&" + DAY + "&convert_to=ODT",
    "/streets?q=huynh+van+nghe",
    "/streets/25750:17?width=4&on=2026-03-01&area=100&land_use=CLN&convert_to=ODT",
    "/parcels/25750@2024/99/1",
    "/at?x=1&y=2",
    "/report?question=/parcels/{ref}%3F" + DAY + "&kind=share&row=land_use_planning-0",
    "/report?question=/parcels/{ref}%3F" + DAY + "&kind=boundary&lang=en",
    "/report/AAAA-AAAA-AAAA",
    "/search?q=thua+1+to+1",
    "/search?q=hiep+thanh&lang=en",
    "/search?q=khong+co+gi+nhu+vay",
    "/verify",
    "/batch",
    "/accessibility",
    "/docs",
    "/nothing",
]


def named(address: str, answer: dict[str, Any], several: tuple[str, int]) -> str:
    """One of ``ADDRESSES`` about the parcel of ``answer``."""
    ref = answer["parcel"]["ref"]
    lat, lon = answer["parcel"]["centre"]["lat"], answer["parcel"]["centre"]["lon"]
    question = answer["permanent"].removeprefix("/parcels/")
    words = {
        "parcel": f"/parcels/{ref}",
        "ref": ref,
        "number": several[0],
        "lat": lat,
        "lon": lon,
        "question": question,
    }
    return address.format(**words)


@pytest.mark.parametrize("address", ADDRESSES)
def test_axe_finds_nothing(
    browse: Callable[..., Page], answer: dict[str, Any], several: tuple[str, int], address: str
) -> None:
    page = browse(named(address, answer, several))
    if "#" in address:
        page.locator("#panel .answer").wait_for()
    nothing_found(page)


def nothing_found(page: Page) -> None:
    """As it is at a desk, then as the same page is on a phone."""
    page.locator("main details").evaluate_all("all => all.forEach((el) => { el.open = true; })")
    desk = _found(page)
    as_on_a_phone(page)
    assert page.evaluate("[innerWidth, matchMedia('(pointer: coarse)').matches]") == [390, True]
    assert {"desk": desk, "phone": _found(page)} == {"desk": [], "phone": []}


def _found(page: Page) -> list[Any]:
    page.evaluate(STILL)
    found = Axe().run(page, options=RULES).response["violations"]
    return [(v["id"], v["help"], [n["target"] for n in v["nodes"]][:3]) for v in found]


@pytest.mark.parametrize("typed", ["thua 1 to 1", "hiep thanh", "khong co gi nhu vay"])
def test_axe_finds_nothing_in_suggestions(browse: Callable[..., Page], typed: str) -> None:
    page = browse("/streets")
    page.locator("#find").fill(typed)
    expect(page.locator(".suggestions")).to_be_visible()
    nothing_found(page)


def test_axe_finds_nothing_where_today_answers_otherwise(browse: Callable[..., Page], answer: dict[str, Any]) -> None:
    page = browse("/verify")
    page.goto(page.url + "/" + issued(page, answer["parcel"]["ref"], "on=2025-12-01&convert_to=ODT", "xlsx")[0])
    expect(page.locator(".compared.differs tbody tr").first).to_be_visible()
    nothing_found(page)
