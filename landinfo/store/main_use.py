"""The use of a parcel that its map shows, read from what is written of all its uses."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any

import numpy as np

from landinfo.store.text_column import TextColumn

_ONE = np.frombuffer(b'[{"code":', np.uint8)
"""How the text of a parcel's uses begins."""
_QUOTE, _SPACE, _BRACE, _ESCAPE = b'" {\\'
_LONGEST = 8
"""Bytes of a code that is looked for so; a longer one is read as JSON."""


def main_uses(written: TextColumn) -> TextColumn:
    """Of each parcel the use of the largest area, of equal ones the first; an area that is not known comes last.

    Where it has no use there is no text. Nearly all have one use: its code is taken as it stands, with no JSON read.
    """
    if not len(written.start):
        return written
    held, start = written.held, written.start
    after = start + len(_ONE)
    begin = after + (np.take(held, after, mode="clip") == _SPACE)
    one = (np.take(held, start[:, None] + np.arange(len(_ONE)), mode="clip") == _ONE).all(axis=1)
    near = np.take(held, begin[:, None] + np.arange(_LONGEST + 2), mode="clip")
    quoted = near == _QUOTE
    # a second use begins with a brace, and a code that is not written as it reads has a sign of escape
    one &= quoted[:, 0] & quoted[:, 1:].any(axis=1) & ~(near == _ESCAPE).any(axis=1)
    one &= _within(written, np.flatnonzero(held == _BRACE)) == 1
    begin += 1
    length = quoted[:, 1:].argmax(axis=1)
    others = np.flatnonzero(~one)
    if not others.size:
        return TextColumn(held, begin, length)
    told = TextColumn.of([_main_use(json.loads(text)) for text in written.chosen(others).texts()])
    begin[others] = np.where(told.start < 0, -1, told.start + len(held))
    length[others] = told.length
    return TextColumn(np.concatenate((held, told.held)), begin, length)


def _within(written: TextColumn, places: Any) -> Any:
    """How many of some places in its bytes lie in each text."""
    end = np.searchsorted(places, written.start + written.length)
    return end - np.searchsorted(places, written.start)


def _main_use(uses: Sequence[Mapping[str, Any]]) -> str | None:
    known = [use for use in uses if use["area"] is not None]
    first = max(known, key=lambda use: Decimal(use["area"])) if known else uses[0] if uses else None
    return str(first["code"]) if first else None
