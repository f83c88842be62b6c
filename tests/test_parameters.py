"""One rule for the parameters of the pages and of the API: what was left empty, and the decimal comma."""

from __future__ import annotations

import re

import pytest
from flask.testing import FlaskClient
from serving import ask, client

from landinfo.store import Store

ONE = "/api/parcels/25750@2024/1/1"
DAY = "on=2026-03-01"


@pytest.fixture(scope="module")
def api(street_store: Store) -> FlaskClient:
    """The street worked out by hand."""
    return client(street_store)


SAME = [
    (f"{DAY}&convert_to=ODT&area=100,5", f"{DAY}&convert_to=ODT&area=100.5"),
    (f"{DAY}&convert_to=ODT&area=", f"{DAY}&convert_to=ODT"),
    (f"{DAY}&known=&land_user=&fact.allotment_limit=&price.ODT=+&convert_to=ODT", f"{DAY}&convert_to=ODT"),
    (f"{DAY}&convert_to=ODT&fact.allotment_limit=150,25", f"{DAY}&convert_to=ODT&fact.allotment_limit=150.25"),
    (f"{DAY}&price.ODT=1500000,5", f"{DAY}&price.ODT=1500000.5"),
    (f"{DAY}&convert_to=+ODT+", f"{DAY}&convert_to=ODT"),
    ("on=", ""),
]


@pytest.mark.parametrize(("one", "other"), SAME)
def test_an_empty_parameter_is_not_given_and_a_comma_is_a_point(api: FlaskClient, one: str, other: str) -> None:
    """One rule for the API and the pages: the same answer, and the same permanent address."""
    assert ask(api, f"{ONE}?{one}") == ask(api, f"{ONE}?{other}")
    page = ONE.removeprefix("/api")
    first, second = (api.get(f"{page}?{query}") for query in (one, other))
    assert (first.status_code, second.status_code) == (200, 200)
    assert 'class="permanent"' in first.text
    permanent = re.compile(r'class="permanent".*?href="([^"]*)"', re.DOTALL)
    assert permanent.search(first.text)[1] == permanent.search(second.text)[1]  # type: ignore[index]


@pytest.mark.parametrize("number", ["1,000", "1.000", "12,345"])
@pytest.mark.parametrize("name", ["area", "price.ODT", "fact.allotment_limit"])
def test_what_may_be_a_thousand_or_one_is_asked_back(api: FlaskClient, name: str, number: str) -> None:
    for door in (ONE, ONE.removeprefix("/api")):
        answer = api.get(f"{door}?{DAY}&convert_to=ODT&{name}={number}", headers={"Accept": "application/json"})
        assert answer.status_code == 400
        assert number in answer.text
        assert number.replace(",", "").replace(".", "") in answer.text


def test_a_street_is_asked_by_the_same_rule(api: FlaskClient) -> None:
    one = ask(api, f"/api/streets/25750:17?{DAY}&width=3,5&depth=&area=&land_use=&position=")
    assert one == ask(api, f"/api/streets/25750:17?{DAY}&width=3.5")
    assert api.get("/api/streets/25750:17?width=1,000").get_json()["code"] == "ambiguous-number"
