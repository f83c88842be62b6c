"""A tile that this process answered before is answered again in front of Flask, in a tenth of the time.

What an answer depends on is all in its key and in what it stands on: the address, how it may be compressed, what the
asker holds, what is published, and the day where the address names none. It is counted as every other, and logged.
Who sends a key, or asks by another method than GET, is answered by Flask.
"""

from __future__ import annotations

import hashlib
import time
from collections.abc import Callable, Iterable
from typing import Any

from landinfo.model import Busy
from landinfo.web import headers, limits
from landinfo.web.kept import AnsweredTile, KeptTileAnswers
from landinfo.web.settings import Settings
from landinfo.web.site import Site

ROUTE = "/tiles/<layer>/<int:z>/<int:x>/<int:y>"
_OF_FLASK = ("HTTP_X_API_KEY", "HTTP_AUTHORIZATION")
_OWN = ("x-request-id", "ratelimit-")
"""Headers that are each answer's own."""
LONGEST = 1_000
"""Characters of what is asked; what is longer is answered by Flask, so that nobody fills the memory with headers."""
Application = Callable[[dict[str, Any], Callable[..., Any]], Iterable[bytes]]


class AnsweredAgain:
    """Stands before ``inner`` (WSGI), which answers what was not answered before."""

    def __init__(self, inner: Application, site: Site, settings: Settings) -> None:
        self._inner, self._site, self._settings = inner, site, settings
        self._held = KeptTileAnswers()

    def __call__(self, environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        begun, key = time.perf_counter(), _key(environ)
        stands = self._stands() if key else None
        if key is None or stands is None:
            return self._inner(environ, start_response)
        held = self._held.get(key)
        if held is None or held.stands != stands:
            return self._first(key, stands, environ, start_response)
        told = limits.again(held.counted, environ.get("REMOTE_ADDR")) if held.counted else []
        if told is None:
            return self._inner(environ, start_response)
        name = headers.request_id(environ.get("HTTP_X_REQUEST_ID", ""), self._settings)
        start_response(held.status, [*held.headers, ("X-Request-ID", name), *told])
        headers.line(name, "GET", ROUTE, int(held.status[:3]), begun)
        return [held.body]

    def _stands(self) -> tuple[str, str] | None:
        try:
            mark = hashlib.blake2b(self._site.store.mark().encode(), digest_size=16).hexdigest()
            return mark, self._site.today().isoformat()
        except Busy:
            return None

    def _first(
        self, key: tuple[str, ...], stands: tuple[str, str], environ: dict[str, Any], start_response: Callable[..., Any]
    ) -> Iterable[bytes]:
        """Answered by Flask, and kept where nothing was published meanwhile."""
        told: list[tuple[str, list[tuple[str, str]]]] = []

        def start(status: str, given: list[tuple[str, str]], *more: Any) -> Any:
            told.append((status, given))
            return start_response(status, given, *more)

        found = self._inner(environ, start)
        body = b"".join(found)
        if close := getattr(found, "close", None):
            close()
        status, given = told[-1]
        if status[:3] in ("200", "304") and stands == self._stands():
            fixed = [(name, value) for name, value in given if not name.lower().startswith(_OWN)]
            self._held.keep(key, AnsweredTile(stands, status, fixed, body, environ.get(limits.COUNTED)))
        return [body]


def _key(environ: dict[str, Any]) -> tuple[str, ...] | None:
    """None: not a tile, or nothing to be answered here."""
    path = environ["PATH_INFO"]
    if not path.startswith("/tiles/") or environ["REQUEST_METHOD"] != "GET" or path.endswith(".json"):
        return None
    if any(name in environ for name in _OF_FLASK):
        return None
    asked = ("HTTP_ACCEPT_ENCODING", "HTTP_IF_NONE_MATCH")
    key = path, environ.get("QUERY_STRING", ""), *(environ.get(name, "") for name in asked)
    return key if sum(map(len, key)) <= LONGEST else None
