"""What a reporter types, made fit to be kept: NFC, no characters that are not seen, none longer than it may be."""

from __future__ import annotations

import json
import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from landinfo.model import BadInput

MOST = {"wrong": 2000, "right": 2000, "how": 2000, "contact": 200}
"""Characters that each text may have."""
FIELDS = ("question", "kind", "row", *MOST, "once", "seen")
"""What a report is handed in with, as a form and as JSON."""
_LINES = re.compile(r"\r\n?|[\u0085\u2028\u2029]")
_SPACES = re.compile(r"[\t\v\f]")
# Controls, and marks that turn the direction of all that is written behind them.
_UNSEEN = re.compile(r"[\x00-\x09\x0b-\x1f\x7f-\x9f\u200e\u200f\u202a-\u202e\u2066-\u2069\ufeff]")
_HALVES = re.compile(r"[\ud800-\udfff]")


@dataclass(frozen=True, slots=True)
class Typed:
    """``wrong`` is what is wrong, ``right`` what would be right, ``how`` how it is known; "" is not said."""

    wrong: str
    right: str
    how: str
    contact: str


def clean(text: str, *, lines: bool = True) -> str:
    """NFC without what cannot be seen; ``lines`` False: on one line."""
    text = _SPACES.sub(" ", _LINES.sub("\n", _HALVES.sub("\ufffd", text)))
    text = unicodedata.normalize("NFC", _UNSEEN.sub("", text)).strip()
    return text if lines else " ".join(text.split())


def fitting(field: str, text: str, most: int) -> str:
    """The text; "" where nothing of it can be seen. Raises ``BadInput``: it is too long."""
    if len(text) > most:
        raise BadInput("error-too-long", field, given=len(text), most=most)
    return text if any(unicodedata.category(char)[0] in "LNPS" for char in text) else ""


def read(given: Mapping[str, str], contact_days: int) -> Typed:
    """The texts of a report. Raises ``BadInput`` naming the field: missing, too long, or a contact where none is kept.

    ``contact_days`` is how long a contact is kept; 0: not at all.
    """
    texts = {
        name: fitting(name, clean(given.get(name, ""), lines=name != "contact"), most) for name, most in MOST.items()
    }
    if not texts["wrong"]:
        raise BadInput("error-needs-words", "wrong")
    if texts["contact"] and not contact_days:
        raise BadInput("error-no-contacts", "contact")
    return Typed(**texts)


def read_json(content: bytes) -> dict[str, str]:
    """The fields of a report that is sent as a JSON object of texts; null is not said. Raises ``BadInput``."""
    try:
        given = json.loads(content.decode("utf-8"), object_pairs_hook=_once)
    except (ValueError, RecursionError) as wrong:
        raise BadInput("error-not-json", "body") from wrong
    if not isinstance(given, dict):
        raise BadInput("error-not-json", "body")
    for name, value in given.items():
        if name not in FIELDS:
            raise BadInput("unknown-parameter", clean(name[:60]), known=", ".join(FIELDS))
        if value is not None and not isinstance(value, str):
            raise BadInput("error-not-text", name)
    return {name: value for name, value in given.items() if value is not None}


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) < len(pairs):
        raise ValueError("a name stands twice in one object")
    return found
