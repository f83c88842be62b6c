"""The small language in which a field map says how a value is made from the fields of a row."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from functools import lru_cache
from typing import Any

_FIELD = re.compile(r"\{([^{}]+?)(?::(\d+)-(\d+))?\}")
_OPTIONAL = re.compile(r"\[([^\[\]]*)\]")


@dataclass(frozen=True, slots=True)
class Template:
    """``{FIELD}``, ``{FIELD:4-8}`` (characters 4 to 8, from 1), text around them, and ``[…]`` left out where empty.

    ``{BOOK}-{PAGE}`` of (2, 102) is ``2-102``; ``{PARCEL}[-{SUB}]`` of (23, nothing) is ``23``; without a field it is a
    constant. A field that is empty outside ``[…]`` makes the whole empty.
    """

    text: str

    @property
    def fields(self) -> tuple[str, ...]:
        """The names of the fields it reads."""
        return tuple(dict.fromkeys(match[0] for match in _FIELD.findall(self.text)))

    @property
    def constant(self) -> str:
        """The value where no field is read, else ""."""
        return "" if self.fields else self.fill({}) or ""

    @property
    def broken(self) -> bool:
        """Is there a bracket without its partner, or a stretch of characters that ends before it begins?"""
        bare = _FIELD.sub("", _OPTIONAL.sub(lambda m: m[1], self.text))
        ranges = [(int(a), int(b)) for _, a, b in _FIELD.findall(self.text) if a]
        return bool(re.search(r"[\[\]{}]", bare)) or any(not 1 <= a <= b for a, b in ranges)

    def fill(self, row: Mapping[str, Any]) -> str | None:
        """The value for a row, trimmed and in NFC; None where it is empty."""
        made = []
        for optional, pieces in _compiled(self.text):
            filled = _filled(pieces, row)
            if filled is None and not optional:
                return None
            made.append(filled or "")
        return composed("".join(made)).strip() or None

    def fill_all(self, columns: Mapping[str, Sequence[Any]], count: int) -> list[str | None]:
        """The value for each of ``count`` rows of ``columns``; equal texts are one object."""
        known = [columns[name] for name in self.fields if name in columns]
        if not known:
            return [self.fill({})] * count
        held: dict[Any, str | None] = {}
        texts: dict[str | None, str | None] = {}
        made = []
        for values in zip(*known, strict=True):
            key = values if all(type(v) is str for v in values) else tuple((type(v), v) for v in values)
            if key not in held:
                text = self.fill(dict(zip((name for name in self.fields if name in columns), values, strict=True)))
                if len(held) >= _REMEMBERED:
                    held.clear()
                held[key] = texts.setdefault(text, text)
            made.append(held[key])
        return made


_REMEMBERED = 100_000
"""Values whose text is kept while a column is filled."""
Piece = str | tuple[str, int, int | None]
"""Text as it stands, or a field with the first and the last of its characters, from 0."""


@lru_cache(maxsize=1024)
def _compiled(text: str) -> tuple[tuple[bool, tuple[Piece, ...]], ...]:
    """The stretches of a template in their order: whether each may be left out, and its pieces."""
    return tuple((n % 2 == 1, tuple(_pieces(each))) for n, each in enumerate(_OPTIONAL.split(text)))


def _pieces(text: str) -> Iterator[Piece]:
    end = 0
    for match in _FIELD.finditer(text):
        if match.start() > end:
            yield text[end : match.start()]
        yield (match[1], int(match[2]) - 1, int(match[3])) if match[2] else (match[1], 0, None)
        end = match.end()
    if end < len(text):
        yield text[end:]


def _filled(pieces: Sequence[Piece], row: Mapping[str, Any]) -> str | None:
    made = []
    for piece in pieces:
        if isinstance(piece, str):
            made.append(piece)
            continue
        name, first, last = piece
        value = plain(row.get(name))
        if last is not None:
            value = value[first:last].strip()
        if not value:
            return None
        made.append(value)
    return "".join(made)


def composed(text: str) -> str:
    """``text`` in NFC."""
    return text if text.isascii() else unicodedata.normalize("NFC", text)


def plain(value: Any) -> str:
    """A value as text: 12.0 is ``12``, a day is ISO, nothing is ``""``."""
    if type(value) is str:
        return value.strip()
    if value is None or value != value:
        return ""
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    if isinstance(value, datetime):
        value = value.date()
    return value.isoformat() if isinstance(value, date) else str(value).strip()
