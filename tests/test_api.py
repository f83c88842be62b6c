"""The JSON doors on both engines: what they answer, and in which words they refuse."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator
from typing import Any
from urllib.parse import parse_qs, quote, urlsplit

import pytest
from flask.testing import FlaskClient
from serving import ask, client, instead
from street import X, Y

from landinfo.model import Held, LayerFacts
from landinfo.store import Store

ONE = "/api/parcels/25750@2024/1/1"
HALVED = "/api/parcels/25750@2024/1/2"
DAY = "on=2026-03-01"


@pytest.fixture(scope="module")
def api(street_store: Store) -> FlaskClient:
    """The street worked out by hand."""
    return client(street_store)


@pytest.fixture(scope="module")
def odd(store: Store) -> FlaskClient:
    """The small cadastre with everything that goes wrong in life."""
    return client(store)


def parts(value: Any) -> Iterator[dict[str, Any]]:
    """Every table within an answer."""
    if isinstance(value, dict):
        yield value
    for inner in value.values() if isinstance(value, dict) else value if isinstance(value, list) else ():
        yield from parts(inner)


# test_answer.py works the same numbers out from below; here they must arrive at the door unchanged.
# Value: 600 m² × 6.26 M. Levy: (400 × 56.34 M + 200 × 18.78 M) × (30 % + 50 % + 100 %) / 3. Fee: 0.5 % of 30,048 M.
TOLD = (
    "&fact.first_conversion=true&fact.same_parcel_as_recognised_residential=true&fact.allotment_limit=200"
    "&fact.was_residential_before=false&fact.chosen_parcel=true&fact.fee_paid_before=false"
)


def test_a_parcel_by_number(api: FlaskClient) -> None:
    answer = ask(api, f"{ONE}?{DAY}&convert_to=ODT{TOLD}")
    assert answer["parcel"]["ref"] == "25750@2024/1/1"
    assert answer["parcel"]["commune"]["name"] == "Phường Phú Hòa"
    assert answer["parcel"]["commune_now"]["name"] == "Phường Phú Lợi"
    assert answer["price"]["value"] == {"low": 3_756_000_000, "likely": 3_756_000_000, "high": 3_756_000_000}
    assert answer["estimate"]["levy"]["amount"] == 15_775_200_000
    known = {c["code"]: c["amount"] for c in answer["estimate"]["charges"] if c["amount"] is not None}
    assert known == {"registration_fee": 150_240_000}
    assert answer["estimate"]["total"] == 15_925_440_000
    assert answer["simulated"] is True


def test_shares_of_a_halved_parcel(api: FlaskClient) -> None:
    theme = ask(api, f"{HALVED}?{DAY}")["themes"][0]
    assert theme["answer"] == "concerned"
    assert [(r["designation"], r["area"], r["percent"]) for r in theme["rows"]] == [("DGT", 305, 50), ("ODT", 305, 50)]
    assert (theme["total_area"], theme["total_percent"]) == (610, 100)


def test_the_shape_of_an_answer(api: FlaskClient) -> None:
    answer = ask(api, f"{HALVED}?{DAY}&convert_to=ODT")
    assert set(answer) == {
        "question", "permanent", "simulated", "notices", "parcel", "themes", "picture", "piece", "price",
        "changes_ahead", "verdicts", "estimate", "sources", "rulebook", "disclaimer",
    }  # fmt: skip
    for table in parts(answer):
        if "vi" in table:
            assert set(table) == {"vi", "en"}
            assert all(table.values())
        if "document" in table and "status" in table:
            assert table["status"] in {"verified", "secondary", "assumed", "unknown"}
    for line in answer["estimate"]["lines"]:
        assert isinstance(line["amount"], int)
        assert line["citations"]
    assert answer["price"]["basis"] == "table"
    assert answer["price"]["basis_text"]["vi"] == "Giá theo bảng giá đất, không phải giá thị trường"
    assert answer["notices"][0]["text"]["vi"].startswith("dữ liệu mô phỏng")
    lon, lat = answer["parcel"]["geometry"]["coordinates"][0][0]
    assert (int(lon), int(lat)) == (106, 10)


def test_a_parcel_at_a_point_in_either_system(api: FlaskClient) -> None:
    # Vietnamese order: x is the northing
    by_plane = ask(api, f"/api/at?x={Y + 5}&y={X + 5}&{DAY}")
    assert by_plane["parcel"]["ref"] == "25750@2024/1/1"
    centre = by_plane["parcel"]["centre"]
    assert (Y <= centre["x"] <= Y + 30, X <= centre["y"] <= X + 20) == (True, True)
    assert ask(api, f"/api/at?lat={centre['lat']}&lon={centre['lon']}&{DAY}") == by_plane
    assert by_plane == ask(api, f"{ONE}?{DAY}")
    typed = quote("1.215.245,00")
    assert ask(api, f"/api/at?x={typed}&y=601505&{DAY}") == by_plane


@pytest.mark.parametrize(
    ("place", "refs"),
    [
        (f"x={Y + 5}&y={X + 20}", ["25750@2024/1/1", "25750@2024/1/2"]),
        (f"x={Y + 15}&y={X + 119}", ["25750@2024/1/10", "25750@2024/1/8"]),
    ],
    ids=["on a boundary", "on ground drawn twice"],
)
def test_several_at_a_point_are_a_list(api: FlaskClient, place: str, refs: list[str]) -> None:
    found = ask(api, f"/api/at?{place}&on=2026-01-31&convert_to=ODT", 300)
    assert [row["ref"] for row in found["several"]] == refs
    assert "2" in found["reason"]["vi"]


def test_the_list_of_the_new_commune_leads_to_answers(api: FlaskClient) -> None:
    found = ask(api, f"/api/parcels/25750/1/1?{DAY}&convert_to=ODT&fact.first_conversion=true&price.CLN=2000000", 300)
    assert [row["ref"] for row in found["several"]] == ["25744@2024/1/1", "25750@2024/1/1"]
    for row in found["several"]:
        answer = ask(api, f"/api{row['href']}")
        assert answer["parcel"]["ref"] == row["ref"]
        assert answer["question"] | {"parcel": ""} == {
            "parcel": "", "on": "2026-03-01", "known": "2026-11-24", "convert_to": "ODT", "land_user": "household",
            "facts": {"first_conversion": True}, "area": None, "piece": None, "strip": None, "prices": {"CLN": 2000000},
        }  # fmt: skip


def test_a_permanent_address_gives_the_same_bytes(api: FlaskClient) -> None:
    first = api.get(f"{HALVED}?{DAY}&convert_to=ODT&area=100&fact.first_conversion=true")
    again = api.get("/api" + first.get_json()["permanent"])
    assert (again.status_code, again.data) == (200, first.data)


def test_a_code_that_was_another_commune(api: FlaskClient) -> None:
    # 25750 was Phú Hòa to 30 June 2025 and is Phú Lợi from 1 July
    before = ask(api, f"{ONE.replace('25750@2024', '25744@2024')}?on=2025-06-30")
    assert before["parcel"]["commune"]["name"] == "Phường Phú Lợi"
    assert before["parcel"]["commune_now"] is None
    after = ask(api, f"{ONE.replace('25750@2024', '25744@2024')}?on=2025-07-01")
    assert after["parcel"]["commune_now"]["code"] == "25750"
    assert after["parcel"]["commune_now"]["name"] == "Phường Phú Lợi"
    assert ask(api, f"{ONE.replace('@2024', '')}?on=2025-06-30")["parcel"]["ref"] == "25750@2024/1/1"


@pytest.mark.parametrize("form", ["NFC", "NFD"])
@pytest.mark.parametrize("name", ["Phú Hòa", "phường phú hoà", "PHU HOA"])
def test_a_commune_by_name(odd: FlaskClient, name: str, form: Any) -> None:
    written = quote(unicodedata.normalize(form, name))
    assert ask(odd, f"/api/parcels/{written}/1/1?on=2025-01-01")["parcel"]["ref"] == "25750@2024/1/1"


def test_codes_are_text(odd: FlaskClient) -> None:
    assert ask(odd, "/api/parcels/00025@2024/01/007")["parcel"]["ref"] == "00025@2024/01/007"
    assert ask(odd, "/api/parcels/00025@2024/01/7", 404)["code"] == "no-such-parcel"
    assert ask(odd, "/api/parcels/00025@2024/1/007", 404)["code"] == "no-data-here"
    assert ask(odd, "/api/parcels/25@2024/01/007", 404)["code"] == "unknown-commune"


def test_equal_numbers_are_a_list_and_have_addresses(odd: FlaskClient) -> None:
    found = ask(odd, "/api/parcels/25744@2024/1/5", 300)
    assert [row["ref"] for row in found["several"]] == ["25744@2024/1/5", "25744@2024/1/5~1"]
    assert ask(odd, "/api" + found["several"][1]["href"])["parcel"]["registered_area"] == 79.999
    missing = ask(odd, "/api/parcels/25744@2024/1/5~2", 404)
    assert "5~2" in missing["detail"]


def test_a_sheet_that_is_held_names_the_nearest_numbers(api: FlaskClient) -> None:
    missing = ask(api, f"/api/parcels/25750@2024/1/6?{DAY}&convert_to=ODT&price.CLN=2000000", 404)
    assert (missing["code"], missing["field"]) == ("no-such-parcel", "number")
    assert "thửa số 6" in missing["detail"]
    assert [near["ref"] for near in missing["nearest"]] == [f"25750@2024/1/{n}" for n in (7, 9, 10, 2, 1)]
    for near in missing["nearest"]:
        answer = ask(api, "/api" + near["href"])
        assert answer["parcel"]["ref"] == near["ref"]
        assert answer["question"]["convert_to"] == "ODT"
        assert answer["question"]["prices"] == {"CLN": 2000000}


def test_a_sheet_that_is_not_held_is_no_data(api: FlaskClient) -> None:
    missing = ask(api, f"/api/parcels/25750@2024/99/1?{DAY}", 404)
    assert (missing["code"], missing["field"]) == ("no-data-here", "sheet")
    assert "nearest" not in missing


def test_nothing_at_a_point(api: FlaskClient) -> None:
    beside = ask(api, f"/api/at?x={Y - 60}&y={X + 5}&{DAY}&convert_to=ODT", 404)
    assert beside["code"] == "no-parcel-at-point"
    assert "60" in beside["detail"]
    (near,) = beside["nearest"]
    assert parse_qs(urlsplit(near["href"]).query) == {"on": ["2026-03-01"], "convert_to": ["ODT"]}
    assert ask(api, "/api" + near["href"])["parcel"]["ref"] == "25750@2024/1/1"
    far = ask(api, f"/api/at?x={Y}&y={X - 5000}", 404)
    assert (far["code"], "nearest" in far) == ("no-data-at-point", False)


def test_an_unknown_commune_names_codes_of_that_name_and_period(api: FlaskClient) -> None:
    period = ask(api, "/api/parcels/25750@2019/1/1", 404)
    assert (period["code"], period["field"]) == ("unknown-commune", "commune")
    assert "25750@2024 Phường Phú Hòa" in period["detail"]
    assert "25750@2025 Phường Phú Lợi" in period["detail"]
    name = ask(api, f"/api/parcels/{quote('Phú Hoàa')}/1/1", 404)
    assert "25750@2024 Phường Phú Hòa" in name["detail"]


@pytest.mark.parametrize("place", ["lat=21.03&lon=105.85", "lat=48.85&lon=2.35", "x=2324000&y=600000"])
@pytest.mark.parametrize("door", ["/api/at", "/at", "/panel"])
def test_a_place_abroad_is_read_and_cannot_be_answered(api: FlaskClient, door: str, place: str) -> None:
    response = api.get(f"{door}?{place}")
    assert response.status_code == 422
    if door.startswith("/api"):
        assert response.get_json()["code"] == "coordinate-outside"


@pytest.mark.parametrize(
    ("address", "field", "code"),
    [
        ("/api/parcels/25750@2024/1/12,3", "number", "bad-sheet-or-number"),
        ("/api/parcels/25750@2024/1/%20", "number", "bad-sheet-or-number"),
        ("/api/parcels/25750@2024/1/" + "1" * 21, "number", "bad-sheet-or-number"),
        ("/api/parcels/25750@2024/a b/1", "sheet", "bad-sheet-or-number"),
        ("/api/parcels/25750@2024/1/1~", "number", "bad-sheet-or-number"),
        ("/api/parcels/25750@24/1/1", "commune", "bad-commune"),
        ("/api/parcels/%00/1/1", "commune", "bad-commune"),
        ("/api/at", "lat, lon | x, y", "place-needs-a-pair"),
        ("/api/at?lat=10.98", "lat, lon | x, y", "place-needs-a-pair"),
        ("/api/at?lat=10.98&lon=106.6&x=1215245&y=601505", "lat, lon | x, y", "place-needs-a-pair"),
        ("/api/at?x=601505&y=1215245", "x, y", "coordinate-swapped"),
        ("/api/at?x=1215245&y=683505", "x, y", "coordinate-utm-or-zone"),
        ("/api/at?x=1215245&y=48601505", "x, y", "coordinate-zone-prefix"),
        ("/api/at?x=10.98&y=106.67", "x, y", "coordinate-degrees-as-metres"),
        ("/api/at?lat=1215245&lon=601505", "lat, lon", "coordinate-metres-as-degrees"),
        ("/api/at?lat=106.67&lon=10.98", "lat, lon", "coordinate-lat-lon-swapped"),
        ("/api/at?x=nan&y=601505", "x", "coordinate-not-a-number"),
        ("/api/at?x=1215245&y=inf", "y", "coordinate-not-a-number"),
        ("/api/at?x=1215245&x=1215245&y=601505", "x", "given-twice"),
        (f"{ONE}?on=1/3/2026", "on", "bad-day"),
        (f"{ONE}?on=2026-02-29", "on", "bad-day"),
        (f"{ONE}?known=hôm+nay", "known", "bad-day"),
        (f"{ONE}?on=2026-03-01&on=2026-03-01", "on", "given-twice"),
        (f"{ONE}?price.ODT=1&price.ODT=2", "price.ODT", "given-twice"),
        (f"{ONE}?ON=2026-03-01", "ON", "unknown-parameter"),
        (f"{ONE}?lang=en", "lang", "unknown-parameter"),
        (f"{ONE}?lat=10.98", "lat", "unknown-parameter"),
        (f"{ONE}?convert_to=odt", "convert_to", "bad-land-use-code"),
        (f"{ONE}?convert_to=XYZ", "convert_to", "unknown-land-use"),
        (f"{ONE}?land_user=ai", "land_user", "case-not-one-of"),
        (f"{ONE}?area=0", "area", "area-not-positive"),
        (f"{ONE}?area=-1&convert_to=ODT", "area", "bad-number"),
        (f"{ONE}?{DAY}&area=600.1&convert_to=ODT", "area", "area-beyond-convertible"),
        (f"{ONE}?price.ODT=ba+mươi", "price.ODT", "bad-number"),
        (f"{ONE}?price.ODT=1e9", "price.ODT", "bad-number"),
        (f"{ONE}?fact.put_to_use=XYZ", "fact.put_to_use", "bad-fact-of-use"),
        (f"{ONE}?fact.business_type=karaoke&price.CLN=1", "fact.business_type", "bad-business-type"),
        (f"{ONE}?fact.first_conversion=maybe", "fact.first_conversion", "case-fact-yes-no"),
        (f"{ONE}?fact.hạnh+phúc=true", "fact.hạnh phúc", "case-unknown-fact"),
        ("/api/view", "bbox", "bad-window"),
        ("/api/view?bbox=nan,10,107,11", "bbox", "bad-window"),
        ("/api/view?bbox=107,10,106,11", "bbox", "bad-window"),
        ("/api/view?bbox=105,10,107,11", "bbox", "window-too-large"),
        ("/api/view?bbox=106,10,107,11&layers=gold", "layers", "unknown-layer"),
        ("/api/view?bbox=106,10,107,11&bbox=106,10,107,11", "bbox", "given-twice"),
        ("/api/view?bbox=106,10,107,11&page=2", "page", "unknown-parameter"),
    ],
)
def test_a_bad_question_names_its_field(api: FlaskClient, address: str, field: str, code: str) -> None:
    wrong = ask(api, address, 400)
    assert (wrong["field"], wrong["code"], wrong["type"]) == (field, code, f"/problems/{code}")
    assert wrong["detail"] != wrong["detail_en"]
    assert code not in wrong["detail"]


def test_a_very_long_question(api: FlaskClient) -> None:
    many = "&".join(f"price.A{n:03}=1" for n in range(100))
    assert ask(api, f"{ONE}?{many}", 400)["code"] == "too-many-parameters"
    for address in (f"{ONE}?{'x' * 100_000}=1", f"{ONE}?on={'9' * 100_000}", f"/api/parcels/{'a' * 50_000}/1/1"):
        response = api.get(address)
        assert response.status_code == 400
        assert len(response.data) < 2000


def test_only_the_estimate_is_refused_before_the_first_regime(api: FlaskClient) -> None:
    nine = "/api/parcels/25750@2024/1/9"
    refused = ask(api, f"{nine}?on=2014-06-30&convert_to=ODT", 422)
    assert (refused["code"], refused["field"]) == ("before-every-regime", "on")
    assert "01/07/2014" in refused["detail"]
    assert ask(api, f"{nine}?on=2014-06-30")["parcel"]["ref"] == "25750@2024/1/9"
    assert ask(api, f"{nine}?on=2014-07-01&convert_to=ODT")["estimate"]["regime"] == "2014-07-01"


def test_a_day_without_price_rows_says_so_and_the_rest_stands(api: FlaskClient) -> None:
    # Decision 63/2024: the list of 2025, in force to the end of that year, rows not loaded
    answer = ask(api, f"{HALVED}?on=2025-08-01&convert_to=ODT")
    assert answer["price"]["state"] == "rows_not_loaded"
    assert "01/01/2025" in answer["price"]["reason"]["vi"]
    assert answer["price"]["value"]["likely"] is None
    assert answer["estimate"]["levy"]["amount"] is None
    assert answer["estimate"]["levy"]["reason"]["vi"]
    assert [row["area"] for row in answer["themes"][0]["rows"]] == [305, 305]
    assert {v["allowed"] for v in answer["verdicts"]} == {"yes", "no"}
    # 205 m² are converted (105 to 305): with given prices the levy is known on that day too
    told = "&price.ODT=20000000&price.CLN=2000000&fact.allotment_limit=600&fact.was_residential_before=false"
    assert ask(api, f"{HALVED}?on=2025-08-01&convert_to=ODT{told}")["estimate"]["levy"]["amount"] is not None


def test_a_day_before_every_list_says_so(api: FlaskClient) -> None:
    answer = ask(api, "/api/parcels/25750@2024/1/9?on=2012-01-01")
    assert answer["price"]["state"] == "no_list"
    assert answer["price"]["list"] is None
    assert answer["price"]["value"]["likely"] is None


def test_what_was_not_published_yet_is_not_known(api: FlaskClient) -> None:
    # the street was published on 5 January 2026
    assert ask(api, f"{ONE}?{DAY}&known=2026-01-04", 404)["code"] == "no-data-here"
    assert ask(api, f"{ONE}?{DAY}&known=2026-01-05")["question"]["known"] == "2026-01-05"


def test_a_theme_whose_source_fails_is_no_data(street_store: Store) -> None:
    def layer(theme: str, *given: Any) -> LayerFacts:
        failed = LayerFacts(theme, Held.FAILED, (), ())
        return failed if theme == "land_use_planning" else street_store.layer(theme, *given)

    answer = ask(client(instead(street_store, layer=layer)), f"{ONE}?{DAY}&convert_to=ODT")
    assert answer["themes"][0]["answer"] == "no_data"
    assert answer["themes"][0]["rows"] == []
    assert answer["price"]["value"]["likely"] == 3_756_000_000


def test_what_a_map_window_shows(api: FlaskClient, odd: FlaskClient) -> None:
    centre = ask(api, f"{ONE}?{DAY}")["parcel"]["centre"]
    lon, lat = centre["lon"], centre["lat"]
    window = f"bbox={lon - 0.01},{lat - 0.01},{lon + 0.01},{lat + 0.01}"
    shown = ask(api, f"/api/view?{window}&layers=parcels,land_use_planning&{DAY}")["layers"]
    assert {f["properties"]["ref"] for f in shown["parcels"]["features"]} >= {"25750@2024/1/1", "25741@2024/1/1"}
    assert "25750@2024/1/8" not in {f["properties"]["ref"] for f in shown["parcels"]["features"]}
    assert [f["properties"]["designation"] for f in shown["land_use_planning"]["features"]] == ["DGT", "ODT", "ODT"]
    assert (shown["parcels"]["truncated"], shown["parcels"]["type"]) == (False, "FeatureCollection")
    elsewhere = ask(api, "/api/view?bbox=106.0,11.3,106.1,11.4&layers=parcels,urban_zoning")["layers"]
    assert [layer["features"] for layer in elsewhere.values()] == [[], []]
    assert elsewhere["urban_zoning"]["held"] == "no_data"
    assert elsewhere["parcels"]["held"] is None
