"""OGC API – Features at ``/ogc/``: the five operations that read, and the schema of what can be filtered.

Written here and not by pygeoapi: README, "In GIS programs", says why.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from typing import Any

from flask import Blueprint, Response, request

from landinfo import asked_features, collection, present_features, present_openapi
from landinfo.collection import COMMUNES, PARCELS, Collection
from landinfo.hits import features
from landinfo.hits.features import Found, Wanted
from landinfo.model import Edition, NotHere
from landinfo.present_features import GEOJSON, OPENAPI, SCHEMA
from landinfo.web import api, question, tiles
from landinfo.web.site import Site, site

_FORM = 1
"""How features are written; one more whenever that changes, so that no answer of before counts as unchanged."""

blueprint = Blueprint("ogc", __name__, url_prefix="/ogc")


@blueprint.get("/")
def landing() -> Response:
    asked_features.read_document(api.given())
    return api.fresh(api.as_json(present_features.landing(api.root(), site().rulebook)))


@blueprint.get("/conformance")
def conformance() -> Response:
    asked_features.read_document(api.given())
    return api.fresh(api.as_json(present_features.conformance()))


@blueprint.get("/api")
def description() -> Response:
    asked_features.read_document(api.given())
    here = site()
    held = collection.collections(here.rulebook).values()
    body = present_openapi.document(api.root(), here.store.facts().crs, held, here.rulebook)
    return api.fresh(api.as_json(body, mimetype=OPENAPI))


@blueprint.get("/collections")
def collections() -> Response:
    asked_features.read_document(api.given())
    here = site()
    editions = here.store.editions(here.today())
    all_of = [_described(one, editions, here) for one in collection.collections(here.rulebook).values()]
    return api.fresh(api.as_json(present_features.collections(all_of, api.root(), here.store.facts().crs)))


@blueprint.get("/collections/<name>")
def one(name: str) -> Response:
    asked_features.read_document(api.given())
    here = site()
    return api.fresh(api.as_json(_described(_named(name, here), here.store.editions(here.today()), here)))


@blueprint.get("/collections/<name>/queryables")
def queryables(name: str) -> Response:
    asked_features.read_document(api.given())
    here = site()
    body = present_features.queryables(_named(name, here), api.root(), here.rulebook)
    return api.fresh(api.as_json(body, mimetype=SCHEMA))


@blueprint.get("/collections/<name>/items")
def items(name: str) -> Response:
    """A page of features: ``bbox``, ``datetime``, ``known``, ``filter``, ``limit``; it goes on by its link ``next``."""
    here = site()
    of = _named(name, here)
    given = question.few(api.given())
    wanted = asked_features.read(given, of.types, here.store.facts().crs, here.today())
    mark = here.store.mark()
    tag = _tag(of, wanted, here)
    if api.is_held(tag):
        return _tagged(Response(status=304), tag, wanted)
    found = _found(of, wanted, here)
    body = present_features.page(found, wanted, of, api.root(), dict(given))
    if not found.rows and found.after is None and not wanted.after:
        body["held"] = of.id == COMMUNES or features.is_held(here.store, of.id, wanted)
    response = _tagged(api.as_json(body, mimetype=GEOJSON), tag, wanted)
    return response if here.store.mark() == mark else api.unkept(response)


@blueprint.get("/collections/<name>/items/<key>")
def item(name: str, key: str) -> Response:
    """One feature by its id, on a day."""
    here = site()
    of = _named(name, here)
    missing = NotHere("no-such-feature", "featureId", feature=key[:80], collection=of.id)
    try:
        parts, first = collection.read_key(key, {PARCELS: 3, COMMUNES: 1}.get(of.id, 2))
    except ValueError as wrong:
        raise missing from wrong
    wanted = asked_features.read_item(question.few(api.given()), first, here.store.facts().crs, here.today())
    mark = here.store.mark()
    row = _row(of, parts, wanted, here)
    if row is None or (first and row.effective_from != first):
        raise missing
    tag = _tag(of, wanted, here)
    if api.is_held(tag):
        return _tagged(Response(status=304), tag, wanted)
    shape = wanted.frame.of(row.shape) if of.shaped else None
    properties = _reader(wanted, here)(row)
    body = present_features.item(row, properties, shape, wanted, of, api.root(), first is not None)
    response = _tagged(api.as_json(body, mimetype=GEOJSON), tag, wanted)
    return response if here.store.mark() == mark else api.unkept(response)


def _named(name: str, here: Site) -> Collection:
    held = collection.collections(here.rulebook)
    if name not in held:
        raise NotHere("no-such-collection", "collectionId", collection=name[:60], known=", ".join(held))
    return held[name]


def _described(of: Collection, editions: Sequence[Edition], here: Site) -> dict[str, Any]:
    store, first = here.store.facts().crs, present_features.first_day(editions, of.id)
    if of.id == COMMUNES:
        first = min((c.effective_from for c in here.store.communes()[0]), default=None)
    return present_features.collection(of, api.root(), store, here.ground.whole, first, of.id != collection.ZONES)


def _found(of: Collection, wanted: Wanted, here: Site) -> Found:
    read = _reader(wanted, here)
    if of.id == COMMUNES:
        return features.communes(here.store.communes()[0], wanted, read)
    return features.page(here.store, of.id, wanted, read)


def _row(of: Collection, parts: list[str], wanted: Wanted, here: Site) -> Any:
    if of.id == COMMUNES:
        found = features.communes(here.store.communes()[0], wanted, lambda row: {}).rows
        return next((row for row, _, _ in found if row.series == parts[0]), None)
    if of.id == PARCELS:
        try:
            ref = collection.read_ref(parts)
        except ValueError:
            return None
        return features.parcel(here.store, ref, wanted.days, wanted.known)
    return next(iter(here.store.named(of.id, parts[0], parts[1], wanted.days, wanted.known)), None)


def _reader(wanted: Wanted, here: Site) -> Any:
    simulated = {e.id: e.simulated for e in here.store.editions(wanted.known)}
    return collection.reader(here.rulebook, simulated)


def _tag(of: Collection, wanted: Wanted, here: Site) -> str:
    """What the answer hangs on: what is published of the layer, as known; the question; the rules' names of codes."""
    version = tiles.versions([of.id], wanted.known, here.store)[of.id]
    asked = request.full_path, api.root(), wanted.days, wanted.known, here.rulebook.edition, _FORM
    return hashlib.sha256(repr((version, asked)).encode()).hexdigest()[:24]


def _tagged(response: Response, tag: str, wanted: Wanted) -> Response:
    response.set_etag(tag)
    response.headers["Cache-Control"] = "no-cache"
    response.headers["Content-Crs"] = f"<{wanted.frame.uri}>"
    return response
