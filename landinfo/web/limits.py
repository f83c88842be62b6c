"""How often one address may ask the doors that cost something; past it 429 with Retry-After."""

from __future__ import annotations

import time

from flask import Flask, Response, request
from flask_limiter import Limiter
from flask_limiter.util import get_remote_address

from landinfo.web.settings import Settings

FREE = frozenset({"api.healthz", "api.readyz", "assets.static", "assets.drawn"})
"""What a proxy asks for, and files that a browser keeps: never counted."""
TILES, TILES_TIMES = "tiles.tile", 10
"""A map asks for a dozen tiles where a page is one: they are counted for themselves, and so many times as many go."""
REPORTING = ("error_reports.hand_in", "error_reports.hand_in_as_json")
"""What is written and read by people: counted once more, both doors together."""
BATCH = ("batch.hand_in", "batch.hand_in_as_json")
"""What keeps the machine busy for long, likewise."""


def register(app: Flask, settings: Settings) -> None:
    """Count what each address asks, all doors together; nothing is counted where the setting is empty.

    Each process counts for itself unless ``settings.rate_storage`` names a place that they share.
    """
    if not (settings.rate_limit or settings.report_limit or settings.batch_limit):
        return
    limiter = Limiter(
        get_remote_address,
        app=app,
        storage_uri=settings.rate_storage,
        application_limits=[settings.rate_limit] if settings.rate_limit else [],
        application_limits_exempt_when=lambda: request.endpoint == TILES,
    )
    for name, view in list(app.view_functions.items()):
        if name in FREE:
            limiter.exempt(view)
        elif name == TILES and settings.rate_limit:
            app.view_functions[name] = limiter.limit(_times(settings.rate_limit, TILES_TIMES))(view)  # type: ignore[assignment]
    for limit, scope, names in ((settings.report_limit, "reports", REPORTING), (settings.batch_limit, "batch", BATCH)):
        if limit:
            once_more = limiter.shared_limit(limit, scope=scope)
            for name in names:
                app.view_functions[name] = once_more(app.view_functions[name])  # type: ignore[assignment]
    _told(app, limiter)


def _told(app: Flask, limiter: Limiter) -> None:
    """Let every answer say what is left, and a refusal when to come again."""

    @app.after_request
    def say_when(response: Response) -> Response:
        limit = limiter.current_limit
        if limit is not None:
            response.headers["RateLimit-Limit"] = str(limit.limit.amount)
            response.headers["RateLimit-Remaining"] = str(max(0, limit.remaining))
            left = max(1, int(limit.reset_at - time.time()))
            response.headers["RateLimit-Reset"] = str(left)
            if response.status_code == 429:
                response.headers["Retry-After"] = str(left)
        return response


def _times(limit: str, times: int) -> str:
    """``600 per minute`` so many times."""
    amount, _, period = limit.partition(" ")
    return f"{int(amount) * times} {period}"
