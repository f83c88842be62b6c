"""The parameters of the one search box → what is asked, on which day, and how much of it is shown."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from landinfo import asked
from landinfo.model import BadInput, Query

NAMES = ("q", "on", "known", "limit")
MOST_HITS, HITS = 100, 20
_COUNT = re.compile(r"\d{1,3}", re.ASCII)


@dataclass(frozen=True, slots=True)
class Search:
    """``typed`` as it came; ``query`` holds the days."""

    typed: str
    query: Query
    limit: int


def read(given: Iterable[tuple[str, str]], today: date) -> Search:
    """From q, on, known and limit (1–100, 20 without). Raises ``BadInput``; nothing typed is left to the reading."""
    values = asked.single(given, NAMES)
    limit = values.get("limit") or str(HITS)
    if not _COUNT.fullmatch(limit) or not 1 <= int(limit) <= MOST_HITS:
        raise BadInput("search-bad-limit", "limit", value=limit[:20], most=MOST_HITS)
    days = [(n, values[n]) for n in ("on", "known") if values.get(n)]
    return Search(values.get("q", ""), asked.read_query(days, today), int(limit))
