"""Two languages through Flask-Babel: one is chosen, its catalogue is complete, its forms are those of CLDR."""

from __future__ import annotations

import re
from datetime import date, timedelta
from decimal import Decimal

import pytest
from babel import dates, numbers
from flask import Flask
from flask.testing import FlaskClient
from flask_babel import force_locale, get_locale, get_translations
from hypothesis import given, settings
from hypothesis import strategies as st
from serving import DAY, HALVED, PAGES, in_english, page
from street import ROOT

from landinfo import texts
from landinfo.store.rulebook import read_texts
from landinfo.web import languages
from landinfo.web.languages import Catalogue, Sentences

HELD = read_texts(ROOT / "data" / "texts")
TEMPLATES = sorted((ROOT / "landinfo" / "web" / "templates").glob("*.html"))
ASKED = f"/parcels/{HALVED}?{DAY}&convert_to=ODT&strip.depth=10&strip.faces=south&area="


@pytest.fixture(scope="module")
def app(web: FlaskClient) -> Flask:
    return web.application


def test_a_catalogue_holds_every_sentence_of_its_language(app: Flask) -> None:
    for lang in texts.LANGUAGES:
        with app.test_request_context(f"/?lang={lang}"):
            catalogue = get_translations()
            assert (str(get_locale()), languages.language()) == (lang, lang)
            assert {key: catalogue.ugettext(key) for key in HELD} == {key: both[lang] for key, both in HELD.items()}
            assert catalogue.gettext("no-such-key") == "no-such-key"
    vi, en = (Sentences(HELD).catalogues[lang].sentences for lang in ("vi", "en"))
    assert vi.keys() == en.keys() == HELD.keys()
    same = [key for key in vi if vi[key] == en[key] and re.search(r"[a-z]{3}", re.sub(r"{.*?}", "", vi[key]))]
    # the columns of a table that is both at once
    assert [key for key in same if not vi[key].isascii()] == ["report-columns"]


def test_a_key_that_a_template_names_is_in_the_catalogue() -> None:
    named = {
        key for path in TEMPLATES for key in re.findall(r"""\bt\(['"]([a-z0-9_-]+)['"][,)]""", path.read_text("utf-8"))
    }
    assert len(named) > 150
    assert named - HELD.keys() == set()


def test_no_page_lacks_a_sentence(web: FlaskClient, monkeypatch: pytest.MonkeyPatch) -> None:
    """Keys that are put together as a page is made too, in both languages."""
    lacked: set[str] = set()

    def gettext(self: Catalogue, message: str) -> str:
        if message not in self.sentences:
            lacked.add(message)
        return self.sentences.get(message, message)

    monkeypatch.setattr(Catalogue, "ugettext", gettext)
    for address in [*PAGES, ASKED]:
        for asked in (address, in_english(address)):
            web.get(asked)
    assert lacked == set()


@pytest.mark.parametrize("address", ["/", ASKED, "/nothing", "/search?q=xyzzy", "/accessibility"])
def test_the_address_chooses_and_not_the_browser(web: FlaskClient, address: str) -> None:
    plain = web.get(address)
    for prefers in ("en-US,en;q=0.9", "fr", "vi", ""):
        again = web.get(address, headers={"Accept-Language": prefers})
        drop = re.compile(rf"{again.headers['X-Request-ID']}|{plain.headers['X-Request-ID']}")
        assert drop.sub("", again.text) == drop.sub("", plain.text)
    assert '<html lang="vi">' in plain.text
    assert '<html lang="en">' in web.get(in_english(address)).text


def test_a_language_that_there_is_not_is_refused_in_vietnamese(web: FlaskClient) -> None:
    shown = page(web, "/?lang=fr", 400)
    assert shown.one("html").attrs["lang"] == "vi"


def test_one_request_does_not_speak_for_the_next(web: FlaskClient, app: Flask) -> None:
    assert page(web, in_english(ASKED)).one("html").attrs["lang"] == "en"
    assert page(web, ASKED).one("html").attrs["lang"] == "vi"
    with app.test_request_context("/"):
        with force_locale("en"):
            assert languages.text("page-sum") == HELD["page-sum"]["en"]
        assert languages.text("page-sum") == HELD["page-sum"]["vi"]
    assert languages.language() == "vi"


def test_a_sentence_is_filled_with_the_forms_of_its_language(app: Flask) -> None:
    told = {"label": {"vi": "Đất ở", "en": "Housing"}, "area": Decimal("1234.5"), "rest": 1, "whole": 2}
    with app.test_request_context("/?lang=en"):
        assert languages.text("piece-letter", **told) == "Housing: 1,234.5\u00a0m² + 1.0\u00a0m² = 2.0\u00a0m²"
        assert languages.told({"vi": "a", "en": "b"}) == "b"
    with app.test_request_context("/"):
        assert languages.text("piece-letter", **told).startswith("Đất ở: 1.234,5\u00a0m²")
        assert languages.told(None) == ""


@pytest.mark.parametrize(
    ("value", "vi", "en"),
    [
        (None, "", ""),
        (10.5, "10,5", "10.5"),
        (162.75, "162,75", "162.75"),
        (2000000, "2000000", "2000000"),
        (8, "8", "8"),
    ],
)
def test_what_is_typed_back_can_be_read_again(app: Flask, value: float | None, vi: str, en: str) -> None:
    for address, expected in (("/", vi), ("/?lang=en", en)):
        with app.test_request_context(address):
            assert languages.typed(value) == expected


@settings(max_examples=300, deadline=None)
@given(value=st.decimals("-1e12", "1e12", places=2), lang=st.sampled_from(["vi", "en"]))
def test_numbers_stand_as_in_cldr(value: Decimal, lang: str) -> None:
    assert texts.number(value, lang) == numbers.format_decimal(value, locale=lang, decimal_quantization=False)


@settings(max_examples=200, deadline=None)
@given(days=st.integers(0, 40000))
def test_days_stand_day_first_in_both(days: int) -> None:
    on = date(1990, 1, 1) + timedelta(days=days)
    assert texts.day(on, "vi") == dates.format_date(on, "dd/MM/y", locale="vi")
    assert texts.day(on, "en") == dates.format_date(on, "short", locale="en_GB")
