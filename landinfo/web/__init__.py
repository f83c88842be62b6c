"""The web shell: one Flask application over one store and one rulebook, and the one table from error to status."""

from __future__ import annotations

import os
from collections.abc import Callable
from datetime import UTC, date, datetime
from typing import cast

from flask import Flask, Response, g, request
from werkzeug.exceptions import HTTPException

from landinfo import asked
from landinfo.model import Problem
from landinfo.store import Store, open_store, program
from landinfo.store.kept_tiles import KeptTiles
from landinfo.store.register import beside, open_register
from landinfo.store.rulebook import read_glossary, read_rulebook
from landinfo.web import (
    again,
    answers,
    api,
    assets,
    batch,
    compare,
    described,
    difference,
    error_reports,
    estimate,
    extract,
    ground,
    headers,
    keys,
    languages,
    later,
    limits,
    maps,
    ogc,
    opendata,
    origins,
    pages,
    question,
    search,
    streets,
    tiers,
    tiles,
)
from landinfo.web.headers import RETRY_AFTER
from landinfo.web.kept import KeptAnswers, KeptEditions
from landinfo.web.settings import Settings, from_environment
from landinfo.web.site import Site, site
from landinfo.web.watched import Watched

__all__ = ["Settings", "check", "create_app"]

_ALONE = ("/api", "/ogc", "/healthz", "/readyz")
HTTP_CODES = {
    400: "bad-request",
    403: "sent-from-elsewhere",
    404: "no-such-page",
    405: "method-not-allowed",
    413: "request-too-large",
    429: "too-many-requests",
}
"""Status of an error of HTTP itself → its sentence in data/texts; a ``Problem`` brings status and code with it."""


def check(settings: Settings) -> None:
    """Raise what ``create_app`` would of the places that ``settings`` name, and hold nothing open."""
    read_rulebook(settings.data)
    read_glossary(settings.data / "glossary.csv")
    tiers.read(settings)
    limits.check(settings)
    open_store(settings.store, pool=1).close()


def create_app(
    settings: Settings | None = None,
    *,
    today: Callable[[], date] | None = None,
    store: Store | None = None,
) -> Flask:
    """The application for ``settings`` (None: the environment's).

    ``today`` is the day of a question that names none (None: the day in Việt Nam); ``store`` takes the place of the one
    that ``settings`` names. Raises ``BadInput`` (a setting) and ``Refused`` (store or rule files cannot be used).
    """
    settings = settings or from_environment(os.environ)
    rulebook = read_rulebook(settings.data)
    program.fingerprint()  # of the files that run, and not of those that are put in their place later
    glossary = read_glossary(settings.data / "glossary.csv")
    held = cast(Store, Watched(store or open_store(settings.store, pool=settings.connections)))
    known = tiers.read(settings)
    app = Flask(__name__, static_folder=None)
    app.config.update(MAX_CONTENT_LENGTH=65536, TRAP_HTTP_EXCEPTIONS=False)
    clock = today or _day_in_vietnam
    where = ground.read(held, list(rulebook.themes), clock())
    register = open_register(settings.register or beside(settings.store))
    drawn = later.add(app, lambda: maps.draw(settings, where.box, rulebook))
    # A store that was handed over need not be the one that is named: only a folder that is named too may be its own.
    kept = tiles.kept(settings) if store is None or settings.tiles else KeptTiles(None, 0)
    parts = (
        settings,
        held,
        rulebook,
        clock,
        where,
        drawn,
        glossary,
        register,
        kept,
        ground.CommuneGround(),
        datetime.now(UTC),
        known,
        KeptAnswers(settings.answers_mb * 1_000_000),
        KeptEditions(held),
    )
    app.extensions["landinfo"] = Site(*parts)
    if kept.keeps:
        inner = cast(again.Application, app.wsgi_app)
        app.wsgi_app = again.AnsweredAgain(inner, app.extensions["landinfo"], settings)  # type: ignore[method-assign]
    headers.log_to_stderr()
    headers.register(app, settings)
    languages.register(app, rulebook.texts)
    pages.dress(app)
    for part in (
        answers,
        api,
        assets,
        batch,
        compare,
        described,
        difference,
        error_reports,
        estimate,
        extract,
        ogc,
        opendata,
        pages,
        search,
        streets,
        tiles,
    ):
        app.register_blueprint(part.blueprint)
    origins.register(app, settings)
    limits.register(app, settings, known)
    app.register_error_handler(Problem, _problem)
    app.register_error_handler(HTTPException, _http)
    app.register_error_handler(Exception, _fault)
    return app


def _day_in_vietnam() -> date:
    return datetime.now(UTC).astimezone(asked.VIETNAM).date()


class _Http(Problem):
    """An error of HTTP itself, or of ours, in the words of a ``Problem``."""

    def __init__(self, code: str, status: int, **params: str) -> None:
        super().__init__(code, **params)
        self.status = status


def _problem(wrong: Problem) -> Response:
    body = question.problem(wrong, api.given(), site()) | {"request_id": g.request_id}
    if request.path.startswith(headers.OF_PROGRAMS) or request.path in _ALONE:
        response = api.as_json(body, wrong.status, "application/problem+json")
    else:
        response = pages.problem(body)
    if wrong.status == 401:
        keys.asked_for(response)
    if wrong.status == 503:
        response.headers["Retry-After"] = str(RETRY_AFTER)
    response.headers["Cache-Control"] = "no-store"
    return response


def _http(wrong: HTTPException) -> Response:
    """404, 405 and the like keep their own headers (Allow, Location)."""
    theirs = wrong.get_response()
    status = theirs.status_code
    if status < 400:
        return Response(status=status, headers={"Location": theirs.headers["Location"]})
    code = HTTP_CODES.get(status, "bad-request" if status < 500 else "internal-fault")
    response = _problem(_Http(code, status, allow=theirs.headers.get("Allow", "–")))
    if "Allow" in theirs.headers:
        response.headers["Allow"] = theirs.headers["Allow"]
    return response


def _fault(wrong: Exception) -> Response:
    """A fault of ours: where it happened goes to the log, nothing of it to the asker."""
    headers.failed(wrong)
    return _problem(_Http("internal-fault", 500))
