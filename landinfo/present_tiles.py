"""What the tiles of a layer are, as TileJSON 3.0.0: for QGIS, MapLibre and whatever else reads vector tiles."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from urllib.parse import urlencode

from landinfo.collection import COMMUNES, PARCELS, Collection
from landinfo.plain import Plain
from landinfo.present_features import both

_NAMED = {PARCELS: {"ref": "String", "number": "String"}, COMMUNES: {"commune": "String", "name": "String"}}
_OF_A_THEME = {"id": "String", "designation": "String"}
_MORE = {PARCELS: {"land_use": "String"}}
_ROOM = {"room": "Number"}
"""m: how wide the shape around a label is."""


def tilejson(layer: str, root: str, given: Mapping[str, str], about: Mapping[str, Any]) -> Plain:
    """``given`` are the days of the question, ``about`` the rest of the document."""
    question = f"?{urlencode(given)}" if given else ""
    tiles = [f"{root}/tiles/{layer}/{{z}}/{{x}}/{{y}}{question}"]
    return {"tilejson": "3.0.0", "scheme": "xyz", "tiles": tiles, **about}


def about(of: Collection, whole: tuple[float, float, float, float] | None) -> Plain:
    """Name, layers with their fields, and ``bounds``: the ground that is held, in degrees."""
    named = _NAMED.get(of.id, _OF_A_THEME)
    layers = [{"id": of.id, "fields": named | _MORE.get(of.id, {})}, {"id": "labels", "fields": named | _ROOM}]
    if of.id != COMMUNES:
        layers.append({"id": "coverage", "fields": {}})
    bounds = {"bounds": list(whole)} if whole else {}
    texts = {"name": both(of.title), "description": both(of.about)}
    return {**texts, "vector_layers": layers, **bounds}
