"""OGC API – Features as it is answered, on each engine: collections, pages, windows, days, filters, refusals."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from itertools import pairwise
from typing import Any

import cadastre
import jsonschema
import pytest
from cadastre import EAST, NORTH
from flask.testing import FlaskClient
from serving import ask, body, client, instead, raising
from street import TODAY, X, Y

from landinfo import coordinates, frame
from landinfo.hits import features
from landinfo.model import Busy, State
from landinfo.store import Store

ROOT = "http://localhost/ogc"
VN2000 = "http://www.opengis.net/def/crs/EPSG/0/9210"
PARCELS, PLAN = "/ogc/collections/parcels/items", "/ogc/collections/land_use_planning/items"
NAMES = [
    "parcels", "land_use_planning", "urban_zoning", "road_safety_corridor", "river_corridor", "power_line_corridor",
    "price_zones", "communes",
]  # fmt: skip
_POSITION = {"type": "array", "items": {"type": "number"}, "minItems": 2, "maxItems": 2}
_RING = {"type": "array", "items": _POSITION, "minItems": 4}
_LINKS = {"type": "array", "items": {"type": "object", "required": ["rel", "href", "type"]}}
GEOJSON = {
    "type": "object",
    "required": ["type", "features", "links", "numberReturned"],
    "properties": {
        "type": {"const": "FeatureCollection"},
        "links": _LINKS,
        "features": {
            "type": "array",
            "items": {
                "type": "object",
                "required": ["type", "id", "geometry", "properties"],
                "properties": {
                    "type": {"const": "Feature"},
                    "id": {"type": "string", "pattern": "^[A-Za-z0-9@:~._%-]+$"},
                    "properties": {"type": "object", "additionalProperties": {"not": {"type": ["object", "array"]}}},
                    "geometry": {
                        "oneOf": [
                            {"type": "null"},
                            {
                                "type": "object",
                                "properties": {
                                    "type": {"const": "Polygon"}, "coordinates": {"type": "array", "items": _RING},
                                }
                            },
                            {
                                "type": "object",
                                "properties": {
                                    "type": {"const": "MultiPolygon"},
                                    "coordinates": {"type": "array", "items": {"type": "array", "items": _RING}},
                                }
                            },
                        ]
                    },
                },
            },
        },
    },
}  # fmt: skip


@pytest.fixture(scope="module")
def web(street_store: Store) -> FlaskClient:
    return client(street_store)


@pytest.fixture(scope="module")
def small(store: Store) -> FlaskClient:
    """The cadastre of the store tests, on the same day as the street."""
    return client(store)


def items(asked: FlaskClient, address: str) -> dict[str, Any]:
    response = asked.get(address)
    assert response.status_code == 200, response.text
    assert response.headers["Content-Type"] == "application/geo+json"
    found = body(response)
    jsonschema.validate(found, GEOJSON)
    assert found["numberReturned"] == len(found["features"])
    return found


def ids(asked: FlaskClient, address: str) -> list[str]:
    return [feature["id"] for feature in items(asked, address)["features"]]


def link(found: dict[str, Any], rel: str) -> str | None:
    hrefs = [each["href"] for each in found["links"] if each["rel"] == rel]
    assert len(hrefs) <= 1
    return hrefs[0] if hrefs else None


def walk(asked: FlaskClient, address: str | None) -> Iterator[list[str]]:
    """The ids of each page, from one to the next."""
    while address:
        found = items(asked, address.removeprefix("http://localhost"))
        yield [feature["id"] for feature in found["features"]]
        address = link(found, "next")


def degrees(x: float, y: float, x1: float, y1: float) -> str:
    """A window in degrees around metres of the plane, exact at its low and high corner."""
    return ",".join(repr(n) for x, y in ((x, y), (x1, y1)) for n in coordinates.plane().point_to_wgs84(x, y))


def test_the_way_in_leads_everywhere(web: FlaskClient) -> None:
    landing = ask(web, "/ogc/")
    for rel in ("self", "conformance", "data"):
        assert ask(web, str(link(landing, rel)).removeprefix("http://localhost"))
    described = body(web.get(str(link(landing, "service-desc")).removeprefix("http://localhost")))
    assert described["openapi"] == "3.0.3"
    assert set(described["paths"]) >= {"/", "/conformance", "/collections", *(f"/collections/{n}/items" for n in NAMES)}
    assert "http://www.opengis.net/spec/ogcapi-features-2/1.0/conf/crs" in ask(web, "/ogc/conformance")["conformsTo"]
    all_of = ask(web, "/ogc/collections")["collections"]
    assert [each["id"] for each in all_of] == NAMES
    for each in all_of:
        assert ask(web, f"/ogc/collections/{each['id']}") == each
        assert (each["crs"], each["storageCrs"]) == ([frame.CRS84, VN2000], VN2000)
        assert each["title"].count(" · ") == 1
        for rel in ("items", "self", "http://www.opengis.net/def/rel/ogc/1.0/queryables"):
            assert web.get(str(link(each, rel)).removeprefix("http://localhost")).status_code == 200
        west, south, east, north = each["extent"].get("spatial", {"bbox": [[0, 0, 1, 1]]})["bbox"][0]
        assert west < east
        assert south < north
        assert ("spatial" in each["extent"]) is (each["id"] != "communes")


def test_every_reference_of_the_description_leads_to_something(web: FlaskClient) -> None:
    described = body(web.get("/ogc/api"))

    def look(what: Any) -> None:
        if isinstance(what, dict):
            if "$ref" in what:
                here: Any = described
                for part in what["$ref"].removeprefix("#/").split("/"):
                    here = here[part]
            for each in what.values():
                look(each)
        elif isinstance(what, list):
            for each in what:
                look(each)

    look(described)
    operations = [path["get"]["operationId"] for path in described["paths"].values()]
    assert len(operations) == len(set(operations))


def test_properties_are_the_ones_that_are_described(web: FlaskClient) -> None:
    for name in ("parcels", "land_use_planning", "price_zones", "communes"):
        described = body(web.get(f"/ogc/collections/{name}/queryables"))["properties"]
        feature = items(web, f"/ogc/collections/{name}/items?limit=1")["features"][0]
        assert feature["properties"].keys() == described.keys()
        for key, value in feature["properties"].items():
            if value is not None:
                schema = {n: v for n, v in described[key].items() if n in ("type", "format")}
                jsonschema.validate(value, schema)


def test_a_parcel(web: FlaskClient) -> None:
    found = items(web, f"{PARCELS}?number=2&crs={VN2000}")["features"]
    assert [f["id"] for f in found] == ["25750@2024:1:2"]
    assert found[0]["properties"] == {
        "ref": "25750@2024/1/2", "commune": "25750", "period": "2024", "sheet": "1", "number": "2", "suffix": None,
        "registered_area": 610, "land_uses": "ODT 200; CLN 410", "commune_now": "25750", "map_scale": 500,
        "effective_from": "2014-07-01", "effective_to": None, "edition": "p", "simulated": True,
    }  # fmt: skip
    corners = {(X + x, Y + y) for x, y in ((20, 0), (40, 0), (40, 30), (20, 30))}
    ring = [tuple(place) for place in found[0]["geometry"]["coordinates"][0]]
    assert set(ring) == corners  # easting, northing, to the last bit
    assert sum(a * d - b * c for (a, b), (c, d) in pairwise(ring)) > 0  # against the clock


def test_a_feature_of_a_theme_a_zone_and_a_commune(web: FlaskClient) -> None:
    plan = items(web, f"{PLAN}?designation=DGT")["features"]
    assert [(f["id"], f["properties"]["document"], f["properties"]["article"]) for f in plan] == [
        ("plan:1", "SIM-QHSDĐ-2025", None)
    ]
    assert plan[0]["properties"]["label_vi"] != plan[0]["properties"]["label_en"]
    zone = items(web, "/ogc/collections/price_zones/items?filter=position>2")["features"]
    assert [(f["id"], f["properties"]["section"], f["properties"]["conditions"]) for f in zone] == [
        ("zones:B", "25750:10", None)
    ]
    communes = items(web, "/ogc/collections/communes/items?limit=1000")["features"]
    assert {f["geometry"] for f in communes} == {None}
    assert "25750@2025" in [f["id"] for f in communes]
    assert "25741@2024" not in [f["id"] for f in communes]
    assert "25741@2024" in ids(web, "/ogc/collections/communes/items?limit=1000&datetime=2024-01-01")
    assert ids(web, "/ogc/collections/communes/items?bbox=-180,-90,180,90") == []


@pytest.mark.parametrize("limit", [1, 2, 5, 6, 7])
def test_pages_join_to_the_whole(web: FlaskClient, limit: int) -> None:
    whole = ids(web, PARCELS)
    assert len(whole) == 7
    pages = list(walk(web, f"{PARCELS}?limit={limit}"))
    assert [one for page in pages for one in page] == whole
    assert [len(page) for page in pages[:-1]] == [limit] * (len(pages) - 1)
    assert pages[-1]
    again = list(walk(web, f"{PARCELS}?limit={limit}&offset=3"))
    assert [one for page in again for one in page] == whole[3:]
    communes = [one for page in walk(web, f"/ogc/collections/communes/items?limit={limit * 9}") for one in page]
    assert communes == ids(web, "/ogc/collections/communes/items?limit=1000")


def test_a_following_page_answers_the_question_of_the_first(street_store: Store) -> None:
    """Between two pages the day changes, and with it what is in force."""
    first = link(items(client(street_store), f"{PARCELS}?limit=3"), "next")
    assert first is not None
    assert f"datetime={TODAY}" in first
    assert f"known={TODAY}" in first


def test_a_limit_is_cut_not_refused(web: FlaskClient) -> None:
    assert len(ids(web, f"{PARCELS}?limit=100000")) == 7


def test_a_page_looks_at_so_many_rows_and_goes_on(web: FlaskClient, monkeypatch: pytest.MonkeyPatch) -> None:
    asked = ("", "&filter=registered_area > 500", f"&bbox={degrees(X, Y, X + 119, Y + 1)}", "&offset=2")
    whole = [ids(web, f"{PARCELS}?limit=1000{question}") for question in asked]
    assert [len(each) for each in whole] == [7, 5, 5, 5]
    monkeypatch.setattr(features, "MOST_LOOKED_AT", 2)
    monkeypatch.setattr(features, "_STEP", 2)
    for question, expected in zip(asked, whole, strict=True):
        pages = list(walk(web, f"{PARCELS}?limit=3{question}"))
        assert all(pages[:-1])  # an empty page that goes on is taken for the end by GDAL
        assert [one for page in pages for one in page] == expected
    monkeypatch.setattr(features, "MOST_IN_VAIN", 2)
    refused = ask(web, f"{PARCELS}?filter=number='10'&limit=1", 422)
    assert (refused["code"], refused["field"]) == ("filter-too-rare", "filter")


@pytest.mark.parametrize("metres", [-0.3, 0.3])
def test_a_window_in_degrees_is_met_to_the_decimetre(web: FlaskClient, metres: float) -> None:
    """South of 11.04°N: by PROJ's own choice windows would lie 0.8 m off. Parcel 9 begins 300 m east of the corner."""
    found = ids(web, f"{PARCELS}?bbox={degrees(X + 290, Y + 5, X + 300 + metres, Y + 10)}")
    assert found == (["25750@2024:1:9"] if metres > 0 else [])
    there = ids(web, f"{PARCELS}?bbox={degrees(X + 305, Y + 30 - metres, X + 310, Y + 40)}")
    assert there == (["25750@2024:1:9"] if metres > 0 else [])


