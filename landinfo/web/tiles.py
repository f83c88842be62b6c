"""The map's tiles: ``/tiles/<layer>/<z>/<x>/<y>``, kept by the browser and, on the embedded engine, on the disk."""

from __future__ import annotations

import hashlib
from collections.abc import Hashable, Iterable, Sequence
from datetime import date
from functools import lru_cache
from pathlib import Path
from typing import cast

from flask import Blueprint, Response

from landinfo import asked, collection, grid, present_tiles, squares
from landinfo.collection import COMMUNES, PARCELS
from landinfo.model import Edition, NotHere, Rulebook
from landinfo.store import Store, is_postgis, mvt
from landinfo.store.kept_tiles import KeptTiles
from landinfo.web import api, question
from landinfo.web.maps import COMMUNES_LAST, PARCELS_LAST, THEMES_LAST
from landinfo.web.settings import Settings
from landinfo.web.site import Site, site

MIMETYPE = "application/vnd.mapbox-vector-tile"
NOT_KEPT = "none"
"""The setting that switches the folder of tiles off."""
_FORM = 4
"""What a tile holds and how it is drawn; one more whenever that changes, so that none of before is shown."""
_OF = {COMMUNES: PARCELS}
"""What a layer is made from, where it is no layer of the store."""
_FOREVER = "public, max-age=31536000, immutable"

blueprint = Blueprint("tiles", __name__)


@blueprint.get("/tiles/<layer>/<int:z>/<int:x>/<int:y>")
def tile(layer: str, z: int, x: int, y: int) -> Response:
    """Parcels or a theme on ``on`` as ``known``; ``v`` (``versions``) lets a browser keep it without asking again."""
    here = site()
    first = _first_zoom(layer, here.rulebook)
    if not grid.is_tile(z, x, y):
        raise NotHere("no-such-tile", "z/x/y", z=z, x=x, y=y, last=grid.LAST_ZOOM)
    given = asked.single(question.few(api.given()), ("on", "known", "v"))
    query = asked.read_query([(n, given[n]) for n in ("on", "known") if n in given], here.today())
    mark = here.store.mark()
    held = versions([layer], query.known, here.store, mark)[layer]
    key = f"{held}/{layer}/{z}/{x}/{y}/{query.on}"
    name = hashlib.sha256(key.encode()).hexdigest()[:24]
    keeping = _FOREVER if given.get("v") == held and "on" in given else "no-cache"
    if api.is_held(name):
        return _kept_by(Response(b"", 304), name, keeping)
    before = b"" if z < first else here.tiles.get(key)
    found = _drawn(held, (layer, z, x, y), query.on, query.known, mark, here) if before is None else before
    response = Response(found)
    # What was published while it was drawn may be in it already.
    if here.store.mark() != mark:
        return api.unkept(_kept_by(response, name, keeping))
    if before is None:
        here.tiles.put(key, found)
    return _kept_by(response, name, keeping)


def _kept_by(response: Response, name: str, keeping: str) -> Response:
    response.mimetype = MIMETYPE
    response.set_etag(name)
    response.headers["Cache-Control"] = keeping
    return response


@blueprint.get("/tiles/<layer>.json")
def described(layer: str) -> Response:
    """TileJSON 3.0 of a layer on ``on`` as ``known``, for QGIS and MapLibre; without days that of today."""
    here = site()
    first = _first_zoom(layer, here.rulebook)
    given = asked.single(question.few(api.given()), ("on", "known"))
    asked.read_query(list(given.items()), here.today())
    zooms = {"minzoom": first, "maxzoom": {COMMUNES: COMMUNES_LAST, PARCELS: PARCELS_LAST}.get(layer, THEMES_LAST)}
    about = present_tiles.about(collection.collections(here.rulebook)[layer], here.ground.whole) | zooms
    return api.fresh(api.as_json(present_tiles.tilejson(layer, api.root(), given, about)))


def versions(layers: Iterable[str], known: date, store: Store, mark: str = "") -> dict[str, str]:
    """By layer twelve hex digits that change whenever something is published or withdrawn in it, as known on a day.

    ``mark``: the store's, where it was read already.
    """
    wanted = tuple(layers)
    try:
        return _versions(wanted, known, cast(Hashable, store), mark or store.mark())
    except _Changed:
        return _spoken(wanted, store.editions(known), store)


class _Changed(Exception):
    """Something was published while it was read."""


@lru_cache(maxsize=64)
def _versions(layers: tuple[str, ...], known: date, of: Hashable, mark: str) -> dict[str, str]:
    store = cast(Store, of)
    held = store.editions(known)
    if store.mark() != mark:
        raise _Changed
    return _spoken(layers, held, store)


def _spoken(layers: tuple[str, ...], held: Sequence[Edition], store: Store) -> dict[str, str]:
    spoken = {
        layer: [
            (e.id, e.content_hash, e.effective_from, e.effective_to) for e in held if e.layer == _OF.get(layer, layer)
        ]
        for layer in layers
    }
    form = _FORM, store.facts().crs
    return {name: hashlib.sha256(repr((form, each)).encode()).hexdigest()[:12] for name, each in spoken.items()}


def kept(settings: Settings) -> KeptTiles:
    """Where tiles are kept: the folder of the setting, or beside a GeoPackage; PostGIS draws them each time."""
    folder = Path(settings.tiles) if settings.tiles else Path(settings.store).with_suffix(".tiles")
    nowhere = settings.tiles == NOT_KEPT or not settings.tiles_mb or (not settings.tiles and is_postgis(settings.store))
    return KeptTiles(None if nowhere else folder, settings.tiles_mb * 1_000_000)


def _drawn(version: str, where: tuple[str, int, int, int], on: date, known: date, mark: str, here: Site) -> bytes:
    """``mark`` is the store's, read before ``version``."""
    if where[0] == COMMUNES:
        return _communes(version, where, on, known, mark, here)
    return here.store.tile(*where, on, known)


def _communes(version: str, where: tuple[str, int, int, int], on: date, known: date, mark: str, here: Site) -> bytes:
    _, z, x, y = where
    held = here.communes.on(version, on, known, mark, here.store)
    areas, said, anchors, labels = squares.placed(held, z, x, y, here.store.facts().crs)
    return mvt.written([mvt.shapes("communes", areas, said), mvt.points("labels", anchors, labels)], grid.extent(z))


def _first_zoom(layer: str, rulebook: Rulebook) -> int:
    """Raises ``NotHere``: no such layer."""
    if layer == COMMUNES:
        return 0
    if layer == PARCELS:
        return grid.PARCELS_FROM
    if layer in rulebook.themes:
        return grid.THEMES_FROM
    raise NotHere("unknown-layer", "layer", layer=layer[:60], layers=", ".join([PARCELS, COMMUNES, *rulebook.themes]))
