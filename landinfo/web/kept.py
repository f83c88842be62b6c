"""Answers kept in memory by what they stand on, the least used given up first: one asked again is not made again."""

from __future__ import annotations

from threading import Lock

from cachetools import LRUCache
from flask import Response

MOST = 16_000_000
"""Bytes kept by each process; one answer takes some 20,000."""
_AROUND = 1_000
"""Bytes of an entry beside its text: headers, and the cache's own."""
_Kept = tuple[int, list[tuple[str, str]], bytes]


class KeptAnswers:
    """Answers by their ETag before it is set. Safe to use from several threads."""

    def __init__(self, most: int = MOST) -> None:
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
