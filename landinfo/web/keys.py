"""Who asks: somebody without a key, with one, or of the staff; and the refusal of a key that is not valid."""

from __future__ import annotations

import hashlib

from flask import Flask, Response, g, request

from landinfo.model import Problem
from landinfo.web.headers import OF_PROGRAMS
from landinfo.web.site import site
from landinfo.web.tiers import ANONYMOUS, Tier


class UnknownKey(Problem):
    status = 401


def tier() -> Tier:
    """Of who asks now."""
    found = _found()
    return site().keys.tiers[found[1] if found else ANONYMOUS]


def asker() -> str:
    """What is counted: the key, or the address of who has none that is valid."""
    found = _found()
    return f"key {found[0]}" if found else request.remote_addr or "127.0.0.1"


def _found() -> tuple[str, str] | None:
    """The digest and the tier of the key that was sent, where it is valid."""
    if "key" not in g:
        g.key = None
        if sent := _sent():
            digest = hashlib.sha256(sent.encode("utf-8", "surrogateescape")).hexdigest()
            held = site().keys.held.get(digest)
            if held and (held.until is None or site().today() < held.until):
                g.key = digest, held.tier
    found: tuple[str, str] | None = g.key
    return found


def _sent() -> str:
    """Another scheme of Authorization than Bearer is a proxy's own affair."""
    scheme, _, token = request.headers.get("Authorization", "").partition(" ")
    return (request.headers.get("X-API-Key") or (token if scheme.lower() == "bearer" else "")).strip()


def register(app: Flask) -> None:
    """Refuse a key that is not valid, rather than count it as none: who sends one believes to have it.

    After the count, so that keys cannot be tried without end.
    """

    @app.before_request
    def refuse() -> None:
        if request.path.startswith(OF_PROGRAMS) and _sent() and _found() is None:
            raise UnknownKey("key-unknown", "X-API-Key")


def asked_for(response: Response) -> Response:
    response.headers["WWW-Authenticate"] = 'Bearer realm="landinfo"'
    return response
