"""The second seam, for what the web writes: issued extracts, and errors that are reported and followed later.

Beside the store and never in it, so that a reader's store can stay read-only. An entry has a kind, a key and plain
values; marks are other names by which it is found, such as the hash of a file. Both engines keep the same promise
(``tests/test_register.py`` runs one suite on each).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any, Protocol

from landinfo.store import is_postgis

VERSION = 1
"""Of the tables; a register of another version is not touched."""


@dataclass(frozen=True, slots=True)
class Entry:
    """``day``: when it was first kept; ``body``: plain JSON values; ``revision`` counts its changes from 1."""

    kind: str
    key: str
    day: date
    body: Mapping[str, Any]
    revision: int


class Register(Protocol):
    """Entries by kind and key. Safe to share between threads and across a fork.

    Nothing is opened before it is asked, and the place is made when it is not there. Every method raises ``model.Busy``
    when the register cannot be reached, read or written (gone, read-only, of another version): an entry that is not
    there is None, a register that is not there is never "not kept".
    """

    engine: str  # "sqlite" | "postgis"

    def add(self, kind: str, key: str, day: date, body: Mapping[str, Any], marks: Sequence[str] = ()) -> bool:
        """Keep an entry and its marks as one step; True: it is new.

        What is there already stays as it was, and so does a mark; only marks that are new are added to it.
        """
        ...

    def get(self, kind: str, key: str) -> Entry | None: ...

    def marked(self, kind: str, mark: str) -> Entry | None:
        """The entry of that kind with the mark."""
        ...

    def revise(self, kind: str, key: str, body: Mapping[str, Any], revision: int) -> bool:
        """Put ``body`` in place of the one read as ``revision``; False: it has changed since, or is not there."""
        ...

    def remove(self, kind: str, key: str) -> bool:
        """Take an entry away with its marks, and out of the file it stood in; False: it is not there."""
        ...

    def listed(self, kind: str, after: str = "", limit: int = 100) -> tuple[Entry, ...]:
        """Entries of a kind whose key comes behind ``after``, in order of their keys' bytes."""
        ...

    def by_day(self, kind: str, after: tuple[date, str] | None = None, limit: int = 100) -> tuple[Entry, ...]:
        """Entries of a kind in order of their day, then of their keys' bytes; only those behind (day, key) ``after``.

        However many there are, no more than ``limit`` are handed over; a register made before there was an index by
        day sorts their days itself.
        """
        ...


def beside(store: str) -> str:
    """Where the register of a store stands: a SQLite file beside the GeoPackage, a schema in the PostGIS database."""
    return store if is_postgis(store) else str(Path(store).with_suffix(".register.sqlite"))


def open_register(url: str, *, wait: float = 2.0) -> Register:
    """The register at ``url``: ``postgresql://…``, or a SQLite file. A question waits ``wait`` seconds for a writer."""
    if is_postgis(url):
        from landinfo.store.register.postgis import PostgisRegister

        return PostgisRegister(url, wait)
    from landinfo.store.register.sqlite import SqliteRegister

    return SqliteRegister(Path(url), wait)


__all__ = ["VERSION", "Entry", "Register", "beside", "open_register"]
