"""Whose page sent this: what is kept here is not written because another site's page said so (CSRF).

A browser tells with ``Sec-Fetch-Site`` (every current one, over TLS or at this machine) or, where it does not, with
``Origin``. Who sends neither is no browser that could be led, and is let through: ``curl``, a program of an office.
"""

from __future__ import annotations

from urllib.parse import urlsplit

from flask import Flask, request
from werkzeug.exceptions import Forbidden

from landinfo.web.settings import Settings

READING = frozenset(
    {
        "estimate.estimate", "extract.file_as_json", "extract.file_as_page",
        "search.search_json", "search.search_page",
    }
)  # fmt: skip
"""What is asked by POST because it is long, and keeps nothing: other pages may ask it, as they may by GET."""
ISSUING = frozenset({"extract.pdf", "extract.xlsx"})
"""What keeps its code when it is got. A link on another page may lead here; a picture or a frame of one may not."""
_SAFE = frozenset({"GET", "HEAD", "OPTIONS"})


def register(app: Flask, settings: Settings) -> None:
    """Refuse with 403, before anything is counted or read, what another site's page wants to be kept."""
    public = urlsplit(settings.address).netloc

    @app.before_request
    def refuse() -> None:
        if _changes() and not _ours(public):
            raise Forbidden


def _changes() -> bool:
    if request.method in _SAFE:
        # "navigate" alone is a frame's too; "document" is what stands in the address bar.
        followed = request.headers.get("Sec-Fetch-Dest", "document") == "document"
        return request.endpoint in ISSUING and request.method == "GET" and not followed
    return request.endpoint is not None and request.endpoint not in READING


def _ours(public: str) -> bool:
    """Did a page of this service send it, the reader by hand, or no browser?

    ``same-site`` is not enough: a neighbour under the same domain is somebody else.
    """
    sent = request.headers.get("Sec-Fetch-Site")
    if sent is not None:
        return sent in ("same-origin", "none")
    origin = request.headers.get("Origin")
    # Behind a proxy that does not hand the Host on, the service is known by its own address.
    return origin is None or urlsplit(origin).netloc in {request.host, public} - {""}
