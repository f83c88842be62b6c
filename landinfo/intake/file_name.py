"""What the file of a load is called in a store: its name where nobody can be called so, else a neutral one."""

from __future__ import annotations

import re

from landinfo.search import fold

NEUTRAL = "original"
_WORDS = frozenset(
    " ".join(
        (
            "thua thuadat ranh ranhthua tobando bando bd bddc bdcd dc dcs diachinh hoso goc toado goctoado quyhoach",
            "qh qhsdd khsdd kehoach sdd hientrang htsdd loaidat giaothong layer data dulieu parcel parcels plan",
            "planning zones streets alleys corners sheet map export base shp gpkg gdb final new old",
        )
    ).split()
)
"""Words of offices and of programs, without accents: a name is kept if it has no other, but for numbers."""
_PHRASES = re.compile(r"\b(to ban do|ban do|ho so|toa do|giao thong|quy hoach|ke hoach|loai dat|thua dat)\b")
"""Words of which each alone may be a name."""
_SHEET = re.compile(r"\bto (?=\d)")
_SPLIT = re.compile(r"[\s_\-.()]+")
_NUMBERED = re.compile(r"[a-z]{0,2}\d{1,8}[a-z]?|[a-z]", re.ASCII)
_ENDING = re.compile(r"[a-z][a-z0-9]{0,9}", re.ASCII)
_MOST_DIGITS = 8
"""In the whole name: a day, a sheet. Nine are an identity number."""


def open_name(name: str) -> str:
    """``to_12.gpkg`` and ``DC12_thua_2026.shp`` stay; ``NguyenVanAn.shp``, or any other word, is ``original.shp``."""
    stem, dot, ending = name.rpartition(".")
    if not _ENDING.fullmatch(ending.lower()) or not stem:
        return name if not dot and _is_open(name) else NEUTRAL
    return f"{stem if _is_open(stem) else NEUTRAL}.{ending}"


def _is_open(stem: str) -> bool:
    text = _SPLIT.sub(" ", fold(_SPLIT.sub(" ", stem))).strip()
    text = _PHRASES.sub(lambda match: match[0].replace(" ", ""), _SHEET.sub("", text))
    digits = sum(c.isdecimal() for c in stem)
    words = text.split()
    return bool(words) and digits <= _MOST_DIGITS and all(w in _WORDS or _NUMBERED.fullmatch(w) for w in words)
