"""ETag and Last-Modified hang on what an answer stands on: 304 as long as nothing of that changed, and no longer."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import cadastre
import pytest
from cadastre import EAST, NORTH
from flask import Response
from flask.testing import FlaskClient
from serving import client, instead, raising
from street import TODAY, X, Y
from tiled import tile_of
from werkzeug.http import parse_date

from landinfo.model import Held, LayerFacts, PriceZone
from landinfo.store import CHANGED, Load, Store, program
from landinfo.web import Settings, create_app
from landinfo.web.ground import CommuneGround
from landinfo.web.kept import KeptAnswers, KeptEditions
from landinfo.web.settings import from_environment
from landinfo.web.tiles import versions

BOTH = "on=2026-03-01&known=2026-11-24"
PLACE = "/".join(map(str, tile_of(17, EAST, NORTH)))
ONE = f"/api/parcels/25744@2024/1/1?{BOTH}"
DOORS = [
    "/api/parcels/25750@2024/1/1",
    f"/api/at?x={Y + 5}&y={X + 5}",
    "/api/view?bbox=106.6,10.9,106.7,11.0",
    "/api/difference/25750@2024/1/1?and.on=2026-08-01",
    "/api/compare?parcel=25750@2024/1/1",
    "/api/search?q=phu+loi",
    "/api/suggest?q=phu",
    "/api/streets?q=huynh+van+luy",
    "/api/streets/25750:10",
    "/api/openapi.json",
]


@pytest.fixture(scope="module")
def web(street_store: Store) -> FlaskClient:
    return client(street_store)


@pytest.mark.parametrize("address", DOORS)
def test_an_answer_is_304_by_either_mark(web: FlaskClient, address: str) -> None:
    first = web.get(address)
    assert (first.status_code, first.headers["Cache-Control"]) == (200, "no-cache")
    for header, value in (("If-None-Match", first.headers["ETag"]), ("If-None-Match", f"W/{first.headers['ETag']}")):
        again = web.get(address, headers={header: value})
        assert (again.status_code, again.data, again.headers["ETag"]) == (304, b"", first.headers["ETag"])
    modified = parse_date(first.headers["Last-Modified"])
    assert modified
    assert modified <= datetime.now(UTC)
    later = (datetime.now(UTC) + timedelta(seconds=1)).strftime("%a, %d %b %Y %H:%M:%S GMT")
    assert web.get(address, headers={"If-Modified-Since": later}).status_code == 304
    for header, value in (
        ("If-None-Match", '"0123456789abcdef01234567"'),
        ("If-Modified-Since", "Mon, 01 Jun 2026 00:00:00 GMT"),
    ):
        assert web.get(address, headers={header: value}).status_code == 200
    assert len({web.get(other).headers["ETag"] for other in DOORS}) == len(DOORS)


def test_a_compressed_answer_is_304_too(web: FlaskClient) -> None:
    packed = {"Accept-Encoding": "gzip"}
    first = web.get(DOORS[0], headers=packed)
    assert first.headers["Content-Encoding"] == "gzip"
    again = web.get(DOORS[0], headers={**packed, "If-None-Match": first.headers["ETag"]})
    assert again.status_code == 304


def test_304_is_told_before_the_answer_is_made(street_store: Store) -> None:
    tag = client(street_store).get(DOORS[0]).headers["ETag"]
    broken = client(instead(street_store, parcels=raising(RuntimeError("asked"))))
    assert broken.get(DOORS[0], headers={"If-None-Match": tag}).status_code == 304
    assert broken.get(DOORS[0]).status_code == 500


def test_what_was_asked_before_is_not_made_again(street_store: Store) -> None:
    made: list[int] = []
    counted = instead(street_store, parcels=lambda *a, **k: made.append(1) or street_store.parcels(*a, **k))
    asked = client(counted)
    first, again = asked.get(DOORS[0]), asked.get(DOORS[0])
    assert (again.status_code, again.data, dict(again.headers)["ETag"]) == (200, first.data, first.headers["ETag"])
    assert again.content_type == first.content_type
    assert len(made) == 1
    other = asked.get(DOORS[0], headers={"Accept": "application/xml"})
    assert other.data != first.data
    assert len(made) == 2
    assert asked.get(f"{DOORS[0]}?on=2026-03-01").data != first.data


def test_no_answer_is_kept_where_none_shall_be(street_store: Store, tmp_path: Path) -> None:
    made: list[int] = []
    counted = instead(street_store, parcels=lambda *a, **k: made.append(1) or street_store.parcels(*a, **k))
    settings = from_environment({"LANDINFO_ANSWERS_MB": "0", "LANDINFO_REGISTER": str(tmp_path / "r.sqlite")})
    asked = create_app(settings, today=lambda: TODAY, store=counted).test_client()
    first, again = asked.get(DOORS[0]), asked.get(DOORS[0])
    assert (again.data, again.headers["ETag"]) == (first.data, first.headers["ETag"])
    assert len(made) == 2


def test_answers_kept_are_bounded() -> None:
    kept = KeptAnswers(most=10_000)
    for number in range(20):
        kept.keep(str(number), Response(b"x" * 3000))
    assert [n for n in range(20) if kept.get(str(n))] == [18, 19]
    kept.keep("large", Response(b"x" * 9_500))
    assert kept.get("large") is None
    assert kept.get("19")


@pytest.mark.parametrize("broken", ["layer", "zones"])
def test_an_answer_of_which_a_layer_was_not_read_is_nobodys_to_keep(street_store: Store, broken: str) -> None:
    """The source comes back, and so does the answer: neither a browser nor the service holds on to the gap."""
    fails = True

    def layer(name: str, *rest: Any, **more: Any) -> LayerFacts:
        found = street_store.layer(name, *rest, **more)
        return LayerFacts(name, Held.FAILED, (), ()) if fails else found

    def zones(*rest: Any, **more: Any) -> tuple[LayerFacts, tuple[PriceZone, ...]]:
        return (LayerFacts("price_zones", Held.FAILED, (), ()), ()) if fails else street_store.zones(*rest, **more)

    asked = client(instead(street_store, **{broken: {"layer": layer, "zones": zones}[broken]}))
    gap = asked.get(DOORS[0])
    assert (gap.status_code, gap.headers["Cache-Control"]) == (200, "no-store")
    assert "ETag" not in gap.headers
    assert "Last-Modified" not in gap.headers
    fails = False
    whole = client(street_store).get(DOORS[0])
    assert gap.data != whole.data
    assert asked.get(DOORS[0]).data == whole.data
    fails = True
    assert asked.get(DOORS[0]).data == whole.data


@pytest.mark.parametrize(
    ("address", "method"),
    [
        (DOORS[0], "parcels"),
        (f"/tiles/parcels/{PLACE}", "tile"),
        (f"/tiles/parcels/{PLACE}?on=2026-03-01&known=2026-11-24&v={{version}}", "tile"),
        ("/tiles/communes/10/815/480", "squares"),
        ("/ogc/collections/parcels/items?limit=3", "page"),
        ("/ogc/collections/parcels/items/25750@2024:1:1", "parcels"),
    ],
)
def test_what_was_published_meanwhile_is_nobodys_to_keep(own_store: Store, address: str, method: str) -> None:
    """It may be of before, of after, or of both: neither a browser nor the service holds on to it."""
    read, made = getattr(own_store, method), list[int]()

    def meanwhile(*given: Any, **more: Any) -> Any:
        made.append(1)
        found = read(*given, **more)
        if len(made) == 1:
            own_store.publish([empty("later", date(2026, 11, 20))])
        return found

    asked = client(instead(own_store, **{method: meanwhile}))
    version = versions(["parcels"], date(2026, 11, 24), own_store)["parcels"]
    first = asked.get(address.format(version=version))
    assert (first.status_code, first.headers["Cache-Control"]) == (200, "no-store")
    assert "ETag" not in first.headers
    assert "Last-Modified" not in first.headers
    second = asked.get(address.format(version=version))
    assert (second.status_code, len(made)) == (200, 2)
    assert second.headers["ETag"] == client(own_store).get(address.format(version=version)).headers["ETag"]
    assert second.headers["Cache-Control"] == "no-cache"


@pytest.mark.parametrize(
    ("change", "status", "text"),
    [
        ("UPDATE parcels SET registered_area = '77.7' WHERE number = '1'", 200, b'"registered_area":77.7'),
        ("DELETE FROM parcels WHERE number = '1'", 404, b'"status":404'),
    ],
)
def test_rows_changed_by_hand_change_every_mark(
    own_store: Store,
    store_url: str,
    run_sql: Callable[[str, str], None],
    tmp_path: Path,
    change: str,
    status: int,
    text: bytes,
) -> None:
    """Of the parcel's answer, of features and of tiles, also of those in a folder; what is of other layers stays."""
    tiles = str(tmp_path / "tiles")
    asked = client(own_store, tiles=tiles)
    parcel, items, tile = DOORS[0], "/ogc/collections/parcels/items", f"/tiles/parcels/{PLACE}"
    plan = f"/tiles/land_use_planning/{PLACE}"
    before = {address: asked.get(address) for address in (parcel, items, tile, plan)}
    mark, versions_ = own_store.mark(), versions(["parcels"], TODAY, own_store)
    run_sql(store_url, change)
    assert own_store.mark() != mark
    assert versions(["parcels"], TODAY, own_store) != versions_
    for web in (asked, client(own_store, tiles=tiles)):
        for address in (parcel, items, tile):
            again = web.get(address, headers={"If-None-Match": before[address].headers["ETag"]})
            assert again.status_code == (status if address == parcel else 200), address
        assert text in web.get(parcel).data
        assert web.get(items).data != before[items].data
        assert web.get(plan, headers={"If-None-Match": before[plan].headers["ETag"]}).status_code == 304


