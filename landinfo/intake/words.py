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


def check_texts(reader: Reader) -> None:
    """PER-003 values that look like somebody's, TXT-002 broken letters, TXT-003 letters that only look right."""
    templates, names_allowed = list(reader.map.columns.items()), bool(reader.map.theme)
    uses = [(f"land_use[{n}].area", use.area) for n, use in enumerate(reader.map.land_uses)]
    areas = [(name, area) for name, area in (("registered_area", reader.map.area), *uses) if area]
    for i in range(len(reader.table.rows)):
        row = reader.row(i)
        filled = {name: template.fill(row) or "" for name, template in templates}
        filled |= {f"land_use[{n}]": use.code.fill(row) or "" for n, use in enumerate(reader.map.land_uses)}
        filled |= {name: area.value.fill(row) or "" for name, area in areas}
        for name, text in filled.items():
            if looks_personal(text, names_allowed):
                reader.wrong("PER-003", i, name)
            elif _BROKEN.search(text):
                reader.wrong("TXT-002", i, f"{name}: {text}")
            elif _ALIKE.search(text):
                reader.wrong("TXT-003", i, f"{name}: {' '.join(map(_named, _ALIKE.findall(text)))}")


def _named(letter: str) -> str:
    return f"U+{ord(letter):04X} {unicodedata.name(letter, '')}".strip()
