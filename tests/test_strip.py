"""The piece to convert measured from the street, and piece + rest = whole, on a ground small enough to work out."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
import shapely
import street
from flask.testing import FlaskClient
from hypothesis import given, settings
from hypothesis import strategies as st
from serving import DAY, client, page
from serving import ask as web_ask
from shapely import affinity
from shapely.geometry import shape
from street import ROOT, TODAY, X, Y, box, lot

from landinfo import asked, cli, coordinates, lookup, piece, present, search, strip
from landinfo.lookup import Report
from landinfo.model import BadInput, Coverage, Feature, PriceZone, Strip
from landinfo.store import SCHEMA_VERSION, Load, Store, StoreFacts, create_store
from landinfo.store.communes import read_communes
from landinfo.store.rulebook import read_rulebook

BOOK = read_rulebook(ROOT / "data")
HALVED = "25750@2024/1/2"
FLAG = "25750@2024/1/30"
SOUTH = {"faces": "south", "frontage_m": "20.0"}
# A neck of 4 m leads 10 m back to ground of 16 × 20 m: two sides look south, and the street is before the neck.
NECK = shapely.Polygon([(X + x, Y + y) for x, y in ((140, 0), (144, 0), (144, 10), (156, 10), (156, 30), (140, 30))])
THEME = "road_safety_corridor"


def loads() -> list[Load]:
    """The street, with zones that say which way the lots look, a lot with a neck, and a corridor over the front."""
    parcels, plan, zones = street.loads()
    held = [replace(z, found=SOUTH) for z in zones.zones]
    neck = PriceZone(
        "N", "nq87-2025", "25750:10", 2, 1, {}, {"faces": "south", "frontage_m": "4.1", "alley_width_m": "4"},
        box(135, -5, 160, 40), date(2026, 1, 1), None, "zones",
    )  # fmt: skip
    flag = lot("25750@2024", "30", NECK, "360", ("CLN", "360"))
    corridor = Feature("c", THEME, "HLDB", box(-5, -5, 250, 6), street.FIRST, None, "SIM-BĐĐC", "", "corridor")
    cover = Coverage(THEME, box(-50, -50, 250, 100), street.FIRST, None, True, "corridor")
    return [
        replace(parcels, parcels=[*parcels.parcels, flag]),
        plan,
        replace(zones, zones=[*held, neck]),
        Load(street.edition(THEME, "corridor", "SIM-BĐĐC"), [cover], (), [corridor]),
    ]


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> str:
    return str(tmp_path_factory.mktemp("strip") / "ground.gpkg")


@pytest.fixture(scope="module")
def ground(place: str) -> Iterator[Store]:
    made = create_store(place, StoreFacts("t", "EPSG:9210", SCHEMA_VERSION, True), *read_communes(ROOT / "data"))
    made.publish(loads())
    yield made
    made.close()


@pytest.fixture(scope="module")
def pages(ground: Store) -> FlaskClient:
    return client(ground)


def found_of(store: Store, parcel: str, **given: str) -> Report:
    pairs = [("on", "2026-03-01"), ("convert_to", "ODT")]
    pairs = [pair for pair in pairs if pair[0] not in given] + [(k.replace("__", "."), v) for k, v in given.items()]
    found = lookup.parcel(search.parse_parcel(parcel), asked.read_query(pairs, TODAY), store, BOOK)
    assert isinstance(found, Report)
    return found


def ask(store: Store, parcel: str, **given: str) -> dict[str, Any]:
    return present.answer(found_of(store, parcel, **given), BOOK)


def ground_of(store: Store, parcel: str, **given: str) -> list[float]:
    """(left, front, right, back) of the piece, in metres from the street's origin."""
    cut = found_of(store, parcel, **given).cut
    assert cut
    west, south, east, north = cut.ground.bounds
    return [round(v, 3) for v in (west - X, south - Y, east - X, north - Y)]


