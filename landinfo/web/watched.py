"""The store as the web asks it: that a layer could not be read is noted, so that no such answer is marked or kept."""

from __future__ import annotations

from typing import Any

from flask import g, has_request_context

from landinfo.model import Held, LayerFacts, PriceZone
from landinfo.store import Store, Surroundings


class Watched:
    """A ``Store``: every method is the inner store's."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def __getattr__(self, name: str) -> Any:
        return getattr(self._store, name)

    def layer(self, *asked: Any, **named: Any) -> LayerFacts:
        return _noted(self._store.layer(*asked, **named))

    def zones(self, *asked: Any, **named: Any) -> tuple[LayerFacts, tuple[PriceZone, ...]]:
        held, zones = self._store.zones(*asked, **named)
        return _noted(held), zones

    def surroundings(self, *asked: Any, **named: Any) -> Surroundings:
        found = self._store.surroundings(*asked, **named)
        for each in (*found.themes, found.zones_held):
            _noted(each)
        return found


def _noted(found: LayerFacts) -> LayerFacts:
    if found.held is Held.FAILED and has_request_context():
        g.unread = True
    return found


def unread() -> bool:
    """Did a layer fail while this request was answered?"""
    return bool(g.get("unread", False))
