"""What a search found, as plain values: each hit with its label, the address of its page and its window on the map."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any
from urllib.parse import quote, urlencode

import shapely
from shapely.geometry.base import BaseGeometry

from landinfo import coordinates, plain
from landinfo.asked_search import Search
from landinfo.hits.found import CommuneHit, CornersHit, Found, Hit, ParcelHit, PointHit, StreetHit
from landinfo.model import CannotBeAnswered, Commune, Parcel, Rulebook
from landinfo.plain import Plain, Text
from landinfo.texts import say

Pairs = Iterable[tuple[str, str]]
MOST_TOUCHED = 50
_AROUND = 40.0
"""Metres around a point that its window shows."""


def found(what: Found, asked: Search, kept: Pairs, crs: str, rulebook: Rulebook) -> Plain:
    """All of it; ``kept`` are the parameters of the question that the addresses carry on (the days)."""
    rest = list(kept)
    shown = _Shown(rest, crs, rulebook)
    reasons = [plain.notice(r, rulebook) for r in what.reasons]
    return {
        "query": asked.typed,
        "on": asked.query.on.isoformat(),
        "known": asked.query.known.isoformat(),
        "total": len(what.hits),
        "limit": asked.limit,
        "certain": what.certain,
        "results": [shown.hit(h) for h in what.hits[: asked.limit]],
        "reason": reasons[0] if reasons else None,
        "reasons": reasons,
        "nearest": [shown.hit(h) for h in what.nearest],
        "choices": [{"q": c, "href": shown.address("/search", [("q", c)])} for c in what.choices],
        "notices": plain.notices(what.notices, rulebook),
    }


def suggested(whole: Plain) -> Plain:
    """Of all that was found, the little that a list under the box shows while somebody types."""
    names = ("kind", "label", "detail", "href", "box", "ref", "lat", "lon")
    hits = [{name: hit[name] for name in names if name in hit} for hit in whole["results"]]
    kept = {name: whole[name] for name in ("query", "total", "reason", "choices")}
    return {**kept, "suggestions": hits}


def not_yet(wrong: CannotBeAnswered, typed: str, rulebook: Rulebook) -> Plain:
    """The same without a suggestion, because of what was typed so far."""
    reason = say(wrong.code, wrong.params, rulebook.texts)
    return {"query": typed, "total": 0, "reason": reason, "choices": [], "suggestions": []}


class _Shown:
    def __init__(self, kept: list[tuple[str, str]], crs: str, rulebook: Rulebook) -> None:
        self.kept, self.crs, self.rulebook = kept, crs, rulebook

    def address(self, path: str, given: Pairs = ()) -> str:
        query = urlencode([*given, *self.kept])
        return path + (f"?{query}" if query else "")

    def only_on(self, path: str, given: Pairs) -> str:
        """The list of streets is searched for a day; what was known on another is no question to it."""
        return f"{path}?{urlencode([*given, *(pair for pair in self.kept if pair[0] == 'on')])}"

    def say(self, code: str, **params: Any) -> Text:
        return say(code, params, self.rulebook.texts)

    def hit(self, what: Hit) -> Plain:
        own = self._own(what)
        why = plain.notice(what.why, self.rulebook)
        return {"kind": own.pop("kind"), "why": why, "why_code": what.why.code, **own}

    def _own(self, what: Hit) -> Plain:
        match what:
            case ParcelHit():
                return self.parcel(what)
            case CommuneHit():
                return self.commune(what)
            case StreetHit():
                return self.street(what)
            case PointHit():
                return self.point(what)
            case CornersHit():
                return self.corners(what)

    def parcel(self, what: ParcelHit) -> Plain:
        ref, now = what.parcel.ref, what.commune_now
        moved = now if now and (now.code, now.period) != (ref.commune, ref.period) else None
        return {
            "kind": "parcel",
            "ref": str(ref),
            "label": self.say("search-parcel", number=_number(what.parcel), sheet=ref.sheet, commune=what.commune.name),
            "detail": self._joined(
                self.say("search-now", commune=moved.name) if moved else None,
                self.say("search-area", area=what.parcel.registered_area) if what.parcel.registered_area else None,
                _same(" + ".join(u.code for u in what.parcel.land_uses)),
                _same(str(ref)),
            ),
            "href": self.address(_parcel_path(what.parcel)),
            "box": self.box(what.parcel.shape),
        }

    def commune(self, what: CommuneHit) -> Plain:
        commune = what.commune
        key = commune.code if commune.effective_to is None else commune.series
        into = ", ".join(c.name for c, _ in what.into)
        divided = len(what.into) > 1
        return {
            "kind": "commune",
            **(plain.commune(commune) or {}),
            "into": [{**(plain.commune(c) or {}), "whole": whole} for c, whole in what.into],
            "label": _same(commune.name),
            "detail": self._joined(
                _same(commune.district) if commune.district else None,
                self._period(commune),
                self.say("search-divided" if divided else "search-went", communes=into) if into else None,
            ),
            "href": self.only_on("/streets", [("commune", key)]),
            "box": None,
        }

    def _period(self, commune: Commune) -> Text:
        code = "search-from" if commune.effective_to is None else "search-until"
        return self.say(code, first=commune.effective_from, end=commune.effective_to)

    def street(self, what: StreetHit) -> Plain:
        row = what.section
        unknown = self.say("street-not-stated")
        ends = {"start": row.start or unknown, "end": row.end or unknown}
        return {
            "kind": "street",
            "id": row.id,
            "label": _same(f"{row.street}, {what.commune}"),
            "detail": self.say("street-ends", **ends),
            "href": self.address(f"/streets/{quote(row.id, safe=':')}"),
            "box": None,
        }

    def point(self, what: PointHit) -> Plain:
        lon, lat = coordinates.plane(self.crs).point_to_wgs84(what.easting, what.northing)
        given = {"x": round(what.northing, 3), "y": round(what.easting, 3)}
        inside = [str(p.ref) for p in what.parcels]
        names = "; ".join(_number(p) + "/" + p.ref.sheet for p in what.parcels)
        return {
            "kind": "point",
            "lat": round(lat, 8),
            "lon": round(lon, 8),
            **given,
            "parcels": inside,
            "label": self.say("search-point", lat=f"{lat:.6f}", lon=f"{lon:.6f}"),
            "detail": self._joined(
                self.say("search-point-metres", **given), self.say("search-point-in", parcels=names) if inside else None
            ),
            "href": self.address("/at", [(name, str(value)) for name, value in given.items()])
            if inside
            else f"/#18/{lat:.6f}/{lon:.6f}",
            "box": self.box(shapely.Point(what.easting, what.northing).buffer(_AROUND)),
        }

    def corners(self, what: CornersHit) -> Plain:
        piece = ";".join(f"{northing:.3f},{easting:.3f}" for easting, northing in what.corners)
        touched = [
            {
                "ref": str(p.ref),
                "area": plain.number(area),
                "label": self.say("search-touched", number=_number(p), sheet=p.ref.sheet, area=area),
                "href": self.address(_parcel_path(p), [("piece", piece)]),
            }
            for p, area in what.touched[:MOST_TOUCHED]
        ]
        return {
            "kind": "corners",
            "corners": len(what.corners),
            "area": plain.number(what.area),
            "piece": piece,
            "touched": touched,
            "touched_total": len(what.touched),
            "cut": what.cut or len(what.touched) > MOST_TOUCHED,
            "label": self.say("search-corners", count=len(what.corners), area=what.area),
            "detail": self.say("search-corners-touch", count=len(what.touched)),
            "href": touched[0]["href"] if touched else None,
            "box": self.box(what.shape),
            "geometry": plain.geometry(what.shape, self.crs),
        }

    def box(self, shape: BaseGeometry) -> list[float]:
        """West, south, east, north in degrees."""
        around = coordinates.plane(self.crs).to_wgs84(shapely.box(*shape.bounds)).bounds
        return [round(float(v), 7) for v in around]

    def _joined(self, *parts: Text | None) -> Text:
        said = [part for part in parts if part and part["vi"]]
        return {lang: " · ".join(part[lang] for part in said) for lang in ("vi", "en")}


def _same(text: str) -> Text:
    return {"vi": text, "en": text}


def _number(parcel: Parcel) -> str:
    return parcel.ref.number + (f"~{parcel.ref.suffix}" if parcel.ref.suffix else "")


def _parcel_path(parcel: Parcel) -> str:
    return f"/parcels/{quote(str(parcel.ref), safe='/@~')}"
