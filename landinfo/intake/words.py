"""The texts of the rows as a reader would see them: broken letters, look-alikes, and what looks like a person."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from functools import lru_cache
from typing import Any

from landinfo.intake.persons import looks_personal
from landinfo.intake.rows import Reader
from landinfo.intake.template import Template

_BROKEN = re.compile(r"[\ufffd\x00-\x08\x0b-\x1f\x7f-\x9f]|[ÃÄÆ][\u0080-\u00bf]|á[º»][\u0080-\u00bf]|\?{2,}")
"""Letters that were lost, and UTF-8 that was read as Latin-1."""
_ALIKE = re.compile("[\u00d0\u0189\u0256\u00f0\u0400-\u04ff\u0370-\u03ff\u200b-\u200f\ufeff]")
"""Đ as Icelandic or African letters, Cyrillic and Greek letters, and characters of no width."""

LEAST_PAPER = 10_000_000
"""A telephone has 8 digits at least, an identity paper 9."""


def check_texts(reader: Reader) -> None:
    """PER-003 values that look like somebody's, TXT-002 broken letters, TXT-003 letters that only look right."""
    names_allowed = bool(reader.map.theme)
    templates = dict(reader.map.columns)
    templates |= {f"land_use[{n}]": use.code for n, use in enumerate(reader.map.land_uses)}
    uses = {f"land_use[{n}].area": use.area for n, use in enumerate(reader.map.land_uses)}
    areas = {name: area.value for name, area in {"registered_area": reader.map.area, **uses}.items() if area}
    for i in reader.go_through(0.1, 0.2):
        row = reader.row(i)
        filled = {name: reader.fill(template, row) for name, template in templates.items()}
        filled |= {name: template.fill(row) for name, template in areas.items() if not _numbers(template, row)}
        for name, text in filled.items():
            code = _code(text or "", names_allowed)
            if code == "PER-003":
                reader.wrong(code, i, name)
            elif code == "TXT-002":
                reader.wrong(code, i, f"{name}: {text}")
            elif code:
                reader.wrong(code, i, f"{name}: {' '.join(map(_named, _ALIKE.findall(text or '')))}")


def _numbers(template: Template, row: Mapping[str, Any]) -> bool:
    """Is the area made of numbers that are too small to be anybody's paper or telephone?"""
    values = [row.get(name) for name in template.fields]
    return all(isinstance(value, int | float) and abs(value) < LEAST_PAPER for value in values)


@lru_cache(maxsize=100_000)
def _code(text: str, names_allowed: bool) -> str:
    if looks_personal(text, names_allowed):
        return "PER-003"
    return "TXT-002" if _BROKEN.search(text) else "TXT-003" if _ALIKE.search(text) else ""


def _named(letter: str) -> str:
    return f"U+{ord(letter):04X} {unicodedata.name(letter, '')}".strip()
