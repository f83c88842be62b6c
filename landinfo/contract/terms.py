"""The small pieces that every answer is made of, as types; pydantic's JSON Schema of them is what is published."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, GetCoreSchemaHandler
from pydantic_core import CoreSchema, core_schema

from landinfo.model import Status

DAY_PATTERN = r"^(199[0-9]|20[0-9]{2})-[0-9]{2}-[0-9]{2}$"
"""A day that may be asked: from 1990 to 2099."""


class OneOf:
    """One of words that the code itself lists, so that no list stands twice."""

    def __init__(self, words: Iterable[str]) -> None:
        self.words = list(words)

    def __get_pydantic_core_schema__(self, source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
        return core_schema.literal_schema(self.words)


Day = Annotated[str, Field(pattern=r"^[0-9]{4}-[0-9]{2}-[0-9]{2}$", json_schema_extra={"format": "date"})]
Money = Annotated[int, Field(description="đồng")]
"""Whole đồng; None: not known, never 0."""
Code = Annotated[str, Field(description="mã loại đất · land-use code")]
Href = Annotated[str, Field(pattern="^/", description="địa chỉ trên máy chủ này · an address of this server")]
Box = Annotated[list[float], Field(min_length=4, max_length=4, description="W, S, E, N")]
Ref = Annotated[str, Field(pattern=r"^\S+@\S+/\S+/\S+$", description="25750@2024/12/345")]


class Shape(BaseModel):
    """A part of an answer: every name stands, and no other."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class Text(Shape):
    vi: str
    en: str


class Polygon(Shape):
    type: Literal["Polygon"]
    coordinates: list[list[Annotated[list[float], Field(min_length=2, max_length=2)]]]


class MultiPolygon(Shape):
    type: Literal["MultiPolygon"]
    coordinates: list[list[list[Annotated[list[float], Field(min_length=2, max_length=2)]]]]


Geometry = Polygon | MultiPolygon
"""GeoJSON in WGS 84, longitude first."""


class Citation(Shape):
    document: str
    article: str
    status: Status
    status_text: Text
    checked: Day | None
    check_by: Day | None
    outdated: bool
    note: str
    title: Text | None


class Document(Shape):
    id: str
    article: str
    status: Status
    title: Text | None
    effective_from: Day | None
    effective_to: Day | None
    checked: Day | None
    check_by: Day | None
    outdated: bool


class Notice(Shape):
    code: str
    severity: Literal["note", "warning"]
    text: Text


class Commune(Shape):
    code: str
    period: str
    name: str
    effective_from: Day
    effective_to: Day | None


class CommuneNamed(Shape):
    code: str
    name: str


class MoneyRange(Shape):
    low: Money | None
    likely: Money | None
    high: Money | None


class AreaRange(Shape):
    low: float | None
    high: float | None


class PriceAnswer(Shape):
    value: str
    label: Text
    unit_price: float | None


class PriceQuestion(Shape):
    fact: str
    text: Text
    answers: list[PriceAnswer]


class PriceStep(Shape):
    text: Text
    factor: str | None
    value: float | None
    citation: Citation | None


class PriceList(Shape):
    id: str
    document: str
    label: Text
    effective_from: Day
    effective_to: Day | None
    loaded: bool
    citation: Citation


class Nearest(Shape):
    ref: str
    href: Href


class Descent(Shape):
    """One step of a parcel's history."""

    ref: Ref
    kind: Literal["split", "merge", "boundary", "renumbered", "rearranged"]
    label: Text
    day: Day
    area: float


class Problem(Shape):
    """RFC 9457; ``field`` names the parameter at fault ("": none alone)."""

    type: Annotated[str, Field(pattern="^/problems/")]
    title: str
    title_en: str
    status: Annotated[int, Field(ge=400, le=599)]
    detail: str
    detail_en: str
    code: str
    field: str
    nearest: list[Nearest] = []
    predecessors: list[Descent] = []
    successors: list[Descent] = []


class ProblemDetails(Problem):
    """The same as the answer to a request."""

    request_id: str
