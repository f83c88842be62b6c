"""Text without accents, so that what is typed and what is printed compare."""

from __future__ import annotations

import re
import unicodedata

_D = str.maketrans({"đ": "d", "Đ": "D", "Ð": "D", "ð": "d", "Ɖ": "D", "ɖ": "d"})


def fold(text: str) -> str:
    """Without accents, case and doubled spaces: "Phường Hoà Phú" and "phuong hòa  phu" fold alike (NFD input too)."""
    plain = unicodedata.normalize("NFC", text).translate(_D)
    bare = "".join(c for c in unicodedata.normalize("NFD", plain) if unicodedata.category(c) != "Mn")
    return " ".join(re.sub(r"[^\w]+", " ", bare.casefold()).split())


def flat(text: str) -> str:
    """NFC text without accents and case, letter for letter at the same place; other signs stay."""
    return "".join(_letter(c) for c in text)


def _letter(c: str) -> str:
    bare = unicodedata.normalize("NFD", c.translate(_D))[0].lower()
    return bare if len(bare) == 1 else c
