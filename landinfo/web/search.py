"""The one search box: its answers as JSON, what is suggested while somebody types, and its page without a script."""

from __future__ import annotations

from urllib.parse import parse_qsl, urlencode

from flask import Blueprint, Response, current_app, render_template, request
from flask.blueprints import BlueprintSetupState

from landinfo import asked_search, hits, present_search
from landinfo.asked_search import Search
from landinfo.hits import Found, Held
from landinfo.model import CannotBeAnswered
from landinfo.plain import Plain
from landinfo.search import communes, points, reading
from landinfo.web import api, later, pages, streets
from landinfo.web.question import Pairs
from landinfo.web.site import site
from landinfo.web.standing import standing

LARGEST, HEAD = 65536, 4096
"""Bytes of a form that is read, and of a larger one of which only the beginning is looked at."""
SUGGESTED = 8
_KEY = "landinfo.communes"

blueprint = Blueprint("search", __name__)


@blueprint.record
def _make(state: BlueprintSetupState) -> None:
    """The communes of the store by name, once for an application."""
    here = state.app.extensions["landinfo"]
    state.app.extensions[_KEY] = communes.gazetteer(*here.store.communes())
    later.add(state.app, lambda: points.ready(here.store.facts().crs))


def _given() -> list[tuple[str, str]]:
    """The parameters of the address, and of a form that was posted because a list is too long for one."""
    if (request.content_length or 0) > LARGEST:
        request.max_content_length = request.content_length
        head = request.stream.read(HEAD).decode("utf-8", "replace")
        typed = dict(parse_qsl(head)).get("q", "")
        raise reading.too_many() if reading.begins_a_list(typed) else reading.too_long()
    return [*api.given(), *request.form.items(multi=True)]


def _found(given: Pairs) -> tuple[Search, Found, Plain]:
    here = site()
    crs = here.store.facts().crs
    asked = asked_search.read(given, here.today())
    named = current_app.extensions[_KEY]
    held = Held(here.store, named, streets.near(asked.query.on))
    read = reading.read(asked.typed, asked.query.on, crs, named)
    found = hits.search(read, asked.query, held)
    return asked, found, present_search.found(found, asked, _kept(given), crs, here.rulebook)


def _kept(given: Pairs) -> Pairs:
    return [pair for pair in given if pair[0] in ("on", "known") and pair[1]]


@blueprint.route("/api/search", methods=["GET", "POST"])
def search_json() -> Response:
    def answer() -> Response:
        return api.as_json(_found(_given())[2])

    return standing(answer) if request.method != "POST" else api.fresh(answer())


@blueprint.get("/api/suggest")
def suggest() -> Response:
    """Half a coordinate lies nowhere yet: what cannot be answered is told and no refusal here."""
    return standing(_suggested)


def _suggested() -> Response:
    given = [pair for pair in api.given() if pair[0] != "limit"]
    try:
        body = present_search.suggested(_found([*given, ("limit", str(SUGGESTED))])[2])
    except CannotBeAnswered as wrong:
        body = present_search.not_yet(wrong, dict(given).get("q", ""), site().rulebook)
    return api.as_json(body)


@blueprint.route("/search", methods=["GET", "POST"])
def search_page() -> Response:
    """One hit that is certain leads to its own page; without a question, what can be asked."""
    pages.asked_pairs()
    given = [pair for pair in _given() if pair[0] != "lang"]
    if "q" not in request.args and "q" not in request.form:
        return pages.html(render_template("search.html", found=None))
    _, what, found = _found(given)
    if what.certain and found["results"][0]["href"]:
        return Response(status=303, headers={"Location": pages.link(found["results"][0]["href"])})
    more = urlencode([*((n, v) for n, v in given if n != "limit"), ("limit", str(asked_search.MOST_HITS))])
    return pages.html(render_template("search.html", found=found, more=f"/search?{more}"))
