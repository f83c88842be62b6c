"""Schemathesis asks the API with everything its description allows, and with what it does not: nothing is found.

``make test`` asks a few hundred times on each engine, always the same, ``make test-long`` 2,000 times, never the same.
A question in its right form may be refused for what it says (two ways to say one piece), and never for its form.
"""

from __future__ import annotations

import json
from collections import Counter
from pathlib import Path
from typing import Any

import amount
import pytest
import schemathesis
from flask.testing import FlaskClient
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from hypothesis.errors import Unsatisfiable
from schemathesis import GenerationMode
from schemathesis.checks import CHECKS, load_all_checks
from schemathesis.core.failures import FailureGroup
from serving import client
from street import X, Y

from landinfo.store import Store

CASES = amount.of(300, 2000)
load_all_checks()
NAMES = (
    "not_a_server_error",
    "status_code_conformance",
    "content_type_conformance",
    "response_headers_conformance",
    "response_schema_conformance",
    "negative_data_rejection",
    "missing_required_header",
    "unsupported_method",
    "allow_header_conformance",
    "ignored_auth",
)
"""All that look at one answer; ``positive`` below is stricter than Schemathesis' own."""
FORM = {
    "bad-day", "bad-number", "ambiguous-number", "bad-land-use-code", "bad-sheet-or-number", "bad-commune",
    "parcel-needs-three-parts", "bad-piece", "unknown-parameter", "coordinate-not-a-number", "search-bad-limit",
    "street-not-a-count", "street-too-long", "bad-price-fact", "format-unknown",
    "case-fact-yes-no", "case-unknown-fact", "case-not-one-of", "case-file-not-json", "case-not-a-table",
    "case-missing-code", "case-missing-day", "case-decimals", "case-area",
    "error-not-json", "error-not-text", "error-bad-once", "error-too-long", "error-no-such-kind",
    "error-needs-a-question", "batch-content-type", "batch-bad-json", "batch-out-format", "bad-request",
}  # fmt: skip
"""Codes of 400 that say that the form of a question is wrong: one that is as described has none of them.

Not ``case-label``: no regular expression that all programs know says what can be printed."""
REAL: dict[str, list[Any]] = {
    "commune": ["25750@2024", "25750", "25744@2024"],
    "sheet": ["1"],
    "number": ["1", "2", "7", "9", "10"],
    "section": ["25750:10", "25750:17"],
    "x": [f"{Y + 5}", f"{Y + 15}"],
    "y": [f"{X + 5}", f"{X + 30}"],
    "bbox": ["106.6,10.9,106.7,11.0"],
    "layers": ["parcels", "parcels,land_use_planning"],
    "parcel": [["25750@2024/1/1", "25750@2024/1/2"], ["25750/1/1"]],
    "q": ["thua 1 to 1 phu hoa", f"{Y + 5}, {X + 5}", "huynh van luy"],
    "and.on": ["2026-08-01"],
    "on": ["2026-03-01", "2025-08-01"],
    "known": ["2026-11-24"],
    "convert_to": ["ODT", "TMD", None],
}
"""Values of the street, so that half of the questions get beyond "there is no such parcel"; None: not given."""


def near(operation: Any, mode: GenerationMode) -> Any:
    """What the description allows; of questions in their right form half with some of the real values in it."""
    plain = operation.as_strategy(generation_mode=mode)
    if mode is GenerationMode.NEGATIVE:
        return plain
    named = {kind: {each.name for each in getattr(operation, kind)} for kind in ("path_parameters", "query")}

    def real(kind: str, number: int) -> dict[str, Any]:
        chosen = {name: REAL[name][number % len(REAL[name])] for name in REAL if name in named[kind]}
        return {name: value for name, value in chosen.items() if value is not None}

    kinds = [{kind: real(kind, number) for kind in named} for number in range(6)]
    return st.one_of(plain, *(operation.as_strategy(**given_) for given_ in kinds if any(given_.values())))


