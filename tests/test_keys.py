"""Keys and tiers: what each may do, told in headers; a key that is not valid is refused, and can not be tried on."""

from __future__ import annotations

import hashlib
import json
import re
import tomllib
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from flask.testing import FlaskClient
from serving import DAY, ONE, ask, body, client, page
from street import TODAY

from landinfo.cli import main
from landinfo.model import BadInput
from landinfo.store import Store
from landinfo.web import Settings, tiers
from landinfo.web.settings import from_environment

ANSWER = f"/api/parcels/{ONE}?{DAY}"
OFFICE, CLERK, OLD, NEW = "office-" + "a" * 40, "clerk-" + "b" * 40, "old-" + "c" * 40, "new-" + "d" * 40
LIST = "parcel\n25750@2024/1/1\n"


def digest(key: str) -> str:
    return hashlib.sha256(key.encode()).hexdigest()


FILE = f"""
[tier.key]
rate_limit = "5 per hour"
batch_mb = 1
batch_rows = 7

[[key]]
name = "Sở Xây dựng"
sha256 = "{digest(OFFICE)}"
tier = "key"

[[key]]
name = "Lan"
sha256 = "{digest(CLERK)}"
tier = "staff"

[[key]]
name = "hết hạn hôm nay"
sha256 = "{digest(OLD)}"
tier = "staff"
until = {TODAY}

[[key]]
name = "đến hết hôm nay"
sha256 = "{digest(NEW)}"
tier = "key"
until = {TODAY + timedelta(days=1)}
"""


@pytest.fixture
def keys(tmp_path: Path) -> str:
    path = tmp_path / "keys.toml"
    path.write_text(FILE, "utf-8")
    return str(path)


@pytest.fixture
def few(store: Store, keys: str) -> FlaskClient:
    """Two questions an hour without a key, five with one, any number for the staff."""
    return client(store, rate_limit="2 per hour", batch_limit="1 per hour", batch_mb=2, keys=keys)


def with_key(key: str) -> dict[str, Any]:
    return {"headers": {"X-API-Key": key}}


def policies(asked: FlaskClient, times: int, **more: Any) -> list[tuple[int, str | None, str | None]]:
    found = [asked.get(ANSWER, **more) for _ in range(times)]
    return [(r.status_code, r.headers.get("RateLimit-Remaining"), r.headers.get("RateLimit-Policy")) for r in found]


def test_each_tier_has_its_own_limit_and_says_so(few: FlaskClient) -> None:
    without = '2;w=3600;comment="anonymous"'
    assert policies(few, 3) == [(200, "1", without), (200, "0", without), (429, "0", without)]
    with_ = '5;w=3600;comment="key"'
    found = policies(few, 6, **with_key(OFFICE))
    assert found == [*((200, str(4 - n), with_) for n in range(5)), (429, "0", with_)]
    refused = few.get(ANSWER, **with_key(OFFICE))
    assert 1 <= int(refused.headers["Retry-After"]) <= 3600
    assert body(refused)["code"] == "too-many-requests"
    assert policies(few, 9, **with_key(CLERK)) == [(200, None, None)] * 9


def test_keys_are_counted_apart_wherever_they_come_from(few: FlaskClient) -> None:
    elsewhere = {"environ_overrides": {"REMOTE_ADDR": "192.0.2.7"}}
    assert few.get(ANSWER, **with_key(OFFICE)).headers["RateLimit-Remaining"] == "4"
    assert few.get(ANSWER, **with_key(OFFICE), **elsewhere).headers["RateLimit-Remaining"] == "3"
    assert few.get(ANSWER, **with_key(NEW)).headers["RateLimit-Remaining"] == "4"
    assert few.get(ANSWER).headers["RateLimit-Remaining"] == "1"


def test_a_key_is_sent_either_way(few: FlaskClient) -> None:
    bearer = {"headers": {"Authorization": f"Bearer {OFFICE}"}}
    assert few.get(ANSWER, **bearer).headers["RateLimit-Limit"] == "5"
    assert few.get(ANSWER, headers={"Authorization": "Basic bGFuOng="}).headers["RateLimit-Limit"] == "2"


@pytest.mark.parametrize(
    "key", ["wrong", OFFICE[:-1], OFFICE.upper(), OLD, digest(OFFICE), "ạ".encode().decode("latin-1")]
)
def test_a_key_that_is_not_valid_is_refused(few: FlaskClient, key: str) -> None:
    refused = few.get(ANSWER, headers={"X-API-Key": key})
    assert refused.status_code == 401
    assert refused.headers["WWW-Authenticate"].startswith("Bearer")
    assert refused.headers["Cache-Control"] == "no-store"
    assert (body(refused)["code"], body(refused)["field"]) == ("key-unknown", "X-API-Key")
    assert key not in refused.text
    assert few.get(ANSWER, headers={"Authorization": f"bearer {key}"}).status_code == 401


