"""What became of a parcel, and what it was before, as plain values; the names of its communes with their days."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from datetime import date, timedelta
from functools import lru_cache
from typing import Any

from landinfo import lineage, plain
from landinfo.model import Commune, Link, ParcelRef, Problem, Query, Rulebook
from landinfo.plain import Plain
from landinfo.report import Report
from landinfo.texts import say

Address = Callable[[object, Query], str]


def history(report: Report, address: Address, rulebook: Rulebook) -> Plain:
    """``predecessors`` and ``successors`` with day, shared m² and the address that asks for each in its days.

    ``communes``: each name that the ground had, old first, with its days.
    """
    facts, query = report.facts, report.query
    before = lineage.predecessors(facts.history, facts.parcel)
    after = lineage.successors(facts.history, facts.parcel)

    def step(link: Link, ref: ParcelRef, on: date) -> Plain:
        return _step(link, ref, rulebook) | {"href": address(ref, replace(query, on=on))}

    return {
        "predecessors": [step(x, x.before, x.day - timedelta(days=1)) for x in before],
        "successors": [step(x, x.after, max(x.day, query.on)) for x in after],
        "communes": _communes(facts.commune, facts.commune_now),
    }


def _step(link: Link, ref: ParcelRef, rulebook: Rulebook) -> Plain:
    return {
        "ref": str(ref),
        "kind": link.kind,
        "label": say(f"history-{link.kind}", {}, rulebook.texts),
        "day": link.day.isoformat(),
        "area": plain.number(link.shared),
    }


@lru_cache(maxsize=plain.MOST)
def _communes(then: Commune, now: Commune | None) -> list[Plain]:
    return list(_names(c for c in (then, now) if c))


def _names(communes: Iterable[Commune]) -> Iterator[Plain]:
    """Each name that the ground had, old first, with the days from and to which it held."""
    seen = set()
    for commune in communes:
        ends = [first for first, _, _ in commune.names[1:]] + [commune.effective_to]
        for (first, kind, name), end in zip(commune.names, ends, strict=True):
            if (commune.series, first) not in seen:
                seen.add((commune.series, first))
                named = {"code": commune.code, "period": commune.period, "name": f"{kind} {name}".strip()}
                yield named | {"effective_from": plain.iso(first), "effective_to": plain.iso(end)}


def ended(what: Problem, rulebook: Rulebook) -> Plain:
    """What a problem says of a number that is retired, or not given yet; nothing of any other."""
    links: tuple[Link, ...] = what.params.get("history", ())
    if not links:
        return {}
    forward: bool = what.params["forward"]
    steps = [_step(x, x.after if forward else x.before, rulebook) for x in links]
    told: dict[str, Any] = {"day": what.params["changed"], "refs": ", ".join(s["ref"] for s in steps)}
    text = say("history-ended" if forward else "history-not-yet", told, rulebook.texts)
    return {"detail": text["vi"], "detail_en": text["en"], "successors" if forward else "predecessors": steps}
