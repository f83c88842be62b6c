"""The texts of the rows as a reader would see them: broken letters, look-alikes, and what looks like a person."""

from __future__ import annotations

import re
import unicodedata

from landinfo.intake.persons import looks_personal
from landinfo.intake.rows import Reader

_BROKEN = re.compile(r"[\ufffd\x00-\x08\x0b-\x1f\x7f-\x9f]|[ÃÄÆ][\u0080-\u00bf]|á[º»][\u0080-\u00bf]|\?{2,}")
"""Letters that were lost, and UTF-8 that was read as Latin-1."""
_ALIKE = re.compile("[\u00d0\u0189\u0256\u00f0\u0400-\u04ff\u0370-\u03ff\u200b-\u200f\ufeff]")
"""Đ as Icelandic or African letters, Cyrillic and Greek letters, and characters of no width."""

_NAMES = ("name", "section")
"""Of an area or a street: it may be called after somebody."""


def check_texts(reader: Reader) -> None:
    """PER-003 values that look like somebody's, TXT-002 broken letters, TXT-003 letters that only look right."""
    uses = list(enumerate(reader.map.land_uses))
    areas = {"registered_area": reader.map.area} | {f"land_use[{n}].area": use.area for n, use in uses}
    columns = {name: reader.texts(name) for name in reader.map.columns}
    columns |= {f"land_use[{n}]": reader.filled(use.code) for n, use in uses}
    columns |= {name: reader.filled(area.value) for name, area in areas.items() if area}
    for name, texts in columns.items():
        allowed = bool(reader.map.theme) and name in _NAMES
        codes = {text: code for text in set(texts) if text and (code := _wrong(text, allowed))}
        for i in range(len(texts)) if codes else ():
            text = texts[i]
            if text is not None and text in codes:
                reader.wrong(codes[text], i, _told(codes[text], name, text))


def _wrong(text: str, names_allowed: bool) -> str | None:
    """The code of what is wrong with a text; the areas of a theme may be called like a person."""
    if looks_personal(text, names_allowed):
        return "PER-003"
    if _BROKEN.search(text):
        return "TXT-002"
    return "TXT-003" if _ALIKE.search(text) else None


def _told(code: str, name: str, text: str) -> str:
    if code == "PER-003":
        return name
    return f"{name}: {' '.join(_BROKEN.findall(text) if code == 'TXT-002' else map(_named, _ALIKE.findall(text)))}"


def _named(letter: str) -> str:
    return f"U+{ord(letter):04X} {unicodedata.name(letter, '')}".strip()
