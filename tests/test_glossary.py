"""Words of the field explained in place: complete, from documents that we know, and each button with its meaning."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import markup
import pytest
from flask.testing import FlaskClient
from playwright.sync_api import Page, expect
from serving import DAY, HALVED, PAGES, in_english, page

from landinfo import case
from landinfo.model import Refused
from landinfo.store.rulebook import read_glossary, read_rulebook

DATA = Path(__file__).resolve().parent.parent / "data"
ITEMS = {"levy", "land_rent", "registration_fee", "rice_land_payment"}
WORDS = {"price_list", "position", "registered_area", "edition"}


def test_every_term_is_about_something_and_cites_what_is_known() -> None:
    rulebook = read_rulebook(DATA)
    terms = read_glossary(DATA / "glossary.csv")
    assert set(terms) - ITEMS - WORDS - set(rulebook.themes) - set(case.FACTS) == set()
    assert set(rulebook.themes) | ITEMS <= set(terms)
    assert {term.document for term in terms.values()} - {""} <= set(rulebook.documents)


def test_a_term_without_a_language_is_refused(tmp_path: Path) -> None:
    wrong = tmp_path / "glossary.csv"
    wrong.write_text("key,vi,en,meaning_vi,meaning_en,document,article\nlevy,Tiền,,x,y,,\n", "utf-8")
    with pytest.raises(Refused) as refused:
        read_glossary(wrong)
    assert refused.value.params["entry"] == "levy"


@pytest.mark.parametrize("address", [a for plain in PAGES for a in (plain, in_english(plain))])
def test_ids_stand_once_and_every_button_has_its_meaning(web: FlaskClient, address: str) -> None:
    nodes = list(markup.read(web.get(address).text).walk())
    ids = [node.attrs["id"] for node in nodes if "id" in node.attrs]
    assert len(ids) == len(set(ids))
    assert {node.attrs["popovertarget"] for node in nodes if "popovertarget" in node.attrs} <= set(ids)


def test_the_parcel_explains_its_words_in_the_readers_language(web: FlaskClient) -> None:
    address = f"/parcels/{HALVED}?{DAY}&convert_to=ODT"
    terms = read_glossary(DATA / "glossary.csv")
    for lang, place in (("vi", address), ("en", in_english(address))):
        shown = page(web, place)
        for key in ("price_list", "levy", "registration_fee", "allotment_limit", "land_use_planning"):
            assert getattr(terms[key], f"meaning_{lang}") in shown.one(id=f"term-{key}").text


@pytest.mark.browser
def test_a_meaning_comes_and_goes(browse: Callable[..., Page], answer: dict[str, Any]) -> None:
    page = browse(f"/parcels/{answer['parcel']['ref']}?on=2026-03-01&convert_to=ODT", java_script_enabled=False)
    meaning = page.locator("#term-levy")
    expect(meaning).to_be_hidden()
    page.locator("[popovertarget=term-levy]").click()
    expect(meaning).to_be_visible()
    page.keyboard.press("Escape")
    expect(meaning).to_be_hidden()
