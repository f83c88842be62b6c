"""A parcel as people write it: the address of this site, and sheet and number in words, in any order, glued or not."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass

from landinfo.model import BadInput
from landinfo.search.folding import flat

_PART = re.compile(r"[\w.\-]{1,20}")
_COMMUNE = re.compile(r"[\w.\- ]{1,60}")
_PERIOD = re.compile(r"\d{4}", re.ASCII)

_INTO = r"(?:(?<=\d)|(?<=\d[a-z]))(?:thua|tbd|to|bd|t)\s?\d"
_VALUE = rf"(?:td\s?)?(?=[\w.\-]{{0,19}}\d)\w(?:(?!{_INTO})[\w.\-]){{0,19}}(?<![.\-])(?:~\w{{1,8}})?"
"""A sheet or a parcel number: with a digit in it, not running into the next label ("12to34"); "TĐ 05-2016" is one."""
_THUA = r"(?:so\s+)?(?:thua(?:\s+dat)?|parcel|plot)(?:\s+so|\s+no\b\.?)?"
_TO = r"(?:so\s+)?(?:to(?:\s+ban\s+do|\s+bd)?|tbd|ban\s+do|bd|(?:map\s+)?sheet)(?:\s+so|\s+no\b\.?)?"
_SIGNS = r"\s*[.:=#]*\s*"
_LABELLED = re.compile(
    rf"(?:(?<![^\W\d])|(?<=\d[a-z]))(?:(?P<number>{_THUA})|(?P<sheet>{_TO})|(?P<either>t)){_SIGNS}(?P<value>{_VALUE})"
    rf"(?:\s*/\s*(?P<other>{_VALUE}))?"
)
_HEADED = re.compile(rf"({_THUA}|{_TO})\s*[/\-,]\s*({_THUA}|{_TO}){_SIGNS}({_VALUE})\s*[/\-,]\s*({_VALUE})")
_BARE = r"(?:[a-z]{1,2}\d{1,4}-)?\d{1,5}[a-z]?"
_PAIR = re.compile(rf"(?<![\w.\-/@~])({_BARE})\s*/\s*({_BARE})(?![\w\-/~@]|\.\d)")
_APART = re.compile(r"\s*(\d{1,4})\s+(\d{1,4})\s*", re.ASCII)
_ALONE = re.compile(rf"(?<![\w.\-/])({_BARE})(?![\w\-/]|\.\d)")


@dataclass(frozen=True, slots=True)
class ParcelAsked:
    """A parcel as asked: ``commune`` is a code or a name; ``period`` None: whatever was in force on the day."""

    commune: str
    period: str | None
    sheet: str
    number: str
    suffix: str | None


@dataclass(frozen=True, slots=True)
class Numbers:
    """Sheet and number as typed ("" where one is missing), what else was typed, and the code of why it is read so."""

    sheet: str
    number: str
    rest: str
    why: str


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


def numbered(text: str) -> tuple[Numbers, ...]:
    """The ways to read sheet and number in ``text`` (NFC): none, one, or two where the order is open ("12/34")."""
    plain = flat(text)
    if headed := _HEADED.search(plain):
        return (_headed(headed, text),)
    labelled = [m for m in _LABELLED.finditer(plain) if not _residents(m, text)]
    if labelled:
        return tuple(_labelled(labelled, text))
    pair = _PAIR.search(plain) or _APART.fullmatch(plain)
    if not pair:
        return ()
    first, second, rest = _value(text, *pair.span(1)), _value(text, *pair.span(2)), _without(text, [pair.span()])
    return Numbers(second, first, rest, "search-read-number-first"), Numbers(
        first, second, rest, "search-read-sheet-first"
    )


def _residents(found: re.Match[str], text: str) -> bool:
    """Tổ 12 is a group of residents and no sheet; without its accent nobody can tell."""
    return found["sheet"] is not None and "tổ" in text[slice(*found.span("sheet"))].lower()


def _headed(found: re.Match[str], text: str) -> Numbers:
    """thửa/tờ: 12/34"""
    values = _value(text, *found.span(3)), _value(text, *found.span(4))
    number, sheet = values if re.match(_THUA, found[1]) else values[::-1]
    return Numbers(sheet, number, _without(text, [found.span()]), "search-read-labelled")


def _labelled(found: list[re.Match[str]], text: str) -> list[Numbers]:
    given: dict[str, str] = {}
    either: list[str] = []
    spans = []
    for one in found:
        kind = next(k for k in ("number", "sheet", "either") if one[k])
        value = _value(text, *one.span("value"))
        other = _value(text, *one.span("other")) if one["other"] else ""
        if kind == "either":
            either += [v for v in (value, other) if v]
        elif kind not in given:
            given[kind] = value
            if other:
                given.setdefault("sheet" if kind == "number" else "number", other)
        else:
            continue
        spans.append(one.span())
    rest = _without(text, spans)
    if len(given) == 1:
        missing = "sheet" if "number" in given else "number"
        alone = _ALONE.search(flat(rest)) if not either else None
        if either:
            given[missing] = either[0]
        elif alone:
            given[missing], rest = _value(rest, *alone.span(1)), _without(rest, [alone.span()])
    if given:
        return [Numbers(given.get("sheet", ""), given.get("number", ""), rest, "search-read-labelled")]
    if len(either) == 1:
        only = either[0]
        return [Numbers("", only, rest, "search-read-t"), Numbers(only, "", rest, "search-read-t")]
    first, second = either[:2]
    return [
        Numbers(second, first, rest, "search-read-number-first"),
        Numbers(first, second, rest, "search-read-sheet-first"),
    ]


def _value(text: str, start: int, end: int) -> str:
    return text[start:end].replace(" ", "").rstrip(".-")


def _without(text: str, spans: list[tuple[int, int]]) -> str:
    for start, end in sorted(spans, reverse=True):
        text = f"{text[:start]} , {text[end:]}"
    return text.strip(" ,;.-–")


def variants(value: str) -> tuple[str, ...]:
    """A sheet or number as typed, then as a source may hold it: without idle zeros, in capitals, in small letters."""
    bare = value.lstrip("0") or "0"
    trial = re.sub(r"^(tđ|td)-?", "", value, flags=re.IGNORECASE)
    return tuple(dict.fromkeys(v for v in (value, bare, value.upper(), bare.upper(), value.lower(), trial) if v))
