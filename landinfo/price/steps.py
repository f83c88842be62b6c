"""One step from the printed row to the price, and the operations that make the next step out of the last."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from decimal import ROUND_DOWN, ROUND_HALF_UP, ROUND_UP, Decimal

from landinfo.model import Citation, Notice, light

_MODES = {"half_up": ROUND_HALF_UP, "down": ROUND_DOWN, "up": ROUND_UP}
Readings = list[tuple[str, Decimal]]


@light
@dataclass(frozen=True, slots=True)
class Step:
    """What was done, the factor, the value after it (đồng/m², not rounded unless the document says so).

    ``scope``: whole | part | band — the ground on which the condition of the step was judged, "" where it has none.
    """

    notice: Notice
    factor: Decimal | None
    value: Decimal
    citation: Citation | None
    scope: str = ""


@dataclass(slots=True)
class Ladder:
    """Steps in their order and the other readings of the text, which go through the same steps."""

    steps: list[Step]
    readings: Readings

    @property
    def value(self) -> Decimal:
        return self.steps[-1].value

    def times(self, notice: Notice, factor: Decimal, cited: Citation, scope: str = "") -> None:
        self._all(lambda value: value * factor)
        self.steps.append(Step(notice, factor, self.value * factor, cited, scope))

    def replaced(self, notice: Notice, value: Decimal, cited: Citation) -> None:
        """A value by another way of computing takes the place of the last one, so no factor leads to it."""
        self.steps.append(Step(notice, None, value, cited))

    def note(self, notice: Notice, cited: Citation, scope: str = "") -> None:
        """A step that changes nothing and says why the price is the one it is."""
        self.steps.append(Step(notice, None, self.value, cited, scope))

    def at_least(self, floor: Decimal, notice: Notice, cited: Citation, scope: str = "") -> None:
        self._all(lambda value: max(value, floor))
        if self.value < floor:
            self.steps.append(Step(notice, None, floor, cited, scope))

    def at_most(self, cap: Decimal, notice: Notice, cited: Citation) -> None:
        self._all(lambda value: min(value, cap))
        if self.value > cap:
            self.steps.append(Step(notice, None, cap, cited))

    def rounded(self, unit: Decimal, mode: str, notice: Notice, cited: Citation) -> None:
        """To whole ``unit`` đồng, only by a rule of the document."""

        def to_unit(value: Decimal) -> Decimal:
            return (value / unit).quantize(Decimal(1), _MODES[mode]) * unit

        self._all(to_unit)
        if to_unit(self.value) != self.value:
            self.steps.append(Step(notice, None, to_unit(self.value), cited))

    def _all(self, change: Callable[[Decimal], Decimal]) -> None:
        self.readings = [(name, change(value)) for name, value in self.readings]


def begin(notice: Notice, value: Decimal, cited: Citation) -> Ladder:
    """A ladder with its first step: what the document prints."""
    return Ladder([Step(notice, None, value, cited)], [])
