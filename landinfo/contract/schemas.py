"""The types as JSON Schema 2020-12, in the form in which an OpenAPI 3.1 document holds them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from pydantic import BaseModel, TypeAdapter
from pydantic.json_schema import GenerateJsonSchema, JsonSchemaMode, JsonSchemaValue, models_json_schema

from landinfo.contract.doors import Door
from landinfo.contract.parameters import Parameter

REF = "#/components/schemas/"


class _Untitled(GenerateJsonSchema):
    """Without a title for each field, which says its name again."""

    def field_title_should_be_set(self, schema: Any) -> bool:
        return False

    def model_schema(self, schema: Any) -> JsonSchemaValue:
        made = super().model_schema(schema)
        made.pop("title", None)
        return made

    def default_schema(self, schema: Any) -> JsonSchemaValue:
        """What may be missing is not required, and that is all: a value in its place is the code's own affair."""
        made = super().default_schema(schema)
        return {name: value for name, value in made.items() if name != "default"}


def of_parameter(asked: Parameter) -> dict[str, Any]:
    return TypeAdapter(asked.type).json_schema(schema_generator=_Untitled)


def components(doors: Iterable[Door], more: Iterable[type[BaseModel]], case: Mapping[str, Any]) -> dict[str, Any]:
    """Every type by its name, each once; ``case`` is ``data/case.schema.json``."""
    held = dict.fromkeys([*(model for door in doors for model in models(door)), *more])
    wanted: list[tuple[type[BaseModel], JsonSchemaMode]] = [(model, "validation") for model in held]
    _, made = models_json_schema(wanted, ref_template=f"{REF}{{model}}", schema_generator=_Untitled)
    return {**made["$defs"], **dict(_case(case["$defs"]))}


def models(door: Door) -> Iterator[type[BaseModel]]:
    for content in (*door.answers.values(), door.body):
        yield from (kind for kind in content.values() if isinstance(kind, type))


def _case(held: Mapping[str, Any]) -> Iterator[tuple[str, Any]]:
    """What a case is made of: ``case`` and all that it names."""
    waiting, seen = ["case"], set[str]()
    while waiting:
        name = waiting.pop()
        if name not in seen:
            seen.add(name)
            yield _named(name), _moved(held[name], waiting)


def _named(name: str) -> str:
    return "Case" if name == "case" else "Case" + name.title().replace("_", "")


def _moved(value: Any, found: list[str]) -> Any:
    if isinstance(value, dict):
        if "$ref" in value:
            name = value["$ref"].rpartition("/")[2]
            found.append(name)
            return {**value, "$ref": REF + _named(name)}
        return {key: _moved(inner, found) for key, inner in value.items()}
    return [_moved(inner, found) for inner in value] if isinstance(value, list) else value
