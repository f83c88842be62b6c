"""The conversion estimate as types. ``data/case.schema.json`` says the same for a case file; tests hold them equal."""

from __future__ import annotations

from typing import Annotated, Literal

from landinfo import case
from landinfo.contract.terms import AreaRange, Citation, Code, Day, Money, MoneyRange, Notice, OneOf, Shape, Text

LEVY_ITEMS = (
    "levy", "land_rent", "registration_fee", "rice_land_payment", "appraisal_fee", "certificate_fee", "measuring",
)  # fmt: skip
RECALCULATED = (
    "refused", "not_eligible", "cannot_be_said", "not_told", "no_notice", "nothing_paid", "partly_paid", "fully_paid",
)  # fmt: skip


class Item(Shape):
    code: Annotated[str, OneOf(LEVY_ITEMS)]
    label: Text
    amount: Money | None
    low: Money | None
    likely: Money | None
    high: Money | None
    state: Literal["known", "unknown"]
    reason: Text | None
    day: Day | None


class Input(Shape):
    name: str
    label: Text
    value: str
    unit: str


class Line(Shape):
    item: str
    part: str
    code: str
    formula: Text
    inputs: list[Input]
    amount: Money | None
    citations: list[Citation]


class EstimateReading(Shape):
    code: str
    name: Text
    levy: Money | None
    total: Money | None


class Choice(Shape):
    value: str
    label: Text


class EstimateQuestion(Shape):
    fact: Annotated[str, OneOf(case.FACTS)]
    text: Text
    default: bool | float | str | None
    moves: Money | None
    kind: Literal["yes_no", "number", "choice"]
    choices: list[Choice]


class Instalment(Shape):
    item: str
    amount: Money | None
    within_days: int
    due: Day | None
    text: Text
    citation: Citation


class Late(Shape):
    base: Money | None
    due: Day
    until: Day
    days: int
    amount: Money | None
    text: Text
    citations: list[Citation]


class Recalculation(Shape):
    state: Annotated[str, OneOf(RECALCULATED)]
    text: Text
    before: Money | None
    after: Money | None
    paid: Money | None
    to_pay: Money | None
    refund: Money | None
    late_payment: Money | None
    late: list[Late]
    citations: list[Citation]


class EstimateMade(Shape):
    """What every estimate has, made or not; empty where it could not be made, and then ``reason`` says why."""

    levy: Item | None
    charges: list[Item]
    items: list[Item]
    total: Money | None
    range: MoneyRange
    lines: list[Line]
    readings: list[EstimateReading]
    assumptions: list[Text]
    questions: list[EstimateQuestion]
    not_included: list[Text]
    notices: list[Notice]
    payment: list[Instalment]
    late: list[Late]
    recalculation: Recalculation | None
    outdated: list[Citation]
    regime: Annotated[str, OneOf(("2014-07-01", "2024-08-01", "2026-01-01"))] | None
    basis: Literal["table", "table × K"] | None
    law: Citation | None
    reason: Text | None


class EstimatePart(Shape):
    land_use: Code | None
    designation: str | None
    area: float | None
    section: str | None
    position: int | None


class Estimate(EstimateMade):
    """The estimate of a parcel or of a street section."""

    parts: list[EstimatePart]
    convertible: dict[str, AreaRange]


class CaseAsked(Shape):
    on: Day
    known: Day
    convert_to: Code
    land_user: Annotated[str, OneOf(case.LAND_USERS)]
    facts: dict[str, bool | float | str | None]


class CaseAnswer(EstimateMade):
    """The answer to a case file."""

    question: CaseAsked
    rulebook: str
    disclaimer: Text
    explanation: Text