@pytest.mark.parametrize(
    ("measures", "expected"),
    [
        # seen from the street in the south, left is west
        ({"strip__width": "8", "strip__depth": "20"}, [20, 0, 28, 20]),
        ({"strip__width": "8", "strip__depth": "20", "strip__end": "right"}, [32, 0, 40, 20]),
        ({"strip__width": "8", "strip__depth": "20", "strip__end": "middle"}, [26, 0, 34, 20]),
        ({"strip__width": "8,5"}, [20, 0, 28.5, 30]),
        ({"strip__depth": "20"}, [20, 0, 40, 20]),
        ({"strip__from": "12"}, [20, 12, 40, 30]),
        ({"strip__from": "12", "strip__depth": "5", "strip__width": "3"}, [20, 12, 23, 17]),
        # another side than the one that gave the price: seen from the east, left is south
        ({"strip__width": "8", "strip__depth": "5", "strip__faces": "east"}, [35, 0, 40, 8]),
        ({"strip__width": "8", "strip__depth": "5", "strip__faces": "north"}, [32, 25, 40, 30]),
    ],
)
def test_where_a_measured_piece_lies(ground: Store, measures: dict[str, str], expected: list[float]) -> None:
    assert ground_of(ground, HALVED, **measures) == expected


def test_a_measured_piece_is_the_drawn_one(ground: Store) -> None:
    spots = ((22, 0), (30, 0), (30, 20), (22, 20))
    drawn = ask(ground, HALVED, piece=";".join(f"{Y + y:.2f},{X + x:.2f}" for x, y in spots))
    there = {"strip__depth": "20", "strip__width": "18", "strip__end": "right"}
    measured = ask(ground, HALVED, **there)
    # 18 × 20 m = 360 m² drawn × 610 / 600 = 366; of it 10 × 20 m may become housing by the plan
    assert (measured["piece"]["area"], measured["piece"]["rest"], measured["piece"]["whole"]) == (366, 244, 610)
    assert [(p["area"], p["position"]) for p in measured["estimate"]["parts"]] == [(162.7, 1)]
    assert measured["estimate"]["parts"] == drawn["estimate"]["parts"]
    assert measured["estimate"]["levy"]["amount"] == drawn["estimate"]["levy"]["amount"]
    assert measured["question"]["strip"] == {"width": 18, "depth": 20, "from": 0, "end": "right", "faces": None}
    assert "strip.width=18&strip.depth=20&strip.end=right" in measured["permanent"]
    assert measured["piece"]["side"] == {
        "length": 20, "faces": "south", "told": False,
        "text": {
            "vi": "Đo từ mặt giáp đường của thửa: cạnh dài 20 m, hướng nam",
            "en": "Measured from the parcel's street side: 20 m long, looking south",
        },
    }  # fmt: skip
    assert measured["piece"]["measured"]["vi"] == "rộng 18 m từ bên phải, sâu 20 m, từ mặt đường"
    assert drawn["piece"]["side"] is drawn["piece"]["measured"] is None


def test_the_path_to_the_back_may_be_left_out(ground: Store) -> None:
    back = ask(ground, FLAG, strip__from="10")["piece"]
    assert (back["area"], back["rest"], back["side"]["length"]) == (320, 40, 4)
    (notice,) = back["notices"]
    assert notice["code"] == "piece-path-left-out"
    for text in notice["text"].values():
        assert "254/2025/QH15, Điều 11 khoản 3" in text
    # twelve metres of width are there although the front has four
    assert ground_of(ground, FLAG, strip__from="10", strip__width="12", strip__end="right") == [144, 10, 156, 30]
    front = ask(ground, FLAG, strip__depth="15")["piece"]
    assert [n["code"] for n in front["notices"]] == ["piece-without-split"]
    drawn = ask(ground, FLAG, piece=f"{Y + 11},{X + 141};{Y + 11},{X + 150};{Y + 20},{X + 150}")["piece"]
    assert [n["code"] for n in drawn["notices"]] == ["piece-path-left-out"]


def test_before_2026_nobody_says_that_a_split_is_not_needed(ground: Store) -> None:
    asked_ = {"strip__from": "10", "strip__faces": "south"}  # the zones of the price are those of 2026
    notices = ask(ground, FLAG, on="2025-12-31", **asked_)["piece"]["notices"]
    assert [(n["code"], n["severity"]) for n in notices] == [("piece-split-not-settled", "warning")]
    assert "31/12/2025" in notices[0]["text"]["vi"]


