"""The doors that say why two answers about one parcel differ."""

from __future__ import annotations

from flask import Blueprint, Response, render_template

from landinfo import asked, lookup, present, present_difference, search
from landinfo.difference import difference
from landinfo.lookup import Several
from landinfo.plain import Plain
from landinfo.web import api, pages
from landinfo.web.question import Pairs
from landinfo.web.site import site
from landinfo.web.standing import standing

blueprint = Blueprint("difference", __name__)


def _differs(written: str, given: Pairs) -> Plain | Several:
    here = site()
    query, other = asked.read_two(given, here.today())
    found = lookup.both(search.parse_parcel(written), query, other, here.store, here.rulebook)
    if isinstance(found, Several):
        return found
    return present_difference.difference(difference(*found, here.rulebook.rules), here.rulebook)


@blueprint.get("/api/difference/<commune>/<sheet>/<number>")
def as_json(commune: str, sheet: str, number: str) -> Response:
    return standing(lambda: _as_json(_differs(f"{commune}/{sheet}/{number}", api.given())))


def _as_json(found: Plain | Several) -> Response:
    if isinstance(found, Several):
        return api.as_json(present.several(found, site().rulebook), 300)
    return api.as_json(found)


@blueprint.get("/difference/<commune>/<sheet>/<number>")
def as_page(commune: str, sheet: str, number: str) -> Response:
    found = _differs(f"{commune}/{sheet}/{number}", pages.asked_pairs())
    if isinstance(found, Several):
        return pages.answered(found, "page.html")
    return pages.html(render_template("difference.html", shown=found))
