"""One question answered in this process as the service's point door answers it: text of addresses in, JSON out."""

from __future__ import annotations

from collections.abc import Callable
from urllib.parse import parse_qsl, urlsplit

from benchmarks.load import ROOT
from landinfo import asked, lookup, present
from landinfo.model import Query, Rulebook
from landinfo.store import Store
from landinfo.store.rulebook import read_rulebook
from landinfo.web import api

PLACE = ("x", "y")


def book() -> Rulebook:
    """The law, read as a server reads it."""
    return read_rulebook(ROOT / "data")


def asker(store: Store, rulebook: Rulebook) -> Callable[[str], str]:
    """Address → JSON: parcel, shares of all themes, prices, estimate. Raises ``Problem`` as the door does."""

    def ask(path: str) -> str:
        query, place = read(path, store)
        found = lookup.at(*place, query, store, rulebook)
        made = present.several if isinstance(found, lookup.Several) else present.answer
        return api.as_json(made(found, rulebook)).get_data(as_text=True)

    return ask


def read(path: str, store: Store) -> tuple[Query, tuple[float, float]]:
    """The question of an address, and its place in the store's plane (easting, northing). Raises ``Problem``."""
    given = parse_qsl(urlsplit(path).query)
    known = asked.read_day("known", dict(given)["known"])  # stands in for the clock
    query = asked.read_query([pair for pair in given if pair[0] not in PLACE], known)
    return query, asked.read_place({n: text for n, text in given if n in PLACE}, store.facts().crs)
