"""A filter over the properties of features: CQL2 (OGC 21-065r2) as text or JSON → yes, no or not known.

Basic CQL2 with LIKE, BETWEEN, IN and CASEI. Text becomes the JSON form of the standard, which is checked against the
properties and then asked of one feature after the other. Nothing is compiled or evaluated as a program, and no pattern
takes longer than its length × that of the value. ``null`` is "not known": neither true nor false, as in SQL.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from datetime import date
from typing import Any

from landinfo import cql_text
from landinfo.model import BadInput

Value = str | float | bool | None
Expression = dict[str, Any]
MOST, DEEPEST = 2000, 20
"""Letters of a filter, and how deep it may be nested."""
_COMPARED: Mapping[str, Callable[[Any, Any], bool]] = {
    "=": lambda a, b: a == b,
    "<>": lambda a, b: a != b,
    "<": lambda a, b: a < b,
    ">": lambda a, b: a > b,
    "<=": lambda a, b: a <= b,
    ">=": lambda a, b: a >= b,
}
_JOINED = ("and", "or")


class Filter:
    """Expressions that were read and fit the properties they are asked of; all of them must hold."""

    def __init__(self, *expressions: Expression) -> None:
        self._all = expressions

    def holds(self, properties: Mapping[str, Any]) -> bool:
        """Is it so of a feature with these properties? What is not known does not hold."""
        return all(_truth(each, properties) is True for each in self._all)


def read(text: str, language: str, types: Mapping[str, str]) -> Expression:
    """A filter in ``cql2-text`` or ``cql2-json``; ``types`` by property: string | number | date | boolean.

    Raises ``BadInput`` on the field "filter": cannot be read (``where`` says what), no such property, two kinds of
    value compared with one another, too long.
    """
    if len(text) > MOST:
        raise BadInput("filter-too-long", "filter", most=MOST)
    try:
        expression = json.loads(text, parse_constant=_no_number) if language == "cql2-json" else cql_text.parse(text)
        _check(expression, types, DEEPEST)
    except (ValueError, RecursionError) as wrong:
        raise BadInput("filter-unreadable", "filter", where=str(wrong)[:80]) from wrong
    return {"op": "and", "args": [expression]}


def equal(values: Mapping[str, str], types: Mapping[str, str]) -> list[Expression]:
    """``sheet=4`` as it stands in an address, for each property. Raises ``BadInput``: not of the property's kind."""
    read: Mapping[str, Callable[[str], Any]] = {
        "number": float,
        "boolean": {"true": True, "false": False}.__getitem__,
        "date": lambda text: date.fromisoformat(text).isoformat(),
        "string": str,
    }
    found = []
    for name, text in values.items():
        try:
            value = read[types[name]](text)
        except (ValueError, KeyError) as wrong:
            raise BadInput("property-of-another-kind", name, value=text[:40], kind=types[name]) from wrong
        found.append({"op": "=", "args": [{"property": name}, value]})
    return found


def _no_number(text: str) -> None:
    raise ValueError(text)


def _check(what: Any, types: Mapping[str, str], depth: int) -> None:
    """Is it a question to be answered with yes or no? Raises ``ValueError`` with the piece that is not."""
    if isinstance(what, bool):
        return
    if depth == 0:
        raise ValueError("…")
    op, args = _call(what)
    if op in _JOINED or op == "not":
        if len(args) != 1 if op == "not" else len(args) < 2:
            raise ValueError(op)
        for each in args:
            _check(each, types, depth - 1)
    else:
        _check_values(op, args, types)


def _call(what: Any) -> tuple[str, list[Any]]:
    if not isinstance(what, dict) or not isinstance(what.get("op"), str) or not isinstance(what.get("args"), list):
        raise ValueError(json.dumps(what, ensure_ascii=False)[:40])
    return what["op"], what["args"]


def _check_values(op: str, args: list[Any], types: Mapping[str, str]) -> None:
    wanted = {"isNull": 1, "between": 3}.get(op, 2)
    if op not in (*_COMPARED, "isNull", "between", "like", "in") or len(args) != wanted:
        raise ValueError(op)
    if op == "in":
        if not isinstance(args[1], list) or not args[1]:
            raise ValueError(op)
        args = [args[0], *args[1]]
    kinds = {_kind(each, types) for each in args}
    if len(kinds) > 1 and kinds != {"string", "date"}:
        raise ValueError(f"{op}: {', '.join(sorted(kinds))}")
    if op == "like" and kinds != {"string"}:
        raise ValueError(op)


def _kind(what: Any, types: Mapping[str, str]) -> str:
    if isinstance(what, bool):
        return "boolean"
    if isinstance(what, int | float):
        return "number"
    if isinstance(what, str):
        return "string"
    if isinstance(what, dict):
        named = str(what.get("property"))
        if set(what) == {"property"} and named in types:
            return types[named]
        if set(what) == {"date"}:
            date.fromisoformat(str(what["date"]))
            return "date"
        if what.get("op") == "casei" and len(_call(what)[1]) == 1 and _kind(what["args"][0], types) == "string":
            return "string"
    raise ValueError(str(what.get("property", what) if isinstance(what, dict) else what)[:40])


def _truth(what: Any, of: Mapping[str, Any]) -> bool | None:
    if isinstance(what, bool):
        return what
    op, args = what["op"], what["args"]
    if op == "not":
        found = _truth(args[0], of)
        return None if found is None else not found
    if op in _JOINED:
        decides = op == "or"
        all_of = [_truth(each, of) for each in args]
        return decides if decides in all_of else None if None in all_of else not decides
    value = _value(args[0], of)
    if op == "isNull":
        return value is None
    rest = [_value(each, of) for each in (args[1] if op == "in" else args[1:])]
    if value is None or None in rest:
        return None
    if op == "in":
        return value in rest
    if op == "between":
        return bool(rest[0] <= value <= rest[1])  # type: ignore[operator]
    return like(str(value), str(rest[0])) if op == "like" else _COMPARED[op](value, rest[0])


def _value(what: Any, of: Mapping[str, Any]) -> Value:
    if not isinstance(what, dict):
        found: Value = what
    elif "property" in what:
        found = of[str(what["property"])]
    elif "date" in what:
        found = str(what["date"])
    else:
        inner = _value(what["args"][0], of)
        found = None if inner is None else str(inner).casefold()
    return found


def like(text: str, pattern: str) -> bool:
    r"""Does ``text`` fit: ``%`` any letters, ``_`` one, ``\`` takes the next as it is? Goes back to the last % only."""
    signs = _signs(pattern)
    at = sign = 0
    back: tuple[int, int] | None = None
    while at < len(text):
        if sign < len(signs) and signs[sign] == "%":
            back, sign = (at, sign), sign + 1
        elif sign < len(signs) and signs[sign] in ("_", f"={text[at]}"):
            at, sign = at + 1, sign + 1
        elif back is not None:
            back = back[0] + 1, back[1]
            at, sign = back[0], back[1] + 1
        else:
            return False
    return all(rest == "%" for rest in signs[sign:])


def _signs(pattern: str) -> list[str]:
    """Of a pattern "%", "_", and every other letter behind "="."""
    signs, taken = [], False
    for letter in pattern:
        if taken or letter not in "%_\\":
            signs.append(f"={letter}")
            taken = False
        elif letter == "\\":
            taken = True
        else:
            signs.append(letter)
    return signs
