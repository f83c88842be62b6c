"""Report → plain values: the one answer object that JSON, HTML and the command line show.

The shape of the answer is decided here only; percent stands here only. See ``plain`` for how texts, money, days and
geometry are written.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from functools import lru_cache
from typing import Any
from urllib.parse import quote, urlencode

from landinfo import lookup, plain, present_ahead, present_history, present_piece
from landinfo.conversion import Conversion
from landinfo.model import Feature, Parcel, Problem, Query, Rulebook
from landinfo.overlay import ShareRow, ThemeShares
from landinfo.picture import picture
from landinfo.plain import Plain
from landinfo.present_estimate import of_parcel
from landinfo.report import Report
from landinfo.texts import FILTERS, say
from landinfo.valuation import Share, UseValue, Valuation

FORMS = {"json": "application/json", "geojson": "application/geo+json", "xml": "application/xml"}
"""What an answer is given in, each with its media type."""

__all__ = ["FILTERS", "FORMS", "address", "answer", "listed", "problem", "say", "several", "view"]


def address(ref: object, query: Query) -> str:
    """The permanent address of a question: the parcel with its map series, both days, and all that was asked."""
    asked: list[tuple[str, str]] = [("on", query.on.isoformat()), ("known", query.known.isoformat())]
    if query.convert_to:
        asked.append(("convert_to", query.convert_to))
    if query.land_user != "household":
        asked.append(("land_user", query.land_user))
    if query.area is not None:
        asked.append(("area", str(query.area)))
    if query.piece:
        asked.append(("piece", present_piece.corners(query)))
    if query.strip:
        asked += present_piece.measures(query.strip)
    asked += [(f"fact.{k}", _written(v)) for k, v in sorted(query.facts.items())]
    asked += [(f"price.{k}", str(v)) for k, v in sorted(query.prices.items())]
    return f"/parcels/{quote(str(ref), safe='/@~')}?{urlencode(asked)}"


def _written(value: object) -> str:
    if value is None:
        return "unknown"
    return str(value).lower() if isinstance(value, bool) else str(value)


def answer(report: Report, rulebook: Rulebook) -> Plain:
    """The whole answer (its fields: README, "The answer")."""
    query, drawn = report.query, _drawn(report)
    made: Plain = {
        **_asked(report),
        "notices": [],
        "parcel": _parcel(report, drawn, rulebook),
        "themes": [_theme(shares, report, drawn, rulebook) for shares in report.shares],
        "picture": picture(report, rulebook),
        "piece": present_piece.piece(report, rulebook),
        "price": _price(report.valuation, report, rulebook),
        "changes_ahead": present_ahead.ahead(report, address, rulebook),
        "verdicts": _verdicts(report.conversion, report, rulebook),
        "estimate": None,
        "sources": _sources(report, rulebook),
        "rulebook": rulebook.edition,
        "disclaimer": say("disclaimer", {}, rulebook.texts),
    }
    old = [each for each in cited(made) if each["outdated"]]  # the estimate says its own
    notices = plain.may_be_outdated([*old, *_tables_outdated(rulebook, query.known)])
    made["notices"] = plain.notices((*report.notices, *notices), rulebook)
    made["estimate"] = of_parcel(report.conversion, query, rulebook)
    return made


def listed(report: Report, rulebook: Rulebook, outline: bool) -> Plain:
    """What the tables of many parcels tell of ``answer``: the same values under the same names.

    Of the price its rows are left out, and of shapes all but the parcel's ``outline``, where it is asked for.
    """
    shape, query = report.facts.parcel.shape, report.query
    drawn = {id(shape): plain.geometry(shape, report.facts.crs)} if outline else {}
    return {
        **_asked(report),
        "parcel": _parcel(report, drawn, rulebook),
        "themes": [_theme(shares, report, {}, rulebook) for shares in report.shares],
        "price": _price(report.valuation, report, rulebook, rows=False),
        "changes_ahead": present_ahead.ahead(report, address, rulebook),
        "verdicts": _verdicts(report.conversion, report, rulebook),
        "estimate": of_parcel(report.conversion, query, rulebook),
    }


def cited(made: Plain) -> Iterator[Plain]:
    """Every citation and document of an answer but those of its estimate, in the order in which they stand there."""
    if made["parcel"]["area_difference"]:
        yield made["parcel"]["area_difference"]["citation"]
    for theme in made["themes"]:
        for row in theme["rows"]:
            yield from row["documents"]
    price = made["price"]
    if price["list"]:
        yield price["list"]["citation"]
    for row in price["rows"]:
        yield from (step["citation"] for step in row["steps"] if step["citation"])
    for verdict in made["verdicts"]:
        yield from verdict["citations"]
    yield from (source["document"] for source in made["sources"])


@lru_cache(maxsize=64)
def _tables_outdated(rulebook: Rulebook, known: date) -> tuple[Plain, ...]:
    tables = (plain.citation(table.citation, rulebook, known) for table in rulebook.tables.values())
    return tuple(each for each in tables if each["outdated"])


def _drawn(report: Report) -> Mapping[int, Plain]:
    """The geometry of each shape of the answer that has any ground, by the shape's ``id``."""
    shapes = [report.facts.parcel.shape]
    shapes += [row.shape for shares in report.shares for row in shares.rows if not row.shape.is_empty]
    return dict(zip(map(id, shapes), plain.geometries(shapes, report.facts.crs), strict=True))


