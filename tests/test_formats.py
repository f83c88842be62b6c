"""One answer, every form: JSON, XML, GeoJSON, PDF, spreadsheet and page carry the same numbers."""

from __future__ import annotations

import io
import json
import re
from collections.abc import Iterator
from typing import Any
from xml.etree import ElementTree

import openpyxl
import paper
import pytest
from flask.testing import FlaskClient
from hypothesis import given
from hypothesis import strategies as st
from serving import ask, body, client, page
from street import X, Y

from landinfo import present_xml, texts
from landinfo.store import Store

PATH = "25750@2024/1/2"
QUESTIONS = [
    "on=2026-03-01&convert_to=ODT&known=2026-11-24",
    "on=2026-03-01&convert_to=ODT&area=100&fact.first_conversion=true&known=2026-11-24",
    "on=2025-08-01&convert_to=ODT&known=2026-11-24",
    "on=2026-03-01&known=2026-11-24",
]
XML = {"headers": {"Accept": "application/xml"}}
_FORM = "{http://www.w3.org/2005/xpath-functions}"


@pytest.fixture(scope="module")
def web(street_store: Store) -> FlaskClient:
    return client(street_store)


def value(element: ElementTree.Element) -> Any:
    """What W3C's ``xml-to-json`` gives: the value that an element stands for."""
    kind, text = element.tag.removeprefix(_FORM), element.text or ""
    if kind == "map":
        return {_text(each.get("key") or "", each.get("escaped-key")): value(each) for each in element}
    if kind == "array":
        return [value(each) for each in element]
    if kind == "string":
        return _text(text, element.get("escaped"))
    return None if kind == "null" else json.loads(text)


def _text(text: str, escaped: str | None) -> str:
    return (
        re.sub(r"\\(u[0-9a-f]{4}|\\)", lambda m: "\\" if m[1] == "\\" else chr(int(m[1][1:], 16)), text)
        if escaped
        else text
    )


def parsed(text: str) -> Any:
    return value(ElementTree.fromstring(text))


@pytest.mark.parametrize("question", QUESTIONS)
def test_xml_is_the_json_and_nothing_is_lost(web: FlaskClient, question: str) -> None:
    answer = ask(web, f"/api/parcels/{PATH}?{question}")
    written = web.get(f"/api/parcels/{PATH}?{question}&format=xml")
    assert written.content_type == "application/xml; charset=utf-8"
    assert parsed(written.text) == answer
    assert web.get(f"/api/parcels/{PATH}?{question}", **XML).data == written.data
    several = ask(web, f"/api/parcels/25750/1/1?{question}", 300)
    listed = web.get(f"/api/parcels/25750/1/1?{question}", **XML)
    assert (listed.status_code, parsed(listed.text)) == (300, several)


PLAIN = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(2**53), 2**53)
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=20,
)


@given(PLAIN)
def test_any_value_comes_back_from_xml(plain: Any) -> None:
    assert parsed(present_xml.document(plain)) == plain


@pytest.mark.parametrize(
    ("accept", "kind"),
    [
        ("", "application/json"),
        ("*/*", "application/json"),
        ("application/*", "application/json"),
        ("application/geo+json", "application/geo+json"),
        ("application/xml;q=0.9, application/json;q=0.5", "application/xml"),
        ("application/xml, application/json", "application/json"),
        ("text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8", "application/json"),
        ("image/png", "application/json"),
    ],
)
def test_the_form_is_asked_for_in_the_header(web: FlaskClient, accept: str, kind: str) -> None:
    response = web.get(f"/api/parcels/{PATH}", headers={"Accept": accept} if accept else {})
    assert (response.status_code, response.mimetype) == (200, kind)
    assert "Accept" in response.headers["Vary"]
    assert web.get(f"/api/parcels/{PATH}?format=geojson", headers={"Accept": accept}).mimetype == "application/geo+json"


def test_a_form_that_there_is_none_of(web: FlaskClient) -> None:
    wrong = ask(web, f"/api/parcels/{PATH}?format=pdf", 400)
    assert (wrong["field"], wrong["code"]) == ("format", "format-unknown")
    assert "geojson" in wrong["detail"]
    assert ask(web, f"/api/parcels/{PATH}?format=xml&format=xml", 400)["code"] == "given-twice"
    missing = ask(web, "/api/parcels/25750@2024/1/6?format=xml&convert_to=ODT", 404)
    assert [near["href"].rpartition("?")[2] for near in missing["nearest"]] == ["convert_to=ODT"] * 5
    assert ask(web, "/api/view?bbox=106,10,107,11&format=xml", 400)["code"] == "unknown-parameter"


