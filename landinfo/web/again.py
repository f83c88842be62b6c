"""A tile that this process answered before is answered again in front of Flask, in a tenth of the time.

What an answer depends on is all in its key and in what it stands on: the address, how it may be compressed, what is
published, and the day where the address names none. Who holds it already is told so by its ETag, so that what askers
say they hold takes no room. It is counted as every other, and logged. Who sends a key, or asks by another method than
GET, is answered by Flask.
"""

from __future__ import annotations

import hashlib
import time
from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from typing import Any

from werkzeug.http import is_resource_modified, parse_etags, remove_entity_headers

from landinfo.model import Busy
from landinfo.web import headers, limits
from landinfo.web.kept import AnsweredTile, KeptTileAnswers
from landinfo.web.settings import Settings
from landinfo.web.site import Site

ROUTE = "/tiles/<layer>/<int:z>/<int:x>/<int:y>"
_OF_FLASK = ("HTTP_X_API_KEY", "HTTP_AUTHORIZATION")
HOLDS = "HTTP_IF_NONE_MATCH"
_OWN = ("x-request-id", "ratelimit-", "date")
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
        held = self._held.get(key, stands)
        if held is None:
            holds = parse_etags(environ.get(HOLDS)).as_set(include_weak=True)
            # unchanged: by one tag alone, which then is the answer's own; of those there are few
            unchanged = (*key, *holds) if len(holds) == 1 else None
            held = self._held.get(unchanged, stands) if unchanged else None
            if held is None:
                return self._first({"200": key, "304": unchanged}, stands, environ, start_response)
        held = _compared(held, environ)
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
        self,
        keys: Mapping[str, tuple[str, ...] | None],
        stands: tuple[str, str],
        environ: dict[str, Any],
        start_response: Callable[..., Any],
    ) -> Iterable[bytes]:
        """Answered by Flask, and kept by the key of its status where nothing was published meanwhile."""
        told: list[tuple[str, list[tuple[str, str]]]] = []

        def start(status: str, given: list[tuple[str, str]], *more: Any) -> Any:
            told.append((status, given))
            return start_response(status, given, *more)

        found = self._inner(environ, start)
        body = b"".join(found)
        if close := getattr(found, "close", None):
            close()
        status, given = told[-1]
        key = keys.get(status[:3])
        if key and stands == self._stands():
            fixed = [(name, value) for name, value in given if not name.lower().startswith(_OWN)]
            self._held.keep(key, AnsweredTile(stands, status, fixed, body, environ.get(limits.COUNTED)))
        return [body]


def _compared(held: AnsweredTile, environ: dict[str, Any]) -> AnsweredTile:
    """The answer itself, or that it is unchanged (RFC 9110, 13.1.2)."""
    tag = next((value for name, value in held.headers if name == "ETag"), None)
    if held.status[:3] != "200" or is_resource_modified(environ, etag=tag):
        return held
    fixed = list(held.headers)
    remove_entity_headers(fixed)
    return replace(held, status="304 NOT MODIFIED", headers=fixed, body=b"")


def _key(environ: dict[str, Any]) -> tuple[str, ...] | None:
    """None: not a tile, or nothing to be answered here."""
    path = environ["PATH_INFO"]
    if not path.startswith("/tiles/") or environ["REQUEST_METHOD"] != "GET" or path.endswith(".json"):
        return None
    if any(name in environ for name in _OF_FLASK):
        return None
    key = path, environ.get("QUERY_STRING", ""), environ.get("HTTP_ACCEPT_ENCODING", "")
    return key if sum(map(len, key)) + len(environ.get(HOLDS, "")) <= LONGEST else None
