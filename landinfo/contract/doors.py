"""The operations of the API as a table: what each takes, what it answers with, and in which statuses it refuses."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from pydantic import BaseModel

from landinfo import present
from landinfo.contract import parameters as asked
from landinfo.contract.answer import Answer, Several
from landinfo.contract.bodies import ErrorReported, FileHandedIn, ListTable, SearchTyped
from landinfo.contract.estimate import CaseAnswer
from landinfo.contract.found import Comparison, Difference, Found, Street, Streets, Suggested, View
from landinfo.contract.kept import BatchJob, ErrorReport, Parts, Verified
from landinfo.contract.parameters import Parameter

JSON, GEOJSON, XML = present.FORMS.values()
BINARY = "application/octet-stream"
SCHEMA, CATALOGUE, OPENAPI = "application/schema+json", "application/ld+json", "application/vnd.oai.openapi+json"
CSV = "text/csv"
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
FORM, LONG_FORM = "multipart/form-data", "application/x-www-form-urlencoded"
EVERY = (400, 401, 429, 503)
"""Refusals of any door: the question cannot be read, the key is unknown, too often, busy."""

Content = Mapping[str, type[BaseModel] | str | None]
"""By media type the type of the body; text: the name of a schema that stands in ``data``; None: bytes."""


@dataclass(frozen=True, slots=True)
class Door:
    """``endpoint`` is the name of the view. ``refuses``: statuses beside ``EVERY``. ``stands``: 304 when unchanged.

    ``body``: by media type; ``examples`` of it by media type. ``leads``: by the name of another operation, where in
    the answer its parameter stands.
    """

    endpoint: str
    answers: Mapping[int, Content]
    parameters: tuple[Parameter, ...] = ()
    refuses: tuple[int, ...] = ()
    method: str = "get"
    stands: bool = False
    body: Content = field(default_factory=dict)
    examples: Mapping[str, Any] = field(default_factory=dict)
    leads: Mapping[str, tuple[str, str]] = field(default_factory=dict)

    @property
    def id(self) -> str:
        """``answers-parcel``; of the second method of one view ``search-search-json-post``."""
        name = self.endpoint.replace(".", "-").replace("_", "-")
        return f"{name}-post" if (self.endpoint, self.method) == ("search.search_json", "post") else name


def _json(of: type[BaseModel]) -> Content:
    return {JSON: of}


_ANSWERS: Mapping[int, Content] = {
    200: {JSON: Answer, GEOJSON: Parts, XML: None},
    300: {JSON: Several, XML: None},
}
_REPORT = {
    "question": "/parcels/25741@2024/2/147?on=2026-03-01",
    "kind": "boundary",
    "wrong": "Ranh phía đông lệch khoảng 1 m so với mốc",
}
DOORS = (
    Door("answers.parcel", _ANSWERS, (*asked.PARCEL, *asked.QUESTION, asked.FORMAT), (404, 422), stands=True),
    Door("answers.at", _ANSWERS, (*asked.PLACE, *asked.QUESTION, asked.FORMAT), (404, 422), stands=True),
    Door("answers.view", {200: _json(View)}, asked.VIEW, (404, 422), stands=True),
    Door(
        "difference.as_json",
        {200: _json(Difference), 300: _json(Several)},
        (*asked.PARCEL, *asked.DIFFERENCE),
        (404, 422),
        stands=True,
    ),
    Door("compare.as_json", {200: _json(Comparison)}, asked.COMPARE, (422,), stands=True),
    Door("search.search_json", {200: _json(Found)}, asked.SEARCH, (404, 422), stands=True),
    Door(
        "search.search_json",
        {200: _json(Found)},
        (),
        (404, 413, 422),
        "post",
        body={LONG_FORM: SearchTyped},
        examples={LONG_FORM: {"q": "thửa 147 tờ 2 hiệp thành"}},
    ),
    Door("search.suggest", {200: _json(Suggested)}, asked.SUGGEST, (404,), stands=True),
    Door("streets.search_json", {200: _json(Streets)}, asked.STREETS, (404, 422), stands=True),
    Door("streets.street_json", {200: _json(Street)}, asked.SECTION, (404, 422), stands=True),
    Door(
        "estimate.estimate",
        {200: _json(CaseAnswer)},
        asked.KNOWN,
        (413, 422),
        "post",
        body={JSON: "Case"},
        examples={JSON: "case.example.json"},
    ),
    Door("estimate.schema", {200: {SCHEMA: None}}),
    Door(
        "batch.hand_in_as_json",
        {202: _json(BatchJob)},
        asked.BATCH,
        (403, 413, 422),
        "post",
        body={JSON: ListTable, FORM: FileHandedIn, CSV: None, XLSX: None, GEOJSON: None},
        examples={
            JSON: {"rows": [{"parcel": "25741@2024/2/147"}], "on": ["2026-03-01"], "convert_to": ["ODT"]},
            CSV: "parcel\n25741@2024/2/147\n",
        },
        leads={"batch.as_json": ("key", "/id")},
    ),
    Door("batch.as_json", {200: _json(BatchJob)}, (asked.path("key", asked.JOB, "", "api-parameter-job"),), (404,)),
    Door(
        "batch.file",
        {200: dict.fromkeys((XLSX, CSV, GEOJSON, BINARY))},
        (asked.path("key", asked.JOB, "", "api-parameter-job"), asked.path("name", asked.FILE, "results.xlsx")),
        (404,),
    ),
    Door("opendata.catalog", {200: {CATALOGUE: None}}),
    Door(
        "extract.file_as_json",
        {200: _json(Verified)},
        (),
        (404, 413),
        "post",
        body={FORM: FileHandedIn, BINARY: None},
    ),
    Door(
        "extract.as_json", {200: _json(Verified)}, (asked.path("code", asked.WORD, "", "api-parameter-code"),), (404,)
    ),
    Door(
        "error_reports.hand_in_as_json",
        {201: _json(ErrorReport)},
        (),
        (403, 404, 413, 422),
        "post",
        body={JSON: ErrorReported},
        examples={JSON: _REPORT},
        leads={"error_reports.as_json": ("given", "/receipt")},
    ),
    Door(
        "error_reports.as_json",
        {200: _json(ErrorReport)},
        (asked.path("given", asked.WORD, "", "api-parameter-receipt"),),
        (404,),
    ),
    Door("described.document", {200: {OPENAPI: None}}, stands=True),
)
