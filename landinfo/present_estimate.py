"""The estimate as plain values: a part of the answer object, and the whole answer to a case file."""

from __future__ import annotations

from landinfo import plain
from landinfo.conversion import Conversion
from landinfo.estimate import Estimate, Item
from landinfo.levy import Line
from landinfo.model import Query, Rulebook
from landinfo.plain import Plain
from landinfo.texts import say


def estimate(conversion: Conversion | None, query: Query, rulebook: Rulebook) -> Plain | None:
    """The conversion estimate of a parcel; None when no target was asked."""
    if conversion is None:
        return None
    if conversion.estimate is None:
        return {
            "reason": plain.notice(conversion.reason, rulebook),
            **nothing(),
            "notices": _notices(conversion, rulebook),
        }
    parts = [
        {
            "land_use": p.use.code,
            "designation": p.cell.row.designation,
            "area": plain.number(p.area),
            "section": p.cell.piece.zone.section if p.cell.piece.zone else None,
            "position": p.cell.piece.zone.position if p.cell.piece.zone else None,
        }
        for p in conversion.parts
    ]
    bounds = {
        use: {"low": plain.number(low), "high": plain.number(high)} for use, (low, high) in conversion.bounds.items()
    }
    found = of_case(conversion.estimate, query, rulebook)
    return {**found, "parts": parts, "convertible": bounds, "notices": _notices(conversion, rulebook)}


def nothing() -> Plain:
    """The fields of an estimate that could not be made, all empty."""
    return {
        "levy": None, "charges": [], "items": [], "total": None,
        "range": {"low": None, "likely": None, "high": None}, "lines": [], "readings": [], "assumptions": [],
        "questions": [], "not_included": [], "parts": [], "convertible": {}, "basis": None, "regime": None, "law": None,
    }  # fmt: skip


def _notices(conversion: Conversion, rulebook: Rulebook) -> list[Plain]:
    return plain.notices(conversion.notices, rulebook)


def of_case(found: Estimate, query: Query, rulebook: Rulebook) -> Plain:
    """An ``Estimate`` in the words of the answer object."""
    items = [_item(item, rulebook) for item in found.items]
    return {
        "regime": found.regime,
        "basis": "table × K" if found.regime == "2026-01-01" and query.on.isoformat() >= "2026-07-01" else "table",
        "law": plain.citation(found.law, rulebook, query.known),
        "reason": plain.notice(found.reason, rulebook),
        "levy": items[0],
        "charges": items[1:],
        "items": items,
        "total": plain.number(found.total),
        "range": {
            "low": plain.number(found.low),
            "likely": plain.number(found.total),
            "high": plain.number(found.high),
        },
        "lines": [_line(item.code, line, query, rulebook) for item in found.items for line in item.lines],
        "readings": [],
        "assumptions": [plain.notice(n, rulebook) for n in found.assumptions],
        "questions": [
            {
                "fact": q.fact,
                "text": say(f"question-{q.fact}", {}, rulebook.texts),
                "default": q.default,
                "moves": plain.number(q.moves),
                "kind": "number" if q.fact == "allotment_limit" else "yes_no",
            }
            for q in found.questions
        ],
        "not_included": [plain.notice(n, rulebook) for n in found.not_included],
    }


def _item(item: Item, rulebook: Rulebook) -> Plain:
    return {
        "code": item.code,
        "label": say(f"item-{item.code}", {}, rulebook.texts),
        "amount": plain.number(item.amount),
        "low": plain.number(item.low),
        "likely": plain.number(item.amount),
        "high": plain.number(item.high),
        "state": "known" if item.amount is not None else "unknown",
        "reason": plain.notice(item.reason, rulebook),
    }


def _line(item: str, line: Line, query: Query, rulebook: Rulebook) -> Plain:
    return {
        "item": item,
        "part": line.part,
        "code": line.formula.code,
        "formula": plain.notice(line.formula, rulebook),
        "inputs": [{"name": name, "value": str(value), "unit": unit} for name, value, unit in line.inputs],
        "amount": plain.number(line.amount),
        "citations": plain.citations(line.citations, rulebook, query.known),
    }
