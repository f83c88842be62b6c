"""The answer about a parcel as types: the one object that every format shows (README, "The answer")."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import Field

from landinfo import asked, case
from landinfo.contract.estimate import Estimate
from landinfo.contract.terms import (
    Citation,
    Code,
    Commune,
    Day,
    Descent,
    Document,
    Geometry,
    Href,
    Money,
    MoneyRange,
    Notice,
    OneOf,
    PriceList,
    PriceQuestion,
    PriceStep,
    Ref,
    Shape,
    Text,
)
from landinfo.direction import ALL, COMPASS, MIDDLE, SEVERAL
from landinfo.model import ThemeKind
from landinfo.overlay import Answer as Concern

Wind = Annotated[str, OneOf(COMPASS)]
Place = Annotated[str, OneOf((*COMPASS, MIDDLE, SEVERAL, ALL))]
RowKind = Literal["designation", "conflict", "in_doubt", "uncovered", "no_data"]
LandUser = Annotated[str, OneOf(case.LAND_USERS)]


class StripAsked(Shape):
    width: float | None
    depth: float | None
    start: Annotated[float, Field(alias="from")]
    end: Annotated[str, OneOf(asked.ENDS)]
    faces: Wind | None


class Question(Shape):
    parcel: Ref
    on: Day
    known: Day
    convert_to: Code | None
    land_user: LandUser
    facts: dict[str, bool | float | str | None]
    area: float | None
    piece: str | None
    strip: StripAsked | None
    prices: dict[str, float]


class AreaDifference(Shape):
    area: float
    ratio: float
    tolerance: float | None
    beyond: bool
    citation: Citation


class LandUse(Shape):
    code: Code
    regime: str
    name: Text
    area: float | None


class StreetSide(Shape):
    faces: Wind
    length: float


class Centre(Shape):
    """``x`` is the northing, ``y`` the easting, as on Vietnamese papers."""

    lat: float
    lon: float
    x: float
    y: float


class DescentAsked(Descent):
    href: Href


class CommuneName(Shape):
    code: str
    period: str
    name: str
    effective_from: Day
    effective_to: Day | None


class History(Shape):
    predecessors: list[DescentAsked]
    successors: list[DescentAsked]
    communes: list[CommuneName]


class Parcel(Shape):
    ref: Ref
    commune: Commune | None
    commune_now: Commune | None
    sheet: str
    number: str
    suffix: str
    registered_area: float | None
    drawn_area: float
    area_difference: AreaDifference | None
    land_uses: list[LandUse]
    effective_from: Day
    effective_to: Day | None
    map_scale: int | None
    street_side: StreetSide | None
    centre: Centre
    geometry: Geometry
    edition: str
    history: History


class ThemeRow(Shape):
    kind: RowKind
    designation: str
    label: Text
    colour: str
    area: float
    percent: float
    drawn_area: float
    documents: list[Document]
    geometry: Geometry | None


class Theme(Shape):
    id: str
    kind: ThemeKind
    label: Text
    office: Text
    answer: Annotated[str, OneOf(Concern)]
    reason: Text | None
    rows: list[ThemeRow]
    total_area: float | None
    total_percent: float | None
    editions: list[str]


class Picture(Shape):
    """The map in words; each of ``facts`` has a ``kind`` and what belongs to it."""

    facts: list[dict[str, Any]]
    text: Text


class PieceRow(Shape):
    kind: RowKind
    designation: str
    label: Text
    area: float
    rest: float
    whole: float


class PieceTheme(Shape):
    id: str
    kind: ThemeKind
    label: Text
    rows: list[PieceRow]


class PieceSide(Shape):
    length: float
    faces: Wind
    told: bool
    text: Text


class Piece(Shape):
    area: float
    rest: float
    whole: float
    outside: float | None
    measured: Text | None
    side: PieceSide | None
    themes: list[PieceTheme]
    notices: list[Notice]
    geometry: Geometry


class PriceSection(Shape):
    id: str
    street: str
    start: str
    end: str


class PriceReading(Shape):
    name: Text
    unit_price: float | None


class PriceRow(Shape):
    land_use: Code
    label: Text
    area: float | None
    piece_area: float | None
    unit_price: float | None
    amount: Money | None
    state: str
    reason: Text | None
    question: PriceQuestion | None
    section: PriceSection | None
    position: int | None
    found: dict[str, str]
    conditions: dict[str, str]
    steps: list[PriceStep]
    readings: list[PriceReading]


class UseValue(Shape):
    land_use: Code
    label: Text
    area: float | None
    low: Money | None
    likely: Money | None
    high: Money | None


class Price(Shape):
    basis: Literal["table"]
    market: Literal[False]
    basis_text: Text
    price_list: Annotated[PriceList | None, Field(alias="list")]
    state: Literal["priced", "partly", "unsettled", "rows_not_loaded", "no_list", "no_data"]
    reason: Text | None
    rows: list[PriceRow]
    uses: list[UseValue]
    value: MoneyRange


class Change(Shape):
    about: str
    label: Text
    was: Text
    now: Text


class ChangeDay(Shape):
    day: Day
    changes: list[Change]
    href: Href | None


class ChangesAhead(Shape):
    state: Literal["changes", "none", "no_data"]
    days: list[ChangeDay]
    more: bool
    held: list[str]
    no_data: list[str]
    texts: list[Text]


class Verdict(Shape):
    kind: RowKind
    designation: str
    label: Text
    area: float
    allowed: Literal["yes", "no", "unknown"]
    reason: Text | None
    citations: list[Citation]


class Source(Shape):
    edition: str
    layer: str
    territory: str
    document: Document
    effective_from: Day
    published: Day
    simulated: bool
    source: str


class Answer(Shape):
    """The whole answer about one parcel. ``null`` is "not known", never 0; money is whole đồng, areas m²."""

    question: Question
    permanent: Href
    simulated: bool
    notices: list[Notice]
    parcel: Parcel
    themes: list[Theme]
    picture: Picture
    piece: Piece | None
    price: Price
    changes_ahead: ChangesAhead | None
    verdicts: list[Verdict]
    estimate: Estimate | None
    sources: list[Source]
    rulebook: str
    disclaimer: Text


class ParcelChoice(Shape):
    ref: Ref
    href: Href
    commune: Commune | None
    sheet: str
    number: str
    registered_area: float | None
    land_uses: list[str]


class Several(Shape):
    """More than one parcel answers: each with the address that asks for it."""

    several: list[ParcelChoice]
    reason: Text
