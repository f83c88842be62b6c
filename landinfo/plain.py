"""The small pieces of an answer: values of the model as plain values, with their texts and their law.

Texts are ``{"vi": …, "en": …}``; money is whole đồng; geometry is GeoJSON in WGS 84, longitude first, to 8 decimals
(about 1 mm). Nobody changes a value that comes from here: citations and documents are made once for a rulebook and a
day of knowledge, and stand in every answer that names them.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Sequence
from datetime import date
from decimal import Decimal
from functools import lru_cache
from itertools import accumulate, pairwise
from typing import Any

import numpy as np
import shapely
from shapely.geometry import mapping
from shapely.geometry.base import BaseGeometry

from landinfo import coordinates
from landinfo.model import Citation, Commune, Notice, Rulebook, Theme
from landinfo.overlay import ShareRow
from landinfo.texts import say

Plain = dict[str, Any]
Text = dict[str, str]
MOST = 4096
"""Citations, and documents, that are kept as they are shown."""


def number(value: Decimal | float | int | None) -> int | float | None:
    """A JSON number: whole values as int. Raises ``ValueError``: a float that is none (NaN, infinite)."""
    if value is None:
        return None
    if isinstance(value, float):
        return finite(value)
    whole = int(value)
    return whole if value == whole else float(value)


def finite(value: float) -> float:
    """``value``. Raises ``ValueError``: it is no number, and would be taken for one that nobody knows."""
    if not math.isfinite(value):
        raise ValueError(f"{value} is no JSON number")
    return float(value)


def rounded(value: float, places: int) -> float:
    """A measure on the drawing. Raises as ``finite``."""
    return round(finite(value), places)


def iso(value: date | None) -> str | None:
    return None if value is None else value.isoformat()


def notice(what: Notice | None, rulebook: Rulebook) -> Text | None:
    """The sentence of a notice in both languages."""
    return None if what is None else say(what.code, what.params, rulebook.texts)


def notices(all_of: Iterable[Notice], rulebook: Rulebook) -> list[Plain]:
    return [{"code": n.code, "severity": n.severity, "text": say(n.code, n.params, rulebook.texts)} for n in all_of]


@lru_cache(maxsize=MOST)
def citation(what: Citation, rulebook: Rulebook, known: date | None = None) -> Plain:
    """Document, article, status and the day of the last check; ``outdated``: past its ``check_by``."""
    return {
        "document": what.document,
        "article": what.article,
        "status": str(what.status),
        "status_text": say(f"status-{what.status}", {}, rulebook.texts),
        "checked": iso(what.checked),
        "check_by": iso(what.check_by),
        "outdated": _past(what.check_by, known),
        "note": what.note,
        "title": _title(what.document, rulebook),
    }


def _title(name: str, rulebook: Rulebook) -> Text | None:
    """The document's title; of a value whose document was not found, the words for that."""
    if not name:
        return say("document-not-found", {}, rulebook.texts)
    found = rulebook.documents.get(name)
    return {"vi": found.title_vi, "en": found.title_en} if found else None


def citations(all_of: Iterable[Citation], rulebook: Rulebook, known: date | None = None) -> list[Plain]:
    seen: dict[Citation, None] = dict.fromkeys(all_of)
    return [citation(c, rulebook, known) for c in seen]


@lru_cache(maxsize=MOST)
def commune(what: Commune | None) -> Plain | None:
    if what is None:
        return None
    return {
        "code": what.code,
        "period": what.period,
        "name": what.name,
        "effective_from": iso(what.effective_from),
        "effective_to": iso(what.effective_to),
    }


def use_name(code: str, rulebook: Rulebook) -> Text:
    """The land-use code's name; a code that the list does not have says so."""
    known = rulebook.land_use_types.get(code)
    if known is None:
        return say("land-use-not-in-list", {"code": code}, rulebook.texts)
    return {"vi": known.name_vi, "en": known.name_en}


def designation(theme: Theme, code: str, rulebook: Rulebook) -> tuple[Text, str]:
    """Label and colour of a designation of a theme."""
    if code in theme.designations:
        vi, en, colour = theme.designations[code]
        return {"vi": vi, "en": en}, colour
    if theme.system == "land_use" and code in rulebook.land_use_types:
        return use_name(code, rulebook), rulebook.land_use_types[code].colour
    return say("designation-not-in-list", {"code": code}, rulebook.texts), "#999999"


_ROW_COLOUR = {"in_doubt": "#bdbdbd", "uncovered": "#ffffff", "conflict": "#b3261e", "no_data": "#e0e0e0"}


def row_label(row: ShareRow, theme: Theme, rulebook: Rulebook) -> tuple[Text, str]:
    """A designation by its name, two in conflict by both names, anything else by its kind."""
    if row.kind == "designation":
        return designation(theme, row.designation, rulebook)
    codes = dict.fromkeys(c for c in row.designation.replace("|", "+").split("+") if c)
    names = [designation(theme, code, rulebook)[0] for code in codes]
    joined = {lang: " + ".join(name[lang] for name in names) for lang in ("vi", "en")}
    return say(f"row-{row.kind}", {"names": joined}, rulebook.texts), _ROW_COLOUR[row.kind]


