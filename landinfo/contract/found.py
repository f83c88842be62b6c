"""The other answers as types: search, streets, differences, map windows, comparison."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import Field

from landinfo.contract.answer import Answer, LandUser, RowKind, Several
from landinfo.contract.estimate import Estimate
from landinfo.contract.terms import (
    Box,
    Citation,
    Code,
    CommuneNamed,
    Day,
    Geometry,
    Href,
    Money,
    MoneyRange,
    Notice,
    PriceList,
    PriceQuestion,
    PriceStep,
    Problem,
    Ref,
    Shape,
    Text,
)


class Hit(Shape):
    why: Text
    why_code: str
    label: Text
    detail: Text
    href: Href | None
    box: Box | None


class ParcelHit(Hit):
    kind: Literal["parcel"]
    ref: Ref


class CommuneInto(Shape):
    code: str
    period: str
    name: str
    effective_from: Day
    effective_to: Day | None
    whole: bool


class CommuneHit(Hit):
    kind: Literal["commune"]
    code: str
    period: str
    name: str
    effective_from: Day
    effective_to: Day | None
    into: list[CommuneInto]


class StreetHit(Hit):
    kind: Literal["street"]
    id: str


class PointHit(Hit):
    kind: Literal["point"]
    lat: float
    lon: float
    x: float
    y: float
    parcels: list[Ref]


class Touched(Shape):
    ref: Ref
    area: float
    label: Text
    href: Href


class CornersHit(Hit):
    kind: Literal["corners"]
    corners: int
    area: float
    piece: str
    touched: list[Touched]
    touched_total: int
    cut: bool
    geometry: Geometry


AnyHit = Annotated[ParcelHit | CommuneHit | StreetHit | PointHit | CornersHit, Field(discriminator="kind")]


class SearchChoice(Shape):
    q: str
    href: Href


class Found(Shape):
    """What the search box found, the best first."""

    query: str
    on: Day
    known: Day
    total: int
    limit: int
    certain: bool
    results: list[AnyHit]
    reason: Text | None
    reasons: list[Text]
    nearest: list[AnyHit]
    choices: list[SearchChoice]
    notices: list[Notice]


class Suggestion(Shape):
    kind: Literal["parcel", "commune", "street", "point", "corners"]
    label: Text
    detail: Text
    href: Href | None
    box: Box | None
    ref: Ref | None = None
    lat: float | None = None
    lon: float | None = None


class Suggested(Shape):
    query: str
    total: int
    reason: Text | None
    choices: list[SearchChoice]
    suggestions: list[Suggestion]


class Flag(Shape):
    code: str
    text: Text


class StreetRow(Shape):
    id: str
    number: str | int
    street: str
    start: str
    end: str
    flags: list[Flag]
    commune: CommuneNamed
    href: Href
    prices: dict[str, float] | None


class StreetFound(StreetRow):
    match: str
    match_text: Text


class ClosingRoad(Shape):
    least: float | None
    least_excluded: bool
    below: float | None
    inside: list[str]
    of: str | None
    unread: str | None


class ClosingRow(StreetRow):
    road: ClosingRoad


class Streets(Shape):
    """Sections of the price list; ``total`` counts all of them, ``results`` is one page."""

    query: str
    on: Day
    commune: str | None
    communes: list[CommuneNamed]
    total: int
    limit: int
    offset: int
    state: Literal["priced", "rows_not_loaded", "no_list"]
    reason: Text | None
    results: list[StreetFound]
    suggestions: list[StreetRow]
    closing: list[ClosingRow]
    notices: list[Notice]


class StreetQuestion(Shape):
    id: str
    on: Day
    known: Day
    land_use: Code | None
    convert_to: Code | None
    land_user: LandUser
    facts: dict[str, bool | float | str | None]
    prices: dict[str, float]
    position: int | None = None
    width: float | None = None
    depth: float | None = None
    frontage: float | None = None
    length: float | None = None
    area: float | None = None
    hidden_area: float | None = None
    surface: str | None = None
    fronts: int | None = None
    hampered: list[str] = Field(default_factory=list)
    no_access: bool = False
    residential_area: bool | None = None
    agricultural_position: int | None = None


class StreetSection(Shape):
    """The row as printed; of a row that the source lacks only where it would stand."""

    id: str
    loaded: bool
    commune: CommuneNamed
    agricultural_area: str | int | None
    number: str | int | None = None
    street: str | None
    start: str | None
    end: str | None
    flags: list[Flag]
    printed: dict[str, float] | None
    citation: Citation | None
    printed_in: PriceList | None = None


class GroundPart(Shape):
    start: Annotated[float | None, Field(alias="from")]
    to: float | None
    area: float | None
    agricultural_position: int | None
    conditions: dict[str, str]


class GroundReason(Shape):
    code: str
    text: Text
    citation: Citation


class StreetGround(Shape):
    position: int | None
    position_text: Text
    area: float | None
    parts: list[GroundPart]
    reasons: list[GroundReason]
    assumptions: list[Notice]


class StreetPosition(Shape):
    position: int
    text: Text
    asked: bool
    prices: dict[str, float | None]


class StreetReading(Shape):
    code: str
    name: Text
    unit_price: float | None


class StreetPart(Shape):
    area: float | None
    unit_price: float | None
    amount: Money | None
    position: int | None
    steps: list[PriceStep]
    readings: list[StreetReading]


class StreetPrice(Shape):
    land_use: Code
    label: Text
    rule: str | None
    also: list[str]
    unit_price: float | None
    average: bool
    amount: Money | None
    state: str
    reason: Text | None
    question: PriceQuestion | None
    parts: list[StreetPart]


class Street(Shape):
    """One section of the price list at one place."""

    question: StreetQuestion
    permanent: Href
    state: str
    reason: Text | None
    price_list: Annotated[PriceList | None, Field(alias="list")]
    section: StreetSection
    ground: StreetGround
    positions: list[StreetPosition]
    prices: list[StreetPrice]
    basis: Literal["table"]
    basis_text: Text
    estimate: Estimate | None
    notices: list[Notice]
    rulebook: str
    disclaimer: Text


class Side(Shape):
    on: Day
    known: Day
    convert_to: Code | None
    permanent: Href
    reason: Text | None
    range: MoneyRange | None
    notices: list[Notice]


class Factor(Shape):
    factor: str
    label: Text
    amount: Money | None


class Changed(Shape):
    code: str
    label: Text
    before: Money | None
    after: Money | None
    change: Money | None
    factors: list[Factor]


class Moved(Shape):
    theme: str
    kind: RowKind
    designation: str
    before: float
    after: float
    change: float


class Difference(Shape):
    """Why two answers about one parcel differ; the factors of a change sum to it."""

    parcel: Ref
    before: Side
    after: Side
    value: Changed
    items: list[Changed]
    moved: list[Moved]
    disclaimer: Text


class ComparedParcel(Shape):
    asked: str
    answer: Answer | None
    several: Several | None
    problem: Problem | None


class Comparison(Shape):
    question: dict[str, str]
    parcels: list[ComparedParcel]
    most: int
    reason: Text | None = None


class ViewFeature(Shape):
    type: Literal["Feature"]
    properties: dict[str, Any]
    geometry: Geometry


class ViewLayer(Shape):
    type: Literal["FeatureCollection"]
    features: list[ViewFeature]
    truncated: bool
    held: Literal["all", "part", "no_data"] | None


class View(Shape):
    """GeoJSON by layer."""

    layers: dict[str, ViewLayer]
