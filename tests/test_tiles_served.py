"""Tiles as they are served: addresses, what a browser may keep, and the folder of those that were drawn."""

from __future__ import annotations

import gzip
import itertools
import json
import os
from datetime import date
from pathlib import Path
from typing import Any

import cadastre
import pytest
from cachetools import LRUCache
from cadastre import EAST, NORTH, TODAY
from flask.testing import FlaskClient
from serving import ask, client, instead, page, raising
from street import X, Y
from tiled import named, read, tile_of

from landinfo.model import BadInput, Busy
from landinfo.store import Store, create_store
from landinfo.store.kept_tiles import KeptTiles
from landinfo.web import Settings, create_app
from landinfo.web.again import AnsweredAgain
from landinfo.web.kept import KeptTileAnswers
from landinfo.web.settings import from_environment
from landinfo.web.tiles import kept

KIND = "application/vnd.mapbox-vector-tile"
HERE = "/".join(map(str, tile_of(17, X + 50, Y + 15)))
PLAN = "land_use_planning"


@pytest.fixture(scope="module")
def web(street_store: Store) -> FlaskClient:
    """On each engine."""
    return client(street_store)


def numbers(asked: FlaskClient, query: str = "", place: str = HERE) -> list[str]:
    response = asked.get(f"/tiles/parcels/{place}{query}")
    assert (response.status_code, response.headers["Content-Type"]) == (200, KIND)
    return sorted(named(read(response.data).get("parcels", []), "number"))


def test_a_tile_answers_for_its_day(web: FlaskClient) -> None:
    assert numbers(web) == ["1", "1", "1", "10", "2", "7"]
    assert numbers(web, "?on=2026-01-31") == ["1", "1", "1", "10", "2", "7", "8"]
    assert numbers(web, "?on=2014-06-30") == []
    assert numbers(web, "?known=2026-01-04") == []
    plan = web.get(f"/tiles/{PLAN}/{HERE}")
    assert named(read(plan.data)[PLAN], "designation") == ["DGT", "ODT", "ODT"]
    assert plan.headers["Access-Control-Allow-Origin"] == "*"


@pytest.mark.parametrize("layer", ["parcels", PLAN, "river_corridor"])
def test_nothing_is_an_empty_tile(web: FlaskClient, layer: str) -> None:
    """Below the layer's first zoom, far from the ground, and of a theme that is not held."""
    z, x, y = tile_of(9, X, Y)
    far = "/".join(map(str, tile_of(17, X + 30_000, Y)))
    for place in (f"{z}/{x}/{y}", "0/0/0", far):
        response = web.get(f"/tiles/{layer}/{place}")
        assert (response.status_code, response.data, response.headers["Content-Type"]) == (200, b"", KIND)


@pytest.mark.parametrize(
    ("place", "code"),
    [
        ("16/65536/0", "no-such-tile"),
        ("16/0/65536", "no-such-tile"),
        ("0/1/0", "no-such-tile"),
        ("23/0/0", "no-such-tile"),
        ("999999999999/1/1", "no-such-tile"),
        ("16/-1/0", "no-such-page"),
        ("16/1.5/0", "no-such-page"),
        ("16/1", "no-such-page"),
    ],
)
def test_a_tile_that_cannot_be(web: FlaskClient, place: str, code: str) -> None:
    for layer in ("parcels", PLAN):
        assert ask(web, f"/tiles/{layer}/{place}", 404)["code"] == code


def test_an_unknown_layer_is_told_the_known(web: FlaskClient) -> None:
    wrong = ask(web, f"/tiles/<b>/{HERE}", 404)
    assert wrong["code"] == "unknown-layer"
    for layer in ("parcels", PLAN, "urban_zoning", "power_line_corridor"):
        assert layer in wrong["detail"]


@pytest.mark.parametrize(
    ("query", "code"),
    [("on=2026-02-30", "bad-day"), ("on=2026-01-01&on=2026-01-01", "given-twice"), ("day=1", "unknown-parameter")],
)
def test_a_question_that_cannot_be_read(web: FlaskClient, query: str, code: str) -> None:
    assert ask(web, f"/tiles/parcels/{HERE}?{query}", 400)["code"] == code


def test_a_busy_store_is_not_an_empty_tile(street_store: Store) -> None:
    busy = client(instead(street_store, tile=raising(Busy("store-busy"))))
    response = busy.get(f"/tiles/parcels/{HERE}")
    assert (response.status_code, response.headers["Cache-Control"]) == (503, "no-store")
    assert response.headers["Content-Type"] == "application/problem+json"


