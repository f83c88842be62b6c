"""One question answered in this process as the service's point door answers it: text of addresses in, JSON out."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from benchmarks.load import ROOT
from landinfo import asked, lookup, present
from landinfo.model import Rulebook
from landinfo.store import Store
from landinfo.store.rulebook import read_rulebook

PLACE = ("x", "y")


def book() -> Rulebook:
    """The law, read as a server reads it."""
    return read_rulebook(ROOT / "data")


def asker(store: Store, rulebook: Rulebook) -> Callable[[str], str]:
    """Address → JSON: parcel, shares of all themes, prices, estimate. Raises ``Problem`` as the door does."""

    def ask(path: str) -> str:
        given = parse_qsl(urlsplit(path).query)
        query = asked.read_query([pair for pair in given if pair[0] not in PLACE], asked_today(given))
        place = asked.read_place({n: text for n, text in given if n in PLACE}, store.facts().crs)
        return _json(answered(lookup.at(*place, query, store, rulebook), rulebook))

    return ask


def asked_today(given: Sequence[tuple[str, str]]) -> Any:
    """The day that stands in for the clock: the one as known on which is asked."""
    return asked.read_day("known", dict(given)["known"])


def answered(found: Any, rulebook: Rulebook) -> Any:
    return present.several(found, rulebook) if isinstance(found, lookup.Several) else present.answer(found, rulebook)


def _json(body: Any) -> str:
    return json.dumps(body, ensure_ascii=False, sort_keys=True, separators=(",", ":"), allow_nan=False) + "\n"
