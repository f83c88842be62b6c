"""An extract is verified in a real browser: by its code, by its file, and a file that was altered."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest
from browsing import DAY
from playwright.sync_api import FilePayload, Page, expect
from test_drawing import SCREENS

pytestmark = pytest.mark.browser


def issued(page: Page, ref: str, query: str, ending: str) -> tuple[str, bytes]:
    """The code of an extract and its file, as its page gives them out."""
    origin = "/".join(page.url.split("/")[:3])
    made = page.request.get(f"{origin}/extract/{ref}.{ending}?{query}")
    found = re.search(r"-([A-Z2-7]{26})[.]", made.headers["content-disposition"])
    assert found
    return found[1], made.body()


def upload(page: Page, name: str, content: bytes) -> None:
    kind = "application/pdf" if name.endswith("pdf") else "application/octet-stream"
    page.locator("input[type=file]").set_input_files(FilePayload(name=name, mimeType=kind, buffer=content))
    page.get_by_role("button", name="Kiểm tra tệp").click()


@SCREENS
def test_by_code(browse: Callable[..., Page], answer: dict[str, Any], screen: dict[str, Any]) -> None:
    page = browse("/verify", **screen)
    code, _ = issued(page, answer["parcel"]["ref"], f"{DAY}&convert_to=ODT", "xlsx")
    page.get_by_label("Mã kiểm tra").fill(code.lower())
    page.get_by_role("button", name="Kiểm tra mã").click()
    expect(page.locator("h1")).to_have_text("Mã có thật")
    expect(page.locator(".compared.same").first).to_contain_text("Câu trả lời không thay đổi")
    page.locator(".summary a").click()
    expect(page.locator("main.parcel .cost")).to_contain_text(f"{answer['estimate']['total']:,}".replace(",", "."))
    page.go_back()
    page.get_by_label("Mã kiểm tra").fill("A" * 26)
    page.get_by_role("button", name="Kiểm tra mã").click()
    expect(page.locator("h1")).to_have_text("Không phải trích lục thật")


@SCREENS
@pytest.mark.parametrize("ending", ["pdf", "xlsx"])
def test_by_file(browse: Callable[..., Page], answer: dict[str, Any], ending: str, screen: dict[str, Any]) -> None:
    page = browse("/verify", **screen)
    _, file = issued(page, answer["parcel"]["ref"], DAY, ending)
    upload(page, f"a.{ending}", file)
    expect(page.locator("h1")).to_have_text("Mã có thật")
    expect(page.locator(".lead")).to_contain_text("đúng từng byte")
    altered = bytearray(file)
    altered[len(file) // 2] ^= 1
    upload(page, f"a.{ending}", bytes(altered))
    expect(page.locator("h1")).to_have_text("Không phải trích lục thật")


@pytest.mark.parametrize("width", [320, 390, 1440])
def test_what_differs_today_is_read_whole(browse: Callable[..., Page], answer: dict[str, Any], width: int) -> None:
    page = browse("/verify", viewport={"width": width, "height": 844})
    code, _ = issued(page, answer["parcel"]["ref"], "on=2025-12-01&convert_to=ODT", "xlsx")
    page.goto(f"{page.url}/{code}")
    table = page.locator(".compared.differs .scroll").first
    expect(table.locator("tbody tr").first).to_be_visible()
    assert table.evaluate("el => el.scrollWidth - el.clientWidth") <= 0
