"""The receipt of a report: twelve letters and digits that can be said on the telephone and not be guessed."""

from __future__ import annotations

import hashlib
import json
import re

from landinfo.model import BadInput
from landinfo.plain import Plain

ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
"""Base32 without I, L, O and U, which are taken for 1, 0 and V (Crockford's)."""
LETTERS, GROUP = 12, 4
_APART = re.compile(r"[\s\u00a0._\-\u2010-\u2015]")
_ALIKE = str.maketrans("ILO", "110")
ONCE = re.compile(r"[A-Za-z0-9_-]{16,64}", re.ASCII)


def made(once: str, content: Plain) -> str:
    """The receipt of ``content`` handed in under ``once``, a word that is chosen at random for each form.

    The same form sent twice has one receipt; nobody who lacks the word can find it. Raises ``BadInput``: no such word.
    """
    if not ONCE.fullmatch(once):
        raise BadInput("error-bad-once", "once", value=once[:40])
    text = json.dumps([once, content], ensure_ascii=False, sort_keys=True, separators=(",", ":"), allow_nan=False)
    number = int.from_bytes(hashlib.sha256(text.encode()).digest(), "big")
    return "".join(ALPHABET[number >> 5 * place & 31] for place in range(LETTERS))


def written(receipt: str) -> str:
    """``K7MQ-2XTR-9HWN``."""
    return "-".join(receipt[at : at + GROUP] for at in range(0, LETTERS, GROUP))


def read(typed: str) -> str | None:
    """A receipt as people type it: small letters, spaces, hyphens, I or L for 1, O for 0. None: it is none."""
    bare = _APART.sub("", typed[:80])
    if not bare.isascii():
        return None
    bare = bare.upper().translate(_ALIKE)
    return bare if len(bare) == LETTERS and set(bare) <= set(ALPHABET) else None