def test_a_window_in_metres(web: FlaskClient) -> None:
    for edge, found in ((299.999, []), (300, ["25750@2024:1:9"])):
        asked = f"{PARCELS}?bbox={X + 290},{Y + 5},{X + edge},{Y + 10}&bbox-crs={VN2000}"
        assert ids(web, asked) == found
        assert ids(web, f"{asked}&crs={VN2000}") == found


def test_a_box_that_is_met_is_not_yet_a_parcel_that_is_met(small: FlaskClient) -> None:
    """In the notch of parcel 2, and in the hole of 3, only 4 lies, or nothing."""
    for x, y, found in ((16, 5, ["25744@2024:1:4"]), (25, 5, []), (90.5, 5, [])):
        window = f"{EAST + x},{NORTH + y},{EAST + x + 0.5},{NORTH + y + 0.5}"
        assert ids(small, f"{PARCELS}?bbox={window}&bbox-crs={VN2000}") == found
        corner = degrees(EAST + x, NORTH + y, EAST + x + 0.5, NORTH + y + 0.5)
        assert ids(small, f"{PARCELS}?bbox={corner}") == found


@pytest.mark.parametrize(
    ("days", "found"),
    [
        ("2026-02-01", False),
        ("2026-01-31", True),
        ("2026-01-31T16:59:59Z", True),
        ("2026-01-31T17:00:00Z", False),  # in Việt Nam the next day has begun
        ("2026-01-31T23:59:59.5%2B07:00", True),
        ("2026-01-31/2026-02-01", True),
        ("2026-02-01/..", False),
        ("../2026-01-31", True),
        ("/2014-06-30", False),
        ("2014-06-30T17:00:00Z/2014-07-01", True),
        ("../..", True),
    ],
)
def test_days(web: FlaskClient, days: str, found: bool) -> None:
    """Parcel 8 ends on 1 February 2026."""
    numbers = [f["properties"]["number"] for f in items(web, f"{PARCELS}?datetime={days}")["features"]]
    assert ("8" in numbers) is found


