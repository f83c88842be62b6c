"""The API's description: as OpenAPI 3.1 for programs, and shown by Swagger UI, which stands on this host."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping

from flask import Blueprint, Flask, Response, current_app, render_template

from landinfo import asked
from landinfo.plain import Plain
from landinfo.web import api, pages
from landinfo.web.site import site
from landinfo.web.standing import standing
from landinfo.web.tiers import ANONYMOUS

_KEY = "landinfo.description"

blueprint = Blueprint("described", __name__)


@blueprint.get("/api/openapi.json")
def document() -> Response:
    asked.single(api.given(), ())
    # Generators of clients take the first form of an answer, which is JSON.
    return standing(lambda: api.as_json(made(), mimetype="application/vnd.oai.openapi+json", in_order=True))


@blueprint.get("/docs")
def as_page() -> Response:
    """Every door in words, without a script."""
    from landinfo import present_api

    asked.single(pages.asked_pairs(), ())
    tiers = [each for each in site().keys.tiers.values() if each.name == ANONYMOUS or site().keys.held]
    return pages.html(render_template("docs.html", doors=present_api.told(paths(current_app)), tiers=tiers))


@blueprint.get("/docs/try")
def to_try() -> Response:
    asked.single(pages.asked_pairs(), ())
    return pages.html(render_template("docs_try.html"))


def made() -> Plain:
    """Once for an application: pydantic and the types are imported only where somebody asks."""
    held = current_app.extensions
    if _KEY not in held:
        from landinfo import present_api
        from landinfo.contract.doors import DOORS

        here, folder = site(), site().settings.data
        case, example = (
            json.loads((folder / f"case.{name}.json").read_text("utf-8")) for name in ("schema", "example")
        )
        held[_KEY] = present_api.document(DOORS, paths(current_app), case, example, here.rulebook)
    made: Plain = held[_KEY]
    return made


def paths(app: Flask) -> Mapping[str, str]:
    """By endpoint its address with ``{name}`` for what stands in it."""
    return {rule.endpoint: re.sub(r"<(?:\w+:)?(\w+)>", r"{\1}", rule.rule) for rule in app.url_map.iter_rules()}
