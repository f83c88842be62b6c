"""The PDF: what stands on it is what the JSON says, letter for letter, and it is the same bytes every time."""

from __future__ import annotations

import base64
import hashlib
import math
import os
import re
import subprocess
import sys
import time
import unicodedata
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import paper
import pytest
import shapely
import street
from flask.testing import FlaskClient
from serving import ADDRESS, DAY, HALVED, ONE, ask, client
from shapely import affinity
from street import ROOT, X, Y

from landinfo import cutout, lookup, present, search
from landinfo.asked import read_query
from landinfo.letter import Words
from landinfo.model import Feature, Parcel
from landinfo.paper import extract, sections_plan, typeset
from landinfo.store import SCHEMA_VERSION, Load, Store, StoreFacts, create_store
from landinfo.store.communes import read_communes
from landinfo.store.rulebook import read_rulebook
from landinfo.web.settings import Settings

BOTH_DAYS = f"{DAY}&known=2026-11-24"
WILD = '#eval("1+1") $x^2$ *đậm* _n_ `r` <b> @a \\ // /* ~ [x] ]{ = a'
"""What would be markup, if words were ever read as typst's."""


def ridge(corners: int) -> shapely.Polygon:
    """A star around the middle of lot 1 with as many corners."""
    points = [(n * 2 * math.pi / corners, 9 if n % 2 else 7) for n in range(corners)]
    return affinity.translate(shapely.Polygon([(r * math.cos(a), r * math.sin(a)) for a, r in points]), X + 170, Y + 15)


HOLED = shapely.Polygon(street.box(200, 0, 220, 30).exterior, [street.box(205, 5, 215, 15).exterior.coords[::-1]])
PIECES = shapely.MultiPolygon([street.box(222, 0, 232, 10), street.box(236, 0, 246, 10)])
MORE = [
    street.lot("25750@2024", "21", HOLED, "500", ("CLN", "500")),
    street.lot("25750@2024", "22", PIECES, "200", ("CLN", "200")),
    street.lot("25750@2024", "23", ridge(200), "201", ("CLN", "201")),
    street.lot("25750@2024", "24", ridge(1402), None),
    street.lot("25750@2024", "25", street.box(-40, 0, -20, 30), "600", ('#$"', "1"), ("🏠漢\u202e", None)),
]


def wild_loads() -> Iterator[Load]:
    for load in street.loads():
        if load.edition.layer == "parcels":
            yield replace(load, parcels=[*load.parcels, *MORE], edition=replace(load.edition, source=WILD))
        elif load.edition.layer == "land_use_planning":
            first = date(2014, 7, 1)
            on = street.box(-45, -5, -30, 40)
            theirs = Feature("w", "land_use_planning", 'A"*#$', on, first, None, WILD, WILD, "plan")
            twice = [
                Feature(code, "land_use_planning", code, street.box(-25, -5, -15, 40), first, None, "x", "", "plan")
                for code in ("CLN", "DGT")
            ]
            yield replace(load, features=[*load.features, theirs, *twice])
        else:
            yield load


@pytest.fixture(scope="module")
def wild(new_place: Callable[[str], str]) -> Iterator[Store]:
    facts = StoreFacts("test", "EPSG:9210", SCHEMA_VERSION, True)
    made = create_store(new_place("geopackage"), facts, *read_communes(ROOT / "data"))
    made.publish(list(wild_loads()))
    yield made
    made.close()


@pytest.fixture(scope="module")
def site(wild: Store) -> FlaskClient:
    return client(wild)


def pdf(site: FlaskClient, ref: str, query: str) -> bytes:
    response = site.get(f"/extract/{ref}.pdf?{query}")
    assert response.status_code == 200, response.text
    assert response.headers["Content-Type"] == "application/pdf"
    return response.data


def vietnamese(value: Any) -> str:
    """1674000 → 1.674.000, 2.5 → 2,5: written here anew, not asked of the code that is tested."""
    whole, _, decimals = f"{Decimal(str(value)):,f}".partition(".")
    return whole.replace(",", ".") + ("," + decimals if decimals.strip("0") else "")


def english(value: Any) -> str:
    return vietnamese(value).translate(str.maketrans(".,", ",."))