def _asked(report: Report) -> Plain:
    return {
        "question": _question(report),
        "permanent": address(report.facts.parcel.ref, report.query),
        "simulated": any(e.simulated for e in report.facts.editions),
    }


def _question(report: Report) -> Plain:
    query = report.query
    return {
        "parcel": str(report.facts.parcel.ref),
        "on": query.on.isoformat(),
        "known": query.known.isoformat(),
        "convert_to": query.convert_to,
        "land_user": query.land_user,
        "facts": {k: plain.fact(v) for k, v in sorted(query.facts.items())},
        "area": plain.number(query.area),
        "piece": present_piece.corners(query) or None,
        "strip": present_piece.strip(query.strip),
        "prices": {k: plain.number(v) for k, v in sorted(query.prices.items())},
    }


def _parcel(report: Report, drawn: Mapping[int, Plain], rulebook: Rulebook) -> Plain:
    facts, parcel, check = report.facts, report.facts.parcel, report.area_check
    return {
        "ref": str(parcel.ref),
        "commune": plain.commune(facts.commune),
        "commune_now": plain.commune(facts.commune_now),
        "sheet": parcel.ref.sheet,
        "number": parcel.ref.number,
        "suffix": parcel.ref.suffix,
        "registered_area": plain.number(parcel.registered_area),
        "drawn_area": plain.number(report.drawn_area),
        "area_difference": check
        and {
            "area": plain.number(check.difference),
            "ratio": plain.number(check.ratio),
            "tolerance": plain.number(check.tolerance),
            "beyond": check.beyond,
            "citation": plain.citation(check.citation, rulebook, report.query.known),
        },
        "land_uses": [
            {"code": u.code, "regime": u.regime, "name": plain.use_name(u.code, rulebook), "area": plain.number(u.area)}
            for u in parcel.land_uses
        ],
        "effective_from": plain.iso(parcel.effective_from),
        "effective_to": plain.iso(parcel.effective_to),
        "map_scale": parcel.map_scale,
        "street_side": report.side and {"faces": report.side.faces, "length": plain.rounded(report.side.length, 1)},
        "centre": plain.centre(parcel.shape, facts.crs),
        "geometry": drawn.get(id(parcel.shape)),
        "edition": parcel.edition,
        "history": present_history.history(report, address, rulebook),
    }


def _theme(shares: ThemeShares, report: Report, drawn: Mapping[int, Plain], rulebook: Rulebook) -> Plain:
    theme = shares.theme
    layer = next(f for f in report.facts.themes if f.layer == theme.id)
    return {
        "id": theme.id,
        "kind": str(theme.kind),
        "label": {"vi": theme.label_vi, "en": theme.label_en},
        "office": {"vi": theme.office_vi, "en": theme.office_en},
        "answer": str(shares.answer),
        "reason": plain.notice(shares.reason, rulebook),
        "rows": [_row(row, shares, report, drawn, rulebook) for row in shares.rows],
        "total_area": plain.number(shares.total_area),
        "total_percent": plain.number(shares.total_percent),
        "editions": sorted(layer.editions()),
    }


