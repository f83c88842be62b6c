"""CQL2 as text → its JSON form (OGC 21-065r2, annex B): AND binds closer than OR, NOT closer than both."""

from __future__ import annotations

import re
from typing import Any

_TOKEN = re.compile(
    r"""\s*(?:
    (?P<number>[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?)
    | '(?P<text>(?:[^'\\]|''|\\.)*)'
    | "(?P<quoted>[^"]+)"
    | (?P<word>[^\W\d]\w*)
    | (?P<sign><>|<=|>=|[=<>(),])
    )""",
    re.VERBOSE,
)
_DEEPEST = 20


def parse(text: str) -> Any:
    """The JSON form. Raises ``ValueError`` with the words from where it cannot be read on."""
    reading = _Reading(text)
    found = reading.either(_DEEPEST)
    if reading.kind != "end":
        raise reading.wrong()
    return found


class _Reading:
    """One token ahead: ``kind`` is number | text | quoted | word | sign | end, ``token`` what stands there."""

    def __init__(self, text: str) -> None:
        self._text, self._at, self._next = text, 0, 0
        self.kind, self.token = "", ""
        self.step()

    def wrong(self) -> ValueError:
        return ValueError(self._text[self._at :][:40] or "…")

    def step(self) -> str:
        """Go on; returns what stood here."""
        passed, self._at = self.token, self._next
        rest = self._text[self._next :]
        if not rest.strip():
            self.kind, self.token = "end", ""
            return passed
        found = _TOKEN.match(self._text, self._next)
        if found is None:
            raise self.wrong()
        self.kind, self._next = str(found.lastgroup), found.end()
        self.token = found[self.kind]
        return passed

    def is_next(self, *words: str) -> bool:
        """Does one of these keywords or signs stand here?"""
        return self.kind in ("word", "sign") and self.token.upper() in words

    def take(self, *words: str) -> bool:
        if self.is_next(*words):
            self.step()
            return True
        return False

    def must(self, word: str) -> None:
        if not self.take(word):
            raise self.wrong()

    def either(self, depth: int) -> Any:
        return self._joined("or", lambda: self._joined("and", lambda: self._not(depth)))

    def _joined(self, op: str, read: Any) -> Any:
        args = [read()]
        while self.take(op.upper()):
            args.append(read())
        return args[0] if len(args) == 1 else {"op": op, "args": args}

    def _not(self, depth: int) -> Any:
        if depth == 0:
            raise self.wrong()
        if self.take("NOT"):
            return _not(self._not(depth - 1))
        if self.take("("):
            found = self.either(depth - 1)
            self.must(")")
            return found
        if self.is_next("TRUE", "FALSE"):
            return self.step().upper() == "TRUE"
        return self._predicate()

    def _predicate(self) -> Any:
        value = self._value()
        if self.is_next("=", "<>", "<", ">", "<=", ">="):
            return {"op": self.step(), "args": [value, self._value()]}
        if self.take("IS"):
            negated = self.take("NOT")
            self.must("NULL")
            return _not({"op": "isNull", "args": [value]}, negated)
        negated = self.take("NOT")
        if self.take("LIKE"):
            return _not({"op": "like", "args": [value, self._value()]}, negated)
        if self.take("BETWEEN"):
            low = self._value()
            self.must("AND")
            return _not({"op": "between", "args": [value, low, self._value()]}, negated)
        self.must("IN")
        return _not({"op": "in", "args": [value, self._list()]}, negated)

    def _list(self) -> list[Any]:
        self.must("(")
        found = [self._value()]
        while self.take(","):
            found.append(self._value())
        self.must(")")
        return found

    def _value(self) -> Any:
        if self.kind == "number":
            return float(self.step())
        if self.kind == "text":
            return re.sub(r"''|\\'", "'", self.step())
        if self.kind == "quoted":
            return {"property": self.step()}
        if self.is_next("TRUE", "FALSE"):
            return self.step().upper() == "TRUE"
        if self.kind != "word" or self.is_next("AND", "OR", "NOT", "LIKE", "BETWEEN", "IN", "IS", "NULL"):
            raise self.wrong()
        name = self.step()
        if name.upper() not in ("CASEI", "DATE") or not self.take("("):
            return {"property": name}
        inner = self._value()
        self.must(")")
        return {"op": "casei", "args": [inner]} if name.upper() == "CASEI" else {"date": inner}


def _not(what: Any, negated: bool = True) -> Any:
    return {"op": "not", "args": [what]} if negated else what
