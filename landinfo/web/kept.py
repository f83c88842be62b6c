"""Answers kept in memory by what they stand on, the least used given up first: one asked again is not made again."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from threading import Lock
from typing import Any

from cachetools import LRUCache
from flask import Response

from landinfo.model import Edition
from landinfo.store import Store

MOST_TILES = 48_000_000
"""Of answers that are tiles: what some windows of the map show."""
DAYS = 64
"""Days of knowledge of which a process keeps what is published."""
_AROUND = 1_000
"""Bytes of an entry beside its text: headers, and the cache's own."""
_Kept = tuple[int, list[tuple[str, str]], bytes]


class KeptAnswers:
    """Answers by their ETag before it is set, ``most`` bytes of them. Safe to use from several threads.

    One answer takes some 20,000 bytes.
    """

    def __init__(self, most: int) -> None:
        self._held: LRUCache[str, _Kept] = LRUCache(most, getsizeof=lambda kept: len(kept[2]) + _AROUND)
        self._lock = Lock()

    def get(self, tag: str) -> Response | None:
        with self._lock:
            found = self._held.get(tag)
        if found is None:
            return None
        status, headers, data = found
        return Response(data, status, headers)

    def keep(self, tag: str, response: Response) -> None:
        """An answer larger than all that may be kept is not."""
        entry = response.status_code, list(response.headers), response.get_data()
        with self._lock:
            if len(entry[2]) + _AROUND <= self._held.maxsize:
                self._held[tag] = entry


class KeptEditions:
    """What is published as known on a day, read again when the store's mark is another. Safe to use from threads."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._held: LRUCache[tuple[str, date | None], tuple[Edition, ...]] = LRUCache(DAYS)
        self._lock = Lock()

    def known_on(self, day: date | None, mark: str) -> tuple[Edition, ...]:
        """As ``Store.editions``; ``mark`` is the store's, read before."""
        key = mark, day
        with self._lock:
            found = self._held.get(key)
        if found is None:
            found = self._store.editions(day)
            if self._store.mark() == key[0]:  # else published meanwhile: of which mark they are nobody can say
                with self._lock:
                    self._held[key] = found
        return found


@dataclass(frozen=True, slots=True)
class AnsweredTile:
    """An answer as it went out, without what is each answer's own; ``counted``: the limit by which it was counted."""

    stands: tuple[str, str]
    status: str
    headers: list[tuple[str, str]]
    body: bytes
    counted: Any


class KeptTileAnswers:
    """Answers by what was asked, the least used given up first. Safe to use from several threads."""

    def __init__(self, most: int = MOST_TILES) -> None:
        self._held: LRUCache[tuple[str, ...], AnsweredTile] = LRUCache(most, getsizeof=_bytes)
        self._lock = Lock()

    def get(self, key: tuple[str, ...], stands: tuple[str, str]) -> AnsweredTile | None:
        """None: not kept, or it stood on something else."""
        with self._lock:
            found = self._held.get(key)
        return found if found and found.stands == stands else None

    def keep(self, key: tuple[str, ...], answered: AnsweredTile) -> None:
        """An answer larger than all that may be kept is not."""
        with self._lock:
            if _bytes(answered) <= self._held.maxsize:
                self._held[key] = answered


def _bytes(answered: AnsweredTile) -> int:
    """What an entry takes; its key is no longer than ``again.LONGEST``."""
    said = sum(len(name) + len(value) for name, value in answered.headers)
    return len(answered.body) + said + sum(map(len, answered.stands)) + 3 * _AROUND
