"""The door for case files: ``POST /api/estimate`` takes a case as JSON and gives the estimate."""

from __future__ import annotations

from datetime import date

from flask import Blueprint, Response, request

from landinfo import asked, present_estimate
from landinfo.model import BadInput
from landinfo.web import api
from landinfo.web.site import site

blueprint = Blueprint("estimate", __name__)


@blueprint.post("/api/estimate")
def estimate() -> Response:
    """The answer to the case in the body; ``?known=DAY`` answers with what was known then."""
    here = site()
    try:
        text = request.get_data().decode("utf-8-sig")
    except UnicodeDecodeError as wrong:
        raise BadInput("case-file-not-json", "case", wrong="UTF-8") from wrong
    body = present_estimate.of_case(present_estimate.read_json(text), _known(here.today()), here.rulebook)
    response = api.as_json(body)
    response.headers["Cache-Control"] = "no-store"
    return response


@blueprint.get("/api/estimate/schema")
def schema() -> Response:
    """The JSON Schema of the case and of the answer."""
    text = (site().settings.data / "case.schema.json").read_text("utf-8")
    return Response(text, mimetype="application/schema+json")


def _known(today: date) -> date:
    given = api.given()
    for name, _ in given:
        if name != "known":
            raise BadInput("unknown-parameter", name[:60], known="known")
    if len(given) > 1:
        raise BadInput("given-twice", "known")
    return asked.read_day("known", given[0][1]) if given else today
