"""The description of the API: it names every door and no other, its examples are asked, its types are the answers'."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any
from urllib.parse import urlencode

import described
import pytest
from flask import Flask
from flask.testing import FlaskClient
from hypothesis import given
from hypothesis import strategies as st
from serving import ask, body, client
from street import ROOT
from werkzeug.test import TestResponse

from landinfo import asked, case
from landinfo.case import fields
from landinfo.contract import parameters
from landinfo.contract.doors import DOORS
from landinfo.store import Store
from landinfo.web import described as door

EARLY = b'{"on": "2014-06-30", "convert_to": "ODT", "parts": [{"area": 1, "land_use": "CLN"}]}'
CASE = json.loads((ROOT / "data" / "case.schema.json").read_text("utf-8"))["$defs"]


@pytest.fixture(scope="module")
def sampled(sample: Store) -> FlaskClient:
    """Over the sample cadastre, of which the examples are."""
    return client(sample, batch_jobs=64)


@pytest.fixture(scope="module")
def document(sampled: FlaskClient) -> dict[str, Any]:
    response = sampled.get("/api/openapi.json")
    assert response.content_type == "application/vnd.oai.openapi+json"
    return body(response)


def operations(document: dict[str, Any]) -> Iterator[tuple[str, str, dict[str, Any]]]:
    for path, methods in document["paths"].items():
        for method, operation in methods.items():
            yield method, path, operation


def parameters_of(operation: dict[str, Any], document: dict[str, Any]) -> list[dict[str, Any]]:
    return [document["components"]["parameters"][each["$ref"].rpartition("/")[2]] for each in operation["parameters"]]


def rules(app: Flask) -> set[tuple[str, str]]:
    """Every method and address under /api that the application has."""
    return {
        (method.lower(), door.paths(app)[rule.endpoint])
        for rule in app.url_map.iter_rules()
        for method in rule.methods or ()
        if rule.rule.startswith("/api/") and method not in ("HEAD", "OPTIONS")
    }


def test_every_door_is_described_and_no_other(document: dict[str, Any], sampled: FlaskClient) -> None:
    assert {(method, path) for method, path, _ in operations(document)} == rules(sampled.application)
    ids = [operation["operationId"] for _, _, operation in operations(document)]
    assert len(set(ids)) == len(ids) == len(DOORS)
    for _, path, operation in operations(document):
        named = [each["name"] for each in parameters_of(operation, document)]
        assert len(set(named)) == len(named)
        inside = {each["name"] for each in parameters_of(operation, document) if each["in"] == "path"}
        assert inside == set(re.findall(r"{(\w+)}", path))


def test_the_document_is_whole(document: dict[str, Any], sampled: FlaskClient) -> None:
    """What it refers to is in it, what is in it is referred to, every sentence is there in both languages."""
    text = json.dumps(document, ensure_ascii=False)
    named = set(re.findall(r'"\$ref": "#/components/(\w+)/([^"]+)"', text))
    held = {(kind, name) for kind in ("schemas", "parameters", "headers") for name in document["components"][kind]}
    assert named == held
    assert document["openapi"] == "3.1.0"
    assert not re.search(r'"(?:summary|description)": "api-', text)
    for _, _, operation in operations(document):
        assert " · " in operation["summary"]
        assert {"400", "401", "429", "503"} <= set(operation["responses"])
    assert described.document(sampled.application) == document
    for name in document["components"]["schemas"]:
        described.validator(json.dumps({"$ref": f"#/components/schemas/{name}"}))


def test_a_generated_client_reads_json_and_has_a_name(document: dict[str, Any]) -> None:
    """Found with openapi-python-client: it takes the first form of an answer, and its package's name is the title."""
    assert list(document)[:2] == ["openapi", "info"]
    assert document["info"]["title"] == "landinfo"
    for _, _, operation in operations(document):
        for each in (operation.get("requestBody", {}), *operation["responses"].values()):
            kinds = list(each.get("content", ()))
            assert "application/json" not in kinds[1:]


def test_the_description_itself_takes_no_parameter(sampled: FlaskClient) -> None:
    assert ask(sampled, "/api/openapi.json?x=1", 400)["code"] == "unknown-parameter"
    assert sampled.get("/docs?x=1").status_code == 400


