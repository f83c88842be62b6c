"""What a store holds as collections of features: which there are, what each row's properties are, and its id.

Properties are flat, as GIS programs want them. An id is safe in an address: ``25750@2024:12:3`` is a parcel,
``<edition>:<id>`` a row of a theme or a price zone, ``25750@2025`` a commune. Asked over several days, one thing may
have several rows: then its first day stands behind it, ``25750@2024:12:3:2025-07-01``.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any
from urllib.parse import quote, unquote

from landinfo import plain
from landinfo.model import Commune, Feature, Parcel, ParcelRef, PriceZone, Rulebook
from landinfo.texts import say

PARCELS, ZONES, COMMUNES = "parcels", "price_zones", "communes"
Properties = dict[str, Any]
_DAYS = {"effective_from": "date", "effective_to": "date"}
_EDITION = {"edition": "string", "simulated": "boolean"}
_PARCEL = {
    "ref": "string", "commune": "string", "period": "string", "sheet": "string", "number": "string", "suffix": "string",
    "registered_area": "number", "land_uses": "string", "commune_now": "string", "map_scale": "number",
    **_DAYS, **_EDITION,
}  # fmt: skip
_THEME = {
    "id": "string", "designation": "string", "label_vi": "string", "label_en": "string", "document": "string",
    "article": "string", **_DAYS, **_EDITION,
}  # fmt: skip
_ZONE = {
    "id": "string", "price_list": "string", "section": "string", "position": "number",
    "agricultural_position": "number", "conditions": "string", "found": "string", **_DAYS, **_EDITION,
}  # fmt: skip
_COMMUNE = {
    "code": "string", "period": "string", "name": "string", "district": "string", "province": "string", **_DAYS,
    "status": "string",
}  # fmt: skip
_DAY = re.compile(r"\d{4}-\d{2}-\d{2}", re.ASCII)


@dataclass(frozen=True, slots=True)
class Collection:
    """``types`` by property: string | number | date | boolean. ``title`` and ``about`` in both languages."""

    id: str
    title: Mapping[str, str]
    about: Mapping[str, str]
    types: Mapping[str, str]
    shaped: bool = True


def collections(rulebook: Rulebook) -> dict[str, Collection]:
    """Parcels, the themes in their order, price zones, communes."""

    def own(name: str, types: Mapping[str, str]) -> Collection:
        title, about = (say(f"features-{name}{end}", {}, rulebook.texts) for end in ("", "-about"))
        return Collection(name, title, about, types, name != COMMUNES)

    about = say("features-theme-about", {}, rulebook.texts)
    themes = [Collection(t.id, {"vi": t.label_vi, "en": t.label_en}, about, _THEME) for t in rulebook.themes.values()]
    return {c.id: c for c in (own(PARCELS, _PARCEL), *themes, own(ZONES, _ZONE), own(COMMUNES, _COMMUNE))}


def reader(rulebook: Rulebook, simulated: Mapping[str, bool]) -> Callable[[Any], Properties]:
    """How the properties of a row are read; ``simulated`` by edition."""

    def read(row: Parcel | Feature | PriceZone | Commune) -> Properties:
        days = {"effective_from": plain.iso(row.effective_from), "effective_to": plain.iso(row.effective_to)}
        if isinstance(row, Commune):
            return _commune(row) | days
        if isinstance(row, Parcel):
            own = _parcel(row)
        else:
            own = _zone(row) if isinstance(row, PriceZone) else _feature(row, rulebook)
        return own | days | {"edition": row.edition, "simulated": simulated.get(row.edition)}

    return read


def _parcel(row: Parcel) -> Properties:
    ref = row.ref
    uses = (f"{u.code} {u.area:f}" if u.area is not None else u.code for u in row.land_uses)
    return {
        "ref": str(ref),
        "commune": ref.commune,
        "period": ref.period,
        "sheet": ref.sheet,
        "number": ref.number,
        "suffix": ref.suffix or None,
        "registered_area": plain.number(row.registered_area),
        "land_uses": "; ".join(uses) or None,
        "commune_now": row.commune_now,
        "map_scale": row.map_scale,
    }


def _feature(row: Feature, rulebook: Rulebook) -> Properties:
    label = plain.designation(rulebook.themes[row.theme], row.designation, rulebook)[0]
    return {
        "id": row.id,
        "designation": row.designation,
        "label_vi": label["vi"],
        "label_en": label["en"],
        "document": row.document or None,
        "article": row.article or None,
    }


def _zone(row: PriceZone) -> Properties:
    return {
        "id": row.id,
        "price_list": row.price_list,
        "section": row.section,
        "position": row.position,
        "agricultural_position": row.agricultural_position,
        "conditions": _listed(row.conditions),
        "found": _listed(row.found),
    }


def _commune(row: Commune) -> Properties:
    return {
        "code": row.code,
        "period": row.period,
        "name": row.name,
        "district": row.district or None,
        "province": row.province,
        "status": str(row.status),
    }


def _listed(named: Mapping[str, str]) -> str | None:
    return "; ".join(f"{name}={value}" for name, value in named.items()) or None


def key(row: Parcel | Feature | PriceZone | Commune, dated: bool) -> str:
    """The id of a row; ``dated``: with its first day."""
    if isinstance(row, Commune):
        parts = [f"{quote(row.code, safe='')}@{quote(row.period, safe='')}"]
    elif isinstance(row, Parcel):
        r = row.ref
        series = f"{quote(r.commune, safe='')}@{quote(r.period, safe='')}"
        parts = [
            series,
            quote(r.sheet, safe=""),
            quote(r.number, safe="") + (f"~{quote(r.suffix, safe='')}" if r.suffix else ""),
        ]
    else:
        parts = [quote(row.edition, safe=""), quote(row.id, safe="")]
    return ":".join([*parts, *([row.effective_from.isoformat()] if dated else [])])


def read_key(text: str, parts: int) -> tuple[list[str], date | None]:
    """The ``parts`` of an id, and its first day where it names one. Raises ``ValueError``: it is none."""
    found = text.split(":")
    day = None
    if len(found) == parts + 1 and _DAY.fullmatch(found[-1]):
        day = date.fromisoformat(found.pop())
    if len(found) != parts or not all(found):
        raise ValueError(text)
    return [unquote(part) for part in found], day


def read_ref(parts: list[str]) -> ParcelRef:
    """A parcel from the parts of its id. Raises ``ValueError``."""
    (commune, period), (number, _, suffix) = parts[0].split("@"), parts[2].partition("~")
    return ParcelRef(commune, period, parts[1], number, suffix)