def test_a_browser_asks_again_and_is_told_that_nothing_changed(street_store: Store) -> None:
    drawn = 0

    def tile(*given: Any) -> bytes:
        nonlocal drawn
        drawn += 1
        return street_store.tile(*given)

    asked = client(instead(street_store, tile=tile))
    first = asked.get(f"/tiles/parcels/{HERE}")
    assert first.headers["Cache-Control"] == "no-cache"
    for sent in (first.headers["ETag"], f'"other", {first.headers["ETag"]}'):
        again = asked.get(f"/tiles/parcels/{HERE}", headers={"If-None-Match": sent})
        assert (again.status_code, again.data, again.headers["ETag"]) == (304, b"", first.headers["ETag"])
    assert drawn == 1
    # as a browser asks: the answer travelled compressed, and its name says so
    coded = {"Accept-Encoding": "gzip"}
    large = f"/tiles/parcels/{HERE}?on=2026-01-31"
    compressed = asked.get(large, headers=coded)
    again = asked.get(large, headers={**coded, "If-None-Match": compressed.headers["ETag"]})
    assert (again.status_code, drawn) == (304, 2)
    for other in ("?on=2026-01-30", "?known=2026-01-04"):
        response = asked.get(f"/tiles/parcels/{HERE}{other}", headers={"If-None-Match": first.headers["ETag"]})
        assert response.status_code == 200


def test_an_address_that_names_the_data_may_be_kept(own_store: Store) -> None:
    """With the day and the version of the data in it, and only while that is the version."""
    asked, place = client(own_store), "/".join(map(str, tile_of(16, EAST + 20, NORTH + 8)))
    version = _version(asked)
    address = f"/tiles/parcels/{place}?on=2026-11-24&v={version}"
    assert asked.get(address).headers["Cache-Control"] == "public, max-age=31536000, immutable"
    for less in (f"?v={version}", "?on=2026-11-24", f"?on=2026-11-24&v={version[::-1]}"):
        assert asked.get(f"/tiles/parcels/{place}{less}").headers["Cache-Control"] == "no-cache"
    own_store.publish([], withdraw=["parcels-1"], known=date(2026, 11, 1))
    assert asked.get(address).headers["Cache-Control"] == "no-cache"
    assert asked.get(address).data == b""


def _version(asked: FlaskClient) -> str:
    """As the map is told on its page."""
    (desk,) = page(asked, "/").all("main")
    return str(json.loads(desk.attrs["data-versions"])["parcels"])


@pytest.fixture
def keeping(tmp_path: Path) -> tuple[FlaskClient, Store, list[tuple[Any, ...]], Path]:
    """A client that keeps its tiles, its store, what was drawn, and the folder."""
    made = create_store(str(tmp_path / "own.gpkg"), cadastre.FACTS, cadastre.communes(), cadastre.UNIONS)
    made.publish(cadastre.loads())
    drawn: list[tuple[Any, ...]] = []

    def tile(*given: Any) -> bytes:
        drawn.append(given)
        return made.tile(*given)

    folder = tmp_path / "kept"
    return client(instead(made, tile=tile), tiles=str(folder)), made, drawn, folder


PLACE = "/".join(map(str, tile_of(16, EAST + 20, NORTH + 8)))


def test_a_tile_is_drawn_once(keeping: tuple[FlaskClient, Store, list[Any], Path]) -> None:
    asked, store, drawn, folder = keeping
    first = asked.get(f"/tiles/parcels/{PLACE}").data
    assert first
    assert [asked.get(f"/tiles/parcels/{PLACE}").data for _ in range(3)] == [first] * 3
    # an application that starts later finds it there, and one that looks at no folder draws the same
    later = client(instead(store, tile=raising(AssertionError())), tiles=str(folder))
    assert later.get(f"/tiles/parcels/{PLACE}").data == first
    assert client(store).get(f"/tiles/parcels/{PLACE}").data == first
    assert len(drawn) == 1
    assert asked.get(f"/tiles/parcels/{PLACE}?on=2020-01-01").data != first
    assert asked.get(f"/tiles/road_safety_corridor/{PLACE}").data != first
    assert len(drawn) == 3


