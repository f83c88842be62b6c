"""How far a load is: its steps, with their texts and their shares of the time as measured (``benchmarks/``)."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from landinfo.texts import Texts, say


class Share(float):
    """A share from 0 to 1 of a work on so many ``rows`` (0: not known yet)."""

    rows: int

    def __new__(cls, value: float, rows: int = 0) -> Share:
        made = super().__new__(cls, value)
        made.rows = rows
        return made


Progress = Callable[[str, Share], None]
"""Takes what is being done, in words, and how much of the whole is done."""
BEGINS: Mapping[str, float] = {
    "read": 0.0,
    "repair": 0.12,
    "check": 0.18,
    "edition": 0.55,
    "write": 0.65,
    "publish": 0.99,
    "done": 1.0,
}
"""Each step with the share of the time that lies before it."""


class Steps:
    """Tells how far the load is; ``rows`` is how many it has, as soon as that is known."""

    def __init__(self, progress: Progress, texts: Texts) -> None:
        self._progress, self._texts, self.rows = progress, texts, 0

    def at(self, step: str, part: float = 0.0) -> None:
        """In ``step``, of which ``part`` (0 to 1) is done."""
        ends = [begin for begin in BEGINS.values() if begin > BEGINS[step]]
        done = BEGINS[step] + part * ((ends[0] if ends else 1.0) - BEGINS[step])
        text = say(f"load-step-{step}", {}, self._texts)
        self._progress(f"{text['vi']} · {text['en']}", Share(done, self.rows))