def test_a_point_answers_in_every_form(web: FlaskClient) -> None:
    place = f"/api/at?x={Y + 5}&y={X + 25}&{QUESTIONS[0]}"
    for form in ("xml", "geojson"):
        assert (
            web.get(f"{place}&format={form}").data == web.get(f"/api/parcels/{PATH}?{QUESTIONS[0]}&format={form}").data
        )


def test_geojson_is_that_of_the_extract(web: FlaskClient) -> None:
    by_api = web.get(f"/api/parcels/{PATH}?{QUESTIONS[0]}&format=geojson")
    assert json.loads(by_api.data) == json.loads(web.get(f"/extract/{PATH}.geojson?{QUESTIONS[0]}").data)


def numbers(answer: dict[str, Any]) -> Iterator[tuple[str, str, Any]]:
    """Everything that an answer says in numbers, with the form in which it is written for people."""
    parcel, estimate = answer["parcel"], answer["estimate"]
    if parcel["registered_area"] is not None:
        yield "registered", "m2", parcel["registered_area"]
    for theme in answer["themes"]:
        for row in theme["rows"]:
            yield f"area of {row['designation']}", "m2", row["area"]
            yield f"share of {row['designation']}", "share", row["percent"]
    for row in answer["price"]["rows"]:
        if row["unit_price"] is not None:
            yield f"price of {row['land_use']}", "number", row["unit_price"]
            if row["amount"] is not None:
                yield f"amount of {row['land_use']}", "dong", row["amount"]
    if answer["price"]["value"]["likely"] is not None:
        yield "value", "dong", answer["price"]["value"]["likely"]
    if estimate:
        if estimate["total"] is not None:
            yield "total", "dong", estimate["total"]
            yield "low", "dong", estimate["range"]["low"]
        for item in estimate["items"]:
            if item["amount"] is not None:
                yield f"item {item['code']}", "dong", item["amount"]


def digits(text: str) -> str:
    return re.sub(r"[\s\u00a0\u202f]", "", text)


@pytest.mark.parametrize("question", QUESTIONS)
def test_people_are_told_the_same_numbers(web: FlaskClient, question: str) -> None:
    """On the page and on paper, in the words of each language."""
    answer = ask(web, f"/api/parcels/{PATH}?{question}")
    told = list(numbers(answer))
    assert len(told) > 4
    for lang in ("vi", "en"):
        shown = digits(page(web, f"/parcels/{PATH}?{question}&lang={lang}").text)
        printed = digits(paper.text(web.get(f"/extract/{PATH}.pdf?{question}&lang={lang}").data))
        for name, form, number in told:
            written = digits(texts.FILTERS[form](number, lang)).removesuffix("đ").removesuffix("m²")
            assert written in shown, (lang, "page", name, written)
            assert written in printed, (lang, "paper", name, written)


@pytest.mark.parametrize("question", QUESTIONS)
def test_programs_are_told_the_same_numbers(web: FlaskClient, question: str) -> None:
    """In the spreadsheet as numbers, in GeoJSON as properties."""
    answer = ask(web, f"/api/parcels/{PATH}?{question}")
    book = openpyxl.load_workbook(io.BytesIO(web.get(f"/extract/{PATH}.xlsx?{question}&lang=en").data))
    cells = {cell for sheet in book for row in sheet.values for cell in row if isinstance(cell, int | float)}
    lacking = [(name, number) for name, _, number in numbers(answer) if number not in cells]
    assert lacking == []
    parts = body(web.get(f"/api/parcels/{PATH}?{question}&format=geojson"))
    whole, *rows = [feature["properties"] for feature in parts["features"]]
    assert whole["registered_area"] == answer["parcel"]["registered_area"]
    assert [whole[f"value_{end}"] for end in ("low", "likely", "high")] == list(ends(answer["price"]["value"]))
    cost = answer["estimate"]["range"] if answer["estimate"] else dict.fromkeys(("low", "likely", "high"))
    assert [whole[f"cost_{end}"] for end in ("low", "likely", "high")] == list(ends(cost))
    drawn = [row for theme in answer["themes"] for row in theme["rows"] if row["geometry"]]
    assert [(row["area"], row["percent"]) for row in rows] == [(row["area"], row["percent"]) for row in drawn]
    assert parts["question"] == answer["question"]


def ends(bounds: dict[str, Any]) -> Iterator[Any]:
    return (bounds[end] for end in ("low", "likely", "high"))