def test_publishing_makes_it_stale(keeping: tuple[FlaskClient, Store, list[Any], Path]) -> None:
    asked, store, drawn, _ = keeping
    before = asked.get(f"/tiles/parcels/{PLACE}").data
    store.publish([], withdraw=["plan-1"], known=date(2026, 10, 1))
    assert asked.get(f"/tiles/parcels/{PLACE}").data == before
    assert len(drawn) == 1  # of another layer: what is kept stays good
    store.publish([], withdraw=["parcels-1"], known=date(2026, 10, 1))
    assert asked.get(f"/tiles/parcels/{PLACE}").data == b""
    assert asked.get(f"/tiles/parcels/{PLACE}?known=2026-09-30").data == before


def test_what_was_published_meanwhile_is_not_kept(tmp_path: Path) -> None:
    made = create_store(str(tmp_path / "own.gpkg"), cadastre.FACTS, cadastre.communes(), cadastre.UNIONS)
    made.publish(cadastre.loads())

    def tile(*given: Any) -> bytes:
        made.publish([], withdraw=["parcels-1"], known=TODAY)
        return made.tile(*given)

    asked = client(instead(made, tile=tile), tiles=str(tmp_path / "kept"))
    assert asked.get(f"/tiles/parcels/{PLACE}").data == b""
    assert list((tmp_path / "kept").rglob("*.tile")) == []
    made.close()


def test_what_has_no_tiles_yet_at_a_zoom_takes_no_room(keeping: tuple[FlaskClient, Store, list[Any], Path]) -> None:
    asked, _, drawn, folder = keeping
    assert asked.get("/tiles/parcels/0/0/0").data == b""
    assert (drawn, list(folder.rglob("*.tile"))) == ([], [])


def test_a_file_that_was_cut_short_is_drawn_anew(keeping: tuple[FlaskClient, Store, list[Any], Path]) -> None:
    asked, _, drawn, folder = keeping
    whole = asked.get(f"/tiles/parcels/{PLACE}").data
    (held,) = folder.rglob("*.tile")
    for n, content in enumerate((b"", held.read_bytes()[:-1], held.read_bytes()[:8])):
        held.write_bytes(content)
        # another question each time: what was answered before is not read again
        assert asked.get(f"/tiles/parcels/{PLACE}", headers={"Accept-Encoding": f"x-{n}"}).data == whole
    assert len(drawn) == 4
    assert [path.suffix for path in folder.rglob("*") if path.is_file()] == [".tile"]


@pytest.mark.parametrize("wrong", ["file", "no-rights"])
def test_a_folder_that_cannot_be_written_is_no_error(
    street_store: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, wrong: str
) -> None:
    folder = tmp_path / "kept"
    if wrong == "file":
        folder.write_text("in the way")
    else:  # root may write anywhere: let the system refuse
        monkeypatch.setattr(Path, "mkdir", raising(PermissionError(13, "denied")))
    asked = client(street_store, tiles=str(folder))
    assert numbers(asked) == numbers(asked) == ["1", "1", "1", "10", "2", "7"]