def test_the_whole_parcel_leaves_no_rest_and_no_word_of_a_split(ground: Store) -> None:
    made = ask(ground, HALVED, strip__depth="30")["piece"]
    assert (made["area"], made["rest"], made["notices"]) == (610, 0, [])


def test_what_the_frame_holds_outside_the_parcel_is_told(ground: Store) -> None:
    made = ask(ground, HALVED, strip__width="22", strip__depth="10")["piece"]
    assert (made["outside"], made["area"]) == (20, 203.3)
    assert made["notices"][0]["code"] == "piece-clipped"
    assert ask(ground, HALVED, strip__width="22")["piece"]["outside"] == 0


def sums(made: dict[str, Any], answer: dict[str, Any]) -> None:
    """Piece + rest = whole, of the parcel and of every row, and a partition's pieces are the piece."""
    assert round(made["area"] + made["rest"], 2) == made["whole"] == answer["parcel"]["registered_area"]
    themes = {theme["id"]: theme for theme in answer["themes"] if theme["rows"]}
    assert [theme["id"] for theme in made["themes"]] == list(themes)
    for theme in made["themes"]:
        whole = themes[theme["id"]]["rows"]
        assert [row["whole"] for row in theme["rows"]] == [row["area"] for row in whole]
        for row in theme["rows"]:
            assert round(row["area"] + row["rest"], 2) == row["whole"]
            assert 0 <= row["area"] <= made["area"]
            assert 0 <= row["rest"] <= made["rest"]
        if theme["kind"] == "partition":
            assert round(sum(row["area"] for row in theme["rows"]), 2) == made["area"]
            assert round(sum(row["rest"] for row in theme["rows"]), 2) == made["rest"]


@settings(max_examples=60, deadline=None)
@given(
    parcel=st.sampled_from([HALVED, FLAG, "25750@2024/1/1", "25741@2024/1/1"]),
    faces=st.sampled_from(["north", "east", "south", "west"]),
    end=st.sampled_from(["left", "middle", "right"]),
    metres=st.tuples(*[st.decimals("0.5", "9.9", places=1)] * 3),
)
def test_piece_and_rest_are_the_whole(
    ground: Store, parcel: str, faces: str, end: str, metres: tuple[Any, Any, Any]
) -> None:
    width, depth, start = map(str, metres)
    told = {"strip__width": width, "strip__depth": depth, "strip__from": start, "strip__end": end}
    answer = ask(ground, parcel, strip__faces=faces, **told)
    sums(answer["piece"], answer)
    convertible = round(sum(part["area"] for part in answer["estimate"]["parts"]), 2)
    assert convertible <= answer["piece"]["area"]


def test_no_part_is_more_than_its_row_and_no_rest_more_than_the_rest() -> None:
    tenth, most = Decimal("0.1"), [Decimal("0.1"), Decimal("0.2"), Decimal("9.7")]
    # a row of 0.1 m² of which more was measured gives the overflow to where most lies
    assert piece._within(Decimal("3.0"), [1.0, 1.0, 1.0], most, tenth) == (*most[:2], Decimal("2.7"))
    assert piece._within(Decimal("3.0"), [2.0, 1.0], [most[2], most[1]], tenth) == (Decimal("2.8"), Decimal("0.2"))
    assert piece._within(Decimal("0.3"), [0.0, 0.0, 0.0], most[:2], tenth) == (Decimal("0.1"), Decimal("0.2"))


