"""Parcels side by side: the numbers of each parcel's own answer, and what has none says why."""

from __future__ import annotations

import re
from urllib.parse import urlencode

import pytest
from flask.testing import FlaskClient
from serving import DAY, HALVED, ONE, ask, page

SEVERAL, NOWHERE = "25750/1/1", "25750@2024/99/1"


def address(*parcels: str, more: str = DAY) -> str:
    return "/compare?" + urlencode([("parcel", name) for name in parcels]) + (f"&{more}" if more else "")


def test_each_stands_as_it_answers_alone(web: FlaskClient) -> None:
    more = f"{DAY}&convert_to=ODT&fact.allotment_limit=200"
    found = ask(web, "/api" + address(ONE, HALVED, more=more))
    assert [each["asked"] for each in found["parcels"]] == [ONE, HALVED]
    for each in found["parcels"]:
        assert each["answer"] == ask(web, f"/api/parcels/{each['asked']}?{more}")
    assert found["question"] == {"on": "2026-03-01", "convert_to": "ODT", "fact.allotment_limit": "200"}


def test_the_page_has_a_column_for_each(web: FlaskClient) -> None:
    shown = page(web, address(HALVED, ONE, more=f"{DAY}&convert_to=ODT"))
    table = shown.one("table")
    assert [code.text for code in table.one("thead").all("code")] == [HALVED, ONE]
    totals = [
        f"{ask(web, f'/api/parcels/{ref}?{DAY}&convert_to=ODT')['estimate']['total']:,}".replace(",", ".")
        for ref in (HALVED, ONE)
    ]
    (row,) = [row for row in table.all("tr") if "Tổng chi phí" in row.texts("th")]
    assert [cell.one("strong").text for cell in row.all("td")] == [f"{total}\u00a0đ" for total in totals]
    for row in table.all("tr"):
        assert len(row.all("td")) + len(row.all("th")) in (3, 1)


def test_nothing_to_convert_is_not_called_unknown(web: FlaskClient) -> None:
    unpriced = "25750@2024/1/7"
    asked = f"{DAY}&convert_to=CLN"
    reason = ask(web, f"/api/parcels/{ONE}?{asked}")["estimate"]["reason"]["vi"]
    assert "không có gì để chuyển" in reason
    shown = page(web, address(ONE, more=asked)).one("table")
    (row,) = [row for row in shown.all("tr") if "Tổng chi phí" in row.texts("th")]
    assert row.one("td").text == f"–{reason}"
    shown = page(web, address(unpriced, more=f"{DAY}&convert_to=ODT")).one("table")
    (row,) = [row for row in shown.all("tr") if "Tổng chi phí" in row.texts("th")]
    assert row.one("td").text.startswith("Chưa biết")


def test_a_price_stands_once_for_ground_on_which_it_is_the_same(web: FlaskClient) -> None:
    table = page(web, address(ONE, HALVED)).one("table")
    cells = {row.one("th").text: row.all("td") for row in table.all("tr") if len(row.all("th")) == 1 and row.all("td")}
    # farming land has one price on all of the lot, housing another behind
    assert [small.text for small in cells["CLN"][0].all("small")] == ["THÍCH QUẢNG ĐỨC · vị trí 1"]
    assert [small.text[-8:] for small in cells["ODT"][1].all("small")] == ["vị trí 1", "vị trí 3"]
    assert cells["ODT"][0].text.strip() == "–"


def test_what_has_no_answer_says_why_beside_the_others(web: FlaskClient) -> None:
    found = ask(web, "/api" + address(ONE, NOWHERE, SEVERAL, "here"))
    states = [[name for name in ("answer", "several", "problem") if each[name]] for each in found["parcels"]]
    assert states == [["answer"], ["problem"], ["several"], ["problem"]]
    assert [found["parcels"][i]["problem"]["status"] for i in (1, 3)] == [404, 400]
    shown = page(web, address(ONE, NOWHERE, SEVERAL, "here", more=f"{DAY}&lang=en"))
    assert found["parcels"][1]["problem"]["detail_en"] in shown.text
    assert found["parcels"][2]["several"]["reason"]["en"] in shown.text


def test_a_parcel_named_twice_stands_once(web: FlaskClient) -> None:
    assert len(ask(web, "/api" + address(ONE, ONE, HALVED))["parcels"]) == 2


def test_nothing_to_compare_is_an_empty_list_with_the_way(web: FlaskClient) -> None:
    found = ask(web, "/api/compare")
    assert found["parcels"] == []
    assert found["reason"]["vi"] in page(web, "/compare").text


def test_one_is_taken_out_and_the_question_stays(web: FlaskClient) -> None:
    shown = page(web, address(ONE, HALVED, more=f"{DAY}&convert_to=ODT&lang=en"))
    links = [link.attrs["href"] for link in shown.all("a", "without")]
    assert links == [f"/compare?{urlencode([('parcel', left)])}&{DAY}&convert_to=ODT&lang=en" for left in (HALVED, ONE)]
    assert len(page(web, links[0]).one("table").all("code")) == 1


@pytest.mark.parametrize(
    ("asked", "field"),
    [
        (address(*(f"25750@2024/1/{n}" for n in range(1, 6))), "parcel"),
        (address(ONE, more="on=yesterday"), "on"),
        (address(ONE, more="convert_to=ZZZ"), "convert_to"),
        (address(ONE, more="colour=red"), "colour"),
    ],
)
def test_a_bad_question_is_refused_whole(web: FlaskClient, asked: str, field: str) -> None:
    assert ask(web, "/api" + asked, 400)["field"] == field
    page(web, asked, 400)


@pytest.mark.parametrize("text", ["<script>alert(1)</script>/1/1", '"><b>/1/1', "'/1/1", "🏠/1/1", "a" * 500])
def test_hostile_names_are_text(web: FlaskClient, text: str) -> None:
    shown, plain = page(web, address(text, ONE)), page(web, address("x", ONE))
    assert [node.tag for node in shown.walk()] == [node.tag for node in plain.walk()]
    assert text in shown.text


def test_two_prices_of_one_use_say_of_how_much(web: FlaskClient) -> None:
    """On lot 2 its 200 m² of ODT have two prices, and its CLN has one; the parts of a use are the whole of it."""
    shown = page(web, f"/compare?parcel={HALVED}&{DAY}")
    rows = ask(web, f"/api/parcels/{HALVED}?{DAY}")["price"]["rows"]
    for use, whole in (("ODT", 200), ("CLN", 410)):
        priced = [row for row in rows if row["land_use"] == use]
        (line,) = [tr for tr in shown.all("tr") if tr.all("th") and tr.all("th")[0].text == use]
        said = [float(n.replace(",", ".")) for n in re.findall(r"× ([\d,]+)\s?m²", line.text)]
        several = len({row["unit_price"] for row in priced}) > 1
        assert several is (use == "ODT")
        assert said == ([row["area"] for row in priced] if several else [])
        assert not said or sum(said) == pytest.approx(whole)


@pytest.mark.parametrize("wrong", ["known=x", "on=1/3/2026", "nonsense=1", "fact.first_conversion=maybe", "area=0"])
def test_a_wrong_question_is_refused_whether_or_not_a_parcel_is_named(web: FlaskClient, wrong: str) -> None:
    """Found by Schemathesis: without a parcel anything was taken for a question."""
    for named in ("", f"parcel={ONE}&"):
        assert ask(web, f"/api/compare?{named}{wrong}", 400)["field"] == wrong.partition("=")[0]