def test_each_change_by_hand_gives_another_mark(
    own_store: Store, store_url: str, run_sql: Callable[[str, str], None]
) -> None:
    marks = [own_store.mark()]
    for area in ("77.7", "88.8", "99.9"):
        run_sql(store_url, f"UPDATE parcels SET registered_area = '{area}' WHERE number = '1'")
        marks.append(own_store.mark())
    assert len(set(marks)) == 4


def test_what_is_read_beside_a_publication_is_kept_by_no_process(own_store: Store) -> None:
    """Editions and the communes' ground: they may be of before or of after, and the mark of before may come back."""
    asked: list[str] = []

    def counting(name: str) -> Callable[..., Any]:
        return lambda *given: asked.append(name) or getattr(own_store, name)(*given)

    store = instead(own_store, editions=counting("editions"), squares=counting("squares"))
    editions, ground = KeptEditions(store), CommuneGround()
    for mark, times in (("of before", 2), (own_store.mark(), 1)):
        asked.clear()
        for _ in range(2):
            editions.known_on(TODAY, mark)
            ground.on(f"version {mark}", TODAY, TODAY, mark, store)
        assert asked == ["editions", "squares"] * times


def test_rows_changed_by_hand_were_modified_now(
    own_store: Store, store_url: str, run_sql: Callable[[str, str], None]
) -> None:
    """Who sends the time alone is not told that an answer is unchanged."""
    asked = client(own_store)
    extensions = asked.application.extensions
    extensions["landinfo"] = replace(extensions["landinfo"], begun=datetime(2026, 1, 1, tzinfo=UTC))
    sent = {"If-Modified-Since": asked.get(ONE).headers["Last-Modified"]}
    assert asked.get(ONE, headers=sent).status_code == 304
    run_sql(store_url, "UPDATE parcels SET registered_area = '77.7' WHERE number = '1'")
    assert asked.get(ONE, headers=sent).status_code == 200


