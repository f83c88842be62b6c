"""The pages: the same numbers as the JSON in both languages, a true drawing, the map drawn once, the panel."""

from __future__ import annotations

import hashlib
import json
import re
from typing import Any

import pytest
from flask.testing import FlaskClient
from markup import Node
from serving import DAY, HALVED, ONE, ask, page
from street import X, Y

from landinfo.web import maps

QUESTIONS = [
    f"{ONE}?{DAY}",
    f"{ONE}?{DAY}&convert_to=ODT&fact.same_parcel_as_recognised_residential=true&fact.allotment_limit=200",
    f"{HALVED}?{DAY}&convert_to=ODT",
    f"{HALVED}?on=2026-08-01&convert_to=TMD&land_user=organisation&area=100.5",
    f"25744@2024/1/1?{DAY}&convert_to=ONT",
    f"25741@2024/1/1?{DAY}&convert_to=ODT",
    f"25750@2024/1/7?{DAY}&convert_to=ODT",
    f"25750@2024/1/9?{DAY}&convert_to=ODT",
    f"{HALVED}?on=2025-08-01&convert_to=ODT&price.ODT=20000000&price.CLN=2000000",
]


def grouped(value: Any, places: int | None, lang: str) -> str:
    """1234567.5 → 1.234.567,5 in Vietnamese; written here again, so that the pages are not compared with themselves."""
    if places is None:
        places = len(str(value).partition(".")[2]) if value != int(value) else 0
    text = f"{value:,.{places}f}"
    return text.translate(str.maketrans(",.", ".,")) if lang == "vi" else text


def money(value: int | None, lang: str) -> str:
    return "–" if value is None else grouped(value, 0, lang) + "\u00a0đ"


def m2(value: float | None, lang: str) -> str:
    return "–" if value is None else grouped(value, None if value != int(value) else 1, lang) + "\u00a0m²"


@pytest.mark.parametrize("lang", ["vi", "en"])
@pytest.mark.parametrize("question", QUESTIONS)
def test_a_page_says_the_numbers_of_the_json(web: FlaskClient, question: str, lang: str) -> None:
    answer = ask(web, f"/api/parcels/{question}")
    shown = page(web, f"/parcels/{question}" + ("&lang=en" if lang == "en" else ""))
    assert shown.one("html").attrs["lang"] == lang
    assert shown.one("dd", "registered").text == m2(answer["parcel"]["registered_area"], lang)
    assert shown.one("dd", "value").text == money(answer["price"]["value"]["likely"], lang)
    _same_prices(shown.one("section", id="price"), answer["price"], lang)
    for theme in answer["themes"]:
        _same_shares(shown.one(data_theme=theme["id"]), theme, lang)
    if answer["estimate"]:
        assert shown.one("dd", "cost").text == money(answer["estimate"]["total"], lang)
        _same_estimate(shown.one("div", "estimate"), answer["estimate"], lang)
    for code in [n["text"][lang] for n in answer["notices"] if n["code"] != "simulated-data"]:
        assert code in shown.texts("p", "notice")
    assert answer["disclaimer"][lang] in shown.texts("p", "disclaimer")


def _same_prices(shown: Node, price: dict[str, Any], lang: str) -> None:
    assert shown.texts("strong", "amount") == [money(row["amount"], lang) for row in price["rows"]]
    prices = [row["unit_price"] for row in price["rows"] if row["unit_price"] is not None]
    assert shown.texts("span", "unit-price") == [grouped(value, None, lang) for value in prices]
    if price["value"]["likely"] is not None:
        assert money(price["value"]["likely"], lang) in shown.one("p", "total").text
    if price["reason"]:
        assert price["reason"][lang] in shown.text


def _same_shares(shown: Node, theme: dict[str, Any], lang: str) -> None:
    rows = [[cell.text for cell in row.all("td", "number")] for row in shown.all("tr") if "data-part" in row.attrs]
    assert rows == [[m2(r["area"], lang), grouped(r["percent"], 1, lang) + "\u00a0%"] for r in theme["rows"]]
    for row, said in zip(theme["rows"], shown.all("div", "named"), strict=True):
        assert row["label"][lang] in said.text
    if theme["kind"] == "partition" and theme["rows"]:
        total = [cell.text for cell in shown.one("tfoot").all("td")]
        assert total == [m2(theme["total_area"], lang), f"{grouped(100, 1, lang)}\u00a0%"]
        assert sum(float(bar.attrs["width"]) for bar in shown.one("svg", "share-bar").all("rect")) == pytest.approx(100)


def _same_estimate(shown: Node, estimate: dict[str, Any], lang: str) -> None:
    assert shown.texts("strong", "amount") == [money(item["amount"], lang) for item in estimate["items"]]
    if estimate["total"] is not None:
        three = [estimate["range"][bound] for bound in ("low", "likely", "high")]
        assert shown.one("dl", "three").texts("dd") == [money(value, lang) for value in three]
    for reading in estimate["readings"]:
        assert f"{reading['name'][lang]}: {money(reading['levy'], lang)}" in shown.text
    for line in estimate["lines"]:
        assert line["formula"][lang] in shown.text
        assert money(line["amount"], lang) in shown.text


