"""The API's description, OpenAPI 3.1.0, made of the types in ``contract``; its words stand in ``data/texts``."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any
from urllib.parse import urlencode

from landinfo.contract import schemas
from landinfo.contract.doors import DOORS, EVERY, Content, Door
from landinfo.contract.parameters import Parameter
from landinfo.contract.schemas import REF
from landinfo.contract.terms import ProblemDetails
from landinfo.model import Rulebook
from landinfo.plain import Plain
from landinfo.present_features import both
from landinfo.texts import say

PROBLEM = "application/problem+json"
KEY, BEARER = "key", "bearer"
_HEADERS: Mapping[str, Plain] = {
    "ETag": {"type": "string"},
    "Last-Modified": {"type": "string"},
    "Retry-After": {"type": "string", "pattern": "^[0-9]+$"},
    "Location": {"type": "string", "pattern": "^/"},
    "WWW-Authenticate": {"type": "string"},
    "RateLimit-Limit": {"type": "string", "pattern": "^[0-9]+$"},
    "RateLimit-Remaining": {"type": "string", "pattern": "^[0-9]+$"},
    "RateLimit-Reset": {"type": "string", "pattern": "^[0-9]+$"},
    "RateLimit-Policy": {"type": "string"},
}
_COUNTED = ("RateLimit-Limit", "RateLimit-Remaining", "RateLimit-Reset", "RateLimit-Policy")
_MUST = {
    401: ("WWW-Authenticate",),
    429: ("Retry-After",),
    503: ("Retry-After",),
    201: ("Location",),
    202: ("Location",),
}


def document(doors: Iterable[Door], paths: Mapping[str, str], case: Plain, example: Plain, rulebook: Rulebook) -> Plain:
    """All operations. ``paths``: addresses by endpoint, ``case``: the schema of a case file, ``example`` one."""
    listed = list(doors)
    made = _Document(paths, example, rulebook)
    operations: dict[str, Plain] = {}
    for door in listed:
        operations.setdefault(paths[door.endpoint], {})[door.method] = made.operation(door)
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "landinfo",
            "summary": made.say("api-title"),
            "description": made.say("api-about"),
            "version": rulebook.edition,
        },
        "servers": [{"url": "/"}],
        "security": [{}, {KEY: []}, {BEARER: []}],
        "paths": operations,
        "components": {
            "parameters": made.parameters,
            "schemas": schemas.components(listed, [ProblemDetails], case),
            "headers": {
                name: {
                    "description": made.say(f"api-header-{name.lower()}"),
                    "required": name not in (*_COUNTED, "ETag", "Last-Modified"),
                    "schema": kind,
                }
                for name, kind in _HEADERS.items()
            },
            "securitySchemes": {
                KEY: {"type": "apiKey", "in": "header", "name": "X-API-Key", "description": made.say("api-key")},
                BEARER: {"type": "http", "scheme": "bearer", "description": made.say("api-key")},
            },
        },
    }


def told(paths: Mapping[str, str]) -> list[Plain]:
    """Every operation as a page shows it; ``example`` is an address that answers."""
    return [
        {
            "id": door.id,
            "method": door.method,
            "path": paths[door.endpoint],
            "example": _example(door, paths[door.endpoint]) if door.method == "get" else None,
            "parameters": [
                {"name": each.name, "many": each.many, "required": each.required, "sentence": each.sentence}
                | {"schema": schemas.of_parameter(each)}
                for each in door.parameters
            ],
            "body": list(door.body),
            "statuses": sorted({*door.answers, *([304] if door.stands else []), *EVERY, *door.refuses}),
        }
        for door in DOORS
    ]


def _example(door: Door, path: str) -> str | None:
    """None: what stands in the address is given out by another answer."""
    inside = {each.name: each.example for each in door.parameters if each.where == "path"}
    if not all(inside.values()):
        return None
    query = [(each.name, each.example) for each in door.parameters if each.where == "query" and each.example]
    return path.format(**inside) + (f"?{urlencode(query, doseq=True)}" if query else "")


class _Document:
    def __init__(self, paths: Mapping[str, str], example: Plain, rulebook: Rulebook) -> None:
        self.paths, self.example, self.rulebook = paths, example, rulebook
        self.parameters: dict[str, Plain] = {}
        """Those that several doors read, each once."""

    def say(self, code: str) -> str:
        return both(say(code, {}, self.rulebook.texts))

    def operation(self, door: Door) -> Plain:
        answers = {str(status): self._answer(status, kinds, door) for status, kinds in door.answers.items()}
        if door.stands:
            answers["304"] = {"description": self.say("api-unchanged"), "headers": _headers("ETag", *_COUNTED)}
        refusals = {str(status): self._refusal(status) for status in sorted({*EVERY, *door.refuses})}
        made: Plain = {
            "operationId": door.id,
            "tags": [door.endpoint.partition(".")[0]],
            "summary": self.say(f"api-door-{door.id}"),
            "parameters": [self._named(each, door) for each in door.parameters],
            "responses": answers | refusals,
        }
        if door.body:
            made["requestBody"] = {"required": True, "content": self._body(door)}
        return made

    def _answer(self, status: int, kinds: Content, door: Door) -> Plain:
        named = ("ETag", "Last-Modified") if door.stands else ()
        made: Plain = {
            "description": self.say(f"api-status-{status}"),
            "headers": _headers(*named, *_COUNTED, *_MUST.get(status, ())),
            "content": {media: {"schema": _schema(kind)} for media, kind in kinds.items()},
        }
        if door.leads:
            made["links"] = {
                endpoint.replace(".", "-").replace("_", "-"): {
                    "operationId": endpoint.replace(".", "-").replace("_", "-"),
                    "parameters": {name: f"$response.body#{where}"},
                }
                for endpoint, (name, where) in door.leads.items()
            }
        return made

    def _refusal(self, status: int) -> Plain:
        return {
            "description": self.say(f"problem-{status}"),
            "headers": _headers(*_COUNTED, *_MUST.get(status, ())),
            "content": {PROBLEM: {"schema": {"$ref": f"{REF}{ProblemDetails.__name__}"}}},
        }

    def _named(self, each: Parameter, door: Door) -> Plain:
        """By its own name, unless another door means something else by it."""
        made, name = self._parameter(each), each.name
        if self.parameters.setdefault(name, made) != made:
            name = f"{door.id}-{name}"
            self.parameters[name] = made
        return {"$ref": f"#/components/parameters/{name}"}

    def _parameter(self, each: Parameter) -> Plain:
        made: Plain = {
            "name": each.name,
            "in": each.where,
            "required": each.required,
            "description": self.say(each.sentence),
            "schema": schemas.of_parameter(each),
        }
        if each.many or made["schema"].get("type") == "array":
            made |= {"style": "form", "explode": True}
        if each.example:
            made["example"] = each.example
        return made

    def _body(self, door: Door) -> Plain:
        content: Plain = {}
        for media, kind in door.body.items():
            content[media] = {"schema": _schema(kind)}
            if media in door.examples:
                told: Any = door.examples[media]
                content[media]["example"] = self.example if told == "case.example.json" else told
        return content


def _schema(kind: Any) -> Plain:
    """Of a type a reference; of bytes and documents nothing is said."""
    if kind is None:
        return {}
    return {"$ref": f"{REF}{kind if isinstance(kind, str) else kind.__name__}"}


def _headers(*names: str) -> Plain:
    return {name: {"$ref": f"#/components/headers/{name}"} for name in names}
