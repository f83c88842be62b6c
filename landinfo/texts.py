"""How numbers, days and sentences are written, in Vietnamese and in English.

Vietnamese forms: 1.674.000.000 đ, 1.234,5 m², 48,2 %, 23/11/2026. English forms: 1,674,000,000 đ, 1,234.5 m²,
48.2 %, 23/11/2026 (day first, as on every Vietnamese paper).
"""

from __future__ import annotations

import re
import string
from collections.abc import Callable, Mapping, Sequence
from datetime import date
from decimal import ROUND_HALF_EVEN, ROUND_HALF_UP, Decimal
from functools import lru_cache
from typing import Any, NamedTuple

Texts = Mapping[str, Mapping[str, str]]
LANGUAGES = ("vi", "en")
_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]")
"""What typed text may hold to move a terminal's cursor or turn its writing round."""
_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n")
_CENT, _TENTH, _ONE = Decimal("0.01"), Decimal("0.1"), Decimal(1)
_SWAP = str.maketrans(",.", ".,")


class _Both(NamedTuple):
    """A text in both languages as a value of a sentence."""

    vi: str
    en: str


_ONE_FORM = frozenset({str, int, date, _Both, type(None)})
"""Equal values of these are written alike; 250 and 250.00 m² are equal and are not."""
_PLAIN = _ONE_FORM | {float, bool, Decimal}


def number(value: Any, lang: str = "vi") -> str:
    """A plain number with thousands separated and no idle zeros; None is a dash.

    From 1,000 on two decimals are shown at most: what lies beyond is left of a division.
    """
    return _in(lang, _number(value))


def _number(value: Any) -> str:
    if value is None:
        return "–"
    exact = _exact(value)
    if abs(exact) >= 1000:
        exact = exact.quantize(_CENT, ROUND_HALF_UP)
    whole = exact.to_integral_value()
    return f"{whole if exact == whole else exact.normalize():,f}"


def _exact(value: Any) -> Decimal:
    return value if type(value) is Decimal else Decimal(str(value))


def _in(lang: str, english: str) -> str:
    return english.translate(_SWAP) if lang == "vi" else english


def fixed(value: Any, places: int, lang: str = "vi") -> str:
    """A measured number with as many decimals as its column has: ``1.215.628,380``."""
    return _in(lang, f"{_exact(value).quantize(Decimal(1).scaleb(-places), ROUND_HALF_EVEN):,f}")


def dong(value: Any, lang: str = "vi") -> str:
    """Money in whole đồng: ``1.674.000.000 đ``."""
    return _in(lang, _dong(value))


def _dong(value: Any) -> str:
    return "–" if value is None else _number(_exact(value).quantize(_ONE, ROUND_HALF_UP)) + "\u00a0đ"


def m2(value: Any, lang: str = "vi") -> str:
    """An area with its own decimals, at least one: ``250,0 m²``."""
    return _in(lang, _m2(value))


def _m2(value: Any) -> str:
    if value is None:
        return "–"
    written = f"{_exact(value):,f}"
    return written + ("\u00a0m²" if "." in written else ".0\u00a0m²")


def percent(ratio: Any, lang: str = "vi") -> str:
    """A ratio 0..1 as a percentage: 0.482 → ``48,2 %``."""
    return _in(lang, _percent(ratio))


def _percent(ratio: Any) -> str:
    if ratio is None:
        return "–"
    exact = (_exact(ratio) * 100).normalize()
    exact = exact if exact.as_tuple().exponent != 0 and abs(exact) < 1000 else exact.quantize(_ONE)
    return _number(f"{exact:f}") + "\u00a0%"


def share(value: Any, lang: str = "vi") -> str:
    """A percentage that stands in a column of shares, always with one decimal: 100 → ``100,0 %``."""
    return _in(lang, _share(value))


def _share(value: Any) -> str:
    return "–" if value is None else f"{_exact(value).quantize(_TENTH):,f}\u00a0%"


def day(value: Any, lang: str = "vi") -> str:
    """``23/11/2026``; text in ISO form is read first."""
    if value is None or value == "":
        return "–"
    iso = (date.fromisoformat(value) if isinstance(value, str) else value).isoformat()
    return f"{iso[8:10]}/{iso[5:7]}/{iso[:4]}"


