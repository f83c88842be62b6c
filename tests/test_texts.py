"""Vietnamese and English forms of numbers, days and sentences."""

from datetime import date
from decimal import Decimal

import pytest

from landinfo import texts

NBSP = "\u00a0"


@pytest.mark.parametrize(
    ("form", "value", "vi", "en"),
    [
        ("dong", Decimal(1674000000), f"1.674.000.000{NBSP}đ", f"1,674,000,000{NBSP}đ"),
        ("dong", 0, f"0{NBSP}đ", f"0{NBSP}đ"),
        ("dong", None, "–", "–"),
        ("m2", Decimal("1234.5"), f"1.234,5{NBSP}m²", f"1,234.5{NBSP}m²"),
        ("m2", 250, f"250,0{NBSP}m²", f"250.0{NBSP}m²"),
        ("m2", Decimal("12.34"), f"12,34{NBSP}m²", f"12.34{NBSP}m²"),
        ("percent", Decimal("0.482"), f"48,2{NBSP}%", f"48.2{NBSP}%"),
        ("percent", Decimal("0.5"), f"50{NBSP}%", f"50{NBSP}%"),
        ("percent", Decimal(1), f"100{NBSP}%", f"100{NBSP}%"),
        ("percent", Decimal("0.0025"), f"0,25{NBSP}%", f"0.25{NBSP}%"),
        ("day", date(2026, 11, 3), "03/11/2026", "03/11/2026"),
        ("day", "2026-11-03", "03/11/2026", "03/11/2026"),
        ("number", Decimal("-1234.5"), "-1.234,5", "-1,234.5"),
        ("number", Decimal("46944000.00"), "46.944.000", "46,944,000"),
        ("number", Decimal("0.30"), "0,3", "0.3"),
    ],
)
def test_forms(form: str, value: object, vi: str, en: str) -> None:
    assert texts.FILTERS[form](value, "vi") == vi
    assert texts.FILTERS[form](value, "en") == en


def test_say_fills_forms_and_languages() -> None:
    sentences = {"cost": {"vi": "Hết {a:dong} cho {use} ngày {d:day}", "en": "Costs {a:dong} for {use} on {d:day}"}}
    said = texts.say("cost", {"a": 1000, "d": date(2026, 1, 2), "use": {"vi": "đất ở", "en": "housing"}}, sentences)
    assert said["vi"] == f"Hết 1.000{NBSP}đ cho đất ở ngày 02/01/2026"
    assert said["en"] == f"Costs 1,000{NBSP}đ for housing on 02/01/2026"


def test_say_never_fails() -> None:
    assert texts.say("no-such", {}, {}) == {"vi": "no-such", "en": "no-such"}
    assert texts.say("x", {}, {"x": {"vi": "{gone:dong}", "en": "{gone}"}}) == {"vi": "–", "en": "–"}
