"""Blocks → PDF/A-2b by typst. Words reach it as values only, so that none of them is ever read as its markup."""

from __future__ import annotations

import json
import re
import unicodedata
from collections.abc import Mapping
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import typst

_LAYOUT = Path(__file__).with_name("extract.typ")
_GLYPHS = (
    (0x20, 0x7E), (0xA0, 0xAC), (0xAE, 0x24F), (0x300, 0x36F), (0x391, 0x3A1), (0x3A3, 0x3C9), (0x400, 0x4FF),
    (0x1E00, 0x1EFF), (0x2010, 0x2027), (0x202F, 0x2040), (0x2070, 0x2071), (0x2074, 0x208E), (0x20A0, 0x20BF),
    (0x2190, 0x22FF), (0x25A0, 0x25FF), (0x2713, 0x2714), (0x2717, 0x2718), (0x26A0, 0x26A0), (0xFFFD, 0xFFFD),
)  # fmt: skip
"""What the fonts inside typst can show (``tests/test_extract_pdf.py`` sets all of it): PDF/A has no missing glyphs."""


_STRANGE = re.compile("[^\n" + "".join(re.escape(chr(low)) + "-" + re.escape(chr(high)) for low, high in _GLYPHS) + "]")


def printable(text: str) -> str:
    """Composed text; what the fonts cannot show, and what moves or turns writing, is named: ``[U+1F3E0]``."""
    return _STRANGE.sub(lambda found: f"[U+{ord(found[0]):04X}]", unicodedata.normalize("NFC", text))


def pdf(document: Mapping[str, Any], made: date) -> bytes:
    """The document (``extract.typ`` says its form) as PDF/A-2b; its date is the day ``made``, so equal input is equal
    bytes.
    """
    given = json.dumps(_clean(document), ensure_ascii=False, sort_keys=True)
    moment = datetime(made.year, made.month, made.day, tzinfo=UTC)
    set_ = typst.compile(
        _LAYOUT.read_bytes(),
        format="pdf",
        ignore_system_fonts=True,
        sys_inputs={"document": given},
        pdf_standards=["a-2b"],
        timestamp=moment,
    )
    if not isinstance(set_, bytes):
        raise TypeError(type(set_))
    return set_


def _clean(value: Any) -> Any:
    if isinstance(value, str):
        return printable(value)
    if isinstance(value, Mapping):
        return {name: _clean(each) for name, each in value.items()}
    return [_clean(each) for each in value] if isinstance(value, list) else value
