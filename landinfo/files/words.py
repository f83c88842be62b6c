"""The text of a file: decoded as it says, or as its words show; always NFC; what was done is remarked."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any

from landinfo.files import legacy
from landinfo.files.shapefile import UNKNOWN
from landinfo.files.table import Remark, Spot
from landinfo.model import Refused

EXAMPLES = 20
"""Values that are handed over as examples: whoever shows them leaves out those of persons."""


class Words:
    """Decodes the names and values of one file.

    ``as_bytes``: text arrives with one Latin-1 letter for each byte. ``codec``: Python's name of the encoding, TCVN3,
    VNI, or UNKNOWN where nothing says it; then UTF-8 is believed where the format allows it, and the words are judged.
    ``composed`` counts the values whose accents stood apart from their letters.
    """

    def __init__(self, path: Path, as_bytes: bool, codec: str) -> None:
        self.path, self.as_bytes, self.codec = path, as_bytes, codec
        self._believes_utf8 = path.suffix.lower() != ".shp"
        self._undecoded: set[str] = set()
        self.composed = 0

    def names(self, raw: Iterable[Any]) -> list[str]:
        """The names of the fields. Raises ``Refused``: FIL-006, FIL-007."""
        decoded = [self._decoded(str(name)) for name in raw]
        verdict = legacy.judge(decoded)
        return [self._converted(name, verdict.encoding) for name in decoded]

    def columns(self, raw: Mapping[str, Sequence[Any]]) -> tuple[dict[str, list[Any]], tuple[Remark, ...]]:
        """Every text decoded. Raises ``Refused``: FIL-006 encoding not known, FIL-007 cannot be decoded by it."""
        plain = {name for name, values in raw.items() if all(not isinstance(v, str) or v.isascii() for v in values)}
        decoded = {
            name: [self._decoded(v) if isinstance(v, str) else v for v in values]
            for name, values in raw.items()
            if name not in plain
        }
        texts = (v for values in decoded.values() for v in values if isinstance(v, str) and not v.isascii())
        verdict = legacy.judge(texts)
        if self.codec in (legacy.TCVN3, legacy.VNI):
            verdict = legacy.Verdict(self.codec, {}, 0)
        samples: dict[str, str] = {}
        made = {
            name: [self._value(v, verdict.encoding, samples) if isinstance(v, str) else v for v in values]
            for name, values in decoded.items()
        }
        whole = {name: list(values) if name in plain else made[name] for name, values in raw.items()}
        return whole, self._remarks(verdict, decoded, samples)

    def _decoded(self, text: str) -> str:
        if not self.as_bytes or text.isascii() or self.codec in (legacy.TCVN3, legacy.VNI):
            return text
        if self.codec == UNKNOWN:
            return self._perhaps_utf8(text)
        try:
            return text.encode("latin-1").decode(self.codec)
        except UnicodeError as wrong:
            raise Refused("FIL-007", str(self.path), encoding=self.codec, text=_letters(text)) from wrong

    def _converted(self, text: str, encoding: str) -> str:
        """By the verdict; what is still one letter for each byte, of nobody knows which encoding, is refused."""
        if text.isascii():
            return text
        if encoding in (legacy.TCVN3, legacy.VNI) and not legacy.speaks_for(text) - {encoding}:
            return legacy.decode(text, encoding)
        if text in self._undecoded:
            raise Refused("FIL-006", str(self.path), text=_letters(text))
        return unicodedata.normalize("NFC", text)

    def _perhaps_utf8(self, text: str) -> str:
        if self._believes_utf8:
            with suppress(UnicodeError):
                return text.encode("latin-1").decode("utf-8")
        self._undecoded.add(text)
        return text

    def _value(self, text: str, encoding: str, samples: dict[str, str]) -> str:
        made = self._converted(text, encoding)
        self.composed += not unicodedata.is_normalized("NFC", text)
        if made != text and encoding in (legacy.TCVN3, legacy.VNI) and len(samples) < EXAMPLES:
            samples.setdefault(text, made)
        return made

    def _remarks(
        self, verdict: legacy.Verdict, decoded: Mapping[str, Sequence[Any]], samples: Mapping[str, str]
    ) -> tuple[Remark, ...]:
        remarks = []
        if samples:
            shown = [example(before, after) for before, after in samples.items()]
            fits = verdict.counts.get(verdict.encoding, 0)
            params = {"encoding": verdict.encoding, "fits": fits, "words": verdict.words, "examples": shown}
            stated = self.codec in (legacy.TCVN3, legacy.VNI)
            remarks.append(Remark("FIL-016" if stated else "FIL-015", params))
        if verdict.mixed:
            spots = tuple(_others(decoded, verdict.encoding))
            remarks.append(Remark("FIL-017", {"encoding": verdict.encoding}, spots))
        return tuple(remarks)


def _others(decoded: Mapping[str, Sequence[Any]], encoding: str) -> Iterable[Spot]:
    """The rows whose words speak for another encoding than that of the file."""
    for name, values in decoded.items():
        for i, value in enumerate(values):
            if isinstance(value, str) and not value.isascii():
                others = legacy.speaks_for(value) - {encoding}
                if others:
                    yield Spot(i + 1, detail=f"{name}: «{_letters(value)}» ({', '.join(sorted(others))})")


def _letters(text: str) -> str:
    """The letters of a text that tell its encoding, and not the text, which may be anybody's name."""
    return " ".join(dict.fromkeys(c for c in text if not c.isascii()))[:40]


def example(before: str, after: str) -> dict[str, str]:
    """One word of a value that was turned, and the whole of it, by which it is judged and which is not shown."""
    pairs = zip(before.split(), after.split(), strict=False)
    old, new = next(((a, b) for a, b in pairs if a != b), (before, after))
    return {"text": after, "before": old[:40], "after": new[:40]}