def test_a_full_disk_leaves_nothing_half(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    tiles = KeptTiles(tmp_path, 1000)
    tiles.put("a", b"x" * 10)
    monkeypatch.setattr(Path, "replace", raising(OSError(28, "no space")))
    tiles.put("b", b"y" * 10)
    assert tiles.get("a") == b"x" * 10
    assert tiles.get("b") is None
    assert len([path for path in tmp_path.rglob("*") if path.is_file()]) == 1


def test_past_the_limit_the_longest_unused_go(tmp_path: Path) -> None:
    """And nothing that is not a tile."""
    (tmp_path / "ab").mkdir()
    others = [tmp_path / "ab" / "notes.txt", tmp_path / "a.tile"]
    for other in others:
        other.write_bytes(b"x" * 5000)
    tiles = KeptTiles(tmp_path, 10_000)
    for n in range(40):
        tiles.put(f"{n}", bytes([n]) * 492)
        _age(tmp_path, tiles, n)
    held = [n for n in range(40) if tiles.get(f"{n}")]
    assert sum(path.stat().st_size for path in tmp_path.glob("??/*.tile")) <= 10_000 * 1.06
    assert 0 in held  # old, but asked for all the time
    assert held[1:] == list(range(40 - len(held) + 1, 40))
    assert len(held) >= 14
    assert all(other.is_file() for other in others)


def _age(folder: Path, tiles: KeptTiles, n: int) -> None:
    """Each was written a minute after the one before; the first is asked for again and again."""
    newest = max(folder.glob("??/*.tile"), key=lambda path: path.stat().st_mtime)
    os.utime(newest, (1e9 + 60 * n, 1e9 + 60 * n))
    if tiles.get("0"):
        first = tiles._path("0")
        assert first
        os.utime(first, (1e9 + 60 * n + 30, 1e9 + 60 * n + 30))


def test_where_tiles_are_kept(tmp_path: Path) -> None:
    def folder(**given: str) -> Path | None:
        return kept(from_environment({f"LANDINFO_{name}": value for name, value in given.items()}))._folder

    assert folder(STORE="/srv/land/my.gpkg") == Path("/srv/land/my.tiles")
    assert folder(STORE="postgresql://server/land") is None
    assert folder(STORE="postgresql://server/land", TILES="/var/cache/tiles") == Path("/var/cache/tiles")
    assert folder(STORE="my.gpkg", TILES="none") is None
    assert folder(STORE="my.gpkg", TILES_MB="0") is None
    with pytest.raises(BadInput):
        folder(TILES_MB="much")
    # a store that was handed over is not the one that the setting names: its tiles may not stand beside that one
    made = create_store(str(tmp_path / "own.gpkg"), cadastre.FACTS, cadastre.communes(), cadastre.UNIONS)
    assert create_app(Settings(), store=made).extensions["landinfo"].tiles._folder is None
    made.close()


OF_ITS_TIME = ("X-Request-ID", "Date")
"""Headers that two answers of one tile need not share."""


def sent_of(answer: Any) -> bytes:
    """The tile itself: gzip writes the second in which it was made."""
    return (
        gzip.decompress(answer.data)
        if answer.headers.get("Content-Encoding") == "gzip" and answer.data
        else answer.data
    )


def answers(asked: FlaskClient) -> Any:
    """What keeps answers in front of Flask."""
    held: Any = asked.application.wsgi_app
    while not isinstance(held, AnsweredAgain):
        held = held._inner
    return held


def test_what_was_answered_is_answered_again_in_front_of_flask(
    keeping: tuple[FlaskClient, Store, list[Any], Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    """The same to the last header but its own; by address, compression, and what the asker holds."""
    asked, _, _, _ = keeping
    address = f"/tiles/parcels/{PLACE}?on=2026-03-01"
    ways: list[dict[str, str]] = [{}, {"Accept-Encoding": "gzip"}]
    sent = list(ways)
    for way in ways:
        tag = asked.get(address, headers=way).headers["ETag"]
        holds = (tag, '"other"', f'"a", {tag}', f"W/{tag}", "what", "")
        sent += [{**way, "If-None-Match": held} for held in holds]
    first = []
    for each in sent:
        answers(asked)._held = KeptTileAnswers()
        first.append(asked.get(address, headers=each))
    for filled in (ways, sent):  # unchanged: by what was kept whole, and by what was kept as unchanged
        answers(asked)._held = KeptTileAnswers()
        for each in filled:
            asked.get(address, headers=each)
        with monkeypatch.context() as alone:
            alone.setattr(answers(asked), "_inner", raising(AssertionError()))
            again = [asked.get(address, headers=each) for each in sent]
        assert [r.status_code for r in first] == [200, 200, *[304, 200, 304, 304, 200, 200] * 2]
        assert len({r.headers["X-Request-ID"] for r in (*first, *again)}) == 2 * len(sent)
        for one, other in zip(first, again, strict=True):
            held = [
                {name: value.replace(":gzip", "") for name, value in r.headers if name not in OF_ITS_TIME}
                for r in (one, other)
            ]
            assert (one.status_code, sent_of(one), held[0]) == (other.status_code, sent_of(other), held[1])
    answers(asked)._held = KeptTileAnswers()
    tag = first[0].headers["ETag"]
    assert asked.get(address, headers={"If-None-Match": tag}).status_code == 304
    monkeypatch.setattr(answers(asked), "_inner", raising(AssertionError()))
    assert asked.get(address, headers={"If-None-Match": tag}).status_code == 304
    with pytest.raises(AssertionError):
        asked.get(address, headers={"If-None-Match": f'"a", {tag}'})
    for more in ({"X-API-Key": "k"}, {"Authorization": "Bearer k"}):
        with pytest.raises(AssertionError):
            asked.get(address, headers=more)
    with pytest.raises(AssertionError):
        asked.head(address)
    with pytest.raises(AssertionError):
        asked.get(f"{address}&known=2026-11-01")


def test_nobody_fills_the_memory_with_headers(keeping: tuple[FlaskClient, Store, list[Any], Path]) -> None:
    """What is long is answered by Flask; of what is kept all is weighed, so that it stays below what may be kept."""
    asked, _, _, _ = keeping
    held = answers(asked)._held
    address = f"/tiles/parcels/{PLACE}?on=2026-03-01"
    before = len(held._held)
    for n in range(20):
        for name, long in itertools.product(("If-None-Match", "Accept-Encoding"), (1_000, 60_000)):
            assert asked.get(address, headers={name: f'"{n}{"x" * long}"'}).status_code == 200
        assert asked.get(f"{address}&n={n}{'x' * 1_000}").status_code == 400
    assert len(held._held) == before
    held._held = LRUCache(60_000, getsizeof=held._held.getsizeof)
    kept = asked.get(address).headers["ETag"]
    for n in range(200):
        asked.get(address, headers={"If-None-Match": f'"{n}"'})
        asked.get(address, headers={"If-None-Match": f'"{n}", {kept}'})
    assert len(held._held) == 1
    for n in range(200):
        asked.get(f"/tiles/parcels/{PLACE}?on=2026-03-01", headers={"Accept-Encoding": f"{n}{'x' * 800}"})
    real = sum(
        sum(map(len, key)) + len(kept.body) + sum(map(len, kept.stands)) + sum(len(a) + len(b) for a, b in kept.headers)
        for key, kept in held._held.items()
    )
    assert 0 < real <= 60_000


def test_in_front_of_flask_it_is_counted_for_each_address(street_store: Store, tmp_path: Path) -> None:
    """Ten times as many tiles as pages, all together; then 429 with the moment to come again."""
    asked = client(street_store, tiles=str(tmp_path / "kept"), rate_limit="1 per hour")
    address = f"/tiles/parcels/{HERE}"

    def got(who: str) -> Any:
        return asked.get(address, environ_base={"REMOTE_ADDR": who})

    assert [got(who).headers["RateLimit-Remaining"] for who in ("10.0.0.9", "10.0.0.8", "10.0.0.8")] == ["9", "9", "8"]
    found = [got("10.0.0.1") for _ in range(12)]
    assert [one.status_code for one in found] == [200] * 10 + [429] * 2
    assert [one.headers["RateLimit-Remaining"] for one in found] == [*map(str, range(9, -1, -1)), "0", "0"]
    assert found[0].headers["RateLimit-Policy"] == found[1].headers["RateLimit-Policy"]
    assert set(found[0].headers.keys()) == set(found[1].headers.keys())
    assert int(got("10.0.0.1").headers["Retry-After"]) > 3000
    assert [got("10.0.0.2").headers["RateLimit-Remaining"] for _ in range(2)] == ["9", "8"]


def test_in_front_of_flask_nothing_outlives_a_publication_or_a_day(tmp_path: Path) -> None:
    made = create_store(str(tmp_path / "own.gpkg"), cadastre.FACTS, cadastre.communes(), cadastre.UNIONS)
    made.publish(cadastre.loads())
    days = [TODAY]
    settings = Settings(tiles=str(tmp_path / "kept"), register=str(tmp_path / "r.sqlite"), jobs=str(tmp_path / "jobs"))
    asked = create_app(settings, today=lambda: days[0], store=made).test_client()
    address = f"/tiles/parcels/{PLACE}"
    before = [asked.get(address) for _ in range(2)][1]
    made.publish([], withdraw=["parcels-1"], known=TODAY)
    assert before.data
    assert asked.get(address).data == asked.get(address).data == b""
    days[0] = date(2026, 9, 1)  # as it was known then
    assert asked.get(address).data == before.data
    made.close()


def test_a_fault_is_not_answered_again(street_store: Store, tmp_path: Path) -> None:
    wrong = [Busy("store-busy")]

    def tile(*given: Any) -> bytes:
        if wrong:
            raise wrong.pop()
        return street_store.tile(*given)

    asked = client(instead(street_store, tile=tile), tiles=str(tmp_path / "kept"))
    assert [asked.get(f"/tiles/parcels/{HERE}").status_code for _ in range(3)] == [503, 200, 200]
    no_mark = client(instead(street_store, mark=raising(Busy("store-busy"))), tiles=str(tmp_path / "kept"))
    assert no_mark.get(f"/tiles/parcels/{HERE}").status_code == 503


def test_the_mark_changes_with_every_edition_that_comes_or_goes(own_store: Store) -> None:
    marks = [own_store.mark(), own_store.mark()]
    own_store.publish([cadastre.corrected()], withdraw=["plan-1"])
    marks.append(own_store.mark())
    own_store.publish([], withdraw=["parcels-1"], known=date(2026, 11, 25))
    marks.append(own_store.mark())
    assert marks[0] == marks[1]
    assert len(set(marks)) == 3
