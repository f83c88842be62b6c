"""What is published already and changes a parcel later: told with its day, told apart from what nobody knows."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import paper
import pytest
import street
from flask.testing import FlaskClient
from serving import ask as web_ask
from serving import client, instead, page
from street import ROOT, TODAY, box

from landinfo import ahead, asked, cli, lookup, present, search
from landinfo.lookup import Report
from landinfo.model import Feature, Held, LayerFacts, Link, ParcelRef, Query, State
from landinfo.store import SCHEMA_VERSION, Load, Store, StoreFacts, create_store, rows
from landinfo.store.communes import read_communes
from landinfo.store.rulebook import read_rulebook

BOOK = read_rulebook(ROOT / "data")
PLAN, NEXT = "land_use_planning", date(2027, 1, 1)
KNOWN = date(2026, 6, 1)
"""The plan of 2027 is published on this day."""
LOTS = ["25750@2024/1/1", "25750@2024/1/2", "25741@2024/1/1", "25750@2024/1/7", "25750@2024/1/8", "25750@2024/1/9"]
HEIR = ParcelRef("25750", "2024", "1", "81")


def plans() -> Load:
    """The plan of 2027: road over the western 10 m of lot 1, housing to x = 30; from 2028 on a park at x = 100–140."""
    places = [
        ("DGT", box(-5, -5, 10, 40), NEXT, None),
        ("ODT", box(10, -5, 30, 40), NEXT, None),
        ("DGT", box(30, -5, 60, 40), NEXT, None),
        ("ODT", box(60, -5, 100, 40), NEXT, None),
        ("ODT", box(100, -5, 250, 40), NEXT, date(2028, 1, 1)),
        ("DKV", box(100, -5, 250, 40), date(2028, 1, 1), None),
    ]
    features = [
        Feature(f"n{i}", PLAN, code, shape, first, end, "SIM-QHSDĐ-2025", "", "plan2")
        for i, (code, shape, first, end) in enumerate(places)
    ]
    edition = replace(street.edition(PLAN, "plan2", "SIM-QHSDĐ-2025", NEXT), published=KNOWN)
    cover = replace(street.loads()[1].coverage[0], effective_from=NEXT, edition="plan2")
    return Load(edition, [cover], (), features)


@pytest.fixture(scope="module")
def place(engine: str, new_place: Callable[[str], str]) -> str:
    return new_place(engine)


@pytest.fixture(scope="module")
def ground(place: str) -> Iterator[Store]:
    made = create_store(place, StoreFacts("t", "EPSG:9210", SCHEMA_VERSION, True), *read_communes(ROOT / "data"))
    parcels, *others = street.loads()
    ended = Link("renumbered", date(2026, 2, 1), ParcelRef("25750", "2024", "1", "8"), HEIR, Decimal(600), "p")
    made.publish([replace(parcels, links=[ended]), *others])
    made.publish([plans()], known=KNOWN, states=[State("plan", effective_to=NEXT)])
    yield made
    made.close()


@pytest.fixture(scope="module")
def pages(ground: Store) -> FlaskClient:
    return client(ground)


def found_of(store: Store, parcel: str, **given: str) -> Report:
    pairs = {"on": "2026-03-01", **given}.items()
    found = lookup.parcel(search.parse_parcel(parcel), asked.read_query(pairs, TODAY), store, BOOK)
    assert isinstance(found, Report)
    return found


def ask(store: Store, parcel: str, **given: str) -> dict[str, Any]:
    told: dict[str, Any] = present.answer(found_of(store, parcel, **given), BOOK)["changes_ahead"]
    return told


def said(step: dict[str, Any], lang: str = "vi") -> list[tuple[str, str, str, str]]:
    return [(c["about"], c["label"][lang], c["was"][lang], c["now"][lang]) for c in step["changes"]]


def test_a_plan_that_comes_into_force_later(ground: Store) -> None:
    told = ask(ground, LOTS[0], convert_to="ODT")
    assert (told["state"], told["more"], [d["day"] for d in told["days"]]) == ("changes", False, ["2027-01-01"])
    plan, nbsp = "Quy hoạch sử dụng đất", "\u00a0"
    assert said(told["days"][0]) == [
        ("share", f"{plan}: Đất ở tại đô thị", f"600,0{nbsp}m²", f"300,0{nbsp}m²"),
        ("share", f"{plan}: Đất công trình giao thông (TT 25/2014: Đất giao thông)", "–", f"300,0{nbsp}m²"),
    ]
    assert said(told["days"][0], "en")[0][2:] == (f"600.0{nbsp}m²", f"300.0{nbsp}m²")
    assert "on=2027-01-01" in told["days"][0]["href"]
    assert "convert_to=ODT" in told["days"][0]["href"]
    # nothing is said to stay as it is where something changes, and what is not held is named
    assert [text["vi"].split(",")[0] for text in told["texts"]] == ["Chưa có dữ liệu"]


def test_nothing_is_told_before_it_is_known(ground: Store) -> None:
    before = ask(ground, LOTS[0], known=(KNOWN - timedelta(days=1)).isoformat())
    assert (before["state"], before["days"]) == ("none", [])
    assert ask(ground, LOTS[0], known=KNOWN.isoformat())["state"] == "changes"


def test_what_changes_beside_a_parcel_is_no_change_of_it(ground: Store) -> None:
    # lot 2: housing to x = 30, road behind it, in the new plan as in the old
    assert ground.days_ahead(box(20, 0, 40, 30).bounds, date(2026, 3, 1), TODAY) == ((NEXT, PLAN),)
    assert ground.days_ahead(box(20, 0, 40, 30).bounds, date(2026, 3, 1), KNOWN - timedelta(days=1)) == ()
    assert ground.days_ahead(box(20, 0, 40, 30).bounds, NEXT, TODAY) == ()
    told = ask(ground, LOTS[1])
    assert (told["state"], told["days"]) == ("none", [])
    assert told["held"] == [PLAN, "price"]


def test_the_day_itself_is_not_ahead(ground: Store) -> None:
    assert ask(ground, LOTS[0], on="2026-12-31")["state"] == "changes"
    assert ask(ground, LOTS[0], on="2027-01-01")["state"] == "none"


def test_each_step_says_what_it_changes_itself(ground: Store) -> None:
    told = ask(ground, "25750@2024/1/10", on="2025-12-31")
    assert [d["day"] for d in told["days"]] == ["2026-01-01", "2028-01-01"]
    assert [c[0] for c in said(told["days"][1])] == ["share", "share"]


def test_no_change_and_no_data_are_two_answers(ground: Store) -> None:
    none = ask(ground, LOTS[1])
    assert [t["en"].split(" ")[0] for t in none["texts"]] == ["No", "No"]
    assert "đã công bố sau ngày 01/03/2026 (dữ liệu biết đến 24/11/2026)" in none["texts"][0]["vi"]
    assert "Quy hoạch sử dụng đất; Giá theo bảng giá đất" in none["texts"][0]["vi"]
    assert "urban_zoning" in none["no_data"]
    assert not set(none["held"]) & set(none["no_data"])
    unknown = ask(ground, LOTS[5])
    assert (unknown["state"], unknown["held"], unknown["days"]) == ("no_data", [], [])
    assert [t["vi"][:16] for t in unknown["texts"]] == ["Chưa có dữ liệu,"]
    assert {*unknown["no_data"]} == {*BOOK.themes, "price"}


def test_a_number_that_ends(ground: Store) -> None:
    told = ask(ground, LOTS[4], on="2026-01-15")
    assert [d["day"] for d in told["days"]] == ["2026-02-01"]
    (change,) = said(told["days"][0])
    assert change[2:] == (LOTS[4], f"không còn số thửa này; thay bằng {HEIR}")
    assert told["days"][0]["href"] is None


def test_a_price_list_that_comes(ground: Store) -> None:
    (step, *_) = ask(ground, LOTS[0], on="2025-12-31")["days"]
    assert step["day"] == "2026-01-01"
    told = {label: (was, now) for about, label, was, now in said(step) if about == "price"}
    assert next(now for label, (_, now) in told.items() if label.startswith("Bảng giá")).startswith(
        "Bảng giá đất từ 01"
    )
    assert ("–", "6.260.000\u00a0đ") in told.values()


def test_a_list_counts_from_the_day_it_was_issued() -> None:
    (new,) = [x for x in BOOK.price_lists if x.effective_from == date(2026, 1, 1)]
    issued = BOOK.documents[new.document].issued
    assert issued
    assert issued < new.effective_from
    book = replace(BOOK, rules={})
    assert _own(book, new, issued) == {new.effective_from: {"price"}}
    assert _own(book, new, issued - timedelta(days=1)) == {}
    assert ahead.days([(new.effective_from, "x")], Query(new.effective_from, TODAY), book) == {}
    nameless = replace(book, documents={})
    assert new.effective_from not in _own(nameless, new, date(2025, 12, 31))
    assert new.effective_from in _own(nameless, new, date(2026, 1, 1))


def test_a_list_that_is_not_issued_is_no_price_of_tomorrow(ground: Store) -> None:
    made = found_of(ground, LOTS[0], on="2025-12-31")
    late = replace(made.query, known=date(2025, 11, 1))
    before = ahead.asked(late, made.facts, made.shares, made.pieces, made.valuation)
    held, zones = ground.zones(box(0, 0, 20, 30).bounds, date(2026, 1, 1), TODAY)
    facts = replace(made.facts, zones=zones, zone_coverage=held.coverage)
    assert ahead.later(date(2026, 1, 1), facts, before, True, BOOK).valuation.price_list is None  # type: ignore[union-attr]
    before = replace(before, query=made.query)
    assert ahead.later(date(2026, 1, 1), facts, before, True, BOOK).valuation.state == "priced"  # type: ignore[union-attr]


def test_a_list_that_comes_on_the_same_zones(ground: Store) -> None:
    def zones(box_: Any, on: date, known: date) -> Any:
        return ground.zones(box_, max(on, date(2026, 1, 1)), known)

    told = ask(instead(ground, zones=zones, days_ahead=lambda *_: ()), LOTS[0], on="2025-12-31")
    assert [d["day"] for d in told["days"]] == ["2026-01-01"]
    assert {about for about, *_ in said(told["days"][0])} == {"price"}


def _own(book: Any, of: Any, known: date) -> dict[date, set[str]]:
    return ahead.days([], Query(date(2025, 12, 1), known), replace(book, price_lists=(of,)))


@pytest.mark.parametrize("on", ["2025-06-30", "2025-12-31", "2026-01-15", "2026-03-01", "2027-06-01"])
def test_each_step_is_the_answer_of_its_day(ground: Store, on: str) -> None:
    seen = 0
    for lot in [*LOTS, "25750@2024/1/10"]:
        if lot == LOTS[4] and on > "2026-02-01":
            continue
        made = found_of(ground, lot, on=on)
        assert made.ahead
        for step in made.ahead.steps[1:]:
            if step.facts is None:
                continue
            fresh = found_of(ground, lot, on=step.query.on.isoformat())
            again = ahead.asked(fresh.query, fresh.facts, fresh.shares, fresh.pieces, fresh.valuation)
            assert ahead.says(step) == ahead.says(again)
            assert step.facts.commune_now == fresh.facts.commune_now
            seen += 1
    assert seen > 0


def test_a_source_that_fails_is_no_change(ground: Store) -> None:
    def layer(theme: str, box_: Any, on: date, known: date) -> LayerFacts:
        if theme == PLAN and on >= NEXT:
            return LayerFacts(theme, Held.FAILED, (), ())
        return ground.layer(theme, box_, on, known)

    told = ask(instead(ground, layer=layer), LOTS[0])
    assert (told["days"], PLAN in told["no_data"], PLAN in told["held"]) == ([], True, False)


def test_only_what_may_change_is_read_again(ground: Store) -> None:
    read: list[tuple[str, date]] = []

    def layer(theme: str, box_: Any, on: date, known: date) -> LayerFacts:
        read.append((theme, on))
        return ground.layer(theme, box_, on, known)

    ask(instead(ground, layer=layer), LOTS[0])
    assert [each for each in read if each[1] != date(2026, 3, 1)] == [(PLAN, NEXT)]


def test_no_more_than_four_steps_are_told(ground: Store) -> None:
    days = [date(2026, 4, n) for n in range(1, 8)]

    def layer(theme: str, box_: Any, on: date, known: date) -> LayerFacts:
        found = ground.layer(theme, box_, on, known)
        code = ("ODT", "DGT")[on.day % 2]
        return replace(found, features=tuple(replace(f, designation=code) for f in found.features))

    changing = instead(ground, layer=layer, days_ahead=lambda *_: tuple((day, PLAN) for day in days))
    told = ask(changing, LOTS[0], on="2026-03-30")
    # ODT stands on even days: the 1st changes it first
    assert [d["day"] for d in told["days"]] == [f"2026-04-0{n}" for n in range(1, 5)]
    assert told["more"]
    assert "04/04/2026" in told["texts"][-1]["vi"]


def test_days_of_rows() -> None:
    on = date(2026, 3, 1)

    def days(*row: str | None) -> list[str]:
        return [day.isoformat() for day, _ in rows.days_ahead([("x", *row)], on)]

    assert days("2026-03-01", None, None) == []
    assert days("2026-03-02", None, None) == ["2026-03-02"]
    assert days("2020-01-01", "2026-03-02", None) == ["2026-03-02"]
    assert days("2020-01-01", None, "2027-01-01") == ["2027-01-01"]
    assert days("2020-01-01", "2028-01-01", "2027-01-01") == ["2027-01-01"]
    assert days("2027-01-01", "2028-01-01", None) == ["2027-01-01", "2028-01-01"]
    # a later edition speaks before the row begins: it never counts
    assert days("2027-01-01", None, "2027-01-01") == []
    assert days("2020-01-01", "2026-03-01", None) == []


def test_the_page_tells_it(pages: FlaskClient) -> None:
    for lot, state in ((LOTS[0], "changes"), (LOTS[1], "none"), (LOTS[5], "no_data")):
        told = web_ask(pages, f"/api/parcels/{lot}?on=2026-03-01")["changes_ahead"]
        for address in (f"/parcels/{lot}?on=2026-03-01", f"/panel?parcel={lot}&on=2026-03-01"):
            shown = page(pages, address).one("section", id="ahead")
            assert shown.attrs["data-state"] == told["state"] == state
            for text in told["texts"]:
                assert text["vi"] in shown.text
            lines = [item.text for item in shown.all("li")]
            assert lines == [f"{label}: {was} → {now}" for step in told["days"] for _, label, was, now in said(step)]
            assert [link.attrs["data-href"] for link in shown.all("a")] == [step["href"] for step in told["days"]]


def test_the_link_of_a_step_answers(pages: FlaskClient) -> None:
    (step,) = web_ask(pages, f"/api/parcels/{LOTS[0]}?on=2026-03-01&convert_to=ODT")["changes_ahead"]["days"]
    then = web_ask(pages, "/api" + step["href"])
    assert (then["question"]["on"], then["question"]["convert_to"]) == ("2027-01-01", "ODT")


def test_the_extract_and_the_letter_tell_it(pages: FlaskClient, place: str, capsys: pytest.CaptureFixture[str]) -> None:
    made = pages.get(f"/extract/{LOTS[0]}.pdf?on=2026-03-01&lang=vi")
    assert made.status_code == 200
    words = paper.squeezed(paper.text(made.data))
    assert paper.squeezed("Thay đổi sắp có hiệu lực Từ ngày 01/01/2027") in words
    assert paper.squeezed("Đất giao thông): – → 300,0 m²") in words
    question = ["parcel", LOTS[0], "--on", "2026-03-01", "--known", "2026-11-24", "--store", place, "--lang", "en"]
    assert cli.main(question) == 0
    told = capsys.readouterr().out
    assert "Changes under way" in told
    assert "From 01/01/2027" in told