def positive(case: Any, response: Any) -> None:
    """A question whose form is as described is answered, or refused for what it says."""
    if response.status_code == 400:
        told = json.loads(response.content)
        if isinstance(case.body, dict) and "question" in case.body and told["field"] not in case.body:
            return  # of a reported error: what is wrong is the question that it names
        if (told["code"], told["field"]) == ("case-not-one-of", "agricultural_position"):
            return  # 1 to 3, and 1 to 4 before 2025: the law of the day says it
        assert told["code"] not in FORM, f"{told['code']} [{told['field']}] {told['detail_en']}"


def test_the_description_is_valid(web: FlaskClient) -> None:
    """By the specification's own schema."""
    schemathesis.openapi.from_dict(json.loads(web.get("/api/openapi.json").data)).validate()


def _holds(check: str, case: Any) -> bool:
    """A parameter that was left empty is not given (README, "Doors"), so it cannot be wrong."""
    given_ = [case.query or {}, case.body if isinstance(case.body, dict) else {}]
    values = [v for each in given_ for value in each.values() for v in (value if isinstance(value, list) else [value])]
    return check != "negative_data_rejection" or all(str(value or "").strip() for value in values)


class Asking:
    """Asks, counts by operation, kind of question and status, and keeps what was found, the first of each kind."""

    def __init__(self, web: FlaskClient) -> None:
        self.schema = schemathesis.openapi.from_dict(json.loads(web.get("/api/openapi.json").data))
        self.schema.app = web.application
        self.checks = CHECKS.get_by_names(NAMES)
        self.times: Counter[tuple[str, str, int]] = Counter()
        self.wrong: dict[str, str] = {}

    def ask(self, cases: int) -> None:
        operations = [found.ok() for found in self.schema.get_all_operations()]
        open_ = [each for each in operations if each.query or each.path_parameters or each.body]
        share = -(-cases // (2 * len(open_)))
        for operation in operations:
            for mode in (GenerationMode.POSITIVE, GenerationMode.NEGATIVE):
                self.of_one(operation, mode, share)

    def of_one(self, operation: Any, mode: GenerationMode, share: int) -> None:
        @settings(
            max_examples=share,
            deadline=None,
            database=None,
            derandomize=not amount.LONG,
            phases=[Phase.generate],
            suppress_health_check=list(HealthCheck),
        )
        @given(near(operation, mode))
        def each(case: Any) -> None:
            self.once(operation.label, mode, case)

        try:
            each()
        except Unsatisfiable:  # an operation without a parameter cannot be asked wrongly
            assert mode is GenerationMode.NEGATIVE

    def once(self, label: str, mode: GenerationMode, case: Any) -> None:
        response = case.call(headers={"Accept-Encoding": "identity"})
        self.times[label, mode.value, response.status_code] += 1
        try:
            case.validate_response(response, checks=[c for c in self.checks if _holds(c.__name__, case)])
            if mode is GenerationMode.POSITIVE:
                positive(case, response)
        except (AssertionError, FailureGroup) as found:
            kinds = [type(e).__name__ for e in getattr(found, "exceptions", [found])]
            self.wrong.setdefault(f"{label} {kinds} {str(found)[:40]}", f"{label}: {found}\n{case.as_curl_command()}")


def test_schemathesis_finds_nothing(street_store: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("landinfo.batch.job._start", lambda office, folder: None)
    web = client(street_store, jobs=str(tmp_path / "jobs"), batch_jobs=64)
    asking = Asking(web)
    asking.ask(CASES)
    statuses = Counter(status for _, _, status in asking.times.elements())
    print(f"{asking.times.total()} cases on {street_store.engine}: {dict(statuses)}")
    assert not asking.wrong, "\n\n".join(asking.wrong.values())
    assert asking.times.total() >= CASES
    for path in ("/api/parcels/{commune}/{sheet}/{number}", "/api/at", "/api/search", "/api/streets", "/api/estimate"):
        statuses = {status for (label, mode, status) in asking.times if label.endswith(path) and mode == "positive"}
        assert 200 in statuses, path