def numbers(answer: dict[str, Any]) -> set[Any]:
    """Every number that a reader is told: prices, steps, amounts, areas, shares, bounds."""
    found = [answer["parcel"]["registered_area"], answer["parcel"]["drawn_area"], *answer["price"]["value"].values()]
    for row in answer["price"]["rows"]:
        found += [row["area"], row["unit_price"], row["amount"], *(step["value"] for step in row["steps"])]
        found += [Decimal(step["factor"]) for step in row["steps"] if step["factor"]]
    found += [row[name] for t in answer["themes"] for row in t["rows"] for name in ("area", "percent")]
    found += [v["area"] for v in answer["verdicts"]]
    if answer["estimate"]:
        found += [i[end] for i in answer["estimate"]["items"] for end in ("low", "likely", "high")]
        found += [line["amount"] for line in answer["estimate"]["lines"]] + list(answer["estimate"]["range"].values())
        found += [q["moves"] for q in answer["estimate"]["questions"]]
    return {value for value in found if value is not None}


def told(answer: dict[str, Any], lang: str) -> Iterator[str]:
    """Every sentence of the answer in one language, but for the labels of choices and documents' notes."""
    yield from (n["text"][lang] for n in answer["notices"] if n["code"] != "simulated-data")
    yield answer["disclaimer"][lang]
    for theme in answer["themes"]:
        yield theme["label"][lang]
        yield from (row["label"][lang] for row in theme["rows"])
        yield from (d["id"] for row in theme["rows"] for d in row["documents"])
    for row in answer["price"]["rows"]:
        yield row["label"][lang]
        for step in row["steps"]:
            yield step["text"][lang]
            yield from [step["citation"]["article"]] if step["citation"] else []
    yield from (v["reason"][lang] for v in answer["verdicts"])
    yield from (c["article"] for v in answer["verdicts"] for c in v["citations"])
    made = answer["estimate"]
    for text in [*made["assumptions"], *made["not_included"]] if made else []:
        yield text[lang]
    yield from (q["text"][lang] for q in made["questions"]) if made else ()
    yield from (line["formula"][lang] for line in made["lines"]) if made else ()
    yield from (r["name"][lang] for r in made["readings"]) if made else ()
    yield from (s["edition"] for s in answer["sources"])
    yield answer["rulebook"]


@pytest.mark.parametrize("lang", ["vi", "en"])
@pytest.mark.parametrize("ref", [ONE, HALVED, "25750@2024/1/10", "25750@2024/1/21", "25750@2024/1/9"])
def test_every_number_and_sentence_of_the_answer_stands_on_it(site: FlaskClient, ref: str, lang: str) -> None:
    query = f"{BOTH_DAYS}&convert_to=ODT"
    answer = ask(site, f"/api/parcels/{ref}?{query}")
    words = paper.squeezed(paper.text(pdf(site, ref, f"{query}&lang={lang}")))
    write = vietnamese if lang == "vi" else english
    assert [n for n in numbers(answer) if write(n) not in words] == []
    assert [t for t in told(answer, lang) if paper.squeezed(typeset.printable(t)) not in words] == []


def test_numbers_stand_in_their_rows_and_columns(site: FlaskClient) -> None:
    """Lot 2 has two uses in two price positions, an amount of its own for each, and an estimate with a range."""
    query = f"{BOTH_DAYS}&convert_to=ODT"
    answer = ask(site, f"/api/parcels/{HALVED}?{query}")
    words = paper.text(pdf(site, HALVED, f"{query}&lang=vi"))
    assert len({row["area"] for row in answer["price"]["rows"]}) > 1
    for row in answer["price"]["rows"]:
        area = vietnamese(row["area"]) if row["area"] % 1 else f"{vietnamese(row['area'])},0"
        amounts = f"{area} m² {vietnamese(row['unit_price'])} {vietnamese(row['amount'])} đ"
        assert f"{row['land_use']} {row['label']['vi']} {amounts}" in words
    spread = [f"{vietnamese(answer['estimate']['range'][end])} đ" for end in ("low", "likely", "high")]
    assert len(set(spread)) == 3
    named = [f"{name} {amount}" for name, amount in zip(("Thấp nhất", "Khả dĩ nhất", "Cao nhất"), spread, strict=True)]
    assert " ".join(named) in words or " ".join(["Thấp nhất Khả dĩ nhất Cao nhất", *spread]) in words
    assert " ".join(["Tổng chi phí chuyển mục đích", *spread]) in words
    for item in answer["estimate"]["items"]:
        ends = [f"{vietnamese(item[end])} đ" for end in ("low", "likely", "high")]
        assert " ".join([item["label"]["vi"], *ends]) in words
    for theme in answer["themes"]:
        for row in theme["rows"]:
            assert f"{vietnamese(row['area'])},0 m² {vietnamese(row['percent'])},0 %" in words


