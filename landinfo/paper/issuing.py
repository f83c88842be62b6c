"""Issued extracts in the register: by their code with question and answer, and by the hash of every file made."""

from __future__ import annotations

import base64
import hashlib
import json
import zlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from landinfo.extract import KIND, code
from landinfo.paper.extract import Extract
from landinfo.plain import Plain
from landinfo.store.register import Entry, Register


@dataclass(frozen=True, slots=True)
class Issued:
    """An extract as it was first issued on ``day``; ``question`` is its permanent address."""

    code: str
    day: date
    question: str
    answer: Plain


def keep(of: Extract, register: Register, day: date, files: Sequence[bytes]) -> None:
    """Keep the code with its question, and the files by their hash. Raises ``Busy``: the register cannot be used."""
    body = {"question": of.answer["permanent"], "content": base64.b64encode(zlib.compress(of.content, 9)).decode()}
    register.add(KIND, of.code, day, body, [mark(hashlib.sha256(file).hexdigest()) for file in files])


def mark(sha256: str) -> str:
    """How the register names a file."""
    return f"sha256:{sha256}"


def read(entry: Entry) -> Issued | None:
    """What is kept; None where it does not belong to its code any more."""
    content = _content(entry.body)
    if content is None or code(content) != entry.key:
        return None
    return Issued(entry.key, entry.day, str(entry.body["question"]), json.loads(content))


def _content(body: Mapping[str, Any]) -> bytes | None:
    try:
        return zlib.decompress(base64.b64decode(body["content"], validate=True))
    except (KeyError, TypeError, ValueError, zlib.error):
        return None