def test_parameters_are_those_that_are_read(document: dict[str, Any], sampled: FlaskClient) -> None:
    """A door that refuses an unknown parameter names those it knows: they are the described ones."""
    asked_for = {
        "/api/parcels/{commune}/{sheet}/{number}": "/api/parcels/25741@2024/2/147",
        "/api/view": "/api/view",
        "/api/search": "/api/search",
        "/api/streets": "/api/streets",
        "/api/streets/{section}": "/api/streets/25750:17",
    }
    for path, address in asked_for.items():
        known = set(ask(sampled, f"{address}?nonsense=1", 400)["detail_en"].rpartition(": ")[2].split(", "))
        described_ = {
            re.sub(r"^fact\..*", "fact.<name>", each["name"])
            for each in parameters_of(document["paths"][path]["get"], document)
            if each["in"] == "query" and each["name"] != "format"
        }
        without = {each.name for each in parameters.PIECE} if "{section}" in path else set()
        assert {"price.<code>" if name == "price" else name for name in described_} == known - without


def filled(path: str, operation: dict[str, Any], document: dict[str, Any], more: dict[str, str]) -> str:
    """The address of the document's own example."""
    given = {each["name"]: each for each in parameters_of(operation, document)}
    inside = {name: more.get(name) or each["example"] for name, each in given.items() if each["in"] == "path"}
    query = [(name, each["example"]) for name, each in given.items() if each["in"] == "query" and "example" in each]
    return path.format(**inside) + (f"?{urlencode(query, doseq=True)}" if query else "")


def sent(asked_: FlaskClient, method: str, address: str, media: str, example: Any) -> TestResponse:
    if media == "application/x-www-form-urlencoded":
        return asked_.open(address, method=method, data=example)
    data = example if isinstance(example, str) else json.dumps(example)
    return asked_.open(address, method=method, data=data, content_type=media)


def test_every_example_is_answered(document: dict[str, Any], sampled: FlaskClient, monkeypatch: Any) -> None:
    """Examples of bodies are sent; what an answer leads to (``links``) is followed; the answers are those described."""
    monkeypatch.setattr("landinfo.batch.job._start", lambda office, folder: None)
    code = sampled.get("/extract/25741@2024/2/147.pdf?on=2026-03-01").headers["Content-Disposition"][-30:-4]
    more, answered = {"code": code}, set()
    for method, path, operation in sorted(operations(document), key=lambda each: (each[0] != "post", each[1])):
        if operation["operationId"] in ("batch-file", "extract-file-as-json"):
            continue  # the file of a job that is done, and a file that was issued: test_batch_web, test_verify
        address = filled(path, operation, document, more)
        content = operation.get("requestBody", {}).get("content", {})
        examples = [(media, each["example"]) for media, each in content.items() if "example" in each]
        assert examples or method == "get"
        for media, example in examples or [("", None)]:
            response = sent(sampled, method, address, media, example) if media else sampled.get(address)
            assert response.status_code in (200, 201, 202), (path, response.text)
            described.holds(sampled, response)
            answered.add(operation["operationId"])
            for link in operation["responses"][str(response.status_code)].get("links", {}).values():
                for name, where in link["parameters"].items():
                    more[name] = body(response)[where.rpartition("/")[2]]
    assert len(answered) == len(DOORS) - 2


def test_an_example_fits_its_own_schema(document: dict[str, Any]) -> None:
    seen = 0
    for _, _, operation in operations(document):
        for each in parameters_of(operation, document):
            if "example" in each:
                assert described.validator(json.dumps(each["schema"])).is_valid(each["example"]), each["name"]
                seen += 1
        for media, content in operation.get("requestBody", {}).get("content", {}).items():
            if "example" in content and content["schema"]:
                assert described.validator(json.dumps(content["schema"])).is_valid(content["example"]), media
                seen += 1
    assert seen > 20


def test_the_estimate_is_described_once(document: dict[str, Any]) -> None:
    """``data/case.schema.json`` and the types say the same of an answer: names, which must be there, words."""
    held = document["components"]["schemas"]
    pairs = {"answer": "CaseAnswer", "item": "Item", "line": "Line", "late": "Late", "recalculation": "Recalculation"}
    pairs |= {"citation": "Citation", "text": "Text"}
    for name, other in pairs.items():
        assert set(CASE[name]["properties"]) == set(held[other]["properties"]), name
        assert set(CASE[name]["required"]) <= set(held[other]["required"]), name
    assert CASE["item"]["properties"]["code"]["enum"] == held["Item"]["properties"]["code"]["enum"]
    states = CASE["recalculation"]["properties"]["state"]["enum"]
    assert states == held["Recalculation"]["properties"]["state"]["enum"]
    regimes = held["CaseAnswer"]["properties"]["regime"]["anyOf"][0]["enum"]
    assert CASE["answer"]["properties"]["regime"]["enum"] == regimes
    assert set(held["CasePart"]["properties"]) == set(CASE["part"]["properties"])


