"""How often one address, or one key, may ask the doors that cost something; past it 429 with Retry-After."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

from flask import Flask, Response, request
from flask_limiter import Limiter
from limits import RateLimitItem
from limits.errors import ConfigurationError
from limits.storage import storage_from_string

from landinfo.model import BadInput
from landinfo.web import keys
from landinfo.web.settings import Settings
from landinfo.web.tiers import ANONYMOUS, Keys, times

FREE = frozenset({"api.healthz", "api.readyz", "assets.static", "assets.drawn"})
"""What a proxy asks for, and files that a browser keeps: never counted."""
TILES, TILES_TIMES = "tiles.tile", 10
"""A map asks for a dozen tiles where a page is one: they are counted for themselves, and so many times as many go."""
COUNTED = "landinfo.counted"
"""Where the environment of a request says by which limit a tile was counted."""
REPORTING = ("error_reports.hand_in", "error_reports.hand_in_as_json")
"""What is written and read by people: counted once more, both doors together."""
BATCH = ("batch.hand_in", "batch.hand_in_as_json")
"""What keeps the machine busy for long, likewise."""


def check(settings: Settings) -> None:
    """Raises ``BadInput``: where it is counted cannot be used. The address may hold a password and is not shown."""
    try:
        storage_from_string(settings.rate_storage)
    except ConfigurationError as wrong:
        raise BadInput("setting-rate-storage", "LANDINFO_RATE_STORAGE") from wrong


def register(app: Flask, settings: Settings, held: Keys) -> None:
    """Count what each address and each key asks, all doors together; nothing where its tier has no limit.

    Each process counts for itself unless ``settings.rate_storage`` names a place that they share.
    """
    names = ("rate_limit", "report_limit", "batch_limit")
    if not any(getattr(tier, name) for tier in held.tiers.values() for name in names):
        keys.register(app)
        return
    check(settings)
    rate = _of("rate_limit")
    limiter = Limiter(
        keys.asker,
        app=app,
        storage_uri=settings.rate_storage,
        application_limits=[rate],
        application_limits_exempt_when=lambda: request.endpoint == TILES or not rate(),
    )
    keys.register(app)
    for name, view in list(app.view_functions.items()):
        if name in FREE:
            limiter.exempt(view)
        elif name == TILES:
            tiles = limiter.limit(lambda: times(rate(), TILES_TIMES), exempt_when=_without(rate))
            app.view_functions[name] = tiles(view)  # type: ignore[assignment]
    for limit, scope, views in ((_of("report_limit"), "reports", REPORTING), (_of("batch_limit"), "batch", BATCH)):
        once_more = limiter.shared_limit(limit, scope=scope, exempt_when=_without(limit))
        for name in views:
            app.view_functions[name] = once_more(app.view_functions[name])  # type: ignore[assignment]
    _told(app, limiter)


def _of(name: str) -> Callable[[], str]:
    """What the tier of who asks says of a limit."""
    return lambda: str(getattr(keys.tier(), name))


def _without(limit: Callable[[], str]) -> Callable[[], bool]:
    return lambda: not limit()


def _told(app: Flask, limiter: Limiter) -> None:
    """Let every answer say what is left, of which limit, and a refusal when to come again."""

    @app.after_request
    def say_when(response: Response) -> Response:
        limit = limiter.current_limit
        if limit is not None:
            said = _said(limit.limit, limit.reset_at, limit.remaining, keys.tier().name)
            response.headers.update(said)
            if response.status_code == 429:
                response.headers["Retry-After"] = said["RateLimit-Reset"]
            if request.endpoint == TILES:
                request.environ[COUNTED] = limit
        return response


def _said(limit: RateLimitItem, reset_at: float, remaining: int, tier: str) -> dict[str, str]:
    return {
        "RateLimit-Limit": str(limit.amount),
        "RateLimit-Remaining": str(max(0, remaining)),
        "RateLimit-Reset": str(max(1, int(reset_at - time.time()))),
        "RateLimit-Policy": f'{limit.amount};w={int(limit.get_expiry())};comment="{tier}"',
    }


def again(counted: Any, address: str | None) -> list[tuple[str, str]] | None:
    """Count another question of an address by the limit that counted one like it (``COUNTED``): the headers that say
    what is left. None: it is too many, or cannot be counted.
    """
    strategy, args = counted.extension.limiter, (address or "127.0.0.1", *counted.request_args[1:])
    try:
        if not strategy.test(counted.limit, *args) or not strategy.hit(counted.limit, *args):
            return None
        window = strategy.get_window_stats(counted.limit, *args)
    except Exception:
        # As a request of Flask's meets it: where the storage fails, flask-limiter decides.
        return None
    return list(_said(counted.limit, window.reset_time, window.remaining, ANONYMOUS).items())
