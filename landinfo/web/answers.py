"""The JSON doors of an answer: a parcel by its number, the one at a point, and a window of the map."""

from __future__ import annotations

from flask import Blueprint, Response

from landinfo.web import api, formats, question
from landinfo.web.site import site
from landinfo.web.standing import standing

blueprint = Blueprint("answers", __name__)


@blueprint.get("/api/parcels/<commune>/<sheet>/<number>")
def parcel(commune: str, sheet: str, number: str) -> Response:
    form, rest = formats.wanted(api.given())
    return _varies(
        standing(lambda: formats.answered(question.parcel(commune, sheet, number, rest, site()), form), form)
    )


@blueprint.get("/api/at")
def at() -> Response:
    form, rest = formats.wanted(api.given())
    return _varies(standing(lambda: formats.answered(question.at(rest, site()), form), form))


@blueprint.get("/api/view")
def view() -> Response:
    return standing(lambda: api.as_json(question.view(api.given(), site())))


def _varies(response: Response) -> Response:
    response.vary.add("Accept")
    return response
