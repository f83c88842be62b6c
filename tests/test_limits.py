"""One address that asks too often is told when to come back; nothing else is."""

from __future__ import annotations

import pytest
from flask.testing import FlaskClient
from serving import DAY, ONE, ask, client, page

from landinfo.model import BadInput
from landinfo.store import Store
from landinfo.web.settings import RATE_LIMIT, from_environment

ANSWER = f"/api/parcels/{ONE}?{DAY}"


@pytest.fixture
def few(store: Store) -> FlaskClient:
    """A client that may ask three times an hour."""
    return client(store, rate_limit="3 per hour")


def test_the_fourth_question_is_refused_and_says_when_to_ask_again(few: FlaskClient) -> None:
    left = [few.get(ANSWER).headers["RateLimit-Remaining"] for _ in range(3)]
    assert left == ["2", "1", "0"]
    refused = few.get(ANSWER)
    assert 1 <= int(refused.headers["Retry-After"]) <= 3600
    assert refused.headers["RateLimit-Limit"] == "3"
    assert refused.headers["Cache-Control"] == "no-store"
    body = ask(few, ANSWER, 429)
    assert body["code"] == "too-many-requests"
    assert "Retry-After" in body["detail_en"]
    page(few, f"/parcels/{ONE}?{DAY}", 429)


def test_doors_count_together_and_addresses_apart(few: FlaskClient) -> None:
    for address in (ANSWER, f"/parcels/{ONE}?{DAY}", "/streets?q=x"):
        assert few.get(address).status_code == 200
    assert few.get("/compare").status_code == 429
    assert few.get("/compare", environ_overrides={"REMOTE_ADDR": "192.0.2.7"}).status_code == 200


def test_files_and_the_proxys_questions_are_free(few: FlaskClient) -> None:
    for address in ("/healthz", "/readyz", "/static/map.js", "/static/style.css") * 2:
        with few.get(address) as response:
            assert response.status_code == 200
            assert "RateLimit-Limit" not in response.headers
    assert few.get(ANSWER).headers["RateLimit-Remaining"] == "2"


def test_tiles_count_for_themselves_and_ten_times_as_many_go(few: FlaskClient) -> None:
    for n in range(30):
        answered = few.get("/tiles/parcels/0/0/0")
        assert (answered.status_code, answered.headers["RateLimit-Remaining"]) == (200, str(29 - n))
    assert ask(few, "/tiles/parcels/0/0/0", 429)["code"] == "too-many-requests"
    assert few.get(ANSWER).headers["RateLimit-Remaining"] == "2"


def test_a_forwarded_address_counts_only_behind_a_proxy(store: Store) -> None:
    for trusted, statuses in ((0, [200, 429]), (1, [200, 200])):
        asked = client(store, rate_limit="1 per hour", trusted_proxies=trusted)
        found = [asked.get(ANSWER, headers={"X-Forwarded-For": f"192.0.2.{n}"}).status_code for n in (1, 2)]
        assert found == statuses


def test_the_limit_is_a_setting() -> None:
    assert from_environment({}).rate_limit == RATE_LIMIT
    assert from_environment({"LANDINFO_RATE_LIMIT": "none"}).rate_limit == ""
    assert from_environment({"LANDINFO_RATE_LIMIT": "5 per second"}).rate_limit == "5 per second"
    for wrong in ("5", "many", "0 per second", "5 per year", "5 per minute; 1 per second"):
        with pytest.raises(BadInput) as refused:
            from_environment({"LANDINFO_RATE_LIMIT": wrong})
        assert refused.value.field == "LANDINFO_RATE_LIMIT"