def test_the_permanent_address_and_the_code_stand_on_every_page(site: FlaskClient) -> None:
    query = f"{BOTH_DAYS}&convert_to=ODT"
    made = pdf(site, HALVED, query)
    answer = ask(site, f"/api/parcels/{HALVED}?{query}")
    content = unicodedata.normalize("NFC", site.get(f"/api{answer['permanent']}").text.rstrip("\n")).encode()
    code = base64.b32encode(hashlib.sha256(content).digest()[:16]).decode().rstrip("=")
    pages = [paper.squeezed(page) for page in paper.pages(made)]
    assert len(pages) > 4
    for number, page in enumerate(pages, 1):
        assert code in page
        assert ADDRESS + answer["permanent"] in page
        assert re.search(rf"(Trang|Page){number}/{len(pages)}", page)
        assert "không" in page or "notanofficialextract" in page


def test_the_qr_code_leads_to_the_permanent_address(site: FlaskClient) -> None:
    query = f"{BOTH_DAYS}&convert_to=ODT&fact.first_conversion=true"
    permanent = ask(site, f"/api/parcels/{HALVED}?{query}")["permanent"]
    assert paper.codes(pdf(site, HALVED, query)) == [ADDRESS + permanent]
    again = ask(site, f"/api{permanent}")
    assert again["question"] == ask(site, f"/api/parcels/{HALVED}?{query}")["question"]


def test_a_question_too_long_for_a_qr_code_leads_to_the_verification(site: FlaskClient) -> None:
    spots = ";".join(f"{Y + 15 + 8 * math.sin(n / 15.9):.4f},{X + 10 + 8 * math.cos(n / 15.9):.4f}" for n in range(100))
    made = pdf(site, ONE, f"{BOTH_DAYS}&convert_to=ODT&piece={spots}")
    (address,) = paper.codes(made)
    assert re.fullmatch(rf"{ADDRESS}/verify/[A-Z2-7]{{26}}", address)
    assert address.rpartition("/")[2] in paper.text(made)


def test_both_languages_stand_one_after_the_other(site: FlaskClient) -> None:
    vi, en = (paper.pages(pdf(site, ONE, f"{BOTH_DAYS}&lang={lang}")) for lang in ("vi", "en"))
    both = paper.pages(pdf(site, ONE, BOTH_DAYS))
    assert len(both) == len(vi) + len(en)
    assert "Thửa đất số 1" in both[0]
    assert "Parcel 1" in both[len(vi)]
    assert "Thửa đất số 1" not in " ".join(en)


def test_the_corner_table_is_in_vietnamese_order(site: FlaskClient) -> None:
    words = paper.text(pdf(site, ONE, f"{BOTH_DAYS}&lang=vi"))
    north, south, west, east = "1.215.270,000", "1.215.240,000", "601.500,000", "601.520,000"
    at = [
        words.index(row)
        for row in (
            f" 1 {north} {west} 20,00",
            f" 2 {north} {east} 30,00",
            f" 3 {south} {east} 20,00",
            f" 4 {south} {west} 30,00 1 {north} {west}",
        )
    ]
    assert at == sorted(at)
    assert "kinh tuyến trục 105°45'" in words


def test_holes_and_pieces_have_tables_of_their_own(site: FlaskClient) -> None:
    words = paper.text(pdf(site, "25750@2024/1/21", f"{BOTH_DAYS}&lang=vi"))
    assert "Phần 1: ranh ngoài" in words
    assert "Phần 1: lỗ trong 1" in words
    assert "5 1.215.255,000 601.705,000 10,00 6 1.215.255,000 601.715,000 10,00" in words
    words = paper.text(pdf(site, "25750@2024/1/22", f"{BOTH_DAYS}&lang=en"))
    assert "Part 2: outline" in words
    assert "5 1,215,250.000 601,736.000 10.00" in words


def test_long_tables_repeat_their_heads(site: FlaskClient) -> None:
    pages = paper.pages(pdf(site, "25750@2024/1/23", f"{BOTH_DAYS}&lang=vi"))
    listed = [page for page in pages if re.search(r" \d+ 1\.215\.2\d\d,\d{3} 601\.6\d\d,\d{3} \d+,\d\d", page)]
    assert len(listed) > 3
    assert all("Điểm X (m) Y (m) Chiều dài cạnh (m)" in page for page in listed)
    whole = " ".join(pages)
    assert all(f" {n} 1.215.2" in whole for n in range(1, 201))