def test_numbers_in_vietnamese_form(web: FlaskClient) -> None:
    # the value worked out by hand in test_answer.py: 600 m² × 6,260,000 đ
    shown = page(web, f"/parcels/{ONE}?{DAY}").text
    for said in (
        "3.756.000.000\u00a0đ",
        "600,0\u00a0m²",
        "6.260.000",
        "100,0\u00a0%",
        "ngày 01/03/2026",
        "Phường Phú Hòa",
    ):
        assert said in shown
    assert "Dữ liệu mô phỏng – simulated data" in shown
    assert "3,756,000,000\u00a0đ" in page(web, f"/parcels/{ONE}?{DAY}&lang=en").text


def test_the_map_is_drawn_once_and_kept(web: FlaskClient, monkeypatch: pytest.MonkeyPatch) -> None:
    page(web, "/")
    monkeypatch.setattr(maps, "draw", None)
    front = page(web, "/")
    assert len(front.all("div", "folium-map")) == 1
    (address,) = (node.attrs["src"] for node in front.all("script") if node.attrs["src"].startswith("/drawn/"))
    response = web.get(address)
    assert response.headers["Cache-Control"] == "public, max-age=31536000, immutable"
    assert address == f"/drawn/map.{hashlib.sha256(response.data).hexdigest()[:12]}.js"
    assert response.text.count("L.map(") == 1
    assert front.one("div", "folium-map").attrs["id"] in response.text
    assert "tileLayer" not in response.text
    # the map begins on the ground that is held: 106.67° E, 10.98° N
    south_west = re.search(r"fitBounds\(\[\[([\d.]+), ([\d.]+)\]", response.text)
    assert south_west
    assert (float(south_west[1]), float(south_west[2])) == pytest.approx((10.987, 106.680), abs=0.003)
    assert web.get("/drawn/map.000000000000.js").status_code == 404


def test_a_panel_is_a_piece_of_a_page_with_what_the_map_draws(web: FlaskClient) -> None:
    shown = page(web, f"/panel?parcel={HALVED}&{DAY}&convert_to=ODT")
    assert not shown.all("html") + shown.all("script") + shown.all("link")
    shapes = json.loads(next(n.attrs["data-shapes"] for n in shown.walk() if "data-shapes" in n.attrs))
    assert shapes["ref"] == HALVED
    assert shapes["parcel"] == ask(web, f"/api/parcels/{HALVED}?{DAY}")["parcel"]["geometry"]
    rows = {n.attrs["data-part"] for n in shown.all("tr") if "data-part" in n.attrs}
    assert {part["key"] for part in shapes["parts"]} == rows
    # TT 08/2024: ODT is (255, 160, 255), DGT (255, 170, 50)
    assert {p["colour"].lower() for p in shapes["parts"] if p["shown"]} == {"#ffa0ff", "#ffaa32"}
    at_point = page(web, f"/panel?x={Y + 5}&y={X + 25}&{DAY}")
    assert "thửa đất số 2" in at_point.one("h1").text.lower()
    assert not page(web, f"/panel?parcel={ONE}&parcel={ONE}", 400).all("html")


def numbers(path: str) -> list[tuple[float, float]]:
    return [(float(x), float(y)) for x, y in re.findall(r"(-?[\d.]+) (-?[\d.]+)", path)]


def test_the_drawing_is_true_to_the_ground(web: FlaskClient) -> None:
    drawing = page(web, f"/parcels/{HALVED}?{DAY}").one("figure").one("svg")
    corners = numbers(drawing.one("path", "outline").attrs["d"])
    xs, ys = [c[0] for c in corners], [c[1] for c in corners]
    width, height = max(xs) - min(xs), max(ys) - min(ys)
    # a lot of 20 × 30 m, and meridians converge by 0.17° here
    assert height / width == pytest.approx(1.5, rel=0.01)
    box = [float(n) for n in drawing.attrs["viewbox"].split()]
    assert (min(xs) > 0, max(xs) < box[2], min(ys) > 0, max(ys) < box[3]) == (True,) * 4
    middle = (max(xs) + min(xs)) / 2
    for part in drawing.all("path", "part"):
        sides = [x for x, _ in numbers(part.attrs["d"])]
        # DGT lies east of x = 30, ODT west of it
        assert (min(sides) > middle - 1) if "giao thông" in part.one("title").text else (max(sides) < middle + 1)
    bar, metres = re.search(r"h([\d.]+)", drawing.one("g", "bar").one("path").attrs["d"]), drawing.texts("text")
    assert bar
    assert float(bar[1]) / float(metres[metres.index("10 m")].split()[0]) == pytest.approx(width / 20, rel=0.01)
    assert {"ODT", "DGT"} <= set(metres)


def test_the_drawing_has_north_up(web: FlaskClient) -> None:
    # lot 10 reaches further east than lot 8 and begins 10 m further north
    figures = {n: page(web, f"/parcels/25750@2024/1/{n}?on=2026-01-31") for n in (8, 10)}
    centres = {n: ask(web, f"/api/parcels/25750@2024/1/{n}?on=2026-01-31")["parcel"]["centre"] for n in (8, 10)}
    assert centres[10]["x"] > centres[8]["x"]
    ring = ask(web, "/api/parcels/25750@2024/1/10?on=2026-01-31")["parcel"]["geometry"]["coordinates"][0]
    drawn = numbers(figures[10].one("path", "outline").attrs["d"])
    northernmost = max(range(len(drawn)), key=lambda i: ring[i][1])
    easternmost = max(range(len(drawn)), key=lambda i: ring[i][0])
    assert drawn[northernmost][1] == min(y for _, y in drawn)
    assert drawn[easternmost][0] == max(x for x, _ in drawn)
