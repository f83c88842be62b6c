"""The case file as outsiders use it: schema, command line, POST /api/estimate, and refusals in one sentence."""

from __future__ import annotations

import io
import json
import re
import tomllib
from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from itertools import pairwise
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from flask.testing import FlaskClient
from hypothesis import given, settings
from hypothesis import strategies as st

from landinfo import case, cli, clock, present_estimate, unknowns
from landinfo.case import read_case
from landinfo.model import BadInput, Problem
from landinfo.store import SCHEMA_VERSION, StoreFacts, create_store
from landinfo.store.communes import read_communes
from landinfo.store.rulebook import read_rulebook
from landinfo.web import Settings, create_app

ROOT = Path(__file__).resolve().parent.parent
BOOK = read_rulebook(ROOT / "data")
KNOWN = date(2026, 11, 24)
SCHEMA = json.loads((ROOT / "data" / "case.schema.json").read_text("utf-8"))
OF_CASE = jsonschema.Draft202012Validator(SCHEMA)
OF_ANSWER = jsonschema.Draft202012Validator({**SCHEMA, "$ref": "#/$defs/answer"})
EXAMPLE: dict[str, Any] = {
    "on": "2026-03-01",
    "land_user": "household",
    "parts": [{"area": 250, "land_use": "CLN", "price": 2000000, "target_price": 20000000}],
    "convert_to": "ODT",
    "facts": {"same_parcel_as_recognised_residential": True, "first_conversion": True, "allotment_limit": 160},
}


def asked(name: str) -> list[dict[str, Any]]:
    """The golden cases as they would stand in a JSON file."""
    text = (ROOT / "tests" / "cases" / name).read_text("utf-8")
    return [json.loads(json.dumps(c["ask"], default=str)) for c in tomllib.loads(text)["case"]]


GOLDEN = [ask for name in ("levy", "conversion", "edges") for ask in asked(f"{name}.toml")]


@pytest.fixture(scope="module")
def client(tmp_path_factory: pytest.TempPathFactory) -> Iterator[FlaskClient]:
    url = str(tmp_path_factory.mktemp("case") / "empty.gpkg")
    made = create_store(url, StoreFacts("test", "EPSG:9210", SCHEMA_VERSION, True), *read_communes(ROOT / "data"))
    yield create_app(Settings(store=url), store=made, today=lambda: KNOWN).test_client()
    made.close()


def test_the_example_of_the_contract() -> None:
    answer = present_estimate.of_case(EXAMPLE, KNOWN, BOOK)
    # 18 M × (160 × 30 % + 90 × 50 %) = 1,674 M (C2); 0.5 % × 250 × 20 M = 25 M
    assert answer["levy"]["amount"] == 1674000000
    assert {c["code"]: c["amount"] for c in answer["charges"]} == {
        "registration_fee": 25000000,
        "appraisal_fee": None,
        "certificate_fee": None,
        "measuring": None,
    }
    assert answer["total"] == answer["range"]["likely"] == 1699000000
    assert sum(line["amount"] for line in answer["lines"]) == answer["total"]
    assert answer["readings"] == []


def test_what_moves_nothing_is_neither_asked_nor_assumed() -> None:
    told = {"chosen_parcel": True, "was_residential_before": False, "reduction_group": "none", "fee_paid_before": False}
    answer = present_estimate.of_case({**EXAMPLE, "facts": {**EXAMPLE["facts"], **told}}, KNOWN, BOOK)
    # the ground is eligible, so how it is held does not count
    assert (answer["questions"], answer["assumptions"]) == ([], [])
    assert set(answer["range"].values()) == {1699000000}


def test_case_and_answer_keep_the_schema() -> None:
    jsonschema.Draft202012Validator.check_schema(SCHEMA)
    for ask in GOLDEN:
        OF_CASE.validate(ask)
        OF_ANSWER.validate(present_estimate.of_case(ask, KNOWN, BOOK))


def test_the_schema_names_what_is_read() -> None:
    described = SCHEMA["$defs"]
    assert set(described["case"]["properties"]["facts"]["properties"]) == set(case.FACTS)
    with pytest.raises(BadInput) as refused:
        read_case({**EXAMPLE, "nonsense": 1})
    assert set(refused.value.params["known"].split(", ")) == set(described["case"]["properties"])
    with pytest.raises(BadInput) as refused:
        read_case({**EXAMPLE, "parts": [{"nonsense": 1}]})
    assert set(refused.value.params["known"].split(", ")) == set(described["part"]["properties"])


