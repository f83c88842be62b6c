"""The small language in which a field map says how a value is made from the fields of a row."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
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
    def broken(self) -> bool:
        """Is there a bracket without its partner, or a stretch of characters that ends before it begins?"""
        bare = _FIELD.sub("", _OPTIONAL.sub(lambda m: m[1], self.text))
        ranges = [(int(a), int(b)) for _, a, b in _FIELD.findall(self.text) if a]
        return bool(re.search(r"[\[\]{}]", bare)) or any(not 1 <= a <= b for a, b in ranges)

    def fill(self, row: Mapping[str, Any]) -> str | None:
        """The value for a row, trimmed and in NFC; None where it is empty."""
        always, optional = _OPTIONAL.split(self.text)[::2], _OPTIONAL.split(self.text)[1::2]
        filled = [_filled(text, row) for text in always]
        if None in filled:
            return None
        extra = [_filled(text, row) or "" for text in optional] + [""]
        whole = "".join(f"{a}{b}" for a, b in zip(filled, extra, strict=True))
        return unicodedata.normalize("NFC", whole).strip() or None


def _filled(text: str, row: Mapping[str, Any]) -> str | None:
    empty = False

    def one(match: re.Match[str]) -> str:
        nonlocal empty
        value = plain(row.get(match[1]))
        if match[2]:
            value = value[int(match[2]) - 1 : int(match[3])].strip()
        empty = empty or not value
        return value

    whole = _FIELD.sub(one, text)
    return None if empty else whole


def plain(value: Any) -> str:
    """A value as text: 12.0 is ``12``, a day is ISO, nothing is ``""``."""
    if value is None or value != value:
        return ""
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    if isinstance(value, datetime):
        value = value.date()
    return value.isoformat() if isinstance(value, date) else str(value).strip()
