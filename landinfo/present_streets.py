"""Streets as plain values: the list of sections found, and one section with its prices. See ``plain`` for the forms."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any
from urllib.parse import quote, urlencode

from landinfo import plain, present, present_estimate
from landinfo.asked_streets import Search
from landinfo.model import Notice, PriceList, PriceSection, Query, Residual, Rulebook
from landinfo.plain import Plain
from landinfo.price import Quote, positions
from landinfo.price.rows import closing_rows
from landinfo.street import Answer, Asked, Share, UsePrice, finding
from landinfo.street.finding import Found
from landinfo.street.indexing import Index
from landinfo.texts import say


def address(asked: Asked) -> str:
    """The permanent address of a question about a section: ``/streets/25750:9?on=…&width=4``."""
    query = present.address("", asked.query).partition("?")[2]
    told = [(name, _typed(value)) for name, value in asked.ground.told().items() if name != "area"]
    told = [("access", "boat") if name == "no_access" else (name, value) for name, value in told]
    if asked.land_use:
        told.append(("land_use", asked.land_use))
    return f"{_path(asked.id)}?{query}" + (f"&{urlencode(told)}" if told else "")


def _typed(value: object) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    return ",".join(value) if isinstance(value, tuple) else str(value)


def _path(section: str) -> str:
    return f"/streets/{quote(section, safe=':')}"


def found(asked: Search, hits: Found, held: Index, in_force: PriceList | None, rulebook: Rulebook) -> Plain:
    """The sections found, the best first; ``total`` counts all, ``results`` shows one page of them."""
    page = hits.hits[asked.offset : asked.offset + asked.limit]
    loaded = in_force is not None and held.list_id == in_force.id
    return {
        "query": asked.typed,
        "on": asked.on.isoformat(),
        "commune": asked.commune or None,
        "communes": [_commune(code, held.commune_names) for code in sorted(hits.communes or ())],
        "total": len(hits.hits),
        "limit": asked.limit,
        "offset": asked.offset,
        "state": "priced" if loaded else "rows_not_loaded" if in_force else "no_list",
        "reason": None if loaded else _why(in_force, rulebook),
        "results": [
            {
                **_row(h.section, asked, held, rulebook, loaded),
                "match": h.match,
                "match_text": say(f"street-match-{h.match}", {}, rulebook.texts),
            }
            for h in page
        ],
        "suggestions": [_row(s, asked, held, rulebook, loaded) for s in hits.suggestions],
        "closing": [
            _row(s, asked, held, rulebook, loaded) | {"road": _road(s.residual)}
            for s in (_closing(hits, in_force) if loaded and in_force else ())
            if s.residual
        ],
        "notices": plain.notices(_gaps(hits, held), rulebook),
    }


_NAMED = {"exact", "folded", "prefix", "word", "house"}


def _closing(hits: Found, prices: PriceList) -> Iterator[PriceSection]:
    """Where one commune was meant and no street of the name found: the rows that close it, for roads not named."""
    if len(hits.communes or ()) == 1 and not any(h.match in _NAMED for h in hits.hits):
        for code in hits.communes or ():
            yield from closing_rows(prices, code)


def _road(row: Residual) -> Plain:
    """Which roads a closing row holds for: carriageway width in metres and kinds of zone, as far as they are typed."""
    return {
        "least": plain.number(row.least),
        "least_excluded": row.above,
        "below": plain.number(row.below),
        "inside": list(row.inside),
        "of": row.of or None,
        "unread": row.unread or None,
    }


def _gaps(hits: Found, held: Index) -> Iterator[Notice]:
    """Rows that the source lacks in a commune that was asked for: they are not "no such street"."""
    if not hits.hits:
        yield Notice("street-nothing-found" if not hits.suggestions else "street-nothing-but-near")
    for code, first, last in held.missing:
        if hits.communes and code in hits.communes:
            name = held.commune_names.get(code, code)
            open_end = last >= finding.NO_LAST
            yield Notice(
                "street-gap-after" if open_end else "street-gap",
                {"commune": name, "first": first, "last": last},
                "warning",
            )


def _row(section: PriceSection, asked: Search, held: Index, rulebook: Rulebook, loaded: bool) -> Plain:
    return {
        **_printed(section, rulebook),
        "commune": _commune(section.commune, held.commune_names),
        "href": f"{_path(section.id)}?{urlencode([('on', asked.on.isoformat())])}",
        "prices": {use: plain.number(value) for use, value in section.prices.items()} if loaded else None,
    }


def _commune(code: str, names: Mapping[str, str]) -> Plain:
    return {"code": code, "name": names.get(code, code)}


def _printed(section: PriceSection, rulebook: Rulebook) -> Plain:
    return {
        "id": section.id,
        "number": section.number,
        "street": section.street,
        "start": section.start,
        "end": section.end,
        "flags": [{"code": f, "text": say(f"street-flag-{f}", {}, rulebook.texts)} for f in section.flags],
    }


def _why(in_force: PriceList | None, rulebook: Rulebook) -> plain.Text:
    if in_force is None:
        return say("price-no_list", {}, rulebook.texts)
    words = {"vi": in_force.label_vi, "en": in_force.label_en}
    days = {"first": in_force.effective_from, "end": in_force.effective_to}
    return say("price-rows_not_loaded", {"list": words, **days}, rulebook.texts)


def answer(what: Answer, names: Mapping[str, str], rulebook: Rulebook) -> Plain:
    """One section at one place (``names``: communes by code): the row as printed, prices, estimate."""
    query = what.asked.query
    made: Plain = {
        "question": _question(what),
        "permanent": address(what.asked),
        "state": what.state,
        "reason": _reason(what, rulebook),
        "list": what.price_list and _list(what.price_list, query, rulebook),
        "section": _section(what, names, rulebook),
        "ground": _ground(what, rulebook),
        "positions": [
            {
                "position": at,
                "text": _position(at, query, rulebook),
                "asked": at == what.placed.position,
                "prices": {use: plain.number(value) for use, value in values.items()},
            }
            for at, values in what.positions
        ],
        "prices": [_price(row, query, rulebook) for row in what.prices],
        "basis": "table",
        "basis_text": say("price-list-not-market", {}, rulebook.texts),
        "estimate": _estimate(what, rulebook),
        "notices": [],
        "rulebook": rulebook.edition,
        "disclaimer": say("disclaimer", {}, rulebook.texts),
    }
    old = plain.may_be_outdated(plain.outdated(made))
    made["notices"] = plain.notices((*what.notices, *old), rulebook)
    return made


def _question(what: Answer) -> Plain:
    query = what.asked.query
    return {
        "id": what.asked.id,
        "on": query.on.isoformat(),
        "known": query.known.isoformat(),
        "land_use": what.asked.land_use,
        "convert_to": query.convert_to,
        "land_user": query.land_user,
        "facts": {k: plain.fact(v) for k, v in sorted(query.facts.items())},
        "prices": {k: plain.number(v) for k, v in sorted(query.prices.items())},
        **{name: _told(value) for name, value in what.asked.ground.told().items()},
    }


def _told(value: Any) -> Any:
    if isinstance(value, bool | str):
        return value
    return list(value) if isinstance(value, tuple) else plain.number(value)


def _reason(what: Answer, rulebook: Rulebook) -> plain.Text | None:
    if what.state in ("priced", "given"):
        return None
    if what.section is None:
        return say("street-row-not-loaded", {"section": what.asked.id}, rulebook.texts)
    if what.state in ("rows_not_loaded", "no_list"):
        return _why(what.price_list, rulebook)
    return say(f"quote-{what.state}", {}, rulebook.texts)


def _list(held: PriceList, query: Query, rulebook: Rulebook) -> Plain:
    return {
        "id": held.id,
        "document": held.document,
        "label": {"vi": held.label_vi, "en": held.label_en},
        "effective_from": plain.iso(held.effective_from),
        "effective_to": plain.iso(held.effective_to),
        "loaded": held.loaded,
        "citation": plain.citation(held.citation, rulebook, query.known),
    }


def _section(what: Answer, names: Mapping[str, str], rulebook: Rulebook) -> Plain:
    """The row; of a row that the source lacks only id and commune."""
    section, query = what.section, what.asked.query
    head: Plain = {
        "id": what.asked.id,
        "loaded": section is not None,
        "commune": _commune(what.commune, names),
        "agricultural_area": what.area,
    }
    if section is None:
        return {**head, "street": None, "start": None, "end": None, "flags": [], "printed": None, "citation": None}
    of_day = what.printed_in is what.price_list
    return {
        **head,
        **_printed(section, rulebook),
        "printed": {use: plain.number(value) for use, value in section.prices.items()} if of_day else None,
        "citation": plain.citation(section.citation, rulebook, query.known),
        "printed_in": what.printed_in and _list(what.printed_in, query, rulebook),
    }


def _ground(what: Answer, rulebook: Rulebook) -> Plain:
    placed, known = what.placed, what.asked.query.known
    return {
        "position": placed.position,
        "position_text": _position(placed.position, what.asked.query, rulebook),
        "area": plain.number(placed.area),
        "parts": [
            {
                "from": plain.number(s.near),
                "to": plain.number(s.far),
                "area": plain.number(s.area),
                "agricultural_position": s.agricultural_position,
                "conditions": dict(s.conditions),
            }
            for s in placed.stretches
        ],
        "reasons": [
            {"code": n.code, "text": plain.notice(n, rulebook), "citation": plain.citation(c, rulebook, known)}
            for n, c in placed.reasons
        ],
        "assumptions": plain.notices(placed.assumptions, rulebook),
    }


def _position(at: int, query: Query, rulebook: Rulebook) -> plain.Text:
    """With the alley widths that make it, on days when they do."""
    found = positions.classes(query.on, "urban", rulebook.rules)
    by_width = found is not None and found["by"] == "alley_width"
    return say(f"street-position-{at}" if by_width or not at else "step-position", {"position": at}, rulebook.texts)


def _price(row: UsePrice, query: Query, rulebook: Rulebook) -> Plain:
    first = row.shares[0].quote
    return {
        "land_use": row.land_use,
        "label": plain.use_name(row.land_use, rulebook),
        "rule": row.rule or None,
        "also": list(row.also),
        "unit_price": plain.number(row.unit_price),
        "average": len(row.shares) > 1,
        "amount": plain.number(row.amount),
        "state": first.state,
        "reason": None if row.unit_price is not None else say(f"quote-{first.state}", {}, rulebook.texts),
        "question": plain.price_question(first.question, first.alternatives, rulebook)
        or plain.price_question("business_type" if row.businesses else "", row.businesses, rulebook),
        "parts": [_share(share, query, rulebook) for share in row.shares],
    }


def _share(share: Share, query: Query, rulebook: Rulebook) -> Plain:
    quoted: Quote = share.quote
    return {
        "area": plain.number(share.area),
        "unit_price": plain.number(quoted.unit_price),
        "amount": plain.number(share.amount),
        "position": quoted.position,
        "steps": [
            {
                "text": plain.notice(step.notice, rulebook),
                "factor": None if step.factor is None else str(step.factor),
                "value": plain.number(step.value),
                "citation": plain.citation(step.citation, rulebook, query.known) if step.citation else None,
            }
            for step in quoted.steps
        ],
        "readings": [
            {"code": name, "name": say(f"reading-{name}", {}, rulebook.texts), "unit_price": plain.number(value)}
            for name, value in quoted.readings
        ],
    }


def _estimate(what: Answer, rulebook: Rulebook) -> Plain | None:
    """In the words of a parcel's estimate; None when no target was asked."""
    if not what.asked.query.convert_to:
        return None
    if what.estimate is None:
        return {**present_estimate.nothing(), "reason": plain.notice(what.reason, rulebook), "notices": []}
    use = what.asked.land_use
    parts = [
        {
            "land_use": use,
            "designation": None,
            "area": plain.number(s.area),
            "section": what.asked.id,
            "position": what.placed.position,
        }
        for s in what.placed.stretches
    ]
    found_ = present_estimate.of_estimate(what.estimate, what.asked.query, rulebook)
    return {**found_, "parts": parts, "convertible": {}}
