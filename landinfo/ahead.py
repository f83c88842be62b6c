"""What is published already and changes a parcel's ground, shares or price after the day that was asked about.

Each later day is compared with the day before it, not with the day asked: a step says what it changes itself.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date
from functools import lru_cache
from typing import Any

from landinfo import overlay, valuation
from landinfo.model import Document, Facts, Held, PriceList, Query, Rulebook
from landinfo.overlay import ThemeShares
from landinfo.valuation import Piece, Valuation

MOST = 4
"""Steps that are told."""
PRICE = "price"
_PRICED_BY = ("price_", "position_")
_UNPRICED = ("no_data", "no_list", "rows_not_loaded")


@dataclass(frozen=True, slots=True)
class Outlook:
    """What is said of a parcel from ``query.on`` on; ``facts`` None: its number is no more."""

    query: Query
    facts: Facts | None
    shares: tuple[ThemeShares, ...] = ()
    pieces: tuple[Piece, ...] = ()
    valuation: Valuation | None = None


@dataclass(frozen=True, slots=True)
class Ahead:
    """The outlook of the day asked about, then of each later day that changes something; ``more``: there are others.

    ``silent``: themes (and ``price``) of which nothing is held now, or whose source failed: nobody knows their future.
    """

    steps: tuple[Outlook, ...]
    more: bool
    silent: tuple[str, ...]


def asked(
    query: Query, facts: Facts, shares: tuple[ThemeShares, ...], pieces: tuple[Piece, ...], worth: Valuation
) -> Outlook:
    """The outlook of the day asked about, without what was asked of a conversion."""
    return Outlook(replace(query, convert_to=None, area=None, piece=(), strip=None), facts, shares, pieces, worth)


def days(of_rows: Iterable[tuple[date, str]], query: Query, rulebook: Rulebook) -> dict[date, set[str]]:
    """Days after ``query.on`` on which something may change, in order, each with what: layers of rows, and ``price``.

    Price lists count that were issued by the day of knowledge, and the rules that prices are made by.
    """
    found: dict[date, set[str]] = defaultdict(set)
    for day, layer in of_rows:
        found[day].add(layer)
    for end in _repriced(query.known, rulebook):
        found[end].add(PRICE)
    return {day: found[day] for day in sorted(found) if day > query.on}


@lru_cache(maxsize=64)
def _repriced(known: date, rulebook: Rulebook) -> frozenset[date]:
    """The days on which a list that was issued by then, or a rule of prices, begins or ends."""
    lists = issued(known, rulebook).price_lists
    rules = (v for key, rule in rulebook.rules.items() if key.startswith(_PRICED_BY) for v in rule.values)
    ends = [(x.effective_from, x.effective_to) for x in lists] + [(v.effective_from, v.effective_to) for v in rules]
    return frozenset(day for both in ends for day in both if day)


@lru_cache(maxsize=64)
def issued(known: date, rulebook: Rulebook) -> Rulebook:
    """The rulebook with the price lists that were issued by a day of knowledge; one and the same each time."""
    documents = rulebook.documents
    held = tuple(x for x in rulebook.price_lists if _issued(x, documents.get(x.document), known))
    return rulebook if held == rulebook.price_lists else replace(rulebook, price_lists=held)


def _issued(price_list: PriceList, document: Document | None, known: date) -> bool:
    """Where the day of issue is not known, a list is known from the day on which it comes into force."""
    issued = document.issued if document else None
    return (issued or price_list.effective_from) <= known


def later(day: date, facts: Facts, before: Outlook, repriced: bool, rulebook: Rulebook) -> Outlook:
    """The outlook of a later day, from facts of which what did not change is the same as before.

    ``repriced``: zones, list or rules of the price may be others. A layer whose source failed on either day is taken as
    it was.
    """
    assert before.facts is not None
    assert before.valuation is not None
    query, moved = replace(before.query, on=day), facts.parcel is not before.facts.parcel
    shares = tuple(
        was
        if Held.FAILED in (old.held, new.held) or (new is old and not moved)
        else overlay.measure(facts.parcel, was.theme, new)
        for was, old, new in zip(before.shares, before.facts.themes, facts.themes, strict=True)
    )
    parted = valuation.hampering(shares) != valuation.hampering(before.shares)
    if Held.FAILED in (before.facts.zones_held, facts.zones_held) or not (moved or repriced or parted):
        return Outlook(query, facts, shares, before.pieces, before.valuation)
    kept = not (moved or parted) and facts.zones is before.facts.zones
    pieces = before.pieces if kept else valuation.pieces(facts, shares)
    worth = valuation.value(facts, query, issued(query.known, rulebook), pieces)
    return Outlook(query, facts, shares, pieces, worth)


def says(outlook: Outlook) -> tuple[Any, ...]:
    """All that a change is told by: equal for two days on which nothing changes."""
    facts, worth = outlook.facts, outlook.valuation
    if facts is None or worth is None:
        return ()
    parcel = facts.parcel
    return (
        (parcel.registered_area, parcel.land_uses, parcel.shape),
        tuple((s.answer, tuple((r.kind, r.designation, r.area) for r in s.rows)) for s in outlook.shares),
        (worth.price_list and worth.price_list.id, worth.state, worth.low, worth.likely, worth.high),
        tuple(
            (use.land_use, s.area, s.quote.unit_price, s.quote.position, s.quote.section and s.quote.section.id)
            for use in worth.uses
            for s in use.shares
        ),
    )


def silent(steps: Sequence[Outlook], failed: Iterable[str]) -> tuple[str, ...]:
    """What nobody knows the future of: nothing of it is held on the day asked, or its source failed."""
    now = steps[0]
    themes = [s.theme.id for s in now.shares if s.answer is overlay.Answer.NO_DATA]
    price = [PRICE] if now.valuation is None or now.valuation.state in _UNPRICED else []
    return tuple(dict.fromkeys([*themes, *price, *failed]))


def failed(facts: Facts) -> list[str]:
    """The themes, and the price, whose source failed."""
    themes = [layer.layer for layer in facts.themes if layer.held is Held.FAILED]
    return themes + ([PRICE] if facts.zones_held is Held.FAILED else [])
