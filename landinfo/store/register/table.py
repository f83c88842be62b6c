"""The statements of a register; an engine says how they are run."""

from __future__ import annotations

import json
from abc import ABC, abstractmethod
from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from typing import Any

from landinfo.store.register import Entry

Statement = tuple[str, Sequence[object]]

_ENTRY = "SELECT e.kind, e.key, e.day, e.body, e.revision FROM entries e"
_ADD = "INSERT INTO entries (kind, key, day, body, revision) VALUES (?, ?, ?, ?, 1) ON CONFLICT DO NOTHING"
_MARK = "INSERT INTO marks (kind, mark, key) VALUES (?, ?, ?) ON CONFLICT DO NOTHING"
_MARKED = f"{_ENTRY} JOIN marks m ON m.kind = e.kind AND m.key = e.key WHERE m.kind = ? AND m.mark = ?"
_REVISE = "UPDATE entries SET body = ?, revision = revision + 1 WHERE kind = ? AND key = ? AND revision = ?"
_UNMARK, _REMOVE = "DELETE FROM marks WHERE kind = ? AND key = ?", "DELETE FROM entries WHERE kind = ? AND key = ?"
_LISTED = f"{_ENTRY} WHERE e.kind = ? AND e.key > ? ORDER BY e.key LIMIT ?"

_BY_DAY = f"{_ENTRY} WHERE e.kind = ? AND (e.day, e.key) > (?, ?) ORDER BY e.day, e.key LIMIT ?"


class Table(ABC):
    """A register over two tables, whatever the engine. Statements have ``?`` for each value."""

    @abstractmethod
    def _ask(self, statement: str, given: Sequence[object]) -> list[tuple[Any, ...]]:
        """The rows of a question. Raises ``Busy``."""

    @abstractmethod
    def _write(self, statements: Iterable[Statement]) -> list[int]:
        """How many rows each changed; all of them or none. Raises ``Busy``."""

    def add(self, kind: str, key: str, day: date, body: Mapping[str, Any], marks: Sequence[str] = ()) -> bool:
        entry = (_ADD, (kind, key, day.isoformat(), _text(body)))
        return self._write([entry, *((_MARK, (kind, mark, key)) for mark in marks)])[0] == 1

    def get(self, kind: str, key: str) -> Entry | None:
        return _first(self._ask(f"{_ENTRY} WHERE e.kind = ? AND e.key = ?", (kind, key)))

    def marked(self, kind: str, mark: str) -> Entry | None:
        return _first(self._ask(_MARKED, (kind, mark)))

    def revise(self, kind: str, key: str, body: Mapping[str, Any], revision: int) -> bool:
        return self._write([(_REVISE, (_text(body), kind, key, revision))]) == [1]

    def remove(self, kind: str, key: str) -> bool:
        return self._write([(_UNMARK, (kind, key)), (_REMOVE, (kind, key))])[1] == 1

    def listed(self, kind: str, after: str = "", limit: int = 100) -> tuple[Entry, ...]:
        return tuple(_entry(row) for row in self._ask(_LISTED, (kind, after, limit)))

    def by_day(self, kind: str, after: tuple[date, str] | None = None, limit: int = 100) -> tuple[Entry, ...]:
        day, key = (after[0].isoformat(), after[1]) if after else ("", "")
        return tuple(_entry(row) for row in self._ask(_BY_DAY, (kind, day, key, limit)))


def _text(body: Mapping[str, Any]) -> str:
    return json.dumps(body, ensure_ascii=False, sort_keys=True, separators=(",", ":"), allow_nan=False)


def _first(rows: Sequence[tuple[Any, ...]]) -> Entry | None:
    return _entry(rows[0]) if rows else None


def _entry(row: tuple[Any, ...]) -> Entry:
    kind, key, day, body, revision = row
    return Entry(kind, key, date.fromisoformat(day), json.loads(body), revision)
