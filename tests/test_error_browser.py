"""An error reported in a real browser: from a row of the parcel's page to the receipt, and on to its answer."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from browsing import DAY, PHONE
from playwright.sync_api import Page, expect
from street import TODAY
from test_accessibility import RULES

from landinfo import reception
from landinfo.store.register import open_register

pytestmark = pytest.mark.browser
SCREENS = {"desk": {}, "phone": PHONE, "no-script": {"java_script_enabled": False}}


@pytest.mark.parametrize("screen", SCREENS)
def test_from_the_row_to_the_receipt(
    browse: Callable[..., Page], answer: dict[str, Any], kept_at: str, screen: str
) -> None:
    ref, row = answer["parcel"]["ref"], answer["themes"][0]["rows"][0]
    page = browse(f"/parcels/{ref}?{DAY}", **SCREENS[screen])
    page.get_by_role("link", name=re.compile(f"^Báo sai .*{re.escape(row['label']['vi'])}")).first.click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("Báo sai sót")
    expect(page.locator(".lines")).to_contain_text(row["label"]["vi"])
    send = page.get_by_role("button", name="Gửi báo sai sót")
    if screen == "desk":
        send.click()
        expect(page.get_by_label("Điều gì sai")).to_be_focused()  # the browser asks for it before anything is sent
    page.get_by_label("Điều gì sai").fill("Đường đã mở rộng\nnăm 2024")
    page.get_by_label("Liên hệ").fill("0903 000 000")
    send.click()
    page.wait_for_url("**/report/*")
    shown = page.locator(".receipt").inner_text()
    expect(page.locator(".track li")).to_have_count(1)
    expect(page.locator("main")).not_to_contain_text("0903")
    register = open_register(kept_at)
    for state in ("under_review", "corrected"):
        reception.answer(shown, state, {"vi": "Đã vẽ lại", "en": "Drawn anew"}, "Lan", TODAY, register)
    page.reload()
    expect(page.get_by_role("heading", level=1)).to_have_text("Đã sửa")
    expect(page.locator(".track li")).to_have_count(3)
    if screen != "no-script":
        found = Axe().run(page, options=RULES).response["violations"]
        assert [(v["id"], [n["target"] for n in v["nodes"]][:3]) for v in found] == []
        wide = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
        assert wide == 0
    page.get_by_role("link", name="Câu trả lời hôm nay").click()
    expect(page.locator(".answer .eyebrow").first).to_contain_text("24/11/2026")


def test_a_form_that_is_asked_back_says_where(browse: Callable[..., Page], answer: dict[str, Any]) -> None:
    page = browse(
        f"/report?question={answer['permanent'].replace('?', '%3F').replace('&', '%26')}&kind=boundary", **PHONE
    )
    page.locator("form.ask").evaluate("form => { form.noValidate = true; }")
    page.get_by_label("Thế nào mới đúng").fill("x")
    page.get_by_role("button", name="Gửi báo sai sót").click()
    expect(page.get_by_role("alert")).to_contain_text("Chưa gửi được")
    expect(page.get_by_label("Thế nào mới đúng")).to_have_value("x")
    expect(page.get_by_label("Điều gì sai")).to_have_attribute("aria-invalid", "true")
    found = Axe().run(page, options=RULES).response["violations"]
    assert [(v["id"], [n["target"] for n in v["nodes"]][:3]) for v in found] == []


def test_links_to_report_are_not_printed(browse: Callable[..., Page], answer: dict[str, Any]) -> None:
    page = browse(f"/parcels/{answer['parcel']['ref']}?{DAY}")
    links = page.locator(".wrong-row")
    assert links.count() > 3
    page.emulate_media(media="print")
    assert [links.nth(n).is_visible() for n in range(links.count())] == [False] * links.count()
    assert not page.locator(".report-other").is_visible()
