"""What is sent to the doors that take a body, as types. A case file has its own schema, ``data/case.schema.json``."""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field, create_model

from landinfo.contract import parameters as asked
from landinfo.contract.parameters import schema_of
from landinfo.contract.terms import OneOf, Shape
from landinfo.error_report import receipt, rows, typed

Cell = str | float | bool | None
Bytes = Annotated[str, Field(json_schema_extra={"contentMediaType": "application/octet-stream"})]
MOST_ROWS = 100
"""Rows of a list in JSON that the type allows; what a server takes is told in its refusal."""


class ErrorReported(Shape):
    """An error on a row of an answer (README, "Reported errors")."""

    question: Annotated[str, Field(pattern=asked.QUESTIONED, max_length=rows.MOST_QUESTION)]
    kind: Annotated[str, OneOf(rows.KINDS)]
    row: Annotated[str | None, Field(max_length=80)] = None
    wrong: Annotated[str, Field(min_length=1, max_length=typed.MOST["wrong"])]
    right: Annotated[str | None, Field(max_length=typed.MOST["right"])] = None
    how: Annotated[str | None, Field(max_length=typed.MOST["how"])] = None
    contact: Annotated[str | None, Field(max_length=typed.MOST["contact"])] = None
    once: Annotated[str, Field(pattern=f"^{receipt.ONCE.pattern}$")] | None = None
    seen: Annotated[str, Field(pattern="^[0-9a-f]{16}$")] | None = None


class SearchTyped(Shape):
    """What is typed into the search box, where a list of corners is too long for an address."""

    q: Annotated[str, Field(min_length=1, max_length=20_000)]
    on: asked.DAY = ""
    known: asked.DAY = ""


class FileHandedIn(Shape):
    """A form with a file."""

    file: Bytes


_BESIDE: dict[str, Any] = {
    each.name.replace(".", "_"): (each.type, Field(default=None, alias=each.name))
    for each in asked.BATCH
    if not each.many
}


class _Listed(BaseModel):
    """Prices stand by their names, as in an address."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={"patternProperties": schema_of(asked.PRICES.type)["patternProperties"]},
    )


ListTable: type[BaseModel] = create_model(
    "ListTable",
    __base__=_Listed,
    __doc__='Rows as tables of column and cell (README, "Many at once"); beside them the question that all are asked.',
    rows=(Annotated[list[dict[str, Cell | list[Cell]]], Field(min_length=1, max_length=MOST_ROWS)], ...),
    **_BESIDE,
)
