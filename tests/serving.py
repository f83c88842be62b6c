"""The application over a store of the tests, and stores that fail on purpose."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any, cast

from flask.testing import FlaskClient
from street import TODAY
from werkzeug.test import TestResponse

from landinfo.store import Store
from landinfo.web import Settings, create_app


def client(store: Store, **settings: Any) -> FlaskClient:
    """A client of the application over ``store`` on ``TODAY``."""
    return create_app(Settings(**settings), today=lambda: TODAY, store=store).test_client()


def ask(asked: FlaskClient, address: str, status: int = 200, **more: Any) -> dict[str, Any]:
    """What a JSON door answers; a refusal must be problem details."""
    response = asked.get(address, **more)
    assert response.status_code == status, response.text
    kind = "application/problem+json" if status >= 400 else "application/json"
    assert response.headers["Content-Type"] == kind
    return body(response)


def body(response: TestResponse) -> dict[str, Any]:
    return cast(dict[str, Any], json.loads(response.data))


class Instead:
    """A store of which some methods do something else."""

    def __init__(self, store: Store, **instead: Callable[..., Any]) -> None:
        self._store, self._instead = store, instead

    def __getattr__(self, name: str) -> Any:
        return self._instead.get(name) or getattr(self._store, name)


def instead(store: Store, **methods: Callable[..., Any]) -> Store:
    return cast(Store, Instead(store, **methods))


def raising(wrong: Exception) -> Callable[..., Any]:
    def method(*_: object, **__: object) -> Any:
        raise wrong

    return method
