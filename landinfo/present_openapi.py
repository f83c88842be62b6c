"""The description of OGC API – Features as OpenAPI 3.0 (OGC 17-069r4, class oas30)."""

from __future__ import annotations

from collections.abc import Iterable

from landinfo import asked_features, frame
from landinfo.collection import Collection
from landinfo.model import Rulebook
from landinfo.plain import Plain
from landinfo.present_features import GEOJSON, JSON, OPENAPI, SCHEMA, both
from landinfo.texts import say

_COUNTS = {
    "limit": {"type": "integer", "minimum": 1, "maximum": asked_features.MOST, "default": asked_features.LIMIT},
    "offset": {"type": "integer", "minimum": 0, "maximum": asked_features.MOST_OFFSET, "default": 0},
}
_BBOX = {"type": "array", "items": {"type": "number"}, "minItems": 4, "maxItems": 6}


def document(root: str, store: str, collections: Iterable[Collection], rulebook: Rulebook) -> Plain:
    """All operations. Items of each collection have a path of their own: GDAL looks there for what can be filtered."""
    title, about = (both(say(f"features-{name}", {}, rulebook.texts)) for name in ("title", "about"))
    one, item = "/collections/{collectionId}", {"name": "featureId", "in": "path", "required": True}
    text = {"schema": {"type": "string"}}
    which = [_ref("collectionId")]
    parameters = {name: _parameter(name, store) for name in asked_features.ITEMS}
    held = list(collections)
    named = {"type": "string", "enum": [of.id for of in held]}
    parameters["collectionId"] = {"name": "collectionId", "in": "path", "required": True, "schema": named}
    parameters["featureId"] = item | text
    asked = [_ref(name) for name in asked_features.ITEMS]
    return {
        "openapi": "3.0.3",
        "info": {"title": title, "description": about, "version": "1.0.0"},
        "servers": [{"url": f"{root}/ogc"}],
        "paths": {
            "/": _get("landing", [_ref("f")], JSON),
            "/api": _get("api", [_ref("f")], OPENAPI),
            "/conformance": _get("conformance", [_ref("f")], JSON),
            "/collections": _get("collections", [_ref("f")], JSON),
            one: _get("collection", [*which, _ref("f")], JSON),
            f"{one}/queryables": _get("queryables", [*which, _ref("f")], SCHEMA),
            **{f"/collections/{of.id}/items": _get(f"items-{of.id}", [*asked, *_filtered(of)], GEOJSON) for of in held},
            f"{one}/items/{{featureId}}": _get(
                "item", [*which, _ref("featureId"), *map(_ref, asked_features.ITEM)], GEOJSON
            ),
        },
        "components": {"parameters": parameters},
    }


def _ref(name: str) -> Plain:
    return {"$ref": f"#/components/parameters/{name}"}


def _filtered(of: Collection) -> list[Plain]:
    """The properties as parameters."""
    return [
        {"name": name, "in": "query", "required": False, "schema": {"type": "string" if kind == "date" else kind}}
        for name, kind in of.types.items()
    ]


def _parameter(name: str, store: str) -> Plain:
    made: Plain = {"name": name, "in": "query", "required": False, "schema": {"type": "string"}}
    if name in _COUNTS:
        made["schema"] = _COUNTS[name]
    elif name == "bbox":
        made |= {"schema": _BBOX, "style": "form", "explode": False}
    elif name in ("crs", "bbox-crs", "filter-crs"):
        offered = [f.uri for f in frame.frames(store)]
        made["schema"] = {"type": "string", "format": "uri", "enum": offered, "default": frame.CRS84}
    elif name == "filter-lang":
        made["schema"] = {"type": "string", "enum": list(asked_features.LANGUAGES), "default": "cql2-text"}
    elif name == "f":
        made["schema"] = {"type": "string", "enum": ["json", "geojson"]}
    elif name == "known":
        made["schema"] = {"type": "string", "format": "date"}
    return made


def _get(name: str, parameters: list[Plain], kind: str) -> Plain:
    problem = {"application/problem+json": {"schema": {"type": "object"}}}
    refused = {status: {"description": "problem", "content": problem} for status in ("400", "404", "429", "503")}
    good = {"200": {"description": name, "content": {kind: {"schema": {"type": "object"}}}}}
    return {"get": {"operationId": name, "parameters": parameters, "responses": good | refused}}