PLAIN = st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=6) | st.sampled_from(["ODT", "CLN"])
FLAT = PLAIN | st.lists(PLAIN, max_size=3)
JSON = FLAT | st.lists(FLAT, max_size=3) | st.dictionaries(st.sampled_from(["area", "land_use", "x"]), FLAT)


@given(
    field=st.sampled_from([*SCHEMA["$defs"]["case"]["properties"], *SCHEMA["$defs"]["part"]["properties"]]), value=JSON
)
@settings(max_examples=300, deadline=None)
def test_whatever_is_written_is_answered_or_refused_in_a_sentence(field: str, value: Any) -> None:
    changed = json.loads(json.dumps(EXAMPLE))
    (changed if field in SCHEMA["$defs"]["case"]["properties"] else changed["parts"][0])[field] = value
    refused: list[Problem] = []
    try:
        answer = present_estimate.of_case(changed, KNOWN, BOOK)
        OF_ANSWER.validate(json.loads(json.dumps(answer)))
    except Problem as wrong:
        refused.append(wrong)
    assert [wrong for wrong in refused if wrong.code not in BOOK.texts or not wrong.field] == []


CONTRADICTIONS: list[tuple[dict[str, Any], str, str]] = [
    (
        {"facts": {"first_conversion": False, "chosen_parcel": True}},
        "fact.chosen_parcel",
        "contradiction-chosen-parcel",
    ),
    (
        {
            "parts": [*EXAMPLE["parts"], {"area": 80, "land_use": "ONT"}],
            "facts": {"same_parcel_as_recognised_residential": False},
        },
        "fact.same_parcel_as_recognised_residential",
        "contradiction-same-parcel",
    ),
    (
        {"parts": [EXAMPLE["parts"][0] | {"term_left_months": 60}], "facts": {"allocated_without_fee": True}},
        "parts[0].term_left_months",
        "contradiction-allocated",
    ),
    (
        {"parts": [EXAMPLE["parts"][0] | {"rent": "annual"}], "facts": {"allocated_without_fee": True}},
        "parts[0].rent",
        "contradiction-allocated",
    ),
    ({"parts": [EXAMPLE["parts"][0] | {"rent_after": "annual"}]}, "parts[0].rent_after", "contradiction-rent-after"),
    (
        {"land_user": "organisation", "facts": {"reduction_group": "poor"}},
        "fact.reduction_group",
        "contradiction-reduction",
    ),
    ({"days": {"decision": "2026-03-02"}}, "days.decision", "case-two-decisions"),
    ({"days": {"filed": "2026-03-02"}}, "days.filed", "contradiction-filed"),
    ({"days": {"declared": "2026-02-28"}}, "days.declared", "contradiction-before-decision"),
    ({"notice": "2026-02-28"}, "notice", "contradiction-before-decision"),
    ({"notice": False, "paid": 5}, "paid", "contradiction-paid"),
    (
        {"days": {"recalculation_requested": "2026-05-01"}},
        "days.recalculation_requested",
        "recalculation-not-these-days",
    ),
    (
        {"on": "2025-05-01", "days": {"recalculation_requested": "2025-12-31"}},
        "days.recalculation_requested",
        "recalculation-too-early",
    ),
    ({"parts": [{"area": 80, "land_use": "ODT"}]}, "parts", "case-nothing-to-convert"),
    ({"parts": [EXAMPLE["parts"][0] | {"land_use": "XYZ"}]}, "parts[0].land_use", "case-unknown-code"),
    ({"convert_to": "ODX"}, "convert_to", "case-unknown-code"),
    ({"parts": [EXAMPLE["parts"][0] | {"term_ends": "2026-02-01"}]}, "parts[0].term_ends", "case-term-over"),
    (
        {"parts": [EXAMPLE["parts"][0] | {"term_ends": "2027-03-01", "term_left_months": 13}]},
        "parts[0].term_left_months",
        "case-two-terms",
    ),
    ({"facts": {"reduction_group": "rich"}}, "fact.reduction_group", "case-not-one-of"),
    ({"facts": {"rent_rate": 1.5}}, "fact.rent_rate", "case-number"),
    *(
        ({"parts": [{**EXAMPLE["parts"][0], "area": a}]}, "parts[0].area", "case-area")
        for a in (0, -1, "250", None, 2e8)
    ),
    ({"parts": [{**EXAMPLE["parts"][0], "area_low": 251}]}, "parts[0].area", "case-area-bounds"),
    ({"parts": [{**EXAMPLE["parts"][0], "area": 3_000_001}]}, "parts", "case-area-of-household"),
    (
        {"notice": "2026-03-10", "days": {"paid": "2026-03-09"}},
        "days.paid",
        "contradiction-paid-before-notice",
    ),
    (
        {
            "parts": [{"area": 9, "land_use": "SKC", "target_price": 9, "rent": "annual"}],
            "facts": {"allocated_without_fee": True},
        },
        "fact.allocated_without_fee",
        "contradiction-allocated-use",
    ),
    ({"on": "1066-10-14"}, "on", "bad-day"),
    ({"on": None}, "on", "case-missing-day"),
    ({"paid": 1000.5}, "paid", "case-whole-dong"),
    ({"compensation": 0.1}, "compensation", "case-whole-dong"),
    ({"notice": {"day": "2026-03-10", "amount": 5.5}}, "notice.amount", "case-whole-dong"),
    *(
        ({"parts": [{**EXAMPLE["parts"][0], k: 0}]}, f"parts[0].{k}", "case-k-not-zero")
        for k in ("k_price", "k_target")
    ),
    (
        {"on": "2025-05-01", "days": {"recalculation_requested": "2026-03-01", "paid": "2026-02-28"}},
        "days.paid",
        "contradiction-paid-before-request",
    ),
    ({"convert_to": None}, "convert_to", "case-missing-code"),
    ({"parts": [EXAMPLE["parts"][0] | {"land_use": None}]}, "parts[0].land_use", "case-missing-code"),
    ({"parts": [{"area": 1, "land_use": "CLN"}] * 501}, "parts", "case-too-many-parts"),
    *(
        ({"parts": [{**EXAMPLE["parts"][0], name: Decimal(text)}]}, f"parts[0].{name}", "case-decimals")
        for name in ("area", "price", "area_low")
        for text in ("1e-999999999", "1E-21", "200." + "0" * 21)
    ),
    ({"parts": [{**EXAMPLE["parts"][0], "area": Decimal("0.0099")}]}, "parts[0].area", "case-area"),
    *(
        ({"parts": [EXAMPLE["parts"][0] | {"id": f"A{break_}B"}]}, "parts[0].id", "case-label")
        for break_ in "\n\r\t\x1b\u2028"
    ),
    ({"days": {"paid": "soon"}}, "days.paid", "bad-day"),
    ({"days": {"birthday": "2026-03-01"}}, "days.birthday", "unknown-parameter"),
    (
        {"convert_to": "SKC", "parts": [EXAMPLE["parts"][0] | {"rent": "annual"}], "facts": {"rent_rate": 0.04}},
        "fact.rent_rate",
        "rate-outside-band",
    ),
    (
        {"parts": [EXAMPLE["parts"][0] | {"land_use": "LUC"}], "facts": {"rice_rate": 0.4}},
        "fact.rice_rate",
        "rate-below-floor",
    ),
]


