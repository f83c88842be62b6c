"""What an extract says and by which code it is known, as outsiders compute it too (README, "Verifying an extract")."""

from __future__ import annotations

import base64
import hashlib
import json
import re
import unicodedata

from landinfo.plain import Plain

KIND = "extract"
"""Of an entry in the register."""
CODE = re.compile(r"[A-Z2-7]{26}")
_BYTES = 16


def canonical(answer: Plain) -> bytes:
    """The answer with the question in it as canonical JSON.

    Names sorted, no spaces, numbers as the answer prints them, the whole text NFC and in UTF-8, no line end.
    """
    text = json.dumps(answer, ensure_ascii=False, sort_keys=True, separators=(",", ":"), allow_nan=False)
    return unicodedata.normalize("NFC", text).encode()


def code(content: bytes) -> str:
    """The first 16 bytes of the content's SHA-256 in base32 (RFC 4648) without padding: 26 letters and digits."""
    return base64.b32encode(hashlib.sha256(content).digest()[:_BYTES]).decode().rstrip("=")


def read_code(typed: str) -> str | None:
    """A code as people type it: small letters, spaces and hyphens are all right. None: it is none."""
    bare = re.sub(r"[\s\u00a0-]", "", typed[:80]).upper()
    return bare if CODE.fullmatch(bare) else None


def files(permanent: str) -> dict[str, str]:
    """The addresses of the files of an answer, by their ending, from its permanent address."""
    path, _, query = permanent.removeprefix("/parcels/").partition("?")
    return {ending: f"/extract/{path}.{ending}?{query}" for ending in ("pdf", "xlsx", "geojson")}
