"""Which facts would narrow the range, and by how much: only those are asked."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal

from landinfo.case import Fact
from landinfo.levy.terms import ZERO
from landinfo.settled import State
from landinfo.unknowns import Space

Totals = Sequence[tuple[tuple[int, ...], Decimal | None]]
"""Each combination tried (the index of every dimension's value) with its total in đồng."""


@dataclass(frozen=True, slots=True)
class Question:
    """A fact that would narrow the range, what is taken without it, and how much it can move the total (đồng)."""

    fact: str
    default: Fact
    moves: Decimal | None


def questions(space: Space, totals: Totals) -> Iterator[Question]:
    """The facts that can move the total in some state of the others, the one that moves it most first."""
    found: list[Question] = []
    for index, dimension in enumerate(space.dimensions):
        moves = _moves(index, totals) if dimension.facts and totals else ZERO
        if moves != 0:
            found += [Question(fact, _default(fact, space.likely), moves) for fact in dimension.facts]
    found.sort(key=lambda q: (q.moves is not None, -(q.moves or 0)))
    # the same fact may settle two things; it is asked once, by what it moves most
    asked: set[str] = set()
    for question in found:
        if question.fact not in asked:
            asked.add(question.fact)
            yield question


def _moves(index: int, totals: Totals) -> Decimal | None:
    """The largest difference that one dimension makes with the others held; None where it takes a bound away."""
    groups: dict[tuple[int, ...], list[Decimal | None]] = {}
    for chosen, total in totals:
        groups.setdefault(chosen[:index] + chosen[index + 1 :], []).append(total)
    most = ZERO
    for group in groups.values():
        known = [t for t in group if t is not None]
        if known and len(known) < len(group):
            return None
        most = max(most, max(known) - min(known)) if known else most
    return most


def _default(fact: str, likely: State) -> Fact:
    """What the likely value takes where the fact is not told."""
    fixed: dict[str, Fact] = {
        "first_conversion": True,
        "chosen_parcel": True,
        "allocated_without_fee": True,
        "reduction_group": "none",
        "rent": likely.rent,
        "rent_rate": likely.rent_rate,
    }
    numbers = ("allotment_limit", "term_left_months")
    return fixed.get(fact, None if fact in numbers else False)