def _row(row: ShareRow, shares: ThemeShares, report: Report, drawn: Mapping[int, Plain], rulebook: Rulebook) -> Plain:
    label, colour = plain.row_label(row, shares.theme, rulebook)
    documents = sorted({(f.document, f.article) for f in row.features})
    return {
        "kind": row.kind,
        "designation": row.designation,
        "label": label,
        "colour": colour,
        "area": plain.number(row.area),
        "percent": plain.number(row.percent),
        "drawn_area": plain.rounded(row.drawn_area, 3),
        "documents": [plain.document(*each, rulebook, report.query.known) for each in documents],
        "geometry": drawn.get(id(row.shape)),
    }


def _price(worth: Valuation, report: Report, rulebook: Rulebook, rows: bool = True) -> Plain:
    price_list = worth.price_list
    shares = [(use, share) for use in worth.uses for share in use.shares] if rows else []
    return {
        "basis": "table",
        "market": False,
        "basis_text": say("price-list-not-market", {}, rulebook.texts),
        "list": price_list
        and {
            "id": price_list.id,
            "document": price_list.document,
            "label": {"vi": price_list.label_vi, "en": price_list.label_en},
            "effective_from": plain.iso(price_list.effective_from),
            "effective_to": plain.iso(price_list.effective_to),
            "loaded": price_list.loaded,
            "citation": plain.citation(price_list.citation, rulebook, report.query.known),
        },
        "state": worth.state,
        "reason": None if worth.state == "priced" else say(f"price-{worth.state}", _list_words(worth), rulebook.texts),
        "rows": [_price_row(*each, report, rulebook) for each in shares],
        "uses": [
            {
                "land_use": u.land_use.code,
                "label": plain.use_name(u.land_use.code, rulebook),
                "area": plain.number(u.area),
                "low": plain.number(u.low),
                "likely": plain.number(u.likely),
                "high": plain.number(u.high),
            }
            for u in worth.uses
        ],
        "value": {
            "low": plain.number(worth.low),
            "likely": plain.number(worth.likely),
            "high": plain.number(worth.high),
        },
    }


def _list_words(worth: Valuation) -> dict[str, Any]:
    chosen = worth.price_list
    if chosen is None:
        return {}
    return {
        "list": {"vi": chosen.label_vi, "en": chosen.label_en},
        "first": chosen.effective_from,
        "end": chosen.effective_to,
    }


def _price_row(use: UseValue, share: Share, report: Report, rulebook: Rulebook) -> Plain:
    quoted, zone = share.quote, share.piece.zone
    section = quoted.section
    return {
        "land_use": use.land_use.code,
        "label": plain.use_name(use.land_use.code, rulebook),
        "area": plain.number(share.area),
        "piece_area": plain.number(share.piece.area),
        "unit_price": plain.number(quoted.unit_price),
        "amount": plain.number(share.amount),
        "state": quoted.state,
        "reason": None if quoted.unit_price is not None else say(f"quote-{quoted.state}", {}, rulebook.texts),
        "question": plain.price_question(quoted.question, quoted.alternatives, rulebook),
        "section": section and {"id": section.id, "street": section.street, "start": section.start, "end": section.end},
        "position": quoted.position,
        "found": dict(zone.found) if zone else {},
        "conditions": dict(zone.conditions) if zone else {},
        "steps": [
            {
                "text": plain.notice(step.notice, rulebook),
                "factor": None if step.factor is None else str(step.factor),
                "value": plain.number(step.value),
                "citation": step.citation and plain.citation(step.citation, rulebook, report.query.known),
            }
            for step in quoted.steps
        ],
        "readings": [
            {"name": say(f"reading-{name}", {}, rulebook.texts), "unit_price": plain.number(value)}
            for name, value in quoted.readings
        ],
    }