def test_over_several_days_one_thing_has_several_rows(small: FlaskClient) -> None:
    six = [one for one in ids(small, f"{PARCELS}?datetime=2020-01-01/..") if ":6" in one]
    assert six == ["25744@2024:1:6:2020-01-01", "25744@2024:1:6:2025-07-01"]
    for one, area in zip(six, (400, 200), strict=True):
        assert item(small, "parcels", one)["properties"]["registered_area"] == area
    assert item(small, "parcels", "25744@2024:1:6")["properties"]["registered_area"] == 200
    before = item(small, "parcels", "25744@2024:1:6", "?datetime=2025-06-30")
    assert before["properties"]["registered_area"] == 400
    assert ask(small, f"{PARCELS}/{six[0]}?datetime=2026-01-01", 400)["field"] == "datetime"
    assert ask(small, f"{PARCELS}/25744@2024:1:6:2024-01-01", 404)["code"] == "no-such-feature"


def item(asked: FlaskClient, name: str, key: str, query: str = "") -> dict[str, Any]:
    response = asked.get(f"/ogc/collections/{name}/items/{key}{query}")
    assert response.status_code == 200, response.text
    return body(response)


def test_every_feature_is_found_by_its_id(web: FlaskClient, small: FlaskClient) -> None:
    for asked, names in ((web, ("parcels", "land_use_planning", "price_zones", "communes")), (small, ("parcels",))):
        for name in names:
            for feature in items(asked, f"/ogc/collections/{name}/items")["features"]:
                one = item(asked, name, feature["id"])
                href = link(one, "self")
                assert {n: v for n, v in one.items() if n != "links"} == feature
                assert href is not None
                assert item(asked, name, feature["id"]) == body(asked.get(href.removeprefix("http://localhost")))
    page_of = link(item(web, "parcels", "25750@2024:1:1"), "alternate")
    assert page_of is not None
    assert web.get(page_of.removeprefix("http://localhost")).status_code == 200


