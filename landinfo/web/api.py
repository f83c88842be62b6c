"""The JSON doors, and what a proxy asks. The answer's shape is decided in ``landinfo.present``."""

from __future__ import annotations

import json
from typing import Any

import orjson
from flask import Blueprint, Response, request

from landinfo.model import Busy
from landinfo.web.site import site

blueprint = Blueprint("api", __name__)

_STRICT = orjson.OPT_PASSTHROUGH_DATETIME | orjson.OPT_PASSTHROUGH_DATACLASS
"""A day, or a value of the model, is not plain: left to ``json``, which refuses it."""


def given() -> list[tuple[str, str]]:
    """The request's parameters in the order they came, repeated names kept; one that was left empty is not given."""
    return [(name, text.strip()) for name, text in request.args.items(multi=True) if text.strip()]


def as_json(body: Any, status: int = 200, mimetype: str = "application/json", in_order: bool = False) -> Response:
    """The only serialiser: names sorted, UTF-8 as it is, so that equal answers are equal bytes.

    ``in_order``: names as they stand in ``body``, where readers go by their order. NaN would be null: what presents
    a measure refuses it (``plain.finite``).
    """
    order = 0 if in_order else orjson.OPT_SORT_KEYS
    try:
        text = orjson.dumps(body, option=_STRICT | order | orjson.OPT_APPEND_NEWLINE)
    except orjson.JSONEncodeError:  # a number past 64 bits or of numpy, a name that is a number
        said = json.dumps(body, ensure_ascii=False, sort_keys=not in_order, separators=(",", ":"), allow_nan=False)
        text = f"{said}\n".encode("utf-8", "replace")  # half of a surrogate pair is no character
    return Response(text, status, mimetype=mimetype)


def root() -> str:
    """The service as the asker reached it: behind a trusted proxy, by the proxy's name."""
    return request.host_url.rstrip("/")


def is_held(tag: str) -> bool:
    """Whether the asker holds the answer of this ETag; one that travelled compressed has the way behind a colon."""
    return any(each.partition(":")[0] == tag for each in request.if_none_match.as_set(include_weak=True))


def unkept(response: Response) -> Response:
    """Nobody keeps it: a layer could not be read, or something was published while it was made."""
    response.headers["Cache-Control"] = "no-store"
    response.headers.pop("ETag", None)
    return response


def fresh(response: Response) -> Response:
    """Kept by a browser, but asked for again each time; an unchanged answer is 304."""
    response.headers["Cache-Control"] = "no-cache"
    response.add_etag()
    response.make_conditional(request)
    return response


@blueprint.get("/healthz")
def healthz() -> Response:
    return as_json({"status": "ok"})


@blueprint.get("/readyz")
def readyz() -> Response:
    """Store, editions and rules; 503 when one of them is missing."""
    here = site()
    here.store.ready()
    today = here.today()
    editions, rules = len(here.store.editions(today)), len(here.rulebook.rules)
    if not editions or not rules:
        raise Busy("not-ready", editions=editions, rules=rules)
    facts = here.store.facts()
    return as_json(
        {
            "status": "ready",
            "engine": here.store.engine,
            "schema_version": facts.schema_version,
            "simulated": facts.simulated,
            "editions": editions,
            "rules": rules,
            "price_lists": len(here.rulebook.price_lists),
            "rulebook": here.rulebook.edition,
            "today": today.isoformat(),
        }
    )
