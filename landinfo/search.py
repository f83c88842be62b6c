"""What people type → what to look for: parcel addresses, commune names old and new, folded text."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from difflib import get_close_matches

from landinfo.model import BadInput, Commune, NotHere, Union

_D = str.maketrans({"đ": "d", "Đ": "D", "Ð": "D", "ð": "d", "Ɖ": "D", "ɖ": "d"})
_PART = re.compile(r"[\w.\-]{1,20}")
_COMMUNE = re.compile(r"[\w.\- ]{1,60}")
_PERIOD = re.compile(r"\d{4}", re.ASCII)
_KINDS = ("phuong", "xa", "thi tran", "dac khu", "p", "x", "tt")


@dataclass(frozen=True, slots=True)
class ParcelAsked:
    """A parcel as asked: ``commune`` is a code or a name; ``period`` None: whatever was in force on the day."""

    commune: str
    period: str | None
    sheet: str
    number: str
    suffix: str | None


def fold(text: str) -> str:
    """Without accents, case and doubled spaces: "Phường Hoà Phú" and "phuong hòa  phu" fold alike (NFD input too)."""
    plain = unicodedata.normalize("NFC", text).translate(_D)
    bare = "".join(c for c in unicodedata.normalize("NFD", plain) if unicodedata.category(c) != "Mn")
    return " ".join(re.sub(r"[^\w]+", " ", bare.casefold()).split())


def parse_parcel(text: str) -> ParcelAsked:
    """``25750/12/345``, ``25750@2024/12/345``, ``…/345~1``; the commune may be a name. Text is kept as it stands.

    Raises ``BadInput``: not three parts, an empty or over-long part, or characters other than letters, digits, ``-.``.
    """
    clean = unicodedata.normalize("NFC", text).strip()
    parts = clean.split("/")
    if len(clean) > 120 or len(parts) != 3:
        raise BadInput("parcel-needs-three-parts", "parcel", value=clean[:60])
    place, sheet, last = (p.strip() for p in parts)
    commune, at, period = place.partition("@")
    number, tilde, suffix = last.partition("~")
    if not _COMMUNE.fullmatch(commune) or (at and not _PERIOD.fullmatch(period)):
        raise BadInput("bad-commune", "commune", value=place[:60])
    for field, value in (("sheet", sheet), ("number", number)):
        if not _PART.fullmatch(value):
            raise BadInput("bad-sheet-or-number", field, value=value[:40])
    if tilde and not _PART.fullmatch(suffix):
        raise BadInput("bad-sheet-or-number", "number", value=last[:40])
    return ParcelAsked(commune, period if at else None, sheet, number, suffix if tilde else None)


def resolve(asked: ParcelAsked, on: date, communes: Sequence[Commune], unions: Sequence[Union]) -> tuple[str, ...]:
    """The map series (``code@period``) in which the parcel may stand on the day.

    A commune of 2025 is asked through the unions: its own series and those of the communes that went into it, whole or
    in part. An old name, an old code that nobody bears any more, or an explicit period asks just that series, on any
    day: sheets outlive communes. Raises ``NotHere`` naming communes that come near.
    """
    if asked.period is not None:
        if any((c.code, c.period) == (asked.commune, asked.period) for c in communes):
            return (f"{asked.commune}@{asked.period}",)
        raise _unknown(asked, communes)
    named = _named(asked.commune, communes)
    if not named:
        raise _unknown(asked, communes)
    in_force = [c for c in named if c.effective_from <= on and (c.effective_to is None or on < c.effective_to)]
    ended = [c for c in named if c.effective_to is not None and c.effective_to <= on]
    if not in_force and not ended:
        first = min(c.effective_from for c in named)
        raise NotHere("commune-not-yet", "on", commune=asked.commune, day=on, first=first)
    by_code = named[0].code == asked.commune
    series = {c.series for c in (in_force or ended if by_code else named)}
    for commune in in_force:
        series |= {
            f"{u.old_code}@{u.old_period}"
            for u in unions
            if (u.new_code, u.new_period) == (commune.code, commune.period) and u.day <= on
        }
    return tuple(sorted(series))


def _named(text: str, communes: Sequence[Commune]) -> list[Commune]:
    """Communes of that code or, folded, of that name with or without its kind, in any of their names."""
    by_code = [c for c in communes if c.code == text]
    if by_code:
        return by_code
    wanted = fold(text)
    return [c for c in communes if wanted in _names(c)]


def _names(commune: Commune) -> set[str]:
    found: set[str] = set()
    for _, kind, name in commune.names:
        bare, full = fold(name), fold(f"{kind} {name}")
        found |= {bare, full}
        found |= {f"{short} {bare}" for short in _KINDS if fold(kind).startswith(short[:1])}
    return found


def _unknown(asked: ParcelAsked, communes: Sequence[Commune]) -> NotHere:
    """404 that names what the asker may have meant: the same code in another period, or near names and codes."""
    same = [c for c in communes if c.code == asked.commune]
    near = same or _near(asked.commune, communes)
    similar = "; ".join(f"{c.series} {c.name}" for c in near[:6])
    place = asked.commune + (f"@{asked.period}" if asked.period else "")
    return NotHere("unknown-commune", "commune", commune=place, similar=similar or "–")


def _near(text: str, communes: Iterable[Commune]) -> list[Commune]:
    by_word: dict[str, list[Commune]] = {}
    for commune in communes:
        for word in {commune.code, *(fold(name) for _, _, name in commune.names)}:
            by_word.setdefault(word, []).append(commune)
    found = get_close_matches(fold(text), sorted(by_word), n=4, cutoff=0.6)
    return [c for word in found for c in by_word[word]]
