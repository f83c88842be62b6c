"""The answers of what is kept: extracts verified, errors reported, lists handed in, the open data; and GeoJSON."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import Field

from landinfo.contract.answer import Change, Question
from landinfo.contract.terms import Day, Geometry, Href, Nearest, OneOf, Problem, Ref, Shape, Text
from landinfo.error_report import rows, states

RECEIPT = r"^[0-9A-Z]{4}-[0-9A-Z]{4}-[0-9A-Z]{4}$"


class VerifiedAgain(Shape):
    on: Day
    known: Day
    permanent: Href
    why: Href | None
    code: str | None
    reason: Text | None
    changes: list[Change]
    state: Literal["same", "differs", "no_answer"]


class Verified(Shape):
    """Of a code or a file that was issued here: what would be answered otherwise."""

    code: Annotated[str, Field(pattern="^[A-Z2-7]{26}$")]
    genuine: Literal[True]
    issued: Day
    question: dict[str, Any]
    permanent: Href
    simulated: bool
    again: VerifiedAgain
    known_today: VerifiedAgain | None
    today: VerifiedAgain | None
    disclaimer: Text
    file: str | None


class ReportStep(Shape):
    state: Annotated[str, OneOf(states.STATES)]
    text: Text
    day: Day
    note: Text | None


class ReportLine(Shape):
    label: Text
    value: Text


class Place(Shape):
    lat: float
    lon: float


class ErrorReport(Shape):
    """A reported error as whoever has its receipt may read it."""

    receipt: Annotated[str, Field(pattern=RECEIPT)]
    permanent: Href
    day: Day
    state: Annotated[str, OneOf(states.STATES)]
    state_text: Text
    steps: list[ReportStep]
    question: str
    parcel: Ref
    on: Day
    known: Day
    kind: Annotated[str, OneOf(rows.KINDS)]
    kind_text: Text
    row: str
    layer: str
    shown: dict[str, Any]
    place: Place
    editions: list[str]
    rulebook: str
    wrong: str
    right: str
    how: str
    lines: list[ReportLine]
    today: list[Nearest] | None


class BatchFile(Shape):
    name: str
    href: Href


class BatchJob(Shape):
    """A list that was handed in; its id cannot be guessed."""

    id: Annotated[str, Field(pattern="^[0-9a-f]{32}$")]
    state: Literal["waiting", "running", "done", "refused", "failed"]
    percent: Annotated[int, Field(ge=0, le=100)]
    rows: int | None
    results: int | None
    errors: int | None
    unread: list[str]
    problem: Problem | None
    files: list[BatchFile]
    href: Href
    page: Href
    until: str


class Part(Shape):
    type: Literal["Feature"]
    id: str
    properties: dict[str, Any]
    geometry: Geometry


class Parts(Shape):
    """The parcel and every row of every theme that has ground, as GeoJSON (RFC 7946)."""

    type: Literal["FeatureCollection"]
    features: list[Part]
    code: str
    permanent: Href
    question: Question
    simulated: bool
    disclaimer: Text
