"""The difference of two answers as plain values, and as lines of text."""

from __future__ import annotations

from collections.abc import Iterator

from landinfo import plain, present
from landinfo.difference import Change, Difference
from landinfo.estimate import Estimate
from landinfo.letter import Words
from landinfo.model import Notice, Rulebook
from landinfo.plain import Plain
from landinfo.report import Report
from landinfo.texts import day, say


def difference(found: Difference, rulebook: Rulebook) -> Plain:
    """What the doors show of two questions about one parcel (its fields: README, "Two days, two targets")."""
    return {
        "parcel": str(found.before.facts.parcel.ref),
        "before": _side(found.before, rulebook),
        "after": _side(found.after, rulebook),
        "value": _change(found.value, rulebook),
        "items": [_change(item, rulebook) for item in found.items],
        "moved": [
            {
                "theme": m.theme,
                "kind": m.kind,
                "designation": m.designation,
                "before": plain.number(m.before),
                "after": plain.number(m.after),
                "change": plain.number(m.after - m.before),
            }
            for m in found.moved
        ],
        "disclaimer": say("disclaimer", {}, rulebook.texts),
    }


def _side(report: Report, rulebook: Rulebook) -> Plain:
    query, made = report.query, _estimate(report)
    return {
        "on": query.on.isoformat(),
        "known": query.known.isoformat(),
        "convert_to": query.convert_to,
        "permanent": present.address(report.facts.parcel.ref, query),
        "reason": plain.notice(_reason(report), rulebook),
        "range": _range(report),
        "notices": plain.notices(made.notices, rulebook) if made else [],
    }


def _estimate(report: Report) -> Estimate | None:
    return report.conversion.estimate if report.conversion else None


def _range(report: Report) -> Plain | None:
    """The bounds of the side's total; None: no cost was found."""
    made = _estimate(report)
    if made is None or made.total is None:
        return None
    return {"low": plain.number(made.low), "likely": plain.number(made.total), "high": plain.number(made.high)}


def _reason(report: Report) -> Notice | None:
    """Why this side's cost is not known; None: it is, or no target was asked about."""
    conversion = report.conversion
    if conversion is None:
        return None
    return conversion.reason if conversion.estimate is None else conversion.estimate.reason


def _change(change: Change, rulebook: Rulebook) -> Plain:
    label = f"difference-{change.code}" if change.code in ("value", "total") else f"item-{change.code}"
    return {
        "code": change.code,
        "label": say(label, {}, rulebook.texts),
        "before": plain.number(change.before),
        "after": plain.number(change.after),
        "change": plain.number(change.change),
        "factors": [
            {"factor": name, "label": say(f"factor-{name}", {}, rulebook.texts), "amount": plain.number(amount)}
            for name, amount in change.factors
        ],
    }


def letter(shown: Plain, words: Words) -> Iterator[str]:
    """The difference as lines of text."""
    yield f"{shown['parcel']}   {_named(shown['before'])}  →  {_named(shown['after'])}"
    for item in (shown["value"], *shown["items"]):
        ends = f"{words.dong(item['before'])} → {words.dong(item['after'])}"
        yield f"{words.told(item['label'])}: {ends}  ({_signed(item['change'], words)})"
        for factor in item["factors"]:
            if factor["amount"] != 0:
                yield f"    {words.told(factor['label'])}: {_signed(factor['amount'], words)}"
    for moved in shown["moved"]:
        what = moved["designation"] or words.say(f"row-{moved['kind']}", names="")
        yield f"  {moved['theme']} {what}: {words.m2(moved['before'])} → {words.m2(moved['after'])}"
    for side in (shown["before"], shown["after"]):
        if side["reason"]:
            yield f"{_named(side)}: {words.told(side['reason'])}"
        if side["range"] and side["range"]["low"] != side["range"]["high"]:
            yield f"{_named(side)}: {words.say('difference-likely', **side['range'])}"
        for notice in side["notices"]:
            yield f"{_named(side)}: {words.told(notice['text'])}"
    yield words.told(shown["disclaimer"])


def _named(side: Plain) -> str:
    return " ".join([day(side["on"]), *([side["convert_to"]] if side["convert_to"] else [])])


def _signed(amount: int | None, words: Words) -> str:
    return "–" if amount is None else ("+" if amount > 0 else "") + words.dong(amount)