def test_known(own_store: Store) -> None:
    own_store.publish([cadastre.corrected()], states=[State("parcels-1", False)])
    asked = client(own_store)
    assert items(asked, PARCELS)["held"] is False
    assert len(ids(asked, f"{PARCELS}?known=2026-05-31")) == 12
    assert ids(asked, f"{PARCELS}?known=2026-01-14") == []


def test_nothing_is_not_no_data(web: FlaskClient, small: FlaskClient) -> None:
    assert items(web, "/ogc/collections/river_corridor/items")["held"] is False
    assert items(web, f"{PLAN}?datetime=2014-06-30")["held"] is True
    assert "held" not in items(web, PLAN)
    for x, held in ((45, True), (2000, False)):
        window = f"{EAST + x},{NORTH + 30},{EAST + x + 1},{NORTH + 31}"
        assert items(small, f"{PARCELS}?bbox={window}&bbox-crs={VN2000}")["held"] is held
    assert items(web, f"{PARCELS}?bbox=2,48,3,49")["held"] is False


def test_ground_that_is_half_loaded_is_not_held(store: Store) -> None:
    """The plan's coverage is complete up to x = 200."""
    vn2000 = frame.frames("EPSG:9210")[1]
    for x, held in ((100, True), (199, True), (201, False), (1001, False)):
        shape, box = vn2000.window([EAST + x, NORTH + 50, EAST + x + 0.5, NORTH + 51])
        wanted = features.Wanted(vn2000, (TODAY, TODAY), TODAY, features.Window(shape, vn2000, box))
        assert features.page(store, "land_use_plan", wanted, lambda row: {}).rows == ()
        assert features.is_held(store, "land_use_plan", wanted) is held


