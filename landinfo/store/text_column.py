"""A text of each of many rows as bytes in one place, so that thousands are told without an object for each."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

_WORD, _PACKED = 8, 7
"""Bytes of a number, and of a text that is compared as one; the eighth says how many there are."""
_SIGNS = np.array([(1 << 8 * length) - 1 for length in range(_PACKED + 1)], dtype=np.uint64)
"""What a text of so many bytes has of a number."""


@dataclass(frozen=True)
class TextColumn:
    """``held``: bytes of UTF-8; where each row's text begins in them (below 0: it has none), and how many it takes."""

    held: Any
    start: Any
    length: Any
    recurs: bool = True
    """Is a text that many rows have to be looked for?"""

    @classmethod
    def of(cls, each: Sequence[str | None]) -> TextColumn:
        written = [b"" if text is None else text.encode() for text in each]
        length = np.fromiter(map(len, written), np.int64, len(written))
        there = np.fromiter((text is not None for text in each), bool, len(written))
        return cls(np.frombuffer(b"".join(written), np.uint8), np.where(there, np.cumsum(length) - length, -1), length)

    def chosen(self, which: Any) -> TextColumn:
        """The texts of some rows, by their numbers or by which are true."""
        return TextColumn(self.held, self.start[which], self.length[which], self.recurs)

    def texts(self) -> list[bytes]:
        told = self.held.tobytes()
        edges = zip(self.start.tolist(), (self.start + self.length).tolist(), strict=True)
        return [told[begin:end] for begin, end in edges]

    def distinct(self) -> tuple[TextColumn, Any]:
        """The texts that differ, and for each row which of them it has; every row has one."""
        if not self.recurs:
            return self, np.arange(len(self.start))
        if int(self.length.max(initial=0)) > _PACKED:
            place: dict[bytes, int] = {}
            which = [place.setdefault(text, len(place)) for text in self.texts()]
            of = np.array(which, dtype=np.int64)
            return self.chosen(np.unique(of, return_index=True)[1]), of
        _, first, of = np.unique(self._packed(), return_index=True, return_inverse=True)
        return self.chosen(first), of

    def _packed(self) -> Any:
        """A number of each text that no other text has."""
        held = self.held
        if int(self.start.max(initial=0)) + _WORD > len(held):
            held = np.concatenate((held, np.zeros(_WORD, dtype=np.uint8)))
        words = np.ndarray((len(held) - _WORD + 1,), "<u8", held, strides=(1,))[self.start]
        return words & _SIGNS[self.length] | self.length.astype(np.uint64) << np.uint64(8 * _PACKED)

    def headed(self, room: int) -> tuple[Any, Any]:
        """All texts one behind the other with ``room`` bytes in front of each; and where that room begins."""
        size = self.length + room
        begin = np.cumsum(size) - size
        total = int(size.sum())
        if not len(self.held):
            return np.zeros(total, dtype=np.uint8), begin
        source = np.repeat(self.start - room - begin, size) + np.arange(total)
        return np.take(self.held, source, mode="clip"), begin