@pytest.mark.parametrize(("change", "field", "code"), CONTRADICTIONS, ids=lambda v: v if isinstance(v, str) else "")
def test_what_cannot_hold_together_names_field_and_rule(change: dict[str, Any], field: str, code: str) -> None:
    with pytest.raises(BadInput) as refused:
        present_estimate.of_case({**EXAMPLE, **change}, KNOWN, BOOK)
    assert (refused.value.field, refused.value.code) == (field, code)
    assert field in BOOK.texts[code]["vi"].format_map(_Shown(field))


class _Shown(dict[str, str]):
    """Stands for the values of a sentence; only the field is looked for."""

    def __init__(self, field: str) -> None:
        super().__init__(field=field)

    def __missing__(self, key: str) -> Any:
        return _Any()


class _Any:
    def __format__(self, spec: str) -> str:
        return "–"


def test_post_answers_as_the_command_line_does(client: FlaskClient, tmp_path: Path, capsys: Any) -> None:
    file = tmp_path / "case.json"
    file.write_text(json.dumps(EXAMPLE), "utf-8")
    response = client.post("/api/estimate", data=json.dumps(EXAMPLE), content_type="application/json")
    assert response.status_code == 200
    assert cli.main(["estimate", str(file), "--json", "--known", "2026-11-24"]) == 0
    assert json.loads(capsys.readouterr().out) == response.get_json()
    assert cli.main(["estimate", str(file)]) == 0
    said = capsys.readouterr().out
    assert "1.674.000.000\u00a0đ" in said
    assert "1,674,000,000\u00a0đ" in said
    assert "254/2025/QH15, Điều 10 khoản 2 điểm c" in said