def test_of_very_many_corners_some_are_listed_and_the_rest_is_said(site: FlaskClient) -> None:
    words = paper.text(pdf(site, "25750@2024/1/24", f"{BOTH_DAYS}&lang=vi"))
    assert "Bảng ghi 1.000 góc đầu trong 1.402 góc" in words
    assert " 1000 1.215.2" in words
    assert " 1001 1.215.2" not in words


def test_what_others_wrote_is_printed_as_it_is(site: FlaskClient) -> None:
    made = paper.text(pdf(site, "25750@2024/1/25", f"{BOTH_DAYS}&lang=vi"))
    words = paper.squeezed(made)
    assert paper.squeezed(f"{WILD}, {WILD}") in words
    assert 'A"*#$' in words
    assert '#$"' in words
    assert "[U+1F3E0][U+6F22][U+202E]" in words


def test_ground_in_conflict_is_hatched(wild: Store) -> None:
    """On lot 25 two plans say different things of 5 × 30 m."""
    rulebook = read_rulebook(Settings().data)
    query = read_query([("on", "2026-03-01")], street.TODAY)
    report = lookup.parcel(search.parse_parcel("25750@2024/1/25"), query, wild, rulebook)
    assert isinstance(report, lookup.Report)
    answer = present.answer(report, rulebook)
    words = Words("vi", rulebook.texts)
    (plan,) = [block for block in sections_plan.themes(answer["themes"], words) if block["is"] == "table"]
    kinds = {row[0].split()[0]: swatch for row, swatch in zip(plan["rows"], plan["swatches"], strict=True)}
    assert kinds["Chồng"] == "hatch"
    assert list(kinds.values()).count("hatch") == 1
    drawn = cutout.draw(answer, report.facts.parcel.shape, (), report.facts.crs, "vi")
    assert drawn.svg.count('fill="url(#hatch)"') == 1


def test_prices_that_are_not_known_are_no_zero(site: FlaskClient) -> None:
    """Lot 9 lies where no price zone is held; before 2026 the rows of the list are not loaded."""
    words = paper.text(pdf(site, "25750@2024/1/9", f"{BOTH_DAYS}&lang=vi"))
    answer = ask(site, f"/api/parcels/25750@2024/1/9?{BOTH_DAYS}")
    assert answer["price"]["value"]["likely"] is None
    assert answer["price"]["reason"]["vi"] in words
    assert " 0 đ" not in words
    earlier = paper.text(pdf(site, ONE, "on=2020-03-01&known=2026-11-24&lang=vi"))
    assert ask(site, f"/api/parcels/{ONE}?on=2020-03-01&known=2026-11-24")["price"]["reason"]["vi"] in earlier


def test_it_says_that_it_is_pdf_a_2b_and_its_day_is_the_day_of_knowledge(site: FlaskClient) -> None:
    made = pdf(site, ONE, BOTH_DAYS)
    assert b"<pdfaid:part>2</pdfaid:part><pdfaid:conformance>B</pdfaid:conformance>" in made.replace(b"\n", b"")
    assert b"2026-11-24T00:00:00" in made


def test_the_fonts_show_every_letter_that_is_let_through() -> None:
    letters = "".join(chr(n) for low, high in typeset._GLYPHS for n in range(low, high + 1))
    assert typeset.printable("".join(c for c in letters if unicodedata.combining(c) == 0)) != ""
    shown = [c for c in letters if typeset.printable(c) == c]
    block = {"is": "list", "rows": shown}
    names = ("lang", "brand", "tagline", "eyebrow", "title", "place", "subtitle", "simulated", "code_label", "code")
    part = dict.fromkeys([*names, "address_label", "address", "short_address", "foot", "page", "verify"], "x")
    part |= {"disclaimer": "x", "blocks": [block], "lang": "vi", "qr": '<svg xmlns="http://www.w3.org/2000/svg"/>'}
    document = {"title": "x", "author": "x", "parts": [part | {"address": "https://x"}]}
    assert typeset.pdf(document, date(2026, 1, 1)).startswith(b"%PDF-1.7")


@pytest.mark.parametrize(
    ("typed", "printed"),
    [("Phu\u0301", "Phú"), ("a\x00b\u200b\u00ad", "a[U+0000]b[U+200B][U+00AD]"), ("đ/m² → ✓ “”…", "đ/m² → ✓ “”…")],
)
def test_printable(typed: str, printed: str) -> None:
    assert typeset.printable(typed) == printed


