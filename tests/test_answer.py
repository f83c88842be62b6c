"""One parcel, end to end, on a ground small enough to work out by hand; both engines, both doors below the web."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
import street
from street import ROOT, TODAY, X, Y, box, lot

from landinfo import asked, cli, coordinates, lookup, present, report, search, valuation
from landinfo.lookup import Report, Several
from landinfo.model import BadInput, CannotBeAnswered, LandUse, NotHere, PriceZone, Problem
from landinfo.store import Store, open_store
from landinfo.store.rulebook import read_rulebook

BOOK = read_rulebook(ROOT / "data")


@pytest.fixture(scope="module")
def ground(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Store]:
    url = str(tmp_path_factory.mktemp("answer") / "ground.gpkg")
    made = street.create(url)
    yield made
    made.close()


def ask(store: Store, parcel: str, **given: str) -> dict[str, Any]:
    found = found_of(store, parcel, **given)
    return present.answer(found, BOOK) if isinstance(found, Report) else present.several(found, BOOK)


def found_of(store: Store, parcel: str, **given: str) -> Report | Several:
    pairs = [(k.replace("__", "."), v) for k, v in {"on": "2026-03-01", **given}.items()]
    return lookup.parcel(search.parse_parcel(parcel), asked.read_query(pairs, TODAY), store, BOOK)


def rows(answer: dict[str, Any], theme: str) -> list[tuple[str, str, float, float]]:
    found = next(t for t in answer["themes"] if t["id"] == theme)
    return [(r["kind"], r["designation"], r["area"], r["percent"]) for r in found["rows"]]


def test_price_shares_and_levy_of_one_parcel(ground: Store) -> None:
    told = {"fact__first_conversion": "true", "fact__same_parcel_as_recognised_residential": "true"}
    more = {"fact__allotment_limit": "200", "fact__was_residential_before": "false", "fact__chosen_parcel": "true"}
    answer = ask(ground, "25750@2024/1/1", convert_to="ODT", fact__fee_paid_before="false", **told, **more)
    assert rows(answer, "land_use_planning") == [("designation", "ODT", 600, 100)]
    # CLN in a ward: 10 % of 62.6 M = 6.26 M on all of it, front or back (reading 1)
    assert answer["price"]["value"]["likely"] == 600 * 6_260_000
    assert [(r["area"], r["unit_price"], r["position"]) for r in answer["price"]["rows"]] == [
        (400, 6_260_000, 1),
        (200, 6_260_000, 1),
    ]
    # the target: 400 m² at 62.6 M and 200 m² at 25.04 M; D = 56.34 M and 18.78 M
    # limit 200: a third at 30 %, a third at 50 %, a third at 100 % of (400 × 56.34 + 200 × 18.78) M = 26,292 M
    assert answer["estimate"]["levy"]["amount"] == 26_292_000_000 * 180 // 300
    # 0.5 % × (400 × 62.6 M + 200 × 25.04 M) = 150.24 M
    assert answer["estimate"]["charges"][0]["amount"] == 150_240_000
    assert answer["estimate"]["total"] == 15_775_200_000 + 150_240_000
    assert sum(line["amount"] for line in answer["estimate"]["lines"]) == answer["estimate"]["total"]


def test_a_parcel_that_the_plan_halves(ground: Store) -> None:
    answer = ask(ground, "25750@2024/1/2", convert_to="ODT")
    assert rows(answer, "land_use_planning") == [("designation", "DGT", 305, 50), ("designation", "ODT", 305, 50)]
    assert {v["designation"]: v["allowed"] for v in answer["verdicts"]} == {"DGT": "no", "ODT": "yes"}
    # CLN 410 of 610 m²; 305 may be converted: between 410 + 305 − 610 = 105 and 305, likely 205
    assert answer["estimate"]["convertible"] == {"CLN": {"low": 105, "high": 305}}
    assert sum(p["area"] for p in answer["estimate"]["parts"]) == 205
    # the certificate lists ODT: nobody asks whether there is recognised residential land
    assert "same_parcel_as_recognised_residential" not in {q["fact"] for q in answer["estimate"]["questions"]}
    # value: ODT 200 m² somewhere on 406.7 m² at 62.6 M and 203.3 m² at 25.04 M; CLN 410 m² at 6.26 M
    uses = {u["land_use"]: u for u in answer["price"]["uses"]}
    assert uses["ODT"]["low"] == 200 * 25_040_000
    assert uses["ODT"]["high"] == 200 * 62_600_000
    assert uses["ODT"]["low"] < uses["ODT"]["likely"] < uses["ODT"]["high"]
    assert uses["CLN"]["likely"] == 410 * 6_260_000


def test_an_area_of_ones_own(ground: Store) -> None:
    answer = ask(ground, "25750@2024/1/2", convert_to="ODT", area="100")
    assert sum(p["area"] for p in answer["estimate"]["parts"]) == 100
    with pytest.raises(BadInput) as refused:
        ask(ground, "25750@2024/1/2", convert_to="ODT", area="306")
    assert refused.value.params["most"] == 305
    with pytest.raises(BadInput):
        ask(ground, "25750@2024/1/2", convert_to="ODT", area="0")


def test_an_area_asked_for_may_lie_anywhere(ground: Store) -> None:
    """Lot 1: 400 m² at position 1 (D = 56.34 M, fee 313,000 đ/m²), 200 m² at position 3 (D = 18.78 M, 125,200 đ/m²)."""
    told = {
        "fact__first_conversion": "false",
        "fact__was_residential_before": "false",
        "fact__fee_paid_before": "false",
    }
    told |= {"fact__reduction_group": "none", "fact__allotment_limit": "160", "fact__allocated_without_fee": "true"}
    for area, front in (("100", (0, 100)), ("250", (50, 250)), ("600", (400, 400))):
        estimate = ask(ground, "25750@2024/1/1", convert_to="ODT", area=area, **told)["estimate"]
        costs = [56_653_000 * at + 18_905_200 * (int(area) - at) for at in front]
        assert (estimate["range"]["low"], estimate["range"]["high"]) == (costs[0], costs[1])
        assert costs[0] <= estimate["total"] <= costs[1]
    # parcel 10: 150 + 150 m² of two uses, 200 m² asked for: between 50 and 150 of each
    both = ask(ground, "25750@2024/1/10", convert_to="ODT", area="200", price__ODT="1")["estimate"]
    assert both["convertible"] == {use: {"low": 50, "high": 150} for use in ("CLN", "HNK")}


def corners(*places: tuple[float, float]) -> str:
    """X (northing) first, as Vietnamese papers write."""
    return ";".join(f"{Y + y:.2f},{X + x:.2f}" for x, y in places)


FRONT = corners((22, 0), (30, 0), (30, 20), (22, 20))


def test_a_drawn_piece_settles_where_and_how_much(ground: Store) -> None:
    # 8 × 20 m of the half that may be converted, at the front: 160 m² drawn × 610 / 600 = 162.67
    estimate = ask(ground, "25750@2024/1/2", convert_to="ODT", piece=FRONT)["estimate"]
    assert [(p["area"], p["land_use"], p["position"]) for p in estimate["parts"]] == [(162.7, "CLN", 1)]
    assert estimate["convertible"] == {"CLN": {"low": 162.7, "high": 162.7}}
    # registration fee: 0.5 % × 162.7 × 62.6 M, and it can be no more
    assert estimate["charges"][0]["high"] == 50_925_100
    assert estimate["notices"] == []


def test_a_drawn_piece_leaves_out_what_the_plan_forbids(ground: Store) -> None:
    # 12 × 25 m: 300 m² drawn = 305.0; two thirds may be converted: 203.3, of that 4/5 at the front (162.6), 1/5 behind
    across = corners((22, 0), (34, 0), (34, 25), (22, 25))
    answer = ask(ground, "25750@2024/1/2", convert_to="ODT", piece=across)
    parts = answer["estimate"]["parts"]
    assert sorted((p["position"], p["area"]) for p in parts) == [(1, 162.6), (3, 40.7)]
    told = next(n["text"]["vi"] for n in answer["estimate"]["notices"])
    assert "101,7\u00a0m² trong 305,0\u00a0m²" in told
    assert answer["question"]["piece"] == across


def test_a_drawn_piece_may_come_in_degrees_and_over_the_boundary(ground: Store) -> None:
    plane = coordinates.plane("EPSG:9210")
    places = [plane.point_to_wgs84(X + x, Y + y) for x, y in ((22, -4), (30, -4), (30, 20), (22, 20))]
    degrees = ";".join(f"{lat:.9f},{lon:.9f}" for lon, lat in places)
    answer = ask(ground, "25750@2024/1/2", convert_to="ODT", piece=degrees)
    assert [p["area"] for p in answer["estimate"]["parts"]] == [162.7]
    assert [n["code"] for n in answer["piece"]["notices"]] == ["piece-clipped", "piece-without-split"]
    assert "32,0\u00a0m²" in answer["piece"]["notices"][0]["text"]["vi"]


def test_pieces_make_up_the_whole(ground: Store) -> None:
    left = ask(ground, "25750@2024/1/1", convert_to="ODT", piece=corners((0, 0), (9, 0), (11, 30), (0, 30)))
    right = ask(ground, "25750@2024/1/1", convert_to="ODT", piece=corners((9, 0), (20, 0), (20, 30), (11, 30)))
    whole = ask(ground, "25750@2024/1/1", convert_to="ODT")
    area = [sum(p["area"] for p in answer["estimate"]["parts"]) for answer in (left, right, whole)]
    assert area[0] + area[1] == area[2] == 600


@pytest.mark.parametrize(
    ("piece", "code", "field"),
    [
        ("1,2;3,4", "bad-piece", "piece"),
        ("a,b;c,d;e,f", "bad-piece", "piece"),
        (corners((22, 0), (30, 0), (30, 0)), "piece-no-ground", "piece"),
        (corners((22, 0), (25, 0), (28, 0)), "piece-crosses-itself", "piece"),  # goes back on its own line
        (corners((22, 0), (30, 20), (30, 0), (22, 20)), "piece-crosses-itself", "piece"),
        (";".join(["1215612,601240"] * 501), "piece-too-many-corners", "piece"),
        ("1100000,500000;1400000,500000;1400000,800000", "coordinate-outside", "piece, 1"),
        ("48.85,2.35;48.86,2.35;48.86,2.36", "coordinate-outside", "piece, 1"),
        (corners((122, 0), (130, 0), (130, 20)), "piece-outside-parcel", "piece"),
        (f"{X},{Y};{X + 5},{Y};{X + 5},{Y + 5}", "coordinate-swapped", "piece, 1"),
        (f"10.98,106.67;{Y},{X};{Y},{X + 9}", "piece-mixed", "piece"),
    ],
)
def test_a_piece_that_is_none(ground: Store, piece: str, code: str, field: str) -> None:
    with pytest.raises(Problem) as refused:
        ask(ground, "25750@2024/1/2", convert_to="ODT", piece=piece)
    assert (refused.value.code, refused.value.field) == (code, field)
    whole = code in ("piece-crosses-itself", "piece-too-many-corners", "coordinate-outside")
    assert refused.value.status == (422 if whole else 400), "read, and nothing that could be answered"


def test_a_piece_is_no_larger_than_what_can_be_converted(ground: Store) -> None:
    with pytest.raises(BadInput) as both:
        ask(ground, "25750@2024/1/2", convert_to="ODT", piece=FRONT, area="10")
    assert both.value.code == "area-and-piece"
    # all 400 m² of parcel 10 may be converted by the plan, yet its certificate has 150 + 150 m² of farming land
    with pytest.raises(BadInput) as refused:
        ask(ground, "25750@2024/1/10", convert_to="ODT", piece=corners((118, 10), (140, 10), (140, 30), (118, 30)))
    assert (refused.value.code, refused.value.field) == ("area-beyond-convertible", "piece")
    # 16 × 20 m = 320 m² drawn = 290.9: each use has between 290.9 − 150 = 140.9 and 150 in it
    narrower = corners((124, 10), (140, 10), (140, 30), (124, 30))
    estimate = ask(ground, "25750@2024/1/10", convert_to="ODT", piece=narrower)["estimate"]
    assert estimate["convertible"] == {use: {"low": 140.9, "high": 150} for use in ("CLN", "HNK")}


def test_without_a_registered_area_the_drawn_one_counts(ground: Store) -> None:
    answer = ask(ground, "25744@2024/1/1")
    assert rows(answer, "land_use_planning") == [("designation", "DGT", 600, 100)]
    assert answer["parcel"]["registered_area"] is None
    assert "no-registered-area" in {n["code"] for n in answer["notices"]}


def test_registered_decimals_are_kept(ground: Store) -> None:
    answer = ask(ground, "25741@2024/1/1")
    assert rows(answer, "land_use_planning") == [("designation", "ODT", 600.55, 100)]
    # LUC in a ward: 80 % of 6.26 M on 600.55 m²
    assert answer["price"]["value"]["likely"] == 3_007_554_400


def test_drawn_beyond_the_survey_is_a_warning(ground: Store) -> None:
    difference = ask(ground, "25750@2024/1/7")["parcel"]["area_difference"]
    assert (difference["area"], difference["beyond"]) == (-100, True)
    near = ask(ground, "25750@2024/1/1")["parcel"]["area_difference"]
    assert (near["area"], near["beyond"]) == (0, False)


def test_ground_without_a_zone_has_no_price_and_no_levy(ground: Store) -> None:
    # lot 7 lies half in the zones (x < 90): part has a price, the whole has none
    answer = ask(ground, "25750@2024/1/7", convert_to="ODT")
    assert answer["price"]["state"] == "partly"
    assert answer["price"]["value"] == {"low": 350 * 6_260_000, "likely": None, "high": None}
    assert answer["estimate"]["levy"]["amount"] is None
    assert answer["estimate"]["levy"]["reason"]["vi"]
    assert answer["estimate"]["total"] is None


def test_where_nothing_is_held_nothing_is_denied(ground: Store) -> None:
    answer = ask(ground, "25750@2024/1/9", convert_to="ODT")
    assert {t["answer"] for t in answer["themes"]} == {"no_data"}
    assert answer["price"]["state"] == "no_data"
    assert {n["code"] for n in answer["estimate"]["notices"]} == {"no-deciding-plan"}


def test_uses_that_do_not_sum_are_said(ground: Store) -> None:
    assert "use-areas-do-not-sum" in {n["code"] for n in ask(ground, "25750@2024/1/10")["notices"]}


def test_the_new_commune_finds_the_old_sheets(ground: Store) -> None:
    # 25741's lot lies in 25747 today, so the new 25750 does not have it
    found = ask(ground, "25750/1/1")
    assert [row["ref"] for row in found["several"]] == ["25744@2024/1/1", "25750@2024/1/1"]
    assert found["several"][0]["href"].startswith("/parcels/25744@2024/1/1?on=2026-03-01&known=2026-11-24")
    assert ask(ground, "25747/1/1")["parcel"]["ref"] == "25741@2024/1/1"
    # the day before the union the code names Phú Hòa alone
    assert ask(ground, "25750/1/1", on="2025-06-30")["parcel"]["ref"] == "25750@2024/1/1"


def test_a_price_of_no_land_use_is_refused(ground: Store) -> None:
    with pytest.raises(BadInput) as refused:
        ask(ground, "25750@2024/1/1", price__XXX="5")
    assert (refused.value.code, refused.value.field) == ("unknown-land-use", "price.XXX")


def test_a_day_ahead_of_what_is_known_is_said(ground: Store) -> None:
    def codes(on: str) -> set[str]:
        return {n["code"] for n in ask(ground, "25750@2024/1/1", on=on)["notices"]}

    assert "day-ahead" in codes("2026-11-25")
    assert "day-ahead" not in codes("2026-11-24")


def test_a_parcel_ends_on_its_day(ground: Store) -> None:
    assert ask(ground, "25750@2024/1/8", on="2026-01-31")["parcel"]["effective_to"] == "2026-02-01"
    with pytest.raises(NotHere) as missing:
        ask(ground, "25750@2024/1/8", on="2026-02-01")
    assert missing.value.code == "no-such-parcel"
    assert missing.value.params["nearest"][0] == "25750@2024/1/7"


def test_what_was_not_yet_known_is_not_said(ground: Store) -> None:
    with pytest.raises(NotHere) as missing:
        ask(ground, "25750@2024/1/1", known="2026-01-04")
    assert missing.value.code == "no-data-here"


def test_two_kinds_of_not_found(ground: Store) -> None:
    codes = []
    for parcel in ("25750@2024/1/345", "25750@2024/99/1", "25999/1/1"):
        with pytest.raises(NotHere) as missing:
            ask(ground, parcel)
        codes.append(missing.value.code)
    assert codes == ["no-such-parcel", "no-data-here", "unknown-commune"]


def test_ground_that_went_into_another_commune_is_named(ground: Store) -> None:
    # 25741 was divided; lot 1 of its sheet 2 … here the only lot 1 asked through 25747 lies there, lot 7 does not
    with pytest.raises(NotHere) as missing:
        ask(ground, "25741/1/7")
    assert missing.value.code == "no-such-parcel"
    moved = replace(street.lot("25741@2024", "55", box(400, 0, 420, 30), "600", ("CLN", "600")), commune_now="25747")
    communes, unions = ground.communes()
    asked_for = search.parse_parcel("25750/1/55")
    series = search.resolve(asked_for, date(2026, 3, 1), communes, unions)
    assert not lookup._lies_in(moved, asked_for, series, unions, date(2026, 3, 1))
    told = lookup._elsewhere([moved], asked.read_query([("on", "2026-03-01")], TODAY), communes)
    assert (told.code, told.params["commune"], told.params["nearest"]) == (
        "parcel-in-other-commune",
        "Phường Thủ Dầu Một",
        ("25741@2024/1/55",),
    )


def test_a_day_before_the_first_of_a_commune(ground: Store) -> None:
    with pytest.raises(NotHere) as missing:
        ask(ground, "25750/1/1", on="2014-06-30")
    assert (missing.value.code, missing.value.params["first"]) == ("commune-not-yet", date(2014, 7, 1))


def test_another_meridian_is_named_where_it_would_fit(ground: Store) -> None:
    """The corner of lot 1 in 106°00' (pyproj is asked here, the lot's place is ours)."""
    lon, lat = coordinates.plane("EPSG:9210").point_to_wgs84(X + 5, Y + 5)
    easting, northing = coordinates.plane("EPSG:9211").point_from_wgs84(lon, lat)
    with pytest.raises(NotHere) as missing:
        lookup.at(easting, northing, asked.read_query([("on", "2026-03-01")], TODAY), ground, BOOK)
    assert (missing.value.code, missing.value.params["ref"]) == ("no-data-other-meridian", "25750@2024/1/1")
    assert missing.value.params["meridian"] == "106°00'"


def with_zones(store: Store, parcel: str, *zones: tuple[str, str, int, Any, str], **given: str) -> dict[str, Any]:
    """The answer where the price zones are (edition, id, position, shape, list)."""
    found = found_of(store, parcel, **given)
    assert isinstance(found, Report)
    made = tuple(
        PriceZone(key, book, "25750:10", position, 1, {}, {}, shape, date(2026, 1, 1), None, edition)
        for edition, key, position, shape, book in zones
    )
    return present.answer(report.report(found.query, replace(found.facts, zones=made), BOOK), BOOK)


def test_equal_ids_of_two_editions_are_two_zones(ground: Store) -> None:
    halves = ("a", "same", 1, box(0, 0, 20, 15), "nq87-2025"), ("b", "same", 4, box(0, 15, 20, 30), "nq87-2025")
    answer = with_zones(ground, "25750@2024/1/1", *halves, price__ODT="1")
    # CLN: 10 % of 62.6 M in a ward, by the printed price; position 4 of other uses shows in the conditions of the rows
    assert [(r["area"], r["position"]) for r in answer["price"]["rows"]] == [(300, 1), (300, 1)]
    assert {r["piece_area"] for r in answer["price"]["rows"]} == {300}


def test_zones_that_overlap_are_a_conflict_and_not_nothing(ground: Store) -> None:
    over = ("a", "1", 1, box(0, 0, 20, 20), "nq87-2025"), ("a", "2", 3, box(0, 10, 20, 30), "nq87-2025")
    rows_ = with_zones(ground, "25750@2024/1/1", *over)["price"]["rows"]
    assert sorted((r["state"], r["area"]) for r in rows_) == [*[("priced", 200)] * 2, ("zones_in_conflict", 200)]


def test_a_zone_of_another_list_gives_no_price(ground: Store) -> None:
    answer = with_zones(ground, "25750@2024/1/1", ("a", "1", 1, box(-5, -5, 90, 90), "qd63-2024"))
    assert {r["state"] for r in answer["price"]["rows"]} == {"no_zone"}
    assert answer["price"]["value"]["likely"] is None


def test_price_rows_sum_to_the_value(ground: Store) -> None:
    """Three thirds of 100 m² at 3 đồng: 33.3 × 3 = 99.9 each is 100 each, and 300 are not 299.99."""
    thirds = [("a", str(i), 1, box(i * 20 / 3, 0, (i + 1) * 20 / 3, 30), "nq87-2025") for i in range(3)]
    answer = with_zones(ground, "25750@2024/1/1", *thirds, price__CLN="0.0017")
    amounts = [r["amount"] for r in answer["price"]["rows"]]
    assert sum(amounts) == answer["price"]["value"]["likely"] == 1  # 600 × 0.0017 = 1.02


def test_uses_larger_than_the_parcel_and_very_small_ones(ground: Store) -> None:
    found = found_of(ground, "25750@2024/1/2", convert_to="ODT")
    assert isinstance(found, Report)

    def convertible(*uses: tuple[str, str]) -> dict[str, Any]:
        listed = tuple(LandUse(code, "TT25/2014", Decimal(area)) for code, area in uses)
        facts = replace(found.facts, parcel=replace(found.facts.parcel, land_uses=listed))
        estimate: dict[str, Any] = present.answer(report.report(found.query, facts, BOOK), BOOK)["estimate"]
        return estimate

    # half of 610 m² may be converted: of 900 m² on paper all 305, and of 0.1 m² perhaps 0.1
    assert convertible(("CLN", "900"))["convertible"] == {"CLN": {"low": 305, "high": 305}}
    small = convertible(("ODT", "609.9"), ("CLN", "0.1"))
    assert small["convertible"] == {"CLN": {"low": 0, "high": 0.1}}
    assert [p["area"] for p in small["parts"]] == [0.1]


def test_a_house_of_1995_is_a_house(ground: Store) -> None:
    """T is residential land by the codes of Decision 499/QĐ-ĐC: it is not converted, and it makes a house parcel."""
    found = found_of(ground, "25750@2024/1/2", convert_to="ODT")
    assert isinstance(found, Report)
    uses = (LandUse("T", "QD499-1995", Decimal(200)), LandUse("LNK", "legacy-2004", Decimal(410)))
    facts = replace(found.facts, parcel=replace(found.facts.parcel, land_uses=uses))
    estimate = present.answer(report.report(found.query, facts, BOOK), BOOK)["estimate"]
    assert estimate["convertible"] == {"LNK": {"low": 105, "high": 305}}
    assert "same_parcel_as_recognised_residential" not in {q["fact"] for q in estimate["questions"]}
    printed = (LandUse("Vườn", "QD499-1995", Decimal(610)),)
    facts = replace(found.facts, parcel=replace(found.facts.parcel, land_uses=printed))
    old = present.answer(report.report(found.query, facts, BOOK), BOOK)
    assert old["estimate"]["levy"]["amount"] is None
    assert "Vườn" in old["estimate"]["levy"]["reason"]["vi"]


def test_an_unknown_fact_stays_unknown_in_the_permanent_address(ground: Store) -> None:
    answer = ask(ground, "25750@2024/1/2", convert_to="ODT", fact__same_parcel_as_recognised_residential="unknown")
    assert "fact.same_parcel_as_recognised_residential=unknown" in answer["permanent"]


@pytest.mark.parametrize(("day", "state"), [("2023-05-01", "rows_not_loaded"), ("2025-12-31", "rows_not_loaded")])
def test_other_days_know_their_list_but_not_its_rows(ground: Store, day: str, state: str) -> None:
    answer = ask(ground, "25750@2024/1/1", on=day, convert_to="ODT")
    assert answer["price"]["state"] == state
    assert answer["estimate"]["levy"]["amount"] is None
    given = {"price__ODT": "20000000", "price__CLN": "2000000", "fact__allotment_limit": "600"}
    with_prices = ask(ground, "25750@2024/1/1", on=day, convert_to="ODT", **given)
    assert with_prices["estimate"]["levy"]["amount"] == 600 * 18_000_000


def test_before_every_regime_only_the_estimate_is_refused(ground: Store) -> None:
    with pytest.raises(CannotBeAnswered):
        ask(ground, "25750@2024/1/1", on="2014-06-30", convert_to="ODT")


def test_points(ground: Store) -> None:
    query = asked.read_query([("on", "2026-03-01")], TODAY)
    inside = lookup.at(X + 5, Y + 5, query, ground, BOOK)
    assert isinstance(inside, Report)
    assert str(inside.facts.parcel.ref) == "25750@2024/1/1"
    shared = lookup.at(X + 20, Y + 5, query, ground, BOOK)
    assert isinstance(shared, Several)
    assert len(shared.parcels) == 2
    for place, code in (((X + 5, Y - 60), "no-parcel-at-point"), ((X - 5000, Y), "no-data-at-point")):
        with pytest.raises(NotHere) as missing:
            lookup.at(*place, query, ground, BOOK)
        assert missing.value.code == code


def test_a_permanent_address_asks_the_same_question_again(ground: Store) -> None:
    answer = ask(ground, "25750/1/2", convert_to="ODT", area="100", fact__first_conversion="true", price__CLN="2000000")
    path, _, parameters = answer["permanent"].removeprefix("/parcels/").partition("?")
    given = [tuple(pair.split("=")) for pair in parameters.split("&")]
    again = lookup.parcel(search.parse_parcel(path), asked.read_query(given, date(2031, 1, 1)), ground, BOOK)
    assert isinstance(again, Report)
    assert json.dumps(present.answer(again, BOOK)) == json.dumps(answer)


@pytest.mark.parametrize(
    ("given", "field", "code"),
    [
        ([("on", "1/3/2026")], "on", "bad-day"),
        ([("on", "2026-02-30")], "on", "bad-day"),
        ([("on", "1066-10-14")], "on", "bad-day"),
        ([("known", "tomorrow")], "known", "bad-day"),
        ([("area", "-5")], "area", "bad-number"),
        ([("area", "1e3")], "area", "bad-number"),
        ([("price.ODT", "20.000.000")], "price.ODT", "bad-number"),
        ([("price.ODT", "20.000")], "price.ODT", "ambiguous-number"),  # 20,000 on Vietnamese paper
        ([("area", "1.000")], "area", "ambiguous-number"),
        ([("price.", "2")], "price.", "unknown-parameter"),
        ([("price.odt", "2")], "price.odt", "bad-land-use-code"),
        ([("convert_to", "đất ở")], "convert_to", "bad-land-use-code"),
        ([("fact.rich", "true")], "fact.rich", "case-unknown-fact"),
        ([("fact.first_conversion", "maybe")], "fact.first_conversion", "case-fact-yes-no"),
        ([("land_user", "king")], "land_user", "case-not-one-of"),
        ([("onn", "2026-01-01")], "onn", "unknown-parameter"),
        ([("on", "2026-01-01"), ("on", "2026-01-02")], "on", "given-twice"),
    ],
)
def test_a_bad_question_names_its_field(given: Sequence[tuple[str, str]], field: str, code: str) -> None:
    with pytest.raises(BadInput) as refused:
        asked.read_query(given, TODAY)
    assert (refused.value.field, refused.value.code) == (field, code)


@pytest.mark.parametrize(
    "given", [{}, {"lat": "11"}, {"lat": "11", "y": "2"}, {"lat": "1", "lon": "2", "x": "3", "y": "4"}]
)
def test_a_place_is_one_pair(given: dict[str, str]) -> None:
    with pytest.raises(BadInput) as refused:
        asked.read_place(given, "EPSG:9210")
    assert refused.value.code == "place-needs-a-pair"


def test_uses_fill_what_is_not_stated() -> None:
    parcel = lot("25750@2024", "1", box(0, 0, 10, 10), "100", ("ODT", "60"), ("CLN", None))
    assert [a for _, a in valuation.use_areas(parcel, Decimal(100))] == [60, 40]
    vague = lot("25750@2024", "1", box(0, 0, 10, 10), "100", ("ODT", None), ("CLN", None))
    assert [a for _, a in valuation.use_areas(vague, Decimal(100))] == [None, None]
    too_much = lot("25750@2024", "1", box(0, 0, 10, 10), "100", ("ODT", "160"), ("CLN", None))
    assert [a for _, a in valuation.use_areas(too_much, Decimal(100))] == [160, None]


@pytest.fixture
def file(tmp_path: Path) -> str:
    url = str(tmp_path / "ground.gpkg")
    street.create(url).close()
    return url


def test_command_line_answers(file: str, capsys: pytest.CaptureFixture[str]) -> None:
    question = ["parcel", "25750@2024/1/1", "--store", file, "--on", "2026-03-01", "--known", "2026-11-24"]
    assert cli.main([*question, "--convert-to", "ODT"]) == 0
    said = capsys.readouterr().out
    assert "Thửa đất số 1, tờ bản đồ số 1, Phường Phú Hòa" in said
    assert "3.756.000.000\u00a0đ" in said
    assert "dữ liệu mô phỏng" in said
    assert cli.main([*question, "--json"]) == 0
    store = open_store(file)
    same = ask(store, "25750@2024/1/1", known="2026-11-24")
    assert json.loads(capsys.readouterr().out) == json.loads(json.dumps(same))
    assert cli.main(["parcel", "25750/1/1", "--store", file, "--on", "2026-03-01"]) == 0
    assert "25744@2024/1/1" in capsys.readouterr().out
    assert cli.main(["at", "--x", str(Y + 5), "--y", str(X + 5), "--store", file, "--on", "2026-03-01"]) == 0
    assert "25750@2024/1/1" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["parcel", "25750"], "25750/12/345"),
        (["parcel", "25750@2024/1/77"], "→ 25750@2024/1/10"),
        (["parcel", "25750@2024/1/1", "--on", "hôm nay"], "NĂM-THÁNG-NGÀY"),
        (["parcel", "25750@2024/1/1", "--on", "2013-01-01", "--convert-to", "ODT"], "01/07/2014"),
        (["at", "--x", "601505", "--y", "1215245"], "đổi chỗ"),
        (["parcel", "25750@2024/1/1", "--fact", "first_conversion"], "TÊN=GIÁ_TRỊ"),
    ],
)
def test_command_line_refuses_in_a_sentence(
    file: str, capsys: pytest.CaptureFixture[str], arguments: list[str], said: str
) -> None:
    assert cli.main([*arguments, "--store", file]) == 2
    printed = capsys.readouterr()
    assert said in printed.err
    assert "Traceback" not in printed.err
    assert printed.out == ""


@pytest.mark.parametrize("given", [{}, {"convert_to": "ODT"}, {"convert_to": "SKK", "fact__first_conversion": "true"}])
def test_what_tables_tell_is_the_answer_s_own(ground: Store, given: dict[str, str]) -> None:
    for parcel in ("25750@2024/1/1", "25750@2024/1/2", "25741@2024/1/1", "25750@2024/1/7"):
        found = found_of(ground, parcel, **given)
        assert isinstance(found, Report)
        whole, outlined = present.answer(found, BOOK), present.listed(found, BOOK, outline=True)
        assert outlined["parcel"]["geometry"] == whole["parcel"]["geometry"]
        told = present.listed(found, BOOK, outline=False)
        assert told["parcel"]["geometry"] is None
        assert not any(row["geometry"] for theme in told["themes"] for row in theme["rows"])
        assert told["price"].pop("rows") == []
        del whole["price"]["rows"]
        assert without_shapes(told) == without_shapes({name: whole[name] for name in told})
        assert without_shapes(told) == without_shapes({**outlined, "price": told["price"]})


def without_shapes(value: Any) -> Any:
    if isinstance(value, dict):
        return {k: without_shapes(v) for k, v in value.items() if k != "geometry"}
    return [without_shapes(v) for v in value] if isinstance(value, list) else value