@pytest.mark.parametrize(
    ("body", "field"),
    [
        (b"{", "case"),
        (b"\xff\xfe", "case"),
        (b"[1, 2]", "case"),
        (b"null", "case"),
        (b'{"on": NaN}', "case"),
        (b'{"on": "2026-03-01", "on": "2026-03-02"}', "case"),
        (b"[" * 20000, "case"),
        (json.dumps({**EXAMPLE, "on": "2026-13-01"}).encode(), "on"),
    ],
)
def test_post_refuses_with_a_problem(client: FlaskClient, body: bytes, field: str) -> None:
    response = client.post("/api/estimate", data=body, content_type="application/json")
    assert response.status_code == 400
    assert response.mimetype == "application/problem+json"
    assert response.get_json()["field"] == field


def test_what_a_program_writes_is_read() -> None:
    least, long = Decimal("0.01"), Decimal("12.22040404040404040404")
    for area in (least, long):
        answer = present_estimate.of_case({**EXAMPLE, "parts": [EXAMPLE["parts"][0] | {"area": area}]}, KNOWN, BOOK)
        assert answer["levy"]["amount"] == (area * 18_000_000 * Decimal("0.3")).quantize(Decimal(1), "ROUND_HALF_UP")
    assert present_estimate.of_case({**EXAMPLE, "parts": [{**EXAMPLE["parts"][0], "id": str(i)} for i in range(500)]},
                                    KNOWN, BOOK)["total"] > 0  # fmt: skip


