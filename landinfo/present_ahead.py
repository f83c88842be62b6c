"""What is published already and changes a parcel later, as plain values; "nothing" and "not known" are two answers."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from itertools import pairwise
from typing import Any

from shapely.geometry import mapping

from landinfo import changes, plain
from landinfo.ahead import PRICE, Ahead, Outlook
from landinfo.model import Query, Rulebook
from landinfo.plain import Plain, Text
from landinfo.report import Report
from landinfo.texts import LANGUAGES, say

Address = Callable[[object, Query], str]


def ahead(report: Report, address: Address, rulebook: Rulebook) -> Plain | None:
    """``state``: ``changes``, ``none`` or ``no_data`` (nothing is held of which a change could be known).

    ``days`` are the steps, each with what it changes and the address that asks for it; ``held`` and ``no_data`` the
    themes (and ``price``) whose published future was looked through, and those of which nobody knows one.
    """
    found = report.ahead
    if found is None:
        return None
    every = [*(s.theme.id for s in report.shares), PRICE]
    held = [name for name in every if name not in found.silent]
    days = [_day(one, other, report, address, rulebook) for one, other in pairwise(found.steps)]
    state = "changes" if days else "none" if held else "no_data"
    return {
        "state": state,
        "days": days,
        "more": found.more,
        "held": held,
        "no_data": [name for name in every if name in found.silent],
        "texts": _texts(found, held, every, report, rulebook),
    }


def _texts(found: Ahead, held: Sequence[str], every: Sequence[str], report: Report, rulebook: Rulebook) -> list[Text]:
    """What is said where nothing changes, and of what nobody knows."""
    query = report.query
    told = []
    if held and len(found.steps) == 1:
        words = {"layers": _named(held, report, rulebook), "on": query.on, "known": query.known}
        told.append(say("ahead-none", words, rulebook.texts))
    if found.silent:
        silent = [name for name in every if name in found.silent]
        told.append(say("ahead-no-data", {"layers": _named(silent, report, rulebook)}, rulebook.texts))
    if found.more:
        told.append(say("ahead-more", {"day": found.steps[-1].query.on}, rulebook.texts))
    return told


def _named(names: Sequence[str], report: Report, rulebook: Rulebook) -> Text:
    labels = {s.theme.id: {"vi": s.theme.label_vi, "en": s.theme.label_en} for s in report.shares}
    said = [labels.get(name) or say("ahead-price", {}, rulebook.texts) for name in names]
    return {lang: "; ".join(each[lang] for each in said) for lang in LANGUAGES}


def _day(one: Outlook, other: Outlook, report: Report, address: Address, rulebook: Rulebook) -> Plain:
    ref, day = report.facts.parcel.ref, other.query.on
    if other.facts is None:
        told = [_ended(other, report, rulebook)]
    else:
        told = changes.changes(_shown(one, rulebook), _shown(other, rulebook), rulebook.texts)
    href = address(ref, replace(report.query, on=day)) if other.facts else None
    return {"day": day.isoformat(), "changes": told, "href": href}


def _ended(other: Outlook, report: Report, rulebook: Rulebook) -> Plain:
    """The number is no more; what takes its place where that is known."""
    ref = report.facts.parcel.ref
    heirs = [str(x.after) for x in report.facts.history if x.before == ref and x.day == other.query.on]
    code = "ahead-replaced" if heirs else "ahead-ended"
    now = say(code, {"refs": ", ".join(dict.fromkeys(heirs))}, rulebook.texts)
    label = say("ahead-parcel", {}, rulebook.texts)
    return {"about": "parcel", "label": label, "was": dict.fromkeys(LANGUAGES, str(ref)), "now": now}


def _shown(outlook: Outlook, rulebook: Rulebook) -> Plain:
    """As much of an answer as ``changes`` compares."""
    assert outlook.facts is not None
    assert outlook.valuation is not None
    parcel, worth = outlook.facts.parcel, outlook.valuation
    uses = [{"code": u.code, "area": plain.number(u.area)} for u in parcel.land_uses]
    return {
        "parcel": {
            "registered_area": plain.number(parcel.registered_area),
            "drawn_area": round(float(parcel.shape.area), 3),
            "land_uses": uses,
            "geometry": mapping(parcel.shape),
        },
        "themes": [
            {
                "id": s.theme.id,
                "label": {"vi": s.theme.label_vi, "en": s.theme.label_en},
                "answer": str(s.answer),
                "rows": [
                    {
                        "kind": r.kind,
                        "designation": r.designation,
                        "label": plain.row_label(r, s.theme, rulebook)[0],
                        "area": plain.number(r.area),
                    }
                    for r in s.rows
                ],
            }
            for s in outlook.shares
        ],
        "price": {
            "list": worth.price_list and {"label": {"vi": worth.price_list.label_vi, "en": worth.price_list.label_en}},
            "rows": [_quoted(use, share) for use in worth.uses for share in use.shares],
            "value": {name: plain.number(getattr(worth, name)) for name in ("low", "likely", "high")},
        },
        "verdicts": [],
        "estimate": None,
        "sources": [],
    }


def _quoted(use: Any, share: Any) -> Plain:
    quote = share.quote
    return {
        "land_use": use.land_use.code,
        "section": quote.section and {"id": quote.section.id},
        "position": quote.position,
        "unit_price": plain.number(quote.unit_price),
    }