def test_two_processes_make_the_same_bytes(site: FlaskClient, tmp_path: Path) -> None:
    """The command line with other hash seeds, at other times, and the web."""
    made = []
    for seed in ("1", "2"):
        file = tmp_path / f"{seed}.pdf"
        where = {"LANDINFO_STORE": wild_path(site), "LANDINFO_ADDRESS": f"{ADDRESS}/", "PYTHONHASHSEED": seed}
        where |= {"LANDINFO_REGISTER": str(tmp_path / "kept.sqlite"), "PYTHONPATH": str(ROOT), "TZ": f"UTC-{seed}"}
        command = [sys.executable, "-m", "landinfo", "parcel", HALVED, "--on", "2026-03-01", "--known", "2026-11-24"]
        done = subprocess.run([*command, "--convert-to", "ODT", "--pdf", file], env=os.environ | where, cwd=tmp_path)
        assert done.returncode == 0
        made.append(file.read_bytes())
    assert made[0] == made[1] == pdf(site, HALVED, f"{BOTH_DAYS}&convert_to=ODT")


def wild_path(site: FlaskClient) -> str:
    return str(site.application.extensions["landinfo"].store._path)


@pytest.mark.postgis
def test_both_engines_give_the_same_file(new_place: Callable[[str], str]) -> None:
    made = []
    for engine in ("geopackage", "postgis"):
        store = street.create(new_place(engine))
        made.append(pdf(client(store), HALVED, f"{BOTH_DAYS}&convert_to=ODT"))
        store.close()
    assert made[0] == made[1]


def test_one_takes_less_than_a_second(site: FlaskClient) -> None:
    pdf(site, ONE, BOTH_DAYS)
    for ref in (HALVED, "25750@2024/1/23"):
        began = time.process_time()
        pdf(site, ref, f"{BOTH_DAYS}&convert_to=ODT")
        assert time.process_time() - began < 1


@pytest.mark.parametrize("number", [1, 2, 21, 22, 23])
def test_the_cut_out_is_drawn_to_its_scale(wild: Store, number: int) -> None:
    """A metre of ground is 1000/scale millimetres of paper, and the parcel stays inside with room around it."""
    rulebook = read_rulebook(Settings().data)
    query = read_query([("on", "2026-03-01")], street.TODAY)
    report = lookup.parcel(search.parse_parcel(f"25750@2024/1/{number}"), query, wild, rulebook)
    assert isinstance(report, lookup.Report)
    near = extract.around(report, wild)
    drawn = cutout.draw(present.answer(report, rulebook), report.facts.parcel.shape, near, report.facts.crs, "vi")
    outline = re.findall(r'<path d="([^"]+)" fill="none" stroke="#17211d" stroke-width="1.6"', drawn.svg)
    (path,) = outline
    spots = [tuple(map(float, spot)) for spot in re.findall(r"(-?[\d.]+) (-?[\d.]+)", path)]
    wide = (max(x for x, _ in spots) - min(x for x, _ in spots)) * cutout.UNIT
    west, _, east, _ = report.facts.parcel.shape.bounds
    assert wide == pytest.approx((east - west) * 1000 / drawn.scale, abs=0.1)
    # north is up, east is right: corners go clockwise from the one above left
    dots = [(float(x), float(y)) for x, y in re.findall(r'<circle cx="([\d.]+)" cy="([\d.]+)"', drawn.svg)]
    if number != 23:
        (left, top), (right, above), (_, below) = dots[:3]
        assert left < right
        assert top == above < below
    assert all(cutout.EDGE < x < cutout.WIDTH - cutout.EDGE for x, _ in spots)
    assert all(cutout.EDGE < y < cutout.HEIGHT - cutout.EDGE for _, y in spots)
    assert report.facts.parcel.ref not in {p.ref for p in near}


@pytest.mark.parametrize("on", [date(2026, 3, 1), date(2026, 1, 10)])
def test_neighbours_are_those_of_the_ground_and_the_day(wild: Store, on: date) -> None:
    """Lot 8, two lots away, ended on 1 February 2026."""
    rulebook = read_rulebook(Settings().data)
    query = read_query([("on", on.isoformat())], street.TODAY)
    asked = "25750@2024/1/7"
    report = lookup.parcel(search.parse_parcel(asked), query, wild, rulebook)
    assert isinstance(report, lookup.Report)
    box = shapely.box(*cutout.window(report.facts.parcel.shape))
    alive: list[Parcel] = [p for p in (*street.PARCELS, *MORE) if p.effective_to is None or on < p.effective_to]
    expected = {str(p.ref) for p in alive if shapely.intersects(p.shape, box)} - {asked}
    assert {str(p.ref) for p in extract.around(report, wild)} == expected
    assert len(expected) >= 2
    assert ("25750@2024/1/8" in expected) is (on < date(2026, 2, 1))