def test_a_mark_of_byte_order_is_no_part_of_the_case(
    client: FlaskClient, tmp_path: Path, capsys: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    plain, marked = json.dumps(EXAMPLE).encode(), b"\xef\xbb\xbf" + json.dumps(EXAMPLE).encode()
    answers = [client.post("/api/estimate?known=2026-11-24", data=body).get_json() for body in (plain, marked)]
    assert answers[0] == answers[1]
    file = tmp_path / "case.json"
    file.write_bytes(marked)
    assert cli.main(["explain", str(file), "--json", "--known", "2026-11-24"]) == 0
    assert json.loads(capsys.readouterr().out) == answers[0]
    monkeypatch.setattr("sys.stdin", io.StringIO(marked.decode()))
    assert cli.main(["estimate", "-", "--json", "--known", "2026-11-24"]) == 0
    assert json.loads(capsys.readouterr().out) == answers[0]


def test_a_wrong_command_is_said_in_json_to_those_who_asked_for_it(capsys: Any) -> None:
    with pytest.raises(SystemExit) as left:
        cli.main(["estimate", "x.json", "--lang", "fr", "--json"])
    assert left.value.code == 2
    said = json.loads(capsys.readouterr().err)
    assert (said["code"], "'fr'" in said["detail_en"]) == ("bad-command", True)
    with pytest.raises(SystemExit):
        cli.main(["estimate", "x.json", "--lang", "fr"])
    assert "usage:" in capsys.readouterr().err


def test_the_door_says_what_it_takes(client: FlaskClient) -> None:
    assert client.get("/api/estimate").status_code == 405
    assert client.get("/api/estimate/schema").get_json() == SCHEMA
    before = client.post("/api/estimate", data=json.dumps({**EXAMPLE, "on": "2014-06-30"}))
    assert (before.status_code, before.get_json()["code"]) == (422, "before-every-regime")
    assert client.post("/api/estimate?when=2026-01-01", data=json.dumps(EXAMPLE)).get_json()["field"] == "when"


def test_past_its_check_by_an_answer_says_may_be_outdated() -> None:
    fresh = present_estimate.of_case(EXAMPLE, date(2026, 12, 31), BOOK)
    assert (fresh["outdated"], [n["code"] for n in fresh["notices"]]) == ([], [])
    old = present_estimate.of_case(EXAMPLE, date(2027, 1, 1), BOOK)
    assert "254/2025/QH15" in {c["document"] for c in old["outdated"]}
    assert "may-be-outdated" in {n["code"] for n in old["notices"]}
    assert "có thể đã cũ" in old["explanation"]["vi"]
    assert "may be outdated" in old["explanation"]["en"]
    assert old["levy"] == fresh["levy"]


def test_the_law_clock(capsys: pytest.CaptureFixture[str]) -> None:
    # near: within 60 days, so from 2026-11-02 for the values to check by 2027-01-01
    assert clock.due(BOOK, date(2026, 11, 1)) == []
    near = clock.due(BOOK, date(2026, 11, 2))
    assert {d.past for d in near} == {False}
    assert "levy_rate_within_limit" in {d.key for d in near}
    assert {d.past for d in clock.due(BOOK, date(2027, 1, 1)) if d.citation.check_by == date(2027, 1, 1)} == {True}
    assert cli.main(["law", "due", "--on", "2027-01-01"]) == 0
    said = capsys.readouterr().out
    assert "QUÁ HẠN 01/01/2027: Tỷ lệ thu trong hạn mức giao đất ở" in said
    assert "may be outdated" in said
    assert cli.main(["law", "due", "--on", "2026-01-01"]) == 0
    assert "01/01/2026" in capsys.readouterr().out


def test_the_clock_names_all_that_is_dated() -> None:
    """A list, a document, a basis of planning, a table of codes, each on the day that its file gives."""
    due = {(d.key, d.citation.check_by): d for d in clock.due(BOOK, date(2027, 5, 2))}
    assert due["nq87-2025", date(2027, 1, 1)].past
    assert due["87/2025/NQ-HĐND", date(2027, 1, 1)].effective_from == date(2026, 1, 1)
    assert due["planning", date(2027, 3, 1)].citation.document == "66.3/2025/NQ-CP"
    assert due["communes", date(2027, 1, 1)].effective_from is None
    assert not due["qd36-2019", date(2027, 7, 1)].past
    assert not any(d.key.startswith("SIM-") for d in due.values())
    said = [present_estimate.due_text(d, BOOK) for d in due.values()]
    assert len(said) == len(due)
    assert not any("None" in text[lang] or "{" in text[lang] for text in said for lang in ("vi", "en"))


def test_every_value_of_the_conversion_rules_says_when_to_look_again() -> None:
    for name in ("levy", "charges", "limits", "rent", "reductions", "payment"):
        rules = tomllib.loads((ROOT / "data" / "rules" / f"{name}.toml").read_text("utf-8"))
        for key, rule in rules.items():
            for value in BOOK.rules[key].values:
                assert value.citation.checked is not None, key
                assert value.citation.check_by is not None, key
                assert value.citation.check_by > value.citation.checked, key
                named = value.citation.document
                # a document that was not found is said so, not made up
                assert named in BOOK.documents or (not named and "chưa tìm được" in value.citation.note), (key, named)
            assert len(rule["values"]) == len(BOOK.rules[key].values)


def test_every_sentence_of_an_estimate_is_written() -> None:
    """Codes that are composed: of questions, choices, items, inputs, readings, recalculation."""
    codes = {f"question-{f}" for f in case.FACTS} | {f"choice-{c}" for names in case.CHOICES.values() for c in names}
    for ask in GOLDEN:
        for hide in (False, True):
            less = {**ask, "facts": {}} if hide else ask
            answer = present_estimate.of_case(less, KNOWN, BOOK)
            codes |= {line["code"] for line in answer["lines"]} | {r["code"] for r in answer["readings"]}
            codes |= {f"input-{i['name']}" for line in answer["lines"] for i in line["inputs"]}
            codes |= {f"item-{c['code']}" for c in [answer["levy"], *answer["charges"]]}
            said = json.dumps(answer, ensure_ascii=False)
            assert "assumed-" not in said
            assert '"vi": "reading-' not in said
            assert "Decimal" not in answer["explanation"]["vi"]
    assert codes - BOOK.texts.keys() == set()


def test_a_line_is_explained_with_numbers_formula_law_and_status() -> None:
    found = present_estimate.of_case(EXAMPLE, KNOWN, BOOK)["explanation"]
    vi = found["vi"].replace("\u00a0", " ")
    assert "Phần 1: CLN: 160,0 m² trong hạn mức giao đất ở × 18.000.000 đ/m² × 30 % = 864.000.000 đ" in vi
    assert "254/2025/QH15, Điều 10 khoản 2 điểm c (đã đối chiếu văn bản, kiểm tra 23/11/2026)" in vi
    en = found["en"].replace("\u00a0", " ")
    assert "Part 1: CLN: 90.0 m² over the limit, up to one more × 18,000,000 đ/m² × 50 % = 810,000,000 đ" in en


def test_money_is_decimal_all_the_way() -> None:
    text = (
        '{"on":"2026-03-01","convert_to":"ODT","parts":[{"area":0.1,"land_use":"CLN","price":0.1,"target_price":0.3}]}'
    )
    read = read_case(present_estimate.read_json(text))
    assert (read.parts[0].area, read.parts[0].target_price) == (Decimal("0.1"), Decimal("0.3"))


def _notices(change: dict[str, Any]) -> set[str]:
    return {n["code"] for n in present_estimate.of_case({**EXAMPLE, **change}, KNOWN, BOOK)["notices"]}


def test_a_price_typed_in_thousands_is_remarked() -> None:
    part = EXAMPLE["parts"][0]
    assert "price-in-thousands" in _notices({"parts": [{**part, "price": 2000}]})
    assert "price-in-thousands" in _notices({"parts": [{**part, "target_price": 9999}]})
    assert "price-in-thousands" not in _notices({"parts": [{**part, "price": 10000}]})


def test_a_day_beyond_the_next_check_says_that_values_may_be_set_anew() -> None:
    # K of 2026 was checked on 23/11/2026 and is to be checked again by 01/01/2027, when it may change
    assert "day-beyond-check" not in _notices({"on": "2026-12-31"})
    assert "day-beyond-check" in _notices({"on": "2027-01-01"})
    assert "day-beyond-check" in _notices({"on": "2099-01-01"})
    assert "day-beyond-check" not in _notices({"on": "2020-05-01"})


# Resolution 254 art. 4.10: asked for by who may fall under art. 10.2(c): households, agricultural land, to housing
@pytest.mark.parametrize(
    ("change", "offered"),
    [
        ({}, True),
        ({"land_user": "organisation", "facts": {}}, False),
        ({"parts": [{"area": 9, "land_use": "SKC", "price": 10**6, "target_price": 10**7, "rent": "annual"}]}, False),
        ({"convert_to": "TMD"}, False),
        ({"facts": dict.fromkeys(unknowns.LIMBS, False)}, False),
        ({"facts": {"first_conversion": False}}, False),
        ({"facts": {"was_residential_before": True}}, False),
        ({"on": "2024-07-31", "facts": {}}, False),
    ],
)
def test_recalculation_is_offered_only_where_it_may_be_had(change: dict[str, Any], offered: bool) -> None:
    assert ("recalculation-may-be-asked" in _notices({"on": "2025-03-01", **change})) is offered


def test_numbers_of_a_division_are_written_with_two_decimals() -> None:
    thirds = {"parts": [{**EXAMPLE["parts"][0], "price": 1000000, "k_price": 1, "k_target": 1, "land_use": "SKC",
              "rent": "one_off", "term_left_months": 100}]}  # fmt: skip
    told = {"allotment_limit": 160, "reduction_group": "poor"}
    text = present_estimate.of_case({**EXAMPLE, **thirds, "facts": told}, KNOWN, BOOK)["explanation"]["vi"]
    assert not re.search(r",\d{3}", text), text


def test_errors_of_the_command_line_are_json_where_json_was_asked_for(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "case.json").write_text(json.dumps({**EXAMPLE, "convert_to": "NONSENSE"}))
    assert cli.main(["estimate", str(tmp_path / "case.json"), "--json"]) == 2
    said = capsys.readouterr()
    assert (said.out, json.loads(said.err)["field"]) == ("", "convert_to")


def test_explain_says_one_case_in_one_language(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "case.json").write_text(json.dumps(EXAMPLE))
    assert cli.main(["explain", str(tmp_path / "case.json"), "--lang", "en"]) == 0
    said = capsys.readouterr().out
    assert "1,699,000,000" in said
    assert "Tổng cộng" not in said
    assert "article not known" in said  # Decree 10/2022 on the registration fee


def test_the_law_clock_speaks_one_language_where_one_is_asked_for(capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["law", "due", "--on", "2027-01-01", "--lang", "en"]) == 0
    said = capsys.readouterr().out
    assert "Registration fee rate" in said
    assert "Tỷ lệ" not in said


def test_a_charge_that_nobody_knows_is_named_and_not_counted_as_nothing() -> None:
    part = {**EXAMPLE["parts"][0], "land_use": "LUC"}
    early = present_estimate.of_case({**EXAMPLE, "on": "2015-03-01", "parts": [part], "facts": {}}, KNOWN, BOOK)
    said = " ".join(line["en"] for line in early["not_included"])
    assert "Registration fee" in said
    assert "rice land before 1 July 2015" in said
    later = present_estimate.of_case({**EXAMPLE, "on": "2018-03-01", "parts": [part], "facts": {}}, KNOWN, BOOK)
    said = " ".join(line["en"] for line in later["not_included"])
    assert "Registration fee" not in said
    assert "2015" not in said


def test_a_term_that_no_division_meets_is_written_in_months() -> None:
    part = {"area": 100, "land_use": "SKC", "price": 10**6, "target_price": 10**7, "rent": "one_off"}
    asked = {**EXAMPLE, "convert_to": "TMD", "parts": [{**part, "term_left_months": 500}], "facts": {}}
    text = present_estimate.of_case(asked, KNOWN, BOOK)["explanation"]["vi"]
    assert "500/840" in text
    assert ",000" not in text
    longer = present_estimate.of_case({**asked, "parts": [{**part, "term_left_months": 900}]}, KNOWN, BOOK)
    assert "840/840" in longer["explanation"]["vi"]
    assert "900/840" not in longer["explanation"]["vi"]


def test_payment_is_explained_with_its_law() -> None:
    asked = {**EXAMPLE, "notice": "2026-03-10", "days": {"paid": "2026-12-01"}}
    text = present_estimate.of_case(asked, KNOWN, BOOK)["explanation"]["vi"]
    assert "126/2020/NĐ-CP, Điều 18 khoản 4" in text
    assert "38/2019/QH14, Điều 59" in text
    assert "late-needs-notice" not in _notices({"notice": "2026-03-10", "days": {"paid": "2026-12-01"}})
    assert "late-needs-notice" in _notices({"paid": 10**9})


def test_no_two_values_of_a_rule_hold_on_one_day() -> None:
    for key, rule in BOOK.rules.items():
        for one, other in pairwise(rule.values):
            assert one.effective_to is not None, key
            assert one.effective_to <= other.effective_from, (key, one.effective_to)


def test_of_a_fee_paid_before_no_rule_is_cited() -> None:
    answer = present_estimate.of_case({**EXAMPLE, "facts": {"fee_paid_before": True}}, KNOWN, BOOK)
    (line,) = [line for line in answer["lines"] if line["item"] == "registration_fee"]
    assert [(c["document"], c["status"]) for c in line["citations"]] == [("", "unknown")]


@pytest.mark.parametrize("on", ["2020-05-01", "2025-03-01", "2026-03-01"])
@pytest.mark.parametrize("first", [True, False])
def test_a_price_after_below_the_price_before_says_that_no_difference_is_negative(on: str, first: bool) -> None:
    facts = {**EXAMPLE["facts"], "first_conversion": first}
    part = {**EXAMPLE["parts"][0], "price": 5_000_000, "target_price": 4_000_000}
    told = present_estimate.of_case({**EXAMPLE, "on": on, "parts": [part], "facts": facts}, KNOWN, BOOK)
    lines = [line for line in told["lines"] if line["item"] == "levy"]
    assert told["levy"]["amount"] == 0
    assert lines
    assert all("không tính âm" in line["formula"]["vi"] for line in lines)
    usual = present_estimate.of_case({**EXAMPLE, "on": on, "facts": facts}, KNOWN, BOOK)
    assert not any("không tính âm" in line["formula"]["vi"] for line in usual["lines"])