def test_an_overlay_that_covers_all_is_cut_as_the_parcel_is(ground: Store) -> None:
    """Lot 7 has 700 m² on its certificate and 600 as drawn: what is measured is scaled, and a corridor over all of it
    has the same rest as the parcel."""
    made = found_of(ground, "25750@2024/1/7", strip__depth="10.04", strip__faces="south")
    assert made.cut
    (theme,) = [s for s in made.shares if s.theme.id == THEME]
    whole = replace(theme.rows[0], area=Decimal("700"), shape=made.facts.parcel.shape)
    (taken,) = piece._of_rows(replace(theme, rows=(whole,)), made.cut, made.facts.parcel)
    assert (taken, whole.area - taken) == (made.cut.area, made.cut.rest) == (Decimal("234.3"), Decimal("465.7"))
    nearly = replace(whole, shape=made.facts.parcel.shape.difference(box(80, 0, 80.1, 1)))
    (less,) = piece._of_rows(replace(theme, rows=(nearly,)), made.cut, made.facts.parcel)
    assert whole.area - less <= made.cut.rest


def test_a_corridor_row_is_cut_too(ground: Store) -> None:
    answer = ask(ground, "25750@2024/1/1", strip__from="3")
    (row,) = next(t for t in answer["piece"]["themes"] if t["id"] == THEME)["rows"]
    assert (row["area"], row["rest"], row["whole"]) == (60, 60, 120)
    sums(answer["piece"], answer)


def test_a_piece_is_told_without_a_target(ground: Store) -> None:
    answer = ask(ground, HALVED, convert_to="", strip__depth="10")
    assert (answer["estimate"], answer["piece"]["area"]) == (None, 203.3)
    assert ask(ground, HALVED)["piece"] is None


@pytest.mark.parametrize(
    ("given", "code", "field"),
    [
        ({"strip__width": "wide"}, "bad-number", "strip.width"),
        ({"strip__depth": "-3"}, "bad-number", "strip.depth"),
        ({"strip__depth": "1.000"}, "ambiguous-number", "strip.depth"),
        ({"strip__width": "0"}, "strip-not-positive", "strip.width"),
        ({"strip__depth": "0,0"}, "strip-not-positive", "strip.depth"),
        ({"strip__width": "10001"}, "strip-too-long", "strip.width"),
        ({"strip__from": "0"}, "strip-no-measure", "strip.width, strip.depth"),
        ({"strip__faces": "south"}, "strip-no-measure", "strip.width, strip.depth"),
        ({"strip__width": "5", "strip__end": "top"}, "case-not-one-of", "strip.end"),
        ({"strip__width": "5", "strip__faces": "up"}, "case-not-one-of", "strip.faces"),
        ({"strip__width": "5", "strip__faces": "northeast"}, "strip-no-such-side", "strip.faces"),
        ({"strip__from": "30"}, "strip-beyond-parcel", "strip.from"),
        ({"strip__width": "5", "strip__height": "3"}, "unknown-parameter", "strip.height"),
        ({"strip__width": "5", "area": "10"}, "area-and-piece", "area, strip"),
        ({"strip__width": "5", "piece": "1,1;2,2;3,1"}, "area-and-piece", "piece, strip"),
        ({"strip__width": "0.01", "strip__depth": "0.01"}, "piece-no-ground", "strip"),
    ],
)
def test_bad_measures_name_the_field(ground: Store, given: dict[str, str], code: str, field: str) -> None:
    with pytest.raises(BadInput) as refused:
        ask(ground, HALVED, **given)
    assert (refused.value.code, refused.value.field) == (code, field)
    assert refused.value.code in BOOK.texts


def test_more_than_can_be_converted_is_refused_by_name(ground: Store) -> None:
    # the certificate of parcel 10 has 300 m² of farming land, the plan would allow all its 400 m²
    with pytest.raises(BadInput) as refused:
        ask(ground, "25750@2024/1/10", strip__depth="20", strip__faces="south")
    assert (refused.value.code, refused.value.field) == ("area-beyond-convertible", "strip")


def test_a_front_that_is_not_known_is_asked_for(ground: Store, pages: FlaskClient) -> None:
    unknown = "25750@2024/1/9"  # no price zone lies here
    assert ask(ground, unknown)["parcel"]["street_side"] is None
    wrong = web_ask(pages, f"/api/parcels/{unknown}?{DAY}&convert_to=ODT&strip.width=5", 400)
    assert (wrong["code"], wrong["field"]) == ("strip-front-not-known", "strip.faces")
    assert "hướng bắc, hướng đông, hướng nam, hướng tây" in wrong["detail"]
    assert "north, east, south, west" in wrong["detail_en"]
    told = ask(ground, unknown, strip__width="5", strip__faces="west")["piece"]
    assert (told["area"], told["side"]["told"]) == (100, True)
    assert "do người hỏi chọn" in told["side"]["text"]["vi"]