def _verdicts(conversion: Conversion | None, report: Report, rulebook: Rulebook) -> list[Plain]:
    if conversion is None:
        return []
    return [
        {
            "kind": v.row.kind,
            "designation": v.row.designation,
            "label": plain.row_label(v.row, v.shares.theme, rulebook)[0],
            "area": plain.number(v.row.area),
            "allowed": v.allowed,
            "reason": plain.notice(v.reason, rulebook),
            "citations": plain.citations(v.citations, rulebook, report.query.known),
        }
        for v in conversion.verdicts
    ]


def _sources(report: Report, rulebook: Rulebook) -> list[Plain]:
    return [
        {
            "edition": e.id,
            "layer": e.layer,
            "territory": e.territory,
            "document": plain.document(e.document, "", rulebook, report.query.known),
            "effective_from": plain.iso(e.effective_from),
            "published": plain.iso(e.published),
            "simulated": e.simulated,
            "source": e.source,
        }
        for e in report.facts.editions
    ]


def several(found: lookup.Several, rulebook: Rulebook) -> Plain:
    """A list of parcels to choose from, each with its permanent address."""
    return {
        "several": [
            {
                "ref": str(p.ref),
                "href": address(p.ref, found.query),
                "commune": plain.commune(commune),
                "sheet": p.ref.sheet,
                "number": p.ref.number,
                "registered_area": plain.number(p.registered_area),
                "land_uses": [u.code for u in p.land_uses],
            }
            for p, commune in zip(found.parcels, found.communes, strict=True)
        ],
        "reason": say(found.reason, {"count": len(found.parcels)}, rulebook.texts),
    }


def problem(what: Problem, rulebook: Rulebook) -> Plain:
    """RFC 9457 problem details, Vietnamese first. ``nearest`` names parcels that do exist."""
    title = say(_title(what.status, rulebook), {}, rulebook.texts)
    words = {"field": what.field, **what.params, **present_piece.winds(what.params, rulebook)}
    detail = say(what.code, words, rulebook.texts)
    body: Plain = {
        "type": f"/problems/{what.code}",
        "title": title["vi"],
        "title_en": title["en"],
        "status": what.status,
        "detail": detail["vi"],
        "detail_en": detail["en"],
        "code": what.code,
        "field": what.field,
    }
    body |= present_history.ended(what, rulebook)
    nearest: Sequence[str] = what.params.get("nearest", ())
    if nearest:
        body["nearest"] = [{"ref": ref, "href": _found_at(ref)} for ref in nearest]
    return body


def _title(status: int, rulebook: Rulebook) -> str:
    """Of a status that only the server below knows, that of its class."""
    return f"problem-{status}" if f"problem-{status}" in rulebook.texts else f"problem-{400 if status < 500 else 500}"


def _found_at(ref: str) -> str:
    """A parcel's address, or a street section's (``25750:9``)."""
    return f"/streets/{ref}" if ":" in ref else f"/parcels/{quote(ref, safe='/@~')}"


def view(shown: lookup.View, rulebook: Rulebook) -> Plain:
    """GeoJSON by layer for a map window; ``held`` says of a theme whether its data cover the window."""
    return {
        "layers": {
            layer: {
                "type": "FeatureCollection",
                "features": _map_features(rows, shown.crs, rulebook),
                "truncated": layer in shown.truncated,
                "held": shown.held.get(layer),
            }
            for layer, rows in shown.layers.items()
        }
    }


def _map_features(rows: Sequence[Parcel | Feature], crs: str, rulebook: Rulebook) -> list[Plain]:
    drawn = plain.geometries([row.shape for row in rows], crs)
    return [
        {"type": "Feature", "properties": _map_properties(row, rulebook), "geometry": geometry}
        for row, geometry in zip(rows, drawn, strict=True)
    ]


def _map_properties(row: Parcel | Feature, rulebook: Rulebook) -> Plain:
    if isinstance(row, Parcel):
        return {"ref": str(row.ref), "number": row.ref.number, "uses": [u.code for u in row.land_uses]}
    label, colour = plain.designation(rulebook.themes[row.theme], row.designation, rulebook)
    return {"designation": row.designation, "label": label, "colour": colour}
