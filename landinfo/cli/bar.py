"""How far a work is, on one line of the terminal; in a file or a pipe, a line for each step and each tenth."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable
from typing import TextIO

from landinfo.texts import Texts, say

_WIDTH = 24
_EARLY = 2.0
"""s before which nobody can say how long it will take."""


class Bar:
    """Takes a step in words and the share of the whole that is done; one that knows its ``rows`` gives a rate too."""

    def __init__(self, texts: Texts, to: TextIO | None = None, clock: Callable[[], float] = time.monotonic) -> None:
        self._texts, self._to, self._clock = texts, to or sys.stderr, clock
        self._begun = clock()
        self._length, self._told = 0, ("", -1)

    def __call__(self, step: str, done: float) -> None:
        line = " · ".join((f"{done:4.0%} {step}", *self._speed(done)))
        if self._to.isatty():
            filled = int(done * _WIDTH)
            line = f"[{'█' * filled}{'·' * (_WIDTH - filled)}] {line}"
            end = "\n" if done >= 1 else ""
            print(f"\r{line:<{self._length}}", end=end, file=self._to, flush=True)
            self._length = len(line)
        elif (told := (step, int(done * 10))) != self._told:
            self._told = told
            print(line, file=self._to, flush=True)

    def _speed(self, done: float) -> list[str]:
        """Rows a second since the beginning, and the time that is left at that speed."""
        passed, rows = self._clock() - self._begun, getattr(done, "rows", 0)
        if passed <= 0 or done <= 0 or (passed < _EARLY and done < 1):
            return []
        told = [say("progress-rate", {"rate": round(rows * done / passed)}, self._texts)["vi"]] if rows else []
        if done < 1:
            left = round(passed * (1 - done) / done)
            told.append(say("progress-left", {"left": f"{left // 60}:{left % 60:02}"}, self._texts)["vi"])
        return told