@pytest.mark.parametrize(
    ("question", "field"),
    [
        ("nonsense=1", "nonsense"), ("limit=0", "limit"), ("limit=x", "limit"), ("limit=1&limit=2", "limit"),
        ("offset=-1", "offset"), ("offset=10001", "offset"), ("after=12", "after"), ("after=nxyz", "after"),
        ("bbox=1,2,3", "bbox"), ("bbox=a,b,c,d", "bbox"), ("bbox=nan,1,2,3", "bbox"), ("bbox=1,2,1,1", "bbox"),
        (f"bbox-crs={VN2000}", "bbox-crs"), ("bbox=1,1,2,2&bbox-crs=EPSG:3857", "bbox-crs"), ("crs=EPSG:4326", "crs"),
        ("datetime=2026-13-01", "datetime"), ("datetime=yesterday", "datetime"), ("datetime=a/b/c", "datetime"),
        ("datetime=2026-02-01/2026-01-01", "datetime"), ("datetime=0001-01-01T00:00:00%2B14:00", "datetime"),
        ("known=1", "known"), ("f=html", "f"), ("filter=x=1", "filter"),
        ("filter=number=1&filter-lang=sql", "filter-lang"), ("filter=number=1", "filter"),
        ("filter-crs=EPSG:3857", "filter-crs"), ("map_scale=x", "map_scale"), ("simulated=yes", "simulated"),
        ("effective_from=2026", "effective_from"),
    ],
)  # fmt: skip
def test_what_cannot_be_read_is_refused_by_name(web: FlaskClient, question: str, field: str) -> None:
    refused = ask(web, f"{PARCELS}?{question}", 400)
    assert refused["field"] == field
    assert refused["title"] != ""


@pytest.mark.parametrize(
    "address",
    [
        "/ogc/collections/nothing", "/ogc/collections/nothing/items", "/ogc/collections/nothing/queryables",
        "/ogc/nothing", f"{PARCELS}/x", f"{PARCELS}/25750@2024:1:99", f"{PARCELS}/a:b:c", f"{PARCELS}/25750@2024:1:1:x",
        f"{PLAN}/plan:99", f"{PLAN}/p:1", f"{PLAN}/plan", f"{PLAN}/plan:", "/ogc/collections/communes/items/1",
        f"{PARCELS}/25750@2024:1:8",
    ],
)  # fmt: skip
def test_what_is_not_here(web: FlaskClient, address: str) -> None:
    assert ask(web, address, 404)["status"] == 404


def test_only_json_and_no_html(web: FlaskClient) -> None:
    for address in ("/ogc/", "/ogc/collections", PARCELS, "/ogc/nothing"):
        response = web.get(address, headers={"Accept": "text/html"})
        assert "json" in response.headers["Content-Type"]
        assert "<" not in response.text.replace("<name>", "")


