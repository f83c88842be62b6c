"""The description of the API, held against what is answered: every JSON answer that a test gets is one it promises."""

from __future__ import annotations

import json
import re
from functools import cache
from typing import Any

import jsonschema_rs
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from landinfo.web import described

METHODS = ("get", "post")
_JSON = re.compile(r"application/([a-z.]+\+)?json")


_MADE: dict[str, Any] = {}


def document(app: Flask) -> dict[str, Any]:
    """Of any application: it hangs on the program and its data alone, and so is made once."""
    if not _MADE:
        with app.app_context():
            _MADE.update(described.made())
    return _MADE


@cache
def validator(schema: str) -> jsonschema_rs.Validator:
    """Of a schema (as JSON) that names others of the document."""
    return jsonschema_rs.Draft202012Validator(
        {**json.loads(schema), "components": _MADE["components"]}, validate_formats=True
    )


@cache
def operation(method: str, path: str) -> dict[str, Any] | None:
    """The operation that answers an address; the one without braces where two fit."""
    for template in sorted(_MADE["paths"], key=lambda each: each.count("{")):
        if re.fullmatch(re.sub(r"\\{\w+\\}", "[^/]+", re.escape(template)), path):
            found: dict[str, Any] | None = _MADE["paths"][template].get(method)
            return found
    return None


def holds(asked: FlaskClient, response: TestResponse) -> None:
    """Fail where an answer under ``/api`` is not what the description says."""
    request = response.request
    if not request.path.startswith("/api/") or request.method.lower() not in METHODS:
        return
    document(asked.application)
    found = operation(request.method.lower(), request.path)
    if found is None:
        return
    promised = found["responses"].get(str(response.status_code))
    assert promised, f"{request.method} {request.path}: {response.status_code} is not promised"
    if response.status_code == 304:
        return
    assert response.mimetype in promised["content"], f"{request.path}: {response.mimetype} is not promised"
    schema = promised["content"][response.mimetype]["schema"]
    if _JSON.fullmatch(response.mimetype) and schema:
        wrong = validator(json.dumps(schema)).iter_errors(json.loads(response.data))
        told = [f"{'/'.join(map(str, each.instance_path))}: {each.message[:300]}" for each in wrong]
        assert not told, f"{request.path}: {'; '.join(told[:5])}"
