"""What a cell says of land use: one code, or several with or without their areas (``ODT 100 + CLN 257.5``)."""

from __future__ import annotations

import re
from collections.abc import Container
from dataclasses import dataclass
from decimal import Decimal

_SPLIT = re.compile(r"\s*[+;&]\s*")
_CODE = r"(?P<code>\d?[^\W\d_][^\W_]*(?:[./][^\W_]+)*(?:\s?\([^\W\d_]+\)[^\W\d_])?)"
_AREA = r"(?P<area>\d{1,9}(?:[.,]\d{1,4})?)\s*(?:m2|m²)?"
_PART = re.compile(rf"{_CODE}\s*(?P<star>\*?)\s*(?:[:=(]?\s*{_AREA}\s*\)?)?", re.IGNORECASE)
_GROUPED = re.compile(r"\d{1,3}[.,]\d{3}")
"""1.234 is one thousand two hundred … or one and a bit: nobody can say."""


@dataclass(frozen=True, slots=True)
class Uses:
    """The uses in their order, each with its area in m² where it stands beside; ``plain``: the cell is just one code.

    ``read``: all of the cell was understood; where it was not, ``parts`` holds the cell as it stands.
    """

    parts: tuple[tuple[str, Decimal | None], ...]
    plain: bool
    read: bool


def read_uses(text: str, known: Container[str]) -> Uses:
    """The uses of a cell; ``known`` are the codes of all regimes, some of which hold a stroke or a point (``Hg/b``)."""
    if text in known:
        return Uses(((text, None),), plain=True, read=True)
    parts: list[tuple[str, Decimal | None]] = []
    noted = False
    for piece in (p for p in _SPLIT.split(text.strip()) if p):
        match = _PART.fullmatch(piece)
        if not match or (match["area"] and _GROUPED.fullmatch(match["area"])):
            return Uses(((text, None),), plain=False, read=False)
        noted = noted or bool(match["star"])
        area = Decimal(match["area"].replace(",", ".")) if match["area"] else None
        codes = _codes(match["code"], known)
        parts += [(code, area if len(codes) == 1 else None) for code in codes]
    plain = len(parts) == 1 and parts[0][1] is None and not noted
    return Uses(tuple(parts), plain=plain, read=bool(parts) and not noted)


def _codes(code: str, known: Container[str]) -> list[str]:
    """``BHK/NTS`` is two codes where neither the whole is one nor a piece is none."""
    pieces = code.split("/")
    return [code] if code in known or not all(p in known for p in pieces) else pieces