def test_an_emptied_table_changes_all_editions(
    engine: str, own_store: Store, store_url: str, run_sql: Callable[[str, str], None]
) -> None:
    run_sql(store_url, "TRUNCATE features" if engine == "postgis" else "DELETE FROM features")
    hashes = {e.layer: e.content_hash for e in own_store.editions()}
    assert hashes["land_use_plan"].startswith(CHANGED)
    assert hashes["parcels"].startswith(CHANGED) is (engine == "postgis")  # TRUNCATE does not say whose rows went


def test_a_prepared_edition_that_is_taken_away_changes_no_other(own_store: Store) -> None:
    hashes = {e.id: e.content_hash for e in own_store.editions()}
    load = cadastre.corrected()
    own_store.stage(load, [])
    own_store.discard(load.edition.id)
    assert {e.id: e.content_hash for e in own_store.editions()} == hashes


def test_a_refusal_has_no_mark_and_is_never_304(web: FlaskClient) -> None:
    later = (datetime.now(UTC) + timedelta(days=1)).strftime("%a, %d %b %Y %H:%M:%S GMT")
    for address in ("/api/parcels/25750@2024/1/6", f"{DOORS[0]}?known=x", "/api/parcels/25750@2024/1/1?on=2026-02-30"):
        for headers in ({}, {"If-Modified-Since": later}, {"If-None-Match": "*"}):
            refused = web.get(address, headers=headers)
            assert refused.status_code in (400, 404)
            assert "ETag" not in refused.headers
            assert "Last-Modified" not in refused.headers


def test_both_engines_give_the_same_mark(new_place: Callable[[str], str], web: FlaskClient) -> None:
    import street

    other = street.create(new_place("geopackage"))
    assert client(other).get(DOORS[0]).headers["ETag"] == web.get(DOORS[0]).headers["ETag"]
    other.close()


@pytest.fixture
def kept(own_store: Store, tmp_path: Path) -> Callable[[date], FlaskClient]:
    def on(day: date) -> FlaskClient:
        settings = Settings(register=str(tmp_path / "kept.sqlite"))
        return create_app(settings, today=lambda: day, store=own_store).test_client()

    return on


def empty(name: str, published: date) -> Load:
    """An edition of parcels without a row: it changes what is published, and no answer."""
    load = cadastre.loads()[0]
    made = replace(load.edition, id=name, territory="elsewhere", published=published, rows=0)
    return Load(made, (), ())