def test_headers(web: FlaskClient) -> None:
    first = web.get(f"{PARCELS}?crs={VN2000}")
    assert first.headers["Content-Crs"] == f"<{VN2000}>"
    assert web.get(PARCELS).headers["Content-Crs"] == f"<{frame.CRS84}>"
    assert first.headers["Access-Control-Allow-Origin"] == "*"
    assert "Content-Crs" in first.headers["Access-Control-Expose-Headers"]
    packed = web.get(PARCELS, headers={"Accept-Encoding": "gzip"})
    assert packed.headers["Content-Encoding"] == "gzip"


def test_an_unchanged_answer_is_304_and_nothing_is_read_for_it(own_store: Store) -> None:
    asked = client(own_store)
    lost = client(instead(own_store, page=raising(AssertionError("read again"))))
    for address in (PARCELS, f"{PARCELS}/25744@2024:1:1", "/ogc/collections", "/ogc/collections/communes/items"):
        first = asked.get(address)
        assert first.headers["Cache-Control"] == "no-cache"
        for tag in (first.headers["ETag"], f'"{first.headers["ETag"].strip(chr(34))}:gzip"'):
            again = lost.get(address, headers={"If-None-Match": tag})
            if "gzip" not in tag or "items" in address:
                assert (again.status_code, again.data) == (304, b"")
    first = asked.get(PARCELS)
    held = {"If-None-Match": first.headers["ETag"]}
    assert asked.get(f"{PARCELS}?limit=5", headers=held).status_code == 200
    assert asked.get(f"{PARCELS}?known=2026-11-23", headers=held).status_code == 200
    own_store.publish([], withdraw=["parcels-1"], known=date(2026, 11, 1))
    assert asked.get(PARCELS, headers=held).status_code == 200


def test_a_busy_store_asks_to_come_again(street_store: Store) -> None:
    busy = client(instead(street_store, page=raising(Busy("store-busy")))).get(PARCELS)
    assert (busy.status_code, busy.headers["Content-Type"]) == (503, "application/problem+json")
    assert int(busy.headers["Retry-After"]) > 0


def test_links_say_how_the_service_was_reached(street_store: Store) -> None:
    behind = client(street_store, trusted_proxies=1)
    sent = {"X-Forwarded-Host": "thua-dat.example", "X-Forwarded-Proto": "https"}
    found = body(behind.get(f"{PARCELS}?limit=1", headers=sent))
    assert {each["href"].partition("/ogc/")[0] for each in found["links"]} == {"https://thua-dat.example"}
    there = behind.get(f"{PARCELS}?limit=1", headers=sent).headers["ETag"]
    assert there != behind.get(f"{PARCELS}?limit=1").headers["ETag"]


def test_tilejson(web: FlaskClient) -> None:
    for name in ("parcels", "communes", "land_use_planning"):
        made = ask(web, f"/tiles/{name}.json?on=2026-03-01")
        assert (made["tilejson"], made["scheme"]) == ("3.0.0", "xyz")
        assert 0 <= made["minzoom"] < made["maxzoom"] <= 22
        (address,) = made["tiles"]
        assert address == f"http://localhost/tiles/{name}/{{z}}/{{x}}/{{y}}?on=2026-03-01"
        west, south, east, north = made["bounds"]
        assert (west, south) < (east, north)
        place = address.removeprefix("http://localhost").format(z=made["maxzoom"], x=0, y=0)
        assert web.get(place).status_code == 200
        assert {layer["id"] for layer in made["vector_layers"]} >= {name, "labels"}
    assert ask(web, "/tiles/nothing.json", 404)["field"] == "layer"
    assert ask(web, "/tiles/price_zones.json", 404)["field"] == "layer"
    assert ask(web, "/tiles/parcels.json?on=x", 400)["field"] == "on"


def test_tilejson_names_what_a_tile_holds(web: FlaskClient) -> None:
    from tiled import read, tile_of

    for name in ("parcels", "land_use_planning", "communes"):
        z, x, y = tile_of(12 if name == "communes" else 16, X + 50, Y + 15)
        described = {one["id"]: set(one["fields"]) for one in ask(web, f"/tiles/{name}.json")["vector_layers"]}
        held = read(web.get(f"/tiles/{name}/{z}/{x}/{y}").data)
        assert held.keys() <= described.keys()
        for layer, found in held.items():
            for feature in found:
                assert set(feature["properties"]) <= described[layer]
