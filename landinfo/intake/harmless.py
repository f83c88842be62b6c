"""Values that may be kept and shown for their shape: a code, a number of a sheet, a measure. Nobody is called so.

Lists of names never end (``persons.py`` knows the common ones); what a code looks like does.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Container

from landinfo.intake.persons import HIDDEN, looks_personal

LONGEST = 60
"""Characters of what an edition or a price list says of itself."""
MOST_LETTERS = 3
"""Of a sheet or parcel number: ``DC12``, ``12-BĐ``, ``7a``."""
_CODE = re.compile(r"[A-ZĐ]{1,4}[a-zđ]?\d?")
_AREA = r"(?:\d{1,7}(?:[.,]\d{1,4})?|\d{1,3}[.,]\d{3}[.,]\d{3}(?:[.,]\d{1,2})?)"
_PART = re.compile(
    rf"(?P<code>[^\d+;&,:=*]*?[^\d\s+;&,:=*(]\d?)\s*\*?\s*(?:[:=(]?\s*{_AREA}\s*(?:m2|m²)?\s*\)?)?", re.IGNORECASE
)
_BETWEEN = re.compile(r"\s*[+;&,/]\s*(?!\d)")
_MEASURE = re.compile(r"[^\W\d_]{0,3}\s?[\d.,:/\-+ ]{0,24}\s?(?:[^\W\d_]{1,2}[2²]?)?")
_COMMUNE = re.compile(r"\d{0,8}(?:@\d{0,8})?", re.ASCII)


def is_use(text: str, known: Container[str]) -> bool:
    """Is a cell one land-use code, or several with a known one among them (``ODT+CLN``), with or without areas?

    A code is ``known``, or at most four capitals with a small letter or a digit behind them (``BHKc``, ``DYT2``).
    """
    if text in known:
        return True
    parts = [_PART.fullmatch(piece.strip()) for piece in _BETWEEN.split(text)]
    codes = [part["code"].strip() for part in parts if part]
    if len(codes) < len(parts) or looks_personal(text):
        return False
    heard = [code in known or code.upper() in known for code in codes]
    return all(h or _CODE.fullmatch(code) for h, code in zip(heard, codes, strict=True)) and (
        any(heard) or len(codes) == 1
    )


def is_number(text: str) -> bool:
    """Can this number a sheet or a parcel: with a digit, at most three letters, and no number of a paper?"""
    letters = sum(c.isalpha() for c in text)
    return letters <= MOST_LETTERS and any(c.isdecimal() for c in text) and not looks_personal(text)


def is_measure(text: str) -> bool:
    """Is this a number as people write it, with a unit or a slip in it (``80,5 m2``, ``1:50O``)?"""
    return bool(_MEASURE.fullmatch(text)) and not looks_personal(text)


def is_commune(text: str) -> bool:
    """Is this the code of a commune, with or without its period?"""
    return bool(_COMMUNE.fullmatch(text))


def is_statement(text: str) -> bool:
    """May an edition or a price list say this of itself (territory, document, source)? It is published."""
    return len(text) <= LONGEST and text.isprintable() and not looks_personal(text)


def shown(text: str, harmless: Callable[[str], bool]) -> str:
    """``text`` where it is harmless."""
    return text if harmless(text) else HIDDEN