def changed(asked: FlaskClient, address: str, tag: str) -> bool:
    return asked.get(address, headers={"If-None-Match": tag}).status_code != 304


def test_what_is_published_or_withdrawn_changes_the_mark(own_store: Store, kept: Callable[[date], FlaskClient]) -> None:
    """An answer as known on an earlier day stays; one as known now is asked for again, and again after the undo."""
    asked = kept(TODAY)
    now, before = f"/api/parcels/25744@2024/1/1?on=2026-03-01&known={TODAY}", f"{ONE[:-10]}2026-11-23"
    first, earlier = asked.get(now), asked.get(before)
    assert (first.status_code, earlier.status_code) == (200, 200)
    load = cadastre.loads()[0]
    new = replace(
        load,
        edition=replace(load.edition, id="later", territory="elsewhere", published=TODAY, rows=0),
        parcels=(),
        coverage=(),
    )
    own_store.publish([new])
    assert changed(asked, now, first.headers["ETag"])
    assert not changed(asked, before, earlier.headers["ETag"])
    second = asked.get(now).headers["ETag"]
    own_store.publish([], withdraw=["later"], known=TODAY)
    assert changed(asked, now, second)
    assert not changed(asked, before, earlier.headers["ETag"])


def test_an_answer_without_days_is_of_its_day(kept: Callable[[date], FlaskClient]) -> None:
    without, half = "/api/parcels/25744@2024/1/1", "/api/parcels/25744@2024/1/1?on=2026-03-01"
    other = f"{without}?known=2026-11-24"
    for address, same in ((without, False), (half, False), (other, False), (ONE, True)):
        tag = kept(TODAY).get(address).headers["ETag"]
        assert changed(kept(TODAY + timedelta(days=1)), address, tag) is not same


def test_another_program_gives_another_mark(web: FlaskClient, monkeypatch: pytest.MonkeyPatch) -> None:
    tag = web.get(DOORS[0]).headers["ETag"]
    monkeypatch.setattr(program, "fingerprint", lambda: "another")
    assert changed(web, DOORS[0], tag)


def test_each_form_has_its_own_mark(web: FlaskClient) -> None:
    kinds = ("application/json", "application/xml", "application/geo+json")
    tags = [web.get(DOORS[0], headers={"Accept": kind}).headers["ETag"] for kind in kinds]
    assert len(set(tags)) == 3
    assert web.get(DOORS[0], headers={"Accept": kinds[1], "If-None-Match": tags[0]}).status_code == 200


def test_what_was_done_today_may_still_change_today(own_store: Store, kept: Callable[[date], FlaskClient]) -> None:
    """On the very day of a publication ``Last-Modified`` is now, so nothing is 304 by it that changed in between."""
    today = datetime.now(UTC).date()
    load = cadastre.loads()[0]
    new = replace(
        load,
        edition=replace(load.edition, id="today", territory="elsewhere", published=today, rows=0),
        parcels=(),
        coverage=(),
    )
    own_store.publish([new])
    told = parse_date(kept(today).get(ONE).headers["Last-Modified"])
    assert told
    assert datetime.now(UTC) - told < timedelta(seconds=30)


def test_what_was_withdrawn_today_may_still_change_today(own_store: Store, kept: Callable[[date], FlaskClient]) -> None:
    """The program was begun long before, and what is left is older: the withdrawal alone says when it changed."""
    asked = kept(TODAY)
    long_ago = datetime(2026, 1, 1, tzinfo=UTC)
    extensions = asked.application.extensions
    extensions["landinfo"] = replace(extensions["landinfo"], begun=long_ago)
    before = parse_date(asked.get(ONE).headers["Last-Modified"])
    assert before == datetime(2026, 1, 15, 17, tzinfo=UTC)  # the day of publication is over at midnight in Việt Nam
    own_store.publish([empty("later", date(2026, 2, 1))])
    own_store.publish([], withdraw=["later"], known=date(2026, 11, 20))
    assert parse_date(asked.get(ONE).headers["Last-Modified"]) == datetime(2026, 11, 20, 17, tzinfo=UTC)
    without = parse_date(asked.get(ONE.partition("?")[0]).headers["Last-Modified"])
    assert without == datetime(2026, 11, 23, 17, tzinfo=UTC)  # and without days it is of today


def test_posting_is_never_304(web: FlaskClient) -> None:
    first = web.post("/api/search", data={"q": "phu loi"})
    other = web.post("/api/search", data={"q": "phu hoa"}, headers={"If-None-Match": first.headers["ETag"]})
    assert (first.status_code, other.status_code) == (200, 200)
    assert other.headers["ETag"] != first.headers["ETag"]
