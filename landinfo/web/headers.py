"""What goes around every answer: a request id, one log line, and the headers that keep a page to itself."""

from __future__ import annotations

import logging
import re
import secrets
import time
import traceback
from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from flask import Flask, Response, g, request
from flask_compress import Compress
from werkzeug.middleware.proxy_fix import ProxyFix

from landinfo.web.settings import Settings

if TYPE_CHECKING:
    from wsgiref.types import StartResponse, WSGIApplication, WSGIEnvironment

log = logging.getLogger("landinfo.web")
RETRY_AFTER = 2
"""Seconds after which a busy store or register may be asked again."""
_ID = re.compile(r"[A-Za-z0-9._-]{8,64}", re.ASCII)
_GEOGRAPHIC = (
    "application/schema+json",
    "application/geo+json",
    "application/vnd.oai.openapi+json",
    "application/vnd.mapbox-vector-tile",
)
OF_PROGRAMS = ("/api/", "/tiles/", "/ogc/")
"""What programs ask: errors as problem+json, and pages of other sites may read it."""
EXPOSED = (
    "X-Request-ID, ETag, Retry-After, Content-Crs, Location, RateLimit-Limit, RateLimit-Remaining, RateLimit-Reset, "
    "RateLimit-Policy"
)
"""What a page of another site may read of an answer's headers."""
_METHODS = {"GET", "HEAD", "OPTIONS", "POST", "PUT", "PATCH", "DELETE"}


def policy(settings: Settings) -> str:
    """The Content-Security-Policy: this host alone, and the basemap's for pictures where the operator set one."""
    images = " ".join(["'self'", *(["data:"] if settings.basemap else []), settings.basemap_source]).strip()
    return (
        f"default-src 'self'; img-src {images}; object-src 'none'; base-uri 'none'; form-action 'self'; "
        "frame-ancestors 'none'"
    )


def register(app: Flask, settings: Settings) -> None:
    """Put the request id, the headers and the log line around every request of ``app``."""
    fixed = [
        ("Content-Security-Policy", policy(settings)),
        ("X-Content-Type-Options", "nosniff"),
        ("Referrer-Policy", "same-origin"),  # "no-referrer" would hide from us, too, that a form is our own (origins)
        ("X-Frame-Options", "DENY"),
        ("Permissions-Policy", "camera=(), geolocation=(self), microphone=(), payment=(), usb=()"),
        ("Cross-Origin-Opener-Policy", "same-origin"),
    ]
    app.wsgi_app = _Always(app.wsgi_app, fixed)  # type: ignore[method-assign]
    if settings.trusted_proxies:
        hops = settings.trusted_proxies
        app.wsgi_app = ProxyFix(app.wsgi_app, x_for=hops, x_proto=hops, x_host=hops)  # type: ignore[method-assign]

    _compressed(app)

    @app.before_request
    def begin() -> None:
        g.began = time.perf_counter()
        g.request_id = request_id(request.headers.get("X-Request-ID", ""), settings)

    @app.after_request
    def finish(response: Response) -> Response:
        response.headers["X-Request-ID"] = g.request_id
        if request.method == "OPTIONS" and request.path.startswith(OF_PROGRAMS):
            response.headers["Access-Control-Allow-Methods"] = "GET, HEAD, OPTIONS"
            response.headers["Access-Control-Allow-Headers"] = "X-API-Key, Authorization, If-None-Match"
            response.headers["Access-Control-Max-Age"] = "86400"
        _line(response.status_code)
        return response


def request_id(sent: str, settings: Settings) -> str:
    """The id that a trusted proxy gave to a request, or a new one."""
    return sent if settings.trusted_proxies and _ID.fullmatch(sent) else secrets.token_hex(8)


class _Always:
    """Puts on every answer what all have, as it leaves: these are known to be well formed.

    Set one by one through the framework they cost a tenth of an unchanged answer (304).
    """

    def __init__(self, inner: WSGIApplication, fixed: list[tuple[str, str]]) -> None:
        self._inner, self._fixed = inner, fixed
        shared = [("Access-Control-Allow-Origin", "*"), ("Access-Control-Expose-Headers", EXPOSED)]
        self._of_programs = fixed + shared

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        more = self._of_programs if environ.get("PATH_INFO", "").startswith(OF_PROGRAMS) else self._fixed

        def start(status: str, given: list[tuple[str, str]], *wrong: Any) -> Any:
            return start_response(status, given + more, *wrong)

        return self._inner(environ, start)


def _compressed(app: Flask) -> None:
    """Answers travel compressed to those who can read it; an ETag then names the answer as it travelled."""
    kinds = (
        "text/html",
        "text/css",
        "text/javascript",
        "image/svg+xml",
        "application/json",
        "application/problem+json",
    )
    app.config["COMPRESS_MIMETYPES"] = [*kinds, *_GEOGRAPHIC]
    Compress(app)


def _line(status: int) -> None:
    """The route's pattern stands in the log, never the path or the query: those are a citizen's question."""
    route = request.url_rule.rule if request.url_rule else "-"
    method = request.method if request.method in _METHODS else "OTHER"
    line(g.request_id, method, route, status, g.began)


def line(name: str, method: str, route: str, status: int, begun: float) -> None:
    """The log's line of an answer; ``begun`` by ``time.perf_counter``."""
    spent = (time.perf_counter() - begun) * 1000
    log.info("id=%s method=%s route=%s status=%d ms=%.1f", name, method, route, status, spent)


def failed(wrong: BaseException) -> None:
    """Log where a fault happened without its message, which may hold what was asked."""
    frames = traceback.extract_tb(wrong.__traceback__)
    where = " < ".join(f"{frame.filename.rpartition('/')[2]}:{frame.lineno} {frame.name}" for frame in reversed(frames))
    log.error("id=%s fault=%s at=%s", g.request_id, type(wrong).__name__, where)


def log_to_stderr() -> None:
    """One handler for our lines, unless the server that runs us has set its own."""
    if not log.handlers and not logging.getLogger().handlers:
        handler = logging.StreamHandler()
        handler.setFormatter(logging.Formatter("%(asctime)s %(levelname)s %(message)s"))
        log.addHandler(handler)
        # The line names neither thread, process nor file: not looked up for each (logging HOWTO, "Optimization").
        logging.logThreads = logging.logProcesses = logging.logMultiprocessing = False
        logging._srcfile = None
    log.setLevel(logging.INFO)