def side(faces: str, lot: Any) -> Any:
    return strip.measured_from(Strip(faces=faces), lot, None).shape


def zone(faces: str, length: str) -> PriceZone:
    found = {"faces": faces, "frontage_m": length}
    return PriceZone("z", "l", "s", 1, 1, {}, found, NECK, date(2026, 1, 1), None, "e")


def test_of_two_sides_that_could_be_the_front_none_is_taken() -> None:
    assert strip.found(NECK, [zone("south", "4.5")]).shape.length == 4  # type: ignore[union-attr]
    assert strip.found(NECK, [zone("south", "8")]) is None
    assert strip.found(NECK, [zone("south", "4"), zone("west", "30")]) is None
    assert strip.found(NECK, [zone("south", "unknown")]) is None
    assert strip.found(NECK, [zone("south", "nan")]) is None
    assert strip.found(NECK, []) is None
    comb = shapely.Polygon([(0, 0), (4, 0), (4, 5), (6, 5), (6, 0), (10, 0), (10, 20), (0, 20)])
    assert strip.found(comb, [zone("south", "4")]) is None
    # the asker who says "south" means the side that is farthest out
    assert side("south", NECK).length == 4


def test_a_side_bends_and_is_one() -> None:
    bent = shapely.Polygon([(0, 0), (5, 0.5), (10, 0), (10, 20), (0, 20)])
    assert [round(s.length, 2) for s in strip.sides(bent)] == [10.05, 20, 10, 20]
    assert strip.sides(shapely.Point(0, 0).buffer(5)) == ()
    needle = shapely.Polygon([(0, 0), (10, 0), (10, 5), (5.05, 5), (5, 30), (4.95, 5), (0, 5)])
    assert [round(s.length, 2) for s in strip.sides(needle)] == [10, 5, 4.95, 25, 25, 4.95, 5]


@pytest.mark.parametrize("turned", [0, 30, 75, 140, 200, 333])
@pytest.mark.parametrize("reversed_", [False, True])
def test_left_is_left_however_the_lot_is_turned_or_drawn(turned: float, reversed_: bool) -> None:
    lot = shapely.box(0, 0, 10, 30)
    front, marked = shapely.LineString([(0, 0), (10, 0)]), shapely.box(0, 5, 4, 15)
    lot, front, marked = (affinity.rotate(s, turned, origin=(0, 0)) for s in (lot, front, marked))
    lot = lot.reverse() if reversed_ else lot
    faces = strip.direction.of_side(front, lot)
    asked_ = asked.read_query([("strip.width", "4"), ("strip.depth", "10"), ("strip.from", "5")], TODAY).strip
    assert asked_
    cut, outside = strip.cut(asked_, strip.Side(side(faces, lot), faces, True), lot)
    assert cut.symmetric_difference(marked).area < 1e-6
    assert outside == 0


def test_the_page_has_fields_and_the_table(pages: FlaskClient) -> None:
    asked_ = f"{DAY}&convert_to=ODT&strip.depth=10,5&strip.from=12"
    shown = page(pages, f"/parcels/{HALVED}?{asked_}")
    answer = web_ask(pages, f"/api/parcels/{HALVED}?{asked_}")
    typed = [i.attrs for i in shown.one("details", "strip").all("input")]
    fields = {i["name"]: i.get("value") for i in typed}
    assert fields == {"strip.width": "", "strip.depth": "10,5", "strip.from": "12"}
    faces = next(s for s in shown.all("select") if s.attrs["name"] == "strip.faces")
    assert faces.all("option")[0].text == "hướng nam (theo giá)"
    table = shown.one("table", "pieces")
    rows = [cells for row in table.all("tr") if (cells := [c.text for c in row.all("td", "number")])]
    expected = [answer["piece"], *(row for theme in answer["piece"]["themes"] for row in theme["rows"])]
    money = [[f"{row[n]:.1f}".replace(".", ",") + "\u00a0m²" for n in ("area", "rest", "whole")] for row in expected]
    assert rows == money
    assert answer["piece"]["notices"][0]["text"]["vi"] in shown.text
    panel = page(pages, f"/panel?parcel={HALVED}&{asked_}").all("div")[0]
    drawn = json.loads(panel.attrs["data-shapes"])["piece"]
    plane = coordinates.plane("EPSG:9210").from_wgs84(shape(drawn))
    assert [round(v, 1) for v in plane.bounds] == [X + 20, Y + 12, X + 40, Y + 22.5]