def test_keys_cannot_be_tried_without_end(few: FlaskClient) -> None:
    assert [few.get(ANSWER, **with_key(f"try-{n}")).status_code for n in range(4)] == [401, 401, 429, 429]


def test_a_server_without_keys_refuses_every_one(store: Store) -> None:
    for limits in ({}, {"rate_limit": "9 per hour"}):
        asked = client(store, **limits)
        assert ask(asked, ANSWER, 401, **with_key(OFFICE))["code"] == "key-unknown"
        assert asked.get(ANSWER).status_code == 200


def test_a_page_is_shown_whatever_a_proxy_sends_along(few: FlaskClient) -> None:
    assert few.get(f"/parcels/{ONE}?{DAY}", headers={"Authorization": "Bearer proxy"}).status_code == 200


def test_tiles_and_reports_go_by_the_tier_too(store: Store, keys: str) -> None:
    few = client(store, rate_limit="1 per hour", keys=keys)
    assert few.get("/tiles/parcels/0/0/0").headers["RateLimit-Limit"] == "10"
    assert few.get("/tiles/parcels/0/0/0", **with_key(OFFICE)).headers["RateLimit-Limit"] == "50"
    assert "RateLimit-Limit" not in few.get("/tiles/parcels/0/0/0", **with_key(CLERK)).headers


def handed_in(asked: FlaskClient, content: str, **more: Any) -> Any:
    return asked.post("/api/batch", data=content.encode(), content_type="text/csv", **more)


@pytest.fixture
def idle(monkeypatch: pytest.MonkeyPatch) -> None:
    """No child is started: what is handed in is all that is looked at."""
    monkeypatch.setattr("landinfo.batch.job._start", lambda office, folder: None)


@pytest.mark.usefixtures("idle")
def test_a_list_has_the_limits_of_its_tier(few: FlaskClient, tmp_path: Path) -> None:
    large = LIST + "#" * 1_500_000
    refused = handed_in(few, large, **with_key(OFFICE))
    assert refused.status_code == 413
    assert "1 MB" in body(refused)["detail_en"]
    assert "With a key" in body(refused)["detail_en"]
    kept = handed_in(few, LIST, **with_key(OFFICE))
    assert kept.status_code == 202
    jobs = Path(few.application.extensions["landinfo"].settings.jobs)
    asked = json.loads((jobs / body(kept)["id"] / "question.json").read_text("utf-8"))
    assert asked["most"] == 7
    too_large = handed_in(few, LIST + "#" * 2_500_000)
    assert (too_large.status_code, "2 MB" in body(too_large)["detail_en"]) == (413, True)
    assert "Without a key" in body(too_large)["detail_en"]


@pytest.mark.usefixtures("idle")
def test_lists_are_counted_by_the_tier(store: Store, keys: str, tmp_path: Path) -> None:
    Path(keys).write_text(FILE.replace('rate_limit = "5 per hour"', ""), "utf-8")
    few = client(store, batch_limit="1 per hour", batch_jobs=64, jobs=str(tmp_path / "jobs"), keys=keys)
    assert [handed_in(few, LIST).status_code for _ in range(2)] == [202, 429]
    assert [handed_in(few, LIST, **with_key(OFFICE)).status_code for _ in range(11)] == [202] * 10 + [429]
    assert [handed_in(few, LIST, **with_key(CLERK)).status_code for _ in range(12)] == [202] * 12


def test_what_is_not_said_is_ten_times_as_much() -> None:
    held = tiers.read(Settings(rate_limit="6 per minute", batch_limit="", batch_rows=300_000, batch_mb=3)).tiers
    assert held["anonymous"].rate_limit == "6 per minute"
    assert (held["key"].rate_limit, held["key"].batch_limit) == ("60 per minute", "")
    assert (held["key"].batch_rows, held["key"].batch_mb) == (2_000_000, 30)
    assert (held["staff"].rate_limit, held["staff"].batch_rows) == ("", 2_000_000)