def test_words_are_those_of_the_rule(sampled: FlaskClient) -> None:
    rule = sampled.application.extensions["landinfo"].rulebook.rules["position_hampered"]
    assert set(parameters.HAMPERED) == set(rule.values[-1].value)


@pytest.mark.parametrize(
    ("address", "status", "code"),
    [
        ("/api/parcels/25741@2024/2/147?on=2014-06-30&known=2026-11-24&convert_to=ODT", 422, "before-every-regime"),
        ("/api/streets/25750:17?on=2014-06-30&area=10&land_use=CLN&convert_to=ODT", 422, "before-every-regime"),
        ("/api/streets/1:1", 404, ""),
        ("/api/streets?q=x&commune=xyz", 404, ""),
        ("/api/compare?parcel=25741@2024/2/147&on=2014-06-30&convert_to=ODT", 200, ""),
        ("/api/difference/25741@2024/2/147?convert_to=ODT&and.on=2014-06-30", 422, "before-every-regime"),
        ("/api/search?q=48.8566,+2.3522", 422, ""),
        ("/api/view?bbox=106,10,107,11&layers=gold", 400, "unknown-layer"),
        ("/api/batch/00000000000000000000000000000000", 404, "batch-no-job"),
        ("/api/verify/ABCDEFGHIJKLMNOPQRSTUVWXYZ", 404, "verify-not-issued"),
        ("/api/reports/AAAA-AAAA-AAAA", 404, "error-not-kept-here"),
    ],
)
def test_refusals_are_promised(sampled: FlaskClient, address: str, status: int, code: str) -> None:
    """``ask`` holds each to the description: a status that it does not name fails."""
    told = ask(sampled, address, status)
    assert code in ("", told.get("code"))


@pytest.mark.parametrize(
    ("address", "data", "more", "status"),
    [
        ("/api/estimate", b"x" * 70_000, {}, 413),
        (
            "/api/estimate",
            b'{"on": "2014-06-30", "convert_to": "ODT", "parts": [{"area": 1, "land_use": "CLN"}]}',
            {},
            422,
        ),
        ("/api/search", b"q=" + b"1,2;" * 20_000, {"content_type": "application/x-www-form-urlencoded"}, 422),
        ("/api/reports", b"{}", {"headers": {"Origin": "https://elsewhere.example"}}, 403),
        ("/api/reports", b"x" * 200_000, {}, 413),
        ("/api/batch", b"a\n1\n", {"content_type": "text/csv"}, 422),
        ("/api/batch", b"a", {"headers": {"Sec-Fetch-Site": "cross-site"}, "content_type": "text/csv"}, 403),
        ("/api/verify", b"x", {}, 404),
    ],
)
def test_refusals_of_what_is_sent_are_promised(
    sampled: FlaskClient, address: str, data: bytes, more: dict[str, Any], status: int
) -> None:
    response = sampled.post(address, data=data, **more)
    assert response.status_code == status, response.text
    described.holds(sampled, response)


@given(st.from_regex(parameters._NUMBER, fullmatch=True))
def test_a_number_that_is_described_is_read(text: str) -> None:
    assert fields.typed(text, "area") >= 0


@given(st.from_regex(fields._TYPED.pattern, fullmatch=True, alphabet="0123456789.,"))
def test_a_number_that_is_read_is_described(text: str) -> None:
    assert bool(re.fullmatch(parameters._NUMBER, text)) != bool(fields._GROUPED.fullmatch(text))


def test_facts_are_those_that_are_read() -> None:
    today = fields.day("2026-03-01", "on")
    named = {each.name: each for each in parameters.QUESTION if each.name.startswith("fact.")}
    assert {name.removeprefix("fact.") for name in named} > set(case.FACTS)
    for name, each in named.items():
        for word in each.schema.get("enum", ["unknown"]):
            asked.read_query([(name, word)], today)


@pytest.mark.parametrize(("change", "where"), [("total", "estimate"), ("x", "parcel"), ("answer", "themes/0")])
def test_a_wrong_answer_is_found(sampled: FlaskClient, change: str, where: str) -> None:
    """The types have teeth: a name too many, one too few, a number that is a text."""
    response = sampled.get("/api/parcels/25741@2024/2/147?on=2026-03-01&convert_to=ODT")
    described.holds(sampled, response)
    told = body(response)
    part = told
    for name in where.split("/"):
        part = part[int(name) if name.isdecimal() else name]
    if change == "total":
        part[change] = str(part[change])
    elif change == "x":
        part[change] = 1
    else:
        del part[change]
    response.data = json.dumps(told)
    with pytest.raises(AssertionError, match=where.partition("/")[0]):
        described.holds(sampled, response)
