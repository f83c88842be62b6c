"""What somebody typed about a street → a question: every parameter checked, every fault named."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from landinfo import asked
from landinfo.case import fields
from landinfo.model import BadInput
from landinfo.position import Ground
from landinfo.street import Asked

MEASURES = ("width", "depth", "frontage", "length", "hidden_area")
COUNTS = ("position", "fronts", "agricultural_position")
WORDS = ("surface", "hampered", "access", "residential_area", "land_use")
NAMES = (*COUNTS, *MEASURES, *WORDS)
SEARCHED = ("q", "commune", "on", "limit", "offset")
MOST_HITS = 100
_COUNT = re.compile(r"\d{1,4}", re.ASCII)
_YES_NO = {"true": True, "false": False}


@dataclass(frozen=True, slots=True)
class Search:
    """A search for sections: ``offset`` rows are passed over, ``limit`` are shown."""

    typed: str
    commune: str
    on: date
    limit: int
    offset: int


def read_search(given: Iterable[tuple[str, str]], today: date) -> Search:
    """From q, commune, on, limit (1–100, 20 without) and offset. Raises ``BadInput``."""
    values = asked.single(given, SEARCHED)
    limit = _count("limit", values["limit"]) if values.get("limit") else 20
    if not 1 <= limit <= MOST_HITS:
        raise BadInput("place-out-of-reach", "limit", value=limit, most=MOST_HITS)
    return Search(
        typed=values.get("q", ""),
        commune=values.get("commune", "").strip(),
        on=asked.read_day("on", values["on"]) if values.get("on") else today,
        limit=limit,
        offset=_count("offset", values["offset"]) if values.get("offset") else 0,
    )


def read_street(section: str, given: Iterable[tuple[str, str]], today: date) -> Asked:
    """A question about the section ``25750:9``: ``asked.read_query``'s, and the ground. Raises ``BadInput``."""
    told: dict[str, str] = {}
    rest: list[tuple[str, str]] = []
    for name, text in given:
        if name not in NAMES:
            rest.append((name, text))
        elif name in told:
            raise BadInput("given-twice", name)
        else:
            told[name] = text.strip()
    try:
        query = asked.read_query(rest, today)
    except BadInput as wrong:
        if wrong.code != "unknown-parameter":
            raise
        known = ", ".join((*NAMES, str(wrong.params.get("known", ""))))
        raise BadInput(wrong.code, wrong.field, known=known) from wrong
    if query.of_piece:
        raise BadInput("street-no-piece", "piece" if query.piece else "strip")
    return Asked(section.strip(), query, _ground(told, query.area), _land_use(told.get("land_use", "")))


def _ground(told: dict[str, str], area: Decimal | None) -> Ground:
    measures = {n: fields.typed(told[n], n) for n in MEASURES if told.get(n)}
    counts = {n: _count(n, told[n]) for n in COUNTS if told.get(n)}
    access = told.get("access", "")
    if access not in ("", "boat", "road"):
        raise BadInput("case-not-one-of", "access", value=access[:40], choices="road, boat")
    return Ground(
        position=counts.get("position"),
        width=measures.get("width"),
        depth=measures.get("depth"),
        frontage=measures.get("frontage"),
        length=measures.get("length"),
        area=area,
        hidden_area=measures.get("hidden_area"),
        surface=told.get("surface") or None,
        fronts=counts.get("fronts"),
        hampered=tuple(dict.fromkeys(filter(None, (n.strip() for n in told.get("hampered", "").split(","))))),
        no_access=access == "boat",
        residential_area=_yes_no("residential_area", told.get("residential_area", "")),
        agricultural_position=counts.get("agricultural_position"),
    )


def _count(name: str, text: str) -> int:
    if not _COUNT.fullmatch(text):
        raise BadInput("street-not-a-count", name, value=text[:40])
    return int(text)


def _yes_no(name: str, text: str) -> bool | None:
    if text and text not in _YES_NO:
        raise BadInput("case-not-one-of", name, value=text[:40], choices="true, false")
    return _YES_NO.get(text)


def _land_use(text: str) -> str | None:
    if len(text) > 10:
        raise BadInput("street-unknown-use", "land_use", value=text[:20])
    return text or None