FILTERS: Mapping[str, Callable[..., str]] = {
    "dong": dong,
    "m2": m2,
    "percent": percent,
    "share": share,
    "day": day,
    "number": number,
}
_ENGLISH: Mapping[str, Callable[[Any], str]] = {
    "dong": _dong,
    "m2": _m2,
    "percent": _percent,
    "share": _share,
    "number": _number,
}
"""The forms that differ by point and comma alone."""


def shown(text: str) -> str:
    """Typed text without what would move a cursor or turn writing round."""
    return text if text.replace("\u00a0", "").isprintable() else _CONTROL.sub("\ufffd", text)


def no_formula(text: str) -> str:
    """Text for a cell of a spreadsheet, which would take one that begins with = + - @ for a formula."""
    return f"'{text}" if text.startswith(_FORMULA) else text


class _Sentence(NamedTuple):
    """A sentence in both languages, read once: the values behind it, and where they stand (``{0}``) in each."""

    slots: tuple[tuple[str, str], ...]
    templates: tuple[str, ...]
    always: dict[str, str]
    """What is said where nothing is told: given out again and again, so nobody may change it."""


@lru_cache(maxsize=8192)
def _read(*sentences: str) -> _Sentence:
    slots: dict[tuple[str, str], int] = {}
    templates = []
    for sentence in sentences:
        parts = []
        for text, name, form, _ in string.Formatter().parse(sentence):
            parts.append(text.replace("{", "{{").replace("}", "}}"))
            if name is not None:
                parts.append(f"{{{slots.setdefault((name, form or ''), len(slots))}}}")
        templates.append("".join(parts))
    said = (template.format(*["–"] * len(slots)) for template in templates)
    return _Sentence(tuple(slots), tuple(templates), dict(zip(LANGUAGES, said, strict=False)))


def filled(sentence: str, params: Mapping[str, Any], lang: str) -> str:
    """As ``str.format`` with our forms as format specs; a name that the sentence misses is shown as a dash."""
    read, index = _read(sentence), LANGUAGES.index(lang)
    return read.templates[0].format(*[_written(_in_both(params.get(name)), form)[index] for name, form in read.slots])


def _written(value: Any, form: str) -> tuple[str, str]:
    """A value in both languages."""
    if type(value) is _Both:
        return _written(value.vi, form)[0], _written(value.en, form)[1]
    if not form and type(value) is str:
        said = shown(value)
        return said, said
    if form in _ENGLISH:
        english = _ENGLISH[form](value)
        return english.translate(_SWAP), english
    said = day(value) if form == "day" else "–" if value is None else shown(str(value))
    return said, said


def say(code: str, params: Mapping[str, Any], texts: Texts) -> dict[str, str]:
    """The sentence ``code`` in both languages; a parameter may itself be a mapping ``{"vi", "en"}``.

    A code without a sentence says the code itself, so that an answer never fails for want of words. What is said is
    not to be changed: it may be given out again.
    """
    sentence = texts.get(code)
    if sentence is None:
        return dict.fromkeys(LANGUAGES, code)
    vi, en = sentence["vi"], sentence["en"]
    read = _read(vi, en)
    if not read.slots or not params:
        return read.always
    values = [params.get(name) for name, _ in read.slots]
    values = [value if type(value) in _PLAIN else _in_both(value) for value in values]
    for value in values:
        if type(value) not in _ONE_FORM:
            return _said(read, values)
    return _said_before(vi, en, *values)


def _in_both(value: Any) -> Any:
    return _Both(value.get("vi", ""), value.get("en", "")) if isinstance(value, Mapping) else value


def _said(read: _Sentence, values: Sequence[Any]) -> dict[str, str]:
    written = [_written(value, form) for value, (_, form) in zip(values, read.slots, strict=True)]
    vi, en = zip(*written, strict=True)
    return {"vi": read.templates[0].format(*vi), "en": read.templates[1].format(*en)}


@lru_cache(maxsize=4096)
def _said_before(vi: str, en: str, *values: Any) -> dict[str, str]:
    return _said(_read(vi, en), values)