def geometry(shape: BaseGeometry, crs: str) -> Plain:
    """GeoJSON of a shape of the store's plane."""
    return geometries([shape], crs)[0]


def geometries(shapes: Sequence[BaseGeometry], crs: str) -> list[Plain]:
    """GeoJSON of each shape of the store's plane, all of them brought to degrees at once.

    Of a few corners the way there costs more than they do. Raises ``ValueError``: a corner has no place on Earth.
    """
    if not shapes:
        return []
    oriented = _oriented(shapes)
    return list(_geojson(oriented, coordinates.plane(crs).lonlat(shapely.get_coordinates(oriented))))


def geojson(degrees: BaseGeometry) -> Plain:
    """GeoJSON of a shape in (longitude, latitude), right-hand rule (RFC 7946 §3.1.6), to 8 decimals (1 mm)."""
    oriented = _oriented([degrees])
    return next(_geojson(oriented, shapely.get_coordinates(oriented)))


def _oriented(shapes: Sequence[BaseGeometry]) -> Any:
    return shapely.orient_polygons(np.array(shapes, dtype=object), exterior_cw=False)


def _geojson(shapes: Any, degrees: Any) -> Iterator[Plain]:
    """Of each of an array of shapes, whose corners are the rows of ``degrees`` one after another."""
    if not np.isfinite(degrees).all():
        raise ValueError("a corner has no longitude and latitude")
    places, ends = np.round(degrees, 8), accumulate(shapely.get_num_coordinates(shapes).tolist(), initial=0)
    corners = places.tolist()
    for shape, one_ring, (first, end) in zip(shapes, _of_one_ring(shapes), pairwise(ends), strict=True):
        if one_ring:
            yield {"type": "Polygon", "coordinates": [corners[first:end]]}
        else:
            yield dict(mapping(shapely.set_coordinates(shape, places[first:end])))


def _of_one_ring(shapes: Any) -> list[bool]:
    """Polygons with no hole: nearly all, and written without a shape made of them."""
    polygons = shapely.get_type_id(shapes) == shapely.GeometryType.POLYGON
    found: list[bool] = (polygons & (shapely.get_num_interior_rings(shapes) == 0) & ~shapely.is_empty(shapes)).tolist()
    return found


def centre(shape: BaseGeometry, crs: str) -> Plain:
    """A point inside the shape, both ways: lat/lon, and Vietnamese order x = northing, y = easting (m)."""
    point = shapely.point_on_surface(shape)
    lon, lat = coordinates.plane(crs).point_to_wgs84(point.x, point.y)
    return {"lat": rounded(lat, 8), "lon": rounded(lon, 8), "x": rounded(point.y, 3), "y": rounded(point.x, 3)}


@lru_cache(maxsize=MOST)
def document(name: str, article: str, rulebook: Rulebook, known: date | None = None) -> Plain:
    """A document by its number, with title, status and days of checking where the library has it."""
    held = rulebook.documents.get(name)
    return {
        "id": name,
        "article": article,
        "status": str(held.status) if held else "unknown",
        "title": {"vi": held.title_vi, "en": held.title_en} if held else None,
        "effective_from": iso(held.effective_from) if held else None,
        "effective_to": iso(held.effective_to) if held else None,
        "checked": iso(held.checked) if held else None,
        "check_by": iso(held.check_by) if held else None,
        "outdated": held is not None and _past(held.check_by, known),
    }


def _past(check_by: date | None, known: date | None) -> bool:
    return known is not None and check_by is not None and known >= check_by


def outdated(answer: Plain | list[Any]) -> Iterator[Plain]:
    """Every citation and document anywhere in an answer that is past its ``check_by``."""
    if isinstance(answer, dict) and answer.get("outdated") is True:
        yield answer
    for part in answer.values() if isinstance(answer, dict) else answer:
        if isinstance(part, dict | list):
            yield from outdated(part)


def may_be_outdated(cited: Iterable[Plain]) -> list[Notice]:
    """The notice that names what should have been checked again, and since when; none where nothing is past."""
    held = list(cited)
    if not held:
        return []
    named = dict.fromkeys(each.get("document") or each.get("id") for each in held)
    first = min(date.fromisoformat(each["check_by"]) for each in held)
    return [Notice("may-be-outdated", {"documents": ", ".join(n for n in named if n), "first": first}, "warning")]


def price_question(name: str, answers: Iterable[tuple[str, Decimal | None]], rulebook: Rulebook) -> Plain | None:
    """What only the land user knows and a price depends on, with each answer's own price; None: nothing is asked."""
    if not name:
        return None
    return {
        "fact": name,
        "text": say(f"price-question-{name}", {}, rulebook.texts),
        "answers": [
            {
                "value": value,
                "label": use_name(value, rulebook)
                if value in rulebook.land_use_types
                else say(f"price-answer-{value}", {}, rulebook.texts),
                "unit_price": number(price),
            }
            for value, price in answers
        ],
    }


def fact(value: object) -> object:
    """A given fact as a JSON value."""
    if isinstance(value, Decimal):
        return number(value)
    return iso(value) if isinstance(value, date) else value
