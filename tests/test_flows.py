"""What people come for, on PostGIS in a real Chromium, at a desk and on a phone: search to estimate, map, compare.

What each shows in the end is kept under ``artifacts/screens/``.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any
from urllib.request import urlopen

import postgres
import pytest
from browsing import DAY, PHONE, at, drawn, kept_picture, number_of, served, three
from playwright.sync_api import Page, expect
from street import TODAY

from landinfo.store import Store, create_store

pytestmark = [pytest.mark.browser, pytest.mark.postgis]
AROUND = 250.0
"""Metres around the parcel that are copied from the sample cadastre."""


@pytest.fixture(scope="module")
def copied(postgis_server: postgres.Server, sample: Store, answer: dict[str, Any]) -> Iterator[Store]:
    """The sample around the parcel, in PostGIS: every edition with its days."""
    centre = answer["parcel"]["centre"]
    x, y = centre["y"], centre["x"]
    box = (x - AROUND, y - AROUND, x + AROUND, y + AROUND)
    url = postgis_server.new_database()
    made = create_store(url, sample.facts(), *sample.communes())
    made.publish([replace(sample.content(e.id, box), edition=e) for e in sample.editions(TODAY)])
    yield made
    made.close()
    postgis_server.drop(url)


@pytest.fixture(scope="module")
def origin(copied: Store, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """In place of the one over the sample's file: what ``browse`` opens is served from PostGIS."""
    with served(copied, str(tmp_path_factory.mktemp("register") / "kept.sqlite")) as address:
        yield address


def fits(page: Page, wide: int) -> None:
    """A page is never wider than the screen, and what a finger presses is large enough."""
    assert page.evaluate("document.documentElement.scrollWidth") <= wide
    if wide < 500:
        for control in page.locator("button, .button, select, main input:not([type=checkbox])").all():
            if control.is_visible():
                measured = control.bounding_box()
                assert measured
                assert measured["height"] >= 40


def money(amount: int) -> str:
    return f"{amount:,}".replace(",", ".") + "\u00a0đ"


def as_on_a_phone(page: Page, seen: str, name: str) -> None:
    """The same page in a phone's width: it fits, and its picture is kept beside that of the desk."""
    kept_picture(page.locator(seen), f"{name}-desktop")
    page.set_viewport_size({"width": 390, "height": 844})
    fits(page, 390)
    kept_picture(page.locator(seen), f"{name}-phone")


def test_from_search_to_estimate(browse: Callable[..., Page], answer: dict[str, Any], origin: str) -> None:
    page = browse("/streets")
    _, sheet, number = answer["parcel"]["ref"].split("/")
    page.locator("#find").fill(f"thửa {number} tờ {sheet} {answer['parcel']['commune']['name']}")
    option = page.locator("[role=option]")
    expect(option).to_have_count(1)
    option.click()
    expect(page.locator("main.parcel h1")).to_have_text(number_of(answer))
    page.get_by_label("Chuyển sang").select_option("ODT")
    page.locator("form.ask input[name=on]").fill("2026-03-01")
    page.get_by_role("button", name="Tính lại").click()
    found = answer["estimate"]["range"]
    expect(page.locator(".three dd")).to_have_text([money(found[end]) for end in ("low", "likely", "high")])
    fits(page, 1440)
    kept_picture(page, "estimate-desktop")

    # what if: a piece that begins twelve metres from the street, and of which five are deep
    page.locator("details.strip summary").click()
    page.locator("[name=area]").fill("10")
    page.locator("[name='strip.depth']").fill("5")
    expect(page.locator("[name=area]")).to_have_value("")
    page.locator("[name='strip.from']").fill("12")
    page.get_by_role("button", name="Tính lại").click()
    expect(page.locator(".cut .measured")).to_have_text("hết bề rộng, sâu 5 m, bắt đầu cách mặt đường 12 m")
    expect(page.locator(".cut .notice")).to_contain_text("Lối đi vào không nằm trong phần chuyển")
    asked = page.url.removeprefix(origin).partition("#")[0]
    piece = page.request.get(f"{origin}/api{asked}").json()["piece"]
    assert piece["area"] + piece["rest"] == pytest.approx(piece["whole"])
    assert piece["whole"] == answer["parcel"]["registered_area"]
    expect(page.locator(".pieces .all td").first).to_contain_text(f"{piece['area']:.1f}".replace(".", ","))
    as_on_a_phone(page, "#convert", "what-if")


@pytest.mark.parametrize("size", ["desktop", "phone"])
def test_from_a_click_on_the_map(browse: Callable[..., Page], answer: dict[str, Any], size: str) -> None:
    page = browse("/" + at(answer), **(PHONE if size == "phone" else {}))
    box = page.locator(".folium-map").bounding_box()
    assert box
    middle = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
    if size == "phone":
        page.touchscreen.tap(*middle)
    else:
        page.mouse.click(*middle)
    panel = page.locator("#panel")
    expect(panel.locator("h1")).to_have_text(number_of(answer))
    expect(panel.locator("h1")).to_be_in_viewport()
    rows = [row for row in answer["themes"][0]["rows"] if row["kind"] == "designation"]
    expect(panel.locator("[data-theme=land_use_planning] tr.designation")).to_have_count(len(rows))
    expect(panel.locator("#ahead")).to_have_attribute("data-state", "none")
    expect(page).to_have_url(re.compile(re.escape(answer["parcel"]["ref"])))
    drawn(page, rows[0], 80)
    fits(page, 390 if size == "phone" else 1440)
    kept_picture(page, f"map-{size}")


def test_two_parcels_compared_and_one_taken_home(
    browse: Callable[..., Page], answer: dict[str, Any], origin: str
) -> None:
    first = answer["parcel"]["ref"]
    series, sheet, number = first.split("/")
    other = f"{series}/{sheet}/{int(number) + 1}"
    page = browse(f"/parcels/{other}?{DAY}&convert_to=ODT")
    page.locator(".keep").click()
    page.goto(f"{origin}/parcels/{first}?{DAY}&convert_to=ODT")
    assert three(page)[1] == money(answer["estimate"]["total"])
    made = page.request.get(origin + str(page.locator(".extracts a.button").get_attribute("href")))
    assert (made.status, made.headers["content-type"], made.body()[:5]) == (200, "application/pdf", b"%PDF-")
    page.locator(".keep").click()
    page.locator("a.kept").click()
    expect(page.locator(".side-by-side thead code")).to_have_text([other, first])
    expect(page.locator(".side-by-side")).to_contain_text(money(answer["estimate"]["total"]))
    as_on_a_phone(page, "main", "compare")


def test_it_is_postgis_that_answered(copied: Store, sample: Store, answer: dict[str, Any], origin: str) -> None:
    """And what it said is what the file says."""
    assert (copied.engine, sample.engine) == ("postgis", "geopackage")
    with urlopen(f"{origin}/readyz", timeout=20) as ready:
        assert json.load(ready)["engine"] == "postgis"
    with urlopen(f"{origin}/api{answer['permanent']}", timeout=60) as said:
        assert json.load(said) == json.loads(json.dumps(answer))


def test_pictures_are_kept_out_of_git() -> None:
    root = Path(__file__).resolve().parent.parent
    assert "/artifacts/" in (root / ".gitignore").read_text("utf-8").splitlines()
