"""OGC API – Features as JSON: the documents about the collections, features, and where a page goes on.

OGC 17-069r4 (core), 18-058r1 (crs), 19-079r2 (filter). Texts are Vietnamese first, English second. Addresses begin with
``root``, the service's own, such as ``https://example.org``.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any
from urllib.parse import quote, urlencode

from landinfo import frame
from landinfo.asked_features import cursor
from landinfo.collection import Collection, key
from landinfo.frame import Frame
from landinfo.hits.features import Found, Wanted
from landinfo.model import Parcel, Rulebook
from landinfo.plain import Plain
from landinfo.texts import say

JSON, GEOJSON, SCHEMA = "application/json", "application/geo+json", "application/schema+json"
OPENAPI = "application/vnd.oai.openapi+json;version=3.0"
CLASSES = (
    *(f"http://www.opengis.net/spec/ogcapi-features-1/1.0/conf/{name}" for name in ("core", "oas30", "geojson")),
    "http://www.opengis.net/spec/ogcapi-features-2/1.0/conf/crs",
    *(
        f"http://www.opengis.net/spec/ogcapi-features-3/1.0/conf/{name}"
        for name in ("queryables", "filter", "features-filter")
    ),
    *(
        f"http://www.opengis.net/spec/cql2/1.0/conf/{name}"
        for name in ("cql2-text", "cql2-json", "advanced-comparison-operators", "case-insensitive-comparison")
    ),
)
"""What is kept. Not ``basic-cql2``: no property is a time of the day, so ``TIMESTAMP`` is not read."""
_REL = "http://www.opengis.net/def/rel/ogc/1.0/"


def link(rel: str, href: str, kind: str, title: str = "") -> Plain:
    return {"rel": rel, "href": href, "type": kind} | ({"title": title} if title else {})


def both(text: Mapping[str, str]) -> str:
    """Vietnamese, then English."""
    return f"{text['vi']} · {text['en']}"


def landing(root: str, rulebook: Rulebook) -> Plain:
    title, about = (both(say(f"features-{name}", {}, rulebook.texts)) for name in ("title", "about"))
    links = [
        link("self", f"{root}/ogc/", JSON),
        link("service-desc", f"{root}/ogc/api", OPENAPI, "OpenAPI"),
        link("conformance", f"{root}/ogc/conformance", JSON, "OGC API conformance"),
        link("data", f"{root}/ogc/collections", JSON, title),
    ]
    return {"title": title, "description": about, "links": links}


def conformance() -> Plain:
    return {"conformsTo": list(CLASSES)}


def collection(of: Collection, root: str, store: str, box: frame.Box | None, first: date | None, tiles: bool) -> Plain:
    """``box``: the ground that is held, in degrees; ``first``: the first day that an edition speaks of."""
    here = f"{root}/ogc/collections/{of.id}"
    links = [
        link("self", here, JSON),
        link("items", f"{here}/items", GEOJSON, both(of.title)),
        link(f"{_REL}queryables", f"{here}/queryables", SCHEMA, "Queryables"),
    ]
    if tiles:
        links.append(link(f"{_REL}tilesets-vector", f"{root}/tiles/{of.id}.json", JSON, "TileJSON"))
    extent: Plain = {"temporal": {"interval": [[first and f"{first.isoformat()}T00:00:00+07:00", None]]}}
    if box and of.shaped:
        extent["spatial"] = {"bbox": [list(box)], "crs": frame.CRS84}
    held = frame.frames(store)
    systems = {"crs": [f.uri for f in held], "storageCrs": next(f.uri for f in held if f.crs == store)}
    about = {"id": of.id, "title": both(of.title), "description": both(of.about), "itemType": "feature"}
    return about | {"extent": extent, "links": links} | systems


def collections(all_of: Iterable[Plain], root: str, store: str) -> Plain:
    here = link("self", f"{root}/ogc/collections", JSON)
    return {"collections": list(all_of), "links": [here], "crs": [f.uri for f in frame.frames(store)]}


def queryables(of: Collection, root: str, rulebook: Rulebook) -> Plain:
    """The properties as JSON Schema: what a filter may name."""
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "$id": f"{root}/ogc/collections/{of.id}/queryables",
        "type": "object",
        "title": both(of.title),
        "additionalProperties": False,
        "properties": {
            name: ({"type": "string", "format": "date"} if kind == "date" else {"type": kind})
            | {"title": both(say(f"property-{name}", {}, rulebook.texts))}
            for name, kind in of.types.items()
        },
    }


def feature(row: Any, properties: Plain, shape: Any, where: Frame, dated: bool) -> Plain:
    """A GeoJSON feature; without a shape its geometry is null."""
    geometry = None if shape is None else where.geojson(shape)
    return {"type": "Feature", "id": key(row, dated), "geometry": geometry, "properties": properties}


def page(found: Found, wanted: Wanted, of: Collection, root: str, given: Mapping[str, str]) -> Plain:
    """A page, and by ``next`` where it goes on: with its days, so that all pages answer one question."""
    here = f"{root}/ogc/collections/{of.id}"
    asked = dict(given)
    links = [link("self", _address(f"{here}/items", asked), GEOJSON), link("collection", here, JSON, both(of.title))]
    if found.after is not None:
        rest = {n: v for n, v in asked.items() if n != "offset"} | {"known": wanted.known.isoformat()}
        rest |= {"offset": str(found.skip)} if found.skip else {}
        on = {"datetime": asked.get("datetime", wanted.days[0].isoformat()), "after": cursor(found.after)}
        links.append(link("next", _address(f"{here}/items", rest | on), GEOJSON))
    dated = wanted.days[0] != wanted.days[1]
    features = [feature(*each, wanted.frame, dated) for each in found.rows]
    return {"type": "FeatureCollection", "features": features, "numberReturned": len(features), "links": links}


def item(row: Any, properties: Plain, shape: Any, wanted: Wanted, of: Collection, root: str, dated: bool) -> Plain:
    """One feature with its links; a parcel has its page beside it."""
    here = f"{root}/ogc/collections/{of.id}"
    made = feature(row, properties, shape, wanted.frame, dated)
    links = [
        link("self", f"{here}/items/{quote(made['id'], safe='@:~')}", GEOJSON),
        link("collection", here, JSON, both(of.title)),
    ]
    if isinstance(row, Parcel):
        page_of = f"{root}/parcels/{quote(str(row.ref), safe='/@~')}?on={wanted.days[1].isoformat()}"
        links.append(link("alternate", page_of, "text/html"))
    return made | {"links": links}


def _address(path: str, given: Mapping[str, str]) -> str:
    return f"{path}?{urlencode(given)}" if given else path


def first_day(editions: Iterable[Any], layer: str) -> date | None:
    return min((e.effective_from for e in editions if e.layer == layer), default=None)