@pytest.mark.parametrize(
    ("told", "entry"),
    [
        ("[tier.anonymous]\nbatch_mb = 1", "tier.anonymous"),
        ("[tier.gold]\nbatch_mb = 1", "tier.gold"),
        ('[tier.key]\nrate_limit = "5"', "tier.key.rate_limit"),
        ("[tier.key]\nrate_limit = 5", "tier.key.rate_limit"),
        ("[tier.key]\nbatch_rows = 0", "tier.key.batch_rows"),
        ("[tier.key]\nbatch_rows = true", "tier.key.batch_rows"),
        ("[tier.key]\nbatch_mb = 4001", "tier.key.batch_mb"),
        ("[tier.key]\nspeed = 1", "tier.key.speed"),
        (f'[[key]]\nname = "x"\nsha256 = "{digest("x")[1:]}"\ntier = "key"', "key x"),
        (f'[[key]]\nname = "x"\nsha256 = "{digest("x").upper()}"\ntier = "key"', "key x"),
        (f'[[key]]\nname = "x"\nsha256 = "{digest("x")}"', "key x"),
        (f'[[key]]\nname = "x"\nsha256 = "{digest("x")}"\ntier = "anonymous"', "key x"),
        (f'[[key]]\nname = "x"\nsha256 = "{digest("x")}"\ntier = "key"\nuntil = "2027"', "key x"),
        (f'[[key]]\nname = "x"\nkey = "secret"\nsha256 = "{digest("x")}"\ntier = "key"', "key x"),
        ("[keys]\nx = 1", "keys"),
        ("tier = 3", "tier"),
        ("key = 3", "key"),
        ("[key]\nname = 'x'", "key"),
        ("key = [3]", "key –"),
        ("nonsense", "–"),
    ],
)
def test_a_file_that_is_wrong_stops_the_start(tmp_path: Path, told: str, entry: str) -> None:
    path = tmp_path / "keys.toml"
    path.write_text(told, "utf-8")
    with pytest.raises(BadInput) as wrong:
        tiers.read(Settings(keys=str(path)))
    assert (wrong.value.field, wrong.value.params["entry"]) == ("LANDINFO_KEYS", entry)
    assert "secret" not in str(wrong.value)


def test_a_file_that_is_missing_stops_the_start(tmp_path: Path) -> None:
    with pytest.raises(BadInput):
        tiers.read(Settings(keys=str(tmp_path / "none.toml")))
    assert from_environment({"LANDINFO_KEYS": "keys.toml"}).keys == "keys.toml"


def test_the_page_tells_the_limits(few: FlaskClient, store: Store) -> None:
    shown = page(few, "/docs?lang=en").text
    assert "2 per hour" in shown
    assert "5 per hour" in shown
    assert "Staff" in shown
    assert "Staff" not in page(client(store), "/docs?lang=en").text
    assert "2 lần mỗi giờ" in page(few, "/docs").text


def test_other_sites_may_send_a_key(few: FlaskClient) -> None:
    told = few.options(ANSWER, headers={"Access-Control-Request-Headers": "x-api-key"}).headers
    assert "X-API-Key" in told["Access-Control-Allow-Headers"]
    assert "RateLimit-Remaining" in few.get(ANSWER).headers["Access-Control-Expose-Headers"]


def test_a_new_key_opens_the_door(store: Store, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """What the command prints, put into the file, is a key; it is in the file only as its digest."""
    assert main(["key", "new", "--name", 'Văn phòng "A"', "--tier", "staff", "--until", "2027-01-01"]) == 0
    told, _, entry = capsys.readouterr().out.partition("\n[[key]]")
    key = re.search(r"kept nowhere\): (\S+)\. ", told)[1]  # type: ignore[index]
    path = tmp_path / "keys.toml"
    path.write_text("[[key]]" + entry, "utf-8")
    assert key not in entry
    few = client(store, rate_limit="1 per hour", keys=str(path))
    assert [few.get(ANSWER, **with_key(key)).status_code for _ in range(3)] == [200] * 3
    assert tomllib.loads(path.read_text("utf-8"))["key"][0]["name"] == 'Văn phòng "A"'


@pytest.mark.usefixtures("idle")
@pytest.mark.parametrize("wrong", ["on=x", "convert_to=odt", "fact.first_conversion=maybe", "price.ODT=x", "on="])
def test_a_question_that_no_row_could_be_asked_is_refused_at_once(store: Store, wrong: str, tmp_path: Path) -> None:
    """Found by Schemathesis: the list was taken in, and each of its rows was an error."""
    asked = client(store, jobs=str(tmp_path / "jobs"))
    response = asked.post(f"/api/batch?{wrong}", data=LIST.encode(), content_type="text/csv")
    assert response.status_code == (202 if wrong == "on=" else 400)
    if response.status_code == 400:
        assert body(response)["field"] == wrong.partition("=")[0]
        assert list((tmp_path / "jobs").glob("*")) == []
