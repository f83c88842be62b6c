"""How numbers, days and sentences are written, in Vietnamese and in English.

Vietnamese forms: 1.674.000.000 đ, 1.234,5 m², 48,2 %, 23/11/2026. English forms: 1,674,000,000 đ, 1,234.5 m²,
48.2 %, 23/11/2026 (day first, as on every Vietnamese paper).
"""

from __future__ import annotations

import re
import string
from collections.abc import Callable, Mapping
from datetime import date
from decimal import ROUND_HALF_EVEN, ROUND_HALF_UP, Decimal
from functools import lru_cache
from typing import Any

Texts = Mapping[str, Mapping[str, str]]
LANGUAGES = ("vi", "en")
_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]")
"""What typed text may hold to move a terminal's cursor or turn its writing round."""
_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n")
_CENT = Decimal("0.01")
_SWAP = str.maketrans(",.", ".,")


def number(value: Any, lang: str = "vi") -> str:
    """A plain number with thousands separated and no idle zeros; None is a dash.

    From 1,000 on two decimals are shown at most: what lies beyond is left of a division.
    """
    if value is None:
        return "–"
    exact = Decimal(str(value))
    if abs(exact) >= 1000:
        exact = exact.quantize(_CENT, ROUND_HALF_UP)
    whole = exact.to_integral_value()
    return _grouped(whole if exact == whole else exact.normalize(), lang)


def _grouped(exact: Decimal, lang: str) -> str:
    text = f"{exact:,f}"
    return text.translate(_SWAP) if lang == "vi" else text


def fixed(value: Any, places: int, lang: str = "vi") -> str:
    """A measured number with as many decimals as its column has: ``1.215.628,380``."""
    return _grouped(Decimal(str(value)).quantize(Decimal(1).scaleb(-places), ROUND_HALF_EVEN), lang)


def dong(value: Any, lang: str = "vi") -> str:
    """Money in whole đồng: ``1.674.000.000 đ``."""
    if value is None:
        return "–"
    return number(Decimal(str(value)).quantize(Decimal(1), ROUND_HALF_UP), lang) + "\u00a0đ"


def m2(value: Any, lang: str = "vi") -> str:
    """An area with its own decimals, at least one: ``250,0 m²``."""
    if value is None:
        return "–"
    exact = Decimal(str(value))
    exponent = exact.as_tuple().exponent
    if isinstance(exponent, int) and exponent > -1:
        exact = exact.quantize(Decimal("0.1"))
    return _grouped(exact, lang) + "\u00a0m²"


def percent(ratio: Any, lang: str = "vi") -> str:
    """A ratio 0..1 as a percentage: 0.482 → ``48,2 %``."""
    if ratio is None:
        return "–"
    exact = (Decimal(str(ratio)) * 100).normalize()
    exact = exact if exact.as_tuple().exponent != 0 and abs(exact) < 1000 else exact.quantize(Decimal(1))
    return number(f"{exact:f}", lang) + "\u00a0%"


def share(value: Any, lang: str = "vi") -> str:
    """A percentage that stands in a column of shares, always with one decimal: 100 → ``100,0 %``."""
    return "–" if value is None else _grouped(Decimal(str(value)).quantize(Decimal("0.1")), lang) + "\u00a0%"


def day(value: Any, lang: str = "vi") -> str:
    """``23/11/2026``; text in ISO form is read first."""
    if value is None or value == "":
        return "–"
    return (date.fromisoformat(value) if isinstance(value, str) else value).strftime("%d/%m/%Y")


FILTERS: Mapping[str, Callable[..., str]] = {
    "dong": dong,
    "m2": m2,
    "percent": percent,
    "share": share,
    "day": day,
    "number": number,
}


def shown(text: str) -> str:
    """Typed text without what would move a cursor or turn writing round."""
    return _CONTROL.sub("\ufffd", text)


def no_formula(text: str) -> str:
    """Text for a cell of a spreadsheet, which would take one that begins with = + - @ for a formula."""
    return f"'{text}" if text.startswith(_FORMULA) else text


@lru_cache(maxsize=8192)
def _pieces(sentence: str) -> tuple[tuple[str, str | None, str], ...]:
    """A sentence as literal text, each with the name and the form of the value behind it: read once, said often."""
    return tuple((text, name, form or "") for text, name, form, _ in string.Formatter().parse(sentence))


def filled(sentence: str, params: Mapping[str, Any], lang: str) -> str:
    """As ``str.format`` with our forms as format specs; a name that the sentence misses is shown as a dash."""
    said = []
    for text, name, form in _pieces(sentence):
        said.append(text)
        if name is not None:
            value = params.get(name)
            value = value.get(lang, "") if isinstance(value, Mapping) else value
            said.append(_formed(value, form, lang))
    return "".join(said)


def _formed(value: Any, form: str, lang: str) -> str:
    if form in FILTERS:
        return FILTERS[form](value, lang)
    return "–" if value is None else shown(str(value))


def say(code: str, params: Mapping[str, Any], texts: Texts) -> dict[str, str]:
    """The sentence ``code`` in both languages; a parameter may itself be a mapping ``{"vi", "en"}``.

    A code without a sentence says the code itself, so that an answer never fails for want of words.
    """
    sentence = texts.get(code)
    if sentence is None:
        return dict.fromkeys(LANGUAGES, code)
    return {lang: filled(sentence[lang], params, lang) for lang in LANGUAGES}