def test_the_drawing_shows_the_piece(pages: FlaskClient) -> None:
    whole = page(pages, f"/parcels/{HALVED}?{DAY}").one("figure")
    assert whole.all("path", "cut-out") == []
    figure = page(pages, f"/parcels/{HALVED}?{DAY}&strip.from=20").one("figure")
    heights = []
    for kind in ("outline", "cut-out"):
        drawn = figure.one("path", kind).attrs["d"].strip("MZ").split(" L")
        heights.append([float(corner.split()[1]) for corner in drawn])
    outline, cut = heights
    # north is up: the back third of a lot that lies behind its street in the south
    assert (min(cut), max(cut) - min(cut)) == pytest.approx((min(outline), (max(outline) - min(outline)) / 3), rel=0.01)


def test_an_unknown_front_is_said_in_the_form(pages: FlaskClient) -> None:
    shown = page(pages, f"/parcels/25750@2024/1/9?{DAY}&lang=en")
    faces = next(s for s in shown.all("select") if s.attrs["name"] == "strip.faces")
    assert faces.all("option")[0].text == "Not known: please choose"
    assert len(faces.all("option")) == 9


def test_left_empty_fields_ask_nothing(pages: FlaskClient) -> None:
    empty = "&strip.width=&strip.depth=&strip.from=&strip.end=&strip.faces="
    plain = pages.get(f"/api/parcels/{HALVED}?{DAY}&convert_to=ODT").data
    assert pages.get(f"/api/parcels/{HALVED}?{DAY}&convert_to=ODT{empty}").data == plain


def test_the_permanent_address_asks_the_same(pages: FlaskClient) -> None:
    asked_ = "convert_to=ODT&strip.width=3.5&strip.depth=4&strip.from=2&strip.end=middle&strip.faces=east"
    first = pages.get(f"/api/parcels/{HALVED}?{DAY}&{asked_}")
    again = pages.get("/api" + first.get_json()["permanent"])
    assert (again.status_code, again.data) == (200, first.data)


def test_the_command_line_measures_too(ground: Store, place: str, capsys: pytest.CaptureFixture[str]) -> None:
    words = ["parcel", FLAG, "--on", "2026-03-01", "--known", "2026-11-24", "--convert-to", "ODT", "--store", place]
    words += ["--strip", "from=10", "--strip", "width=12"]
    assert cli.main([*words, "--lang", "vi"]) == 0
    told = capsys.readouterr().out
    assert "rộng 12 m từ bên trái, hết chiều sâu, bắt đầu cách mặt đường 10 m" in told
    assert "Thửa đất: 240,0\u00a0m² + 120,0\u00a0m² = 360,0\u00a0m²" in told
    assert "lối đi có thể giữ nguyên mục đích" in told
    assert cli.main([*words, "--strip", "height=1"]) == 2


def test_a_street_section_has_no_street_side(pages: FlaskClient) -> None:
    wrong = web_ask(pages, "/api/streets/25750:10?strip.width=5", 400)
    assert (wrong["code"], wrong["field"]) == ("street-no-piece", "strip")


def test_its_measures_are_those_by_which_zones_are_derived() -> None:
    held = {key: float(BOOK.rules[key].values[-1].value) for key in ("zone_one_front", "zone_least_side")}
    assert (held["zone_one_front"], held["zone_least_side"]) == (strip.CORNER, strip.LEAST_SIDE)
    assert float(BOOK.rules["zone_touch_distance"].values[-1].value) == strip.TOUCHES
